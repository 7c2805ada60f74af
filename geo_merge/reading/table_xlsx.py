"""Tables as workbooks: one sheet, its merged cells, its numbers as they are shown."""

from __future__ import annotations

import contextlib
import io
import itertools
import zipfile
from pathlib import Path
from typing import Any

from geo_merge.errors import TableError
from geo_merge.reading.archive import BROKEN
from geo_merge.reading.encodings import Texts
from geo_merge.reading.table_rows import Row, Sheet
from geo_merge.reading.workbook_cells import as_sheet, check_scan, row_texts, used_sheet
from geo_merge.reading.workbook_scan import Scan, scan_workbook
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import sentence

# What openpyxl raises on parts of a workbook that are missing or damaged (found by fuzzing).
_NO_WORKBOOK = (KeyError, IndexError, TypeError, AttributeError, SyntaxError)
_ZIP = b"PK\x03\x04"


def read_xlsx(path: Path, data: bytes, texts: Texts, sizes: Sizes) -> Sheet:
    """Read the one sheet of a workbook; see `tables.read_table`."""
    del texts
    import openpyxl  # noqa: PLC0415 - heavy, and only XLSX needs it
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = scan_workbook(path.name, archive, sizes)
        book = openpyxl.load_workbook(
            io.BytesIO(data), read_only=True, data_only=True, keep_links=False
        )
    except (*BROKEN, *_NO_WORKBOOK, InvalidFileException) as error:
        if data.startswith(_ZIP) and not zipfile.is_zipfile(io.BytesIO(data)):
            raise TableError(sentence("F03.cut", name=path.name)) from error
        raise TableError(sentence("F01.no_spreadsheet", name=path.name)) from error
    with contextlib.closing(book):
        title, sheet, scan = used_sheet(
            path.name,
            [(s.title, s, parts.get(s._worksheet_path, Scan())) for s in book.worksheets],  # noqa: SLF001
        )
        name = f"{path.name}/{title}"
        check_scan(scan, name, sizes)
        rows, shown = _read_rows(sheet, scan, path.name)
    return as_sheet(name, rows, shown, scan, sizes)


def _read_rows(
    sheet: Any,  # noqa: ANN401 - openpyxl
    scan: Scan,
    name: str,
) -> tuple[list[Row], list[tuple[str, str]]]:
    """Return the rows up to the last value, and the numbers that are shown with zeros."""
    last, width = scan.last
    rows: list[Row] = []
    shown = []
    try:
        for number, cells in enumerate(
            itertools.islice(sheet.iter_rows(max_row=last, max_col=width), last), start=1
        ):
            texts, found = row_texts(
                number, [(cell.value, cell.number_format or "General") for cell in cells]
            )
            rows.append((number, texts))
            shown += found
    except (*BROKEN, *_NO_WORKBOOK) as error:
        raise TableError(sentence("F03.workbook", name=name, reason=error)) from error
    return rows, shown
