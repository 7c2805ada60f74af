"""How far two drawings of the same polygons lie apart: a common shift, and what is left.

Points along the outlines of the one are held against the outlines of the other, each polygon
against its own. The shift that brings most of them onto each other is fitted as in iterative
closest points (Besl and McKay 1992), with the distances along the normals of Chen and Medioni
(1992) and the weights of Geman and McClure (1987), so that outlines which really changed do not
pull it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.geometry.rings import Bools, Floats, Geometries, Ints, ranges

# Points along the outlines that tell how far they are apart: for each polygon, at least and at
# most; and of these one in so many that the shift is fitted by.
_POINTS = 250
_LEAST, _MOST = 4_000, 20_000
_FITTED_BY = 4
_ROUNDS = 30
# Of the median distance: outlines further off than that pull less and less.
_PULL = 1.0
# Metres by which the last round moved the shift, and below which distances are rounding.
_STILL = 1e-3
_EXACT = 1e-2
# Metres from which on a shift is one.
_SHIFT = 0.10
# Metres within which another polygon makes a border of an outline, and so far at least.
_NEIGHBOUR = 10.0
# Of the median distance: so wide may gaps be that a careless drawing leaves between neighbours.
_GAPS = 3.0
# Edges of a line in the spatial index of an outline: a line an edge takes longer to make than to
# search.
_EDGES = 32
# Of a normal distribution, nine of ten distances lie within 1.64 standard deviations and half of
# them within 0.67; one in 16,000 is beyond four, 2.5 times the former and 6 times the latter. Real
# drawings have longer tails (of Laplace's, 8 times the median), real changes longer ones still.
_USUAL = 0.90
_OF_USUAL = 2.5
_OF_MEDIAN = 9.0
# Generalised drawings cut the same bend at other vertices, up to half of a bend's length apart.
# Near vertices that both kept they are on each other: the median is less than of any noise, and
# tells little; one in ten thousand distances of an exponential tail is beyond four times what nine
# of ten are within.
_OF_SPACING = 0.5
_OF_USUAL_BENDS = 4.0
_OF_MEDIAN_BENDS = 20.0
# So many times as wide must drawing be by the vertices of a side for that to hold: where these are
# strewn about the other, their lines cross it everywhere, and are furthest off at their ends.
_STREWN = 1.15
_ENOUGH = 200  # vertices; of few, those of a change would be most


@dataclass(frozen=True)
class Apart:
    """How far the second of two drawings lies from the first.

    Attributes
    ----------
    shift
        How far it lies to the east and to the north as a whole, in metres; zeros where that
        explains less than half of the distance.
    distance
        Distance of the outlines in the median, the shift taken off, in metres.
    width
        Metres beyond which hardly any strip between the two is wide by drawing alone.
    """

    shift: tuple[float, float] = (0.0, 0.0)
    distance: float = 0.0
    width: float = 0.0

    @property
    def shifted(self) -> bool:
        """Whether there is a common shift."""
        return self.shift != (0.0, 0.0)


def apart(ours: Geometries, theirs: Geometries) -> Apart:
    """Measure how far two drawings of the same polygons lie apart.

    Parameters
    ----------
    ours, theirs
        Valid polygons or multipolygons, pair by pair, none null or empty, in one CRS in metres;
        shape (n,) each.

    Notes
    -----
    The width is told from the borders between neighbours, since coasts and outer edges may follow
    another rule (the shore, the territorial sea), and from all outlines: the lesser of the two
    holds, so that a border that moved in one piece is not taken for a habit of drawing. Where the
    vertices of the one are strewn about the other (a scan, noise), points along the lines tell too
    little: the vertices themselves are held against the other.
    """
    if not len(ours):
        return Apart()
    points = _along(ours)
    outlines = _Outlines(theirs, points.stride)
    some = points.every(_FITTED_BY)
    middles = [shapely.get_coordinates(shapely.centroid(polygons)) for polygons in (ours, theirs)]
    between = np.median(middles[1] - middles[0], axis=0)
    fits = [_fitted(some, outlines, start) for start in (np.zeros(2), between)]
    at_rest = float(np.median(outlines.distances(some, np.zeros(2))))
    shift, left = min(fits, key=lambda fit: fit[1])
    if np.hypot(*shift) < max(_SHIFT, left) or left > at_rest / 2:
        shift = np.zeros(2)
    told_by = _usual(points, outlines, shift, (ours, theirs))
    backwards = (theirs, _Outlines(ours, _stride(theirs)), ours, -shift)
    for one, lines, other, back in (backwards, (ours, outlines, theirs, shift)):
        ends = _usual(_vertices(one), lines, back, (one, other))
        further = (f(ends) > _STREWN * f(told_by) for f in (_width, np.median))
        if len(ends) >= _ENOUGH and all(further):
            told_by = ends
    width = max(_width(told_by), _of_bends(told_by, max(_spacing(ours), _spacing(theirs))))
    return Apart((float(shift[0]), float(shift[1])), float(np.median(told_by)), width)


def _usual(
    points: _Points, outlines: _Outlines, shift: Floats, both: tuple[Geometries, Geometries]
) -> Floats:
    """Return the distances of points that tell the width: those between neighbours, or all."""
    nearest = outlines.nearest(points, shift)
    distance: Floats = np.hypot(*(nearest - points.xy - shift).T)
    inner = distance[_between_neighbours(points, nearest, distance, *both)]
    return min((d for d in (inner, distance) if len(d)), key=_width)


@dataclass(frozen=True)
class _Points:
    """Points along outlines: coordinates, directions across the outline, and whose they are.

    The outlines are laid side by side, `stride` metres apart, where they are searched: each point
    finds those of its own polygon alone.
    """

    xy: Floats
    across: Floats
    owner: Ints
    stride: float

    def every(self, k: int) -> _Points:
        return _Points(self.xy[::k], self.across[::k], self.owner[::k], self.stride)


def _along(polygons: Geometries) -> _Points:
    """Return points at equal distances along all outlines."""
    lines = shapely.boundary(polygons)
    rings, owner = shapely.get_parts(lines, return_index=True)
    length = shapely.length(rings)
    step = float(length.sum()) / np.clip(_POINTS * len(polygons), _LEAST, _MOST)
    count = np.maximum(1, np.round(length / step).astype(int))
    of = np.repeat(np.arange(len(rings)), count)
    place = (np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count) + 0.5) / count[of]
    ends = [
        shapely.get_coordinates(
            shapely.line_interpolate_point(rings[of], np.clip(place + by, 0, 1), normalized=True)
        )
        for by in (0.0, -1e-6, 1e-6)
    ]
    along = ends[2] - ends[1]
    along /= np.maximum(np.hypot(*along.T), 1e-300)[:, None]
    across = np.column_stack([-along[:, 1], along[:, 0]])
    return _Points(ends[0], across, owner[of], _stride(polygons))


def _vertices(polygons: Geometries) -> _Points:
    """Return vertices of all outlines, one in so many where they are many."""
    xy, owner = shapely.get_coordinates(shapely.boundary(polygons), return_index=True)
    every = -(-len(xy) // int(np.clip(_POINTS * len(polygons), _LEAST, _MOST)))
    points = xy[::every]
    return _Points(points, np.zeros_like(points), owner[::every], _stride(polygons))


def _stride(polygons: Geometries) -> float:
    """Return how far apart outlines are laid so that none is near to another."""
    west, _, east, _ = shapely.total_bounds(polygons)
    return float(4.0 * (east - west) + 1e6)


class _Outlines:
    """The outlines of polygons, each searched by the points of its own."""

    def __init__(self, polygons: Geometries, stride: float) -> None:
        self._stride = stride
        lines = [
            shapely.transform(
                _stretches(polygon), lambda xy, east=k * stride: np.add(xy, (east, 0.0))
            )
            for k, polygon in enumerate(polygons)
        ]
        self._tree = shapely.STRtree(np.concatenate(lines))

    def nearest(self, points: _Points, shift: Floats) -> Floats:
        """Return the place on the outlines that is nearest to each point, moved by a shift."""
        aside = np.column_stack([points.owner * self._stride, np.zeros(len(points.owner))])
        places = shapely.points(points.xy + shift + aside)
        found = self._tree.query_nearest(places, all_matches=False)[1]
        lines = shapely.shortest_line(places, self._tree.geometries[found])
        ends: Floats = shapely.get_coordinates(lines)[1::2] - aside
        return ends

    def distances(self, points: _Points, shift: Floats) -> Floats:
        """Return how far each point, moved by a shift, is from the outlines."""
        distance: Floats = np.hypot(*(self.nearest(points, shift) - points.xy - shift).T)
        return distance


def _fitted(points: _Points, outlines: _Outlines, shift: Floats) -> tuple[Floats, float]:
    """Return the shift that brings most points onto the outlines, and the median left over."""
    for _ in range(_ROUNDS):
        off = outlines.nearest(points, shift) - points.xy - shift
        median = float(np.median(np.hypot(*off.T)))
        distance = (off * points.across).sum(axis=1)
        weight = (1 + (distance / max(_PULL * median, _EXACT)) ** 2) ** -2.0
        normal = (points.across * weight[:, None]).T @ points.across
        if np.linalg.cond(normal) > 1e6:  # noqa: PLR2004 - all outlines run the same way
            break
        step = np.linalg.solve(normal, points.across.T @ (weight * distance))
        shift = shift + step
        if np.hypot(*step) < _STILL:
            break
    return shift, float(np.median(outlines.distances(points, shift)))


def _between_neighbours(
    points: _Points, nearest: Floats, distance: Floats, ours: Geometries, theirs: Geometries
) -> Bools:
    """Tell which points lie between two polygons in both drawings, and not at an outer edge."""
    near = max(_NEIGHBOUR, _GAPS * float(np.median(distance)))
    result = np.ones(len(distance), dtype=bool)
    for xy, polygons in ((points.xy, ours), (nearest, theirs)):
        # Asked by each polygon, whose edges are then indexed, not by each point.
        polygon, point = shapely.STRtree(shapely.points(xy)).query(
            polygons, predicate="dwithin", distance=near
        )
        beside = np.zeros(len(distance), dtype=bool)
        beside[point[polygon != points.owner[point]]] = True
        result &= beside
    return result


def _width(distance: Floats) -> float:
    usual, median = np.quantile(distance, [_USUAL, 0.5])
    width = float(min(_OF_USUAL * usual, _OF_MEDIAN * median))
    return width if width > _EXACT else 0.0


def _of_bends(distance: Floats, spacing: float) -> float:
    """Return the width between drawings that share vertices, so many metres apart; else 0."""
    usual, median = np.quantile(distance, [_USUAL, 0.5])
    if _OF_USUAL * usual <= _OF_MEDIAN * median:
        return 0.0
    return float(min(_OF_SPACING * spacing, _OF_USUAL_BENDS * usual, _OF_MEDIAN_BENDS * median))


def _spacing(polygons: Geometries) -> float:
    """Return how far apart the vertices of outlines are in the median."""
    xy, ring = shapely.get_coordinates(
        shapely.get_parts(shapely.boundary(polygons)), return_index=True
    )
    return float(np.median(np.hypot(*np.diff(xy, axis=0).T)[np.diff(ring) == 0]))


def _stretches(polygon: BaseGeometry) -> Geometries:
    """Return the outline of a polygon in lines of a few edges each, for a spatial index."""
    rings = shapely.get_rings(shapely.get_parts(polygon))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    start = np.searchsorted(ring, np.arange(len(rings) + 1))
    within = np.arange(len(xy)) - np.repeat(start[:-1], np.diff(start))
    last = np.append(ring[1:] != ring[:-1], True)
    begin = np.flatnonzero((within % _EDGES == 0) & ~last)
    end = np.minimum(begin + _EDGES, start[ring[begin] + 1] - 1)
    position, offsets = ranges(begin, end + 1)
    lines: Geometries = shapely.from_ragged_array(
        shapely.GeometryType.LINESTRING, xy[position], (offsets,)
    )
    return lines
