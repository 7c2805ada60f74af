"""Areas on the ellipsoid."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from conftest import CRS, square
from pyproj import Geod

from geo_merge.areas import areas

CELL = np.array([square(0, 0), square(30, -40, 500.0)], dtype=object)


def test_the_zone_of_the_file_does_not_matter() -> None:
    here = areas(CELL, pyproj.CRS.from_epsg(CRS))
    for other in (9209, 9218, 3405, 3406):  # all zones of one datum
        dense = shapely.segmentize(CELL, 10.0)
        moved = gpd.GeoSeries(dense, crs=CRS).to_crs(other)
        assert areas(np.asarray(moved.values), moved.crs) == pytest.approx(here, rel=2e-9)


def test_another_datum_is_another_ellipsoid_by_millionths() -> None:
    """VN-2000 lies 25 m off WGS 84, which makes 8 millionths of an area."""
    moved = gpd.GeoSeries(shapely.segmentize(CELL, 10.0), crs=CRS).to_crs(3857)
    here, there = areas(CELL, pyproj.CRS.from_epsg(CRS)), areas(np.asarray(moved.values), moved.crs)
    assert there == pytest.approx(here, rel=1e-5)
    assert there != pytest.approx(here, rel=1e-6)


def test_against_geodesics() -> None:
    lonlat = gpd.GeoSeries(shapely.segmentize(CELL, 10.0), crs=CRS).to_crs(4756)
    geod = Geod(ellps="WGS84")
    expected = [abs(geod.geometry_area_perimeter(g)[0]) for g in lonlat]
    assert areas(CELL, pyproj.CRS.from_epsg(CRS)) == pytest.approx(expected, rel=1e-8)


def test_more_vertices_on_a_straight_edge_change_nothing() -> None:
    crs = pyproj.CRS.from_epsg(CRS)
    assert areas(shapely.segmentize(CELL, 70.0), crs) == pytest.approx(areas(CELL, crs), rel=1e-11)


def test_holes_count_against_and_nothing_is_nothing() -> None:
    crs = pyproj.CRS.from_epsg(CRS)
    whole, hole = square(0, 0), square(0.25, 0.25, 1000.0).buffer(-400)
    torn = whole.difference(hole)
    both = areas(np.array([whole, hole, torn, None, shapely.Polygon()], dtype=object), crs)
    assert both[2] == pytest.approx(both[0] - both[1], rel=1e-9)
    assert both[3] == both[4] == 0


def test_an_area_does_not_depend_on_what_is_measured_beside_it() -> None:
    """Far units are measured about other middles, each about its own."""
    crs = pyproj.CRS.from_epsg(CRS)
    far = np.array([*CELL, square(500, 300), square(-6, -9, 70_000.0)], dtype=object)
    assert areas(far, crs).tolist() == [float(areas(far[[k]], crs)[0]) for k in range(len(far))]
    dense = shapely.segmentize(far, 10.0)
    assert areas(far, crs) == pytest.approx(areas(dense, crs), rel=1e-9)
