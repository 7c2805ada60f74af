"""Whether a result is right, by GDAL and GEOS alone: nothing of geo_merge judges geo_merge."""

from __future__ import annotations

import csv
import json
import mmap
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from layers import CODE, GROUP, Layer
from pyproj import CRS, Proj

GAPS, OVERLAPS, INVALID = {"C01", "C02"}, {"C03", "C04"}, {"G04"}  # ids of checks
MISMATCHES = GAPS | OVERLAPS | {"C05", "C07"}  # all of them come from edges that do not match
EXACT = 1e-9  # of an area: what summing in another order changes
ROUNDED = 0.5e-7  # degrees; coordinates are written with 7 decimals
LEAST = 1.0  # m²: findings from here on are compared one by one
NARROW = 0.03  # metres: a vertex lies on an edge up to 0.02 m away, seen from its coordinates
BENT = 0.1  # metres, see `geometry.curves`
STEP = 0.0005  # degrees: a plane bends no shorter edge
NEAR = 0.01  # of the area of a gap or overlap: the scale at its middle is taken


def polygons(layer: Layer, path: Path, field: str, name: str | None = None) -> str:
    """Judge a GeoJSON with one polygon for each value of a field: codes, validity, areas.

    ``name`` is what the GeoJSON calls the field, if not the same.
    """
    name = name or field
    codes = set(layer.fields[field])
    if layer.facts["copies"] > 1:
        return codes_alone(path, name, codes)
    made = gpd.read_file(path)
    if not made[name].is_unique or set(made[name]) != codes:
        return f"no: {len(made)} features, {name} not as in the source"
    invalid = int((~made.is_valid).sum())
    if invalid:
        return f"no: {invalid} of {len(made)} invalid"
    true = unions(layer, field)[made[name]].to_numpy()
    off = np.abs(shapely.area(made.geometry.values) - shapely.area(true)) > tolerance(true)
    return f"no: {int(off.sum())} of {len(made)} areas wrong" if off.any() else "yes"


def codes_alone(path: Path, name: str, codes: set[str]) -> str:
    """Judge a GeoJSON by its codes, which takes no memory."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as text:
        found = re.findall(rb'"%s": ?"([^"]*)"' % name.encode(), text)
    same = len(found) == len(codes) and {f.decode() for f in found} == codes
    return "yes (codes)" if same else f"no: {len(found)} features of {len(codes)}"


@cache
def unions(layer: Layer, field: str) -> gpd.GeoSeries:
    """Return the union of the units with each value of a field, indexed by it."""
    groups = layer.frame.groupby(field).groups
    shapes = layer.frame.geometry
    return gpd.GeoSeries(
        [
            shapes[rows[0]] if len(rows) == 1 else shapely.union_all(shapes[rows].values)
            for rows in groups.values()
        ],
        index=list(groups),
    )


def tolerance(shapes: Sequence[shapely.Geometry]) -> np.ndarray:
    """Return the square degrees that an area may differ by: exact sums, and rounding.

    A vertex that is off by δ changes the area by δ times half the chord between its neighbours;
    the errors are independent, so that six standard deviations of their sum are enough.
    """
    vertices, owner = shapely.get_coordinates(shapes, return_index=True)
    steps = np.diff(vertices, axis=0)[np.diff(owner) == 0]
    long = (steps**2).sum(axis=1)
    step_owner = owner[1:][np.diff(owner) == 0]
    ordinary = long < 0.01  # degrees²: the way from one ring to the next is no edge
    chords = np.bincount(step_owner, long * ordinary, minlength=len(shapes))
    return EXACT * shapely.area(shapes) + 6 * ROUNDED / np.sqrt(3) * np.sqrt(chords)


def findings(layer: Layer, folder: Path) -> str:
    """Judge the findings of a check: invalid units, and every gap, overlap and mismatch."""
    if layer.facts["copies"] > 1:
        return "–"
    said = listed(folder / "findings.csv")
    gaps, pairs = gaps_and_overlaps(said)
    true = searched(layer)
    missed = set(true.wide_pairs) - set(pairs)
    invented = set(pairs) - set(true.pairs)
    if missed or invented:
        return f"no: {len(missed)} pairs that overlap are missed, {len(invented)} invented"
    off = sum(
        not true.wide_pairs.get(pair, Area(0, 0)).low <= m2 <= true.pairs[pair].high
        for pair, m2 in pairs.items()
    )
    lost, made = unmatched(gaps, true.wide_gaps)[1], unmatched(gaps, true.gaps)[0]
    if off or lost or made:
        return f"no: {off} areas of overlaps, {lost} gaps are missed, {made} invented"
    invalid, mismatched = suspects(layer)
    if invalid != {unit for check, units, _ in said if check in INVALID for unit in units}:
        return f"no: {len(invalid)} units are invalid, not those listed"
    missed = mismatched - {
        unit for check, units, _ in said if check in MISMATCHES for unit in units
    }
    return f"no: edges of {len(missed)} units that do not match" if missed else "yes"


def listed(path: Path) -> list[tuple[str, tuple[str, ...], float]]:
    """Return check, units and value (0 if none) of each finding in a table."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return [
            (row["check"], tuple(sorted(row["units"].split("; "))), float(row["value"] or 0))
            for row in csv.DictReader(stream)
        ]


def gaps_and_overlaps(
    said: Sequence[tuple[str, tuple[str, ...], float]],
) -> tuple[list[float], dict[tuple[str, ...], float]]:
    """Return areas of the gaps, sorted, and of the overlaps by pair, in m² from ``LEAST`` on."""
    pairs: dict[tuple[str, ...], float] = {}
    for check, units, m2 in said:
        if check in OVERLAPS:
            pairs[units] = pairs.get(units, 0.0) + m2
    gaps = sorted(m2 for check, _, m2 in said if check in GAPS and m2 > LEAST)
    return gaps, {units: m2 for units, m2 in pairs.items() if m2 > LEAST}


@cache
def suspects(layer: Layer) -> tuple[set[str], set[str]]:
    """Return the units that GEOS calls invalid, and those with edges that it finds mismatched.

    Not those whose edges lie on the borders of others but for ``NARROW``.
    """
    shapes, codes = np.asarray(layer.frame.geometry.values), layer.frame[CODE].to_numpy()
    valid = np.flatnonzero(shapely.is_valid(shapes))
    edges = shapely.coverage_invalid_edges(shapes[valid])
    odd = np.flatnonzero(~shapely.is_empty(edges))
    borders, tree = shapely.boundary(shapes), shapely.STRtree(shapes)
    reach = NARROW / 1e5 if layer.frame.crs.is_geographic else NARROW
    apart = set()
    for k in odd:
        beside = np.setdiff1d(tree.query(edges[k], predicate="dwithin", distance=reach), valid[k])
        near = shapely.buffer(shapely.intersection(
            shapely.union_all(borders[beside]), shapely.envelope(edges[k]).buffer(reach)), reach)  # fmt: skip
        if not shapely.covers(near, edges[k]):
            apart.add(codes[valid[k]])
    return set(codes) - set(codes[valid]), apart


class Area(NamedTuple):
    """Square metres, at least and at most."""

    low: float
    high: float


def unmatched(said: Sequence[float], true: Sequence[Area]) -> tuple[int, int]:
    """Return how many areas are none of the true ones, and how many of these are not among them.

    The most exact ones choose first, the nearest.
    """
    left = list(said)
    count = 0
    for area in sorted(true, key=lambda one: one.high - one.low):
        near = [m2 for m2 in left if area.low <= m2 <= area.high]
        if near:
            left.remove(min(near, key=lambda m2: abs(2 * m2 - area.low - area.high)))
        else:
            count += 1
    return len(left), count


@dataclass(frozen=True)
class Searched:
    """Holes in the union of a layer, and overlaps by pair, from ``LEAST`` on.

    Attributes
    ----------
    gaps, pairs
        All of them.
    wide_gaps, wide_pairs
        Without their parts that are nowhere wider than ``NARROW``: there a vertex may lie on the
        edge of a neighbour but for the rounding of coordinates, which is no gap and no overlap.
    """

    gaps: list[Area]
    pairs: dict[tuple[str, ...], Area]
    wide_gaps: list[Area]
    wide_pairs: dict[tuple[str, ...], Area]


@cache
def searched(layer: Layer) -> Searched:
    """Search a layer for gaps and overlaps without geo_merge.

    Where its own coordinates put them: an edge is straight in the CRS of the file, also where one
    in metres bends it.
    """
    shapes, codes = np.asarray(layer.frame.geometry.values), layer.frame[CODE].to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    parts, pair = shapely.get_parts(
        shapely.intersection(shapes[one], shapes[other]), return_index=True
    )
    names = np.array([tuple(sorted((codes[i], codes[j]))) for i, j in zip(one, other, strict=True)])
    land, slack, wide = in_metres(parts, layer.frame)

    def by_pair(chosen: np.ndarray) -> dict[tuple[str, ...], Area]:
        sums, off = (
            np.bincount(pair[chosen], v[chosen], minlength=len(names)) for v in (land, slack)
        )
        return {
            tuple(names[k]): Area(sums[k] - off[k], sums[k] + off[k])
            for k in np.flatnonzero(sums > LEAST)
        }

    whole = shapely.get_parts(shapely.union_all(shapes))
    filled = shapely.polygons(shapely.get_exterior_ring(whole))
    holes = shapely.get_parts(shapely.difference(filled, whole))
    m2, off, large = in_metres(holes, layer.frame)
    gaps = [Area(*one) for one in zip(m2 - off, m2 + off, strict=True)]
    return Searched(
        [gaps[k] for k in np.flatnonzero(m2 > LEAST / 10)], by_pair(np.ones(len(parts), dtype=bool)),
        [gaps[k] for k in np.flatnonzero(large & (m2 - off > LEAST))], by_pair(wide),
    )  # fmt: skip


def in_metres(
    shapes: np.ndarray, frame: gpd.GeoDataFrame
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return square metres, by how many they may be off, and what is wider than ``NARROW``.

    Edges follow the lines of the file; geo_merge leaves those straight that a plane bends by less
    than ``BENT``. No shape may be off by more than it has.
    """
    followed = gpd.GeoSeries(shapely.segmentize(shapes, STEP), crs=frame.crs)
    plane = followed.to_crs(frame.estimate_utm_crs())
    wide = ~shapely.is_empty(shapely.buffer(np.asarray(plane.values), -NARROW / 2))
    m2 = square_metres(plane, plane.crs)
    return m2, np.minimum(NEAR * m2 + BENT * plane.length.to_numpy() / 2, m2), wide


def square_metres(shapes: Sequence[shapely.Geometry], crs: CRS) -> np.ndarray:
    """Return areas on the ellipsoid of small shapes whose edges are straight in a CRS in metres.

    Between other lines, geodesics for one, a sliver along a border has another area.
    """
    planar = gpd.GeoSeries(shapes, crs=crs)
    places = planar.representative_point().to_crs(crs.geodetic_crs)
    return planar.area.to_numpy() / Proj(crs).get_factors(places.x, places.y).areal_scale


def merged(layer: Layer, folder: Path) -> str:
    """Judge a merger: the new units, the ledger, and that nothing that went in is missing."""
    with (folder / "ledger.csv").open(encoding="utf-8-sig", newline="") as stream:
        open_rows = [
            row["quantity"] for row in csv.DictReader(stream) if row["ok"].lower() != "true"
        ]
    if open_rows:
        return f"no: the ledger does not close for {', '.join(open_rows)}"
    before = json.loads((folder / "summary.json").read_text("utf-8"))["before"]["count"]
    if before != layer.facts["units"]:
        return f"no: {before} of {layer.facts['units']} units"
    return polygons(layer, folder / "new_units.geojson", GROUP, CODE)
