"""The harness of the benchmarks: it must not call wrong right, nor write what it did not measure."""

from __future__ import annotations

import csv
import json
import math
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from conftest import ROOT, square

sys.path.insert(0, str(ROOT / "tests" / "benchmarks"))

import jobs
import measure
import peers
import report
import right
from growth import growth_table
from layers import CODE, GROUP, Layer, part, write_layer


@pytest.fixture
def units(grid: Callable[..., gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Four columns by two rows of squares in degrees, joined to two provinces by columns."""
    frame = grid(4, 2).to_crs(4326).reset_index()
    frame[GROUP] = ["01" if k % 4 < 2 else "02" for k in range(8)]
    return frame.drop(columns="unit_type")


@pytest.fixture
def layer(units: gpd.GeoDataFrame, tmp_path: Path) -> Layer:
    return write_layer(units, tmp_path / "layer")


@pytest.fixture
def provinces(layer: Layer, tmp_path: Path) -> Path:
    """The right result of dissolving the layer."""
    path = tmp_path / "provinces.geojson"
    layer.frame[[GROUP, "geometry"]].dissolve(GROUP).reset_index().to_file(path)
    return path


def python(code: str, out: Path, **options: object) -> measure.Task:
    return measure.Task(
        program="script", command=(sys.executable, "-c", code), output=out, **options
    )  # type: ignore[arg-type]


def change(path: Path, how: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]) -> Path:
    """Spoil a result."""
    frame = how(gpd.read_file(path))
    path.unlink()
    frame.to_file(path)
    return path


# Layers


def test_a_layer_comes_with_its_crosswalk_and_vertices(layer: Layer) -> None:
    assert layer.facts == {"units": 8, "vertices": 40, "copies": 1}
    rows = list(csv.DictReader(layer.crosswalk.read_text("utf-8").splitlines()))
    assert [row["new_code"] for row in rows] == ["01", "01", "02", "02"] * 2


def test_copies_stand_side_by_side_and_keep_common_vertices(
    units: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    frame = write_layer(units, tmp_path / "six", copies=6).frame
    assert len(frame) == 48
    assert frame[CODE].is_unique
    assert frame[GROUP].nunique() == 12
    whole = shapely.union_all(frame.geometry.values)
    assert shapely.get_num_geometries(whole) == 6
    assert shapely.coverage_is_valid(frame.geometry.values)


def test_a_part_is_whole_provinces(units: gpd.GeoDataFrame) -> None:
    assert set(part(units, 0.5)[GROUP]) == {"01"}
    assert len(part(units, 0.5)) == 4
    assert len(part(units, 0.4)) == 0
    assert len(part(units, 1.0)) == 8


# Whether a result is right


def test_a_right_result_is_right(layer: Layer, provinces: Path) -> None:
    assert right.polygons(layer, provinces, GROUP) == "yes"


@pytest.mark.parametrize(
    ("how", "verdict"),
    [
        (lambda made: made.iloc[:1], "no: 1 features"),
        (lambda made: made.assign(**{GROUP: ["01", "03"]}), "no: 2 features"),
        (lambda made: made.assign(**{GROUP: ["02", "01"]}).iloc[[0, 0]], "no: 2 features"),
        (lambda made: made.set_geometry(made.buffer(1e-6)), "no: 2 of 2 areas wrong"),
        (
            lambda made: made.set_geometry([shapely.from_wkt("POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))"), made.geometry[1]]),
            "no: 1 of 2 invalid",
        ),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:Geometry is in a geographic CRS")
def test_a_wrong_result_is_wrong(
    layer: Layer, provinces: Path, how: Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame], verdict: str
) -> None:
    assert right.polygons(layer, change(provinces, how), GROUP).startswith(verdict)


def test_copies_are_judged_by_their_codes(units: gpd.GeoDataFrame, tmp_path: Path) -> None:
    layer = write_layer(units, tmp_path / "two", copies=2)
    path = tmp_path / "all.geojson"
    layer.frame.to_file(path)
    assert right.polygons(layer, path, CODE) == "yes (codes)"
    change(path, lambda frame: frame.iloc[1:])
    assert right.polygons(layer, path, CODE) == "no: 15 features of 16"


def write_findings(folder: Path, *rows: tuple[str, str, float]) -> Path:
    folder.mkdir(exist_ok=True)
    with (folder / "findings.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerows([("check", "units", "value"), *rows])
    return folder


def test_findings_are_compared_with_a_search_of_their_own(
    units: gpd.GeoDataFrame, tmp_path: Path, grid: Callable[..., gpd.GeoDataFrame]
) -> None:
    """Unit 00002 reaches 50 m into 00003; between 00001, 00002, 00005 and 00006 10 m × 10 m are missing."""
    wide = shapely.box(
        *square(1, 0).bounds[:2], square(1, 0).bounds[2] + 50, square(1, 0).bounds[3]
    )
    x, y = square(1, 1).bounds[:2]
    hole = shapely.box(x - 5, y - 5, x + 5, y + 5)
    metres = grid(4, 2)
    shapes = metres.geometry.to_numpy()
    shapes[1] = wide
    units = units.set_geometry(
        gpd.GeoSeries(shapely.difference(shapes, hole), crs=metres.crs).to_crs(4326)
    )
    layer = write_layer(units, tmp_path / "dirty")
    true = [
        ("C02", "00001; 00002; 00005; 00006", 100.0),
        ("C04", "00002; 00003", 50_000.0),
        ("C05", "00003; 00006; 00007", 50.0),
    ]
    folder = tmp_path / "found"
    assert right.findings(layer, write_findings(folder, *true)) == "yes"
    assert right.findings(layer, write_findings(folder, true[1])) == (
        "no: 0 areas of overlaps, 1 gaps are missed, 0 invented"
    )
    assert right.findings(layer, write_findings(folder, true[0])) == (
        "no: 1 pairs that overlap are missed, 0 invented"
    )
    more = (*true, ("C04", "00001; 00002", 5.0))
    assert right.findings(layer, write_findings(folder, *more)) == (
        "no: 0 pairs that overlap are missed, 1 invented"
    )
    more = (*true, ("C02", "00001; 00002", 5.0))
    assert right.findings(layer, write_findings(folder, *more)) == (
        "no: 0 areas of overlaps, 0 gaps are missed, 1 invented"
    )
    wrong = ("C04", "00002; 00003", 40_000.0)
    assert (
        right.findings(layer, write_findings(folder, true[0], wrong))
        == "no: 1 areas of overlaps, 0 gaps are missed, 0 invented"
    )
    invalid = ("G04", "00001", 0.0)
    assert right.findings(layer, write_findings(folder, *true, invalid)).startswith(
        "no: 0 units are invalid"
    )


# Measuring


def test_medians_of_runs_and_the_verdict_on_each(tmp_path: Path) -> None:
    code = "import os, sys; open('{}', 'wb').write(b'x' * 2_000_000)"
    out = tmp_path / "out"
    task = python(
        code.format(out / "made"), out, check=lambda folder: f"yes {len(list(folder.iterdir()))}"
    )
    said: list[str] = []
    (done,) = measure.measure([task], 2, said.append)
    assert (done.size, done.right, done.failure, len(said)) == (2.0, "yes 1", "", 2)
    assert done.memory > 5
    assert not out.exists()


def test_programs_take_turns(tmp_path: Path) -> None:
    tasks = [python("", tmp_path / name) for name in "ab"]
    tasks = [
        measure.Task(program=n, command=t.command, output=t.output)
        for n, t in zip("ab", tasks, strict=True)
    ]
    said: list[str] = []
    measure.measure(tasks, 2, said.append)
    assert [line.split(": ")[1] for line in said] == ["a", "b", "a", "b"]


def test_a_failure_is_shown_with_its_reason_and_not_repeated(tmp_path: Path) -> None:
    said: list[str] = []
    (done,) = measure.measure(
        [python("raise MemoryError('out of memory')", tmp_path / "out")], 3, said.append
    )
    assert done.right == "failed: exit 1: MemoryError: out of memory"
    assert len(said) == 1
    assert "| – | – | – | – |" in report.job_table("Job", [done], compared=False)


def test_an_exit_code_that_a_task_accepts_is_no_failure(tmp_path: Path) -> None:
    run = measure.run_once(python("raise SystemExit(1)", tmp_path / "out", accepted=(0, 1)))
    assert run.failure == ""


def test_a_peer_that_fails_is_not_one_that_found_errors(layer: Layer, tmp_path: Path) -> None:
    """Only geo_merge says by 1 that it did its work and found errors."""
    programs = [peers.ours(tmp_path), peers.geopandas(tmp_path)]
    assert [t.accepted for t in jobs.tasks("convert", programs, layer, tmp_path)] == [(0, 1), (0,)]


def test_what_never_ends_is_ended(tmp_path: Path) -> None:
    run = measure.run_once(python("import time; time.sleep(600)", tmp_path / "out"), timeout=2)
    assert run.failure == "over 2 s"


def test_memory_of_several_processes_is_added_up(tmp_path: Path) -> None:
    child = "import time; x = bytearray(b'1') * 60_000_000; time.sleep(3)"
    code = f"import subprocess, sys; ps = [subprocess.Popen([sys.executable, '-c', {child!r}]) for _ in 'ab']; [p.wait() for p in ps]"
    assert measure.run_once(python(code, tmp_path / "out")).memory > 120


def test_one_wrong_result_makes_the_whole_wrong() -> None:
    run = measure.Run(wall=1, cpu=1, memory=1)
    assert measure.summary("p", [run, run], {"a": "yes", "b": "no: 1"}).right == "no: 1"


def test_a_file_that_was_not_written_is_wrong(tmp_path: Path) -> None:
    task = python("", tmp_path, check=lambda folder: (folder / "made.geojson").read_text())
    assert measure.judge(task) == "no: made.geojson was not written"


@pytest.mark.parametrize("power", [0.5, 1.0, 1.1, 2.0])
def test_the_exponent_of_a_power_law(power: float) -> None:
    sizes = [1.0, 3.0, 10.0, 30.0]
    assert measure.exponent(sizes, [7 * s**power for s in sizes]) == pytest.approx(power)


def test_one_size_has_no_exponent() -> None:
    assert math.isnan(measure.exponent([5.0], [1.0]))


# Peers


def test_an_absent_peer_is_left_out_with_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    programs, notes = peers.find(tmp_path, (peers.ours, peers.mapshaper, peers.ogr2ogr))
    assert [p.name for p in programs] == ["geo_merge"]
    assert notes == ["mapshaper: left out, mapshaper needs npm, which is absent",
                     "ogr2ogr: left out, ogr2ogr is absent (Debian's gdal-bin)"]  # fmt: skip


def test_what_cannot_be_installed_is_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho no such registry >&2\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(peers.AbsentError, match="could not be installed: no such registry"):
        peers.mapshaper(tmp_path)


@pytest.mark.parametrize("job", ["dissolve", "convert"])
def test_plain_geopandas_is_run_and_judged(layer: Layer, tmp_path: Path, job: str) -> None:
    todo = jobs.tasks(job, [peers.geopandas(tmp_path)], layer, tmp_path)
    (done,) = measure.measure(todo, 1, lambda _: None)
    assert (done.program, done.right) == ("geopandas", "yes")


@pytest.mark.parametrize("job", ["dissolve", "convert"])
@pytest.mark.parametrize("finder", [peers.ogr2ogr, peers.mapshaper])
def test_installed_peers_do_the_same_jobs(
    layer: Layer, tmp_path: Path, finder: Callable[[Path], peers.Program], job: str
) -> None:
    if shutil.which(finder.__name__) is None:
        pytest.skip(f"{finder.__name__} is not installed")
    (done,) = measure.measure(
        jobs.tasks(job, [finder(tmp_path)], layer, tmp_path), 1, lambda _: None
    )
    assert done.right == "yes"


def test_a_merger_is_judged_by_ledger_count_and_areas(layer: Layer, tmp_path: Path) -> None:
    (task,) = jobs.tasks("build", [peers.ours(tmp_path)], layer, tmp_path)
    shutil.rmtree(task.output, ignore_errors=True)
    assert measure.run_once(task).failure == ""
    assert right.merged(layer, task.output) == "yes"
    summary = json.loads((task.output / "summary.json").read_text("utf-8"))
    summary["before"]["count"] = 7
    (task.output / "summary.json").write_text(json.dumps(summary), "utf-8")
    assert right.merged(layer, task.output) == "no: 7 of 8 units"


# The command


def benchmarks(cache: Path, *options: str) -> subprocess.CompletedProcess[str]:
    script = ROOT / "tests" / "benchmarks" / "run.py"
    command = [sys.executable, str(script), "--cache", str(cache), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.mark.usefixtures("vietnam")
def test_the_command_measures_one_province_and_leaves_the_page_alone(tmp_path: Path) -> None:
    before = (ROOT / "docs" / "measured.md").read_text("utf-8")
    done = benchmarks(tmp_path, "--size", "1/40", "--sizes", "1/40", "--rounds", "1", "--peers", "ours",
                      "--only", "build,growth,floor", "--growing", "build")  # fmt: skip
    rows = [line.split(" | ") for line in done.stdout.splitlines() if line.startswith("|")]
    judged = [row[-1] for row in rows if "geo_merge" in row[0] or row[1] == "geo_merge"]
    assert judged == ["yes |", "yes |"], done.stderr
    assert (ROOT / "docs" / "measured.md").read_text("utf-8") == before


def test_an_unknown_part_is_named_with_those_there_are(tmp_path: Path) -> None:
    done = benchmarks(tmp_path, "--only", "dissolve,speed")
    assert done.returncode == 2
    assert "--only speed: choose among dissolve, convert" in done.stderr


# Tables


def measured(program: str, wall: float, right_: str = "yes") -> measure.Measured:
    return measure.Measured(
        program=program, wall=wall, cpu=wall, memory=1234.5, size=1.0, right=right_
    )


def test_times_are_given_beside_those_of_peers() -> None:
    made = report.job_table(
        "Job", [measured("geo_merge", 2.0), measured("peer", 8.0, "no: 1")], compared=True
    )
    assert made.splitlines()[2:] == [
        "| geo_merge | 2.00 s | 2.00 s | 1,234 MB | 1.0 MB |  | yes |",
        "| peer | 8.00 s | 8.00 s | 1,234 MB | 1.0 MB | 0.25 | no: 1 |",
    ]


def test_growth_shows_exponents_in_all_and_from_the_whole_layer_on() -> None:
    points = [(n, measured("geo_merge", 1 + n / 1e6)) for n in (1_000_000, 7_100_000, 71_000_000)]
    row = growth_table({("dissolve", "geo_merge"): points}).splitlines()[2]
    assert row == ("| dissolve | geo_merge | 2.00 s | 8.10 s | 72.00 s | 0.84 | 0.95 | "
                   "1,234 MB → 1,234 MB | yes |")  # fmt: skip


def test_only_what_stands_between_the_markers_is_replaced() -> None:
    text = "a\n<!-- x -->\nold\n<!-- /x -->\nb\n<!-- y -->\nkept\n<!-- /y -->\n"
    assert report.replaced(text, "x", r"new \1") == text.replace("old", r"new \1")


def test_a_page_without_the_marker_is_an_error() -> None:
    with pytest.raises(ValueError, match="0 places"):
        report.replaced("nothing", "x", "new")


@pytest.mark.parametrize("name", [*jobs.TITLES, "growth", "benchmarks", "page"])
def test_the_page_has_a_place_for_every_table(name: str) -> None:
    text = (ROOT / "docs" / "measured.md").read_text("utf-8")
    assert report.replaced(text, name, "measured").count("measured\n<!-- /" + name) == 1
