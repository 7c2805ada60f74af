"""Reforms of a part of a layer: units without a row stay as they are, and parents stay apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import orjson
import pandas as pd
import pytest
import shapely
from commands import run

from geo_merge.errors import CrosswalkError
from geo_merge.maps.display import KEPT, display
from geo_merge.merging.merge import merge
from geo_merge.merging.result import MergeResult
from geo_merge.results.files import load_result, write
from geo_merge.results.report import summary_lines
from geo_merge.vocabulary.sentence import said

Grid = Callable[..., gpd.GeoDataFrame]
# Of six communes in two rows, the two in the west merge.
TABLE = pd.DataFrame({"old_code": ["00001", "00004"], "new_code": "N1", "new_name": "Vestby"})


def six(grid: Grid) -> gpd.GeoDataFrame:
    """Six communes, in the Atlantic, of three districts by column and of two provinces by row."""
    return grid(3, 2, district=list("ABCABC"), province=["P1"] * 3 + ["P2"] * 3).assign(
        district_code=list("123123"), province_code=["1"] * 3 + ["2"] * 3, is_piece=False,
        population=[100, 200, 300, 400, 500, 600], unit_type="kommune",
    ).to_crs(4326).assign(
        geometry=lambda f: f.geometry.translate(-107, 43)
    ).to_crs(32631)  # fmt: skip


def ledger(result: MergeResult) -> dict[str, tuple[float, float]]:
    frame = result.ledger.set_index("quantity")
    return {q: (frame.at[q, "before"], frame.at[q, "after"]) for q in frame.index}


def parents(result: MergeResult, level: str, when: str) -> list[tuple[str, str, int]]:
    frame = result.parents
    frame = frame[(frame["level"] == level) & (frame["when"] == when)]
    return list(zip(frame["code"], frame["name"], frame["member_count"], strict=True))


def test_units_without_a_row_are_refused_in_one_sentence(grid: Grid) -> None:
    with pytest.raises(CrosswalkError) as raised:
        merge(six(grid), TABLE)
    (problem,) = raised.value.problems
    assert problem.startswith(
        "crosswalk: 4 of 6 units of the layer have no row [K05]: 00002 (Xã 2)"
    )
    assert problem.endswith("or keep them as they are with --unlisted keep.")
    assert "giữ nguyên bằng --unlisted keep" in said(problem, "vi")


def test_of_many_the_first_are_named_and_a_whole_province(grid: Grid) -> None:
    old = grid(10, 2, province=["Đông"] * 10 + ["Tây"] * 10)
    table = pd.DataFrame({"old_code": old.index[:2], "new_code": "N", "new_name": "N"})
    with pytest.raises(CrosswalkError) as raised:
        merge(old, table)
    (problem,) = raised.value.problems
    assert "00007 (Xã 7) and 13 more; all of Tây (10) among them;" in problem


def test_kept_units_stay_to_the_bit(grid: Grid) -> None:
    old = six(grid)
    result = merge(old, TABLE, unlisted="keep")
    kept = result.new[result.new["kept"]]
    assert kept.index.tolist() == ["00002", "00003", "00005", "00006"]
    same = old.loc[kept.index]
    assert shapely.to_wkb(kept.geometry.values).tolist() == shapely.to_wkb(
        same.geometry.values).tolist()  # fmt: skip
    for column in ("name", "unit_type", "population"):
        assert kept[column].tolist() == same[column].tolist()
    assert result.new.loc["N1", "population"] == 500
    assert result.crosswalk.set_index("old_code")["matched_by"].to_dict() == {
        **dict.fromkeys(kept.index, "kept"), "00001": "code", "00004": "code"}  # fmt: skip
    assert ledger(result)["units_kept"] == (4, 4)
    assert ledger(result)["crosswalk_rows"] == (6, 6)
    assert result.ledger["ok"].all()
    assert not result.has_errors


def test_kept_units_are_counted(grid: Grid) -> None:
    summary = merge(six(grid), TABLE, unlisted="keep").summary
    assert summary["kept"] == 4
    assert summary["changed"] == {"before": 2, "after": 1, "reduction_percent": 50.0}
    assert "  Kept as they were: 4; all others: 2 -> 1 (−50.00 %)" in list(summary_lines(summary))


@pytest.mark.parametrize(
    ("codes", "severity", "told"),
    [
        (["N1"], "info", "4 kommuner that are kept are not in"),
        (["N1", "00002", "00003", "00005", "00006"], "", ""),
        (["N1", "00002", "00003", "00005"], "warning", "1 code of the result is not in"),
    ],
    ids=["what changes", "all", "all but one"],
)
def test_published_figures_of_what_changes_need_none_of_what_is_kept(
    grid: Grid, codes: list[str], severity: str, told: str
) -> None:
    old = six(grid)
    whole = merge(old, TABLE, unlisted="keep").new
    declared = pd.DataFrame({"new_code": codes, "area_km2": whole.loc[codes, "area_km2"]})
    found = merge(
        old, TABLE, unlisted="keep", declared=declared, reference=whole.loc[codes]
    ).findings
    found = found[found["check"] == "D02"]
    assert found["severity"].tolist() == [severity] * 2 * bool(told)
    assert [m[: len(told)] for m in found["message"]] == [told] * len(found)


def test_nothing_is_kept_where_all_have_rows(grid: Grid) -> None:
    old = six(grid)
    table = pd.DataFrame({"old_code": old.index, "new_code": list("AABBCC"), "new_name": "N"})
    table["new_name"] = table["new_code"]
    result = merge(old, table, unlisted="keep")
    assert "kept" not in result.new
    assert "kept" not in result.summary
    assert "units_kept" not in ledger(result)


@pytest.mark.parametrize("code", ["00002", "2"])
def test_a_new_code_is_not_that_of_a_kept_unit(grid: Grid, code: str) -> None:
    with pytest.raises(
        CrosswalkError, match=rf"row 2: new_code {code} is that of 00002 .* \[W06\]"
    ):
        merge(six(grid), TABLE.assign(new_code=code), unlisted="keep")


def test_the_name_of_a_kept_unit_is_not_that_of_another_code(grid: Grid) -> None:
    table = TABLE.assign(old_name=["Xã 1", "Xã 5"])
    with pytest.raises(CrosswalkError, match=r"row 3: old_code is that of 00004 \(Xã 4\), but the "
                       r"name is that of 00005 \(Xã 5\), .*\[K08\]"):  # fmt: skip
        merge(six(grid), table, unlisted="keep")
    unknown = merge(six(grid), TABLE.assign(old_name=["Xã 1", "Xã 9"]), unlisted="keep")
    assert "K08" in set(unknown.findings["check"])


@pytest.mark.parametrize(("name", "told"), [("Xã 1", False), ("Xã 2", False), ("xã 5", True)])
def test_a_new_unit_that_is_called_as_a_kept_one_of_its_district_is_told(
    grid: Grid, name: str, told: bool
) -> None:
    old = six(grid).assign(district=["A", "B", "C", "A", "A", "C"])
    table = TABLE.assign(new_name=name, new_type="Kommune")
    found = merge(old, table, unlisted="keep").findings
    messages = found["message"][found["check"] == "W03"].tolist()
    assert [m.split(" is called as ")[1][:13] for m in messages] == ["00005 (Xã 5),"] * told


def test_a_new_code_may_be_that_of_a_member(grid: Grid) -> None:
    result = merge(six(grid), TABLE.assign(new_code="00001"), unlisted="keep")
    assert not result.new.loc["00001", "kept"]
    assert result.new["kept"].sum() == 4


def test_a_row_of_no_unit_is_an_error_still(grid: Grid) -> None:
    more = pd.DataFrame({"old_code": ["99999"], "new_code": "N1", "new_name": "Vestby"})
    with pytest.raises(CrosswalkError, match=r"old_code 99999 is not in the layer \[K04\]"):
        merge(six(grid), pd.concat([TABLE, more]), unlisted="keep")


def test_a_piece_of_land_stays_a_piece(grid: Grid, tmp_path: Path) -> None:
    old = six(grid)
    old["is_piece"] = old.index == "00006"
    old["population"] = old["population"].mask(old["is_piece"])
    old = old.assign(unit_type=old["unit_type"].mask(old["is_piece"], "")).rename(
        {"00006": "piece 1"}
    )
    result = merge(old, TABLE, unlisted="keep")
    assert result.summary["after"]["count"] == 4
    assert (result.summary["kept"], result.summary["after"]["pieces"]) == (3, 1)
    assert ledger(result)["pieces_kept"] == ledger(result)["pieces"] == (1, 1)
    assert result.new["population"].sum() == 1500
    write(result, tmp_path)
    assert len(load_result(tmp_path).new) == 5
    again = pd.read_csv(tmp_path / "crosswalk.csv", dtype=str, keep_default_na=False)
    assert merge(old, again).summary["after"]["count"] == 4


def test_parents_stay_where_members_agree(grid: Grid) -> None:
    result = merge(six(grid), TABLE, unlisted="keep")
    assert parents(result, "district", "after") == [("1", "A", 2), ("2", "B", 2), ("3", "C", 2)]
    # The new unit lies in both provinces, and no table says in which: that is asked.
    assert parents(result, "province", "after") == [("1", "P1", 3), ("2", "P2", 3)]
    (asked,) = result.findings[result.findings["check"] == "W10"].itertuples()
    assert asked.units == ["N1"]
    assert "P1, P2" in asked.message
    assert result.new.loc["N1", ["district", "province"]].tolist() == ["A", ""]
    assert result.new.loc["00006", ["district", "province"]].tolist() == ["C", "P2"]
    assert (result.summary["after"]["districts"], result.summary["after"]["provinces"]) == (3, 2)


def test_the_crosswalk_gives_parents(grid: Grid) -> None:
    """One row of a new unit is enough, and a name that others have a code for gets it."""
    table = TABLE.assign(new_province=["", "P2"])
    result = merge(six(grid), table, unlisted="keep")
    assert parents(result, "province", "after") == [("1", "P1", 2), ("2", "P2", 4)]
    assert result.new.loc["N1", ["province_code", "province"]].tolist() == ["2", "P2"]
    assert "W10" not in set(result.findings["check"])
    areas = result.parents.query("level == 'province' and when == 'after'")["area_km2"]
    old_km2 = result.old_areas
    east = [c for c in old_km2.index if c not in {"00001", "00002", "00003"}]
    assert areas.tolist() == pytest.approx(
        [old_km2[["00002", "00003"]].sum(), old_km2[[*east, "00001"]].sum()], rel=1e-9)  # fmt: skip


def test_provinces_join_where_the_table_says_so(grid: Grid) -> None:
    old = six(grid)
    table = pd.DataFrame({"old_code": old.index, "new_code": old.index, "new_name": old["name"],
                          "new_province": "Vestland", "new_province_code": "46"})  # fmt: skip
    result = merge(old, table)
    assert parents(result, "province", "after") == [("46", "Vestland", 6)]


def test_two_parents_for_one_new_unit_are_refused(grid: Grid) -> None:
    table = TABLE.assign(new_province=["P1", "P2"])
    with pytest.raises(CrosswalkError, match=r"N1 has several values of new_province: .*P1.*P2"):
        merge(six(grid), table, unlisted="keep")


def test_maps_show_kept_units_pale(grid: Grid) -> None:
    shown = display(merge(six(grid), TABLE, unlisted="keep"))
    units = orjson.loads(shown.geometry)
    pale = {side: [u["code"] for u in units[side] if u["colour"] == KEPT]
            for side in ("before", "after")}  # fmt: skip
    assert pale == {side: ["00002", "00003", "00005", "00006"] for side in pale}
    assert shown.settings["kept"] == {"count": 4, "colour": KEPT}


def test_the_command_keeps_and_refuses(grid: Grid, tmp_path: Path) -> None:
    six(grid).reset_index(names="code").drop(columns="is_piece").to_file(tmp_path / "old.gpkg")
    TABLE.to_csv(tmp_path / "table.csv", index=False)
    given = ["build", "old.gpkg", "--crosswalk", "table.csv", "--out", "out"]
    refused = run(*given, cwd=tmp_path)
    assert refused.code == 2
    assert refused.err.count("[K05]") == 1
    done = run(*given, "--unlisted", "keep", cwd=tmp_path)
    assert done.code == 0, done.err
    assert "Kept as they were: 4" in done.out
    old, new = ({f["properties"]["code"]: f["geometry"] for f in orjson.loads(
        (tmp_path / "out" / f"{name}_units.geojson").read_bytes())["features"]}
        for name in ("old", "new"))  # fmt: skip
    assert {code for code in new if old.get(code) == new[code]} == {
        "00002", "00003", "00005", "00006"}  # fmt: skip
    manifest = orjson.loads((tmp_path / "out" / "manifest.json").read_bytes())
    assert manifest["options"]["unlisted"] == "keep"
    checked = run("validate", "old.gpkg", "--crosswalk", "table.csv", "--unlisted", "keep",
                  cwd=tmp_path)  # fmt: skip
    assert checked.code == 0, checked.err


def test_districts_of_one_name_in_two_provinces_are_two(grid: Grid) -> None:
    """Without codes a district is known by its name within its province, before and after."""
    old = grid(6, 1, district="San Isidro", province=["A", "A", "A", "B", "B", "B"])
    old = old.drop(index="00003").assign(name="San Jose")  # the two districts lie apart
    table = pd.DataFrame({
        "old_code": old.index, "new_code": ["1", "1", "2", "2", "2"],
        "new_name": ["North", "North", "South", "South", "South"],
    })  # fmt: skip
    result = merge(old, table)
    districts = result.parents[result.parents["level"] == "district"]
    assert districts.groupby("when")["member_count"].apply(list).to_dict() == {
        "before": [2, 3], "after": [2, 3],
    }  # fmt: skip
    assert districts["area_km2"].round(2).tolist() == [2, 3, 2, 3]
    doubled = result.findings[result.findings["check"] == "K06"]
    assert sorted(doubled["units"].map(len)) == [2, 3]
    assert "G12" not in set(result.findings["check"])
