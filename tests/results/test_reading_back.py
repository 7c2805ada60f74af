"""Layers that were written here, read back piece by piece."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from conftest import CRS
from geopandas.testing import assert_geodataframe_equal
from pyogrio.errors import DataSourceError

from geo_merge.results.reading_back import read_back
from geo_merge.writing.geojson import write_geojson


@pytest.fixture
def written(grid: Callable[..., gpd.GeoDataFrame], tmp_path: Path) -> Path:
    """Write nine units: of the columns some are blank in the first or the last of them."""
    few = [np.nan] * 5 + [1.0, 2.0, 3.5, np.nan]
    layer = grid(3, 3, few=few, count=range(9), kept=[True] * 9, late=[None] * 8 + ["x"],
                 members=[["a", "b"]] * 4 + [[]] * 5)  # fmt: skip
    layer.loc["00002", "geometry"] = None
    write_geojson(layer.reset_index(), tmp_path / "units.geojson")
    return tmp_path / "units.geojson"


@pytest.mark.parametrize("piece", [1, 700, 2_000])
def test_pieces_make_the_same_layer_as_the_whole(written: Path, piece: int) -> None:
    whole, pieces = read_back(written, CRS), read_back(written, CRS, piece)
    assert len(whole) == 9
    assert_geodataframe_equal(pieces, whole)


def test_a_file_that_was_cut_off_between_two_features_is_not_read(written: Path) -> None:
    lines = written.read_bytes().splitlines(keepends=True)
    written.write_bytes(b"".join(lines[:5]))
    with pytest.raises(DataSourceError):
        read_back(written, CRS, 1)


def test_other_geojson_is_read_as_a_whole(written: Path) -> None:
    whole = read_back(written, CRS)
    text = written.read_text("utf-8")
    written.write_text(text.replace('"features":[\n', '"features": [\n'), "utf-8")
    assert_geodataframe_equal(read_back(written, CRS, 1), whole)
