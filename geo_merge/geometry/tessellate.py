"""Approximate boundaries from positions: every place belongs to the nearest one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from geo_merge.errors import GeometryError
from geo_merge.geometry.dissolve import dissolve_groups
from geo_merge.geometry.rings import Floats, Geometries, Ints
from geo_merge.wording.sentence import sentence

# Metres between positions that coincide, once they are told apart.
NUDGE = 300.0


def tessellate(points: Floats, within: Polygon | MultiPolygon) -> Geometries:
    """Divide an area among positions: each gets the land that is nearest to it.

    Parameters
    ----------
    points
        Positions in the CRS of `within`, in metres; shape (n, 2), all different and inside (see
        `mend_positions`).
    within
        The area to divide.

    Returns
    -------
    numpy.ndarray
        One polygon a position, in their order: a valid coverage of `within`. Land that is cut
        off from its position (across a bay) goes to the neighbour with the longest border.

    Raises
    ------
    GeometryError
        If positions coincide or lie outside.
    """
    points = np.asarray(points, dtype=float).reshape(-1, 2)
    _check(points, within)
    if len(points) == 1:
        return np.array([within], dtype=object)
    faces = _faces(points, within)
    owner = _nearest(points, faces)
    if len(np.unique(owner)) == len(points):
        owner = _reunite(points, faces, owner)
    missing = np.setdiff1d(np.arange(len(points)), owner)
    if len(missing):
        raise GeometryError(sentence("geometry.no_land", n=len(missing)))
    return np.array([d.geometry for d in dissolve_groups(faces, owner)], dtype=object)


def _check(points: Floats, within: Polygon | MultiPolygon) -> None:
    if not len(points):
        raise GeometryError(sentence("geometry.no_positions"))
    if len(np.unique(points, axis=0)) < len(points):
        raise GeometryError(sentence("geometry.coincide"))
    shapely.prepare(within)
    outside = ~shapely.intersects_xy(within, points[:, 0], points[:, 1])
    if outside.any():
        raise GeometryError(sentence("geometry.outside", n=outside.sum()))


def _faces(points: Floats, within: Polygon | MultiPolygon) -> Geometries:
    """Cut the area along the lines halfway between positions, all borders noded once."""
    lines = shapely.voronoi_polygons(
        shapely.multipoints(points), extend_to=shapely.box(*within.bounds), only_edges=True
    )
    noded = shapely.union_all([lines, within.boundary])
    faces = np.asarray(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))))
    inner = shapely.get_coordinates(shapely.point_on_surface(faces))
    return np.asarray(faces[shapely.contains_xy(within, inner[:, 0], inner[:, 1])])


def _nearest(points: Floats, faces: Geometries) -> Ints:
    tree = shapely.STRtree(shapely.points(points))
    face, point = tree.query_nearest(shapely.point_on_surface(faces), all_matches=False)
    owner = np.empty(len(faces), dtype=np.int64)
    owner[face] = point
    return owner


def _reunite(points: Floats, faces: Geometries, owner: Ints) -> Ints:
    """Give faces cut off from their owner's position to the neighbour with the longest border."""
    owner = owner.copy()
    holds = np.zeros(len(faces), dtype=bool)
    for k, point in enumerate(shapely.points(points)):  # it lies in the nearest of its faces
        own = np.flatnonzero(owner == k)
        holds[own[shapely.distance(faces[own], point).argmin()]] = True
    tree = shapely.STRtree(faces)
    settled = holds.copy()
    while not settled.all():
        before = settled.copy()
        for cut_off in np.flatnonzero(~settled):
            face = faces[cut_off]
            near = tree.query(face, predicate="intersects")
            near = near[before[near]]
            border = shapely.length(shapely.intersection(face.boundary, faces[near]))
            if len(near) and border.max() > 0:
                owner[cut_off] = owner[near[border.argmax()]]
                settled[cut_off] = True
        if (settled == before).all():
            break  # land apart from all positions: the nearest keeps it
    return owner


def noded(polygons: Geometries) -> Geometries:
    """Give polygons that lie edge to edge the same vertices along their borders.

    Parameters
    ----------
    polygons
        Polygons that overlap at most by rounding; shape (n,).

    Returns
    -------
    numpy.ndarray
        A valid coverage of the same land, in the same order.
    """
    lines = shapely.union_all(shapely.boundary(polygons))
    faces = np.asarray(shapely.get_parts(shapely.polygonize(shapely.get_parts(lines))))
    tree = shapely.STRtree(polygons)
    face, polygon = tree.query(shapely.point_on_surface(faces), predicate="intersects")
    face, first = np.unique(face, return_index=True)
    owner = polygon[first]
    if len(np.unique(owner)) < len(polygons):
        raise GeometryError(sentence("geometry.vanish"))
    return np.array([d.geometry for d in dissolve_groups(faces[face], owner)], dtype=object)


def mend_positions(
    points: Floats, within: Polygon | MultiPolygon, *, nudge: float = NUDGE
) -> tuple[Floats, Sequence[int]]:
    """Move positions that lie outside an area to its inside, and part those that coincide.

    Returns
    -------
    numpy.ndarray
        Positions that `tessellate` accepts.
    sequence of int
        Which of them were moved.
    """
    original = np.asarray(points, dtype=float).reshape(-1, 2)
    result = original.copy()
    room = within.buffer(-nudge)
    room = within.buffer(-1.0) if room.is_empty else room
    room = within if room.is_empty else room
    outside = ~shapely.intersects_xy(within, result[:, 0], result[:, 1])
    for k in np.flatnonzero(outside):
        nearest = shapely.shortest_line(room, shapely.Point(result[k]))
        result[k] = shapely.get_coordinates(nearest)[0]
    step = 0
    while True:
        _, first = np.unique(result, axis=0, return_index=True)
        doubled = np.setdiff1d(np.arange(len(result)), first)
        if not len(doubled):
            break
        for k in doubled:
            step += 1
            angle, reach = step * 2.4, nudge * (1 + step // 8)  # the golden angle: no two alike
            moved = result[k] + reach * np.array([np.cos(angle), np.sin(angle)])
            if within.intersects(shapely.Point(moved)):
                result[k] = moved
            else:
                line = shapely.shortest_line(room, shapely.Point(moved))
                result[k] = shapely.get_coordinates(line)[0]
        if step > 1000 * len(result):  # pragma: no cover - an area without room
            raise GeometryError(sentence("geometry.not_apart"))
    moved_any = np.flatnonzero((result != original).any(axis=1))
    return result, [int(k) for k in moved_any]
