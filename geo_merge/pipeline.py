"""The whole way from old units and a crosswalk to checked new units: frames in, frames out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge import attributes, compare, crosswalk, parents, statistics
from geo_merge.areas import SQUARE_METRES_PER_KM2, areas
from geo_merge.attributes import Rule
from geo_merge.coverage import (
    COVERAGE_CHECKS,
    Limits,
    check_layer,
    check_parts,
    claimed_again,
    usable,
)
from geo_merge.crosswalk import NameKey, Resolved
from geo_merge.dissolve import dissolve_groups
from geo_merge.edges import Floats, Ints
from geo_merge.errors import GeometryError, LayerError
from geo_merge.faces import AREA_TOLERANCE, Faces, find_faces
from geo_merge.mending import RepairOptions, with_waivers
from geo_merge.mending import repair as repair_layer
from geo_merge.models import (
    Finding,
    LedgerRow,
    MergeResult,
    Severity,
    findings_frame,
    ledger_frame,
)
from geo_merge.provenance import findings_of, ledger_of, sources_of, without_memory
from geo_merge.reconcile import reconcile, reference_columns
from geo_merge.vietnam.names import name_key as vietnamese_name_key
from geo_merge.vietnam.provinces import province_after

# Columns of unit layers that a new unit gets its own way; all others follow a rule per field.
_STRUCTURAL = frozenset(
    ("name", "unit_type", "is_piece", "source_file", "source_row", "new_code", "new_name",
     "geometry", "district_code", "district", "province_code", "province", "schematic")
)  # fmt: skip
Progress = Callable[[str], None]


@dataclass(frozen=True)
class _Layer:
    """The old units with what every later step needs of them."""

    frame: gpd.GeoDataFrame
    rows: pd.DataFrame
    groups: Ints
    new_codes: tuple[str, ...]
    areas: Floats
    usable: np.ndarray[tuple[int], np.dtype[np.bool_]]
    faces: Faces


def merge(
    old: gpd.GeoDataFrame,
    crosswalk: pd.DataFrame,
    *,
    reference: gpd.GeoDataFrame | None = None,
    declared: pd.DataFrame | None = None,
    rules: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    repair: RepairOptions | None = None,
    name_key: NameKey = vietnamese_name_key,
    new_province: parents.NewProvince = province_after,
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
    read = old
    old = without_memory(old)
    mended = None
    if repair is not None:
        say("Repairing")
        mended = repair_layer(old, **vars(repair))
        old = mended.layer
    say("Matching the crosswalk")
    resolved = _resolve(old, crosswalk, name_key)
    say("Checking the layer")
    layer = _prepare(old, resolved)
    findings = [*findings_of(read), *resolved.findings]
    findings += check_layer(layer.frame, limits, good=layer.usable, faces=layer.faces)
    say("Dissolving")
    chosen = attributes.rules_for(layer.frame, _fields(layer.frame), rules or {})
    findings += attributes.notes(layer.frame, chosen)
    new = _dissolve(layer, chosen)
    say("Dissolving districts and provinces")
    overlaps = bool((layer.faces.claims > 1).any())
    above = parents.dissolve_parents(
        layer.frame[layer.usable],
        None if overlaps else layer.areas[layer.usable],
        new_province=new_province,
    )
    say("Comparing")
    findings += check_parts(new)
    table = None if declared is None else compare.as_declared(declared, new.index)
    figures = statistics.unit_statistics(new, table)
    reconciled, found = _compare(new, reference, table, limits)
    if reference is not None:
        figures = figures.join(reference_columns(reconciled))
    findings += found
    drawn, again = _all_areas(layer), _claimed_again(layer)
    ledger = [*ledger_of(read), *_ledger(layer, new, chosen, drawn, again)]
    if mended is not None:
        findings += mended.findings
        ledger[:0] = mended.ledger
    unclean = any(f.check in COVERAGE_CHECKS and f.severity != Severity.INFO for f in findings)
    findings += _prove(layer, new, ledger, drawn, again, clean_input=not unclean)
    if mended is not None:
        findings = with_waivers(findings, mended.repairs)
    return MergeResult(
        old=layer.frame,
        new=new,
        parents=above,
        crosswalk=_as_used(layer),
        statistics=figures,
        summary=_summary(layer, new, above, findings),
        findings=findings_frame(findings, old.crs),
        ledger=ledger_frame(ledger),
        reconciliation=reconciled,
        **({} if mended is None else {"repairs": mended.repairs, "decisions": mended.decisions}),
        provenance={"sources": sources_of(read), "crosswalk": sources_of(crosswalk),
                    "crs": old.crs.to_string(), "schematic": _is_schematic(old),
                    "rules": {k: str(v) for k, v in chosen.items()}},
    )  # fmt: skip


def validate(
    layer: gpd.GeoDataFrame,
    *,
    crosswalk: pd.DataFrame | None = None,
    reference: gpd.GeoDataFrame | None = None,
    declared: pd.DataFrame | None = None,
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
        result = merge(layer, crosswalk, reference=reference, declared=declared, limits=limits,
                       name_key=name_key)  # fmt: skip
        return result.findings
    findings = [*findings_of(layer), *check_layer(layer, limits)]
    good = layer[usable(np.asarray(layer.geometry.values))]
    km2 = areas(np.asarray(good.geometry.values), good.crs) / SQUARE_METRES_PER_KM2
    table = None if declared is None else compare.as_declared(declared, good.index)
    findings += _compare(good.assign(area_km2=km2), reference, table, limits)[1]
    return findings_frame(findings, layer.crs)


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


def with_unit_columns(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer with all columns of unit layers, blank where the source has none."""
    blank: dict[str, Any] = {
        column: ""
        for column in (
            "name",
            "unit_type",
            "district_code",
            "district",
            "province_code",
            "province",
        )
        if column not in frame
    }
    if "is_piece" not in frame:
        blank["is_piece"] = False
    return frame.assign(**blank) if blank else frame


def _prepare(old: gpd.GeoDataFrame, resolved: Resolved) -> _Layer:
    frame = with_unit_columns(old).rename(index=resolved.codes)
    rows = resolved.rows
    new_codes, groups = np.unique(rows["new_code"].to_numpy(str), return_inverse=True)
    frame = frame.assign(new_code=rows["new_code"].to_numpy(), new_name=rows["new_name"].to_numpy())
    frame.index.name = "code"
    geometries = np.asarray(frame.geometry.values)
    good = usable(geometries)
    if not good.any():
        raise GeometryError("No unit of the layer has a usable polygon; validate the layer.")
    return _Layer(
        frame=frame,
        rows=rows,
        groups=groups,
        new_codes=tuple(map(str, new_codes)),
        areas=areas(np.where(good, geometries, shapely.Polygon()), frame.crs),
        usable=good,
        faces=find_faces(geometries[good]),
    )


def _fields(frame: gpd.GeoDataFrame) -> list[str]:
    return [str(c) for c in frame.columns if c not in _STRUCTURAL and c != frame.geometry.name]


def _dissolve(layer: _Layer, rules: Mapping[str, Rule]) -> gpd.GeoDataFrame:
    """Dissolve the usable members of each new unit; a unit without any stays empty."""
    frame, groups = layer.frame, layer.groups
    geometries = np.asarray(frame.geometry.values)
    present, numbered = np.unique(groups[layer.usable], return_inverse=True)
    dissolved = dissolve_groups(geometries[layer.usable], numbered)
    shapes = np.full(len(layer.new_codes), shapely.Polygon(), dtype=object)
    methods = np.full(len(layer.new_codes), "none", dtype=object)
    shapes[present] = [d.geometry for d in dissolved]
    methods[present] = [d.method for d in dissolved]
    members = _lists(frame.index, groups, ~frame["is_piece"])
    pieces = _lists(frame["name"], groups, frame["is_piece"])
    first = np.unique(groups, return_index=True)[1]
    data: dict[str, Any] = {
        "name": layer.rows["new_name"].to_numpy()[first],
        "unit_type": layer.rows["new_type"].to_numpy()[first],
        "member_count": [len(m) for m in members],
        "members": members,
        "member_names": _lists(frame["name"], groups, ~frame["is_piece"]),
    }
    if any(pieces):
        data["pieces"] = pieces
    km2 = areas(shapes, frame.crs) / SQUARE_METRES_PER_KM2
    data["area_km2"] = km2
    values = attributes.aggregate(pd.DataFrame(frame), groups, layer.areas, rules)
    if "population" in values:
        data["population"] = values.pop("population").to_numpy()
        data["density"] = np.divide(data["population"], km2, out=np.zeros_like(km2), where=km2 > 0)
    data["method"] = methods
    for column in map(str, values):
        data[column if column not in data else f"{column}_source"] = values[column].to_numpy()
    index = pd.Index(layer.new_codes, name="code")
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(shapes, crs=frame.crs).values, index=index)


def _lists(values: Iterable[object], groups: Ints, chosen: pd.Series) -> list[list[str]]:
    result: list[list[str]] = [[] for _ in range(groups.max() + 1)]
    for value, group, take in zip(values, groups, chosen, strict=True):
        if take:
            result[group].append(str(value))
    return result


def _ledger(
    layer: _Layer, new: gpd.GeoDataFrame, rules: Mapping[str, Rule], drawn: Floats, again_m2: Floats
) -> list[LedgerRow]:
    is_piece = layer.frame["is_piece"].to_numpy(bool)
    again, before = float(again_m2.sum()), float(drawn.sum())
    after = float(new["area_km2"].sum()) * SQUARE_METRES_PER_KM2
    rows = [
        LedgerRow("units", int((~is_piece).sum()), int(new["member_count"].sum())),
        LedgerRow("pieces", int(is_piece.sum()),
                  int(new["pieces"].map(len).sum()) if "pieces" in new else 0),
        LedgerRow("crosswalk_rows", len(layer.rows), len(layer.frame)),
        LedgerRow("area_m2", before - again, after, AREA_TOLERANCE * before),
    ]  # fmt: skip
    if again > 0:
        rows.append(LedgerRow("area_claimed_twice_m2", again, 0.0, again))
    return rows + attributes.conserve(pd.DataFrame(layer.frame), pd.DataFrame(new), rules)


def _all_areas(layer: _Layer) -> Floats:
    """Areas of all polygons, those too that cannot be dissolved: what is lost must show."""
    rest = np.asarray(layer.frame.geometry.values)[~layer.usable]
    drawn = np.array([max(0.0, shapely.area(g)) if g is not None else 0.0 for g in rest])
    result = layer.areas.copy()
    result[~layer.usable] = drawn
    return result


def _claimed_again(layer: _Layer) -> Floats:
    geometries = np.asarray(layer.frame.geometry.values)[layer.usable]
    return claimed_again(
        geometries, layer.groups[layer.usable], layer.faces, layer.frame.crs, len(layer.new_codes)
    )


def _prove(
    layer: _Layer,
    new: gpd.GeoDataFrame,
    ledger: list[LedgerRow],
    drawn: Floats,
    again: Floats,
    *,
    clean_input: bool,
) -> list[Finding]:
    """Let the result prove itself: nothing lost, area in as out, a valid coverage (P01 to P03)."""
    findings = [
        Finding(
            check="P01" if row.quantity in {"units", "pieces", "crosswalk_rows"} else "P02",
            severity=Severity.ERROR,
            value=row.difference,
            unit_of_value=row.quantity,
            message=f"{row.quantity}: {row.before:,.10g} before, {row.after:,.10g} after.",
            hint="See the other errors: units that could not be dissolved are missing.",
        )
        for row in ledger
        if not row.ok
    ]
    m2_in = np.bincount(layer.groups, drawn) - again
    m2_out = new["area_km2"].to_numpy() * SQUARE_METRES_PER_KM2
    # One unit may be a thousandth of the layer: rounding is that of the coordinates.
    limit = AREA_TOLERANCE * np.maximum(m2_in, 1e6)
    findings += [
        Finding(
            check="P02",
            severity=Severity.ERROR,
            units=(str(new.index[k]),),
            value=float(m2_out[k] - m2_in[k]),
            unit_of_value="m²",
            geometry=new.geometry.iloc[k],
            message=f"New unit {new.index[k]} ({new['name'].iloc[k]}) has {m2_out[k]:,.3f} m², its "
            f"members have {m2_in[k]:,.3f} m².",
            hint="See the other errors of its members.",
        )
        for k in np.flatnonzero(np.abs(m2_out - m2_in) > limit)
    ]
    geometries = np.asarray(new.geometry.values)
    whole = geometries[~shapely.is_empty(geometries)]
    if clean_input and not find_faces(whole).is_coverage:
        findings.append(
            Finding(
                check="P03",
                severity=Severity.ERROR,
                message="The new units are no valid coverage although the old ones are.",
                hint="Please report this with your data; the result must not be used.",
            )
        )
    return findings


def _as_used(layer: _Layer) -> pd.DataFrame:
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
        }
    )


def _summary(
    layer: _Layer, new: gpd.GeoDataFrame, above: gpd.GeoDataFrame, findings: list[Finding]
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
