"""What the core hands on: findings, the ledger, and the result of a merger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from geo_merge.finding import Finding, Severity
from geo_merge.findings import columns_of
from geo_merge.rings import Geometries

__all__ = [
    "LEDGER_COLUMNS",
    "Finding",
    "LedgerRow",
    "MergeResult",
    "Severity",
    "findings_frame",
    "ledger_frame",
]


def findings_frame(findings: Iterable[Finding], crs: Any) -> gpd.GeoDataFrame:  # noqa: ANN401
    """Return findings as a frame; see `findings.columns_of`."""
    columns = columns_of(findings, CRS.from_user_input(crs))
    places = gpd.GeoSeries(columns.pop("geometry"), crs=crs)
    # None becomes NaN.
    typed = typed_columns(columns, {"value": float, "units": object})
    return gpd.GeoDataFrame(typed, geometry=places)


def typed_columns(
    columns: Mapping[str, Sequence[Any]], kinds: Mapping[str, type]
) -> dict[str, pd.Series]:
    """Return columns each of its kind, text where none is said: without rows, pandas guesses."""
    return {
        name: pd.Series(list(values), dtype=kinds.get(name, str))
        for name, values in columns.items()
    }


def findings_of_frame(frame: gpd.GeoDataFrame) -> list[Finding]:
    """Return the findings that a frame of them holds."""
    names = ("check", "message", "hint", "unit_of_value", "geometry")
    return [
        Finding(
            **{name: row[name] for name in names},
            severity=Severity(row["severity"]),
            units=tuple(row["units"]),
            value=None if pd.isna(row["value"]) else float(row["value"]),
        )
        for row in frame.to_dict("records")
    ]


@dataclass(frozen=True)
class LedgerRow:
    """One quantity before and after; ``ok`` if they agree within the tolerance."""

    quantity: str
    before: float
    after: float
    tolerance: float = 0.0

    @property
    def difference(self) -> float:
        """After minus before."""
        return self.after - self.before

    @property
    def ok(self) -> bool:
        """Whether nothing was lost."""
        return abs(self.difference) <= self.tolerance


LEDGER_COLUMNS = ("quantity", "before", "after", "difference", "tolerance", "ok")


def ledger_frame(rows: Iterable[LedgerRow]) -> pd.DataFrame:
    """Return the ledger as a frame with the columns of the contract."""
    return pd.DataFrame(
        [{name: getattr(row, name) for name in LEDGER_COLUMNS} for row in rows],
        columns=list(LEDGER_COLUMNS),
    )


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
        """Whether the boundaries are schematic, as in the embedded sample."""
        return bool(self.provenance.get("schematic", False))


def with_findings(result: MergeResult, found: Iterable[Finding]) -> MergeResult:
    """Return a result with further findings, unless they are known, in their place, and counted."""
    known = findings_of_frame(result.findings)
    told = {(f.check, f.units, f.message) for f in known}
    more = [f for f in found if (f.check, f.units, f.message) not in told]
    if not more:
        return result
    findings = [*known, *more]
    counts = {str(s): sum(f.severity == s for f in findings) for s in Severity}
    return replace(
        result,
        findings=findings_frame(findings, result.findings.crs),
        summary={**result.summary, "findings": counts},
    )
