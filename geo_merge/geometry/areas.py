"""Areas on the ellipsoid: the same whatever zone the file is in, or where its vertices lie."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from threading import Lock
from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Transformer

from geo_merge.geometry.areal_scale import scaled_areas
from geo_merge.geometry.rings import Floats, Geometries, Ints, Rings, blocks, flatten

SQUARE_METRES_PER_KM2 = 1e6
_WGS84 = CRS.from_epsg(4326)
# An edge of this length is the parabola through its middle to 1e-12 of the land beside it; longer
# ones are measured in pieces of it: kilometres without a vertex are common in deserts.
_LONGEST, _LONGEST_DEGREES = 30_000.0, 0.25
# Vertices from which on the scale of the projection, taken at 25 places, costs less than they do.
_MANY = 64

# Degrees between the centres of projections, few of which are made.
_GRAIN = 4
_LOCK = Lock()
# Vertices that are projected at once, a millisecond's worth: pyproj keeps Python's lock meanwhile.
_AT_ONCE = 2**13
# Vertices that are measured at once: a dozen arrays are made of as many.
_BLOCK = 2**18


@cache
def equal_area_crs(crs: CRS, lon: int, lat: int) -> CRS:
    """Return Lambert's azimuthal equal-area projection about a point in degrees.

    The ellipsoid is that of the layer's own CRS, so that no datum shift enters.
    """
    ellipsoid: Any = crs.ellipsoid or _WGS84.ellipsoid
    return CRS.from_dict(
        {
            "proj": "laea",
            "lon_0": lon,
            "lat_0": lat,
            "a": ellipsoid.semi_major_metre,
            "rf": ellipsoid.inverse_flattening,
        }
    )


@cache
def transformer(source: CRS, target: CRS) -> Transformer:
    """Return the way from one CRS to another, x before y; made once, since that is slow."""
    return Transformer.from_crs(source, target, always_xy=True)


def carried(way: Transformer, xy: Floats) -> Floats:
    """Return vertices, shape (n, 2), in another CRS; other threads get their turn meanwhile."""
    result = np.empty_like(xy)
    for begin in range(0, len(xy), _AT_ONCE):
        piece = slice(begin, begin + _AT_ONCE)
        x, y = (np.array(v, dtype=np.float64) for v in xy[piece].T)
        result[piece, 0], result[piece, 1] = way.transform(x, y, inplace=True)
    return result


@cache
def _to_equal_area(crs: CRS, lon: int, lat: int) -> Transformer:
    """Return the way to the equal-area projection about a point, as a bare chain of steps.

    To find the steps from a CRS takes 15 ms, for each thread that uses them again, and to follow
    them 0.1: they are found once, about another point, which is named in the last step alone.
    """
    about = "proj=laea lat_0={lat} lon_0={lon} "
    found = transformer(crs, equal_area_crs(crs, 0, 0)).definition
    steps, _, rest = found.rpartition(about.format(lat=0, lon=0))
    if not steps.startswith("proj=pipeline"):  # there are CRSs with several ways, by place
        return transformer(crs, equal_area_crs(crs, lon, lat))
    return Transformer.from_pipeline(f"{steps}{about.format(lat=lat, lon=lon)}{rest}")


class _Centred:
    """The projections about the middle of each geometry, which all have the same area.

    The middle is rounded to a few degrees, so that most layers share one; and it depends on the
    geometry alone, so that its area is the same to the last bit whatever is measured beside it.
    """

    def __init__(self, crs: CRS, rings: Rings) -> None:
        start = rings.vertex_start[:-1]
        x, y = (np.minimum.reduceat(v, start) + np.maximum.reduceat(v, start) for v in rings.xy.T)
        degrees = np.column_stack(transformer(crs, crs.geodetic_crs).transform(x / 2, y / 2))
        centres, of = np.unique(_GRAIN * np.round(degrees / _GRAIN), axis=0, return_inverse=True)
        self._centre = of.ravel()
        with _LOCK:  # or each of several threads finds the same steps
            self._project = [
                _to_equal_area(crs, int(lon), int(lat)) for lon, lat in centres.tolist()
            ]

    def of(self, xy: Floats, geometry: Ints) -> Floats:
        """Project points, each about the middle of a geometry."""
        if len(self._project) == 1:
            return carried(self._project[0], xy)
        result, centre = np.empty_like(xy), self._centre[geometry]
        for k, way in enumerate(self._project):
            own = centre == k
            result[own] = carried(way, xy[own])
        return result


def _cross(a: Floats, b: Floats) -> Floats:
    return a[:, 0] * b[:, 1] - b[:, 0] * a[:, 1]


def areas(geometries: Geometries, crs: CRS) -> Floats:
    """Measure polygons on the ellipsoid of their datum.

    All zones of a datum give the same area; WGS 84 lies 25 m off VN-2000 in Vietnam, which makes
    8 millionths of an area. An edge that is straight in `crs` is a curve on an equal-area
    projection; it is taken as the parabola through its middle, so that a vertex more or less on a
    straight edge changes nothing and the areas of a coverage add up.

    Parameters
    ----------
    geometries
        Polygons, multipolygons, empty or null; shape (n,).
    crs
        Their CRS.

    Returns
    -------
    numpy.ndarray
        Square metres, shape (n,); 0 for empty and null.
    """
    result = np.zeros(len(geometries))
    real = np.flatnonzero(~(shapely.is_missing(geometries) | shapely.is_empty(geometries)))
    if len(real):
        for begin, until in blocks(shapely.get_num_coordinates(geometries[real])):
            some = real[begin:until]
            result[some] = areas_of(flatten(geometries[some]), crs)
    return result


def areas_of(rings: Rings, crs: CRS) -> Floats:
    """Measure geometries that were flattened to rings, of which there is at least one.

    Returns
    -------
    numpy.ndarray
        Square metres, shape (geometries,).
    """
    many = np.diff(rings.vertex_start) >= _MANY
    if not (crs.is_projected and many.any()):
        return _projected_areas(rings, crs)
    result = np.empty(len(many))
    chosen = np.flatnonzero(many)
    some = rings.take(chosen)
    result[chosen], exact = scaled_areas(some, _Centred(crs, some).of)
    rest = np.setdiff1d(np.arange(len(many)), chosen[exact])
    if len(rest):
        result[rest] = _projected_areas(rings.take(rest), crs)
    return result


def _in_short_edges(rings: Rings, longest: float) -> Rings:
    """Return rings with vertices on straight edges that are longer."""
    edge = np.diff(rings.xy, axis=0, append=rings.xy[-1:])
    edge[rings.start[1:] - 1] = 0.0
    pieces = np.maximum(np.ceil(np.hypot(*edge.T) / longest), 1).astype(np.int64)
    if (pieces == 1).all():
        return rings
    start = np.concatenate([[0], np.cumsum(pieces)])
    along = (np.arange(start[-1]) - np.repeat(start[:-1], pieces)) / np.repeat(pieces, pieces)
    xy = np.repeat(rings.xy, pieces, axis=0) + along[:, None] * np.repeat(edge, pieces, axis=0)
    return replace(rings, xy=xy, start=start[rings.start])


def _projected_areas(rings: Rings, crs: CRS) -> Floats:
    """Measure geometries on equal-area projections, vertex by vertex."""
    block = rings.vertex_start[:-1] // _BLOCK
    blocks = np.split(np.arange(len(block)), np.flatnonzero(np.diff(block)) + 1)
    return np.concatenate([_projected_block(rings.take(some), crs) for some in blocks])


def _projected_block(rings: Rings, crs: CRS) -> Floats:
    rings = _in_short_edges(rings, _LONGEST if crs.is_projected else _LONGEST_DEGREES)
    project = _Centred(crs, rings).of
    geometry = np.repeat(np.arange(len(rings.geometry_start) - 1), np.diff(rings.vertex_start))
    vertex = project(rings.xy, geometry)
    origin = np.repeat(vertex[rings.start[:-1]], np.diff(rings.start), axis=0)
    a, b = (vertex - origin)[:-1], vertex[1:] - origin[:-1]
    under = np.append(_cross(a, b) / 2, 0.0)
    length = np.append(np.hypot(*(b - a).T), 0.0)
    under[rings.start[1:] - 1] = length[rings.start[1:] - 1] = 0.0  # no edge leads to the next ring
    edge = np.flatnonzero(length)
    middle = (rings.xy[edge] + rings.xy[edge + 1]) / 2
    bulge = project(middle, geometry[edge]) - vertex[edge]
    under[edge] -= _cross(vertex[edge + 1] - vertex[edge], bulge) * (2 / 3)
    ring_area = np.add.reduceat(under, rings.start[:-1])
    ring_area = np.where(rings.interior_left, ring_area, -ring_area)
    n = len(rings.geometry_start) - 1
    # Axes to the south and west (Krovak) are a mirror: there every ring runs the other way.
    return np.asarray(np.abs(np.bincount(rings.owner, ring_area, minlength=n)), dtype=np.float64)
