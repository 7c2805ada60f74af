"""The record of a repair: what was wrong, what was done, who gained and lost how much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geo_merge.geometry.validity import valid_places
from geo_merge.mending.decisions import Choice, Decision, is_of_finding, numbered
from geo_merge.mending.defects import WAIVED, Defect
from geo_merge.vocabulary.finding import Finding, Severity
from geo_merge.vocabulary.findings import columns_of, in_order
from geo_merge.vocabulary.findings_frame import typed_columns
from geo_merge.vocabulary.sentence import Sentence, sentence

COLUMNS = ("id", "kind", "applied", "obstacle", "units", "before", "after", "changes",
           "area_m2", "width_m", "move_m")  # fmt: skip
_KINDS = {"applied": bool, "units": object, "before": object, "after": object, "changes": object,
          "area_m2": float, "width_m": float, "move_m": float}  # fmt: skip
# Checks whose findings are gaps and overlaps.
_WAIVABLE = frozenset({"C01", "C02", "C03", "C04"})
# Share of a finding that may lie outside what was waived: rounding of the overlay.
_SAME_LAND = 1e-6


@dataclass(frozen=True)
class Repair:
    """What became of a defect.

    Attributes
    ----------
    defect
        The gap, the overlap, or the edges (kind ``edges``) that did not match.
    before, after
        Codes of the units that had the land, and that have it now.
    changes
        Square metres that each unit gained, or lost if negative.
    move
        How far a border moved at most, in metres.
    """

    defect: Defect
    before: tuple[str, ...]
    after: tuple[str, ...]
    changes: dict[str, float] = field(default_factory=dict)
    move: float = 0.0

    @property
    def applied(self) -> bool:
        """Whether it was repaired."""
        return not self.defect.obstacle


def repairs_frame(repairs: Sequence[Repair], crs: CRS) -> gpd.GeoDataFrame:
    """Return repairs as a frame with the columns of `COLUMNS`, gaps and overlaps by size."""
    rows = sorted(repairs, key=lambda r: (r.applied, r.defect.kind, -r.defect.m2, r.defect.id))
    names = numbered([r.defect.id for r in rows])
    data: dict[str, list[Any]] = {
        "id": names,
        "kind": [r.defect.kind for r in rows],
        "applied": [r.applied for r in rows],
        "obstacle": [r.defect.obstacle for r in rows],
        "units": [list(r.defect.units) for r in rows],
        "before": [list(r.before) for r in rows],
        "after": [list(r.after) for r in rows],
        "changes": [
            [f"{code} {round(m2, 3) + 0.0:+,.3f} m²" for code, m2 in sorted(r.changes.items())]
            for r in rows
        ],
        "area_m2": [r.defect.m2 for r in rows],
        "width_m": [r.defect.width for r in rows],
        "move_m": [r.move for r in rows],
    }
    places = valid_places(np.array([r.defect.geometry for r in rows], dtype=object))
    shapes = gpd.GeoSeries(places, crs=crs)
    return gpd.GeoDataFrame(typed_columns(data, _KINDS), geometry=shapes)[[*COLUMNS, "geometry"]]


def _called(rule: str) -> Sentence:
    name, _, layer = rule.partition(":")
    return sentence(f"repair.{name}", name=layer)


def repair_findings(repairs: Sequence[Repair], rule: str) -> list[Finding]:
    """Return what was repaired (M01): one finding a kind, since repairs.csv has each of them."""
    findings = []
    for kind in ("gap", "overlap", "edges"):
        done = [r for r in repairs if r.applied and r.defect.kind == kind]
        if not done:
            continue
        m2 = sum(r.defect.m2 for r in done)
        moved = max(r.move for r in done)
        findings.append(
            Finding.of(
                sentence(f"M01.{kind}", n=len(done), rule=_called(rule), m2=m2, moved=moved),
                units=tuple(sorted({code for r in done for code in r.changes})),
                value=m2,
                unit_of_value="m²",
            )
        )
    return findings


def with_waivers(findings: Iterable[Finding], repairs: gpd.GeoDataFrame) -> list[Finding]:
    """Return findings of which those on waived land are notes, with the reason."""
    known = repairs[repairs["obstacle"].str.startswith(WAIVED)]
    if known.empty:
        return list(findings)
    shapes = np.asarray(known.geometry.values)
    tree = shapely.STRtree(shapes)
    result = []
    for finding in findings:
        at = tree.query(finding.geometry) if finding.check in _WAIVABLE else ()
        if len(at):
            place = valid_places(np.array([finding.geometry], dtype=object))[0]
            rest = shapely.difference(place, shapely.union_all(shapes[at]))
            if shapely.area(rest) <= _SAME_LAND * shapely.area(place):
                reason = "; ".join(known["obstacle"].iloc[np.sort(at)].unique())
                result.append(replace(finding, severity=Severity.INFO, hint=f"{reason}."))
                continue
        result.append(finding)
    return result


def with_decisions(
    findings: Iterable[Finding], decisions: Mapping[str, Decision], crs: CRS
) -> list[Finding]:
    """Return findings of which waived gaps and overlaps are notes, with the reason.

    A decision on a finding that is not there is a finding itself (M03).
    """
    chosen = {key: one for key, one in decisions.items() if is_of_finding(key)}
    result = in_order(findings)
    if not chosen:
        return result
    ids = columns_of(result, crs)["id"]
    for k, (key, finding) in enumerate(zip(ids, result, strict=True)):
        one = chosen.get(key)
        if one is not None and one.choice == Choice.WAIVE and finding.check in _WAIVABLE:
            result[k] = replace(finding, severity=Severity.INFO, hint=f"{WAIVED}: {one.reason}.")
    return [
        *result,
        *(
            Finding.of(sentence("M03.unmet", row=str(one.row), choice=str(one.choice), defect=key))
            for key, one in chosen.items()
            if key not in set(ids)
        ),
    ]
