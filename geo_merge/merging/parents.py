"""The units above the commune: districts and provinces before, provinces after."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_merge.geometry.areas import SQUARE_METRES_PER_KM2, areas
from geo_merge.geometry.dissolve import Dissolved, dissolve_groups
from geo_merge.geometry.rings import Floats, Ints
from geo_merge.vocabulary.country import NewProvince
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import sentence

Dissolve = Callable[[Ints, Ints], Sequence[Dissolved]]
COLUMNS = ("level", "when", "code", "name", "member_count", "area_km2", "method")


def dissolve_parents(
    old: gpd.GeoDataFrame,
    m2: Floats | None = None,
    *,
    dissolve: Dissolve,
    new_province: NewProvince,
) -> gpd.GeoDataFrame:
    """Dissolve old units to their districts and provinces, and to the provinces after.

    Parameters
    ----------
    old
        Old units that can be dissolved; those without a parent at a level are in none of it.
    m2
        Area of each old unit in square metres if none overlaps another, to be summed; else the
        parents are measured.
    dissolve
        Dissolves rows of `old`, given by position, in groups; see `dissolve.dissolve_groups`.
    new_province
        Returns code and name of the province that an old one became part of; a province of which
        it knows nothing stays as it is.

    Returns
    -------
    geopandas.GeoDataFrame
        ``level`` (district, province), ``when`` (before, after), ``code, name, member_count,
        area_km2, method``.
    """
    units = old.assign(members=~old["is_piece"].to_numpy(bool), m2=np.nan if m2 is None else m2)
    district, province = (
        _dissolve_level(units, level, "before", old[f"{level}_code"], old[level], dissolve)
        for level in ("district", "province")
    )
    codes, names = _after(province, new_province)
    shapes = np.asarray(province.geometry.values)

    def dissolve_provinces(rows: Ints, groups: Ints) -> Sequence[Dissolved]:
        return dissolve_groups(shapes[rows], groups)

    after = _dissolve_level(province, "province", "after", codes, names, dissolve_provinces)
    frames = [district, province, after]
    known = [f for f in frames if len(f)] or frames[:1]
    result = gpd.GeoDataFrame(pd.concat(known, ignore_index=True), crs=old.crs)
    if m2 is None:
        result["m2"] = areas(np.asarray(result.geometry.values), old.crs)
    result["area_km2"] = result["m2"] / SQUARE_METRES_PER_KM2
    return result.rename(columns={"members": "member_count"})[[*COLUMNS, "geometry"]]


def _after(province: gpd.GeoDataFrame, new_province: NewProvince) -> tuple[pd.Series, pd.Series]:
    """Return code and name of the new province of each old one."""
    pairs = zip(province["code"], province["name"], strict=True)
    after = [new_province(code, name) or (code, name) for code, name in pairs]
    return (pd.Series([code for code, _ in after], dtype=object),
            pd.Series([name for _, name in after], dtype=object))  # fmt: skip


def check_provinces(old: gpd.GeoDataFrame, new_province: NewProvince) -> list[Finding]:
    """Find new units with members of several provinces that nobody knows to have merged (W10)."""
    pairs = pd.DataFrame({name: old[name].to_numpy() for name in
                          ("new_code", "new_name", "province_code", "province")})  # fmt: skip
    pairs = pairs[(pairs["province_code"] != "") | (pairs["province"] != "")].drop_duplicates()
    after = [
        new_province(code, name) or (code, name)
        for code, name in zip(pairs["province_code"], pairs["province"], strict=True)
    ]
    # A province is one by its code, or by its name without one.
    pairs = pairs.assign(key=[code or name for code, name in after],
                         label=[name or code for code, name in after])  # fmt: skip
    pairs = pairs.drop_duplicates(["new_code", "key"])
    return [
        Finding.of(
            sentence(
                "W10.provinces",
                unit=f"{code} ({group['new_name'].iloc[0]})",
                n=len(group),
                provinces=list(group["label"]),
            ),
            units=(str(code),),
            value=float(len(group)),
            unit_of_value="provinces",
        )
        for code, group in pairs.groupby("new_code", sort=True)
        if len(group) > 1
    ]


def count_levels(parents: gpd.GeoDataFrame, *, ended: bool) -> dict[str, dict[str, int]]:
    """Return the number of districts and provinces before, and after where that is known.

    Parameters
    ----------
    parents
        As `dissolve_parents` returns them.
    ended
        Whether it is known what became of them: districts are no more, provinces those after. Else
        nothing is said, since a crosswalk tells of units alone.
    """
    counts = {
        when: {
            f"{level}s": int(((parents["level"] == level) & (parents["when"] == when)).sum())
            for level in ("district", "province")
        }
        for when in ("before", "after")
    }
    return counts if ended else {**counts, "after": {}}


def _dissolve_level(  # noqa: PLR0917 - what a level is
    members: pd.DataFrame, level: str, when: str, codes: pd.Series, names: pd.Series,
    dissolve: Dissolve,
) -> gpd.GeoDataFrame:  # fmt: skip
    """Dissolve members by their parent; one is a unit by its code, or by its name without one."""
    has_parent = ((codes != "") | (names != "")).to_numpy(bool)
    code, name = codes.to_numpy()[has_parent], names.to_numpy()[has_parent]
    label = np.where(code != "", code, name).astype(str)
    unique, first, groups = np.unique(label, return_index=True, return_inverse=True)
    children = members[has_parent]
    dissolved = dissolve(np.flatnonzero(has_parent), groups) if len(label) else []
    size = len(unique)
    return gpd.GeoDataFrame(
        {
            "level": level,
            "when": when,
            "code": code[first],
            "name": name[first],
            "members": np.bincount(groups, children["members"], minlength=size).astype(int),
            "m2": np.bincount(groups, children["m2"], minlength=size),
            "method": [d.method for d in dissolved],
        },
        geometry=gpd.GeoSeries([d.geometry for d in dissolved], crs=members.crs).values,
    )
