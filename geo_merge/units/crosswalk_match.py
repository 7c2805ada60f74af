"""Which old unit each row of a crosswalk names: by code, or by name and district."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_merge.geometry.rings import Bools
from geo_merge.units.called import keys_of
from geo_merge.units.code_column import place_of
from geo_merge.units.crosswalk_report import Report
from geo_merge.units.crosswalk_unmatched import Unknown, report_unknown, whole_lists
from geo_merge.vocabulary.codes import (
    code_key,
    is_scientific,
    look_key,
    shared_lead,
    without_separators,
)
from geo_merge.vocabulary.country import NameKey
from geo_merge.vocabulary.part_of import is_land
from geo_merge.vocabulary.sentence import Sentence, sentence

_SHOWN = 10
# How a code that is not in the layer as it stands is found there, and what that is called.
_KEYS: tuple[tuple[Callable[[str], str], str, str], ...] = (
    (code_key, "code without leading zeros", "K02.zeros_in_layer"),
    (str.casefold, "code in other case", "K02.case"),
    (without_separators, "code without separators", "K02.signs"),
)
_BY_NUMBER = "code without what all begin with"
# Share of the codes that must be found by their number: a few are so by accident.
_MOST = 0.5


@dataclass(frozen=True)
class Matched:
    """The units of the rows.

    Attributes
    ----------
    units
        The unit of each row, None where none was found (and reported).
    how
        How it was found.
    listed
        Units that stand with others in one cell (reported).
    lost_zeros
        Whether old codes of the table had lost leading zeros.
    """

    units: list[str | None]
    how: list[str]
    listed: frozenset[str]
    lost_zeros: bool


def match(
    old: gpd.GeoDataFrame,
    rows: pd.DataFrame,
    written: pd.DataFrame,
    report: Report,
    name_key: NameKey,
) -> Matched:
    """Find the unit of each row.

    Parameters
    ----------
    old
        Unit layer, indexed by code.
    rows, written
        The crosswalk cleaned, and as it is written.
    report
        Gets the rows without a unit, and codes that were not matched by the letter (K02).
    name_key
        Returns names in the form in which they are compared.
    """
    coded = set(map(str, old.index[~is_land(old)].tolist()))
    lists = whole_lists(old, rows, written, report, name_key)
    likeness = _Likeness(old, name_key)
    by_key, by_number = _by_key(coded), _by_number(coded, rows["old_code"].tolist())
    alike: dict[str, list[str]] = defaultdict(list)
    units: list[str | None] = []
    how: list[str] = []
    unknown: list[Unknown] = []
    uncoded = old[without_codes(old)]
    for row, code in zip(rows.index, rows["old_code"].tolist(), strict=True):
        unit, step, told = None, "", None
        if row in lists or is_scientific(code):
            pass
        elif code in coded:
            unit, step = code, "code"
        elif not code:
            unit, step, told = _match_name(old, rows.loc[row], name_key, report.source)
        else:
            unit, step = _match_alike(code, by_key, by_number)
            if unit is not None:
                alike[step].append(code)
            else:
                row_of = rows.loc[row]
                unit, step, told = _match_other(uncoded, row_of, likeness, name_key, report.source)
        if told is not None:
            unknown.append(Unknown(row, told))
        units.append(unit)
        how.append(step if unit is not None else "")
    if coded - set(filter(None, units)) and coded <= set(rows["new_code"]):
        report.wrong("K04.swapped")
    report_unknown(old, rows, unknown, report, name_key)
    _note_alike(alike, by_number, report)
    return Matched(
        units, how, frozenset(likeness.pointed_at.union(*lists.values())),
        lost_zeros=bool({c for c in alike[_KEYS[0][1]] if not c.startswith("0")}),
    )  # fmt: skip


def _by_key(codes: Iterable[str]) -> list[dict[str, list[str]]]:
    """Return the codes of a layer by each of the keys by which they are found too."""
    by_key = [_grouped(map(key, codes), codes) for key, _, _ in _KEYS[:-1]]
    # 1-11 and 11-1 are different codes where the layer has such.
    digits = [code for code in codes if code.isdigit()]
    return [*by_key, _grouped(map(without_separators, digits), digits)]


def _by_number(codes: Iterable[str], listed: Iterable[str]) -> dict[str, str]:
    """Return the code of the layer for those of the table where one of the two has a lead.

    All codes of the layer begin with the same letters, as GEO_ID 0500000US01001, and those of the
    table have the number alone, or the other way round.
    """
    listed = {code for code in listed if code}
    here, there = shared_lead(codes), shared_lead(listed)
    if bool(here) == bool(there):
        return {}
    numbers = _grouped((code_key(code.removeprefix(here)) for code in codes), codes)
    found = {code: numbers.get(code_key(code.removeprefix(there)), []) for code in listed}
    sure = {code: units[0] for code, units in found.items() if len(units) == 1}
    return sure if len(sure) >= _MOST * len(listed) else {}


def without_codes(old: gpd.GeoDataFrame) -> Bools:
    """Tell which units are known by their names, as those of a layer that has no codes are."""
    columns = (old[column].tolist() for column in ("name", "district", "province"))
    return np.array(
        [
            bool(str(code)) and (code == name or code == place_of(name, *above))
            for code, name, *above in zip(old.index.tolist(), *columns, strict=True)
        ]
    )


def _match_alike(
    code: str, by_key: list[dict[str, list[str]]], by_number: Mapping[str, str]
) -> tuple[str | None, str]:
    """Find the one unit whose code is this but for zeros, or else but for its looks or lead."""
    for (key, step, _), units in zip(_KEYS, by_key, strict=True):
        found = units.get(key(code), [])
        if found:
            return (found[0], step) if len(found) == 1 else (None, "")
    return (by_number[code], _BY_NUMBER) if code in by_number else (None, "")


def _note_alike(
    alike: Mapping[str, list[str]], by_number: Mapping[str, str], report: Report
) -> None:
    """Tell of codes that were not matched by the letter."""
    for _, step, kind in _KEYS:
        if n := len(alike[step]):
            noted = sentence(kind, source=report.source, n=n)
            report.note(noted, value=float(n), unit_of_value="codes")
    if n := len(alike[_BY_NUMBER]):
        first = alike[_BY_NUMBER][0]
        noted = sentence("K02.lead", source=report.source, n=n, first=first, here=by_number[first])
        report.note(noted, value=float(n), unit_of_value="codes")


class _Likeness:
    """What the units of a layer have in common with a code that none of them has."""

    def __init__(self, old: gpd.GeoDataFrame, name_key: NameKey) -> None:
        self._codes = list(map(str, old.index.tolist()))
        self._names = old["name"].tolist()
        self._name_key = name_key
        self.pointed_at: set[str] = set()

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        return _grouped(map(self._name_key, self._names), self._codes)

    @cached_property
    def _by_looks(self) -> dict[str, list[str]]:
        return _grouped(map(look_key, self._codes), self._codes)

    @cached_property
    def _range(self) -> tuple[str, str, bool]:
        numbers = len({len(c) for c in self._codes}) == 1 and all(map(str.isdigit, self._codes))
        return min(self._codes), max(self._codes), numbers

    def told(self, code: str, name: str, where: Mapping[str, str]) -> Sentence:
        """Return what to say of a code that the layer has not."""
        label = f"{code} ({name})" if name else code
        alike = self._by_looks.get(look_key(code), [])
        if len(alike) == 1:
            self.pointed_at.add(alike[0])
            return sentence("K04.looks", code=label, other=alike[0], **where)
        same = self._by_name.get(self._name_key(name), []) if name else []
        if len(same) == 1:
            return sentence("K04.other_year", code=label, other=same[0], **where)
        here, there, numbers = self._range
        if numbers and code.isdigit() and len(code) == len(here) and not here <= code <= there:
            return sentence("K04.outside", code=label, here=here, there=there, **where)
        return sentence("K04.code", code=label, **where)


def _grouped(keys: Iterable[str], codes: Iterable[str]) -> dict[str, list[str]]:
    result: dict[str, list[str]] = defaultdict(list)
    for key, code in zip(keys, codes, strict=True):
        result[key].append(code)
    return result


def _match_other(
    uncoded: gpd.GeoDataFrame, row: pd.Series, likeness: _Likeness, key: NameKey, source: str
) -> tuple[str | None, str, Sentence | None]:
    """Find the unit of a code that the layer has not by its name, among units without codes."""
    if len(uncoded):
        return _match_name(uncoded, row, key, source)
    where = {"source": source, "row": str(row.name)}
    return None, "", likeness.told(row["old_code"], row["old_name"], where)


def _match_name(
    old: gpd.GeoDataFrame, row: pd.Series, name_key: NameKey, source: str
) -> tuple[str | None, str, Sentence | None]:
    """Find the unit of a row by name, district and type, where either has no code.

    Returns
    -------
    str or None, str, Sentence or None
        The unit and how it was found; or None, and what to say of the row.
    """
    wanted, told = name_key(row["old_name"]), {"source": source, "row": str(row.name)}
    if not wanted and row["old_code"]:
        return None, "", sentence("K01.needs_name", code=row["old_code"], **told)
    if not wanted:
        return None, "", sentence("K01.no_name", **told)
    step = "name"
    same = old[[n == row["old_name"] or name_key(n) == wanted for n in old["name"]]]
    if same.empty:  # one of the two may write the type before the name
        ways = keys_of(row["old_name"], row["old_type"], name_key)
        units = zip(old["name"], old["unit_type"], strict=True)
        same = old[[not ways.isdisjoint(keys_of(n, t, name_key)) for n, t in units]]
    for column, given in (("district_code", row["old_district_code"]),
                          ("district", row["old_district"]),
                          ("province_code", row["old_province_code"]),
                          ("province", row["old_province"])):  # fmt: skip
        if given and (same[column] != "").any():
            same = same[[name_key(v) == name_key(given) for v in same[column]]]
            step = "name and district" if column.startswith("district") else step
    typed = same[[name_key(v) == name_key(row["old_type"]) for v in same["unit_type"]]]
    if len(typed) == 1 < len(same):
        same, step = typed, f"type, {step}"
    if len(same) == 1:
        return str(same.index[0]), step, None
    name = row["old_name"]
    if row["old_district"]:
        name = sentence("K04.name_in", name=name, place=row["old_district"])
    if same.empty:
        return None, "", sentence("K04.name", name=name, **told)
    found = [f"{code} {u['name']} ({u['district']})" for code, u in same.head(_SHOWN).iterrows()]
    return None, "", sentence("K04.ambiguous", n=len(same), name=name, found=found, **told)
