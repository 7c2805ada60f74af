"""Every new unit three ways: our polygon, the reference polygon and the declared figures.

The verdict on a unit says which of them agree:

- ``same``: the polygons are nowhere further apart than `Limits.narrow`, and the declared area
  agrees within `Limits.declared`.
- ``drawing noise``: they differ, but nowhere over land wider than `Drawings.drawing`.
- ``moved land``: a compact piece, wider than that, lies in another unit than in the reference.
- ``outer edge differs``: a compact piece lies in no unit of one side: at the outer edge, where
  coasts and waters are drawn by other rules.
- ``declared figure differs``: no land moved, but the declared area is another, or the declared
  people are less than half or more than twice as many.
- ``not compared``: there is neither a reference polygon nor a declared area.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge.compare.apart import Drawings, as_drawings
from geo_merge.compare.declared import other_people
from geo_merge.compare.differing import differing
from geo_merge.compare.exchange import Exchange, declared_exchanges
from geo_merge.compare.moved import Move, find_moves
from geo_merge.compare.reference import Compared
from geo_merge.geometry.areas import SQUARE_METRES_PER_KM2, areas
from geo_merge.geometry.farthest import farthest
from geo_merge.geometry.widths import is_narrow
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.findings_frame import in_language
from geo_merge.vocabulary.limits import Limits
from geo_merge.vocabulary.sentence import OTHER_LANGUAGES, Sentence, said, sentence

COLUMNS = (
    "name", "verdict", "area_km2", "reference_area_km2", "declared_area_km2", "iou", "gained_m2",
    "lost_m2", "distance_m", "counterparts", "explanation",
    *(in_language("explanation", language) for language in OTHER_LANGUAGES), "gained", "lost",
)  # fmt: skip

# Moves that the explanation of one unit tells; the others are findings all the same.
_TOLD = 5


class Verdict(StrEnum):
    """What the comparison says of a unit."""

    SAME = "same"
    NOISE = "drawing noise"
    MOVED = "moved land"
    EDGE = "outer edge differs"
    DECLARED = "declared figure differs"
    UNKNOWN = "not compared"


@dataclass(frozen=True)
class Reconciled:
    """New units against what others published.

    Attributes
    ----------
    table
        Indexed by code, with the columns of `COLUMNS`: ``gained`` and ``lost`` are the land that
        only our polygon and only the reference has (``gained`` is the active geometry);
        ``distance_m`` is the Hausdorff distance between both polygons in metres; ``counterparts``
        are the codes of units that the explanation names.
    findings
        C06 for units that differ by more than the limit, C08 for land that moved, C09 for how far
        apart the two are drawn, C10 for the outer edge, D03 for two neighbours whose declared
        areas differ by the same.
    drawings
        How far units and reference are apart as drawings; None without a reference.
    """

    table: gpd.GeoDataFrame
    findings: list[Finding]
    drawings: Drawings | None


def reconcile(
    new: gpd.GeoDataFrame,
    compared: Compared | None = None,
    declared: pd.DataFrame | None = None,
    limits: Limits | None = None,
) -> Reconciled:
    """Say of every new unit whether polygon, reference and declared area agree, and why not.

    Parameters
    ----------
    new
        New units with ``name`` and ``area_km2``, in a CRS in metres.
    compared
        What `compare.compare_reference` found.
    declared
        Published figures as `compare.as_declared` returns them.
    limits
        Thresholds.
    """
    limits = limits or Limits()
    drawings = None if compared is None else as_drawings(new, compared, limits)
    moves = [] if drawings is None else find_moves(new, drawings)
    exchanges = declared_exchanges(new, declared, limits)
    frame = _figures(new, compared, declared)
    people = _other_people(new, declared)
    frame["distance_m"] = _distances(new, compared).reindex(new.index)
    noisy = _wider(compared, limits.narrow).reindex(new.index, fill_value=False)
    rows = [
        _judge(
            frame.loc[code],
            moves,
            exchanges,
            limits,
            drawings,
            noisy=bool(noisy[code]),
            names=new["name"],
            people=people.get(str(code)),
        )
        for code in frame.index
    ]
    for k, column in enumerate(("verdict", "counterparts", "explanation")):
        frame[column] = [row[k] for row in rows]
    for language in OTHER_LANGUAGES:
        told = [said(explanation, language) for _, _, explanation in rows]
        frame[in_language("explanation", language)] = told
    found = [] if drawings is None else differing(frame, new, moves, drawings, limits)
    found += [_exchanged(e, new) for e in exchanges]
    return Reconciled(frame[list(COLUMNS)], found, drawings)


def reference_columns(reconciliation: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return what the statistics tell of the reference."""
    return pd.DataFrame(
        {
            "reference_area_km2": reconciliation["reference_area_km2"],
            "reference_difference_m2": reconciliation["gained_m2"] + reconciliation["lost_m2"],
            "iou": reconciliation["iou"],
        }
    )


def _figures(
    new: gpd.GeoDataFrame, compared: Compared | None, declared: pd.DataFrame | None
) -> gpd.GeoDataFrame:
    blank = pd.Series(np.nan, index=new.index)
    table = compared.table if compared is not None else None
    nothing = np.full(len(new), shapely.MultiPolygon(), dtype=object)
    land = {"gained": nothing, "lost": nothing.copy()}
    if compared is not None:
        at = new.index.get_indexer(compared.reference.index)
        land["gained"][at], land["lost"][at] = compared.gained, compared.lost
    given = blank
    if declared is not None and "area_km2" in declared:
        given = declared["area_km2"].reindex(new.index)
    data = {
        "name": new["name"],
        "area_km2": new["area_km2"],
        "reference_area_km2": blank if table is None else table["reference_area_km2"],
        "declared_area_km2": given,
        "iou": blank if table is None else table["iou"],
    }
    for side in ("gained", "lost"):
        known = blank.isna() & False if table is None else table["iou"].notna()
        data[f"{side}_m2"] = pd.Series(areas(land[side], new.crs), new.index).where(known)
        data[side] = gpd.GeoSeries(land[side], index=new.index, crs=new.crs)
    return gpd.GeoDataFrame(data, index=new.index, geometry="gained")


def _distances(new: gpd.GeoDataFrame, compared: Compared | None) -> pd.Series:
    """Return the Hausdorff distance of each unit to its reference, in metres."""
    if compared is None:
        return pd.Series(dtype=float)
    here, there = (np.asarray(s.values) for s in
                   (new.geometry[compared.reference.index], compared.reference))  # fmt: skip
    values = np.maximum(
        farthest(compared.gained, shapely.boundary(there)),
        farthest(compared.lost, shapely.boundary(here)),
    )
    return pd.Series(values, index=compared.reference.index, dtype=float)


def _wider(compared: Compared | None, width: float) -> pd.Series:
    """Tell which units differ from their reference over land wider than `width` metres."""
    if compared is None:
        return pd.Series(dtype=bool)
    result = np.zeros(len(compared.reference), dtype=bool)
    for side in (compared.gained, compared.lost):
        parts, owner = shapely.get_parts(side, return_index=True)
        if len(parts):
            result[owner[~is_narrow(parts, width)]] = True
    return pd.Series(result, index=compared.reference.index)


def _other_people(new: gpd.GeoDataFrame, declared: pd.DataFrame | None) -> dict[str, Sentence]:
    """Return what is to be told of units whose declared people are not the mapped ones."""
    if declared is None or "population" not in declared or "population" not in new:
        return {}
    given = declared["population"].reindex(new.index)
    return {
        str(code): sentence("recon.people", mapped=mapped, declared=told)
        for code, mapped, told in zip(new.index, new["population"], given, strict=True)
        if other_people(mapped, told)
    }


def _label(code: str, names: pd.Series) -> str:
    return f"{code} ({names[code]})" if code in names.index else code


def _judge(
    row: pd.Series,
    moves: list[Move],
    exchanges: list[Exchange],
    limits: Limits,
    drawings: Drawings | None,
    *,
    noisy: bool,
    names: pd.Series,
    people: Sentence | None,
) -> tuple[Verdict, list[str], Sentence]:
    """Return the verdict on a unit, the units that explain it, and the explanation."""
    code = str(row.name)
    mine = [m for m in moves if code in {m.here, m.there}]
    swap = next((e for e in exchanges if code in e.units), None)
    others = [m.there if m.here == code else m.here for m in mine]
    others += [] if swap is None else [c for c in swap.units if c != code]
    has_reference = bool(pd.notna(row["iou"]))
    text: list[Sentence] = []
    if has_reference and not noisy:
        text.append(sentence("recon.same", limit=limits.narrow))
    elif has_reference and drawings is not None:
        text.append(_against_reference(row, mine, names, drawings))
    given = row["declared_area_km2"]
    differs = bool(given > 0 and abs(row["area_km2"] - given) > limits.declared * given)
    if given > 0:
        percent = 100 * (row["area_km2"] / given - 1)
        figures = {"mapped": row["area_km2"], "declared": given, "percent": percent}
        text.append(
            sentence("recon.areas", **figures)
            if swap is None
            else sentence("recon.areas_exchanged", exchange=swap.sentence(names), **figures)
        )
    text += [people] if people else []
    if any(move.between for move in mine):
        verdict = Verdict.MOVED
    elif mine:
        verdict = Verdict.EDGE
    elif differs or people:
        verdict = Verdict.DECLARED
    elif has_reference and noisy:
        verdict = Verdict.NOISE
    else:
        verdict = Verdict.SAME if has_reference or given > 0 else Verdict.UNKNOWN
    return verdict, list(dict.fromkeys(c for c in others if c)), sentence("recon.both", told=text)


def _against_reference(
    row: pd.Series, moves: list[Move], names: pd.Series, drawings: Drawings
) -> Sentence:
    shift = sentence("recon.shift", where=drawings.where) if drawings.apart.shifted else ""
    if not moves:
        return sentence("recon.drawn", metres=row["distance_m"], limit=drawings.drawing,
                        shift=shift)  # fmt: skip
    code = str(row.name)
    told = []
    for move in sorted(moves, key=lambda m: not m.between)[:_TOLD]:
        km2 = sentence("recon.km2", km2=move.m2 / SQUARE_METRES_PER_KM2)
        here, there = (
            _label(c, names) or sentence("recon.no_unit") for c in (move.here, move.there)
        )
        if move.here == code:
            told.append(sentence("recon.belong", km2=km2, there=there))
        else:
            told.append(sentence("recon.lie", km2=km2, here=here))
    more = sentence("recon.more", n=len(moves) - _TOLD) if len(moves) > _TOLD else ""
    kind = "recon.moved" if any(move.between for move in moves) else "recon.edge"
    return sentence(kind, told=told, more=more, shift=shift)


def _exchanged(exchange: Exchange, new: gpd.GeoDataFrame) -> Finding:
    more, less = (f"{code} ({new.at[code, 'name']})" for code in exchange.units)
    return Finding.of(
        sentence("D03.exchange", more=more, less=less, excess=exchange.excess,
                 deficit=-exchange.deficit, km2=exchange.km2, rest=exchange.unexplained),
        units=exchange.units,
        value=exchange.km2,
        unit_of_value="km²",
        geometry=exchange.border,
    )  # fmt: skip
