"""Edges in stretches with a box around each: what is near to some land is found by few of them."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.geometry.rings import Floats, Ints, Runs, ranges

_STRETCH = 64  # edges with one box around them
_SOME = 4  # stretches that are measured first
_LAST_DIGITS = 1 + 1e-12  # a box may be a bit further away than the edge in it


class Stretches:
    """Edges of several owners, for the distance from one of them to the nearest other.

    Parameters
    ----------
    runs
        The edges.
    owner
        The owner of each run; shape (runs,).
    """

    def __init__(self, runs: Runs, owner: Ints) -> None:
        edges = runs.edges()
        self.owner = owner[runs.run_of(edges)]
        self.a, self.b = runs.xy[edges], runs.xy[edges + 1]
        begins = np.flatnonzero(np.diff(self.owner, prepend=-1))
        self._first = np.union1d(begins, np.arange(0, len(edges), _STRETCH))
        boxes = np.hstack([np.minimum(self.a, self.b), np.maximum(self.a, self.b)])
        least = [np.minimum.reduceat(v, self._first) for v in boxes[:, :2].T]
        most = [np.maximum.reduceat(v, self._first) for v in boxes[:, 2:].T]
        self._boxes = np.column_stack([*least, *most])

    def distance(self, land: BaseGeometry, own: int) -> float:
        """Return how far land is from the nearest edge of any other owner than its own."""
        away = _apart(land, self._boxes)
        away[self.owner[self._first] == own] = np.inf
        # The nearest edge is no further away than those whose boxes are the nearest.
        some = np.argsort(away, kind="stable")[:_SOME]
        limit = self._to_edges(land, some[np.isfinite(away[some])], np.inf)
        limit *= _LAST_DIGITS
        return self._to_edges(land, np.flatnonzero(away <= limit), limit)

    def _to_edges(self, land: BaseGeometry, stretches: Ints, limit: float) -> float:
        """Return how far land is from the edges of stretches whose boxes are within a limit."""
        ends = np.append(self._first, len(self.a))
        edges, _ = ranges(ends[stretches], ends[stretches + 1])
        a, b = self.a[edges], self.b[edges]
        near = _apart(land, np.hstack([np.minimum(a, b), np.maximum(a, b)])) <= limit
        return float(shapely.distance(land, _lines(a[near], b[near])))


def _lines(a: Floats, b: Floats) -> shapely.MultiLineString:
    """Return edges as lines, those that follow each other as one: GEOS asks where each begins."""
    begins = np.append(True, (a[1:] != b[:-1]).any(axis=1))
    ends = np.flatnonzero(np.append(begins[1:], True))
    line = np.cumsum(begins) - 1
    xy = np.insert(a, ends + 1, b[ends], axis=0)
    return shapely.multilinestrings(
        shapely.linestrings(xy, indices=np.insert(line, ends + 1, line[ends]))
    )


def _apart(land: BaseGeometry, boxes: Floats) -> Floats:
    """Return how far boxes are from that of some land; shape (boxes,)."""
    west, south, east, north = land.bounds
    left, bottom, right, top = boxes.T
    far: Floats = np.hypot(
        np.maximum(0.0, np.maximum(west - right, left - east)),
        np.maximum(0.0, np.maximum(south - top, bottom - north)),
    )
    return far
