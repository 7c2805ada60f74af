"""Vertices along the straight edges of one CRS that are curves in another.

An edge is straight in the CRS of the file (RFC 7946, 3.1.1, says so of GeoJSON): a parallel of
100 km at 60° N passes 340 m beside the straight line between its ends in a plane. With vertices
along it, land is measured on the line of the file, and a line that is straight in a plane is that
line in GeoJSON.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
import shapely

from geo_merge.geometry.rings import (
    FARTHEST,
    Bools,
    Floats,
    Geometries,
    Ints,
    Rings,
    Runs,
    edge_lengths,
    flatten,
    ranges,
)
from geo_merge.geometry.seam import like

# Metres. No shorter edge is bent by as much as `_READ`, 10° from a pole either.
LONG_EDGE = 500.0
# Metres beside the line of a file, where it is read, and of a plane, where it is written, that are
# worth a vertex: half the width of a sliver, and that. An edge that reading leaves as it is lies on
# the line of the file when it is written; if writing asked as little, it would leave that line.
_READ, _WRITTEN = 0.05, 0.1
# Of its length, by which a piece of an edge may still be off, and into how many it is cut at most:
# one of 300 km at 60° N into 100.
_STILL, _MOST = 1e-6, 100
# Where along an edge it is looked at: an S is straight in its middle.
_ALONG = (0.25, 0.5, 0.75)


Way = Callable[[Floats], Floats]
# Takes places, shape (n, 2), to the metres in a unit of their CRS along each axis, shape (n, 2).
Scale = Callable[[Floats], Floats]
AnyRuns = TypeVar("AnyRuns", bound=Runs)


def follow(
    geometries: Geometries, stretched: Ints, way: Way, unit: float, metres: Scale
) -> tuple[Geometries, Floats]:
    """Give vertices to long edges that another CRS bends, the same on both sides of a border.

    Parameters
    ----------
    geometries
        Anything; shape (n,).
    stretched
        Which of them are polygons with edges that `bends` tells.
    way, unit, metres
        See `follow_rings`.

    Returns
    -------
    geometries, added
        The geometries, and the vertices that they got, those of a border from both sides; shape
        (added, 2).
    """
    none = np.empty((0, 2))
    if not len(stretched):
        return geometries, none
    rings = flatten(geometries[stretched])
    followed, added = _follow(rings, way, unit, metres, _READ)
    if followed is rings:
        return geometries, none
    longer = np.flatnonzero(np.diff(followed.vertex_start) > np.diff(rings.vertex_start))
    changed = stretched[longer]
    result = geometries.copy()
    result[changed] = like(followed.take(longer).geometries(), geometries[changed])
    return result, added


def follow_lines(
    lines: Geometries, way: Way, unit: float, metres: Scale
) -> tuple[Geometries, Floats]:
    """Give vertices to long edges of lines that another CRS bends; see `follow`.

    Returns
    -------
    geometries, added
        MultiLineStrings, or the same lines if no edge got a vertex.
    """
    parts, line = shapely.get_parts(lines, return_index=True)
    start = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(parts))]).astype(np.int64)
    xy = shapely.get_coordinates(parts) + 0.0
    runs = Runs(xy, start, line, np.zeros(len(parts), dtype=bool))
    followed, added = _follow(runs, way, unit, metres, _READ)
    if followed is runs:
        return lines, added
    part = np.repeat(np.arange(len(parts)), np.diff(followed.start))
    made = shapely.linestrings(followed.xy, indices=part)
    return np.asarray(shapely.multilinestrings(made, indices=line)), added


def follow_rings(
    rings: Rings, way: Way, unit: float, metres: Scale, done: Bools | None = None
) -> Rings:
    """Return rings of a plane with vertices on long edges that no straight ones are as written.

    Parameters
    ----------
    rings
        What was brought to the plane by `follow`, or came in it.
    way
        Takes vertices to the other CRS; shape (n, 2).
    unit, metres
        Metres in a unit of their CRS, and in one of the other.
    done
        Vertices, of shape (n,), whose edges have been cut to follow lines of the other CRS.

    Returns
    -------
    Rings
        The same object if no edge got a vertex.
    """
    return _follow(rings, way, unit, metres, _WRITTEN, done=done)[0]


def _follow(
    rings: AnyRuns, way: Way, unit: float, metres: Scale, worth: float, *, done: Bools | None = None
) -> tuple[AnyRuns, Floats]:
    """Return the rings with vertices on edges, and these; the same object if there are none."""
    lengths, none = edge_lengths(rings), np.empty((0, 2))
    edges = np.flatnonzero((lengths > LONG_EDGE / unit) & (lengths < FARTHEST))
    if done is not None:
        edges = edges[~(done[edges] | done[edges + 1])]
    if not len(edges):
        return rings, none
    pieces = np.ones(len(rings.xy), dtype=np.int64)
    pieces[edges] = _pieces(*_ordered(rings.xy[edges], rings.xy[edges + 1]), way, metres, worth)
    return (rings, none) if (pieces == 1).all() else _cut(rings, pieces)


def _ordered(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return the ends of edges in an order that does not depend on their direction."""
    swap = _runs_down(a, b)[:, None]
    return np.where(swap, b, a), np.where(swap, a, b)


def _runs_down(a: Floats, b: Floats) -> Bools:
    return np.asarray((a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1])))


def bends(a: Floats, b: Floats, way: Way, metres: Scale) -> Bools:
    """Tell which edges, given by their ends, get vertices, or may if they are cut elsewhere."""
    with np.errstate(invalid="ignore"):
        return np.asarray(_bent(*_ordered(a, b), way, metres)[0] > _READ / 2)


def _bent(low: Floats, high: Floats, way: Way, metres: Scale) -> tuple[Floats, Floats]:
    """Return how far edges are bent, and how long they are, in metres of the other CRS."""
    a, b, *between = (way(low + (high - low) * t) for t in (0.0, 1.0, *_ALONG))
    with np.errstate(all="ignore"):  # what has no place in the plane is not bent
        scale = metres((a + b) / 2)
        x, y = ((b - a) * scale).T
        length = np.hypot(x, y)
        along = [((p - a) * scale).T for p in between]
        off = np.max([np.abs(x * v - y * u) for u, v in along], axis=0)
        return off / length, length


def _pieces(low: Floats, high: Floats, way: Way, metres: Scale, worth: float) -> Ints:
    """Return into how many pieces edges are to be cut, given their ends."""
    bent, length = _bent(low, high, way, metres)
    with np.errstate(all="ignore"):
        pieces = np.sqrt(bent / (_STILL * length))
    wanted = np.where(np.isfinite(pieces) & (bent > worth), np.ceil(pieces), 1)
    return np.clip(wanted, 1, _MOST).astype(np.int64)


def _cut(rings: AnyRuns, pieces: Ints) -> tuple[AnyRuns, Floats]:
    """Return rings whose edges are cut into so many pieces of one length each, and where."""
    cut = np.flatnonzero(pieces > 1)
    new = pieces[cut] - 1
    edge = np.repeat(cut, new)
    k, _ = ranges(np.ones(len(cut), dtype=np.int64), pieces[cut])
    a, b, n = rings.xy[edge], rings.xy[edge + 1], pieces[edge]
    low, high = _ordered(a, b)
    share = np.where(_runs_down(a, b), n - k, k) / n
    added = low + (high - low) * share[:, None]
    xy = np.insert(rings.xy, edge + 1, added, axis=0)
    before = np.concatenate([[0], np.cumsum(new)])
    start = rings.start + before[np.searchsorted(cut, rings.start)]
    return replace(rings, xy=xy, start=start), added
