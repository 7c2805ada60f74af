"""Workbooks of Excel 97 to 2003.

``data/old_workbook.xls`` was saved by LibreOffice: a list with codes shown by the format 00000, a
name merged over two rows, the failed formula ``=NA()``, a day, truth values, row 4 and column F
hidden, and an empty second sheet.
"""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import pytest
from commands import run

from geo_merge.errors import TableError
from geo_merge.reading.tables import read_table
from geo_merge.vocabulary.memory import findings_of

BOOK = (Path(__file__).parent / "data" / "old_workbook.xls").read_bytes()
ROWS = [
    ["07201", "09010", "Bắc Giang", "2025-07-01", "TRUE", "0.25"],
    ["07207", "09010", "Bắc Giang", "", "FALSE", "1"],
    ["07210", "09020", "Yên Dũng", "", "", "1.5"],
    ["07213", "09020", "#N/A", "", "", ""],
]


def written(folder: Path, data: bytes, name: str = "table.xls") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def in_folder(name: str) -> bytes:
    """Return a stream's name as the container of the workbook has it, in a field of 64 bytes."""
    return name.encode("utf-16-le").ljust(64, b"\0") + (2 * len(name) + 2).to_bytes(2, "little")


def renamed(stream: str) -> bytes:
    """Return the workbook with its stream under another name."""
    assert BOOK.count(in_folder("Workbook")) == 1
    return BOOK.replace(in_folder("Workbook"), in_folder(stream))


@pytest.mark.parametrize("name", ["table.xls", "table.xlsx", "table.XLSM"])
def test_a_workbook_is_read_as_it_is_shown_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    table = read_table(written(tmp_path, BOOK, name))
    assert table.columns.tolist() == ["old_code", "new_code", "new_name", "from", "kept", "share"]
    assert table.to_numpy().tolist() == ROWS
    assert table.index.tolist() == [2, 3, 4, 5]
    assert {f.message.kind: str(f.message).split(": ", 1)[1] for f in findings_of(table)} == {
        "W09.merged": "merged cells (C2:C3) were read as if their value stood in each of them.",
        "W09.hidden": "rows 4 are hidden; they were read.",
        "W09.hidden_columns": "the columns F are hidden; they were read.",
        "K02.shown_zeros": "7 numbers were read with the zeros that their format shows "
        "(as 07201 in A2).",
    }


def test_a_later_workbook_that_is_called_xls_is_read(tmp_path: Path) -> None:
    import openpyxl  # noqa: PLC0415 - only here

    book = openpyxl.Workbook()
    book.active.append(["old_code", "new_code"])
    book.active.append(["07201", "09010"])
    book.save(tmp_path / "table.xlsx")
    path = (tmp_path / "table.xlsx").rename(tmp_path / "table.xls")
    assert zipfile.is_zipfile(path)
    assert read_table(path).to_numpy().tolist() == [["07201", "09010"]]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (renamed("EncryptedPackage"), "protected with a password"),
        (renamed("WordDocument"), "named like a spreadsheet"),
        (BOOK[: len(BOOK) // 2], "named like a spreadsheet"),
        (BOOK[:8], "named like a spreadsheet"),
        (b"<html><table><tr><td>old_code</td></tr></table></html>", "a web page"),
    ],
    ids=["password", "document", "half", "signature", "web page"],
)
def test_what_is_no_workbook_is_told(tmp_path: Path, data: bytes, told: str) -> None:
    with pytest.raises(TableError, match=told):
        read_table(written(tmp_path, data))


def test_a_damaged_workbook_is_refused_or_read_and_never_fails(tmp_path: Path) -> None:
    rng, read = random.Random(5), 0  # noqa: S311 - damage by a seed
    for _ in range(400):
        data = bytearray(BOOK)
        for _ in range(rng.choice([1, 3, 10])):
            at = rng.randrange(512, len(data))
            if rng.random() < 0.5:
                data[at] = rng.choice([0, 1, 127, 128, 255])
            else:
                del data[at : at + rng.randrange(1, 300)]
        try:
            read += bool(len(read_table(written(tmp_path, bytes(data)))))
        except TableError as error:
            assert "table.xls" in str(error)  # noqa: PT017 - either is right
    assert 0 < read < 400


def test_the_command_line_names_the_row_of_a_failed_formula(tmp_path: Path) -> None:
    table = written(tmp_path, BOOK, "danh_sach.xls")
    ran = run("build", "--crosswalk", table, "--out", tmp_path / "out")
    assert ran.code == 2
    assert "row 5" in ran.err
    assert "#N/A" in ran.err
