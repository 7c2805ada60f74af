"""Where a layer lies: its zone from the places that it names, and VN-2000 without its datum shift.

The datum shift of VN-2000 to WGS 84 is EPSG:6960, some 224 m in the north of the country. A .prj
that names VN-2000 over the WGS 84 datum loses it without a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from pyproj import CRS, Geod, Proj
from pyproj.crs import ProjectedCRS

from geo_merge.errors import CRSError
from geo_merge.geometry.areas import transformer
from geo_merge.geometry.projection import WGS84, describe, metres_per_unit
from geo_merge.geometry.rings import Bools, Floats, Ints
from geo_merge.units.crs import missing_crs
from geo_merge.vietnam.files import zones
from geo_merge.vietnam.files.datum import NAMED
from geo_merge.vietnam.names import UNIT_TYPES, bare_key
from geo_merge.vietnam.places import positions
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import sentence

if TYPE_CHECKING:
    import geopandas as gpd

# Kilometres: a unit of the right zone lies this near to the known position of its name. Positions
# are good to 1.5 km in the median; neighbouring zones differ by 26 km.
NEAR_KM = 10.0
# Units with known names that are needed before their positions prove anything, and the share of
# them that must be near; the right zone gets nearly all, a wrong one under 5 %.
MIN_PLACED = 3
MIN_SHARE = 0.5
MAX_RIVAL = 0.5  # of the share of the best
_SAMPLE = 500
_SHOWN = 5  # rows
_KM_PER_DEGREE = 111.2
_DEGREES = 180
_POLE = 90
_MOSTLY = 0.9  # of the units must be called as those of Vietnam
_GEOD = Geod(ellps="WGS84")
_TM3_SCALE = 0.9999
_MAPINFO = "unnamed"  # the name of a CRS from a MapInfo table


# The westernmost longitude of the country from each latitude northwards, roughly: west of it, and
# with codes of other widths, lie Laos and Cambodia.
_WEST = ((6.5, 104.3), (10.9, 105.7), (11.8, 106.3), (12.3, 107.2), (14.5, 106.5), (17.0, 104.8),
         (19.0, 103.7), (20.5, 102.1), (23.5, 180.0))  # fmt: skip
_EAST = 115.0  # Trường Sa


@dataclass(frozen=True)
class Fit:
    """How a layer falls on the country if it is in a CRS.

    Attributes
    ----------
    crs
        The CRS that was tried.
    near
        Which of the units with known names lie within `NEAR_KM` of such a place.
    swapped
        Whether x and y were exchanged for it.
    middle
        Longitude and latitude of the middle of the layer, degrees.
    """

    crs: CRS
    near: Bools
    swapped: bool
    middle: tuple[float, float]

    @property
    def share(self) -> float:
        """Share of the units that lie where they should."""
        return float(self.near.mean())

    def __str__(self) -> str:
        return f"{describe(self.crs)} {self.share:.0%}"


def repaired(crs: CRS) -> CRS | None:
    """Return a CRS that names VN-2000 over another datum with its own; None if it is sound.

    A transverse Mercator with the scale 0.9999 of the TM-3 zones over an unknown datum is VN-2000
    too. So is one of its zones in a MapInfo table, which knows no VN-2000 and says WGS 84 instead.
    """
    if crs.is_bound or crs.datum is None or "vietnam" in crs.datum.name.lower():
        return None
    unknown = crs.datum.name.lower().startswith(("unknown", "unnamed"))
    parameters = _parameters(crs)
    tm3 = parameters.get("Scale factor at natural origin") == _TM3_SCALE
    sure = bool(NAMED.search(crs.to_wkt())) or (unknown and tm3)
    if not sure and not (tm3 and crs.name.lower() == _MAPINFO):
        return None
    if crs.is_geographic:
        return CRS.from_epsg(4756)
    for zone in map(CRS.from_epsg, zones.VN2000):
        if zone.is_projected and _parameters(zone) == parameters:
            return zone
    if not sure or crs.coordinate_operation is None:
        return None
    return CRS.from_user_input(ProjectedCRS(crs.coordinate_operation, geodetic_crs=4756))


def _parameters(crs: CRS) -> dict[str, float]:
    operation = crs.coordinate_operation
    return {p.name: float(p.value) for p in operation.params} if operation else {}


def repair(frame: gpd.GeoDataFrame, source: str) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return a layer with VN-2000's own datum, and a warning if that had to be restored."""
    crs = repaired(frame.crs)
    if crs is None:
        return frame, []
    x, y = _middle(frame)
    there, here = (transformer(c, WGS84).transform(x, y) for c in (frame.crs, crs))
    metres = abs(_GEOD.inv(*there, *here)[2])
    told = sentence("R02.datum", source=source, said=_said(frame.crs), metres=metres,
                    crs=describe(crs))  # fmt: skip
    finding = Finding.of(told, value=metres, unit_of_value="m")
    return frame.set_crs(crs, allow_override=True), [finding]


def _said(crs: CRS) -> str:
    if NAMED.search(crs.to_wkt()):
        return sentence("R02.names", crs=crs.name)
    return sentence("R02.zone")


def place(frame: gpd.GeoDataFrame, names: Sequence[str], hint: str) -> tuple[CRS, Finding]:
    """Find the CRS of a layer that names none, from the places that it names.

    Raises
    ------
    CRSError
        R01 if no CRS clearly fits best; the message lists those that could be.
    """
    fits = rank(frame, names)
    if not fits or fits[0].share < MIN_SHARE:
        raise missing_crs(hint, tuple(frame.total_bounds), zones.candidates)
    best = fits[0]
    rivals = [f for f in fits[1:] if f.share > MAX_RIVAL * best.share]
    if best.swapped:
        raise CRSError(sentence("R01.swapped", why=hint, share=best.share, crs=describe(best.crs)))
    if rivals:
        listed = [str(fit) for fit in (best, *rivals)]
        raise CRSError(sentence("R01.rivals", why=hint, km=NEAR_KM, fits=listed))
    second = sentence("R01.second", crs=str(fits[1])) if len(fits) > 1 else ""
    told = sentence("R01.placed", why=hint, crs=describe(best.crs), share=best.share, km=NEAR_KM,
                    second=second)  # fmt: skip
    return best.crs, Finding.of(told, value=100 * best.share, unit_of_value="%")


def check_places(frame: gpd.GeoDataFrame, names: Sequence[str], source: str) -> bool:
    """Check that a layer lies where the places that it names are; True if that is proven.

    Raises
    ------
    CRSError
        R02 if they, or some of them, lie elsewhere and another CRS would put them right; R03 if
        they are called as the units of the country and lie beyond it.
    """
    known = _known(_boxes(frame), names)
    xy = known.xy
    degrees = np.abs(xy).max(axis=1, initial=0) <= _DEGREES
    if len(xy) < MIN_PLACED or degrees.any() != degrees.all():
        return _refuse_abroad(frame, names, source)
    stated = _stated(frame.crs, known)
    if stated.near.any():
        _refuse_other_zones(frame, source, known, stated)
    if stated.share >= MIN_SHARE:
        return True
    best = rank(frame, names)[0]
    if best.share < MIN_SHARE or stated.share > MAX_RIVAL * best.share:
        return _refuse_abroad(frame, names, source)
    if degrees.all() != frame.crs.is_geographic:
        kind = "R02.says_metres" if degrees.all() else "R02.says_degrees"
        swapped = sentence("R02.with_swap") if best.swapped else ""
        raise CRSError(sentence(kind, source=source, crs=describe(frame.crs), best=best,
                                swapped=swapped))  # fmt: skip
    if best.swapped:
        raise CRSError(
            sentence("R02.swapped", source=source, share=best.share, crs=describe(best.crs))
        )
    away = ""
    if np.isfinite(stated.middle).all():
        metres = abs(_GEOD.inv(*stated.middle, *best.middle)[2])
        away = sentence("R02.away", km=metres / 1000)
    raise CRSError(
        sentence("R02.elsewhere", source=source, crs=describe(frame.crs), lon=stated.middle[0],
                 lat=stated.middle[1], away=away, fit=str(best))
    )  # fmt: skip


def lies_elsewhere(boxes: Floats, crs: CRS, names: Sequence[str]) -> bool:
    """Tell whether `check_places` may refuse a layer; boxes of rows, shape (n, 4)."""
    known = _known(boxes, names)
    if len(known.xy) < MIN_PLACED:
        return False
    stated = _stated(crs, known)
    return stated.share < MIN_SHARE or _other_zone(known, stated, boxes) is not None


def _stated(crs: CRS, known: _Known) -> Fit:
    """Return how units fall on the country if they are in the CRS that their layer says."""
    x, y = known.xy.T
    return _fit(crs, transformer(crs, WGS84).transform(x, y, errcheck=False), known)


def _other_zone(known: _Known, stated: Fit, boxes: Floats) -> Fit | None:
    """Return the CRS in which those units lie where their names say that do not in the stated one.

    One or two may do so by chance: they must also lie apart from all others. None if there is none.
    """
    rest = known.of(~stated.near)
    if not len(rest.xy):
        return None
    best = _ranked(rest.of(np.arange(len(rest.xy)) < _SAMPLE))[0]
    best = _fit(best.crs, _roughly(best.crs, rest.xy[:, :: -1 if best.swapped else 1]), rest,
                swapped=best.swapped)  # fmt: skip
    if best.near.sum() >= MIN_PLACED:
        return best if best.share >= MIN_SHARE else None
    return best if best.near.all() and _are_apart(boxes, rest.row, stated.crs) else None


def _are_apart(boxes: Floats, rows: Ints, crs: CRS) -> bool:
    """Tell whether rows lie further from all others than units do from where they should be.

    Not of islands so far from each other that their middle tells nothing.
    """
    reach = NEAR_KM * 1000 / metres_per_unit(crs)
    if (boxes[rows, 2:] - boxes[rows, :2] > 2 * reach).any():
        return False
    there = np.asarray(np.isfinite(boxes).all(axis=1))
    there[rows] = False
    tree = shapely.STRtree(shapely.box(*boxes[there].T))
    return not len(tree.query(shapely.box(*boxes[rows].T), "dwithin", reach)[0])


def _refuse_other_zones(frame: gpd.GeoDataFrame, source: str, known: _Known, stated: Fit) -> None:
    other = _other_zone(known, stated, _boxes(frame))
    if other is None:
        return
    odd = known.row[~stated.near][other.near].tolist()
    codes = [str(frame.iloc[k].get("code", "")) for k in odd[:_SHOWN]]
    swapped = sentence("R02.with_swap") if other.swapped else ""
    raise CRSError(sentence("R02.rows", source=source, n=len(odd), all=len(frame),
                            rows=[str(k + 1) for k in odd[:_SHOWN]], codes=codes,
                            crs=describe(frame.crs), other=describe(other.crs),
                            swapped=swapped))  # fmt: skip


def _written_type(name: str) -> str:
    """Return the type that a name begins with in full; shortened ones are initials elsewhere."""
    return next((t for t in UNIT_TYPES if name.casefold().startswith(f"{t.casefold()} ")), "")


def _refuse_abroad(frame: gpd.GeoDataFrame, names: Sequence[str], source: str) -> bool:
    """Refuse units that are called as those of Vietnam and lie elsewhere; nothing is proven."""
    types = frame["unit_type"] if "unit_type" in frame else [""] * len(names)
    kinds = [kind or _written_type(name) for kind, name in zip(types, names, strict=True)]
    ours = sorted(set(kinds).intersection(UNIT_TYPES))
    if not kinds or sum(kind in ours for kind in kinds) < _MOSTLY * len(kinds) or is_here(frame):
        return False
    x, y = _middle(frame)
    lon, lat = transformer(frame.crs, WGS84).transform(x, y, errcheck=False)
    in_degrees = max(abs(x), abs(y)) <= _DEGREES
    if in_degrees != frame.crs.is_geographic or not (abs(lon) <= _DEGREES and abs(lat) <= _POLE):
        return False  # no place on earth, which is told by itself
    raise CRSError(sentence("R03.abroad", source=source, crs=describe(frame.crs), types=ours,
                            lon=lon, lat=lat))  # fmt: skip


def is_here(frame: gpd.GeoDataFrame) -> bool:
    """Tell whether most of a layer lies in Vietnam, roughly.

    The middle of all does not tell: that of the mainland lies in Laos.
    """
    if frame.crs is None or not np.isfinite(frame.total_bounds).all():
        return False
    if not (frame.crs.is_geographic or frame.crs.is_projected):
        return False  # a plan, which lies nowhere
    boxes = shapely.bounds(np.asarray(frame.geometry.values))
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    x, y = (boxes[:, :2] + boxes[:, 2:]).T / 2
    lon, lat = transformer(frame.crs, WGS84).transform(x, y, errcheck=False)
    south, west = np.array([(-90.0, 180.0), *_WEST]).T
    west = west[np.searchsorted(south, lat, side="right") - 1]
    return bool(((west <= lon) & (lon <= _EAST)).mean() > 1 / 2)


def rank(frame: gpd.GeoDataFrame, names: Sequence[str]) -> list[Fit]:
    """Return how each CRS of the country would place a layer, the best first.

    The list is empty if the layer names too few known places.
    """
    known = _known(_boxes(frame), names)
    if len(known.xy) < MIN_PLACED:
        return []
    return _ranked(known.of(np.arange(len(known.xy)) % (len(known.xy) // _SAMPLE + 1) == 0))


def _ranked(known: _Known) -> list[Fit]:
    xy = known.xy
    geographic = bool(np.abs(xy).max() <= _DEGREES)
    crss = [CRS.from_epsg(code) for code in zones.CANDIDATES]
    crss = [crs for crs in crss if crs.is_geographic == geographic]
    fits = [_fit(crs, _roughly(crs, xy), known) for crs in crss]
    fits += [_fit(crs, _roughly(crs, xy[:, ::-1]), known, swapped=True) for crs in crss]
    return sorted(fits, key=lambda fit: -fit.share)


@dataclass(frozen=True)
class _Known:
    """Units with known names.

    Attributes
    ----------
    row, xy
        The row and the middle of each.
    unit, place
        For each known place, the unit (a position in `row`) that is called so; and its longitude
        and latitude.
    """

    row: Ints
    xy: Floats
    unit: Ints
    place: Floats

    def of(self, chosen: Bools) -> _Known:
        """Return some of the units."""
        there = chosen[self.unit]
        number = np.cumsum(chosen) - 1
        return _Known(self.row[chosen], self.xy[chosen], number[self.unit[there]],
                      self.place[there])  # fmt: skip


def _boxes(frame: gpd.GeoDataFrame) -> Floats:
    return np.asarray(shapely.bounds(np.asarray(frame.geometry.values)))


def _known(boxes: Floats, names: Sequence[str]) -> _Known:
    places = positions()
    keys = [bare_key(name) for name in names]
    usable = [k for k, key in enumerate(keys) if key in places and np.isfinite(boxes[k]).all()]
    found = [places[keys[k]] for k in usable]
    xy = (boxes[usable, :2] + boxes[usable, 2:]) / 2
    unit = np.repeat(np.arange(len(usable)), [len(f) for f in found])
    return _Known(np.array(usable, dtype=np.int64), xy, unit,
                  np.concatenate(found) if found else np.empty((0, 2)))  # fmt: skip


def _roughly(crs: CRS, xy: Floats) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes to a metre.

    To find the exact way takes 20 ms for each of two dozen zones, of which but one is right.
    """
    x, y = xy.T
    if crs.is_projected and crs.geodetic_crs is not None:
        x, y = Proj(crs)(x, y, inverse=True, errcheck=False)
        crs = crs.geodetic_crs
    lon, lat = transformer(crs, WGS84).transform(x, y, errcheck=False)
    return lon, lat


def _fit(crs: CRS, lonlat: tuple[Floats, Floats], known: _Known, *, swapped: bool = False) -> Fit:
    lon, lat = lonlat
    unit, place = known.unit, known.place
    dx = (lon[unit] - place[:, 0]) * np.cos(np.radians(place[:, 1]))
    away = np.hypot(dx, lat[unit] - place[:, 1]) * _KM_PER_DEGREE
    near = np.zeros(len(lon), dtype=bool)
    near[unit[away <= NEAR_KM]] = True  # not a number compares as far
    middle = (float(np.median(lon)), float(np.median(lat)))
    return Fit(crs, near, swapped, middle)


def _middle(frame: gpd.GeoDataFrame) -> tuple[float, float]:
    boxes = shapely.bounds(np.asarray(frame.geometry.values))
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if not len(boxes):
        return 0.0, 0.0
    x, y = (boxes[:, :2].min(axis=0) + boxes[:, 2:].max(axis=0)) / 2
    return float(x), float(y)
