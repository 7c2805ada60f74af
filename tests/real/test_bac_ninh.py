"""The real merger: old Bắc Giang and old Bắc Ninh to the 99 units, by the command line."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from commands import Ran, run

from geo_merge.api import read_units, validate

CONTRACT = {
    "crosswalk.csv", "findings.csv", "findings.geojson", "ledger.csv", "manifest.json", "map.html",
    "new_units.geojson", "old_units.geojson", "parents.geojson", "statistics.csv", "statistics.xlsx",
    "summary.json",
}  # fmt: skip
RECONCILIATION = {"reconciliation.csv", "reconciliation.geojson"}


@pytest.fixture(scope="module")
def built(bac_ninh: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Path]:
    out = tmp_path_factory.mktemp("bac_ninh") / "OUT"
    ran = run(
        "build", bac_ninh / "bac_giang_communes.shp", bac_ninh / "bac_ninh_communes.shp",
        "--crosswalk", bac_ninh / "crosswalk.csv",
        "--declared", bac_ninh / "official_statistics_2025.csv",
        "--reference", bac_ninh / "official_units_2025.gpkg", "--out", out,
    )  # fmt: skip
    return ran, out


def test_it_runs_and_writes_the_contract(built: tuple[Ran, Path]) -> None:
    ran, out = built
    assert ran.code == 0, ran.err
    assert {p.name for p in out.iterdir()} == CONTRACT | RECONCILIATION


def test_the_figures(built: tuple[Ran, Path]) -> None:
    figures = json.loads((built[1] / "summary.json").read_text("utf-8"))
    assert (figures["before"]["count"], figures["after"]["count"]) == (313, 99)
    assert figures["after"]["by_type"] == {"Phường": 33, "Xã": 66}
    assert figures["reduction_percent"] == 68.37
    assert [(g["before"], g["after"], g["reduction_percent"]) for g in figures["groups"]] == [
        (192, 58, 69.79), (121, 41, 66.12),
    ]  # fmt: skip
    assert figures["before"]["population"] == figures["after"]["population"] == 2_438_483
    assert figures["before"]["pieces"] == 1
    assert (figures["before"]["districts"], figures["after"]["districts"]) == (18, 0)
    assert figures["findings"]["error"] == 0
    assert figures["schematic"] is False


def test_every_unit_is_the_official_one(built: tuple[Ran, Path], bac_ninh: Path) -> None:
    """Within 5 m², as written: rounding to 7 decimals included."""
    ours = gpd.read_file(built[1] / "new_units.geojson").set_index("code").to_crs(3405)
    official = gpd.read_file(bac_ninh / "official_units_2025.gpkg").set_index("code").to_crs(3405)
    assert sorted(ours.index) == sorted(official.index)
    difference = shapely.symmetric_difference(
        np.asarray(ours.geometry.values), np.asarray(official.geometry[ours.index].values)
    )
    assert shapely.area(difference).max() < 5.0


def test_the_result_is_a_coverage_although_the_files_are_not_one(
    built: tuple[Ran, Path], bac_ninh: Path
) -> None:
    one = gpd.read_file(bac_ninh / "bac_giang_communes.shp")
    two = gpd.read_file(bac_ninh / "bac_ninh_communes.shp").to_crs(one.crs)
    both = np.concatenate([one.geometry.values, two.geometry.values])
    assert not shapely.coverage_is_valid(both)
    for name in ("new_units", "old_units"):
        written = gpd.read_file(built[1] / f"{name}.geojson")
        assert written.is_valid.all()
        assert shapely.coverage_is_valid(np.asarray(written.geometry.values))


def test_the_firing_range_is_land_but_no_commune(built: tuple[Ran, Path]) -> None:
    old = gpd.read_file(built[1] / "old_units.geojson")
    assert len(old) == 314
    (piece,) = old[old["code"].isna()].itertuples()
    assert (piece.name, piece.new_code) == ("Trường bắn TB1", "07537")
    new = gpd.read_file(built[1] / "new_units.geojson").set_index("code")
    assert new["member_count"].sum() == 313
    assert list(new.at["07537", "pieces"]) == ["Trường bắn TB1"]


def test_the_two_units_that_exchanged_land_are_found(built: tuple[Ran, Path]) -> None:
    figures = pd.read_csv(built[1] / "statistics.csv", dtype={"code": str}).set_index("code")
    off = figures[figures["area_km2_difference_percent"].abs() > 3]
    assert sorted(off["name"]) == ["Biên Sơn", "Chũ"]
    found = pd.read_csv(built[1] / "findings.csv", dtype=str)
    declared = found[found["check"] == "D01"]
    assert set(declared["severity"]) == {"warning"}
    assert set(off.index) <= set(declared["units"])
    assert not (found["severity"] == "error").any()
    assert found["lon"].notna()[found["check"] == "D01"].all()


def test_nothing_is_lost(built: tuple[Ran, Path]) -> None:
    ledger = pd.read_csv(built[1] / "ledger.csv").set_index("quantity")
    assert ledger["ok"].all()
    assert ledger.at["DanSo2009", "after"] == 2_438_483
    assert abs(ledger.at["area_m2", "difference"]) <= 1e-9 * ledger.at["area_m2", "before"]
    assert ledger.at["seam_largest_move_m", "after"] < 1e-6
    crosswalk = pd.read_csv(built[1] / "crosswalk.csv", dtype=str, keep_default_na=False)
    assert len(crosswalk) == 314
    assert crosswalk["matched_by"].value_counts().to_dict() == {
        "code": 313,
        "name and district": 1,
    }


def test_source_attributes_survive(built: tuple[Ran, Path]) -> None:
    old = gpd.read_file(built[1] / "old_units.geojson")
    assert {
        "MaXa",
        "TenXa",
        "LoaiXa",
        "MaHuyen",
        "TenHuyen",
        "MaTinh",
        "TenTinh",
        "DanSo2009",
    } <= set(old)
    assert old["DanSo2009"].sum() == 2_438_483


def test_the_same_input_gives_the_same_bytes(
    built: tuple[Ran, Path], bac_ninh: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again"
    run(
        "build", bac_ninh / "bac_giang_communes.shp", bac_ninh / "bac_ninh_communes.shp",
        "--crosswalk", bac_ninh / "crosswalk.csv",
        "--declared", bac_ninh / "official_statistics_2025.csv",
        "--reference", bac_ninh / "official_units_2025.gpkg", "--out", again,
    )  # fmt: skip
    for name in sorted((CONTRACT | RECONCILIATION) - {"manifest.json"}):
        assert (again / name).read_bytes() == (built[1] / name).read_bytes(), name
    one, two = (json.loads((d / "manifest.json").read_text("utf-8")) for d in (built[1], again))
    assert {**one, "time": ""} == {**two, "time": ""}
    assert len(one["inputs"]) == 13
    assert all(len(i["sha256"]) == 64 for i in one["inputs"])


def test_the_census_is_unclean_and_nothing_new_is_written(bac_ninh: Path, tmp_path: Path) -> None:
    """358 polygons with gaps and overlaps everywhere, each its own unit."""
    census = gpd.read_file(bac_ninh / "census_communes_2009.gpkg")
    rows = pd.DataFrame({"old_code": census["code_2009"], "new_code": census["code_2009"],
                         "new_name": census["name"]})  # fmt: skip
    rows.to_csv(tmp_path / "same.csv", index=False)
    arguments = [
        "build",
        bac_ninh / "census_communes_2009.gpkg",
        "--crosswalk",
        tmp_path / "same.csv",
    ]
    ran = run(*arguments, "--out", tmp_path / "out")
    assert ran.code == 1
    names = {p.name for p in (tmp_path / "out").iterdir()}
    assert names == CONTRACT - {"new_units.geojson", "map.html"}
    found = pd.read_csv(tmp_path / "out" / "findings.csv", dtype=str)
    assert {"C02", "C04"} <= set(found["check"])
    ran = run(*arguments, "--out", tmp_path / "out", "--allow-errors")
    assert ran.code == 1
    assert {p.name for p in (tmp_path / "out").iterdir()} == CONTRACT
    ledger = pd.read_csv(tmp_path / "out" / "ledger.csv").set_index("quantity")
    assert ledger["ok"].all()


@pytest.mark.parametrize(
    "files",
    [("official_units_2025.gpkg",), ("bac_giang_communes.shp", "bac_ninh_communes.shp")],
    ids=["official", "reconstruction"],
)
def test_clean_layers_raise_no_alarm(bac_ninh: Path, files: tuple[str, ...]) -> None:
    findings = validate(read_units(*(bac_ninh / name for name in files)))
    assert set(findings["severity"]) <= {"info"}


@pytest.mark.parametrize("size", [0.01, 1.0, 100.0, 1000.0])
def test_a_hole_in_a_real_layer_is_found(bac_ninh: Path, size: float) -> None:
    """From a crumb of 1 cm to 100 ha, with its area to 1 % and the unit around it."""
    units = read_units(bac_ninh / "official_units_2025.gpkg")
    code = units.geometry.area.idxmax()
    center = shapely.maximum_inscribed_circle(units.geometry[code]).coords[0]
    hole = shapely.Point(center).buffer(size / 2, cap_style="square")
    units.loc[[code], "geometry"] = [units.geometry[code].difference(hole)]
    (finding,) = [f for f in validate(units).itertuples() if f.severity != "info"]
    assert finding.check == ("C01" if size <= 0.1 else "C02")
    assert finding.units == [code]
    assert finding.value == pytest.approx(size**2, rel=0.01)
