"""Units outside the land: pale on its maps, named beside it and never on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from commands import run
from conftest import CRS, ORIGIN
from small_results import small_result

from geo_merge.dossier.form import A4
from geo_merge.dossier.sheets.around import FILL, on_map, units_outside
from geo_merge.dossier.sheets.atlas import Atlas, map_of_all, map_of_unit
from geo_merge.dossier.sheets.labels import place
from geo_merge.dossier.sheets.view import View, sheet_of
from geo_merge.dossier.sheets.window import Box
from geo_merge.errors import UsageError
from geo_merge.merging.merge import merge
from geo_merge.texts import say

Grid = Callable[..., gpd.GeoDataFrame]
X, Y = ORIGIN


def ring(names: tuple[str, ...] = ("Tây", "Bắc", "Xa")) -> gpd.GeoDataFrame:
    """A unit west of the land of `grid`, one north of it, one that is 60 km off."""
    boxes = [(-3000, 0, 0, 2000), (-3000, 2000, 5000, 4000), (60_000, 0, 61_000, 1000)]
    shapes = [shapely.box(X + a, Y + b, X + c, Y + d) for a, b, c, d in boxes]
    return gpd.GeoDataFrame(
        {"name": names, "unit_type": "Xã"}, index=["W", "N", "F"], geometry=shapes, crs=CRS
    )


@pytest.fixture
def atlas(grid: Grid) -> Atlas:
    old = grid()
    table = pd.DataFrame({"old_code": old.index, "new_code": ["A", "A", "B", "B"],
                          "new_name": ["An", "An", "Ba", "Ba"]})  # fmt: skip
    result = merge(old, table)
    outside = units_outside(pd.concat([ring(), result.new[["name", "unit_type", "geometry"]]]),
                            result.new)  # fmt: skip
    return Atlas(result, "vi", "Ngày 1 tháng 7 năm 2025", "Nguồn: a.shp",
                 {"A": ["B"], "B": ["A"]}, outside=outside)  # fmt: skip


def test_only_what_lies_outside_and_near_is_around(atlas: Atlas) -> None:
    assert atlas.outside is not None
    assert list(atlas.outside.index) == ["W", "N"]


def test_a_layer_of_another_plane_is_found_too(atlas: Atlas) -> None:
    found = units_outside(ring().to_crs(32648), atlas.result.new)
    assert list(found.index) == ["W", "N"]
    assert found.crs == atlas.result.new.crs


def test_a_layer_without_neighbours_is_refused(atlas: Atlas) -> None:
    for layer in (ring().iloc[2:], atlas.result.new):
        units = "unit" if len(layer) == 1 else "units"
        told = f"--around: none of its {len(layer)} {units} lies beside the new units"
        with pytest.raises(UsageError, match=told):
            units_outside(layer, atlas.result.new)


def test_every_map_shows_and_names_them_and_says_what_they_are(atlas: Atlas) -> None:
    every = ["Xã Tây", "Xã Bắc"]
    drawn = [(*map_of_all(atlas, side, A4), every) for side in ("before", "after", "both")]
    drawn += [(*sheet_of(atlas, View(side=side)), every) for side in ("before", "after", "both")]
    drawn += [
        (*map_of_unit(atlas, "A", 165.0), every[:1]),
        (*map_of_unit(atlas, "B", 165.0), every),
    ]
    for figure, missed, names in drawn:
        assert figure.svg.count(f'fill="{FILL}" fill-rule') == len(names)
        assert say("dossier.legend_outside", "vi") in figure.svg
        assert missed == []
        for name in names:
            assert re.search(rf'font-style="italic"[^>]*>{name}<', figure.svg)
        # What is drawn first is covered by the land.
        assert figure.svg.index(FILL) < figure.svg.index('stroke="#111" stroke-width="0.', 100)


def test_without_a_layer_a_map_says_nothing_of_them(atlas: Atlas) -> None:
    plain = Atlas(atlas.result, "vi", atlas.date, atlas.source, atlas.neighbours)
    svg = map_of_all(plain, "after", A4)[0].svg
    assert say("dossier.legend_outside", "vi") not in svg
    assert FILL not in svg


def test_a_name_stands_outside_the_land_and_so_does_the_line_to_it() -> None:
    frame, land = Box(0, 0, 100, 60), shapely.box(10, 5, 90, 55)
    narrow = shapely.box(0, 5, 12, 55)  # the land covers its last 2 mm
    layer = ring(("Một Tên Rất Dài", "", "")).iloc[:1]
    around = on_map(layer, np.array([narrow]), land)
    (label,), missed = place(around.wishes, frame)
    assert missed == []
    x, y = label.middle
    half = 9 if len(label.lines) == 1 else 5
    assert not shapely.box(x - half, y - 1, x + half, y + 1).intersects(land)
    if label.leads_to is not None:
        assert not shapely.LineString([label.leads_to, label.middle]).intersects(land)


def test_a_neighbour_without_room_is_told_and_others_are_not() -> None:
    layer = ring(("Rất Dài Không Vừa Đâu", "Xa Xôi", "")).iloc[:2]
    land = shapely.box(1, 1, 100, 60)
    shapes = np.array([shapely.box(0, 10, 1, 12), shapely.box(0, 20, 0.5, 21)])
    around = on_map(layer, shapes, land)
    assert [wish.led for wish in around.wishes] == [True, False]
    assert place(around.wishes, Box(0, 0, 100, 60))[0] == []


def test_the_commands_take_it_and_list_it_among_the_sources(grid: Grid, tmp_path: Path) -> None:
    folder, layer = small_result(grid, tmp_path), tmp_path / "around.gpkg"
    ring().rename_axis("code").reset_index().to_file(layer)
    done = run("sheet", folder, "--out", tmp_path / "s.svg", "--around", layer, "--lang", "vi")
    assert done.code == 0, done.err
    svg = (tmp_path / "s.svg").read_text("utf-8")
    assert "Xã Bắc<" in svg
    assert "around.gpkg" in svg
    paper = tmp_path / "d.html"
    done = run("dossier", folder, "--out", paper, "--around", layer, "--lang", "en")
    assert done.code == 0, done.err
    text = paper.read_text("utf-8")
    assert text.count("Xã Tây<") >= 6 + 2
    assert re.search(r"<td[^>]*>around\.gpkg</td><td[^>]*>[0-9a-f]{64}</td>", text)
    ring().iloc[2:].rename_axis("code").reset_index().to_file(tmp_path / "far.gpkg")
    refused = run(
        "dossier", folder, "--out", tmp_path / "no.html", "--around", tmp_path / "far.gpkg"
    )
    assert refused.code == 2
    assert "give a layer of the units around them" in refused.err
    assert not (tmp_path / "no.html").exists()
