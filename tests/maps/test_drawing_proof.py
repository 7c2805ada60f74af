"""What a browser will draw is proven before it is sent, and drawn otherwise where that fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_merge.api import merge
from geo_merge.geometry.rings import flatten
from geo_merge.geometry.scanlines import Lines, Paths
from geo_merge.maps import display, drawing
from geo_merge.maps.drawing_proof import Claim, Proof, unproven
from geo_merge.maps.longitudes import about, middle_of
from geo_merge.maps.notes import joined
from geo_merge.maps.topology import topojson
from geo_merge.merging.result import MergeResult

Grid = Callable[..., gpd.GeoDataFrame]
PLANE = 32648  # a degree at the equator is about 111 km
SQUARES = np.array([shapely.box(x, y, x + 1, y + 1) for y in (0, 1) for x in (104, 105)])


def wavy(shapes: np.ndarray) -> np.ndarray:
    """Return shapes with many vertices along bent borders."""
    fine = shapely.segmentize(shapes, 0.02)
    return shapely.transform(fine, lambda xy: xy + 0.02 * np.sin(9 * xy[:, ::-1]))


def proof_of(degrees: np.ndarray, new: list[int]) -> Callable[[Any, Any], list[list[int]]]:
    """Return what tells the units, old and new, that a topology does not show."""
    old = np.asarray(gpd.GeoSeries(degrees, crs=4326).to_crs(PLANE).values)
    joined = np.array([shapely.union_all(old[np.array(new) == k]) for k in range(max(new) + 1)])
    proofs = [Proof(Claim(np.arange(len(old)), old), old), Proof(Claim(np.array(new), joined), old)]
    crs = gpd.GeoSeries([], crs=PLANE).crs

    def failed(topology: Any, detail: Any) -> list[list[int]]:
        sent = map(orjson.dumps, (topology, detail))
        wrong = unproven(proofs, *sent, crs=crs, pixels=(500.0, 60.0))
        return [np.flatnonzero(w).tolist() for w in wrong]

    return failed


@pytest.fixture
def drawn() -> tuple[dict[str, Any], dict[str, Any]]:
    """A topology of four squares with bent borders, and its details."""
    return tuple(map(json.loads, topojson(wavy(SQUARES), np.arange(4), 10_000, finer=8)))


def rings_of(topology: dict[str, Any], unit: int) -> list[list[int]]:
    return topology["objects"]["units"]["geometries"][unit]["arcs"][0]


def test_what_is_right_passes(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert proof_of(wavy(SQUARES), [0, 0, 1, 1])(*drawn) == [[], []]


def test_units_whose_polygons_are_elsewhere_are_proven_by_their_members(
    drawn: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    old = np.asarray(gpd.GeoSeries(wavy(SQUARES), crs=4326).to_crs(PLANE).values)
    proof = Proof(Claim(np.array([0, 0, 1, 1]), np.full(2, None)), old)
    crs = gpd.GeoSeries([], crs=PLANE).crs
    for broken in (False, True):
        if broken:
            rings_of(drawn[0], 1)[0].pop()
        sent = map(orjson.dumps, drawn)
        (wrong,) = unproven([proof], *sent, crs=crs, pixels=(500.0, 60.0))
        assert wrong.tolist() == [broken, False]


def test_a_missing_arc_leaves_a_ring_open(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    rings_of(drawn[0], 1)[0].pop()
    assert proof_of(wavy(SQUARES), [0, 0, 1, 1])(*drawn) == [[1], [0]]


def test_a_ring_that_runs_the_other_way_is_found(
    drawn: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    """As `shapely.coverage_simplify` returns some: the map of its new unit was torn."""
    ring = rings_of(drawn[0], 1)[0]
    ring[:] = [~name for name in reversed(ring)]
    assert proof_of(wavy(SQUARES), [0, 0, 1, 1])(*drawn) == [[1], [0]]


def test_a_hole_that_is_not_there_is_found(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """A closed ring of a tenth of the square, in the map alone and not in the details."""
    scale = np.array(drawn[0]["transform"]["scale"])
    corner = ((np.array([105.3, 0.3]) - drawn[0]["transform"]["translate"]) / scale).astype(int)
    side = (0.32 / scale).astype(int).tolist()
    hole = [corner.tolist(), [0, side[1]], [side[0], 0], [0, -side[1]], [-side[0], 0]]
    rings_of(drawn[0], 1).append([len(drawn[0]["arcs"])])
    drawn[0]["arcs"].append(hole)
    drawn[1]["arcs"].append([hole[0], [0, 0]])
    assert proof_of(wavy(SQUARES), [0, 0, 1, 1])(*drawn) == [[1], [0]]


def test_units_in_each_other_s_place_are_found(
    drawn: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    """Each ring closes and each area is right: only the place is not."""
    units = drawn[0]["objects"]["units"]["geometries"]
    units[1]["arcs"], units[2]["arcs"] = units[2]["arcs"], units[1]["arcs"]
    assert proof_of(wavy(SQUARES), [0, 0, 1, 1])(*drawn) == [[1, 2], [0, 1]]


def test_a_unit_that_is_not_drawn_is_found(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    del drawn[0]["objects"]["units"]["geometries"][3]
    assert proof_of(wavy(SQUARES), [0, 0, 1, 1])(*drawn) == [[3], [1]]
    drawn[0]["objects"]["units"]["geometries"].clear()
    assert proof_of(wavy(SQUARES), [0, 0, 1, 1])(*drawn) == [[0, 1, 2, 3], [0, 1]]


@pytest.mark.parametrize("level", [0, 1])
def test_vertices_elsewhere_are_found_on_the_map_and_in_its_details(
    drawn: tuple[dict[str, Any], dict[str, Any]], level: int
) -> None:
    arc = max(drawn[level]["arcs"], key=len)
    away = 1500 * (8 if level else 1)
    arc[1][0] += away
    arc[-1][0] -= away
    assert proof_of(wavy(SQUARES), [0, 0, 1, 1])(*drawn)[0]


def test_a_border_around_the_world_is_found(drawn: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """In a plane 180° is a line like others; on the map it is its two edges."""
    for part in drawn:
        around = round(360 / part["transform"]["scale"][0])
        part["arcs"][0][1][0] += around
        part["arcs"][0][-1][0] -= around
    assert proof_of(wavy(SQUARES), [0, 0, 1, 1])(*drawn)[0]


@given(st.lists(st.tuples(*[st.integers(0, 12)] * 4), min_size=2, max_size=6))
def test_lines_measure_what_differs(boxes: list[tuple[int, int, int, int]]) -> None:
    """Against shapely, for two halves of boxes that overlap as they like: places count once."""
    shapes = [shapely.box(x, y, x + w + 1, y + h + 1) for x, y, w, h in boxes]
    halves = [shapes[::2], shapes[1::2]]
    lines = Lines(np.array([0.0]), np.array([26.0]), 26)  # one through the middle of each row
    crossings = []
    for half in halves:
        rings = Paths.around(flatten(np.array(half)))
        crossings.append(lines.across(Paths(rings.xy, rings.start, 0 * rings.unit, rings.times)))
    expected = shapely.symmetric_difference(*map(shapely.union_all, halves)).area
    assert lines.differing(*crossings)[0] == pytest.approx(expected)


@pytest.mark.parametrize("moved", [0.75, 40.0])
def test_what_fails_is_drawn_with_all_its_vertices(
    grid: Grid, monkeypatch: pytest.MonkeyPatch, moved: float
) -> None:
    """Simplified far too much, units lose land: then they keep their vertices, and that is told."""
    old = grid(3, 2)
    bent = shapely.transform(
        shapely.segmentize(np.asarray(old.geometry.values), 10),
        lambda xy: xy + 60 * np.sin(xy[:, ::-1] / 70),
    )
    old = old.set_geometry(bent)
    monkeypatch.setattr(drawing, "_MOVED", moved * 8)
    monkeypatch.setattr(drawing, "PIXELS", 6_000 if moved < 1 else 600)
    table = pd.DataFrame({"old_code": old.index, "new_code": list("AABBCC"),
                          "new_name": list("AABBCC")})  # fmt: skip
    result = display.drawn(merge(old, table))
    told = result.findings[result.findings["check"] == "P04"]
    assert result.drawing.unproven == [[], [], [], []]
    if moved < 1:
        assert result.drawing.whole == []
        assert told.empty
    else:
        assert result.drawing.whole == [0, 1, 2, 3, 4, 5]
        assert told["severity"].tolist() == ["info"]
        assert told["units"].tolist() == [list(old.index)]
        assert result.summary["findings"]["info"] == (result.findings["severity"] == "info").sum()
        arcs = json.loads(result.drawing.topology)["arcs"]
        assert sum(map(len, arcs)) > shapely.get_num_coordinates(bent).sum() / 2


def merged_around_pole() -> MergeResult:
    """Four sectors about the south pole."""
    circle = shapely.Point(0, 0).buffer(1e6, quad_segs=64)
    quarters = [shapely.box(*corner, *(c + 2e6 for c in corner)).intersection(circle)
                for corner in ((-2e6, -2e6), (0, -2e6), (-2e6, 0), (0, 0))]  # fmt: skip
    old = gpd.GeoDataFrame({"name": list("abcd"), "unit_type": "Xã"}, geometry=quarters, crs=3031,
                           index=pd.Index(list("abcd"), name="code"))  # fmt: skip
    table = pd.DataFrame({"old_code": list("abcd"), "new_code": "A", "new_name": "A"})
    return merge(old, table)


def test_what_cannot_be_drawn_is_told() -> None:
    result = display.drawn(merged_around_pole())
    told = result.findings[result.findings["check"] == "P04"]
    warned = told[told["severity"] == "warning"]
    assert warned["message"].str.contains("does not show").all()
    assert ["A"] in warned["units"].tolist()
    again = display.drawn(merged_around_pole())
    pd.testing.assert_frame_equal(again.findings, result.findings)


@pytest.mark.parametrize("east", [False, True])
@pytest.mark.parametrize(
    ("pieces", "middle"),
    [([(170, 180), (-180, -175)], 177.5), ([(170, 190)], 180), ([(177, 180), (-180, -178)], 179.5),
     ([(-180, -130), (172, 180), (-125, -67)], -127.5), ([(100, 110)], 105), ([(-170, 170)], 0),
     ([(-180, 180)], 0)],
)  # fmt: skip
def test_the_middle_is_opposite_the_widest_gap(
    pieces: list[tuple[float, float]], middle: float, east: bool
) -> None:
    shapes = np.array([shapely.segmentize(shapely.box(w, -1, e, 1), 5) for w, e in pieces])
    if east:  # written from 0 to 360
        shapes = shapely.transform(shapes, lambda xy: xy % (360, 1e9) if xy[:, 0].min() < 0 else xy)
    found = middle_of(shapes)
    assert (found - middle + 180) % 360 - 180 == pytest.approx(0, abs=0.06)


def test_what_lies_on_both_sides_of_180_degrees_is_in_one_piece() -> None:
    shapes = np.array([shapely.box(170, 0, 180, 1), shapely.box(-180, 0, -170, 1)])
    together = about(middle_of(shapes), shapes)
    assert shapely.union_all(together).geom_type == "Polygon"
    assert shapely.area(together).tolist() == [10, 10]


def test_units_are_compared_the_same_in_blocks_of_any_size(
    drawn: tuple[dict[str, Any], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing() -> list[list[list[int]]]:
        shifted = wavy(SQUARES[[1, 0, 2, 3]])  # two squares are drawn for each other
        return [proof_of(shapes, [0, 0, 1, 1])(*drawn) for shapes in (wavy(SQUARES), shifted)]

    whole = failing()
    assert whole == [[[], []], [[0, 1], []]]
    monkeypatch.setattr("geo_merge.geometry.rings._CHUNK", 1)
    assert failing() == whole


def test_districts_of_one_name_in_two_provinces_are_two(grid: Grid) -> None:
    """Châu Thành is in nine of them; without codes, the province tells which is which."""
    old = grid(4, 1).assign(
        district_code="", district=["Châu Thành", "Châu Thành", "Ba Tri", "Châu Thành"],
        province_code="", province=["Bến Tre", "Long An", "Long An", "Long An"],
    )  # fmt: skip
    rows = {"old_code": old.index, "new_code": [*"NNMM"], "new_name": [*"NNMM"]}
    result = merge(old, pd.DataFrame(rows))
    districts, provinces = joined(result, display.old_areas(result))[1:]
    for claim, expected in ((districts, [[2], [0], [1, 3]]), (provinces, [[0], [1, 2, 3]])):
        for shape, members in zip(claim.shapes, expected, strict=True):
            assert shape.equals(old.geometry.iloc[members].union_all())
            group = claim.group[members[0]]
            assert np.flatnonzero(claim.group == group).tolist() == members
    assert display.drawn(result).drawing is not None
