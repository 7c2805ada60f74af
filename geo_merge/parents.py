"""The units above the commune: districts and provinces before, provinces after."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_merge.areas import SQUARE_METRES_PER_KM2, areas
from geo_merge.dissolve import dissolve_groups
from geo_merge.edges import Floats

NewProvince = Callable[[str, str], tuple[str, str] | None]
_COLUMNS = ("level", "when", "code", "name", "member_count", "area_km2", "method")


def dissolve_parents(
    old: gpd.GeoDataFrame, m2: Floats | None = None, *, new_province: NewProvince
) -> gpd.GeoDataFrame:
    """Dissolve old units to their districts and provinces, and to the provinces after.

    Parameters
    ----------
    old
        Old units with valid polygons; units without a parent at a level are in none of it.
    m2
        Area of each old unit in square metres if none overlaps another, to be summed; else the
        parents are measured.
    new_province
        Returns code and name of the province that an old one became part of; where it does not
        know, the provinces are taken as joined to one, and named by all of them.

    Returns
    -------
    geopandas.GeoDataFrame
        ``level`` (district, province), ``when`` (before, after), ``code, name, member_count,
        area_km2, method``.
    """
    frames = [
        _dissolve_level(old, m2, "district", "before", old["district_code"], old["district"]),
        _dissolve_level(old, m2, "province", "before", old["province_code"], old["province"]),
        _dissolve_level(old, m2, "province", "after", *_after(old, new_province)),
    ]
    known = [f for f in frames if len(f)]
    if not known:
        return gpd.GeoDataFrame({c: [] for c in _COLUMNS}, geometry=[], crs=old.crs)
    return gpd.GeoDataFrame(pd.concat(known, ignore_index=True), crs=old.crs)


def _after(old: gpd.GeoDataFrame, new_province: NewProvince) -> tuple[pd.Series, pd.Series]:
    pairs = old[["province_code", "province"]].drop_duplicates()
    pairs = pairs[(pairs["province_code"] != "") | (pairs["province"] != "")]
    known = {
        (code, name): new_province(code, name)
        for code, name in zip(pairs["province_code"], pairs["province"], strict=True)
    }
    if any(value is None for value in known.values()):
        joined = ("+".join(c for c, _ in known if c), " + ".join(n for _, n in known if n))
        known = dict.fromkeys(known, joined)
    after = [
        known.get((code, name)) or ("", "")
        for code, name in zip(old["province_code"], old["province"], strict=True)
    ]
    return (pd.Series([c for c, _ in after], index=old.index, dtype=object),
            pd.Series([n for _, n in after], index=old.index, dtype=object))  # fmt: skip


def _dissolve_level(
    old: gpd.GeoDataFrame, m2: Floats | None, level: str, when: str, codes: pd.Series, names: pd.Series
) -> gpd.GeoDataFrame:
    has_parent = ((codes != "") | (names != "")).to_numpy()
    keys = pd.DataFrame({"code": codes[has_parent].to_numpy(), "name": names[has_parent].to_numpy()})
    if keys.empty:
        return gpd.GeoDataFrame({c: [] for c in _COLUMNS}, geometry=[], crs=old.crs)
    # A parent is one unit by its code; names only tell apart those without a code.
    label = keys["code"].where(keys["code"] != "", keys["name"])
    unique, first, groups = np.unique(
        label.to_numpy(str), return_index=True, return_inverse=True
    )
    dissolved = dissolve_groups(np.asarray(old.geometry.values)[has_parent], groups)
    geometry = np.array([d.geometry for d in dissolved], dtype=object)
    area = areas(geometry, old.crs) if m2 is None else np.bincount(groups, m2[has_parent])
    units = ~old["is_piece"].to_numpy(bool)[has_parent]
    return gpd.GeoDataFrame(
        {
            "level": level,
            "when": when,
            "code": keys["code"].to_numpy()[first],
            "name": keys["name"].to_numpy()[first],
            "member_count": np.bincount(groups, units, minlength=len(unique)).astype(int),
            "area_km2": area / SQUARE_METRES_PER_KM2,
            "method": [d.method for d in dissolved],
        },
        geometry=gpd.GeoSeries(geometry, crs=old.crs).values,
    )
