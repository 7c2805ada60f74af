"""Tables as workbooks of Excel 97 to 2003, with the same care as those of later ones."""

from __future__ import annotations

import io
import itertools
import struct
from pathlib import Path
from typing import Any

from geo_merge.errors import TableError
from geo_merge.reading.encodings import Texts
from geo_merge.reading.table_rows import Row, Sheet
from geo_merge.reading.workbook_cells import as_sheet, check_scan, row_texts, used_sheet
from geo_merge.reading.workbook_scan import Scan, cell_name
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import sentence

# What is raised on damaged workbooks beside xlrd's own error (found by fuzzing).
_BROKEN = (struct.error, ArithmeticError, AssertionError, AttributeError, EOFError, LookupError,
           NotImplementedError, OSError, RecursionError, TypeError, ValueError)  # fmt: skip
# The stream of a workbook in its container, by its age, and that of a later one with a password.
_STREAMS, _LOCKED = ("Workbook", "Book"), "EncryptedPackage"


def read_xls(path: Path, data: bytes, texts: Texts, sizes: Sizes) -> Sheet:
    """Read the one sheet of a workbook; see `tables.read_table`."""
    del texts
    import xlrd  # noqa: PLC0415 - only XLS needs it

    try:
        book = xlrd.open_workbook(
            file_contents=_stream(path.name, data),
            formatting_info=True,
            ragged_rows=True,
            logfile=io.StringIO(),
        )
        title, sheet, scan = used_sheet(
            path.name, [(sheet.name, sheet, _scan(sheet)) for sheet in book.sheets()]
        )
        name = f"{path.name}/{title}"
        check_scan(scan, name, sizes)
        rows, shown = _read_rows(book, sheet, scan)
    except (xlrd.XLRDError, *_BROKEN) as error:
        locked = "encrypted" in str(error)
        kind = "F01.password" if locked else "F01.no_spreadsheet"
        raise TableError(sentence(kind, name=path.name)) from error
    return as_sheet(name, rows, shown, scan, sizes)


def _stream(name: str, data: bytes) -> bytes:
    """Return the records of a workbook out of their container.

    xlrd has a reader of containers too, which follows a chain of sectors that is a circle forever.
    """
    import olefile  # noqa: PLC0415 - only XLS needs it

    with olefile.OleFileIO(io.BytesIO(data)) as container:
        if container.exists(_LOCKED):
            raise TableError(sentence("F01.password", name=name))
        stream = next((s for s in _STREAMS if container.exists(s)), _STREAMS[0])
        with container.openstream(stream) as records:
            return bytes(records.read())


def _scan(sheet: Any) -> Scan:  # noqa: ANN401 - xlrd
    """Return what a sheet holds: where its values end, what is merged, what is hidden."""
    valued = [
        (row + 1, max(column for column, value in enumerate(values, 1) if value != ""))
        for row, values in ((row, sheet.row_values(row)) for row in range(sheet.nrows))
        if any(value != "" for value in values)
    ]
    scan = Scan()
    if valued:
        (last, _), (row, width) = valued[-1], max(valued, key=lambda at: at[1])
        scan.last = (last, width)
        scan.farthest = (cell_name(*valued[-1]), cell_name(row, width))
    scan.merged = [((top + 1, left + 1), (bottom, right))
                   for top, bottom, left, right in sheet.merged_cells]  # fmt: skip
    scan.hidden = sorted(row + 1 for row, info in sheet.rowinfo_map.items() if info.hidden)
    columns = (column + 1 for column, info in sheet.colinfo_map.items() if info.hidden)
    scan.hidden_columns = sorted((column, column) for column in columns)
    return scan


def _read_rows(
    book: Any,  # noqa: ANN401 - xlrd
    sheet: Any,  # noqa: ANN401
    scan: Scan,
) -> tuple[list[Row], list[tuple[str, str]]]:
    """Return the rows up to the last value, and the numbers that are shown with zeros."""
    last, width = scan.last
    rows: list[Row] = []
    shown: list[tuple[str, str]] = []
    for row in range(last):
        cells = [_cell(book, cell) for cell in itertools.islice(sheet.row(row), width)]
        texts, found = row_texts(row + 1, cells)
        shown += found
        rows.append((row + 1, [*texts, *[""] * (width - len(texts))]))
    return rows, shown


def _cell(book: Any, cell: Any) -> tuple[object, str]:  # noqa: ANN401 - xlrd
    """Return the value of a cell, and the format in which it is shown."""
    import xlrd  # noqa: PLC0415

    if cell.ctype == xlrd.XL_CELL_DATE:
        return xlrd.xldate_as_datetime(cell.value, book.datemode), "General"
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value), "General"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code[cell.value], "General"
    if cell.ctype != xlrd.XL_CELL_NUMBER:
        return cell.value, "General"
    return cell.value, book.format_map[book.xf_list[cell.xf_index].format_key].format_str
