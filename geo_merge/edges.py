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
class Runs:
    """Runs of vertices along the outlines of polygons: whole rings, or stretches of them.

    Attributes
    ----------
    xy
        Vertices, shape (n, 2). Each but the last of its run begins an edge, whose number it is.
    start
        Where each run begins in `xy`, and the end; shape (runs + 1,).
    owner
        The geometry that each run belongs to, as a position in the input; shape (runs,).
    interior_left
        Whether the land lies left of the run's direction; shape (runs,).
    """

    xy: Floats
    start: Ints
    owner: Ints
    interior_left: Bools

    def run_of(self, edges: Ints) -> Ints:
        """Return the run that each edge belongs to."""
        return np.searchsorted(self.start, edges, side="right") - 1

    def edges(self) -> Ints:
        """Return the numbers of all edges, in ascending order."""
        begins = np.ones(len(self.xy), dtype=bool)
        begins[self.start[1:] - 1] = False
        return np.flatnonzero(begins).astype(np.int64)


@dataclass(frozen=True)
class Rings(Runs):
    """Polygons as one run of vertices for each ring, closed by its first vertex.

    Attributes
    ----------
    polygon_start
        The first ring of each polygon (its shell), and the end; shape (polygons + 1,).
    geometry_start
        The first polygon of each geometry, and the end; shape (geometries + 1,).
    """

    polygon_start: Ints
    geometry_start: Ints

    @property
    def vertex_start(self) -> Ints:
        """Where the vertices of each geometry begin, and the end; shape (geometries + 1,)."""
        return self.start[self.polygon_start[self.geometry_start]]

    @property
    def part(self) -> Ints:
        """The polygon of each ring, counted within its geometry; shape (rings,)."""
        polygon = np.repeat(np.arange(len(self.polygon_start) - 1), np.diff(self.polygon_start))
        return polygon - self.geometry_start[self.owner]

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


@dataclass(frozen=True)
class Unmatched(Runs):
    """The edges of some polygons that no other of them shares, as runs that follow each other.

    They are the outline of all polygons together, and the edges of gaps, overlaps and borders
    that are drawn differently on their two sides.

    Attributes
    ----------
    part
        The polygon of each run, counted within its geometry; shape (runs,).
    """

    part: Ints

    def lines(self) -> Geometries:
        """Return the edges as LineStrings that meet at their ends only, if they share vertices."""
        if not len(self.xy):
            return np.empty(0, dtype=object)
        hashes = hash_vertices(self.xy)
        edges = self.edges()
        run = self.run_of(edges)
        tails = np.sort(np.where(self.interior_left[run], hashes[edges], hashes[edges + 1]))
        junctions = np.unique(tails[1:][tails[1:] == tails[:-1]])
        breaks = np.zeros(len(self.xy), dtype=bool)
        breaks[self.start[:-1]] = True
        if len(junctions):
            place = np.searchsorted(junctions, hashes)
            place[place == len(junctions)] = 0
            breaks |= junctions[place] == hashes
            breaks[self.start[1:] - 1] = False
        return _lines_between(self, np.flatnonzero(breaks))


def _lines_between(runs: Runs, first: Ints) -> Geometries:
    """Return lines from each of the given vertices to the next of them, or the end of the run."""
    last = np.append(first[1:], len(runs.xy) - 1)
    ends = runs.start[1:] - 1
    run = runs.run_of(first)
    last = np.minimum(last, ends[run])
    n = last - first + 1
    offsets = np.concatenate([[0], np.cumsum(n)])
    within = np.arange(offsets[-1]) - np.repeat(offsets[:-1] - first, n)
    lines: Geometries = shapely.from_ragged_array(
        shapely.GeometryType.LINESTRING, runs.xy[within], (offsets,)
    )
    return lines


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


@dataclass(frozen=True)
class Matches:
    """Which edges run opposite ways between the same two vertices, and which do not.

    Attributes
    ----------
    one, two
        The two edges of each pair; shape (pairs,).
    left
        The edges in no pair, in ascending order.
    """

    one: Ints
    two: Ints
    left: Ints


def match(runs: Runs) -> Matches:
    """Pair the edges that run opposite ways between the same two vertices.

    Edges with no length are in no pair and not left. Of n edges one way and m the other way,
    min(n, m) of each are paired, the first ones first.
    """
    left = np.ones(len(runs.xy), dtype=bool)
    left[runs.start[1:] - 1] = False  # the last vertex of a run begins no edge
    hashes = hash_vertices(runs.xy)
    left[:-1] &= hashes[:-1] != hashes[1:]  # nor does a repeated vertex
    edges = np.flatnonzero(left)
    one, two, crowd = _equal_keys(edges, (hashes[:-1] + hashes[1:])[edges])
    opposite, collided = _opposite(runs, one, two)
    if collided.any():
        crowd = np.concatenate([crowd, one[collided], two[collided]])
    if not opposite.all():
        one, two = one[opposite], two[opposite]
    if len(crowd):
        more, others = _pair_crowd(runs, crowd)
        one, two = np.concatenate([one, more]), np.concatenate([two, others])
    left[one] = left[two] = False
    return Matches(one, two, np.flatnonzero(left))


def _equal_keys(edges: Ints, keys: Hashes) -> tuple[Ints, Ints, Ints]:
    """Return pairs of edges with equal keys, and the edges whose key more than two share.

    The key of an edge is a sum, the same in both directions. Its last bits make room for the
    number of the edge, so that one sort of plain numbers brings equal keys together; what they
    might have told apart is told by the coordinates afterwards.
    """
    bits = np.uint64(int(edges[-1]).bit_length() if len(edges) else 0)
    number = (np.uint64(1) << bits) - np.uint64(1)
    keys &= ~number
    keys |= edges.view(np.uint64)
    keys.sort()
    same = np.zeros(len(keys) + 1, dtype=bool)  # same[k]: keys[k] equals keys[k - 1]
    np.less_equal(keys[1:] ^ keys[:-1], number, out=same[1:-1])
    keys &= number
    edges = keys.view(np.int64)
    first = np.flatnonzero(same[1:-1] & ~same[:-2] & ~same[2:])  # runs of exactly two
    crowd = same[:-1] | same[1:]
    crowd[first] = crowd[first + 1] = False
    return edges[first], edges[first + 1], edges[crowd]


def _opposite(runs: Runs, one: Ints, two: Ints) -> tuple[Bools, Bools]:
    """Tell which pairs with equal keys run opposite ways, and which only share their hash."""
    z = runs.xy.view(np.complex128).ravel()  # a vertex as one number: one gather instead of two
    reverse = (z[one] == z[two + 1]) & (z[one + 1] == z[two])
    rest = np.flatnonzero(~reverse)
    equal = (z[one[rest]] == z[two[rest]]) & (z[one[rest] + 1] == z[two[rest] + 1])
    collided = np.zeros(len(one), dtype=bool)
    collided[rest[~equal]] = True
    opposite = reverse
    if not (runs.interior_left.all() or not runs.interior_left.any()):
        side = runs.interior_left
        opposite = np.where(side[runs.run_of(one)] == side[runs.run_of(two)], reverse, ~reverse)
    return opposite & ~collided, collided


def _pair_crowd(runs: Runs, edges: Ints) -> tuple[Ints, Ints]:
    """Pair edges that share their key with more than one other."""
    edges = np.sort(edges)
    a, b = runs.xy[edges], runs.xy[edges + 1]
    upward = (a[:, 0] < b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] < b[:, 1]))
    low, high = np.where(upward[:, None], a, b), np.where(upward[:, None], b, a)
    _, group = np.unique(np.hstack([low, high]), axis=0, return_inverse=True)
    group = group.ravel()
    forward = upward == runs.interior_left[runs.run_of(edges)]
    n_forward = np.bincount(group, forward)
    n_pairs = np.minimum(n_forward, np.bincount(group) - n_forward)
    order = np.lexsort((edges, forward, group))
    side = group[order] * 2 + forward[order]
    begins = np.flatnonzero(np.r_[True, side[1:] != side[:-1]])
    rank = np.arange(len(order)) - np.repeat(begins, np.diff(np.r_[begins, len(order)]))
    paired = order[rank < n_pairs[group[order]]]  # in each group as many one way as the other
    return edges[paired[~forward[paired]]], edges[paired[forward[paired]]]


def cancel(runs: Runs) -> Ints:
    """Return the edges that are left when all pairs that run opposite ways are taken out."""
    return match(runs).left


def runs_of(rings: Rings, edges: Ints) -> Unmatched:
    """Return some edges of rings, given in ascending order, as runs that follow each other."""
    return take_runs(rings, rings.part, edges)


def take_runs(runs: Runs, part: Ints, edges: Ints) -> Unmatched:
    """Return some edges of runs as runs of their own; `part` is that of each run."""
    run = runs.run_of(edges)
    begins = np.ones(len(edges), dtype=bool)
    begins[1:] = (run[1:] != run[:-1]) | (edges[1:] != edges[:-1] + 1)
    first = np.flatnonzero(begins)
    n_edges = np.diff(np.append(first, len(edges)))
    start = np.concatenate([[0], np.cumsum(n_edges + 1)])
    within = np.arange(start[-1]) - np.repeat(start[:-1] - edges[first], n_edges + 1)
    run = run[first]
    return Unmatched(runs.xy[within], start, runs.owner[run], runs.interior_left[run], part[run])


def unmatched(geometries: Geometries) -> Unmatched:
    """Return the edges of polygons that no other polygon shares vertex by vertex."""
    rings = flatten(geometries)
    return runs_of(rings, cancel(rings))
