"""Snapping: edges of neighbours that run closer than a tolerance get the same vertices.

GEOS' `coverage_clean` snaps too, but all vertices of a layer: of the 99 official units of Bắc Ninh,
a clean coverage, it changes every one at 0.1 m. Here only edges that do not match are touched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from geo_merge.geometry.edges import cancel, hash_vertices
from geo_merge.geometry.rings import Bools, Floats, Geometries, Ints, Rings, flatten
from geo_merge.geometry.seam import insert_vertices, like, move_vertices

# Rounds in which vertices find their nearest: a corner of three units takes two.
_ROUNDS = 5


@dataclass(frozen=True)
class Snapped:
    """Polygons whose edges match within a tolerance, and what that took.

    Attributes
    ----------
    geometries
        The polygons in their order; those that nothing happened to are the same objects.
    changed
        Which of them got other vertices.
    largest
        The longest way that a vertex or an edge moved, in metres.
    left
        Which of them stayed as they were since they would have become invalid.
    """

    geometries: Geometries
    changed: Bools
    largest: float
    left: Bools


def mismatched(geometries: Geometries, tolerance: float) -> Geometries:
    """Return the edges of each polygon that do not match, or run closer than the tolerance."""
    edges: Geometries = shapely.coverage_invalid_edges(geometries, gap_width=tolerance)
    return edges


def snap_edges(geometries: Geometries, wrong: Geometries, tolerance: float, keep: Bools) -> Snapped:
    """Give neighbours the same vertices where their edges run closer than the tolerance.

    Vertices that are each other's nearest become one, never two of the same ring; then every edge
    gets the vertices that lie beside it. What lies further apart stays, as a gap or an overlap.

    Parameters
    ----------
    geometries
        Valid polygons in a CRS in metres; shape (n,).
    wrong
        Their edges that do not match; see `mismatched`.
    tolerance
        How far a vertex or an edge may move, in metres.
    keep
        Polygons that must stay as they are; shape (n,).
    """
    none = np.zeros(len(geometries), dtype=bool)
    if shapely.is_empty(wrong).all():
        return Snapped(geometries, none, 0.0, none)
    rings = flatten(geometries)
    vertices = _distinct(shapely.get_coordinates(wrong) + 0.0)
    rings, vertices, moved = _merge_vertices(rings, vertices, tolerance)
    # Of edges with a vertex that was moved, the longest way is taken off, so that both together
    # stay within the tolerance.
    way = float(moved.max(initial=0.0))
    edges = _between(rings, cancel(rings), vertices[moved == 0])
    rings, _, far = insert_vertices(rings, edges, vertices, tolerance)
    edges = _between(rings, cancel(rings), vertices)
    rings, _, further = insert_vertices(rings, edges, vertices, tolerance - way)
    result = like(rings.geometries(), geometries)
    other = ~shapely.equals_identical(result, geometries)
    broken = other & ~shapely.is_valid(result)
    changed = other & ~broken & ~keep
    largest = max(far, way + further) if changed.any() else 0.0
    return Snapped(np.where(changed, result, geometries), changed, largest, broken & ~keep)


def _distinct(xy: Floats) -> Floats:
    return np.unique(xy, axis=0)


def _merge_vertices(
    rings: Rings, vertices: Floats, tolerance: float
) -> tuple[Rings, Floats, Floats]:
    """Let vertices of different rings that are each other's nearest become one.

    Of two vertices the one of more rings stays, else the one further west or south, so that the
    order of the polygons does not matter. Returned are the vertices that stay, with the longest
    way that another went to each.
    """
    moved = np.zeros(len(vertices))
    for _ in range(_ROUNDS):
        rank, ring = _rings_at(rings, vertices)
        one, two, way = _mutual(vertices, rank, ring, tolerance)
        fits = way + np.maximum(moved[one], moved[two]) <= tolerance
        one, two, way = one[fits], two[fits], way[fits]
        if not len(one):
            break
        count = np.bincount(rank, minlength=len(vertices))
        stays = np.where(count[one] >= count[two], one, two)
        goes = one + two - stays
        rings = replace(rings, xy=move_vertices(rings.xy, vertices[goes], vertices[stays]))
        moved[stays] = np.maximum(moved[stays], moved[goes] + way)
        kept = np.ones(len(vertices), dtype=bool)
        kept[goes] = False
        vertices, moved = vertices[kept], moved[kept]
    return rings, vertices, moved


def _rings_at(rings: Rings, vertices: Floats) -> tuple[Ints, Ints]:
    """Return pairs (vertex, ring) for the rings that have each vertex."""
    known = hash_vertices(np.ascontiguousarray(vertices))
    order = np.argsort(known)
    hashes = hash_vertices(rings.xy)
    at = np.searchsorted(known[order], hashes)
    at[at == len(known)] = 0
    hit = np.flatnonzero(known[order][at] == hashes)
    vertex = order[at[hit]]
    same = (vertices[vertex] == rings.xy[hit]).all(axis=1)
    pairs = np.unique(np.stack([vertex[same], rings.run_of(hit[same])], axis=1), axis=0)
    return pairs[:, 0], pairs[:, 1]


def _mutual(
    vertices: Floats, of_vertex: Ints, ring: Ints, tolerance: float
) -> tuple[Ints, Ints, Floats]:
    """Return pairs of vertices without a common ring that are each other's nearest."""
    points = shapely.points(vertices)
    one, two = shapely.STRtree(points).query(points, predicate="dwithin", distance=tolerance)
    one, two = one[one < two], two[one < two]
    has = [
        frozenset(r.tolist())
        for r in np.split(ring, np.searchsorted(of_vertex, np.arange(1, len(vertices))))
    ]
    apart = np.array([has[i].isdisjoint(has[j]) for i, j in zip(one, two, strict=True)], dtype=bool)
    one, two = one[apart], two[apart]
    way = np.hypot(*(vertices[one] - vertices[two]).T)
    taken = np.zeros(len(vertices), dtype=bool)
    chosen = []
    for k in np.lexsort((two, one, way)):  # nearest first: greedy pairs are each other's nearest
        if not (taken[one[k]] or taken[two[k]]):
            chosen.append(k)
        taken[one[k]] = taken[two[k]] = True
    pick = np.array(chosen, dtype=np.int64)
    return one[pick], two[pick], way[pick]


def _between(rings: Rings, edges: Ints, vertices: Floats) -> Ints:
    """Return the edges of which both ends are among the vertices."""
    if not len(vertices):
        return edges[:0]
    known = np.sort(hash_vertices(np.ascontiguousarray(vertices)))
    hashes = hash_vertices(rings.xy)
    at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    among = known[at] == hashes
    return np.asarray(edges[among[edges] & among[edges + 1]])
