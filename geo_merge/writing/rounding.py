"""Polygons as GeoJSON, from ragged arrays: rounded, wound by the right-hand rule, and valid."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Literal, Protocol

import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.errors import ExportError
from geo_merge.geometry.longitudes import HALF, cut_at_180, span
from geo_merge.geometry.polygons import Polygons
from geo_merge.geometry.rings import Floats, Ints, Rings, flatten, wound_left
from geo_merge.geometry.validity import made_valid
from geo_merge.vocabulary.sentence import sentence

Vanishing = Literal["error", "point"]
_MAX_MENDS = 5


class Project(Protocol):
    """The way to WGS 84; see `projection.Projection`."""

    def __call__(self, xy: Floats) -> Floats:
        """Return longitudes and latitudes of vertices, shape (n, 2)."""

    def follow(self, rings: Rings) -> Rings:
        """Return rings with vertices on long edges that are no straight lines in degrees."""

    def straighten(self, rings: Rings) -> Rings:
        """Return rings without the vertices that edges straight in degrees have for a plane."""


class Rounded:
    """Polygons in WGS 84: rounded, wound by the right-hand rule, cut at 180°, as valid as before.

    Parameters
    ----------
    polygons
        In any CRS.
    project
        The way to WGS 84; None if they are in it.
    precision, vanishing
        See `geojson.write_geojson`.

    Raises
    ------
    ExportError
        If a polygon vanishes, unless it may become a point, or stays invalid; one that came
        invalid is written as it is.
    """

    def __init__(
        self, polygons: Polygons, project: Project | None, precision: int, vanishing: Vanishing
    ) -> None:
        self.single = polygons.single
        rings = polygons.rings
        if project is not None:
            rings = project.straighten(project.follow(rings))
        exact = rings.xy if project is None else project(rings.xy)
        xy = np.round(exact, precision)
        moved = np.logical_or.reduceat((xy != exact).ravel(), 2 * rings.vertex_start[:-1])
        moved |= project is not None  # a ring may touch itself in degrees that does not in a plane
        if project is None and not moved.any():
            self.rings = rings
        else:  # rounding can turn a thin ring
            left = wound_left(xy, rings.start, rings.polygon_start)
            self.rings = replace(rings, xy=xy, interior_left=left)
        across = cut_at_180(replace(rings, xy=exact))
        moved[list(across)] = False
        # What rounding did not move is as valid as before.
        came = polygons.rings  # on lines as they were: a vertex more may lie beside one by a bit
        self.mended = _mend(came, self.rings, np.flatnonzero(moved), precision, vanishing)
        self.mended |= {k: _round(g, precision, vanishing) for k, g in across.items()}
        self._encode = _encoder(self.rings)

    def bounds(self) -> Floats:
        """Return west, south, east, north of each geometry."""
        start = self.rings.vertex_start[:-1]
        x, y = self.rings.xy.T.copy()
        extremes = (np.minimum.reduceat, np.maximum.reduceat)
        boxes = np.column_stack([reduce(v, start) for reduce in extremes for v in (x, y)])
        for k, geometry in self.mended.items():
            boxes[k] = geometry.bounds
        for k in np.flatnonzero(boxes[:, 2] - boxes[:, 0] > HALF).tolist():  # across 180°
            geometry = self.mended.get(k) or self.rings.take(np.array([k])).geometries()[0]
            west, _, east, _ = shapely.bounds(shapely.get_parts(geometry)).T
            boxes[k, [0, 2]] = span(west, east)
        return boxes

    def encoded(self) -> Iterator[bytes]:
        """Yield each geometry as GeoJSON."""
        for k, single in enumerate(self.single.tolist()):
            mended = self.mended.get(k)
            if mended is None:
                yield self._encode(k, single)
            elif mended.geom_type == "Point":
                yield shapely.to_geojson(mended).encode()
            else:
                rings = flatten(np.array([mended], dtype=object))
                yield _encoder(rings)(0, mended.geom_type == "Polygon")


def _round(geometry: BaseGeometry, precision: int, vanishing: Vanishing) -> BaseGeometry:
    """Return what was cut at 180° rounded, and valid."""
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, precision))
    if rounded.is_valid and not rounded.is_empty:
        return rounded
    return _mend_one(rounded, precision) or _vanished(geometry, precision, vanishing)


def _vanished(geometry: BaseGeometry, precision: int, vanishing: Vanishing) -> BaseGeometry:
    """Return a point for a polygon that is too small for so many decimals, if that may be."""
    place = shapely.get_coordinates(geometry)[0]
    if vanishing == "error":
        raise ExportError(sentence("write.rounding", x=place[0], y=place[1], digits=precision))
    return shapely.Point(place)


def _mend(
    exact: Rings, rings: Rings, moved: Ints, precision: int, vanishing: Vanishing
) -> dict[int, BaseGeometry]:
    """Return valid versions of the polygons that rounding made invalid, by position."""
    if not len(moved):
        return {}
    rounded = rings.take(moved).geometries()
    invalid = np.flatnonzero(~shapely.is_valid(rounded))
    invalid = invalid[shapely.is_valid(exact.take(moved[invalid]).geometries())]
    result = {}
    for k, geometry in zip(moved[invalid].tolist(), rounded[invalid], strict=True):
        result[k] = _mend_one(geometry, precision) or _vanished(geometry, precision, vanishing)
    return result


def _mend_one(geometry: BaseGeometry, precision: int) -> BaseGeometry | None:
    """Return a valid rounded polygon, or None if it vanishes or cannot be had."""
    for _ in range(_MAX_MENDS):
        valid = made_valid(np.array([geometry], dtype=object))
        parts = shapely.get_parts(shapely.get_parts(valid))
        parts = parts[shapely.area(parts) > 0]
        if not len(parts):
            return None
        geometry = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
        geometry = shapely.transform(geometry, lambda xy: np.round(xy, precision))
        if geometry.is_valid:
            return geometry
    return None


def _encoder(rings: Rings) -> Callable[[int, bool], bytes]:
    """Return a function that encodes one geometry as a Polygon (if so told) or a MultiPolygon.

    The land is on the left of every ring (right-hand rule): rings that have it on the right are
    read from the vertices in reverse.
    """
    backwards = None if rings.interior_left.all() else np.ascontiguousarray(rings.xy[::-1])
    n = len(rings.xy)

    def wound(ring: int) -> Floats:
        begin, end = rings.start[ring], rings.start[ring + 1]
        if backwards is None or rings.interior_left[ring]:
            return rings.xy[begin:end]
        return backwards[n - end : n - begin]

    def encode_one(k: int, single: bool) -> bytes:  # noqa: FBT001 - called in one place
        polygons = [
            list(map(wound, range(rings.polygon_start[p], rings.polygon_start[p + 1])))
            for p in range(rings.geometry_start[k], rings.geometry_start[k + 1])
        ]
        geometry = (
            {"type": "Polygon", "coordinates": polygons[0]}
            if single
            else {"type": "MultiPolygon", "coordinates": polygons}
        )
        return orjson.dumps(geometry, option=orjson.OPT_SERIALIZE_NUMPY)

    return encode_one
