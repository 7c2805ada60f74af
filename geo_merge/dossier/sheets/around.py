"""Units outside the land of a result: pale on its maps and named there, none over the land."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.dossier.sheets.labels import Wish, titles_of, two_lines
from geo_merge.dossier.sheets.svg import areas
from geo_merge.dossier.sheets.window import in_plane
from geo_merge.errors import UsageError
from geo_merge.geometry.rings import Geometries
from geo_merge.geometry.validity import made_valid
from geo_merge.vocabulary.sentence import sentence

FILL = "#f6f6f4"
_BORDER, _WIDTH = "#999", 0.15
_LARGE, _NAME, _LEAST = 3.4, 2.4, 1.9  # millimetres: letters
_WIDE = 1500.0  # square millimetres from which on a unit has large letters
# Of a unit that must lie outside: layers do not draw a border alike.
_HALF = 0.5
_FINE = 1e-3  # of the extent of the land: how fine its outline is for that question
_RIM = 0.05  # millimetres: borders that are drawn side by side are one
_BESIDE = 0.3  # millimetres from the land: units that border on it


def units_outside(layer: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the units of a layer that lie outside the new units of a result, and near them.

    Parameters
    ----------
    layer
        Units in any CRS in metres, those of the result perhaps among them.
    new
        The new units, in a CRS in metres.

    Returns
    -------
    geopandas.GeoDataFrame
        Those of which at least half is outside and which are no further off than the land is wide,
        in the CRS of `new`.

    Raises
    ------
    UsageError
        If there are none.
    """
    west, south, east, north = new.total_bounds
    extent = max(east - west, north - south)
    shapes = np.asarray(new.geometry.values)
    land = shapely.union_all(shapely.buffer(shapely.simplify(shapes, _FINE * extent),
                                            _FINE * extent))  # fmt: skip
    reach = shapely.box(west - extent, south - extent, east + extent, north + extent)
    there = in_plane(np.array([shapely.segmentize(reach, extent / 4)]), new.crs, layer.crs)[0]
    near = layer.iloc[np.sort(layer.sindex.query(there, predicate="intersects"))]
    near = near.to_crs(new.crs)
    valid = made_valid(np.asarray(near.geometry.values))
    without = shapely.area(shapely.difference(valid, land))
    chosen = near[without >= _HALF * np.maximum(shapely.area(valid), 1e-9)]
    if not len(chosen):
        raise UsageError(sentence("usage.around", n=len(layer)))
    return chosen


@dataclass(frozen=True)
class Around:
    """The units outside as they are on a map.

    Attributes
    ----------
    svg
        Their areas and borders; blank if none is on the map.
    names, wishes
        What they are called, and where that may stand.
    """

    svg: str
    names: list[str]
    wishes: list[Wish]


def on_map(layer: gpd.GeoDataFrame, shapes: Geometries, land: BaseGeometry) -> Around:
    """Draw the units outside, to be covered by the land.

    Parameters
    ----------
    layer
        The units.
    shapes
        What of them is on the map, in millimetres of paper; empty where nothing is.
    land
        What of the land is on the map; see `outline`.
    """
    shapely.prepare(land)
    free = shapely.difference(made_valid(shapes), land)
    seen = np.flatnonzero(shapely.area(free) > 0)
    beside = shapely.dwithin(land, free, _BESIDE)  # what is prepared comes first
    names, wishes, titles = [], [], titles_of(layer)
    for k in seen[np.lexsort((-shapely.area(free[seen]), ~beside[seen]))].tolist():
        name = titles[k]
        if not name:
            continue
        sizes = (_LARGE, _NAME, _LEAST)[int(shapely.area(free[k]) < _WIDE) :]
        ways = tuple(way for size in sizes for way in two_lines(name, size))
        names.append(name)
        wishes.append(Wish(areal(free[k]), ways, led=bool(beside[k]), clear_of=land))
    return Around(areas(shapes[seen], [FILL] * len(seen), _BORDER, _WIDTH), names, wishes)


def outline(shapes: Geometries) -> BaseGeometry:
    """Return the land of units as one, in millimetres of paper, with a thin rim."""
    return shapely.union_all(shapely.buffer(shapes, _RIM, quad_segs=2))


def areal(shape: BaseGeometry) -> BaseGeometry:
    """Return what of a shape has an area."""
    parts = shapely.get_parts(shape)
    return shapely.multipolygons(parts[shapely.get_dimensions(parts) == 2])  # noqa: PLR2004
