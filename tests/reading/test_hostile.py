"""Input that means harm, and a machine that fails in the middle of a run."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo_merge.api import merge, read_crosswalk, read_table, read_units, validate
from geo_merge.errors import ExportError, GeoMergeError, LayerError, TableError
from geo_merge.results.files import write, write_findings
from geo_merge.vocabulary.limits import Sizes, describe

Grid = Callable[..., gpd.GeoDataFrame]
DRIVERS = {"kml": "LIBKML", "gml": "GML", "geojsonl": "GeoJSONSeq"}
WRITERS = {"gpkg": {}, "fgb": {}, "geojson": {}, "shp": {}, "parquet": {}}


def stored(frame: gpd.GeoDataFrame, folder: Path, kind: str) -> Path:
    path = folder / f"layer.{kind}"
    frame = frame.reset_index()
    if kind == "parquet":
        frame.to_parquet(path)
    else:
        degrees = kind in {"geojson", "geojsonl", "kml"}
        (frame.to_crs(4326) if degrees else frame).to_file(path, driver=DRIVERS.get(kind))
    return path


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        (Sizes(file_mb=0.0001), "MB, more than"),
        (Sizes(features=5), "has 6 features, more than 5"),
        (Sizes(vertices=29), "has 30 vertices, more than 29"),
    ],
)
def test_layers_that_are_too_large(
    grid: Grid, tmp_path: Path, kind: str, sizes: Sizes, message: str
) -> None:
    path = stored(grid(3, 2), tmp_path, kind)
    with pytest.raises(LayerError, match=rf"{message}.*\[S05\].*--limit"):
        read_units(path, sizes=sizes)
    assert len(read_units(path, sizes=Sizes(features=6, vertices=30))) == 6


def test_a_parquet_that_inflates(grid: Grid, tmp_path: Path) -> None:
    path = stored(grid(3, 2), tmp_path, "parquet")
    with pytest.raises(LayerError, match=r"MB inflated.*\[S05\]"):
        read_units(path, sizes=Sizes(archive_mb=0.0001))


@pytest.mark.parametrize(
    ("sizes", "message"),
    [(Sizes(table_mb=1e-5), "MB, more than"), (Sizes(table_rows=1), "2 rows, more than 1"),
     (Sizes(cell=3), "more than 3 characters")],
)  # fmt: skip
def test_tables_that_are_too_large(tmp_path: Path, sizes: Sizes, message: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n3,4567\n", "utf-8")
    with pytest.raises(TableError, match=message):
        read_table(path, sizes=sizes)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [(Sizes(archive_entries=2), "entries, more than 2"), (Sizes(archive_ratio=0.01), "would grow"),
     (Sizes(archive_mb=1e-4), "would grow")],
)  # fmt: skip
def test_archives_that_are_too_large(
    grid: Grid, tmp_path: Path, sizes: Sizes, message: str
) -> None:
    stored(grid(), tmp_path, "shp")
    path = tmp_path / "layer.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in tmp_path.glob("layer.???"):
            if part != path:
                archive.write(part, part.name)
    with pytest.raises(LayerError, match=message):
        read_units(path, sizes=sizes)
    assert len(read_units(path)) == 4


def test_every_limit_says_what_it_is() -> None:
    rows = list(describe())
    assert len({name for name, *_ in rows}) == len(rows)
    assert all(value > 0 and unit and meaning for _, value, unit, meaning in rows)


@pytest.mark.parametrize("blanks", [0, 100, 9_000])
def test_a_pipeline_named_geojson_reads_nothing(grid: Grid, tmp_path: Path, blanks: int) -> None:
    secret = stored(grid(), tmp_path, "gpkg")
    path = tmp_path / "x.geojson"
    steps = f"gdal vector pipeline ! read {secret} ! write --format=stream streamed_dataset"
    text = json.dumps({"type": "gdal_streamed_alg", "command_line": steps})
    path.write_text("{" + " " * blanks + text[1:])
    with pytest.raises(LayerError, match="F01"):
        read_units(path)


@pytest.mark.parametrize(
    "sql",
    [
        "create view layer as select * from kept",
        (
            "create view layer as with recursive r(n) as (select 1 union all select n + 1 from r) "
            "select kept.* from r, kept"
        ),
        "create virtual table layer using rtree(fid, a, b, c, d)",
    ],
    ids=["view", "endless view", "virtual table"],
)
def test_geopackages_of_views_are_refused(grid: Grid, tmp_path: Path, sql: str) -> None:
    path = stored(grid(), tmp_path, "gpkg")
    with sqlite3.connect(path) as db:
        for (name,) in db.execute(
            "select name from sqlite_master where type = 'trigger'"
        ).fetchall():
            db.execute(f'drop trigger "{name}"')
        db.execute("alter table layer rename to kept")
        db.execute(sql)
    db.close()
    with pytest.raises(LayerError, match=r"view.*S04"):
        read_units(path)


def test_links_are_not_written_through(grid: Grid, tmp_path: Path) -> None:
    """A link where a result should stand is another's file; one for a file of ours is replaced."""
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    out = tmp_path / "out"
    out.mkdir()
    for name in ("new_units.geojson", "findings.csv"):
        (out / name).symlink_to(mine)
    old = grid()
    with pytest.raises(ExportError, match=r"findings\.csv, new_units\.geojson: stand there"):
        write(merge(old, table_for(old)), out)
    assert {path.name for path in out.iterdir()} == {"new_units.geojson", "findings.csv"}
    for path in out.iterdir():
        path.unlink()
    write(merge(old, table_for(old)), out)
    (out / "new_units.geojson").unlink()
    (out / "new_units.geojson").symlink_to(mine)
    write(merge(old, table_for(old)), out)
    assert mine.read_text() == "mine"
    assert not (out / "new_units.geojson").is_symlink()
    linked = tmp_path / "link"
    linked.symlink_to(out, target_is_directory=True)
    write(merge(old, table_for(old)), linked)
    assert linked.is_symlink()


def table_for(old: gpd.GeoDataFrame, code: str = "N1") -> pd.DataFrame:
    return pd.DataFrame({"old_code": old.index, "new_code": code, "new_name": "Một"})


@pytest.mark.parametrize("code", ["../../evil", "CON", "nul.txt", "a/b\\c", ".", "A" * 300, "aux:"])
def test_codes_are_never_file_names(grid: Grid, tmp_path: Path, code: str) -> None:
    old = grid()
    out = tmp_path / "deep" / "out"
    plain = {
        p.name for p in write(merge(old, table_for(old)), tmp_path / "plain", formats=["gpkg"])
    }
    written = write(merge(old, table_for(old, code)), out, formats=["gpkg"])
    assert {p.name for p in written} == plain
    assert {p.name for p in out.iterdir()} == plain
    assert list(out.parent.iterdir()) == [out]


def test_findings_in_a_workbook_run_nothing(grid: Grid, tmp_path: Path) -> None:
    frame = grid(3, 2)
    frame["name"] = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "＝1"]
    frame.loc[["00001"], "geometry"] = [shapely.Polygon()]
    write_findings(validate(frame), tmp_path)
    book = openpyxl.load_workbook(tmp_path / "findings.xlsx")
    assert book.sheetnames == ["findings", "counts"]
    cells = [c for sheet in book for row in sheet for c in row]
    assert {c.data_type for c in cells} <= {"s", "n"}
    assert not any(str(c.value).startswith(("=", "+", "@")) for c in cells)
    assert book["findings"]["A2"].value.startswith("G01-")


def test_a_kill_in_the_middle_leaves_no_half_file(tmp_path: Path) -> None:
    """Killed at any moment, a folder holds whole files, and a manifest only if all are there."""
    out = tmp_path / "out"
    command = [sys.executable, "-m", "geo_merge", "build", "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True)
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    for seconds in (1.2, 2.0, 2.6):
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        # The next run removes the hidden workspace of one that was killed.
        after = {p.name: p.read_bytes() for p in out.iterdir() if p.is_file()}
        after.pop("manifest.json", None)  # the time of the run is in it
        assert after == {n: b for n, b in before.items() if n != "manifest.json"}


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("geojson", b'"layer"', b'"\x80ayer"'),
        ("geojson", b'"A"', b'"\x80"'),
        ("gpkg", b'CREATE TABLE "layer"', b'CREATE TABLE "\x80ayer"'),
        ("zip", b"layer.shp", b"layer.\x80hp"),
    ],
    ids=["layer name", "text", "table name", "entry name"],
)
@pytest.mark.filterwarnings("ignore")
def test_bytes_that_fuzzing_found(
    samples: dict[str, bytes], tmp_path: Path, kind: str, old: bytes, new: bytes
) -> None:
    path = tmp_path / f"x.{kind}"
    assert old in samples[kind]
    path.write_bytes(samples[kind].replace(old, new))
    with pytest.raises(GeoMergeError, match=r"\[F0[1-6]\]"):
        read_units(path)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Small valid files of every format."""
    folder = tmp_path_factory.mktemp("samples")
    shapes = shapely.box(*(np.array([[0, 0, 1, 1], [1, 0, 2, 1]]).T * 1000 + 400_000))
    frame = gpd.GeoDataFrame({"code": ["00001", "00002"], "name": ["A", "B"]}, geometry=shapes,
                             crs=9214).set_index("code")  # fmt: skip
    result = {}
    for kind in ("gpkg", "fgb", "geojson", "parquet", "kml", "gml", "geojsonl"):
        result[kind] = stored(frame, folder, kind).read_bytes()
    stored(frame, folder, "shp")
    with zipfile.ZipFile(folder / "layer.zip", "w") as archive:
        for part in ("shp", "shx", "dbf", "prj", "cpg"):
            archive.write(folder / f"layer.{part}", f"layer.{part}")
    result["zip"] = (folder / "layer.zip").read_bytes()
    result["csv"] = b"old_code,new_code,new_name\n00001,N1,A\n00002,N1,A\n"
    pd.read_csv(folder.joinpath("t.csv").write_bytes(result["csv"]) and folder / "t.csv").to_excel(
        folder / "t.xlsx", index=False
    )
    result["xlsx"] = (folder / "t.xlsx").read_bytes()
    return result


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(st.data())
@pytest.mark.parametrize(
    "kind",
    ["gpkg", "fgb", "geojson", "parquet", "zip", "csv", "xlsx", "kml", "gml", "geojsonl"],
)
@pytest.mark.filterwarnings("ignore")
def test_fuzzed_files_are_read_or_refused_in_words(
    samples: dict[str, bytes],
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
    data: st.DataObject,
) -> None:
    """Bytes changed, cut, doubled: a frame or a sentence comes of it, never a traceback."""
    content = bytearray(samples[kind])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        piece = data.draw(st.binary(min_size=0, max_size=8))
        content[at : at + data.draw(st.integers(0, 8))] = piece
        if len(content) < 2:
            break
    if data.draw(st.integers(0, 5)) == 0:
        del content[data.draw(st.integers(0, len(content))) :]
    path = tmp_path_factory.mktemp("fuzz") / f"x.{kind}"
    path.write_bytes(bytes(content))
    reader = read_crosswalk if kind in {"csv", "xlsx"} else read_units
    problems: tuple[str, ...] = ()
    try:
        frame = reader(path)
        if kind not in {"csv", "xlsx"}:
            assert set(validate(frame)["severity"]) <= {"error", "warning", "info"}
    except GeoMergeError as error:
        problems, frame = error.problems, None
    assert frame is not None or all(problem.strip() for problem in problems)
