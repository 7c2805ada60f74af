"""Faces: the regions that lines enclose, and how many polygons claim each of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geo_merge.edges import Bools, Floats, Geometries, Ints, cancel, chain, flatten


@dataclass(frozen=True)
class Faces:
    """The regions between the unmatched edges of polygons.

    Attributes
    ----------
    geometry
        One polygon a face, none overlapping another; shape (faces,).
    claims
        How many source polygons contain each face: 0 is a gap (or land outside), 1 belongs to
        one of them, 2 or more is an overlap; shape (faces,).
    edge_length
        Total length of the lines between the faces and around them, each counted once.
    """

    geometry: Geometries
    claims: Ints
    edge_length: float

    @property
    def is_coverage(self) -> bool:
        """Whether the polygons share all inner edges: no gap, no overlap, no odd vertex.

        Then every line has land on one side only, so that the faces have as much outline as there
        are lines; a line between two faces counts twice, a dangling one never.
        """
        outline = float(np.sum(shapely.length(self.geometry)))
        same = abs(outline - self.edge_length) <= 1e-12 * self.edge_length
        return bool(same and (self.claims == 1).all())

    @property
    def area_claimed_again(self) -> float:
        """Area that is counted more than once when the source areas are summed."""
        again = self.claims > 1
        return float(np.sum(shapely.area(self.geometry[again]) * (self.claims[again] - 1)))


def find_faces(geometries: Geometries) -> Faces:
    """Return the faces between the edges that no second polygon shares.

    Parameters
    ----------
    geometries
        Valid polygons or multipolygons. Polygons that share all their edges lie in one face.
    """
    rings = flatten(geometries)
    return faces_between(chain(rings, cancel(rings)), geometries)


def faces_between(lines: Geometries, geometries: Geometries) -> Faces:
    """Return the faces between lines, and how many of the polygons claim each."""
    noded = node(lines)
    faces = build_faces(noded)
    return Faces(faces, count_claims(faces, geometries), float(np.sum(shapely.length(noded))))


def node(lines: Geometries) -> Geometries:
    """Split lines where they cross, and drop duplicates."""
    if not len(lines):
        return lines
    collection = shapely.multilinestrings(lines)
    try:
        noded = shapely.node(collection)
    except shapely.GEOSException:  # the fast noder fails on some near coincidences
        noded = shapely.union_all(lines)
    return np.asarray(shapely.get_parts(noded))


def build_faces(lines: Geometries) -> Geometries:
    """Return the polygons that noded lines enclose.

    GEOS assigns holes in quadratic time, so loops that touch no other line are built apart and
    put into the faces around them with a spatial index.
    """
    if not len(lines):
        return np.empty(0, dtype=object)
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
    first = shapely.get_coordinates(shapely.get_point(merged, 0))
    free = _free_loops(merged)
    xy, ring = shapely.get_coordinates(merged[free], return_index=True)
    loops = shapely.polygons(shapely.linearrings(xy, indices=ring))
    around = _loops_around(loops, first[~free])
    free[np.flatnonzero(free)[around]] = False  # GEOS knows what lies inside these
    loops = loops[~around]
    woven = np.asarray(shapely.get_parts(shapely.polygonize(merged[~free])))
    return _put_into_faces(loops, first[free], np.concatenate([woven, loops]))


def _free_loops(lines: Geometries) -> Bools:
    """Tell which lines are closed and share their end with no other line."""
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(lines, k)) for k in (0, -1)])
    _, at, count = np.unique(ends, axis=0, return_inverse=True, return_counts=True)
    return np.asarray(shapely.is_closed(lines) & (count[at.ravel()[: len(lines)]] == 2))  # noqa: PLR2004


def _contained(polygons: Geometries, xy: Floats) -> tuple[Ints, Ints]:
    """Return pairs (point, polygon) where the polygon contains the point."""
    point, polygon = shapely.STRtree(polygons).query(shapely.points(xy))
    shapely.prepare(polygons[np.unique(polygon)])
    inside = shapely.contains_xy(polygons[polygon], xy[point, 0], xy[point, 1])
    return point[inside], polygon[inside]


def _loops_around(loops: Geometries, xy: Floats) -> Bools:
    """Tell which loops have one of the points inside."""
    around = np.zeros(len(loops), dtype=bool)
    if len(loops) and len(xy):
        around[_contained(loops, xy)[1]] = True
    return around


def _put_into_faces(
    loops: Geometries,
    xy: Floats,
    faces: Geometries,
) -> Geometries:
    """Cut each loop out of the smallest face around it; `xy` has a point of each loop.

    The loops are the last of the faces.
    """
    if not len(loops) or len(faces) == 1:
        return faces
    loop, face = _contained(faces, xy)
    other = face != loop + len(faces) - len(loops)
    loop, face = loop[other], face[other]
    smallest = np.lexsort((shapely.area(faces[face]), loop))
    loop, face = loop[smallest], face[smallest]
    loop, first = np.unique(loop, return_index=True)
    face = face[first]
    result = faces.copy()
    for k in np.unique(face):
        inner = [shapely.get_exterior_ring(each) for each in loops[loop[face == k]]]
        result[k] = shapely.polygons(
            shapely.get_exterior_ring(faces[k]), holes=[*faces[k].interiors, *inner]
        )
    return result


def count_claims(faces: Geometries, geometries: Geometries) -> Ints:
    """Count the polygons that contain each face."""
    if not len(faces):
        return np.empty(0, dtype=np.int64)
    points = shapely.point_on_surface(faces)
    xy = shapely.get_coordinates(points)
    tree = shapely.STRtree(geometries)
    face, owner = tree.query(points)
    shapely.prepare(geometries[np.unique(owner)])
    inside = shapely.contains_xy(geometries[owner], xy[face, 0], xy[face, 1])
    touched = shapely.intersects_xy(geometries[owner], xy[face, 0], xy[face, 1])
    claims = np.bincount(face[inside], minlength=len(faces))
    # A point on the border between two claimants is inside neither.
    for k in np.unique(face[touched & ~inside]):
        near = tree.query(faces[k], predicate="intersects")
        claimed = float(shapely.area(shapely.intersection(faces[k], geometries[near])).sum())
        area = float(shapely.area(faces[k]))
        claims[k] = round(claimed / area) if area else 1
    return claims
