"""Several rows of one code: islands are joined, anything else is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from conftest import square

from geo_merge import merge, read_crosswalk, read_units
from geo_merge.errors import LayerError
from geo_merge.vocabulary.memory import findings_of, ledger_of

Grid = Callable[..., gpd.GeoDataFrame]


def islands(path: Path, **changes: list[Any]) -> Path:
    """Write a mainland, and a unit of 3,000 people on three islands of 1 km² each."""
    columns: dict[str, list[Any]] = {
        "code": ["00001", "00002", "00002", "00002"],
        "name": ["Xã 1", "Xã 2", "Xã 2", "Xã 2"],
        "unit_type": ["Xã"] * 4,
        "population": [500, 3000, 3000, 3000],
        "OBJECTID": [1, 2, 3, 4],
        "Shape_Area": [1e6, 1e6, 1e6, 1e6],
    }
    shapes = changes.pop("geometry", [square(2 * k, 0) for k in range(4)])
    frame = gpd.GeoDataFrame(columns | changes, geometry=shapes, crs=9214)
    frame.to_file(path)
    return path


def test_islands_are_joined_and_their_people_counted_once(tmp_path: Path) -> None:
    units = read_units(islands(tmp_path / "l.gpkg"))
    assert units.index.tolist() == ["00001", "00002"]
    assert units["population"].tolist() == [500, 3000]
    assert units["Shape_Area"].tolist() == [1e6, 3e6]
    assert units.geometry["00002"].area == pytest.approx(3e6)
    assert len(units.geometry["00002"].geoms) == 3
    (finding,) = [f for f in findings_of(units) if f.check == "K03"]
    assert finding.units == ("00002",)
    assert finding.message.startswith("3 rows were joined to 1 unit")
    (row,) = [r for r in ledger_of(units) if r.quantity == "joined_rows_m2"]
    assert row.before == pytest.approx(3e6)
    assert row.after == pytest.approx(3e6)


def test_what_was_joined_is_merged_with_all_its_people(tmp_path: Path) -> None:
    table = tmp_path / "c.csv"
    table.write_text("old_code,new_code,new_name\n00001,N,Mới\n00002,N,Mới\n")
    result = merge(read_units(islands(tmp_path / "l.gpkg")), read_crosswalk(table))
    assert result.new["population"].tolist() == [3500]
    assert not result.has_errors


def test_parts_that_share_edges_become_one_polygon(tmp_path: Path) -> None:
    shapes = [square(0, 2), square(0, 0), square(1, 0), square(1, 1)]
    units = read_units(islands(tmp_path / "l.gpkg", geometry=shapes))
    assert units.geometry["00002"].geom_type == "Polygon"
    assert units.geometry["00002"].area == pytest.approx(3e6)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"population": [500, 3000, 200, 3000]}, r"they differ in population\)"),
        ({"name": ["Xã 1", "Xã 2", "Xã 3", "Xã 2"]}, r"they differ in name\)"),
        ({"geometry": [square(k // 2, 0) for k in range(4)]}, r"they overlap by 1,000,000 m²"),
        ({"geometry": [square(0, 0), square(1, 0), None, square(3, 0)]}, "a valid polygon"),
    ],
)
def test_rows_that_are_no_islands_are_refused_with_the_reason(
    tmp_path: Path, changes: dict[str, list[Any]], why: str
) -> None:
    with pytest.raises(LayerError, match=why) as raised:
        read_units(islands(tmp_path / "l.gpkg", **changes))
    assert "Code 00002 stands on 3 rows" in str(raised.value)
    assert "--by code --keep-agreeing" in str(raised.value)


def test_nothing_is_joined_while_a_unit_is_missing(tmp_path: Path) -> None:
    with pytest.raises(LayerError, match=r"Code 00003 \(Xã 3\) .* \[K04\]"):
        read_units(islands(tmp_path / "l.gpkg"), expected={"00001": "Xã 1", "00003": "Xã 3"})


def test_the_same_code_in_two_files_is_no_island(tmp_path: Path, grid: Grid) -> None:
    one, two = grid(1, 1), grid(1, 1)
    two = two.set_geometry(gpd.GeoSeries([shapely.box(405000, 2350000, 406000, 2351000)],
                                         index=two.index, crs=two.crs))  # fmt: skip
    for name, frame in (("a.gpkg", one), ("b.gpkg", two)):
        pd.DataFrame.reset_index(frame).to_file(tmp_path / name)
    with pytest.raises(LayerError, match=r"differ in source_file"):
        read_units(tmp_path / "a.gpkg", tmp_path / "b.gpkg")
