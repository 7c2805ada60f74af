"""How wide polygons are: what tells a sliver from a gap, and a gap from a hole."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.geometry.rings import Bools, Floats, Geometries

# Of the square root of its area: a polygon of a smaller mean width is a hairline, along which the
# largest circle takes long to find and is as wide as the mean.
_HAIRLINE = 0.02


def mean_width(polygons: Geometries | BaseGeometry) -> Floats:
    """Return the width of a strip with the area and outline of each polygon."""
    return np.asarray(2 * shapely.area(polygons) / np.maximum(shapely.length(polygons), 1e-300))


def is_narrow(polygons: Geometries, width: float) -> Bools:
    """Tell which polygons are nowhere wider than `width`, in the unit of the CRS.

    No circle of this diameter fits in: exactly, the polygon eroded by half of it is empty. Parts
    are eroded one by one, since thousands at once take a time that grows with their square.
    """
    parts, of = shapely.get_parts(polygons, return_index=True)
    narrow = mean_width(parts) <= width  # the largest circle is at least as wide as the mean
    narrow[narrow] = shapely.is_empty(shapely.buffer(parts[narrow], -width / 2))
    return np.asarray(np.bincount(of[~narrow], minlength=len(polygons)) == 0)


def width_of(polygon: BaseGeometry) -> float:
    """Return how wide a polygon is: the largest circle in it, which takes long in a hairline."""
    mean = float(mean_width(polygon))
    if mean >= _HAIRLINE * np.sqrt(polygon.area):
        circle = shapely.maximum_inscribed_circle(polygon, tolerance=mean / 10)
        return float(2 * shapely.length(circle))
    return widest(shapely.get_parts(polygon))


def widest(hairlines: Geometries) -> float:
    """Return how wide the widest of some hairlines is, to 5 %, in the unit of the CRS.

    What is left of them is eroded, until nothing is.
    """
    low = float(mean_width(hairlines).max())
    high = 2 * low
    while len(wider := hairlines[~is_narrow(hairlines, high)]):
        hairlines, low, high = wider, high, 2 * high
    while high - low > low / 20:
        middle = (low + high) / 2
        wider = hairlines[~is_narrow(hairlines, middle)]
        hairlines, low, high = (wider, middle, high) if len(wider) else (hairlines, low, middle)
    return low
