"""Reading tables (CSV, XLSX, XLS, Parquet) as text, each row with the number a planner sees."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from geo_merge.errors import TableError
from geo_merge.reading.encodings import texts_of
from geo_merge.reading.foreign import HEAD, OLD_WORKBOOK, WORKBOOK, foreign, named
from geo_merge.reading.parquet_pieces import SUFFIXES
from geo_merge.reading.table_csv import read_csv
from geo_merge.reading.table_headings import find_headings
from geo_merge.reading.table_parquet import read_parquet_table
from geo_merge.reading.table_rows import Row, Sheet
from geo_merge.reading.table_xls import read_xls
from geo_merge.reading.table_xlsx import read_xlsx
from geo_merge.vocabulary.country import PLAIN, Country
from geo_merge.vocabulary.fields import listed
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.memory import attach
from geo_merge.vocabulary.sentence import sentence

StrPath = str | os.PathLike[str]
# A workbook with macros is one like any other; these are never run.
_BOOKS = {".xlsx": read_xlsx, ".xlsm": read_xlsx, ".xls": read_xls}
_READERS = {".csv": read_csv, ".tsv": read_csv, ".txt": read_csv, **_BOOKS,
            **dict.fromkeys(SUFFIXES, read_parquet_table)}  # fmt: skip
# Workbooks by what they hold, since many have the ending of the other kind.
_HELD = {WORKBOOK: read_xlsx, OLD_WORKBOOK: read_xls}
ENDINGS = tuple(_READERS)
_OTHER_BOOKS = {".ods", ".xlsb", ".fods", ".numbers"}


def read_table(
    path: StrPath,
    *,
    encoding: str | None = None,
    sizes: Sizes | None = None,
    country: Country = PLAIN,
) -> pd.DataFrame:
    """Read a CSV, XLSX, XLSM, XLS or Parquet table.

    Parameters
    ----------
    path
        The table; its first row with content holds the headings, or a later one whose headings
        are known ones (below a title, or in two rows), which is then among the findings.
    encoding
        Encoding of a CSV that is not in Unicode; found by the names in it by default. A text that
        is surely in Unicode is read so, whatever is named.
    sizes
        How large input may be.
    country
        What is known of the country whose names are in it.

    Returns
    -------
    pandas.DataFrame
        Every cell as text, blank where the table has nothing; indexed by ``row``, the number
        that a spreadsheet or editor shows (the headings are row 1). ``NA`` is text.

    Raises
    ------
    TableError
        If the file is missing, empty, of another format than its name says, or its rows do not
        have as many cells as its headings (W08).
    """
    path = Path(path)
    if path.is_dir():
        raise TableError(sentence("F01.table_folder", name=path.name))
    if not path.is_file():
        raise TableError(sentence("F01.no_table", path=path))
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        kind = "F01.old_workbook" if path.suffix.lower() in _OTHER_BOOKS else "F01.table_format"
        raise TableError(sentence(kind, name=path.name, ending=path.suffix))
    sizes = sizes or Sizes()
    megabytes = path.stat().st_size / 2**20
    if megabytes > sizes.table_mb:
        raise TableError(sentence("S05.table", name=path.name, mb=megabytes, most=sizes.table_mb,
                                  asked=megabytes + 1))  # fmt: skip
    data = path.read_bytes()
    if not data.strip():
        raise TableError(sentence("W07.empty", name=path.name))
    held = foreign(data[:HEAD])
    if path.suffix.lower() in _BOOKS and held in _HELD:
        reader = _HELD[held]
    elif held and held != WORKBOOK:
        raise TableError(sentence("F01.no_table_but", file=path.name, what=named(held)))
    return _frame(reader(path, data, texts_of(country, encoding), sizes), sizes)


def _frame(sheet: Sheet, sizes: Sizes) -> pd.DataFrame:
    columns, body = _squared(*find_headings(sheet)[1:])
    if not body:
        raise TableError(sentence("W07.headings_alone", name=sheet.name, columns=listed(columns)))
    if len(body) > sizes.table_rows:
        raise TableError(
            sentence("S05.table_rows", name=sheet.name, n=len(body), most=sizes.table_rows)
        )
    problems = [sentence("W08.cells", name=sheet.name, row=number, n=len(cells),
                         columns=len(columns), told=" | ".join(cells)[:80]) for number,
                         cells in body if len(cells) != len(columns)]  # fmt: skip
    problems += [
        sentence("W08.long_cell", name=sheet.name, row=number, most=sizes.cell)
        for number, cells in body
        if max(map(len, cells)) > sizes.cell
    ]
    if problems:
        raise TableError(problems)
    index = pd.Index([number for number, _ in body], name="row")
    frame = pd.DataFrame([cells for _, cells in body], columns=columns, index=index, dtype=object)
    return attach(frame, findings=sheet.findings, sources=[{"source": sheet.name}])


def _squared(columns: list[str], body: list[Row]) -> tuple[list[str], list[Row]]:
    """Leave out what separators at the ends of lines make: columns and cells that hold nothing."""
    filled = [_filled(cells) for _, cells in body]
    columns = columns[: max([_filled(columns), *filled])]
    rows = zip(body, filled, strict=True)
    return columns, [(number, cells[: max(len(columns), end)]) for (number, cells), end in rows]


def _filled(cells: list[str]) -> int:
    """Return how many cells there are up to the last one that holds anything."""
    return next((k for k in range(len(cells), 0, -1) if cells[k - 1].strip()), 0)
