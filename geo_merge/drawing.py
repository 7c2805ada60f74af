"""The old units as a map draws them: simplified to its pixels, their borders shared."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version

import geopandas as gpd
import numpy as np
import orjson
import shapely

from geo_merge.cache import kept
from geo_merge.difference import polygonal
from geo_merge.edges import hash_vertices
from geo_merge.neighbourhoods import members_of, neighbourhoods
from geo_merge.projection import WGS84
from geo_merge.rings import Bools, Geometries, is_polygonal
from geo_merge.thinning import thin
from geo_merge.topology import topojson

# A map of this many pixels shows no vertex that moved by less than one of them.
PIXELS = 6_000
# Zoomed in further, it takes details: borders for pixels so much smaller.
DETAIL = 8
# Parts of a pixel by which borders may move: neighbourhood by neighbourhood, and all together. One
# pixel of the map bears both, those of its details, and the steps of the grid.
_THINNED = 0.25
_MOVED = 0.75
_DECIMALS = 5  # degrees; about a metre
_STEPS = 100_000  # of the grid of coordinates over a side of the map
_VERSION = 4  # another one for other bytes of the same units
Places = list[list[float | None]]  # longitude and latitude, null where there is none


@dataclass(frozen=True)
class Drawing:
    """Units as a map draws them.

    Attributes
    ----------
    topology
        TopoJSON of the units that have a polygon, numbered by their rows.
    detail
        The same arcs with more vertices; see `topology.topojson`.
    places
        Longitude and latitude of the middle of each unit, or of a point on it; null without one.
    """

    topology: str
    detail: str
    places: Places


def draw(frame: gpd.GeoDataFrame) -> Drawing:
    """Return units as a map draws them; computed once for the same units, see `cache`."""
    return _drawing(kept("drawings", lambda: _key(frame), lambda: _draw(frame, _thinned(frame))))


def draw_thinned(frame: gpd.GeoDataFrame, thinned: Geometries) -> Drawing:
    """Return units as a map draws them, whose polygons are elsewhere.

    Parameters
    ----------
    frame
        The units with boxes in the place of polygons.
    thinned
        What `thin_apart` makes for the `finest` pixel of those units that have a polygon,
        neighbourhood by neighbourhood; shape (polygons,).
    """
    return _drawing(_draw(frame, thinned))


def _drawing(content: bytes) -> Drawing:
    found = orjson.loads(content)
    return Drawing(found["topology"], found["detail"], found["places"])


def thin_apart(shapes: Geometries, size: float) -> Geometries:
    """Thin a neighbourhood of units apart from all others; `size` is that of the finest pixel."""
    return thin(shapes, _THINNED * size, outline=False)


def _thinned(frame: gpd.GeoDataFrame) -> Geometries:
    """Thin all polygons of a layer, as many neighbourhoods at a time as there are processors."""
    shapes = np.asarray(frame.geometry.values)
    shapes, size = shapes[is_polygonal(shapes)], finest(frame)
    members = members_of(
        neighbourhoods(shapely.bounds(shapes), shapely.get_num_coordinates(shapes))
    )
    result = np.empty(len(shapes), dtype=object)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        done = pool.map(lambda units: thin_apart(shapes[units], size), members)
        for units, thinned in zip(members, done, strict=True):
            result[units] = thinned
    return result


def pixel(frame: gpd.GeoDataFrame) -> float:
    """Return what one pixel of a map of a layer measures, in the unit of its CRS."""
    west, south, east, north = frame.total_bounds
    return float(max(east - west, north - south)) / PIXELS


def finest(frame: gpd.GeoDataFrame) -> float:
    """Return what one pixel of the details measures, in the unit of its CRS."""
    return pixel(frame) / DETAIL


def _key(frame: gpd.GeoDataFrame) -> str:
    versions = (_VERSION, version("shapely"), shapely.geos_version_string, version("numpy"))
    digest = hashlib.sha256(repr((versions, PIXELS, DETAIL, frame.crs.to_wkt())).encode())
    # WKB says where it ends, and never begins with this mark.
    for blob in shapely.to_wkb(np.asarray(frame.geometry.values), include_srid=False):
        digest.update(b"-" if blob is None else blob)
    return digest.hexdigest()


def _draw(frame: gpd.GeoDataFrame, thinned: Geometries) -> bytes:
    shapes = np.asarray(frame.geometry.values).copy()
    there = np.flatnonzero(is_polygonal(shapes))
    fine = simplified(mended(thinned), finest(frame))
    shapes[there] = simplified(fine, pixel(frame))
    lonlat = gpd.GeoSeries(fine, crs=frame.crs).to_crs(WGS84)
    topology, detail = topojson(
        np.asarray(lonlat.values), there, _STEPS, shown=_shared(fine, shapes[there]), finer=DETAIL
    )
    places = label_places(gpd.GeoSeries(shapes, crs=frame.crs))
    return orjson.dumps(
        {"topology": topology.decode(), "detail": detail.decode(), "places": places}
    )


def _shared(fine: Geometries, coarse: Geometries) -> Bools:
    """Tell which vertices of shapes are those of others as well."""
    one, other = (hash_vertices(shapely.get_coordinates(shapes)) for shapes in (fine, coarse))
    return np.isin(one, other)


def simplified(shapes: Geometries, size: float) -> Geometries:
    """Simplify units for a map: borders move by less than a pixel, and stay shared.

    Parameters
    ----------
    shapes
        Polygons and MultiPolygons, not empty.
    size
        What a pixel of the map measures, in the unit of their CRS.

    Returns
    -------
    numpy.ndarray
        As many; what is valid stays so.
    """
    return thin(shapes, _MOVED * size)


def mended(shapes: Geometries) -> Geometries:
    """Return polygons as GEOS makes them valid; what has no area is left as it is."""
    result = shapes.copy()
    invalid = np.flatnonzero(~shapely.is_valid(shapes))
    valid = polygonal(shapely.make_valid(shapes[invalid]))
    good = is_polygonal(valid)
    result[invalid[good]] = valid[good]
    return result


def label_places(shapes: gpd.GeoSeries) -> Places:
    """Return longitude and latitude of the middle of each shape, or of a point on it."""
    geometries = np.asarray(shapes.values)
    points = np.asarray(shapely.centroid(geometries))
    outside = ~shapely.contains(geometries, points)
    points[outside] = shapely.point_on_surface(geometries[outside])
    degrees = gpd.GeoSeries(points, crs=shapes.crs).to_crs(WGS84)
    rounded = np.column_stack([degrees.x, degrees.y]).round(_DECIMALS)
    return [[x if np.isfinite(x) else None for x in xy] for xy in rounded.tolist()]
