"""How wide polygons are: what tells a sliver from a gap, and a gap from a hole."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.rings import Bools, Floats, Geometries

# Of the square root of its area: a polygon of a smaller mean width is a hairline, along which the
# largest circle takes long to find and is as wide as the mean.
_HAIRLINE = 0.02
# Metres from which on a width or distance is told without decimals.
_WHOLE = 100.0


def told_metres(metres: float) -> str:
    """Return a width or distance with the digits that mean something: 0.0123, 45.6, 1,810."""
    return f"{metres:,.0f}" if metres >= _WHOLE else f"{metres:.3g}"


def mean_width(polygons: Geometries | BaseGeometry) -> Floats:
    """Return the width of a strip with the area and outline of each polygon."""
    return np.asarray(2 * shapely.area(polygons) / np.maximum(shapely.length(polygons), 1e-300))


def is_narrow(polygons: Geometries, width: float) -> Bools:
    """Tell which polygons are nowhere wider than `width`, in the unit of the CRS.

    No circle of this diameter fits in: exactly, the polygon eroded by half of it is empty.
    """
    narrow = mean_width(polygons) <= width  # the largest circle is at least as wide as the mean
    narrow[narrow] = shapely.is_empty(shapely.buffer(polygons[narrow], -width / 2))
    return np.asarray(narrow)


def width_of(polygon: BaseGeometry) -> float:
    """Return how wide a polygon is: the largest circle in it; of a hairline the mean width.

    The circle takes long to find in a hairline; one with a wide end is eroded until it is empty,
    which gives the width to 5 %.
    """
    mean = float(mean_width(polygon))
    if mean >= _HAIRLINE * np.sqrt(polygon.area):
        circle = shapely.maximum_inscribed_circle(polygon, tolerance=mean / 10)
        return float(2 * shapely.length(circle))
    low, high = mean, 2 * mean
    while not shapely.is_empty(shapely.buffer(polygon, -high / 2)):
        low, high = high, 2 * high
    if low == mean:
        return mean
    while high - low > low / 20:
        middle = (low + high) / 2
        empty = shapely.is_empty(shapely.buffer(polygon, -middle / 2))
        low, high = (low, middle) if empty else (middle, high)
    return low
