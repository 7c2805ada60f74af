"""Four units and the crosswalk that joins them in twos, small enough to be worked out by hand."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import pandas as pd

Grid = Callable[..., gpd.GeoDataFrame]


def table(*rows: tuple[str, ...], columns: str = "old_code new_code new_name") -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split())


WHOLE = (
    ("00001", "N1", "Một"),
    ("00002", "N1", "Một"),
    ("00003", "N2", "Hai"),
    ("00004", "N2", "Hai"),
)


def units(grid: Grid) -> gpd.GeoDataFrame:
    blank = dict.fromkeys(("district_code", "district", "province_code", "province"), "")
    return grid().assign(is_piece=False, **blank)
