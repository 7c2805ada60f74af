"""Seams between files."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_merge.geometry.faces import find_faces
from geo_merge.geometry.seam import TOLERANCE, join


def halves(noise: list[tuple[float, float]], extra: float | None) -> list[np.ndarray]:
    """Two layers of cells that meet at x = 100, the right one drawn a little differently."""
    steps = range(0, 60, 10)
    left = [shapely.box(0, y, 100, y + 10) for y in steps]
    corners = {y: (100 + noise[k][0], y + noise[k][1]) for k, y in enumerate([*steps, 60])}
    right = [shapely.Polygon([corners[y], (200, y), (200, y + 10), corners[y + 10]]) for y in steps]
    if extra is not None:  # a vertex that only the right side has
        a, b = corners[0], corners[10]
        middle = (100 + extra, 5.0)
        right[0] = shapely.Polygon([a, (200, 0), (200, 10), b, middle])
    return [np.array(left, dtype=object), np.array(right, dtype=object)]


NOISE = st.lists(
    st.tuples(
        st.floats(-0.0078125, 0.0078125, width=32), st.floats(-0.0078125, 0.0078125, width=32)
    ),
    min_size=7,
    max_size=7,
)


@given(NOISE, st.none() | st.floats(-0.0078125, 0.0078125, width=32))
def test_law_joined_layers_are_one_coverage(
    noise: list[tuple[float, float]], extra: float | None
) -> None:
    layers = halves(noise, extra)
    seam = join(layers)
    joined = np.concatenate(seam.layers)
    assert shapely.coverage_is_valid(joined)
    assert seam.largest <= TOLERANCE
    area = sum(shapely.area(x).sum() for x in layers)
    assert shapely.area(joined).sum() - area == pytest.approx(seam.area_change, abs=1e-6)
    moved = shapely.hausdorff_distance(seam.layers[0], layers[0])
    assert (moved <= TOLERANCE).all()


def test_vertices_that_either_side_lacks_are_added_to_both() -> None:
    one = np.array([
        shapely.Polygon([(0, 0), (100, 0), (100, 100), (0, 100)]),
        shapely.Polygon([(0, 100), (100, 100), (100, 130), (100, 200), (0, 200)]),
    ])  # fmt: skip
    two = np.array([shapely.Polygon(
        [(100, 0), (200, 0), (200, 200), (100, 200), (100, 100), (100, 60), (100, 50), (100, 40)]
    )])  # fmt: skip
    assert shapely.coverage_is_valid(np.concatenate(join([one, two]).layers))


def test_a_narrow_inlet_does_not_keep_the_seam_open() -> None:
    side = [(100, 0), (100, 49), (95, 50), (90, 50.005), (96, 50.01), (100, 51), (100, 100)]
    one = np.array([shapely.Polygon([(0, 0), *side, (0, 100)])])
    two = np.array([shapely.Polygon([(200, 0), *[(x + 1e-4, y) for x, y in side], (200, 100)])])
    seam = join([one, two])
    assert seam.left_open == 0
    assert shapely.coverage_is_valid(np.concatenate(seam.layers))


@pytest.mark.parametrize("along", [-0.015, -0.008, 0.004, 0.012, 0.019])
def test_a_vertex_beside_a_corner_of_the_other_side(along: float) -> None:
    """Two vertices of the second file within the tolerance of one corner of the first."""
    one = np.array([shapely.box(0, 0, 100, 50), shapely.box(0, 50, 100, 100)])
    two = np.array([shapely.Polygon(
        [(100.001, 0), (200, 0), (200, 100), (100, 100),
         *sorted([(100, 50.001), (100.003, 50 + along)], key=lambda p: -p[1])]
    )])  # fmt: skip
    seam = join([one, two])
    assert seam.left_open == 0
    assert seam.largest <= TOLERANCE
    assert find_faces(np.concatenate(seam.layers)).is_coverage


def test_a_layer_without_usable_units_is_passed_over() -> None:
    layer = halves([(0.0, 0.0)] * 7, None)[0]
    assert [len(x) for x in join([layer, layer[:0]]).layers] == [6, 0]


def test_what_is_further_away_stays() -> None:
    layers = halves([(0.5, 0.0)] * 7, None)
    seam = join(layers)
    assert (seam.moved, seam.inserted, seam.largest) == (0, 0, 0.0)
    assert shapely.equals_identical(np.concatenate(seam.layers), np.concatenate(layers)).all()


def test_one_layer_is_left_alone() -> None:
    layer = halves([(0.0, 0.0)] * 7, None)[0]
    assert shapely.equals_identical(join([layer]).layers[0], layer).all()
