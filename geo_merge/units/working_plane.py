"""The plane to work in: gaps are as wide in it, and distances as far, as they are on the ground."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Proj
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import LambertAzimuthalEqualAreaConversion

from geo_merge.errors import LayerError
from geo_merge.geometry.areas import transformer
from geo_merge.geometry.longitudes import HALF, TURN
from geo_merge.geometry.projection import describe
from geo_merge.geometry.rings import Floats
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import sentence

# How much larger or smaller than on the ground a plane may show areas: nearly all units, and any
# (Web Mercator: 1.15 at 21° N; the islands of Vietnam in the zone of its mainland: 1.03).
MAX_AREA_RATIO, MAX_OF_ANY = 1.02, 1.05
NEARLY_ALL = 0.99
_ZONE, _ZONES = 6, 60  # degrees of a zone of UTM
_SOUTH, _NORTH = -80.0, 84.0  # where UTM ends
_STEP = 0.001  # degrees


def working_crs(frames: Sequence[gpd.GeoDataFrame]) -> CRS:
    """Return the CRS in metres to work in: that of the layer with most units if that is good.

    Coordinates of that layer then stay as they are, unless its axes are those of a mirror, which
    nobody could draw. Else it is the zone of UTM of most units, and
    where the layer is too wide for a zone or lies at a pole, an equal-area plane about its middle,
    which has the same widths whatever lies far away.

    Raises
    ------
    LayerError
        If no unit of the layers has a place.
    """
    places = [_lonlat(frame) for frame in frames]
    everywhere = np.concatenate(places)
    if not len(everywhere):
        raise LayerError(sentence("G01.nowhere"))
    for frame in sorted(frames, key=len, reverse=True):
        fits = _in_metres(frame.crs) and _keeps_areas(frame.crs, everywhere)
        if fits and not _is_mirrored(frame.crs, everywhere):
            return CRS.from_user_input(frame.crs)
    zone = _zone(everywhere)
    if zone is not None and _keeps_areas(zone, everywhere):
        return zone
    return _about_middle(max(frames, key=len).crs, everywhere)


def note_plane(frames: Sequence[gpd.GeoDataFrame], plane: CRS) -> list[Finding]:
    """Say which plane the layers are worked on in if it is none that anybody would expect."""
    if any(frame.crs == plane for frame in frames):
        return []
    if plane.to_epsg() is not None:
        own = max(frames, key=len).crs
        if not _in_metres(own):
            return []
        return [Finding.of(sentence("R05.other", crs=describe(own), plane=describe(plane)))]
    return [Finding.of(sentence("R05.plane", plane=describe(plane)))]


def _in_metres(crs: CRS) -> bool:
    return crs.is_projected and {a.unit_name for a in crs.axis_info} == {"metre"}


def _is_mirrored(crs: CRS, lonlat: Floats) -> bool:
    """Tell whether left and right are changed: Krovak's axes run south and west."""
    lon, lat = np.median(lonlat, axis=0)
    east, north = (lon + _STEP, lat), (lon, lat + _STEP)
    corner = np.array([(lon, lat), east, north])
    x, y = transformer(crs.geodetic_crs, crs).transform(*corner.T)
    return bool((x[1] - x[0]) * (y[2] - y[0]) < (x[2] - x[0]) * (y[1] - y[0]))


def _lonlat(frame: gpd.GeoDataFrame) -> Floats:
    """Return longitude and latitude of the middle of each unit that has a place; shape (n, 2)."""
    boxes = shapely.bounds(np.asarray(frame.geometry.values))
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    places = np.column_stack(
        transformer(frame.crs, frame.crs.geodetic_crs).transform(x, y, errcheck=False)
    )
    return np.asarray(places[np.isfinite(places).all(axis=1)])


def _keeps_areas(crs: CRS, lonlat: Floats) -> bool:
    """Tell whether a plane shows areas as large as they are, of nearly all units, and of any."""
    scale = np.asarray(
        Proj(crs).get_factors(lonlat[:, 0], lonlat[:, 1], errcheck=False).areal_scale
    )
    off = np.where(np.isfinite(scale) & (scale > 0), np.maximum(scale, 1 / scale), np.inf)
    return bool((off <= MAX_AREA_RATIO).mean() >= NEARLY_ALL and (off <= MAX_OF_ANY).all())


def _zone(lonlat: Floats) -> CRS | None:
    """Return the zone of UTM in the middle of most places; None where there is none."""
    lon, lat = np.median(lonlat, axis=0)
    if lonlat[:, 1].min() < _SOUTH or lonlat[:, 1].max() > _NORTH:
        return None
    number = int((lon + HALF) // _ZONE) % _ZONES + 1
    return CRS.from_epsg((32600 if lat >= 0 else 32700) + number)


def _about_middle(crs: CRS, lonlat: Floats) -> CRS:
    """Return Lambert's equal-area plane about the middle of most places, to a degree."""
    lon, lat = np.round(np.median(lonlat, axis=0))
    lon = (lon + HALF) % TURN - HALF
    return CRS.from_user_input(
        ProjectedCRS(
            LambertAzimuthalEqualAreaConversion(float(lat), float(lon)),
            name=f"an equal-area plane about {abs(lon):.0f}°{'E' if lon >= 0 else 'W'} "
            f"{abs(lat):.0f}°{'N' if lat >= 0 else 'S'}",
            geodetic_crs=crs.geodetic_crs,
        )
    )
