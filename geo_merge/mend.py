"""Repair, never silent: mismatched edges, gaps and overlaps, each change on record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge.areas import areas
from geo_merge.coverage import usable
from geo_merge.decisions import Decision, as_decisions, decisions_table
from geo_merge.defects import Bounds
from geo_merge.difference import differences, reach
from geo_merge.edges import Bools, Geometries
from geo_merge.errors import UsageError
from geo_merge.faces import AREA_TOLERANCE
from geo_merge.models import Finding, LedgerRow, Severity
from geo_merge.repair_steps import match_edges, settle_defects
from geo_merge.repairs import Repair, repair_findings, repairs_frame
from geo_merge.settle import Claims, Rule

# Metres. Half a millimetre, the plotting accuracy of a map, on one of 1:500,000: as far as two
# drawings of one border may lie apart. The 2009 census has gaps up to 223 m wide.
TOLERANCE = 250.0
# Metres. Edges closer than this are one edge drawn twice; the same as `Limits.narrow`.
SNAP = 0.10
# Square metres. A part smaller than this that a unit loses is no border that moved: official layers
# have crumbs of a square centimetre a kilometre away from their unit.
CRUMB = 1.0


@dataclass(frozen=True)
class RepairOptions:
    """How a layer is repaired.

    Attributes
    ----------
    rule
        ``longest-edge`` or ``largest-neighbour``: which of the units around a gap, or of those
        that claim an overlap, gets it; ``layer:NAME``: those of the file NAME first.
    tolerance
        No border moves further, in metres; wider defects wait for a decision.
    snap
        Edges closer than this get the same vertices, in metres.
    decisions
        Table of decisions; see `decisions.as_decisions`.
    """

    rule: str = "longest-edge"
    tolerance: float = TOLERANCE
    snap: float = SNAP
    decisions: pd.DataFrame | None = None


@dataclass(frozen=True)
class Repaired:
    """A repaired layer and the record of it.

    Attributes
    ----------
    layer
        The layer with its repaired polygons; all else is as it was.
    repairs
        One row a defect, repaired or not; see `repairs.COLUMNS`.
    decisions
        The decisions on them, blank where none was taken, for the next run.
    findings
        What was done (M01); a unit that lost all of its land or moved too far, an error (M02);
        decisions on defects that are not there (M03); a unit that was cut into parts (M04).
    ledger
        Gaps filled, overlaps settled, edges matched, the largest move, and the total area.
    """

    layer: gpd.GeoDataFrame
    repairs: gpd.GeoDataFrame
    decisions: pd.DataFrame
    findings: list[Finding]
    ledger: list[LedgerRow]


def repair(
    layer: gpd.GeoDataFrame,
    *,
    rule: str = "longest-edge",
    tolerance: float = TOLERANCE,
    snap: float = SNAP,
    decisions: pd.DataFrame | None = None,
) -> Repaired:
    """Mend the edges, gaps and overlaps of a layer, and keep a record of every change.

    First, edges of neighbours that run closer than `snap` get the same vertices. What gaps and
    overlaps are left is settled by the rule, without moving any vertex: land changes hands. Where
    a border would move further than the tolerance, the land is divided, each point to the nearest
    unit. Wider gaps and overlaps, and holes inside one unit, wait for a decision.

    Parameters
    ----------
    layer
        Unit layer in a CRS in metres. Polygons that cannot be used stay as they are.
    rule, tolerance, snap, decisions
        See `RepairOptions`.

    Raises
    ------
    UsageError
        If the rule or a distance makes no sense.
    TableError
        If a decision cannot be understood.
    """
    if not 0 < tolerance < np.inf or not 0 <= snap < np.inf:
        raise UsageError("The tolerances of a repair are metres, more than 0.")
    table = {} if decisions is None else as_decisions(decisions)
    shapes = np.asarray(layer.geometry.values)
    good = usable(shapes)
    units = layer[good]
    claims = _claims(units, rule)
    drawn = np.asarray(units.geometry.values)
    snapped, edges = match_edges(units, drawn, min(snap, tolerance), table)
    bounds = Bounds(tolerance - snapped.largest, snap, shapes[~good & ~_nowhere(shapes)])
    after, done = settle_defects(units, snapped.geometries, claims, table, bounds)
    repairs = [*edges, *done]
    result = shapes.copy()
    result[good] = after
    findings = [
        *repair_findings(repairs, rule),
        *_check(units, drawn, after, repairs, tolerance),
        *_unmatched(table, repairs),
    ]
    frame = repairs_frame(repairs, layer.crs)
    repaired = layer.set_geometry(gpd.GeoSeries(result, index=layer.index, crs=layer.crs))
    m2 = [float(areas(g, layer.crs).sum()) for g in (drawn, snapped.geometries, after)]
    ledger = _ledger(m2, repairs, tolerance)
    return Repaired(repaired, frame, decisions_table(frame, table), findings, ledger)


def _nowhere(shapes: Geometries) -> Bools:
    return np.asarray(shapely.is_missing(shapes) | shapely.is_empty(shapes))


def _claims(units: gpd.GeoDataFrame, rule: str) -> Claims:
    """Return what the rule needs of the units; refuse a rule or layer that is unknown."""
    kind, _, name = rule.partition(":")
    if kind not in list(Rule) or (kind == Rule.LAYER) != bool(name):
        raise UsageError(
            f"Repair rule {rule!r}: write longest-edge, largest-neighbour or layer:NAME."
        )
    named = np.zeros(len(units), dtype=bool)
    if name:
        files = units["source_file"].astype(str) if "source_file" in units else pd.Series(dtype=str)
        named = np.array([name in {f, PurePath(f).stem} for f in files], dtype=bool)
        if not named.any():
            known = ", ".join(sorted(set(files))) or "no file names"
            raise UsageError(f"Repair rule {rule!r}: there is no such layer, but {known}.")
    rank = np.argsort(np.argsort(units.index.astype(str).to_numpy(str))).astype(float)
    return Claims(Rule(kind), shapely.area(np.asarray(units.geometry.values)), named, rank)


def _check(
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
                Finding(
                    check="M04",
                    severity=Severity.WARNING,
                    value=float(parts[k]),
                    unit_of_value="parts",
                    message=f"The repair cut {label} into {parts[k]} more parts than it had.",
                    hint="Reject the overlap at the narrow place, or mend it in the source.",
                    **found,
                )
            )
        if move > tolerance * (1 + 1e-6) and (np.isinf(move) or code not in free):
            text = f"moved by {move:,.2f} m, further than {tolerance:g} m"
            findings.append(
                Finding(
                    check="M02",
                    severity=Severity.ERROR,
                    value=None if np.isinf(move) else move,
                    unit_of_value="" if np.isinf(move) else "m",
                    message=f"The repair is wrong: {label} "
                    f"{'lost all of its land' if np.isinf(move) else text}.",
                    hint="Reject the repairs of this unit in decisions.csv, or mend the source.",
                    **found,
                )
            )
    return findings


def _moved(before: Geometries, after: Geometries) -> list[float]:
    """Return the Hausdorff distances between polygons, crumbs that came or went aside.

    It is infinite for a polygon of which nothing is left.
    """
    result = [np.inf] * len(before)
    left = np.flatnonzero(~shapely.is_empty(after))
    more, less = differences(before[left], after[left])
    for k, lost, gained in zip(left, more, less, strict=True):
        far = [
            reach(shapely.multipolygons(parts[shapely.area(parts) > CRUMB]), base)
            for parts, base in (
                (shapely.get_parts(lost), after[k]),
                (shapely.get_parts(gained), before[k]),
            )
        ]
        result[k] = max(far)
    return result


def _unmatched(table: Mapping[str, Decision], repairs: Iterable[Repair]) -> list[Finding]:
    """Find decisions on defects that are not there (M03)."""
    there = {r.defect.id for r in repairs}
    return [
        Finding(
            check="M03",
            severity=Severity.WARNING,
            message=f"Row {decision.row} of the decisions ({decision.choice} {key}): there is no "
            "such defect.",
            hint="It was mended in the source, or the layer has changed; remove the row.",
        )
        for key, decision in table.items()
        if key not in there
    ]


def _ledger(m2: Sequence[float], repairs: Iterable[Repair], tolerance: float) -> list[LedgerRow]:
    """Return what moved; the area after must be the area before with just these changes.

    `m2` has the area of all units as drawn, with matched edges, and after the repair.
    """
    net = {"gap": 0.0, "overlap": 0.0}
    largest = 0.0
    for r in repairs:
        if r.applied:
            largest = max(largest, r.move)
        if r.applied and r.defect.kind in net:
            net[r.defect.kind] += sum(r.changes.values())
    edges, filled, settled = m2[1] - m2[0], net["gap"], -net["overlap"]
    accepted = any(r.defect.accepted for r in repairs)
    rounding = AREA_TOLERANCE * m2[0]
    return [
        LedgerRow("repair_gaps_filled_m2", 0.0, filled, filled),
        LedgerRow("repair_overlaps_settled_m2", settled, 0.0, settled),
        LedgerRow("repair_edges_matched_m2", 0.0, edges, abs(edges)),
        LedgerRow("repair_largest_move_m", 0.0, largest, largest if accepted else tolerance),
        LedgerRow("repair_area_m2", m2[0], m2[2], filled + settled + abs(edges) + rounding),
        LedgerRow("repair_area_accounted_m2", m2[0] + edges + filled - settled, m2[2], rounding),
    ]
