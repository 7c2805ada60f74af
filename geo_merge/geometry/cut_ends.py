"""Where cuts end on borders: both sides share the vertex, on the line of the file.

A cut ends somewhere along an edge. The part on either side of it has a vertex there, and so must
whoever has the land beyond the edge, else the units are no coverage at that place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely
from pyproj import CRS

from geo_merge.geometry.areas import carried, transformer
from geo_merge.geometry.edges import hash_vertices
from geo_merge.geometry.junctions import beside, share_vertices
from geo_merge.geometry.longitudes import TURN
from geo_merge.geometry.plane_vertices import PlaneVertices
from geo_merge.geometry.projection import WGS84, Projection, metres_per_unit
from geo_merge.geometry.rings import (
    Bools,
    Floats,
    Geometries,
    Ints,
    Rings,
    flatten,
    is_polygonal,
    without_vertices,
)
from geo_merge.geometry.seam import join, like, move_vertices

# Metres within which a vertex lies on an edge: a crossing of edges is computed, and rounded.
ON_EDGE = 1e-6
# Metres by which a line that ends on an edge may fall short of it in the plane: a millionth of the
# longest (see `curves`). And metres by which it is made longer then.
_SHORT, _FURTHER = 0.5, 5.0

# Metres within which a place on a line is the end of what cut: that is on the line too.
_THERE = 0.01
# Of a degree, ten micrometres: the way to a plane and back is more exact.
_DECIMALS = 10


def on_outline(whole: Geometries, parts: Geometries) -> tuple[Geometries, Geometries]:
    """Return a unit, shape (1,), and its parts with each other's vertices along its outline.

    An overlay leaves parts beside the edges of the unit by the rounding of a crossing, which would
    be a hairline between them.
    """
    first, *others = join([whole, *np.split(parts, len(parts))], ON_EDGE).layers
    return first, np.concatenate(others)


def without_needless(whole: Geometries, parts: Geometries) -> Geometries:
    """Return parts without vertices along the outline of their unit at which no cut ends.

    What cuts may run along the outline as another drawing of it, and cross it here and there: of
    that nothing is left but such vertices, each of one part alone.
    """
    rings = flatten(parts)
    new = _vertices_beyond(rings, flatten(whole))
    places, count = np.unique(rings.xy[new], axis=0, return_counts=True)
    edges = _edges(whole)
    alone = places[count == 1]
    needless = PlaneVertices.of(alone[np.unique(_on(alone, edges)[0])])
    gone = np.flatnonzero(needless.among(rings.xy))
    if not len(gone):
        return parts
    slim = like(without_vertices(rings, gone).geometries(), parts)
    return np.where(shapely.is_valid(slim), slim, parts)


def meeting(
    units: Geometries, divided: Bools, cutters: Geometries, crs: CRS
) -> tuple[Geometries, Geometries]:
    """Return polygons whose edges have each other's vertices that lie on them in degrees.

    A border of kilometres got vertices of its own in each file for the plane, between which the
    files are some centimetres apart there.

    Parameters
    ----------
    units, cutters
        Polygons; anything else stays as it is.
    divided
        Which units are cut; the others get vertices along these alone. Shape (units,).
    crs
        Their CRS, in metres.
    """
    every = np.concatenate([units, cutters])
    known = np.flatnonzero(is_polygonal(every))
    xy, way = shapely.get_coordinates(every[known]), Projection(crs)
    placed = shapely.transform(every[known], lambda at: np.round(way(at), _DECIMALS) + 0.0)
    hashes, first = np.unique(hash_vertices(shapely.get_coordinates(placed)), return_index=True)
    every_edge = np.ones(len(placed), dtype=bool)  # also one that two units share
    shared = share_vertices(placed, metres_per_unit(WGS84), suspects=every_edge)
    changed = shared.changed
    if not len(changed):
        return units, cutters
    rings = flatten(shared.geometries[changed])
    rings = replace(rings, xy=xy[first[np.searchsorted(hashes, hash_vertices(rings.xy))]])
    changed, cut = known[changed], np.flatnonzero(divided)
    every[changed] = like(rings.geometries(), every[changed])
    beside_cut = (changed < len(units)) & ~np.isin(changed, cut)
    foreign = _vertices_beyond(rings, flatten(np.concatenate([units, every[cut]])))
    gone = foreign[beside_cut[rings.owner[rings.run_of(foreign)]]]
    every[changed] = like(without_vertices(rings, gone).geometries(), every[changed])
    return every[: len(units)], every[len(units) :]


def share_ends(
    shapes: Geometries,
    cut: Sequence[tuple[Geometries, Ints]],
    crs: CRS,
    only_plane: PlaneVertices,
) -> Geometries:
    """Return units with the vertices at which cuts end, on both sides of each border.

    Parameters
    ----------
    shapes
        The polygons of all units and parts; shape (n,).
    cut
        For each unit that was cut its polygon, shape (1,), and which of the shapes are its parts.
    crs
        Their CRS, in metres.
    only_plane
        Vertices that edges straight in degrees have for that CRS alone: a cut that ends between
        two of these ends on the line in degrees, some centimetres beside that of the plane.
    """
    result = shapes.copy()
    known = np.flatnonzero(is_polygonal(shapes))
    tree = shapely.STRtree(shapes[known])
    moves = []
    for whole, own in cut:
        box = shapely.box(*(shapely.total_bounds(whole) + np.array([-1, -1, 1, 1])))
        near = np.setdiff1d(known[tree.query(box)], own)
        sides = [result[near], result[own]] if len(near) else [result[own]]
        *others, result[own] = join(sides, ON_EDGE).layers
        if others:
            result[near] = others[0]
        moves.append(_onto_lines(whole, result[own], crs, only_plane))
    return _moved(result, np.concatenate(moves)) if moves else result


def _onto_lines(
    whole: Geometries, parts: Geometries, crs: CRS, only_plane: PlaneVertices
) -> Floats:
    """Return where cuts end on edges straight in degrees, and the place on that line.

    Returns
    -------
    numpy.ndarray
        x and y of the end, then of its place; shape (ends, 4).
    """
    none, edges = np.empty((0, 4)), _edges(whole)
    edges = edges[only_plane.among(edges[:, :2]) | only_plane.among(edges[:, 2:])]
    if not len(edges):
        return none
    rings = flatten(parts)
    ends = np.unique(rings.xy[_vertices_beyond(rings, flatten(whole))], axis=0)
    end, edge = _on(ends, edges)
    _, first = np.unique(end, return_index=True)
    end, edge = end[first], edge[first]
    if not len(end):
        return none
    degrees = Projection(crs)
    a, v, b = (degrees(xy) for xy in (edges[edge, :2], ends[end], edges[edge, 2:]))
    for other in (v, b):  # across 180°
        other[:, 0] -= TURN * np.rint((other - a)[:, 0] / TURN)
    along = b - a
    share = np.einsum("ij,ij->i", v - a, along) / np.einsum("ij,ij->i", along, along)
    place = carried(transformer(WGS84, crs), a + along * share[:, None])
    there = np.setdiff1d(np.arange(len(ends)), end)  # where what cut ends, if it ends on the edge
    if len(there):
        tree = shapely.STRtree(shapely.points(ends[there]))
        near, k = tree.query_nearest(shapely.points(place), max_distance=_THERE, all_matches=False)
        place[near] = ends[there[k]]
    return np.hstack([ends[end], place])


def _moved(shapes: Geometries, moves: Floats) -> Geometries:
    """Return polygons with vertices at their new places, wherever they occur."""
    if not len(moves):
        return shapes
    near = np.unique(shapely.STRtree(shapes).query(shapely.points(moves[:, :2]))[1])
    near = near[is_polygonal(shapes[near])]
    rings = flatten(shapes[near])
    moved = replace(rings, xy=move_vertices(rings.xy, moves[:, :2], moves[:, 2:]))
    result = shapes.copy()
    result[near] = shapely.remove_repeated_points(like(moved.geometries(), shapes[near]))
    sound = shapely.is_valid(result[near]) | ~shapely.is_valid(shapes[near])
    return result if sound.all() else shapes


def reaching(lines: Geometries, outline: Geometries) -> Geometries:
    """Return lines, and more of those that end just short of an outline, or of each other.

    What ends on an edge of a file lies some centimetres beside it in a plane that bends the edge.

    Parameters
    ----------
    lines
        LineStrings that cross nowhere; shape (n,).
    outline
        What they are to reach, shape (1,).
    """
    begin, end = (shapely.get_coordinates(shapely.get_point(lines, k)) for k in (0, -1))
    second, last = (shapely.get_coordinates(shapely.get_point(lines, k)) for k in (1, -2))
    ends, before = np.concatenate([begin, end]), np.concatenate([second, last])
    _, of, count = np.unique(ends, axis=0, return_inverse=True, return_counts=True)
    points, own = shapely.points(ends), np.tile(np.arange(len(lines)), 2)
    near, line = shapely.STRtree(lines).query(points, predicate="dwithin", distance=_SHORT)
    meets = shapely.dwithin(points, outline[0], _SHORT)
    meets[near[line != own[near]]] = True
    free = np.flatnonzero(meets & (count[of.ravel()] == 1))
    step = ends[free] - before[free]
    step *= _FURTHER / np.hypot(*step.T)[:, None]
    more = shapely.linestrings(np.stack([ends[free], ends[free] + step], axis=1))
    return np.concatenate([lines, np.atleast_1d(more)])


def _edges(polygons: Geometries) -> Floats:
    """Return the edges of polygons by both of their ends; shape (edges, 4)."""
    rings = flatten(polygons)
    edges = rings.edges()
    return np.hstack([rings.xy[edges], rings.xy[edges + 1]])


def _vertices_beyond(rings: Rings, others: Rings) -> Ints:
    """Return the vertices that other rings do not have; the one that closes a ring once."""
    edges = rings.edges()
    return edges[~np.isin(hash_vertices(rings.xy[edges]), hash_vertices(others.xy))]


def _on(vertices: Floats, edges: Floats) -> tuple[Ints, Ints]:
    """Return pairs of a vertex and an edge on which it lies."""
    if not len(vertices):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    vertex, edge, *_ = beside(vertices, edges[:, :2], edges[:, 2:], np.full(len(edges), ON_EDGE))
    return vertex, edge
