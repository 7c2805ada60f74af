"""Tables of places: where people travel from, and where new units are governed from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge.errors import PlanError
from geo_merge.planning.plan import Plan
from geo_merge.planning.seats import as_position
from geo_merge.vocabulary.codes import clean_code, clean_text
from geo_merge.vocabulary.fields import fold_field
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import sentence

_LON = ("lon", "lng", "longitude", "kinhdo", "x")
_LAT = ("lat", "latitude", "vido", "y")
_OLD = ("oldcode", "code", "maxa", "ma")
_SEAT = ("seatoldcode", "seatcode", "seat")
_WGS84 = 4326


def positions_of(
    table: pd.DataFrame, layer: gpd.GeoDataFrame, source: str
) -> tuple[dict[str, tuple[float, float]], tuple[Finding, ...]]:
    """Return where the people of each old unit travel from: longitude and latitude by code.

    A position outside its unit is not used (L05): it is of another unit, or mistaken.

    Parameters
    ----------
    table
        ``old_code, lon, lat`` in degrees (WGS 84); blank cells are unknown.
    layer
        The old units.
    source
        What messages call the table.

    Raises
    ------
    PlanError
        With every row of no unit of the layer, every position that is none, and every one that
        differs from that in a row above.
    """
    code, lon, lat = (_column(table, names, source) for names in (_OLD, _LON, _LAT))
    problems: list[str] = []
    found: dict[str, tuple[float, float]] = {}
    for row, unit, x, y in zip(table.index, table[code], table[lon], table[lat], strict=True):
        unit, x, y = clean_code(str(unit)), clean_text(str(x)), clean_text(str(y))  # noqa: PLW2901
        position = as_position(f"{x},{y}")
        if unit not in layer.index:
            problems.append(sentence("planning.no_old_row", source=source, row=str(row), code=unit))
        elif position is None and (x or y):
            problems.append(sentence("planning.no_position", source=source, row=str(row), x=x, y=y))
        elif position is not None and found.setdefault(unit, position) != position:
            problems.append(_again(source, row, unit))
    if problems:
        raise PlanError(problems)
    outside = _outside(found, layer)
    inside = {unit: xy for unit, xy in found.items() if unit not in outside}
    return inside, tuple(_told(outside, layer, source))


def _outside(places: Mapping[str, tuple[float, float]], layer: gpd.GeoDataFrame) -> list[str]:
    codes = list(places)
    points = gpd.GeoSeries(shapely.points(np.array([places[c] for c in codes]).reshape(-1, 2)),
                           crs=_WGS84).to_crs(layer.crs)  # fmt: skip
    polygons = np.asarray(layer.geometry.loc[codes].values)
    return [c for c, there in zip(codes, shapely.intersects(polygons, points.to_numpy()),
                                  strict=True) if not there]  # fmt: skip


def _told(outside: Iterable[str], layer: gpd.GeoDataFrame, source: str) -> Iterator[Finding]:
    for code in outside:
        unit = f"{code} ({layer.at[code, 'name']})"
        yield Finding.of(sentence("L05.outside", source=source, unit=unit), units=(code,))


def with_seats(plan: Plan, table: pd.DataFrame, source: str) -> tuple[Plan, tuple[str, ...]]:
    """Return a plan with the seats of a table, and new units whose seat it leaves open.

    Parameters
    ----------
    plan
        The plan.
    table
        ``new_code`` and ``seat`` (or ``seat_old_code``: the code of an old unit), or ``lon, lat``.
    source
        What messages call the table.

    Raises
    ------
    PlanError
        With every row of no new unit of the plan, and every seat that differs from that in a row
        above.
    """
    code = _column(table, ("newcode", "code"), source)
    by_fold = {fold_field(str(c)): str(c) for c in table.columns}
    seats = [by_fold[name] for name in _SEAT if name in by_fold]
    lon, lat = (next((by_fold[n] for n in names if n in by_fold), None) for names in (_LON, _LAT))
    if not seats and (lon is None or lat is None):
        raise PlanError(sentence("planning.seat_columns", source=source))
    problems: list[str] = []
    found: dict[str, str] = {}
    unsettled: list[str] = []
    for row, cells in zip(table.index, table.to_dict("records"), strict=True):
        unit = clean_code(str(cells[code]))
        if unit not in plan.new:
            problems.append(sentence("planning.no_new_row", source=source, row=str(row), code=unit))
            continue
        given = (clean_code(str(cells[column])) for column in seats)
        seat = next((text for text in given if text in plan.old), "")
        if not seat and lon is not None and lat is not None:
            text = f"{clean_text(str(cells[lon]))}, {clean_text(str(cells[lat]))}"
            seat = text if as_position(text) is not None else ""
        if not seat:
            unsettled.append(unit)
        elif found.setdefault(unit, seat) != seat:
            problems.append(_again(source, row, unit))
    if problems:
        raise PlanError(problems)
    seated = {unit: replace(plan.new[unit], seat=seat) for unit, seat in found.items()}
    return plan.with_(new={**plan.new, **seated}), tuple(unsettled)


def _again(source: str, row: object, code: str) -> str:
    return sentence("planning.place_again", source=source, row=str(row), code=code)


def _column(table: pd.DataFrame, names: Iterable[str], source: str) -> str:
    by_fold = {fold_field(str(c)): str(c) for c in table.columns}
    names = list(names)
    found = next((by_fold[name] for name in names if name in by_fold), None)
    if found is None:
        raise PlanError(sentence(
            "planning.no_column", source=source, name=names[0], columns=list(map(str, table))
        ))  # fmt: skip
    return found
