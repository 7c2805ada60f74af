"""A merger over Dask's workers: the same as on one machine, whatever happens to a worker."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import dask
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from clusters import threads
from commands import run
from conftest import ORIGIN, ROOT
from distributed import Client, LocalCluster

from geo_merge.api import read_units
from geo_merge.cluster.connect import connect
from geo_merge.cluster.engine import merged
from geo_merge.cluster.reading import read_remote
from geo_merge.cluster.remote import NOWHERE
from geo_merge.errors import ClusterError, GeoMergeError, LayerError, UsageError
from geo_merge.geometry.dissolve import dissolve_groups
from geo_merge.geometry.rings import Ints
from geo_merge.jobs.job import Job
from geo_merge.mending import RepairOptions
from geo_merge.results.files import write
from geo_merge.units.unlisted import Unlisted
from geo_merge.vietnam.country import VIETNAM
from geo_merge.vocabulary.limits import Sizes

sys.path.insert(0, str(ROOT / "tests" / "benchmarks"))
from layers import CODE, GROUP, national_units, shifted

Grid = Callable[..., gpd.GeoDataFrame]
MEMORY = "800 MiB"
SAMPLE = ROOT / "shapes"


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a scheduler with two workers."""
    with threads() as address:
        yield address


@pytest.fixture
def client(scheduler: str) -> Iterator[Client]:
    with connect(scheduler) as client:
        yield client


def in_parts(frame: gpd.GeoDataFrame, folder: Path, n: int, seed: int = 0) -> Path:
    """Write a layer in parts, its rows dealt out to them at random."""
    folder.mkdir()
    rows = np.random.default_rng(seed).permutation(len(frame))
    for k, share in enumerate(np.array_split(rows, n)):
        frame.iloc[share].reset_index().to_parquet(folder / f"part.{k}.parquet", index=False)
    return folder


def dirty(grid: Grid) -> gpd.GeoDataFrame:
    """A grid of 6 x 4 with all that can be wrong with a layer and does not stop a run."""
    frame = grid(
        6,
        4,
        MaHuyen=[f"H{k % 6 // 3}" for k in range(24)],
        TenHuyen="Huyện",
        MaTinh="T1",
        TenTinh="Tỉnh",
    )
    frame["name"] = ["Xã 1" if k == 1 else name for k, name in enumerate(frame["name"])]
    x, y = ORIGIN
    shapes = np.asarray(frame.geometry.values)
    shapes[3] = shapely.box(x + 3000, y, x + 4002, y + 1000)  # overlaps the next by 2 m
    shapes[8] = shapely.box(x + 2000, y + 1000, x + 2990, y + 2000)  # a gap of 10 m
    shapes[10] = None
    shapes[15] = shapely.Polygon([(x, y), (x + 9, y + 9), (x, y + 9), (x + 9, y)])  # a bow tie
    shapes[20] = shapely.box(x + 90_000, y, x + 91_000, y + 1000)  # astray
    frame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    return frame.rename(index={"00006": "0000A"})


def crosswalk(frame: gpd.GeoDataFrame, folder: Path, size: int = 5) -> Path:
    """Write a crosswalk that joins units whose rows follow each other."""
    path = folder / "crosswalk.csv"
    codes = [f"N{k // size}" for k in range(len(frame))]
    table = pd.DataFrame({"old_code": frame.index, "new_code": codes, "new_name": codes})
    table.to_csv(path, index=False)
    return path


def files(folder: Path) -> dict[str, bytes]:
    """All that a run wrote but its manifest, which tells the time."""
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name != "manifest.json"}


def test_a_layer_in_parts_is_read_as_on_one_machine(
    grid: Grid, client: Client, tmp_path: Path
) -> None:
    folder = in_parts(dirty(grid), tmp_path / "units", 3)
    units, remote = read_remote(client, folder)
    whole = read_units(folder)
    pd.testing.assert_frame_equal(units.drop(columns="geometry"), whole.drop(columns="geometry"))
    assert units.attrs == whole.attrs
    assert units.crs == whole.crs
    there = np.array([23, 0, 10, 5])
    assert (
        shapely.to_wkt(remote.fetch(there)).tolist()
        == shapely.to_wkt(whole.geometry.values[there]).tolist()
    )
    assert remote.fetch(there[:0]).tolist() == []


def count(
    frame: gpd.GeoDataFrame, units: Ints, *, least: int
) -> tuple[list[str], list[int], float]:
    return frame["name"].tolist(), units.tolist(), float(frame.area.sum()) + least


def test_a_group_in_many_parts_comes_out_whole(grid: Grid, client: Client, tmp_path: Path) -> None:
    folder = in_parts(grid(5, 4), tmp_path / "units", 4)
    units, remote = read_remote(client, folder)
    groups = np.arange(20) % 3
    groups[4] = NOWHERE
    found = remote.by_group(count, groups, units[["name"]], least=7)
    for k, (names, positions, area) in enumerate(found):
        here = np.flatnonzero(groups == k)
        assert positions == here.tolist()
        assert names == units["name"].iloc[here].tolist()
        assert area == len(here) * 1e6 + 7
    assert remote.by_group(count, np.full(20, NOWHERE), least=0) == []


def dissolve_or_die(frame: gpd.GeoDataFrame, units: Ints, *, once: Path | None) -> bytes:
    """Dissolve units; the first worker that does is killed, or every one."""
    if once is None or not once.exists():
        if once is not None:
            once.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    (one,) = dissolve_groups(np.asarray(frame.geometry.values), np.zeros(len(units), dtype=int))
    wkb: bytes = shapely.to_wkb(one.geometry)
    return wkb


@pytest.fixture
def job(grid: Grid, tmp_path: Path) -> Job:
    frame = dirty(grid)
    return Job(
        country=VIETNAM,
        old=(in_parts(frame, tmp_path / "units", 4),),
        crosswalk=crosswalk(frame, tmp_path),
    )


def test_a_worker_that_dies_changes_nothing_and_all_files_are_those_of_one_machine(
    grid: Grid, job: Job, tmp_path: Path
) -> None:
    """On workers that are processes: one dies, and a merger follows on those that are left."""
    frame = grid(6, 5)
    folder = in_parts(frame, tmp_path / "thirty", 4)
    write(job.run(), tmp_path / "one", allow_errors=True, formats=["gpkg", "xlsx"])
    with connect(workers=2, memory=MEMORY) as client:
        units, remote = read_remote(client, folder)
        groups = np.arange(30) // 10
        before = set(client.run(os.getpid).values())
        found = remote.by_group(dissolve_or_die, groups, once=tmp_path / "died")
        assert len(before - set(client.run(os.getpid).values())) == 1
        again = remote.fetch(np.arange(30))
        with merged(job, scheduler=client.scheduler.address) as result:
            checks = set(result.findings["check"])
            write(result, tmp_path / "many", allow_errors=True, formats=["gpkg", "xlsx"])
    whole = np.asarray(read_units(folder).geometry.values)
    assert found == [shapely.to_wkb(d.geometry) for d in dissolve_groups(whole, groups)]
    assert shapely.equals_identical(again, whole).all()
    assert len(units) == 30
    assert {"C02", "C04", "G01", "G04", "G06", "K06"} <= checks
    one, many = files(tmp_path / "one"), files(tmp_path / "many")
    assert [name for name in one if one[name] != many.get(name)] == []
    assert set(many) == set(one)


def test_workers_that_die_over_and_over_are_told_in_a_sentence_and_leave_nothing(
    grid: Grid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = in_parts(grid(2, 2), tmp_path / "units", 2)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))

    def work() -> None:
        with connect(workers=1, memory=MEMORY) as client:
            _, remote = read_remote(client, folder)
            remote.by_group(dissolve_or_die, np.zeros(4, dtype=int), once=None)

    dies = "Workers died 1 time over the same part .* smaller parts"
    once = dask.config.set({"distributed.scheduler.allowed-failures": 0})
    with once, pytest.raises(ClusterError, match=dies):
        work()
    assert list(temporary.iterdir()) == []


def test_what_a_job_can_be_told_is_told_to_a_cluster(
    grid: Grid, scheduler: str, tmp_path: Path
) -> None:
    """Each option is told to readers and checks alike, wherever the polygons are."""
    frame = grid(6, 4).rename(columns={"name": "NAZEV"}).assign(DRUH="xã")
    x, y = ORIGIN
    frame = frame.drop(frame.index[8])  # a lake, with a field of its own that no heading tells
    lake = gpd.GeoDataFrame(geometry=[shapely.box(x + 2000, y + 1000, x + 3000, y + 2000)],
                            crs=frame.crs)  # fmt: skip
    lake.to_file(tmp_path / "lake.gpkg")
    astray = shapely.box(x + 90_000, y, x + 91_000, y + 1000)
    shapes = np.asarray(frame.geometry.values).copy()
    shapes[-1] = astray
    frame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    table = crosswalk(frame.iloc[:-4], tmp_path)
    units = tmp_path / "units.gpkg"
    frame.reset_index().to_file(units, layer="communes")
    lake.to_file(units, layer="lakes")
    told = Job(
        old=(units,), crosswalk=table, layers={units: "communes"}, name_field="NAZEV",
        fields={"unit_type": "DRUH"}, water=tmp_path / "lake.gpkg", unlisted=Unlisted.KEEP,
        below="xã cũ", accept=frozenset({"G06"}), country=VIETNAM,
    )  # fmt: skip
    one = told.run()
    assert one.summary["kept"] == 4
    assert one.summary["below"] == {"xã cũ": 19}
    assert [a["check"] for a in one.provenance["accepted"]] == ["G06"]
    write(one, tmp_path / "one")
    with merged(told, scheduler=scheduler) as many:
        write(many, tmp_path / "many")
    assert files(tmp_path / "many") == files(tmp_path / "one")
    assert "below.geojson" in files(tmp_path / "many")


def same_run(job: Job, scheduler: str, folder: Path) -> pd.DataFrame:
    """Run a job on one machine and on workers; all files must be the same but for the time."""
    write(job.run(), folder / "one", allow_errors=True)
    with merged(job, scheduler=scheduler) as many:
        write(many, folder / "many", allow_errors=True)
    one, other = files(folder / "one"), files(folder / "many")
    assert set(one) == set(other)
    assert [name for name in one if one[name] != other[name]] == []
    manifests = [json.loads((folder / run / "manifest.json").read_text("utf-8"))
                 for run in ("one", "many")]  # fmt: skip
    for manifest in manifests:
        del manifest["time"]
    assert manifests[0] == manifests[1]
    return pd.read_csv(folder / "one" / "ledger.csv", index_col="quantity")


def test_so_they_are_where_borders_between_files_are_drawn_otherwise(
    scheduler: str, tmp_path: Path
) -> None:
    """Of the sample in its two zones, one file has vertices that the other lacks, in rounded parts."""
    one, other = (gpd.read_file(layer) for layer in sorted(SAMPLE.glob("*.shp")))
    assert one.crs != other.crs
    dense = shapely.segmentize(one.geometry.values, 3000)
    one.set_geometry(gpd.GeoSeries(dense, crs=one.crs)).to_file(tmp_path / "dense.shp")
    rounded = shapely.transform(np.asarray(other.geometry.values), lambda xy: np.round(xy, 2))
    other = other.set_geometry(gpd.GeoSeries(rounded, crs=other.crs)).set_index("MaXa")
    parts = in_parts(other, tmp_path / "rounded", 3)
    job = Job(country=VIETNAM, old=(tmp_path / "dense.shp", parts),
              crosswalk=SAMPLE / "crosswalk.csv")  # fmt: skip
    ledger = same_run(job, scheduler, tmp_path)
    assert ledger.at["seam_largest_move_m", "ok"]
    assert 0.001 < ledger.at["seam_largest_move_m", "after"] < 0.02
    assert ledger.at["seam_area_change_m2", "after"] != 0


def test_so_they_are_for_three_files_of_one_crs(grid: Grid, scheduler: str, tmp_path: Path) -> None:
    """Three columns of a grid each; the second is 4 mm off, the third has a vertex of its own."""
    frame = grid(6, 4)
    x, y = ORIGIN
    column = np.arange(24) % 6 // 2
    shapes = np.asarray(frame.geometry.values).copy()
    shapes[column == 1] = shapely.transform(shapes[column == 1], lambda xy: xy + 0.004)
    shapes[4] = shapely.Polygon([(x + 4000, y), (x + 5000, y), (x + 5000, y + 1000),
                                 (x + 4000, y + 1000), (x + 4000, y + 400)])  # fmt: skip
    frame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    layers = [tmp_path / f"{k}.gpkg" for k in range(3)]
    for k, layer in enumerate(layers):
        frame[column == k].reset_index().to_file(layer)
    job = Job(country=VIETNAM, old=tuple(layers), crosswalk=crosswalk(frame, tmp_path))
    ledger = same_run(job, scheduler, tmp_path)
    assert 0.004 < ledger.at["seam_largest_move_m", "after"] < 0.006


def test_so_they_are_for_bac_ninh_in_its_two_zones(
    bac_ninh: Path, scheduler: str, tmp_path: Path
) -> None:
    parts = [in_parts(gpd.read_file(bac_ninh / f"{name}.shp").set_index("MaXa"), tmp_path / name, 4)
             for name in ("bac_giang_communes", "bac_ninh_communes")]  # fmt: skip
    job = Job(country=VIETNAM, old=tuple(parts), crosswalk=bac_ninh / "crosswalk.csv",
              declared=bac_ninh / "official_statistics_2025.csv")  # fmt: skip
    assert same_run(job, scheduler, tmp_path)["ok"].all()


def peak() -> int:
    """The bytes that a process took at most; `getrusage` would count its parent's as well."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(re.search(r"VmHWM:\s*(\d+) kB", status)[1]) * 1024


def test_three_times_the_country_fits_in_workers_of_five_quarters_of_a_gigabyte(
    vietnam: Path, tmp_path: Path
) -> None:
    """21 million vertices, 340 MB of coordinates: a worker never has all of them."""
    units = pd.concat([shifted(national_units(vietnam.parent), k) for k in range(3)])
    table = units[[CODE, GROUP]].set_axis(["old_code", "new_code"], axis=1)
    table["new_name"] = "Tỉnh " + table["new_code"]
    table.to_csv(tmp_path / "crosswalk.csv", index=False)
    folder = in_parts(units.set_index(CODE), tmp_path / "units", 12)
    job = Job(country=VIETNAM, old=(folder,), crosswalk=tmp_path / "crosswalk.csv")
    memory = 5 * 2**28
    with connect(workers=2, memory=memory) as client:
        before = client.run(os.getpid)
        with merged(job, scheduler=client.scheduler.address) as result:
            assert result.ledger["ok"].all()
            assert result.new["members"].map(set).explode().nunique() == 3 * 3321
            new = result.new.assign(square_degrees=shapely.area(result.new.to_crs(4326).geometry))
        assert client.run(os.getpid) == before  # no worker died of its limit and came back
        assert max(client.run(peak).values()) < memory
    one, *others = (new[new.index.str.startswith(f"{k}")].reset_index() for k in range(3))
    assert len(one) == 34
    # Each copy has come out like the first: but for the bend of lines far from the middle of the
    # zone, in which neighbours that draw a border with different vertices come apart.
    for other in others:
        assert one["member_count"].tolist() == other["member_count"].tolist()
        np.testing.assert_allclose(one["square_degrees"], other["square_degrees"], rtol=1e-6)


def test_each_file_may_be_as_large_as_the_sizes_say(
    grid: Grid, client: Client, tmp_path: Path
) -> None:
    folder = in_parts(grid(3, 2), tmp_path / "units", 3)
    units, _ = read_remote(client, folder, sizes=Sizes(features=2))
    assert len(units) == 6
    with pytest.raises(LayerError, match=r"part\.\d\.parquet has 2 features, more than 1 \[S05\]"):
        read_remote(client, folder, sizes=Sizes(features=1))


def test_parts_of_several_kinds_are_told_before_any_work(
    grid: Grid, scheduler: str, tmp_path: Path
) -> None:
    folder = in_parts(grid(3, 2), tmp_path / "units", 2)
    gpd.read_parquet(folder / "part.1.parquet").to_crs(9209).to_parquet(folder / "part.1.parquet")
    job = Job(country=VIETNAM, old=(folder,), crosswalk=crosswalk(grid(3, 2), tmp_path))
    with (
        pytest.raises(GeoMergeError, match=r"part\.1\.parquet is in EPSG:9209"),
        merged(job, scheduler=scheduler),
    ):
        pytest.fail("nothing can be merged")


def test_the_command_writes_what_one_machine_writes(
    grid: Grid, scheduler: str, tmp_path: Path
) -> None:
    frame = grid(4, 3)
    common = (
        "build",
        in_parts(frame, tmp_path / "units", 3),
        "--crosswalk",
        crosswalk(frame, tmp_path),
    )
    many = run(*common, "--engine", "dask", "--scheduler", scheduler, "--out", tmp_path / "many")
    one = run(*common, "--out", tmp_path / "one")
    assert (many.code, many.out) == (one.code, one.out)
    assert files(tmp_path / "many") == files(tmp_path / "one")


def test_no_scheduler_is_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    job = Job(country=VIETNAM, old=(tmp_path,), crosswalk=tmp_path / "none.csv")
    for address in (f"tcp://127.0.0.1:{port}", "nonsense://x"):
        with (
            pytest.raises(ClusterError, match=rf"--scheduler {address}: no Dask scheduler answers"),
            merged(job, scheduler=address, timeout=0.5),
        ):
            pytest.fail("there is no cluster")


def test_workers_that_do_not_start_are_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each reads the script that started it, which may fail there, or be gone."""
    script = types.ModuleType("__main__")
    script.__file__ = str(tmp_path / "gone.py")
    monkeypatch.setitem(sys.modules, "__main__", script)
    with (
        pytest.raises(ClusterError, match="No worker of Dask started; a script of your own"),
        connect(workers=1, memory=MEMORY),
    ):
        pytest.fail("there are no workers")


def test_a_scheduler_without_workers_is_a_sentence() -> None:
    with (
        LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0", processes=False) as empty,
        pytest.raises(ClusterError, match="the scheduler has no workers; start some"),
        connect(empty.scheduler_address),
    ):
        pytest.fail("there are no workers")


def test_what_needs_the_whole_layer_is_refused(tmp_path: Path) -> None:
    for options in ({"repair": RepairOptions()}, {"divide": tmp_path / "pieces.gpkg"}):
        with (
            pytest.raises(UsageError, match=rf"--engine dask cannot do --{next(iter(options))}"),
            merged(Job(country=VIETNAM, old=(tmp_path,), **options)),
        ):
            pytest.fail("that cannot be done")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--engine", "spark"), "--engine spark: unknown; give local or dask."),
        (("--scheduler", "tcp://127.0.0.1:1"), "add --engine dask"),
    ],
)
def test_options_that_make_no_sense(options: tuple[str, ...], message: str, tmp_path: Path) -> None:
    ran = run("build", *options, "--out", tmp_path / "out")
    assert ran.code == 2
    assert message in ran.err
    assert not (tmp_path / "out").exists()


def test_without_the_extra_the_command_names_it(tmp_path: Path) -> None:
    code = "import sys; sys.modules['dask'] = None; from geo_merge.cli.main import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", code, "build", "--engine", "dask", "--out", str(tmp_path / "out")],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert ran.returncode == 2
    assert 'pip install "geo-merge[dask]"' in ran.stderr
    assert not (tmp_path / "out").exists()
