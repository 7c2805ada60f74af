"""Values of frames as JSON knows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd


def plain_columns(frame: gpd.GeoDataFrame) -> dict[str, list[Any]]:
    """Return the attributes of a layer as JSON knows them."""
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    if table.index.name is not None and table.index.name not in table:
        table = table.reset_index()
    return {str(name): _plain(table[name]) for name in table}


def _plain(values: pd.Series) -> list[Any]:
    """Return a column as what JSON knows; what is null or no finite number is null."""
    if pd.api.types.is_float_dtype(values.dtype):
        return [
            float(v) if np.isfinite(v) else None for v in values.to_numpy(float, na_value=np.nan)
        ]
    return [_plain_value(v) for v in values.tolist()]


def _plain_value(value: Any) -> Any:  # noqa: ANN401 - whatever a cell holds
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, Mapping):
        return {str(k): _plain_value(v) for k, v in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain_value(v) for v in value]
    if pd.isna(value):
        return None
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
