"""Polygons and multipolygons as rings in one array."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from geo_merge.geometry.rings import Bools, Geometries, Ints, Rings, flatten

_NO_RINGS = Rings(
    xy=np.empty((0, 2)),
    owner=np.empty(0, dtype=np.int64),
    interior_left=np.empty(0, dtype=bool),
    **dict.fromkeys(("start", "polygon_start", "geometry_start"), np.zeros(1, dtype=np.int64)),
)


@dataclass(frozen=True)
class Polygons:
    """Polygons to be written.

    Attributes
    ----------
    rings
        Their rings, in any CRS.
    single
        Which are written as Polygon; the others are MultiPolygons. Shape (n,).
    """

    rings: Rings
    single: Bools

    @classmethod
    def of(cls, geometries: Geometries) -> Polygons:
        """Return polygons and multipolygons without null or empty ones as rings."""
        if not len(geometries):
            return cls(_NO_RINGS, np.empty(0, dtype=bool))
        single = np.asarray(shapely.get_type_id(geometries) == shapely.GeometryType.POLYGON)
        return cls(flatten(geometries), single)

    def geometries(self) -> Geometries:
        """Return them as shapely has them."""
        rings = self.rings
        parts = shapely.from_ragged_array(
            shapely.GeometryType.POLYGON, rings.xy, (rings.start, rings.polygon_start)
        )
        result: Geometries = np.empty(len(self.single), dtype=object)
        result[self.single] = parts[rings.geometry_start[:-1][self.single]]
        count = np.diff(rings.geometry_start)
        of_multi = np.repeat(~self.single, count)
        number = np.repeat(np.cumsum(~self.single) - 1, count)
        result[~self.single] = shapely.multipolygons(parts[of_multi], indices=number[of_multi])
        return result

    def take(self, chosen: Ints) -> Polygons:
        """Return some of the polygons; neighbours share their vertices with these in memory."""
        if not len(chosen):
            return Polygons.of(np.empty(0, dtype=object))
        return Polygons(self.rings.take(chosen), self.single[chosen])
