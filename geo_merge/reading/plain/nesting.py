"""Which of the rings of a geometry are shells, and which are holes of which."""

from __future__ import annotations

import numpy as np
import shapely

from geo_merge.geometry.rings import Floats, Geometries, Ints, Rings, ranges, wound_left
from geo_merge.reading.plain.ragged import require


def assemble(xy: Floats, start: Ints, owner: Ints) -> Rings:
    """Make polygons of rings that come without being told apart, as a Shapefile has them.

    Parameters
    ----------
    xy
        Vertices, shape (n, 2), each ring closed.
    start
        Where each ring begins, and the end; shape (rings + 1,).
    owner
        The geometry of each ring, in ascending order, none left out; shape (rings,).

    Returns
    -------
    Rings
        Shells in the order of the rings, each with its holes in their order.

    Raises
    ------
    NotPlainError
        If place and winding (shells clockwise, holes not: ESRI Shapefile Technical Description,
        1998) do not say the same, or a geometry with holes is not valid so.
    """
    shell = _shells(xy, start, owner)
    is_hole = shell != np.arange(len(shell))
    order = np.lexsort((is_hole, shell))  # stable: holes keep their order
    if (np.diff(order) < 0).any():
        vertices, start = ranges(start[order], start[order + 1])
        xy = xy[vertices]
        is_hole = is_hole[order]
    shells = np.flatnonzero(~is_hole)
    polygon_start = np.append(shells, len(is_hole))
    geometry_start = np.append(np.flatnonzero(np.diff(owner[shells], prepend=-1)), len(shells))
    left = wound_left(xy, start, polygon_start)
    rings = Rings(xy, start, owner, left, polygon_start, geometry_start)
    require(
        shapely.is_valid(rings.take(np.unique(owner[is_hole])).geometries()).all(),
        "holes within shells",
    )
    return rings


def _shells(xy: Floats, start: Ints, owner: Ints) -> Ints:
    """Return the shell that each ring belongs to: itself if it is one."""
    shell = np.arange(len(owner))
    several = np.flatnonzero(np.bincount(owner)[owner] > 1)
    if not len(several):
        return shell
    vertices, offsets = ranges(start[several], start[several + 1])
    polygons = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, xy[vertices], (offsets, np.arange(len(offsets)))
    )
    inner, outer = _inside(polygons, owner[several])
    depth = np.bincount(inner, minlength=len(several))
    is_hole = depth % 2 == 1
    require((shapely.area(polygons) > 0).all(), "rings with an area")
    counterclockwise = shapely.is_ccw(shapely.get_exterior_ring(polygons))
    require((counterclockwise == is_hole).all(), "winding that agrees with place")
    parent = is_hole[inner] & (depth[outer] == depth[inner] - 1)
    inner, outer = inner[parent], outer[parent]
    require(np.array_equal(np.sort(inner), np.flatnonzero(is_hole)), "one shell around each hole")
    shell[several[inner]] = several[outer]
    return shell


def _inside(polygons: Geometries, owner: Ints) -> tuple[Ints, Ints]:
    """Return pairs (inner, outer) of polygons of one owner where the outer covers the inner."""
    inner, outer = shapely.STRtree(polygons).query(polygons)
    box = shapely.bounds(polygons)
    low = (box[inner, :2] >= box[outer, :2]).all(axis=1)
    high = (box[inner, 2:] <= box[outer, 2:]).all(axis=1)
    near = low & high & (owner[inner] == owner[outer]) & (inner != outer)
    inner, outer = inner[near], outer[near]
    shapely.prepare(polygons[np.unique(outer)])
    covered = shapely.covers(polygons[outer], polygons[inner])
    return inner[covered], outer[covered]
