"""Outlines that cross without end are told before they are noded."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import CRS, ORIGIN

from geo_merge.api import validate
from geo_merge.errors import LayerError
from geo_merge.geometry.crossings import crossings, refuse_tangled, refuse_tangled_lines
from geo_merge.geometry.junctions import share_vertices
from geo_merge.geometry.rings import flatten
from geo_merge.jobs.convert import Reading
from geo_merge.jobs.dissolve import dissolve
from geo_merge.mending import repair
from geo_merge.units.other_layers import read_cutters


def combs(teeth: int) -> np.ndarray:
    """Two combs, one across the other: each of 2 * teeth edges of one crosses as many of the other."""
    at = np.repeat(np.arange(2.0 * teeth), 2)
    along = np.column_stack([at, np.tile([0, 2 * teeth, 2 * teeth, 0], teeth)])
    ring = np.vstack([along, [[2 * teeth, -2], [-2, -2]]])
    return np.array([shapely.Polygon(3 * xy + ORIGIN) for xy in (ring, ring[:, ::-1])])


def layer(shapes: np.ndarray) -> gpd.GeoDataFrame:
    codes = [f"{k:05d}" for k in range(len(shapes))]
    return gpd.GeoDataFrame({"name": codes, "g": "A"}, geometry=shapes, index=codes, crs=CRS)


def test_the_estimate_is_near_the_truth_and_names_the_two() -> None:
    far = shapely.transform(combs(3), lambda xy: xy + 5000)
    found = crossings(flatten(np.concatenate([far, combs(50)])), 1000)
    assert found is not None
    assert (found.one, found.two) == (2, 3)
    assert found.n == pytest.approx((2 * 50) ** 2, rel=0.05)
    assert crossings(flatten(combs(50)), 20_000) is None


def test_shared_borders_and_corners_do_not_cross() -> None:
    """Thousands of slivers around one point, and the same once more with every second left out."""
    turn = np.linspace(0, 2 * np.pi, 2001)
    rim = np.column_stack([np.cos(turn), np.sin(turn)]) * 1000 + ORIGIN
    slivers = np.array([shapely.Polygon([ORIGIN, a, b]) for a, b in pairwise(rim)])
    assert crossings(flatten(slivers), 0) is None
    assert crossings(flatten(slivers[::2]), 0) is None


def test_tangled_layers_end_in_a_sentence_before_they_take_the_machine(tmp_path: Path) -> None:
    told = r"some 360,000 times, most often those of 00000( \(00000\))? and 00001.* \[C04\]"
    frame = layer(combs(300))
    for run in (validate, repair):
        with pytest.raises(LayerError, match=told):
            run(frame)
    frame.to_file(tmp_path / "l.gpkg")
    with pytest.raises(LayerError, match="most often those of row 1 and row 2"):
        dissolve(tmp_path / "l.gpkg", tmp_path / "o.geojson", "g", reading=Reading())
    refuse_tangled(flatten(combs(150)), str)


def test_vertices_in_the_boxes_of_all_edges_are_looked_at_a_few_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A triangle whose long edge lacks the 30 vertices that its neighbour has there."""
    x, y = ORIGIN
    line = [(x + 30 * k, y + 40 * k) for k in range(32)]
    one = shapely.Polygon([line[0], line[-1], (x, y + 2000)])
    two = shapely.Polygon([*line, (x + 2000, y)])
    whole = share_vertices(np.array([one, two]), 1.0)
    assert whole.added == 30
    monkeypatch.setattr("geo_merge.geometry.junctions._FIRST", 1)
    monkeypatch.setattr("geo_merge.geometry.junctions._PAIRS", 7)
    few = share_vertices(np.array([one, two]), 1.0)
    assert few.added == 30
    assert shapely.equals_identical(few.geometries, whole.geometries).all()


def test_lines_that_divide_without_end_end_in_a_sentence(tmp_path: Path) -> None:
    """150 lines across 150 others, and one line that crosses itself as often."""
    at = np.arange(150.0)
    across = np.array([shapely.LineString([(x, -1), (x, 150)]) for x in at])
    along = np.array([shapely.LineString([(-1, y), (150, y)]) for y in at])
    one = shapely.LineString([
        p
        for k in range(0, 150, 2)
        for p in [(k, -1), (k, 150), (k + 1, 150), (k + 1, -1)]
    ] + [
        p
        for k in range(149, 0, -2)
        for p in [(150, k), (-1, k), (-1, k - 1), (150, k - 1)]
    ])  # fmt: skip
    told = r"lines\.geojson: its lines cross some 2[23],000 times \[W05\]"
    for shapes in ([*across, *along], [one]):
        path = tmp_path / "lines.geojson"
        places = [shapely.transform(g, lambda xy: ORIGIN + 10 * xy) for g in shapes]
        gpd.GeoSeries(places, crs=CRS).to_crs(4326).to_file(path)
        with pytest.raises(LayerError, match=told):
            read_cutters(path, CRS)
    refuse_tangled_lines(across, "lines")
    refuse_tangled_lines(combs(40), "pieces")
    for nothing in ([], [None], [shapely.LineString()], [shapely.Point(0, 0)]):
        refuse_tangled_lines(np.array(nothing, dtype=object), "nothing")
