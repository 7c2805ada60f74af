"""Reconciliation: what a unit has here, in the reference and in the declared figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from commands import run
from conftest import CRS, ORIGIN, square
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.affinity import translate

from geo_merge.api import merge, read_crosswalk, read_table, read_units, validate
from geo_merge.compare.declared import as_declared
from geo_merge.errors import TableError
from geo_merge.geometry.difference import differences
from geo_merge.merging.result import MergeResult

Grid = Callable[..., gpd.GeoDataFrame]
X, Y = ORIGIN


def same_units(grid: gpd.GeoDataFrame) -> pd.DataFrame:
    """A crosswalk that leaves every unit as it is."""
    return pd.DataFrame({"old_code": grid.index, "new_code": grid.index, "new_name": grid["name"]})


def against(old: gpd.GeoDataFrame, reference: list[object], **options: object) -> MergeResult:
    theirs = gpd.GeoDataFrame(geometry=reference, index=old.index, crs=CRS)
    return merge(old, same_units(old), reference=theirs, **options)


def checks(result: MergeResult) -> set[tuple[str, tuple[str, ...]]]:
    return {(f.check, tuple(f.units)) for f in result.findings.itertuples()}


def strip(width: float) -> list[shapely.Geometry]:
    """Two squares whose border the reference draws further east by `width` metres."""
    return [
        shapely.box(X, Y, X + 1000 + width, Y + 1000),
        shapely.box(X + 1000 + width, Y, X + 2000, Y + 1000),
    ]


@pytest.mark.parametrize(
    ("width", "verdict", "found"),
    [(0.0, "same", []), (0.05, "same", []), (40.0, "drawing noise", ["C06"]), (60.0, "moved land", ["C06", "C08"])],
)  # fmt: skip
def test_verdicts_on_a_border_drawn_elsewhere(
    grid: Grid, width: float, verdict: str, found: list[str]
) -> None:
    result = against(grid(2, 1), strip(width))
    table = result.reconciliation
    assert table["verdict"].tolist() == [verdict] * 2
    assert table["lost_m2"].tolist() == pytest.approx([width * 1000, 0], rel=1e-3)
    assert table["gained_m2"].tolist() == pytest.approx([0, width * 1000], rel=1e-3)
    assert table["distance_m"].tolist() == pytest.approx([width, width], abs=1e-3)
    overlap = [(1e6 / (1e6 + width * 1e3)), (1e6 - width * 1e3) / 1e6]
    assert table["iou"].tolist() == pytest.approx(overlap, rel=1e-6)
    assert sorted({c for c, _ in checks(result)}) == found


def test_moved_land_names_both_units_once(grid: Grid) -> None:
    (move,) = against(grid(2, 1), strip(60.0)).findings.query("check == 'C08'").itertuples()
    assert set(move.units) == {"00001", "00002"}
    assert move.value == pytest.approx(60_000, rel=1e-3)
    assert move.geometry.equals(shapely.box(X + 1000, Y, X + 1060, Y + 1000))
    assert "lie in 00002 (Xã 2), but by the reference in 00001 (Xã 1)" in move.message


def test_a_compact_piece_is_told_from_the_strip_beside_it(grid: Grid) -> None:
    """A strip of 30 m along the border, and a square of 200 m on it."""
    dent = shapely.box(X + 1030, Y + 400, X + 1230, Y + 600)
    west, east = strip(30.0)
    result = against(grid(2, 1), [west.union(dent), east.difference(dent)])
    (move,) = result.findings.query("check == 'C08'").itertuples()
    assert move.geometry.area == pytest.approx(230 * 200, rel=0.001)
    assert result.reconciliation["verdict"].tolist() == ["moved land"] * 2
    assert result.reconciliation["counterparts"].tolist() == [["00002"], ["00001"]]
    assert "0.05 km² that the reference gives it lie in 00002 (Xã 2)" in result.reconciliation["explanation"].iloc[0]  # fmt: skip
    told = result.reconciliation["explanation_vi"].iloc[0]
    assert "0,05 km² mà ranh giới đối chiếu giao cho đơn vị này lại nằm trong 00002 (Xã 2)" in told


def test_land_that_no_unit_of_the_reference_has(grid: Grid) -> None:
    result = against(grid(2, 1), [square(0, 0), shapely.box(X + 1000, Y, X + 1800, Y + 1000)])
    assert ("C10", ("00002",)) in checks(result)
    assert "C08" not in set(result.findings["check"])
    assert result.reconciliation["verdict"].tolist() == ["same", "outer edge differs"]
    other_way = against(grid(2, 1), [square(0, 0), shapely.box(X + 1000, Y, X + 2300, Y + 1000)])
    assert ("C10", ("00002",)) in checks(other_way)
    assert other_way.reconciliation["lost_m2"].tolist() == pytest.approx([0, 3e5], rel=1e-3)


@pytest.mark.parametrize(
    ("shape", "check"),
    [
        (None, "G01"),
        (shapely.Polygon(), "G01"),
        (shapely.Point(X, Y), "G03"),
        (shapely.LineString([(X, Y), (X + 9, Y)]), "G03"),
        (shapely.GeometryCollection([shapely.Point(X, Y)]), "G03"),
    ],
    ids=["null", "empty", "point", "line", "collection"],
)
def test_a_reference_that_is_no_polygon_is_a_finding(
    grid: Grid, shape: shapely.Geometry | None, check: str
) -> None:
    result = against(grid(2, 1), [square(0, 0), shape])
    assert (check, ("00002",)) in checks(result)
    assert result.reconciliation["verdict"].tolist() == ["same", "not compared"]
    assert not result.has_errors


def test_a_reference_all_of_whose_codes_are_strange(grid: Grid) -> None:
    old = grid(2, 1)
    theirs = gpd.GeoDataFrame(geometry=[square(0, 0)], index=["X"], crs=CRS)
    result = merge(old, same_units(old), reference=theirs)
    assert checks(result) == {("D02", ())}
    assert result.has_errors
    assert result.reconciliation["verdict"].tolist() == ["not compared"] * 2
    assert set(validate(old, reference=theirs)["check"]) == {"D02"}


def test_an_invalid_reference_is_mended_and_reported(grid: Grid) -> None:
    bow = shapely.Polygon([(X, Y), (X + 1000, Y + 1000), (X + 1000, Y), (X, Y + 1000)])
    result = against(grid(1, 1), [bow])
    assert ("G04", ("00001",)) in checks(result)
    assert result.reconciliation["iou"].tolist() == pytest.approx([0.5], rel=1e-3)


def test_a_unit_of_ours_without_a_polygon_is_not_compared(grid: Grid) -> None:
    old = grid(2, 1)
    old.loc[["00002"], "geometry"] = gpd.GeoSeries([None], index=["00002"], crs=CRS)
    result = against(old, [square(0, 0), square(1, 0)])
    assert result.reconciliation["verdict"].tolist() == ["same", "not compared"]


def declared(old: gpd.GeoDataFrame, *changes: float) -> pd.DataFrame:
    """Declare the mapped area of each unit, changed by so many km²."""
    exact = merge(old, same_units(old)).new["area_km2"]
    return pd.DataFrame({"new_code": old.index, "area_km2": [str(a + c) for a, c in zip(exact, changes, strict=True)]})  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "pairs"),
    [
        ((-0.20, 0.20, 0, 0), [("00001", "00002")]),
        ((0.20, -0.19, 0, 0), [("00002", "00001")]),
        ((-0.20, 0.15, 0, 0), []),  # a quarter of it stays unexplained
        ((-0.20, -0.20, 0, 0), []),  # the same sign
        ((-0.20, 0, 0, 0.20), []),  # they share a corner, no border
        ((-0.20, 0.20, 0.20, 0), []),  # two neighbours would do: which of them?
        ((-0.005, 0.005, 0, 0), []),  # within what figures differ anyway
        ((-0.20, 0.20, 0.10, -0.10), [("00001", "00002"), ("00004", "00003")]),
    ],
)
def test_pairs_of_declared_figures(
    grid: Grid, changes: tuple[float, ...], pairs: list[tuple[str, str]]
) -> None:
    old = grid(2, 2)
    result = merge(old, same_units(old), declared=declared(old, *changes))
    assert {u for c, u in checks(result) if c == "D03"} == set(pairs)
    for one, two in pairs:
        assert result.reconciliation.at[one, "counterparts"] == [two]
        assert result.reconciliation.at[one, "verdict"] == "declared figure differs"
        assert "these two explain both" in result.reconciliation.at[two, "explanation"]


def test_there_is_nothing_to_reconcile_without_reference_and_figures(grid: Grid) -> None:
    old = grid(2, 1)
    assert merge(old, same_units(old)).reconciliation.empty


@given(st.lists(st.integers(-400, 400), min_size=2, max_size=6))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_law_gained_and_lost_are_the_two_differences(shifts: list[int]) -> None:
    ours = np.array([square(3 * k, 0) for k in range(len(shifts))])
    theirs = np.array([translate(g, d, d / 2) for g, d in zip(ours, shifts, strict=True)])
    gained, lost = differences(ours, theirs)
    assert shapely.area(gained) == pytest.approx(shapely.area(shapely.difference(ours, theirs)), abs=1e-3)  # fmt: skip
    assert shapely.area(lost) == pytest.approx(shapely.area(shapely.difference(theirs, ours)), abs=1e-3)  # fmt: skip


@pytest.fixture(scope="module")
def official(bac_ninh: Path) -> MergeResult:
    """The real merger against the official boundaries and figures."""
    old = read_units(bac_ninh / "bac_giang_communes.shp", bac_ninh / "bac_ninh_communes.shp")
    return merge(
        old, read_crosswalk(bac_ninh / "crosswalk.csv"),
        reference=read_units(bac_ninh / "official_units_2025.gpkg", target_crs=old.crs),
        declared=read_table(bac_ninh / "official_statistics_2025.csv"),
    )  # fmt: skip


def test_chu_and_bien_son_explain_each_other(official: MergeResult) -> None:
    table = official.reconciliation
    assert set(table["verdict"]) == {"same", "declared figure differs"}
    (pair,) = official.findings.query("check == 'D03'").itertuples()
    assert tuple(pair.units) == ("07525", "07537")
    assert 11.5 < pair.value < 11.98
    assert pair.geometry.length == pytest.approx(12_000, rel=0.01)
    assert table.at["07525", "counterparts"] == ["07537"]
    assert table.at["07537", "counterparts"] == ["07525"]
    differ = table["area_km2"] - table["declared_area_km2"]
    assert differ["07525"] == pytest.approx(11.79, abs=0.01)
    assert differ["07537"] == pytest.approx(-11.51, abs=0.01)
    assert "C08" not in set(official.findings["check"])


def census(bac_ninh: Path) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """The communes of 2009, and through two tables what became of them."""
    old = read_units(bac_ninh / "census_communes_2009.gpkg")
    later = read_crosswalk(bac_ninh / "crosswalk.csv").set_index("old_code")
    step = pd.read_csv(bac_ninh / "lineage_2009_to_2025.csv", dtype=str).set_index(
        "commune_id_2009"
    )
    target = later.loc[step["code_2025"], ["new_code", "new_name"]]
    return old, target.set_axis(step.index).rename_axis("old_code").reset_index()


def test_every_unit_of_the_census_gets_its_verdict(bac_ninh: Path) -> None:
    """Without an option: what hardly differs is drawing, what changed hands is told first."""
    old, crosswalk = census(bac_ninh)
    reference = read_units(bac_ninh / "official_units_2025.gpkg", target_crs=old.crs)
    result = merge(old, crosswalk, reference=reference)
    assert result.summary["reference"]["shift_m"] is None
    assert 40 < result.summary["reference"]["distance_m"] < 60
    table = result.reconciliation
    assert len(table) == 99
    counts = table["verdict"].value_counts()
    assert counts["drawing noise"] > 65
    assert 15 < counts["moved land"] < 30
    assert table["iou"].between(0.5, 1).all()
    assert (table["distance_m"] > 100).all()
    moved = result.findings.query("check == 'C08'")
    named = {code for units in moved["units"] for code in units}
    assert named == set(table.index[table["verdict"] == "moved land"])
    assert (shapely.get_num_geometries(np.asarray(moved.geometry.values)) > 0).all()
    largest = moved.sort_values("value", ascending=False).iloc[0]
    assert list(largest["units"]) == ["07519", "07498"]  # Cẩm Lý and Bắc Lũng
    assert largest["value"] == pytest.approx(4.3e6, rel=0.02)


def test_the_command_writes_the_reconciliation(grid: Grid, tmp_path: Path) -> None:
    grid(2, 1).reset_index().to_file(tmp_path / "old.gpkg")
    same_units(grid(2, 1)).to_csv(tmp_path / "same.csv", index=False)
    gpd.GeoDataFrame({"code": ["00001", "00002"]}, geometry=strip(60.0), crs=CRS).to_file(tmp_path / "ref.gpkg")  # fmt: skip
    ran = run("build", tmp_path / "old.gpkg", "--crosswalk", tmp_path / "same.csv",
              "--reference", tmp_path / "ref.gpkg", "--out", tmp_path / "out")  # fmt: skip
    assert ran.code == 0, ran.err
    assert "warning C08" in ran.err
    table = pd.read_csv(tmp_path / "out" / "reconciliation.csv", dtype={"code": str})
    assert table["code"].tolist() == ["00001", "00002"]
    assert table["verdict"].tolist() == ["moved land"] * 2
    land = gpd.read_file(tmp_path / "out" / "reconciliation.geojson")
    assert land[["code", "side"]].to_numpy().tolist() == [["00002", "gained"], ["00001", "lost"]]
    assert land.to_crs(CRS).area.tolist() == pytest.approx([60_000] * 2, rel=1e-3)
    ran = run("build", tmp_path / "old.gpkg", "--crosswalk", tmp_path / "same.csv", "--out", tmp_path / "out")  # fmt: skip
    assert not list((tmp_path / "out").glob("reconciliation.*"))


def test_failed_formulas_are_no_declared_figures() -> None:
    """A dash says that a figure is not known; what a formula could not find may be anything."""
    table = pd.DataFrame({"new_code": ["a", "b"], "population": ["-", "#N/A"]}, index=[2, 3])
    with pytest.raises(TableError) as caught:
        as_declared(table, pd.Index(["a", "b"]))
    (problem,) = caught.value.problems
    assert "row 3: population is #N/A, a failed formula [W01]; correct the cell" in problem
