"""The sketch of a border: to scale, numbered, with both names, the same each time."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import CRS, ORIGIN

from geo_merge.dossier.border_records import border_records
from geo_merge.dossier.border_sheets import sheet
from geo_merge.dossier.border_sketch import sketch
from geo_merge.dossier.border_words import Words
from geo_merge.texts import say

Grid = Callable[..., gpd.GeoDataFrame]
X, Y = ORIGIN
NODE = r'<circle cx="([\d.]+)" cy="([\d.]+)" r="0.8"'
POINT = r'<circle cx="([\d.]+)" cy="([\d.]+)" r="0.35" fill="#111"'


def zigzag(names: tuple[str, str] = ("Kép", "Bảo Đài"), teeth: int = 12) -> gpd.GeoDataFrame:
    """Two units side by side, their border 2.4 km of teeth of 100 m."""
    steps = np.arange(2 * teeth + 1)
    course = np.column_stack([X + 100.0 * (steps % 2), Y + 100.0 * steps])
    top = Y + 200.0 * teeth
    west = shapely.Polygon([*course, (X - 2000, top), (X - 2000, Y)])
    east = shapely.Polygon([*course, (X + 2000, top), (X + 2000, Y)])
    return gpd.GeoDataFrame(
        {"name": names, "unit_type": ["Xã", "Phường"]}, geometry=[west, east],
        index=pd.Index(["1", "2"], name="code"), crs=CRS,
    )  # fmt: skip


def places(svg: str, sign: str) -> np.ndarray:
    """Where the signs of a kind stand, those of the legend aside."""
    found = np.array([[float(x), float(y)] for x, y in re.findall(sign, svg)])
    return found[found[:, 1] < 118 - 21]


def texts(svg: str) -> list[str]:
    return re.findall(r"<text [^>]*>([^<]*)</text>", svg)


def numbered(svg: str) -> list[int]:
    """The numbers of points."""
    return [int(word) for word in re.findall(r'<text [^>]*font-size="2" [^>]*>(\d+)</text>', svg)]


def test_nodes_and_points_stand_where_the_scale_says() -> None:
    figure = sketch(Words(border_records(zigzag(), 5.0), "vi"), "1", "2")
    scale = float(re.search(r"1:([\d.]+)", figure.title)[1].replace(".", ""))  # type: ignore[index]
    (low, high) = sorted(places(figure.svg, NODE).tolist(), key=lambda xy: -xy[1])
    metres = np.hypot(high[0] - low[0], high[1] - low[1]) * scale / 1000
    assert metres == pytest.approx(2400, rel=1e-3)
    assert (figure.width, figure.height) == (165, 118)
    points = places(figure.svg, POINT)
    assert len(points) == 23
    steps = np.hypot(*np.diff(points, axis=0).T) * scale / 1000
    assert steps == pytest.approx(np.full(22, 100 * 2**0.5), rel=0.02)


def test_it_names_the_units_the_nodes_the_line_and_numbers_points() -> None:
    figure = sketch(Words(border_records(zigzag(), 5.0), "vi"), "1", "2")
    said = texts(figure.svg)
    for words in ("Xã Kép", "Phường Bảo Đài", "N1", "N2", "B", say("borders.sketch_all", "vi"),
                  say("dossier.sketch", "vi")):  # fmt: skip
        assert words in said
    line = border_records(zigzag(), 5.0).lines.query("right_code == '2'").index[0]
    assert line in said
    numbers = numbered(figure.svg)
    assert len(numbers) == len(set(numbers))
    assert set(numbers) <= set(range(1, 25))
    assert len(numbers) >= 10


def test_of_many_points_each_so_manieth_has_its_number() -> None:
    figure = sketch(Words(border_records(zigzag(teeth=150), 5.0), "en"), "1", "2")
    said = texts(figure.svg)
    assert say("borders.sketch_numbers", "en", step="10") in said
    assert {number % 10 for number in numbered(figure.svg)} == {0}


def test_every_line_of_a_border_is_drawn_and_named(grid: Grid) -> None:
    cells = grid(3, 1).geometry
    units = gpd.GeoDataFrame({"name": ["Hai Bên", "Giữa"], "unit_type": "Xã"},
                             geometry=[shapely.multipolygons(cells.iloc[[0, 2]]), cells.iloc[1]],
                             index=pd.Index(["1", "2"], name="code"), crs=CRS)  # fmt: skip
    records = border_records(units, 5.0)
    figure = sketch(Words(records, "vi"), "1", "2")
    ids = records.lines.query("left_code == '1' and right_code == '2'").index
    assert len(ids) == 2
    assert set(ids) <= set(texts(figure.svg))
    assert figure.svg.count('stroke="#b00020"') == len(ids) + 1  # and in the legend
    assert len(places(figure.svg, NODE)) == 4


def test_an_enclave_has_one_node(grid: Grid) -> None:
    inside = shapely.box(X + 800, Y + 800, X + 1200, Y + 1200)
    around = grid().union_all().difference(inside)
    units = gpd.GeoDataFrame({"name": ["Ngoài", "Trong"], "unit_type": "Xã"},
                             geometry=[around, inside],
                             index=pd.Index(["1", "2"], name="code"), crs=CRS)  # fmt: skip
    figure = sketch(Words(border_records(units, 5.0), "vi"), "1", "2")
    assert len(places(figure.svg, NODE)) == 1
    assert {"Xã Ngoài", "Xã Trong"} <= set(texts(figure.svg))


def test_the_sheet_holds_it_at_300_dots_an_inch_and_the_same_each_time() -> None:
    pytest.importorskip("typst")
    image = pytest.importorskip("PIL.Image")
    words = Words(border_records(zigzag(("<b>Kép</b>", "A&B")), 5.0), "en")
    made = sheet(words, "1", "2")
    assert made == sheet(words, "1", "2")
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        (name,) = (n for n in archive.namelist() if n.startswith("word/media/"))
        picture = image.open(io.BytesIO(archive.read(name)))
        text = archive.read("word/document.xml").decode()
    assert picture.width == pytest.approx(165 / 25.4 * 300, abs=2)
    assert 'descr="Sketch of the border between Xã &lt;b&gt;Kép&lt;/b&gt; and ' in text
