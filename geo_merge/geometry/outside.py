"""Rings that stand as holes outside the outline: small islands amid those of their unit."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.geometry.rings import Geometries, somewhere


def with_islands(geometries: Geometries) -> Geometries:
    """Return invalid units of islands with the rings outside their outlines as parts, else None.

    A hole outside the outline is a hole in nothing. It is an island that was written among the
    holes, or a hole that was moved there: what tells is where it lies. An island lies amid the
    other parts of its unit, in the convex hull of all of them; a ring beside a unit of one part
    says nothing. A ring larger than the outline that has it tells more: no hole is that, so rings
    were written in any order (the mainland behind an islet), and all of that unit are land. What
    else is wrong must not be: the result is valid, or there is none.

    Parameters
    ----------
    geometries
        Invalid polygons or multipolygons; shape (n,).
    """
    result = np.full(len(geometries), None, dtype=object)
    for k in np.flatnonzero(somewhere(geometries)):
        polygons = shapely.get_parts(geometries[k])
        any_order = _any_order(polygons)
        if len(polygons) == 1 and not any_order:
            continue
        rings = shapely.get_rings(polygons) if any_order else shapely.get_exterior_ring(polygons)
        amid = shapely.convex_hull(shapely.multilinestrings(rings))
        shapely.prepare(amid)
        parts = [part for polygon in polygons for part in _parts(polygon, amid)]
        if len(parts) > len(polygons):
            land = shapely.multipolygons(parts)
            result[k] = land if shapely.is_valid(land) else None
    return result


def _any_order(polygons: Geometries) -> bool:
    """Tell whether an outline has a hole larger than itself: then it is none."""
    for polygon in polygons:
        areas = np.abs(shapely.area(shapely.polygons(shapely.get_rings(polygon))))
        if (areas[1:] > areas[0]).any():
            return True
    return False


def _parts(polygon: BaseGeometry, amid: BaseGeometry) -> list[BaseGeometry]:
    """Return a polygon with the holes that lie in it, and each ring outside it as a polygon."""
    shell, *rings = shapely.polygons(shapely.get_rings(polygon))
    rings = np.array(rings, dtype=object)
    if not len(rings) or not (shapely.is_valid(shell) and shapely.is_valid(rings).all()):
        return [polygon]
    shapely.prepare(shell)
    # Two interiors that share no point: touching is outside too.
    outside = shapely.relate_pattern(rings, shell, "F********")
    outside[outside] = shapely.covers(amid, rings[outside])
    inside = shapely.get_exterior_ring(rings[~outside])
    return [shapely.polygons(shapely.get_exterior_ring(shell), inside), *rings[outside]]
