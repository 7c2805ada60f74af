"""New units against what somebody else published: declared figures and reference boundaries."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge.areas import SQUARE_METRES_PER_KM2, areas
from geo_merge.codes import clean_code, code_key
from geo_merge.coverage import Limits
from geo_merge.difference import SAME_AREA, differences, joined, polygonal
from geo_merge.errors import TableError
from geo_merge.fields import fold_field
from geo_merge.models import Finding, Severity
from geo_merge.provenance import sources_of
from geo_merge.rings import Geometries, is_polygonal

_DECLARED = {
    "code": ("newcode", "code", "maxa", "ma"),
    "area_km2": ("areakm2", "area", "dientich", "dientichkm2"),
    "population": ("population", "danso", "dansonguoi"),
}


def as_declared(table: pd.DataFrame, codes: pd.Index) -> pd.DataFrame:
    """Return a table of published figures indexed by new code.

    Parameters
    ----------
    table
        A column with the new code, and one with the area in km² or the population.
    codes
        Codes of the new units; a declared code that lost its leading zeros is matched.

    Raises
    ------
    TableError
        If a column is missing, a figure is no number, or a code stands twice.
    """
    by_fold = {fold_field(str(c)): c for c in table.columns}
    found = {
        role: next(by_fold[n] for n in names if n in by_fold)
        for role, names in _DECLARED.items()
        if any(n in by_fold for n in names)
    }
    source = next((str(s["source"]) for s in sources_of(table)), "declared")
    if "code" not in found or len(found) == 1:
        raise TableError(
            f"{source}: a column with new_code and one with area_km2 or population are needed "
            f"[W07]; the table has {', '.join(map(str, table.columns))}."
        )
    known = {code_key(str(c)): str(c) for c in codes}
    cleaned = [clean_code(str(c)) for c in table[found["code"]]]
    index = pd.Index([c if c in codes else known.get(code_key(c), c) for c in cleaned], name="code")
    problems = [
        f"{source} row {row}: code {code} stands twice [K03]; keep one row."
        for row, code, again in zip(table.index, index, index.duplicated(), strict=True)
        if again
    ]
    result = pd.DataFrame(index=index)
    for role in ("area_km2", "population"):
        if role in found:
            values = table[found[role]].map(_number)
            problems += [
                f"{source} row {row}: {found[role]} {text!r} is no number [W07]; correct it."
                for row, text, value in zip(table.index, table[found[role]], values, strict=True)
                if value is None
            ]
            result[role] = values.to_numpy(float)
    if problems:
        raise TableError(problems)
    return result


def _number(text: object) -> float | None:
    """Read a number with a decimal point; blank is unknown."""
    cleaned = clean_code(str(text))
    if cleaned in {"", "nan", "None"}:
        return float("nan")
    try:
        return float(cleaned)
    except ValueError:
        return None


def check_declared(
    new: gpd.GeoDataFrame, declared: pd.DataFrame, limits: Limits | None = None
) -> list[Finding]:
    """Find new units whose area is not the declared one (D01), and codes without a match (D02)."""
    limits = limits or Limits()
    findings = [
        _unmatched(declared.index.difference(new.index), "declared table", "the result"),
        _unmatched(new.index.difference(declared.index), "result", "the declared table"),
    ]
    if "area_km2" in declared:
        for code, given in declared["area_km2"].reindex(new.index).items():
            area = float(new.at[code, "area_km2"])
            if not given > 0 or abs(area - given) <= limits.declared * given:
                continue
            findings.append(
                Finding(
                    check="D01",
                    severity=Severity.WARNING,
                    units=(str(code),),
                    value=area - given,
                    unit_of_value="km²",
                    geometry=new.geometry[code],
                    message=f"{code} ({new.at[code, 'name']}): mapped {area:,.2f} km², declared "
                    f"{given:,.2f} km² ({100 * (area / given - 1):+.1f} %).",
                    hint="Land may have changed hands, or the declared figure differ.",
                )
            )
    return [f for f in findings if f is not None]


def _unmatched(codes: pd.Index, here: str, there: str) -> Finding | None:
    if codes.empty:
        return None
    units = tuple(map(str, codes))
    return Finding(
        check="D02",
        severity=Severity.WARNING,
        units=units,
        value=float(len(units)),
        unit_of_value="units",
        message=f"{len(units)} codes of the {here} are not in {there}: {', '.join(units[:10])}.",
        hint="Check that both are of the same reform.",
    )


@dataclass(frozen=True)
class Compared:
    """New units laid over reference boundaries.

    Attributes
    ----------
    table
        Indexed by the codes of all new units: ``reference_area_km2``,
        ``reference_difference_m2`` (symmetric difference) and ``iou`` (shared area by joint area);
        blank for units that could not be compared.
    reference
        The reference polygons used, valid, in the CRS of the new units, indexed by code.
    gained, lost
        Land that only the new unit and only the reference has, for each code of `reference`.
    findings
        D02 for codes without a match, G01, G03 and G04 for reference geometries that are not
        polygons or not valid, C06 for units that differ by more than the limit.
    """

    table: pd.DataFrame
    reference: gpd.GeoSeries
    gained: Geometries
    lost: Geometries
    findings: list[Finding]


def compare_reference(
    new: gpd.GeoDataFrame, reference: gpd.GeoDataFrame, limits: Limits | None = None
) -> Compared:
    """Compare new units with reference boundaries, unit by unit.

    Parameters
    ----------
    new
        New units with ``name`` and ``area_km2``, in a CRS in metres.
    reference
        Polygons indexed by the same codes, in any CRS. Invalid ones are mended first, those that
        are no polygons left out; both are reported.
    limits
        Thresholds.
    """
    limits = limits or Limits()
    reference = reference.to_crs(new.crs) if reference.crs != new.crs else reference
    findings = [
        _unmatched(new.index.difference(reference.index), "result", "the reference"),
        _unmatched(reference.index.difference(new.index), "reference", "the result"),
    ]
    both = new.index[is_polygonal(np.asarray(new.geometry.values))].intersection(reference.index)
    theirs, found = _usable_reference(reference.geometry[both], new)
    common = theirs.index
    shapes = np.asarray(theirs.values)
    gained, lost = differences(np.asarray(new.geometry[common].values), shapes)
    difference = areas(gained, new.crs) + areas(lost, new.crs)
    area = new.loc[common, "area_km2"].to_numpy() * SQUARE_METRES_PER_KM2
    reference_area = area.copy()
    other = difference > SAME_AREA
    reference_area[other] = areas(shapes[other], new.crs)
    table = pd.DataFrame(
        {
            "reference_area_km2": reference_area / SQUARE_METRES_PER_KM2,
            "reference_difference_m2": difference,
            "iou": 1 - difference / ((area + reference_area + difference) / 2),
        },
        index=common,
    ).reindex(new.index)
    for k in np.flatnonzero(difference > limits.reference * area):
        code = str(common[k])
        findings.append(
            Finding(
                check="C06",
                severity=Severity.WARNING,
                units=(code,),
                value=float(difference[k]),
                unit_of_value="m²",
                geometry=joined(gained[k], lost[k]),
                message=f"{code} ({new.at[code, 'name']}) differs from its reference on "
                f"{difference[k]:,.0f} m² ({100 * difference[k] / area[k]:.2f} % of its area).",
                hint="See where in findings.geojson.",
            )
        )
    return Compared(table, theirs, gained, lost, [f for f in findings if f is not None] + found)


def _usable_reference(
    reference: gpd.GeoSeries, new: gpd.GeoDataFrame
) -> tuple[gpd.GeoSeries, list[Finding]]:
    """Mend invalid reference polygons, leave out what is no polygon, and say so."""
    shapes = np.asarray(reference.values).copy()
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    broken = ~missing & ~shapely.is_valid(shapes)
    shapes[broken] = polygonal(shapely.make_valid(shapes[broken], method="structure"))
    good = is_polygonal(shapes)
    kinds = (
        ("G01", missing, "have no geometry in the reference; they were not compared"),
        ("G03", ~missing & ~good, "are no polygons in the reference; they were not compared"),
        ("G04", broken & good, "are invalid in the reference; they were compared as mended"),
    )
    findings = []
    for check, chosen, text in kinds:
        units = tuple(map(str, reference.index[chosen]))
        if units:
            labels = ", ".join(f"{code} ({new.at[code, 'name']})" for code in units[:10])
            findings.append(
                Finding(
                    check=check,
                    severity=Severity.WARNING,
                    units=units,
                    value=float(len(units)),
                    unit_of_value="units",
                    message=f"{labels} {text}.",
                    hint="Mend the reference layer.",
                )
            )
    mended = gpd.GeoSeries(shapes[good], index=reference.index[good], crs=new.crs)
    return mended, findings
