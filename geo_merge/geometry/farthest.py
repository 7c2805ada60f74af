"""How far land reaches away from a border: the farthest of all its points, wherever it lies."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
import shapely

from geo_merge.geometry.rings import Bools, Floats, Geometries, Ints

# The distance is found to this share of itself, and metres to which it is taken at best.
_SHARE = 1.01
_EXACT = 1e-6
# Vertices of lands and borders that are searched at once: an edge of its own takes memory.
_AT_ONCE = 200_000


def farthest(lands: Geometries, borders: Geometries) -> Floats:
    """Return how far the points of each land lie from its border at most, to a hundredth of it.

    The farthest point may lie anywhere: at a vertex, along an edge, or inside, between parts of
    the border. So the edges of the land are searched, and then the triangles that it divides into:
    those are halved in which a point further away than any known may lie.

    Parameters
    ----------
    lands
        Polygons or multipolygons; shape (n,).
    borders
        Lines, none empty, in the CRS of the lands; shape (n,).

    Returns
    -------
    numpy.ndarray
        The distance of a point that was found, in the unit of the CRS: none lies further away by
        more than a hundredth. 0 where there is no land; shape (n,).

    Raises
    ------
    ValueError
        If the border of some land is empty.
    """
    if (shapely.is_empty(borders) & ~shapely.is_empty(lands)).any():
        raise ValueError("land without a border")
    vertices = shapely.get_num_coordinates(lands) + shapely.get_num_coordinates(borders)
    batch = np.cumsum(vertices) // _AT_ONCE
    result = np.zeros(len(lands))
    for k in np.unique(batch):
        some = np.flatnonzero((batch == k) & ~shapely.is_empty(lands))
        if len(some):
            result[some] = _search(lands[some], borders[some])
    return result


class _Pieces(NamedTuple):
    """Edges (k = 2) or triangles (k = 3), and how far their corners are from the border."""

    pair: Ints
    """Whose land they are of; shape (pieces,)."""
    corners: Floats
    """Shape (pieces, k, 2)."""
    nearest: Ints
    """The edge of the border nearest to each corner; shape (pieces, k)."""
    way: Floats
    """How far away it is; shape (pieces, k)."""

    def of(self, some: Bools | Ints) -> _Pieces:
        """Return some of the pieces."""
        return _Pieces(self.pair[some], self.corners[some], self.nearest[some], self.way[some])


def _search(lands: Geometries, borders: Geometries) -> Floats:
    """Return the distances of some lands, which are laid out on a grid, far apart."""
    shift = _apart_from_others(lands, borders)
    edges, _ = _edges(borders, shift)
    edges = shapely.linestrings(edges)
    tree = shapely.STRtree(edges)
    far = np.zeros(len(lands))
    for whole in _pieces(tree, _edges(shapely.boundary(lands), shift), _triangles(lands, shift)):
        pieces = whole
        while len(pieces.pair):
            np.maximum.at(far, pieces.pair, pieces.way.max(axis=1))
            may = _may_exceed(pieces, edges, far[pieces.pair] * _SHARE + _EXACT)
            pieces = _halves(pieces.of(may), tree)
    return far


def _apart_from_others(lands: Geometries, borders: Geometries) -> Floats:
    """Return by what each pair is moved so that its own border is nearest; shape (n, 2)."""
    one, other = shapely.bounds(lands), shapely.bounds(borders)
    low, high = np.minimum(one, other)[:, :2], np.maximum(one, other)[:, 2:]
    place = np.divmod(np.arange(len(lands)), int(np.ceil(np.sqrt(len(lands)))))
    shift: Floats = np.stack(place, axis=1) * 3 * (np.ceil((high - low).max()) + 1) - low
    return shift


def _edges(lines: Geometries, shift: Floats) -> tuple[Floats, Ints]:
    """Return where each edge begins and ends, moved; shape (edges, 2, 2); and its pair."""
    parts, pair = shapely.get_parts(lines, return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    xy += shift[pair[part]]
    same = part[1:] == part[:-1]
    return np.stack([xy[:-1][same], xy[1:][same]], axis=1), pair[part[1:][same]]


def _triangles(lands: Geometries, shift: Floats) -> tuple[Floats, Ints]:
    """Return the triangles of lands, moved; shape (triangles, 3, 2); and their pair."""
    parts, pair = shapely.get_parts(lands, return_index=True)
    faces, part = shapely.get_parts(
        shapely.constrained_delaunay_triangles(parts), return_index=True
    )
    corners = shapely.get_coordinates(faces).reshape(-1, 4, 2)[:, :3]
    moved: Floats = corners + shift[pair[part], None]
    return moved, pair[part]


def _pieces(tree: shapely.STRtree, *kinds: tuple[Floats, Ints]) -> Iterator[_Pieces]:
    """Yield pieces of several kinds; the border is searched once for each of their corners."""
    corners = np.concatenate([xy.reshape(-1, 2) for xy, _ in kinds])
    places, at = np.unique(corners.view(complex), return_inverse=True)
    nearest, way = _nearest(places.view(float).reshape(-1, 2), tree)
    first = 0
    for xy, pair in kinds:
        mine = at[first : first + xy.size // 2].reshape(xy.shape[:2])
        yield _Pieces(pair, xy, nearest[mine], way[mine])
        first += mine.size


def _nearest(xy: Floats, tree: shapely.STRtree) -> tuple[Ints, Floats]:
    """Return the edge nearest to each point and how far it is; shape (points,) each."""
    (_, at), way = tree.query_nearest(shapely.points(xy), all_matches=False, return_distance=True)
    return at, way


def _apart(corners: Floats) -> Floats:
    """Return how far the corners of each piece are from one another; shape (pieces, k, k)."""
    x, y = np.moveaxis(corners, -1, 0)
    apart: Floats = np.hypot(x[:, :, None] - x[:, None, :], y[:, :, None] - y[:, None, :])
    return apart


def _may_exceed(pieces: _Pieces, edges: Geometries, limit: Floats) -> Bools:
    """Tell in which pieces a point may lie further from all edges than a limit; shape (pieces,).

    No point lies further from them all than the mean of what the corners do, and of the ways to
    the corners; nor further than `_most`.
    """
    between = _apart(pieces.corners).mean(axis=2).max(axis=1)
    may: Bools = pieces.way.mean(axis=1) + between > limit
    at = np.flatnonzero(may)
    points = shapely.points(pieces.corners[at])
    away = shapely.distance(points[:, None, :], edges[pieces.nearest[at]][:, :, None])
    may[at] = _most(away) > limit[at]
    return may


def _most(away: Floats) -> Floats:
    """Return what the least distance of a point of a piece from some edges is at most.

    The distance from an edge is nowhere in a piece greater than the mean of that of the corners
    with the weights of the point, and the least of several distances not greater than any mean of
    them: where two edges run on both sides of a hairline, half of its width. The best mean of two
    is that in which two corners are equal.

    Parameters
    ----------
    away
        How far the corners are from the edges; shape (pieces, edges, corners).
    """
    most: Floats = np.minimum(away.max(axis=2).min(axis=1), away.mean(axis=1).max(axis=1))
    for one, other in combinations(np.moveaxis(away, 1, 0), 2):
        for p, q in combinations(range(away.shape[2]), 2):
            rise, fall = one[:, p] - one[:, q], other[:, q] - other[:, p]
            share = np.divide(fall, rise + fall, out=np.zeros(len(rise)), where=rise + fall != 0)
            share = np.clip(share, 0, 1)[:, None]
            most = np.minimum(most, (share * one + (1 - share) * other).max(axis=1))
    return most


def _halves(pieces: _Pieces, tree: shapely.STRtree) -> _Pieces:
    """Halve pieces in the middle of their longest side."""
    n, k, _ = pieces.corners.shape
    ends = np.divmod(_apart(pieces.corners).reshape(n, k * k).argmax(axis=1), k)
    each = np.arange(n)
    middle = (pieces.corners[each, ends[0]] + pieces.corners[each, ends[1]]) / 2
    halves = pieces.of(np.tile(each, 2))
    moved = np.arange(2 * n), np.concatenate(ends)  # a corner of each half
    for values, of_middle in zip(halves[1:], (middle, *_nearest(middle, tree)), strict=True):
        values[moved] = np.concatenate([of_middle, of_middle])
    return halves
