"""Borders as lines from node to node, and the points that draw them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import square
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from strategies import SIDE, coverages

from geo_merge.errors import GeometryError
from geo_merge.geometry.border_lines import EULER, OUTSIDE, BorderLines, border_lines
from geo_merge.geometry.characteristic_points import (
    characteristic_points,
    rebuilt,
    touching,
)

RUNS = settings(max_examples=40, suppress_health_check=list(HealthCheck))
FOUR = np.array([square(c, r) for r in (0, 1) for c in (0, 1)], dtype=object)


def as_set(borders: BorderLines) -> set[tuple[frozenset[int], shapely.Geometry]]:
    """The lines whatever their order and direction, with the units beside them."""
    lines = shapely.normalize(borders.lines)
    both = zip(borders.left.tolist(), borders.right.tolist(), strict=True)
    return {(frozenset(units), line.wkb) for units, line in zip(both, lines, strict=True)}


def test_four_squares_have_five_nodes_and_eight_lines() -> None:
    borders = border_lines(FOUR)
    assert (len(borders.nodes), len(borders.lines), len(borders.faces)) == (5, 8, 4)
    assert borders.euler == EULER
    inner = borders.right != OUTSIDE
    assert shapely.length(borders.lines[inner]).tolist() == [1000.0] * 4
    assert shapely.length(borders.lines[~inner]).tolist() == [2000.0] * 4
    assert list(zip(borders.left[inner], borders.right[inner], strict=True)) == [
        (0, 1), (0, 2), (1, 3), (2, 3),
    ]  # fmt: skip
    middle = int(
        np.flatnonzero((borders.nodes == shapely.get_coordinates(FOUR[3]).min(0)).all(1))[0]
    )
    assert borders.units_at(middle).tolist() == [0, 1, 2, 3]


def test_land_is_left_of_each_line() -> None:
    borders = border_lines(FOUR)
    for line, left in zip(borders.lines, borders.left, strict=True):
        beside = shapely.buffer(line, 1.0, single_sided=True, cap_style="flat")
        assert shapely.contains_properly(shapely.buffer(FOUR[left], 2.0), beside)
        assert shapely.area(shapely.intersection(beside, FOUR[left])) > 0.99 * beside.area


def test_an_enclave_and_an_island_have_a_line_that_closes() -> None:
    ring = shapely.Polygon(square(0, 0, 3000).exterior, [square(1, 1).exterior])
    island = square(5, 0)
    borders = border_lines(np.array([ring, square(1, 1), island], dtype=object))
    assert (len(borders.nodes), len(borders.lines), borders.n_components) == (3, 3, 3)
    assert borders.euler == EULER
    assert (borders.begin == borders.end).all()
    pairs = list(zip(borders.left.tolist(), borders.right.tolist(), strict=True))
    assert sorted(pairs) == [(0, OUTSIDE), (0, 1), (2, OUTSIDE)]


def test_a_hole_that_touches_the_outline_makes_a_node_of_two_borders() -> None:
    x, y = square(0, 0).exterior.coords[2]  # the north-western corner of the origin's square
    outer = shapely.box(x, y - 3000, x + 3000, y)
    touching_hole = shapely.Polygon([(x, y), (x + 500, y - 900), (x + 900, y - 500)])
    ring = shapely.Polygon(outer.exterior, [touching_hole.exterior])
    assert ring.is_valid
    borders = border_lines(np.array([ring, touching_hole], dtype=object))
    assert (len(borders.nodes), len(borders.lines), borders.euler) == (1, 2, EULER)
    drawn = characteristic_points(borders, np.array([ring, touching_hole], dtype=object), 5.0)
    again = rebuilt(drawn.lines, borders.left, borders.right, 2)
    assert shapely.equals(again, [ring, touching_hole]).all()


def test_a_gap_is_a_face_without_a_unit() -> None:
    borders = border_lines(np.array([
        shapely.Polygon(square(0, 0, 3000).exterior, [square(1, 1).exterior]),
    ], dtype=object))  # fmt: skip
    assert len(borders.faces) == 2
    assert borders.euler == EULER


def test_overlaps_are_refused() -> None:
    with pytest.raises(GeometryError, match="overlap"):
        border_lines(np.array([square(0, 0), square(0, 0)], dtype=object))


def test_vertices_that_come_twice_are_no_lines() -> None:
    twice = shapely.Polygon([p for p in square(0, 0).exterior.coords for _ in (0, 1)])
    one, two = (border_lines(np.array([g, square(1, 0)])) for g in (twice, square(0, 0)))
    assert as_set(one) == as_set(two)


@RUNS
@given(st.data())
def test_the_order_of_units_and_vertices_does_not_matter(data: st.DataObject) -> None:
    layer = data.draw(coverages())
    assume(shapely.is_valid(layer.geometry.values).all())
    shapes = np.asarray(layer.geometry.values)
    order = np.array(data.draw(st.permutations(range(len(shapes)))))
    turned = np.array([
        shapely.Polygon(np.roll(g.exterior.coords[:-1], data.draw(st.integers(0, 3)), axis=0))
        for g in shapely.reverse(shapes[order])
    ])  # fmt: skip
    one, two = border_lines(shapes), border_lines(turned)
    name = {OUTSIDE: OUTSIDE, **dict(enumerate(order.tolist()))}
    renamed = {(frozenset(name[u] for u in units), line) for units, line in as_set(two)}
    assert as_set(one) == renamed
    assert (one.nodes == two.nodes).all()


@RUNS
@given(st.data())
def test_polygons_rebuilt_from_the_points_are_the_layer_within_the_distance(
    data: st.DataObject,
) -> None:
    layer: gpd.GeoDataFrame = data.draw(coverages())
    assume(shapely.is_valid(layer.geometry.values).all())
    groups = data.draw(st.lists(st.integers(0, 4), min_size=len(layer), max_size=len(layer)))
    units = layer.assign(group=groups).dissolve("group", method="coverage")
    shapes = np.asarray(units.geometry.values)
    assume(shapely.coverage_is_valid(shapes))
    distance = data.draw(st.sampled_from([0.01, 1.0, 30.0, SIDE / 3]))
    borders = border_lines(shapes)
    assert borders.euler == EULER
    drawn = characteristic_points(borders, shapes, distance)
    assert drawn.deviation.max() <= distance
    assert shapely.hausdorff_distance(borders.lines, drawn.lines, densify=0.05).max() <= distance
    again = rebuilt(drawn.lines, borders.left, borders.right, len(shapes))
    assert shapely.is_valid(again).all()
    assert shapely.coverage_is_valid(again)
    differing = shapely.area(shapely.symmetric_difference(shapes, again))
    assert (differing <= distance * shapely.length(shapes)).all()


def bulge(height: float) -> tuple[np.ndarray, BorderLines]:
    """A square whose northern edge has a bulge with an enclave in it."""
    x0, y0, x1, y1 = square(0, 0).bounds
    shell = [(x0, y0), (x1, y0), (x1, y1), (x1 - 400, y1), (x1 - 500, y1 + height), (x0, y1)]
    enclave = shapely.box(x1 - 501, y1 + height / 2, x1 - 499, y1 + height / 2 + 0.5)
    shapes = np.array([shapely.Polygon(shell, [enclave.exterior]), enclave], dtype=object)
    assert shapely.is_valid(shapes).all()
    return shapes, border_lines(shapes)


def test_no_enclave_comes_to_lie_on_the_other_side() -> None:
    shapes, borders = bulge(height=4.0)
    drawn = characteristic_points(borders, shapes, 5.0)
    again = rebuilt(drawn.lines, borders.left, borders.right, 2)
    assert shapely.get_num_interior_rings(again).tolist() == [1, 0]
    assert shapely.coverage_is_valid(again)
    assert len(drawn.xy) > 5 + 4  # without the enclave, the bulge is less than the distance
    alone = np.array([shapely.Polygon(shapes[0].exterior)], dtype=object)
    assert len(characteristic_points(border_lines(alone), alone, 5.0).xy) == 5


def test_nodes_nearer_than_a_millimetre_are_refused() -> None:
    x0, y0, x1, y1 = square(0, 0).bounds
    m = x1 - 0.0002
    shapes = np.array([
        shapely.box(x0, y0, m, y1), shapely.Polygon([(m, y0), (x1, y0), (x1, y1), (m, y1)]),
        shapely.Polygon([(x0, y1), (m, y1), (x1, y1), (x1, y1 + 900), (x0, y1 + 900)]),
    ], dtype=object)  # fmt: skip
    with pytest.raises(GeometryError, match="3 decimals"):
        characteristic_points(border_lines(shapes), shapes, 5.0)


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        (["LINESTRING (0 0, 1 1)", "LINESTRING (1 1, 2 0)"], []),
        (["LINESTRING (0 0, 2 2)", "LINESTRING (0 2, 2 0)"], [0, 1]),
        (["LINESTRING (0 0, 2 2)", "LINESTRING (1 1, 2 0)"], [0, 1]),
        (["LINESTRING (0 0, 1 1, 2 0)", "LINESTRING (0 0, 2 0)", "LINESTRING (5 5, 6 6)"], []),
        (["LINESTRING (0 0, 2 0)", "LINESTRING (0 0, 2 0)"], [0, 1]),
        (["LINESTRING (0 0, 2 0, 0 0)"], [0]),
        (["LINESTRING (0 0, 2 0, 2 2, 0 0)"], []),
    ],
)  # fmt: skip
def test_lines_that_touch_elsewhere_than_at_their_ends(lines: list[str], wrong: list[int]) -> None:
    assert touching(shapely.from_wkt(lines)).tolist() == wrong
