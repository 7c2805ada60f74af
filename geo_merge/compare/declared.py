"""New units against figures that others declared: codes, areas and people."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_merge.errors import TableError
from geo_merge.vocabulary.codes import clean_code, same_codes
from geo_merge.vocabulary.fields import fold_field, population_fields
from geo_merge.vocabulary.finding import Finding, Severity
from geo_merge.vocabulary.limits import Limits
from geo_merge.vocabulary.memory import sources_of
from geo_merge.vocabulary.people import DENSEST
from geo_merge.vocabulary.written import lost_thousands, read_numbers

_DECLARED = {
    "code": ("newcode", "code", "maxa", "ma"),
    "area_km2": ("areakm2", "area", "dientich", "dientichkm2", "dientichtunhienkm2",
                 "dientichtunhien", "areaha", "dientichha", "dientichtunhienha", "aream2",
                 "dientichm2"),
}  # fmt: skip


# Square kilometres of the unit that a heading ends with.
_UNIT = {"ha": 0.01, "m2": 1e-6}


# What declared areas are in when all are so many times the mapped ones.
_OTHER_UNITS = (
    (100.0, "hectares: call the column area_ha"),
    (1e6, "square metres: call the column area_m2"),
    (0.001, "thousands: a point or comma stands between thousands"),
    (1000.0, "another form: a point or comma stands before decimals"),
)


# By which mapped and declared people may differ: registers and censuses differ by a third.
_PEOPLE = 2.0


def as_declared(table: pd.DataFrame, codes: pd.Index) -> pd.DataFrame:
    """Return a table of published figures indexed by new code.

    Parameters
    ----------
    table
        A column with the new code, and one with the area in km² (or in ha or m², if its heading
        ends so) or the population. Numbers are read as their column is written: ``10.781`` people
        are ten thousand, ``77,70`` km² and ``1.234,5`` km² have decimals.
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
    people = population_fields(map(str, table.columns))
    if people:
        found["population"] = people[0]
    source = next((str(s["source"]) for s in sources_of(table)), "declared")
    if "code" not in found or len(found) == 1:
        raise TableError(
            f"{source}: a column with new_code and one with area_km2 or population are needed "
            f"[W07]; the table has {', '.join(map(str, table.columns))}."
        )
    cleaned = [clean_code(str(c)) for c in table[found["code"]]]
    known = same_codes(cleaned, codes)
    index = pd.Index([known.get(c, c) for c in cleaned], name="code")
    problems = [
        f"{source} row {row}: code {code} stands twice [K03]; keep one row."
        for row, code, again in zip(table.index, index, index.duplicated(), strict=True)
        if again
    ]
    result = pd.DataFrame(index=index)
    for role in ("area_km2", "population"):
        if role not in found:
            continue
        texts = ["" if pd.isna(cell) else str(cell) for cell in table[found[role]]]
        read = read_numbers(texts, whole=role == "population")
        values = np.array(read.values)
        if role == "population" and lost_thousands(read.values):
            values = np.round(values * 1000)
        problems += [
            f"{source} row {table.index[k]}: {found[role]} {texts[k]!r} is no number [W11]; "
            "correct it."
            for k in read.wrong
        ]
        problems += [
            f"{source} row {table.index[k]}: {found[role]} {texts[k]!r} is negative [W11]; correct "
            "it, or leave it blank if it is unknown."
            for k in np.flatnonzero(values < 0).tolist()
        ]
        heading = re.search(r"(?<!k)(ha|m2)$", fold_field(found[role]))
        unit = "" if heading is None else heading[1]
        result[role] = values * _UNIT.get(unit, 1.0) if role == "area_km2" else values
    if problems:
        raise TableError(problems)
    return result


def check_declared(
    new: gpd.GeoDataFrame, declared: pd.DataFrame, limits: Limits | None = None
) -> list[Finding]:
    """Find units whose area (D01) or people (D04) are not the declared ones, and codes alone (D02).

    Areas that all differ by the factor of another unit are one finding, not one each.
    """
    limits = limits or Limits()
    findings = [
        *unmatched_both(new.index, declared.index, "declared table"),
        *_other_people(new, declared),
    ]
    unit = _other_unit(new, declared)
    if unit is not None:
        findings.append(unit)
    elif "area_km2" in declared:
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
    return findings


def _other_unit(new: gpd.GeoDataFrame, declared: pd.DataFrame) -> Finding | None:
    """Find declared areas that are all in another unit than km²."""
    if "area_km2" not in declared:
        return None
    given = declared["area_km2"].reindex(new.index)
    ratio = (given / new["area_km2"])[(given > 0) & (new["area_km2"] > 0)]
    for factor, name in _OTHER_UNITS:
        if len(ratio) and (ratio / factor).between(0.5, 2).all():
            return Finding(
                check="D01",
                severity=Severity.WARNING,
                units=tuple(map(str, ratio.index)),
                value=factor,
                unit_of_value="times",
                message=f"All {len(ratio)} declared areas are about {factor:g} times the mapped "
                f"ones ({ratio.index[0]}: {given[ratio.index[0]]:,.10g} for "
                f"{new.at[ratio.index[0], 'area_km2']:,.2f} km²).",
                hint=f"They seem to be in {name}.",
            )
    return None


def other_people(mapped: float, given: float) -> bool:
    """Tell whether two counts of people cannot be of the same unit; unknown ones can."""
    return bool((mapped > 0) != (given > 0) or max(mapped, given) > _PEOPLE * min(mapped, given)
                if mapped >= 0 and given >= 0 and mapped + given > 0 else False)  # fmt: skip


def _other_people(new: gpd.GeoDataFrame, declared: pd.DataFrame) -> list[Finding]:
    if "population" not in declared:
        return []
    findings = []
    for code, given in declared["population"].reindex(new.index).items():
        km2 = float(new.at[code, "area_km2"])
        mapped = float(new.at[code, "population"]) if "population" in new else float("nan")
        label = f"{code} ({new.at[code, 'name']})"
        if other_people(mapped, given):
            text = f"{label}: mapped {mapped:,.10g} people, declared {given:,.10g}."
            hint = "One of them may be of another year or unit, or its separators misread."
        elif km2 > 0 and given / km2 > DENSEST:
            text = f"{label}: declared {given:,.10g} people on {km2:,.2f} km², more than any place."
            hint = "Check the figure."
        else:
            continue
        findings.append(
            Finding(
                check="D04",
                severity=Severity.WARNING,
                units=(str(code),),
                value=given - mapped if np.isfinite(mapped) else given,
                unit_of_value="people",
                geometry=new.geometry[code],
                message=text,
                hint=hint,
            )
        )
    return findings


def unmatched_both(here: pd.Index, there: pd.Index, name: str) -> list[Finding]:
    """Return what stands on one side only (D02), an error if nothing stands on both."""
    alone = (
        unmatched(there.difference(here), name, "the result"),
        unmatched(here.difference(there), "result", f"the {name}"),
    )
    if len(here) and len(there) and not here.isin(there).any():
        return [
            Finding(
                check="D02",
                severity=Severity.ERROR,
                value=float(len(there)),
                unit_of_value="units",
                message=f"No code of the {name} ({', '.join(map(str, there[:3]))}) is one of the "
                f"result ({', '.join(map(str, here[:3]))}), so nothing was compared.",
                hint="Both must have the same codes: those of the new units.",
            )
        ]
    return [finding for finding in alone if finding is not None]


def unmatched(codes: pd.Index, here: str, there: str) -> Finding | None:
    """Return that units of one side are not on the other, or None if all are."""
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
