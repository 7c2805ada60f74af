"""Repair, never silent: mismatched edges, gaps and overlaps, each change on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo_merge.errors import UsageError
from geo_merge.geometry.areas import areas
from geo_merge.geometry.crossings import refuse_tangled
from geo_merge.geometry.edges import unmatched
from geo_merge.geometry.faces import resolution
from geo_merge.geometry.rings import Bools, Geometries
from geo_merge.geometry.validity import usable
from geo_merge.mending.decisions import Decision, as_decisions, decisions_table
from geo_merge.mending.defects import Bounds
from geo_merge.mending.proof import (
    check_end,
    check_fit,
    check_repair,
    repair_ledger,
    rounding,
    unmet_decisions,
)
from geo_merge.mending.record import Repair, repair_findings, repairs_frame
from geo_merge.mending.settle import Claims, Rule
from geo_merge.mending.steps import match_edges, settle_defects
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.ledger import LedgerRow
from geo_merge.vocabulary.sentence import sentence

# Metres. Half a millimetre, the plotting accuracy of a map, on one of 1:500,000: as far as two
# drawings of one border may lie apart. The 2009 census has gaps up to 223 m wide.
TOLERANCE = 250.0
# Metres. Edges closer than this are one edge drawn twice; the same as `Limits.narrow`.
SNAP = 0.10
# Snapping moves by a quarter of the tolerance at most, so that there is room for the rest.
_SNAPS = 4
# Rounds until nothing is left to do; all of some thousand random layers took fewer.
_ROUNDS = 30


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
        Edges closer than this get the same vertices, in metres; with 0 only those that coincide
        but for the last bits of their coordinates (some micrometres).
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
        decisions on defects that are not there (M03); a unit that was cut into parts (M04); units
        that do not fit together all the same (M06).
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
    nobodys: BaseGeometry | None = None,
) -> Repaired:
    """Mend the edges, gaps and overlaps of a layer, and keep a record of every change.

    First, edges of neighbours that run closer than `snap` get the same vertices. What gaps and
    overlaps are left is settled by the rule, without moving any vertex: land changes hands. Where
    a border would move further than the tolerance, the land is divided, each point to the nearest
    unit. Wider gaps and overlaps, and holes inside one unit, wait for a decision. Both steps are
    repeated until nothing is left to do, so that a second repair changes nothing.

    Parameters
    ----------
    layer
        Unit layer in a CRS in metres. Polygons that cannot be used stay as they are.
    rule, tolerance, snap, decisions
        See `RepairOptions`.
    nobodys
        Land that no unit should have, as water: gaps in it wait for a decision.

    Raises
    ------
    UsageError
        If the rule or a distance makes no sense.
    LayerError
        If outlines cross more often than any borders do (C04).
    TableError
        If a decision cannot be understood.
    """
    if not 0 < tolerance < np.inf or not 0 <= snap < np.inf:
        raise UsageError(sentence("usage.tolerances"))
    table = {} if decisions is None else as_decisions(decisions)
    shapes = np.asarray(layer.geometry.values)
    good = usable(shapes)
    units = layer[good]
    claims = _claims(units, rule)
    drawn = np.asarray(units.geometry.values)
    refuse_tangled(unmatched(drawn), lambda k: str(units.index[k]))
    snap = min(max(snap, resolution(drawn)), tolerance / _SNAPS)
    bounds = Bounds(tolerance - 2 * snap, snap, shapes[~good & ~_nowhere(shapes)],
                    shapely.Polygon() if nobodys is None else nobodys)  # fmt: skip
    rounds = _rounds(units, snap, claims, table, bounds)
    after, matched = rounds[-1].shapes, sum(r.matched for r in rounds)
    repairs = _repairs(rounds)
    result = shapes.copy()
    result[good] = after
    findings = [
        *repair_findings(repairs, rule),
        *check_repair(units, drawn, after, repairs, tolerance),
        *check_fit(units, after, repairs),
        *check_end(rounds[-1].repairs, len(rounds) - 1, _ROUNDS),
        *unmet_decisions(table, repairs),
    ]
    frame = repairs_frame(repairs, layer.crs)
    repaired = layer.set_geometry(gpd.GeoSeries(result, index=layer.index, crs=layer.crs))
    m2 = (_area(drawn, layer.crs), _area(after, layer.crs))
    ledger = repair_ledger(m2, matched, repairs, tolerance, rounding(drawn, m2[0]))
    return Repaired(repaired, frame, decisions_table(frame, table), findings, ledger)


@dataclass(frozen=True)
class _Round:
    """The polygons after a round, the area that matching edges took or gave, and its repairs."""

    shapes: Geometries
    matched: float
    repairs: list[Repair]


def _rounds(
    units: gpd.GeoDataFrame,
    snap: float,
    claims: Claims,
    table: Mapping[str, Decision],
    bounds: Bounds,
) -> list[_Round]:
    """Match edges and settle defects in turn until nothing is left to do.

    Where a round comes back to polygons of an earlier one, or moves the same land to and fro as the
    one before, its steps undo each other: none of them is a repair, and another run would not do
    anything else.
    """
    rounds = [_Round(np.asarray(units.geometry.values), 0.0, [])]
    left = np.zeros(len(units), dtype=bool)
    while len(rounds) <= _ROUNDS:
        before = rounds[-1].shapes
        snapped, edges = match_edges(units, before, snap, table, left)
        matched = _area(snapped.geometries, units.crs) - _area(before, units.crs)
        after, settled = settle_defects(units, snapped.geometries, claims, table, bounds)
        found = [*edges, *settled]
        known = [bool(shapely.equals_identical(after, r.shapes).all()) for r in rounds]
        rounds.append(_Round(after, matched, found))
        if any(known) or _is_to_and_fro(rounds):
            waiting = [r for r in found if not r.applied]
            rounds = rounds[: known.index(True) + 1] if any(known) else rounds[:-2]
            return [*rounds, _Round(rounds[-1].shapes, 0.0, waiting)]
    return rounds


def _is_to_and_fro(rounds: Sequence[_Round]) -> bool:
    """Tell whether the last two rounds repair the same, move land, and leave it where it was.

    Each of them may add vertices to edges, so that no polygons come back as they were.
    """
    if len(rounds) < 3:  # noqa: PLR2004 - two, and what was before them
        return False
    base, *two = rounds[-3:]
    one, other = (sorted((r.defect.kind, r.defect.units) for r in each.repairs if r.applied)
                  for each in two)  # fmt: skip
    last = two[-1]
    smallest = resolution(last.shapes)
    moved = any(
        abs(m2) > smallest * r.defect.geometry.length
        for r in last.repairs
        if r.applied
        for m2 in r.changes.values()
    )
    if not moved or one != other:
        return False
    changed = ~shapely.equals_identical(base.shapes, last.shapes)
    apart = shapely.hausdorff_distance(base.shapes[changed], last.shapes[changed])
    return bool((apart <= smallest).all())


def _repairs(rounds: Sequence[_Round]) -> list[Repair]:
    """Return the repairs of all rounds: what stays comes again in every round and counts once."""
    done = [r for a_round in rounds[:-1] for r in a_round.repairs if r.applied or _is_left(r)]
    return [*done, *rounds[-1].repairs]


def _is_left(repair: Repair) -> bool:
    """Tell whether it was decided to leave the edges of a unit."""
    return repair.defect.kind == "edges" and repair.defect.decision is not None


def _area(shapes: Geometries, crs: CRS) -> float:
    return float(areas(shapes, crs).sum())


def _nowhere(shapes: Geometries) -> Bools:
    return np.asarray(shapely.is_missing(shapes) | shapely.is_empty(shapes))


def _claims(units: gpd.GeoDataFrame, rule: str) -> Claims:
    """Return what the rule needs of the units; refuse a rule or layer that is unknown."""
    kind, _, name = rule.partition(":")
    if kind not in list(Rule) or (kind == Rule.LAYER) != bool(name):
        raise UsageError(sentence("usage.repair_rule", rule=rule))
    named = np.zeros(len(units), dtype=bool)
    if name:
        files = units["source_file"].astype(str) if "source_file" in units else pd.Series(dtype=str)
        named = np.array([name in {f, PurePath(f).stem} for f in files], dtype=bool)
        if not named.any():
            known = ", ".join(sorted(set(files))) or sentence("words.no_file_names")
            raise UsageError(sentence("usage.repair_layer", rule=rule, known=known))
    rank = np.argsort(np.argsort(units.index.astype(str).to_numpy(str))).astype(float)
    return Claims(Rule(kind), shapely.area(np.asarray(units.geometry.values)), named, rank)
