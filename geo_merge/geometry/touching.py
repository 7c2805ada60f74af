"""Rings that touch themselves, as ArcGIS draws a hole that meets the outline: split, not moved.

And lines without width, on which a ring runs there and back, as thinning leaves them of an inlet.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.geometry.rings import Geometries, is_polygonal, somewhere
from geo_merge.geometry.validity import made_valid

Complexes = npt.NDArray[np.complex128]
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
    return _mended(
        geometries,
        lambda before, after: (
            _same_length(before, after)
            and not len(np.setxor1d(_vertices(before), _vertices(after)))
        ),
    )


def without_lines(geometries: Geometries) -> Geometries:
    """Return invalid polygons without the lines on which a ring runs there and back, else None.

    There is no land on either side of such a line that the polygon would not have, or lack,
    without it: the signed area is the same, no vertex is new, and only outline is gone.

    Parameters
    ----------
    geometries
        Invalid polygons or multipolygons; shape (n,).
    """
    return _mended(
        geometries, lambda before, after: not len(np.setdiff1d(_vertices(after), _vertices(before)))
    )


def _mended(
    geometries: Geometries, is_same: Callable[[BaseGeometry, BaseGeometry], bool]
) -> Geometries:
    """Return polygons as GEOS makes them valid, where that is the same land by their rings."""
    result = np.full(len(geometries), None, dtype=object)
    there = np.flatnonzero(somewhere(geometries))
    valid = made_valid(geometries[there])
    for k, polygon, good in zip(there, valid, is_polygonal(valid), strict=True):
        if good and _same_area(geometries[k], polygon) and is_same(geometries[k], polygon):
            result[k] = polygon
    return result


def _same_area(one: BaseGeometry, other: BaseGeometry) -> bool:
    return bool(abs(one.area - other.area) <= _SAME * one.area)


def _same_length(one: BaseGeometry, other: BaseGeometry) -> bool:
    return bool(abs(one.length - other.length) <= _SAME * one.length)


def _vertices(geometry: BaseGeometry) -> Complexes:
    """Return the places of vertices, each once; as complex numbers, to be compared as sets."""
    xy = shapely.get_coordinates(geometry)
    return np.unique(xy[:, 0] + 1j * xy[:, 1])
