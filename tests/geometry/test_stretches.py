"""Distances from land to the nearest edge of others."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_merge.geometry.rings import flatten
from geo_merge.geometry.stretches import Stretches


def test_the_nearest_edge_may_be_in_a_box_that_is_not_the_nearest() -> None:
    around = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 99), (99, 99), (99, 1), (0, 1)]
    inside = shapely.box(40, 40, 60, 60)
    shapes = np.array([shapely.Polygon(around), inside, shapely.box(70, 45, 80, 55)])
    rings = flatten(shapes)
    edges = Stretches(rings, rings.owner)
    assert edges.distance(inside, 1) == 10
    assert edges.distance(shapes[2], 2) == 10
    assert edges.distance(shapes[0], 0) == 19


def test_land_within_other_land_is_no_distance_away() -> None:
    shapes = np.array([shapely.box(0, 0, 10, 10), shapely.box(4, 4, 6, 6)])
    rings = flatten(shapes)
    assert Stretches(rings, rings.owner).distance(shapes[0], 0) == 0


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 9), st.floats(0.05, 0.49), st.integers(1, 60)),
        min_size=2, max_size=12, unique_by=lambda disc: disc[:2],
    )
)  # fmt: skip
def test_law_the_distance_is_that_of_geos(discs: list[tuple[int, int, float, int]]) -> None:
    shapes = np.array([shapely.Point(x, y).buffer(r, quad_segs=n) for x, y, r, n in discs])
    rings = flatten(shapes)
    edges = Stretches(rings, rings.owner)
    for k, shape in enumerate(shapes):
        assert edges.distance(shape, k) == pytest.approx(
            shapely.distance(shape, np.delete(shapes, k)).min(), rel=1e-15
        )
