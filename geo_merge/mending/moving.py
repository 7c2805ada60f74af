"""How far borders move when land changes hands, and dividing land where that is too far."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.geometry.rings import Floats, Geometries
from geo_merge.mending.land import Land

# The middle of a circle is found to this part of the outline's length.
_STEPS = 50
# Metres to which a distance is taken at best.
_EXACT = 1e-6
# The most points that a gap is divided by.
_SITES = 2_000
# Parts of the width of a gap that those points lie apart: the first that GEOS makes sound cells of.
_SHARES = (4, 5, 7)
_GOLDEN = 0.618


def move_to(land: Land, face: int, owners: tuple[int, ...]) -> float:
    """Return how far a border moves if a face goes to `owners`, in metres.

    This is how far the points of the face lie from the border between it and the unit that gets
    the gap, or that loses the overlap: the greatest distance, taken along the outline and in the
    middle of the largest circle. Where that border has moved as well, the distance is that to all
    of the land that the unit had before it got the gap, or that it has left after it lost the
    overlap; infinite if there is none.
    """
    shape, before = land.arrangement.faces[face], land.arrangement.claimants[face]
    far = 0.0
    for unit in set(before) - set(owners) if before else set(owners):
        border = land.line(face, unit) if before else land.line_before(face, unit)
        if shapely.is_empty(border):
            border = shapely.boundary(land.of(unit) if before else land.before(unit))
        if shapely.is_empty(border):
            return np.inf
        middle = float(shapely.distance(_middle(shape), border))
        far = max(far, middle, farthest(shapely.boundary(shape), border))
    return far


def farthest(line: BaseGeometry, other: BaseGeometry) -> float:
    """Return how far the points of a line lie from another at most, to a hundredth of it.

    No point between two lies further from an edge than the further of the two, nor further from
    all than half of both distances and the way between them. Where that leaves room for a greater
    distance than is known, the point half-way is tried too.
    """
    a, b = _edges(line)
    edges = shapely.linestrings(np.stack(_edges(other), axis=1))
    tree = shapely.STRtree(edges)
    far = 0.0
    while len(a):
        ends = shapely.points(np.concatenate([a, b]))
        (_, at), way = tree.query_nearest(ends, all_matches=False, return_distance=True)
        far = max(far, float(way.max()))
        (at_a, at_b), (way_a, way_b) = np.split(at, 2), np.split(way, 2)
        points_a, points_b = np.split(ends, 2)
        bound = np.minimum.reduce([
            (way_a + way_b + np.hypot(*(a - b).T)) / 2,
            np.maximum(way_a, shapely.distance(points_b, edges[at_a])),
            np.maximum(way_b, shapely.distance(points_a, edges[at_b])),
        ])  # fmt: skip
        open_ = bound > far * 1.01 + _EXACT
        a, b, middle = a[open_], b[open_], (a[open_] + b[open_]) / 2
        a, b = np.concatenate([a, middle]), np.concatenate([middle, b])
    return far


def _edges(line: BaseGeometry) -> tuple[Floats, Floats]:
    """Return where the edges of lines begin and end; shape (edges, 2) each."""
    xy, of = shapely.get_coordinates(shapely.get_parts(line), return_index=True)
    same = of[1:] == of[:-1]
    return xy[:-1][same], xy[1:][same]


def within_reach(land: Land, face: int, tolerance: float) -> frozenset[int]:
    """Return the units that may get a face without a border moving beyond the tolerance."""
    units = land.arrangement.claimants[face] or tuple(land.borders(face))
    return frozenset(u for u in units if move_to(land, face, (u,)) <= tolerance)


def _middle(face: BaseGeometry) -> BaseGeometry:
    """Return the middle of the largest circle in a polygon."""
    tolerance = max(float(shapely.length(face)) / _STEPS, 1e-9)
    return shapely.get_point(shapely.maximum_inscribed_circle(face, tolerance=tolerance), 0)


def cut_lines(land: Land, face: int, width: float) -> BaseGeometry:
    """Return lines that divide a face, each point to the nearest unit.

    The units are those around a gap, or those that claim an overlap and have land beside it.

    They are edges of the Voronoi diagram of points along the borders, drawn a little beyond the
    face, so that they surely cross its outline.
    """
    shape, claimants = land.arrangement.faces[face], land.arrangement.claimants[face]
    units = [u for u in sorted(land.borders(face)) if u in claimants or not claimants]
    if len(units) < 2:  # noqa: PLR2004 - there is nothing to divide it between
        return shapely.MultiLineString()
    borders = {unit: land.line(face, unit) for unit in units}
    for share in _SHARES:
        step = width / share
        if sum(float(shapely.length(b)) for b in borders.values()) > _SITES * step:
            break  # a hairline so long waits for a decision
        regions = _regions(list(borders.values()), step, shape)
        if len(regions):
            around = shapely.buffer(shape, width / 100)
            lines = shapely.get_parts(shapely.intersection(shapely.union_all(regions), around))
            return shapely.multilinestrings(lines[shapely.get_dimensions(lines) == 1])
    return shapely.MultiLineString()


def _regions(borders: Sequence[BaseGeometry], step: float, shape: BaseGeometry) -> Geometries:
    """Return the outline of the land nearest to each border, from points about a step apart.

    Points at even distances lie on common circles, of which GEOS makes cells that overlap: they
    are spread by the golden section. Nothing is returned where it does so all the same.
    """
    sites, owner = [], []
    for unit, border in enumerate(borders):
        for line in shapely.get_parts(shapely.line_merge(border)):
            n = int(np.ceil(shapely.length(line) / step))
            at = (np.arange(n) + 0.25 + 0.5 * (np.arange(1, n + 1) * _GOLDEN % 1)) / n
            sites += list(shapely.line_interpolate_point(line, at, normalized=True))
            owner += [unit] * n
    cells = shapely.voronoi_polygons(shapely.multipoints(sites), extend_to=shape, ordered=True)
    parts, of = shapely.get_parts(cells), np.array(owner)
    if not (shapely.is_valid(parts).all() and shapely.coverage_is_valid(parts)):
        return np.empty(0, dtype=object)
    regions = [shapely.coverage_union_all(parts[of == unit]) for unit in range(len(borders))]
    return np.asarray(shapely.boundary(regions))
