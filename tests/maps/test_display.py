"""What the map is given: classes, colours, topology, findings."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from conftest import square
from hypothesis import given
from hypothesis import strategies as st

from geo_merge.api import merge, read_crosswalk, read_units
from geo_merge.jobs.sample import sample_files
from geo_merge.maps import display
from geo_merge.merging.result import MergeResult

Grid = Callable[..., gpd.GeoDataFrame]


@pytest.fixture(scope="module")
def sample() -> MergeResult:
    layers, crosswalk = sample_files()
    return merge(read_units(*layers), read_crosswalk(crosswalk))


def table(old: gpd.GeoDataFrame, new: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"old_code": old.index, "new_code": new, "new_name": new, "new_type": "Xã"})


def test_neighbours_differ_in_colour(sample: MergeResult) -> None:
    colours = display.unit_colours(sample.new)
    assert set(colours.values()) <= set(display.PALETTE)
    touching = gpd.sjoin(sample.new, sample.new, predicate="touches")
    same = [(a, b) for a, b in zip(touching.index, touching["code_right"], strict=True)
            if colours[a] == colours[b]]  # fmt: skip
    assert len(same) <= 0.02 * len(touching)


def test_every_border_stands_once(grid: Grid) -> None:
    """Four squares: 12 sides in pairs, of which the four inner ones are shared."""
    old = grid(2, 2)
    content = json.loads(display.display(merge(old, table(old, ["N"] * 4))).geometry)
    units = content["topology"]["objects"]["units"]["geometries"]
    rings = [ring for unit in units for polygon in unit["arcs"] for ring in polygon]
    used = [k if k >= 0 else ~k for ring in rings for k in ring]
    shared = [k for k in set(used) if used.count(k) == 2]
    assert len(shared) == 4
    assert max(used.count(k) for k in used) == 2
    assert [unit["properties"]["row"] for unit in units] == [0, 1, 2, 3]


def test_figures_of_both_sides(grid: Grid) -> None:
    old = grid(2, 1, population=[100, 300])
    content = json.loads(display.display(merge(old, table(old, ["N", "N"]))).geometry)
    (after,) = content["after"]
    assert after["member_count"] == 2
    assert after["population"] == 400
    assert after["area_km2"] == pytest.approx(2, rel=0.01)
    assert after["growth"] == pytest.approx(2, rel=0.01)
    assert [b["density"] for b in content["before"]] == pytest.approx([100, 300], rel=0.01)
    assert [b["growth"] for b in content["before"]] == pytest.approx([2, 2], rel=0.01)
    assert content["before"][0]["colour"] == after["colour"]


def test_a_unit_without_a_polygon_is_named_but_not_drawn(grid: Grid) -> None:
    old = grid(3, 1)
    old.loc[old.index[1], "geometry"] = None
    result = merge(old, table(old, ["N", "N", "M"]))
    content = json.loads(display.display(result).geometry)
    assert [b["code"] for b in content["before"]] == list(old.index)
    rows = [u["properties"]["row"] for u in content["topology"]["objects"]["units"]["geometries"]]
    assert rows == [0, 2]


def test_only_the_weightiest_findings_are_a_layer(
    grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = grid(5, 1)
    for k in range(5):
        hole = square(k, 0).centroid.buffer(20 + k)
        old.loc[old.index[k], "geometry"] = square(k, 0).difference(hole)
    monkeypatch.setattr(display, "FINDINGS_SHOWN", 2)
    shown = display.display(merge(old, table(old, ["N"] * 5)))
    assert len(json.loads(shown.geometry)["findings"]["features"]) == 2
    assert shown.settings["findings"] >= 5


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60))
def test_class_limits_rise_and_leave_no_class_outside(values: list[float]) -> None:
    breaks = display.class_breaks(np.array(values))
    assert breaks == sorted(set(breaks))
    assert all(min(values) < limit <= max(values) for limit in breaks)
    assert len(breaks) < len(display.SEQUENTIAL)


def test_class_limits_by_hand() -> None:
    assert display.class_breaks(np.arange(1.0, 7.0), classes=3) == [2.7, 4.3]
    assert display.class_breaks(np.array([5.0, 5.0])) == []
    assert display.class_breaks(np.array([1.0, np.nan, 3.0]), classes=2) == [2.0]


def test_the_cache_changes_no_byte(
    sample: MergeResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = display.display(sample)
    monkeypatch.setenv("GEO_MERGE_CACHE", str(tmp_path))
    made, read = display.display(sample), display.display(sample)
    assert len(list((tmp_path / "drawings").iterdir())) == 1
    assert without.geometry == made.geometry == read.geometry
    assert without.key == read.key


def test_areas_that_the_merger_measured_are_those_of_the_polygons(sample: MergeResult) -> None:
    unknown = replace(sample, old_areas=pd.Series(dtype=float))
    pd.testing.assert_series_equal(display.old_areas(sample), display.old_areas(unknown))
