"""The command line as a new user meets it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from commands import run

import geo_merge
from geo_merge.jobs.sample import sample_files
from geo_merge.results.report import summary_lines

Grid = Callable[..., gpd.GeoDataFrame]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample") / "geo_merge_out"
    ran = run("build", "--out", out)
    assert ran.code == 0, ran.err
    return out


@pytest.fixture
def small(grid: Grid, tmp_path: Path) -> tuple[Path, Path]:
    """A layer of four squares and a crosswalk that merges them by two."""
    layer, table = tmp_path / "communes.gpkg", tmp_path / "crosswalk.csv"
    grid(population=[1, 2, 3, 4]).reset_index().to_file(layer)
    table.write_text(
        "old_code,new_code,new_name\n00001,N1,Một\n00002,N1,Một\n00003,N2,Hai\n00004,N2,Hai\n",
        "utf-8",
    )
    return layer, table


def test_the_sample_builds_where_one_stands(tmp_path: Path) -> None:
    ran = run("build", cwd=tmp_path)
    assert ran.code == 0
    assert ran.out.startswith("313 -> 99 units (−68.37 %)")
    assert (tmp_path / "geo_merge_out" / "new_units.geojson").is_file()
    assert "not official" in ran.out


def test_json_goes_to_stdout_alone(tmp_path: Path) -> None:
    ran = run("build", "--json", "--out", tmp_path / "o")
    figures = json.loads(ran.out)
    assert (figures["before"]["count"], figures["after"]["count"]) == (313, 99)
    assert (figures["schematic"], figures["approximate"]) == (False, True)


def test_the_sample_says_on_its_map_that_it_is_approximate(sample: Path) -> None:
    assert "not official" in (sample / "map.html").read_text("utf-8")


def test_a_copied_sample_is_still_approximate(tmp_path: Path) -> None:
    assert run("sample", tmp_path / "s").code == 0
    layers = sorted((tmp_path / "s").glob("*.shp"))
    assert len(layers) == len(sample_files()[0]) == 2
    ran = run("build", *layers, "--crosswalk", tmp_path / "s" / "crosswalk.csv", "--json",
              "--out", tmp_path / "o")  # fmt: skip
    assert json.loads(ran.out)["approximate"] is True


def test_validate_the_sample() -> None:
    layers, crosswalk = sample_files()
    ran = run("validate", *layers, "--crosswalk", crosswalk)
    assert ran.code == 0, ran.out + ran.err
    assert "0 errors, 0 warnings" in ran.out
    assert "with no other unit nearer: 09454 (Gia Bình)" in ran.out  # an exclave of the source


def test_stats_and_export_read_a_result_back(sample: Path) -> None:
    ran = run("stats", sample)
    assert ran.code == 0
    assert ran.out.startswith("313 -> 99 units")
    assert "Bắc Giang" in ran.out
    ran = run("export", sample, "--format", "gpkg", "--format", "xlsx,shp")
    assert ran.code == 0, ran.err
    assert len(gpd.read_file(sample / "new_units.gpkg", layer="new_units")) == 99
    assert openpyxl.load_workbook(sample / "new_units.xlsx")["new_units"].max_row == 100
    with zipfile.ZipFile(sample / "new_units.shp.zip") as archive:
        assert "new_units.shp" in archive.namelist()


def test_errors_stop_the_new_units_and_stale_ones_go(
    small: tuple[Path, Path], tmp_path: Path
) -> None:
    layer, table = small
    out = tmp_path / "out"
    assert run("build", layer, "--crosswalk", table, "--out", out, "--format", "csv").code == 0
    (out / "notes.txt").write_text("mine")
    frame = gpd.read_file(layer)
    frame["geometry"] = [g.buffer(-100) if k == 1 else g for k, g in enumerate(frame.geometry)]
    frame.loc[[3], "geometry"] = gpd.GeoSeries([frame.geometry[3].union(frame.geometry[2].buffer(200))],
                                               index=[3], crs=frame.crs)  # fmt: skip
    frame.to_file(layer)
    ran = run("build", layer, "--crosswalk", table, "--out", out)
    assert ran.code == 1
    assert "error C04" in ran.err
    errors = json.loads((out / "summary.json").read_bytes())["findings"]["error"]
    counted = f"{errors} error{'s' * (errors > 1)} found"
    assert f"{counted}: new_units and map.html were not written" in ran.err
    names = {p.name for p in out.iterdir()}
    assert names.isdisjoint({"new_units.geojson", "new_units.csv", "map.html"})
    assert {"findings.geojson", "ledger.csv", "notes.txt"} <= names
    ran = run("build", layer, "--crosswalk", table, "--out", out, "--allow-errors")
    assert ran.code == 1
    assert (out / "new_units.geojson").is_file()
    assert f"{counted}: new_units and map.html were written all the same" in ran.err


def test_what_grows_is_not_said_to_shrink() -> None:
    figures = {"area_km2": 1.0, "by_type": {"Xã": 3}, "districts": 0}
    groups = [
        {"name": "Hà Nam", "before": 0, "after": 2},
        {"name": "Nam Định", "before": 3, "after": 3},
    ]
    lines = list(summary_lines({
        "before": {"count": 3, **figures}, "after": {"count": 5, **figures}, "groups": groups,
        "findings": {"error": 1718, "warning": 0, "info": 0}, "schematic": False}))  # fmt: skip
    assert lines[:3] == [
        "3 -> 5 units (+66.67 %)",
        "  Hà Nam: 0 -> 2",
        "  Nam Định: 3 -> 3 (±0.00 %)",
    ]
    assert lines[-1] == "Findings: 1,718 errors, 0 warnings, 0 notes"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("old_code,new_code\n00001,N1\n", ["crosswalk.csv", "new_name", "old_code, new_code"]),
        ("", ["crosswalk.csv", "empty"]),
        ("old_code,new_code,new_name\n", ["crosswalk.csv", "no rows"]),
        ("old_code,new_code,new_name\n99999,N1,Một\n", ["row 2", "99999", "00001", "00004"]),
        ("old_code,new_code,new_name\n00001,N1,Một\n00001,N2,Hai\n", ["rows 2, 3", "divided"]),
    ],
    ids=["columns", "empty", "headings", "unknown", "twice"],
)
def test_a_bad_crosswalk_writes_nothing(
    small: tuple[Path, Path], tmp_path: Path, change: str, words: list[str]
) -> None:
    layer, table = small
    table.write_text(change, "utf-8")
    ran = run("build", layer, "--crosswalk", table, "--out", tmp_path / "out")
    assert ran.code == 2
    assert ran.out == ""
    assert not (tmp_path / "out").exists()
    for word in words:
        assert word in ran.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["build", "nowhere.shp", "--crosswalk", "nowhere.csv"], ["nowhere.shp", "nowhere.csv", "no such file"]),
        (["build", "nowhere.shp"], ["--crosswalk"]),
        (["build", "--format", "dwg"], ["dwg", "gpkg"]),
        (["build", "--rule", "x=y"], ["FIELD=RULE"]),
        (["build", "--crs", "9214"], ["EPSG:9209", "cannot be right"]),
        (["stats", "nowhere"], ["nowhere", "build first"]),
        (["fetch", "atlantis"], ["atlantis", "24 Bắc Ninh"]),
        (["fetch", "24", "--mirror", "nowhere"], ["--mirror nowhere"]),
        (["export", "nowhere"], ["--format"]),
        (["nonsense"], ["nonsense"]),
        (["validate", "9" * 5000], ["a name that a file", "too long"]),
        (["build", "--declared", "9" * 5000], ["a name that a file", "too long"]),
    ],
)  # fmt: skip
def test_usage_errors_are_sentences(tmp_path: Path, arguments: list[str], words: list[str]) -> None:
    ran = run(*arguments, cwd=tmp_path)
    assert ran.code == 2
    for word in words:
        assert word in ran.err
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_cannot_be_written(small: tuple[Path, Path], tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    ran = run("build", small[0], "--crosswalk", small[1], "--out", blocked / "out")
    assert ran.code == 2
    assert "cannot be written" in ran.err
    assert blocked.read_text() == "in the way"


def test_crosswalk_as_a_workbook(small: tuple[Path, Path], tmp_path: Path) -> None:
    layer, table = small
    pd.read_csv(table, dtype=str).to_excel(tmp_path / "c.xlsx", index=False)
    ran = run(
        "build", layer, "--crosswalk", tmp_path / "c.xlsx", "--out", tmp_path / "out", "--json"
    )
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["after"]["population"] == 10


def test_validate_writes_findings(small: tuple[Path, Path], tmp_path: Path) -> None:
    frame = gpd.read_file(small[0]).iloc[[0, 1, 3]]
    frame.loc[[0], "geometry"] = frame.geometry[[0]].buffer(5)
    frame.to_file(tmp_path / "bad.gpkg")
    ran = run("validate", tmp_path / "bad.gpkg", "--out", tmp_path / "found")
    assert ran.code == 1
    assert {p.name for p in (tmp_path / "found").iterdir()} == {
        "findings.csv",
        "findings.geojson",
        "findings.xlsx",
    }
    assert "error C04" in ran.out


def test_progress_stays_off_a_pipe(tmp_path: Path) -> None:
    ran = run("build", "--out", tmp_path / "o")
    assert "\x1b" not in ran.err + ran.out
    (wrote,) = ran.err.strip().splitlines()
    assert wrote == f"Wrote 12 files to {tmp_path / 'o'}"


def test_an_interrupt_is_a_sentence() -> None:
    # Naps: what comes just before a sleep is seen after it.
    code = """
import time, click
from geo_merge.cli.main import app, main

def wait():
    print("ready", flush=True)
    for _ in range(600):
        time.sleep(0.1)

app.add_command(click.Command("wait", callback=wait))
main()
"""
    command = [sys.executable, "-c", code, "wait"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # Who runs the tests in the background may have left it ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads
    ) as process:  # fmt: skip
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err.strip()) == (130, "Interrupted; nothing was changed.")


def test_the_version_is_that_of_the_package() -> None:
    ran = run("--version")
    assert (ran.code, ran.out) == (0, f"geo_merge {version('geo-merge')}\n")
    assert geo_merge.__version__ == version("geo-merge")


def test_an_unknown_country_is_told_which_there_are(tmp_path: Path) -> None:
    ran = run("build", "--country", "xx", "--out", tmp_path / "out")
    assert (ran.code, ran.err) == (2, "Error: --country xx: write vn (Vietnam) or none.\n")


def test_without_a_country_nothing_is_known_of_vietnam(tmp_path: Path) -> None:
    """The sample's provinces merged into one, which only who knows Vietnam knows; else both stay."""
    provinces = {}
    for country in ("vn", "none"):
        out = tmp_path / country
        ran = run("build", "--country", country, "--out", out)
        assert ran.code == 0
        assert ("No country is known" in ran.out) == (country == "none")
        summary = json.loads((out / "summary.json").read_text("utf-8"))
        provinces[summary["country"]] = summary["after"].get("provinces")
    assert provinces == {"VN": 1, None: 2}


def test_a_table_among_the_layers_is_told_with_what_takes_it(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("old_code,new_code\n1,2\n", "utf-8")
    for command in ("build", "validate"):
        ran = run(command, "units.shp", "table.csv", cwd=tmp_path)
        assert ran.code == 2
        assert ran.err.count("Error: ") == 1
        assert re.search(r"table.csv is a table .*--crosswalk .*--declared", ran.err)
