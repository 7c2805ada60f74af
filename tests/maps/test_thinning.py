"""Thinning of borders: fewer vertices, the same coverage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_merge.api import read_units
from geo_merge.maps.thinning import thin


def dense(geometries: list[shapely.Geometry], step: float = 1.0) -> np.ndarray:
    """Return polygons with a vertex every `step` along their edges."""
    return np.array(shapely.segmentize(geometries, step), dtype=object)


def wavy(points: np.ndarray, deviation: float) -> np.ndarray:
    """Shear vertices along x, then along y: neighbours stay neighbours, nothing crosses."""
    x, y = points.T
    x = x + deviation * np.sin(y * 7.3)
    return np.column_stack([x, y + deviation * np.sin(x * 0.7)])


def squares(columns: int, rows: int, size: float = 10.0) -> list[shapely.Polygon]:
    return [
        shapely.box(c * size, r * size, (c + 1) * size, (r + 1) * size)
        for r in range(rows)
        for c in range(columns)
    ]


def test_what_lies_on_a_straight_border_goes_and_nodes_stay() -> None:
    """Two squares: of the corners and the two ends of their border nothing can go."""
    thinned = thin(dense(squares(2, 1)), 0.1)
    assert shapely.equals(thinned, squares(2, 1)).all()
    assert shapely.get_num_coordinates(thinned).tolist() == [5, 5]


def test_an_enclave_and_its_hole_keep_the_same_vertices() -> None:
    ring = shapely.Point(50, 50).buffer(20, quad_segs=64)
    around = shapely.box(0, 0, 100, 100).difference(ring)
    thinned = thin(
        dense(
            [around, shapely.Polygon(ring.exterior.coords[40:] + ring.exterior.coords[1:41])], 3.0
        ),
        0.5,
    )
    assert shapely.coverage_is_valid(thinned)
    assert 8 < shapely.get_num_coordinates(thinned)[1] < 40
    assert shapely.get_num_interior_rings(shapely.get_geometry(thinned[0], 0)) == 1


@given(st.integers(1, 4), st.integers(1, 4), st.floats(0, 0.4), st.floats(0.01, 3))
def test_a_coverage_stays_one(columns: int, rows: int, deviation: float, tolerance: float) -> None:
    units = shapely.transform(dense(squares(columns, rows), 0.5), lambda xy: wavy(xy, deviation))
    thinned = thin(units, tolerance)
    assert shapely.is_valid(thinned).all()
    assert shapely.coverage_is_valid(thinned)
    assert (shapely.get_num_coordinates(thinned) <= shapely.get_num_coordinates(units)).all()
    assert (shapely.hausdorff_distance(thinned, units) <= tolerance + 1e-9).all()


@given(st.integers(1, 3), st.floats(0, 0.4), st.floats(0.01, 3))
def test_parts_thinned_apart_fit_together(at: int, deviation: float, tolerance: float) -> None:
    units = shapely.transform(dense(squares(4, 3), 0.5), lambda xy: wavy(xy, deviation))
    parts = [thin(some, tolerance, outline=False) for some in (units[: 3 * at], units[3 * at :])]
    assert shapely.coverage_is_valid(np.concatenate(parts))
    assert shapely.coverage_is_valid(thin(np.concatenate(parts), tolerance))


def test_a_unit_alone_keeps_what_others_may_share() -> None:
    units = dense(squares(1, 1))
    assert shapely.get_num_coordinates(thin(units, 5.0, outline=False)).tolist() == [41]


def test_what_is_smaller_than_the_tolerance_is_still_there() -> None:
    island = shapely.Point(0, 0).buffer(1)
    near = shapely.box(2, -1, 100, 100)
    thinned = thin(np.array([shapely.multipolygons([island, near]), island]), 50.0)
    assert shapely.is_valid(thinned).all()
    assert shapely.get_num_geometries(thinned).tolist() == [2, 1]
    assert shapely.area(thinned[1]) > 1


def test_a_border_does_not_run_through_a_wedge() -> None:
    """The border bends by 4 m around the tip of a wedge, which is 12 m deep and stays."""
    bend = [(0, 0), (9, 0), (10, -4), (11, 0), (20, 0)]
    unit = shapely.Polygon([*bend, (20, 9), (10.5, 9), (10, -3), (9.5, 9), (0, 9)])
    other = shapely.Polygon([(0, -9), (20, -9), *reversed(bend)])
    thinned = thin(np.array([unit, other]), 5.0)
    assert shapely.coverage_is_valid(thinned)
    assert shapely.equals(thinned, [unit, other]).all()
    assert not shapely.equals(thin(np.array([other]), 5.0), [other]).any()


def test_what_was_invalid_before_is_thinned_too() -> None:
    bowtie = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10), (0, 0)])
    (thinned,) = thin(dense([bowtie]), 0.1)
    assert shapely.get_num_coordinates(thinned) < 10


def test_nothing_to_thin() -> None:
    assert not len(thin(np.empty(0, dtype=object), 1.0))


def test_bac_ninh_stays_a_coverage(bac_ninh: Path) -> None:
    units = read_units(bac_ninh / "bac_giang_communes.shp", bac_ninh / "bac_ninh_communes.shp")
    geometries = np.asarray(units.geometry.values)
    thinned = thin(geometries, 5.0)
    assert shapely.coverage_is_valid(thinned)
    assert (
        shapely.get_num_coordinates(thinned).sum()
        < shapely.get_num_coordinates(geometries).sum() / 2
    )
    assert shapely.hausdorff_distance(thinned, geometries).max() <= 5.0


def test_a_vertex_that_stands_twice_is_no_node() -> None:
    """A layer of the whole country had 100,000 of them: each was a border of its own."""
    left, right = dense(squares(2, 1))
    twice = shapely.Polygon(np.repeat(shapely.get_coordinates(left), 2, axis=0))
    thinned = thin(np.array([twice, right]), 0.1)
    assert shapely.equals(thinned, squares(2, 1)).all()
    assert shapely.get_num_coordinates(thinned).tolist() == [5, 5]
