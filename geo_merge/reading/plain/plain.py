"""Reading plain files straight into ragged arrays, without GDAL and without frames."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np

from geo_merge.reading.crs_text import names_file
from geo_merge.reading.plain import dbf, shapefile
from geo_merge.reading.plain.ragged import NotPlainError, RaggedLayer, require
from geo_merge.reading.plain.shapefile_polygons import read_polygons
from geo_merge.vocabulary.country import PLAIN, Country
from geo_merge.vocabulary.fields import find_field

WGS84 = "EPSG:4326"
# What QGIS, GDAL and ArcGIS write for WGS 84: known by heart, since pyproj takes 0.2 s to load.
_WGS84_PRJ = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
_SURE = 90  # per cent, as GDAL wants it to take a CRS for one of EPSG


def read_plain(
    path: Path,
    *,
    columns: Collection[str] | None = None,
    encoding: str | None = None,
    country: Country = PLAIN,
) -> RaggedLayer:
    """Open a Shapefile or GeoJSON file.

    Parameters
    ----------
    path
        The file.
    columns
        Attributes to read; all by default.
    encoding
        The encoding that a person named for the texts of a Shapefile.
    country
        What is known of its country.

    Raises
    ------
    NotPlainError
        If GDAL should read it, for it is of another format or not plain.
    LayerError
        If it is damaged.
    """
    if path.is_file() and path.suffix.lower() == ".shp":
        return _read_shapefile(path, columns, encoding, country)
    require(path.is_file() and path.suffix.lower() in {".geojson", ".json"}, "a plain format")
    require(encoding is None, "no encoding asked for")
    return _read_geojson(path, columns)


def _read_geojson(path: Path, columns: Collection[str] | None) -> RaggedLayer:
    # Shapefiles need no simdjson.
    from geo_merge.reading.plain import geojson, geojson_attributes  # noqa: PLC0415

    collected = geojson.parse_file(path)
    crs = geojson_attributes.crs_name(collected)
    wanted = columns if crs == WGS84 else None  # where a plane lies, names tell
    attributes = geojson_attributes.read_attributes(collected, path.name, wanted)
    polygons, there = geojson.read_polygons(collected)
    vertices = np.zeros(len(there), dtype=np.int64)
    vertices[there] = np.diff(polygons.rings.vertex_start)
    at = np.cumsum(there) - 1  # the polygon of a row
    return RaggedLayer(
        names=attributes.all_names,
        columns={
            name: attributes.column(name)
            for name in attributes.all_names
            if columns is not None and name in columns
        },
        vertices=vertices,
        read=lambda rows: (polygons.take(at[rows[there[rows]]]), there[rows]),
        crs=crs,
        own=attributes.own,
    )


def _read_shapefile(
    path: Path, columns: Collection[str] | None, encoding: str | None, country: Country
) -> RaggedLayer:
    parts = shapefile.find_parts(path)
    shapes = shapefile.check(parts)
    require(len(shapes), "features")
    require(shapes.numbered, "records numbered from 1")
    table = dbf.read_table(parts.dbf)
    said = _says_utf8(parts, encoding)
    require(said or encoding is None, "no other encoding asked for")
    names = _names(table, said)
    crs = "" if parts.prj is None else _crs(parts.prj.read_text("utf-8", "replace"), country)
    # Where a plane lies, the names of units tell.
    telling = None if crs == WGS84 else find_field(names, "name")
    read = {
        name: dbf.plain_column(table, field)
        for name, field in zip(names, table.fields, strict=True)
        if columns is None or name in columns or name == telling
    }
    return RaggedLayer(
        names=tuple(names),
        columns=read,
        vertices=shapes.length // 16,  # bytes of a vertex
        read=lambda rows: read_polygons(shapes.take(rows)),
        crs=crs,
    )


def _says_utf8(parts: shapefile.Shapefile, encoding: str | None) -> bool:
    if encoding is None and parts.cpg is not None:
        encoding = parts.cpg.read_text("ascii", "replace").strip()
    return (encoding or "").lower().replace("-", "") in {"utf8", "65001"}


def _names(table: dbf.Table, utf8: bool) -> list[str]:  # noqa: FBT001 - called in one place
    """Return the names of the fields; texts must be in UTF-8, and said to be if not ASCII."""
    texts = [text for column in dbf.text_columns(table) for text in column]
    require(utf8 or all(map(bytes.isascii, texts)), "texts that are said to be in UTF-8")
    try:
        names = [field.name.decode() for field in table.fields]
        for text in texts:
            text.decode()
    except UnicodeDecodeError as error:
        raise NotPlainError("texts in UTF-8") from error
    require(names and all(names), "fields with names")
    require(len({name.lower() for name in names}) == len(names), "names that differ")
    return names


def _crs(prj: str, country: Country) -> str:
    """Return the CRS that a .prj is sure to mean."""
    if "".join(prj.split()) == _WGS84_PRJ:
        return WGS84
    require(not names_file(prj), "a CRS without files")
    from pyproj import CRS  # noqa: PLC0415 - the usual CRS needs none of it
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    try:
        crs = CRS.from_wkt(prj)
        code = crs.to_epsg(min_confidence=_SURE)
    except CRSError:
        code = None
    require(code and not country.has_other_datum(crs, prj), "a CRS of EPSG")
    return f"EPSG:{code}"
