"""The coordinate systems that Vietnamese layers come in."""

from __future__ import annotations

from collections.abc import Sequence

from pyproj import CRS

from geo_merge.geometry.projection import WGS84
from geo_merge.units.crs import Bounds, lonlat_bounds

# VN-2000 geographic; UTM 48N, 49N; TM-3 zones of the provinces (Circular 973/2001/TT-TCĐC).
VN2000 = (4756, 3405, 3406, *range(9205, 9219), *range(5896, 5900))
CANDIDATES = (4326, *VN2000, 32648, 32649)
UTM = frozenset({3405, 3406, 32648, 32649})
# Mainland with near islands, degrees: west, south, east, north.
LAND = (102.0, 8.0, 110.0, 23.5)
# A TM-3 zone is 3° wide; a province reaches over its edge at most by this.
ZONE_REACH = 1.8


def candidates(bounds: Bounds) -> tuple[int, Sequence[str]]:
    """Return how many systems were tried on a layer's bounds, and which of them fit the country."""
    fitting = [code for code in CANDIDATES if _fits(CRS.from_epsg(code), bounds)]
    return len(CANDIDATES), [f"EPSG:{code}" for code in fitting]


def _fits(crs: CRS, bounds: Bounds) -> bool:
    if crs.is_geographic:
        west, south, east, north = bounds
    elif max(map(abs, bounds)) <= 180:  # noqa: PLR2004 - degrees, whatever the CRS
        return False
    else:
        west, south, east, north = lonlat_bounds(crs, bounds)
    inside = west >= LAND[0] and south >= LAND[1] and east <= LAND[2] and north <= LAND[3]
    if not inside or crs.is_geographic or crs.equals(WGS84):
        return inside
    operation = crs.coordinate_operation
    meridian = next(
        float(p.value)
        for p in (operation.params if operation else ())
        if p.name == "Longitude of natural origin"
    )
    reach = 2 * ZONE_REACH if crs.to_epsg() in UTM else ZONE_REACH  # a UTM zone is 6° wide
    return bool(meridian - reach <= west and east <= meridian + reach)
