"""Frames by pyogrio in which nothing of the file is lost: names, whole numbers, truth values."""

from __future__ import annotations

import warnings
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from geo_merge.vocabulary.fields import free_name

_INFO = ("layer", "encoding")  # options that a look at a layer takes as well
# Whole numbers from here on have no room in a float (IEEE 754).
FLOAT = 2**53


def read_frame(source: str | bytes, **options: str) -> gpd.GeoDataFrame:
    """Read a layer, one with a field that is called as pyogrio calls the geometry as well."""
    fields = _info(source, options)["fields"]
    if "geometry" not in fields:
        return pyogrio.read_dataframe(source, **options)
    shapes = pyogrio.read_dataframe(source, columns=[], **options)
    table = pyogrio.read_dataframe(source, read_geometry=False, **options)
    place = free_name("geometry", table.columns)
    return gpd.GeoDataFrame(
        table.assign(**{place: shapes.geometry.array}), geometry=place, crs=shapes.crs
    )


def exact_columns(
    source: str | bytes, frame: gpd.GeoDataFrame, **options: str
) -> dict[str, list[Any]]:
    """Return whole numbers and truth values of columns with blanks, which are floats in a frame.

    Columns of numbers too large for floats are changed in the frame, too.
    """
    info = _info(source, options)
    inexact = [
        str(field)
        for field, kind in zip(info["fields"], info["dtypes"], strict=True)
        if kind.startswith(("int", "uint", "bool"))
        and pd.api.types.is_float_dtype(frame[field].dtype)
    ]
    if not inexact:
        return {}
    wanted = {k: v for k, v in options.items() if k != "on_invalid"}
    table = pyogrio.read_arrow(source, columns=inexact, read_geometry=False, **wanted)[1]
    exact = {name: table.column(name).to_pylist() for name in inexact}
    for name, values in exact.items():
        if any(abs(value) > FLOAT for value in values if value is not None):
            frame[name] = pd.Series(values, index=frame.index, dtype=object)
    return exact


def _info(source: str | bytes, options: dict[str, str]) -> dict[str, Any]:
    """Look at a layer; reading it says the same again, and is heard then."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        chosen = {name: value for name, value in options.items() if name in _INFO}
        info: dict[str, Any] = pyogrio.read_info(source, **chosen)
    return info
