"""The ledger, and the proof that nothing was lost: every run checks its own result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge.geometry.areas import SQUARE_METRES_PER_KM2
from geo_merge.geometry.faces import AREA_TOLERANCE, find_faces
from geo_merge.geometry.rings import Bools
from geo_merge.merging.assigned import Prepared
from geo_merge.units import attributes
from geo_merge.units.attributes import Rule
from geo_merge.units.unlisted import is_kept
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.ledger import LedgerRow
from geo_merge.vocabulary.part_of import PART_OF, is_land, unit_codes
from geo_merge.vocabulary.sentence import sentence

_COUNTS = frozenset(("units", "pieces", "units_and_parts", "crosswalk_rows",
                     "units_kept", "pieces_kept"))  # fmt: skip
# Quantities that are called by what they are, not by a field of the layer.
_OWN = {
    **{name: f"P01.{name}" for name in _COUNTS},
    **{name: f"P02.{name}" for name in ("area_m2", "area_claimed_twice_m2", "population")},
}

# Square metres. Of less land not a share is the rounding that is allowed, but that of coordinates:
# to a micrometre, some projections are no better, along a kilometre of borders.
_LEAST = 1e6


def make_ledger(
    layer: Prepared, new: gpd.GeoDataFrame, rules: Mapping[str, Rule]
) -> list[LedgerRow]:
    """Return what went in and what came out: units, land, all summed fields, then rows."""
    codes = unit_codes(layer.frame)
    members = [str(code) for codes in new["members"] for code in codes]
    again, before = float(layer.again.sum()), float(layer.drawn_areas().sum())
    after = float(new["area_km2"].sum()) * SQUARE_METRES_PER_KM2
    rows = [
        LedgerRow("units", codes[codes != ""].nunique(), len(set(members))),
        LedgerRow("pieces", int((codes == "").sum()),
                  int(new["pieces"].map(len).sum()) if "pieces" in new else 0),
        LedgerRow("area_m2", before - again, after, AREA_TOLERANCE * max(before, _LEAST)),
        *attributes.conserve(pd.DataFrame(layer.frame), pd.DataFrame(new), rules),
        LedgerRow("crosswalk_rows", len(layer.rows), len(layer.frame)),
    ]  # fmt: skip
    kept, land = is_kept(layer.rows).to_numpy(bool), is_land(layer.frame)
    for quantity, chosen in (("units_kept", kept & ~land), ("pieces_kept", kept & land)):
        if chosen.any():
            rows.append(LedgerRow(quantity, int(chosen.sum()), _same(layer, new, chosen)))
    if PART_OF in layer.frame:
        rows.append(LedgerRow("units_and_parts", int((codes != "").sum()), len(members)))
    if again > 0:
        rows.append(LedgerRow("area_claimed_twice_m2", again, 0.0, again))
    return rows


def _same(layer: Prepared, new: gpd.GeoDataFrame, chosen: Bools) -> int:
    """Return how many units have code, name, type, place and area to the last bit as before.

    The polygons themselves may be on other machines; these were measured there.
    """
    old, measures = layer.frame[chosen], layer.surveyed.measures
    now = new.reindex(old.index)
    shapes = np.asarray(now.geometry.values)
    same = (now["name"] == old["name"]) & (now["unit_type"] == old["unit_type"])
    same &= (shapely.bounds(shapes) == measures.bounds[chosen]).all(axis=1)
    return int((same & (shapely.area(shapes) == measures.drawn[chosen])).sum())


def prove(layer: Prepared, new: gpd.GeoDataFrame, ledger: list[LedgerRow]) -> list[Finding]:
    """Let the result prove itself: nothing lost, area in as out, a valid coverage (P01 to P03)."""
    findings = [
        Finding.of(
            sentence(
                "P01.count" if row.quantity in _COUNTS else "P02.sum",
                quantity=_named(row.quantity),
                before=row.before,
                after=row.after,
            ),
            value=row.difference,
            unit_of_value=row.quantity,
        )
        for row in ledger
        if not row.ok
    ]
    m2_in = np.bincount(layer.groups, layer.drawn_areas()) - layer.again
    m2_out = new["area_km2"].to_numpy() * SQUARE_METRES_PER_KM2
    limit = AREA_TOLERANCE * np.maximum(m2_in, _LEAST)
    findings += [
        Finding.of(
            sentence(
                "P02.unit",
                unit=f"{new.index[k]} ({new['name'].iloc[k]})",
                before=m2_in[k],
                after=m2_out[k],
            ),
            units=(str(new.index[k]),),
            value=float(m2_out[k] - m2_in[k]),
            unit_of_value="m²",
            geometry=new.geometry.iloc[k],
        )
        for k in np.flatnonzero(np.abs(m2_out - m2_in) > limit)
    ]
    return [*_used_once(layer, new), *findings, *_still_coverage(layer, new)]


def _named(quantity: str) -> str:
    return sentence(_OWN[quantity]) if quantity in _OWN else quantity


def _used_once(layer: Prepared, new: gpd.GeoDataFrame) -> list[Finding]:
    """Find old units that are members of no new unit, or of more than they have parts (P01)."""
    rows = Counter(filter(None, unit_codes(layer.frame)))
    used = Counter(str(code) for members in new["members"] for code in members)
    wrong = tuple(code for code, parts in rows.items() if used[code] != parts)
    if not wrong:
        return []
    return [
        Finding.of(
            sentence("P01.not_once", n=len(wrong), units=wrong[:10]),
            units=wrong,
            value=float(len(wrong)),
            unit_of_value="units",
        )
    ]


def _still_coverage(layer: Prepared, new: gpd.GeoDataFrame) -> list[Finding]:
    """Find new units that are no coverage although the old ones are (P03)."""
    if not layer.faces.is_coverage:
        return []
    geometries = np.asarray(new.geometry.values)
    whole = np.flatnonzero(~shapely.is_empty(geometries))
    if find_faces(geometries[whole]).is_coverage:
        return []
    edges = shapely.coverage_invalid_edges(geometries[whole])
    bad = ~shapely.is_empty(edges)
    return [
        Finding.of(
            sentence("P03.coverage"),
            units=tuple(str(code) for code in new.index[whole[bad]]),
            geometry=shapely.union_all(edges[bad]) if bad.any() else None,
        )
    ]
