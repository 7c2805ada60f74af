"""Boundary records as files: tables, a GeoPackage and a sheet to sign for each two neighbours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from geo_merge.dossier.border_records import BorderRecords, same_within
from geo_merge.dossier.border_words import Words
from geo_merge.errors import ExportError
from geo_merge.geometry.border_lines import OUTSIDE, linestrings
from geo_merge.geometry.characteristic_points import rebuilt
from geo_merge.geometry.projection import describe
from geo_merge.results.contract import as_json
from geo_merge.results.formats import write_csv
from geo_merge.texts import Language
from geo_merge.vocabulary.sentence import sentence
from geo_merge.writing.files import publish, staging
from geo_merge.writing.ownership import MANIFEST, of_manifest, refuse_foreign

_GPKG = "borders.gpkg"
_GPKG_DATE = "1980-01-01T00:00:00Z"  # fixed, so that the same input gives the same bytes
_NAME = 40  # characters of a code in the name of a file
_TABLES = ("borders.csv", "lines.csv", "nodes.csv", "points.csv")
Sheet = Callable[[Words, str, str], bytes]


def pairs(records: BorderRecords) -> pd.DataFrame:
    """Return the borders between two units: ``left_code, right_code``, names, lines, length.

    Returns
    -------
    pandas.DataFrame
        One row for each two neighbours; ``lines`` are the ids of the lines of their border.
    """
    inner = records.lines[records.lines["right_code"] != ""].reset_index()
    by = ["left_code", "left_name", "right_code", "right_name"]
    groups = inner.groupby(by, sort=False)
    table: pd.DataFrame = groups.agg(
        lines=("line", "; ".join),
        length_m=("length_m", "sum"),
        points=("points", "sum"),
        deviation_m=("deviation_m", "max"),
    ).reset_index()
    table["length_m"] = table["length_m"].round(2)
    return table


def write_records(
    records: BorderRecords,
    directory: Path,
    *,
    language: Language,
    sheet: Sheet | None = None,
    inputs: Mapping[str, str],
    options: Mapping[str, Any],
) -> list[Path]:
    """Write boundary records to a folder: all files, or none.

    Parameters
    ----------
    records
        What `border_records` made.
    directory
        Made if need be. Files of an earlier run of the same are replaced.
    language
        Of descriptions and sheets.
    sheet
        Makes the sheet of two units, by their codes; None for tables alone.
    inputs
        SHA-256 of the files that the records were made from, by name.
    options
        Options of the run, for the manifest.

    Raises
    ------
    ExportError
        If the folder holds other files in their place, or cannot be written.
    """
    borders = pairs(records)
    if sheet is not None:
        borders["sheet"] = _sheet_names(borders)
    names = [*_TABLES, _GPKG, *borders.get("sheet", []), MANIFEST]
    stale = check_target(directory, names)
    words = Words(records, language)
    with staging(directory) as folder:
        _write_tables(records, borders, words, folder)
        _check_read_back(records, folder)
        _write_gpkg(records, folder / _GPKG)
        if sheet is not None:
            columns = ("sheet", "left_code", "right_code")
            for name, left, right in zip(*(borders[c] for c in columns), strict=True):
                (folder / name).write_bytes(sheet(words, left, right))
        manifest = _manifest(records, sorted(names), inputs, options)
        (folder / MANIFEST).write_bytes(as_json(manifest))
        publish(folder, directory, seal=MANIFEST, stale=lambda: stale)
    return [directory / name for name in sorted(names)]


def _sheet_names(borders: pd.DataFrame) -> list[str]:
    """Name sheets by number and codes, of which only what every system allows in names of files."""
    digits = len(str(len(borders)))
    codes = (borders[column].map(_for_file) for column in ("left_code", "right_code"))
    return [
        f"border_{k:0{digits}}_{left}_{right}.docx"
        for k, (left, right) in enumerate(zip(*codes, strict=True), start=1)
    ]


def _for_file(code: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]+", "-", code)[:_NAME]


def check_target(directory: Path, names: Iterable[str]) -> set[str]:
    """Refuse a folder with files of others, or with a result; return those that may be replaced.

    Raises
    ------
    ExportError
        If there are such files.
    """
    known = of_manifest(directory)
    if known and _GPKG not in known:
        raise ExportError(sentence("write.holds_result", directory=directory))
    return refuse_foreign(directory, names)


def _write_tables(
    records: BorderRecords, borders: pd.DataFrame, words: Words, folder: Path
) -> None:
    lines = pd.DataFrame(records.lines.drop(columns="geometry")).reset_index()
    lines["description"] = [words.description(line) for line in lines["line"]]
    tables = {
        "borders": borders,
        "lines": lines,
        "nodes": pd.DataFrame(records.nodes.drop(columns="geometry")).reset_index(),
        "points": pd.DataFrame(records.points.drop(columns="geometry")),
    }
    for name, table in tables.items():
        write_csv(table, folder / f"{name}.csv")


def _write_gpkg(records: BorderRecords, path: Path) -> None:
    layers = {
        "lines": (records.lines.reset_index(), "LineString"),
        "nodes": (records.nodes.reset_index(), "Point"),
        "points": (records.points, "Point"),
    }
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _GPKG_DATE})
    try:
        for name, (frame, kind) in layers.items():
            pyogrio.write_dataframe(
                frame, path, layer=name, driver="GPKG", append=path.exists(), geometry_type=kind
            )
    except pyogrio.errors.DataSourceError as error:
        raise ExportError(sentence("write.file", file=_GPKG, reason=error)) from error
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _manifest(
    records: BorderRecords, names: list[str], inputs: Mapping[str, str], options: Mapping[str, Any]
) -> dict[str, Any]:
    packages = ("geo-merge", "geopandas", "shapely", "pyogrio", "pyproj", "numpy", "pandas")
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "inputs": [{"file": name, "sha256": digest} for name, digest in inputs.items()],
        "crs": describe(records.crs),
        "distance_m": records.distance,
        "proof": records.proof,
        "options": dict(options),
        "versions": {
            **{name: version(name) for name in packages},
            "GEOS": shapely.geos_version_string,
        },
        "files": names,
    }


def _check_read_back(records: BorderRecords, folder: Path) -> None:
    """Hold the polygons that the tables give against the layer.

    Raises
    ------
    ExportError
        If one is not what it was, within the distance.
    """
    again = read_polygons(folder).reindex(records.units.index)
    wrong = records.units.index[
        ~same_within(
            np.asarray(records.units.geometry.values),
            np.asarray(again.geometry.values),
            records.distance,
        )
    ]
    if len(wrong):
        raise ExportError(sentence("P03.points", units=", ".join(map(str, wrong[:10]))))


def read_polygons(directory: Path) -> gpd.GeoDataFrame:
    """Rebuild the units from ``lines.csv`` and ``points.csv`` of a folder, and nothing else.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a unit, by code, in the plane of the points, whose name stands in the manifest.
    """
    codes = {"line": str, "left_code": str, "right_code": str}
    lines = pd.read_csv(directory / "lines.csv", dtype=codes, keep_default_na=False)
    points = pd.read_csv(directory / "points.csv", dtype={"line": str})
    units = pd.Index(np.unique(lines[["left_code", "right_code"]]), name="code").drop("", "ignore")
    counts = points.groupby("line", sort=False).size().reindex(lines["line"]).to_numpy()
    xy = points[["easting_m", "northing_m"]].to_numpy(float)
    drawn = linestrings(xy, np.concatenate([[0], np.cumsum(counts)]))
    left, right = (
        np.where(lines[column] == "", OUTSIDE, units.get_indexer(lines[column]))
        for column in ("left_code", "right_code")
    )
    return gpd.GeoDataFrame(geometry=rebuilt(drawn, left, right, len(units)), index=units)
