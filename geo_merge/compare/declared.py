"""New units against figures that others declared: codes, areas and people."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_merge.errors import TableError
from geo_merge.geometry.rings import Floats
from geo_merge.vocabulary.codes import clean_code, same_codes
from geo_merge.vocabulary.fields import fold_field, population_fields
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Limits
from geo_merge.vocabulary.memory import sources_of
from geo_merge.vocabulary.no_values import NoValue, no_value
from geo_merge.vocabulary.people import DENSEST
from geo_merge.vocabulary.sentence import sentence
from geo_merge.vocabulary.written import OF_KM2, OF_PEOPLE, lost_thousands, read_figures

_DECLARED = {
    "code": ("newcode", "code", "maxa", "ma"),
    "area_km2": ("areakm2", "area", "dientich", "dientichkm2", "dientichtunhienkm2",
                 "dientichtunhien", "areaha", "dientichha", "dientichtunhienha", "aream2",
                 "dientichm2"),
}  # fmt: skip
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
# Square kilometres of the unit that a heading ends with.
_UNIT = {"ha": 0.01, "m2": 1e-6}
# What declared areas are in when all are so many times the mapped ones.
_OTHER_UNITS = (
    (100.0, "D01.hectares"),
    (1e6, "D01.square_metres"),
    (0.001, "D01.thousands"),
    (1000.0, "D01.decimals"),
)
# By which mapped and declared people may differ: registers and censuses differ by a third.
_PEOPLE = 2.0


def told_of(table: pd.DataFrame) -> dict[str, object]:
    """Return ``declared_source`` and ``declared_year`` of published figures, of what is known.

    The year stands in the heading of the people, else in the name of the file; where neither names
    just one, it is not known.
    """
    source = next((str(s["source"]) for s in sources_of(table)), "")
    names = [*population_fields(map(str, table.columns))[:1], source]
    years = [sorted(set(_YEAR.findall(name))) for name in names]
    year = next((int(found[0]) for found in years if len(found) == 1), None)
    told = {"declared_source": source or None, "declared_year": year}
    return {name: value for name, value in told.items() if value is not None}


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
    found = _columns(table)
    source = next((str(s["source"]) for s in sources_of(table)), "declared")
    if "code" not in found or len(found) == 1:
        columns = [str(column) for column in table.columns]
        raise TableError(sentence("W07.declared", source=source, columns=columns))
    cleaned = [clean_code(str(c)) for c in table[found["code"]]]
    known = same_codes(cleaned, codes)
    index = pd.Index([known.get(c, c) for c in cleaned], name="code")
    problems: list[str] = [
        sentence("K03.twice", source=source, row=str(row), code=code)
        for row, code, again in zip(table.index, index, index.duplicated(), strict=True)
        if again
    ]
    result = pd.DataFrame(index=index)
    for role in ("area_km2", "population"):
        if role in found:
            result[role], wrong = _figures(table[found[role]], role, source)
            problems += wrong
    if problems:
        raise TableError(problems)
    return result


def _columns(table: pd.DataFrame) -> dict[str, str]:
    """Return the columns of codes, areas and people, as far as there are any."""
    by_fold = {fold_field(str(c)): c for c in table.columns}
    found = {
        role: next(by_fold[n] for n in names if n in by_fold)
        for role, names in _DECLARED.items()
        if any(n in by_fold for n in names)
    }
    people = population_fields(map(str, table.columns))
    return {**found, "population": people[0]} if people else found


def _figures(cells: pd.Series, role: str, source: str) -> tuple[Floats, list[str]]:
    """Return figures of a column, areas in km², and what cannot be one, each with its row."""
    texts = ["" if pd.isna(cell) else str(cell) for cell in cells]
    people = role == "population"
    read = read_figures(texts, whole=people, words=OF_PEOPLE if people else OF_KM2)
    values = np.array(read.values)
    if people and not read.word and lost_thousands(read.values):
        values = np.round(values * 1000)
    wrong = {"W11.number": read.wrong, "W11.negative": np.flatnonzero(values < 0).tolist()}
    problems: list[str] = [
        sentence(kind, source=source, row=str(cells.index[k]), column=cells.name, text=texts[k])
        for kind, rows in wrong.items()
        for k in rows
    ]
    problems += [
        sentence("W01.refused", source=source, row=str(cells.index[k]), cell=str(cells.name),
                 text=text.strip(), why=reason.told, advice=sentence("W01.correct"))
        for k, text in enumerate(texts)
        if (reason := no_value(text)) is NoValue.ERROR
    ]  # fmt: skip
    if not people and not read.word:
        heading = re.search(r"(?<!k)(ha|m2)$", fold_field(str(cells.name)))
        values = values * _UNIT.get("" if heading is None else heading[1], 1.0)
    return values, problems


def check_declared(
    new: gpd.GeoDataFrame, declared: pd.DataFrame, limits: Limits | None = None
) -> list[Finding]:
    """Find units whose area (D01) or people (D04) are not the declared ones, and codes alone (D02).

    Areas that all differ by the factor of another unit are one finding, not one each.
    """
    limits = limits or Limits()
    findings = [
        *unmatched_both(new, declared.index, "declared"),
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
                Finding.of(
                    sentence("D01.area", unit=f"{code} ({new.at[code, 'name']})", mapped=area,
                             declared=given, percent=100 * (area / given - 1)),
                    units=(str(code),),
                    value=area - given,
                    unit_of_value="km²",
                    geometry=new.geometry[code],
                )
            )  # fmt: skip
    return findings


def _other_unit(new: gpd.GeoDataFrame, declared: pd.DataFrame) -> Finding | None:
    """Find declared areas that are all in another unit than km²."""
    if "area_km2" not in declared:
        return None
    given = declared["area_km2"].reindex(new.index)
    ratio = (given / new["area_km2"])[(given > 0) & (new["area_km2"] > 0)]
    for factor, name in _OTHER_UNITS:
        if len(ratio) and (ratio / factor).between(0.5, 2).all():
            first = ratio.index[0]
            return Finding.of(
                sentence("D01.other_unit", n=len(ratio), factor=factor, code=str(first),
                         declared=given[first], mapped=new.at[first, "area_km2"],
                         measure=sentence(name)),
                units=tuple(map(str, ratio.index)),
                value=factor,
                unit_of_value="times",
            )  # fmt: skip
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
            told = sentence("D04.people", unit=label, mapped=mapped, declared=given)
        elif km2 > 0 and given / km2 > DENSEST:
            told = sentence("D04.dense", unit=label, declared=given, km2=km2)
        else:
            continue
        findings.append(
            Finding.of(
                told,
                units=(str(code),),
                value=given - mapped if np.isfinite(mapped) else given,
                unit_of_value="people",
                geometry=new.geometry[code],
            )
        )
    return findings


def unmatched_both(new: gpd.GeoDataFrame, there: pd.Index, name: str) -> list[Finding]:
    """Return what stands on one side only (D02), an error if nothing stands on both.

    What has none of the units that are kept is of those that change alone: a note.
    """
    here = new.index
    kept = here[new["kept"].astype(bool)] if "kept" in new else here[:0]
    absent, of_changes = here.difference(there), not kept.isin(there).any()
    alone = (
        unmatched(there.difference(here), name, "result"),
        unmatched(absent.difference(kept) if of_changes else absent, "result", name),
        _kept_alone(kept, name) if of_changes and len(kept) else None,
    )
    if len(here) and len(there) and not here.isin(there).any():
        return [
            Finding.of(
                sentence(
                    "D02.nothing",
                    there=sentence(f"D02.{name}"),
                    theirs=[str(code) for code in there[:3]],
                    ours=[str(code) for code in here[:3]],
                ),
                value=float(len(there)),
                unit_of_value="units",
            )
        ]
    return [finding for finding in alone if finding is not None]


def _kept_alone(kept: pd.Index, name: str) -> Finding:
    told = sentence("D02.kept", n=len(kept), there=sentence(f"D02.the_{name}"))
    return Finding.of(told, units=tuple(map(str, kept)), value=float(len(kept)),
                      unit_of_value="units")  # fmt: skip


def unmatched(codes: pd.Index, here: str, there: str) -> Finding | None:
    """Return that units of one side are not on the other, or None if all are."""
    if codes.empty:
        return None
    units = tuple(map(str, codes))
    told = sentence("D02.alone", n=len(units), here=sentence(f"D02.{here}"),
                    there=sentence(f"D02.the_{there}"), codes=units[:10])  # fmt: skip
    return Finding.of(told, units=units, value=float(len(units)), unit_of_value="units")
