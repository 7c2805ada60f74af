"""Polygons gathered from collections: a unit may be stored with lines or points beside its land."""

from __future__ import annotations

import numpy as np
import shapely

from geo_merge.geometry.rings import Geometries, Ints, is_polygonal

# Share of the area that parts may cover twice and still only touch: the rounding of coordinates.
_ROUNDING = 1e-9


def gather(geometries: Geometries) -> tuple[Geometries, Ints, int]:
    """Return geometries with the land of collections in their place.

    Parameters
    ----------
    geometries
        Anything; what is no collection with a polygon in it stays as it is. Shape (n,).

    Returns
    -------
    geometries, gathered, left
        The geometries, which of them were collections with land, and how many points and lines
        were left out of these.
    """
    kind = shapely.GeometryType.GEOMETRYCOLLECTION
    result, rows, left = geometries.copy(), [], 0
    for row in np.flatnonzero(shapely.get_type_id(geometries) == kind):
        parts = _parts(geometries[row])
        land = parts[is_polygonal(parts)]
        if len(land):
            result[row] = _as_one(land)
            rows.append(row)
            left += int((~shapely.is_empty(parts)).sum()) - len(land)
    return result, np.array(rows, dtype=np.int64), left


def _parts(collection: shapely.GeometryCollection) -> Geometries:
    """Return the single points, lines and polygons of a collection, of those within it too."""
    parts = shapely.get_parts(collection)
    while (several := shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():
        parts = np.concatenate([parts[~several], shapely.get_parts(parts[several])])
    return np.asarray(parts)


def _as_one(land: Geometries) -> shapely.Polygon | shapely.MultiPolygon:
    """Return polygons as one; those that overlap are not joined, so that the checks tell it."""
    drawn = shapely.multipolygons(land) if len(land) > 1 else land[0]
    if len(land) == 1 or drawn.is_valid or not shapely.is_valid(land).all():
        return drawn
    joined = shapely.union_all(land)
    return joined if np.isclose(joined.area, drawn.area, rtol=_ROUNDING, atol=0) else drawn
