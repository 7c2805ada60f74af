"""Winding numbers: how many polygons contain a point, told from their outlines alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from geo_merge.geometry.connected import connected
from geo_merge.geometry.edges import hash_vertices
from geo_merge.geometry.rings import Bools, Floats, Ints, Runs, ranges

# Edges to a chunk, which is passed over as a whole where the ray does not meet its box.
_CHUNK = 32
# Pairs of a point with a chunk, and with an edge, that are looked at together.
_BOXES, _PAIRS = 8_000_000, 2_000_000
# Relative error of a cross product in double and in extended precision, with room.
_ROUNDING = tuple(float(8 * np.finfo(kind).eps) for kind in (np.float64, np.longdouble))


class Outlines:
    """Closed outlines, ready to be asked how often they go around points.

    Parameters
    ----------
    runs
        The outlines, in as many runs as need be. Pairs of edges that run opposite ways count for
        nothing, so the unmatched edges of many polygons do as well as all.
    """

    def __init__(self, runs: Runs) -> None:
        self.runs = runs
        n = np.diff(runs.start) - 1  # edges of each run
        chunks = -(-n // _CHUNK)
        run = np.repeat(np.arange(len(n)), chunks)
        within = np.arange(len(run)) - np.repeat(np.cumsum(chunks) - chunks, chunks)
        self._first = runs.start[run] + within * _CHUNK
        self._last = np.minimum(self._first + _CHUNK, runs.start[run + 1] - 1)
        if len(run):
            south, north, east = _bounds(runs.xy, self._first, self._last)
            self._tree = shapely.STRtree(shapely.box(_west_ends(runs)[run], south, east, north))

    def windings(self, xy: Floats) -> tuple[Ints, Bools]:
        """Count how often the outlines go around points, with the land on their left.

        For outlines of valid polygons this is the number of those that contain the point. A ray
        to the east is followed (Sunday, "Inclusion of a point in a polygon", 2001): an edge that
        crosses it upwards, with its land on the left, adds one, downwards it takes one away.

        Parameters
        ----------
        xy
            Points, shape (n, 2).

        Returns
        -------
        counts, clear
            How many polygons contain each point, and whether that is clear: it is not where an
            edge passes the point more closely than numbers can tell; shape (n,) each.
        """
        counts, clear = np.zeros(len(xy), dtype=np.int64), np.ones(len(xy), dtype=bool)
        if not (len(xy) and len(self._first)):
            return counts, clear
        for point, edge in self._beside(xy):
            a, b = self.runs.xy[edge], self.runs.xy[edge + 1]
            y = xy[point, 1]
            upward = a[:, 1] <= y
            crossing = upward != (b[:, 1] <= y)
            at, a, b, upward = (v[crossing] for v in (point, a, b, upward))
            # The point lies left (1) or right (-1) of the edge's direction.
            side, sure = _side(a, b, xy[at])
            clear[at[~sure]] = False
            east = np.where(upward, side > 0, side < 0)
            left = self.runs.interior_left[self.runs.run_of(edge[crossing])]
            step = np.where(upward == left, 1, -1)
            counts += np.bincount(at[east], step[east], minlength=len(xy)).astype(np.int64)
        return counts, clear

    def _beside(self, xy: Floats) -> Iterator[tuple[Ints, Ints]]:
        """Yield pairs (point, edge): the edges that may cross the ray to the east of a point.

        Edges that hang together are a closed outline, which goes around no point west of it. No
        more pairs come at once than memory has room for, should all outlines lie around a point.
        """
        some = max(1, _BOXES // len(self._first))
        for begin in range(0, len(xy), some):
            point, chunk = self._tree.query(shapely.points(xy[begin : begin + some]))
            first, last = self._first[chunk], self._last[chunk]
            before = np.cumsum(last - first)
            cuts = np.flatnonzero(np.diff(before // _PAIRS)) + 1
            for at in np.split(np.arange(len(point)), cuts):
                points = np.repeat(begin + point[at], last[at] - first[at])
                yield points, ranges(first[at], last[at])[0]


def _west_ends(runs: Runs) -> Floats:
    """Return the lowest x of all runs that hang together with each by their ends; shape (runs,)."""
    n = len(runs.start) - 1
    ends = hash_vertices(runs.xy[np.concatenate([runs.start[:-1], runs.start[1:] - 1])])
    order = np.argsort(ends, kind="stable")
    same = np.flatnonzero(ends[order][1:] == ends[order][:-1])
    outline = connected(n, np.column_stack([order[same] % n, order[same + 1] % n]))
    west = np.full(n, np.inf)
    np.minimum.at(west, outline, np.minimum.reduceat(runs.xy[:, 0], runs.start[:-1]))
    return np.asarray(west[outline])


def _bounds(xy: Floats, first: Ints, last: Ints) -> tuple[Floats, Floats, Floats]:
    """Return the lowest and highest y, and the highest x, of vertices `first` to `last`."""
    ends = np.column_stack([first, last + 1]).ravel()
    x, y = np.append(xy, xy[-1:], axis=0).T.copy()  # one more, so that the end is an index as well
    south, north = np.minimum.reduceat(y, ends)[::2], np.maximum.reduceat(y, ends)[::2]
    return south, north, np.maximum.reduceat(x, ends)[::2]


def _side(a: Floats, b: Floats, point: Floats) -> tuple[Floats, Bools]:
    """Return on which side of edges points lie, positive on the left, and whether that is sure."""
    cross, sure = _cross(a, b, point, _ROUNDING[0])
    close = np.flatnonzero(~sure)
    if len(close):
        one, two, at = (v[close].astype(np.longdouble) for v in (a, b, point))
        exact, sure[close] = _cross(one, two, at, _ROUNDING[1])
        cross[close] = np.sign(exact)
    return cross, sure


def _cross(a: Any, b: Any, point: Any, rounding: float) -> tuple[Any, Bools]:  # noqa: ANN401 - double or extended precision
    one = (b[:, 0] - a[:, 0]) * (point[:, 1] - a[:, 1])
    two = (b[:, 1] - a[:, 1]) * (point[:, 0] - a[:, 0])
    cross = one - two
    return cross, np.abs(cross) > rounding * (np.abs(one) + np.abs(two))
