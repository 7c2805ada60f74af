"""Crosswalks as people write them: marks for the row above, headings of groups, types in names."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import pandas as pd
import pytest

from geo_merge.errors import CrosswalkError, TableError
from geo_merge.units.called import keys_of
from geo_merge.units.crosswalk import as_crosswalk, resolve
from geo_merge.vocabulary.codes import clean_code, clean_text, fold_name, is_misread
from geo_merge.vocabulary.memory import findings_of

Grid = Callable[..., gpd.GeoDataFrame]
COLUMNS = ("old_code", "old_name", "new_code", "new_name")
WHOLE = (
    ("00001", "Một", "N1", "Mới"),
    ("00002", "Hai", "N1", "Mới"),
    ("00003", "Ba", "N2", "Xa"),
    ("00004", "Bốn", "N2", "Xa"),
)


def units(grid: Grid, names: tuple[str, ...] = ("Một", "Hai", "Ba", "Bốn")) -> gpd.GeoDataFrame:
    blank = dict.fromkeys(("district_code", "district", "province_code", "province"), "")
    return grid().assign(is_piece=False, name=list(names), unit_type="Xã", **blank)


def table(*rows: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS))


def changed(row: int, column: str, text: str) -> pd.DataFrame:
    rows = table(*WHOLE)
    rows.loc[row, column] = text
    return rows


@pytest.mark.parametrize(
    "mark",
    ["nt", "-nt-", "N.T.", "như trên", "(như trên)", "ditto", "do", "´´", "do.", "id.", '"', "″", "〃", '"-"', "''",
     "↑", "同上", "s.o.", "j.w.", "wie oben", "Ídem"],
)  # fmt: skip
@pytest.mark.parametrize("column", ["old_name", "new_code", "new_name"])
def test_a_mark_for_the_row_above_is_no_unit_of_its_own(grid: Grid, column: str, mark: str) -> None:
    with pytest.raises(CrosswalkError, match=r"row 3: .* stands above \[W01\]; write it out"):
        resolve(units(grid), changed(1, column, mark))


@pytest.mark.parametrize("mark", ["'", '"'])
def test_a_unit_may_have_a_mark_for_its_name_in_every_row(grid: Grid, mark: str) -> None:
    rows = table(*[(o, n, c, mark if c == "N1" else x) for o, n, c, x in WHOLE])
    found = resolve(units(grid), rows).rows
    assert set(found["new_name"][found["new_code"] == "N1"]) == {mark}


@pytest.mark.parametrize("code", ["NT", "ID", "DO"])
def test_codes_in_capitals_are_no_marks(grid: Grid, code: str) -> None:
    """The Northern Territory, Idaho and the Dominican Republic have these."""
    rows = table(*[(o, n, code if c == "N1" else "XX", x) for o, n, c, x in WHOLE])
    assert set(resolve(units(grid), rows).rows["new_code"]) == {code, "XX"}


@pytest.mark.parametrize("zero", ["0", "0.0", "00000"])
@pytest.mark.parametrize("column", ["new_code", "new_name"])
def test_a_lookup_that_found_a_blank_cell_names_no_unit(grid: Grid, column: str, zero: str) -> None:
    with pytest.raises(CrosswalkError, match=r"row 3: .* a formula shows of a blank cell \[W01\]"):
        resolve(units(grid), changed(1, column, zero))


def test_a_short_code_may_be_zero(grid: Grid) -> None:
    rows = table(*[(o, n, "0" if c == "N1" else "1", x) for o, n, c, x in WHOLE])
    assert set(resolve(units(grid), rows).rows["new_code"]) == {"0", "1"}


@pytest.mark.parametrize(
    "head",
    [("I. HUYỆN HAI", "", "", ""), ("", "2) Huyện Hai", "", ""), ("II. Huyện Hai",) * 4],
    ids=["alone", "numbered", "merged"],
)
def test_the_heading_of_a_group_is_told_as_one(grid: Grid, head: tuple[str, ...]) -> None:
    with pytest.raises(CrosswalkError) as caught:
        resolve(units(grid), table(*WHOLE[:2], head, *WHOLE[2:]))
    (problem,) = caught.value.problems
    assert "row 4: '" in problem
    assert "is the heading of a group, not a unit [K04]; remove the row" in problem


@pytest.mark.parametrize("head", ["Huyện Lạng Giang", "HUYỆN LẠNG GIANG", "Lạng Giang"])
def test_a_district_of_the_layer_heads_a_group(grid: Grid, head: str) -> None:
    layer = units(grid).assign(district="Lạng Giang")
    rows = table(("", head, "", ""), *WHOLE)
    with pytest.raises(CrosswalkError) as caught:
        resolve(layer, rows)
    assert [p for p in caught.value.problems if "row 2: " not in p] == []
    if " " in head:
        assert len(caught.value.problems) == 1
        assert "is the heading of a group, not a unit [K04]" in caught.value.problems[0]
    # A town that is called like its district may be a unit whose row is not filled in yet.
    town = layer.assign(name=["Lạng Giang", "Hai", "Ba", "Bốn"])
    with pytest.raises(CrosswalkError, match=r"new_code of .*Lạng Giang is blank \[W01\]"):
        resolve(town, table(("", "Thị trấn Lạng Giang", "", ""), *WHOLE[1:]))


def test_what_stands_below_a_table_is_told_in_one_sentence(grid: Grid) -> None:
    below = (("", "", "", "Bắc Ninh, ngày 12 tháng 3 năm 2025"), ("", "", "TM. UBND", ""),
             ("", "", "", "CHỦ TỊCH"))  # fmt: skip
    with pytest.raises(CrosswalkError) as caught:
        resolve(units(grid), table(*WHOLE, *below))
    (problem,) = caught.value.problems
    assert (
        "rows 6-8: no old unit, and no new one [K01]; remove the rows if they are a note" in problem
    )
    with pytest.raises(CrosswalkError) as caught:
        resolve(
            units(grid), table(*WHOLE[:3], ("", "", "N2", "Hai"))
        )  # a whole new unit is no note
    assert any("row 5: neither old_code nor old_name [K01]" in p for p in caught.value.problems)


def test_a_unit_without_its_new_one_is_no_heading(grid: Grid) -> None:
    with pytest.raises(CrosswalkError, match=r"new_code of Ba Vì is blank \[W01\]"):
        resolve(units(grid), table(*WHOLE[:3], ("", "Ba Vì", "", "")))
    with pytest.raises(CrosswalkError, match=r"new_code of X. Ba Vì is blank \[W01\]"):
        resolve(units(grid), table(*WHOLE[:3], ("", "X. Ba Vì", "", "")))


def test_a_unit_that_stays_may_have_its_name_for_a_code(grid: Grid) -> None:
    rows = table(*WHOLE[:3], ("", "Bốn Bể", "Bốn Bể", "Bốn Bể"))
    with pytest.raises(CrosswalkError, match=r"no unit called Bốn Bể is in the layer"):
        resolve(units(grid), rows)


def test_a_type_before_a_name_is_that_of_the_unit(grid: Grid) -> None:
    typed = table(*[("", f"Xã {n}", c, x) for _, n, c, x in WHOLE])
    assert resolve(units(grid), typed).rows["new_code"].tolist() == ["N1", "N1", "N2", "N2"]
    in_layer = units(grid, ("Xã Một", "Xã Hai", "Xã Ba", "Xã Bốn"))
    assert resolve(in_layer, table(*WHOLE)).findings == ()  # no name disagrees
    with pytest.raises(CrosswalkError, match=r"no unit called Phường Một is in the layer \[K04\]"):
        resolve(units(grid), table(("", "Phường Một", "N1", "Mới"), *WHOLE[1:]))


def test_names_in_one_cell_are_told_with_their_types(grid: Grid) -> None:
    rows = table(("", "Xã Một, xã Hai", "N1", "Mới"), *WHOLE[2:])
    with pytest.raises(CrosswalkError, match=r"several old units stand in one cell .*compositions"):
        resolve(units(grid), rows)


def test_keys_of_a_name_with_and_without_its_type() -> None:
    assert keys_of("Xã Một", "Xã", fold_name) == {"xã một", "một"}
    assert keys_of("Một", "Xã", fold_name) == {"xã một", "một"}
    assert keys_of("Một", "", fold_name) == {"một"}


def test_a_table_of_compositions_is_told_by_its_cells() -> None:
    rows = pd.DataFrame({"new_code": ["1"], "new_name": ["A"], "Được nhập từ": ["Xã B, xã C"]})
    with pytest.raises(TableError, match=r"made of in Được nhập từ \[W07\]"):
        as_crosswalk(rows)


def test_codes_have_no_direction_and_letters_may_be_numbered() -> None:
    assert clean_code("\u202a09010\u202c") == "09010"
    assert clean_text("M&#7899;i &#x31;") == "Mới 1"


def test_text_that_was_misread_is_told(grid: Grid) -> None:
    assert is_misread("Má»›i")
    assert not any(map(is_misread, ("Mới", "Ã", "Saint-Étienne", "Naïve", "")))
    resolved = resolve(
        units(grid), table(*[(o, n, c, "Má»›i" if c == "N1" else x) for o, n, c, x in WHOLE])
    )
    (told,) = resolved.findings
    assert (told.check, told.value) == ("F05", 2.0)


@pytest.mark.parametrize(
    "remark", ["một phần", "Nhập một phần diện tích", "en partie", "delvis", "1 phần", "一部"]
)
def test_a_remark_that_only_a_part_goes_is_told(grid: Grid, remark: str) -> None:
    rows = table(*WHOLE).assign(ghi_chu=["", "", "", remark])
    found = resolve(units(grid), rows).findings
    told = [f for f in found if f.check == "W05"]
    assert [(f.severity, f.value) for f in told] == [("warning", 1.0)]
    assert f"row 5: the column ghi_chu says “{remark}”" in told[0].message


def test_remarks_in_columns_without_headings_are_told(grid: Grid) -> None:
    rows = table(*WHOLE)
    rows.insert(3, "", ["", "", "", ""])
    rows.insert(4, "", ["", "một phần", "", ""], allow_duplicates=True)
    told = [f for f in resolve(units(grid), rows).findings if f.check == "W05"]
    assert ["row 3:" in finding.message for finding in told] == [True]


@pytest.mark.parametrize("remark", ["toàn bộ", "partially drawn", "Xã Một Phần Mười", "phần"])
def test_other_remarks_are_not(grid: Grid, remark: str) -> None:
    if remark.startswith("Xã"):
        remark = remark * 9  # the words of a clause, of all its members
    rows = table(*WHOLE).assign(ghi_chu=["", "", "", remark])
    assert not [f for f in resolve(units(grid), rows).findings if f.check == "W05"]


def test_rows_of_a_divided_unit_say_rightly_that_a_part_goes() -> None:
    rows = table(*WHOLE, ("00004", "Bốn", "N1", "Mới")).assign(ghi_chu="một phần")
    both = as_crosswalk(rows.iloc[[3, 4]])
    assert not [f for f in findings_of(both) if f.check == "W05"]


@pytest.mark.parametrize("before", ["213", "24.213."])
def test_codes_behind_those_of_their_district_are_told_as_such(grid: Grid, before: str) -> None:
    rows = table(*[(before + o, n, c, x) for o, n, c, x in WHOLE])
    with pytest.raises(CrosswalkError, match=r"its 4 old codes .* further digits before those"):
        resolve(units(grid), rows)


def test_names_on_lines_of_one_cell_are_several_units(grid: Grid) -> None:
    rows = table(("", "Xã Một\nXã Hai", "N1", "Mới"), ("", "Xã Ba\nXã Bốn", "N2", "Xa"))
    with pytest.raises(CrosswalkError, match="rows 2-3: several old units stand in one cell"):
        resolve(units(grid), rows)
