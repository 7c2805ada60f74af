"""Writing a result: the files of the contract, and other formats on request."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import orjson
import pyarrow as pa
import pyogrio
import shapely

from geo_merge.errors import ExportError, UsageError
from geo_merge.mending import Repaired
from geo_merge.merging.result import MergeResult
from geo_merge.reading.containers import files_of
from geo_merge.results import contract
from geo_merge.results.contract import CONTRACT, DECISIONS, NEW_UNITS, ContractFile
from geo_merge.results.digits import rounded, with_digits
from geo_merge.results.formats import (
    WRITERS,
    files_in,
    findings_sheets,
    write_workbook,
)
from geo_merge.results.loaded import LEFT_OUT, load_result
from geo_merge.system.progress import Progress
from geo_merge.texts import Language
from geo_merge.vocabulary.findings_frame import told_in
from geo_merge.vocabulary.sentence import sentence
from geo_merge.writing.files import publish, staging, whole_file
from geo_merge.writing.ownership import MANIFEST, of_manifest, refuse_foreign
from geo_merge.writing.read_back import check_read_back

__all__ = [
    "FORMATS", "StrPath", "check_findings_target", "check_formats", "check_target", "load_result",
    "sha256", "with_sidecars", "write", "write_beside", "write_findings", "write_formats",
    "write_repairs",
]  # fmt: skip
StrPath = str | os.PathLike[str]
FORMATS = ("geojson", *WRITERS)
_WRITE_ERRORS = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError,
                 pyogrio.errors.FeatureError, pyogrio.errors.FieldError,
                 pyogrio.errors.GeometryError, pa.ArrowException)  # fmt: skip
# Of validate.
_FINDINGS = ("findings.geojson", "findings.csv", "findings.xlsx")
_AT_ONCE = 2  # files that are written at the same time


def write(
    result: MergeResult,
    directory: StrPath,
    *,
    formats: Iterable[str] = (),
    allow_errors: bool = False,
    inputs: Sequence[StrPath] | Mapping[str, str] = (),
    options: Mapping[str, Any] | None = None,
    language: Language = "en",
    say: Progress = lambda _: None,
) -> list[Path]:
    """Write a result to a directory: all files of the contract, or none.

    Parameters
    ----------
    result
        What `merge` returned.
    directory
        Made if need be. Files of an earlier run that this one does not write are removed, those
        of others are left alone.
    formats
        Further formats of the new units: ``gpkg, shp, fgb, parquet, csv, xlsx``.
    allow_errors
        Write ``new_units.*`` and ``map.html`` even if findings of severity error stand.
    inputs
        Files that the result was made from; their SHA-256 go to the manifest. A mapping is of names
        to what `sha256` returned.
    options
        Options of the run, for the manifest.
    language
        Of the headings in ``statistics.xlsx``.
    say
        Called with each step.

    Returns
    -------
    list of pathlib.Path
        The files, in alphabetical order.

    Raises
    ------
    ExportError
        If a file cannot be written; nothing is changed then.
    UsageError
        If a format is unknown.
    """
    directory = Path(directory)
    wanted = check_formats(formats)
    with_results = allow_errors or not result.has_errors
    if with_results:
        from geo_merge.maps.display import drawn  # noqa: PLC0415 - findings need no maps

        result = drawn(result)
    result = with_digits(result)
    with staging(directory) as folder:
        _write_contract(result, folder, language, with_results=with_results, say=say)
        if with_results:
            _write_others(result, folder, wanted)
        names = sorted([*(p.name for p in folder.iterdir()), MANIFEST])
        manifest = _manifest(result, names, inputs, options or {})
        (folder / MANIFEST).write_bytes(contract.as_json(manifest))
        publish(folder, directory, seal=MANIFEST,
                stale=lambda: refuse_foreign(directory, names) - {DECISIONS})  # fmt: skip
    return [directory / name for name in names]


def write_formats(result: MergeResult, directory: StrPath, formats: Iterable[str]) -> list[Path]:
    """Write the new units of a result in further formats, and nothing else."""
    directory = Path(directory)
    wanted, result = check_formats(formats), with_digits(result)
    with staging(directory) as folder:
        _write_others(result, folder, wanted)
        names = sorted(p.name for p in folder.iterdir())
        publish(folder, directory, stale=lambda: _nothing_of_others(directory, names))
        _remember(directory, names)
    return [directory / name for name in names]


def write_beside(directory: Path, name: str, write: Callable[[Path], None]) -> None:
    """Add a file to a result: the next run replaces it with the rest, or takes it away.

    Raises
    ------
    ExportError
        If a file of others stands in its place, or it cannot be written.
    """
    with staging(directory) as folder:
        write(folder / name)
        publish(folder, directory, stale=lambda: _nothing_of_others(directory, [name]))
        _remember(directory, [name])


def check_target(
    directory: StrPath,
    formats: Iterable[str] = (),
    *,
    compared: bool = False,
    repaired: bool = False,
    below: bool = False,
) -> None:
    """Refuse a folder that holds files of others in the place of those that a run would write.

    Parameters
    ----------
    directory
        Where to write; it need not be there.
    formats
        Further formats of the new units.
    compared, repaired, below
        Whether there is something to compare with, whether the layer is repaired, and whether old
        units live on as a level below.

    Raises
    ------
    ExportError
        See `ownership.refuse_foreign`.
    """
    made = {"merging", *(["comparing"] if compared else ()), *(["repairing"] if repaired else ()),
            *(["a level below"] if below else ())}  # fmt: skip
    names = [*(file.name for file in CONTRACT if file.made_by in made), MANIFEST]
    refuse_foreign(Path(directory), [*names, *(name for f in formats for name in files_in(f))])


def check_findings_target(directory: StrPath, *, repaired: bool = False) -> None:
    """Refuse a folder with files of others where findings, and repairs, would be written."""
    repairs = [file.name for file in CONTRACT if repaired and file.made_by == "repairing"]
    refuse_foreign(Path(directory), [*_FINDINGS, *repairs])


def _nothing_of_others(directory: Path, names: Iterable[str]) -> set[str]:
    """Refuse to overwrite what others wrote; nothing of an earlier run has to go."""
    refuse_foreign(directory, names)
    return set()


def _remember(directory: Path, names: Iterable[str]) -> None:
    """Add files to the manifest of a folder that has one: they are ours to replace."""
    known = of_manifest(directory)
    if not known or set(names) <= known:
        return
    content = orjson.loads((directory / MANIFEST).read_bytes())
    content["files"] = sorted({*content["files"], *names})
    with whole_file(directory / MANIFEST) as temporary:
        temporary.write_bytes(contract.as_json(content))


def check_formats(formats: Iterable[str]) -> list[str]:
    """Return the formats in lower case, without GeoJSON, which is always written."""
    wanted = [name.lower().lstrip(".") for name in formats]
    for name in wanted:
        if name not in FORMATS:
            raise UsageError(sentence("usage.format", name=name, formats=", ".join(FORMATS)))
    return [name for name in dict.fromkeys(wanted) if name != "geojson"]


def _write_others(result: MergeResult, folder: Path, formats: Iterable[str]) -> None:
    for name in formats:
        try:
            WRITERS[name](result, folder)
        except _WRITE_ERRORS as error:
            raise ExportError(sentence("write.format", name=name, reason=error)) from error


def _write_contract(
    result: MergeResult,
    folder: Path,
    language: Language,
    *,
    with_results: bool,
    say: Progress,
) -> None:
    def write_one(file: ContractFile) -> None:
        say("Writing")
        file.write(result, folder / file.name, language)
        if file is NEW_UNITS:
            check_read_back(folder / file.name, result.new, result.only_plane)

    written = [f for f in CONTRACT if f.is_in(result) and (with_results or not f.of_new_units)]
    # Geometry is rounded and projected on one processor while tables are written on another.
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for _ in pool.map(write_one, written):
            pass


def write_repairs(repaired: Repaired, directory: StrPath) -> list[Path]:
    """Write ``repairs.csv``, ``repairs.geojson`` and ``decisions.csv``: a preview to decide on."""
    directory = Path(directory)
    with staging(directory) as folder:
        contract.write_repairs(rounded(repaired.repairs), rounded(repaired.decisions), folder)
        names = sorted(p.name for p in folder.iterdir())
        publish(folder, directory, stale=lambda: _nothing_of_others(directory, names))
    return [directory / name for name in names]


def write_findings(
    findings: gpd.GeoDataFrame, directory: StrPath, language: str = ""
) -> list[Path]:
    """Write ``findings.geojson``, ``findings.csv`` and ``findings.xlsx``.

    They are told in English, and in another language if one is given.
    """
    directory, findings = Path(directory), rounded(told_in(findings, language))
    with staging(directory) as folder:
        contract.write_findings(findings, folder)
        write_workbook(findings_sheets(findings), folder / "findings.xlsx")
        names = sorted(p.name for p in folder.iterdir())
        publish(folder, directory, stale=lambda: _nothing_of_others(directory, names))
    return [directory / name for name in names]


def _manifest(
    result: MergeResult,
    files: list[str],
    inputs: Sequence[StrPath] | Mapping[str, str],
    options: Mapping[str, Any],
) -> dict[str, Any]:
    if not isinstance(inputs, Mapping):
        inputs = {str(path): sha256(path) for path in with_sidecars(inputs)}
    packages = ("geo-merge", "geopandas", "shapely", "pyogrio", "pyproj", "numpy", "pandas")
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "inputs": [{"file": name, "sha256": digest} for name, digest in inputs.items()],
        "sources": result.provenance.get("sources", []),
        "crs": result.provenance.get("crs"),
        **({LEFT_OUT: len(result.only_plane)} if len(result.only_plane) else {}),
        "country": result.provenance.get("country"),
        "rules": result.provenance.get("rules", {}),
        "options": dict(options),
        **({"accepted": result.provenance["accepted"]} if "accepted" in result.provenance else {}),
        "versions": {
            **{name: version(name) for name in packages},
            "GEOS": shapely.geos_version_string,
            "GDAL": ".".join(map(str, pyogrio.__gdal_version__)),
            "python": platform.python_version(),
        },
        "files": files,
    }


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, as the manifest has it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def with_sidecars(inputs: Sequence[StrPath]) -> list[Path]:
    """Return the inputs; all files of a layer that is several."""
    return [file for path in map(Path, inputs) for file in files_of(path)]
