"""A plan from a crosswalk, as a law or another program gives it; gaps in it are no fault."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from geo_merge.errors import CrosswalkError
from geo_merge.planning.plan import NewUnit, OldUnit, Plan, old_units_of
from geo_merge.units.crosswalk import SHARE_TOLERANCE, as_crosswalk
from geo_merge.units.crosswalk_cells import cleaned
from geo_merge.units.crosswalk_match import match
from geo_merge.units.crosswalk_new import settled_new
from geo_merge.units.crosswalk_report import Report
from geo_merge.vocabulary.codes import clean_text
from geo_merge.vocabulary.country import PLAIN, Country
from geo_merge.vocabulary.fields import with_unit_columns
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.memory import findings_of, sources_of, without_memory


def plan_of_crosswalk(
    layer: gpd.GeoDataFrame, table: pd.DataFrame, *, country: Country = PLAIN
) -> tuple[Plan, tuple[Finding, ...]]:
    """Return the plan that a crosswalk describes, and what was noticed.

    Rows are matched with units as a merger matches them. Units without a row, or whose row names no
    new unit, have no place yet.

    Parameters
    ----------
    layer
        Old units, as `units.layers.read_units` reads them.
    table
        See `units.crosswalk.as_crosswalk`.
    country
        What is known of the country that the layer may lie in.

    Raises
    ------
    CrosswalkError
        With all problems: rows that name no unit, units that go to several new ones, new units with
        several names.
    """
    country = country.of(layer)
    frame = with_unit_columns(without_memory(layer))
    written = as_crosswalk(table)
    there = [bool(clean_text(code)) for code in written["new_code"]]
    sources = sources_of(written)
    report = Report(str(sources[0]["source"]) if sources else "crosswalk")
    old = old_units_of(frame)
    if not any(there):
        return Plan(old), tuple(findings_of(table))
    rows = cleaned(written[there], report, frame["name"])
    matched = match(frame, rows, written[there], report, country.name_key)
    rows = rows.assign(unit=pd.Series(matched.units, index=rows.index, dtype=object))
    rows = settled_new(rows, frame, report, country, lost_zeros=matched.lost_zeros)
    rows = rows[rows["unit"].notna()]
    _refuse_divided(rows, old, report)
    if report.problems:
        raise CrosswalkError(report.problems)
    new = {
        code: NewUnit(str(code), str(name), str(kind))
        for code, name, kind in sorted(
            zip(rows["new_code"], rows["new_name"], rows["new_type"], strict=True)
        )
    }
    home = dict(zip(rows["unit"].astype(str), rows["new_code"], strict=True))
    return Plan(old, new, home), (*findings_of(table), *report.findings)


def _refuse_divided(rows: pd.DataFrame, old: Mapping[str, OldUnit], report: Report) -> None:
    """Report units that go to several new ones, or of which only a part is assigned."""
    for unit, group in rows.groupby("unit", sort=True):
        targets = sorted(set(group["new_code"]))
        if len(targets) > 1:
            report.wrong("planning.divided", rows=[str(row) for row in group.index],
                         unit=old[str(unit)], units=targets)  # fmt: skip
            continue
        for row, share in zip(group.index, group["share"], strict=True):
            if share and not _whole(share):
                report.wrong_in(row, "planning.part_of_unit", share=str(share), unit=old[str(unit)])


def _whole(share: str) -> bool:
    try:
        return abs(float(share.replace(",", ".")) - 1) <= SHARE_TOLERANCE
    except ValueError:
        return False
