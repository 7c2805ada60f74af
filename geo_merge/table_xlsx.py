"""Tables as workbooks: one sheet, its merged cells, its numbers as they are shown."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from geo_merge.errors import TableError
from geo_merge.finding import Finding, Severity
from geo_merge.limits import Sizes
from geo_merge.reading.archive import BROKEN
from geo_merge.table_rows import Row, Sheet

# What openpyxl raises on parts of a workbook that are missing or damaged (found by fuzzing).
_NO_WORKBOOK = (KeyError, IndexError, TypeError, AttributeError, SyntaxError)
# Number formats of codes: zeros, perhaps with a locale before, and literals around or among them,
# as 00"-"000. What a spreadsheet shows without quotes: ECMA-376, part 1, 18.8.31.
# A comma between zeros is one between thousands, which codes have not.
_LITERAL = r'"[^"]*"|\\.|[-+/():!^&\'~{}<>= ]'
_ZEROS = re.compile(rf"(?:\[\$[^\]]*\])?((?:{_LITERAL}|0)+)(?:_.)?")


def read_xlsx(path: Path, data: bytes, encoding: str | None, sizes: Sizes) -> Sheet:
    """Read the one sheet of a workbook; see `tables.read_table`."""
    del encoding
    import openpyxl  # noqa: PLC0415 - heavy, and only XLSX needs it
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            if size > sizes.xlsx_mb * 2**20:
                raise TableError(f"{path.name} would inflate to {size / 2**20:.0f} MB [S02].")
        values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(data))
    except (*BROKEN, *_NO_WORKBOOK, InvalidFileException) as error:
        raise TableError(
            f"{path.name} is named like a spreadsheet, but its content is something else [F01]; "
            "save it as .xlsx from Excel or LibreOffice, or as CSV."
        ) from error
    used = [s for s in values.worksheets if s.max_row > 1 or s["A1"].value is not None]
    if len(used) != 1:
        names = ", ".join(s.title for s in used) or "none with content"
        raise TableError(
            f"{path.name} must hold one sheet with the table; it has {names} [F06]; remove or save "
            "the others elsewhere."
        )
    sheet = used[0]
    name = f"{path.name}/{sheet.title}"
    _check_formulas(sheet, formulas[sheet.title], name)
    findings = _fill_merged(sheet, name)
    hidden = [r for r, dimension in sheet.row_dimensions.items() if dimension.hidden]
    if hidden:
        findings.append(
            Finding(
                check="W09",
                severity=Severity.WARNING,
                message=f"{name}: rows {', '.join(map(str, hidden[:10]))} are hidden; they were "
                "read.",
            )
        )
    rows = [
        (number, [_cell_text(cell.value, cell.number_format) for cell in cells])
        for number, cells in enumerate(sheet.iter_rows(), start=1)
    ]
    findings += _formatted(sheet, rows, name)
    return Sheet(name, rows, findings)


def _formatted(sheet: Any, rows: list[Row], name: str) -> list[Finding]:  # noqa: ANN401 - openpyxl
    """Say which numbers were read as their number format shows them."""
    shown = [
        (cell.coordinate, text)
        for (_, texts), cells in zip(rows, sheet.iter_rows(), strict=True)
        for cell, text in zip(cells, texts, strict=True)
        if isinstance(cell.value, int | float) and text != _cell_text(cell.value)
    ]
    if not shown:
        return []
    (where, example), count = shown[0], len(shown)
    return [
        Finding(
            check="K02",
            severity=Severity.WARNING,
            value=float(count),
            unit_of_value="cells",
            message=f"{name}: {count} numbers were read with the zeros that their format shows "
            f"(as {example} in {where}).",
            hint="Store codes as text.",
        )
    ]


def _check_formulas(values: Any, formulas: Any, name: str) -> None:  # noqa: ANN401 - openpyxl
    lost = [
        cell.coordinate
        for row in formulas.iter_rows()
        for cell in row
        if cell.data_type == "f" and values[cell.coordinate].value is None
    ]
    if lost:
        raise TableError(
            f"{name}: {len(lost)} cells are formulas without a stored value "
            f"({', '.join(lost[:10])}) [W01]; open the table in Excel or LibreOffice and save it, "
            "or paste values."
        )


def _fill_merged(sheet: Any, name: str) -> list[Finding]:  # noqa: ANN401 - openpyxl
    """Write the value of merged cells into each of them, as the eye reads them."""
    spans = [str(span) for span in sheet.merged_cells.ranges]
    for span in spans:
        value = sheet[span.split(":")[0]].value
        sheet.unmerge_cells(span)
        for row in sheet[span]:
            for cell in row:
                cell.value = value
    if not spans:
        return []
    return [
        Finding(
            check="W09",
            severity=Severity.WARNING,
            value=float(len(spans)),
            unit_of_value="ranges",
            message=f"{name}: merged cells ({', '.join(sorted(spans)[:10])}) were read as if their "
            "value stood in each of them.",
            hint="Check that this is what they mean.",
        )
    ]


def _cell_text(value: object, number_format: str = "General") -> str:
    """Return a cell as text, as it is shown where that matters: zeros, dates, truth values."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        return str(value.date() if value.time() == time() else value)
    if isinstance(value, timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    shown = re.sub("(?<=0),(?=0)", "", number_format.split(";", maxsplit=1)[0])
    padded = _ZEROS.fullmatch(shown)
    if isinstance(value, int) and value >= 0 and padded:
        return _padded(value, re.findall(rf"{_LITERAL}|0", padded[1]))
    return str(value)


def _padded(value: int, parts: list[str]) -> str:
    r"""Return a number as a format of zeros and literals (``"N"``, ``\\N``) shows it."""
    places = parts.count("0")
    if places < 2:  # noqa: PLR2004 - one zero is how any number is shown
        return str(value)
    digits = f"{value:0{places}}"
    more = len(digits) - places  # the first place takes all that has none
    left = [digits[: more + 1], *digits[more + 1 :]][::-1]
    return "".join(left.pop() if part == "0" else part.strip('"').lstrip("\\") for part in parts)
