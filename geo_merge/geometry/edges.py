"""Edge cancelling: what is left of many polygons when their shared edges are taken out.

In a coverage every inner edge occurs twice, once in each direction when both rings keep their
interior on the same side. Taking those pairs out leaves the outline, plus whatever did not match:
the edges of gaps, overlaps and mismatched borders.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geo_merge.geometry.rings import (
    Bools,
    Floats,
    Geometries,
    Hashes,
    Ints,
    Rings,
    Runs,
    flatten,
    ranges,
)

# Odd 64-bit multipliers (xxHash's primes): any that spread the bits would do.
_MIX = tuple(np.uint64(m) for m in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))
_SHIFTS = tuple(np.uint64(s) for s in (32, 29, 32))


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
        """Return the edges as LineStrings that meet at their ends only, if they share vertices.

        An edge that several polygons have in the same direction comes once: to node the edges of
        thousands of copies of a unit would compare each with each.
        """
        if not len(self.xy):
            return np.empty(0, dtype=object)
        hashes = hash_vertices(self.xy)
        edges = self.edges()
        left = self.interior_left[self.run_of(edges)]
        tails = np.where(left, hashes[edges], hashes[edges + 1])
        ordered = np.sort(tails)
        junctions = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
        if not len(junctions):
            return _linestrings(self.xy, self.start)
        # A table of numbers so large does not fit; numpy before 2.1 tries.
        shared = np.flatnonzero(np.isin(tails, junctions, kind="sort"))
        again = self._again(edges, left, shared)
        if len(again):
            return take_runs(self, self.part, np.delete(edges, again)).lines()
        place = np.searchsorted(junctions, hashes)
        place[place == len(junctions)] = 0
        breaks: Bools = junctions[place] == hashes
        breaks[self.start[:-1]] = True
        breaks[self.start[1:] - 1] = False
        return _lines_between(self, np.flatnonzero(breaks))

    def _again(self, edges: Ints, left: Bools, doubtful: Ints) -> Ints:
        """Return which of the doubtful edges, by position, another one before them equals."""
        at = edges[doubtful]
        ends = np.column_stack([self.xy[at], self.xy[at + 1]])
        right = ~left[doubtful]
        ends[right] = ends[right][:, [2, 3, 0, 1]]
        _, first = np.unique(ends, axis=0, return_index=True)
        return np.delete(doubtful, first)


def _linestrings(xy: Floats, start: Ints) -> Geometries:
    result: Geometries = shapely.from_ragged_array(shapely.GeometryType.LINESTRING, xy, (start,))
    return result


def _lines_between(runs: Runs, first: Ints) -> Geometries:
    """Return lines from each of the given vertices to the next of them, or the end of the run."""
    last = np.append(first[1:], len(runs.xy) - 1)
    ends = runs.start[1:] - 1
    run = runs.run_of(first)
    last = np.minimum(last, ends[run])
    vertices, offsets = ranges(first, last + 1)
    return _linestrings(runs.xy[vertices], offsets)


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
    crowd
        The edges of which there are perhaps more than two between the same vertices.
    """

    one: Ints
    two: Ints
    left: Ints
    crowd: Ints


def match(runs: Runs, kin: Ints | None = None) -> Matches:
    """Pair the edges that run opposite ways between the same two vertices.

    Edges with no length are in no pair and not left. Of n edges one way and m the other way,
    min(n, m) of each are paired, the first ones first.

    Parameters
    ----------
    runs
        The edges.
    kin
        A number for each run: only edges of the same number are paired; shape (runs,).
    """
    left = np.ones(len(runs.xy), dtype=bool)
    left[runs.start[1:] - 1] = False  # the last vertex of a run begins no edge
    hashes = hash_vertices(runs.xy)
    left[:-1] &= hashes[:-1] != hashes[1:]  # nor does a repeated vertex
    edges = np.flatnonzero(left)
    keys = (hashes[:-1] + hashes[1:])[edges]
    if kin is not None:
        keys += (kin.astype(np.uint64) * _MIX[0])[runs.run_of(edges)]
    one, two, crowd = _equal_keys(edges, keys)
    opposite, collided = _opposite(runs, one, two)
    if kin is not None:
        collided |= kin[runs.run_of(one)] != kin[runs.run_of(two)]
        opposite &= ~collided
    if collided.any():
        crowd = np.concatenate([crowd, one[collided], two[collided]])
    if not opposite.all():
        one, two = one[opposite], two[opposite]
    if len(crowd):
        more, others = _pair_crowd(runs, crowd, kin)
        one, two = np.concatenate([one, more]), np.concatenate([two, others])
    left[one] = left[two] = False
    return Matches(one, two, np.flatnonzero(left), crowd)


def _equal_keys(edges: Ints, keys: Hashes) -> tuple[Ints, Ints, Ints]:
    """Return pairs of edges with equal keys, and the edges whose key more than two share.

    The key of an edge is a sum, the same in both directions. Its first bits are a slot in a table
    of at least twice as many as there are edges: in most slots there are the two edges of one key,
    and two are compared sooner than sorted. What shares its slot with more is sorted.
    """
    bits = max(len(edges), 1).bit_length() + 1
    slot = (keys >> np.uint64(64 - bits)).view(np.int64)
    held = np.bincount(slot, minlength=1 << bits)[slot]
    last = np.empty(1 << bits, dtype=np.int64)
    last[slot] = number = np.arange(len(edges))  # of several, the last one stays
    later = last[slot]
    first = np.flatnonzero((held == 2) & (later != number))  # noqa: PLR2004 - two in a slot
    second = later[first]
    same = keys[first] == keys[second]
    first, second = first[same], second[same]
    rest = np.flatnonzero(held > 2)  # noqa: PLR2004
    one, two, crowd = _sorted_keys(edges[rest], keys[rest])
    return np.append(edges[first], one), np.append(edges[second], two), crowd


def _sorted_keys(edges: Ints, keys: Hashes) -> tuple[Ints, Ints, Ints]:
    """Return what `_equal_keys` does, by sorting.

    The last bits of the keys make room for the number of the edge, so that one sort of plain
    numbers brings equal keys together; what they might have told apart is told by the coordinates
    afterwards.
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


def _pair_crowd(runs: Runs, edges: Ints, kin: Ints | None) -> tuple[Ints, Ints]:
    """Pair edges that share their key with more than one other."""
    edges = np.sort(edges)
    a, b = runs.xy[edges], runs.xy[edges + 1]
    upward = (a[:, 0] < b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] < b[:, 1]))
    low, high = np.where(upward[:, None], a, b), np.where(upward[:, None], b, a)
    of = np.zeros(len(edges)) if kin is None else kin[runs.run_of(edges)]
    _, group = np.unique(np.column_stack([low, high, of]), axis=0, return_inverse=True)
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
    vertices, start = ranges(edges[first], edges[first] + n_edges + 1)
    run = run[first]
    return Unmatched(runs.xy[vertices], start, runs.owner[run], runs.interior_left[run], part[run])


def unmatched(geometries: Geometries) -> Unmatched:
    """Return the edges of polygons that no other polygon shares vertex by vertex."""
    rings = flatten(geometries)
    return runs_of(rings, cancel(rings))
