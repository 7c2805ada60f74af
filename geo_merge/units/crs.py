"""Which coordinate reference system a layer is in, and which one to work in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import CRS

from geo_merge.errors import CRSError
from geo_merge.geometry.areas import transformer
from geo_merge.geometry.longitudes import HALF, TURN
from geo_merge.geometry.projection import WGS84, describe
from geo_merge.geometry.rings import Bools, Floats, Geometries
from geo_merge.vocabulary.accepting import as_note, is_accepted
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import sentence

if TYPE_CHECKING:
    import geopandas as gpd

_METRES_PER_DEGREE = 111_320.0  # of the equator
# A square on round coordinates may be drawn so; a border with so many vertices was rounded.
_MIN_VERTICES = 20
Bounds = tuple[float, float, float, float]
# A layer may lie this far beyond the area that its CRS is made for; along the parallels further,
# since countries use one zone for all (Norway's zone 33, for 12 to 18° E, from 4 to 31° E).
MARGIN_DEGREES, MARGIN_LONGITUDE = 3.0, 14.0
# Beyond the area by less than this is a box around it, not another use.
_EDGE = 0.5


def coarsest_grid(frame: gpd.GeoDataFrame) -> float:
    """Return the grid that the coordinates of some units lie on and those of others not, in metres.

    Layers are written in degrees with 5 decimals (1.1 m) or in whole metres; a finer grid does not
    matter, and a coarser one no border survives. Where all units are on it, or none, no two
    neighbours were rounded differently: 0.
    """
    decimals, cell = grid_of_crs(frame.crs)
    some, every = on_grid(np.asarray(frame.geometry.values), decimals)
    return cell if some and not every else 0.0


def grid_of_crs(crs: CRS) -> tuple[int, float]:
    """Return the decimals that layers in a CRS are rounded to, and metres from one to the next."""
    return (5, 1e-5 * _METRES_PER_DEGREE) if crs.is_geographic else (0, 1.0)


def on_grid(geometries: Geometries, decimals: int) -> tuple[bool, bool]:
    """Tell whether some geometries (of many vertices), and whether all, have so few decimals."""
    rounded = ~_off_grid(shapely.bounds(geometries).T, decimals)  # most units show it by these
    left = np.flatnonzero(rounded)
    xy, owner = shapely.get_coordinates(geometries[left], return_index=True)
    rounded[left[owner[_off_grid(xy.T.copy(), decimals)]]] = False
    many = shapely.get_num_coordinates(geometries) >= _MIN_VERTICES
    return bool((rounded & many).any()), bool(rounded.all())


def _off_grid(coordinates: Floats, decimals: int) -> Bools:
    """Tell of which columns a value has more decimals."""
    off = np.zeros(coordinates.shape[1], dtype=bool)
    with np.errstate(invalid="ignore", over="ignore"):  # the checks tell infinite coordinates
        for values in coordinates:  # a maximum of each pair takes five times as long
            off |= np.abs(values - np.round(values, decimals)) > 10.0 ** -(decimals + 4)
    return off


def check_coordinates(
    frame: gpd.GeoDataFrame,
    source: str,
    *,
    placed: bool = False,
    accept: Collection[str] = (),
) -> list[Finding]:
    """Check that the coordinates can be what the CRS says.

    Parameters
    ----------
    frame, source
        The layer and its file name.
    placed
        Whether the layer is known to lie where it should: then a zone may reach beyond its area.
    accept
        Checks whose judgement of what is plausible is known to be wrong here (R03).

    Returns
    -------
    list of Finding
        R03, as a note, where a CRS is used beyond the area that it is made for.

    Raises
    ------
    CRSError
        R02 if degrees and metres are mixed up, latitude and longitude swapped, or rows of one
        layer are in different systems; R03 if the layer lies outside the area of its CRS.
    """
    boxes = shapely.bounds(np.asarray(frame.geometry.values))
    known = np.isfinite(boxes).all(axis=1)
    if not known.any():
        return []
    most = TURN if frame.crs.is_geographic else HALF  # longitudes may run on over 180°
    small = (np.abs(boxes[:, [0, 2]]).max(axis=1) <= most) & (
        np.abs(boxes[:, [1, 3]]).max(axis=1) <= HALF
    )
    _check_one_system(frame, small, known, source)
    _refuse_nowhere(frame, boxes, known, source)
    box = boxes[known]
    bounds = (box[:, 0].min(), box[:, 1].min(), box[:, 2].max(), box[:, 3].max())
    if frame.crs.is_geographic:
        if not small[known].all():
            raise CRSError(
                sentence("R02.no_degrees", source=source, x=bounds[0], y=bounds[1],
                         crs=describe(frame.crs))
            )  # fmt: skip
        if max(abs(bounds[1]), abs(bounds[3])) > 90:  # noqa: PLR2004 - the pole
            raise CRSError(sentence("R02.latitudes", source=source, low=bounds[1], high=bounds[3]))
    elif small[known].all() and frame.crs.axis_info[0].unit_name == "metre":
        raise CRSError(
            sentence("R02.degrees", source=source, x=bounds[0], y=bounds[1],
                     crs=describe(frame.crs))
        )  # fmt: skip
    return [] if placed else _check_area_of_use(frame.crs, bounds, source, accept)


def contradicts(crs: CRS, bounds: Bounds) -> bool:
    """Tell whether bounds may contradict a CRS: a first look, before `check_coordinates`."""
    small = max(map(abs, bounds)) <= 180  # noqa: PLR2004 - degrees
    if crs.is_geographic:
        return not small or max(abs(bounds[1]), abs(bounds[3])) > 90  # noqa: PLR2004 - the pole
    if small and crs.axis_info[0].unit_name == "metre":
        return True
    try:
        _check_area_of_use(crs, bounds, "")
    except CRSError:
        return True
    return False


def _check_one_system(
    frame: gpd.GeoDataFrame,
    small: np.ndarray[tuple[int], np.dtype[np.bool_]],
    known: np.ndarray[tuple[int], np.dtype[np.bool_]],
    source: str,
) -> None:
    if small[known].all() or not small[known].any():
        return
    odd = np.flatnonzero(known & (~small if frame.crs.is_geographic else small))
    label = [str(frame.iloc[i].get("code", "")) for i in odd[:5]]
    raise CRSError(
        sentence("R02.mixed", source=source, n=len(odd), all=int(known.sum()),
                 rows=[str(i + 1) for i in odd[:5]], codes=label)
    )  # fmt: skip


def _refuse_nowhere(frame: gpd.GeoDataFrame, boxes: Floats, known: Bools, source: str) -> None:
    """Refuse rows that are nowhere on earth in a plane in which the others have their place."""
    lost = np.logical_and(known, ~on_earth(frame.crs, boxes))
    if not lost.any() or lost[known].all():
        return
    odd = np.flatnonzero(lost).tolist()
    label = [str(frame.iloc[i].get("code", "")) for i in odd[:5]]
    x, y = boxes[odd[0], :2]
    raise CRSError(
        sentence("R03.rows_nowhere", source=source, n=len(odd), all=int(known.sum()), x=x, y=y,
                 rows=[str(i + 1) for i in odd[:5]], codes=label, crs=describe(frame.crs))
    )  # fmt: skip


def on_earth(crs: CRS, boxes: Floats) -> Bools:
    """Tell which boxes, shape (n, 4), have a place on earth at each of their corners."""
    if crs.is_geographic:
        return np.asarray(np.isfinite(boxes).all(axis=1))
    way = transformer(crs, WGS84)
    corners = [way.transform(boxes[:, x], boxes[:, y], errcheck=False)
               for x in (0, 2) for y in (1, 3)]  # fmt: skip
    return np.asarray(np.isfinite(corners).all(axis=(0, 1)))


def _check_area_of_use(
    crs: CRS, bounds: Bounds, source: str, accept: Collection[str] = ()
) -> list[Finding]:
    use = crs.area_of_use
    if use is None:
        return []
    west, south, east, north = lonlat_bounds(crs, bounds)
    beside = _beside((west, east), (use.west, use.east))
    if not np.isfinite((west, south, east, north)).all():
        raise CRSError(
            sentence("R03.nowhere", source=source, x=bounds[0], y=bounds[1], crs=describe(crs))
        )
    place = {"source": source, "west": west, "east": east, "south": south, "north": north,
             "crs": describe(crs), "area": use.name.rstrip(".")}  # fmt: skip
    if not beside or south > use.north + MARGIN_DEGREES or north < use.south - MARGIN_DEGREES:
        told = sentence("R03.outside", **place)
        if not is_accepted(told, accept):
            raise CRSError(told)
        return [as_note(Finding.of(told))]
    if crs.is_geographic or _within((west, east), (use.west, use.east)):
        return []
    return [Finding.of(sentence("R03.beyond", **place))]


def _within(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Tell whether a stretch of longitudes lies in another; either may have west > east."""
    (west, east), (first, last) = ((w, e + TURN * (w > e)) for w, e in (one, other))
    return any(
        west + turn >= first - _EDGE and east + turn <= last + _EDGE for turn in (-TURN, 0.0, TURN)
    )


def _beside(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Tell whether two stretches of longitudes are near; either may have west > east."""
    if not np.isfinite(one).all():
        return False
    (west, east), (first, last) = ((w, e + TURN * (w > e)) for w, e in (one, other))
    return any(
        west + turn <= last + MARGIN_LONGITUDE and east + turn >= first - MARGIN_LONGITUDE
        for turn in (-TURN, 0.0, TURN)
    )


def lonlat_bounds(crs: CRS, bounds: Bounds) -> Bounds:
    """Return bounds in degrees of longitude and latitude; infinite where they cannot be."""
    to_degrees = transformer(crs, WGS84)
    west, south, east, north = to_degrees.transform_bounds(*bounds, errcheck=False)
    return west, south, east, north


def missing_crs(
    source: str,
    bounds: Bounds,
    candidates: Callable[[Bounds], tuple[int, Sequence[str]]] | None = None,
) -> CRSError:
    """Return the error for a layer that names no CRS: what was tried, and what would fit."""
    if candidates is None:
        return CRSError(sentence("R01.unknown", why=source))
    tried, fitting = candidates(bounds)
    if not fitting:
        return CRSError(sentence("R01.none_fits", why=source, tried=tried))
    return CRSError(sentence("R01.fitting", why=source, tried=tried, fitting=list(fitting)))
