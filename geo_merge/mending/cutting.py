"""Cutting faces of an arrangement in pieces that still share every vertex with their neighbours."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.geometry.edges import unmatched
from geo_merge.geometry.faces import AREA_TOLERANCE
from geo_merge.geometry.rings import Geometries, Ints
from geo_merge.mending.arrangement import Arrangement, between

_Vertex = tuple[float, float]
_Edge = tuple[_Vertex, _Vertex]


def cut(arrangement: Arrangement, lines: Mapping[int, BaseGeometry]) -> tuple[Arrangement, Ints]:
    """Cut some faces along lines, and leave all others as they are.

    To note all edges again with the lines among them would move the crossings of edges that nearly
    coincide: faces of a nanometre would come and go.

    Parameters
    ----------
    arrangement
        The faces.
    lines
        The lines for each face that is to be cut; one that they do not cut stays whole.

    Returns
    -------
    Arrangement, numpy.ndarray
        The faces afterwards, and of which face each is a part.
    """
    parts = {k: np.array([face], dtype=object) for k, face in enumerate(arrangement.faces)}
    beside = defaultdict(set)
    for one, two in zip(arrangement.one.tolist(), arrangement.two.tolist(), strict=True):
        beside[one].add(two)
        beside[two].add(one)
    for face, line in lines.items():
        (whole,) = parts[face]
        pieces = _pieces(whole, line)
        added = _added(whole, pieces)
        for other in beside[face] if added else ():
            parts[other] = np.array([_with(part, added) for part in parts[other]], dtype=object)
        parts[face] = pieces
    parent = np.repeat(np.arange(len(parts)), [len(pieces) for pieces in parts.values()])
    claimants = [arrangement.claimants[k] for k in parent]
    return between(np.concatenate([*parts.values()]), claimants), parent


def _pieces(face: BaseGeometry, lines: BaseGeometry) -> Geometries:
    """Return what lines make of a polygon."""
    noded = shapely.union_all([*shapely.get_rings(face), lines])
    pieces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    pieces = pieces[shapely.contains_properly(face, shapely.point_on_surface(pieces))]
    missing = abs(float(shapely.area(pieces).sum()) - face.area)
    whole = missing > AREA_TOLERANCE * face.area or not shapely.is_valid(pieces).all()
    return np.array([face], dtype=object) if whole else pieces


def _added(face: BaseGeometry, pieces: Geometries) -> dict[_Edge, list[_Vertex]]:
    """Return the vertices that the edges of a polygon got when it was cut, in their order."""
    known = {v for ring in shapely.get_rings(face) for v in _vertices(ring)}
    new = sorted(set(_tuples(unmatched(pieces).xy)) - known)
    if not new:
        return {}
    edges = [e for ring in shapely.get_rings(face) for e in pairwise(_vertices(ring))]
    tree = shapely.STRtree(shapely.linestrings(edges))
    vertex, edge = tree.query_nearest(shapely.points(new), all_matches=False)
    found: dict[_Edge, list[_Vertex]] = defaultdict(list)
    for v, e in zip(vertex.tolist(), edge.tolist(), strict=True):
        found[edges[e]].append(new[v])
    result = {}
    for (a, b), vertices in found.items():
        along = sorted(vertices, key=lambda v: (v[0] - a[0]) ** 2 + (v[1] - a[1]) ** 2)
        result[a, b], result[b, a] = along, along[::-1]
    return result


def _with(polygon: BaseGeometry, added: Mapping[_Edge, Sequence[_Vertex]]) -> BaseGeometry:
    """Return a polygon with the vertices that its edges got."""
    rings = []
    for ring in shapely.get_rings(polygon):
        vertices = _vertices(ring)
        more = [[*added.get((a, b), ()), b] for a, b in pairwise(vertices)]
        rings.append([vertices[0], *(v for run in more for v in run)])
    return shapely.Polygon(rings[0], rings[1:])


def _vertices(ring: BaseGeometry) -> list[_Vertex]:
    return _tuples(shapely.get_coordinates(ring) + 0.0)


def _tuples(xy: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> list[_Vertex]:
    return [(x, y) for x, y in xy.tolist()]
