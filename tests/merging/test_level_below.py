"""Communes that live on inside the new one are a level below, in files and on the map."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import orjson
import pandas as pd
import pyogrio
import pytest
from commands import run

from geo_merge.maps.display import display
from geo_merge.merging.merge import merge
from geo_merge.merging.result import MergeResult
from geo_merge.results.files import load_result, write

Grid = Callable[..., gpd.GeoDataFrame]
# Two communes merge, the others are one by themselves and one that is kept.
TABLE = pd.DataFrame({
    "old_code": ["00001", "00002", "00003"], "new_code": ["N1", "N1", "N2"],
    "new_name": ["Saint-Jean-des-Prés", "Saint-Jean-des-Prés", "Lys"],
})  # fmt: skip
TYPE = "commune déléguée"


def merged(grid: Grid, table: pd.DataFrame = TABLE, below: str | None = TYPE) -> MergeResult:
    old = grid(population=[10, 20, 30, 40], is_piece=False)
    return merge(old, table, unlisted="keep", below=below)


def test_merged_units_live_on_if_asked(grid: Grid) -> None:
    result = merged(grid)
    assert result.old["below_type"].to_dict() == {
        "00001": TYPE, "00002": TYPE, "00003": "", "00004": ""}  # fmt: skip
    assert result.summary["below"] == {TYPE: 2}
    assert result.summary["after"]["count"] == 3


def test_nothing_is_kept_below_unless_asked(grid: Grid, tmp_path: Path) -> None:
    result = merged(grid, TABLE.assign(below_type=""), below=None)
    assert "below_type" not in result.old
    assert "below" not in result.summary
    write(result, tmp_path)
    assert not (tmp_path / "below.geojson").exists()


def test_the_crosswalk_says_which_live_on(grid: Grid) -> None:
    result = merged(grid, TABLE.assign(below_type=["", "commune associée", ""]))
    assert result.summary["below"] == {"commune associée": 1}


def test_a_column_that_says_so_asks(grid: Grid) -> None:
    result = merged(grid, TABLE.assign(below_type=["", "commune associée", ""]), below=None)
    assert result.summary["below"] == {"commune associée": 1}


def test_the_level_is_a_file_and_a_layer(grid: Grid, tmp_path: Path) -> None:
    result = merged(grid)
    write(result, tmp_path, formats=["gpkg"])
    below = gpd.read_file(tmp_path / "below.geojson").set_index("code")
    assert below.index.tolist() == ["00001", "00002"]
    assert below["unit_type"].tolist() == [TYPE, TYPE]
    assert below["new_code"].tolist() == ["N1", "N1"]
    assert below["population"].tolist() == [10, 20]
    assert below["area_km2"].sum() == pytest.approx(result.new.loc["N1", "area_km2"], rel=1e-6)
    shapes = {f["properties"]["code"]: f["geometry"] for f in orjson.loads(
        (tmp_path / "old_units.geojson").read_bytes())["features"]}  # fmt: skip
    for feature in orjson.loads((tmp_path / "below.geojson").read_bytes())["features"]:
        assert feature["geometry"] == shapes[feature["properties"]["code"]]
    assert "below" in pyogrio.list_layers(tmp_path / "new_units.gpkg")[:, 0]
    again = load_result(tmp_path)
    write(again, tmp_path / "again")
    assert len(gpd.read_file(tmp_path / "again" / "below.geojson")) == 2


def test_the_map_knows_which_live_on(grid: Grid) -> None:
    units = orjson.loads(display(merged(grid)).geometry)["before"]
    assert [u["below"] for u in units] == [TYPE, TYPE, "", ""]


def test_the_command_keeps_a_level_below(grid: Grid, tmp_path: Path) -> None:
    grid().to_crs(4326).reset_index().to_file(tmp_path / "old.gpkg")
    TABLE.to_csv(tmp_path / "table.csv", index=False)
    done = run("build", "old.gpkg", "--crosswalk", "table.csv", "--unlisted", "keep",
               "--below", TYPE, "--out", "out", cwd=tmp_path)  # fmt: skip
    assert done.code == 0, done.err
    assert "Living on inside the new units: 2 commune déléguée" in done.out
    assert (tmp_path / "out" / "below.geojson").exists()
