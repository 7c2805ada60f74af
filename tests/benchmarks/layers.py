"""The national layer as a Shapefile, parts of it, and several of it side by side."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

CODE, GROUP = "code", "province_c"  # fields of the Shapefile: code of a unit, what it is joined by
_COLUMNS = 5  # copies in a row; the farthest is 40° from the middle
_STEP = (-16.0, -16.5)  # degrees from a copy to the next in its row, and from row to row


@dataclass(frozen=True)
class Layer:
    """A folder with a Shapefile of units and their crosswalk to provinces."""

    folder: Path

    @property
    def path(self) -> Path:
        """The Shapefile."""
        return self.folder / "units.shp"

    @property
    def crosswalk(self) -> Path:
        """The table of the province that each unit becomes part of."""
        return self.folder / "crosswalk.csv"

    @property
    def coordinates(self) -> Path:
        """All vertices as one array of numpy, shape (n, 2)."""
        return self.folder / "vertices.npy"

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Return ``units``, ``vertices`` and ``copies``."""
        return json.loads((self.folder / "facts.json").read_text("utf-8"))  # type: ignore[no-any-return]

    @cached_property
    def frame(self) -> gpd.GeoDataFrame:
        """The units as GDAL reads them."""
        return gpd.read_file(self.path)

    @cached_property
    def fields(self) -> pd.DataFrame:
        """The fields of the units alone: ten countries need not be in memory to be counted."""
        return gpd.read_file(self.path, ignore_geometry=True)


def write_layer(units: gpd.GeoDataFrame, folder: Path, *, copies: int = 1) -> Layer:
    """Write units (``code``, ``name``, ``province_c``) as a layer, ``copies`` times side by side."""
    frame = units if copies == 1 else pd.concat([shifted(units, k) for k in range(copies)])
    folder.mkdir(parents=True, exist_ok=True)
    layer = Layer(folder)
    frame.to_file(layer.path, encoding="utf-8")
    table = pd.DataFrame({
        "old_code": frame[CODE], "old_name": frame["name"], "new_code": frame[GROUP],
        "new_name": "Tỉnh " + frame[GROUP], "new_type": "Tỉnh",
    })  # fmt: skip
    table.to_csv(layer.crosswalk, index=False)
    vertices = shapely.get_coordinates(frame.geometry.values)
    np.save(layer.coordinates, vertices)
    # The last file: a folder that was left half written is made again.
    facts = {"units": len(frame), "vertices": len(vertices), "copies": copies}
    (folder / "facts.json").write_text(json.dumps(facts), "utf-8")
    return layer


def shifted(units: gpd.GeoDataFrame, number: int) -> gpd.GeoDataFrame:
    """Return a copy of units beside the others, with codes and names of its own.

    Equal vertices stay equal, and nothing else becomes equal: they are not rounded.
    """
    move = np.array([number % _COLUMNS * _STEP[0], number // _COLUMNS * _STEP[1]])
    moved = units.copy()
    moved.geometry = shapely.transform(units.geometry.values, lambda xy: xy + move)
    for field in (CODE, GROUP):
        moved[field] = f"{number}" + units[field]
    moved["name"] = units["name"] + f" {number}"
    return moved


def part(units: gpd.GeoDataFrame, fraction: float) -> gpd.GeoDataFrame:
    """Return whole provinces with about a fraction of all vertices, taken in the order of codes."""
    counts = pd.Series(shapely.get_num_coordinates(units.geometry.values))
    totals = counts.groupby(units[GROUP].to_numpy()).sum()
    room, taken = fraction * totals.sum(), []
    for code, total in totals.items():
        if total <= room:
            taken.append(code)
            room -= total
    return units[units[GROUP].isin(taken)]


def national_units(data: Path) -> gpd.GeoDataFrame:
    """Return the units of the country with the fields of a Shapefile: names of ten characters."""
    units = gpd.read_parquet(data / "vietnam" / "official_units_2026.parquet")
    return units.rename(columns={"province_code": GROUP})


def national(data: Path, size: float, cache: Path) -> Layer:
    """Return the national layer ``size`` times, from the cache if it was made before."""
    layer = Layer(cache / f"country_{size:.3g}")
    if (layer.folder / "facts.json").is_file():
        return layer
    units = national_units(data)
    if size < 1:
        return write_layer(part(units, size), layer.folder)
    return write_layer(units, layer.folder, copies=round(size))
