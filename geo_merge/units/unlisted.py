"""Units that no row of a crosswalk names: refused in one sentence, or kept as they are.

Most reforms are partial: their tables name the units that change, and all others stay.
"""

from __future__ import annotations

from enum import StrEnum

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge.geometry.rings import is_polygonal
from geo_merge.units.crosswalk_report import SHOWN, Report
from geo_merge.vocabulary.codes import clean_code, fold_name, look_key
from geo_merge.vocabulary.part_of import is_land
from geo_merge.vocabulary.sentence import Sentence, and_more, sentence

KEPT = "kept"  # how a unit without a row was matched
_NAMED = 5  # units of a sentence
_PLACES = 3  # provinces of a sentence
_FEW = 3  # units of a province that is missing as a whole


class Unlisted(StrEnum):
    """What becomes of units without a row."""

    REFUSE = "refuse"
    KEEP = "keep"


def is_kept(rows: pd.DataFrame) -> pd.Series:
    """Tell which units of a resolved crosswalk stay as they are, for want of a row."""
    kept: pd.Series = rows["matched_by"] == KEPT
    return kept


def without_row(
    old: gpd.GeoDataFrame, rows: pd.DataFrame, report: Report, unlisted: Unlisted,
    *, listed: frozenset[str],
) -> pd.DataFrame:  # fmt: skip
    """Return the rows with one for each unit that had none, if these are kept; else report them.

    Parameters
    ----------
    old
        The units, indexed by code.
    rows
        The rows with the ``unit`` that each names.
    report
        Gets what keeps the run from going on, or how many units are kept.
    unlisted
        What becomes of units without a row.
    listed
        Units that stand with others in one cell, which is reported already.
    """
    rows = _pieces_kept_before(old, rows)
    missing = old[~old.index.isin({*rows["unit"].dropna(), *listed})]
    if missing.empty:
        return rows
    if unlisted is Unlisted.REFUSE:
        _refuse(old, missing, rows, report)
        return rows
    _refuse_their_codes(missing, rows, report)
    _refuse_their_rows(old, missing, rows, report)
    _note_their_names(old, missing, rows, report)
    told = sentence("K05.kept", source=report.source, n=len(missing),
                    what=_counted(old, missing), units=_named(missing))  # fmt: skip
    report.note(told, units=tuple(map(str, missing.index)), value=float(len(missing)),
                unit_of_value="units")  # fmt: skip
    return pd.concat([rows, _rows_of(missing, rows)])


def _pieces_kept_before(old: gpd.GeoDataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Know pieces of land that a crosswalk as used says were kept: they go to themselves."""
    land = {str(label): clean_code(str(label)) for label in old.index[is_land(old)]}
    kept = rows["unit"].map(land) == rows["new_code"]
    return rows.assign(matched_by=rows["matched_by"].mask(kept, KEPT),
                       new_code=rows["new_code"].mask(kept, rows["unit"]))  # fmt: skip


def _rows_of(units: gpd.GeoDataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows by which units become themselves."""
    codes = units.index.astype(str)
    known = {
        "unit": codes, "old_code": codes, "new_code": codes, "share": 1.0, "matched_by": KEPT,
        "new_name": units["name"].to_numpy(), "new_type": units["unit_type"].to_numpy(),
        "row": None,
    }  # fmt: skip
    blank = {column: "" for column in rows.columns if column not in known}
    index = pd.Index([""] * len(units), name=rows.index.name)
    return pd.DataFrame({**known, **blank}, index=index)[rows.columns].astype({"row": object})


def _refuse_their_codes(missing: gpd.GeoDataFrame, rows: pd.DataFrame, report: Report) -> None:
    """Report new units with the code of a unit that keeps it, or one that looks the same (W06)."""
    units = missing[~is_land(missing)]
    kept = {look_key(str(code)): str(code) for code in units.index}
    for row, code in rows.drop_duplicates("new_code")["new_code"].items():
        unit = kept.get(look_key(code)) if code else None
        if unit is not None:
            label = _label(unit, units.at[unit, "name"])
            report.wrong_in(row, "W06.kept", code=code, unit=label)


def _refuse_their_rows(
    old: gpd.GeoDataFrame, missing: gpd.GeoDataFrame, rows: pd.DataFrame, report: Report
) -> None:
    """Report rows with the name of a unit that would be kept and the code of another one (K08)."""
    names = old["name"].map(fold_name)
    once = names[(names != "") & ~names.duplicated(keep=False)]
    kept = {name: str(code) for code, name in once[once.index.isin(missing.index)].items()}
    of_units = dict(zip(old.index.tolist(), names.tolist(), strict=True))
    for row, unit, name in zip(rows.index, rows["unit"], rows["old_name"], strict=True):
        other = kept.get(fold_name(name))
        if other is not None and unit in of_units and of_units[unit] != fold_name(name):
            report.wrong_in(row, "K08.of_kept", unit=_label(str(unit), old.at[unit, "name"]),
                            other=_label(other, name))  # fmt: skip


def _note_their_names(
    old: gpd.GeoDataFrame, missing: gpd.GeoDataFrame, rows: pd.DataFrame, report: Report
) -> None:
    """Note new units with the name and type of a unit of their district that keeps it (W03)."""
    above = next((c for c in ("district", "province") if (old[c] != "").any()), "district")
    kept = {
        (fold_name(name), fold_name(kind), parent): _label(str(code), name)
        for code, name, kind, parent in zip(missing.index, missing["name"], missing["unit_type"],
                                            missing[above], strict=True)
    }  # fmt: skip
    members = rows[rows["unit"].isin(old.index)].drop_duplicates("new_code")
    for unit, code, name, kind in zip(members["unit"], members["new_code"], members["new_name"],
                                      members["new_type"], strict=True):  # fmt: skip
        same = kept.get((fold_name(name), fold_name(kind), old.at[unit, above]))
        if name and same is not None:
            told = sentence("W03.kept_name", source=report.source, unit=_label(code, name),
                            kept=same)  # fmt: skip
            report.note(told, units=(str(code),))


def _refuse(
    old: gpd.GeoDataFrame, missing: gpd.GeoDataFrame, rows: pd.DataFrame, report: Report
) -> None:
    """Report units without a row in one sentence: how many, the first, and what they share.

    Rows without a row that are no polygons, as the labels of a drawing, are no units that lack one.
    """
    shapes = np.asarray(missing.geometry.values)
    other = (shapely.get_dimensions(shapes) >= 0) & ~is_polygonal(shapes)
    other &= ~shapely.is_empty(shapes)
    if other.any():
        kinds = sorted(set(missing.geometry[other].geom_type))
        files = (
            sorted(set(missing["source_file"][other])) if "source_file" in missing else ["layer"]
        )
        report.wrong("G03.without_row", files=files, n=int(other.sum()), kinds=kinds,
                     units=_named(missing[other]))  # fmt: skip
        missing = missing[~other]
        if missing.empty:
            return
    if rows["unit"].isna().all() and len(missing) > SHOWN:
        report.wrong("K05.none", n=len(missing))
        return
    new = set(zip(rows["new_code"], map(fold_name, rows["new_name"]), strict=True))
    after = sum((str(code), fold_name(str(name))) in new for code, name in missing["name"].items())
    told = sentence("K05.after", n=after) if after else ""
    report.wrong("K05.unlisted", n=len(missing), what=_counted(old, missing), after=told,
                 units=_named(missing), places=_places(old, missing))  # fmt: skip


def _places(old: gpd.GeoDataFrame, missing: gpd.GeoDataFrame) -> Sentence | str:
    """Return which provinces are missing as a whole."""
    sizes = old[old["province"] != ""].groupby("province", sort=True).size()
    lacking = missing.groupby("province").size().reindex(sizes.index)
    whole = sizes[(sizes == lacking) & (sizes > _FEW)]
    if whole.empty or len(whole) == len(sizes) == 1:
        return ""
    told: list[Sentence | str] = [sentence("K05.whole", n=int(n), province=str(name))
                                  for name, n in whole.head(_PLACES).items()]  # fmt: skip
    return sentence("K05.among", provinces=[*told, *(["..."] if len(whole) > _PLACES else [])])


def _counted(old: gpd.GeoDataFrame, missing: gpd.GeoDataFrame) -> Sentence:
    """Return how many units, of how many, and how many pieces of land have no row."""
    land = int(is_land(missing).sum())
    n, pieces = len(missing) - land, sentence("K05.pieces", n=land)
    units = sentence("K05.units", n=n, all=int((~is_land(old)).sum()))
    if not land:
        return units
    return sentence("words.and", one=units, other=pieces) if n else pieces


def _named(units: gpd.GeoDataFrame) -> Sentence | list[Sentence | str]:
    """Return what the first units are called, and how many more there are."""
    return and_more(_labels(units.head(_NAMED)), len(units) - _NAMED)


def _labels(shown: gpd.GeoDataFrame) -> list[Sentence | str]:
    """Return what units are called in a sentence: code, name and district."""
    labels: list[Sentence | str] = []
    for code, name, land, place in zip(
        shown.index, shown["name"], is_land(shown), shown["district"], strict=True
    ):
        label = str(name) if land else _label(str(code), str(name))
        labels.append(sentence("K05.unit_in", unit=label, place=place) if place else label)
    return labels


def _label(code: str, name: str) -> str:
    return f"{code} ({name})" if name else code
