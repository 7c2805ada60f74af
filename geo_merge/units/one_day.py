"""Changes of one day: which units of the day before go where, if some change twice on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import sentence


@dataclass(frozen=True)
class Change:
    """A way from a unit to one on a day; a blank old code for land that came from no known unit."""

    on: date
    old: str
    new: str
    old_name: str = ""
    new_name: str = ""
    row: int = 0
    source: str = ""  # the list that has the row, if it is one of several


def also_before(changes: Sequence[Change]) -> set[str]:
    """Return codes that are given up and given again on one day, by units that were there before.

    Of A → B and B → C on one day, B may be the unit that A became, or another that was there: if
    their names differ, it is another.
    """
    given = {c.new: c.new_name for c in changes}
    return {
        c.old
        for c in changes
        if c.old in given and c.old_name and given[c.old] and c.old_name != given[c.old]
    }


def in_circles(changes: Sequence[Change]) -> set[str]:
    """Return codes that only go round: A → B and B → A on one day."""
    goes: dict[str, set[str]] = defaultdict(set)
    for change in changes:
        if change.old and change.old != change.new:
            goes[change.old].add(change.new)
    found = set()
    for start, nexts in goes.items():
        reached: set[str] = set()
        todo = list(nexts)
        while todo:
            code = todo.pop()
            if code not in reached:
                reached.add(code)
                todo += goes.get(code, ())
        if start in reached:
            found.add(start)
    return found


def of_a_day(changes: Sequence[Change], alive: set[str]) -> tuple[list[Change], list[Change]]:
    """Return the ways of a day from the units before it, and the changes that are of none.

    Units that are made and changed on one day are followed through.
    """
    made = [c for c in changes if c.old in alive]
    left = [c for c in changes if c.old and c.old not in alive]
    while left:
        ready = {c.new for c in made}
        more = [c for c in left if c.old in ready]
        if not more:
            break
        left = [c for c in left if c.old not in ready]
        further: dict[str, list[Change]] = defaultdict(list)
        for change in more:
            further[change.old].append(change)
        made = [
            *(c for c in made if c.new not in further),
            *(
                Change(c.on, c.old, then.new, c.old_name, then.new_name, then.row)
                for c in made
                for then in further.get(c.new, ())
            ),
        ]
    return _followed_by_name(made), left


def _followed_by_name(made: list[Change]) -> list[Change]:
    """Follow changes of one day of units that were there before and change again.

    Of X → A and A → B on one day, X may have joined A before it became B, or taken the code that A
    gave up: if A has the same name in both, X went on to B, unless a row says that A stays.
    """
    circle = in_circles(made)
    stays = {(c.new, c.new_name) for c in made if c.old == c.new and c.old_name == c.new_name}
    goes: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for change in made:
        if change.old != change.new and change.old not in circle and change.old_name:
            goes[change.old, change.old_name].append(change)
    for _ in range(len(goes)):
        if not any((c.new, c.new_name) in goes.keys() - stays for c in made):
            break
        made = [
            Change(c.on, c.old, to.new, c.old_name, to.new_name, c.row, c.source)
            for c in made
            for to in (() if (c.new, c.new_name) in stays else goes.get((c.new, c.new_name), ()))
            or (c,)
        ]
    return made


def given_up(made: Sequence[Change], source: str, day: date) -> Iterator[Finding]:
    """Find codes that a unit gives up on the day on which others take them, names not telling."""
    goes = {c.old: c for c in made if c.new != c.old}
    stays = {c.old for c in made if c.new == c.old} | in_circles(made)
    for taking in made:
        gone = goes.get(taking.new)
        if gone is None or taking.new in stays or taking.old == taking.new:
            continue
        if not (taking.new_name and gone.old_name):
            told = sentence(
                "W20.given_up", source=taking.source or source, row=taking.row, day=str(day),
                code=taking.new, unit=taking.old, target=gone.new,
            )  # fmt: skip
            yield Finding.of(told, units=(taking.old,))
