"""Each job beside its peer, in one run; run.py writes the table."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_merge.coverage import check_layer
from geo_merge.dissolve import dissolve_groups
from geo_merge.geojson import write_geojson
from geo_merge.layers import read_units
from geo_merge.pipeline import validate

ROUNDS = 3
MEASURE = """
import os, subprocess, sys, time
begin = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, used = os.wait4(child.pid, 0)
child.returncode = os.waitstatus_to_exitcode(status)
assert child.returncode == 0
print(used.ru_utime + used.ru_stime, time.perf_counter() - begin, used.ru_maxrss / 1024)
"""


@pytest.mark.benchmark(group="GeoJSON of the 3,321 units")
@pytest.mark.parametrize("who", ["geo_merge", "GeoDataFrame.to_file"])
def test_geojson(benchmark: Any, country: gpd.GeoDataFrame, tmp_path: Path, who: str) -> None:
    path = tmp_path / "units.geojson"
    if who == "geo_merge":
        benchmark.pedantic(write_geojson, args=(country, path), rounds=ROUNDS)
    else:
        benchmark.pedantic(country.to_file, args=(path,), rounds=ROUNDS)
    benchmark.extra_info["right"] = len(gpd.read_file(path, columns=["code"])) == len(country)
    benchmark.extra_info["bytes"] = path.stat().st_size


@pytest.mark.benchmark(group="Dissolve to the 34 provinces")
@pytest.mark.parametrize("who", ["geo_merge", "geopandas.dissolve"])
def test_dissolve(benchmark: Any, country: gpd.GeoDataFrame, who: str) -> None:
    shapes = np.asarray(country.geometry.values)
    groups = np.unique(country["province_code"], return_inverse=True)[1]
    if who == "geo_merge":
        made = benchmark.pedantic(dissolve_groups, args=(shapes, groups), rounds=ROUNDS)
        result = np.array([d.geometry for d in made], dtype=object)
    else:
        columns = country[["province_code", "geometry"]]
        made = benchmark.pedantic(columns.dissolve, args=("province_code",), rounds=ROUNDS)
        result = np.asarray(made.geometry.values)
    members = np.array([shapely.area(shapely.union_all(shapes[groups == g])) for g in (9, 13)])
    same = np.abs(shapely.area(result[[9, 13]]) / members - 1).max() <= 1e-9
    benchmark.extra_info["right"] = bool(same and shapely.is_valid(result).all())


@pytest.mark.benchmark(group="All checks of the 3,321 units")
@pytest.mark.parametrize("who", ["geo_merge", "geopandas.dissolve"])
def test_checks(benchmark: Any, country: gpd.GeoDataFrame, who: str) -> None:
    frame = country.set_index("code").to_crs(32648)
    if who == "geo_merge":
        found = benchmark.pedantic(check_layer, args=(frame,), rounds=1)
        overlaps = [f for f in found if f.check in {"C03", "C04"} and f.value and f.value > 1]
        true = [shapely.intersection(*frame.geometry[list(f.units)]).area for f in overlaps]
        near = np.isclose([f.value for f in overlaps if f.value], true, rtol=0.01)
        benchmark.extra_info["right"] = len(overlaps) > 0 and bool(near.all())
    else:
        whole = benchmark.pedantic(frame[["geometry"]].dissolve, rounds=1)
        benchmark.extra_info["right"] = len(whole) == 1


@pytest.mark.benchmark(group="All checks of Bắc Ninh")
@pytest.mark.parametrize("who", ["geo_merge"])
def test_checks_of_a_province(benchmark: Any, bac_ninh: Path, who: str) -> None:
    assert who == "geo_merge"
    files = [bac_ninh / f"{name}_communes.shp" for name in ("bac_giang", "bac_ninh")]
    findings = benchmark.pedantic(validate, args=(read_units(*files),), rounds=ROUNDS)
    benchmark.extra_info["right"] = set(findings["severity"]) == {"info"}


def process(*command: str) -> tuple[float, float, float]:
    """Run a process; return its CPU seconds, wall seconds and peak memory in MB."""
    # A small process in between: a child counts the memory of the one that started it.
    between = subprocess.run(
        [sys.executable, "-S", "-c", MEASURE, *command], capture_output=True, text=True, check=True
    )
    cpu, wall, memory = map(float, between.stdout.split()[-3:])
    return cpu, wall, memory


@pytest.mark.benchmark(group="Whole processes")
@pytest.mark.parametrize("who", ["geo-merge build", "import geopandas", "geo-merge --help"])
def test_process(benchmark: Any, bac_ninh: Path, tmp_path: Path, who: str) -> None:
    commands = {
        "geo-merge build": (
            "-m", "geo_merge", "build", bac_ninh / "bac_giang_communes.shp",
            bac_ninh / "bac_ninh_communes.shp", "--crosswalk", bac_ninh / "crosswalk.csv",
            "--declared", bac_ninh / "official_statistics_2025.csv",
            "--reference", bac_ninh / "official_units_2025.gpkg", "--out", tmp_path / "out",
        ),
        "import geopandas": ("-c", "import geopandas"),
        "geo-merge --help": ("-m", "geo_merge", "--help"),
    }  # fmt: skip
    command = [sys.executable, *map(str, commands[who])]
    runs: list[tuple[float, float, float]] = []
    benchmark.pedantic(lambda: runs.append(process(*command)), rounds=5, warmup_rounds=1)
    cpu, wall, memory = np.median(np.array(runs), axis=0)
    benchmark.extra_info.update(cpu=float(cpu), wall=float(wall), memory=float(memory), right=True)
