"""Cutting old units that go to several new ones: by pieces, by new boundaries, or by lines."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_merge.errors import CrosswalkError
from geo_merge.geometry.cut_ends import meeting, share_ends
from geo_merge.geometry.plane_vertices import PlaneVertices
from geo_merge.units.attributes import Rule, is_number, roles_of, rules_for
from geo_merge.units.crosswalk import SHARE_TOLERANCE, as_crosswalk, crosswalk_source, read_share
from geo_merge.units.crosswalk_cells import cleaned
from geo_merge.units.crosswalk_match import match
from geo_merge.units.crosswalk_new import settled_new
from geo_merge.units.crosswalk_report import Report, ranges
from geo_merge.units.cutters import SAID, Cutters, Pieces, cut, with_codes_of_rows
from geo_merge.vocabulary.country import PLAIN, Country
from geo_merge.vocabulary.counts import known_counts
from geo_merge.vocabulary.fields import free_name, with_unit_columns
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.memory import (
    attach,
    findings_of,
    grid_of,
    ledger_of,
    only_plane_of,
    sources_of,
)
from geo_merge.vocabulary.part_of import PART_OF, PART_SHARE
from geo_merge.vocabulary.sentence import sentence

_ALL = re.compile(r"1([.,]0*)?")  # the share of a unit that stays whole


def divide(
    old: gpd.GeoDataFrame,
    crosswalk: pd.DataFrame,
    cutters: Cutters,
    *,
    rules: Mapping[str, str] | None = None,
    country: Country = PLAIN,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Cut the units that go to several new ones, so that no unit is divided any more.

    Each part gets a row of its own, named after the new unit that it goes to; the largest keeps the
    row and name of the unit, so that no unit counts twice. ``part_of`` says which unit a row is a
    part of, ``part_share`` how much of it. Numbers that can be added up are divided by the stated
    shares, else by area, and ``estimated`` says which.

    Parameters
    ----------
    old
        Unit layer, indexed by code.
    crosswalk
        See `as_crosswalk`; a divided unit has a row for each new unit.
    cutters
        In the CRS of `old`; codes that lost their zeros, here or there, are matched.
    rules
        Rules that the user set, as for `pipeline.merge`: only what is added up is divided.
    country
        What is known of the country that the layer may lie in: where it does, how names compare.

    Returns
    -------
    geopandas.GeoDataFrame, pandas.DataFrame
        The layer and the crosswalk of the parts, with what was done among their findings; what was
        given, if the crosswalk divides no unit.

    Raises
    ------
    CrosswalkError
        W05, for each unit that the cutters do not cut into the parts that it needs.
    """
    table = as_crosswalk(crosswalk)
    rows = _with_units(old, table, country.of(old))
    cutters = with_codes_of_rows(cutters, rows)
    targets = _targets(rows)
    if not targets:
        return old, crosswalk
    only_plane = PlaneVertices.of_rows(only_plane_of(old))
    if len(only_plane):
        old, cutters = _meeting(old, list(targets), cutters)
    counted = _counted(old, rules or {})
    problems = _wrong_shares(rows, targets, crosswalk_source(table))
    findings: list[Finding] = []
    estimated = free_name("estimated", list(map(str, old.columns)))
    frames = [old.drop(index=list(targets))]
    divided: dict[str, int] = {}
    for code, wanted in targets.items():
        unit = old.loc[code]
        parts = cut(code, unit, wanted, old, rows, cutters, problems, findings)
        if problems or not parts:  # they are told together
            continue
        none = rows.index[(rows["old_code"] == code) & ~rows["new_code"].isin(list(parts))]
        table, rows = table.drop(index=none), rows.drop(index=none)
        divided[code] = len(parts)
        if len(parts) == 1:
            frames.append(old.loc[[code]])
            continue
        shares, by = _shares(wanted, parts)
        made = _part_rows(old, code, parts, shares, counted)
        frames.append(made.assign(**{estimated: f"divided by {by}"}))
        table = _part_table(table, rows, code, dict(zip(parts, made.index, strict=True)), made)
        findings.append(_note(code, unit, parts, shares, by, cutters.how))
    if problems:
        raise CrosswalkError(problems)
    joined = gpd.GeoDataFrame(pd.concat(frames), crs=old.crs).rename_axis("code")
    joined = _with_ends(joined, old, divided, only_plane)
    for column in (estimated, PART_OF):
        joined[column] = joined[column].fillna("")
    attach(joined, findings=[*findings_of(old), *findings], sources=sources_of(old),
           ledger=ledger_of(old), grid=grid_of(old),
           only_plane=np.concatenate([only_plane.rows, cutters.only_plane.rows]))  # fmt: skip
    return joined, attach(table, findings=findings_of(crosswalk), sources=sources_of(crosswalk))


def _meeting(
    old: gpd.GeoDataFrame, divided: Sequence[str], cutters: Cutters
) -> tuple[gpd.GeoDataFrame, Cutters]:
    """Return units and cutters with each other's vertices on edges that are straight in degrees."""
    shapes, only = np.asarray(old.geometry.values), list(cutters.geometry.values())
    near = np.unique(old.sindex.query(old.geometry.loc[list(divided)].values)[1])
    cut = old.index[near].isin(divided)
    units, cutting = meeting(shapes[near], cut, np.array(only, dtype=object), old.crs)
    result = shapes.copy()
    result[near] = units
    placed = old.set_geometry(gpd.GeoSeries(result, index=old.index, crs=old.crs))
    return placed, replace(cutters, geometry=dict(zip(cutters.geometry, cutting, strict=True)))


def _with_ends(
    joined: gpd.GeoDataFrame,
    old: gpd.GeoDataFrame,
    cut: Mapping[str, int],
    only_plane: PlaneVertices,
) -> gpd.GeoDataFrame:
    """Return the units with the vertices at which cuts end, on both sides of their borders.

    `cut` says of how many parts each unit consists; they stand last, in its order.
    """
    ends = np.cumsum([len(joined) - sum(cut.values()), *cut.values()])
    units = [
        (np.asarray(old.geometry.loc[[code]].values), np.arange(begin, end))
        for code, begin, end in zip(cut, ends[:-1], ends[1:], strict=True)
    ]
    shapes = share_ends(np.asarray(joined.geometry.values), units, old.crs, only_plane)
    return joined.set_geometry(gpd.GeoSeries(shapes, index=joined.index, crs=old.crs))


def _with_units(old: gpd.GeoDataFrame, table: pd.DataFrame, country: Country) -> pd.DataFrame:
    """Return the rows with the codes that units have in the layer, found as a merger finds them.

    What is wrong in them is told there.
    """
    silent = Report("")
    layer = with_unit_columns(old)
    rows = cleaned(table, silent, layer["name"])
    matched = match(layer, rows, table, silent, country.name_key)
    rows = settled_new(rows, layer, silent, country, lost_zeros=matched.lost_zeros)
    return rows.assign(old_code=[unit or "" for unit in matched.units])


def _counted(old: gpd.GeoDataFrame, rules: Mapping[str, str]) -> list[str]:
    """Return the fields that are added up, and can so be divided."""
    fields = [str(c) for c in old.columns if c not in {"source_row", old.geometry.name}]
    roles = roles_of(sources_of(old))
    chosen = {name: rule for name, rule in rules.items() if name in fields}
    found = rules_for(old, fields, chosen, roles)
    return [name for name, rule in found.items() if rule is Rule.SUM and is_number(old[name])]


def _targets(rows: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return for each divided unit its new units with their stated shares."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for code, new, share in zip(rows["old_code"], rows["new_code"], rows["share"], strict=True):
        if code and new:
            found[code][new] = share
    return {code: new for code, new in found.items() if len(new) > 1}


def _wrong_shares(
    rows: pd.DataFrame, targets: Mapping[str, Mapping[str, str]], source: str
) -> list[str]:
    """Return what is wrong with the shares that divided units are said to have (W04)."""
    report = Report(source)
    for code, wanted in targets.items():
        if not _are_stated(wanted):
            continue
        own = rows[(rows["old_code"] == code) & (rows["new_code"] != "")]
        at, known = ranges(own.index), len(report.problems)
        if (own["share"] == "").any():
            report.wrong("W04.some", rows=at, unit=code)
            continue
        shares = [read_share(row, text, report) for row, text in own["share"].items()]
        if len(report.problems) == known and abs(sum(shares) - 1) > SHARE_TOLERANCE:
            report.wrong("W04.sum", rows=at, unit=code, share=sum(shares))
    return report.problems


def _are_stated(wanted: Mapping[str, str]) -> bool:
    """Tell whether shares are stated; a table that has 1, or 1.0, in all rows states none."""
    return set(wanted.values()) != {""} and not all(map(_ALL.fullmatch, wanted.values()))


def _shares(wanted: dict[str, str], parts: Pieces) -> tuple[dict[str, float], str]:
    """Return the stated shares, else those of the areas."""
    if _are_stated(wanted):
        shares = {new: float(share.replace(",", ".")) for new, share in wanted.items()}
        return shares, "stated share"
    total = sum(part.area for part in parts.values())
    return {new: part.area / total for new, part in parts.items()}, "area"


def _part_rows(
    old: gpd.GeoDataFrame, code: str, parts: Pieces, shares: dict[str, float],
    counted: Sequence[str],
) -> gpd.GeoDataFrame:  # fmt: skip
    """Return a row for each part, in the order of the parts."""
    result = old.loc[[code] * len(parts)].copy()
    result = result.set_geometry(gpd.GeoSeries([*parts.values()], index=result.index, crs=old.crs))
    weights = np.array([shares[new] for new in parts])
    for column in counted:
        known = known_counts(old[column])
        value = known.loc[code]
        whole = bool((known.dropna() % 1 == 0).all()) and pd.notna(value)
        result[column] = _split(value, weights, whole=whole)
    main, is_land = _main(parts), bool(result["is_piece"].iloc[0]) if "is_piece" in old else False
    others = [new != main for new in parts]
    name = str(old.at[code, "name"])
    result["name"] = [f"{name} (→ {new})" if new != main else name for new in parts]
    result["is_piece"] = [is_land or other for other in others]
    result[PART_OF] = "" if is_land else code
    result[PART_SHARE] = weights
    result.index = pd.Index([f"{code}/{new}" if new != main else code for new in parts])
    return result


def _main(parts: Pieces) -> str:
    return max(parts, key=lambda new: parts[new].area)


def _split(
    value: float, weights: np.ndarray[tuple[int], np.dtype[np.float64]], *, whole: bool
) -> list[float]:
    """Divide a number; whole numbers stay whole, and the sum stays the same."""
    if not whole:
        return list(value * weights)
    parts = np.floor(value * weights)
    parts[int(np.argmax(weights))] += value - parts.sum()
    return [int(p) for p in parts]


def _part_table(
    table: pd.DataFrame, rows: pd.DataFrame, code: str, labels: Mapping[str, str],
    made: gpd.GeoDataFrame,
) -> pd.DataFrame:  # fmt: skip
    """Return the crosswalk with the parts of a unit in its rows, each the whole of itself."""
    result = table.copy()
    for row, new in rows.loc[rows["old_code"] == code, "new_code"].items():
        part = labels.get(new, code)
        result.at[row, "share"] = ""
        if part != code:
            result.at[row, "old_code"] = part if made.at[part, PART_OF] else ""
            result.at[row, "old_name"] = made.at[part, "name"]
    return result


def _note(  # noqa: PLR0917 - what there is to tell
    code: str,
    unit: pd.Series,
    parts: Pieces,
    shares: dict[str, float],
    by: str,
    how: str,
) -> Finding:
    told = [
        sentence("W05.part", code=new, km2=part.area / 1e6, share=shares[new])
        for new, part in parts.items()
    ]
    return Finding.of(
        sentence("W05.cut", unit=f"{code} ({unit['name']})", parts=told,
                 how=sentence(SAID[how]), by=sentence(SAID[by])),
        units=(code,),
        value=float(len(parts)),
        unit_of_value="parts",
    )  # fmt: skip
