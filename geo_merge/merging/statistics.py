"""Figures before and after: per new unit, by type, by former province."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_merge.geometry.areas import SQUARE_METRES_PER_KM2
from geo_merge.vocabulary.part_of import is_land, of_wholes

UNKNOWN_TYPE = "unknown"


def reduction_percent(before: int, after: int) -> float:
    """Return by how many per cent a count fell: 313 to 99 is 68.37."""
    return round(100 * (before - after) / before, 2) if before else 0.0


def unit_statistics(new: gpd.GeoDataFrame, declared: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return one row a new unit: members, area, population, density, and the declared figures.

    Parameters
    ----------
    new
        New units as `pipeline.merge` makes them.
    declared
        Figures that somebody else published, indexed by new code: ``area_km2, population``.
    """
    columns = ["name", "unit_type", "kept", "member_count", "members", "member_names", "pieces",
               "area_km2", "population", "population_unknown",
               "density", "method"]  # fmt: skip
    frame = pd.DataFrame(new[[c for c in columns if c in new]])
    if declared is None:
        return frame
    matched = declared.reindex(frame.index)
    for column, unit in (("area_km2", "area_km2"), ("population", "population")):
        if column not in matched:
            continue
        given = matched[column]
        frame[f"declared_{unit}"] = given
        if column in frame:
            difference = frame[column] - given
            frame[f"{unit}_difference"] = difference
            frame[f"{unit}_difference_percent"] = 100 * difference / given
    return frame


def describe_units(
    frame: gpd.GeoDataFrame, areas: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> dict[str, Any]:
    """Return count, types, area, population, and the smallest, largest and median unit.

    Parameters
    ----------
    frame
        Units, and pieces where ``is_piece`` says so: these count as area only, parts of divided
        units as these.
    areas
        Area of each row in square metres.
    """
    km2 = areas / SQUARE_METRES_PER_KM2
    units, unit_km2 = of_wholes(frame, km2)
    types = units["unit_type"].replace("", UNKNOWN_TYPE).value_counts()
    result: dict[str, Any] = {
        "count": len(units),
        "by_type": {str(k): int(v) for k, v in sorted(types.items())},
        "area_km2": round(float(km2.sum()), 6),
    }
    if "population" in frame:
        people = units["population"]
        total = frame["population"].sum(min_count=1)
        result["population"] = None if pd.isna(total) else _count(total)
        unknown = int(frame["population_unknown"].sum() if "population_unknown" in frame
                      else people.isna().sum())  # fmt: skip
        if unknown:
            result["population_unknown"] = unknown
    pieces = int(is_land(frame).sum())
    if pieces:
        result["pieces"] = pieces
    if len(units):
        result["unit_area_km2"] = _spread(units, unit_km2, 6)
        if "population" in frame:
            result["unit_population"] = _spread(
                *of_wholes(frame, frame["population"].to_numpy(float)), 0
            )
    return result


def _count(value: float) -> int | float:
    return int(value) if float(value).is_integer() else float(value)


def _spread(
    units: pd.DataFrame, values: np.ndarray[tuple[int], np.dtype[np.float64]], digits: int
) -> dict[str, Any]:
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        return {}
    low, high = known[values[known].argmin()], known[values[known].argmax()]
    return {
        "smallest": _one(units, low, values[low], digits),
        "largest": _one(units, high, values[high], digits),
        "median": _rounded(float(np.median(values[known])), digits),
    }


def _one(units: pd.DataFrame, k: int, value: float, digits: int) -> dict[str, Any]:
    return {
        "code": str(units.index[k]),
        "name": str(units["name"].iloc[k]),
        "value": _rounded(float(value), digits),
    }


def _rounded(value: float, digits: int) -> float | int:
    return round(value, digits) if digits else _count(round(value, 1))


def province_groups(
    old: gpd.GeoDataFrame, areas: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> list[dict[str, Any]]:
    """Return counts before and after by former province.

    A new unit belongs to the province that most of its area comes from.

    Parameters
    ----------
    old
        Old units with ``province`` and ``new_code``.
    areas
        Their areas in square metres.
    """
    if not (old["province"] != "").any():
        return []
    frame = pd.DataFrame(
        {
            "province": old["province"].to_numpy(),
            "code": old["province_code"].to_numpy(),
            "new_code": old["new_code"].to_numpy(),
            "is_piece": old["is_piece"].to_numpy(),
            "area": areas,
        }
    )
    share = frame.groupby(["new_code", "code", "province"])["area"].sum().reset_index()
    home = share.sort_values(["new_code", "area"]).drop_duplicates("new_code", keep="last")
    units = frame[~frame["is_piece"]]
    before: dict[Any, int] = units.groupby(["code", "province"]).size().to_dict()
    after: dict[Any, int] = home.groupby(["code", "province"]).size().to_dict()
    return [
        {
            "name": str(name),
            "before": int(count),
            "after": int(after.get((code, name), 0)),
            "reduction_percent": reduction_percent(int(count), int(after.get((code, name), 0))),
        }
        for (code, name), count in sorted(before.items())
    ]


def changed_and_kept(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return how many units a partial reform kept as they were, and what became of the others.

    Parameters
    ----------
    old
        Old units with ``new_code``.
    new
        New units; ``kept`` says which are old ones without a row in the crosswalk. Without it, the
        reform is of all units, and nothing is returned.

    Returns
    -------
    dict
        ``kept``, and ``changed``: how many others there were ``before`` and are ``after``.
    """
    if "kept" not in new:
        return {}
    there = new[~is_land(new)]
    kept = int(there["kept"].sum())
    before, after = len(old) - int(old["is_piece"].sum()) - kept, len(there) - kept
    reduction = reduction_percent(before, after)
    changed = {"before": before, "after": after, "reduction_percent": reduction}
    return {"kept": kept, "changed": changed}


def population_source(sources: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return ``population_field`` and ``population_year`` as files tell them; years if they differ.

    Parameters
    ----------
    sources
        As `provenance.sources_of` returns them.
    """
    fields = dict.fromkeys(s["fields"]["population"] for s in sources
                           if "population" in s.get("fields", {}))  # fmt: skip
    years = dict.fromkeys(s.get("population_year") for s in sources
                          if "population" in s.get("fields", {}))  # fmt: skip
    if not fields:
        return {}
    known = [year for year in years if year]
    year = known[0] if len(years) == 1 and known else None
    return {"population_field": ", ".join(fields), "population_year": year}


def summary(
    before: Mapping[str, Any], after: Mapping[str, Any], groups: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the figures of ``summary.json``, findings and flags aside."""
    return {
        "before": dict(before),
        "after": dict(after),
        "reduction_percent": reduction_percent(before["count"], after["count"]),
        "groups": groups,
    }
