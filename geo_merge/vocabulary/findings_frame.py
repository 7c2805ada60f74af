"""Findings as a frame, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from geo_merge.vocabulary.finding import Finding, Severity
from geo_merge.vocabulary.findings import columns_of


def findings_frame(findings: Iterable[Finding], crs: Any) -> gpd.GeoDataFrame:  # noqa: ANN401
    """Return findings as a frame; see `findings.columns_of`."""
    columns = columns_of(findings, CRS.from_user_input(crs))
    places = gpd.GeoSeries(columns.pop("geometry"), crs=crs)
    # None becomes NaN.
    typed = typed_columns(columns, {"value": float, "units": object})
    return gpd.GeoDataFrame(typed, geometry=places)


def typed_columns(
    columns: Mapping[str, Sequence[Any]], kinds: Mapping[str, type]
) -> dict[str, pd.Series]:
    """Return columns each of its kind, text where none is said: without rows, pandas guesses."""
    return {
        name: pd.Series(list(values), dtype=kinds.get(name, str))
        for name, values in columns.items()
    }


def findings_of_frame(frame: gpd.GeoDataFrame) -> list[Finding]:
    """Return the findings that a frame of them holds."""
    names = ("check", "message", "hint", "unit_of_value", "geometry")
    return [
        Finding(
            **{name: row[name] for name in names},
            severity=Severity(row["severity"]),
            units=tuple(row["units"]),
            value=None if pd.isna(row["value"]) else float(row["value"]),
        )
        for row in frame.to_dict("records")
    ]
