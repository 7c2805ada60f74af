"""Tables: every row in, with the number a planner sees, or an error."""

from __future__ import annotations

import zipfile
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hostile.all import FILES, SIZES

from geo_merge.api import read_table
from geo_merge.errors import LayerError, TableError
from geo_merge.reading.content import check_content
from geo_merge.vietnam.files import encodings
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.memory import findings_of

encodings.register()

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
        GOOD.replace("\n", ",,\n"), GOOD.replace("Một\n", "Một, ,\n"), GOOD + "\x1a",
    ],
    ids=["comma", "semicolon", "tab", "sep", "bom", "utf-16", "crlf", "cr", "blank lines", "trailing",
         "trailing twice", "beyond the headings", "end of DOS"],
)  # fmt: skip
def test_dialects(tmp_path: Path, content: str | bytes) -> None:
    frame = read_table(write(tmp_path, content))
    assert frame["old_code"].tolist() == ["00001", "00002"]
    assert frame["new_code"].tolist() == ["N1", "NA"]  # NA is a text
    assert frame["new_name"].tolist() == ["Một", "Hai"]
    assert len(frame.columns) == 3


def test_rows_are_numbered_as_an_editor_does(tmp_path: Path) -> None:
    frame = read_table(write(tmp_path, "a,b\n\n1,2\n,\n3,4\n"))
    assert frame.index.tolist() == [3, 5]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("a,b\n", "no rows"),
        ("a,a\n1,2\n", r"several columns are called a \[W07\]"),
        ("a,b\n1,2\n1,2,3\n4,5\n6\n", r"row 3: 3 cells .*\n.*row 5: 1 cell "),
        ('a,b\n1,"x\n2,y\n', "row 2: a quotation mark that opens there is not"),
        ('a,b\n1,x\n2,"y\n3,"z"\n4,w\n', "row 3: a quotation mark that opens there is not"),
        ("a,b\n1,\0\n", "row 2: NUL"),
        (b"a,b\n1,\xe3\n", "row 2: not UTF-8 .*--encoding"),
        (b"PK\x03\x04", r"\[F01\]"),
    ],
    ids=[
        "empty",
        "headings",
        "doubled",
        "shape",
        "quote",
        "quote in the middle",
        "nul",
        "encoding",
        "zip",
    ],
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


def test_a_workbook_with_macros_is_read_and_others_are_named(tmp_path: Path) -> None:
    """Microsoft's type of a workbook with macros is all that tells it from one without."""
    book = openpyxl.Workbook()
    for row in (["old_code", "hidden", "new_code", "new_name"], ["00001", "h", "N1", "Một"]):
        book.active.append(row)
    book.active.column_dimensions["B"].hidden = True
    book.active.row_dimensions[2].hidden = True
    book.save(tmp_path / "plain.xlsx")
    plain, macros = b"spreadsheetml.sheet.main+xml", b"ms-excel.sheet.macroEnabled.main+xml"
    with (
        zipfile.ZipFile(tmp_path / "plain.xlsx") as source,
        zipfile.ZipFile(tmp_path / "macros.xlsm", "w") as target,
    ):
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == "[Content_Types].xml":
                data = data.replace(b"openxmlformats-officedocument." + plain, macros)
                assert macros in data
            target.writestr(entry, data)
    table = read_table(tmp_path / "macros.xlsm")
    assert table.loc[2].tolist() == ["00001", "h", "N1", "Một"]
    told = [f.message for f in findings_of(table) if f.check == "W09"]
    assert [("rows 2 are hidden" in m, "columns B are hidden" in m) for m in told] == [
        (True, False), (False, True),
    ]  # fmt: skip
    for ending in ("ods", "xls", "xlsb"):
        (tmp_path / f"t.{ending}").write_bytes(b"PK")
        with pytest.raises(TableError, match=r"save it as \.xlsx"):
            read_table(tmp_path / f"t.{ending}")


def test_a_csv_named_xlsx_is_recognised(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"\[F01\]"):
        read_table(write(tmp_path, GOOD, "t.xlsx"))


TITLED = "PHỤ LỤC I: DANH SÁCH, NĂM 2025\n(Kèm theo Nghị quyết)\n\n" + GOOD


@pytest.mark.parametrize(
    ("content", "rows", "told"),
    [
        (TITLED, [5, 6], "headings were found in row 4"),
        (TITLED.replace(",", ";"), [5, 6], "headings were found in row 4"),
        ("old,,new,new\ncode,name,code,name\n00001,a,N1,Một\n00002,b,NA,Hai\n", [3, 4],
         "two rows, 1 and 2"),
        (GOOD.replace("00001", "(1),(2),(3)\n00001", 1), [3, 4], "row 2, below the headings"),
        (GOOD.replace("00001", "old_code,new_code,new_name\n00001", 1), [3, 4], "row 2, below"),
    ],
    ids=["title", "title and semicolons", "two rows", "numbered", "repeated"],
)  # fmt: skip
def test_headings_are_found_and_said(
    tmp_path: Path, content: str, rows: list[int], told: str
) -> None:
    frame = read_table(write(tmp_path, content))
    assert frame.index.tolist() == rows
    (finding,) = findings_of(frame)
    assert (finding.check, told in finding.message) == ("W07", True)
    names = ["old code", "new code", "new name"] if "two" in told else list(frame.columns)
    assert frame[names[0]].tolist() == ["00001", "00002"]
    assert frame[names[2]].tolist() == ["Một", "Hai"]


def test_titles_above_unknown_headings_are_left_out(tmp_path: Path) -> None:
    frame = read_table(write(tmp_path, "Trường học\nTrường;Số;Học sinh\nA;1;2\n"))
    assert list(frame.columns) == ["Trường", "Số", "Học sinh"]


@pytest.mark.parametrize(
    "rows",
    ["1,2,3,4", "A,B,C,D", "a,b,1,2", "I,II,III,IV", ",1,2,3", "1,2,3,4=2+3", "-1-,-2-,-3-,-4-",
     "(mã),(mã),(tên),(loại)", "(mã),(tên),,", "(mã),(mã),(tên),(loại)\n1,2,3,4"],
)  # fmt: skip
def test_rows_that_number_or_explain_headings_are_no_data(tmp_path: Path, rows: str) -> None:
    heads, units = "Mã cũ,Mã mới,Tên mới,Loại mới", "07201,07210,Bắc Giang,Phường"
    frame = read_table(write(tmp_path, f"{heads}\n{rows}\n{units}\n"))
    assert frame.to_numpy().tolist() == [units.split(",")]
    assert [f.check for f in findings_of(frame)] == ["W07"] * len(rows.splitlines())


@pytest.mark.parametrize(
    "rows", ["1,2,3\n4,5,6", "1,2,3\n4,5,A", "A,B,C\nD,E,F", "A,1,2\nĐông,30,40", "1,3,2\n7,8,Hai"]
)
def test_rows_that_units_could_have_are_data(tmp_path: Path, rows: str) -> None:
    frame = read_table(write(tmp_path, f"old_code,new_code,new_name\n{rows}\n"))
    assert frame.to_numpy().tolist() == [row.split(",") for row in rows.splitlines()]
    assert findings_of(frame) == []


@pytest.mark.parametrize("row", ["1,2,3", "3,2,1", "N1,N2,N3", "4,1,2"])
def test_codes_below_the_headings_are_data(tmp_path: Path, row: str) -> None:
    frame = read_table(write(tmp_path, f"old_code,new_code,new_name\n{row}\n"))
    assert frame.iloc[0].tolist() == row.split(",")
    assert findings_of(frame) == []


def test_merged_titles_and_groups_in_a_sheet(tmp_path: Path) -> None:
    rows = [["PHỤ LỤC"], ["old", None, "new"], ["code", "name", "code", "name"],
            ["00001", "a", "N1", "Một"]]  # fmt: skip
    workbook, path = book(tmp_path, rows)
    for span in ("A1:D1", "A2:B2", "C2:D2"):
        workbook.active.merge_cells(span)
    workbook.save(path)
    frame = read_table(path)
    assert list(frame.columns) == ["old code", "old name", "new code", "new name"]
    assert frame.loc[4].tolist() == ["00001", "a", "N1", "Một"]


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [(9010, "00000", "09010"), (9010.0, "00000", "09010"), (9010, '"N"00000', "N09010"),
     (9010, '"0"0000', "09010"), (9010, "00,000", "09010"), (9010, "[$-42A]00000_)", "09010"),
     (1009010, '00"-"00000', "10-09010"), (1009010, "00\\-00000", "10-09010"),
     (9010, "#,##0", "9010"), (9010, "0.00", "9010"),
     (9010, "General", "9010"), (9010, "0", "9010"), (0.5, "00000", "0.5"),
     (True, "General", "TRUE"), (datetime(2025, 9, 2), "d/m", "2025-09-02"),  # noqa: DTZ001
     (time(8, 30), "h:mm", "08:30:00"), (timedelta(hours=26), "[h]:mm", "26:00:00"),
     ("#N/A", "General", "#N/A")],
)  # fmt: skip
def test_cells_are_read_as_they_are_shown(
    tmp_path: Path, value: object, number_format: str, text: str
) -> None:
    workbook, path = book(tmp_path, [["a", "b"], [value, "x"]])
    workbook.active["A2"].number_format = number_format
    workbook.save(path)
    frame = read_table(path)
    assert frame["a"].tolist() == [text]
    assert [f.check for f in findings_of(frame)] == (["K02"] if text.endswith("09010") else [])


def test_texts_that_excel_keeps_as_formulas(tmp_path: Path) -> None:
    frame = read_table(write(tmp_path, 'a,b\n="09010","=""09020"""\n'))
    assert frame.iloc[0].tolist() == ["09010", "09020"]


@pytest.mark.parametrize("mark", ["utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be", "utf-8"])
def test_a_byte_order_mark_tells_the_encoding(tmp_path: Path, mark: str) -> None:
    (tmp_path / "t.csv").write_bytes("\ufeffmã,tên\n09001,Xã Ấm\n".encode(mark))
    assert read_table(tmp_path / "t.csv").to_numpy().tolist() == [["09001", "Xã Ấm"]]
    (tmp_path / "l.geojson").write_bytes('\ufeff{"type":"FeatureCollection"}'.encode(mark))
    if mark != "utf-8":
        with pytest.raises(LayerError, match=rf"is in {mark[:6].upper()} \[F05\]"):
            check_content(tmp_path / "l.geojson")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("asked", [None, "cp1258"])
def test_utf16_needs_no_mark(tmp_path: Path, codec: str, asked: str | None) -> None:
    frame = read_table(write(tmp_path, GOOD.encode(codec)), encoding=asked)
    assert frame["new_name"].tolist() == ["Một", "Hai"]
    assert [f.check for f in findings_of(frame)] == ["F05"]


@pytest.mark.parametrize("asked", ["latin1", "cp1252", "cp932", "tcvn3", "vni", "cp1258", "gbk"])
@pytest.mark.parametrize("names", [("Một", "Hai"), ("Jæren", "Glarus Süd"), ("東京", "Ōta")])
def test_what_is_surely_utf8_stays_so(tmp_path: Path, asked: str, names: tuple[str, str]) -> None:
    content = GOOD.replace("Một", names[0]).replace("Hai", names[1])
    frame = read_table(write(tmp_path, content), encoding=asked)
    assert tuple(frame["new_name"]) == names
    assert [f.check for f in findings_of(frame)] == ["F05"]


@pytest.mark.parametrize(
    ("codec", "name"),
    [("latin1", "Glarus Süd"), ("cp1252", "Évry"), ("cp932", "東京"), ("cp1250", "Łódź"),
     ("viscii", "Phường Dương")],
)  # fmt: skip
def test_the_encoding_holds_where_it_is_needed(tmp_path: Path, codec: str, name: str) -> None:
    """The bytes of ``ươ`` in VISCII are valid UTF-8 by accident: the names tell."""
    content = GOOD.replace("Một", name).encode(codec, "replace")
    frame = read_table(write(tmp_path, content), encoding=codec)
    assert frame["new_name"].iloc[0] == name
    assert findings_of(frame) == []


def test_tables_that_break_off_are_not_called_something_else(tmp_path: Path) -> None:
    workbook, path = book(tmp_path, [["old_code", "new_code"], ["00001", "N1"]])
    workbook.save(path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(TableError, match=r"cut off or damaged \[F03\]"):
        read_table(path)
    csv = tmp_path / "c.csv"
    csv.write_bytes("a,b\nBắc,Bắ".encode()[:-1])
    with pytest.raises(TableError, match=r"row 2 breaks off within a character \[F03\]"):
        read_table(csv)


@pytest.mark.parametrize(
    ("number_format", "shown"),
    [('"0"0', "09010"), ('"0"####', "09010"), ("\\00", "09010"), ('0" người"', "9010"), ("#,##0", "9010")],
)  # fmt: skip
def test_a_zero_that_a_format_writes_before_a_number(
    tmp_path: Path, number_format: str, shown: str
) -> None:
    workbook, path = book(tmp_path, [["old_code", "new_code"], [9010, "N1"]])
    workbook.active["A2"].number_format = number_format  # type: ignore[index]
    workbook.save(path)
    assert read_table(path)["old_code"].tolist() == [shown]


def test_characters_that_excel_escapes(tmp_path: Path) -> None:
    workbook, path = book(tmp_path, [["old_code", "new_name"], ["00001", "Mới_x000D_"]])
    workbook.save(path)
    assert read_table(path)["new_name"].tolist() == ["Mới\r"]


@pytest.mark.parametrize("old", [["01", "02", None], [1, 2, 3], [1.0, 2.0, None]])
def test_parquet_is_read_as_a_workbook_of_the_same(tmp_path: Path, old: list[Any]) -> None:
    frame = pd.DataFrame({"old_code": old, "new_name": ["Một", None, "NA"], "people": [1, 2.5, 3]})
    frame.to_parquet(tmp_path / "t.parquet", index=False)
    frame.to_excel(tmp_path / "t.xlsx", index=False)
    read = read_table(tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(read, read_table(tmp_path / "t.xlsx"))
    assert read.index.tolist() == [2, 3, 4]


@pytest.mark.parametrize(
    ("table", "sizes", "message"),
    [
        (pa.table({"a": range(9)}), Sizes(table_rows=8), "9 rows, more than 8"),
        (pa.table({f"c{k}": [1] for k in range(9)}), Sizes(table_columns=8), "S05"),
        (pa.table({"a": ["x" * 10_001]}), Sizes(), "row 2"),
        (pa.table({"a": pa.array([], "string")}), Sizes(), "W07"),
        (pa.table({"a": [b"x"]}), Sizes(), "W07"),
        (pa.table([[1], [2]], ["a", "a"]), Sizes(), "F04"),
    ],
)  # fmt: skip
def test_parquet_beyond_the_limits_of_tables_is_told(
    tmp_path: Path, table: pa.Table, sizes: Sizes, message: str
) -> None:
    pq.write_table(table, tmp_path / "t.parquet")
    with pytest.raises(TableError, match=message) as error:
        read_table(tmp_path / "t.parquet", sizes=sizes)
    assert len(error.value.problems) == 1


_OF_TABLES = [n for n, each in FILES.items() if each.role == "recode" and n.endswith(".parquet")]


@pytest.mark.parametrize("name", _OF_TABLES[:: len(_OF_TABLES) // 9])
def test_hostile_parquet_is_read_or_refused_in_sentences(tmp_path: Path, name: str) -> None:
    path = FILES[name].write(tmp_path)
    try:
        read_table(path, sizes=SIZES)
    except TableError as error:
        told = error.problems
    else:
        told = ()
    assert all(each.endswith(".") and "\n" not in each for each in told), told


def test_a_folder_is_no_table_and_not_missing(tmp_path: Path) -> None:
    (tmp_path / "communes.gdb").mkdir()
    with pytest.raises(TableError, match=r"communes\.gdb is a folder or a geodatabase.*\[F01\]"):
        read_table(tmp_path / "communes.gdb")
