"""Names of coordinate reference systems, and the way from one to WGS 84."""

from __future__ import annotations

import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjError

from geo_merge.errors import CRSError
from geo_merge.geometry.areas import carried, transformer
from geo_merge.geometry.curves import Scale, follow_rings
from geo_merge.geometry.plane_vertices import NO_VERTICES, PlaneVertices
from geo_merge.geometry.rings import Floats, Rings
from geo_merge.wording.sentence import sentence

WGS84 = CRS.from_epsg(4326)
_DECIMALS = 12  # degrees
_SHOWN = 80  # characters of what names no CRS
_METRES_PER_RADIAN = 6_378_137.0  # of the equator


def parse_crs(text: str) -> CRS:
    """Return the CRS that an option names, as ``9214`` or ``EPSG:9214``."""
    try:
        return CRS.from_user_input(int(text) if text.isdecimal() else text)
    except (ProjError, ValueError):  # thousands of digits; halves of characters
        raise CRSError(sentence("R01.no_such_crs", text=text[:_SHOWN])) from None


def describe(crs: CRS) -> str:
    """Return ``EPSG:9214 (VN-2000 / TM-3 107-00)`` for messages."""
    code = crs.to_epsg()
    return f"EPSG:{code} ({crs.name})" if code else crs.name


def metres_per_unit(crs: CRS) -> float:
    """Return how many metres a unit of a CRS is, at the equator if it is an angle."""
    factor = float(crs.axis_info[0].unit_conversion_factor or 1.0)
    return factor * _METRES_PER_RADIAN if crs.is_geographic else factor


def metres_along(crs: CRS) -> Scale:
    """Return what tells how many metres a unit of a CRS is along each axis, x before y."""
    unit = metres_per_unit(crs)
    if not crs.is_geographic:
        return lambda xy: np.full_like(xy, unit)
    radians = unit / _METRES_PER_RADIAN
    return lambda xy: unit * np.column_stack([np.cos(xy[:, 1] * radians), np.ones(len(xy))])


class Projection:
    """The way from a CRS to WGS 84.

    Parameters
    ----------
    crs
        The CRS of the layers.
    only_plane
        Vertices that edges straight in degrees have for that CRS alone.
    """

    def __init__(self, crs: CRS, only_plane: PlaneVertices = NO_VERTICES) -> None:
        self.same = bool(crs.equals(WGS84))
        self.only_plane = only_plane
        self._unit = metres_per_unit(crs)
        self._way = transformer(crs, WGS84)

    def __call__(self, xy: Floats) -> Floats:
        """Return longitudes and latitudes of vertices, shape (n, 2).

        What came in WGS 84 comes back as it was: the way to a plane and back is not exact, but it
        is to a tenth of a micrometre.
        """
        if self.same:
            return xy
        return np.round(carried(self._way, xy), _DECIMALS)

    def follow(self, rings: Rings) -> Rings:
        """Return rings with vertices on long edges that are no straight lines in degrees."""
        done = self.only_plane.among(rings.xy) if len(self.only_plane) else None
        return follow_rings(rings, self, self._unit, metres_along(WGS84), done)

    def straighten(self, rings: Rings) -> Rings:
        """Return rings without the vertices that edges straight in degrees have for a plane."""
        return self.only_plane.left_out(rings, self) if len(self.only_plane) else rings
