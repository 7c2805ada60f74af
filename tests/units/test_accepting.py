"""What is beyond the expected is a note or can be accepted; facts cannot."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import orjson
import pandas as pd
import pytest
import shapely
from commands import run
from conftest import ROOT

from geo_merge.errors import CRSError, GeoMergeError, UsageError
from geo_merge.jobs.job import Job
from geo_merge.merging.merge import merge, validate
from geo_merge.units.layers import read_units
from geo_merge.vocabulary.accepting import as_accepted
from geo_merge.vocabulary.catalogue import ACCEPTABLE
from geo_merge.vocabulary.memory import findings_of

Grid = Callable[..., gpd.GeoDataFrame]


def moved_to(grid: Grid, lon: float, lat: float) -> gpd.GeoDataFrame:
    """Four squares with a corner at a place, in degrees."""
    frame = grid().to_crs(4326)
    west, south, *_ = frame.total_bounds
    return frame.set_geometry(frame.translate(lon - west, lat - south)).reset_index()


def written(frame: gpd.GeoDataFrame, path: Path) -> Path:
    frame.to_file(path)
    return path


@pytest.mark.parametrize("lon", [5.0, 31.0])
def test_a_zone_for_a_whole_country_is_a_note(grid: Grid, tmp_path: Path, lon: float) -> None:
    """Norway is published in zone 33 (12 to 18° E), from its west to Vardø."""
    path = written(moved_to(grid, lon, 70).to_crs(25833), tmp_path / "a.gpkg")
    units = read_units(path)
    (told,) = [f for f in findings_of(units) if f.check == "R03"]
    assert told.severity == "info"
    assert "beyond the area that EPSG:25833" in told.message
    assert units.crs.to_epsg() == 25833


def test_a_plane_that_shows_areas_too_large_is_another_and_told(grid: Grid, tmp_path: Path) -> None:
    path = written(moved_to(grid, 1.5, 42).to_crs(25833), tmp_path / "a.gpkg")
    units = read_units(path)
    assert units.crs.to_epsg() == 32631
    (told,) = [f for f in findings_of(units) if f.check == "R05"]
    assert told.message.startswith("EPSG:25833")
    assert "measured in EPSG:32631" in told.message


def test_within_its_area_nothing_is_said(grid: Grid, tmp_path: Path) -> None:
    path = written(moved_to(grid, 15, 68).to_crs(25833), tmp_path / "a.gpkg")
    assert {f.check for f in findings_of(read_units(path))}.isdisjoint({"R03", "R05"})


def test_far_beyond_it_is_refused_unless_accepted(grid: Grid, tmp_path: Path) -> None:
    path = written(moved_to(grid, -10, 60).to_crs(25833), tmp_path / "a.gpkg")
    with pytest.raises(
        CRSError, match=r"\[R03\]; name the right CRS with --crs, or, .* --accept R03"
    ):
        read_units(path)
    units = read_units(path, accept={"R03"})
    (told,) = [f for f in findings_of(units) if f.check == "R03"]
    assert (told.severity, told.message[:15]) == ("info", "Accepted (R03):")
    west, south, *_ = units.to_crs(4326).total_bounds
    assert (west, south) == pytest.approx((-10, 60), abs=1e-6)


def test_degrees_without_a_crs_are_wgs_84_if_accepted(grid: Grid, tmp_path: Path) -> None:
    path = written(moved_to(grid, 5, 60), tmp_path / "a.shp")
    path.with_suffix(".prj").unlink()
    with pytest.raises(CRSError, match=r"\[R01\]"):
        read_units(path)
    units = read_units(path, accept={"R01"})
    assert "WGS 84" in next(f.message for f in findings_of(units) if f.check == "R01")
    metres = written(moved_to(grid, 5, 60).to_crs(32631), tmp_path / "b.shp")
    metres.with_suffix(".prj").unlink()
    with pytest.raises(CRSError, match=r"\[R01\]"):
        read_units(metres, accept={"R01"})


def test_what_is_accepted_is_a_note(grid: Grid) -> None:
    old = grid(population=[1, 10**7, 1, 1])
    table = pd.DataFrame({"old_code": old.index, "new_code": "N", "new_name": "N"})
    (doubted,) = merge(old, table).findings.query("check == 'A05'").itertuples()
    assert doubted.severity == "warning"
    result = merge(old, table, accept=["a05"])
    (known,) = result.findings.query("check == 'A05'").itertuples()
    assert known.severity == "info"
    assert known.message == f"Accepted (A05): {doubted.message}"
    assert result.provenance["accepted"] == [
        {"check": "A05", "findings": 1, "first": doubted.message}]  # fmt: skip


def test_only_the_check_that_is_named_is_accepted(grid: Grid) -> None:
    old = grid(3, 1)
    far = old.set_geometry([*old.geometry.iloc[:2], old.geometry.iloc[2].buffer(-100)])
    assert set(validate(far)["severity"]) == {"warning"}
    assert set(validate(far, accept=["A05"])["severity"]) == {"warning"}
    assert set(validate(far, accept=["G06"])["severity"]) == {"info"}


@pytest.mark.parametrize(
    ("check", "why"), [("C02", "a fact"), ("P02", "a fact"), ("Z99", "no such")]
)
def test_facts_cannot_be_accepted(check: str, why: str) -> None:
    with pytest.raises(UsageError, match=rf"--accept {check}: .*{why}.*G06") as raised:
        as_accepted([check])
    assert set(re.findall(r"[A-Z][0-9]{2}", str(raised.value))) - {check} == ACCEPTABLE


def test_the_page_of_checks_says_which_can_be_accepted() -> None:
    line = next(line for line in (ROOT / "docs" / "checks.md").read_text("utf-8").splitlines()
                if "--accept" in line)  # fmt: skip
    assert set(re.findall(r"[A-Z][0-9]{2}", line)) == ACCEPTABLE


def test_the_command_writes_what_was_accepted(grid: Grid, tmp_path: Path) -> None:
    written(moved_to(grid, -10, 60).to_crs(25833), tmp_path / "a.gpkg")
    table = pd.DataFrame({"old_code": ["00001", "00002", "00003", "00004"]})
    table.assign(new_code="N", new_name="N").to_csv(tmp_path / "t.csv", index=False)
    given = ["build", "a.gpkg", "--crosswalk", "t.csv", "--out", "out"]
    assert run(*given, cwd=tmp_path).code == 2
    assert run(*given, "--accept", "X99", cwd=tmp_path).code == 2
    done = run(*given, "--accept", "R03", cwd=tmp_path)
    assert done.code == 0, done.err
    manifest = orjson.loads((tmp_path / "out" / "manifest.json").read_bytes())
    assert manifest["options"]["accept"] == ["R03"]
    assert [a["check"] for a in manifest["accepted"]] == ["R03"]
    checked = run("validate", "a.gpkg", "--accept", "R03", cwd=tmp_path)
    assert checked.code == 0, checked.err


@pytest.mark.parametrize("command", [("convert",), ("dissolve", "--by", "name")])
@pytest.mark.parametrize("suffix", ["gpkg", "shp"])
def test_layers_as_they_are_are_accepted_too(
    grid: Grid, tmp_path: Path, command: tuple[str, ...], suffix: str
) -> None:
    written(moved_to(grid, -10, 60).to_crs(25833), tmp_path / f"a.{suffix}")
    name, *by = command
    given = [name, f"a.{suffix}", "out.geojson", *by]
    refused = run(*given, cwd=tmp_path)
    assert (refused.code, "--accept R03" in refused.err) == (2, True)
    assert run(*given, "--accept", "C02", cwd=tmp_path).code == 2
    done = run(*given, "--accept", "R03", cwd=tmp_path)
    assert done.code == 0, done.err
    assert "Accepted (R03):" in done.err
    made = gpd.read_file(tmp_path / "out.geojson")
    assert tuple(made.total_bounds[:2]) == pytest.approx((-10, 60), abs=1e-6)


def test_what_divides_units_is_accepted_as_they_are(grid: Grid, tmp_path: Path) -> None:
    old = written(moved_to(grid, 5, 60), tmp_path / "a.shp")
    west, south, east, north = gpd.read_file(old).geometry[0].bounds
    middle = (west + east) / 2
    halves = [shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)]
    pieces = gpd.GeoDataFrame(
        {"old_code": "00001", "new_code": ["N", "M"]}, geometry=halves, crs=4326
    )
    cutter = written(pieces, tmp_path / "cut.shp")
    for path in (old, cutter):
        path.with_suffix(".prj").unlink()
    codes = ["00001", "00001", "00002", "00003", "00004"]
    table = pd.DataFrame({"old_code": codes, "new_code": ["N", "M", "N", "M", "M"]})
    table.assign(new_name=table["new_code"], share=[0.5, 0.5, 1, 1, 1]).to_csv(
        tmp_path / "t.csv", index=False
    )
    given = {"old": (old,), "crosswalk": tmp_path / "t.csv", "divide": cutter}
    with pytest.raises(GeoMergeError, match=r"\[R01\]"):
        Job(**given).run()
    assert len(Job(**given, accept=frozenset({"R01"})).run().new) == 2
