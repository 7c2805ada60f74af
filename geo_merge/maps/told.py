"""What a map says of units and their place besides figures: grounds, findings, source, plane."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Transformer

from geo_merge.geometry.projection import WGS84
from geo_merge.geometry.rings import Ints
from geo_merge.merging.result import MergeResult
from geo_merge.texts import LANGUAGES
from geo_merge.vocabulary.catalogue import CHECKS
from geo_merge.vocabulary.findings_frame import read_in
from geo_merge.vocabulary.sentence import title_of

# Columns of the crosswalk that say why a unit is where it is, as the map calls them.
_GROUNDS = {"row": "row", "matched_by": "how", "share": "share", "clause": "clause",
            "evidence": "evidence", "words": "words"}  # fmt: skip
_DEGREE = 7  # of the polynomial that leads from degrees to the plane of the data
_GRID = 25  # places a side that it is fitted to
_PLANE_M = 0.5  # metres; a pointer on a map is not surer


def grounds(result: MergeResult) -> dict[str, pd.Series]:
    """Return by name what the crosswalk says of each old unit, in the order of the units.

    Nothing if the table does not have a row a unit in their order.
    """
    table, old = result.crosswalk, result.old
    if len(table) != len(old) or not (table["new_code"].to_numpy() == old["new_code"]).all():
        return {}
    found = {}
    for column, name in _GROUNDS.items():
        if column in table:
            values = table[column].reset_index(drop=True)
            if column in {"row", "share"}:
                values = pd.to_numeric(values, errors="coerce")
            if values.notna().any() and not (values.astype(str) == "").all():
                found[name] = values
    if "share" in found and (found["share"] == 1).all():
        del found["share"]
    return found


def rows_of_findings(result: MergeResult, index: pd.Index, *, new: bool) -> list[list[int]]:
    """Return for each unit the rows of the findings that name it: one code may mean two units."""
    rows: dict[str, list[int]] = {}
    side = "new" if new else "old"
    for row, (about, units) in enumerate(
        zip(result.findings["about"], result.findings["units"], strict=True)
    ):
        if about == side:
            for unit in units:
                rows.setdefault(str(unit), []).append(row)
    return [rows.get(str(label), []) for label in index.tolist()]


def findings_told(result: MergeResult, rows: Ints) -> list[dict[str, Any]]:
    """Return what the map says of findings: row, severity, check, and the sentence by language."""
    found = result.findings.iloc[rows]
    sentences = {language: read_in(found, language)["message"].tolist() for language in LANGUAGES}
    return [
        {"severity": severity, "check": check, "row": int(row),
         "message": {language: told[k] for language, told in sentences.items()}}
        for k, (severity, check, row) in enumerate(
            zip(found["severity"], found["check"], rows, strict=True))
    ]  # fmt: skip


def check_names(result: MergeResult) -> dict[str, dict[str, str]]:
    """Return what the checks that found something are called, by language."""
    return {
        check: {language: title_of(check, language) for language in LANGUAGES}
        for check in dict.fromkeys(result.findings["check"])
        if check in CHECKS
    }


def sources(result: MergeResult) -> list[str]:
    """Return the names of the files that the units came from."""
    told = [source.get("source") or source.get("file", "")
            for source in result.provenance.get("sources", [])]  # fmt: skip
    return [name for name in dict.fromkeys(told) if name]


def parents(result: MergeResult) -> list[dict[str, str]]:
    """Return the districts and provinces before, as the old units know them: level, key, name."""
    frame = result.parents
    was = frame[(frame["when"] == "before") & (frame["name"] != "")]
    return [
        {"level": str(level), "key": str(code or name), "name": str(name)}
        for level, code, name in zip(was["level"], was["code"], was["name"], strict=True)
    ]


def plane(old: gpd.GeoDataFrame, bounds: list[float]) -> dict[str, Any] | None:
    """Return how to get from degrees to the plane of the data, for a page that knows no PROJ.

    A polynomial in both degrees is as good as the projection itself over a country; None where it
    is not, or where the data has no plane.

    Returns
    -------
    dict or None
        ``name`` of the CRS, ``middle`` and ``half`` of the range of longitude and latitude, and
        the coefficients of ``east`` and ``north`` in metres: a row a power of longitude.
    """
    if not old.crs.is_projected or not np.isfinite(bounds).all():
        return None
    west, south, east, north = bounds
    middle = np.array([(west + east) / 2, (south + north) / 2])
    half = np.maximum([(east - west) / 2, (north - south) / 2], 1e-6)
    steps = np.linspace(-1, 1, _GRID)
    x, y = (axis.ravel() for axis in np.meshgrid(steps, steps))
    lng, lat = middle[0] + half[0] * x, middle[1] + half[1] * y
    true = np.column_stack(Transformer.from_crs(WGS84, old.crs, always_xy=True).transform(lng, lat))
    if not np.isfinite(true).all():
        return None
    powers = np.polynomial.polynomial.polyvander2d(x, y, [_DEGREE, _DEGREE])
    fitted, *_ = np.linalg.lstsq(powers, true, rcond=None)
    if np.abs(powers @ fitted - true).max() > _PLANE_M:
        return None
    shape = (_DEGREE + 1, _DEGREE + 1)
    named = {axis: (np.round(fitted[:, k].reshape(shape), 3) + 0.0).tolist()  # no -0.0
             for k, axis in enumerate(("east", "north"))}  # fmt: skip
    return {"name": old.crs.name, "middle": middle.tolist(), "half": half.tolist(), **named}
