"""Reading tables (CSV, XLSX) as text, each row with the number a planner sees."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import os
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from geo_merge.codes import clean_text
from geo_merge.crosswalk import as_crosswalk
from geo_merge.encodings import Texts, decide, known_codec
from geo_merge.errors import TableError
from geo_merge.limits import Sizes
from geo_merge.models import Finding, Severity
from geo_merge.provenance import attach
from geo_merge.reading.archive import BROKEN
from geo_merge.vietnam import encodings

StrPath = str | os.PathLike[str]
_DELIMITERS = ",;\t|"

# What openpyxl raises on parts of a workbook that are missing or damaged (found by fuzzing).
_NO_WORKBOOK = (KeyError, IndexError, TypeError, AttributeError, SyntaxError)


@dataclass
class _Sheet:
    """A table as its file has it: rows of text, each with its number."""

    name: str
    rows: list[tuple[int, list[str]]]
    findings: list[Finding] = field(default_factory=list)


def read_table(
    path: StrPath, *, encoding: str | None = None, sizes: Sizes | None = None
) -> pd.DataFrame:
    """Read a CSV or XLSX table.

    Parameters
    ----------
    path
        The table; its first row with content holds the headings.
    encoding
        Encoding of a CSV that is not in Unicode; found by the names in it by default.
    sizes
        How large input may be.

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
    if not path.is_file():
        raise TableError(f"{path}: no such file; check the path.")
    reader = {".csv": _read_csv, ".tsv": _read_csv, ".txt": _read_csv, ".xlsx": _read_xlsx}.get(
        path.suffix.lower()
    )
    if reader is None:
        raise TableError(f"{path.name}: unknown format {path.suffix!r}; save it as CSV or XLSX.")
    sizes = sizes or Sizes()
    megabytes = path.stat().st_size / 2**20
    if megabytes > sizes.table_mb:
        raise TableError(
            f"{path.name} has {megabytes:.0f} MB, more than {sizes.table_mb:g} [S05]; if that is "
            f"meant, allow it with --limit table_mb={megabytes + 1:.0f}."
        )
    data = path.read_bytes()
    if not data.strip():
        raise TableError(f"{path.name} is empty [W07]; export the table again.")
    return _frame(reader(path, data, encoding, sizes), sizes)


def _frame(sheet: _Sheet, sizes: Sizes) -> pd.DataFrame:
    filled = [(number, cells) for number, cells in sheet.rows if any(c.strip() for c in cells)]
    if not filled:
        raise TableError(f"{sheet.name} is empty [W07]; export the table again.")
    (heading_row, headings), body = filled[0], filled[1:]
    columns = [clean_text(h) for h in headings]
    while columns and not columns[-1] and not any(c[len(columns) - 1 :] for _, c in body):
        columns.pop()
    doubled = sorted({c for c in columns if c and columns.count(c) > 1})
    if doubled:
        raise TableError(
            f"{sheet.name} row {heading_row}: several columns are called {', '.join(doubled)} "
            "[W07]; rename or remove all but one."
        )
    if not body:
        raise TableError(f"{sheet.name} has headings ({', '.join(columns)}) but no rows [W07].")
    if len(body) > sizes.table_rows:
        raise TableError(
            f"{sheet.name} has {len(body)} rows, more than {sizes.table_rows:.0f} [S05]; if that "
            f"is meant, allow it with --limit table_rows={len(body)}."
        )
    problems = [
        f"{sheet.name} row {number}: {len(cells)} cells where the headings have {len(columns)} "
        f"({' | '.join(cells)[:80]}) [W08]; quote texts that contain the separator."
        for number, cells in body
        if len(cells) != len(columns)
    ]
    problems += [
        f"{sheet.name} row {number}: a cell has more than {sizes.cell:.0f} characters [W08]."
        for number, cells in body
        if max(map(len, cells)) > sizes.cell
    ]
    if problems:
        raise TableError(problems)
    index = pd.Index([number for number, _ in body], name="row")
    frame = pd.DataFrame([cells for _, cells in body], columns=columns, index=index, dtype=object)
    return attach(frame, findings=sheet.findings, sources=[{"source": sheet.name}])


def _read_csv(path: Path, data: bytes, encoding: str | None, sizes: Sizes) -> _Sheet:
    del sizes
    text, findings = _decode(path, data, encodings.texts(encoding))
    if "\0" in text:
        row = text[: text.index("\0")].count("\n") + 1
        raise TableError(f"{path.name} row {row}: NUL characters [W08]; export the table again.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    skipped = 0
    delimiter = None
    if text[:4].lower() == "sep=":  # a hint that Excel writes
        hint, text = text.split("\n", 1)
        delimiter, skipped = hint[4:5], 1
    delimiter = delimiter or _delimiter(text)
    rows = []
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        rows = [(number, cells) for number, cells in enumerate(reader, start=1 + skipped)]
    except csv.Error as error:
        raise TableError(
            f"{path.name} row {len(rows) + reader.line_num + skipped}: {error} [W08]; a quotation "
            "mark is not closed or stands inside a text."
        ) from error
    return _Sheet(path.name, [(n, cells) for n, cells in rows if cells], list(findings))


def _decode(path: Path, data: bytes, texts: Texts) -> tuple[str, tuple[Finding, ...]]:
    if data[:4] == b"PK\x03\x04":
        raise TableError(f"{path.name} is a spreadsheet or zip [F01]; name it .xlsx.")
    for bom, codec in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(bom):
            return data.decode(codec), ()
    asked = known_codec(texts.asked or "utf-8")
    if asked is None:
        raise TableError(f"{path.name}: unknown encoding {texts.asked!r}; name one as cp1258.")
    try:
        return data.decode(asked), ()
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        wrong = f"{path.name} row {row}: not {asked.upper()} (byte {data[error.start]:#04x}) [F05]"
    if texts.asked is not None:
        raise TableError(f"{wrong}; name another encoding with --encoding, or leave it out.")
    found, findings = _found_encoding(path, data, texts, wrong)
    return texts.decode(data, found), findings


def _found_encoding(
    path: Path, data: bytes, texts: Texts, wrong: str
) -> tuple[str, tuple[Finding, ...]]:
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    delimiter = _delimiter(lines[0].decode("ascii", "replace")).encode()
    cells = [[cell.strip(b' "') for cell in line.split(delimiter)] for line in lines]
    columns = [list(column) for column in itertools.zip_longest(*cells, fillvalue=b"")]
    decision = decide(columns, path.name, None, "is not in UTF-8", texts)
    if decision.encoding is None:
        raise TableError(
            f"{wrong}, and its encoding is not clear; tried {decision.scores.told()}; save the "
            "table as UTF-8, or name its encoding with --encoding (as cp1258)."
        )
    return decision.encoding, decision.findings


def _delimiter(text: str) -> str:
    """Return the separator that splits the headings into most cells."""
    head = next((line for line in text.split("\n") if line.strip()), "")
    return max(_DELIMITERS, key=head.count)


def _read_xlsx(path: Path, data: bytes, encoding: str | None, sizes: Sizes) -> _Sheet:
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
        (number, [_cell_text(v) for v in cells])
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1)
    ]
    return _Sheet(name, rows, findings)


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


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def read_crosswalk(
    path: StrPath, *, encoding: str | None = None, sizes: Sizes | None = None
) -> pd.DataFrame:
    """Read a crosswalk and check its columns.

    Returns
    -------
    pandas.DataFrame
        The columns of `crosswalk.COLUMNS` as text, indexed by row number.

    Raises
    ------
    TableError
        If it cannot be read, or lacks ``old_code``, ``new_code`` or ``new_name``.
    """
    return as_crosswalk(read_table(path, encoding=encoding, sizes=sizes))
