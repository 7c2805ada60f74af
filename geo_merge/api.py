"""What other programs import. Vietnam is the country that a layer may lie in, unless one is given.

What Vietnam is known by holds only for layers that lie in it; see `vocabulary.country.Country`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import pandas as pd

from geo_merge.merging import merge as merging
from geo_merge.merging.result import MergeResult
from geo_merge.reading import tables
from geo_merge.units import crosswalk as crosswalks
from geo_merge.units import layers
from geo_merge.vietnam.country import VIETNAM
from geo_merge.vocabulary.country import Country

StrPath = str | os.PathLike[str]


def read_units(
    *paths: StrPath | Iterable[StrPath],
    country: Country = VIETNAM,
    **options: Any,  # noqa: ANN401 - those of units.layers.read_units
) -> gpd.GeoDataFrame:
    """Read the units of one or several files as one layer; see `units.layers.read_units`."""
    return layers.read_units(*paths, country=country, **options)


def read_table(
    path: StrPath,
    *,
    country: Country = VIETNAM,
    **options: Any,  # noqa: ANN401 - those of reading.tables.read_table
) -> pd.DataFrame:
    """Read a CSV, XLSX or Parquet table as text; see `reading.tables.read_table`."""
    return tables.read_table(path, country=country, **options)


def read_crosswalk(
    path: StrPath,
    *,
    country: Country = VIETNAM,
    **options: Any,  # noqa: ANN401 - those of units.crosswalk.read_crosswalk
) -> pd.DataFrame:
    """Read a crosswalk and check its columns; see `units.crosswalk.read_crosswalk`."""
    return crosswalks.read_crosswalk(path, country=country, **options)


def merge(
    old: gpd.GeoDataFrame,
    crosswalk: pd.DataFrame,
    *,
    country: Country = VIETNAM,
    **options: Any,  # noqa: ANN401 - those of merging.merge.merge
) -> MergeResult:
    """Merge old units to new ones, and prove that nothing was lost; see `merging.merge.merge`."""
    return merging.merge(old, crosswalk, country=country, **options)


def validate(
    layer: gpd.GeoDataFrame,
    *,
    country: Country = VIETNAM,
    **options: Any,  # noqa: ANN401 - those of merging.merge.validate
) -> gpd.GeoDataFrame:
    """Check a layer of units without merging it; see `merging.merge.validate`."""
    return merging.validate(layer, country=country, **options)
