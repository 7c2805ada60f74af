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
from geo_merge.merging.assigned import Prepared
from geo_merge.units import attributes
from geo_merge.units.attributes import Rule
from geo_merge.vocabulary.finding import Finding, Severity
from geo_merge.vocabulary.ledger import LedgerRow
from geo_merge.vocabulary.part_of import PART_OF, unit_codes

_COUNTS = frozenset(("units", "pieces", "units_and_parts", "crosswalk_rows"))
_REPORT = "Please report this with your data; the result must not be used."

# Square metres. Of less land not a share is the rounding that is allowed, but that of coordinates:
# to a micrometre, some projections are no better, along a kilometre of borders.
_LEAST = 1e6


def make_ledger(
    layer: Prepared, new: gpd.GeoDataFrame, rules: Mapping[str, Rule]
) -> list[LedgerRow]:
    """Return what went in and what came out: units, pieces, rows, area, and all summed fields."""
    codes = unit_codes(layer.frame)
    members = [str(code) for codes in new["members"] for code in codes]
    again, before = float(layer.again.sum()), float(layer.drawn_areas().sum())
    after = float(new["area_km2"].sum()) * SQUARE_METRES_PER_KM2
    rows = [
        LedgerRow("units", codes[codes != ""].nunique(), len(set(members))),
        LedgerRow("pieces", int((codes == "").sum()),
                  int(new["pieces"].map(len).sum()) if "pieces" in new else 0),
        LedgerRow("crosswalk_rows", len(layer.rows), len(layer.frame)),
        LedgerRow("area_m2", before - again, after, AREA_TOLERANCE * max(before, _LEAST)),
    ]  # fmt: skip
    if PART_OF in layer.frame:
        rows.append(LedgerRow("units_and_parts", int((codes != "").sum()), len(members)))
    if again > 0:
        rows.append(LedgerRow("area_claimed_twice_m2", again, 0.0, again))
    return rows + attributes.conserve(pd.DataFrame(layer.frame), pd.DataFrame(new), rules)


def prove(layer: Prepared, new: gpd.GeoDataFrame, ledger: list[LedgerRow]) -> list[Finding]:
    """Let the result prove itself: nothing lost, area in as out, a valid coverage (P01 to P03)."""
    findings = [
        Finding(
            check="P01" if row.quantity in _COUNTS else "P02",
            severity=Severity.ERROR,
            value=row.difference,
            unit_of_value=row.quantity,
            message=f"{row.quantity}: {row.before:,.10g} before, {row.after:,.10g} after.",
            hint="See the other errors: units that could not be dissolved are missing.",
        )
        for row in ledger
        if not row.ok
    ]
    m2_in = np.bincount(layer.groups, layer.drawn_areas()) - layer.again
    m2_out = new["area_km2"].to_numpy() * SQUARE_METRES_PER_KM2
    limit = AREA_TOLERANCE * np.maximum(m2_in, _LEAST)
    findings += [
        Finding(
            check="P02",
            severity=Severity.ERROR,
            units=(str(new.index[k]),),
            value=float(m2_out[k] - m2_in[k]),
            unit_of_value="m²",
            geometry=new.geometry.iloc[k],
            message=f"New unit {new.index[k]} ({new['name'].iloc[k]}) has {m2_out[k]:,.3f} m², its "
            f"members have {m2_in[k]:,.3f} m².",
            hint="See the other errors of its members.",
        )
        for k in np.flatnonzero(np.abs(m2_out - m2_in) > limit)
    ]
    return [*_used_once(layer, new), *findings, *_still_coverage(layer, new)]


def _used_once(layer: Prepared, new: gpd.GeoDataFrame) -> list[Finding]:
    """Find old units that are members of no new unit, or of more than they have parts (P01)."""
    rows = Counter(filter(None, unit_codes(layer.frame)))
    used = Counter(str(code) for members in new["members"] for code in members)
    wrong = tuple(code for code, parts in rows.items() if used[code] != parts)
    if not wrong:
        return []
    return [
        Finding(
            check="P01",
            severity=Severity.ERROR,
            units=wrong,
            value=float(len(wrong)),
            unit_of_value="units",
            message=f"{len(wrong)} old units are not used exactly once: {', '.join(wrong[:10])}.",
            hint=_REPORT,
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
        Finding(
            check="P03",
            severity=Severity.ERROR,
            units=tuple(str(code) for code in new.index[whole[bad]]),
            geometry=shapely.union_all(edges[bad]) if bad.any() else None,
            message="The new units are no valid coverage although the old ones are.",
            hint=_REPORT,
        )
    ]
