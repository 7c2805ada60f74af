"""Which column of a person's table is which of ours: by its heading, else by what is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from geo_merge.units.crosswalk import COLUMNS, EVIDENCE, OPTIONAL, REQUIRED
from geo_merge.vocabulary.codes import code_key, fold_name
from geo_merge.vocabulary.crosswalk_headings import told_by_headings
from geo_merge.vocabulary.fields import fold_field

OURS = (*COLUMNS, *EVIDENCE)
# Further ones, which are kept where a table has them.
_NOT_ASKED = tuple(name for name in OPTIONAL if name not in OURS)
# What a table must say. The old unit may be named by code, or by name and district.
NEEDED = tuple(name for name in REQUIRED if name != "old_code")
_MOST = 0.5  # of the cells of a column that must be those of the layer


def recognised(table: pd.DataFrame, units: pd.DataFrame) -> dict[str, str]:
    """Return the column of a table for each of ours that is recognised; no column twice.

    Parameters
    ----------
    table
        Texts under the person's own headings.
    units
        The old units by code, with ``name``: what tells the columns of old codes and names where
        no heading does. New codes are never told so, as they look like old ones.
    """
    found = recognised_as_ours(table)
    left = [str(column) for column in table.columns if str(column) not in found.values()]
    found = told_by_headings(left).columns | found
    known = {
        "old_code": {code_key(str(code)) for code in units.index},
        "old_name": {fold_name(str(name)) for name in units.get("name", ())},
    }
    for ours, fold in (("old_code", code_key), ("old_name", fold_name)):
        if ours not in found:
            left = [str(c) for c in table.columns if str(c) not in found.values()]
            column = _holding(table, left, known[ours], fold)
            if column is not None:
                found[ours] = column
    return {ours: found[ours] for ours in OURS if ours in found}


def recognised_as_ours(table: pd.DataFrame) -> dict[str, str]:
    """Return the columns whose headings are our own, as `units.crosswalk` reads them."""
    return _under(table, OURS)


def _under(table: pd.DataFrame, names: Iterable[str]) -> dict[str, str]:
    folded = {fold_field(str(column)): str(column) for column in table.columns}
    return {name: folded[fold_field(name)] for name in names if fold_field(name) in folded}


def _holding(
    table: pd.DataFrame, columns: Iterable[str], known: set[str], fold: Callable[[str], str]
) -> str | None:
    """Return the column most of whose cells are known, the one with most different ones."""
    best, most = None, 0
    for column in columns:
        cells = [fold(str(v)) for v in table[column] if str(v).strip()]
        there = [cell for cell in cells if cell in known]
        if there and len(there) > _MOST * len(cells) and len(set(there)) > most:
            best, most = column, len(set(there))
    return best


def missing(mapping: Mapping[str, str]) -> list[str]:
    """Return what of ours is needed and has no column."""
    lacking = [ours for ours in NEEDED if ours not in mapping]
    return lacking if {"old_code", "old_name"} & set(mapping) else ["old_code", *lacking]


def under_ours(table: pd.DataFrame, mapping: Mapping[str, str]) -> pd.DataFrame:
    """Return a table under our headings: those of every crosswalk, and further ones it has."""
    kept = [ours for ours in OURS if ours in COLUMNS or ours in mapping]
    blank = pd.Series("", index=table.index)
    told = told_by_headings(c for c in table.columns if c not in mapping.values()).columns
    more = {name: column for name, column in (told | _under(table, _NOT_ASKED)).items()
            if name in _NOT_ASKED}  # fmt: skip
    return pd.DataFrame({
        **{ours: table[mapping[ours]].fillna("").astype(str) if ours in mapping else blank
           for ours in kept},
        **{ours: table[column].fillna("").astype(str) for ours, column in more.items()},
    })  # fmt: skip


def template(units: pd.DataFrame) -> pd.DataFrame:
    """Return a crosswalk to be filled in: a row for each unit of a layer, what it joins blank."""
    filled: dict[str, Any] = {"old_code": units.index.astype(str)}
    for ours, theirs in (("old_name", "name"), ("old_type", "unit_type"),
                         ("old_district", "district"), ("old_province", "province")):  # fmt: skip
        if theirs in units and units[theirs].astype(str).str.strip().ne("").any():
            filled[ours] = units[theirs].to_numpy()
    blank = dict.fromkeys(("new_code", "new_name", "new_type"), "")
    return pd.DataFrame({**filled, **blank})
