"""Faces: the regions that lines enclose, and how many polygons claim each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.geometry.edges import Unmatched, unmatched
from geo_merge.geometry.rings import Bools, Floats, Geometries, Ints
from geo_merge.geometry.winding import Outlines

# Area of the faces against area of the polygons, relative.
AREA_TOLERANCE = 1e-9
# Of the resolution of coordinates: 16 of their last bits, what a projection leaves of them.
LAST_BITS = 2.0**-8
# Points from which on it pays to prepare a polygon (measured on the 34 provinces).
_MANY = 16
# Inner points that are tried on a face.
_ATTEMPTS = 6


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
    unmatched
        The edges that the faces were made from; None if they were made from other lines.
    """

    geometry: Geometries
    claims: Ints
    edge_length: float
    unmatched: Unmatched | None = None

    @property
    def is_coverage(self) -> bool:
        """Whether the polygons share all inner edges: no gap, no overlap, no odd vertex.

        Then every line has land on one side only: no two faces share an edge (they would make no
        valid multipolygon), and none dangles (the faces have as much outline as there are lines).
        """
        outline = float(np.sum(shapely.length(self.geometry)))
        return bool(
            abs(outline - self.edge_length) <= 1e-12 * self.edge_length
            and (self.claims == 1).all()
            and shapely.is_valid(shapely.multipolygons(self.geometry))
        )

    def explains(self, area: float) -> bool:
        """Tell whether the faces, each as often as it is claimed, have the area of the source.

        In small layers far from the origin, what the last bits of coordinates make of all edges is
        more than a share of the area.
        """
        claimed = float(np.sum(shapely.area(self.geometry) * self.claims))
        rounding = LAST_BITS * resolution(self.geometry) * self.edge_length
        return abs(claimed - area) <= AREA_TOLERANCE * area + rounding

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
    return faces_of(unmatched(geometries), float(np.sum(shapely.area(geometries))))


def faces_of(left: Unmatched, area: float, lines: Geometries | None = None) -> Faces:
    """Return the faces between unmatched edges of polygons that have so much area in all.

    `lines` are the edges as lines, if they were made already.
    """
    lines = left.lines() if lines is None else lines
    return replace(faces_between(lines, left, area), unmatched=left)


def faces_between(lines: Geometries, outlines: Unmatched, area: float) -> Faces:
    """Return the faces between lines, and how many polygons claim each.

    GEOS' noders fail on some edges that nearly coincide, each on others; the next one is tried
    until the faces have the area of the polygons.

    Parameters
    ----------
    lines
        LineStrings that hold the outlines, and perhaps more.
    outlines
        The unmatched edges of the polygons, or all their edges.
    area
        The area of all polygons, in the square of the unit of their CRS.
    """
    if not len(lines):
        return Faces(np.empty(0, dtype=object), np.empty(0, dtype=np.int64), 0.0)
    for noder in (node, shapely.union_all, *_GRIDS):
        noded = np.asarray(shapely.get_parts(noder(lines)))
        polygons = build_faces(noded)
        length = float(np.sum(shapely.length(noded)))
        faces = Faces(polygons, claims_of(polygons, outlines), length)
        if faces.explains(area):
            break
    return faces


def node(lines: Geometries) -> BaseGeometry:
    """Split lines where they cross, and drop duplicates."""
    collection = shapely.multilinestrings(lines)
    try:
        return shapely.node(collection)
    except shapely.GEOSException:  # the fast noder gives up on some near coincidences
        return shapely.union_all(lines)


def _node_on_grid(lines: Geometries, share: float) -> BaseGeometry:
    """Node on a grid of the last bits of the coordinates, a share of their resolution."""
    size = share * resolution(lines)
    return shapely.set_precision(shapely.union_all(lines, grid_size=size), 0.0)


# The finer one first: by it vertices move some 30 nm in a UTM zone, by the other one 2 µm.
_GRIDS = tuple(partial(_node_on_grid, share=share) for share in (2.0**-6, 1.0))


def resolution(geometries: Geometries) -> float:
    """Return the distance below which overlays of such coordinates are rounding.

    It is about 2 µm in a UTM zone: 2¹² times the distance of two neighbouring numbers.
    """
    return float(np.abs(shapely.get_coordinates(geometries)).max(initial=0.0)) * 2.0**-40


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


def containing(polygons: Geometries, xy: Floats) -> tuple[Ints, Ints]:
    """Return pairs (point, polygon) where the polygon contains the point."""
    point, polygon = shapely.STRtree(polygons).query(shapely.points(xy))
    shapely.prepare(polygons[np.bincount(polygon, minlength=len(polygons)) > _MANY])
    inside = shapely.contains_xy(polygons[polygon], xy[point, 0], xy[point, 1])
    return point[inside], polygon[inside]


def _loops_around(loops: Geometries, xy: Floats) -> Bools:
    """Tell which loops have one of the points inside."""
    around = np.zeros(len(loops), dtype=bool)
    if len(loops) and len(xy):
        around[containing(loops, xy)[1]] = True
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
    loop, face = containing(faces, xy)
    other = face != loop + len(faces) - len(loops)
    loop, face = loop[other], face[other]
    smallest = np.lexsort((shapely.area(faces)[face], loop))  # a large face is around many loops
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
    """Count the polygons that contain each face, which none of their edges may cross."""
    return claims_of(faces, unmatched(geometries))


def claims_of(faces: Geometries, left: Unmatched) -> Ints:
    """Count the polygons that contain each face: so often do their edges wind around it.

    A face so thin that no point of several lies clearly inside gets the highest count that was
    found: it is narrower than coordinates can tell, and land is not lost to it.

    Parameters
    ----------
    faces
        Faces that none of the edges crosses.
    left
        The unmatched edges of the polygons.
    """
    claims = np.zeros(len(faces), dtype=np.int64)
    unclear = np.arange(len(faces))
    points = shapely.point_on_surface(faces)
    outlines = Outlines(left)
    for attempt in range(_ATTEMPTS):
        if attempt:
            points = _other_points(faces[unclear], attempt)
        xy = shapely.get_coordinates(points)
        count, clear = outlines.windings(xy)
        clear &= shapely.contains_xy(faces[unclear], xy[:, 0], xy[:, 1])
        claims[unclear] = np.where(clear, count, np.maximum(claims[unclear], count))
        unclear = unclear[~clear]
        if not len(unclear):
            break
    return claims


def _other_points(faces: Geometries, attempt: int) -> Geometries:
    """Return a point in another part of each face: that of a slice of it."""
    west, south, east, north = shapely.bounds(faces).T
    share = (attempt * 0.618) % 1  # the golden section: no two slices alike
    middle = south + share * (north - south)
    result = np.empty(len(faces), dtype=object)
    for k, face in enumerate(faces):
        upper = share < 0.5  # noqa: PLR2004 - the larger side
        low, high = (middle[k], north[k]) if upper else (south[k], middle[k])
        part = shapely.intersection(face, shapely.box(west[k], low, east[k], high))
        result[k] = shapely.point_on_surface(face if part.is_empty else part)
    return result
