"""The whole way from old units and a crosswalk to checked new units: frames in, frames out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge import attributes, compare, crosswalk, parents, statistics
from geo_merge.areas import SQUARE_METRES_PER_KM2
from geo_merge.coverage import check_parts, check_surveyed, for_layer
from geo_merge.coverage.surveyed import survey_layer
from geo_merge.crosswalk import NameKey, Resolved
from geo_merge.dissolve import Dissolved
from geo_merge.errors import LayerError
from geo_merge.limits import Limits
from geo_merge.mending import Repaired, RepairOptions, with_waivers
from geo_merge.mending import repair as repair_layer
from geo_merge.models import Finding, MergeResult, Severity, findings_frame, ledger_frame
from geo_merge.new_units import new_units
from geo_merge.prepared import Prepare, Prepared, prepare, with_unit_columns
from geo_merge.proof import make_ledger, prove
from geo_merge.provenance import findings_of, ledger_of, sources_of, without_memory
from geo_merge.reconcile import reconcile, reference_columns
from geo_merge.rings import Ints
from geo_merge.vietnam.names import name_key as vietnamese_name_key
from geo_merge.vietnam.provinces import province_after

# Columns of unit layers that a new unit gets its own way; all others follow a rule per field.
_STRUCTURAL = frozenset(
    ("name", "unit_type", "is_piece", "source_file", "source_row", "new_code", "new_name",
     "geometry", "district_code", "district", "province_code", "province", "schematic")
)  # fmt: skip
Progress = Callable[[str], None]


def merge(
    old: gpd.GeoDataFrame,
    crosswalk: pd.DataFrame,
    *,
    reference: gpd.GeoDataFrame | None = None,
    declared: pd.DataFrame | None = None,
    outline: gpd.GeoDataFrame | None = None,
    rules: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    repair: RepairOptions | None = None,
    name_key: NameKey = vietnamese_name_key,
    new_province: parents.NewProvince = province_after,
    prepare: Prepare = prepare,
    progress: Progress | None = None,
) -> MergeResult:
    """Merge old units to new ones, and prove that nothing was lost.

    Parameters
    ----------
    old
        Unit layer as `layers.read_units` returns it: indexed by code, polygons in a CRS in metres.
    crosswalk
        ``old_code, new_code, new_name`` and what else is known of the rows; see
        `crosswalk.COLUMNS`.
    reference
        Boundaries that somebody else published for the new units, indexed by code.
    declared
        Table of published figures: ``new_code, area_km2, population``.
    outline
        Polygons that the units should fill together: a province, a country.
    rules
        How a field of the members becomes one of the new unit: ``sum``, ``area``, ``population``
        (weighted), ``list`` or ``drop``; by default counts are summed, rates weighted, texts
        listed.
    limits
        Thresholds of the checks.
    repair
        Repair the old units first, and how; by default they stay as they are.
    name_key
        Returns names in the form in which they are compared.
    new_province
        Returns the new province (code, name) of an old one, or None.
    prepare
        Surveys and dissolves the units: in memory by default, else where their polygons are.
    progress
        Called with the name of each step.

    Returns
    -------
    MergeResult
        Also when findings of severity error stand against the new units: see ``has_errors``.

    Raises
    ------
    CrosswalkError
        If the crosswalk does not assign every old unit exactly once.
    LayerError
        If the frame is no unit layer in metres.
    """
    limits, say = limits or Limits(), progress or (lambda _: None)
    _guard(old)
    limits, outline = for_layer(limits, old), _in_crs(outline, old)
    read = old
    old = without_memory(old)
    mended = None
    if repair is not None:
        say("Repairing")
        mended = repair_layer(old, **vars(repair))
        old = mended.layer
    say("Matching the crosswalk")
    resolved = _resolve(old, crosswalk, name_key)
    say("Surveying and dissolving")
    layer = prepare(old, resolved, limits)
    return conclude(
        layer, read, crosswalk, resolved.findings, limits, mended=mended, reference=reference,
        declared=declared, outline=outline, rules=rules, name_key=name_key,
        new_province=new_province, say=say,
    )  # fmt: skip


def conclude(
    layer: Prepared,
    read: gpd.GeoDataFrame,
    crosswalk: pd.DataFrame,
    found: Sequence[Finding],
    limits: Limits,
    *,
    mended: Repaired | None = None,
    reference: gpd.GeoDataFrame | None = None,
    declared: pd.DataFrame | None = None,
    outline: gpd.GeoDataFrame | None = None,
    rules: Mapping[str, str] | None = None,
    name_key: NameKey = vietnamese_name_key,
    new_province: parents.NewProvince = province_after,
    say: Progress = lambda _: None,
) -> MergeResult:
    """Check, compare and prove a layer that was surveyed and dissolved, wherever that was done.

    Parameters
    ----------
    layer
        Old units, surveyed, and new units, dissolved.
    read, crosswalk
        What was read, for what they remember of it.
    found
        Findings of matching the two.
    mended
        The repair of the layer, if there was one.

    The other parameters are those of `merge`.
    """
    say("Checking the layer")
    findings = [*findings_of(read), *found]
    findings += check_surveyed(layer.surveyed, limits, outline=outline, name_key=name_key)
    chosen = attributes.rules_for(layer.frame, _fields(layer.frame), rules or {})
    findings += attributes.notes(layer.frame, chosen)
    new = new_units(layer, chosen)
    say("Dissolving districts and provinces")
    above = _parents(layer, new_province)
    say("Comparing")
    crs = layer.frame.crs
    inside = shapely.points(layer.surveyed.measures.inside)
    findings += check_parts(new, gpd.GeoSeries(inside, index=layer.frame.index, crs=crs))
    table = None if declared is None else compare.as_declared(declared, new.index)
    figures = statistics.unit_statistics(new, table)
    reconciled, compared = _compare(new, reference, table, limits)
    if reference is not None:
        figures = figures.join(reference_columns(reconciled))
    findings += compared
    ledger = [*ledger_of(read), *make_ledger(layer, new, chosen)]
    if mended is not None:
        findings += mended.findings
        ledger[:0] = mended.ledger
    findings += prove(layer, new, ledger)
    if mended is not None:
        findings = with_waivers(findings, mended.repairs)
    return MergeResult(
        old=layer.frame,
        new=new,
        parents=above,
        crosswalk=_as_used(layer),
        statistics=figures,
        summary=_summary(layer, new, above, findings),
        findings=findings_frame(findings, crs),
        ledger=ledger_frame(ledger),
        reconciliation=reconciled,
        old_areas=pd.Series(layer.areas / SQUARE_METRES_PER_KM2, index=layer.frame.index),
        **({} if mended is None else {"repairs": mended.repairs, "decisions": mended.decisions}),
        provenance={"sources": sources_of(read), "crosswalk": sources_of(crosswalk),
                    "crs": crs.to_string(), "schematic": _is_schematic(layer.frame),
                    "rules": {k: str(v) for k, v in chosen.items()}},
    )  # fmt: skip


def _parents(layer: Prepared, new_province: parents.NewProvince) -> gpd.GeoDataFrame:
    rows = np.flatnonzero(layer.usable)
    overlaps = bool((layer.faces.claims > 1).any())

    def dissolve(positions: Ints, groups: Ints) -> Sequence[Dissolved]:
        return layer.dissolve(rows[positions], groups)

    return parents.dissolve_parents(
        layer.frame.iloc[rows],
        None if overlaps else layer.areas[rows],
        dissolve=dissolve,
        new_province=new_province,
    )


def validate(
    layer: gpd.GeoDataFrame,
    *,
    crosswalk: pd.DataFrame | None = None,
    reference: gpd.GeoDataFrame | None = None,
    declared: pd.DataFrame | None = None,
    outline: gpd.GeoDataFrame | None = None,
    limits: Limits | None = None,
    name_key: NameKey = vietnamese_name_key,
) -> gpd.GeoDataFrame:
    """Check a layer of units, and what else is known of it, without merging.

    With a crosswalk, everything that `merge` would find is found; without one, `reference` and
    `declared` are compared with the units of the layer itself.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a finding, the heaviest first.

    Raises
    ------
    CrosswalkError
        If the crosswalk does not assign every unit exactly once.
    """
    _guard(layer)
    if crosswalk is not None:
        result = merge(layer, crosswalk, reference=reference, declared=declared, outline=outline,
                       limits=limits, name_key=name_key)  # fmt: skip
        return result.findings
    limits = for_layer(limits or Limits(), layer)
    surveyed = survey_layer(layer, limits)
    findings = [*findings_of(layer), *check_surveyed(
        surveyed, limits, outline=_in_crs(outline, layer), name_key=name_key)]  # fmt: skip
    good = layer[surveyed.measures.usable]
    km2 = surveyed.measures.m2[surveyed.measures.usable] / SQUARE_METRES_PER_KM2
    table = None if declared is None else compare.as_declared(declared, good.index)
    findings += _compare(good.assign(area_km2=km2), reference, table, limits)[1]
    return findings_frame(findings, layer.crs)


def _in_crs(outline: gpd.GeoDataFrame | None, layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame | None:
    return outline if outline is None or outline.crs == layer.crs else outline.to_crs(layer.crs)


def _compare(
    new: gpd.GeoDataFrame,
    reference: gpd.GeoDataFrame | None,
    declared: pd.DataFrame | None,
    limits: Limits | None,
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Compare units with a reference and declared figures, and reconcile the three."""
    if reference is None and declared is None:
        return gpd.GeoDataFrame(), []
    findings = [] if declared is None else compare.check_declared(new, declared, limits)
    compared = None if reference is None else compare.compare_reference(new, reference, limits)
    findings += [] if compared is None else compared.findings
    reconciled, found = reconcile(new, compared, declared, limits)
    return reconciled, [*findings, *found]


def _is_schematic(old: gpd.GeoDataFrame) -> bool:
    """Tell whether a field of the layer says that its boundaries are schematic."""
    return "schematic" in old and bool((old["schematic"].fillna(0) != 0).any())


def _guard(old: gpd.GeoDataFrame) -> None:
    if old.crs is None or not old.crs.is_projected:
        raise LayerError(
            "The layer must be in a projected CRS in metres; read it with geo_merge.read_units, "
            "or reproject it (GeoDataFrame.to_crs)."
        )
    if old.index.has_duplicates:
        doubled = sorted(set(old.index[old.index.duplicated()].astype(str)))
        raise LayerError(f"Codes stand on several rows: {', '.join(doubled[:10])} [K03].")


def _resolve(old: gpd.GeoDataFrame, table: pd.DataFrame, name_key: NameKey) -> Resolved:
    return crosswalk.resolve(with_unit_columns(old), table, name_key=name_key)


def _fields(frame: gpd.GeoDataFrame) -> list[str]:
    return [str(c) for c in frame.columns if c not in _STRUCTURAL and c != frame.geometry.name]


def _as_used(layer: Prepared) -> pd.DataFrame:
    """Return every old unit with its new one and how the row was matched."""
    rows = layer.rows
    frame = layer.frame
    return pd.DataFrame(
        {
            "old_code": np.where(frame["is_piece"], "", frame.index.astype(str)),
            "old_name": frame["name"].to_numpy(),
            "old_type": frame["unit_type"].to_numpy(),
            "old_district_code": frame["district_code"].to_numpy(),
            "old_district": frame["district"].to_numpy(),
            "old_province_code": frame["province_code"].to_numpy(),
            "old_province": frame["province"].to_numpy(),
            "new_code": rows["new_code"].to_numpy(),
            "new_name": rows["new_name"].to_numpy(),
            "new_type": rows["new_type"].to_numpy(),
            "share": rows["share"].to_numpy(),
            "matched_by": rows["matched_by"].to_numpy(),
            "row": rows["row"].to_numpy(),
            **{name: rows[name].to_numpy() for name in crosswalk.EVIDENCE if name in rows},
        }
    )


def _summary(
    layer: Prepared, new: gpd.GeoDataFrame, above: gpd.GeoDataFrame, findings: list[Finding]
) -> dict[str, Any]:
    before = statistics.describe_units(layer.frame, layer.areas)
    after = statistics.describe_units(new, new["area_km2"].to_numpy() * SQUARE_METRES_PER_KM2)
    for when, figures in (("before", before), ("after", after)):
        for level in ("district", "province"):
            there = (above["level"] == level) & (above["when"] == when)
            figures[f"{level}s"] = int(there.sum())
    result = statistics.summary(before, after, statistics.province_groups(layer.frame, layer.areas))
    result["findings"] = {str(s): sum(f.severity == s for f in findings) for s in Severity}
    result["schematic"] = False
    return result
