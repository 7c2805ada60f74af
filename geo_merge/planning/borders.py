"""Common borders of old units, and the land that several of them claim: measured once a layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
import shapely
from pyproj import CRS

from geo_merge.checks.borders import facing_edges
from geo_merge.geometry.areas import areas
from geo_merge.geometry.connected import connected
from geo_merge.geometry.edges import match, take_runs
from geo_merge.geometry.faces import faces_of
from geo_merge.geometry.rings import Floats, Geometries, Ints, Rings, flatten

# Metres that the two drawings of one border may be apart; they are one border all the same.
APART = 1.0


@dataclass(frozen=True)
class Borders:
    """Which units have a common border, and how long it is.

    Attributes
    ----------
    pairs
        Positions of two units, the lower first; shape (pairs, 2), in ascending order.
    metres
        Length of their border in the plane of the layer; shape (pairs,).
    """

    pairs: Ints
    metres: Floats

    def of_length(self, metres: float) -> Ints:
        """Return the pairs whose border is at least so long."""
        return self.pairs[self.metres >= metres]

    def groups(self, n: int, metres: float) -> Ints:
        """Give each of n units the lowest one that it hangs together with; shape (n,)."""
        return connected(n, self.of_length(metres))


@dataclass(frozen=True)
class Overlaps:
    """Land that several units claim.

    Attributes
    ----------
    claimers
        Positions of the units that claim each piece of land, in ascending order.
    m2, plane_m2
        Its square metres on the ellipsoid and in the plane; shape (pieces,).
    """

    claimers: tuple[frozenset[int], ...]
    m2: Floats
    plane_m2: Floats

    @cached_property
    def of_unit(self) -> Mapping[int, Sequence[int]]:
        """The pieces that each unit claims with others."""
        pieces: dict[int, list[int]] = {}
        for k, claimers in enumerate(self.claimers):
            for unit in claimers:
                pieces.setdefault(unit, []).append(k)
        return pieces

    def claimed_again(self, members: set[int]) -> tuple[float, float]:
        """Return how many square metres members claim more than once: ellipsoid, plane."""
        pieces = sorted({k for unit in members for k in self.of_unit.get(unit, ())})
        at = np.array(pieces, dtype=np.int64)
        times = np.array([len(self.claimers[k] & members) - 1 for k in pieces], dtype=float)
        return float(times @ self.m2[at]), float(times @ self.plane_m2[at])


def borders_and_overlaps(geometries: Geometries, crs: CRS) -> tuple[Borders, Overlaps]:
    """Return the common borders of units, and the land that several of them claim.

    Borders are edges that two units share; where they draw one differently, stretches that face
    each other at most `APART` metres apart, and half the outline of land that both claim: the union
    of the two has so much less of an outline.

    Parameters
    ----------
    geometries
        Polygons; those that are null, empty or invalid have no border; shape (n,).
    crs
        Their CRS, in metres.
    """
    usable = np.flatnonzero(shapely.is_valid(geometries) & ~shapely.is_empty(geometries))
    rings = flatten(geometries[usable])
    shared = match(rings)
    left = take_runs(rings, rings.part, shared.left)
    facing = facing_edges(left, APART)
    facing = facing.take(facing.opposite)
    faces = faces_of(left, float(shapely.area(geometries[usable]).sum()))
    claimed = faces.geometry[faces.claims > 1]
    overlaps = _overlaps(geometries, usable, claimed, crs)
    owners = [usable[rings.owner[rings.run_of(edges)]] for edges in (shared.one, shared.two)]
    exact = _added(np.column_stack(owners), _edge_lengths(rings, shared.one))
    beside = _added(usable[facing.owner], facing.length)
    over = _added(*_both_claim(overlaps.claimers, shapely.length(claimed) / 2))
    pairs = sorted({*exact, *beside, *over})
    # A thin overlap shows both in edges that face each other and in its outline.
    metres = [exact[p] + max(beside[p], over[p]) for p in pairs]
    return Borders(np.array(pairs, dtype=np.int64).reshape(-1, 2), np.array(metres)), overlaps


def _added(pairs: Ints, lengths: Floats) -> Counter[tuple[int, int]]:
    """Add up lengths by pairs of different units, the lower position first."""
    pairs = np.sort(pairs.reshape(-1, 2), axis=1)
    two = pairs[:, 0] != pairs[:, 1]
    unique, pair = np.unique(pairs[two], axis=0, return_inverse=True)
    metres = np.bincount(pair.ravel(), lengths[two], minlength=len(unique))
    return Counter(dict(zip(map(tuple, unique.tolist()), metres.tolist(), strict=True)))


def _both_claim(claimers: Sequence[frozenset[int]], lengths: Floats) -> tuple[Ints, Floats]:
    """Return each two units that claim a piece of land, and its length."""
    pairs = [(a, b, k) for k, c in enumerate(claimers) for a, b in combinations(sorted(c), 2)]
    found = np.array(pairs, dtype=np.int64).reshape(-1, 3)
    return found[:, :2], lengths[found[:, 2]]


def _edge_lengths(rings: Rings, edges: Ints) -> Floats:
    return np.asarray(np.hypot(*(rings.xy[edges + 1] - rings.xy[edges]).T))


def _overlaps(geometries: Geometries, usable: Ints, claimed: Geometries, crs: CRS) -> Overlaps:
    """Return who claims each face that more than one unit claims."""
    if not len(claimed):
        return Overlaps((), np.empty(0), np.empty(0))
    face, unit = shapely.STRtree(geometries[usable]).query(
        shapely.point_on_surface(claimed), predicate="intersects"
    )
    ends = np.searchsorted(face, np.arange(1, len(claimed)))
    claimers = tuple(frozenset(units.tolist()) for units in np.split(usable[unit], ends))
    return Overlaps(claimers, areas(claimed, crs), shapely.area(claimed))
