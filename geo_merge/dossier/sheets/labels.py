"""Names on a map: inside their unit, or led to it by a line, and none over another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.dossier.sheets.svg import text_width
from geo_merge.dossier.sheets.window import Box
from geo_merge.geometry.rings import Bools, Floats, Geometries, Ints
from geo_merge.units.called import full_name
from geo_merge.vocabulary.shown import shown

Lines = tuple[str, ...]
Bounds = tuple[float, float, float, float]  # left, top, right, bottom
_LEADING = 1.12  # of a line, in sizes
_AIR = 0.25  # millimetres around a name
_STEPS = 17  # places tried along each side of a unit
_RINGS = np.arange(3.0, 60.0, 1.5)  # millimetres from a unit to a name that is led to it
_TURNS = np.linspace(0, 2 * np.pi, 24, endpoint=False)


@dataclass(frozen=True)
class Wish:
    """A name that a map should have.

    Attributes
    ----------
    shape
        What of its unit is on the map, in millimetres of paper.
    texts
        Ways to write it, the best first: its lines, and the size of their letters in millimetres.
    led
        Whether a line may lead to it if it does not fit into its unit.
    clear_of
        Where neither the name nor the line may be, if anywhere.
    beside
        Where a line may come from, but no name that is led to may stand, if anywhere.
    rank
        Names of a higher one wait until those of the lower have all their places.
    """

    shape: BaseGeometry
    texts: tuple[tuple[Lines, float], ...]
    led: bool = True
    clear_of: BaseGeometry | None = None
    beside: BaseGeometry | None = None
    rank: int = 0


@dataclass(frozen=True)
class Label:
    """A name that has its place: its middle, which wish it is, and where a line leads to."""

    lines: Lines
    size: float
    middle: tuple[float, float]
    of: int
    leads_to: tuple[float, float] | None = None


@dataclass
class _Paper:
    """What is taken of a map: rectangles, and lines that lead."""

    frame: Box
    boxes: list[Bounds] = field(default_factory=list)
    lines: list[BaseGeometry] = field(default_factory=list)

    def free(self, boxes: Floats) -> Ints:
        """Return the positions of rectangles that lie in the frame and touch nothing taken."""
        left, top, right, bottom = boxes.T
        frame = self.frame
        inside = (left >= frame.left) & (right <= frame.right)
        inside &= (top >= frame.top) & (bottom <= frame.bottom)
        if self.boxes:
            taken = np.array(self.boxes)
            apart = (left[:, None] > taken[:, 2]) | (right[:, None] < taken[:, 0])
            apart |= (top[:, None] > taken[:, 3]) | (bottom[:, None] < taken[:, 1])
            inside &= apart.all(axis=1)
        if self.lines and inside.any():
            lines = shapely.multilinestrings(self.lines)
            shapely.prepare(lines)
            inside[inside] = ~shapely.intersects(lines, shapely.box(*boxes[inside].T))
        return np.flatnonzero(inside)

    def apart(self, lines: Geometries) -> Bools:
        """Tell which lines touch nothing taken."""
        taken = [*shapely.box(*np.array(self.boxes).reshape(-1, 4).T), *self.lines]
        result = np.ones(len(lines), dtype=bool)
        result[shapely.STRtree(taken).query(lines, predicate="intersects")[0]] = False
        return result

    def take(self, box: Floats) -> None:
        """Let nothing else stand in a rectangle."""
        left, top, right, bottom = box.tolist()
        self.boxes.append((left, top, right, bottom))


def title_of(unit: pd.Series | Mapping[Any, Any]) -> str:
    """Return type and name of a unit, as a map shows them."""
    return shown(full_name(str(unit["name"]), str(unit.get("unit_type") or "")))


def titles_of(units: gpd.GeoDataFrame) -> list[str]:
    """Return type and name of each unit, as a map shows them."""
    columns = [name for name in ("unit_type", "name") if name in units]
    return [title_of(row) for row in units[columns].to_dict("records")]


def two_lines(name: str, size: float) -> tuple[tuple[Lines, float], ...]:
    """Return a name in one line, and in two if it has several words."""
    words = name.split()
    if len(words) <= 1:
        return (((name,), size),)
    cuts = range(1, len(words))
    longest = [max(len(" ".join(words[:k])), len(" ".join(words[k:]))) for k in cuts]
    k = 1 + int(np.argmin(longest))
    return ((name,), size), ((" ".join(words[:k]), " ".join(words[k:])), size)


def place(
    wishes: Sequence[Wish], frame: Box, taken: Iterable[Box] = ()
) -> tuple[list[Label], list[int]]:
    """Give names their places.

    Parameters
    ----------
    wishes
        The names; those that come first choose first, in their own units before beside them.
    frame
        Of the map.
    taken
        Where no name may stand.

    Returns
    -------
    list of Label, list of int
        The names that have a place, and the positions of the wishes that found none.
    """
    paper = _Paper(frame, [(b.left, b.top, b.right, b.bottom) for b in taken])
    labels: list[Label] = []
    missed: list[int] = []
    out = _ways_out(wishes)
    for rank in sorted({wish.rank for wish in wishes}):
        left = []
        for k in (k for k, wish in enumerate(wishes) if wish.rank == rank):
            label = None if wishes[k].shape.is_empty else _inside(wishes[k], k, paper)
            if label is None:
                left.append(k)
            else:
                labels.append(label)
        for k in sorted(left, key=out):
            label = _led(wishes[k], k, paper) if wishes[k].led else None
            if label is None:
                missed.append(k)
            else:
                labels.append(label)
    return labels, missed


def _boxes(middles: Floats, lines: Lines, size: float, *, air: float = _AIR) -> Floats:
    """Return the rectangle that a name takes around each of some middles, with some air."""
    half = (np.array(_extent(lines, size)) + 2 * air) / 2
    return np.hstack([middles - half, middles + half])


def _extent(lines: Lines, size: float) -> tuple[float, float]:
    """Return how wide and high a name is."""
    return max(text_width(words, size) for words in lines), len(lines) * size * _LEADING


def _inside(wish: Wish, of: int, paper: _Paper) -> Label | None:
    """Find a place within the unit: in its widest part, or the nearest to that."""
    left, top, right, bottom = wish.shape.bounds
    room = right - left, bottom - top
    ways = [(lines, size) for lines, size in wish.texts
            if np.less_equal(_extent(lines, size), room).all()]  # fmt: skip
    if not ways:
        return None
    best = np.array([middle_of(wish.shape)])
    grid = np.stack(
        np.meshgrid(np.linspace(left, right, _STEPS), np.linspace(top, bottom, _STEPS)), axis=-1
    ).reshape(-1, 2)
    near = grid[np.argsort(np.hypot(*(grid - best).T), kind="stable")]
    shapely.prepare(wish.shape)
    for lines, size in ways:
        for middles in (best, near):  # most names stand in the widest part
            names = shapely.box(*_boxes(middles, lines, size, air=0.0).T)
            within = np.flatnonzero(shapely.contains(wish.shape, names))
            boxes = _boxes(middles[within], lines, size)
            free = paper.free(boxes)
            if len(free):
                paper.take(boxes[free[0]])
                x, y = middles[within[free[0]]].tolist()
                return Label(lines, size, (x, y), of)
    return None


def _led(wish: Wish, of: int, paper: _Paper) -> Label | None:
    """Find the nearest place outside the unit from which a line leads to it freely."""
    if wish.shape.is_empty:
        return None
    (lines, size), start = wish.texts[-1], np.array(middle_of(wish.shape))
    ways = np.column_stack([np.cos(_TURNS), np.sin(_TURNS)])
    middles = (start + _RINGS[:, None, None] * ways).reshape(-1, 2)
    rectangles = _boxes(middles, lines, size)
    free = paper.free(rectangles)
    boxes = shapely.box(*rectangles[free].T)
    for where in filter(None, (wish.shape, wish.clear_of, wish.beside)):
        shapely.prepare(where)
        apart = ~shapely.intersects(where, boxes)
        free, boxes = free[apart], boxes[apart]
    ends = np.stack([np.broadcast_to(start, (len(free), 2)), middles[free]], axis=1)
    leaders = shapely.linestrings(ends)
    open_ = paper.apart(leaders)
    if wish.clear_of is not None:
        open_ &= ~shapely.intersects(wish.clear_of, leaders)
    if not open_.any():
        return None
    k = int(np.argmax(open_))
    paper.take(rectangles[free[k]])
    paper.lines.append(leaders[k])
    return Label(lines, size, tuple(middles[free[k]].tolist()), of, tuple(start.tolist()))


def _ways_out(wishes: Sequence[Wish]) -> Callable[[int], float]:
    """Return what tells how long a line out of the land is at least, by the position of a wish.

    Short ones leave the most room. The edge of the land is prepared once for all of its units.
    """
    edges: dict[int, BaseGeometry] = {}

    def way_out(k: int) -> float:
        land, shape = wishes[k].beside, wishes[k].shape
        if land is None or shape.is_empty:
            return 0.0
        if id(land) not in edges:
            edges[id(land)] = land.boundary
            shapely.prepare(edges[id(land)])
        return float(shapely.length(shapely.shortest_line(edges[id(land)], shape)))

    return way_out


def middle_of(shape: BaseGeometry) -> tuple[float, float]:
    """Return the middle of the widest part of a polygon."""
    parts = shapely.get_parts(shape)
    part = parts[int(np.argmax(shapely.area(parts)))]
    circle = shapely.maximum_inscribed_circle(part, tolerance=0.05)
    x, y = circle.coords[0]
    return float(x), float(y)
