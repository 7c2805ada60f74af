"""Findings on new units that differ from a reference: land that moved, outer edges, drawing."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge.compare.apart import Drawings
from geo_merge.compare.moved import Move
from geo_merge.geometry.areas import SQUARE_METRES_PER_KM2
from geo_merge.geometry.difference import joined
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Limits
from geo_merge.vocabulary.sentence import sentence

# Units that a sentence names.
_NAMED = 5


def differing(
    table: pd.DataFrame,
    new: gpd.GeoDataFrame,
    moves: list[Move],
    drawings: Drawings,
    limits: Limits,
) -> list[Finding]:
    """Tell what differs from the reference: unit by unit where land does, else once for all.

    Parameters
    ----------
    table
        New units with ``name, area_km2, gained, lost, gained_m2, lost_m2``.
    new
        New units with ``name``.
    moves
        See `moved.find_moves`.
    drawings
        How far apart the two are drawn.
    limits
        Thresholds.
    """
    between = [move for move in moves if move.between]
    edge = [move for move in moves if not move.between]
    concerned = {code for move in moves for code in (move.here, move.there)}
    return [
        *drawings.findings,
        *_by_unit(table, concerned, drawings, limits),
        *(_moved(move, new, drawings) for move in between),
        *_at_the_edge("C10.beyond", [m for m in edge if m.here], new, drawings),
        *_at_the_edge("C10.short", [m for m in edge if m.there], new, drawings),
    ]


def _by_unit(
    table: pd.DataFrame, concerned: set[str], drawings: Drawings, limits: Limits
) -> list[Finding]:
    """Find units that differ by more than `Limits.reference` of their area (C06)."""
    difference = table["gained_m2"] + table["lost_m2"]
    area = table["area_km2"] * SQUARE_METRES_PER_KM2
    differs = difference > limits.reference * area
    apart = table[differs & table.index.isin(list(concerned))]
    drawn = table[differs & ~table.index.isin(list(concerned))]
    found = [
        Finding.of(
            sentence("C06.reference", unit=f"{code} ({name})", m2=m2, percent=100 * m2 / all_m2),
            units=(str(code),),
            value=float(m2),
            unit_of_value="m²",
            geometry=joined(gained, lost),
        )
        for code, name, m2, all_m2, gained, lost in zip(
            apart.index, apart["name"], difference[apart.index], area[apart.index],
            apart["gained"], apart["lost"], strict=True,
        )
    ]  # fmt: skip
    if len(drawn):
        units = tuple(map(str, drawn.index))
        found.append(
            Finding.of(
                sentence("C06.drawn", n=len(units), share=limits.reference, width=drawings.drawing,
                         units=_labels(units, table["name"])),
                units=units,
                value=float(difference[drawn.index].sum()),
                unit_of_value="m²",
            )
        )  # fmt: skip
    return found


def _moved(move: Move, new: gpd.GeoDataFrame, drawings: Drawings) -> Finding:
    here, there = (_label(code, new["name"]) for code in (move.here, move.there))
    n = int(shapely.get_num_geometries(move.pieces))
    return Finding.of(
        sentence("C08.moved", km2=move.m2 / SQUARE_METRES_PER_KM2, n=n, limit=drawings.drawing,
                 here=here, there=there),
        units=(move.here, move.there),
        value=move.m2,
        unit_of_value="m²",
        geometry=move.pieces,
    )  # fmt: skip


def _at_the_edge(
    kind: str, moves: list[Move], new: gpd.GeoDataFrame, drawings: Drawings
) -> list[Finding]:
    """Tell once what lies in no unit of one of the two, the largest first."""
    if not moves:
        return []
    units = tuple(dict.fromkeys(move.here or move.there for move in moves))
    m2 = sum(move.m2 for move in moves)
    land = shapely.get_parts(np.array([move.pieces for move in moves], dtype=object))
    return [
        Finding.of(
            sentence(kind, km2=m2 / SQUARE_METRES_PER_KM2, n=len(units), limit=drawings.drawing,
                     units=_labels(units, new["name"])),
            units=units,
            value=m2,
            unit_of_value="m²",
            geometry=shapely.multipolygons(land),
        )
    ]  # fmt: skip


def _label(code: str, names: pd.Series) -> str:
    return f"{code} ({names[code]})" if code in names.index else code


def _labels(units: tuple[str, ...], names: pd.Series) -> list[str]:
    more = ["…"] if len(units) > _NAMED else []
    return [*(_label(code, names) for code in units[:_NAMED]), *more]
