"""Vertices that one side of a border lacks, given to it before anything is projected.

A straight edge in one CRS is a curve in another: a parallel of 30 km bulges by 30 m in a UTM zone.
Where one neighbour has a vertex on it and the other has not, projecting opens a hole between them.
So both sides get the vertex in the CRS of the file, in which an edge is a straight line (RFC 7946
section 3.1.1 says so of GeoJSON). No vertex moves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import shapely

from geo_merge.geometry import curves
from geo_merge.geometry.edge_ends import among, ends, loose
from geo_merge.geometry.edges import hash_vertices
from geo_merge.geometry.rings import (
    Bools,
    Floats,
    Geometries,
    Ints,
    Rings,
    edge_lengths,
    flatten,
    is_polygonal,
    ranges,
    somewhere,
)
from geo_merge.geometry.seam import has_vertices, like

# Metres. The bulge of a shorter edge is below 0.1 mm: 2.7e-7 per metre at 60° N, times L² / 8.
LONG_EDGE = 50.0
# Metres. Rounded coarser than to the 7th decimal of a degree, a vertex is not surely on an edge.
MOST = 0.02
# A corner and both ends of an edge are each off by half of a cell's diagonal.
_CELLS_OFF = 1.42
_DECIMALS = 11
_ULPS = 16
# Cells along each side of the raster that leaves out vertices with no such edge near.
_RASTER = 4096
_CHUNK = 2**17  # vertices
# Vertices that are held against all edges at first, and pairs of both that are looked at together.
_FIRST, _PAIRS = 2**10, 1_000_000
Bulge = Callable[[Floats, Floats], Floats]
Bends = Callable[[Floats, Floats], Bools]


@dataclass(frozen=True)
class Shared:
    """Polygons whose borders have the same vertices on both sides.

    Attributes
    ----------
    geometries
        The polygons; those that nothing happened to are the same objects.
    changed
        Which of them got vertices; shape (changed,).
    stretched
        Which have edges that a plane bends, see `curves.bends`; shape (stretched,).
    added
        How many vertices that are.
    largest
        How far an edge was bent to a vertex that lies on it but for rounding, in the unit of the
        CRS.
    swept
        The land between edges and their new course, in squares of that unit.
    beside
        Those of the vertices that no polygon had: places on edges beside a vertex; shape (n, 2).
    """

    geometries: Geometries
    changed: Ints
    stretched: Ints
    added: int = 0
    largest: float = 0.0
    swept: float = 0.0
    beside: Floats = field(default_factory=lambda: np.empty((0, 2)))


@dataclass(frozen=True)
class _Meetings:
    """Vertices for edges in their order along them, how far each is off, and which lie on one.

    Shape (n,) each; the others are places beside a vertex.
    """

    edge: Ints
    at: Floats
    off: Floats
    on: Bools

    def take(self, chosen: Bools) -> _Meetings:
        return _Meetings(self.edge[chosen], self.at[chosen], self.off[chosen], self.on[chosen])


@dataclass(frozen=True)
class Around:
    """What a part of a layer must know of the others.

    Attributes
    ----------
    edges
        Long edges that no two polygons of any parts share, land on the left; see `loose_edges`.
    vertices
        The vertices near them; shape (n, 2).
    """

    edges: Floats
    vertices: Floats


def loose_edges(geometries: Geometries, metres: float) -> Floats:
    """Return the long edges that no neighbour shares, by their ends, land on the left.

    Returns
    -------
    numpy.ndarray
        x and y of one end, then of the other; shape (n, 4).
    """
    known = _known(geometries)
    if not len(known):
        return np.empty((0, 4))
    rings = flatten(geometries[known])
    left, _ = loose(rings, np.flatnonzero(edge_lengths(rings) > LONG_EDGE / metres))
    return ends(rings, left)


def suspected_edges(geometries: Geometries, suspects: Bools, metres: float) -> Floats:
    """Return the long edges of suspects, see `share_vertices`, by their ends, both ways.

    Returns
    -------
    numpy.ndarray
        x and y of one end, then of the other; shape (n, 4).
    """
    known = _known(geometries[suspects])
    if not len(known):
        return np.empty((0, 4))
    rings = flatten(geometries[suspects][known])
    edges = ends(rings, np.flatnonzero(edge_lengths(rings) > LONG_EDGE / metres))
    return np.concatenate([edges, np.roll(edges, 2, axis=1)])


def vertices_near(geometries: Geometries, edges: Floats, reach: float) -> Floats:
    """Return the vertices of polygons that are perhaps within reach of edges; shape (n, 2)."""
    known = _known(geometries)
    if not (len(known) and len(edges)):
        return np.empty((0, 2))
    rings = flatten(geometries[known])
    return rings.xy[_near(rings, edges[:, :2], edges[:, 2:], reach)]


def _known(geometries: Geometries) -> Ints:
    """Return which geometries are polygons whose vertices are all somewhere."""
    which = np.flatnonzero(is_polygonal(geometries) & somewhere(geometries))
    # Bounds pass over a vertex that is not a number, a length does not.
    known: Ints = which[np.isfinite(shapely.length(geometries[which]))]
    return known


def share_vertices(
    geometries: Geometries,
    metres: float,
    *,
    bulge: Bulge | None = None,
    bends: Bends | None = None,
    suspects: Bools | None = None,
    around: Around | None = None,
) -> Shared:
    """Give edges the vertices of other edges that lie on them.

    Parameters
    ----------
    geometries
        Anything; what is no polygon stays as it is. Shape (n,).
    metres
        Metres in a unit of their CRS.
    bulge
        Returns how far edges, given by their ends, will bulge, in the unit of the CRS. A vertex
        that lies so near to an edge would come to lie on its other side: the edge gets a vertex
        beside it.
    bends
        Tells which long edges, given by their ends, the plane bends.
    suspects
        Polygons that must not touch themselves: their edges are looked at too where a neighbour
        has the same. Shape (n,).
    around
        What other parts of the layer have, if these are not all of its polygons: with suspects
        among the edges are theirs too, in any part, both ways; see `suspected_edges`.
    """
    which = _known(geometries)
    none = np.empty(0, dtype=np.int64)
    if not len(which):
        return Shared(geometries, none, none)
    rings = flatten(geometries[which])
    lengths = edge_lengths(rings)
    stretched = none if bends is None else which[_stretched(rings, lengths, metres, bends)]
    nothing = Shared(geometries, none, stretched)
    suspected = None if suspects is None else suspects[which]
    if around is None:
        edges = _candidates(rings, lengths, LONG_EDGE / metres, suspected)
    else:
        edges = np.flatnonzero(lengths > LONG_EDGE / metres)
        edges = edges[among(ends(rings, edges), around.edges)]
    if not len(edges):
        return nothing
    most = MOST / metres
    bulges = np.zeros(len(edges))
    if bulge is not None:
        bulges = bulge(rings.xy[edges], rings.xy[edges + 1])
    others = None if around is None else around.vertices
    found = _meetings(rings, edges, bulges, most, others)
    if not len(found.edge):
        return nothing
    found = _new(rings, edges, found)
    if not len(found.edge):
        return nothing
    swept = _swept(rings.xy[edges], rings.xy[edges + 1], found)
    rings, changed, added = _insert(rings, edges, found)
    changed = which[changed]
    shapes = like(rings.geometries(), geometries[changed])
    # A polygon that touches itself but for rounding may not bear a vertex more: it stays.
    sound = shapely.is_valid(shapes) | ~shapely.is_valid(geometries[changed])
    result = geometries.copy()
    result[changed[sound]] = shapes[sound]
    return Shared(
        result, changed[sound], stretched, int(added[sound].sum()), float(found.off.max()), swept,
        found.at[~found.on],
    )  # fmt: skip


def _stretched(rings: Rings, lengths: Floats, metres: float, bends: Bends) -> Ints:
    """Return which polygons have edges that a plane bends."""
    long = np.flatnonzero(lengths > curves.LONG_EDGE / metres)
    if not len(long):
        return long
    bent = long[bends(rings.xy[long], rings.xy[long + 1])]
    return np.unique(rings.owner[rings.run_of(bent)])


def rounding(xy: Floats) -> Floats:
    """Return how far the vertices may be off what they were rounded from.

    By the fewest decimals that hold both coordinates; else by the digits of floating point.

    Parameters
    ----------
    xy
        Vertices, shape (n, 2).
    """
    last = np.spacing(np.abs(xy).max(axis=1))
    result: Floats = _ULPS * last
    for decimals in range(_DECIMALS, -1, -1):
        scaled = xy * 10.0**decimals
        near = np.maximum(1e-4, last * 10.0**decimals)
        on_grid = np.abs(scaled - np.rint(scaled)).max(axis=1) <= near
        result[on_grid] = np.maximum(_CELLS_OFF * 10.0**-decimals, _ULPS * last)[on_grid]
    return result


def _candidates(rings: Rings, lengths: Floats, long: float, suspects: Bools | None) -> Ints:
    """Return the long edges that no neighbour shares, and all like those of suspects."""
    edges = np.flatnonzero(lengths > long)
    left, crowd = loose(rings, edges)
    # Of edges drawn more than once, each is loose if more run its way than the other.
    left = np.union1d(left, crowd[among(ends(rings, crowd), ends(rings, left))])
    if suspects is None or not len(edges):
        return left
    hashes = hash_vertices(rings.xy)
    keys = hashes[edges] + hashes[edges + 1]
    suspect = np.isin(keys, keys[suspects[rings.owner[rings.run_of(edges)]]], kind="sort")
    return np.union1d(left, edges[suspect])


def _near(rings: Rings, a: Floats, b: Floats, reach: float) -> Ints:
    """Return the vertices with an edge in their cell of a raster, or in the next one."""
    low = np.array([v.min() for v in rings.xy.T])  # axis=0 takes ten times as long
    extent = max(v.max() - v.min() for v in rings.xy.T)
    cell = max(float(extent) / _RASTER, 2 * reach, 1e-300)
    raster = np.zeros((_RASTER + 6, _RASTER + 6), dtype=bool)
    length = np.hypot(*(b - a).T)
    steps = np.ceil(length / cell).astype(np.int64) + 1
    pieces = np.flatnonzero(np.diff(np.cumsum(steps) // _PAIRS)) + 1
    for some in np.split(np.arange(len(a)), pieces):
        edge = np.repeat(some, steps[some])
        at, _ = ranges(np.zeros(len(some), dtype=np.int64), steps[some])
        share = (at / np.maximum(steps[edge] - 1, 1))[:, None]
        cells = np.floor((a[edge] + (b - a)[edge] * share - low) / cell).astype(np.int64) + 2
        # Edges of other parts of a layer may lie elsewhere.
        column, row = cells[((cells > 0) & (cells < _RASTER + 5)).all(axis=1)].T
        for x in (-1, 0, 1):
            for y in (-1, 0, 1):
                raster[column + x, row + y] = True
    near = np.empty(len(rings.xy), dtype=bool)
    for begin in range(0, len(near), _CHUNK):  # so that no more than these are in memory twice
        chunk = slice(begin, begin + _CHUNK)
        column, row = (
            ((v - least) / cell).astype(np.int64) + 2
            for v, least in zip(rings.xy[chunk].T, low, strict=True)
        )
        near[chunk] = raster[column, row]
    near[rings.start[1:] - 1] = False  # the closing vertex is the first one again
    return np.flatnonzero(near)


def _meetings(
    rings: Rings, edges: Ints, bulges: Floats, most: float, others: Floats | None
) -> _Meetings:
    """Return the vertices that lie on edges, and places on edges where one lies in the bulge."""
    a, b = rings.xy[edges], rings.xy[edges + 1]
    reach = np.maximum(bulges, most)
    near = _near(rings, a, b, float(reach.max()))
    vertices = own = rings.xy[near]
    if others is not None:
        ends, most_reach = np.concatenate([a, b]), reach.max()
        vertices = _inside(others, ends.min(axis=0) - most_reach, ends.max(axis=0) + most_reach)
    point, edge, t, off, length = beside(vertices, a, b, reach)
    exact = np.maximum.reduce([rounding(xy) for xy in (a[edge], b[edge], vertices[point])])
    exact = np.minimum(exact, most)
    on = off <= exact
    there = has_vertices(own, rings.run_of(near), vertices[point], rings.run_of(edges[edge]))
    new = np.where(on, ~there, off <= bulges[edge]) & (t > exact) & (t < length - exact)
    at = np.where(on[:, None], vertices[point], a[edge] + (b - a)[edge] * (t / length)[:, None])
    order = np.flatnonzero(new)[np.lexsort((t[new], edge[new]))]
    return _Meetings(edge[order], at[order], np.where(on, off, 0.0)[order], on[order])


def beside(
    vertices: Floats, a: Floats, b: Floats, reach: Floats
) -> tuple[Ints, Ints, Floats, Floats, Floats]:
    """Return pairs (vertex, edge) within reach, how far along and off that is, and its length.

    No more vertices are looked at together than memory has room for, should all lie within the
    boxes of all edges.
    """
    low, high = np.minimum(a, b) - reach[:, None], np.maximum(a, b) + reach[:, None]
    tree = shapely.STRtree(shapely.box(*low.T, *high.T))
    found, begin, some = [], 0, _FIRST
    while begin < max(len(vertices), 1):
        point, edge = tree.query(shapely.points(vertices[begin : begin + some]))
        along, far = (b - a)[edge], vertices[begin + point] - a[edge]
        length = np.hypot(*along.T)
        t = np.einsum("ij,ij->i", far, along) / length
        off = np.abs(along[:, 0] * far[:, 1] - along[:, 1] * far[:, 0]) / length
        inside = (off <= reach[edge]) & (t > 0) & (t < length)
        found.append([v[inside] for v in (begin + point, edge, t, off, length)])
        begin += some
        some = max(1, min(4 * some, some * _PAIRS // max(len(point), 1)))
    point, edge, t, off, length = (np.concatenate(each) for each in zip(*found, strict=True))
    return point, edge, t, off, length


def _inside(xy: Floats, low: Floats, high: Floats) -> Floats:
    """Return the vertices in a box: those of a whole layer are many more than a part has."""
    return xy[((xy >= low) & (xy <= high)).all(axis=1)]


def _new(rings: Rings, edges: Ints, found: _Meetings) -> _Meetings:
    """Return the vertices that an edge has not yet, each once."""
    begin, end = rings.xy[edges[found.edge]], rings.xy[edges[found.edge] + 1]
    new = ~((found.at == begin).all(axis=1) | (found.at == end).all(axis=1))
    again = (found.edge[1:] == found.edge[:-1]) & (found.at[1:] == found.at[:-1]).all(axis=1)
    new[1:] &= ~again
    return found.take(new)


def _swept(begin: Floats, end: Floats, found: _Meetings) -> float:
    """Return the land between edges and their new course: trapezoids between the vertices."""
    first = np.append(True, found.edge[1:] != found.edge[:-1])
    last = np.append(first[1:], True)
    before = np.where(first[:, None], begin[found.edge], np.roll(found.at, 1, axis=0))
    off = found.off + np.where(first, 0.0, np.roll(found.off, 1))
    rest = found.off[last] * np.hypot(*(end[found.edge] - found.at)[last].T)
    return float(np.sum(off * np.hypot(*(found.at - before).T)) + np.sum(rest)) / 2


def _insert(rings: Rings, edges: Ints, found: _Meetings) -> tuple[Rings, Ints, Ints]:
    """Return the polygons that change with more vertices, which, and how many each got."""
    edge = edges[found.edge]
    polygon = rings.owner[rings.run_of(edge)]
    changed, count = np.unique(polygon, return_counts=True)
    some = rings.take(changed)
    moved = some.vertex_start[:-1] - rings.vertex_start[changed]
    at = edge + 1 + moved[np.searchsorted(changed, polygon)]
    added = np.bincount(some.run_of(at - 1), minlength=len(some.owner))
    start = some.start + np.concatenate([[0], np.cumsum(added)])
    xy = np.insert(some.xy, at, found.at, axis=0)
    return replace(some, xy=xy, start=start), changed, count
