"""Checks of each polygon by itself: is there one, is it valid, is it whole (G01 to G08)."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.checks.labels import label, where
from geo_merge.geometry.areas import areas, transformer
from geo_merge.geometry.projection import WGS84
from geo_merge.geometry.rings import FARTHEST, Bools, Floats, Ints, Rings, is_polygonal
from geo_merge.geometry.validity import usable
from geo_merge.vocabulary.finding import Finding, Severity
from geo_merge.vocabulary.limits import Limits


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
        check, severity, text, place = _problem(geometry)
        if check == "G04" and isinstance(place, shapely.Point):
            lon, lat = transformer(frame.crs, WGS84).transform(place.x, place.y)
            text += f" (longitude {lon:.7f}, latitude {lat:.7f})"
        findings.append(
            Finding(
                check=check,
                severity=severity,
                units=(code,),
                geometry=place,
                value=None if check != "G05" else float(shapely.area(geometry)),
                unit_of_value="m²" if check == "G05" else "",
                message=f"{where(frame, code)}{label(frame, code)} {text}.",
                hint="Mend the geometry in the source layer.",
            )
        )
    return findings


def _problem(  # noqa: PLR0911 - one return a problem
    geometry: BaseGeometry | None,
) -> tuple[str, Severity, str, BaseGeometry | None]:
    """Say what is wrong with a geometry that is not usable, or tiny."""
    if geometry is None:
        return "G01", Severity.ERROR, "has no geometry", None
    if geometry.is_empty:
        return "G01", Severity.ERROR, "has an empty geometry", None
    xy = shapely.get_coordinates(geometry)
    on_earth = (np.abs(xy) < FARTHEST).all(axis=1)
    if not on_earth.all():
        place = shapely.multipoints(xy[on_earth]) if on_earth.any() else None
        at = int(np.flatnonzero(~on_earth)[0])
        what = "nowhere on earth" if np.isfinite(xy[at]).all() else "no finite number"
        return "G02", Severity.ERROR, f"has a vertex (number {at + 1}) that is {what}", place
    if not is_polygonal(geometry):
        return "G03", Severity.ERROR, f"is no polygon but a {geometry.geom_type}", geometry
    if shapely.area(shapely.convex_hull(geometry)) == 0:
        return "G05", Severity.ERROR, "has no area", geometry
    if not shapely.is_valid(geometry):
        what, _, place = shapely.is_valid_reason(geometry).partition("[")
        point = shapely.Point(*map(float, place.rstrip("]").split()[:2])) if place else geometry
        return "G04", Severity.ERROR, f"is invalid: {what.lower()} at {place.rstrip(']')}", point
    return "G05", Severity.WARNING, f"has only {shapely.area(geometry):.2g} m²", geometry


def check_spikes(frame: gpd.GeoDataFrame, rings: Rings, limits: Limits) -> list[Finding]:
    """Find spikes: an outline that runs out to a vertex and back on itself (G07)."""
    at, length, foot = find_spikes(rings, limits.narrow, limits.spike)
    findings = []
    for k, long, wide in zip(at, length, foot, strict=True):
        code = str(frame.index[rings.owner[rings.run_of(np.array([k]))[0]]])
        findings.append(
            Finding(
                check="G07",
                severity=Severity.WARNING,
                units=(code,),
                value=float(long),
                unit_of_value="m",
                geometry=shapely.Point(rings.xy[k]),
                message=f"{where(frame, code)}{label(frame, code)} has a spike of {long:,.2f} m, "
                f"{wide:.2g} m wide at its foot.",
                hint="Remove the vertex at its tip.",
            )
        )
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
            Finding(
                check="G08",
                severity=Severity.WARNING,
                units=(code,),
                value=float(m2),
                unit_of_value="m²",
                geometry=parts[k],
                message=f"{where(frame, code)}{label(frame, code)} has a part of only {m2:.2g} m².",
                hint="A crumb of drawing: remove it, or give it to the unit around it.",
            )
        )
    return findings
