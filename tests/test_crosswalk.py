"""The crosswalk: complete before anything is dissolved."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import pandas as pd
import pytest

from geo_merge.crosswalk import as_crosswalk, resolve
from geo_merge.errors import CrosswalkError, TableError
from geo_merge.vietnam.names import name_key, split_type

Grid = Callable[..., gpd.GeoDataFrame]


def table(*rows: tuple[str, ...], columns: str = "old_code new_code new_name") -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split())


WHOLE = (
    ("00001", "N1", "Một"),
    ("00002", "N1", "Một"),
    ("00003", "N2", "Hai"),
    ("00004", "N2", "Hai"),
)


def units(grid: Grid) -> gpd.GeoDataFrame:
    blank = dict.fromkeys(("district_code", "district", "province_code", "province"), "")
    return grid().assign(is_piece=False, **blank)


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
    assert "00002 (Xã 2) has no row [K05]" in text
    assert "00004 (Xã 4) has no row [K05]" in text


def test_a_new_code_may_be_that_of_any_old_unit(grid: Grid) -> None:
    """All 99 of Bắc Ninh reuse a member's code; some reforms reuse that of another unit."""
    resolved = resolve(units(grid), table(*[(o, "00004", n) for o, _, n in WHOLE[:2]], *WHOLE[2:]))
    assert resolved.rows["new_code"].tolist() == ["00004", "00004", "N2", "N2"]
    (finding,) = resolved.findings
    assert (finding.check, finding.units) == ("W06", ("00004",))


@pytest.mark.parametrize(
    ("old", "check"),
    [
        ("1", "K02"),
        (" 00001", "K02"),
        ("00001\u00a0", "K02"),
        ("0000\u200b1", "K02"),
        ("０0001", "K02"),
    ],
    ids=["zeros lost", "blank", "no-break space", "zero width", "full width"],
)
def test_codes_are_normalised_with_a_finding(grid: Grid, old: str, check: str) -> None:
    resolved = resolve(units(grid), table((old, "N1", "Một"), *WHOLE[1:]))
    assert resolved.rows["new_code"].tolist() == ["N1", "N1", "N2", "N2"]
    assert [f.check for f in resolved.findings] == [check]


def test_the_layer_gets_its_zeros_back(grid: Grid) -> None:
    old = units(grid).rename(index=lambda c: c.lstrip("0"))
    resolved = resolve(old, table(*WHOLE))
    assert resolved.codes == {str(k): f"{k:05d}" for k in range(1, 5)}
    assert resolved.rows.index.tolist() == ["00001", "00002", "00003", "00004"]


def test_a_stripped_code_is_not_guessed_among_several(grid: Grid) -> None:
    old = units(grid).rename(index={"00002": "001"})
    with pytest.raises(CrosswalkError, match="old_code 1 is not in the layer"):
        resolve(
            old, table(("1", "N1", "Một"), ("001", "N1", "Một"), ("00001", "N1", "Một"), *WHOLE[2:])
        )


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


@pytest.mark.parametrize("written", ["Hòa Bình", "Hoà Bình", "Ho\u0300a  Bình", "HÒA BÌNH"])
def test_rows_without_a_code_are_matched_by_name_in_the_district(grid: Grid, written: str) -> None:
    old = units(grid).assign(
        name=["Hoà Bình", "Hoà Bình", "Ba", "Bốn"], district=["Huyện A", "Huyện B", "", ""]
    )
    columns = "old_code new_code new_name old_name old_district"
    rows = [(*row, "", "") for row in WHOLE]
    rows[1] = ("", "N1", "Một", written, "Huyện B")
    resolved = resolve(old, table(*rows, columns=columns), name_key=name_key)
    assert resolved.rows["matched_by"].tolist() == ["code", "name and district", "code", "code"]
    rows[1] = ("", "N1", "Một", written, "")
    with pytest.raises(CrosswalkError, match="2 units are called .*Huyện A.*Huyện B"):
        resolve(old, table(*rows, columns=columns), name_key=name_key)


def test_missing_columns_are_named_with_those_found() -> None:
    with pytest.raises(TableError, match="old_code, new_name are missing .* has Mã cũ, new_code"):
        as_crosswalk(table(("1", "2"), columns="Mã_cũ new_code").rename(columns={"Mã_cũ": "Mã cũ"}))


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
