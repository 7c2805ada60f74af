"""What a browser draws of a topology: the same sums of borders as web/borders.js makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
from pyproj import CRS

from geo_merge.geometry.areas import transformer
from geo_merge.geometry.projection import WGS84
from geo_merge.geometry.rings import Bools, Floats, Ints, ranges
from geo_merge.geometry.scanlines import Paths

# Degrees: a step along a border that is longer leads around the world instead of over 180°.
_HALF_WAY = 180.0


@dataclass(frozen=True)
class Arcs:
    """The arcs of a topology, or of its details.

    Attributes
    ----------
    steps
        Vertices in whole steps of the grid; shape (vertices, 2).
    lonlat
        The same in degrees.
    start
        Where each arc begins, and the end; shape (arcs + 1,).
    """

    steps: Ints
    lonlat: Floats
    start: Ints
    _placed: dict[CRS, Floats] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, topology: Mapping[str, Any]) -> Arcs:
        """Decode TopoJSON."""
        arcs = topology["arcs"]
        start = np.concatenate([[0], np.cumsum(list(map(len, arcs)), dtype=np.int64)])
        moves = np.fromiter(chain.from_iterable(chain.from_iterable(arcs)), dtype=np.int64)
        moves = moves.reshape(-1, 2)
        total = np.cumsum(moves, axis=0)
        before = total[start[:-1]] - moves[start[:-1]]
        steps = total - np.repeat(before, np.diff(start), axis=0)
        transform = topology["transform"]
        lonlat = steps * np.array(transform["scale"]) + np.array(transform["translate"])
        return cls(steps, lonlat, start)

    def placed(self, crs: CRS) -> Floats:
        """Return the vertices in another CRS; what has no place in it is at its origin."""
        if crs not in self._placed:
            xy = np.column_stack(transformer(WGS84, crs).transform(*self.lonlat.T))
            self._placed[crs] = np.where(np.isfinite(xy), xy, 0.0)
        return self._placed[crs]

    @cached_property
    def ends(self) -> tuple[Ints, Ints, int]:
        """Where arcs begin and end, as numbers of points; shape (arcs,) each; and how many are."""
        x, y = np.concatenate([self.steps[self.start[:-1]], self.steps[self.start[1:] - 1]]).T
        places = (x - x.min()) * (np.ptp(y) + 1) + y - y.min()
        points, point = np.unique(places, return_inverse=True)
        first, last = np.split(point, 2)
        return first, last, len(points)

    def around_the_world(self) -> Bools:
        """Tell which arcs have a step over half of the world; shape (arcs,)."""
        far = np.abs(np.diff(self.lonlat[:, 0], prepend=self.lonlat[0, 0])) > _HALF_WAY
        far[self.start[:-1]] = False
        return np.asarray(np.add.reduceat(far, self.start[:-1]) > 0)


@dataclass(frozen=True)
class Sums:
    """What is drawn of groups of units: how often each runs along each arc.

    Attributes
    ----------
    group, arc, times
        Group and arc by number, and how often the group runs along the arc, less than 0 if
        backwards; arcs that fall out of the sum are not there. Shape (n,) each.
    """

    group: Ints
    arc: Ints
    times: Ints

    @classmethod
    def of(cls, topology: Mapping[str, Any], group_of: Ints) -> Sums:
        """Sum the rings of units; `group_of` says the group of each row, less than 0 for none."""
        rows, names = [], []
        for unit in topology["objects"]["units"]["geometries"]:
            here = list(chain.from_iterable(chain.from_iterable(unit["arcs"])))
            names += here
            rows += [unit["properties"]["row"]] * len(here)
        name, group = np.array(names, dtype=np.int64), group_of[np.array(rows, dtype=np.int64)]
        name, group = name[group >= 0], group[group >= 0]
        arc = np.where(name < 0, ~name, name)
        n = len(topology["arcs"])
        key, at = np.unique(group * n + arc, return_inverse=True)
        times = np.bincount(at, np.where(name < 0, -1, 1), minlength=len(key)).astype(np.int64)
        left = times != 0
        return cls(key[left] // n, key[left] % n, times[left])

    def not_closed(self, arcs: Arcs, groups: int) -> Bools:
        """Tell of which groups more arcs lead to a point than away from it; shape (groups,)."""
        first, last, points = arcs.ends
        at = np.concatenate([first[self.arc], last[self.arc]])
        balance = np.concatenate([self.times, -self.times])
        key, where = np.unique(np.tile(self.group, 2) * points + at, return_inverse=True)
        open_points = np.bincount(where, balance, minlength=len(key)) != 0
        return np.bincount(key[open_points] // points, minlength=groups) > 0

    def paths(self, xy: Floats, start: Ints) -> Paths:
        """Return the vertices along all sums, taken from those of the arcs."""
        at, offsets = ranges(start[self.arc], start[self.arc + 1])
        return Paths(xy[at], offsets, self.group, self.times)
