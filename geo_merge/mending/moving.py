"""How far borders move when land changes hands, and dividing land where that is too far."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.geometry.farthest import farthest
from geo_merge.geometry.rings import Floats, Geometries
from geo_merge.mending.land import Land

# The most points that a gap is divided by.
_SITES = 2_000
# Parts of the width of a gap that those points lie apart: the first that GEOS makes sound cells of.
_SHARES = (4, 5, 7)
_GOLDEN = 0.618


def moves(land: Land, faces: Sequence[int], owners: Sequence[tuple[int, ...]]) -> Floats:
    """Return how far a border moves if each face goes to its `owners`, in metres; shape (faces,).

    This is how far the points of the face lie from the border between it and the unit that gets
    the gap, or that loses the overlap. Where that border has moved as well, the distance is that to
    all of the land that the unit had before it got the gap, or that it has left after it lost the
    overlap; infinite if there is none.
    """
    arrangement = land.arrangement
    pairs: list[tuple[int, BaseGeometry]] = []
    for k, (face, to) in enumerate(zip(faces, owners, strict=True)):
        before = arrangement.claimants[face]
        for unit in set(before) - set(to) if before else set(to):
            border = land.line(face, unit) if before else land.line_before(face, unit)
            if shapely.is_empty(border):
                border = shapely.boundary(land.of(unit) if before else land.before(unit))
            pairs.append((k, border))
    at = np.array([k for k, _ in pairs], dtype=np.int64)
    borders = np.array([border for _, border in pairs], dtype=object)
    gone = shapely.is_empty(borders)
    far = np.full(len(pairs), np.inf)
    shapes = arrangement.faces[np.asarray(faces, dtype=np.int64)[at]]
    far[~gone] = farthest(shapes[~gone], borders[~gone])
    result = np.zeros(len(faces))
    np.maximum.at(result, at, far)
    return result


def within_reach(land: Land, face: int, tolerance: float) -> frozenset[int]:
    """Return the units that may get a face without a border moving beyond the tolerance."""
    units = land.arrangement.claimants[face] or tuple(land.borders(face))
    far = moves(land, [face] * len(units), [(unit,) for unit in units])
    return frozenset(u for u, move in zip(units, far, strict=True) if move <= tolerance)


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
