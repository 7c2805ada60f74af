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


def test_a_theme_says_what_its_figure_counts_and_of_which_year(grid: Grid) -> None:
    old = grid(2, 2, population=[100, 0, 5, 6], SoHo=[30, 40, 1, 2])
    merged = merge(old, table(old, ["N", "N", "M", "M"]))
    result = replace(merged, summary={**merged.summary, "population_year": 2009})
    shown = display.display(result)
    told = {theme["id"]: theme for theme in shown.settings["themes"]}
    assert told["population"]["year"] == told["density"]["year"] == 2009
    assert told["population"]["zero"]
    assert "year" not in told["area"]
    assert "declared_population" not in told  # nobody declared any
    (households,) = [theme for theme in told.values() if theme.get("words") == {"field": "SoHo"}]
    content = json.loads(shown.geometry)
    assert [unit[households["field"]] for unit in content["before"]] == [30, 40, 1, 2]
    assert sorted(unit[households["field"]] for unit in content["after"]) == [3, 70]


def test_a_legend_says_in_words_where_its_figures_are_from(grid: Grid) -> None:
    old = grid(2, 2, population=[100, 0, 5, 6])
    merged = merge(old, table(old, ["N", "N", "M", "M"]))

    def told(*files: dict[str, object], **summary: object) -> dict[str, dict[str, object]]:
        result = replace(merged, provenance={**merged.provenance, "sources": list(files)},
                         summary={**merged.summary, **summary})  # fmt: skip
        return {theme["id"]: theme for theme in display.display(result).settings["themes"]}

    people = {"fields": {"population": "DanSo2009"}}
    two = told({"source": "a.shp", **people}, {"source": "b.shp", "fields": {}},
               population_field="DanSo2009")  # fmt: skip
    assert two["population"]["source"] == {"vi": "Nguồn: trường DanSo2009 của a.shp",
                                           "en": "Source: field DanSo2009 of a.shp"}  # fmt: skip
    assert two["density"]["source"] == two["population"]["source"]
    assert "source" not in two["area"]
    many = told(*({"source": f"{k}.shp", **people} for k in range(1003)))
    assert many["population"]["source"]["vi"] == "Nguồn: 0.shp, 1.shp, 2.shp và 1.000 tệp khác"
    assert "source" not in told()["population"]


def test_the_map_knows_the_row_of_the_crosswalk_and_the_findings_of_a_unit(grid: Grid) -> None:
    old = grid(3, 1)
    hole = square(1, 0).centroid.buffer(50)
    old.loc[old.index[1], "geometry"] = square(1, 0).difference(hole)
    rows = table(old, ["N", "N", "M"]).assign(clause=["1", "1", "2"])
    content = json.loads(display.display(merge(old, rows)).geometry)
    assert [unit["row"] for unit in content["before"]] == [2, 3, 4]
    assert [unit["how"] for unit in content["before"]] == ["code"] * 3
    assert [unit["clause"] for unit in content["before"]] == ["1", "1", "2"]
    assert "share" not in content["before"][0]
    named = {f["properties"]["row"]: f["properties"] for f in content["findings"]["features"]}
    (gap,) = [row for row in content["before"][1]["findings"] if row in named]
    assert named[gap]["check"] == "C02"
    assert named[gap]["message"]
    assert gap not in content["before"][0]["findings"]


def test_degrees_lead_to_the_plane_of_the_data_as_proj_does(sample: MergeResult) -> None:
    """A polynomial for the page: held against PROJ between the places that it was fitted to."""
    shown = display.display(sample)
    (south, west), (north, east) = shown.settings["bounds"]
    plane = shown.settings["plane"]
    lng, lat = (axis.ravel() for axis in np.meshgrid(np.linspace(west, east, 7)[1:-1],
                                                     np.linspace(south, north, 7)[1:-1]))  # fmt: skip
    x, y = ((v - m) / h for v, m, h in zip((lng, lat), plane["middle"], plane["half"], strict=True))
    told = [
        np.polynomial.polynomial.polyval2d(x, y, np.array(plane[axis]))
        for axis in ("east", "north")
    ]
    true = gpd.GeoSeries(gpd.points_from_xy(lng, lat), crs=4326).to_crs(sample.old.crs)
    assert np.hypot(told[0] - true.x, told[1] - true.y).max() < 0.05
    assert plane["name"] == sample.old.crs.name


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
