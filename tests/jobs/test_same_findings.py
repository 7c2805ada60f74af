"""What validate finds is what build finds: a planner mends her layers before she merges them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from commands import run
from conftest import ORIGIN

from geo_merge.jobs.sample import sample_files
from geo_merge.merging.merge import merge, validate

Grid = Callable[..., gpd.GeoDataFrame]
_COLUMNS = ["id", "check", "severity", "units", "value", "message"]


def found(folder: Path) -> pd.DataFrame:
    """The findings of a run; those of drawing a map are not of the layer."""
    table = pd.read_csv(folder / "findings.csv", dtype=str, keep_default_na=False)
    return table[_COLUMNS].sort_values(_COLUMNS, ignore_index=True)


def compared(cwd: Path, *given: object) -> pd.DataFrame:
    build = run("build", *given, "--out", "built", cwd=cwd)
    check = run("validate", *given, "--out", "checked", cwd=cwd)
    assert build.code in {0, 1}, build.err
    assert check.code == build.code, check.err
    pd.testing.assert_frame_equal(found(cwd / "checked"), found(cwd / "built"))
    return found(cwd / "checked")


def test_of_the_sample(tmp_path: Path) -> None:
    layers, crosswalk = sample_files()
    declared = pd.DataFrame({"new_code": ["07210", "X"], "population": ["10", "20"]})
    declared.to_csv(tmp_path / "declared.csv", index=False)
    both = compared(tmp_path, *layers, "--crosswalk", crosswalk, "--declared", "declared.csv")  # fmt: skip
    assert {"K01", "G11", "D02"} <= set(both["check"])


def test_of_a_layer_with_defects_some_of_whose_units_are_divided(
    grid: Grid, tmp_path: Path
) -> None:
    x, y = ORIGIN
    old = grid(3, 2, population=[1, 2, 3, 4, 5, 10**7], rate=[1.5] * 6, odd=[1, 5, 2, 8, 3, 9])
    shapes = [*old.geometry]
    shapes[4] = shapely.box(x + 1000, y + 1010, x + 2002, y + 2000)
    old = old.set_geometry(gpd.GeoSeries(shapes, index=old.index, crs=old.crs))
    old.reset_index().to_file(tmp_path / "old.gpkg")
    table = pd.DataFrame({"old_code": ["00001", "00001", "00002", "00004", "00005"],
                          "new_code": ["N", "M", "N", "M", "M"]})  # fmt: skip
    table.assign(new_name=table["new_code"]).to_csv(tmp_path / "table.csv", index=False)
    line = shapely.LineString([(x - 9, y + 400), (x + 1009, y + 400)])
    gpd.GeoDataFrame(geometry=[line], crs=old.crs).to_file(tmp_path / "line.gpkg")
    both = compared(tmp_path, "old.gpkg", "--crosswalk", "table.csv", "--unlisted", "keep",
                    "--divide", "line.gpkg", "--rule", "rate=population")  # fmt: skip
    assert {"A01", "A05", "C02", "C04", "K05"} <= set(both["check"])
    refused = run("validate", "old.gpkg", "--divide", "line.gpkg", cwd=tmp_path)
    assert (refused.code, "add --crosswalk" in refused.err) == (2, True)


@pytest.mark.parametrize("check", ["A05", "A08"])
def test_figures_are_looked_at_without_a_crosswalk_too(grid: Grid, check: str) -> None:
    old = grid(population=[1, 10**7, 1, 1], area_km2=[1.0, 1.0, 9.0, 1.0])
    table = pd.DataFrame({"old_code": old.index, "new_code": "N", "new_name": "N"})
    alone, merged = validate(old), merge(old, table).findings
    (told,) = alone.loc[alone["check"] == check, "message"]
    assert [told] == merged.loc[merged["check"] == check, "message"].tolist()
