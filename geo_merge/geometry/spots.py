"""The spots that the vertices of polygons lie on, and the borders between the nodes among them.

A node is where borders meet: three units, or two and the outside. From node to node a border is
the same in both units that have it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from geo_merge.geometry.edges import hash_vertices
from geo_merge.geometry.rings import Bools, Floats, Geometries, Hashes, Ints, ranges

_TRIANGLE = 4  # vertices of the smallest ring, its first one twice


@dataclass(frozen=True)
class Spots:
    """The vertices of polygons, and the spots that they lie on.

    Attributes
    ----------
    xy, start, polygon_start, geometry_start
        Vertices, rings, polygons and geometries; see `edges.Rings`.
    spot
        The number of the spot of each vertex: the same wherever the same vertex comes again.
        Hashes tell spots apart; two that share a number are nodes or kept together, so that a
        vertex more is kept than need be, by all who have it.
    first
        Whether a vertex is the first one on its spot.
    nodes
        Where borders meet, and where rings begin; shape (spots,).
    single
        What only one ring has; shape (spots,).
    """

    xy: Floats
    start: Ints
    polygon_start: Ints
    geometry_start: Ints
    spot: Ints
    first: Bools
    nodes: Bools
    single: Bools

    @property
    def vertex_start(self) -> Ints:
        """Where the vertices of each geometry begin, and the end; shape (geometries + 1,)."""
        return self.start[self.polygon_start[self.geometry_start]]

    def of(self, geometries: Ints) -> Bools:
        """Tell which spots some geometries have."""
        result = np.zeros(len(self.nodes), dtype=bool)
        result[self.take(geometries).spot] = True
        return result

    def having(self, chosen: Bools) -> Ints:
        """Return the geometries that have one of some spots."""
        there = np.logical_or.reduceat(chosen[self.spot], self.vertex_start[:-1])
        return np.flatnonzero(there)

    def take(self, geometries: Ints) -> Spots:
        """Return some of the geometries, their spots numbered as before."""
        if len(geometries) == len(self.geometry_start) - 1:
            return self
        polygons, geometry_start = _parts(self.geometry_start, geometries)
        rings, polygon_start = _parts(self.polygon_start, polygons)
        vertices, start = _parts(self.start, rings)
        return replace(
            self, xy=self.xy[vertices], start=start, polygon_start=polygon_start,
            geometry_start=geometry_start, spot=self.spot[vertices], first=self.first[vertices],
        )  # fmt: skip

    def on(self, kept: Bools) -> Geometries:
        """Return the polygons with the vertices on kept spots, as MultiPolygons.

        Of a ring that would be less than a triangle all spots are added to those kept.
        """
        mask, start = self._rings(kept)
        small = np.flatnonzero(np.diff(start) < _TRIANGLE)
        if len(small):
            kept[self.spot[_parts(self.start, small)[0]]] = True
            mask, start = self._rings(kept)
        offsets = (start, self.polygon_start, self.geometry_start)
        result: Geometries = shapely.from_ragged_array(
            shapely.GeometryType.MULTIPOLYGON, self.xy[mask], offsets
        )
        return result

    def _rings(self, kept: Bools) -> tuple[Bools, Ints]:
        mask = kept[self.spot]
        return mask, np.concatenate([[0], np.cumsum(mask)])[self.start]

    def stretches(self, nodes: Bools) -> tuple[Ints, Ints]:
        """Return the positions of first and last vertex of each stretch of a ring between nodes.

        Parameters
        ----------
        nodes
            Spots between which the stretches run, with those where rings begin.
        """
        stops = np.flatnonzero(nodes[self.spot])
        last = np.zeros(len(self.spot), dtype=bool)
        last[self.start[1:] - 1] = True
        along = ~last[stops]  # no stretch leads from a ring to the next
        return stops[:-1][along[:-1]], stops[1:][along[:-1]]


def _parts(start: Ints, chosen: Ints) -> tuple[Ints, Ints]:
    return ranges(start[chosen], start[chosen + 1])


def find_spots(geometries: Geometries) -> Spots:
    """Find out which vertices lie on the same spot, and where borders meet.

    A vertex inside a border has the same two neighbours in every ring that it is in.

    Parameters
    ----------
    geometries
        Polygons and MultiPolygons, none null or empty; shape (n,).
    """
    kind, xy, offsets = shapely.to_ragged_array(geometries, include_z=False)
    xy += 0.0  # -0.0 becomes 0.0, so that equal vertices have equal bits
    if kind == shapely.GeometryType.POLYGON:
        offsets = (*offsets, np.arange(len(offsets[1])))
    start, polygon_start, geometry_start = (o.astype(np.int64) for o in offsets)
    hashes = hash_vertices(xy)
    begin, close = start[:-1], start[1:] - 1
    around = np.empty_like(hashes)  # both neighbours as a sum: the same in both directions
    around[1:-1] = hashes[:-2] + hashes[2:]
    around[begin] = around[close] = hashes[close - 1] + hashes[begin + 1]
    order, new = _sorted(hashes)
    number = np.cumsum(new, dtype=np.int32 if len(new) < 2**31 else np.int64) - 1
    around = around[order]
    nodes = np.zeros(number[-1] + 1, dtype=bool)
    nodes[number[1:][~new[1:] & (around[1:] != around[:-1])]] = True
    spot = np.empty_like(number)
    spot[order] = number
    nodes[spot[begin]] = True
    first = np.zeros(len(order), dtype=bool)
    first[order[new]] = True
    single = np.append(new[1:], True)[new]
    return Spots(xy, start, polygon_start, geometry_start, spot, first, nodes, single)


def _sorted(hashes: Hashes) -> tuple[Ints, Bools]:
    """Return positions in the order of hashes, the first of equal ones first, and where one begins.

    The position fills the low bits: sorting numbers is much faster than sorting by them. What is
    left of a hash has 37 bits for a hundred million vertices, 41 for seven.
    """
    bits = np.uint64(len(hashes).bit_length())
    keys = hashes >> bits << bits | np.arange(len(hashes), dtype=np.uint64)
    keys.sort()
    order = (keys & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)
    keys >>= bits
    return order, np.concatenate([[True], keys[1:] != keys[:-1]])
