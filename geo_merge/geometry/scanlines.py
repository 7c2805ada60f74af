"""Comparing what two sets of rings cover, along lines from west to east."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo_merge.geometry.rings import Bools, Floats, Ints, Rings, ranges


@dataclass(frozen=True)
class Paths:
    """Rings of units with their land on the left, in as many pieces as need be.

    Attributes
    ----------
    xy, start
        Vertices, and where each path begins among them, and the end.
    unit
        The unit of each path; shape (paths,).
    times
        How often a path counts, less than 0 if its land is on the right; shape (paths,).
    """

    xy: Floats
    start: Ints
    unit: Ints
    times: Ints

    @classmethod
    def around(cls, rings: Rings) -> Paths:
        """Return the rings of polygons as paths."""
        return cls(rings.xy, rings.start, rings.owner, np.where(rings.interior_left, 1, -1))

    def take(self, chosen: Ints, number: Ints) -> Paths:
        """Return some of the paths, their units numbered anew."""
        at, start = ranges(self.start[chosen], self.start[chosen + 1])
        return Paths(self.xy[at], start, number[self.unit[chosen]], self.times[chosen])

    def areas(self, units: int) -> Floats:
        """Return the area of each unit, what is claimed twice counted twice; shape (units,)."""
        x, y = (self.xy - self.xy.mean(axis=0)).T  # eastings are large
        cross = np.append(x[:-1] * y[1:] - x[1:] * y[:-1], 0.0)
        return self._sum(cross, self.times, units) / 2

    def lengths(self, units: int) -> Floats:
        """Return the length of the paths of each unit; shape (units,)."""
        length = np.append(np.hypot(*np.diff(self.xy, axis=0).T), 0.0)
        return self._sum(length, np.abs(self.times), units)

    def _sum(self, values: Floats, times: Ints, units: int) -> Floats:
        values[self.start[1:] - 1] = 0.0  # no edge leads to the next path
        sums = np.add.reduceat(values, self.start[:-1]) * times
        return np.asarray(np.bincount(self.unit, sums, minlength=units), dtype=np.float64)


@dataclass(frozen=True)
class Lines:
    """Lines through units, as many through a small one as through a large one.

    Attributes
    ----------
    low, high
        Between which y the lines of each unit lie, in equal distances; shape (units,).
    number
        Of lines to a unit.
    """

    low: Floats
    high: Floats
    number: int

    @property
    def apart(self) -> Floats:
        """How far apart the lines of each unit are; shape (units,)."""
        return np.maximum((self.high - self.low) / self.number, np.finfo(float).tiny)

    def across(self, paths: Paths) -> Crossings:
        """Return where paths cross the lines of their units."""
        n = np.diff(paths.start)
        first, step = (np.repeat(v[paths.unit], n) for v in (self.low + self.apart / 2, self.apart))
        y = (paths.xy[:, 1] - first) / step
        # A line belongs to the edge that begins on it, so that no vertex is crossed twice.
        above = np.clip(np.ceil(y), 0, self.number).astype(np.int32)
        moves = above[:-1] != above[1:]
        moves[paths.start[1:-1] - 1] = False  # no edge leads to the next path
        edge = np.flatnonzero(moves)
        ends = above[edge], above[edge + 1]
        line, offsets = ranges(np.minimum(*ends), np.maximum(*ends))
        edge = np.repeat(edge, np.diff(offsets))
        share = (line - y[edge]) / (y[edge + 1] - y[edge])
        x = paths.xy[edge, 0] + share * (paths.xy[edge + 1, 0] - paths.xy[edge, 0])
        path = np.searchsorted(paths.start, edge, side="right") - 1
        turn = np.where(y[edge + 1] > y[edge], -paths.times[path], paths.times[path])
        return Crossings(paths.unit[path] * self.number + line, x, turn)

    def differing(self, one: Crossings, other: Crossings) -> Floats:
        """Return the area of each unit that only one of two sets of closed rings covers.

        A place is covered if the rings go around it. Along the lines this is exact.
        """
        key, x, turn = (
            np.concatenate(both)
            for both in ((one.line, other.line), (one.x, other.x), (one.turn, other.turn))
        )
        order = np.lexsort((x, key))
        key, x, turn = key[order], x[order], turn[order]
        first = order < len(one.line)
        ends = key != np.append(key[1:], -1)
        one_there, other_there = (_there(np.where(mine, turn, 0), ends) for mine in (first, ~first))
        width = np.where(ends, 0.0, np.diff(x, append=0.0))
        only = np.where(one_there != other_there, width, 0.0)
        units = len(self.low)
        return np.asarray(np.bincount(key // self.number, only, minlength=units) * self.apart)


def _there(turns: Ints, ends: Bools) -> Bools:
    """Tell whether rings go around the places after each crossing of a line, to its end."""
    times = np.cumsum(turns)
    left_over = np.concatenate([[0], np.where(ends, times, 0)])[:-1]
    begins = np.concatenate([[True], ends[:-1]])
    before = np.repeat(left_over[begins], np.diff(np.append(np.flatnonzero(begins), len(ends))))
    return np.asarray(times != before)


@dataclass(frozen=True)
class Crossings:
    """Where paths cross lines.

    Attributes
    ----------
    line
        Lines by number, those of the first unit first; shape (n,).
    x
        Where on the line; shape (n,).
    turn
        How many more rings go around what lies east of there; shape (n,).
    """

    line: Ints
    x: Floats
    turn: Ints
