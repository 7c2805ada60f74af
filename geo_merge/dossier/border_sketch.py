"""The sketch in the sheet of a border: its course, end nodes and points, to scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo_merge.dossier.border_words import Words, sections
from geo_merge.dossier.content import Figure
from geo_merge.dossier.form import A4
from geo_merge.dossier.sheets import margin
from geo_merge.dossier.sheets.around import Around, areal
from geo_merge.dossier.sheets.labels import Wish, title_of, two_lines
from geo_merge.dossier.sheets.margin import Sign
from geo_merge.dossier.sheets.names import named
from geo_merge.dossier.sheets.svg import areas, drawing, line, text
from geo_merge.dossier.sheets.window import Box, Window, in_plane, window_on
from geo_merge.geometry.rings import Floats, Geometries
from geo_merge.geometry.validity import made_valid
from geo_merge.texts import number, say

# Millimetres: height of the drawing, of degrees beside the frame, of what is below it.
_HEIGHT, _DEGREES, _FOOT = 118.0, 4.0, 21.0
_ROOM = 1.3  # of the extent of a border: what is seen around it
_LEAST_SCALE = 500.0
_THINNED = 0.03  # millimetres of paper by which a border may be off
_FILLS = "#fbe3c5", "#d6e8c9"
_OTHERS = "#f4f4f2"
_COURSE, _THICK, _THIN = "#b00020", 0.45, 0.2  # colour, millimetres
_NAMES, _AROUND, _NODE, _POINT = (3.2, 2.6, 2.0), 2.2, 2.4, 2.0  # millimetres: letters
_NEAR_NODE, _NEAR_POINT, _CLEAR = 7.0, 5.0, 0.4  # millimetres: where a number may stand
_MOST = 40  # points that are numbered at the most, ends of sections aside
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


@dataclass(frozen=True)
class _Drawn:
    """The border of two units on paper.

    Attributes
    ----------
    ids, courses
        Its lines: what they are called, and how they run.
    points
        Their characteristic points, line by line.
    nodes
        Where each node is.
    """

    ids: list[str]
    courses: Geometries
    points: list[Floats]
    nodes: dict[str, tuple[float, float]]


def sketch(words: Words, left: str, right: str) -> Figure:
    """Draw the border between two units, by their codes, as `border_files.pairs` has them."""
    records = words.records
    table = records.lines
    lines = table[(table["left_code"] == left) & (table["right_code"] == right)]
    plane = records.plane
    frame = Box(_DEGREES, _DEGREES, A4.inner[0] - 2 * _DEGREES, _HEIGHT - 2 * _DEGREES - _FOOT)
    seen = in_plane(np.asarray(lines.geometry.values), lines.crs, plane)
    window = window_on(tuple(shapely.total_bounds(seen)), frame, margin=_ROOM)
    window = Window(frame, window.centre, max(window.scale, _LEAST_SCALE))
    drawn = _on_paper(words, lines, window, plane)
    units, shapes = _units_seen(records.units, window, plane)
    chosen = [list(units.index).index(code) for code in (left, right)]
    two = units.iloc[chosen]
    step = _step(sum(map(len, drawn.points)))
    names, wishes = _wishes(words, drawn, two, shapes[chosen], step)
    labels, _ = named(names, wishes, _others(units, shapes, chosen), window, list(_dots(drawn)))
    title = words.text("sketch_of", left=title_of(two.iloc[0]), right=title_of(two.iloc[1]))
    scale = say("dossier.scale", words.language)
    title = f"{title} – {scale} 1:{number(window.scale, words.language)}"
    parts = [*_land(drawn, shapes, chosen), *labels, *_margins(words, window, plane, step)]
    width, _ = A4.inner
    return Figure(drawing(width, _HEIGHT, title, parts), width, _HEIGHT, title)


def _on_paper(words: Words, lines: gpd.GeoDataFrame, window: Window, plane: CRS) -> _Drawn:
    """Return lines, points and nodes as the window shows them."""
    ids = list(map(str, lines.index))
    shapes = window.drawn(in_plane(np.asarray(lines.geometry.values), lines.crs, plane))
    tables = [words.points(line) for line in ids]
    places = [in_plane(np.asarray(table.geometry.values), lines.crs, plane) for table in tables]
    points = [window.on_paper(shapely.get_coordinates(xy)) for xy in places]
    nodes = {
        str(node): (float(x), float(y))
        for table, xy in zip(tables, points, strict=True)
        for node, (x, y) in zip(table["node"], xy, strict=True)
        if node
    }
    return _Drawn(ids, shapes, points, nodes)


def _units_seen(
    units: gpd.GeoDataFrame, window: Window, plane: CRS
) -> tuple[gpd.GeoDataFrame, Geometries]:
    """Return the units that the window shows, and their land on paper, thinned to what it shows."""
    half = np.array([window.frame.width, window.frame.height]) * window.scale / 2000
    (x, y), (dx, dy) = window.centre, half
    frame = shapely.segmentize(shapely.box(x - dx, y - dy, x + dx, y + dy), max(half) / 4)
    there = in_plane(np.array([frame]), plane, units.crs)[0]
    near = units.iloc[np.sort(units.sindex.query(there, predicate="intersects"))]
    shapes = window.drawn(in_plane(np.asarray(near.geometry.values), units.crs, plane))
    return near, np.asarray(shapely.simplify(shapes, _THINNED))


def _land(drawn: _Drawn, shapes: Geometries, chosen: list[int]) -> Iterator[str]:
    """Yield the land of the two units and of others, the border between them, its points."""
    yield areas(np.delete(shapes, chosen), [_OTHERS] * (len(shapes) - 2), "#777", _THIN)
    yield areas(shapes[chosen], _FILLS, "#444", _THIN)
    for course in shapely.get_parts(drawn.courses):
        yield line(map(tuple, shapely.get_coordinates(course)), _THICK, _COURSE)
    for points in drawn.points:
        yield from (margin.point_sign(x, y) for x, y in points[1:-1].tolist())
    yield from (margin.node_sign(x, y) for x, y in drawn.nodes.values())


def _wishes(
    words: Words, drawn: _Drawn, two: gpd.GeoDataFrame, shapes: Geometries, step: int
) -> tuple[list[str], list[Wish]]:
    """Return the names of the two units, and what nodes, lines and points are called."""
    course = shapely.buffer(shapely.union_all(drawn.courses), _CLEAR)
    names, wishes = [], []

    def wish(name: str, room: BaseGeometry, sizes: tuple[float, ...], *, led: bool) -> None:
        ways = tuple(way for size in sizes for way in two_lines(name, size))
        names.append(name)
        wishes.append(Wish(areal(shapely.difference(room, course)), ways, led=led))

    for k, shape in enumerate(made_valid(shapes)):
        wish(title_of(two.iloc[k]), shape, _NAMES, led=True)
    for node, (x, y) in drawn.nodes.items():
        wish(node, shapely.Point(x, y).buffer(_NEAR_NODE), (_NODE,), led=True)
    for name, points in zip(drawn.ids, drawn.points, strict=True):
        middle = shapely.Point(points[len(points) // 2])
        wish(name, middle.buffer(_NEAR_NODE), (_NODE,), led=False)
    for name, points in zip(drawn.ids, drawn.points, strict=True):
        for point in _numbered(words.points(name), step):
            room = shapely.Point(points[point - 1]).buffer(_NEAR_POINT)
            wish(str(point), room, (_POINT,), led=False)
    return names, wishes


def _numbered(points: gpd.GeoDataFrame, step: int) -> list[int]:
    """Return the points that a sketch numbers: ends of sections first, then each of so many."""
    ends = [part.last for part in sections(points)][:-1]
    return list(dict.fromkeys([*ends, *range(step, len(points), step)]))


def _step(n_points: int) -> int:
    return next((step for step in _STEPS if n_points / step <= _MOST), _STEPS[-1])


def _others(units: gpd.GeoDataFrame, shapes: Geometries, chosen: list[int]) -> Around:
    """Return the names of other units, which stand where there is room."""
    valid = made_valid(shapes)
    rest = [k for k in np.argsort(-shapely.area(shapes)).tolist() if k not in chosen]
    names = [title_of(units.iloc[k]) for k in rest]
    wishes = [Wish(areal(valid[k]), two_lines(name, _AROUND), led=False)
              for k, name in zip(rest, names, strict=True)]  # fmt: skip
    return Around("", names, wishes)


def _dots(drawn: _Drawn) -> Iterator[Box]:
    """Yield where the signs of nodes and points stand."""
    for x, y in drawn.nodes.values():
        yield Box(x - 0.9, y - 0.9, 1.8, 1.8)
    for points in drawn.points:
        for x, y in points[1:-1].tolist():
            yield Box(x - 0.4, y - 0.4, 0.8, 0.8)


def _margins(words: Words, window: Window, plane: CRS, step: int) -> Iterator[str]:
    """Yield degrees, scale, north, legend and notes."""
    frame, language = window.frame, words.language
    below = frame.bottom + _DEGREES + 3.5
    signs = [Sign("line", _COURSE, words.text("sketch_course"), _THICK),
             Sign("node", "", words.text("sketch_node")),
             Sign("point", "", words.text("sketch_point"))]  # fmt: skip
    yield from margin.graticule(window, plane, language)
    yield from margin.scale_bar(frame.left, below, window.scale, language)
    yield from margin.legend(frame.left + 62, below - 3, signs, frame.width - 80)
    yield from margin.north_arrow(frame.right - 4, below - 1, language)
    every = number(step, language)
    told = words.text("sketch_numbers", step=every) if step > 1 else words.text("sketch_all")
    yield text(frame.left, _HEIGHT - 4.2, told, 2.3)
    yield text(frame.left, _HEIGHT - 1.0, say("dossier.sketch", language), 2.5, style="italic")
