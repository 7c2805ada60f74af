"""What was written is read by another parser before it is published."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_merge.errors import ExportError
from geo_merge.writing.geojson import write_geojson
from geo_merge.writing.read_back import check_read_back

Grid = Callable[..., gpd.GeoDataFrame]


@pytest.fixture
def units(grid: Grid) -> gpd.GeoDataFrame:
    """A square, one with a hole, one in two parts, and one without a polygon."""
    frame = grid(4, 1)
    middle = frame.geometry.iloc[1].centroid
    frame.loc["00002", "geometry"] = frame.geometry.iloc[1].difference(middle.buffer(100))
    far = shapely.transform(frame.geometry.iloc[2], lambda xy: np.add(xy, (0, 5_000)))
    frame.loc["00003", "geometry"] = shapely.multipolygons([frame.geometry.iloc[2], far])
    frame.loc["00004", "geometry"] = shapely.Polygon()
    return frame


@pytest.fixture
def written(units: gpd.GeoDataFrame, tmp_path: Path) -> Path:
    path = tmp_path / "new_units.geojson"
    write_geojson(units, path)
    return path


def test_what_was_written_passes(units: gpd.GeoDataFrame, written: Path) -> None:
    before = units.copy()
    check_read_back(written, units)
    assert units.equals(before)


def test_a_lost_unit_is_found(units: gpd.GeoDataFrame, written: Path) -> None:
    with pytest.raises(ExportError, match=r"does not read back with the codes .* \[P03\]"):
        check_read_back(written, units.iloc[1:])


def test_a_unit_that_lost_its_hole_is_named(units: gpd.GeoDataFrame, written: Path) -> None:
    units.loc["00002", "geometry"] = units.geometry["00002"].convex_hull
    with pytest.raises(ExportError, match=r"00002 reads back with 31,\d+\.\d+ m² more or less"):
        check_read_back(written, units)


def test_a_polygon_that_was_not_written_is_found(units: gpd.GeoDataFrame, written: Path) -> None:
    units.loc["00004", "geometry"] = shapely.box(400_000, 2_350_000, 400_100, 2_350_100)
    with pytest.raises(ExportError, match=r"00004 reads back with 10,000\.000 m²"):
        check_read_back(written, units)


@pytest.mark.parametrize("kept", [0, 30, -40])
def test_half_a_file_is_no_file(units: gpd.GeoDataFrame, written: Path, kept: int) -> None:
    written.write_bytes(written.read_bytes()[:kept])
    with pytest.raises(ExportError, match=r"new_units.geojson does not read back: .* \[P03\]"):
        check_read_back(written, units)
