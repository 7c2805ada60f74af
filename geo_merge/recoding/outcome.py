"""What became of a table, and how it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from geo_merge.errors import UsageError
from geo_merge.recoding.decisions import Open
from geo_merge.recoding.ledger import Ledger
from geo_merge.recoding.matching import Outcome
from geo_merge.recoding.plan import Plan
from geo_merge.recoding.same_names import MOST as MOST_NAMES
from geo_merge.recoding.tally import Why
from geo_merge.texts import Language, say
from geo_merge.vocabulary.sentence import Sentence, sentence

LEFT = (Outcome.NOT_FOUND, Outcome.AMBIGUOUS)  # what a person has to see to


@dataclass
class Recoded:
    """What became of a table.

    Attributes
    ----------
    ledger
        Rows and figures, in and out.
    hows
        The rows that each step settled, or did not.
    table
        The ledger as rows.
    still
        What is open, for a person to decide; the most rows first.
    not_listed
        Rows that are open and say what is none of these: more is open than is listed.
    not_compared
        Whether there were more names within the units than are compared with each other.
    unweighed
        What stands in no mean since nothing weighs it.
    """

    ledger: Ledger
    table: list[dict[str, Any]]
    hows: Mapping[tuple[Outcome, str], Why] = field(default_factory=dict)
    still: list[Open] = field(default_factory=list)
    not_listed: int = 0
    not_compared: bool = False
    unweighed: tuple[Sentence, ...] = ()

    @property
    def left(self) -> int:
        """Rows that became no one unit."""
        return self.ledger.rows[Outcome.AMBIGUOUS] + self.ledger.rows[Outcome.NOT_FOUND]


def sheet_title(sheet: str, language: Language) -> str:
    """Return the name of a sheet, or of an outcome, in a language."""
    return say(f"recode.sheet_{sheet.replace(' ', '_')}", language)


def lines_of(done: Recoded, how: Plan) -> list[Sentence]:
    """Return what came out, for people: rows by outcome, and figures that did not add up."""
    counts = {outcome.name.lower(): done.ledger.rows[outcome] for outcome in Outcome}
    lines = [sentence("recoding.rows_in", file=how.table.name, n=done.ledger.rows_in, **counts)]
    lines += [
        sentence("recoding.no_numbers", column=how.columns.headings[at], n=count, row=str(row),
                 text=text)
        for at, (count, row, text) in done.ledger.odd.items()
    ]  # fmt: skip
    lines += done.unweighed
    if done.not_listed:
        lines.append(sentence("recoding.not_listed", n=done.not_listed, shown=len(done.still)))
    if done.not_compared:
        lines.append(sentence("recoding.not_compared", n=MOST_NAMES))
    used = sum(how.decisions.used.values())
    lines += [sentence("recoding.settled", n=used)] if used else []
    return lines + [
        sentence("recoding.not_used", line=d.line, says=d.says) if d.row is None
        else sentence("recoding.not_used_in_row", line=d.line, says=d.says, row=str(d.row))
        for d in how.decisions.unused()
    ]  # fmt: skip


def problems_of(done: Recoded, shown: int = 20) -> Mapping[Outcome, list[Sentence]]:
    """Return why rows are left, the most frequent first."""
    found: dict[Outcome, list[Sentence]] = {}
    for outcome in LEFT:
        its = [(how, why) for (other, how), why in done.hows.items() if other is outcome]
        its.sort(key=lambda each: -each[1].rows)
        told = [_told(how, why) for how, why in its[:shown]]
        if len(its) > shown:
            rows = sum(why.rows for _, why in its[shown:])
            told.append(sentence("recoding.more_reasons", n=len(its) - shown, rows=rows))
        if told:
            found[outcome] = told
    return found


def _told(how: str, why: Why) -> Sentence:
    at = {"column": why.column, "row": str(why.first), "why": how}
    if why.rows == 1:
        return sentence("recoding.in_row", **at)
    return sentence("recoding.in_rows", **at, n=why.rows)


def refuse_left(done: Recoded, how: Plan, *, strict: bool) -> None:
    """Refuse rows that became no one unit, if a person wants none."""
    if strict and done.left:
        refused = sentence("recoding.strict", file=how.table.name, n=done.left)
        whys = problems_of(done).values()
        raise UsageError([refused, *(why for its in whys for why in its)])
