"""The crosswalk: complete before anything is dissolved."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from small_crosswalks import WHOLE, Grid, table, units

from geo_merge.errors import CrosswalkError, TableError
from geo_merge.units.crosswalk import as_crosswalk, resolve
from geo_merge.vietnam.country import VIETNAM
from geo_merge.vietnam.names import name_key, split_type
from geo_merge.vocabulary.fields import with_unit_columns
from geo_merge.vocabulary.no_values import NoValue, no_value


def test_rows_come_in_the_order_of_the_units(grid: Grid) -> None:
    resolved = resolve(units(grid), table(*reversed(WHOLE)))
    assert resolved.rows["new_code"].tolist() == ["N1", "N1", "N2", "N2"]
    assert resolved.rows["row"].tolist() == [5, 4, 3, 2]
    assert set(resolved.rows["matched_by"]) == {"code"}
    assert resolved.findings == ()


def test_all_problems_come_together_with_their_rows(grid: Grid) -> None:
    broken = table(
        ("00001", "N1", "Một"), ("77777", "N1", "Một"), ("00003", "", "Hai"), ("00003", "N9", "Chín"),
    )  # fmt: skip
    with pytest.raises(CrosswalkError) as raised:
        resolve(units(grid), broken)
    text = str(raised.value)
    assert "row 3: old_code 77777 is not in the layer [K04]" in text
    assert "row 4: new_code of 00003 is blank [W01]" in text
    assert "rows 4, 5: 00003 (Xã 3) is divided between" in text
    assert "2 of 4 units of the layer have no row [K05]: 00002 (Xã 2), 00004 (Xã 4); " in text


def test_a_new_code_may_be_that_of_any_old_unit(grid: Grid) -> None:
    """All 99 of Bắc Ninh reuse a member's code; some reforms reuse that of another unit."""
    resolved = resolve(units(grid), table(*[(o, "00004", n) for o, _, n in WHOLE[:2]], *WHOLE[2:]))
    assert resolved.rows["new_code"].tolist() == ["00004", "00004", "N2", "N2"]
    (finding,) = resolved.findings
    assert (finding.check, finding.units) == ("W06", ("00004",))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("7.21E+03", "N1", "Một"), *WHOLE[1:]], r"row 2: old_code 7.21E\+03 .* \[K02\]"),
        ([*WHOLE[:3], ("00004", "N2", "Khác")], r"new_code N2 has several new_names: .*\[W03\]"),
    ],
    ids=["scientific", "two names"],
)
def test_conflicts_are_errors(grid: Grid, rows: list[tuple[str, ...]], message: str) -> None:
    with pytest.raises(CrosswalkError, match=message):
        resolve(units(grid), table(*rows))


@pytest.mark.parametrize(
    ("share", "message"),
    [("0.6", "only 0.6 of 00001"), ("0,6", "only 0.6 of 00001"), ("-0.4", "between 0 and 1"),
     ("1.4", "between 0 and 1"), ("all", "is no number"), ("nan", "between 0 and 1")],
)  # fmt: skip
def test_shares_must_be_whole(grid: Grid, share: str, message: str) -> None:
    rows = [(*row, "1") for row in WHOLE]
    rows[0] = (*WHOLE[0], share)
    with pytest.raises(CrosswalkError, match=message):
        resolve(units(grid), table(*rows, columns="old_code new_code new_name share"))


def test_identical_rows_are_used_once_with_a_warning(grid: Grid) -> None:
    resolved = resolve(units(grid), table(*WHOLE, WHOLE[0]))
    assert len(resolved.rows) == 4
    assert [f.check for f in resolved.findings] == ["W02"]


def test_swapped_headings_are_recognised(grid: Grid) -> None:
    swapped = table(*[(n, o, x) for o, n, x in WHOLE])
    with pytest.raises(CrosswalkError, match="swapped"):
        resolve(units(grid), swapped)


def test_names_that_disagree_are_a_warning(grid: Grid) -> None:
    rows = [(o, n, x, f"Xã {k}") for k, (o, n, x) in enumerate(WHOLE, start=1)]
    rows[1] = (*rows[1][:3], "Xã khác")
    resolved = resolve(units(grid), table(*rows, columns="old_code new_code new_name old_name"))
    assert [(f.check, f.units) for f in resolved.findings] == [("K08", ("00002",))]
    nameless = units(grid).assign(name="")
    assert resolve(nameless, table(*rows, columns="old_code new_code new_name old_name")).findings == ()  # fmt: skip


@pytest.mark.parametrize("written", ["Hòa Bình", "Hoà Bình", "Ho\u0300a  Bình", "HÒA BÌNH"])
def test_rows_without_a_code_are_matched_by_name_in_the_district(grid: Grid, written: str) -> None:
    old = units(grid).assign(
        name=["Hoà Bình", "Hoà Bình", "Ba", "Bốn"], district=["Huyện A", "Huyện B", "", ""]
    )
    columns = "old_code new_code new_name old_name old_district"
    rows = [(*row, "", "") for row in WHOLE]
    rows[1] = ("", "N1", "Một", written, "Huyện B")
    resolved = resolve(old, table(*rows, columns=columns), country=VIETNAM)
    assert resolved.rows["matched_by"].tolist() == ["code", "name and district", "code", "code"]
    rows[1] = ("", "N1", "Một", written, "")
    with pytest.raises(CrosswalkError, match="2 units are called .*Huyện A.*Huyện B"):
        resolve(old, table(*rows, columns=columns), country=VIETNAM)


def test_missing_columns_are_named_with_those_found() -> None:
    with pytest.raises(TableError, match="old_code, new_name are missing .* has Số A, new_code"):
        as_crosswalk(table(("1", "2"), columns="Số_A new_code").rename(columns={"Số_A": "Số A"}))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("Hoà", "Hòa", True), ("Thuỵ", "Thụy", True), ("Khoẻ", "Khỏe", True), ("Quý", "Qúy", True),
     ("Đồng Tiến", "Đông Tiến", False), ("Tiền", "Tiến", False), ("Lý", "Ly", False)],
)  # fmt: skip
def test_tone_placement_does_not_matter_but_tones_do(one: str, other: str, same: bool) -> None:
    assert (name_key(one) == name_key(other)) is same


def test_types_are_split_from_names() -> None:
    assert split_type("Thị trấn Chũ") == ("Thị trấn", "Chũ")
    assert split_type("phường Chũ") == ("Phường", "Chũ")
    assert split_type("Xãm") == ("", "Xãm")


def test_types_written_in_new_names_count_where_no_row_states_them(grid: Grid) -> None:
    rows = table(*[(code, new, f"{'Phường' if new == 'N1' else 'P.'} {name}")
                   for code, new, name in WHOLE])  # fmt: skip
    resolved = resolve(units(grid), rows, country=VIETNAM)
    assert set(resolved.rows["new_type"]) == {"Phường"}
    assert resolved.rows["new_name"].tolist() == rows["new_name"].tolist()
    assert set(resolve(units(grid), rows).rows["new_type"]) == {""}
    stated = rows.assign(new_type=["Xã", "Xã", "", ""])
    assert resolve(units(grid), stated, country=VIETNAM).rows["new_type"].tolist()[2:] == ["", ""]


def with_cell(row: int, column: str, text: str) -> pd.DataFrame:
    rows = table(*WHOLE).assign(old_name=["", "", "", ""], new_type="Xã")
    rows.loc[row, column] = text
    return rows


ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!",
          "#WERT!", "#¡REF!", "＃N/A", "Err:502", "####", "VALUE!", "REF!", "NAME?", "Lỗi", "lỗi!",
          "Error")  # fmt: skip
FATES = ("Giữ nguyên", "giữ nguyên hiện trạng", "Vẫn giữ nguyên xã Hai", "Không sắp xếp", "Như cũ",
         "(không thay đổi)", "Nhập vào phường Một", "Sáp nhập với xã Ba", "Không thuộc diện sắp xếp",
         "unchanged", "No change", "remains as it is", "merged into Two", "inchangée",
         "sans changement", "unverändert", "uendret", "ingen endring", "oförändrad",
         "ei muutoksia", "invariato", "sin cambios", "bez zmian", "без изменений", "変更なし", "不变")  # fmt: skip
NOTHING = (
    "NULL",
    "nan",
    "None",
    "N/A",
    "n/a",
    "<NA>",
    "-",
    "—",
    "?",
    "...",
    "\u00a0",
    "\u200b",
    " ",
)
OTHER = ("2025-09-02", "2025-09-02 00:00:00", "08:30:00", "2/9/2025", "2-Sep", "TRUE", "False")


@pytest.mark.parametrize("text", [*ERRORS, *NOTHING, *OTHER])
@pytest.mark.parametrize("column", ["new_code", "new_name"])
def test_what_is_no_value_names_no_unit(grid: Grid, column: str, text: str) -> None:
    check = "W11" if text in OTHER else "W01"
    with pytest.raises(CrosswalkError, match=rf"row 4: {column} of 00003 is .*\[{check}\]"):
        resolve(units(grid), with_cell(2, column, text))


@pytest.mark.parametrize("text", FATES)
@pytest.mark.parametrize("column", ["new_code", "new_name", "new_type"])
def test_words_on_what_becomes_of_a_unit_name_none(grid: Grid, column: str, text: str) -> None:
    with pytest.raises(CrosswalkError) as raised:
        resolve(units(grid), with_cell(2, column, text))
    assert "words on what becomes of a unit" in str(raised.value)
    assert "write the code and the name that it has afterwards" in str(raised.value)


@pytest.mark.parametrize(
    "name", ["Nguyên", "Giữ", "Không", "Nhập", "Same", "Unchangi", "Bleibtreu"]
)
def test_names_that_only_look_like_a_fate_are_names(name: str) -> None:
    assert no_value(name) in {None, NoValue.NOTHING}


@pytest.mark.parametrize("text", [*ERRORS, *OTHER])
@pytest.mark.parametrize("column", ["old_code", "old_name", "new_type"])
def test_failed_cells_are_refused_where_a_name_or_code_may_be(
    grid: Grid, column: str, text: str
) -> None:
    with pytest.raises(CrosswalkError, match=rf"row 4: {column}.* is .*\[W(01|11)\]"):
        resolve(units(grid), with_cell(2, column, text))


@pytest.mark.parametrize("text", ["NULL", "nan", "-", "?"])
def test_a_word_for_nothing_is_blank_where_nothing_is_needed(grid: Grid, text: str) -> None:
    resolved = resolve(units(grid), with_cell(2, "old_name", text))
    assert resolved.rows["old_name"].tolist() == ["", "", "", ""]
    assert [f.check for f in resolved.findings] == ["W01"]


@pytest.mark.parametrize(
    "name",
    [
        "NA",
        "Nà Hẩu",
        "2/9",
        "True Lake",
        "Nan Oo",
        "4",
        "'s-Graven",
        "Å",
        "Y",
        "Ö",
        "O",
        "Err",
        "X",
        "XX",
        "Xã x",
    ],
)
def test_odd_names_are_names(grid: Grid, name: str) -> None:
    rows = [(o, n, name if n == "N1" else x) for o, n, x in WHOLE]
    resolved = resolve(units(grid), table(*rows))
    assert resolved.rows["new_name"].tolist()[:2] == [name, name]
    assert resolved.findings == ()


def test_points_beside_units_are_told_as_points(grid: Grid) -> None:
    """Labels of a drawing lack no row: what is wrong with them is that they are no polygons."""
    old = units(grid)
    shapes = np.asarray(old.geometry.values).copy()
    shapes[3] = shapely.Point(shapes[3].centroid)
    old = old.set_geometry(gpd.GeoSeries(shapes, index=old.index, crs=old.crs))
    with pytest.raises(
        CrosswalkError, match=r"1 row \(00004.*no polygon but Point \[G03\]"
    ) as told:
        resolve(old, table(*WHOLE[:3]))
    assert "K05" not in str(told.value)
    with pytest.raises(CrosswalkError, match=r"(?s)00004.*\[G03\].*1 of 4 .*\[K05\]: 00003"):
        resolve(old, table(*WHOLE[:2]))


@pytest.mark.parametrize(
    ("name", "told"), [("None", "None, no value"), ("Ibid", "Ibid, a mark for what stands above")]
)
def test_a_unit_that_is_called_like_a_word_for_nothing(grid: Grid, name: str, told: str) -> None:
    """None is a comune in Piedmont, Ibid a barangay on Luzon: the layer knows it."""
    rows = [(o, n, name if n == "N1" else x) for o, n, x in WHOLE]
    with pytest.raises(CrosswalkError, match=told):
        resolve(units(grid), table(*rows))
    named = units(grid).assign(name=[name, "Hai", "Ba", "Bốn"])
    assert resolve(named, table(*rows)).rows["new_name"].tolist()[0] == name
    columns = "old_code old_name new_code new_name"
    old = [("00001", name, "N1", "A"), ("00002", "Hai", "N1", "A"), ("00003", "Ba", "N2", "B"),
           ("00004", "Bốn", "N2", "B")]  # fmt: skip
    assert resolve(named, table(*old, columns=columns)).rows["old_name"].tolist()[0] == name


@pytest.mark.parametrize(
    "other", ["Hòa Bình", "Ho\u0300a Bình", "HOÀ BÌNH", "Hoà\u00a0Bình", "Hoà Bình\u200e"]
)
def test_one_name_in_two_spellings_is_one_unit(grid: Grid, other: str) -> None:
    rows = [("00001", "N1", "Hoà Bình"), ("00002", "N1", "Hoà Bình"), ("00003", "N1", other),
            ("00004", "N2", "B")]  # fmt: skip
    resolved = resolve(units(grid), table(*rows), country=VIETNAM)
    assert resolved.rows["new_name"].tolist() == ["Hoà Bình"] * 3 + ["B"]
    assert resolved.findings[0].check == "W03"
    assert "written in 2 ways" in resolved.findings[0].message


def test_a_row_of_several_old_units_is_told_what_to_do(grid: Grid) -> None:
    for cell in ("00001; 00002", "00001\n00002", "00001 00002", "00001,00002", "00001 + 00002"):
        with pytest.raises(CrosswalkError) as raised:
            resolve(units(grid), table((cell, "N1", "Một"), *WHOLE[2:]))
        (problem,) = raised.value.problems
        assert "rows 2: several old units stand in one cell" in problem
        assert "geo-merge crosswalk from-compositions" in problem
    columns = "old_code new_code new_name old_name"
    listed = [("", "N1", "Một", "Xã 1, Xã 2 và Xã 3"), ("00004", "N2", "Hai", "")]
    with pytest.raises(CrosswalkError) as raised:
        resolve(units(grid), table(*listed, columns=columns))
    assert len(raised.value.problems) == 1


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("old1 old2 new_code new_name", "side by side, in old1, old2 .*one row for each old unit"),
        ("old_code old_code_2 old_code_3 new_code new_name", "side by side, in "),
        ("composition new_code new_name", "made of in composition .*from-compositions"),
    ],
)
def test_wide_tables_are_told_what_to_do(columns: str, message: str) -> None:
    names = columns.split()
    with pytest.raises(TableError, match=message):
        as_crosswalk(pd.DataFrame([["x"] * len(names)], columns=names))


def provinces(grid: Grid, rows: int) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return a layer of province B, and the crosswalk of A (so many rows) and B."""
    old = units(grid).assign(province="Tỉnh B", province_code="27")
    table = pd.DataFrame(
        [(f"1{k:04d}", "N1", "Một", "Tỉnh A", "24") for k in range(rows)]
        + [(*row, "Tỉnh B", "27") for row in WHOLE],
        columns=["old_code", "new_code", "new_name", "old_province", "old_province_code"],
    )
    return old, table


def test_a_province_that_is_not_among_the_files_is_one_sentence(grid: Grid) -> None:
    old, rows = provinces(grid, 192)
    with pytest.raises(CrosswalkError) as raised:
        resolve(old, rows)
    (problem,) = raised.value.problems
    assert "192 rows belong to Tỉnh A, which is not among the files [K04] (rows 2-193)" in problem


def test_another_file_than_is_meant_is_two_sentences(grid: Grid) -> None:
    old, rows = provinces(grid, 40)
    rows = rows.head(40).assign(old_province="", old_province_code="")
    with pytest.raises(CrosswalkError) as raised:
        resolve(old.assign(province="", province_code=""), rows)
    assert "none of its 40 old codes (10000 to 10039) is in the layer" in raised.value.problems[0]
    assert len(raised.value.problems) == 2  # and the four units without a row


def test_long_lists_are_capped(grid: Grid) -> None:
    old, rows = provinces(grid, 50)
    with pytest.raises(CrosswalkError) as raised:
        resolve(old, rows.assign(old_province="", old_province_code=""))
    *first, last = raised.value.problems
    assert [f"row {k}:" in problem for k, problem in enumerate(first, start=2)] == [True] * 20
    assert "30 more rows (22-51) name units that are not in the layer [K04]" in last


def test_names_cut_at_the_width_of_a_field_are_one_finding(grid: Grid) -> None:
    """A Shapefile's field of 12 bytes: four names end there, one is another name."""
    whole = ["Nông trường Việt Lâm", "Nông trường Phong Hải", "Nông trường Thái Bình", "Một", "Hai"]
    names = ["Nông trường V", "Nông trường P", "Nông trường T", "Một", "Ba"]
    old = with_unit_columns(grid(5, 1).assign(name=names))
    rows = pd.DataFrame({"old_code": old.index, "old_name": whole, "new_code": "N",
                          "new_name": "N"})  # fmt: skip
    cut, other = [f for f in resolve(old, rows).findings if f.check == "K08"]
    if cut.units == ("00005",):
        cut, other = other, cut
    assert cut.units == ("00001", "00002", "00003")
    assert cut.value == 3
    assert "3 names of units were cut at the width of a field" in cut.message
    assert "00002 Nông trường P and Nông trường Phong Hải" in cut.message
    assert "calls 00005 Hai; in the layer it is Ba" in other.message


@pytest.mark.parametrize(
    "cells",
    [("Tổng cộng: 4", "2", ""), ("Total", "", ""), ("", "Cộng", "2"), ("Summe:", "", "")],
)
def test_a_row_that_adds_the_others_up_is_called_so_and_nothing_else(
    grid: Grid, cells: tuple[str, str, str]
) -> None:
    with pytest.raises(CrosswalkError) as raised:
        resolve(units(grid), table(*WHOLE, cells))
    (told,) = raised.value.problems
    assert "row 6: '" in told
    assert "is a sum, not a unit [K04]; remove the row" in told


def test_a_unit_may_be_called_like_a_sum(grid: Grid) -> None:
    layer = units(grid).assign(name=["Tổng Cọt", "Total", "Xã 3", "Xã 4"])
    rows = table(("Tổng Cọt", "N1", "Một"), ("Total", "N1", ""), *(("Xã 3", "N2", "Hai"), ("Xã 4", "N2", "Hai")),
                 columns="old_name new_code new_name").assign(new_name=["Một", "Một", "Hai", "Hai"])  # fmt: skip
    assert len(resolve(layer, rows.assign(old_code="")).rows) == 4


def test_names_whose_letters_an_encoding_lost_are_told_once(grid: Grid) -> None:
    layer = units(grid).assign(name=["Lạng Sơn", "Đại Lai", "Xã 3", "Xã 4"])
    rows = table(*WHOLE).assign(old_name=["L?ng S?n", "\ufffdại Lai", "Xã 3", "Xã 4"],
                                new_name=["M?t", "M?t", "Hai", "Hai"])  # fmt: skip
    found = resolve(layer, rows).findings
    assert [(f.check, f.value) for f in found] == [("F05", 2), ("F05", 2)]
    assert "L?ng S?n; \ufffdại Lai" in found[0].message
