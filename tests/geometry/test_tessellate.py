"""Approximate boundaries from positions."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo_merge.errors import GeometryError
from geo_merge.geometry.tessellate import mend_positions, noded, tessellate

SQUARE = shapely.box(0, 0, 4000, 4000)
BAY = SQUARE.difference(shapely.box(1900, 500, 2100, 4000))


def test_two_positions_halve_the_area() -> None:
    left, right = tessellate(np.array([[1000, 2000], [3000, 2000]]), SQUARE)
    assert left.equals(shapely.box(0, 0, 2000, 4000))
    assert right.equals(shapely.box(2000, 0, 4000, 4000))


def test_land_across_a_bay_goes_to_its_neighbour() -> None:
    points = np.array([[1000.0, 3500.0], [3000.0, 600.0], [1800.0, 600.0], [1500.0, 3000.0]])
    cells = tessellate(points, BAY)
    assert all(c.geom_type == "Polygon" for c in cells)
    assert shapely.coverage_is_valid(cells)


def test_bad_positions_are_refused() -> None:
    with pytest.raises(GeometryError, match="no positions"):
        tessellate(np.empty((0, 2)), SQUARE)
    with pytest.raises(GeometryError, match="coincide"):
        tessellate(np.array([[1, 1], [1, 1]]), SQUARE)
    with pytest.raises(GeometryError, match="1 position lies outside"):
        tessellate(np.array([[1, 1], [-1, 1]]), SQUARE)


def test_positions_on_the_outline_get_their_land() -> None:
    triangle = shapely.Polygon([(0, 0), (1000, 130), (330, 990)])
    edge = np.array(
        [[23.60508497630508, 70.81525492891524], [446.8892551857151, 839.9630455825148]]
    )
    cells = tessellate(edge, triangle)
    assert len(cells) == 2
    assert shapely.area(cells).sum() == pytest.approx(triangle.area)


def test_fingers_go_to_one_owner_each() -> None:
    comb = shapely.Polygon([(0, 0), (0, 10), (1, 10), (1, 1), (2, 1), (2, 10), (3, 10), (3, 1), (4, 1),
                            (4, 10), (5, 10), (5, 0)])  # fmt: skip
    cells = tessellate(np.array([[2.4, 2.3], [4.2, 9.2], [4.4, 8.2]]), comb)
    assert shapely.get_num_geometries(cells).tolist() == [1, 1, 1]


COORDINATE = st.integers(-500, 4500)


@given(
    st.lists(st.tuples(COORDINATE, COORDINATE), min_size=1, max_size=15),
    st.sampled_from([SQUARE, BAY]),
)
@settings(max_examples=80)
def test_law_cells_cover_the_area_once(
    points: list[tuple[int, int]], within: shapely.Polygon
) -> None:
    mended, moved = mend_positions(np.array(points, dtype=float), within)
    assert len(moved) >= len(points) - len(set(points))
    assume(len(np.unique(mended, axis=0)) == len(points))
    cells = tessellate(mended, within)
    assert shapely.coverage_is_valid(cells)
    assert shapely.area(cells).sum() == pytest.approx(within.area, rel=1e-9)
    assert shapely.intersects_xy(cells, mended[:, 0], mended[:, 1]).all()


def test_noding_gives_neighbours_the_same_vertices() -> None:
    cells = np.array([shapely.box(0, 0, 1, 2), shapely.box(1, 0, 2, 1), shapely.box(1, 1, 2, 2)])
    assert not shapely.coverage_is_valid(cells)
    result = noded(cells)
    assert shapely.coverage_is_valid(result)
    assert shapely.equals(result, cells).all()
