"""Rings that stand as holes outside the outline: islands, written as one polygon."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.geometry.rings import Geometries, somewhere


def with_islands(geometries: Geometries) -> Geometries:
    """Return invalid polygons with the rings outside their outline as parts, None where none is.

    A ring outside the outline is a hole in nothing. Programs that know one polygon a unit write
    islands so. What else is wrong must not be: the result is valid, or there is none.

    Parameters
    ----------
    geometries
        Invalid polygons or multipolygons; shape (n,).
    """
    result = np.full(len(geometries), None, dtype=object)
    for k in np.flatnonzero(somewhere(geometries)):
        parts = [part for polygon in shapely.get_parts(geometries[k]) for part in _parts(polygon)]
        if len(parts) > shapely.get_num_geometries(geometries[k]):
            land = shapely.multipolygons(parts)
            result[k] = land if shapely.is_valid(land) else None
    return result


def _parts(polygon: BaseGeometry) -> list[BaseGeometry]:
    """Return a polygon with the holes that lie in it, and each ring outside it as a polygon."""
    shell, *rings = shapely.polygons(shapely.get_rings(polygon))
    rings = np.array(rings, dtype=object)
    if not len(rings) or not (shapely.is_valid(shell) and shapely.is_valid(rings).all()):
        return [polygon]
    shapely.prepare(shell)
    # Two interiors that share no point: touching is outside too.
    outside = shapely.relate_pattern(rings, shell, "F********")
    inside = shapely.get_exterior_ring(rings[~outside])
    return [shapely.polygons(shapely.get_exterior_ring(shell), inside), *rings[outside]]
