"""A folder of GeoParquet parts is one layer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import run
from conftest import CRS, ORIGIN

from geo_merge.api import read_units
from geo_merge.errors import LayerError
from geo_merge.reading.parquet import read_parts
from geo_merge.vocabulary.limits import Sizes

Grid = Callable[..., gpd.GeoDataFrame]


@pytest.fixture
def parts(grid: Grid, tmp_path: Path) -> Path:
    """A dozen units, one a part: as text, part.10 would come before part.2."""
    folder = tmp_path / "units.parquet"
    folder.mkdir()
    frame = grid(4, 3).reset_index()
    for k in range(12):
        frame.iloc[[k]].to_parquet(folder / f"part.{k}.parquet", index=False)
    (folder / "_SUCCESS").touch()
    (folder / ".part.0.parquet.crc").touch()
    return folder


def test_parts_are_told_without_reading_them(parts: Path) -> None:
    told = read_parts(parts)
    assert [p.path.name for p in told] == [f"part.{k}.parquet" for k in range(12)]
    assert {p.rows for p in told} == {1}
    assert told[0].columns == {"code": "text", "name": "text", "unit_type": "text"}
    assert told[0].crs == CRS
    west, south = ORIGIN
    assert told[5].bounds == (west + 1000, south + 1000, west + 2000, south + 2000)


def test_a_folder_of_parts_is_one_layer_in_the_order_of_names(grid: Grid, parts: Path) -> None:
    units = read_units(parts)
    assert units.index.tolist() == grid(4, 3).index.tolist()
    assert units["source_row"].tolist() == list(range(1, 13))
    assert units.geometry.geom_equals(grid(4, 3).geometry).all()


def test_it_is_built_like_one_file(grid: Grid, parts: Path, tmp_path: Path) -> None:
    grid(4, 3).reset_index().to_parquet(tmp_path / "whole.parquet")
    table = tmp_path / "crosswalk.csv"
    rows = [f"{k:05d},N{k % 2},Mới {k % 2}" for k in range(1, 13)]
    table.write_text("\n".join(["old_code,new_code,new_name", *rows]), "utf-8")
    for source in (parts, tmp_path / "whole.parquet"):
        ran = run("build", source, "--crosswalk", table, "--out", tmp_path / f"of_{source.stem}")
        assert ran.code == 0, ran.err
    one, other = (tmp_path / f"of_{name}" / "new_units.geojson" for name in ("units", "whole"))
    assert one.read_bytes() == other.read_bytes()
    manifest = json.loads((tmp_path / "of_units" / "manifest.json").read_bytes())
    assert len(manifest["inputs"]) == 12 + 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.to_crs(9209), r"part\.3\.parquet is in EPSG:9209 .*part\.0\.parquet in EPSG:9214 .*\[R02\]"),
        (lambda f: f.set_crs(None, allow_override=True), r"part\.3\.parquet is in no known CRS.*\[R02\]"),
        (lambda f: f.drop(columns="name"), r"part\.3\.parquet has other columns .*\(no name\).*\[F04\]"),
        (lambda f: f.assign(note="x"), r"\(note besides\)"),
        (lambda f: f.assign(code=4), r"\(code is int64, not text\)"),
        (lambda f: f.rename_geometry("shape"), r"geometry in 'shape', but part\.0\.parquet in 'geometry'"),
    ],
)  # fmt: skip
def test_parts_that_differ_are_named(
    parts: Path, change: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame], message: str
) -> None:
    path = parts / "part.3.parquet"
    change(gpd.read_parquet(path)).to_parquet(path, index=False)
    with pytest.raises(LayerError, match=message) as caught:
        read_units(parts)
    assert len(caught.value.problems) == 1


def test_a_column_that_is_null_in_one_part_is_the_same_column(parts: Path) -> None:
    path = parts / "part.3.parquet"
    gpd.read_parquet(path).assign(name=None).to_parquet(path, index=False)
    names = read_units(parts)["name"]
    assert names.iloc[3] == ""
    assert names.iloc[4] == "Xã 5"


def test_what_is_no_part_is_named(parts: Path, tmp_path: Path) -> None:
    (parts / "notes.txt").touch()
    with pytest.raises(LayerError, match=r"holds notes\.txt beside its GeoParquet parts \[F01\]"):
        read_units(parts)
    (parts / "notes.txt").rename(parts / "part.12.parquet")
    with pytest.raises(LayerError, match=r"part\.12\.parquet cannot be read .*\[F03\]"):
        read_units(parts)
    pq.write_table(pa.table({"code": ["1"]}), parts / "part.12.parquet")
    with pytest.raises(LayerError, match=r"part\.12\.parquet is not a GeoParquet file .*\[F01\]"):
        read_units(parts)
    (tmp_path / "empty").mkdir()
    with pytest.raises(LayerError, match=r"empty holds no layer \[F01\]"):
        read_units(tmp_path / "empty")


@pytest.mark.parametrize("sizes", [Sizes(features=11), Sizes(file_mb=0.01), Sizes(archive_mb=1e-4)])
def test_sizes_are_those_of_all_parts_together(parts: Path, sizes: Sizes) -> None:
    with pytest.raises(LayerError, match=r"units\.parquet has .*\[S05\]"):
        read_units(parts, sizes=sizes)


def test_parts_that_geopandas_cannot_say_the_bounds_of(parts: Path) -> None:
    """Older writers leave the box out."""
    path = parts / "part.0.parquet"
    table = pq.read_table(path)
    geo = json.loads(table.schema.metadata[b"geo"])
    del geo["columns"]["geometry"]["bbox"]
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), path)
    assert read_parts(parts)[0].bounds is None
    assert len(read_units(parts)) == 12
