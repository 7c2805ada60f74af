"""Rows of a layer that lie far from all others, by their boxes alone."""

from __future__ import annotations

import numpy as np
import shapely

from geo_merge.geometry.connected import connected
from geo_merge.geometry.longitudes import TURN
from geo_merge.geometry.rings import Bools, Floats, Ints

_METRES_PER_DEGREE = 111_320.0
# Strays up to this number are told one by one; where there are more, islands are usual, and one is
# astray that lies so many times further out than half of them.
_FEW, _FURTHER = 3, 3.0


def far_rows(boxes: Floats, far: float, unit: float | None) -> list[tuple[Ints, float]]:
    """Return rows that lie together and far from the rest, and how far that is in metres.

    Where islands are usual, those that lie further out than is usual.

    Parameters
    ----------
    boxes
        Of the rows, x before y; NaN where a row has no place. Shape (n, 4).
    far
        Metres from which on rows are far from the rest.
    unit
        Metres of a unit of the boxes; None for degrees, of which distances are not exact.
    """
    rows = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    plane = _in_metres(boxes[rows]) if unit is None else boxes[rows] * unit
    first, group = np.unique(_together(plane, 0.0), return_inverse=True)
    if len(first) < 2:  # noqa: PLR2004 - one and another
        return []
    low, high = (np.full((len(first), 2), sign * np.inf) for sign in (1, -1))
    np.minimum.at(low, group, plane[:, :2])
    np.maximum.at(high, group, plane[:, 2:])
    lands = np.hstack([low, high])
    region = _together(lands, far)
    main = region[np.argmax(np.bincount(group))]
    apart = [k for k in np.unique(region).tolist() if k != main]
    away = np.array([_gap(lands, region == k) for k in apart])
    chosen = np.flatnonzero(unusual(away, far)).tolist()
    return [(rows[region[group] == apart[k]], float(away[k])) for k in chosen]


def unusual(away: Floats, far: float) -> Bools:
    """Tell which strays are further out than is usual among them; all, where they are few."""
    if len(away) <= _FEW:
        return np.ones(len(away), dtype=bool)
    return np.asarray(away > max(far, _FURTHER * float(np.median(away))))


def _in_metres(boxes: Floats) -> Floats:
    """Return boxes in degrees as metres, roughly, from the meridian about which nothing lies."""
    if not len(boxes):
        return boxes
    west = np.sort(boxes[:, 0])
    begin = west[np.argmax(np.diff(west, prepend=west[-1] - TURN))]
    turned = boxes + np.outer(boxes[:, 0] < begin, [TURN, 0, TURN, 0])
    wide = np.cos(np.radians(np.median(np.abs(boxes[:, 1::2]))))
    return np.asarray(turned * [wide, 1.0, wide, 1.0] * _METRES_PER_DEGREE)


def _together(boxes: Floats, reach: float) -> Ints:
    """Return one number for all boxes that are within reach of each other."""
    shapes = shapely.box(*boxes.T)
    return connected(len(boxes), shapely.STRtree(shapes).query(shapes, "dwithin", reach).T)


def _gap(boxes: Floats, own: Bools) -> float:
    """Return how far some boxes are from the nearest of the others."""
    one, others = (shapely.multipolygons(shapely.box(*boxes[k].T)) for k in (own, ~own))
    return float(shapely.distance(one, others))
