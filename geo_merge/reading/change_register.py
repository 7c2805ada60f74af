"""Registers of units with a row for each state of a unit: what one change ended, and what it began.

The form is that of the Swiss register of municipalities since 1960 (eCH-0071): a change has a
number, which the states that it ends have as that of their abolition, and those that it begins as
that of their admission.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from geo_merge.reading.change_days import read_day
from geo_merge.reading.change_forms import ROLES, first, fold
from geo_merge.vocabulary.codes import clean_text
from geo_merge.vocabulary.memory import attach, findings_of, sources_of
from geo_merge.vocabulary.no_values import no_value

# The headings of eCH-0071, and those of the R package SwissCommunes.
_COLUMNS = {
    "code": ("municipalityId", "mId"),
    "name": ("municipalityShortName", "mShortName", "municipalityLongName", "mLongName"),
    "begun_by": ("municipalityAdmissionNumber", "mAdmissionNumber"),
    "begun_on": ("municipalityAdmissionDate", "mAdmissionDate"),
    "ended_by": ("municipalityAbolitionNumber", "mAbolitionNumber"),
    "ended_on": ("municipalityAbolitionDate", "mAbolitionDate"),
}


@dataclass(frozen=True)
class _State:
    """A unit from one change to the next."""

    row: Any
    code: str
    name: str


@dataclass
class _Change:
    """What has one number: the states that it ends and begins, and the day it is in force."""

    on: str = ""
    ended: tuple[_State, ...] = ()
    begun: tuple[_State, ...] = ()


def by_register(table: pd.DataFrame) -> pd.DataFrame | None:
    """Return the changes of a register as the columns of `ROLES`; None if it is none.

    A unit that a change ends and begins goes on to itself. One that it ends for good goes to all
    units that it begins; one that it begins anew comes from those, else from all that go on. What
    began without a number, and what ended without one, comes from nowhere or goes nowhere: the
    row has no code before, or none after.
    """
    columns = {fold(str(name)): str(name) for name in table.columns}
    there = {role: columns.get(first(names, columns), "") for role, names in _COLUMNS.items()}
    if not all(there.values()):
        return None
    changes: dict[str, _Change] = defaultdict(_Change)
    for number, cells in zip(table.index, table.to_dict("records"), strict=True):
        cell = {role: _text(cells[name], role) for role, name in there.items()}
        state = _State(number, cell["code"], cell["name"])
        if cell["ended_on"] or cell["ended_by"]:
            change = changes[cell["ended_by"] or f"end of row {number}"]
            change.ended += (state,)
            change.on = change.on or _day_after(cell["ended_on"])
        change = changes[cell["begun_by"] or f"begin of row {number}"]
        change.begun += (state,)
        change.on = cell["begun_on"]
    ways = [
        (change.on, old.code, old.name, new.code, new.name, (new if new.code else old).row)
        for change in _since_the_first(changes)
        for old, new in _ways(change)
    ]
    frame = pd.DataFrame(ways, columns=[*ROLES, "row"]).set_index("row")
    return attach(frame, findings=findings_of(table), sources=sources_of(table))


def _since_the_first(changes: dict[str, _Change]) -> Sequence[_Change]:
    """Return the changes without the registration of what was there when the register began."""
    starts = min((change.on for change in changes.values() if change.begun), default="")
    return [c for c in changes.values() if c.ended or c.on != starts]


def _ways(change: _Change) -> Iterator[tuple[_State, _State]]:
    nothing = _State(None, "", "")
    ended, begun = {s.code: s for s in change.ended}, {s.code: s for s in change.begun}
    stay = [code for code in ended if code in begun]
    gone = [state for state in change.ended if state.code not in begun]
    new = [state for state in change.begun if state.code not in ended]
    yield from ((ended[code], begun[code]) for code in stay)
    yield from ((old, to) for old in gone for to in change.begun or (nothing,))
    if not gone:
        yield from ((old, to) for to in new for old in change.ended or (nothing,))


def _text(cell: object, role: str) -> str:
    """Return what a cell says; R writes NA for a day or a number that is not there."""
    text = clean_text(str(cell))
    nothing = no_value(text) is not None and read_day(text) is None
    return "" if nothing or (text == "NA" and role not in ("code", "name")) else text


def _day_after(day: str) -> str:
    """Return the day after the last of a state; a text that is no day as it is, to be told."""
    last = read_day(day)
    return day if last is None or last == date.max else str(last + timedelta(days=1))
