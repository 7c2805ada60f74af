"""Checks of each polygon by itself: is there one, is it valid, is it whole (G01 to G08)."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.checks.labels import label, where
from geo_merge.geometry.areas import areas, transformer
from geo_merge.geometry.projection import WGS84
from geo_merge.geometry.rings import FARTHEST, Bools, Floats, Ints, Rings, is_polygonal
from geo_merge.geometry.validity import usable
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Limits
from geo_merge.vocabulary.sentence import sentence

# What GEOS calls that a polygon is invalid.
_REASONS = {
    "self-intersection": "G04.self_intersection",
    "ring self-intersection": "G04.ring_self_intersection",
    "hole lies outside shell": "G04.hole_outside",
    "holes are nested": "G04.nested_holes",
    "nested shells": "G04.nested_shells",
    "interior is disconnected": "G04.interior",
    "duplicate rings": "G04.duplicate_rings",
    "too few points in geometry component": "G04.few_points",
    "ring is not closed": "G04.not_closed",
}


def check_geometries(
    frame: gpd.GeoDataFrame, limits: Limits | None = None, *, good: Bools | None = None
) -> list[Finding]:
    """Find null, empty, non-polygonal, invalid, zero-area and tiny geometries (G01 to G05)."""
    limits = limits or Limits()
    geometries = np.asarray(frame.geometry.values)
    suspect = ~(usable(geometries) if good is None else good)
    suspect[~suspect] = shapely.area(geometries[~suspect]) < limits.tiny
    findings = []
    for k in np.flatnonzero(suspect):
        code, geometry = str(frame.index[k]), geometries[k]
        kind, values, place = _problem(geometry)
        if kind == "G04.invalid" and isinstance(place, shapely.Point):
            lon, lat = transformer(frame.crs, WGS84).transform(place.x, place.y)
            values["at"] = sentence("words.at", lon=lon, lat=lat)
        told = sentence(kind, where=where(frame, code), unit=label(frame, code), **values)
        m2 = float(shapely.area(geometry)) if kind.startswith("G05") else None
        findings.append(
            Finding.of(told, units=(code,), value=m2, unit_of_value="" if m2 is None else "m²",
                       geometry=place)
        )  # fmt: skip
    return findings


def _problem(  # noqa: PLR0911 - one return a problem
    geometry: BaseGeometry | None,
) -> tuple[str, dict[str, Any], BaseGeometry | None]:
    """Say what is wrong with a geometry that is not usable, or tiny: a kind, its values, where."""
    if geometry is None:
        return "G01.none", {}, None
    if geometry.is_empty:
        return "G01.empty", {}, None
    xy = shapely.get_coordinates(geometry)
    on_earth = (np.abs(xy) < FARTHEST).all(axis=1)
    if not on_earth.all():
        place = shapely.multipoints(xy[on_earth]) if on_earth.any() else None
        at = int(np.flatnonzero(~on_earth)[0])
        kind = "G02.nowhere" if np.isfinite(xy[at]).all() else "G02.infinite"
        return kind, {"at": at + 1}, place
    if not is_polygonal(geometry):
        return "G03.other", {"kind_of_geometry": geometry.geom_type}, geometry
    if shapely.area(shapely.convex_hull(geometry)) == 0:
        return "G05.none", {}, geometry
    if not shapely.is_valid(geometry):
        what, _, place = shapely.is_valid_reason(geometry).partition("[")
        point = shapely.Point(*map(float, place.rstrip("]").split()[:2])) if place else geometry
        reason = sentence(_REASONS.get(what.lower(), "G04.other"), reason=what.lower())
        return "G04.invalid", {"what": reason, "place": place.rstrip("]"), "at": ""}, point
    return "G05.crumb", {"m2": shapely.area(geometry)}, geometry


def check_spikes(frame: gpd.GeoDataFrame, rings: Rings, limits: Limits) -> list[Finding]:
    """Find spikes: an outline that runs out to a vertex and back on itself (G07)."""
    at, length, foot = find_spikes(rings, limits.narrow, limits.spike)
    findings = []
    for k, long, wide in zip(at, length, foot, strict=True):
        code = str(frame.index[rings.owner[rings.run_of(np.array([k]))[0]]])
        findings.append(
            Finding.of(
                sentence("G07.spike", where=where(frame, code), unit=label(frame, code),
                         length=long, foot=wide),
                units=(code,),
                value=float(long),
                unit_of_value="m",
                geometry=shapely.Point(rings.xy[k]),
            )
        )  # fmt: skip
    return findings


def find_spikes(rings: Rings, width: float, length: float) -> tuple[Ints, Floats, Floats]:
    """Return the tips of spikes (as vertices), their lengths and the widths at their feet.

    A spike is a vertex whose shorter edge is at least `length` long and ends at most `width` from
    the longer one.
    """
    dx, dy = (np.diff(v) for v in rings.xy.T)  # edge k leads from vertex k to the next
    first, last = rings.start[:-1], rings.start[1:] - 1
    turns = np.zeros(len(rings.xy), dtype=bool)
    turns[1:-1] = dx[:-1] * dx[1:] + dy[:-1] * dy[1:] < 0
    # The first vertex comes after the last edge; the closing vertex is the first one again.
    turns[first] = dx[last - 1] * dx[first] + dy[last - 1] * dy[first] < 0
    turns[last] = False
    at = np.flatnonzero(turns)
    ring = rings.run_of(at)
    before = np.where(at == first[ring], last[ring] - 1, at - 1)
    a, b = (np.column_stack([dx[edge], dy[edge]]) for edge in (before, at))
    one, two = np.hypot(*a.T), np.hypot(*b.T)
    short, long = np.minimum(one, two), np.maximum(one, two)
    cross = np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
    foot = cross / np.maximum(long, 1e-300)
    spiked = (short >= length) & (foot <= width)
    return at[spiked], short[spiked], foot[spiked]


def check_crumbs(frame: gpd.GeoDataFrame, limits: Limits) -> list[Finding]:
    """Find tiny parts of units that have others (G08)."""
    geometries = np.asarray(frame.geometry.values)
    several = np.flatnonzero(shapely.get_num_geometries(geometries) > 1)
    parts, owner = shapely.get_parts(geometries[several], return_index=True)
    owner = several[owner]
    crumbs = np.flatnonzero(shapely.area(parts) < limits.tiny_part)
    findings = []
    for k, m2 in zip(crumbs, areas(parts[crumbs], frame.crs), strict=True):
        code = str(frame.index[owner[k]])
        findings.append(
            Finding.of(
                sentence("G08.crumb", where=where(frame, code), unit=label(frame, code), m2=m2),
                units=(code,),
                value=float(m2),
                unit_of_value="m²",
                geometry=parts[k],
            )
        )
    return findings
