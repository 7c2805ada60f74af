"""Which old unit each row of a crosswalk names: by code, or by name and district."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from geo_merge.units.crosswalk_report import Report
from geo_merge.units.crosswalk_unmatched import Unknown, report_unknown, whole_lists
from geo_merge.vocabulary.codes import code_key, is_scientific, without_separators
from geo_merge.vocabulary.part_of import is_land

NameKey = Callable[[str], str]
_SHOWN = 10
# How a code that is not in the layer as it stands is found there, and what that is called.
_KEYS: tuple[tuple[Callable[[str], str], str, str], ...] = (
    (code_key, "code without leading zeros", "but for leading zeros, which were restored"),
    (str.casefold, "code in other case", "but for case; they were taken for the layer's"),
    (without_separators, "code without separators", "but for signs between their digits"),
)


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
    coded = set(map(str, old.index[~is_land(old)]))
    lists = whole_lists(old, rows, written, report, name_key)
    by_key = [_by_key(coded, key) for key, _, _ in _KEYS[:-1]]
    # 1-11 and 11-1 are different codes where the layer has such.
    by_key.append(_by_key({code for code in coded if code.isdigit()}, without_separators))
    alike: dict[str, list[str]] = defaultdict(list)
    units: list[str | None] = []
    how: list[str] = []
    unknown: list[Unknown] = []
    for row, code, name in zip(rows.index, rows["old_code"], rows["old_name"], strict=True):
        unit, step = None, ""
        if row in lists or is_scientific(code):
            pass
        elif not code:
            unit, step = _match_name(old, rows.loc[row], name_key)
        elif code in coded:
            unit, step = code, "code"
        else:
            unit, step = _match_alike(code, by_key)
            if unit is not None:
                alike[step].append(code)
            else:
                step = _told(old, code, name, name_key)
        if unit is None and step:
            unknown.append(Unknown(row, step))
        units.append(unit)
        how.append(step if unit is not None else "")
    if coded - set(filter(None, units)) and coded <= set(rows["new_code"]):
        report.problems.append(
            f"{report.source}: every unit of the layer stands in new_code, but not in old_code "
            "[K04]; the headings old and new seem to be swapped."
        )
    report_unknown(old, rows, unknown, report, name_key)
    for _, step, told in _KEYS:
        if alike[step]:
            report.warn(
                "K02", f"{len(alike[step])} old codes agree with the layer {told}.",
                value=float(len(alike[step])), unit_of_value="codes", hint="Store codes as text.",
            )  # fmt: skip
    return Matched(
        units, how, frozenset(code for codes in lists.values() for code in codes),
        lost_zeros=bool({c for c in alike[_KEYS[0][1]] if not c.startswith("0")}),
    )  # fmt: skip


def _by_key(codes: set[str], key: Callable[[str], str]) -> dict[str, list[str]]:
    result: dict[str, list[str]] = defaultdict(list)
    for code in codes:
        result[key(code)].append(code)
    return result


def _match_alike(code: str, by_key: list[dict[str, list[str]]]) -> tuple[str | None, str]:
    """Find the one unit whose code is this but for zeros, or else but for its looks."""
    for (key, step, _), units in zip(_KEYS, by_key, strict=True):
        found = units.get(key(code), [])
        if found:
            return (found[0], step) if len(found) == 1 else (None, "")
    return None, ""


def _told(old: gpd.GeoDataFrame, code: str, name: str, name_key: NameKey) -> str:
    """Return what to say of a code that the layer has not, and which code has its name."""
    wanted = name_key(name)
    same = [str(c) for c, n in old["name"].items() if name_key(n) == wanted] if name else []
    label = f"{code} ({name})" if name else code
    other = (
        f"; the layer gives this name the code {same[0]}: is one of another year [K09]?"
        if len(same) == 1
        else ";"
    )
    return f"old_code {label} is not in the layer [K04]{other} correct the code or remove the row."


def _match_name(old: gpd.GeoDataFrame, row: pd.Series, name_key: NameKey) -> tuple[str | None, str]:
    """Find the unit of a row without a code by name, district and type.

    Returns
    -------
    str or None, str
        The unit and how it was found; or None, and what to say of the row.
    """
    wanted = name_key(row["old_name"])
    if not wanted:
        return None, "neither old_code nor old_name [K01]; name the old unit."
    step = "name"
    same = old[[n == row["old_name"] or name_key(n) == wanted for n in old["name"]]]
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
        return str(same.index[0]), step
    where = f" in {row['old_district']}" if row["old_district"] else ""
    if same.empty:
        return None, (
            f"no unit called {row['old_name']}{where} is in the layer [K04]; correct the name or "
            "give its old_code."
        )
    found = "; ".join(
        f"{code} {u['name']} ({u['district']})" for code, u in same.head(_SHOWN).iterrows()
    )
    return None, (
        f"{len(same)} units are called {row['old_name']}{where}: {found} [K04]; give the old_code "
        "or the district."
    )
