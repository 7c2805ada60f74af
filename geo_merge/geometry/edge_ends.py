"""Edges by their ends: how those of one part of a layer are compared with those of another."""

from __future__ import annotations

import numpy as np

from geo_merge.geometry.edges import cancel, match, runs_of
from geo_merge.geometry.rings import Bools, Floats, Ints, Rings, Runs


def ends(rings: Rings, edges: Ints) -> Floats:
    """Return x and y of the one end of edges, then of the other, land on the left; shape (n, 4)."""
    side = rings.interior_left[rings.run_of(edges)][:, None]
    a, b = rings.xy[edges], rings.xy[edges + 1]
    return np.hstack([np.where(side, a, b), np.where(side, b, a)])


def loose(rings: Rings, edges: Ints) -> tuple[Ints, Ints]:
    """Return of some edges those that no other runs opposite to, and those drawn more than twice.

    Of three edges between two vertices, two of which run the same way, the last of them is left.
    """
    if not len(edges):
        return edges, edges
    runs = runs_of(rings, edges)
    pairs = match(runs)
    left, crowd = (edges[np.searchsorted(runs.edges(), e)] for e in (pairs.left, pairs.crowd))
    return left, crowd


def unpaired(edges: Floats) -> Floats:
    """Return the edges of all parts of a layer without those that run opposite ways."""
    n = len(edges)
    runs = Runs(edges.reshape(-1, 2), np.arange(n + 1) * 2, np.arange(n), np.ones(n, dtype=bool))
    left: Floats = edges[cancel(runs) // 2]
    return left


def among(rows: Floats, others: Floats) -> Bools:
    """Tell which rows of numbers are among others."""
    kind = np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))
    one, two = (np.ascontiguousarray(each + 0.0).view(kind).ravel() for each in (rows, others))
    return np.isin(one, two)
