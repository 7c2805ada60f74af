"""The borders of a coverage as lines from node to node, each once, with the units on both sides.

A node is where borders meet: three units, or two and the outside. A line that closes without any
(around an enclave, or an island) gets one, its westernmost vertex.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from geo_merge.errors import GeometryError
from geo_merge.geometry.connected import connected
from geo_merge.geometry.rings import Bools, Floats, Geometries, Ints, Rings, flatten, ranges
from geo_merge.wording.sentence import sentence

OUTSIDE = -1
# Nodes − lines + faces of a net in the plane (Euler's formula).
EULER = 2
_ALONG = 2  # borders at a vertex that is no node


@dataclass(frozen=True)
class BorderLines:
    """The borders of a coverage.

    Attributes
    ----------
    xy, start
        The vertices of all lines, and where each line begins among them, and the end; shape (n, 2)
        and (lines + 1,).
    left, right
        The units on both sides, as positions in the input; `OUTSIDE` where there is none, which is
        always right. Of two units the first is left. Shape (lines,).
    begin, end
        The nodes of each line; shape (lines,).
    nodes
        Where they are, from west to east; shape (nodes, 2).
    """

    xy: Floats
    start: Ints
    left: Ints
    right: Ints
    begin: Ints
    end: Ints
    nodes: Floats

    @cached_property
    def lines(self) -> Geometries:
        """The lines as LineStrings; shape (lines,)."""
        return linestrings(self.xy, self.start)

    @cached_property
    def faces(self) -> Geometries:
        """The polygons that the lines bound: those of units, and gaps; shape (faces,)."""
        return np.asarray(shapely.get_parts(shapely.polygonize(self.lines)))

    @cached_property
    def n_components(self) -> int:
        """How many parts of the net hang together each, and not with each other."""
        pairs = np.column_stack([self.begin, self.end])
        return len(np.unique(connected(len(self.nodes), pairs)))

    @property
    def euler(self) -> int:
        """Nodes − lines + faces (the outside is one), less 1 for each component but the first.

        That is `EULER` for every net whose lines meet at nodes alone.
        """
        return len(self.nodes) - len(self.lines) + len(self.faces) + 2 - self.n_components

    def units_at(self, node: int) -> Ints:
        """Return the units that meet at a node, `OUTSIDE` among them, in ascending order."""
        there = (self.begin == node) | (self.end == node)
        return np.unique(np.concatenate([self.left[there], self.right[there]]))


def unshared(geometries: Geometries) -> Bools:
    """Tell which polygons have edges that a neighbour does not share, or land of another."""
    return np.asarray(~shapely.is_empty(shapely.coverage_invalid_edges(geometries)))


def linestrings(xy: Floats, start: Ints) -> Geometries:
    """Return runs of vertices as LineStrings."""
    result: Geometries = shapely.from_ragged_array(shapely.GeometryType.LINESTRING, xy, (start,))
    return result


def border_lines(geometries: Geometries) -> BorderLines:
    """Return the borders of a coverage.

    The order of the units decides which of two is left; where the lines are and end does not
    depend on it.

    Parameters
    ----------
    geometries
        Polygons and MultiPolygons that share their edges exactly; shape (n,), n > 0.

    Raises
    ------
    GeometryError
        If two of them have land on the same side of an edge.
    """
    rings = flatten(geometries)
    place, spot = np.unique(rings.xy[:, 0] + 1j * rings.xy[:, 1], return_inverse=True)
    around = _Around.of(rings, spot.ravel())
    is_node = around.nodes(len(place))
    walk, start = around.turned(is_node)
    begin, end = _stretches(walk, start, is_node)
    owner = rings.owner[np.searchsorted(start, begin, side="right") - 1]
    twin = _twins(walk, begin, end, len(place))
    beyond = np.where(twin < 0, OUTSIDE, owner[twin])
    order = np.flatnonzero((beyond == OUTSIDE) | (owner < beyond))
    last = np.where(beyond[order] == OUTSIDE, len(geometries), beyond[order])
    order = order[np.lexsort((walk[begin[order] + 1], walk[begin[order]], last, owner[order]))]
    vertices, offsets = ranges(begin[order], end[order] + 1)
    of_spot = np.cumsum(is_node) - 1
    xy = np.column_stack([place.real, place.imag])
    return BorderLines(
        xy=xy[walk[vertices]], start=offsets, left=owner[order], right=beyond[order],
        begin=of_spot[walk[begin[order]]], end=of_spot[walk[end[order]]], nodes=xy[is_node],
    )  # fmt: skip


@dataclass(frozen=True)
class _Around:
    """The spots around each ring, the land on their left, without the one that closes it."""

    spot: Ints
    start: Ints

    @classmethod
    def of(cls, rings: Rings, spot: Ints) -> _Around:
        n = np.diff(rings.start) - 1
        at, start = ranges(np.zeros_like(n), n)
        ring = np.repeat(np.arange(len(n)), n)
        along = np.where(rings.interior_left[ring], at, n[ring] - at)
        spots = spot[rings.start[:-1][ring] + along]
        new = spots != np.concatenate([spots[:1] - 1, spots[:-1]])
        new[start[:-1]] = spots[start[:-1]] != spots[start[1:] - 1]  # of the last one of its ring
        return cls(spots[new], np.concatenate([[0], np.cumsum(new)])[start])

    def nodes(self, n_spots: int) -> Bools:
        """Tell which spots are nodes: where not just two edges meet, and one of each other ring."""
        after = np.roll(self.spot, -1)
        after[self.start[1:] - 1] = self.spot[self.start[:-1]]
        low, high = np.minimum(self.spot, after), np.maximum(self.spot, after)
        low, high = np.divmod(np.unique(low * np.int64(n_spots) + high), n_spots)
        degree = np.bincount(np.concatenate([low, high]), minlength=n_spots)
        result = (degree != _ALONG) & (degree > 0)
        without = ~np.logical_or.reduceat(result[self.spot], self.start[:-1])
        result[np.minimum.reduceat(self.spot, self.start[:-1])[without]] = True
        return np.asarray(result)

    def turned(self, is_node: Bools) -> tuple[Ints, Ints]:
        """Return the spots around each ring from a node to the same, and where each begins."""
        n = np.diff(self.start)
        ring = np.repeat(np.arange(len(n)), n)
        within = np.arange(len(self.spot)) - self.start[ring]
        first = np.minimum.reduceat(
            np.where(is_node[self.spot], within, len(within)), self.start[:-1]
        )
        at, start = ranges(np.zeros_like(n), n + 1)
        ring = np.repeat(np.arange(len(n)), n + 1)
        return self.spot[self.start[ring] + (first[ring] + at) % n[ring]], start


def _stretches(walk: Ints, start: Ints, is_node: Bools) -> tuple[Ints, Ints]:
    """Return the positions of first and last vertex of each stretch between nodes."""
    stops = np.flatnonzero(is_node[walk])
    last = np.zeros(len(walk), dtype=bool)
    last[start[1:] - 1] = True
    along = ~last[stops[:-1]]
    return stops[:-1][along], stops[1:][along]


def _twins(walk: Ints, begin: Ints, end: Ints, n_spots: int) -> Ints:
    """Return for each stretch the one that runs along it the other way, or -1."""
    n = np.int64(n_spots)
    head = walk[begin] * n + walk[begin + 1]
    tail = walk[end] * n + walk[end - 1]
    order = np.argsort(head, kind="stable")
    if (head[order][1:] == head[order][:-1]).any():
        raise GeometryError(sentence("geometry.same_side"))
    at = np.minimum(np.searchsorted(head[order], tail), len(order) - 1)
    found = order[at]
    return np.where(head[found] == tail, found, -1)
