"""The map as it is looked at on paper: to scale, in the colours of the page, with all it needs."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from commands import run

from geo_merge.dossier.form import A3, A4
from geo_merge.dossier.sheets import svg as drawn
from geo_merge.dossier.sheets.atlas import Atlas, Side, map_of_all
from geo_merge.dossier.sheets.view import View, sheet_of, view_on
from geo_merge.errors import UsageError
from geo_merge.maps.display import KEPT, PALETTE
from geo_merge.maps.themes import SEQUENTIAL
from geo_merge.merging.merge import merge
from geo_merge.results.files import load_result
from geo_merge.texts import say

Grid = Callable[..., gpd.GeoDataFrame]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample as `build` writes it."""
    out = tmp_path_factory.mktemp("sheet") / "result"
    assert run("build", "--out", out).code in {0, 1}
    return out


@pytest.fixture(scope="module")
def atlas(folder: Path) -> Atlas:
    return Atlas(load_result(folder), "vi", "Ngày 1 tháng 7 năm 2025", "Nguồn: a.shp", {})


def areas(svg: str) -> list[tuple[str, shapely.Geometry]]:
    """The polygons of a sheet with their colours, as anybody else would read them."""
    found = []
    for path, fill in re.findall(r'<path d="([^"]+)" fill="(#\w+)" fill-rule="evenodd"', svg):
        rings = [
            [tuple(map(float, xy.split())) for xy in ring.rstrip("Z").split("L")]
            for ring in path.split("M")[1:]
        ]
        polygons = [shapely.Polygon(ring) for ring in rings]
        found.append((fill, shapely.unary_union(polygons)))
    return found


def test_a_line_hides_neither_islets_nor_gaps() -> None:
    land = shapely.box(0, 0, 20, 10) - shapely.box(4, 4, 4.5, 4.5)  # millimetres of paper
    isle = shapely.box(30, 0, 30.8, 0.8)
    shapes = np.array([land | isle, isle, shapely.box(0, 20, 5, 25), shapely.Polygon()])
    svg = drawn.areas(shapes, ["#a00000", "#b00000", "#c00000", "#d00000"], "#111", 0.35)
    lines = re.findall(r'<path d="([^"]+)" fill="(\S+?)".*? stroke-width="([\d.]+)"', svg)
    assert [(path.count("M"), fill, width) for path, fill, width in lines] == [
        (3, "#a00000", "0.105"), (1, "none", "0.35"), (1, "#b00000", "0.105"), (1, "#c00000", "0.35"),
    ]  # fmt: skip
    assert "20.00 0.00" in lines[1][0]
    assert {fill: shape.area for fill, shape in areas(svg)}["#b00000"] == pytest.approx(0.64)


def test_the_sheet_is_to_the_scale_that_it_states(atlas: Atlas) -> None:
    figure, _ = sheet_of(atlas, View(paper=A3.across))
    assert (figure.width, figure.height) == (420, 297)
    scale = float(re.search(r"1:([\d.]+)", figure.svg)[1].replace(".", ""))  # type: ignore[index]
    on_paper = sum(shape.area for _, shape in areas(figure.svg))  # square millimetres
    km2 = float(atlas.result.statistics["area_km2"].sum())
    assert on_paper * (scale / 1e6) ** 2 == pytest.approx(km2, rel=2e-3)
    bar = float(re.search(r">([\d,.]+) km</text>", figure.svg)[1].replace(",", "."))  # type: ignore[index]
    widths = [
        float(w) for w in re.findall(r'<rect [^>]*width="([\d.]+)" height="1.20"', figure.svg)
    ]
    assert sum(widths) == pytest.approx(bar * 1e6 / scale, abs=0.05)


def test_it_has_title_legend_north_degrees_source_date_and_note(atlas: Atlas) -> None:
    figure, missed = sheet_of(atlas, View(theme="area", paper=A4.across))
    for words in (
        "Tỉnh Bắc Ninh – Đơn vị hành chính mới: Diện tích (km²)", say("dossier.legend_new", "vi"), ">B<", "106°00′Đ",
        "Nguồn: a.shp", "Ngày 1 tháng 7 năm 2025", say("map.approximate", "vi"), "Tỷ lệ 1:",
        say("on_paper.unnamed", "vi", count=len(missed)),
    ):  # fmt: skip
        assert words in figure.svg
    assert missed
    before, _ = sheet_of(atlas, View(side="before", paper=A4.across))
    assert before.title.startswith("Tỉnh Bắc Giang, Tỉnh Bắc Ninh – Đơn vị hành chính trước")


@pytest.mark.parametrize("theme", ["units", "members", "area", "growth"])
def test_every_unit_has_the_colour_of_its_class(atlas: Atlas, theme: str) -> None:
    figure, _ = sheet_of(atlas, View(theme=theme, paper=A4.across))
    fills = [fill for fill, _ in areas(figure.svg)]
    assert len(fills) == len(atlas.result.new)
    assert set(fills) <= set(PALETTE if theme == "units" else (*SEQUENTIAL, "#bdbdbd"))
    if theme == "members":
        counts = atlas.result.statistics["member_count"].to_numpy()
        classes = np.digitize(counts, [2, 3, 4, 5, 7])
        assert fills == [SEQUENTIAL[k] for k in classes]


@pytest.mark.parametrize("side", ["before", "after"])
def test_classes_are_made_for_the_side_that_the_sheet_shows(atlas: Atlas, side: Side) -> None:
    """Of 313 old units 270 were in the first class that the areas of the 99 new ones make."""
    figure, _ = sheet_of(atlas, View(side=side, theme="area", paper=A4.across))
    counts = Counter(fill for fill, _ in areas(figure.svg))
    total = sum(counts.values())
    assert len(counts) == 6
    assert max(counts.values()) < 0.7 * total
    other, _ = sheet_of(atlas, View(side=side, theme="area", basis="both", paper=A4.across))
    assert Counter(fill for fill, _ in areas(other.svg)) != counts


def test_units_that_a_reform_leaves_as_they_are_are_pale_in_every_map(grid: Grid) -> None:
    old = grid(3, 2)
    table = pd.DataFrame({"old_code": old.index[:2], "new_code": "N", "new_name": "N"})
    atlas = Atlas(merge(old, table, unlisted="keep"), "en", "1 July 2025", "Source: a.shp", {})
    told = say("map.kept", "en", count=4)
    for side, pale in (("before", 4), ("after", 4), ("both", 4)):
        for figure, _ in (sheet_of(atlas, View(side=side)), map_of_all(atlas, side, A4)):
            assert sum(fill == KEPT for fill, _ in areas(figure.svg)) == pale
            assert told in figure.svg
    every = pd.DataFrame({"old_code": old.index, "new_code": "N", "new_name": "N"})
    whole = Atlas(merge(old, every), "en", "1 July 2025", "Source: a.shp", {})
    assert KEPT not in map_of_all(whole, "after", A4)[0].svg


@pytest.mark.parametrize("theme", ["population", "density"])
def test_the_title_says_of_which_year_the_figures_are(grid: Grid, theme: str) -> None:
    old = grid(2, 1, population=[100, 50])
    table = pd.DataFrame({"old_code": old.index, "new_code": "N", "new_name": "N"})
    merged = merge(old, table)
    dated = replace(merged, summary={**merged.summary, "population_year": 2009})
    figure, _ = sheet_of(Atlas(dated, "vi", "", "", {}), View(theme=theme))
    assert f"{say(f'map.legend_{theme}', 'vi')} · 2009 – " in figure.title


def test_a_part_of_the_land_is_cut_at_the_frame(atlas: Atlas) -> None:
    centre, scale = view_on(106.2, 21.27, 12, A4)
    pixel = 2 * math.pi * 6_378_137 * math.cos(math.radians(21.27)) / 256 / 2**12
    assert scale == pytest.approx(640 * pixel / 0.186, rel=0.05)
    figure, _ = sheet_of(atlas, View(side="before", centre=centre, scale=scale))
    found = areas(figure.svg)
    assert 3 < len(found) < len(atlas.result.old) / 2
    left, top, right, bottom = shapely.total_bounds([shape for _, shape in found])
    assert left >= 12 - 0.01
    assert right <= 210 - 12 + 0.01
    assert top >= 22 - 0.01
    assert bottom < 297 - 30


def test_what_cannot_be_drawn_is_refused(atlas: Atlas) -> None:
    with pytest.raises(UsageError, match="--theme xx: the result has no figures for it; it has un"):
        sheet_of(atlas, View(theme="xx"))
    with pytest.raises(UsageError, match=r"--scale 1000: the land does not fit A4; take \d+"):
        sheet_of(atlas, View(scale=1000))


def test_the_command_writes_all_three_kinds_the_same_each_time(
    folder: Path, tmp_path: Path
) -> None:
    pytest.importorskip("typst")
    heads = {"pdf": b"%PDF", "svg": b"<svg", "png": b"\x89PNG"}
    for kind, head in heads.items():
        out = tmp_path / f"sheet.{kind}"
        asked = ("sheet", folder, "--out", out, "--side", "both", "--lang", "en",
                 "--title", "<b>Bắc Ninh</b>", "--date", "2025-07-01")  # fmt: skip
        assert run(*asked).out.strip() == str(out)
        data = out.read_bytes()
        assert data.startswith(head)
        run(*asked)
        assert out.read_bytes() == data
    assert "&lt;b&gt;Bắc Ninh&lt;/b&gt;" in (tmp_path / "sheet.svg").read_text("utf-8")
    assert "1 July 2025" in (tmp_path / "sheet.svg").read_text("utf-8")
    wrong = run("sheet", folder, "--out", tmp_path / "sheet.jpg")
    assert wrong.code == 2
    assert "write a name that ends in .pdf, .svg or .png" in wrong.err
