"""Thinning borders before they are simplified: fewer vertices, the same coverage.

`shapely.coverage_simplify` keeps a coverage, but takes long over the vertices that a map cannot
show anyway. Here each border between two units is thinned by itself (Douglas-Peucker), from node
to node, so that both units keep the same vertices of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geo_merge.edges import Bools, Floats, Geometries, Ints, hash_vertices

# What becomes invalid at the tolerance is tried again at a part of it, before it is left as it is.
_STEPS = (1.0, 0.1)
_TRIANGLE = 4  # vertices of the smallest ring, its first one twice


def thin(geometries: Geometries, tolerance: float, *, outline: bool = True) -> Geometries:
    """Leave out vertices of borders that lie within a tolerance of what is left.

    What two units share they go on sharing, vertex by vertex; nodes, where borders meet, stay. A
    unit that would become invalid keeps all its vertices, and its neighbours keep them too.

    Parameters
    ----------
    geometries
        Polygons and MultiPolygons, none null or empty; shape (n,).
    tolerance
        In the unit of their CRS: how far a border may move.
    outline
        Whether borders that only one of the units has are thinned. Without them, the parts of a
        layer can be thinned apart from each other, in other processes, and still fit together:
        all vertices that a part shares with the rest stay.

    Returns
    -------
    numpy.ndarray
        MultiPolygons, valid where the input is; shape (n,).
    """
    if not len(geometries):
        return geometries
    vertices = _find(geometries)
    kept = vertices.nodes | (vertices.single & (not outline))
    lines, inside = _borders(vertices, kept)
    for step in _STEPS:
        left = shapely.simplify(lines, tolerance * step, preserve_topology=False)
        kept[_spots(vertices, left)] = True
        result = vertices.on(kept)
        broken = _made_invalid(result, geometries)
        if not len(broken):
            return result
        near = vertices.of(broken)
        lines, inside = lines[near[inside]], inside[near[inside]]
    while len(broken):
        kept |= vertices.of(broken)
        result = vertices.on(kept)
        broken = _made_invalid(result, geometries)
    return result


def _made_invalid(thinned: Geometries, geometries: Geometries) -> Ints:
    """Return the positions of geometries that were valid before they were thinned."""
    invalid: Ints = np.flatnonzero(~shapely.is_valid(thinned))
    return np.asarray(invalid[shapely.is_valid(geometries[invalid])])


@dataclass(frozen=True)
class _Vertices:
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

    def of(self, geometries: Ints) -> Bools:
        """Tell which spots some geometries have."""
        begin = self.start[self.polygon_start[self.geometry_start]]
        result = np.zeros(len(self.nodes), dtype=bool)
        for k in geometries:
            result[self.spot[begin[k] : begin[k + 1]]] = True
        return result

    def on(self, kept: Bools) -> Geometries:
        """Return the polygons with the vertices on kept spots.

        Of a ring that would be less than a triangle all spots are added to those kept.
        """
        while True:
            mask = kept[self.spot]
            start = np.concatenate([[0], np.cumsum(mask)])[self.start]
            small = np.flatnonzero(np.diff(start) < np.minimum(_TRIANGLE, np.diff(self.start)))
            if not len(small):
                break
            for ring in small:
                kept[self.spot[self.start[ring] : self.start[ring + 1]]] = True
        offsets = (start, self.polygon_start, self.geometry_start)
        result: Geometries = shapely.from_ragged_array(
            shapely.GeometryType.MULTIPOLYGON, self.xy[mask], offsets
        )
        return result


def _find(geometries: Geometries) -> _Vertices:
    """Find out which vertices lie on the same spot, and where borders meet.

    A vertex inside a border has the same two neighbours in every ring that it is in.
    """
    kind, xy, offsets = shapely.to_ragged_array(geometries, include_z=False)
    xy += 0.0  # -0.0 becomes 0.0, so that equal vertices have equal bits
    if kind == shapely.GeometryType.POLYGON:
        offsets = (*offsets, np.arange(len(offsets[1])))
    start, polygon_start, geometry_start = (o.astype(np.int64) for o in offsets)
    hashes = hash_vertices(xy)
    begin, close = start[:-1], start[1:] - 1
    around = np.empty_like(hashes)  # a sum: the same in both directions
    around[1:-1] = hashes[:-2] + hashes[2:]
    around[begin] = around[close] = hashes[close - 1] + hashes[begin + 1]
    # The position fills the low bits: sorting numbers is much faster than sorting by them.
    bits = np.uint64(len(hashes).bit_length())
    keys = hashes >> bits << bits | np.arange(len(hashes), dtype=np.uint64)
    keys.sort()
    order = (keys & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)
    keys >>= bits
    new = np.concatenate([[True], keys[1:] != keys[:-1]])
    number = np.cumsum(new, dtype=np.int32 if len(keys) < 2**31 else np.int64) - 1
    around = around[order]
    nodes = np.zeros(number[-1] + 1, dtype=bool)
    nodes[number[1:][~new[1:] & (around[1:] != around[:-1])]] = True
    spot = np.empty_like(number)
    spot[order] = number
    nodes[spot[begin]] = True
    first = np.zeros(len(keys), dtype=bool)
    first[order[new]] = True
    single = np.append(new[1:], True)[new]
    return _Vertices(xy, start, polygon_start, geometry_start, spot, first, nodes, single)


def _borders(vertices: _Vertices, nodes: Bools) -> tuple[Geometries, Ints]:
    """Return each border from node to node once, and a spot inside each.

    The z of its vertices is their position; simplifying takes it along.
    """
    stops = np.flatnonzero(nodes[vertices.spot])
    begin, end = stops[:-1], stops[1:]
    inner = np.minimum(begin + 1, end)
    # Between the end of a ring and the next one is no edge, hence no vertex either.
    chosen = (end > inner) & vertices.first[inner]
    begin, end = begin[chosen], end[chosen]
    offsets = np.concatenate([[0], np.cumsum(end - begin + 1)])
    position = np.arange(offsets[-1]) + np.repeat(begin - offsets[:-1], end - begin + 1)
    xyz = np.column_stack([vertices.xy[position], position])
    lines: Geometries = shapely.from_ragged_array(shapely.GeometryType.LINESTRING, xyz, (offsets,))
    return lines, vertices.spot[inner[chosen]]


def _spots(vertices: _Vertices, lines: Geometries) -> Ints:
    """Return the spots of what simplifying left of `_borders`."""
    positions = shapely.get_coordinates(lines, include_z=True)[:, 2]
    return np.asarray(vertices.spot[positions.astype(np.int64)])
