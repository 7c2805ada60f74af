"""What the core hands on: findings, the ledger, and the result of a merger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import geopandas as gpd
import pandas as pd

from geo_merge.geometry.plane_vertices import NO_VERTICES, PlaneVertices
from geo_merge.geometry.rings import Geometries
from geo_merge.vocabulary.finding import Finding, Severity
from geo_merge.vocabulary.findings_frame import findings_frame, findings_of_frame
from geo_merge.vocabulary.unit_words import called_of

__all__ = [
    "Finding",
    "MergeResult",
    "Severity",
    "findings_frame",
]


class Elsewhere(Protocol):
    """The polygons of old units that are not in the memory of this process."""

    def parts(self, old: gpd.GeoDataFrame) -> Iterator[gpd.GeoDataFrame]:
        """Yield the rows of the old units with their polygons, part by part, in order."""

    def thinned(self, size: float) -> Geometries:
        """Return the polygons for pixels of so many metres; see `drawing.thin_apart`."""


@dataclass(frozen=True)
class MergeResult:
    """Everything about one merger.

    Attributes
    ----------
    old
        Old units and pieces, with ``new_code`` and ``new_name``; polygons in a CRS in metres.
    new
        New units, indexed by code; empty if a crosswalk or geometry error kept them from being
        made.
    parents
        Districts and provinces before, provinces after: ``level, when, code, name``.
    crosswalk
        As used: every old unit, its new unit, and how the row was matched.
    statistics
        One row a new unit.
    summary
        Figures before and after, as written to ``summary.json``.
    findings
        One row a finding, the heaviest first.
    ledger
        What went in and what came out.
    provenance
        Where the input came from and how it was read.
    reconciliation
        One row a new unit against reference and declared figures; empty if there were none. See
        `reconcile.COLUMNS`.
    repairs
        One row a defect of the layer, mended or not; without columns if no repair was asked for.
        See `repairs.COLUMNS`.
    decisions
        The decisions on them, to be filled in for the next run.
    old_areas
        Square kilometres of each old unit, 0 where its polygon cannot be used; empty if the result
        was read from files.
    elsewhere
        Gives the polygons of old units that are too many for one machine; `old` has a box in the
        place of each then.
    only_plane
        Vertices that edges straight in degrees have for the plane of the result alone: what is
        written in degrees does without them.
    drawing
        How a map draws it, once that is proven; see `display.drawn`.
    """

    old: gpd.GeoDataFrame
    new: gpd.GeoDataFrame
    parents: gpd.GeoDataFrame
    crosswalk: pd.DataFrame
    statistics: pd.DataFrame
    summary: dict[str, Any]
    findings: gpd.GeoDataFrame
    ledger: pd.DataFrame
    provenance: dict[str, Any] = field(default_factory=dict)
    reconciliation: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)
    repairs: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)
    decisions: pd.DataFrame = field(default_factory=pd.DataFrame)
    old_areas: pd.Series = field(default_factory=lambda: pd.Series(dtype=float))
    elsewhere: Elsewhere | None = None
    only_plane: PlaneVertices = NO_VERTICES
    drawing: Any = None

    def old_parts(self) -> Iterator[gpd.GeoDataFrame]:
        """Yield the old units with their polygons, in one frame or in parts."""
        return iter((self.old,)) if self.elsewhere is None else self.elsewhere.parts(self.old)

    @property
    def errors(self) -> int:
        """How many findings of severity error stand against the new units."""
        return int((self.findings["severity"] == Severity.ERROR).sum())

    @property
    def has_errors(self) -> bool:
        """Whether a finding of severity error stands against the new units."""
        return self.errors > 0

    @property
    def schematic(self) -> bool:
        """Whether the boundaries are schematic, as those of ``geo-merge fetch --before``."""
        return bool(self.provenance.get("schematic", False))

    @property
    def approximate(self) -> bool:
        """Whether the boundaries are approximate, as those of the embedded sample."""
        return bool(self.provenance.get("approximate", False))


def with_findings(result: MergeResult, found: Iterable[Finding]) -> MergeResult:
    """Return a result with further findings, unless they are known, in their place, and counted."""
    known = findings_of_frame(result.findings)
    told = {(f.check, f.units, f.message) for f in known}
    more = [f for f in found if (f.check, f.units, f.message) not in told]
    if not more:
        return result
    called = called_of(result.summary.get("called"))
    findings = [*known, *(finding.calling(called) for finding in more)]
    counts = {str(s): sum(f.severity == s for f in findings) for s in Severity}
    return replace(
        result,
        findings=findings_frame(findings, result.findings.crs),
        summary={**result.summary, "findings": counts},
    )
