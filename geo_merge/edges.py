"""Edge cancelling: what is left of many polygons when their shared edges are taken out.

In a coverage every inner edge occurs twice, once in each direction when both rings keep their
interior on the same side. Taking those pairs out leaves the outline, plus whatever did not match:
the edges of gaps, overlaps and mismatched borders.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Hashes = npt.NDArray[np.uint64]
Geometries = npt.NDArray[np.object_]

# Odd 64-bit multipliers (xxHash's primes): any that spread the bits would do.
_MIX = tuple(np.uint64(m) for m in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))
_SHIFTS = tuple(np.uint64(s) for s in (32, 29, 32))


@dataclass(frozen=True)
class Rings:
    """Polygons as one run of vertices.

    Attributes
    ----------
    xy
        Vertices, shape (n, 2), each ring closed by its first vertex.
    start
        Where each ring begins in `xy`, and the end; shape (rings + 1,).
    owner
        The polygon that each ring belongs to, as a position in the input; shape (rings,).
    interior_left
        Whether the land lies left of the ring's direction; shape (rings,).
    polygon_start
        The first ring of each polygon (its shell), and the end; shape (polygons + 1,).
    geometry_start
        The first polygon of each geometry, and the end; shape (geometries + 1,).
    """

    xy: Floats
    start: Ints
    owner: Ints
    interior_left: Bools
    polygon_start: Ints
    geometry_start: Ints

    @property
    def vertex_start(self) -> Ints:
        """Where the vertices of each geometry begin, and the end; shape (geometries + 1,)."""
        return self.start[self.polygon_start[self.geometry_start]]

    def geometries(self) -> Geometries:
        """Return the rings as MultiPolygons."""
        offsets = (self.start, self.polygon_start, self.geometry_start)
        result: Geometries = shapely.from_ragged_array(
            shapely.GeometryType.MULTIPOLYGON, self.xy, offsets
        )
        return result

    def take(self, chosen: Ints) -> Geometries:
        """Return some of the geometries as MultiPolygons, without building the others."""
        result: Geometries = np.empty(len(chosen), dtype=object)
        for at, k in enumerate(chosen):
            a, b = self.geometry_start[k], self.geometry_start[k + 1]
            polygons = self.polygon_start[a : b + 1]
            rings = self.start[polygons[0] : polygons[-1] + 1]
            offsets = (rings - rings[0], polygons - polygons[0], np.array([0, b - a]))
            result[at] = shapely.from_ragged_array(
                shapely.GeometryType.MULTIPOLYGON, self.xy[rings[0] : rings[-1]], offsets
            )[0]
        return result

    def ring_of(self, edges: Ints) -> Ints:
        """Return the ring that each edge (the index of its first vertex) belongs to."""
        return np.searchsorted(self.start, edges, side="right") - 1


@dataclass(frozen=True)
class Unmatched:
    """The edges of some polygons that no other of them shares.

    Attributes
    ----------
    rings
        The rings of all polygons.
    edges
        The unmatched edges, as indices of their first vertex, in ascending order.
    """

    rings: Rings
    edges: Ints

    @property
    def owner(self) -> Ints:
        """The polygon of each edge, as a position in the input."""
        return self.rings.owner[self.rings.ring_of(self.edges)]

    def lines(self) -> Geometries:
        """Return the edges as lines that meet at their ends only; see `chain`."""
        return chain(self.rings, self.edges)


def is_polygonal(geometries: Geometries) -> Bools:
    """Tell which geometries are polygons or multipolygons, neither null nor empty."""
    kinds = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
    return np.asarray(
        np.isin(shapely.get_type_id(geometries), kinds) & ~shapely.is_empty(geometries)
    )


def flatten(geometries: Geometries) -> Rings:
    """Flatten polygons and multipolygons to rings.

    Parameters
    ----------
    geometries
        Polygons or MultiPolygons without null or empty ones; z is dropped.
    """
    kind, xy, offsets = shapely.to_ragged_array(geometries, include_z=False)
    if kind == shapely.GeometryType.POLYGON:
        ring_start, polygon_start = offsets
        geometry_start = np.arange(len(polygon_start))
    else:
        ring_start, polygon_start, geometry_start = offsets
    start = ring_start.astype(np.int64)
    polygon_start = polygon_start.astype(np.int64)
    geometry_start = geometry_start.astype(np.int64)
    xy += 0.0  # -0.0 becomes 0.0, so that equal vertices have equal bits
    left = wound_left(xy, start, polygon_start)
    rings_per_geometry = np.diff(polygon_start[geometry_start])
    owner = np.repeat(np.arange(len(geometries)), rings_per_geometry)
    return Rings(xy, start, owner, left, polygon_start, geometry_start)


def wound_left(xy: Floats, start: Ints, polygon_start: Ints) -> Bools:
    """Tell which rings have the land on their left: shells one way, holes the other."""
    is_hole = np.ones(len(start) - 1, dtype=bool)
    is_hole[polygon_start[:-1]] = False
    return np.asarray((_signed_areas(xy, start) > 0) ^ is_hole)


def _signed_areas(xy: Floats, start: Ints) -> Floats:
    """Shoelace formula per ring, about its first vertex so that large eastings cost nothing."""
    n = np.diff(start)
    x = xy[:, 0] - np.repeat(xy[start[:-1], 0], n)  # columns apart: twice as fast as pairs
    y = xy[:, 1] - np.repeat(xy[start[:-1], 1], n)
    cross = np.empty(len(xy))
    np.multiply(x[:-1], y[1:], out=cross[:-1])
    cross[:-1] -= x[1:] * y[:-1]
    cross[start[1:] - 1] = 0.0
    return np.asarray(np.add.reduceat(cross, start[:-1]) / 2)


def hash_vertices(xy: Floats) -> Hashes:
    """Hash vertices to 64 bits: equal vertices have equal hashes."""
    bits = xy.view(np.uint64)
    hashed = bits[:, 0] * _MIX[0]
    hashed ^= hashed >> _SHIFTS[0]
    hashed += bits[:, 1]
    hashed *= _MIX[1]
    hashed ^= hashed >> _SHIFTS[1]
    hashed *= _MIX[2]
    hashed ^= hashed >> _SHIFTS[2]
    return hashed


def cancel(rings: Rings) -> Ints:
    """Take out every pair of edges that run opposite ways between the same two vertices.

    Returns
    -------
    numpy.ndarray
        The edges that are left, as indices of their first vertex, in ascending order.
    """
    hashes = hash_vertices(rings.xy)
    alive = np.ones(len(rings.xy), dtype=bool)
    alive[rings.start[1:] - 1] = False  # the last vertex of a ring starts no edge
    alive[:-1] &= hashes[:-1] != hashes[1:]  # nor does a repeated vertex
    edges: Ints = np.flatnonzero(alive).astype(np.int32 if len(alive) < 2**31 else np.int64)
    keys = (hashes[:-1] + hashes[1:])[edges]  # a sum: the same in both directions
    order = np.argsort(keys)
    keys, edges = keys[order], edges[order]
    same = np.zeros(len(keys) + 1, dtype=bool)  # same[k]: keys[k] equals keys[k - 1]
    np.equal(keys[1:], keys[:-1], out=same[1:-1])
    first = np.flatnonzero(same[1:-1] & ~same[:-2] & ~same[2:])  # runs of exactly two
    crowd = same[:-1] | same[1:]
    crowd[first] = crowd[first + 1] = False
    odd = _cancel_pairs(rings, np.asarray(edges[first]), np.asarray(edges[first + 1]), alive)
    _cancel_crowds(rings, np.concatenate([edges[crowd], odd]), alive)
    return np.flatnonzero(alive).astype(np.int64)


def _cancel_pairs(rings: Rings, one: Ints, two: Ints, alive: Bools) -> Ints:
    """Cancel pairs in place where their coordinates say so; return those with unequal ends."""
    z = rings.xy.view(np.complex128).ravel()  # a vertex as one number: one gather instead of two
    reverse = (z[one] == z[two + 1]) & (z[one + 1] == z[two])
    rest = np.flatnonzero(~reverse)
    equal = (z[one[rest]] == z[two[rest]]) & (z[one[rest] + 1] == z[two[rest] + 1])
    unequal = rest[~equal]  # another edge with the same hash
    opposite = reverse
    if not (rings.interior_left.all() or not rings.interior_left.any()):
        side = rings.interior_left
        opposite = np.where(side[rings.ring_of(one)] == side[rings.ring_of(two)], reverse, ~reverse)
    opposite[unequal] = False
    alive[one[opposite]] = alive[two[opposite]] = False
    return np.concatenate([one[unequal], two[unequal]])


def _cancel_crowds(rings: Rings, edges: Ints, alive: Bools) -> None:
    """Cancel in place among edges that share their key with more than one other.

    Of n edges one way and m the other way, min(n, m) of each go, the first ones first.
    """
    if not len(edges):
        return
    edges = np.sort(edges)
    a, b = rings.xy[edges], rings.xy[edges + 1]
    upward = (a[:, 0] < b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] < b[:, 1]))
    low, high = np.where(upward[:, None], a, b), np.where(upward[:, None], b, a)
    _, group = np.unique(np.hstack([low, high]), axis=0, return_inverse=True)
    group = group.ravel()
    forward = upward == rings.interior_left[rings.ring_of(edges)]
    n_forward = np.bincount(group, forward)
    n_cancel = np.minimum(n_forward, np.bincount(group) - n_forward)
    order = np.lexsort((edges, forward, group))
    side = group[order] * 2 + forward[order]
    begins = np.flatnonzero(np.r_[True, side[1:] != side[:-1]])
    rank = np.arange(len(order)) - np.repeat(begins, np.diff(np.r_[begins, len(order)]))
    alive[edges[order[rank < n_cancel[group[order]]]]] = False


def chain(rings: Rings, edges: Ints) -> Geometries:
    """Join consecutive edges of one ring to lines, broken where lines of other rings meet.

    Parameters
    ----------
    rings, edges
        The rings, and some of their edges in ascending order, as `cancel` returns them.

    Returns
    -------
    numpy.ndarray
        LineStrings that meet at their ends only, wherever they share a vertex.
    """
    if not len(edges):
        return np.empty(0, dtype=object)
    hashes = hash_vertices(rings.xy)
    ring = rings.ring_of(edges)
    side = rings.interior_left[ring]
    tails = np.sort(np.where(side, hashes[edges], hashes[edges + 1]))
    junctions = np.unique(tails[1:][tails[1:] == tails[:-1]])
    breaks = np.ones(len(edges), dtype=bool)
    breaks[1:] = (ring[1:] != ring[:-1]) | (edges[1:] != edges[:-1] + 1)
    if len(junctions):
        place = np.searchsorted(junctions, hashes[edges])
        place[place == len(junctions)] = 0
        breaks |= junctions[place] == hashes[edges]
    first = np.flatnonzero(breaks)
    n_edges = np.diff(np.append(first, len(edges)))
    offsets = np.concatenate([[0], np.cumsum(n_edges + 1)])
    within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], n_edges + 1)
    vertices = rings.xy[within + np.repeat(edges[first], n_edges + 1)]
    lines: Geometries = shapely.from_ragged_array(
        shapely.GeometryType.LINESTRING, vertices, (offsets,)
    )
    return lines


def unmatched(geometries: Geometries) -> Unmatched:
    """Return the edges of polygons that no other polygon shares vertex by vertex."""
    rings = flatten(geometries)
    return Unmatched(rings, cancel(rings))
