"""Holes that are right: water, land of others, what the outline has not either."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import orjson
import pandas as pd
import pytest
import shapely
from commands import run
from conftest import CRS, square
from shapely.geometry.base import BaseGeometry

from geo_merge.errors import UsageError
from geo_merge.jobs.job import Job
from geo_merge.jobs.preview import look
from geo_merge.merging.merge import validate

Y_TOP = square(1, 1).bounds[3]
Grid = Callable[..., gpd.GeoDataFrame]


def polygons(*shapes: BaseGeometry) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), crs=CRS)


def with_lake(grid: Grid, columns: int = 3) -> gpd.GeoDataFrame:
    """Communes without the land of the middle one of nine: a hole of 1 km²."""
    return grid(columns, 3).drop(index="00005" if columns == 3 else f"{columns + 2:05d}")


def corner(size: float) -> BaseGeometry:
    """Return a square in the south-west of the middle one of nine."""
    x, y = square(1, 1).bounds[:2]
    return shapely.box(x, y, x + size, y + size)


def holes(frame: gpd.GeoDataFrame, **known: object) -> list[tuple[str, str]]:
    found = validate(frame, **known).query("check == 'C02'")  # type: ignore[arg-type]
    return list(zip(found["severity"], found["message"], strict=True))


def test_a_hole_of_which_nothing_is_known_is_an_error(grid: Grid) -> None:
    ((severity, _),) = holes(with_lake(grid))
    assert severity == "error"


@pytest.mark.parametrize("option", ["water", "enclaves"])
def test_water_and_land_of_others_make_a_hole_right(grid: Grid, option: str) -> None:
    ((severity, told),) = holes(with_lake(grid), **{option: polygons(square(1, 1))})
    assert severity == "info"
    assert ("is water." if option == "water" else "is land of others.") in told


def test_a_shore_drawn_otherwise_is_told(grid: Grid) -> None:
    """A lake of another map ends 20 m before its shore: 78,400 m² of a ring of 20 m."""
    ((severity, told),) = holes(with_lake(grid), water=polygons(square(1, 1).buffer(-20)))
    assert severity == "info"
    assert "is water (but for 78,3" in told


@pytest.mark.parametrize(
    "lake",
    [square(1, 1).buffer(-60), shapely.box(*square(1, 1).bounds[:2], *square(1.9, 1.8).bounds[:2])],
)
def test_land_beside_the_water_is_missing_still(grid: Grid, lake: BaseGeometry) -> None:
    ((severity, _),) = holes(with_lake(grid), water=polygons(lake))
    assert severity == "error"


def test_a_narrow_gap_is_no_lake_because_there_is_one_elsewhere(grid: Grid) -> None:
    frame = grid(3, 3)
    frame.loc["00005", "geometry"] = square(1, 1).intersection(square(1.02, 1))
    ((severity, _),) = holes(frame, water=polygons(square(9, 9)))
    assert severity == "error"


def test_units_whose_holes_are_of_others(grid: Grid) -> None:
    frame = grid(1, 1)
    frame["geometry"] = [square(0, 0).difference(square(0.2, 0.2, 300))]
    assert [s for s, _ in holes(frame)] == ["error"]
    assert [s for s, _ in holes(frame, enclaves=["00001"])] == ["info"]
    assert [s for s, _ in holes(frame, enclaves=["1"])] == ["info"]
    # Between two units it takes both.
    assert [s for s, _ in holes(with_lake(grid), enclaves=["00004"])] == ["error"]
    with pytest.raises(UsageError, match="--enclave 77777"):
        holes(frame, enclaves=["77777"])


def test_an_outline_that_touches_a_hole_along_a_line_leaves_no_land(grid: Grid) -> None:
    """What the outline has of the hole is a spur of no width, and a strip of 0.04 m."""
    frame = with_lake(grid)
    strip = shapely.box(*square(1, 1).bounds[:2], square(1, 1).bounds[0] + 0.04, Y_TOP)
    outline = polygons(*frame.geometry, strip)
    assert [s for s, _ in holes(frame, outline=outline)] == ["info"]


def test_many_are_told_once_the_largest_first(grid: Grid) -> None:
    frame = grid(1, 1)
    sizes = range(20, 55, 5)
    lakes = [shapely.affinity.translate(shapely.box(0, 0, size, size), 400_010 + 100 * k, 2_350_010)
             for k, size in enumerate(sizes)]  # fmt: skip
    frame["geometry"] = [square(0, 0).difference(shapely.union_all(lakes))]
    outline = polygons(frame.geometry.iloc[0])
    ((severity, told),) = holes(frame, outline=outline)
    assert severity == "info"
    assert told.startswith("7 holes of 9,27")
    assert told.index("largest: 2,500 m²") < told.index("; 2,025 m²")


def test_a_hole_that_the_reference_has_too_is_a_warning(grid: Grid) -> None:
    frame = with_lake(grid)
    ((severity, told),) = holes(frame, reference=frame)
    assert severity == "warning"
    assert "which the reference has too." in told
    drawn_otherwise = frame.copy()
    drawn_otherwise.loc["00001", "geometry"] = square(0, 0).union(corner(200))
    ((severity, told),) = holes(frame, reference=drawn_otherwise)
    assert severity == "warning"
    assert "(but for 39,9" in told


def test_a_unit_that_the_reference_has_is_missing_still(grid: Grid) -> None:
    frame = with_lake(grid)
    whole = grid(3, 3)
    half = whole.copy()
    half.loc["00005", "geometry"] = corner(500)
    around_one_side = frame.loc[["00001", "00002", "00003", "00004", "00007", "00008"]]
    for reference in (whole, half, around_one_side):
        assert [severity for severity, _ in holes(frame, reference=reference)] == ["error"]


def test_many_holes_of_a_reference_are_one_warning(grid: Grid) -> None:
    frame = grid(9, 3).drop(index=[f"{number:05d}" for number in (11, 13, 15, 17)])
    ((severity, told),) = holes(frame, reference=frame)
    assert severity == "warning"
    assert told.startswith("4 holes of ")
    assert told.count(" m² at ") == 4


def test_a_narrow_gap_of_both_is_no_lake(grid: Grid) -> None:
    frame = grid(2, 1)
    slit = shapely.box(*square(1, 0.2).bounds[:2], *square(1.002, 0.8).bounds[:2])
    frame.loc["00002", "geometry"] = square(1, 0).difference(slit)
    assert [severity for severity, _ in holes(frame, reference=frame)] == ["error"]


def test_missing_land_of_an_outline_is_no_water(grid: Grid) -> None:
    frame = grid(2, 1)
    outline = polygons(shapely.union_all([*frame.geometry, square(2, 0)]))
    missing = validate(frame, outline=outline).query("check == 'C06'")
    assert len(missing) == 1
    assert validate(frame, outline=outline, water=polygons(square(2, 0))).empty


def test_inlets_that_the_outline_has_are_one_note(grid: Grid) -> None:
    frame = grid(2, 1)
    slit = shapely.box(*square(0.9997, 0).bounds[:2], *square(1, 0.8).bounds[:2])
    frame.loc["00001", "geometry"] = square(0, 0).difference(slit)
    (inlet,) = validate(frame).query("check == 'C07'").itertuples()
    assert inlet.severity == "warning"
    outline = polygons(shapely.union_all(list(frame.geometry)))
    (note,) = validate(frame, outline=outline).query("check == 'C07'").itertuples()
    assert (note.severity, note.value) == ("info", inlet.value)


def test_commands_take_water_and_enclaves(grid: Grid, tmp_path: Path) -> None:
    frame = with_lake(grid).to_crs(4326)
    frame.to_file(tmp_path / "old.gpkg")
    polygons(square(1, 1)).to_file(tmp_path / "lake.gpkg")
    table = pd.DataFrame({"old_code": frame.index, "new_code": "N", "new_name": "N"})
    table.to_csv(tmp_path / "table.csv", index=False)
    build = ["build", "old.gpkg", "--crosswalk", "table.csv", "--out", "out"]
    assert run(*build, cwd=tmp_path).code == 1
    done = run(*build, "--water", "lake.gpkg", cwd=tmp_path)
    assert done.code == 0, done.err
    manifest = orjson.loads((tmp_path / "out" / "manifest.json").read_bytes())
    assert [Path(each["file"]).name for each in manifest["inputs"]][-1] == "lake.gpkg"
    seen = run("validate", "old.gpkg", "--out", "seen", cwd=tmp_path)
    assert "--water findings.geojson of this result" in seen.out
    looked_at = str(Path("seen") / "findings.geojson")  # what was found, given back as water
    for _ in ("of validate", "of build, over the result itself"):
        assert run(*build, "--water", looked_at, cwd=tmp_path).code == 0
        looked_at = str(Path("out") / "findings.geojson")
    for given in (["lake.gpkg"], [*frame.index]):
        chosen = [part for one in given for part in ("--enclave", one)]
        assert run("validate", "old.gpkg", *chosen, cwd=tmp_path).code == 0
    assert run(*build, "--enclave", "none.gpkg", cwd=tmp_path).code == 2


def test_a_piece_of_land_is_not_counted_as_a_unit(grid: Grid, tmp_path: Path) -> None:
    frame = grid(2, 2).to_crs(4326).reset_index()
    frame.loc[3, ["code", "unit_type"]] = ""
    path = tmp_path / "old.gpkg"
    frame.to_file(path)
    assert "3 units and 1 piece of land: " in run("validate", path).out
    counts = orjson.loads(run("validate", path, "--json").out)
    assert (counts["units"], counts["pieces"]) == (3, 1)
    (row,) = look(Job(old=(path,))).layers
    assert (row["units"], row["pieces"]) == (3, 1)
