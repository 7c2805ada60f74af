"""What is kept of rows that were recoded: all that ledger, lists and sums need, and no row."""

from __future__ import annotations

from dataclasses import dataclass

from geo_merge.recoding.aggregate import Sums
from geo_merge.recoding.columns import Columns
from geo_merge.recoding.decisions import Decisions, Openings
from geo_merge.recoding.ledger import Ledger
from geo_merge.recoding.matching import Outcome
from geo_merge.recoding.same_names import SameNames

_SUGGESTED = 500  # statements for which similar names are looked for


@dataclass
class Why:
    """What settled rows, or why nothing did: how many they are, and the first with its column."""

    rows: int
    first: int
    column: str


class Tally:
    """What rows came to; that of rows which follow is taken in as if they had been here.

    Parameters
    ----------
    columns
        What the table holds.
    decisions
        What a person decided before.
    sums
        Where rows are added up, if they are.

    Attributes
    ----------
    ledger
        Rows and figures, in and out.
    hows
        The rows that each step settled, or did not.
    same
        Names within each unit.
    unknown
        Names and addresses that were not found, and the first row of each.
    openings
        What is open.
    """

    def __init__(self, columns: Columns, decisions: Decisions, sums: Sums | None) -> None:
        self.ledger = Ledger(columns)
        self.hows: dict[tuple[Outcome, str], Why] = {}
        self.same = SameNames()
        self.unknown: dict[str, int] = {}
        self.openings = Openings()
        self.decisions = decisions
        self.sums = sums

    def note(self, outcome: Outcome, how: str, why: Why) -> None:
        """Note what settled rows, or why nothing did."""
        known = self.hows.setdefault((outcome, how), why)
        if known is not why:
            known.rows += why.rows

    def note_unknown(self, written: str, row: int) -> None:
        """Note a name or an address that was not found, for what is similar to it."""
        if written and len(self.unknown) < _SUGGESTED:
            self.unknown.setdefault(written, row)

    def take_in(self, later: Tally) -> None:
        """Add what is kept of rows that come after these."""
        self.ledger.take_in(later.ledger)
        for (outcome, how), why in later.hows.items():
            self.note(outcome, how, why)
        self.same.take_in(later.same)
        for written, row in later.unknown.items():
            self.note_unknown(written, row)
        self.openings.take_in(later.openings)
        self.decisions.take_in(later.decisions)
        if self.sums is not None and later.sums is not None:
            self.sums.take_in(later.sums)
