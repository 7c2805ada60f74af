"""The people of a layer: which field counts them, and whether its figures can be people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge.errors import LayerError
from geo_merge.vocabulary.codes import as_text
from geo_merge.vocabulary.counts import known_counts
from geo_merge.vocabulary.fields import population_fields, population_year
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import Sentence, sentence
from geo_merge.vocabulary.written import OF_PEOPLE, lost_thousands, read_figures

# People per km² of the densest wards there are: some 100,000 (Macau, Mong Kok, Malé).
DENSEST = 100_000.0
_SPARSEST = 1.0
# One unit as dense as a city, and so many times as the next of several, has a figure too large:
# a city has suburbs.
_CITY, _TIMES, _SEVERAL = 10_000.0, 100, 5
_MANKIND = 1e10  # people
_DEGREE = 111_320.0  # metres
_SHOWN = 10


def find_people(
    frame: gpd.GeoDataFrame, field: str, codes: Sequence[str], source: str, *, named: bool = False
) -> tuple[str, pd.Series | None, list[Finding]]:
    """Return the people of each unit by a field, or by the next one if it has no figure at all.

    Parameters and the rest of what is returned are those of `read_people`. A field that the user
    `named` is the one; LayerError (A04) if it holds no numbers.
    """
    if named:
        people, found = read_people(frame, field, codes, source)
        if people is None:
            raise LayerError(sentence("A04.no_numbers", source=source, field=field))
        return field, people, found
    columns = [str(c) for c in frame.columns if c != frame.geometry.name]
    first = read_people(frame, field, codes, source)
    tried = [field, *(c for c in population_fields(columns) if c != field)]
    for other in tried:
        people, found = first if other == field else read_people(frame, other, codes, source)
        if people is not None and people.notna().any():
            empty = ", ".join(tried[: tried.index(other)])
            if empty:
                told = sentence("A06.taken", source=source, empty=empty, other=other)
                found = [Finding.of(told), *found]
            return other, people, found
    return field, *first


def read_people(
    frame: gpd.GeoDataFrame, field: str, codes: Sequence[str], source: str
) -> tuple[pd.Series | None, list[Finding]]:
    """Return the people of each unit as the field means them, and what had to be decided.

    Parameters
    ----------
    frame
        The layer as its file has it.
    field
        The field of people.
    codes
        Of the units, for messages.
    source
        The file, for messages.

    Returns
    -------
    pandas.Series or None, list of Finding
        Unknown people are NaN; None if the field holds no number at all. A04 for figures that were
        not read as they stand, A06 for people of several years.
    """
    found = _several(frame, field, source)
    written = frame[field].reset_index(drop=True)
    if pd.api.types.is_bool_dtype(written.dtype) or not written.notna().any():
        return written.astype(float) * np.nan, found
    values = written
    if not pd.api.types.is_numeric_dtype(written.dtype):
        texts = as_text(written)
        read = read_figures(texts, whole=True, words=OF_PEOPLE)
        values = pd.Series(read.values)
        if values.isna().all():
            told = sentence("A04.texts_alone", source=source, field=field, text=texts.iloc[0])
            return None, [*found, Finding.of(told)]
        text, number = texts[values.notna()].iloc[0], values.dropna().iloc[0]
        told = sentence("A04.texts", source=source, field=field, how=_between(read.thousands),
                        text=text, number=number)  # fmt: skip
        found.append(Finding.of(told))
        wrong = [f"{codes[k]} {texts.iloc[k]!r}" for k in read.wrong]
        if wrong:
            told = sentence("A04.unread", source=source, field=field, n=len(wrong),
                            units=wrong[:_SHOWN])  # fmt: skip
            found.append(_of_units(told, [codes[k] for k in read.wrong]))
    values, more = _possible(values, field, codes, source)
    values, scaled = _in_thousands(values, field, source, frame)
    return values, [*found, *more, *scaled]


def _possible(
    values: pd.Series, field: str, codes: Sequence[str], source: str
) -> tuple[pd.Series, list[Finding]]:
    """Take figures that stand for nothing, negative ones, and more than all people, for unknown."""
    cleaned = known_counts(values)
    numbers = cleaned.to_numpy(float, na_value=np.nan)
    impossible = (numbers < 0) | (numbers > _MANKIND)
    cleaned = cleaned.astype(float).mask(impossible) if impossible.any() else cleaned
    out = np.flatnonzero((cleaned.isna() & values.notna()).to_numpy(bool)).tolist()
    if not out:
        return cleaned, []
    figures = [sentence("A04.figure", code=codes[k], people=values.iloc[k]) for k in out[:_SHOWN]]
    told = sentence("A04.impossible", source=source, field=field, n=len(out), units=figures)
    return cleaned, [_of_units(told, [codes[k] for k in out])]


def _in_thousands(
    values: pd.Series, field: str, source: str, frame: gpd.GeoDataFrame
) -> tuple[pd.Series, list[Finding]]:
    """Read 3.137 as 3137 where a point between thousands became a decimal one, if in some rows."""
    fractions = values.notna() & (values % 1 != 0)
    if not fractions.any():
        return values, []
    km2 = _km2(frame)
    sparse = values.sum() < _SPARSEST * km2.sum()
    # The lost ones among whole figures: as few people a km², and 3 for 3.000 with them.
    few = pd.Series(sparse | (values.to_numpy(float) < _SPARSEST * km2), index=values.index)
    if fractions[~few].any() or not lost_thousands(values[few].tolist()):
        few[:] = False
    example = values[few & fractions if few.any() else fractions].iloc[0]
    if few.any():
        kind = "A04.thousands" if sparse else "A04.some_thousands"
        told = sentence(kind, source=source, field=field, n=int(few.sum()), example=example,
                        read=example * 1000)  # fmt: skip
        return values.mask(few, (values * 1000).round()), [Finding.of(told)]
    told = sentence("A04.sparse" if sparse else "A04.fractions", source=source, field=field,
                    n=int(fractions.sum()), example=example)  # fmt: skip
    return values, [Finding.of(told)]


def _km2(frame: gpd.GeoDataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return about how much land the box of each unit has; enough to tell 1 from 1,000."""
    west, south, east, north = shapely.bounds(np.asarray(frame.geometry.values)).T
    size = (east - west) * (north - south)
    if frame.crs is not None and frame.crs.is_geographic:
        size = size * _DEGREE**2 * np.cos(np.radians((south + north) / 2))
    return np.nan_to_num(np.asarray(size, dtype=np.float64)) / 1e6


def _several(frame: gpd.GeoDataFrame, field: str, source: str) -> list[Finding]:
    columns = [str(c) for c in frame.columns if c != frame.geometry.name]
    others = [c for c in population_fields(columns) if c != field]
    if not others:
        return []
    year = population_year(field)
    told = sentence("A06.several", source=source, fields=[field, *others], field=field,
                    year=sentence("A06.year", year=str(year)) if year else "")  # fmt: skip
    return [Finding.of(told)]


def check_years(sources: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Find files whose people are of different years (A06): added up, they are of none.

    Parameters
    ----------
    sources
        ``source, fields, population_year`` of each file.
    """
    counted = [s for s in sources if "population" in s["fields"]]
    years = {s["population_year"] or 0 for s in counted}
    if len(years) < 2:  # noqa: PLR2004 - different ones
        return []
    told = [
        sentence("A06.file" if s["population_year"] else "A06.file_without", file=s["source"],
                 year=str(s["population_year"]), field=s["fields"]["population"])
        for s in counted
    ]  # fmt: skip
    kind = "A06.years" if len(years - {0}) > 1 else "A06.perhaps"
    return [Finding.of(sentence(kind, years=told))]


def check_density(
    frame: pd.DataFrame, m2: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> list[Finding]:
    """Find units with more people than any place has (A05).

    Parameters
    ----------
    frame
        Units with ``population``, indexed by code.
    m2
        Their areas in square metres.
    """
    if "population" not in frame:
        return []
    people = frame["population"].to_numpy(float, na_value=np.nan)
    density = np.divide(people * 1e6, m2, out=np.full(len(m2), np.nan), where=m2 > 0)
    dense = np.flatnonzero(density > DENSEST).tolist()
    alone = [] if dense else _alone(density)
    if not dense and not alone:
        return []
    units = [str(frame.index[k]) for k in (dense or alone)]
    told = [
        sentence("A05.unit", code=str(frame.index[k]), people=people[k], density=density[k])
        for k in (dense or alone)[:_SHOWN]
    ]
    if alone:
        return [_of_units(sentence("A05.alone", units=told), units)]
    return [_of_units(sentence("A05.dense", n=len(units), most=DENSEST, units=told), units)]


def _alone(density: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[int]:
    """Return the one unit that is far denser than all others, as a figure times 1,000 makes it."""
    known = np.flatnonzero(density > 0)
    if len(known) < _SEVERAL:
        return []
    second, first = known[np.argsort(density[known])][-2:].tolist()
    far = density[first] > _CITY and density[first] > _TIMES * density[second]
    return [first] if far else []


def _of_units(told: Sentence, units: Sequence[str]) -> Finding:
    return Finding.of(told, units=tuple(units), value=float(len(units)), unit_of_value="units")


def _between(thousands: str) -> Sentence | str:
    """Say what stood between thousands."""
    if not thousands:
        return ""
    kind = "A04.between" if len(thousands) == 1 else "A04.between_two"
    return sentence(kind, one=thousands[0], other=thousands[-1])
