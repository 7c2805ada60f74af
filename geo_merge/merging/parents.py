"""The units above the commune: districts and provinces, before and after."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_merge.geometry.areas import SQUARE_METRES_PER_KM2, areas
from geo_merge.geometry.dissolve import Dissolved, dissolve_groups
from geo_merge.geometry.rings import Floats, Ints
from geo_merge.merging.parents_after import LEVELS, Parents, parents_before

Dissolve = Callable[[Ints, Ints], Sequence[Dissolved]]
COLUMNS = ("level", "when", "code", "name", "member_count", "area_km2", "method")


@dataclass(frozen=True)
class _Members:
    """What is dissolved to parents: how many units each is, its area, and how it is dissolved."""

    units: Ints
    m2: Floats
    dissolve: Dissolve


def dissolve_parents(
    old: gpd.GeoDataFrame,
    m2: Floats | None = None,
    *,
    after: Mapping[str, Parents],
    dissolve: Dissolve,
) -> gpd.GeoDataFrame:
    """Dissolve old units to their districts and provinces, before and after.

    Parameters
    ----------
    old
        Old units that can be dissolved; those without a parent at a level are in none of it.
    m2
        Area of each old unit in square metres if none overlaps another, to be summed; else the
        parents are measured.
    after
        The parents of each old unit after, by level; see `parents_after.parents_after`.
    dissolve
        Dissolves rows of `old`, given by position, in groups; see `dissolve.dissolve_groups`.

    Returns
    -------
    geopandas.GeoDataFrame
        ``level`` (district, province), ``when`` (before, after), ``code, name, member_count,
        area_km2, method``; members are old units.
    """
    members = _Members(
        (~old["is_piece"].to_numpy(bool)).astype(int),
        np.full(len(old), np.nan) if m2 is None else m2,
        dissolve,
    )
    was = {level: parents_before(old, level) for level in LEVELS}
    before = {level: _dissolve_level(members, level, "before", was[level], old.crs)
              for level in LEVELS}  # fmt: skip
    frames = [
        *before.values(),
        *(_dissolve_after(members, level, was[level], after[level], before[level])
          for level in LEVELS),
    ]  # fmt: skip
    known = [f for f in frames if len(f)] or frames[:1]
    result = gpd.GeoDataFrame(pd.concat(known, ignore_index=True), crs=old.crs)
    if m2 is None:
        result["m2"] = areas(np.asarray(result.geometry.values), old.crs)
    result["area_km2"] = result["m2"] / SQUARE_METRES_PER_KM2
    return result.rename(columns={"members": "member_count"})[[*COLUMNS, "geometry"]]


def count_levels(
    parents: gpd.GeoDataFrame, old: gpd.GeoDataFrame, *, ended: bool
) -> dict[str, dict[str, int]]:
    """Return the number of districts and provinces before, and after where that is known.

    Parameters
    ----------
    parents
        As `dissolve_parents` returns them.
    old
        The old units.
    ended
        Whether the districts ended: that none is told of after would not say so.
    """
    counts = {
        when: {
            f"{level}s": int(((parents["level"] == level) & (parents["when"] == when)).sum())
            for level in LEVELS
        }
        for when in ("before", "after")
    }
    lost = {f"{level}s" for level in LEVELS if parents_before(old, level).known.any()}
    counts["after"] = {name: n for name, n in counts["after"].items()
                       if n or name not in lost or ended}  # fmt: skip
    return counts


def _dissolve_after(
    members: _Members, level: str, was: Parents, now: Parents, before: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Dissolve parents after: from those before where each goes into one as a whole."""
    rows = np.flatnonzero(was.known)
    _, first, of = np.unique(was.labels[rows], return_index=True, return_inverse=True)
    labels = now.labels[rows]
    if (was.known != now.known).any() or (labels != labels[first][of]).any():
        return _dissolve_level(members, level, "after", now, before.crs)
    shapes = np.asarray(before.geometry.values)
    above = _Members(
        before["members"].to_numpy(int),
        before["m2"].to_numpy(float),
        lambda rows, groups: dissolve_groups(shapes[rows], groups),
    )
    return _dissolve_level(above, level, "after", now.take(rows[first]), before.crs)


def _dissolve_level(
    members: _Members, level: str, when: str, parents: Parents, crs: object
) -> gpd.GeoDataFrame:
    """Dissolve members by their parent."""
    there = parents.known
    unique, first, groups = np.unique(parents.labels[there], return_index=True, return_inverse=True)
    dissolved = members.dissolve(np.flatnonzero(there), groups) if len(groups) else []
    size = len(unique)
    return gpd.GeoDataFrame(
        {
            "level": level,
            "when": when,
            "code": parents.codes[there][first],
            "name": parents.names[there][first],
            "members": np.bincount(groups, members.units[there], minlength=size).astype(int),
            "m2": np.bincount(groups, members.m2[there], minlength=size),
            "method": [d.method for d in dissolved],
        },
        geometry=gpd.GeoSeries([d.geometry for d in dissolved], crs=crs).values,
    )
