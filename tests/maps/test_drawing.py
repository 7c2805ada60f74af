"""The old units as a map draws them: simplified together, each border once, nothing lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import square
from hypothesis import given
from hypothesis import strategies as st

from geo_merge.api import read_units
from geo_merge.jobs.sample import sample_files
from geo_merge.maps import drawing
from geo_merge.maps.topology import topojson

Grid = Callable[..., gpd.GeoDataFrame]


def arcs_of(topology: dict[str, Any]) -> list[np.ndarray]:
    """Return the arcs of a topology in degrees."""
    scale, move = topology["transform"]["scale"], topology["transform"]["translate"]
    return [np.cumsum(arc, axis=0) * scale + move for arc in topology["arcs"]]


def polygons_of(
    topology: dict[str, Any], detail: dict[str, Any] | None = None
) -> list[shapely.MultiPolygon]:
    """Return the units of a topology as its specification reads them, or by its details."""
    arcs = arcs_of(detail or topology)

    def ring(names: list[int]) -> np.ndarray:
        lines = [arcs[k] if k >= 0 else arcs[~k][::-1] for k in names]
        for one, other in zip(lines, [*lines[1:], lines[0]], strict=True):
            assert np.array_equal(one[-1], other[0])
        return np.concatenate([lines[0], *(line[1:] for line in lines[1:])])

    return [
        shapely.MultiPolygon([(ring(shell), [ring(hole) for hole in holes])
                              for shell, *holes in unit["arcs"]])
        for unit in topology["objects"]["units"]["geometries"]
    ]  # fmt: skip


def test_four_squares_have_twelve_sides() -> None:
    """Joined at their nodes: the four inner sides, and the outline in as many as rings begin."""
    squares = np.array([shapely.box(x, y, x + 1, y + 1) for y in (0, 1) for x in (0, 1)])
    topology = json.loads(topojson(squares, np.arange(4), 100)[0])
    used = [k if k >= 0 else ~k for unit in topology["objects"]["units"]["geometries"]
            for polygon in unit["arcs"] for ring in polygon for k in ring]  # fmt: skip
    assert [used.count(k) for k in set(used)].count(2) == 4
    assert set(used) == set(range(len(topology["arcs"])))
    assert shapely.equals(polygons_of(topology), squares).all()


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 3), st.booleans())
def test_a_topology_says_what_the_polygons_say(
    columns: int, rows: int, seed: int, enclave: bool
) -> None:
    """Units whose rings begin anywhere and run either way, with an enclave in the first one."""
    random = np.random.default_rng(seed)
    units = [shapely.box(c, r, c + 1, r + 1) for r in range(rows) for c in range(columns)]
    if enclave:
        inside = shapely.box(0.25, 0.25, 0.75, 0.75)
        units[0] = units[0].difference(inside)
        units.append(inside)
    turned = []
    for unit in shapely.segmentize(units, 0.5):
        ring = np.roll(shapely.get_coordinates(unit.exterior)[:-1], random.integers(8), axis=0)
        ring = ring[::-1] if random.integers(2) else ring
        turned.append(shapely.Polygon(ring, unit.interiors))
    topology = json.loads(topojson(np.array(turned), np.arange(len(units)), 1200)[0])
    assert shapely.equals_exact(
        shapely.normalize(polygons_of(topology)),
        shapely.normalize([shapely.MultiPolygon([unit]) for unit in turned]), 1e-9,
    ).all()  # fmt: skip
    together = shapely.union_all(units)
    inner = sum(unit.length for unit in units) - together.length
    drawn = sum(shapely.LineString(arc).length for arc in arcs_of(topology))
    assert drawn == pytest.approx(together.length + inner / 2)
    used = [k for unit in topology["objects"]["units"]["geometries"]
            for polygon in unit["arcs"] for ring in polygon for k in ring]  # fmt: skip
    assert len(set(used)) == len(used)  # never twice in one direction


def test_what_vanishes_between_the_steps_is_a_triangle() -> None:
    island = shapely.box(5.001, 5.001, 5.002, 5.002)
    topology = json.loads(
        topojson(np.array([shapely.box(0, 0, 10, 10), island]), np.array([4, 7]), 100)[0]
    )
    big, small = polygons_of(topology)
    assert big.equals(shapely.box(0, 0, 10, 10))
    assert small.area == pytest.approx(0.1 * 0.1 / 2)
    assert small.distance(island) < 0.1
    assert [u["properties"]["row"] for u in topology["objects"]["units"]["geometries"]] == [4, 7]


def test_a_part_that_vanishes_leaves_the_others() -> None:
    parts = shapely.multipolygons([shapely.box(0, 0, 10, 10), shapely.box(12, 0, 12.001, 0.001)])
    (unit,) = polygons_of(json.loads(topojson(np.array([parts]), np.arange(1), 100)[0]))
    assert shapely.get_num_geometries(unit) == 1
    assert unit.area == pytest.approx(100, rel=0.02)


def test_details_are_the_same_arcs_with_more_vertices() -> None:
    """Two squares side by side: the kink of their border is in the details alone."""
    kink = [(1.0, 0.0), (1.03, 0.5), (1.0, 1.0)]
    left = shapely.Polygon([(0, 0), *kink, (0, 1)])
    right = shapely.Polygon([(2, 1), *kink[::-1], (2, 0)])
    units = np.array([left, right])
    shown = shapely.get_coordinates(units)[:, 0] != 1.03
    topology, detail = map(json.loads, topojson(units, np.arange(2), 10, shown=shown, finer=10))
    assert shapely.area(polygons_of(topology)).tolist() == pytest.approx([1, 1])
    assert shapely.area(polygons_of(topology, detail)) == pytest.approx(
        shapely.area(units), rel=0.02
    )
    pairs = list(zip(arcs_of(topology), arcs_of(detail), strict=True))
    assert sorted(len(fine) - len(coarse) for coarse, fine in pairs) == [0] * (len(pairs) - 1) + [1]
    for coarse, fine in pairs:
        assert coarse[[0, -1]] == pytest.approx(fine[[0, -1]])


def test_an_arc_within_a_step_stays_for_its_details() -> None:
    """Three units meet twice within a step: the short border between is needed to close rings."""
    a = shapely.Polygon([(0, 0), (1, 0), (1, 0.04), (0.5, 1), (0, 1)])
    b = shapely.Polygon([(1, 0), (2, 0), (2, 1), (1, 0.04)])
    c = shapely.Polygon([(1, 0.04), (2, 1), (0.5, 1)])
    units = np.array([a, b, c])
    assert shapely.coverage_is_valid(units)
    topology, detail = map(json.loads, topojson(units, np.arange(3), 10, finer=50))
    assert any(len(arc) == 2 and not arc[1].any() for arc in map(np.asarray, topology["arcs"]))
    assert all(unit.is_valid for unit in polygons_of(topology, detail))
    assert shapely.area(polygons_of(topology, detail)) == pytest.approx(
        shapely.area(units), rel=0.01
    )


def test_the_sample_stays_a_coverage() -> None:
    old = read_units(*sample_files()[0])
    shapes = np.asarray(old.geometry.values)
    simple = drawing.simplified(shapes, drawing.pixel(old))
    assert shapely.coverage_is_valid(simple)
    assert shapely.area(simple).sum() == pytest.approx(shapely.area(shapes).sum(), rel=1e-3)


def test_bac_ninh_stays_a_coverage_within_a_pixel(bac_ninh: Path) -> None:
    old = read_units(bac_ninh / "bac_giang_communes.shp", bac_ninh / "bac_ninh_communes.shp")
    shapes = np.asarray(old.geometry.values)
    size = drawing.pixel(old)
    simple = drawing.simplified(shapes, size)
    assert shapely.coverage_is_valid(simple)
    away = shapely.hausdorff_distance(simple, shapes)
    assert away.max() < size
    assert shapely.get_num_coordinates(simple).sum() < shapely.get_num_coordinates(shapes).sum() / 3


def test_details_of_bac_ninh_stay_a_coverage_within_their_pixels(bac_ninh: Path) -> None:
    old = read_units(bac_ninh / "bac_giang_communes.shp", bac_ninh / "bac_ninh_communes.shp")
    drawn = drawing.draw(old)
    topology, detail = json.loads(drawn.topology), json.loads(drawn.detail)
    assert len(topology["arcs"]) == len(detail["arcs"])
    fine = gpd.GeoSeries(polygons_of(topology, detail), crs=4326).to_crs(old.crs)
    away = shapely.hausdorff_distance(np.asarray(fine), np.asarray(old.geometry))
    assert away.max() < drawing.finest(old)
    coarse = gpd.GeoSeries(polygons_of(topology), crs=4326).to_crs(old.crs)
    away = shapely.hausdorff_distance(np.asarray(coarse), np.asarray(old.geometry))
    assert away.max() < drawing.pixel(old)
    overlap = fine.area.sum() - shapely.area(shapely.union_all(np.asarray(fine)))
    assert overlap < drawing.finest(old) * fine.length.sum() / 1000


def test_what_is_invalid_flat_or_tiny_is_drawn_too(grid: Grid) -> None:
    old = grid(3, 2)
    x, y = old.total_bounds[:2]
    old.loc["00002", "geometry"] = shapely.Polygon(
        [(x + 1000, y), (x + 2000, y + 1000), (x + 2000, y), (x + 1000, y + 1000)]
    )
    old.loc["00003", "geometry"] = shapely.Polygon([(x, y), (x + 500, y), (x + 900, y)])
    old.loc["00004", "geometry"] = shapely.box(x, y + 1000, x + 1e-4, y + 1000 + 1e-4)
    old.loc["00005", "geometry"] = shapely.Point(x, y)
    old.loc["00006", "geometry"] = None
    drawn = drawing.draw(old)
    topology = json.loads(drawn.topology)
    units = topology["objects"]["units"]["geometries"]
    assert [unit["properties"]["row"] for unit in units] == [0, 1, 2, 3]
    assert all(unit["arcs"] for unit in units)
    assert [None in place for place in drawn.places] == [False] * 5 + [True]
    assert shapely.area(polygons_of(topology))[1] == pytest.approx(
        shapely.area(polygons_of(topology))[0] / 2, rel=0.01
    )


def test_places_lie_in_their_units(grid: Grid) -> None:
    """Of a bent unit the middle is outside: its place is on it all the same."""
    old = grid(1, 1)
    bent = shapely.difference(square(0, 0), shapely.box(*square(0, 0).buffer(-50).bounds))
    old.loc["00001", "geometry"] = bent
    (place,) = drawing.draw(old).places
    degrees = old.geometry.to_crs(4326).iloc[0]
    assert degrees.distance(shapely.Point(place)) < 2e-5


def test_what_is_empty_has_no_place(grid: Grid) -> None:
    """Also where longitudes may pass 180°, so that all of them are looked at."""
    old = grid(2, 1)
    old.loc["00001", "geometry"] = shapely.Polygon()
    assert drawing.draw(old).places[0] == [None, None]


def test_what_the_drawing_depends_on_is_in_its_key(grid: Grid) -> None:
    old = grid(2, 1)
    key = drawing._key(old)
    assert drawing._key(old.assign(name="another")) == key
    assert drawing._key(old.to_crs(9209)) != key
    assert drawing._key(old.set_crs(9209, allow_override=True)) != key
    assert drawing._key(old.iloc[::-1]) != key
    moved = old.geometry.translate(0.001)
    assert drawing._key(old.set_geometry(moved)) != key
    nothing = gpd.GeoSeries([None, None], index=old.index, crs=old.crs)
    gone = [pd.concat([old.geometry[:1], nothing[1:]]), pd.concat([nothing[:1], old.geometry[1:]])]
    assert len({drawing._key(old.set_geometry(g)) for g in gone} | {key}) == 3


@given(st.lists(st.tuples(*[st.integers(0, 12)] * 4), min_size=1, max_size=8))
def test_overlaps_and_twins_are_drawn(boxes: list[tuple[int, int, int, int]]) -> None:
    """Whatever valid units overlap, touch or stand twice: all are drawn, none is empty."""
    shapes = np.array([shapely.box(x, y, x + w + 1, y + h + 1) for x, y, w, h in boxes])
    simple = drawing.simplified(shapes, 2.0)
    assert len(simple) == len(shapes)
    assert not shapely.is_empty(simple).any()
