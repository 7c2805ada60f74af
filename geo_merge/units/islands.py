"""Several rows of one code: joined where they are parts of one unit, else refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge.errors import LayerError
from geo_merge.geometry.rings import Geometries
from geo_merge.geometry.validity import usable
from geo_merge.units.attributes import is_row_mark
from geo_merge.vocabulary.codes import clean_text, code_key
from geo_merge.vocabulary.fields import fold_field
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.ledger import LedgerRow
from geo_merge.vocabulary.sentence import and_more, sentence

_SHOWN = 10
# What rows of one unit may claim together, in square metres and as a share: rounding, no land.
_SLIVER, _SHARE = 1.0, 1e-9


def join_islands(
    layer: gpd.GeoDataFrame,
    expected: Mapping[str, str],
    code_fields: Mapping[str, str],
    *,
    elsewhere: bool = False,
) -> tuple[gpd.GeoDataFrame, list[Finding], list[LedgerRow]]:
    """Give every code one row: islands of one unit that stand on rows of their own are joined.

    That is what rows of one file are whose attributes all agree and whose polygons do not overlap.
    Their people are counted once. Marks of rows (``fid``, lengths) may differ.

    Parameters
    ----------
    layer
        Rows with ``code, name, source_file, source_row`` and all attributes, in metres.
    expected
        Codes and names that the layer should have. While one of them is missing, nothing is joined:
        a row with the code of another unit may be it.
    code_fields
        What the field with the codes is called, by file.
    elsewhere
        Whether the polygons are not in memory: then nothing is joined.

    Returns
    -------
    tuple
        The layer, a finding that names the codes, and their area before and after for the ledger.

    Raises
    ------
    LayerError
        K03, with all codes that stand on rows that are no such parts.
    """
    coded = layer[layer["code"] != ""]
    groups = coded[coded["code"].duplicated(keep=False)].groupby("code", sort=True)
    there = set(map(code_key, coded["code"]))
    missing = {c: n for c, n in expected.items() if c and code_key(c) not in there}
    why = {code: _difference(rows) for code, rows in groups}
    problems = [_problem(rows, why[code], code_fields) for code, rows in groups
                if why[code] or missing or elsewhere]  # fmt: skip
    if problems:
        raise LayerError([*problems, *list(_missing(missing))[:_SHOWN]])
    if not why:
        return layer, [], []
    result, before, after = _joined(layer, dict(iter(groups)))
    ledger = LedgerRow("joined_rows_m2", before, after, _SLIVER * len(why))
    return result, [_told({code: len(rows) for code, rows in groups})], [ledger]


def _difference(rows: gpd.GeoDataFrame) -> str:
    """Return in what rows of one code differ so that they are no parts of one unit; or nothing."""
    names = [str(c) for c in rows.columns if c not in {rows.geometry.name, "source_row"}]
    compared = [name for name in names if not is_row_mark(name) and not _is_area(name)]
    differing = [name for name in compared if len(set(map(_key, rows[name]))) > 1]
    if differing:
        return sentence("K03.differ", fields=differing[:_SHOWN])
    shapes = np.asarray(rows.geometry.values)
    if not usable(shapes).all():
        return sentence("K03.invalid")
    total = float(shapely.area(shapes).sum())
    twice = total - float(shapely.union_all(shapes).area)
    if twice > max(_SLIVER, _SHARE * total):
        return sentence("K03.overlap", m2=twice)
    return ""


def _is_area(name: str) -> bool:
    """Tell whether a field is the area of the polygon of a row, as ArcGIS calls it."""
    return fold_field(name) in {"shapearea", "shapestarea", "stareashape"}


def _key(value: Any) -> str:  # noqa: ANN401 - whatever a cell holds
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, list | dict) and pd.isna(value):
        return ""
    return clean_text(value) if isinstance(value, str) else repr(value)


def _problem(rows: gpd.GeoDataFrame, why: str, code_fields: Mapping[str, str]) -> str:
    code, file = str(rows["code"].iloc[0]), str(rows["source_file"].iloc[0])
    places = [
        sentence("K03.place", file=str(s), row=str(r), name=str(n))
        for s, r, n in zip(rows["source_file"], rows["source_row"], rows["name"], strict=True)
    ]
    named = and_more(places[:_SHOWN], len(places) - _SHOWN, "rows")
    return sentence(
        "K03.rows", code=code, n=len(rows), rows=named, field=code_fields.get(file, "CODE"),
        why=sentence("K03.why", why=why) if why else "",
    )  # fmt: skip


def _missing(missing: Mapping[str, str]) -> Iterator[str]:
    for code, name in missing.items():
        yield sentence("K04.may_be", code=code, name=name)


def _joined(
    layer: gpd.GeoDataFrame, groups: Mapping[Any, gpd.GeoDataFrame]
) -> tuple[gpd.GeoDataFrame, float, float]:
    """Return the layer with one row a group, and the area of all groups before and after."""
    shapes = np.asarray(layer.geometry.values).copy()
    before = after = 0.0
    dropped: list[int] = []
    for rows in groups.values():
        first, *others = rows.index
        parts = shapes[rows.index]
        shapes[first] = _whole(parts)
        before += float(shapely.area(parts).sum())
        after += float(shapely.area(shapes[first]))
        dropped += others
    result = layer.set_geometry(gpd.GeoSeries(shapes, index=layer.index, crs=layer.crs))
    for name in filter(_is_area, map(str, layer.columns)):
        if pd.api.types.is_numeric_dtype(layer[name].dtype):
            for rows in groups.values():
                result.loc[rows.index[0], name] = rows[name].sum()
    return result.drop(index=dropped).reset_index(drop=True), before, after


def _whole(parts: Geometries) -> Any:  # noqa: ANN401 - a polygon or several
    """Return one polygon of parts: with their own vertices if they touch at most in points."""
    together = shapely.multipolygons(shapely.get_parts(parts))
    return together if shapely.is_valid(together) else shapely.union_all(parts)


def _told(counts: Mapping[Any, int]) -> Finding:
    rows = sum(counts.values())
    first = [sentence("K03.unit", code=str(code), n=n) for code, n in list(counts.items())[:_SHOWN]]
    units = and_more(first, len(counts) - _SHOWN)
    return Finding.of(
        sentence("K03.joined", rows=rows, n=len(counts), units=units),
        units=tuple(map(str, counts)),
        value=float(len(counts)),
        unit_of_value="units",
    )
