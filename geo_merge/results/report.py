"""A result in words, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import geopandas as gpd

from geo_merge.texts import Language, change
from geo_merge.vocabulary.catalogue import count_findings
from geo_merge.vocabulary.counting import counted
from geo_merge.vocabulary.fields import DRAWN
from geo_merge.vocabulary.findings_frame import read_in
from geo_merge.vocabulary.part_of import is_land

_SHOWN = 20


def headline(summary: Mapping[str, Any]) -> str:
    """Return ``313 -> 99 units (-68.37 %)``."""
    before, after = summary["before"]["count"], summary["after"]["count"]
    return _fell_or_grew(before, after, "unit" if after == 1 else "units")


def _fell_or_grew(before: int, after: int, what: str = "") -> str:
    percent = change(before, after, "en")
    told = " ".join(filter(None, (f"{before:,} -> {after:,}", what)))
    return f"{told} ({percent})" if percent else told


def summary_lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Yield the figures before and after."""
    yield headline(summary)
    yield from _partial(summary)
    for group in summary["groups"]:
        yield f"  {group['name']}: {_fell_or_grew(group['before'], group['after'])}"
    for when in ("before", "after"):
        figures = summary[when]
        types = ", ".join(f"{count:,} {name}" for name, count in figures["by_type"].items())
        people = _people(figures, summary)
        yield f"{when.capitalize()}: {types}; {figures['area_km2']:,.2f} km²{people}"
    before, after = summary["before"], summary["after"]
    if before["districts"] and "districts" in after:
        yield f"Districts: {before['districts']} -> {after['districts']}"
    spread = after.get("unit_area_km2")
    if spread:
        low, high = spread["smallest"], spread["largest"]
        yield (
            f"New units: {low['value']:,.2f} km² ({low['name']}) to {high['value']:,.2f} km² "
            f"({high['name']}), median {spread['median']:,.2f} km²"
        )
    if "reference" in summary:
        yield _against(summary["reference"])
    counts = summary["findings"]
    yield f"Findings: {of_severities(counts)}"
    if summary.get("country", "") is None:
        yield "No country is known for this layer: names, types and codes are taken as they are."
    for how in DRAWN.values():
        if summary.get(how):
            yield f"Boundaries are {how}, not official."


def _partial(summary: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is said of units that a reform of a part leaves as they are, or inside others."""
    if "kept" in summary:
        told = _fell_or_grew(summary["changed"]["before"], summary["changed"]["after"])
        yield f"  Kept as they were: {summary['kept']:,}; all others: {told}"
    if summary.get("below"):
        told = ", ".join(f"{n:,} {kind}" for kind, n in summary["below"].items())
        yield f"  Living on inside the new units: {told}"


def counted_units(layer: gpd.GeoDataFrame) -> str:
    """Return ``313 units and 1 piece of land``."""
    pieces = int(is_land(layer).sum())
    units = counted(len(layer) - pieces, "unit")
    if not pieces:
        return units
    return f"{units} and {counted(pieces, 'piece of land', 'pieces of land')}"


def _against(reference: Mapping[str, Any]) -> str:
    """Return how far apart the reference is drawn."""
    shift, whole = reference["shift_m"], ""
    if shift is not None:
        sides = ((shift["east"], "east", "west"), (shift["north"], "north", "south"))
        told = ", ".join(
            f"{abs(metres):,.1f} m {ahead if metres > 0 else back}" for metres, ahead, back in sides
        )
        whole = f"as a whole {told}; without that, "
    return (
        f"Reference: {whole}borders {reference['distance_m']:,.1f} m apart in the median; land "
        f"that differs up to {reference['drawing_m']:,.0f} m wide is drawing"
    )


def of_severities(counts: Mapping[str, int]) -> str:
    """Return ``1 error, 23 warnings, 0 notes``."""
    names = {"error": "error", "warning": "warning", "info": "note"}
    return ", ".join(counted(counts[severity], name) for severity, name in names.items())


def _people(figures: Mapping[str, Any], summary: Mapping[str, Any]) -> str:
    """Return how many people there are, of which year if known, and how many units lack theirs."""
    if "population" not in figures:
        return ""
    count = figures["population"]
    told = "people unknown" if count is None else counted(count, "person", "people")
    year, unknown = summary.get("population_year"), figures.get("population_unknown")
    notes = [str(year)] if year else []
    notes += [f"{counted(unknown, 'unit')} unknown"] if unknown and count is not None else []
    noted = f" ({'; '.join(notes)})" if notes else ""
    return f", {told}{noted}"


def finding_lines(
    findings: gpd.GeoDataFrame, *, notes: bool = False, language: Language = "en"
) -> Iterator[str]:
    """Yield the findings, the heaviest first; notes (severity info) only on request."""
    shown = findings if notes else findings[findings["severity"] != "info"]
    first = shown.head(_SHOWN)
    told = read_in(first, language)
    for row in first[["severity", "check"]].join(told).itertuples():
        hint = f" {row.hint}" if row.hint else ""
        yield f"{row.severity} {row.check}: {row.message}{hint}"
    if len(shown) > _SHOWN:
        yield f"… and {len(shown) - _SHOWN} more."


def count_lines(findings: gpd.GeoDataFrame) -> Iterator[str]:
    """Yield how many findings there are of each check, and their sum."""
    for row in count_findings(findings).to_dict("records"):
        total = f", {row['total']:,.10g} {row['unit_of_value']}" if row["unit_of_value"] else ""
        yield f"{row['severity']:8}{row['check']}  {row['title']}: {row['count']:,}{total}"
