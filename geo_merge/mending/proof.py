"""After a repair: what moved too far, what vanished, and whether all land is accounted for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import geopandas as gpd
import numpy as np
import shapely

from geo_merge.geometry.difference import SAME_VERTEX, differences
from geo_merge.geometry.faces import AREA_TOLERANCE, LAST_BITS, find_faces, resolution
from geo_merge.geometry.farthest import farthest
from geo_merge.geometry.rings import Floats, Geometries
from geo_merge.mending.arrangement import shared_edges
from geo_merge.mending.decisions import Decision, is_of_finding
from geo_merge.mending.record import Repair
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.ledger import LedgerRow
from geo_merge.vocabulary.sentence import sentence

# Square metres. A part smaller than this that a unit loses is no border that moved: official layers
# have crumbs of a square centimetre a kilometre away from their unit.
CRUMB = 1.0
# Metres. As far as `differences` rounds a vertex along each axis, on both sides.
_PRECISION = 2 * SAME_VERTEX


def check_repair(
    units: gpd.GeoDataFrame,
    before: Geometries,
    after: Geometries,
    repairs: Iterable[Repair],
    tolerance: float,
) -> list[Finding]:
    """Find units that a repair emptied, moved further than it may (M02), or cut (M04)."""
    free = {code for r in repairs if r.defect.accepted for code in r.changes}
    findings = []
    other = np.flatnonzero(~shapely.equals_identical(before, after))
    parts = shapely.get_num_geometries(after) - shapely.get_num_geometries(before)
    for k, move in zip(other, _moved(before[other], after[other]), strict=True):
        code = str(units.index[k])
        label = f"{code} ({units['name'].iloc[k]})" if "name" in units else code
        found = {"units": (code,), "geometry": before[k]}
        if parts[k] > 0:
            findings.append(
                Finding.of(
                    sentence("M04.cut", unit=label, n=int(parts[k])),
                    value=float(parts[k]),
                    unit_of_value="parts",
                    **found,
                )
            )
        if move > tolerance + _PRECISION and (np.isinf(move) or code not in free):
            empty = bool(np.isinf(move))
            findings.append(
                Finding.of(
                    sentence("M02.emptied", unit=label)
                    if empty
                    else sentence("M02.moved", unit=label, move=move, limit=tolerance),
                    value=None if empty else move,
                    unit_of_value="" if empty else "m",
                    **found,
                )
            )
    return findings


def check_fit(
    units: gpd.GeoDataFrame, after: Geometries, repairs: Iterable[Repair]
) -> list[Finding]:
    """Name the units that still do not fit together, and of which no defect says why (M06)."""
    faces = find_faces(after)
    if faces.is_coverage:
        return []
    one, two, edges = shared_edges(faces.geometry)
    between = (faces.claims[one] == 1) & (faces.claims[two] == 1)
    places = np.concatenate([faces.geometry[faces.claims != 1], edges[between]])
    waiting = shapely.STRtree([r.defect.geometry for r in repairs if not r.applied])
    told, _ = waiting.query(shapely.point_on_surface(places), "dwithin", distance=resolution(after))
    places = np.delete(places, told)
    if not len(places):
        return []
    touched = np.unique(shapely.STRtree(after).query(places, predicate="intersects")[1])
    return [
        Finding.of(
            sentence("M06.left", n=len(places)),
            units=tuple(sorted(str(code) for code in units.index[touched])),
            value=float(len(places)),
            unit_of_value="places",
            geometry=shapely.union_all(shapely.envelope(places)),
        )
    ]


def check_end(last: Iterable[Repair], rounds: int, most: int) -> list[Finding]:
    """Say that the repair was stopped at its last round, and where that one still changed land."""
    done = [r for r in last if r.applied]
    if rounds < most or not done:
        return []
    return [
        Finding.of(
            sentence("M06.unfinished", n=rounds),
            units=tuple(sorted({code for r in done for code in r.changes})),
            value=float(rounds),
            unit_of_value="rounds",
            geometry=shapely.union_all(shapely.envelope([r.defect.geometry for r in done])),
        )
    ]


def _moved(before: Geometries, after: Geometries) -> Floats:
    """Return the Hausdorff distances between polygons, crumbs that came or went aside.

    It is infinite for a polygon of which nothing is left.
    """
    result = np.full(len(before), np.inf)
    left = np.flatnonzero(~shapely.is_empty(after))
    lost, gained = differences(before[left], after[left])
    result[left] = np.maximum(
        farthest(_without_crumbs(lost), shapely.boundary(after[left])),
        farthest(_without_crumbs(gained), shapely.boundary(before[left])),
    )
    return result


def _without_crumbs(lands: Geometries) -> Geometries:
    """Return the parts of each land that are larger than a crumb."""
    parts, of = shapely.get_parts(lands, return_index=True)
    large = shapely.area(parts) > CRUMB
    kept = np.full(len(lands), shapely.MultiPolygon(), dtype=object)
    shapely.multipolygons(parts[large], indices=of[large], out=kept)
    return kept


def unmet_decisions(table: Mapping[str, Decision], repairs: Iterable[Repair]) -> list[Finding]:
    """Find decisions on defects that are not there (M03)."""
    there = {r.defect.id for r in repairs}
    return [
        Finding.of(
            sentence("M03.unmet", row=str(decision.row), choice=str(decision.choice), defect=key)
        )
        for key, decision in table.items()
        if key not in there and not is_of_finding(key)
    ]


def rounding(shapes: Geometries, m2: float) -> float:
    """Return what areas may differ by since coordinates are rounded, in square metres.

    A share of the area `m2`; in small layers far from the origin it is the length of all outlines
    by some last bits of a coordinate.
    """
    bits = LAST_BITS * resolution(shapes)
    return AREA_TOLERANCE * m2 + bits * float(shapely.length(shapes).sum())


def repair_ledger(
    m2: tuple[float, float],
    edges: float,
    repairs: Iterable[Repair],
    tolerance: float,
    rounding: float,
) -> list[LedgerRow]:
    """Return what moved; the area after must be the area before with just these changes.

    Parameters
    ----------
    m2
        Area of all units before and after, in square metres.
    edges
        What of it came or went when edges were matched.
    repairs, tolerance, rounding
        What was done, how far a border may move, and what areas may differ by.
    """
    net = {"gap": 0.0, "overlap": 0.0}
    largest = 0.0
    for r in repairs:
        if r.applied:
            largest = max(largest, r.move)
        if r.applied and r.defect.kind in net:
            net[r.defect.kind] += sum(r.changes.values())
    filled, settled = net["gap"], -net["overlap"]
    accepted = any(r.defect.accepted for r in repairs)
    return [
        LedgerRow("repair_gaps_filled_m2", 0.0, filled, filled),
        LedgerRow("repair_overlaps_settled_m2", settled, 0.0, settled),
        LedgerRow("repair_edges_matched_m2", 0.0, edges, abs(edges)),
        LedgerRow("repair_largest_move_m", 0.0, largest, largest if accepted else tolerance),
        LedgerRow("repair_area_m2", m2[0], m2[1], filled + settled + abs(edges) + rounding),
        LedgerRow("repair_area_accounted_m2", m2[0] + edges + filled - settled, m2[1], rounding),
    ]
