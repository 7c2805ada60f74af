"""The jobs that are measured, each as the command lines of all programs that can do it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import right
from layers import CODE, GROUP, Layer
from measure import Task
from peers import MADE, Command, Program

TITLES = {
    "dissolve": "Shapefile to GeoJSON of the provinces",
    "convert": "Shapefile to GeoJSON of all units",
    "validate": "All checks of the Shapefile; `geopandas` reads and dissolves it once",
    "build": "A merger into provinces, with all files of the result",
    "bac_ninh": "Bắc Ninh",
    "floor": "What cannot be avoided",
}
CHECKS: dict[str, Callable[[Layer, Path], str]] = {
    "dissolve": lambda layer, out: right.polygons(layer, out / MADE, GROUP),
    "convert": lambda layer, out: right.polygons(layer, out / MADE, CODE),
    "validate": right.findings,
    "build": right.merged,
}
# What stands beside a job without doing it.
BESIDE = {"validate": ("one dissolve", "doctor")}


def tasks(job: str, programs: Sequence[Program], layer: Layer, work: Path) -> list[Task]:
    """Return what each program that can do a job has to run on a layer."""
    result = [task(job, job, p, layer, work) for p in programs if job in p.jobs]
    result += [
        task(job, name, p, layer, work)
        for p in programs
        for name in BESIDE.get(job, ())
        if name in p.jobs
    ]
    return result


def task(job: str, name: str, program: Program, layer: Layer, work: Path) -> Task:
    """Return one command line with the check of its result."""
    out = work / f"{job}-{program.name.replace(' ', '_')}"
    judged = {} if name != job else {"check": lambda path: CHECKS[job](layer, path)}
    shown = program.name if name == job else f"{program.name}: {name}"
    return Task(program=shown, command=words(program.jobs[name](layer, out)), output=out,
                accepted=program.accepted, **judged)  # fmt: skip


def words(command: Command) -> tuple[str, ...]:
    """Return a command line as text."""
    return tuple(map(str, command))


def bac_ninh(data: Path, work: Path) -> list[Task]:
    """Return what is run on the real files of one province, beside the import of geopandas."""
    folder, start = data / "bac_ninh", (sys.executable, "-m", "geo_merge")
    layers = [folder / f"{name}_communes.shp" for name in ("bac_giang", "bac_ninh")]
    runs: dict[str, tuple[Command, Callable[[Path], str]]] = {
        "`geo-merge build`, with declared and reference": (
            (*start, "build", *layers, "--crosswalk", folder / "crosswalk.csv",
             "--declared", folder / "official_statistics_2025.csv",
             "--reference", folder / "official_units_2025.gpkg", "--out", work / "bac_ninh-0"),
            is_bac_ninh,
        ),
        "`geo-merge validate`": (
            (*start, "validate", *layers, "--out", work / "bac_ninh-1"), is_clean),
        "`geo-merge --help`": ((*start, "--help"), lambda _: "yes"),
        "`import geopandas`": ((sys.executable, "-c", "import geopandas"), lambda _: "–"),
    }  # fmt: skip
    return [
        Task(program=name, command=words(command), output=work / f"bac_ninh-{k}", check=check)
        for k, (name, (command, check)) in enumerate(runs.items())
    ]


def is_bac_ninh(folder: Path) -> str:
    """Judge the merger by the figures that everybody knows: 313 communes became 99."""
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    counts = tuple(summary[when]["count"] for when in ("before", "after"))
    return "yes" if counts == (313, 99) else f"no: {counts[0]} to {counts[1]} units"


def is_clean(folder: Path) -> str:
    """Judge the checks of a layer that is a clean coverage: they find nothing to mend."""
    table = json.loads((folder / "findings.geojson").read_text("utf-8"))
    wrong = [f for f in table["features"] if f["properties"]["severity"] != "info"]
    return f"no: {len(wrong)} findings in a clean layer" if wrong else "yes"


_IMPORT = "import sys, numpy as np, orjson; "
_LOAD = _IMPORT + "xy = np.load(sys.argv[1]); "


def floor(layer: Layer, work: Path) -> list[Task]:
    """Return the least that anybody has to do: read the bytes, see the vertices, print numbers."""
    python = (sys.executable, "-c")
    runs: dict[str, Command] = {
        "reading the bytes of the Shapefile (`cat`)": ("cat", layer.path),
        "`import numpy, orjson`": (*python, _IMPORT),
        "the same and one pass over all vertices": (
            *python, _LOAD + "print(xy.min(axis=0), xy.max(axis=0))", layer.coordinates),
        "the same and all numbers as JSON (`orjson`)": (
            *python, _LOAD + "orjson.dumps(np.round(xy, 7), option=orjson.OPT_SERIALIZE_NUMPY)",
            layer.coordinates),
    }  # fmt: skip
    return [
        Task(program=name, command=words(command), output=work / f"floor-{k}")
        for k, (name, command) in enumerate(runs.items())
    ]
