"""Recoding a table: match every row, write what each became, and account for all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from geo_merge.recoding.aggregate import Aggregate, fields_of
from geo_merge.recoding.cells import figure_of
from geo_merge.recoding.decisions import COLUMNS as DECISION_COLUMNS
from geo_merge.recoding.decisions import listed_decisions
from geo_merge.recoding.ledger import COLUMNS as LEDGER_COLUMNS
from geo_merge.recoding.matching import Answer, Outcome, Statement
from geo_merge.recoding.outcome import LEFT, Recoded, refuse_left, sheet_title
from geo_merge.recoding.plan import Plan
from geo_merge.recoding.same_names import HEADINGS as SAME_HEADINGS
from geo_merge.recoding.tally import Tally, Why
from geo_merge.recoding.writing import ALL, Sheets, opened
from geo_merge.system.progress import Progress
from geo_merge.texts import Language
from geo_merge.vocabulary.fields import free_name
from geo_merge.vocabulary.places import Side
from geo_merge.vocabulary.sentence import Sentence, said, sentence

_REMEMBERED = 300_000  # different statements
_SHARE_DIGITS = 6
CONVERTED, AMBIGUOUS, NOT_FOUND, EXCLUDED = (o.value for o in Outcome)
SAME, SUGGESTIONS, LEDGER, DECISIONS = "same names", "suggestions", "ledger", "decisions"
UNITS = {side: f"{side} units" for side in Side}
SHEETS = (*UNITS.values(), CONVERTED, AMBIGUOUS, NOT_FOUND, SAME, SUGGESTIONS, LEDGER, EXCLUDED,
          DECISIONS)  # fmt: skip
_WHYS = {Outcome.AMBIGUOUS: "recoding.ambiguous", Outcome.NOT_FOUND: "recoding.not_found",
         Outcome.EXCLUDED: "recoding.excluded"}  # fmt: skip
_WORST = (Outcome.NOT_FOUND, Outcome.AMBIGUOUS, Outcome.CONVERTED, Outcome.EXCLUDED)


def sheets_of(how: Plan, aggregate: Aggregate | None) -> dict[str, list[str]]:
    """Return the headings of each sheet."""
    own = list(how.columns.headings)
    row = free_name("row", own)
    made = [name for group in how.made for name in group]
    why = free_name("why", own)
    sheets = {ALL: [*own, *made], CONVERTED: [*own, *made], AMBIGUOUS: [row, *own, *made],
              NOT_FOUND: [row, *own, why], SAME: list(SAME_HEADINGS),
              SUGGESTIONS: [row, "written", "code", "name", "type", "parent"],
              LEDGER: list(LEDGER_COLUMNS), EXCLUDED: [row, *own, why],
              DECISIONS: list(DECISION_COLUMNS)}  # fmt: skip
    return ({aggregate.sheet: aggregate.headings} if aggregate else {}) | sheets


def write(
    how: Plan,
    out: Path | IO[str],
    *,
    rules: Sequence[str] | None = None,
    strict: bool = False,
    language: Language = "en",
    progress: Progress = lambda _: None,
) -> tuple[Recoded, list[Path]]:
    """Recode a table and write it.

    Parameters
    ----------
    how
        See `plan.plan`.
    out
        ``.xlsx``, ``.csv``, or a stream for all rows; see `writing.opened`.
    rules
        Rules of fields (`aggregate.fields_of`), if rows shall be added up too.
    strict
        Whether nothing is written if rows are left.
    language
        Of the names of sheets in a workbook, and of how each row was recoded.
    progress
        Called with how far the work is.

    Returns
    -------
    Recoded, list of pathlib.Path
        What became of it, and the files.

    Raises
    ------
    UsageError
        If rows are left and `strict` forbids it.
    """
    aggregate = aggregate_of(how, rules)
    headings = sheets_of(how, aggregate)
    titles = {name: sheet_title(name, language) for name in headings}
    with opened(out, headings, titles=titles, types=how.table.types) as sheets:
        run = Run(how, sheets, aggregate, language)
        run.rows(progress)
        done = run.conclude()
        refuse_left(done, how, strict=strict)
    return done, sheets.written


def aggregate_of(how: Plan, rules: Sequence[str] | None) -> Aggregate | None:
    """Return what adds rows up by rules; None if they shall not be."""
    if rules is None:
        return None
    fields = fields_of(how.sample, how.columns, rules)
    units = how.reform.units[how.target]
    return Aggregate(how.columns, fields, units, how.made, UNITS[how.target])


class Run:
    """Recodes block after block, and keeps only what the ledger needs."""

    def __init__(
        self, how: Plan, sheets: Sheets, aggregate: Aggregate | None = None,
        language: Language = "en",
    ) -> None:  # fmt: skip
        self._how, self._sheets, self._aggregate = how, sheets, aggregate
        self._language = language
        self._known: dict[tuple[Any, ...], tuple[Answer, list[Any]]] = {}
        sums = None if aggregate is None else aggregate.sums
        self.tally = Tally(how.columns, how.decisions, sums)
        columns = how.columns
        self._keys = [
            (
                code,
                columns.name,
                columns.unit_type,
                columns.parents,
                columns.address,
                columns.hint,
                columns.village,
            )
            for code in (columns.codes or (None,))
        ]

    def rows(self, progress: Progress = lambda _: None) -> None:
        """Recode all rows."""
        self._sheets.add(ALL, [])
        for numbers, rows in self._how.table.blocks():
            self.tally.ledger.count_in(numbers, rows)
            self._block(numbers, rows)
            progress(sentence("progress.recoding", n=self.tally.ledger.rows_in))

    def conclude(self) -> Recoded:
        """Write what can be said once all rows were seen."""
        tally, reform, target = self.tally, self._how.reform, self._how.target
        names = {
            key: (unit.code, f"{unit.unit_type} {unit.name}".strip())
            for side in (target.other, target)
            for key, unit in reform.units[side].items()
        }  # fmt: skip
        self._sheets.add(SAME, tally.same.rows(names))
        self._sheets.add(SUGGESTIONS, self._suggestions())
        shared, unweighed = None, tuple[Sentence, ...]()
        if self._aggregate is not None:
            self._sheets.add(self._aggregate.sheet, self._aggregate.rows())
            shared = self._aggregate.totals()
            unweighed = tuple(self._aggregate.unweighed())
        table = tally.ledger.table(shared)
        self._sheets.add(LEDGER, [list(row.values()) for row in table])
        tally.decisions.check()
        still = tally.openings.all()
        made = listed_decisions(tally.decisions.used, still, reform, target)
        self._sheets.add(DECISIONS, [list(row.values()) for row in made])
        return Recoded(tally.ledger, table, tally.hows, still, tally.openings.left_out,
                       tally.same.full, unweighed)  # fmt: skip

    def _block(self, numbers: Sequence[int], rows: Sequence[list[str]]) -> None:
        done = []
        sheets: dict[str, list[list[Any]]] = {o.value: [] for o in Outcome}
        everything = []
        for number, row in zip(numbers, rows, strict=True):
            answers = [self._answer(number, row, key) for key in self._keys]
            made = [cell for _, cells in answers for cell in cells]
            only = [answer for answer, _ in answers]
            outcome = only[0].outcome if len(only) == 1 else _worst(a.outcome for a in only)
            everything.append([*row, *made])
            self._note(number, only, outcome)
            sheets[outcome.value] += self._written(number, row, outcome, only, made)
            done.append((row, outcome))
            if self._how.columns.labels and outcome is Outcome.CONVERTED:
                self._note_names(number, row, only[0])
            if self._aggregate is not None:
                self._aggregate.add(row, only, outcome)
            if outcome is Outcome.NOT_FOUND:
                self._note_open(number, row)
        self._sheets.add(ALL, everything)
        for sheet, its in sheets.items():
            self._sheets.add(sheet, its)
        self.tally.ledger.count_out(done)

    def _note(self, number: int, answers: Sequence[Answer], outcome: Outcome) -> None:
        at = next(k for k, answer in enumerate(answers) if answer.outcome is outcome)
        key = outcome, answers[at].how
        if key in self.tally.hows:
            self.tally.hows[key].rows += 1
        else:
            self.tally.hows[key] = Why(1, number, self._how.columns.telling(at))

    def _answer(
        self, number: int, row: Sequence[str], key: tuple[Any, ...]
    ) -> tuple[Answer, list[Any]]:
        code, name, kind, parents, address, hint, village = key
        written = (
            "" if code is None else row[code].strip(), "" if name is None else row[name],
            "" if kind is None else row[kind], tuple([row[p].strip() for p in parents]),
            "" if address is None else row[address], "" if hint is None else row[hint],
            "" if village is None or not self._how.villages else row[village],
            self._point(row) if self._how.points else None,
        )  # fmt: skip
        found = self._known.get(written)
        if found is None:
            answer = self._how.matcher.answer(Statement(*written))
            found = answer, self._cells(answer)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[written] = found
        if found[0].outcome in LEFT or self.tally.decisions:
            return self._decided(number, row, Statement(*written), found)
        return found

    def _decided(
        self, number: int, row: Sequence[str], statement: Statement, found: tuple[Answer, list[Any]]
    ) -> tuple[Answer, list[Any]]:
        """Return what a row becomes by a decision, and note it if it stays open."""
        answer, cells = found
        if self.tally.decisions:
            how = self._how
            settled = self.tally.decisions.settle(number, statement, answer, how.reform, how.target)
            if settled is not answer:
                answer, cells = settled, self._cells(settled)
        if answer.outcome in LEFT:
            self.tally.openings.add(number, row, statement, answer)
        return answer, cells

    def _point(self, row: Sequence[str]) -> tuple[float, float] | None:
        columns = self._how.columns
        if columns.lon is None or columns.lat is None:
            return None
        lon, lat = (
            figure_of(row[at].replace(",", "."), "", ".") for at in (columns.lon, columns.lat)
        )
        return None if lon is None or lat is None else (float(lon), float(lat))

    def _cells(self, answer: Answer) -> list[Any]:
        """Return what a row gets: the unit if it is one, and how in any case."""
        if answer.outcome is not Outcome.CONVERTED:
            why = sentence(_WHYS[answer.outcome], step=answer.how)
            return ["", "", "", _told(why, self._language), ""]
        unit = self._how.reform.units[self._how.target][answer.parts[0].key]
        return [unit.code, unit.name, unit.unit_type, _told(answer.how, self._language), 1]

    def _written(
        self, number: int, row: list[str], outcome: Outcome, answers: list[Answer], made: list[Any]
    ) -> list[list[Any]]:
        """Return the rows of the sheet of an outcome: of ambiguous ones one a candidate."""
        if outcome is Outcome.CONVERTED and not self._sheets.typed:
            return []  # all rows are written anyway
        own = self._typed(row) if self._sheets.typed else row
        if outcome is Outcome.CONVERTED:
            return [[*own, *made]]
        if outcome is Outcome.AMBIGUOUS:
            return [[number, *own, *cells] for cells in self._candidates(answers)]
        return [[number, *own, _told(_first(answers, outcome).how, self._language)]]

    def _candidates(self, answers: list[Answer]) -> Iterator[list[Any]]:
        """Yield the cells of every candidate, of two columns of codes every pair."""
        units = self._how.reform.units[self._how.target]
        combined: list[list[Any]] = [[]]
        for answer in answers:
            each = []
            for part in answer.parts:
                unit = units[part.key]
                share = "" if part.share is None else round(part.share, _SHARE_DIGITS)
                how = _told(answer.how, self._language)
                each.append([unit.code, unit.name, unit.unit_type, how, share])
            combined = [[*before, *cells] for before in combined for cells in each or [[""] * 5]]
        yield from combined

    def _typed(self, row: list[str]) -> list[Any]:
        """Return a row with its figures as numbers, the rest as the texts that they are.

        Figures with a word stay so: without it 12 ha are 12 of what nobody knows.
        """
        cells: list[Any] = list(row)
        for at, form in self._how.columns.figures.items():
            figure = None if form.word else figure_of(row[at], *form)
            cells[at] = row[at] if figure is None else figure
        return cells

    def _note_names(self, number: int, row: Sequence[str], answer: Answer) -> None:
        for at in self._how.columns.labels:
            heading = self._how.columns.headings[at]
            source = answer.source[0] if answer.source else ""
            if source in self._how.reform.units[self._how.target.other]:
                self.tally.same.add(answer.parts[0].key, heading, row[at], source, number)

    def _note_open(self, number: int, row: Sequence[str]) -> None:
        columns = self._how.columns
        at = columns.name if columns.name is not None else columns.address
        if at is not None:
            self.tally.note_unknown(row[at].strip(), number)

    def _suggestions(self) -> Iterator[list[Any]]:
        """Yield units with similar names; nobody took them."""
        side = self._how.target.other
        for written, number in self.tally.unknown.items():
            for key in self._how.places.similar(written, side):
                unit = self._how.reform.units[side][key]
                parent = unit.district or unit.province
                yield [number, written, unit.code, unit.name, unit.unit_type, parent]


@lru_cache(2**14)
def _told(how: str, language: Language) -> str:
    return said(how, language)


def _first(answers: Iterable[Answer], outcome: Outcome) -> Answer:
    return next(answer for answer in answers if answer.outcome is outcome)


def _worst(outcomes: Iterable[Outcome]) -> Outcome:
    return min(outcomes, key=_WORST.index)
