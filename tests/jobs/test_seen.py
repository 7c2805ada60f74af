"""What `convert` and `dissolve` say of rows that lie elsewhere than the rest of their layer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from commands import Ran, run

from geo_merge import read_units
from geo_merge.errors import CRSError

Grid = Callable[..., gpd.GeoDataFrame]
SAMPLE = Path(__file__).parents[2] / "shapes" / "bac_ninh_communes.shp"
COMMANDS = ["convert", "dissolve"]


def carried(frame: gpd.GeoDataFrame, rows: list[int], crs: int) -> gpd.GeoDataFrame:
    """Return a layer of which some rows have the coordinates of another CRS."""
    shapes = np.array(frame.geometry.values)
    shapes[rows] = np.asarray(frame.geometry.iloc[rows].to_crs(crs).values)
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def done(command: str, frame: gpd.GeoDataFrame, by: str, folder: Path, name: str) -> Ran:
    path = folder / name
    frame.to_file(path, **({"encoding": "UTF-8"} if name.endswith("shp") else {}))
    group = ["--by", by] if command == "dissolve" else []
    ran = run(command, path, folder / "out.geojson", *group, "--lang", "en")
    assert (ran.code == 0) == (folder / "out.geojson").exists()
    return ran


@pytest.mark.parametrize("name", ["l.shp", "l.gpkg"])
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("rows", "zone"), [(20, 9211), (70, 9214), (1, 9214)])
def test_rows_of_another_zone_are_refused_with_it(
    tmp_path: Path, command: str, name: str, rows: int, zone: int
) -> None:
    moved = carried(gpd.read_file(SAMPLE), list(range(rows)), zone)
    ran = done(command, moved, "TenHuyen", tmp_path, name)
    assert ran.code == 2
    assert f"{rows} of 121 rows are in another system than the rest (first rows 1" in ran.err
    assert f"EPSG:{zone} " in ran.err.partition("where they should lie [R02]")[0]
    with pytest.raises(CRSError, match=rf"{rows} of 121 rows .* EPSG:{zone} .*\[R02\]"):
        read_units(tmp_path / name)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_layer_in_a_false_zone_is_refused_as_by_all_commands(
    tmp_path: Path, command: str
) -> None:
    false = gpd.read_file(SAMPLE).set_crs(9211, allow_override=True)
    ran = done(command, false, "TenHuyen", tmp_path, "l.shp")
    assert ran.code == 2
    assert "51.9 km from where its communes are [R02]; by its names it is in EPSG:9209" in ran.err


@pytest.mark.parametrize("command", COMMANDS)
def test_degrees_among_metres_are_refused(grid: Grid, tmp_path: Path, command: str) -> None:
    units = grid(3, 2, g=[1, 1, 1, 2, 2, 2]).reset_index()
    ran = done(command, carried(units, [4], 4326), "g", tmp_path, "l.shp")
    assert ran.code == 2
    assert "1 of 6 rows are in another system than the rest (first rows 5" in ran.err


@pytest.mark.parametrize("command", COMMANDS)
def test_a_row_that_is_nowhere_on_earth_is_refused(
    grid: Grid, tmp_path: Path, command: str
) -> None:
    units = grid(3, 2, g=[1, 1, 1, 2, 2, 2]).reset_index()
    shapes = np.array(units.geometry.values)
    shapes[4] = shapely.transform(shapes[4], lambda xy: xy * 1000)
    lost = units.set_geometry(gpd.GeoSeries(shapes, crs=units.crs))
    ran = done(command, lost, "g", tmp_path, "l.shp")
    assert ran.code == 2
    assert "1 of 6 rows are nowhere on earth" in ran.err
    assert "(first rows 5; codes 00005;" in ran.err


@pytest.mark.parametrize("name", ["l.shp", "l.gpkg"])
@pytest.mark.parametrize("command", COMMANDS)
def test_rows_far_from_the_rest_are_told(
    grid: Grid, tmp_path: Path, command: str, name: str
) -> None:
    units = grid(3, 2, g=[1, 1, 1, 2, 2, 2]).reset_index()
    shapes = np.array(units.geometry.values)
    shapes[3:5] = shapely.transform(shapes[3:5], lambda xy: xy + np.array([0, 60_000]))
    far = units.set_geometry(gpd.GeoSeries(shapes, crs=units.crs))
    ran = done(command, far, "g", tmp_path, name)
    assert ran.code == 0
    assert "row 4, row 5 lie outside the rest of the layer, some 59 km away" in ran.err
    near = run(command, tmp_path / name, tmp_path / "o.geojson", "--limit", "far=60000",
               *(["--by", "g"] if command == "dissolve" else []))  # fmt: skip
    assert (near.code, near.err.count("\n")) == (0, 1)
