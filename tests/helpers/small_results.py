"""A small result as a folder: two new units of two old ones each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo_merge.api import merge
from geo_merge.results.files import write

# Its files by names: it takes half a second, and is always the same.
_WRITTEN: dict[tuple[str, str], dict[str, bytes]] = {}


def small_result(
    grid: Callable[..., gpd.GeoDataFrame], folder: Path, names: tuple[str, str] = ("Bắc", "Nam")
) -> Path:
    """Write the result of a grid of four squares, with declared figures; names are of new units."""
    result = folder / "result"
    if names not in _WRITTEN:
        _write(grid, result, names)
        _WRITTEN[names] = {path.name: path.read_bytes() for path in result.iterdir()}
        return result
    result.mkdir(exist_ok=True)
    for name, content in _WRITTEN[names].items():
        (result / name).write_bytes(content)
    return result


def _write(grid: Callable[..., gpd.GeoDataFrame], result: Path, names: tuple[str, str]) -> None:
    old = grid(population=[100, 200, 300, 400], district="Huyện Một")
    old["name"] = ["Đồng Kỳ", "Đồng Vương", "Lệ Viễn", "Tân An"]
    first, second = names
    table = pd.DataFrame(
        {"old_code": old.index, "new_code": ["N1", "N1", "N2", "N2"],
         "new_name": [first, first, second, second], "new_type": "Phường"}
    )  # fmt: skip
    declared = pd.DataFrame(
        {"new_code": ["N1", "N2"], "area_km2": ["2.0", "2.1"], "population": ["310", "690"]}
    )
    write(merge(old, table, declared=declared), result)
