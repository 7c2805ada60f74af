"""Rows of a crosswalk without a unit: told by what they have in common."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass
from itertools import islice

import geopandas as gpd
import pandas as pd

from geo_merge.units.called import keys_of
from geo_merge.units.crosswalk_report import SHOWN, Report, ranges
from geo_merge.vocabulary.codes import code_key, fold_name
from geo_merge.vocabulary.country import NameKey
from geo_merge.vocabulary.sentence import Sentence

_FEW = 3  # rows or units of a place that is missing as a whole are told one by one
_CODES = re.compile(r"[;,/|+&\s]+")
_NAMES = re.compile(r"\s*[;,/|+&\n]\s*|\s+(?:và|and)\s+", re.IGNORECASE)
_PLACES = ("old_province", "old_district")


@dataclass(frozen=True)
class Unknown:
    """A row that names no unit of the layer, and how that is said of it alone."""

    row: Hashable
    told: Sentence


def whole_lists(
    old: gpd.GeoDataFrame, rows: pd.DataFrame, written: pd.DataFrame, report: Report, key: NameKey
) -> dict[Hashable, set[str]]:
    """Report rows that name several old units in one cell; return the units that they name.

    Parameters
    ----------
    old
        The units, indexed by code.
    rows, written
        The rows cleaned, and as they are written.
    report
        Gets one sentence.
    key
        Returns names in the form in which they are compared.
    """
    codes: dict[str, str] = {code_key(str(code)): str(code) for code in old.index.tolist()}
    names: dict[str, list[str]] = defaultdict(list)
    told = (old["name"].tolist(), old["unit_type"].tolist())
    for code, name, kind in zip(old.index.tolist(), *told, strict=True):
        for way in keys_of(str(name), str(kind), key):
            names[way].append(str(code))
    found: dict[Hashable, set[str]] = {}
    columns = (rows["old_code"], rows["old_name"], written["old_code"], written["old_name"])
    cells = zip(rows.index, *(column.tolist() for column in columns), strict=True)
    first, says_names = "", False
    for row, code, name, as_written, name_written in cells:
        if code:
            parts = list(filter(None, _CODES.split(as_written.strip())))
            known = {codes[code_key(p)] for p in parts if code_key(p) in codes}
            one = code_key(code) in codes
        else:
            parts = list(filter(None, _NAMES.split(name_written.strip())))
            known = {c for p in parts for c in names.get(key(p), ())}
            one = key(name) in names
        if not one and len(parts) > 1 and len(known) > 1:
            found[row] = known
            first = first or " ".join((as_written if code else name).split())
            says_names = says_names or len(list(filter(None, _NAMES.split(name)))) > 1
    if found:
        kind = "K04.cells" if says_names else "K04.cells_codes"
        report.wrong(kind, rows=ranges(found), first=first)
    return found


def report_unknown(
    old: gpd.GeoDataFrame, rows: pd.DataFrame, unknown: list[Unknown], report: Report, key: NameKey
) -> None:
    """Report rows whose unit the layer has not: by the place that is missing, else one by one."""
    left = {each.row: each for each in unknown}
    for column in _PLACES:
        there = _places(old, column.removeprefix("old_"))
        if not there:
            continue
        groups: dict[str, list[Hashable]] = defaultdict(list)
        names = dict(zip(rows.index, rows[column], strict=True))
        codes = dict(zip(rows.index, rows[f"{column}_code"], strict=True))
        for row in left:
            name, code = names[row], codes[row]
            if (name or code) and not _is_there(name, code, there, key):
                groups[name or code].append(row)
        for place, where in groups.items():
            if len(where) < _FEW:
                continue
            left = {row: each for row, each in left.items() if row not in set(where)}
            report.wrong("K04.place", n=len(where), place=place, rows=ranges(where))
    coded = set(rows.index[rows["old_code"] != ""])
    strangers = [each for row, each in left.items() if row in coded]
    if len(strangers) > _FEW and len(strangers) == len(coded):
        here = sorted(map(str, old.index))
        theirs = sorted(map(str, rows.loc[list(coded), "old_code"]))
        named = sum("[K09]" in each.told for each in strangers)
        widths, codes_here = {*map(len, here)}, {*here}
        longer = all(any(c[-w:] in codes_here for w in widths if w < len(c)) for c in theirs)
        kind = "longer" if longer else "other_year" if named else "other_file"
        report.wrong(
            f"K04.all_{kind}", n=len(theirs),
            first=theirs[0], last=theirs[-1], here=here[0], there=here[-1], named=named,
        )  # fmt: skip
        left = {row: each for row, each in left.items() if row not in coded}
    report.problems += [each.told for each in islice(left.values(), SHOWN)]
    more = list(left)[SHOWN:]
    if more:
        report.wrong("K04.more", n=len(more), rows=ranges(more))


def _places(old: gpd.GeoDataFrame, level: str) -> tuple[set[str], set[str]] | None:
    """Return the codes and names of the places that the layer has; None if it does not say."""
    names = {fold_name(str(n)) for n in old[level].tolist() if n}
    codes = {code_key(str(c)) for c in old[f"{level}_code"].tolist() if c}
    return (codes, names) if names or codes else None


def _is_there(name: str, code: str, there: tuple[set[str], set[str]], key: NameKey) -> bool:
    codes, names = there
    if code and codes:
        return code_key(code) in codes
    wanted = key(name)
    keys = {key(n) for n in names}
    alike = any(n.endswith(f" {wanted}") or wanted.endswith(f" {n}") for n in keys)
    return not name or not names or wanted in keys or alike
