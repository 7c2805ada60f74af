"""The formats of a result beside GeoJSON: tables that stay harmless, and what every GIS reads."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from geopandas.array import GeometryDtype

from geo_merge.errors import ExportError
from geo_merge.geometry.projection import WGS84
from geo_merge.merging.below import level_below
from geo_merge.merging.result import MergeResult
from geo_merge.units.crosswalk_new import BELOW
from geo_merge.vocabulary import cells
from geo_merge.vocabulary.catalogue import count_findings
from geo_merge.vocabulary.cells import harmless
from geo_merge.vocabulary.field_names import distinct_names, is_blank, one_kind, text_cell
from geo_merge.vocabulary.fields import free_name
from geo_merge.vocabulary.findings import points_of
from geo_merge.vocabulary.findings_frame import LATER_COLUMNS
from geo_merge.vocabulary.part_of import unit_codes
from geo_merge.vocabulary.sentence import sentence

# Fixed, so that the same input gives the same bytes.
# Where a format's files do not end as it is called.
_ENDINGS = {"shp": ("shp.zip",)}
_AT_ONCE = 5_000  # rows of old units that are written in one step
_EPOCH = (1980, 1, 1, 0, 0, 0)
_GPKG_DATE = "1980-01-01T00:00:00Z"
_DBF_NAME, _DBF_TEXT = 10, 254  # bytes (dBASE III)
_DBF_FIELDS = 255
_DBF_NUMBER = 1e15  # GDAL gives a number 24 characters, and 15 of them to decimals
# Characters of a cell, and the largest number of which no digit is lost (15 digits).
_XLSX_TEXT, _XLSX_NUMBER = 32_767, 10**15
_XLSX_ILLEGAL = {c: None for c in range(32) if c not in (9, 10, 13)}


def files_in(name: str) -> tuple[str, ...]:
    """Return the files of the new units in a format."""
    return tuple(f"new_units.{end}" for end in _ENDINGS.get(name, (name,)))


def old_units(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return old units as they are written: pieces of land without a code."""
    old = units.copy()
    old["code"] = [code or None for code in unit_codes(old)]
    front = ["code", "name", "unit_type", "new_code", "new_name"]
    rest = [c for c in old.columns if c not in front]
    return old.reset_index(drop=True)[[*front, *rest]]


def findings_table(findings: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return findings without geometry, with longitude and latitude of a point in each."""
    table = pd.DataFrame(findings.drop(columns="geometry"))
    crs = findings.crs or WGS84
    points = points_of(np.asarray(findings.geometry.values), crs)
    table["lon"], table["lat"] = points.T if len(points) else ([], [])
    last = [c for c in LATER_COLUMNS if c in table]
    return table[[*table.columns.drop(last), *last]]


def flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose columns hold numbers, times or texts alone, as most formats need."""
    result = frame.copy()
    for column in result.columns:
        if not isinstance(result[column].dtype, GeometryDtype):
            result[column] = one_kind(result[column])
    return result


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as `csv_bytes` makes it."""
    path.write_bytes(csv_bytes(frame))


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Return a table as UTF-8 CSV; cells that look like formulas get an apostrophe."""
    table = flat(frame)
    return cells.csv_bytes({str(name): _cells(frame[name], table[name]) for name in table.columns})


def _cells(values: pd.Series, plain: pd.Series) -> list[Any]:
    """Return the cells of a column: a number stays one where other formats need texts."""
    return [
        None if nothing else n if isinstance(n, int | float) else v
        for n, v, nothing in zip(values.tolist(), plain.tolist(), plain.isna(), strict=True)
    ]


def _write_gpkg(result: MergeResult, folder: Path) -> None:
    """Write all layers; names that differ only in case are told apart, as the format wants it."""
    path = folder / "new_units.gpkg"
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _GPKG_DATE})
    try:
        renamed: dict[tuple[str, str], str] = {}
        for name, frame in _layers(result):
            # The first part must not decide what the others may hold.
            kind = _kind(result.old) if name == "old_units" else None
            columns = [str(c) for c in frame.columns if c != frame.geometry.name]
            names = distinct_names(columns)
            renamed |= {(name, new): old for old, new in names.items() if old != new}
            pyogrio.write_dataframe(
                frame.rename(columns=names), path, layer=name, driver="GPKG", append=path.exists(),
                geometry_type=kind, FID=free_name("fid", names.values()),
                GEOMETRY_NAME=free_name("geom", names.values()),
            )  # fmt: skip
        if renamed:
            rows = [(layer, new, old) for (layer, new), old in renamed.items()]
            table = pd.DataFrame(rows, columns=["layer", "field", "called"])
            pyogrio.write_dataframe(table, path, layer="renamed_fields", driver="GPKG", append=True)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _kind(frame: gpd.GeoDataFrame) -> str:
    """Return the geometry type of a layer for GDAL; `_multi` makes polygons of one kind."""
    there = ~shapely.is_missing(np.asarray(frame.geometry.values))
    polygons = frame.geometry.geom_type[there].isin(["Polygon", "MultiPolygon"])
    return "MultiPolygon" if polygons.all() else "Unknown"


def _layers(result: MergeResult) -> Iterator[tuple[str, gpd.GeoDataFrame]]:
    """Yield the layers of a result; one whose parts are not in memory together comes in parts."""
    findings = result.findings[~shapely.is_missing(np.asarray(result.findings.geometry.values))]
    layers = chain(
        [("new_units", _multi(result.new.reset_index()))],
        (("old_units", frame) for frame in _old_units(result)),
        _below(result),
        [("parents", _multi(result.parents)), ("findings", _flat_geo(findings))],
    )
    return ((name, frame) for name, frame in layers if len(frame))


def _old_units(result: MergeResult) -> Iterator[gpd.GeoDataFrame]:
    """Yield the old units; what kind a column is of, all of them decide."""
    table = _flat_geo(old_units(result.old))
    for rows, shapes in _pieces(result):
        yield _multi(table[rows].set_geometry(shapes.set_axis(table.index[rows])))


def _below(result: MergeResult) -> Iterator[tuple[str, gpd.GeoDataFrame]]:
    """Yield the units that live on inside new ones, if any do."""
    if BELOW in result.old:
        for rows, shapes in _pieces(result):
            yield "below", _multi(level_below(result.old[rows].set_geometry(shapes)).reset_index())


def _pieces(result: MergeResult) -> Iterator[tuple[slice, gpd.GeoSeries]]:
    """Yield rows of old units with their polygons, so many at a time whatever parts they come in.

    A file that is written in as many steps has the same bytes.
    """
    crs, rest, begin = result.old.crs, np.empty(0, dtype=object), 0
    parts = (np.asarray(part.geometry.values) for part in result.old_parts())
    for part, last in chain(((part, False) for part in parts), [(rest, True)]):
        rest = np.concatenate([rest, part])
        while len(rest) >= _AT_ONCE or (last and len(rest)):
            shapes, rest = rest[:_AT_ONCE], rest[_AT_ONCE:]
            rows = slice(begin, begin + len(shapes))
            begin = rows.stop
            yield rows, gpd.GeoSeries(shapes, index=result.old.index[rows], crs=crs)


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
    frame = _multi(result.new.reset_index())
    index = "NO" if frame.geometry.is_empty.any() else "YES"  # it cannot hold what is nowhere
    pyogrio.write_dataframe(
        frame, folder / "new_units.fgb", driver="FlatGeobuf", SPATIAL_INDEX=index
    )


def _write_parquet(result: MergeResult, folder: Path) -> None:
    result.new.reset_index().to_parquet(folder / "new_units.parquet", index=False)


def _write_shp(result: MergeResult, folder: Path) -> None:
    """Write a zipped Shapefile, with a table of the field names and texts that had to be cut."""
    frame = _multi(result.new.reset_index())
    names = short_names([c for c in frame.columns if c != "geometry"])
    if len(names) > _DBF_FIELDS:
        raise ExportError(sentence("write.shapefile", n=len(names), most=_DBF_FIELDS))
    fields = [("field", "column", "texts_cut")]
    for column, short in names.items():
        cut = 0
        if pd.api.types.is_float_dtype(frame[column].dtype):
            frame[column] = _within_field(frame[column])
        if frame[column].dtype == object or pd.api.types.is_string_dtype(frame[column].dtype):
            texts = [None if is_blank(v) else cut_text(str(v)) for v in frame[column]]
            cut = sum(a != b for a, b in zip(texts, frame[column], strict=True) if a is not None)
            frame[column] = texts
        fields.append((short, column, str(cut)))
    shp = folder / "new_units.shp"
    pyogrio.write_dataframe(
        frame.rename(columns=names), shp, driver="ESRI Shapefile", encoding="UTF-8",
        DBF_DATE_LAST_UPDATE="1980-01-01",
    )  # fmt: skip
    table = "\n".join(",".join(map(_quoted, row)) for row in fields) + "\n"
    (folder / "new_units.fields.csv").write_text(table, encoding="utf-8", newline="\n")
    with zipfile.ZipFile(folder / "new_units.shp.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.glob("new_units.*")):
            if part.suffix in {".shp", ".shx", ".dbf", ".prj", ".cpg"} or part.name.endswith(
                "fields.csv"
            ):
                archive.writestr(
                    zipfile.ZipInfo(part.name, _EPOCH), part.read_bytes(), zipfile.ZIP_DEFLATED
                )
                part.unlink()


def _within_field(values: pd.Series) -> pd.Series:
    """Return numbers as texts if one is too long for a field of numbers; blank if they are none."""
    numbers = values.to_numpy(float, na_value=np.nan)
    if not (np.abs(numbers) >= _DBF_NUMBER).any():
        return values
    texts = [None if np.isnan(v) else repr(v) for v in numbers.tolist()]
    return pd.Series(texts, index=values.index, dtype=object)


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
    sheets = {
        "new_units": result.statistics.reset_index(),
        "crosswalk": result.crosswalk,
        "ledger": result.ledger,
        **findings_sheets(result.findings),
    }
    write_workbook(sheets, folder / "new_units.xlsx")


def findings_sheets(findings: gpd.GeoDataFrame) -> dict[str, pd.DataFrame]:
    """Return findings as the sheets of a workbook: one by one, and counted by check."""
    return {"findings": findings_table(findings), "counts": count_findings(findings)}


def write_workbook(sheets: Mapping[str, pd.DataFrame], target: Path | BinaryIO) -> None:
    """Write tables to a workbook that runs nothing: no cell is a formula or a link."""
    import xlsxwriter  # noqa: PLC0415 - only XLSX needs it

    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"created": datetime(*_EPOCH[:3], tzinfo=UTC).replace(tzinfo=None)})
        bold = book.add_format({"bold": True})
        for name, frame in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            table = flat(frame)
            sheet.write_row(0, 0, list(map(str, table.columns)), bold)
            if len(table):
                sheet.autofilter(0, 0, len(table), len(table.columns) - 1)
            for k, column in enumerate(table.columns):
                written = [_xlsx_cell(v) for v in _cells(frame.iloc[:, k], table.iloc[:, k])]
                sheet.write_column(1, k, written)
                widest = max(map(len, map(str, [column, *written])))
                sheet.set_column(k, k, min(60, widest + 2))


def _xlsx_cell(value: Any) -> Any:  # noqa: ANN401 - whatever a cell holds
    """Return what a cell of a workbook holds: what has no room as a number is a text."""
    if value is None:
        return ""
    if type(value) is str and value.isprintable() and len(value) < _XLSX_TEXT:
        return harmless(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value if abs(value) <= _XLSX_NUMBER else str(value)
    if not isinstance(value, str | bool):
        value = text_cell(value)
    if isinstance(value, str):
        text = harmless(value).translate(_XLSX_ILLEGAL)
        return text if len(text) <= _XLSX_TEXT else f"{text[: _XLSX_TEXT - 1]}…"
    return value


WRITERS: dict[str, Callable[[MergeResult, Path], None]] = {
    "gpkg": _write_gpkg,
    "shp": _write_shp,
    "fgb": _write_fgb,
    "parquet": _write_parquet,
    "csv": _write_csv_units,
    "xlsx": _write_xlsx,
}
