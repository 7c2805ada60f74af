"""Lists of changes as steps of a lineage: who is there on which day, and what the list leaves open.

A list names only units that something happened to. A unit that it first names as one that changes
was there before; one that it names after its end is not there, unless its code was given again in
between: codes are told apart by their days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from geo_merge.units.lineage import LINKS, Lineage, Step
from geo_merge.units.one_day import Change, also_before, given_up, in_circles, of_a_day
from geo_merge.vocabulary.codes import same_codes
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.memory import sources_of
from geo_merge.vocabulary.sentence import sentence


@dataclass(frozen=True)
class Changes:
    """A list of changes, understood.

    Attributes
    ----------
    lineage
        Its steps, one a day.
    findings
        W20 by day: changes of units that are not there, circles, codes that were exchanged, units
        that come from nowhere.
    alive
        The units after the last step that the list names.
    """

    lineage: Lineage
    findings: list[tuple[date, Finding]] = field(default_factory=list)
    alive: frozenset[str] = frozenset()


def changes_of(table: pd.DataFrame) -> list[Change]:
    """Return the rows of a table with ``on, old_code, new_code`` and what else is known."""
    names = ("on", "old_code", "new_code", "old_name", "new_name", "row", "source")
    columns = [table[n].tolist() if n in table else [""] * len(table) for n in names]
    return [Change(*row) for row in zip(*columns, strict=True)]


def understood(
    changes: Iterable[Change],
    *,
    source: str = "the list",
    known: Iterable[str] = (),
    since: date | None = None,
) -> Changes:
    """Follow a list of changes day by day.

    Parameters
    ----------
    changes
        In any order.
    source
        Whose list it is, for messages.
    known
        Codes of units that are there on the day `since`: what joins one of them joins it, and
        makes no new one.
    since
        The day on which `known` are there; before the first change by default.

    Returns
    -------
    Changes
        Of each day's changes those of units that are there are taken; within a day, those of units
        that others of the day make come after these.
    """
    by_day: dict[date, list[Change]] = defaultdict(list)
    for change in changes:
        by_day[change.on].append(change)
    days = sorted(by_day)
    alive = _first_named_as_old(by_day)
    ended: dict[str, Change] = {}
    steps: list[Step] = []
    findings: list[tuple[date, Finding]] = []
    pending = set(map(str, known))
    if since is None:
        alive, pending = alive | pending, set()
    for day in days:
        if pending and since is not None and day > since:
            alive, pending = alive | pending, set()
        circle = in_circles(by_day[day])
        if circle.isdisjoint(ended.keys() - alive):
            alive |= circle  # codes that only go round were there before
        made, left = of_a_day(by_day[day], alive)
        findings += [
            (day, finding)
            for finding in (
                *_left_over(left, ended, source, day),
                *_exchanged(made, source, day),
                *given_up(made, source, day),
                *_from_nowhere(by_day[day], made, alive, source, day),
            )
        ]
        old, new = {c.old for c in made}, {c.new for c in made}
        for change in made:
            if change.old not in new:
                ended[change.old] = change
        joined = [Change(day, code, code) for code in sorted((new & alive) - old)]
        alive = (alive - old) | new | {c.new for c in by_day[day] if not c.old}
        steps.append(_step(day, [*made, *joined], by_day[day], source))
    return Changes(Lineage(tuple(steps)), findings, frozenset(alive | pending))


def changes_in(
    table: pd.DataFrame, known: Iterable[str] = (), since: date | None = None
) -> Changes:
    """Return a list as `reading.change_lists.read_changes` read it, understood."""
    sources = sources_of(table)
    source = str(sources[0]["source"]) if sources else "the list"
    named = dict.fromkeys([*table["old_code"], *table["new_code"]])
    there = same_codes(known, named).values()
    return understood(changes_of(table), source=source, known=there, since=since)


def _first_named_as_old(by_day: dict[date, list[Change]]) -> set[str]:
    """Return the codes of units that the list first names as ones that change."""
    seen: set[str] = set()
    found: set[str] = set()
    for day in sorted(by_day):
        made_here = {c.new for c in by_day[day] if c.old != c.new} - seen
        old = {c.old for c in by_day[day] if c.old}
        itself = {c.old for c in by_day[day] if c.old == c.new}
        found |= (old - seen) - (made_here - itself - also_before(by_day[day]))
        seen |= old | {c.new for c in by_day[day]}
    return found


def _step(day: date, made: list[Change], named: Sequence[Change], source: str) -> Step:
    ways: dict[tuple[str, str], Change] = {}
    for change in made:
        ways.setdefault((change.old, change.new), change)
    count: dict[str, int] = defaultdict(int)
    for old, _ in ways:
        count[old] += 1
    rows = [
        (old, new, 1.0 if count[old] == 1 else float("nan"),
         f"{day} {change.source or source} row {change.row}" if change.row else "")
        for (old, new), change in ways.items()
    ]  # fmt: skip
    # What a unit is called between two changes of a day is neither.
    was = {(c.old, c.old_name) for c in named if c.old_name and c.old_name != c.new_name}
    became = {(c.new, c.new_name) for c in named if c.new_name and c.old_name != c.new_name}
    before = _called(((c.old, c.old_name) for c in named if c.old), became)
    after = _called(((c.new, c.new_name) for c in named), was)
    return Step(day, pd.DataFrame(rows, columns=list(LINKS)), before, after)


def _called(
    pairs: Iterable[tuple[str, str]], between: AbstractSet[tuple[str, str]]
) -> dict[str, str]:
    """Return names by code, where it can be helped those that are not only `between`."""
    names: dict[str, str] = {}
    for code, name in pairs:
        if name and ((code, name) not in between or code not in names):
            names[code] = name
    return names


def _left_over(
    left: Sequence[Change], ended: dict[str, Change], source: str, day: date
) -> list[Finding]:
    """Find changes of units that are not there on their day."""
    circle = in_circles(left)
    found = []
    for change in left:
        at = {"source": change.source or source, "row": change.row, "day": str(day)}
        if change.old in circle:
            told = sentence("W20.circle", code=change.old, **at)
        elif change.old in ended:
            end = ended[change.old]
            told = sentence("W20.ended", code=change.old, end=str(end.on), target=end.new, **at)
        else:
            told = sentence("W20.absent", code=change.old, **at)
        found.append(Finding.of(told, units=(change.old,)))
    return found


def _exchanged(made: Sequence[Change], source: str, day: date) -> list[Finding]:
    codes = sorted(in_circles(made) - {c.old for c in made if c.old == c.new})
    told = sentence("W20.exchanged", source=source, day=str(day), codes=codes)
    return [Finding.of(told, units=tuple(codes))] if codes else []


def _from_nowhere(
    changes: Sequence[Change], made: Sequence[Change], alive: set[str], source: str, day: date
) -> list[Finding]:
    """Find units that come into being without a unit that they were part of."""
    sources = {c.new for c in made}
    return [
        Finding.of(
            sentence("W20.nowhere", source=c.source or source, row=c.row, day=str(day), code=c.new),
            units=(c.new,),
        )
        for c in changes
        if not c.old and c.new not in sources and c.new not in alive
    ]
