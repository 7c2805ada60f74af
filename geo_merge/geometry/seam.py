"""Seams: layers from different files made to share the border along which they meet.

Two files in different zones agree on a common border but for rounding: a hairline of nanometres to
centimetres that every coverage check would see as a gap, an overlap or a mismatch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import shapely

from geo_merge.geometry.edge_ends import among, ends
from geo_merge.geometry.edges import cancel, hash_vertices
from geo_merge.geometry.rings import Bools, Floats, Geometries, Ints, Rings, flatten

# Metres. Files rounded to the centimetre differ by up to 1.42 cm; nothing real is so narrow.
TOLERANCE = 0.02
NO_BOX = np.array([np.inf, np.inf, -np.inf, -np.inf])
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
    length
        The outlines of the polygons that changed, in metres.
    left_open
        Pairs of layers that stay as they were, since joining would make a unit invalid.
    """

    layers: tuple[Geometries, ...]
    moved: int = 0
    inserted: int = 0
    largest: float = 0.0
    area_change: float = 0.0
    length: float = 0.0
    left_open: int = 0


@dataclass(frozen=True)
class Side:
    """What must be known of a layer to close its seams: all of it, or what a seam can touch.

    Attributes
    ----------
    polygons
        Its polygons, or those of them that have a vertex in common with its outline where another
        layer is near, in their order.
    inner
        Edges of these that are none of the outline, since polygons that are not here share them;
        see `edge_ends.ends`.
    box
        Least x and y, then largest, of the polygons that are not here.
    """

    polygons: Geometries
    inner: Floats = field(default_factory=lambda: np.empty((0, 4)))
    box: Floats = field(default_factory=lambda: NO_BOX)


def side_of(polygons: Geometries, outline: Floats, box: Floats) -> Side:
    """Return what a seam can touch of a layer.

    Parameters
    ----------
    polygons, box
        See `Side`.
    outline
        The outline of the layer where others are near, see `edge_ends.ends`.
    """
    rings = flatten(polygons)
    left = ends(rings, cancel(rings))
    return Side(polygons, left[~among(left, outline)], box)


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
    return join_sides([Side(layer) for layer in layers], tolerance)


def join_sides(sides: Sequence[Side], tolerance: float = TOLERANCE) -> Seam:
    """Let layers share the vertices of their common borders; see `join`.

    Returns
    -------
    Seam
        That of the whole layers, with those polygons that were given.
    """
    done: list[Side] = []
    totals = Seam(())
    for side in sides:
        here = side
        for k, earlier in enumerate(done):
            if not (len(earlier.polygons) and len(here.polygons)):
                continue
            a, b, step = _join_two(earlier, here, tolerance)
            pairs = [(earlier.polygons, a), (here.polygons, b)]
            if not all(_still_valid(before, after) for before, after in pairs):
                totals = replace(totals, left_open=totals.left_open + 1)
                continue
            # Exact sums do not depend on how many polygons that did not change are among them.
            grown = [shapely.area(after) - shapely.area(before) for before, after in pairs]
            change = math.fsum(np.concatenate(grown))
            done[k], here = replace(earlier, polygons=a), replace(here, polygons=b)
            totals = replace(
                totals,
                moved=totals.moved + step.moved,
                inserted=totals.inserted + step.inserted,
                largest=max(totals.largest, step.largest),
                area_change=totals.area_change + change,
            )
        done.append(here)
    layers = tuple(each.polygons for each in done)
    changed = [
        after[~shapely.equals_identical(side.polygons, after)]
        for side, after in zip(sides, layers, strict=True)
    ]
    length = math.fsum(shapely.length(np.concatenate(changed)))
    return replace(totals, layers=layers, length=length)


def _still_valid(before: Geometries, after: Geometries) -> bool:
    """Tell whether no polygon that changed became invalid."""
    changed = ~shapely.equals_identical(before, after)
    broken = ~shapely.is_valid(after[changed])
    return not shapely.is_valid(before[changed][broken]).any()


def _join_two(a: Side, b: Side, tolerance: float) -> tuple[Geometries, Geometries, Seam]:
    rings_a, rings_b = flatten(a.polygons), flatten(b.polygons)
    edges_a = _outline_near(rings_a, a.inner, _box(rings_b, b.box), tolerance)
    edges_b = _outline_near(rings_b, b.inner, _box(rings_a, a.box), tolerance)
    if not (len(edges_a) and len(edges_b)):
        return a.polygons, b.polygons, Seam(())
    moved_from, moved_to, way = _pair_vertices(
        _vertices(rings_a, edges_a), _vertices(rings_b, edges_b), tolerance
    )
    rings_b = replace(rings_b, xy=move_vertices(rings_b.xy, moved_from, moved_to))
    vertices_a, vertices_b = _vertices(rings_a, edges_a), _vertices(rings_b, edges_b)
    rings_a, added_a, far_a = insert_vertices(rings_a, edges_a, vertices_b, tolerance)
    rings_b, added_b, far_b = insert_vertices(rings_b, edges_b, vertices_a, tolerance)
    largest = max(way.max(initial=0.0), far_a, far_b)
    step = Seam((), int((way > _LAST_DIGITS).sum()), added_a + added_b, float(largest))
    result = like(rings_a.geometries(), a.polygons), like(rings_b.geometries(), b.polygons)
    return *result, step


def box_about(boxes: Floats) -> Floats:
    """Return the box about boxes, each least x and y, then largest; of none, `NO_BOX`."""
    every = np.vstack([NO_BOX, boxes])
    return np.concatenate([every[:, :2].min(axis=0), every[:, 2:].max(axis=0)])


def _box(rings: Rings, rest: Floats) -> Floats:
    """Return the box of a layer: that of its rings here, and of its polygons elsewhere."""
    here = np.concatenate([rings.xy.min(axis=0), rings.xy.max(axis=0)])
    return box_about(np.vstack([here, rest]))


def _outline_near(rings: Rings, inner: Floats, box: Floats, tolerance: float) -> Ints:
    """Return the outline edges of a layer that reach into the box of another."""
    edges = reaching(rings, cancel(rings), box, tolerance)
    return edges[~among(ends(rings, edges), inner)] if len(inner) else edges


def reaching(rings: Rings, edges: Ints, box: Floats, tolerance: float) -> Ints:
    """Return which edges reach into a box, but for the tolerance."""
    low, high = box[:2] - tolerance, box[2:] + tolerance
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
