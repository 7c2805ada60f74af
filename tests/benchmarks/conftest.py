"""Real data for the benchmarks."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def bac_ninh() -> Path:
    """The real data of the new Bắc Ninh."""
    if not DATA.is_dir():
        pytest.skip(f"the reference data is absent: {DATA}")
    return DATA / "bac_ninh"


@pytest.fixture(scope="session")
def country() -> gpd.GeoDataFrame:
    """All 3,321 units, 7.13 million vertices."""
    path = DATA / "vietnam" / "official_units_2026.parquet"
    if not path.is_file():
        pytest.skip(f"the reference data is absent: {path}")
    return gpd.read_parquet(path)
