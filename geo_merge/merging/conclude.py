"""What is concluded from a layer that was surveyed and dissolved: findings, figures, the proof."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_merge.checks.known import Known
from geo_merge.checks.layer import check_surveyed
from geo_merge.checks.parts import check_parts
from geo_merge.compare import reference as compare
from geo_merge.compare.declared import as_declared, check_declared, told_of
from geo_merge.compare.verdict import Reconciled, reconcile, reference_columns
from geo_merge.geometry.areas import SQUARE_METRES_PER_KM2
from geo_merge.geometry.dissolve import Dissolved
from geo_merge.geometry.rings import Floats, Ints
from geo_merge.mending import Repaired, with_decisions, with_waivers
from geo_merge.mending.decisions import Decision
from geo_merge.merging import parents, parents_after, statistics, stored_areas
from geo_merge.merging.assigned import Prepared
from geo_merge.merging.below import count_below, with_level_below
from geo_merge.merging.new_units import new_units
from geo_merge.merging.parents_after import Parents
from geo_merge.merging.proof import make_ledger, prove
from geo_merge.merging.result import MergeResult
from geo_merge.system.progress import Progress
from geo_merge.units import attributes, crosswalk
from geo_merge.units.unlisted import is_kept
from geo_merge.vocabulary import people
from geo_merge.vocabulary.accepting import accepted, told_accepted
from geo_merge.vocabulary.country import PLAIN, Country
from geo_merge.vocabulary.fields import DRAWN
from geo_merge.vocabulary.finding import Finding, Severity
from geo_merge.vocabulary.findings_frame import findings_frame
from geo_merge.vocabulary.ledger import ledger_frame
from geo_merge.vocabulary.limits import Limits
from geo_merge.vocabulary.memory import findings_of, ledger_of, sources_of
from geo_merge.vocabulary.part_of import PART_OF, PART_SHARE, unit_codes
from geo_merge.vocabulary.unit_words import called_of, words_of_merger

# Columns of unit layers that a new unit gets its own way; all others follow a rule per field.
_STRUCTURAL = frozenset(
    ("name", "unit_type", "is_piece", "source_file", "source_row", "new_code", "new_name",
     "geometry", "district_code", "district", "province_code", "province", *DRAWN,
     PART_OF, PART_SHARE)
)  # fmt: skip


def conclude(
    layer: Prepared,
    read: gpd.GeoDataFrame,
    crosswalk: pd.DataFrame,
    found: Sequence[Finding],
    limits: Limits,
    *,
    mended: Repaired | None = None,
    decisions: Mapping[str, Decision] | None = None,
    reference: gpd.GeoDataFrame | None = None,
    declared: pd.DataFrame | None = None,
    known: Known | None = None,
    rules: Mapping[str, str] | None = None,
    country: Country = PLAIN,
    accept: Collection[str] = (),
    below: str | None = None,
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
    decisions
        What was decided on findings, by their id.
    known
        Land that belongs to no unit.

    The other parameters are those of `merge`.
    """
    say("Checking the layer")
    sources = sources_of(read)
    chosen, asked = rules_of(layer.frame, sources, rules or {})
    findings = [*findings_of(read), *found]
    findings += check_surveyed(layer.surveyed, limits, known=known, name_key=country.name_key)
    findings += attributes.notes(layer.frame, chosen, asked)
    findings += check_figures(layer.frame, chosen, layer.areas)
    ended, after = _after(layer, country)
    new = new_units(layer, chosen, after)
    say("Dissolving districts and provinces")
    above = _parents(layer, after)
    levels = parents.count_levels(above, layer.frame, ended=ended)
    findings += parents_after.check_parents(layer.frame, after)
    say("Comparing")
    findings += _check_parts(layer, new)
    figures, reconciled = _figures(new, reference, declared, limits)
    findings += reconciled.findings
    ledger = [*make_ledger(layer, new, chosen), *ledger_of(read)]
    if mended is not None:
        findings += mended.findings
        ledger += mended.ledger
    findings += prove(layer, new, ledger)
    findings = _judged(findings, accept, mended, decisions or {}, layer.frame.crs)
    old = with_level_below(layer, below)
    words = {} if country.code else words_of_merger(layer.frame, new, sources)
    findings = [finding.calling(called_of(words)) for finding in findings]
    return MergeResult(
        old=old,
        new=new,
        parents=above,
        crosswalk=_as_used(layer),
        statistics=figures,
        summary={
            **_summary(layer, new, levels, findings, sources),
            **count_below(old),
            **_compared(reconciled, declared, country, words),
        },
        findings=findings_frame(findings, layer.frame.crs),
        ledger=ledger_frame(ledger),
        reconciliation=reconciled.table,
        old_areas=pd.Series(layer.areas / SQUARE_METRES_PER_KM2, index=layer.frame.index),
        **({} if mended is None else {"repairs": mended.repairs, "decisions": mended.decisions}),
        provenance={
            "sources": sources,
            "crosswalk": sources_of(crosswalk),
            **({"accepted": told_accepted(findings)} if accept else {}),
            **_provenance(layer, chosen, country),
        },
    )


def _compared(
    reconciled: Reconciled,
    declared: pd.DataFrame | None,
    country: Country,
    words: Mapping[str, Any],
) -> dict[str, Any]:
    """Return what a summary says of comparisons, and of how units are called."""
    drawn = reconciled.drawings
    return {
        **({} if drawn is None else {"reference": drawn.summary}),
        "country": country.code or None, **({"called": words} if words else {}),
        **({} if declared is None else told_of(declared)),
    }  # fmt: skip


def _figures(
    new: gpd.GeoDataFrame,
    reference: gpd.GeoDataFrame | None,
    declared: pd.DataFrame | None,
    limits: Limits,
) -> tuple[pd.DataFrame, Reconciled]:
    """Return the statistics of new units, and how they compare with what others published."""
    table = None if declared is None else as_declared(declared, new.index)
    figures = statistics.unit_statistics(new, table)
    reconciled = compare_units(new, reference, table, limits)
    if reference is not None:
        figures = figures.join(reference_columns(reconciled.table))
    return figures, reconciled


def _judged(
    findings: Sequence[Finding],
    accept: Collection[str],
    mended: Repaired | None,
    decisions: Mapping[str, Decision],
    crs: CRS,
) -> list[Finding]:
    """Return findings as persons judged them: accepted by check, waived or decided one by one."""
    judged = accepted(findings, accept)
    if mended is not None:
        judged = with_waivers(judged, mended.repairs)
    return list(with_decisions(judged, decisions, crs))


def _provenance(
    layer: Prepared, rules: Mapping[str, attributes.Rule], country: Country
) -> dict[str, Any]:
    """Return how a layer was understood: its plane, country and language, rules of its fields."""
    return {
        "crs": layer.frame.crs.to_string(),
        "country": country.code or None,
        **{how: _says(layer.frame, field) for field, how in DRAWN.items()},
        "language": country.language,
        "rules": {k: str(v) for k, v in rules.items()},
    }


def rules_of(
    frame: gpd.GeoDataFrame, sources: Sequence[Mapping[str, Any]], chosen: Mapping[str, str]
) -> tuple[dict[str, attributes.Rule], list[str]]:
    """Return the rule of each field, and the fields of numbers of which it is not known."""
    fields, roles = fields_of(frame), attributes.roles_of(sources)
    rules = attributes.rules_for(frame, fields, chosen, roles)
    return rules, attributes.unknown_kinds(frame, fields, chosen, roles)


def check_figures(
    frame: gpd.GeoDataFrame, rules: Mapping[str, object], m2: Floats
) -> list[Finding]:
    """Find figures of old units that cannot be right for their polygons: A05, A08."""
    return [*people.check_density(frame, m2), *stored_areas.check(frame, rules, m2)]


def _check_parts(layer: Prepared, new: gpd.GeoDataFrame) -> list[Finding]:
    """Find new units in several parts; what was kept as it was is not new."""
    return check_parts(new[~new["kept"]] if "kept" in new else new, _inside(layer))


def _inside(layer: Prepared) -> gpd.GeoSeries:
    """Return a point inside each member, by its new unit and its code."""
    members = [layer.frame["new_code"].to_numpy(), unit_codes(layer.frame).to_numpy()]
    points = shapely.points(layer.surveyed.measures.inside)
    return gpd.GeoSeries(points, index=members, crs=layer.frame.crs).sort_index()


def _after(layer: Prepared, country: Country) -> tuple[bool, dict[str, Parents]]:
    """Return whether districts end, and the parents of each old unit after, by level.

    Where units stay as they are for want of a row, the reform is another than the one that a
    country knows to have joined its provinces.
    """
    partial = bool(is_kept(layer.rows).any())
    ended = not partial and country.ends_districts(layer.frame, layer.rows["new_type"])
    after = parents_after.parents_after(
        layer.frame, layer.rows, ended=ended, name_key=country.name_key,
        new_province=PLAIN.province_after if partial else country.province_after,
    )  # fmt: skip
    return ended, after


def _parents(layer: Prepared, after: Mapping[str, Parents]) -> gpd.GeoDataFrame:
    rows = np.flatnonzero(layer.usable)
    overlaps = bool((layer.faces.claims > 1).any())

    size = np.bincount(layer.groups[rows], minlength=len(layer.dissolved))

    def dissolve(positions: Ints, groups: Ints) -> Sequence[Dissolved]:
        """Dissolve parents; one that has the members of a new unit is that, and known already."""
        new = layer.groups[rows[positions]]
        first = new[np.unique(groups, return_index=True)[1]]
        as_first = np.bincount(groups, new == first[groups])
        known = (as_first == np.bincount(groups)) & (as_first == size[first])
        rest = np.flatnonzero(~known[groups])
        others = np.unique(groups[rest], return_inverse=True)[1]
        dissolved = iter(layer.dissolve(rows[positions[rest]], others) if len(rest) else ())
        return [
            unit if is_known and unit is not None else next(dissolved)
            for is_known, unit in zip(known, (layer.dissolved[k] for k in first), strict=True)
        ]

    return parents.dissolve_parents(
        layer.frame.iloc[rows],
        None if overlaps else layer.areas[rows],
        after={level: of.take(rows) for level, of in after.items()},
        dissolve=dissolve,
    )


def compare_units(
    new: gpd.GeoDataFrame,
    reference: gpd.GeoDataFrame | None,
    declared: pd.DataFrame | None,
    limits: Limits | None,
) -> Reconciled:
    """Compare units with a reference and declared figures, and reconcile the three."""
    if reference is None and declared is None:
        return Reconciled(gpd.GeoDataFrame(), [], None)
    findings = [] if declared is None else check_declared(new, declared, limits)
    compared = None if reference is None else compare.compare_reference(new, reference)
    findings += [] if compared is None else compared.findings
    reconciled = reconcile(new, compared, declared, limits)
    return replace(reconciled, findings=[*findings, *reconciled.findings])


def _says(old: gpd.GeoDataFrame, field: str) -> bool:
    """Tell whether a field of the layer says how its boundaries are drawn."""
    said = old[field].tolist() if field in old else []
    return any(v == v and bool(v) for v in said if isinstance(v, int | float | np.number))  # noqa: PLR0124 - NaN


def fields_of(frame: gpd.GeoDataFrame) -> list[str]:
    """Return the fields of a unit layer that a new unit gets by a rule."""
    return [str(c) for c in frame.columns if c not in _STRUCTURAL and c != frame.geometry.name]


def _as_used(layer: Prepared) -> pd.DataFrame:
    """Return every old unit with its new one and how the row was matched."""
    rows, frame, codes = layer.rows, layer.frame, unit_codes(layer.frame)
    names = codes.map(frame["name"]).where(codes != "", frame["name"])
    shares = frame[PART_SHARE].fillna(rows["share"]) if PART_SHARE in frame else rows["share"]
    return pd.DataFrame(
        {
            "old_code": codes.to_numpy(),
            "old_name": names.to_numpy(),
            "old_type": frame["unit_type"].to_numpy(),
            "old_district_code": frame["district_code"].to_numpy(),
            "old_district": frame["district"].to_numpy(),
            "old_province_code": frame["province_code"].to_numpy(),
            "old_province": frame["province"].to_numpy(),
            "new_code": rows["new_code"].to_numpy(),
            "new_name": rows["new_name"].to_numpy(),
            "new_type": rows["new_type"].to_numpy(),
            "share": shares.to_numpy(),
            "matched_by": rows["matched_by"].to_numpy(),
            "row": rows["row"].to_numpy(),
            **{name: rows[name].to_numpy() for name in crosswalk.OPTIONAL if name in rows},
        }
    )


def _summary(
    layer: Prepared,
    new: gpd.GeoDataFrame,
    levels: Mapping[str, Mapping[str, int]],
    findings: list[Finding],
    sources: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    before = statistics.describe_units(layer.frame, layer.areas)
    after = statistics.describe_units(new, new["area_km2"].to_numpy() * SQUARE_METRES_PER_KM2)
    before |= levels["before"]
    after |= levels["after"]
    result = statistics.summary(before, after, statistics.province_groups(layer.frame, layer.areas))
    result |= statistics.changed_and_kept(layer.frame, new)
    if "population" in layer.frame:
        result |= statistics.population_source(sources)
    result["findings"] = {str(s): sum(f.severity == s for f in findings) for s in Severity}
    result |= dict.fromkeys(DRAWN.values(), False)
    return result
