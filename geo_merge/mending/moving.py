"""How far borders move when land changes hands, and dividing land where that is too far."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.mending.land import Land

# Points along an outline from which distances are taken, and the most that a gap is divided by.
_STEPS, _SITES = 50, 2_000


def move_to(land: Land, face: int, owners: tuple[int, ...]) -> float:
    """Return how far a border moves if a face goes to `owners`, in metres.

    This is how far the points of the face lie from the border between it and the unit that gets
    the gap, or that loses the overlap: the greatest distance, taken along the outline and in the
    middle of the largest circle. A unit that lost more than this face on that side has its border
    elsewhere; then the distance is that to all of its land, infinite if it has none left.
    """
    shape, before = land.arrangement.faces[face], land.arrangement.claimants[face]
    outline = shapely.segmentize(shape, shapely.length(shape) / _STEPS)
    ends = shapely.get_coordinates([outline, _middle(shape)])
    points = shapely.points(ends)
    far = 0.0
    for unit in set(before) - set(owners) if before else set(owners):
        border = land.line(face, unit)
        border = land.of(unit) if shapely.is_empty(border) else border
        gone = shapely.is_empty(border)
        far = max(far, np.inf if gone else float(shapely.distance(points, border).max()))
    return far


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
    total = sum(float(shapely.length(b)) for b in borders.values())
    step = width / 4
    if total > _SITES * step:  # a hairline so long waits for a decision
        return shapely.MultiLineString()
    sites, owner = [], []
    for unit, border in borders.items():
        for line in shapely.get_parts(shapely.line_merge(border)):
            n = int(np.ceil(shapely.length(line) / step))
            at = (np.arange(n) + 0.5) / n
            sites += list(shapely.line_interpolate_point(line, at, normalized=True))
            owner += [unit] * n
    cells = shapely.voronoi_polygons(shapely.multipoints(sites), extend_to=shape, ordered=True)
    parts, of = shapely.get_parts(cells), np.array(owner)
    regions = [shapely.boundary(shapely.coverage_union_all(parts[of == u])) for u in borders]
    around = shapely.buffer(shape, width / 100)
    inside = shapely.intersection(shapely.union_all(regions), around)
    lines = shapely.get_parts(inside)
    return shapely.multilinestrings(lines[shapely.get_dimensions(lines) == 1])
