"""Tables that mean harm: CSV, XLSX, and what is named so."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from pathlib import Path

import openpyxl
from hostile.files import READ, SIZES, TABLE, hostile, many, packed, zipped

HEAD = b"old_code,new_code,new_name\n"
SHEET = "xl/worksheets/sheet1.xml"
MB = 2**20
_CELLS = int(SIZES.xlsx_cells)
_TABLE = int(SIZES.table_mb * MB * 0.9)  # bytes, below the limit
_BOOK = int(SIZES.xlsx_mb * MB * 0.9)


CSV = {
    "csv_commas.csv": ("S05", HEAD + b"," * _TABLE),
    "csv_one_long_line.csv": ("W08", HEAD + b"a" * _TABLE),
    "csv_one_long_heading.csv": ("W08 W07 K01", b"x" * _TABLE + b"\n1\n"),
    "csv_quotes.csv": ("W08", HEAD + b'"' * (_TABLE | 1)),
    "csv_open_quote.csv": ("W08", HEAD + b'"' + b"1,2,3\n" * (_TABLE // 6)),
    "csv_newlines.csv": ("W07", HEAD + b"\n" * _TABLE),
    "csv_carriage_returns.csv": ("W07", HEAD + b"\r" * _TABLE),
    "csv_many_columns.csv": ("S05", HEAD[:-1] + b"".join(b",c%d" % k for k in range(_TABLE // 9)) + b"\n1,2,3\n"),
    "csv_same_column.csv": ("S05", b"," .join([b"c"] * (_TABLE // 2)) + b"\n1\n"),
    "csv_wrong_rows.csv": ("S05 W08", HEAD + b"1\n" * int(SIZES.table_rows)),
    "csv_many_rows.csv": ("S05", HEAD + b"1,2,3\n" * (int(SIZES.table_rows) + 1)),
    "csv_rows_of_one_code.csv": ("W02 W03 K03 K04", HEAD + b"1,2,3\n" * (int(SIZES.table_rows) // 10)),
    "csv_nul.csv": ("W08", HEAD + b"\0,1,2\n"),
    "csv_all_nul.csv": ("W08 W07 F05", b"\0" * _TABLE),
    "csv_legacy_wide_and_long.csv": ("S05 F05", b"\xff" + b"," * (_TABLE // 2) + b"\n" * (_TABLE // 2)),
    "csv_legacy_noise.csv": ("F05 W07 W08 S05", HEAD + bytes(range(128, 256)) * (_TABLE // 256)),
    "csv_utf16_half.csv": ("F05 W08 W07", b"\xff\xfe" + HEAD.decode().encode("utf-16-le") + b"1"),
    "csv_sep_long.csv": ("W07 W08 S05 F05", b"sep=" + b";" * _TABLE),
    "csv_formulas.csv": (READ, TABLE.replace("Mới 0", '"=""Mới 0"""').encode()),
    "csv_named_xlsx.xlsx": ("F01", TABLE.encode()),
    "zip_named_csv.csv": ("F01", packed(x=TABLE.encode())),
}  # fmt: skip
for _name, (_ends, _data) in CSV.items():
    hostile(_name, _ends)(lambda path, data=_data: path.write_bytes(data))


@cache
def book() -> bytes:
    """Return the table as a workbook."""
    workbook = openpyxl.Workbook()
    for line in TABLE.splitlines():
        workbook.active.append(line.split(","))
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def patched(
    path: Path, part: str, old: bytes, new: bytes, method: int = zipfile.ZIP_DEFLATED
) -> None:
    """Write the workbook with something else in a part, which is made if it is not there."""
    with zipfile.ZipFile(io.BytesIO(book())) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    data = entries.get(part, old)
    assert old in data, (part, old)
    entries[part] = data.replace(old, new, 1)
    zipped(path, list(entries.items()), method)


def _rows(row: bytes, first: int, end: int) -> bytes:
    return b"".join(row % (k, k) for k in range(first, end))


_ROW = b'<row r="%d"><c r="A%d"><v>1</v></c></row>'
_ENTITY = b"<!DOCTYPE a [<!ENTITY e %s>]><worksheet"
_BEGIN, _END = b"<sheetData>", b"</sheetData>"
_LAUGHS = b'<!DOCTYPE a [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + i, (b"&%c;" % (97 + i)) * 10) for i in range(9)
) + b"]><worksheet"  # fmt: skip
XLSX = {
    "xlsx_ok.xlsx": (READ, SHEET, _END, _END),
    "xlsx_rows.xlsx": ("S05", SHEET, _BEGIN, _BEGIN + b"<row/>" * (_CELLS * 9)),
    "xlsx_blanks.xlsx": ("S02", SHEET, _BEGIN, _BEGIN + b" " * (2 * _BOOK)),
    "xlsx_cells.xlsx": ("S05", SHEET, _END, _rows(_ROW, 20, 21 + _CELLS) + _END),
    "xlsx_blank_cells.xlsx": ("S05", SHEET, _END, b'<row r="20">' + b"<c/>" * _CELLS + b"</row>" + _END),
    "xlsx_billion_laughs.xlsx": ("S03", SHEET, b"<worksheet", _LAUGHS),
    "xlsx_entity_of_a_file.xlsx": ("S03", SHEET, b"<worksheet", _ENTITY % b'SYSTEM "file:///etc/passwd"'),
    "xlsx_long_entity.xlsx": ("S03", SHEET, b"<worksheet", _ENTITY % (b'"' + b"A" * 100_000 + b'"')),
    "xlsx_strings_entity.xlsx": ("S03", "xl/sharedStrings.xml", b"<sst", _ENTITY.replace(b"worksheet", b"sst") % b'"a"'),
    "xlsx_merge_all.xlsx": (READ, SHEET, _END, _END + b'<mergeCells><mergeCell ref="F20:XFD1048576"/></mergeCells>'),
    "xlsx_merge_10m.xlsx": (READ, SHEET, _END, _END + b'<mergeCells><mergeCell ref="F20:XFD600"/></mergeCells>'),
    "xlsx_merge_again.xlsx": ("W09", SHEET, _END, _END + b"<mergeCells>" + b'<mergeCell ref="A1:C13"/>' * (_CELLS // 10) + b"</mergeCells>"),
    "xlsx_merge_many.xlsx": ("S05", SHEET, _END, _END + b"<mergeCells>" + b'<mergeCell ref="F1:F2"/>' * _CELLS + b"</mergeCells>"),
    "xlsx_far_cell.xlsx": ("S05", SHEET, _END, b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>' + _END),
    "xlsx_far_row.xlsx": ("S05", SHEET, _END, b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>' + _END),
    "xlsx_far_column.xlsx": ("S05", SHEET, _END, b'<row r="14"><c r="XFD14"><v>1</v></c></row>' + _END),
    "xlsx_beyond_the_sheet.xlsx": ("S05 F01 F03", SHEET, _END, b'<row r="9999999"><c r="ZZZ9999999"><v>1</v></c></row>' + _END),
    "xlsx_far_format.xlsx": (READ, SHEET, _END, b'<row r="1048576"><c r="XFD1048576" s="0"/></row>' + _END),
    "xlsx_deep.xlsx": ("F01", SHEET, _BEGIN, b"<x>" * many(9_000, 900_000) + b"</x>" * many(9_000, 900_000) + _BEGIN),
    "xlsx_long_text.xlsx": ("W08", SHEET, _END, b'<row r="14"><c r="A14" t="inlineStr"><is><t>' + b"a" * (_BOOK * 2 // 3) + b"</t></is></c></row>" + _END),
    "xlsx_long_cell.xlsx": ("W08", SHEET, _END, b'<row r="14"><c r="A14" t="inlineStr"><is><t>' + b"maxa" * many(10_000, 2**18 - 1) + b"</t></is></c></row>" + _END),
    "xlsx_long_attribute.xlsx": ("W08 S02", SHEET, _END, b'<row r="14" spans="' + b"1" * max(_BOOK, MB + 1) + b'"/>' + _END),
    "xlsx_comments.xlsx": (READ, SHEET, _BEGIN, b"<!-- a -->" * (_BOOK // 20) + _BEGIN),
    "xlsx_formats.xlsx": ("S05", "xl/styles.xml", b"<cellXfs", b"<fonts>" + b"<font><b/></font>" * (_CELLS // 8) + b"</fonts><cellXfs"),
    "xlsx_rules.xlsx": ("S05", SHEET, _END, _END + b'<conditionalFormatting sqref="A1"><cfRule type="expression" priority="1"><formula>1</formula></cfRule></conditionalFormatting>' * (_CELLS // 10)),
    "xlsx_columns.xlsx": ("S05", SHEET, _BEGIN, b"<cols>" + b'<col min="1" max="16384" width="9"/>' * (_CELLS // 4) + b"</cols>" + _BEGIN),
    "xlsx_formula_of_a_file.xlsx": ("W01", SHEET, _END, b'<row r="14"><c r="A14"><f>[1]x!A1</f></c></row>' + _END),
    "xlsx_no_number.xlsx": ("F01 F03", SHEET, _END, b'<row r="x"><c r="A14"><v>1</v></c></row>' + _END),
    "xlsx_no_string.xlsx": ("F01 F03", SHEET, _END, b'<row r="14"><c r="A14" t="s"><v>999999</v></c></row>' + _END),
    "xlsx_huge_date.xlsx": ("F01 F03 K04 W01", SHEET, _END, b'<row r="14"><c r="A14" t="d"><v>99999-99-99</v></c></row>' + _END),
}  # fmt: skip
for _name, (_ends, *_change) in XLSX.items():
    hostile(_name, _ends)(lambda path, change=_change: patched(path, *change))


@hostile("xlsx_entries.xlsx", "S05")
def _entries(path: Path) -> None:
    zipped(path, ((str(k), b"") for k in range(many(60, 100_000))), zipfile.ZIP_STORED)


@hostile("xlsx_bzip2.xlsx", "F01")
def _bzip2(path: Path) -> None:
    patched(path, SHEET, _BEGIN, _BEGIN + b" " * _BOOK, zipfile.ZIP_BZIP2)


@hostile("xlsx_sizes_lie.xlsx", "F01 S02")
def _sizes_lie(path: Path) -> None:
    """Its list of parts says that the sheet has a few bytes."""
    patched(path, SHEET, _BEGIN, _BEGIN + b" " * (3 * _BOOK))
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (900).to_bytes(4, "little")))
