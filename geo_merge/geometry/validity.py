"""Validity of polygons, found out once: GEOS looks at every vertex, and polygons do not change."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from weakref import WeakValueDictionary

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.geometry.rings import Bools, Geometries, is_polygonal, somewhere

# Polygons that were found valid, by their identity, for as long as anybody has them.
_valid: WeakValueDictionary[int, BaseGeometry] = WeakValueDictionary()


def is_valid(geometries: Geometries) -> Bools:
    """Tell which geometries are valid; those found valid before are not looked at again."""
    known = np.fromiter(
        (g is not None and _valid.get(id(g)) is g for g in geometries), bool, len(geometries)
    )
    new = np.flatnonzero(~known)
    # Each thread takes every nth one: large polygons lie beside each other.
    shares = [new[k :: os.cpu_count()] for k in range(os.cpu_count() or 1)]
    with ThreadPoolExecutor(len(shares)) as pool:
        for share, valid in zip(
            shares, pool.map(shapely.is_valid, [geometries[s] for s in shares]), strict=True
        ):
            known[share] = valid
    for geometry in geometries[new[known[new]]]:
        _valid[id(geometry)] = geometry
    return known


def usable(geometries: Geometries) -> Bools:
    """Tell which geometries are valid polygons with an area."""
    good = is_polygonal(geometries) & somewhere(geometries)
    good[good] = is_valid(geometries[good]) & (shapely.area(geometries[good]) > 0)
    return good


def valid_places(geometries: Geometries) -> Geometries:
    """Return geometries of which the invalid are made valid; of what collapses, a vertex is left.

    Places are to be looked at: neighbours put together may overlap by the last bits of a vertex.
    """
    result = np.array(geometries, dtype=object)
    broken = ~(shapely.is_missing(result) | shapely.is_empty(result) | shapely.is_valid(result))
    if broken.any():
        result[broken] = made_valid(result[broken])
    for k in np.flatnonzero(broken & shapely.is_empty(result)):
        result[k] = shapely.Point(shapely.get_coordinates(geometries[k])[0])
    return result


def made_valid(geometries: Geometries) -> Geometries:
    """Return polygons as GEOS makes them valid, holes as holes; what collapses is left out.

    It gives up on rings that cross by the last bits of their coordinates; of those, lines are
    noded and land built anew, on which it does not.
    """
    try:
        valid = shapely.make_valid(geometries, method="structure", keep_collapsed=False)
    except shapely.GEOSException:
        valid = np.array([_made_valid(g) for g in geometries], dtype=object)
    return np.asarray(valid, dtype=object)


def _made_valid(geometry: BaseGeometry) -> BaseGeometry:
    try:
        return shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    except shapely.GEOSException:
        parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(geometry)))
        return shapely.multipolygons(parts[shapely.get_dimensions(parts) == 2])  # noqa: PLR2004
