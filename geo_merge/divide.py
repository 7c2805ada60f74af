"""Cutting old units that go to several new ones: by pieces, by new boundaries, or by lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.attributes import Rule, is_number, roles_of, rules_for
from geo_merge.codes import clean_code, same_codes
from geo_merge.counts import known_counts
from geo_merge.crosswalk import SHARE_TOLERANCE, as_crosswalk
from geo_merge.crosswalk_cells import code_columns
from geo_merge.errors import CrosswalkError
from geo_merge.fields import fold_field
from geo_merge.mending.arrangement import arrange
from geo_merge.mending.land import Land, rebuild
from geo_merge.models import Finding, Severity
from geo_merge.provenance import attach, findings_of, grid_of, ledger_of, sources_of

# Square metres that pieces may leave over or claim twice before it is said: rounding.
LEFT_OVER = 1.0
Pieces = dict[str, BaseGeometry]


@dataclass(frozen=True)
class Cutters:
    """What divided units are cut by.

    Attributes
    ----------
    how
        ``pieces``, ``new boundaries`` or ``lines``, for messages.
    geometry
        Pieces by old and new code, boundaries by new code (under a blank old code), or lines
        under two blanks.
    """

    how: str
    geometry: dict[tuple[str, str], BaseGeometry]


def as_cutters(frame: gpd.GeoDataFrame) -> Cutters:
    """Tell from a layer what it cuts by.

    Parameters
    ----------
    frame
        Lines; or polygons with ``old_code`` and ``new_code``; or the new units, indexed by code or
        with ``new_code``.
    """
    geometries = np.asarray(frame.geometry.values)
    if (shapely.get_dimensions(geometries) == 1).any():
        return Cutters("lines", {("", ""): shapely.union_all(geometries)})
    folded = {fold_field(str(c)): c for c in frame.columns}
    new = frame[folded["newcode"]] if "newcode" in folded else frame.index
    old = frame[folded["oldcode"]] if "oldcode" in folded else [""] * len(frame)
    parts: dict[tuple[str, str], list[BaseGeometry]] = defaultdict(list)
    for o, n, geometry in zip(old, new, geometries, strict=True):
        parts[clean_code(str(o)), clean_code(str(n))].append(geometry)
    how = "pieces" if "oldcode" in folded else "new boundaries"
    return Cutters(how, {k: shapely.union_all(v) for k, v in parts.items()})


def divide(
    old: gpd.GeoDataFrame,
    crosswalk: pd.DataFrame,
    cutters: Cutters,
    *,
    rules: Mapping[str, str] | None = None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Cut the units that go to several new ones, so that no unit is divided any more.

    The largest part of a unit stays that unit; each other part becomes a piece of land of its own
    (area and people, but no unit), named after both. Numbers that can be added up are divided by
    the stated shares, else by area, and ``estimated`` says which.

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

    Returns
    -------
    geopandas.GeoDataFrame, pandas.DataFrame
        The layer and the crosswalk of the parts, with what was done among their findings.

    Raises
    ------
    CrosswalkError
        W05, for each unit that the cutters do not cut into the parts that it needs.
    """
    rows = _with_codes_of(old, code_columns(as_crosswalk(crosswalk)))
    cutters = _with_codes_of_rows(cutters, rows)
    targets = _targets(rows, old)
    if not targets:
        return old, crosswalk
    counted = _counted(old, rules or {})
    problems: list[str] = []
    findings: list[Finding] = []
    frames, table = [old.drop(index=list(targets))], rows
    for code, wanted in targets.items():
        unit = old.loc[code]
        parts = _cut(code, unit, list(wanted), old, rows, cutters, problems, findings)
        if not parts:
            continue
        shares, by = _shares(wanted, parts)
        frames.append(_part_rows(old, code, parts, shares, by, counted))
        table = _part_table(table, code, str(unit["name"]), parts)
        findings.append(_note(code, unit, parts, shares, by, cutters.how))
    if problems:
        raise CrosswalkError(problems)
    joined = gpd.GeoDataFrame(pd.concat(frames), crs=old.crs).rename_axis("code")
    joined["estimated"] = joined["estimated"].fillna("")
    attach(joined, findings=[*findings_of(old), *findings], sources=sources_of(old),
           ledger=ledger_of(old), grid=grid_of(old))  # fmt: skip
    return joined, attach(table, findings=findings_of(crosswalk), sources=sources_of(crosswalk))


def _with_codes_of(old: gpd.GeoDataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the old codes as the layer has them."""
    codes = rows["old_code"].map(clean_code)
    return rows.assign(old_code=codes.replace(same_codes(codes[codes != ""], old.index)))


def _with_codes_of_rows(cutters: Cutters, rows: pd.DataFrame) -> Cutters:
    """Return the cutters with the old and new codes of the crosswalk."""
    old = same_codes({o for o, _ in cutters.geometry}, rows["old_code"])
    new = same_codes({n for _, n in cutters.geometry}, rows["new_code"].map(clean_code))
    return Cutters(
        cutters.how, {(old.get(o, o), new.get(n, n)): g for (o, n), g in cutters.geometry.items()}
    )


def _counted(old: gpd.GeoDataFrame, rules: Mapping[str, str]) -> list[str]:
    """Return the fields that are added up, and can so be divided."""
    fields = [str(c) for c in old.columns if c not in {"source_row", old.geometry.name}]
    roles = roles_of(sources_of(old))
    chosen = {name: rule for name, rule in rules.items() if name in fields}
    found = rules_for(old, fields, chosen, roles)
    return [name for name, rule in found.items() if rule is Rule.SUM and is_number(old[name])]


def _targets(rows: pd.DataFrame, old: gpd.GeoDataFrame) -> dict[str, dict[str, str]]:
    """Return for each divided unit its new units with their stated shares."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for code, new, share in zip(rows["old_code"], rows["new_code"], rows["share"], strict=True):
        if clean_code(code) in old.index:
            found[clean_code(code)][clean_code(new)] = share
    return {code: new for code, new in found.items() if len(new) > 1}


def _cut(  # noqa: PLR0917 - what there is to know
    code: str,
    unit: pd.Series,
    wanted: list[str],
    old: gpd.GeoDataFrame,
    rows: pd.DataFrame,
    cutters: Cutters,
    problems: list[str],
    findings: list[Finding],
) -> Pieces:
    """Return the part of a unit for each of its new units; nothing if that cannot be."""
    whole = unit.geometry
    if cutters.how == "lines":
        parts = _by_lines(whole, wanted, old, rows, cutters.geometry["", ""])
    else:
        by_unit = code if cutters.how == "pieces" else ""
        parts = {
            new: shapely.intersection(whole, cutters.geometry[by_unit, new])
            for new in wanted
            if (by_unit, new) in cutters.geometry
        }
    parts = {new: _polygons(part) for new, part in parts.items()}
    lost = [new for new in wanted if new not in parts or parts[new].area == 0]
    if lost:
        problems.append(
            f"{code} ({unit['name']}) goes to {', '.join(wanted)}, but the {cutters.how} give no "
            f"part of it to {', '.join(lost)} [W05]; add what is missing."
        )
        return {}
    return _with_rest(code, whole, {new: parts[new] for new in wanted}, findings)


def _polygons(geometry: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(geometry)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])  # noqa: PLR2004 - areas


def _with_rest(code: str, whole: BaseGeometry, parts: Pieces, findings: list[Finding]) -> Pieces:
    """Give what no part covers to the part that it borders on most, so that nothing is lost.

    Land that two parts claim goes to the first; both are told. The parts are put together from the
    faces between all outlines, so that they share every vertex of their borders.
    """
    shapes = np.array([whole, *parts.values()], dtype=object)
    land = Land(arrange(shapes))
    faces, claimants = land.arrangement.faces, land.arrangement.claimants
    claims = np.array([len(c) if 0 in c else 0 for c in claimants])  # 1: of the unit, in no part
    land.owners = [c[1:2] if 0 in c else () for c in claimants]
    _give(land, set(np.flatnonzero(claims == 1).tolist()))
    rest = shapely.multipolygons(faces[claims == 1])
    twice = float((shapely.area(faces) * np.maximum(claims - 2, 0)).sum())
    result = dict(zip(parts, rebuild(land, shapes)[1:], strict=True))
    for m2, what, where in (
        (rest.area, "are in no piece and went to the piece that they border on most", rest),
        (twice, "are in two pieces and went to the first", whole),
    ):
        if m2 > LEFT_OVER:
            findings.append(
                Finding(
                    check="W05",
                    severity=Severity.WARNING,
                    units=(code,),
                    value=float(m2),
                    unit_of_value="m²",
                    geometry=where,
                    message=f"{code}: {m2:,.0f} m² of it {what}.",
                    hint="Let the pieces fill the unit, each its own part.",
                )
            )
    return result


def _give(land: Land, rest: set[int]) -> None:
    """Give faces to the part that they border on most, from the outside in; islands to the nearest.

    The parts are those from 1 on.
    """
    while rest:
        lengths = {face: land.lengths(face) for face in rest}
        done = {face: max(found, key=lambda part: (found[part], -part))
                for face, found in lengths.items() if found}  # fmt: skip
        if not done:
            face = min(rest)
            parts = sorted({part for owner in land.owners for part in owner})
            shape = land.arrangement.faces[face]
            done = {face: min(parts, key=lambda part: shapely.distance(shape, land.of(part)))}
        for face, part in done.items():
            land.owners[face] = (part,)
        rest -= set(done)


def _by_lines(
    whole: BaseGeometry,
    wanted: Sequence[str],
    old: gpd.GeoDataFrame,
    rows: pd.DataFrame,
    lines: BaseGeometry,
) -> Pieces:
    """Cut along lines; a part goes to the new unit whose other members it borders on most."""
    faces = shapely.get_parts(shapely.polygonize([shapely.union(whole.boundary, lines)]))
    faces = faces[shapely.contains(whole, shapely.point_on_surface(faces))]
    codes = rows["old_code"].map(clean_code)
    alone = rows[~codes.duplicated(keep=False) & codes.isin(old.index)]
    neighbours = {
        new: shapely.union_all(
            np.asarray(old.geometry.loc[codes[alone.index][alone["new_code"] == new]].values)
        )
        for new in wanted
    }
    found: dict[str, list[BaseGeometry]] = defaultdict(list)
    for face in faces:
        border = {
            new: shapely.intersection(face.boundary, land.boundary).length
            for new, land in neighbours.items()
        }
        best = max(border, key=lambda new: border[new])
        if border[best] > 0:
            found[best].append(face)
    return {new: shapely.union_all(land) for new, land in found.items()}


def _shares(wanted: dict[str, str], parts: Pieces) -> tuple[dict[str, float], str]:
    """Return the stated shares if they are numbers that add up to 1, else those of the areas."""
    stated = pd.to_numeric(pd.Series(wanted).str.replace(",", ".", regex=False), errors="coerce")
    if stated.notna().all() and abs(stated.sum() - 1) <= SHARE_TOLERANCE:
        return {str(new): float(share) for new, share in stated.items()}, "stated share"
    total = sum(part.area for part in parts.values())
    return {new: part.area / total for new, part in parts.items()}, "area"


def _part_rows(  # noqa: PLR0917 - what a part is
    old: gpd.GeoDataFrame,
    code: str,
    parts: Pieces,
    shares: dict[str, float],
    by: str,
    counted: Sequence[str],
) -> gpd.GeoDataFrame:
    result = old.loc[[code] * len(parts)].copy()
    result = result.set_geometry(gpd.GeoSeries([*parts.values()], index=result.index, crs=old.crs))
    weights = np.array([shares[new] for new in parts])
    for column in counted:
        known = known_counts(old[column])
        value = known.loc[code]
        whole = bool((known.dropna() % 1 == 0).all()) and pd.notna(value)
        result[column] = _split(value, weights, whole=whole)
    main = _main(parts)
    names = [str(old.at[code, "name"]) + ("" if n == main else f" (part to {n})") for n in parts]
    result["name"] = names
    result["is_piece"] = [new != main for new in parts]
    result["estimated"] = f"divided by {by}"
    result.index = pd.Index([code if new == main else f"{code}/{new}" for new in parts])
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


def _part_table(rows: pd.DataFrame, code: str, name: str, parts: Pieces) -> pd.DataFrame:
    main = _main(parts)
    result = rows.copy()
    for row, old, new in zip(rows.index, rows["old_code"], rows["new_code"], strict=True):
        if clean_code(old) != code:
            continue
        result.at[row, "share"] = ""
        if clean_code(new) != main:
            result.at[row, "old_code"] = ""
            result.at[row, "old_name"] = f"{name} (part to {clean_code(new)})"
    return result


def _note(  # noqa: PLR0917 - what there is to tell
    code: str,
    unit: pd.Series,
    parts: Pieces,
    shares: dict[str, float],
    by: str,
    how: str,
) -> Finding:
    told = ", ".join(
        f"{new} {part.area / 1e6:.2f} km² ({shares[new]:.1%})" for new, part in parts.items()
    )
    return Finding(
        check="W05",
        severity=Severity.WARNING,
        units=(code,),
        value=float(len(parts)),
        unit_of_value="parts",
        message=f"{code} ({unit['name']}) was cut by {how}: {told}; its numbers were divided by "
        f"{by} and are estimates.",
        hint="Give measured figures of the parts if there are any.",
    )
