"""Rings that touch themselves, as ArcGIS draws a hole that meets the outline: split, not moved."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.geometry.rings import Geometries, is_polygonal, somewhere
from geo_merge.geometry.validity import made_valid

# Relative. Lengths and areas are sums of the same numbers in another order.
_SAME = 1e-12


def split_at_touches(geometries: Geometries) -> Geometries:
    """Return invalid polygons split where their rings touch themselves, None where that is not all.

    ESRI's polygons may have one ring that runs along the outline, turns in at a vertex, goes around
    a hole and comes back to that vertex. OGC wants a ring for each. The parts have the same edges,
    the same vertices and the same area as the whole: by the direction of the rings it was the same
    land before.

    Parameters
    ----------
    geometries
        Invalid polygons or multipolygons; shape (n,).
    """
    result = np.full(len(geometries), None, dtype=object)
    there = np.flatnonzero(somewhere(geometries))
    split = made_valid(geometries[there])
    for k, polygon, good in zip(there, split, is_polygonal(split), strict=True):
        if good and _is_same(geometries[k], polygon):
            result[k] = polygon
    return result


def _is_same(one: BaseGeometry, other: BaseGeometry) -> bool:
    """Tell whether two polygons have the same vertices, outline and signed area."""
    before, after = (np.unique(shapely.get_coordinates(g), axis=0) for g in (one, other))
    same = all(
        abs(measure(one) - measure(other)) <= _SAME * measure(one)
        for measure in (shapely.length, shapely.area)
    )
    return bool(same and np.array_equal(before, after))
