"""Areas on the ellipsoid."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from conftest import CRS, square
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo_merge.geometry.areal_scale import scaled_areas
from geo_merge.geometry.areas import (
    _Centred,
    _projected_areas,
    _to_equal_area,
    areas,
    equal_area_crs,
    transformer,
)
from geo_merge.geometry.rings import flatten

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


@pytest.mark.parametrize("code", [32648, 9214, 4326, 2154, 5514, 27700, 3857, 2263, 3035, 31370])
def test_steps_about_one_point_are_those_about_another(code: int) -> None:
    """PROJ finds them once; it would find the same about each point."""
    crs = pyproj.CRS.from_epsg(code)
    for lon, lat in ((104, 20), (-120, 48), (8, -44), (180, 88), (0, 0), (0, -88)):
        found = transformer(crs, equal_area_crs(crs, lon, lat)).definition
        assert _to_equal_area(crs, lon, lat).definition == found


def test_more_vertices_on_a_straight_edge_change_nothing() -> None:
    crs = pyproj.CRS.from_epsg(CRS)
    assert areas(shapely.segmentize(CELL, 70.0), crs) == pytest.approx(areas(CELL, crs), rel=1e-11)


def test_nor_do_they_on_the_edges_of_a_few_square_metres() -> None:
    """An edge of 55 m cut in two made 12 mm², more than a layer of 50 m may differ by."""
    crs = pyproj.CRS.from_epsg(CRS)
    small = np.array([shapely.Polygon([(200_000, 1e6), (200_017, 1e6 + 28), (200_045, 1e6 + 51)])])
    for step in (1.0, 7.0, 30.0):
        assert areas(shapely.segmentize(small, step), crs) == pytest.approx(
            areas(small, crs), abs=1e-6
        )


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


@given(
    st.sampled_from([9214, 32648, 3857, 3405, 2154]),
    st.floats(200, 30_000),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=40)
def test_law_the_scale_of_a_projection_measures_as_projecting_every_vertex_does(
    epsg: int, size: float, seed: int
) -> None:
    """Stars with holes, in parts, some wound the wrong way round."""
    random, crs = np.random.default_rng(seed), pyproj.CRS.from_epsg(epsg)
    west, south, east, north = crs.area_of_use.bounds
    project = pyproj.Transformer.from_crs(4326, crs, always_xy=True).transform
    place = project(random.uniform(west, east), random.uniform(max(south, -60), min(north, 70)))
    turn = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    star = np.column_stack([np.cos(turn), np.sin(turn)]) * random.uniform(0.5, 1, (90, 1)) * size
    hole = star[::-1] * 0.3
    shapes = [shapely.Polygon(star + place, [hole + place]), shapely.Polygon(star[::-1] + place),
              shapely.MultiPolygon([shapely.Polygon(star * 0.2 + place + (k * size, 0)) for k in (0, 1)])]  # fmt: skip
    rings = flatten(np.array(shapes, dtype=object))
    found, exact = scaled_areas(rings, _Centred(crs, rings).of)
    assert exact.all() or size > 10_000
    true = _projected_areas(flatten(shapely.segmentize(rings.geometries(), 200.0)), crs)
    # Coordinates of 1e7 m are rounded to 2e-9 m, which makes 1e-6 m² of an outline.
    assert found[exact] == pytest.approx(true[exact], rel=2e-10, abs=1e-5)


@pytest.mark.parametrize("code", [9214, 32648, 27572, 5514, 4807])
def test_bare_steps_to_an_equal_area_projection_are_the_whole_way(code: int) -> None:
    """Also from the meridian of Paris in grads, and axes to the south and west."""
    crs = pyproj.CRS.from_epsg(code)
    use = crs.area_of_use
    assert use is not None
    lonlat = np.linspace((use.west, use.south), (use.east, use.north), 9).T
    at = transformer(pyproj.CRS.from_epsg(4326), crs).transform(*lonlat)
    middle = (round(use.west), round(use.south))
    whole = transformer(crs, equal_area_crs(crs, *middle)).transform(*at)
    assert np.array_equal(_to_equal_area(crs, *middle).transform(*at), whole)
    assert np.isfinite(whole).all()
