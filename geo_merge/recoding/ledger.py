"""What went in and what came out: rows and the sum of each figure, to the last unit."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Context, Decimal, localcontext

from geo_merge.recoding.cells import figure_of
from geo_merge.recoding.columns import Columns
from geo_merge.recoding.matching import Outcome

COLUMNS = ("quantity", "before", "after", "ambiguous", "not_found", "excluded", "unallocated",
           "difference", "ok")  # fmt: skip
EXACT = Context(prec=80)
_NOTHING = frozenset(("", "-", "--", "...", "n/a", "na", "null", "none"))


class Ledger:
    """Adds rows and figures up as they come in, and again as they go out.

    Attributes
    ----------
    rows_in
        Rows that were read.
    rows
        Rows that were written, by what became of them.
    odd
        Cells of figures that are no numbers, by column: how many, and row and text of the first.
    """

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self.rows_in = 0
        self.rows: Counter[Outcome] = Counter()
        self._before: dict[int, Decimal] = defaultdict(Decimal)
        self._out: dict[tuple[int, Outcome], Decimal] = defaultdict(Decimal)
        self.odd: dict[int, tuple[int, int, str]] = {}

    def count_in(self, numbers: Sequence[int], rows: Sequence[Sequence[str]]) -> None:
        """Add what was read."""
        self.rows_in += len(rows)
        with localcontext(EXACT):
            for at in self._columns.figures:
                cells = [row[at] for row in rows]
                self._before[at] += sum(self._figures(at, cells, numbers), Decimal(0))

    def count_out(self, rows: Iterable[tuple[Sequence[str], Outcome]]) -> None:
        """Add what was written, each row with what became of it."""
        by_outcome: dict[Outcome, list[Sequence[str]]] = defaultdict(list)
        for row, outcome in rows:
            by_outcome[outcome].append(row)
        with localcontext(EXACT):
            for outcome, its in by_outcome.items():
                self.rows[outcome] += len(its)
                for at in self._columns.figures:
                    figures = self._figures(at, [row[at] for row in its])
                    self._out[at, outcome] += sum(figures, Decimal(0))

    def take_in(self, later: Ledger) -> None:
        """Add what was counted of rows that come after these."""
        self.rows_in += later.rows_in
        self.rows.update(later.rows)
        with localcontext(EXACT):
            for at, figure in later._before.items():
                self._before[at] += figure
            for key, figure in later._out.items():
                self._out[key] += figure
        for at, (count, row, text) in later.odd.items():
            known, row, text = self.odd.get(at, (0, row, text))  # noqa: PLW2901 - of the first
            self.odd[at] = known + count, row, text

    def _figures(
        self, at: int, cells: Sequence[str], numbers: Sequence[int] | None = None
    ) -> list[Decimal]:
        form = self._columns.figures[at]
        found = []
        for k, cell in enumerate(cells):
            figure = figure_of(cell, *form)
            if figure is not None:
                found.append(figure)
            elif numbers is not None and cell.strip().casefold() not in _NOTHING:
                count, row, text = self.odd.get(at, (0, numbers[k], cell[:40]))
                self.odd[at] = count + 1, row, text
        return found

    def table(
        self, aggregated: Mapping[int, tuple[Decimal, Decimal]] | None = None
    ) -> list[dict[str, int | Decimal | str | bool]]:
        """Return a row a quantity.

        Parameters
        ----------
        aggregated
            What the new units got of each figure that is summed, and what no unit got, by column:
            shares of ambiguous rows may be among the first.
        """
        left: dict[Outcome, int | Decimal] = {
            o: self.rows[o] for o in Outcome if o is not Outcome.CONVERTED
        }
        made = [_row("rows", self.rows_in, self.rows[Outcome.CONVERTED], left, sum(left.values()))]
        with localcontext(EXACT):
            for at in self._columns.figures:
                parts: dict[Outcome, int | Decimal] = {
                    o: self._out[at, o] for o in Outcome if o is not Outcome.CONVERTED
                }
                after = self._out[at, Outcome.CONVERTED]
                unallocated = sum(parts.values(), Decimal(0))
                if aggregated is not None and at in aggregated:
                    after, unallocated = aggregated[at]
                heading = self._columns.headings[at]
                made.append(_row(heading, self._before[at], after, parts, unallocated))
        return made

    @property
    def ok(self) -> bool:
        """Whether every row and all of each figure came out."""
        return all(row["ok"] for row in self.table())


def _row(
    quantity: str,
    before: int | Decimal,
    after: int | Decimal,
    left: Mapping[Outcome, int | Decimal],
    unallocated: int | Decimal,
) -> dict[str, int | Decimal | str | bool]:
    difference = before - after - unallocated
    values = (quantity, before, after, left[Outcome.AMBIGUOUS], left[Outcome.NOT_FOUND],
              left[Outcome.EXCLUDED], unallocated, difference, difference == 0)  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))
