"""Longitudes that run on over 180°, so that a layer on both sides of it is drawn in one piece."""

from __future__ import annotations

from functools import partial
from typing import cast

import numpy as np
import shapely

from geo_merge.geometry.rings import Bools, Floats, Geometries, flatten

# Degrees: a strip without land that is narrower is not looked for.
_GRAIN = 0.05
_STRIPS = round(360 / _GRAIN)


def middle_of(lonlat: Geometries) -> float:
    """Return the longitude in the middle of polygons: opposite the widest strip without land.

    Parameters
    ----------
    lonlat
        Polygons and MultiPolygons in degrees, not empty, whose vertices may lie on both sides of
        180°; shape (n,).
    """
    west, _, east, _ = shapely.total_bounds(lonlat)
    if east - west <= 180:  # noqa: PLR2004 - half of the world
        return float(west + east) / 2
    free = np.flatnonzero(~_land(lonlat))
    if not len(free):
        return 0.0  # around a pole
    ends = np.flatnonzero(np.diff(free, append=free[0] + _STRIPS) > 1)
    if not len(ends):
        return 0.0
    last = free[ends]
    first = free[(np.roll(ends, 1) + 1) % len(free)]
    width = (last - first) % _STRIPS
    widest = int(np.argmax(width))
    opposite = (first[widest] + width[widest] / 2 + 0.5) * _GRAIN + 180
    return float(180 - (180 - opposite) % 360)


def _land(lonlat: Geometries) -> Bools:
    """Tell which strips of longitude hold edges; each edge runs the short way around the world."""
    rings = flatten(lonlat)
    at = rings.edges()
    lon = rings.xy[:, 0]
    ahead = (lon[at + 1] - lon[at] + 180) % 360 - 180
    begin = np.where(ahead < 0, lon[at + 1], lon[at]) % 360
    first = np.floor(begin / _GRAIN).astype(np.int64)
    past = np.floor((begin + np.abs(ahead)) / _GRAIN).astype(np.int64) + 1
    opened = np.bincount(first, minlength=2 * _STRIPS + 1)
    closed = np.bincount(past, minlength=2 * _STRIPS + 1)
    covered = np.cumsum(opened - closed)[: 2 * _STRIPS] > 0
    return np.asarray(covered[:_STRIPS] | covered[_STRIPS:])


def about(middle: float, lonlat: Geometries) -> Geometries:
    """Return geometries with their longitudes at most half of the world from a middle."""
    return cast("Geometries", shapely.transform(lonlat, partial(near, middle)))


def near(middle: float, xy: Floats) -> Floats:
    """Return places, shape (n, 2), with longitudes at most half of the world from a middle."""
    turns = np.round((xy[:, :1] - middle) / 360)
    return np.asarray(xy - turns * np.array([360.0, 0.0]))
