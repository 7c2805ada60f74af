"""What a person decided on rows that became no one unit, kept so that it holds the next time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from geo_merge.errors import TableError
from geo_merge.recoding.matching import Answer, Outcome, Statement
from geo_merge.recoding.reform import Part, Reform
from geo_merge.vocabulary.codes import clean_text, code_key
from geo_merge.vocabulary.fields import fold_field, listed
from geo_merge.vocabulary.memory import sources_of
from geo_merge.vocabulary.places import Side, Unit
from geo_merge.vocabulary.sentence import sentence

# `row` is blank where a decision is on all rows that say the same of their unit.
COLUMNS = ("row", "says", "choice", "choice_name", "reason", "rows", "candidates")
EXCLUDED = "excluded"  # the choice that leaves rows out
MOST = 2_000  # different statements that are listed as open
_NO_CODE = {Side.OLD: "recoding.decision_code_old", Side.NEW: "recoding.decision_code_new"}
_ROWS = 50  # of each, that are told one by one
_NEEDED = ("says", "choice")
_SEPARATOR = " | "


def said(statement: Statement) -> str:
    """Return what a row says of its unit, as decisions have it: its filled cells, in order."""
    point = () if statement.point is None else (f"{statement.point[0]:g} {statement.point[1]:g}",)
    cells = (statement.code, statement.name, statement.unit_type, *statement.parents,
             statement.address, statement.hint, statement.village, *point)  # fmt: skip
    return _SEPARATOR.join(text for cell in cells if (text := clean_text(cell)))


def _key(text: str) -> str:
    """Return what a spreadsheet leaves of a statement: no zeros before codes, no matter of case."""
    return _SEPARATOR.join(code_key(part).casefold() for part in text.split(_SEPARATOR.strip()))


@dataclass(frozen=True)
class Decision:
    """What was decided on rows that say the same, or on one of them.

    Attributes
    ----------
    says
        What they say of their unit; see `said`.
    choice
        Key of the unit; empty if they are left out.
    row
        The number of the row, if it is on this one alone.
    reason
        Why, in the person's words.
    line
        Where it stands, for messages.
    """

    says: str
    choice: str
    row: int | None = None
    reason: str = ""
    line: str = ""


class Decisions:
    """Decisions, and which of them have been of use.

    Attributes
    ----------
    used
        Rows settled by each.
    """

    def __init__(self, decisions: Iterable[Decision] = ()) -> None:
        self._by_key = {(_key(d.says), d.row): d for d in decisions}
        self.used: Counter[Decision] = Counter()
        self._problems: dict[Decision, str] = {}

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self._by_key)

    def settle(self, row: int, statement: Statement, found: Answer, reform: Reform,
               target: Side) -> Answer:  # fmt: skip
        """Return what a row becomes by the decision on it, if there is one."""
        key = _key(said(statement))
        decision = self._by_key.get((key, row)) or self._by_key.get((key, None))
        if decision is None or found.outcome is Outcome.EXCLUDED:
            return found
        self.used[decision] += 1
        why = (
            sentence("recoding.decided_why", why=decision.reason) if decision.reason
            else sentence("recoding.decided")
        )  # fmt: skip
        if not decision.choice:
            how = sentence("recoding.left_out", step=why)
            return replace(found, outcome=Outcome.EXCLUDED, parts=(), how=how)
        candidates = [part.key for part in found.parts]
        if candidates and decision.choice not in candidates:
            units = reform.units[target]
            self._problems.setdefault(decision, (
                f"{decision.line}: {decision.says} was decided to be {units[decision.choice]}, but "
                f"may only be {listed([str(units[key]) for key in candidates])} (row {row}) [M05]; "
                "correct the decision, or remove it."
            ))  # fmt: skip
            return found
        if found.outcome is Outcome.CONVERTED:
            return found
        return Answer(Outcome.CONVERTED, (Part(decision.choice, 1.0),), why, found.source)

    def anew(self) -> Decisions:
        """Return the same decisions, none of which has been of use yet."""
        return Decisions(self._by_key.values())

    def take_in(self, later: Decisions) -> None:
        """Note of what use they were to rows that come after these."""
        self.used.update(later.used)
        for decision, problem in later._problems.items():
            self._problems.setdefault(decision, problem)

    def check(self) -> None:
        """Refuse decisions for units that their rows cannot be.

        Raises
        ------
        TableError
            With all of them.
        """
        if self._problems:
            raise TableError(list(self._problems.values()))

    def unused(self) -> list[Decision]:
        """Return the decisions that no row asked for."""
        return [d for d in self._by_key.values() if d not in self.used]


def as_decisions(table: pd.DataFrame, reform: Reform, target: Side) -> list[Decision]:
    """Return the decisions of a table; rows without a choice are still open.

    Parameters
    ----------
    table
        ``says`` and ``choice``: the code of a unit of the target, or ``excluded``; ``row`` where it
        is on one row alone, and ``reason``. Further columns are not read.
    reform, target
        The units, and the side to which rows go.

    Raises
    ------
    TableError
        With all problems: columns that are missing, codes that no unit has, two decisions on one
        thing.
    """
    source = next((str(s["source"]) for s in sources_of(table)), "decisions")
    columns = {fold_field(str(c)): c for c in table.columns}
    missing = [name for name in _NEEDED if name not in columns]
    if missing:
        raise TableError(sentence("recoding.decision_columns", file=source, names=missing,
                                  columns=listed([str(c) for c in table.columns])))  # fmt: skip
    blank = [""] * len(table)
    cells = [
        [clean_text(str(cell)) for cell in (table[columns[name]] if name in columns else blank)]
        for name in ("row", "says", "choice", "reason")
    ]
    found: dict[tuple[str, int | None], Decision] = {}
    problems: list[str] = []
    for line, row, says, choice, reason in zip(table.index, *cells, strict=True):
        at = {"file": source, "row": str(line)}
        if not choice:
            continue
        key = "" if choice.casefold() == EXCLUDED else reform.find(target, choice)
        number = int(float(row)) if row.replace(".", "", 1).isdecimal() else None
        if key is None:
            kind = _NO_CODE[target]
            problems.append(sentence(kind, **at, choice=choice, crosswalk=reform.source))
        elif not says or (row and number is None):
            problems.append(sentence("recoding.decision_row", **at, text=row) if says
                            else sentence("recoding.decision_says", **at))  # fmt: skip
        else:
            decision = Decision(says, key, number, reason, sentence("recoding.row_of", **at))
            known = found.setdefault((_key(says), number), decision)
            if known.choice != key:
                problems.append(
                    sentence("recoding.decision_twice", **at, says=says, other=known.line)
                )
    if problems:
        raise TableError(problems)
    return list(found.values())


@dataclass
class Open:
    """Rows that say the same of their unit and became no one.

    Attributes
    ----------
    says, outcome, why
        What they say, what became of them, and why.
    parts
        The units that they may be; empty if none is known.
    count
        How many they are.
    rows
        The first of them: their numbers and cells.
    """

    says: str
    outcome: Outcome
    why: str
    parts: tuple[Part, ...]
    count: int = 0
    rows: list[tuple[int, Sequence[str]]] = field(default_factory=list)


class Openings:
    """Collects what is open, statement by statement.

    Attributes
    ----------
    left_out
        Rows whose statements are more than are listed.
    """

    def __init__(self) -> None:
        self._open: dict[str, Open] = {}
        self.left_out = 0

    def add(self, number: int, row: Sequence[str], statement: Statement, answer: Answer) -> None:
        """Note a row that became no one unit."""
        says = said(statement)
        if says not in self._open:
            if len(self._open) >= MOST:
                self.left_out += 1
                return
            self._open[says] = Open(says, answer.outcome, answer.how, answer.parts)
        its = self._open[says]
        its.count += 1
        if len(its.rows) < _ROWS:
            its.rows.append((number, tuple(row)))

    def take_in(self, later: Openings) -> None:
        """Note what is open of rows that come after these."""
        self.left_out += later.left_out
        for says, its in later._open.items():
            if says not in self._open and len(self._open) >= MOST:
                self.left_out += its.count
                continue
            known = self._open.setdefault(says, its)
            if known is not its:
                known.count += its.count
                known.rows += its.rows[: _ROWS - len(known.rows)]

    def all(self) -> list[Open]:
        """Return what is open, the most rows first."""
        return sorted(self._open.values(), key=lambda its: -its.count)


def listed_decisions(
    made: Iterable[Decision], still: Iterable[Open], reform: Reform, target: Side
) -> list[dict[str, object]]:
    """Return a table of decisions: those that were made, and what is open, to be filled in."""
    units = reform.units[target]
    table: list[dict[str, object]] = []
    for d in made:
        unit = units[d.choice] if d.choice else None
        code, name = (EXCLUDED, "") if unit is None else (unit.code, _named(unit))
        row = "" if d.row is None else d.row
        table.append(dict(zip(COLUMNS, (row, d.says, code, name, d.reason, "", ""), strict=True)))
    for its in still:
        candidates = "; ".join(str(units[part.key]) for part in its.parts)
        values = ("", its.says, "", "", "", its.count, candidates)
        table.append(dict(zip(COLUMNS, values, strict=True)))
    return table


def _named(unit: Unit) -> str:
    return f"{unit.unit_type} {unit.name}".strip()
