"""A recoded table as one workbook, or as CSV files beside one another, row by row."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Protocol

from geo_merge.errors import ExportError, UsageError
from geo_merge.recoding.cells import safe
from geo_merge.vocabulary.sentence import sentence
from geo_merge.writing.files import publish, staging

ALL = "rows"  # every row, in a CSV of its own; a workbook has it in its other sheets
SUFFIXES = (".xlsx", ".csv", ".parquet")
_MOST_ROWS = 1_048_576  # of a sheet
_EPOCH = datetime(1980, 1, 1)  # noqa: DTZ001 - a workbook has no time zone
_DIGITS = 15  # that a spreadsheet keeps of a number
_WIDEST = 40


class Sheets(Protocol):
    """Where the rows of each sheet go.

    Attributes
    ----------
    typed
        Whether figures are written as numbers, and not as they stand in the table.
    written
        The files, once all is there.
    """

    typed: bool
    written: list[Path]

    def add(self, sheet: str, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows below those that the sheet has."""
        ...


class Csv:
    """A CSV for each sheet that has rows; the first is the file that was asked for.

    Without its headings it is to be put below another.
    """

    typed = False

    def __init__(
        self, out: IO[str] | Path, headings: Mapping[str, Sequence[str]], *, headed: bool = True
    ) -> None:
        self._out, self._headings, self._headed = out, headings, headed
        self.written: list[Path] = []
        self._writers: dict[str, tuple[Any, IO[str]]] = {}
        self._stack = ExitStack()

    def add(self, sheet: str, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows below those that the sheet has."""
        rows = list(rows)
        if rows or sheet == ALL:
            writer, _ = self._writer(sheet)
            writer.writerows([safe(cell) for cell in row] for row in rows)

    def append(self, sheet: str, path: Path) -> None:
        """Put the rows of a CSV without headings below those that the sheet has."""
        _, file = self._writer(sheet)
        with path.open(encoding="utf-8", newline="") as more:
            shutil.copyfileobj(more, file)

    def _writer(self, sheet: str) -> tuple[Any, IO[str]]:  # csv has no name for its writers
        if sheet not in self._writers:
            if isinstance(self._out, Path):
                file: IO[str] = self._stack.enter_context(
                    beside(self._out, sheet).open("w", encoding="utf-8", newline="")
                )
            else:
                file = self._out
            writer = csv.writer(file, lineterminator="\n")
            if self._headed:
                writer.writerow([safe(heading) for heading in self._headings[sheet]])
            self._writers[sheet] = writer, file
        return self._writers[sheet]

    def close(self) -> None:
        """Close the files."""
        self._stack.close()


class Parquet(Csv):
    """All rows as Parquet, columns of numbers as they were there; the other sheets as CSV."""

    def __init__(
        self, out: Path, headings: Mapping[str, Sequence[str]], types: Mapping[str, str],
        *, headed: bool = True,
    ) -> None:  # fmt: skip
        import pyarrow as pa  # noqa: PLC0415 - only Parquet needs it
        import pyarrow.parquet as pq  # noqa: PLC0415

        super().__init__(out.with_suffix(".csv"), headings, headed=headed)
        own = dict(types)
        self._schema = pa.schema([
            (name, pa.type_for_alias(own.get(name, "string"))) for name in headings[ALL]
        ])  # fmt: skip
        self._file = pq.ParquetWriter(out, self._schema)

    def add(self, sheet: str, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows below those that the sheet has."""
        if sheet != ALL:
            super().add(sheet, rows)
            return
        import pyarrow as pa  # noqa: PLC0415

        rows = list(rows)
        if rows:
            columns = [
                _column([row[k] for row in rows], field) for k, field in enumerate(self._schema)
            ]
            self._file.write_table(pa.Table.from_arrays(columns, schema=self._schema))

    def close(self) -> None:
        """Close the files."""
        super().close()
        self._file.close()


def _column(cells: Sequence[Any], field: Any) -> Any:  # noqa: ANN401 - pyarrow
    import pyarrow as pa  # noqa: PLC0415

    if pa.types.is_string(field.type):
        return pa.array([str(cell) for cell in cells], field.type)
    texts = pa.array([cell or None for cell in cells], pa.string())
    return texts.cast(field.type)


class _Printed(Csv):
    """All rows on a stream; the other sheets are not written."""

    def add(self, sheet: str, rows: Iterable[Sequence[Any]]) -> None:
        if sheet == ALL:
            super().add(sheet, rows)


class _Workbook:
    """A sheet for each kind of rows; texts stay texts, whatever they begin with."""

    typed = True

    def __init__(
        self, path: Path, headings: Mapping[str, Sequence[str]], titles: Mapping[str, str]
    ) -> None:
        import xlsxwriter  # noqa: PLC0415 - only XLSX needs it

        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                   "strings_to_numbers": False}  # fmt: skip
        self.written: list[Path] = []
        self._book = xlsxwriter.Workbook(path, options)
        self._book.set_properties({"created": _EPOCH})
        bold = self._book.add_format({"bold": True})
        self._sheets: dict[str, Any] = {}
        self._next: dict[str, int] = {}
        for name, its in headings.items():
            sheet = self._book.add_worksheet(titles.get(name, name))
            for k, heading in enumerate(its):
                sheet.set_column(k, k, min(_WIDEST, max(10, len(heading) + 2)))
                sheet.write_string(0, k, heading, bold)
            sheet.freeze_panes(1, 0)
            self._sheets[name], self._next[name] = sheet, 1

    def add(self, sheet: str, rows: Iterable[Sequence[Any]]) -> None:
        if sheet not in self._sheets:
            return
        for row in rows:
            at = self._next[sheet]
            if at >= _MOST_ROWS:
                raise UsageError(sentence("recoding.sheet_rows", sheet=sheet, n=_MOST_ROWS - 1))
            for k, cell in enumerate(row):
                _write(self._sheets[sheet], at, k, cell)
            self._next[sheet] = at + 1

    def close(self) -> None:
        self._book.close()


def _write(sheet: Any, row: int, column: int, cell: Any) -> None:  # noqa: ANN401 - xlsxwriter
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, int | float | Decimal) and len(f"{cell}".lstrip("-")) <= _DIGITS:
        sheet.write_number(row, column, float(cell))
    elif cell is not None and cell != "":
        sheet.write_string(row, column, str(cell)[:32_767])


def beside(path: Path, sheet: str) -> Path:
    """Return the file of a sheet: that of all rows is `path` itself."""
    return path if sheet == ALL else path.with_name(f"{path.stem}_{sheet.replace(' ', '_')}.csv")


@contextmanager
def opened(
    out: Path | IO[str],
    headings: Mapping[str, Sequence[str]],
    *,
    titles: Mapping[str, str] | None = None,
    types: Mapping[str, str] | None = None,
) -> Iterator[Sheets]:
    """Give where rows go; files appear once all is written, or not at all.

    Parameters
    ----------
    out
        ``.xlsx``, ``.csv`` or ``.parquet``, or a stream for all rows.
    headings
        Of each sheet, in their order.
    titles
        Names of the sheets of a workbook, if they have others there.
    types
        Columns of numbers and their types, as Parquet calls them.

    Raises
    ------
    UsageError, ExportError
        If the ending is another, or the folder cannot be written.
    """
    if not isinstance(out, Path):
        yield _Printed(out, headings)
        return
    if out.suffix.lower() not in SUFFIXES:
        raise UsageError(sentence("recoding.out", out=out))
    with staging(out.parent) as folder:
        sheets = _sheets(folder / out.name, headings, titles or {}, types or {})
        try:
            yield sheets
        finally:
            _close(sheets, out)
        sheets.written = sorted(out.parent / p.name for p in folder.iterdir())
        publish(folder, out.parent, stale=lambda: stale(out, headings))


def stale(out: Path, headings: Iterable[str]) -> set[str]:
    """Return the files of sheets of an earlier run that stand beside that of all rows."""
    if out.suffix.lower() == ".xlsx":
        return set()
    paths = [beside(out, sheet) for sheet in headings if sheet != ALL]
    return {path.name for path in paths if path.is_file()}


def _sheets(
    path: Path, headings: Mapping[str, Sequence[str]], titles: Mapping[str, str],
    types: Mapping[str, str],
) -> _Workbook | Csv:  # fmt: skip
    match path.suffix.lower():
        case ".xlsx":
            return _Workbook(path, {n: its for n, its in headings.items() if n != ALL}, titles)
        case ".parquet":
            return Parquet(path, headings, types)
    return Csv(path, headings)


def _close(sheets: _Workbook | Csv, out: Path) -> None:
    import xlsxwriter.exceptions  # noqa: PLC0415

    try:
        sheets.close()
    except xlsxwriter.exceptions.XlsxWriterException as error:
        raise ExportError(sentence("recoding.not_written", out=out, reason=error)) from error
