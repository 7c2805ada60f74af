"""One place before and after a repair: the units around some land, cut out for a small map."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo_merge.geometry.areas import transformer
from geo_merge.geometry.projection import WGS84
from geo_merge.geometry.rings import Geometries
from geo_merge.maps.display import PALETTE

_ROOM = 4.0  # sizes of the land around it that can be panned to
_LEAST = 60.0  # metres, the size that land has at least
_VIEW = 0.6  # sizes of the land around it that are in view
_DECIMALS = 8  # degrees; a millimetre, for slivers


def place_of(units: gpd.GeoDataFrame, after: Geometries, land: BaseGeometry) -> dict[str, Any]:
    """Return what a small map shows of a place.

    Parameters
    ----------
    units
        The layer before, indexed by code, with ``name``; in a CRS in metres.
    after
        The polygons after, in the order of the units.
    land
        The land that changes hands.

    Returns
    -------
    dict
        GeoJSON: ``before`` and ``after`` (lists of features with ``code, name, colour``), ``land``
        (a geometry), and ``view``: its south-west and north-east.
    """
    west, south, east, north = shapely.bounds(land)
    size = max(east - west, north - south, _LEAST)
    room = _ROOM * size
    window = (west - room, south - room, east + room, north + room)
    before = np.asarray(units.geometry.values)
    near = _near(before, window) | _near(after, window)
    codes = [str(code) for code in units.index[near]]
    colours = {code: PALETTE[k % len(PALETTE)] for k, code in enumerate(codes)}
    names = dict(zip(codes, units["name"][near], strict=True))
    margin = _VIEW * size
    corners = shapely.points([[west - margin, south - margin], [east + margin, north + margin]])
    low, high = (_mapped(corner, units.crs)["coordinates"] for corner in corners)
    return {
        **{side: [_feature(code, names[code], colours[code], shape, units.crs)
                  for code, shape in zip(codes, _cut(shapes[near], window), strict=True)
                  if not shape.is_empty]
           for side, shapes in (("before", before), ("after", after))},
        "land": _mapped(land, units.crs),
        "view": [[low[1], low[0]], [high[1], high[0]]],
    }  # fmt: skip


def undone(
    units: gpd.GeoDataFrame, land: BaseGeometry, owners: tuple[str, ...]
) -> gpd.GeoDataFrame:
    """Return a repaired layer with some land as it was before: of these units and no others."""
    shapes = np.asarray(units.geometry.values).copy()
    tree = shapely.STRtree(shapes)
    touched = tree.query(land, predicate="intersects")
    for k in touched:
        of = str(units.index[k]) in owners
        shapes[k] = (shapely.union if of else shapely.difference)(shapes[k], land)
    return units.set_geometry(gpd.GeoSeries(shapes, index=units.index, crs=units.crs))


def _near(shapes: Geometries, window: tuple[float, float, float, float]) -> np.ndarray[Any, Any]:
    found = np.zeros(len(shapes), dtype=bool)
    found[shapely.STRtree(shapes).query(shapely.box(*window), predicate="intersects")] = True
    return found


def _cut(shapes: Geometries, window: tuple[float, float, float, float]) -> Geometries:
    return np.asarray(shapely.clip_by_rect(shapes, *window))


def _feature(code: str, name: str, colour: str, shape: BaseGeometry, crs: CRS) -> dict[str, Any]:
    told = {"code": code, "name": str(name), "colour": colour}
    return {"type": "Feature", "properties": told, "geometry": _mapped(shape, crs)}


def _mapped(shape: BaseGeometry, crs: CRS) -> dict[str, Any]:
    """Return a geometry as GeoJSON in degrees."""
    to = transformer(crs, WGS84)
    moved = shapely.transform(
        shape,
        lambda xy: np.round(np.column_stack(to.transform(xy[:, 0], xy[:, 1])), _DECIMALS),
    )
    content: dict[str, Any] = shapely.geometry.mapping(moved)
    return content
