"""Old units whose polygons come in parts are written as if they came at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo_merge import merge
from geo_merge.results import formats
from geo_merge.results.files import write_formats

Grid = Callable[..., gpd.GeoDataFrame]


class InParts:
    """Polygons that are elsewhere, as on workers; here are their rows alone."""

    def __init__(self, old: gpd.GeoDataFrame, ends: list[int]) -> None:
        self.frames = np.split(np.arange(len(old)), ends)
        self.old = old

    def parts(self, old: gpd.GeoDataFrame) -> Iterator[gpd.GeoDataFrame]:
        assert len(old) == len(self.old)
        return (self.old.iloc[rows] for rows in self.frames)


@pytest.mark.parametrize("at_once", [2, 3, 5_000])
@pytest.mark.parametrize("ends", [[1], [2], [5], [1, 2, 3, 4, 5]])
def test_a_geopackage_has_the_same_bytes(
    grid: Grid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int, ends: list[int]
) -> None:
    """Also where the first part of a column has numbers alone, and the next a text."""
    monkeypatch.setattr(formats, "_AT_ONCE", at_once)
    old = grid(3, 2, post=[1, 2, 3, "4a", None, "6"], below_type="phường")
    rows = {"old_code": old.index, "new_code": ["N1", "N1", "N1", "N2", "N2", "N2"]}
    table = pd.DataFrame(rows)
    result = merge(old, table.assign(new_name=table["new_code"]), below="khu phố")
    write_formats(result, tmp_path / "one", ["gpkg"])
    parts = InParts(result.old, ends)
    boxes = result.old.set_geometry(result.old.geometry.envelope)
    write_formats(replace(result, old=boxes, elsewhere=parts), tmp_path / "many", ["gpkg"])
    one, many = (tmp_path / name / "new_units.gpkg" for name in ("one", "many"))
    assert one.read_bytes() == many.read_bytes()
    read = gpd.read_file(many, layer="old_units")
    assert read["post"].fillna("").tolist() == ["1", "2", "3", "4a", "", "6"]
    assert read.geometry.area.sum() == pytest.approx(6e6)
