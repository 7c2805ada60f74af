"""The arrangement of polygons: the faces between all of their edges, and who claims each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from geo_merge.geometry.edges import unmatched
from geo_merge.geometry.faces import Faces, faces_between
from geo_merge.geometry.rings import Floats, Geometries, Ints, flatten


@dataclass(frozen=True)
class Arrangement:
    """Faces, each wholly inside or wholly outside every polygon.

    Attributes
    ----------
    faces
        One polygon a face; bounded ones only, so the land around all polygons is none of them.
    claimants
        For each face the polygons that contain it, as positions in the input, ascending: none of
        a gap, several of an overlap.
    one, two
        Pairs of faces that share a border; shape (pairs,) each.
    border
        The border that each pair shares, a MultiLineString; shape (pairs,).
    length
        Its length; shape (pairs,).
    """

    faces: Geometries
    claimants: tuple[tuple[int, ...], ...]
    one: Ints
    two: Ints
    border: Geometries
    length: Floats


def arrange(geometries: Geometries) -> Arrangement:
    """Return the arrangement of valid polygons.

    The edges are split where they cross and keep all of their vertices, so polygons that are put
    together from the faces share every vertex of their borders.

    Parameters
    ----------
    geometries
        Valid polygons or multipolygons, none null or empty; shape (n,).
    """
    rings = shapely.get_rings(shapely.get_parts(geometries))
    area = float(np.sum(shapely.area(geometries)))
    faces = faces_between(rings, unmatched(geometries), area)
    return between(faces.geometry, _claimants(faces, geometries))


def between(faces: Geometries, claimants: Sequence[tuple[int, ...]]) -> Arrangement:
    """Return the arrangement of faces that share the vertices of their borders."""
    one, two, edge = shared_edges(faces)
    pair, group = np.unique(np.stack([one, two], axis=1), axis=0, return_inverse=True)
    order = np.argsort(group.ravel(), kind="stable")
    border = shapely.multilinestrings(edge[order], indices=group.ravel()[order])
    return Arrangement(
        faces, tuple(claimants), pair[:, 0], pair[:, 1],
        np.asarray(border), np.asarray(shapely.length(border)),
    )  # fmt: skip


def _claimants(faces: Faces, geometries: Geometries) -> tuple[tuple[int, ...], ...]:
    """Return the polygons that contain each face: those around a point of it.

    Where they are not as many as the face is known to be claimed by (a point on a border, in a
    face of a few nanometres), those are taken that cover most of it.
    """
    tree = shapely.STRtree(geometries)
    points = shapely.point_on_surface(faces.geometry)
    face, owner = tree.query(points)
    shapely.prepare(geometries[np.unique(owner)])
    xy = shapely.get_coordinates(points)[face]
    inside = shapely.contains_xy(geometries[owner], xy[:, 0], xy[:, 1])
    face, owner = face[inside], owner[inside]
    order = np.lexsort((owner, face))
    count = np.bincount(face, minlength=len(points))
    split = np.split(owner[order], np.cumsum(count)[:-1])
    result = [tuple(map(int, owners)) for owners in split]
    for k in np.flatnonzero(count != faces.claims):
        near = tree.query(faces.geometry[k], predicate="intersects")
        covered = shapely.area(shapely.intersection(faces.geometry[k], geometries[near]))
        best = near[np.argsort(-covered, kind="stable")][: faces.claims[k]]
        result[k] = tuple(sorted(map(int, best)))
    return tuple(result)


def shared_edges(faces: Geometries) -> tuple[Ints, Ints, Geometries]:
    """Return pairs of faces, the lower first, with each edge that they share."""
    rings = flatten(faces)
    edges = np.delete(np.arange(len(rings.xy)), rings.start[1:] - 1)
    face = rings.owner[rings.run_of(edges)]
    vertex = np.ascontiguousarray(rings.xy).view(np.complex128).ravel()
    ends = np.sort(vertex[edges[:, None] + [0, 1]], axis=1)
    order = np.lexsort((face, ends[:, 1], ends[:, 0]))
    ends, face, edges = ends[order], face[order], edges[order]
    same = np.flatnonzero((ends[1:] == ends[:-1]).all(axis=1))
    lines = shapely.linestrings(
        np.stack([rings.xy[edges[same]], rings.xy[edges[same] + 1]], axis=1)
    )
    return face[same], face[same + 1], np.asarray(lines)
