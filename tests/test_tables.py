"""Tables: every row in, with the number a planner sees, or an error."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from geo_merge.errors import TableError
from geo_merge.provenance import findings_of
from geo_merge.tables import read_table

GOOD = "old_code,new_code,new_name\n00001,N1,Một\n00002,NA,Hai\n"


def write(folder: Path, content: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        GOOD, GOOD.replace(",", ";"), GOOD.replace(",", "\t"), "sep=;\n" + GOOD.replace(",", ";"),
        GOOD.encode("utf-8-sig"), GOOD.encode("utf-16"), GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"), GOOD + "\n,,\n   \n", GOOD.replace("\n", ",\n"),
    ],
    ids=["comma", "semicolon", "tab", "sep", "bom", "utf-16", "crlf", "cr", "blank lines", "trailing"],
)  # fmt: skip
def test_dialects(tmp_path: Path, content: str | bytes) -> None:
    frame = read_table(write(tmp_path, content))
    assert frame["old_code"].tolist() == ["00001", "00002"]
    assert frame["new_code"].tolist() == ["N1", "NA"]  # NA is a text
    assert frame["new_name"].tolist() == ["Một", "Hai"]


def test_rows_are_numbered_as_an_editor_does(tmp_path: Path) -> None:
    frame = read_table(write(tmp_path, "a,b\n\n1,2\n,\n3,4\n"))
    assert frame.index.tolist() == [3, 5]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("a,b\n", "no rows"),
        ("a,a\n1,2\n", r"several columns are called a \[W07\]"),
        ("a,b\n1,2\n1,2,3\n4,5\n6\n", r"row 3: 3 cells .*\n.*row 5: 1 cells"),
        ('a,b\n1,"x\n2,y\n', r"\[W08\]; a quotation mark"),
        ("a,b\n1,\0\n", "row 2: NUL"),
        (b"a,b\n1,\xe3\n", "row 2: not UTF-8 .*--encoding"),
        (b"PK\x03\x04", r"\[F01\]"),
    ],
    ids=["empty", "headings", "doubled", "shape", "quote", "nul", "encoding", "zip"],
)
def test_bad_csv_is_named(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(TableError, match=f"(?s){message}"):
        read_table(write(tmp_path, content))


def test_an_encoding_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path, "a,b\n1,Hải\n".encode("cp1258", "replace"))
    assert read_table(path, encoding="cp1258")["a"].tolist() == ["1"]


def book(folder: Path, rows: list[list[object]]) -> tuple[openpyxl.Workbook, Path]:
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    return workbook, folder / "t.xlsx"


def test_xlsx(tmp_path: Path) -> None:
    workbook, path = book(tmp_path, [["old_code", "new_code"], ["00001", 7210], ["00002", 7210.0]])
    workbook.save(path)
    assert read_table(path)["new_code"].tolist() == ["7210", "7210"]


def test_merged_cells_are_filled_and_said(tmp_path: Path) -> None:
    workbook, path = book(tmp_path, [["o", "n"], ["1", "N"], ["2", None], ["3", "M"]])
    workbook.active.merge_cells("B2:B3")
    workbook.save(path)
    frame = read_table(path)
    assert frame["n"].tolist() == ["N", "N", "M"]
    assert [f.check for f in findings_of(frame)] == ["W09"]


def test_formulas_without_values_are_errors(tmp_path: Path) -> None:
    workbook, path = book(tmp_path, [["o", "n"], ["1", '=CONCATENATE("N","1")']])
    workbook.save(path)
    with pytest.raises(TableError, match="B2"):
        read_table(path)


def test_several_sheets_are_not_guessed(tmp_path: Path) -> None:
    workbook, path = book(tmp_path, [["o", "n"], ["1", "2"]])
    workbook.create_sheet("other").append(["x", "y"])
    workbook.save(path)
    with pytest.raises(TableError, match="other"):
        read_table(path)


def test_a_csv_named_xlsx_is_recognised(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"\[F01\]"):
        read_table(write(tmp_path, GOOD, "t.xlsx"))
