"""Old units that live on inside the new one: communes déléguées, wards of a city."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from geo_merge.geometry.rings import Floats
from geo_merge.merging.assigned import Prepared
from geo_merge.units.crosswalk_new import BELOW
from geo_merge.units.unlisted import is_kept

_SEVERAL = 2  # members: a unit by itself does not live on inside itself


def with_level_below(layer: Prepared, asked: str | None) -> gpd.GeoDataFrame:
    """Return the old units, with ``below_type`` if some live on.

    Those live on that the crosswalk gives a type there (column ``below_type``); without the column,
    all that merge with others, with the type that was asked for. It is blank for all others.
    """
    frame, rows = layer.frame, layer.rows
    told = BELOW in rows and bool((rows[BELOW] != "").any())
    if not asked and not told:
        return frame
    units = ~frame["is_piece"].to_numpy(bool)
    if BELOW in rows:
        types = rows[BELOW].to_numpy(object)
    else:
        counts = pd.Series(units).groupby(frame["new_code"].to_numpy()).transform("sum")
        merged = (counts.to_numpy() >= _SEVERAL) & ~is_kept(rows).to_numpy(bool)
        types = pd.Series(asked, index=frame.index).where(merged, "").to_numpy(object)
    return frame.assign(**{BELOW: pd.Series(types, index=frame.index).where(units, "")})


def count_below(old: gpd.GeoDataFrame) -> dict[str, dict[str, int]]:
    """Return how many units live on by their types, for the summary; nothing if none was asked."""
    if BELOW not in old:
        return {}
    types = old.loc[old[BELOW] != "", BELOW].value_counts()
    return {"below": {str(kind): int(n) for kind, n in sorted(types.items())}}


def level_below(old: gpd.GeoDataFrame, km2: Floats | None = None) -> gpd.GeoDataFrame:
    """Return the units that live on as a layer of their own.

    Parameters
    ----------
    old
        Old units with ``below_type``, or some of them.
    km2
        The area of each, where known.

    Returns
    -------
    geopandas.GeoDataFrame
        ``code, name, unit_type`` (below), ``new_code, new_name, area_km2, population`` where known;
        polygons as they were.
    """
    there = (old[BELOW].fillna("") != "").to_numpy(bool)
    columns = ["name", BELOW, "new_code", "new_name"]
    table = old.loc[there, [*columns, "geometry"]].rename(columns={BELOW: "unit_type"})
    if km2 is not None:
        table.insert(4, "area_km2", km2[there])
    if "population" in old:
        table.insert(len(table.columns) - 1, "population", old.loc[there, "population"])
    return table
