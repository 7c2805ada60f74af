"""Areas from the scale of a projection: no vertex is projected.

Within a commune the land that a square metre of the plane stands for hardly changes: a polynomial
of degree 3 in the place says it to a ten-thousandth of a millionth. Its integral over a polygon
with straight edges is a sum over the vertices (the moments of the polygon), which takes a tenth of
the time that projecting them does.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np

from geo_merge.geometry.rings import Bools, Floats, Ints, Rings

# Relative: how far the polynomial may be off anywhere on the box of a geometry.
EXACT = 1e-10
# Of half a side of the square that the polynomial is made on, in units of the CRS: on a smaller one
# it would be that of the rounding of coordinates.
_LEAST = 1000.0
# Vertices, of which some twenty arrays are in use at the same time.
_CACHED = 2**14
_N = 5  # nodes a side
_NODE = np.cos((np.arange(_N) + 0.5) / _N * np.pi)  # Chebyshev's
_NODES = np.array(list(product(_NODE, repeat=2)))


def _terms(at: Floats) -> Floats:
    """Return the ten products of places up to degree 3, shape (n, 10)."""
    u, v = at.T
    uu, uv, vv = u * u, u * v, v * v
    return np.column_stack([np.ones_like(u), u, v, uu, uv, vv, uu * u, uu * v, vv * u, vv * v])


def _differences() -> Floats:
    """Return the matrix that takes values at the nodes of a side to derivatives there."""
    powers = np.vander(_NODE, increasing=True)
    slopes = np.column_stack([k * _NODE ** max(k - 1, 0) for k in range(_N)])
    return np.asarray(slopes @ np.linalg.inv(powers))


_FIT = np.linalg.pinv(_terms(_NODES))
_SLOPE = _differences()


def scaled_areas(
    rings: Rings, equal_area: Callable[[Floats, Ints], Floats]
) -> tuple[Floats, Bools]:
    """Measure geometries by the scale of their projection.

    Parameters
    ----------
    rings
        In a projection.
    equal_area
        Takes points, shape (n, 2), and the geometry that each lies beside, shape (n,), to a
        projection that keeps areas.

    Returns
    -------
    areas, exact
        Square metres, and for which geometries they are right to `EXACT`; shape (geometries,) each.
    """
    start = rings.vertex_start
    low, high = (
        np.column_stack([reduce.reduceat(v, start[:-1]) for v in rings.xy.T])
        for reduce in (np.minimum, np.maximum)
    )
    middle, half = (low + high) / 2, np.maximum((high - low).max(axis=1) / 2, _LEAST)
    with np.errstate(all="ignore"):  # what cannot be projected is not exact
        scale, exact = _scale(middle, half, equal_area)
        moments = np.concatenate([
            _moments(rings.take(some), middle[some], half[some]) for some in _cached(start)
        ])  # fmt: skip
        areas = np.einsum("ij,ij->i", scale, moments)
    return areas, exact


def _scale(
    middle: Floats, half: Floats, equal_area: Callable[[Floats, Ints], Floats]
) -> tuple[Floats, Bools]:
    """Return the scale about each middle, as coefficients of `_terms`, and whether it is exact."""
    n = len(middle)
    nodes = middle[:, None, :] + half[:, None, None] * _NODES
    there = equal_area(nodes.reshape(-1, 2), np.repeat(np.arange(n), len(_NODES)))
    at = there.reshape(n, _N, _N, 2)
    at = at - at.mean(axis=(1, 2), keepdims=True)
    along_u = np.einsum("ij,njkc->nikc", _SLOPE, at)
    along_v = np.einsum("ij,nkjc->nkic", _SLOPE, at)
    land = along_u[..., 0] * along_v[..., 1] - along_u[..., 1] * along_v[..., 0]
    land = np.abs(land.reshape(n, -1))
    scale = land @ _FIT.T
    off = np.abs(scale @ _terms(_NODES).T - land).max(axis=1)
    return scale, np.asarray(off <= EXACT * land.min(axis=1))


def _cached(start: Ints) -> list[Ints]:
    """Divide geometries, by where their vertices begin, among pieces that a cache holds."""
    piece = start[:-1] // _CACHED
    return np.split(np.arange(len(piece)), np.flatnonzero(np.diff(piece)) + 1)


def _moments(rings: Rings, middle: Floats, half: Floats) -> Floats:
    """Return the integrals of `_terms` over each geometry, about its middle; shape (n, 10).

    Each is a sum over the triangles that edges make with the middle.
    """
    n = np.diff(rings.vertex_start)
    u, v = (
        (rings.xy[:, axis] - np.repeat(middle[:, axis], n)) / np.repeat(half, n) for axis in (0, 1)
    )
    u1, v1 = np.roll(u, -1), np.roll(v, -1)
    cross = u * v1 - u1 * v
    cross[rings.start[1:] - 1] = 0.0  # no edge leads to the next ring
    su, sv = u + u1, v + v1
    uu, vv, uu1, vv1 = u * u, v * v, u1 * u1, v1 * v1
    of_edge = (
        cross / 2, su * cross / 6, sv * cross / 6, (su * su - u * u1) * cross / 12,
        (su * sv + u * v + u1 * v1) * cross / 24, (sv * sv - v * v1) * cross / 12,
        su * (uu + uu1) * cross / 20, (sv * su * su + 2 * (uu * v + uu1 * v1)) * cross / 60,
        (su * sv * sv + 2 * (vv * u + vv1 * u1)) * cross / 60, sv * (vv + vv1) * cross / 20,
    )  # fmt: skip
    sign = np.where(rings.interior_left, 1.0, -1.0)
    count = len(middle)
    return np.column_stack([
        np.bincount(rings.owner, sign * np.add.reduceat(part, rings.start[:-1]), minlength=count)
        for part in of_edge
    ])  # fmt: skip
