"""How far land reaches away from a border, wherever the farthest point lies."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from geo_merge.geometry import farthest as module
from geo_merge.geometry.farthest import farthest

FRAME = box(0, 0, 300, 300) - box(100, 100, 200, 200)


def one(land: shapely.Geometry, border: shapely.Geometry) -> float:
    (far,) = farthest(np.array([land]), np.array([border]))
    return float(far)


def test_the_middle_of_a_hole_and_the_end_of_an_arm() -> None:
    assert one(box(100, 100, 200, 200), FRAME.boundary) == pytest.approx(50, rel=0.01)
    assert one(box(300, 0, 340, 10), FRAME.boundary) == pytest.approx(40, rel=1e-12)
    assert one(shapely.MultiPolygon(), FRAME.boundary) == 0.0


def test_a_pocket_beside_a_wider_place_that_the_border_runs_through() -> None:
    """The largest circle lies in the wider place, all vertices lie on the border."""
    land = shapely.union_all([box(0, 0, 100, 100), box(100, 0, 400, 200)])
    lines = [shapely.LineString([(x, 0), (x, 200)]) for x in range(100, 401, 10)]
    border = shapely.union_all([box(0, 0, 100, 100).boundary, *lines])
    assert one(land, border) == pytest.approx(50, rel=0.01)


def test_lands_do_not_see_the_borders_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has its own, whether searched together or not, wherever they lie."""
    lands = np.array([box(0, 0, 10, 10), Polygon(), box(2, 0, 9, 10), box(6e5, 2e6, 6e5 + 1, 3e6)])
    lines = [[(0, 0), (0, 10)], [(5, 5), (6, 6)], [(1, 0), (1, 10)], [(0, 0), (0, 10)]]
    borders = np.array([shapely.LineString(line) for line in lines])
    truth = [10, 0, 8, np.hypot(6e5 + 1, 3e6 - 10)]
    assert farthest(lands, borders) == pytest.approx(truth, rel=0.01)
    monkeypatch.setattr(module, "_AT_ONCE", 1)
    assert farthest(lands, borders) == pytest.approx(truth, rel=0.01)
    assert len(farthest(lands[:0], borders[:0])) == 0


def test_land_without_a_border_is_refused() -> None:
    with pytest.raises(ValueError, match="border"):
        farthest(np.array([box(0, 0, 1, 1)]), np.array([shapely.LineString()]))


places = st.tuples(st.integers(0, 40), st.integers(0, 40))
rings = st.lists(places, min_size=3, max_size=7, unique=True).map(Polygon)
lines = st.lists(places, min_size=2, max_size=6, unique=True).map(shapely.LineString)


@given(rings.filter(lambda land: land.is_valid and land.area > 0), lines)
@settings(max_examples=75)
def test_law_no_point_of_the_land_lies_further_away(
    land: Polygon, border: shapely.LineString
) -> None:
    x, y = np.meshgrid(np.arange(0, 40.1, 0.25), np.arange(0, 40.1, 0.25))
    points = shapely.points(x.ravel(), y.ravel())
    along = shapely.points(shapely.get_coordinates(shapely.segmentize(land.boundary, 0.05)))
    inside = np.concatenate([points[shapely.intersects(land, points)], along])
    truth = float(shapely.distance(inside, border).max())
    far = one(land, border)
    assert truth <= far * 1.01 + 1e-5
    assert far <= truth + 0.2
