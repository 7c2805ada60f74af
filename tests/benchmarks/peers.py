"""The programs that do the same: how each is found or installed, and its command lines."""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from layers import CODE, GROUP, Layer

Command = tuple[str | Path, ...]
# How a job is said to a program: a layer, and the folder to write into.
Say = Callable[[Layer, Path], Command]
MADE, FOUND = "made.geojson", "found.csv"  # files in that folder


class AbsentError(Exception):
    """A program is neither here nor can be installed; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """A program with its version, and a command line for each job that it can do.

    ``accepted`` are the exit codes of work that was done: a check that finds errors exits with 1.
    """

    name: str
    version: str
    jobs: dict[str, Say]
    accepted: tuple[int, ...] = (0,)


def ours(_: Path) -> Program:
    """Return geo_merge as this Python imports it."""
    start = (sys.executable, "-m", "geo_merge")
    return Program(name="geo_merge", version="as it stands", accepted=(0, 1), jobs={
        "dissolve": lambda layer, out: (*start, "dissolve", layer.path, out / MADE, "--by", GROUP,
                                        "--findings", out / FOUND),
        "convert": lambda layer, out: (*start, "convert", layer.path, out / MADE),
        "validate": lambda layer, out: (*start, "validate", layer.path, "--out", out),
        "build": lambda layer, out: (*start, "build", layer.path, "--crosswalk", layer.crosswalk,
                                     "--code-field", CODE, "--out", out, "--allow-errors"),
    })  # fmt: skip


def dask(_: Path) -> Program:
    """Return geo_merge with the engine that shares the work out."""
    if not installed("dask"):
        raise AbsentError("dask is not installed (the extra geo-merge[dask])")
    build = ours(Path()).jobs["build"]
    return Program(name="geo_merge --engine dask", version=importlib.metadata.version("dask"), accepted=(0, 1),
                   jobs={"build": lambda layer, out: (*build(layer, out), "--engine", "dask")})  # fmt: skip


def mapshaper(cache: Path) -> Program:
    """Return mapshaper from the PATH, or as npm installs it into the cache.

    ``mapshaper-xl`` gives node the memory that layers larger than the national one need.
    """
    folder = cache / "npm" / "node_modules" / ".bin"
    if shutil.which("mapshaper") is None and not (folder / "mapshaper").is_file():
        npm = shutil.which("npm")
        if npm is None:
            raise AbsentError("mapshaper needs npm, which is absent")
        run_quietly((npm, "install", "--silent", "--prefix", cache / "npm", "mapshaper"))
    plain = shutil.which("mapshaper") or str(folder / "mapshaper")
    large = (shutil.which("mapshaper-xl") or str(folder / "mapshaper-xl"), "8gb")
    said = subprocess.run((plain, "--version"), capture_output=True, text=True, check=True)

    def start(layer: Layer) -> Command:
        return (*(large if layer.facts["copies"] > 1 else (plain,)), layer.path)

    return Program(name="mapshaper", version=(said.stdout or said.stderr).strip(), jobs={
        "dissolve": lambda layer, out: (*start(layer), "-dissolve", GROUP, "-o", out / MADE),
        "convert": lambda layer, out: (*start(layer), "-o", out / MADE),
    })  # fmt: skip


_READ = "import sys, geopandas as gpd; g = gpd.read_file(sys.argv[1]); "
_DISSOLVE = f"d = g[['{GROUP}', 'geometry']].dissolve('{GROUP}'); "


def geopandas(_: Path) -> Program:
    """Return the few lines that one writes with geopandas."""

    def script(lines: str) -> Say:
        return lambda layer, out: (sys.executable, "-c", _READ + lines, layer.path, out / MADE)

    return Program(name="geopandas", version=importlib.metadata.version("geopandas"), jobs={
        "dissolve": script(_DISSOLVE + "d.to_file(sys.argv[2])"),
        "convert": script("g.to_file(sys.argv[2])"),
        "one dissolve": script(_DISSOLVE),
    })  # fmt: skip


def ogr2ogr(_: Path) -> Program:
    """Return GDAL's own program, if it is here."""
    path = shutil.which("ogr2ogr")
    if path is None:
        raise AbsentError("ogr2ogr is absent (Debian's gdal-bin)")
    said = subprocess.run((path, "--version"), capture_output=True, text=True, check=True).stdout
    return Program(name="ogr2ogr", version=said.split(",")[0].removeprefix("GDAL "), jobs={
        "dissolve": lambda layer, out: (
            path, out / MADE, layer.path, "-dialect", "sqlite", "-sql",
            f"SELECT {GROUP}, ST_Union(geometry) AS geometry FROM units GROUP BY {GROUP}"),  # noqa: S608 - names of our own
        "convert": lambda layer, out: (path, out / MADE, layer.path),
    })  # fmt: skip


_DOCTOR = """
import sys, warnings, geopandas as gpd, maup
warnings.simplefilter("ignore")
g = gpd.read_file(sys.argv[1]); print(maup.doctor(g.to_crs(g.estimate_utm_crs())))
"""


def maup(cache: Path) -> Program:
    """Return maup, which checks a layer and does not write GeoJSON."""
    python, version = in_venv(cache, "maup")
    return Program(name="maup", version=version, jobs={
        "doctor": lambda layer, _: (python, "-c", _DOCTOR, layer.path),
    })  # fmt: skip


_DUCKDB = """
import pathlib, sys, duckdb, duckdb_extension_spatial
folder = pathlib.Path(duckdb_extension_spatial.__file__).parent
duckdb.load_extension(str(next(folder.rglob("*.duckdb_extension"))))
duckdb.sql("SET enable_progress_bar = false")
layer = f"ST_Read('{sys.argv[1]}')"
duckdb.sql(f"COPY (SELECT %s) TO '{sys.argv[2]}' WITH (FORMAT gdal, DRIVER 'GeoJSON')")
"""


def duckdb(cache: Path) -> Program:
    """Return DuckDB with its spatial extension; its coverage union refuses the layer."""
    python, version = in_venv(cache, "duckdb", "duckdb-extension-spatial")
    union = f"{GROUP}, ST_Union_Agg(geom) AS geom FROM {{layer}} GROUP BY {GROUP}"

    def script(query: str) -> Say:
        return lambda layer, out: (python, "-c", _DUCKDB % query, layer.path, out / MADE)

    return Program(name="DuckDB spatial", version=version, jobs={
        "dissolve": script(union), "convert": script("* FROM {layer}"),
    })  # fmt: skip


_SEDONA = """
import sys, sedonadb
connection = sedonadb.connect()
connection.read_pyogrio(sys.argv[1]).to_view("units")
connection.sql("SELECT %s").to_pyogrio(sys.argv[2])
"""


def sedonadb(cache: Path) -> Program:
    """Return SedonaDB."""
    python, version = in_venv(cache, "sedonadb", "sedonadb[geopandas]")
    union = f"{GROUP}, ST_Union_Agg(wkb_geometry) AS geometry FROM units GROUP BY {GROUP}"

    def script(query: str) -> Say:
        return lambda layer, out: (python, "-c", _SEDONA % query, layer.path, out / MADE)

    return Program(name="SedonaDB", version=version, jobs={
        "dissolve": script(union), "convert": script("* FROM units"),
    })  # fmt: skip


def in_venv(cache: Path, package: str, *more: str) -> tuple[Path, str]:
    """Return the Python of a virtual environment in the cache that has a package, and its version.

    What has other needs than geo_merge stands apart from it.
    """
    python = cache / package / "bin" / "python"
    if not python.is_file():
        venv.create(cache / package, with_pip=True)
    asking = (python, "-c", f"import importlib.metadata as m; print(m.version({package!r}))")
    said = subprocess.run(asking, capture_output=True, text=True, check=False)
    if said.returncode:
        run_quietly((python, "-m", "pip", "install", "--quiet", package, *more))
        said = subprocess.run(asking, capture_output=True, text=True, check=True)
    return python, said.stdout.strip()


FINDERS = (ours, dask, mapshaper, geopandas, duckdb, sedonadb, ogr2ogr, maup)


def find(cache: Path, finders: Iterable[Callable[[Path], Program]] = FINDERS) -> tuple[list[Program], list[str]]:  # fmt: skip
    """Return the programs that are here, and a note for each that is not."""
    programs, notes = [], []
    for finder in finders:
        try:
            programs.append(finder(cache))
        except AbsentError as error:
            notes.append(f"{finder.__name__}: left out, {error}")
    return programs, notes


def installed(package: str) -> bool:
    """Tell whether this Python has a package."""
    try:
        importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def run_quietly(command: Command) -> None:
    """Run an installer; what it cannot install is absent."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        line = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise AbsentError(f"could not be installed: {line[:200]}")
