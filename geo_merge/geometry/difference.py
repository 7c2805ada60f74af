"""What one polygon has and another has not: the land gained and lost, pair by pair."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.geometry.edges import cancel, runs_of
from geo_merge.geometry.faces import build_faces, count_claims, node
from geo_merge.geometry.rings import Bools, Geometries, flatten

# Metres within which two vertices are the same: rounding of the coordinates.
SAME_VERTEX = 1e-3
# Square metres below which it does not matter whose land a difference is.
SAME_AREA = 1.0


def differences(ours: Geometries, theirs: Geometries) -> tuple[Geometries, Geometries]:
    """Return the land that only the first and only the second of each two polygons has.

    Edges that both have, to the millimetre, are cancelled first: an overlay of two polygons that
    are drawn alike is slow and brings only rounding to light. The pairs are laid side by side, far
    apart, so that one pass does for all.

    Parameters
    ----------
    ours, theirs
        Valid polygons or multipolygons, none null or empty, in one CRS in metres; shape (n,).

    Returns
    -------
    gained, lost
        MultiPolygons, empty where there is nothing; shape (n,) each.
    """
    n = len(ours)
    gained = np.full(n, shapely.MultiPolygon(), dtype=object)
    lost = gained.copy()
    if not n:
        return gained, lost
    rings = flatten(np.concatenate([ours, theirs]))
    west, east = rings.xy[:, 0].min(), rings.xy[:, 0].max()
    stride = np.ceil(east - west) + 1_000.0
    pair = np.repeat(rings.owner % n, np.diff(rings.start))
    xy = np.round(rings.xy / SAME_VERTEX) * SAME_VERTEX + 0.0
    xy[:, 0] += pair * stride
    turned = replace(rings, xy=xy, interior_left=rings.interior_left ^ (rings.owner >= n))
    lines = runs_of(turned, cancel(turned)).lines()
    if not len(lines):
        return gained, lost
    faces = build_faces(np.asarray(shapely.get_parts(node(lines))))
    of_face = ((shapely.bounds(faces)[:, 0] - west) // stride).astype(int)
    for k in np.unique(of_face):
        shift = k * stride
        mine = shapely.transform(faces[of_face == k], lambda xy, dx=shift: xy - (dx, 0.0))
        in_ours, in_theirs = _sides(mine, ours[k], theirs[k])
        gained[k] = shapely.multipolygons(mine[in_ours & ~in_theirs])
        lost[k] = shapely.multipolygons(mine[in_theirs & ~in_ours])
    return gained, lost


def _sides(faces: Geometries, ours: BaseGeometry, theirs: BaseGeometry) -> tuple[Bools, Bools]:
    """Tell which faces lie in either polygon; of rounding only, a point of each decides."""
    if shapely.area(faces).sum() > SAME_AREA:
        one, two = (count_claims(faces, np.array([g], dtype=object)) == 1 for g in (ours, theirs))
        return one, two
    xy = shapely.get_coordinates(shapely.point_on_surface(faces))
    inside = np.asarray(shapely.contains_xy(ours, xy[:, 0], xy[:, 1]))
    return inside, ~inside


def joined(*pieces: BaseGeometry) -> BaseGeometry:
    """Return multipolygons that do not overlap as one."""
    return shapely.multipolygons(shapely.get_parts(np.array(pieces, dtype=object)))


def polygonal(geometries: Geometries) -> Geometries:
    """Drop the points and lines that an overlay leaves beside polygons."""
    result = geometries.copy()
    for k in np.flatnonzero(
        shapely.get_type_id(geometries) == shapely.GeometryType.GEOMETRYCOLLECTION
    ):
        parts = shapely.get_parts(geometries[k])
        result[k] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])  # noqa: PLR2004
    return result
