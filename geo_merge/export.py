"""Writing a result: the files of the contract, and other formats on request."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import platform
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import pyogrio
import shapely
from pyproj import Transformer

from geo_merge.attributes import LIST_SEPARATOR
from geo_merge.crs import WGS84
from geo_merge.errors import ExportError, UsageError
from geo_merge.files import publish, staging
from geo_merge.geojson import Projection, write_geojson
from geo_merge.models import MergeResult

StrPath = str | os.PathLike[str]
FORMATS = ("geojson", "gpkg", "shp", "fgb", "parquet", "csv", "xlsx")
# Fixed, so that the same input gives the same bytes.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_GPKG_DATE = "1980-01-01T00:00:00Z"
# Slivers are narrower than the 7 decimals of the units can show.
_FINDING_DECIMALS = 9
_DBF_NAME, _DBF_TEXT = 10, 254  # bytes (dBASE III)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_XLSX_ILLEGAL = {c: None for c in range(32) if c not in (9, 10, 13)}


def write(
    result: MergeResult,
    directory: StrPath,
    *,
    formats: Iterable[str] = (),
    allow_errors: bool = False,
    inputs: Sequence[StrPath] = (),
    options: Mapping[str, Any] | None = None,
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
        Files that the result was made from; their SHA-256 go to the manifest.
    options
        Options of the run, for the manifest.

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
    with staging(directory) as folder:
        _write_contract(result, folder, with_results=with_results)
        if with_results:
            for name in wanted:
                _WRITERS[name](result, folder)
        names = sorted([*(p.name for p in folder.iterdir()), "manifest.json"])
        manifest = _manifest(result, names, inputs, options or {})
        (folder / "manifest.json").write_bytes(_json(manifest))
        stale = _written_before(directory) - set(names)
        publish(folder, directory)
        for name in sorted(stale):
            (directory / name).unlink(missing_ok=True)
    return [directory / name for name in names]


def write_formats(result: MergeResult, directory: StrPath, formats: Iterable[str]) -> list[Path]:
    """Write the new units of a result in further formats, and nothing else."""
    directory = Path(directory)
    wanted = check_formats(formats)
    with staging(directory) as folder:
        for name in wanted:
            _WRITERS[name](result, folder)
        names = sorted(p.name for p in folder.iterdir())
        publish(folder, directory)
    return [directory / name for name in names]


def check_formats(formats: Iterable[str]) -> list[str]:
    """Return the formats in lower case, without GeoJSON, which is always written."""
    wanted = [name.lower().lstrip(".") for name in formats]
    for name in wanted:
        if name not in FORMATS:
            raise UsageError(f"--format {name}: unknown; give one of {', '.join(FORMATS)}.")
    return [name for name in dict.fromkeys(wanted) if name != "geojson"]


def _write_contract(result: MergeResult, folder: Path, *, with_results: bool) -> None:
    once = Projection(result.old.crs, np.asarray(result.old.geometry.values))
    if with_results:
        from geo_merge.maps import map_html  # noqa: PLC0415 - folium is slow to import

        write_geojson(result.new, folder / "new_units.geojson", projection=once)
        (folder / "map.html").write_text(map_html(result), encoding="utf-8")
    write_geojson(old_units(result), folder / "old_units.geojson", projection=once)
    write_geojson(result.parents, folder / "parents.geojson", projection=once)
    _write_findings(result.findings, folder)
    write_csv(result.statistics.reset_index(), folder / "statistics.csv")
    write_csv(result.ledger, folder / "ledger.csv")
    write_csv(result.crosswalk, folder / "crosswalk.csv")
    (folder / "summary.json").write_bytes(_json(summary_of(result)))


def write_findings(findings: gpd.GeoDataFrame, directory: StrPath) -> list[Path]:
    """Write ``findings.geojson`` and ``findings.csv``."""
    directory = Path(directory)
    with staging(directory) as folder:
        _write_findings(findings, folder)
        names = sorted(p.name for p in folder.iterdir())
        publish(folder, directory)
    return [directory / name for name in names]


def _write_findings(findings: gpd.GeoDataFrame, folder: Path) -> None:
    path = folder / "findings.geojson"
    write_geojson(findings, path, precision=_FINDING_DECIMALS, vanishing="point")
    write_csv(findings_table(findings), folder / "findings.csv")


def summary_of(result: MergeResult) -> dict[str, Any]:
    """Return the content of ``summary.json``."""
    return {**result.summary, "schematic": result.schematic}


def old_units(result: MergeResult) -> gpd.GeoDataFrame:
    """Return the old units as they are written: pieces without a code."""
    old = result.old.copy()
    old["code"] = [None if p else c for c, p in zip(old.index, old["is_piece"], strict=True)]
    front = ["code", "name", "unit_type", "new_code", "new_name"]
    rest = [c for c in old.columns if c not in front]
    return old.reset_index(drop=True)[[*front, *rest]]


def findings_table(findings: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return findings without geometry, with longitude and latitude of a point in each."""
    table = pd.DataFrame(findings.drop(columns="geometry"))
    points = shapely.point_on_surface(np.asarray(findings.geometry.values))
    xy = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
    if len(xy) and findings.crs is not None and not findings.crs.equals(WGS84):
        project = Transformer.from_crs(findings.crs, WGS84, always_xy=True)
        known = np.isfinite(xy).all(axis=1)
        xy[known] = np.column_stack(project.transform(*xy[known].T))
    table["lon"], table["lat"] = np.round(xy, 7).T if len(xy) else ([], [])
    return table


def _json(content: Any) -> bytes:  # noqa: ANN401 - whatever JSON knows
    options = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(content, option=options)


def _manifest(
    result: MergeResult, files: list[str], inputs: Sequence[StrPath], options: Mapping[str, Any]
) -> dict[str, Any]:
    packages = ("geo-merge", "geopandas", "shapely", "pyogrio", "pyproj", "numpy", "pandas")
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "inputs": [
            {"file": str(path), "sha256": hashlib.sha256(Path(path).read_bytes()).hexdigest()}
            for path in with_sidecars(inputs)
        ],
        "sources": result.provenance.get("sources", []),
        "crs": result.provenance.get("crs"),
        "rules": result.provenance.get("rules", {}),
        "options": dict(options),
        "versions": {
            **{name: version(name) for name in packages},
            "GEOS": shapely.geos_version_string,
            "GDAL": ".".join(map(str, pyogrio.__gdal_version__)),
            "python": platform.python_version(),
        },
        "files": files,
    }


def with_sidecars(inputs: Sequence[StrPath]) -> list[Path]:
    """Return the inputs, for a Shapefile all its parts."""
    result = []
    for path in map(Path, inputs):
        if path.suffix.lower() == ".shp":
            parts = {".shp", ".shx", ".dbf", ".prj", ".cpg"}
            beside = (p for p in path.parent.iterdir() if p.stem == path.stem)
            result += sorted(p for p in beside if p.suffix.lower() in parts)
        else:
            result.append(path)
    return result


def _written_before(directory: Path) -> set[str]:
    """Return the files that an earlier run wrote here, by its manifest."""
    manifest = directory / "manifest.json"
    if not manifest.is_file():
        return set()
    try:
        files = orjson.loads(manifest.read_bytes()).get("files", [])
    except (orjson.JSONDecodeError, AttributeError):
        return set()
    return {name for name in files if isinstance(name, str) and Path(name).name == name}


def flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose lists are texts, as tables and most formats need."""
    result = frame.copy()
    for column in result.columns:
        if result[column].map(lambda v: isinstance(v, list)).any():
            result[column] = [
                LIST_SEPARATOR.join(map(str, v)) if isinstance(v, list) else v
                for v in result[column]
            ]
    return result


def harmless(value: Any) -> Any:  # noqa: ANN401 - whatever a cell holds
    """Return a cell that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as UTF-8 CSV; cells that look like formulas get an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    table = flat(frame)
    writer.writerow(map(harmless, table.columns))
    columns = [_cells(table[c]) for c in table.columns]
    writer.writerows(zip(*columns, strict=True))
    path.write_bytes(buffer.getvalue().encode("utf-8"))


def _cells(values: pd.Series) -> list[Any]:
    return ["" if pd.isna(v) else harmless(v) for v in values.tolist()]


def _write_gpkg(result: MergeResult, folder: Path) -> None:
    path = folder / "new_units.gpkg"
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _GPKG_DATE})
    try:
        for name, frame in _layers(result).items():
            pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG", append=path.exists())
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _layers(result: MergeResult) -> dict[str, gpd.GeoDataFrame]:
    findings = result.findings[~shapely.is_missing(np.asarray(result.findings.geometry.values))]
    layers = {
        "new_units": _multi(result.new.reset_index()),
        "old_units": _multi(old_units(result)),
        "parents": _multi(result.parents),
        "findings": _flat_geo(findings),
    }
    return {name: frame for name, frame in layers.items() if len(frame)}


def _flat_geo(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(flat(frame), geometry=frame.geometry.name, crs=frame.crs)


def _multi(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer of MultiPolygons alone, as most formats want one type a layer."""
    result = _flat_geo(frame)
    values = np.asarray(result.geometry.values)
    single = shapely.get_type_id(values) == shapely.GeometryType.POLYGON
    values = values.copy()
    values[single] = [shapely.multipolygons([g]) for g in values[single]]
    return result.set_geometry(gpd.GeoSeries(values, index=result.index, crs=frame.crs))


def _write_fgb(result: MergeResult, folder: Path) -> None:
    pyogrio.write_dataframe(
        _multi(result.new.reset_index()), folder / "new_units.fgb", driver="FlatGeobuf"
    )


def _write_parquet(result: MergeResult, folder: Path) -> None:
    result.new.reset_index().to_parquet(folder / "new_units.parquet", index=False)


def _write_shp(result: MergeResult, folder: Path) -> None:
    """Write a zipped Shapefile, with a table of the field names and texts that had to be cut."""
    frame = _multi(result.new.reset_index())
    names = short_names([c for c in frame.columns if c != "geometry"])
    fields = [("field", "column", "texts_cut")]
    for column, short in names.items():
        cut = 0
        if frame[column].dtype == object or pd.api.types.is_string_dtype(frame[column].dtype):
            texts = [cut_text(str(v)) if not pd.isna(v) else None for v in frame[column]]
            cut = sum(a != b for a, b in zip(texts, frame[column], strict=True) if a is not None)
            frame[column] = texts
        fields.append((short, column, str(cut)))
    shp = folder / "new_units.shp"
    pyogrio.write_dataframe(
        frame.rename(columns=names), shp, driver="ESRI Shapefile", encoding="UTF-8",
        DBF_DATE_LAST_UPDATE="1980-01-01",
    )  # fmt: skip
    table = "\n".join(",".join(map(_quoted, row)) for row in fields) + "\n"
    (folder / "new_units.fields.csv").write_text(table, encoding="utf-8")
    with zipfile.ZipFile(folder / "new_units.shp.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.glob("new_units.*")):
            if part.suffix in {".shp", ".shx", ".dbf", ".prj", ".cpg"} or part.name.endswith(
                "fields.csv"
            ):
                archive.writestr(
                    zipfile.ZipInfo(part.name, _EPOCH), part.read_bytes(), zipfile.ZIP_DEFLATED
                )
                part.unlink()


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if {",", '"', "\n"} & set(text) else text


def short_names(columns: Sequence[str]) -> dict[str, str]:
    """Return different names of at most 10 bytes for columns, numbered where they would clash."""
    result: dict[str, str] = {}
    for column in columns:
        short = column.encode()[:_DBF_NAME].decode(errors="ignore")
        number = 1
        while short.lower() in {s.lower() for s in result.values()}:
            number += 1
            tail = f"_{number}"
            short = column.encode()[: _DBF_NAME - len(tail)].decode(errors="ignore") + tail
        result[column] = short
    return result


def cut_text(text: str) -> str:
    """Return a text of at most 254 bytes, cut between characters and marked by an ellipsis."""
    if len(text.encode()) <= _DBF_TEXT:
        return text
    return text.encode()[: _DBF_TEXT - 3].decode(errors="ignore") + "…"


def _write_csv_units(result: MergeResult, folder: Path) -> None:
    """Write the new units as a table with longitude and latitude of a point in each."""
    table = pd.DataFrame(result.new.drop(columns="geometry")).reset_index()
    points = gpd.GeoSeries(
        shapely.point_on_surface(np.asarray(result.new.geometry.values)), crs=result.new.crs
    ).to_crs(WGS84)
    table["lon"], table["lat"] = points.x.round(7).to_numpy(), points.y.round(7).to_numpy()
    write_csv(table, folder / "new_units.csv")


def _write_xlsx(result: MergeResult, folder: Path) -> None:
    """Write a workbook with a sheet for each table of the result."""
    import xlsxwriter  # noqa: PLC0415 - only XLSX needs it

    sheets = {
        "new_units": result.statistics.reset_index(),
        "crosswalk": result.crosswalk,
        "ledger": result.ledger,
        "findings": findings_table(result.findings),
    }
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(folder / "new_units.xlsx", options) as book:
        book.set_properties({"created": datetime(*_EPOCH[:3], tzinfo=UTC).replace(tzinfo=None)})
        bold = book.add_format({"bold": True})
        for name, frame in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            table = flat(frame)
            sheet.write_row(0, 0, list(map(str, table.columns)), bold)
            for k, column in enumerate(table.columns):
                cells = [_xlsx_cell(v) for v in _cells(table[column])]
                sheet.write_column(1, k, cells)
                widest = max((len(str(v)) for v in [column, *cells]), default=8)
                sheet.set_column(k, k, min(60, widest + 2))


def _xlsx_cell(value: Any) -> Any:  # noqa: ANN401 - whatever a cell holds
    return value.translate(_XLSX_ILLEGAL) if isinstance(value, str) else value


_WRITERS = {
    "gpkg": _write_gpkg,
    "shp": _write_shp,
    "fgb": _write_fgb,
    "parquet": _write_parquet,
    "csv": _write_csv_units,
    "xlsx": _write_xlsx,
}


def load_result(directory: StrPath) -> MergeResult:
    """Return the result that an earlier run wrote to a directory.

    Boundaries come from the GeoJSON files, so they are rounded as these are.

    Raises
    ------
    ExportError
        If the directory holds no complete result.
    """
    directory = Path(directory)
    try:
        manifest = orjson.loads((directory / "manifest.json").read_bytes())
        summary = orjson.loads((directory / "summary.json").read_bytes())
        layers = {
            name: gpd.read_file(directory / f"{name}.geojson").to_crs(manifest["crs"])
            for name in ("new_units", "old_units", "parents", "findings")
        }
        tables = {
            name: pd.read_csv(directory / f"{name}.csv", dtype=dtype, keep_default_na=False)
            for name, dtype in (("crosswalk", str), ("ledger", None))
        }
        statistics = pd.read_csv(directory / "statistics.csv", dtype={"code": str})
    except (OSError, orjson.JSONDecodeError, KeyError, ValueError, RuntimeError) as error:
        raise ExportError(
            f"{directory} holds no complete result of geo-merge build ({error}); run build first."
        ) from error
    old = layers["old_units"]
    labels = np.where(old["is_piece"], "piece " + old["is_piece"].cumsum().astype(str), old["code"])
    provenance = {
        "sources": manifest["sources"], "crs": manifest["crs"], "rules": manifest["rules"],
        "schematic": summary["schematic"],
    }  # fmt: skip
    return MergeResult(
        old=old.drop(columns="code").set_index(pd.Index(labels, name="code")),
        new=_with_lists(layers["new_units"]).set_index("code"),
        parents=layers["parents"],
        crosswalk=tables["crosswalk"],
        statistics=statistics.set_index("code"),
        summary=summary,
        findings=_with_lists(layers["findings"]),
        ledger=tables["ledger"],
        provenance=provenance,
    )


def _with_lists(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer whose lists, which GDAL reads as arrays or JSON, are lists."""
    result = frame.copy()
    for column in ("members", "member_names", "pieces", "units"):
        if column in result:
            result[column] = [
                list(orjson.loads(v)) if isinstance(v, str) else list(v) if v is not None else []
                for v in result[column]
            ]
    return result
