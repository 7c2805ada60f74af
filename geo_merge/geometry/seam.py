"""Seams: layers from different files made to share the border along which they meet.

Two files in different zones agree on a common border but for rounding: a hairline of nanometres to
centimetres that every coverage check would see as a gap, an overlap or a mismatch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from geo_merge.geometry.edges import cancel, hash_vertices
from geo_merge.geometry.rings import Bools, Floats, Geometries, Ints, Rings, flatten

# Metres. Files rounded to the centimetre differ by up to 1.42 cm; nothing real is so narrow.
TOLERANCE = 0.02
# Metres: what projecting leaves in the last digits of a coordinate, where versions of PROJ differ.
_LAST_DIGITS = 1e-6


@dataclass(frozen=True)
class Seam:
    """Layers that share their common border, and what that took.

    Attributes
    ----------
    layers
        The polygons of each layer, in their order.
    moved
        Vertices that were moved onto a vertex of an earlier layer, by more than the last digits of
        a projected coordinate.
    inserted
        Vertices that were added to an edge because the other side has one there.
    largest
        The longest way that a vertex or edge moved, in metres.
    area_change
        Area after minus area before, in square metres of the plane.
    left_open
        Pairs of layers that stay as they were, since joining would make a unit invalid.
    """

    layers: tuple[Geometries, ...]
    moved: int = 0
    inserted: int = 0
    largest: float = 0.0
    area_change: float = 0.0
    left_open: int = 0


def join(layers: Sequence[Geometries], tolerance: float = TOLERANCE) -> Seam:
    """Let layers share the vertices of their common borders.

    Parameters
    ----------
    layers
        Polygons of each layer, all in one CRS in metres. The first keeps its vertices.
    tolerance
        How far a vertex may move, in metres.

    Returns
    -------
    Seam
        If a unit would become invalid, the two layers stay as they are.
    """
    done: list[Geometries] = []
    totals = Seam(())
    for layer in layers:
        here = layer
        for k, earlier in enumerate(done):
            if not (len(earlier) and len(here)):
                continue
            a, b, step = _join_two(earlier, here, tolerance)
            if not (_still_valid(earlier, a) and _still_valid(here, b)):
                totals = replace(totals, left_open=totals.left_open + 1)
                continue
            change = shapely.area(a).sum() + shapely.area(b).sum()
            change -= shapely.area(earlier).sum() + shapely.area(here).sum()
            done[k], here = a, b
            totals = replace(
                totals,
                moved=totals.moved + step.moved,
                inserted=totals.inserted + step.inserted,
                largest=max(totals.largest, step.largest),
                area_change=totals.area_change + float(change),
            )
        done.append(here)
    return replace(totals, layers=tuple(done))


def _still_valid(before: Geometries, after: Geometries) -> bool:
    """Tell whether no polygon that changed became invalid."""
    changed = ~shapely.equals_identical(before, after)
    broken = ~shapely.is_valid(after[changed])
    return not shapely.is_valid(before[changed][broken]).any()


def _join_two(
    a: Geometries, b: Geometries, tolerance: float
) -> tuple[Geometries, Geometries, Seam]:
    rings_a, rings_b = flatten(a), flatten(b)
    edges_a, edges_b = _near(rings_a, rings_b, tolerance), _near(rings_b, rings_a, tolerance)
    if not (len(edges_a) and len(edges_b)):
        return a, b, Seam(())
    moved_from, moved_to, way = _pair_vertices(
        _vertices(rings_a, edges_a), _vertices(rings_b, edges_b), tolerance
    )
    rings_b = replace(rings_b, xy=move_vertices(rings_b.xy, moved_from, moved_to))
    vertices_a, vertices_b = _vertices(rings_a, edges_a), _vertices(rings_b, edges_b)
    rings_a, added_a, far_a = insert_vertices(rings_a, edges_a, vertices_b, tolerance)
    rings_b, added_b, far_b = insert_vertices(rings_b, edges_b, vertices_a, tolerance)
    largest = max(way.max(initial=0.0), far_a, far_b)
    step = Seam((), int((way > _LAST_DIGITS).sum()), added_a + added_b, float(largest))
    return like(rings_a.geometries(), a), like(rings_b.geometries(), b), step


def _near(rings: Rings, other: Rings, tolerance: float) -> Ints:
    """Return the outline edges of a layer that reach into the box of another."""
    edges = cancel(rings)
    low, high = other.xy.min(axis=0) - tolerance, other.xy.max(axis=0) + tolerance
    a, b = rings.xy[edges], rings.xy[edges + 1]
    inside = (np.maximum(a, b) >= low).all(axis=1) & (np.minimum(a, b) <= high).all(axis=1)
    return np.asarray(edges[inside])


def _vertices(rings: Rings, edges: Ints) -> Floats:
    return np.unique(rings.xy[np.concatenate([edges, edges + 1])], axis=0)


def _pair_vertices(fixed: Floats, free: Floats, tolerance: float) -> tuple[Floats, Floats, Floats]:
    """Pair each free vertex with the nearest fixed one; return from, to and the way in metres.

    Several may go to one: a vertex of the one side within the tolerance of a corner of the other
    would be neither moved nor added otherwise.
    """
    (source, target), way = shapely.STRtree(shapely.points(fixed)).query_nearest(
        shapely.points(free), max_distance=tolerance, return_distance=True, all_matches=False
    )
    return free[source], fixed[target], way


def move_vertices(xy: Floats, source: Floats, target: Floats) -> Floats:
    """Replace each vertex that equals a source by its target, wherever it occurs."""
    if not len(source):
        return xy
    order = np.argsort(hash_vertices(np.ascontiguousarray(source)))
    source, target = source[order], target[order]
    known = hash_vertices(np.ascontiguousarray(source))
    at = np.searchsorted(known, hash_vertices(xy))
    at[at == len(known)] = 0
    hit = (source[at] == xy).all(axis=1)
    result = xy.copy()
    result[hit] = target[at[hit]]
    return result


def insert_vertices(
    rings: Rings, edges: Ints, vertices: Floats, tolerance: float
) -> tuple[Rings, int, float]:
    """Add vertices to the edges that pass within the tolerance without having them.

    Returns
    -------
    Rings, int, float
        With the vertices, how many they are, and how far an edge moved, in metres.
    """
    a, b = rings.xy[edges], rings.xy[edges + 1]
    lines = shapely.linestrings(np.stack([a, b], axis=1))
    points = shapely.points(vertices)
    point, edge = shapely.STRtree(lines).query(points, predicate="dwithin", distance=tolerance)
    ends = np.minimum(
        np.hypot(*(vertices[point] - a[edge]).T), np.hypot(*(vertices[point] - b[edge]).T)
    )
    inside = ends > tolerance
    point, edge = point[inside], edge[inside]
    if len(point):
        # A narrow inlet has them on its other side.
        run = np.repeat(np.arange(len(rings.owner)), np.diff(rings.start))
        new = ~has_vertices(rings.xy, run, vertices[point], rings.run_of(edges[edge]))
        point, edge = point[new], edge[new]
    if not len(point):
        return rings, 0, 0.0
    along = shapely.line_locate_point(lines[edge], points[point])
    order = np.lexsort((along, edge))
    point, edge = point[order], edge[order]
    xy = np.insert(rings.xy, edges[edge] + 1, vertices[point], axis=0)
    added = np.bincount(rings.run_of(edges[edge]), minlength=len(rings.owner))
    start = rings.start + np.concatenate([[0], np.cumsum(added)])
    far = float(shapely.distance(lines[edge], points[point]).max())
    return replace(rings, xy=xy, start=start), len(point), far


def has_vertices(xy: Floats, run: Ints, asked: Floats, of: Ints) -> Bools:
    """Tell which of the vertices asked for their runs `of` have, given the run of each vertex."""
    salt = np.uint64(0x9E3779B97F4A7C15)
    known, wanted = (
        hash_vertices(np.ascontiguousarray(v)) ^ (r.astype(np.uint64) * salt)
        for v, r in ((xy, run), (asked, of))
    )
    few = np.unique(wanted)
    at = np.minimum(np.searchsorted(few, known), len(few) - 1)
    if not len(few):
        return np.zeros(0, dtype=bool)
    return np.isin(wanted, few[at[few[at] == known]], kind="sort")


def like(geometries: Geometries, pattern: Geometries) -> Geometries:
    """Make polygons of the multipolygons that were polygons before."""
    single = shapely.get_type_id(pattern) == shapely.GeometryType.POLYGON
    result = geometries.copy()
    result[single] = shapely.get_geometry(geometries[single], 0)
    return result
