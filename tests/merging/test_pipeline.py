"""Merging: a small grid by hand, laws, and what stops a result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import ORIGIN, square
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo_merge.api import merge, validate
from geo_merge.errors import CrosswalkError, LayerError, TableError
from geo_merge.merging.result import MergeResult
from geo_merge.results.files import write
from geo_merge.results.report import summary_lines

Grid = Callable[..., gpd.GeoDataFrame]
TABLE = pd.DataFrame(
    {
        "old_code": ["00001", "00002", "00003", "00004"],
        "new_code": ["N1", "N1", "N2", "N2"],
        "new_name": ["Một", "Một", "Hai", "Hai"],
        "new_type": ["Xã", "Xã", "Phường", "Phường"],
    }
)


def people(grid: Grid) -> gpd.GeoDataFrame:
    return grid(population=[100, 200, 300, 400], district_code=["1", "1", "2", "2"],
                district=["A", "A", "B", "B"], province_code="24", province="Tỉnh Bắc Giang")  # fmt: skip


def ledger(result: MergeResult) -> dict[str, tuple[float, float, bool]]:
    return {r.quantity: (r.before, r.after, r.ok) for r in result.ledger.itertuples()}


def test_four_squares_become_two(grid: Grid) -> None:
    result = merge(people(grid), TABLE)
    assert not result.has_errors
    new = result.new
    assert new.index.tolist() == ["N1", "N2"]
    assert new["name"].tolist() == ["Một", "Hai"]
    assert new["members"].tolist() == [["00001", "00002"], ["00003", "00004"]]
    assert new["population"].tolist() == [300, 700]
    assert new.geometry["N1"].equals(shapely.union(square(0, 0), square(1, 0)))
    assert new["area_km2"].tolist() == pytest.approx([2, 2], rel=1e-4)
    assert new["density"].tolist() == pytest.approx([150, 350], rel=1e-4)
    assert ledger(result)["population"] == (1000, 1000, True)
    assert ledger(result)["units"] == (4, 4, True)
    assert result.ledger["ok"].all()


def test_a_district_that_is_a_new_unit_has_its_shape_and_others_theirs(grid: Grid) -> None:
    """The members of A become one unit, those of B two."""
    table = TABLE.assign(new_code=["N1", "N1", "N2", "N3"], new_name=["Một", "Một", "Hai", "Ba"])
    parents = merge(people(grid), table).parents.set_index(["level", "when", "code"])
    cells = [square(x, y) for y in (0, 1) for x in (0, 1)]
    for code, members in (("1", cells[:2]), ("2", cells[2:])):
        row = parents.loc[("district", "before", code)]
        assert row.geometry.equals(shapely.union_all(members))
        assert row["member_count"] == 2
        assert row["area_km2"] == pytest.approx(2, rel=1e-4)
    assert parents.loc[("province", "before", "24")].geometry.equals(shapely.union_all(cells))


def test_figures_before_and_after(grid: Grid) -> None:
    figures = merge(people(grid), TABLE).summary
    assert (figures["before"]["count"], figures["after"]["count"]) == (4, 2)
    assert figures["reduction_percent"] == 50.0
    assert figures["after"]["by_type"] == {"Phường": 1, "Xã": 1}
    assert (figures["before"]["districts"], figures["after"]["districts"]) == (2, 0)
    assert figures["groups"] == [
        {"name": "Tỉnh Bắc Giang", "before": 4, "after": 2, "reduction_percent": 50.0}
    ]
    assert figures["after"]["unit_population"]["largest"] == {
        "code": "N2",
        "name": "Hai",
        "value": 700,
    }


def test_districts_end_in_vietnam_alone(grid: Grid) -> None:
    """Elsewhere, and with towns of an earlier reform, they stay: members agree on theirs."""
    old = people(grid)
    towns = TABLE.assign(new_type=["Thị trấn", "Thị trấn", "Xã", "Xã"])
    away = old.assign(province="REGION IV-A").set_geometry(old.translate(-2e6, 0))
    for layer, table in ((old, towns), (away, TABLE), (old.assign(province="Batangas"), TABLE)):
        figures = merge(layer, table).summary
        assert figures["before"]["districts"] == 2
        assert (figures["after"]["districts"], figures["after"]["provinces"]) == (2, 1)
        assert "Districts: 2 -> 2" in list(summary_lines(figures))
    unnamed = old.assign(province="", province_code="")
    told = list(summary_lines(merge(unnamed, TABLE).summary))
    assert "Districts: 2 -> 0" in told


def test_parents_before_and_after(grid: Grid) -> None:
    parents = merge(people(grid), TABLE).parents
    rows = [tuple(r) for r in parents[["level", "when", "code", "name"]].itertuples(index=False)]
    assert rows == [
        ("district", "before", "1", "A"), ("district", "before", "2", "B"),
        ("province", "before", "24", "Tỉnh Bắc Giang"), ("province", "after", "24", "Tỉnh Bắc Ninh"),
    ]  # fmt: skip
    assert parents["area_km2"].tolist() == pytest.approx([2, 2, 4, 4], rel=1e-4)


@pytest.mark.parametrize(("codes", "questions"), [("1122", []), ("1212", ["N1", "N2"])])
def test_provinces_of_which_nothing_is_known_stay(
    grid: Grid, codes: str, questions: list[str]
) -> None:
    old = people(grid).assign(province_code=list(codes), province=[f"P{c}" for c in codes])
    result = merge(old, TABLE)
    after = result.parents[result.parents["when"] == "after"]
    after = after[after["level"] == "province"]
    assert after[["code", "name"]].to_numpy().tolist() == [["1", "P1"], ["2", "P2"]]
    asked = result.findings[result.findings["check"] == "W10"]
    assert [u for units in asked["units"] for u in units] == questions


def test_nothing_is_dissolved_without_a_complete_crosswalk(grid: Grid) -> None:
    with pytest.raises(CrosswalkError, match="00004"):
        merge(people(grid), TABLE.iloc[:3])


def test_a_layer_in_degrees_is_refused(grid: Grid) -> None:
    with pytest.raises(LayerError, match="in metres"):
        merge(people(grid).to_crs(4326), TABLE)


def test_the_callers_frames_stay_as_they_are(grid: Grid) -> None:
    old, table = people(grid), TABLE.copy()
    before = old.copy()
    merge(old, table)
    assert old.equals(before)
    assert table.equals(TABLE)


def test_a_lost_unit_is_an_error_in_the_ledger(grid: Grid) -> None:
    old = people(grid)
    old.loc[["00002"], "geometry"] = gpd.GeoSeries([None], index=["00002"], crs=old.crs)
    result = merge(old, TABLE)
    assert {"G01"} <= set(result.findings["check"])
    assert result.has_errors
    bow = shapely.Polygon([(4e5, 235e4), (401e3, 2351e3), (401e3, 235e4), (4e5, 2351500)])
    old.loc[["00002"], "geometry"] = gpd.GeoSeries([bow], index=["00002"], crs=old.crs)
    result = merge(old, TABLE)
    assert {"G04", "P02"} <= set(result.findings["check"])
    assert ledger(result)["area_m2"][2] is False


@pytest.mark.parametrize("allow", [False, True])
def test_an_invalid_unit_alone_in_its_new_unit_is_told(
    grid: Grid, tmp_path: Path, allow: bool
) -> None:
    old = grid(4, 1)
    x, y = ORIGIN
    bow = shapely.Polygon([(x, y), (x + 1000, y + 1000), (x + 1000, y), (x, y + 500)])
    old.loc[["00001"], "geometry"] = gpd.GeoSeries([bow], index=["00001"], crs=old.crs)
    table = TABLE.assign(
        new_code=["N1", "N2", "N2", "N2"], new_name=["a", "b", "b", "b"], new_type="Xã"
    )
    result = merge(old, table)
    lost = result.findings[result.findings["check"] == "P02"]
    assert ["N1"] in lost["units"].tolist()
    write(result, tmp_path, formats=["gpkg", "shp", "fgb", "parquet", "csv", "xlsx"], allow_errors=allow)  # fmt: skip
    written = pd.read_csv(tmp_path / "findings.csv")
    assert {"G04", "P02"} <= set(written["check"])
    assert (tmp_path / "new_units.geojson").exists() == allow


def test_land_claimed_twice_counts_once(grid: Grid) -> None:
    old = people(grid)
    wide = shapely.box(
        *square(0, 0).bounds[:2], square(1, 0).bounds[0] + 0.05, square(0, 0).bounds[3]
    )
    old.loc[["00001"], "geometry"] = gpd.GeoSeries([wide], index=["00001"], crs=old.crs)
    result = merge(old, TABLE)
    assert "C03" in set(result.findings["check"])
    assert not result.has_errors
    assert result.ledger["ok"].all()
    assert ledger(result)["area_claimed_twice_m2"][0] == pytest.approx(50, rel=0.01)
    assert result.new["area_km2"].sum() == pytest.approx(4, rel=1e-4)


def test_declared_and_reference(grid: Grid) -> None:
    declared = pd.DataFrame({"new_code": ["N1", "N2", "N3"], "area_km2": ["2.00", "2.10", "9"],
                             "population": ["310", "700", "1"]})  # fmt: skip
    reference = gpd.GeoDataFrame(
        geometry=[shapely.union(square(0, 0), square(1, 0)), square(0, 1)],
        index=pd.Index(["N1", "N2"], name="code"), crs=9214,
    )  # fmt: skip
    result = merge(people(grid), TABLE, declared=declared, reference=reference)
    found = {
        (f.check, tuple(f.units)) for f in result.findings.itertuples() if f.severity != "info"
    }
    assert found == {("D01", ("N2",)), ("D02", ("N3",)), ("C06", ("N2",)), ("C10", ("N2",))}
    figures = result.statistics
    assert figures["population_difference"].tolist() == [-10, 0]
    assert figures["reference_difference_m2"].tolist() == pytest.approx(
        [0, 1e6], rel=1e-4, abs=1e-6
    )
    assert figures["iou"].tolist() == pytest.approx([1, 0.5], rel=1e-4)


@pytest.mark.parametrize(
    ("table", "message"),
    [({"x": ["1"]}, "new_code and one with area_km2"), ({"new_code": ["N1", "N1"], "area": ["1", "2"]}, "twice"),
     ({"new_code": ["N1"], "area": ["viel"]}, "is no number")],
)  # fmt: skip
def test_bad_declared_tables(grid: Grid, table: dict[str, list[str]], message: str) -> None:
    with pytest.raises(TableError, match=message):
        merge(people(grid), TABLE, declared=pd.DataFrame(table))


def test_rules_reach_the_result(grid: Grid) -> None:
    old = people(grid).assign(rate=[1.0, 2.0, 3.0, 4.0])
    assert merge(old, TABLE).new["rate"].tolist() == pytest.approx([500 / 300, 2500 / 700])
    assert merge(old, TABLE, rules={"rate": "sum"}).new["rate"].tolist() == [3.0, 7.0]


def test_validate_without_and_with_a_crosswalk(grid: Grid) -> None:
    assert validate(people(grid)).empty
    table = TABLE.assign(new_code=["N1", "N2", "N2", "N1"], new_name=["Một", "Hai", "Hai", "Một"],
                         new_type="Xã")  # fmt: skip
    assert set(validate(people(grid), crosswalk=table)["check"]) == {"G11", "A01"}


@given(st.lists(st.integers(0, 3), min_size=12, max_size=12), st.permutations(range(12)))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_law_nothing_is_lost_and_order_does_not_matter(
    grid: Grid, groups: list[int], order: list[int]
) -> None:
    old = grid(4, 3, population=range(12))
    table = pd.DataFrame({"old_code": old.index, "new_code": [f"N{g}" for g in groups],
                          "new_name": [f"Name {g}" for g in groups]})  # fmt: skip
    one = merge(old, table)
    two = merge(old.iloc[order], table.iloc[order[::-1]])
    assert one.ledger["ok"].all()
    assert set(one.findings["severity"]) <= {"warning", "info"}
    assert one.new["population"].sum() == 66
    assert two.new.index.equals(one.new.index)
    assert two.new["population"].tolist() == one.new["population"].tolist()
    assert shapely.equals(
        np.asarray(one.new.geometry.values), np.asarray(two.new.geometry.values)
    ).all()
    assert shapely.coverage_is_valid(np.asarray(one.new.geometry.values))


def test_what_a_row_rests_on_stays_with_it(grid: Grid) -> None:
    old = grid(2, 1)
    table = pd.DataFrame(
        {
            "old_code": old.index,
            "new_code": "N",
            "new_name": "N",
            "Clause": ["1", "2"],
            "words": ["a", "b"],
        }
    )
    used = merge(old, table).crosswalk
    assert used["clause"].to_list() == ["1", "2"]
    assert used["words"].to_list() == ["a", "b"]
    assert "evidence" not in used
