"""The new units as a frame: dissolved, with their members and figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge.geometry.areas import SQUARE_METRES_PER_KM2, areas
from geo_merge.geometry.rings import Bools, Ints
from geo_merge.merging.assigned import Prepared
from geo_merge.merging.parents_after import Parents, parents_of_new
from geo_merge.units import attributes
from geo_merge.units.attributes import Rule
from geo_merge.units.unlisted import is_kept
from geo_merge.vocabulary.fields import free_name
from geo_merge.vocabulary.part_of import is_land, unit_codes

# Figures of ours that a layer need not have: a field called so is another thing.
_OURS = frozenset(("population", "density", "pieces"))


def new_units(
    layer: Prepared, rules: Mapping[str, Rule], after: Mapping[str, Parents]
) -> gpd.GeoDataFrame:
    """Return the new units with their members and figures; one without usable members is empty.

    Parameters
    ----------
    layer
        Old units, surveyed, and new units, dissolved.
    rules
        How each field of the members becomes one of the new unit.
    after
        The parents of each old unit after, by level.
    """
    frame, groups = layer.frame, layer.groups
    shapes = np.array(
        [shapely.Polygon() if d is None else d.geometry for d in layer.dissolved], dtype=object
    )
    land = is_land(frame)
    members = _lists(unit_codes(frame), groups, ~land)
    names = frame["name"].tolist()
    pieces = _lists(names, groups, land)
    first = np.unique(groups, return_index=True)[1]
    data: dict[str, Any] = {
        "name": layer.rows["new_name"].to_numpy()[first],
        "unit_type": layer.rows["new_type"].to_numpy()[first],
        **parents_of_new(after, frame["new_code"], layer.new_codes),
        **_kept(layer, first),
        "member_count": [len(m) for m in members],
        "members": members,
        "member_names": _lists(names, groups, ~land),
    }
    if any(pieces):
        data["pieces"] = pieces
    km2 = areas(shapes, frame.crs) / SQUARE_METRES_PER_KM2
    data["area_km2"] = km2
    values = attributes.aggregate(pd.DataFrame(frame), groups, layer.areas, rules)
    if "population" in values:
        data["population"] = values.pop("population").to_numpy()
        lacking = frame["population"].isna() & ~land
        unknown = np.bincount(groups, lacking).astype(int)
        # A sum that lacks people is told as such, and a density of it would be none.
        dense = np.divide(data["population"], km2, out=np.zeros_like(km2), where=km2 > 0)
        data["density"] = np.where(unknown > 0, np.nan, dense) if unknown.any() else dense
        if unknown.any():
            data["population_unknown"] = unknown
    data["method"] = ["none" if d is None else d.method for d in layer.dissolved]
    for column in map(str, values):
        others = [*data, *values.columns]
        ours = column in data or column in _OURS
        name = free_name(f"{column}_source", others) if ours else column
        data[name] = values[column].to_numpy()
    index = pd.Index(layer.new_codes, name="code")
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries(shapes, crs=frame.crs).values, index=index)


def _kept(layer: Prepared, first: Ints) -> dict[str, Any]:
    """Return which units stay as they are for want of a row, and which of them are land alone."""
    kept = is_kept(layer.rows).to_numpy(bool)
    if not kept.any():
        return {}
    land = kept & is_land(layer.frame)
    return {"kept": kept[first], **({"is_piece": land[first]} if land.any() else {})}


def _lists(values: Iterable[object], groups: Ints, chosen: Bools) -> list[list[str]]:
    result: list[list[str]] = [[] for _ in range(groups.max() + 1)]
    for value, group, take in zip(values, groups, chosen, strict=True):
        if take:
            result[group].append(str(value))
    return result
