"""Shapefiles as layers: the encoding of their texts, their polygons, zipped or not."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from geo_merge.encodings import Columns, Texts, contradiction, decide, known_codec
from geo_merge.errors import LayerError
from geo_merge.finding import Finding
from geo_merge.limits import Sizes
from geo_merge.reading import archive, dbf, shapefile
from geo_merge.reading.gdal_layer import read_ogr
from geo_merge.reading.raw import RawLayer, refuse_larger


def read_shapefile(path: Path, layer: str | None, texts: Texts, sizes: Sizes) -> RawLayer:
    """Read a Shapefile that is whole."""
    del layer
    parts = shapefile.find_parts(path)
    refuse_larger(parts.dbf, "MB", parts.dbf.stat().st_size / 2**20, sizes.file_mb, "file_mb")
    refuse_larger(path, "features", len(shapefile.check(parts)), sizes.features, "features")
    codec, findings = _shapefile_encoding(parts, texts)
    gdal_encoding = "UTF-8" if codec == "utf-8" else "ISO-8859-1"
    # Holes are told from their place: some programs wind every ring the wrong way.
    pyogrio.set_gdal_config_options({"OGR_ORGANIZE_POLYGONS": "DEFAULT"})
    frame, closed, noted = read_ogr(path, encoding=gdal_encoding)
    if codec != "utf-8":  # GDAL cuts the last character of cp1258, so decode here
        frame = _recode(frame, codec, texts)
    hint = f"{path.stem}.prj is missing" if parts.prj is None else f"{parts.prj.name} names no CRS"
    return RawLayer(frame, path.name, (*findings, *noted), hint, closed, encoding=codec)


def _shapefile_encoding(
    parts: shapefile.Shapefile, texts: Texts
) -> tuple[str, tuple[Finding, ...]]:
    """Return the encoding that is asked for, or else found by what is declared and what is read."""
    name = parts.dbf.name
    columns = dbf.text_columns(dbf.read_table(parts.dbf))
    if texts.asked is not None:
        asked = _asked_encoding(columns, texts.asked, name)
        return asked, contradiction(columns, name, asked, texts)
    declared = None
    if parts.cpg is not None:
        declared = parts.cpg.read_text("ascii", "replace").strip()
    codec = known_codec(declared) if declared else None
    said = f"has a .cpg that says {declared}" if declared else "has no .cpg"
    decision = decide(columns, name, codec, said, texts)
    if decision.encoding is None:
        why = f"not {declared}, as the .cpg says" if declared else "not UTF-8, and there is no .cpg"
        raise LayerError(
            f"{name}: the texts are {why} [F05]; tried {decision.scores.told()}; name their "
            "encoding with --encoding, as cp1258."
        )
    return decision.encoding, decision.findings


def _asked_encoding(columns: Columns, encoding: str, name: str) -> str:
    codec = known_codec(encoding)
    if codec is None:
        raise LayerError(f"{name}: unknown encoding {encoding!r}; name one such as cp1258.")
    try:
        for values in columns:
            for value in values:
                value.decode(codec)
    except UnicodeDecodeError as error:
        raise LayerError(
            f"{name}: the texts are not valid {encoding} (byte {error.object[error.start]:#04x}) "
            "[F05]; name another encoding with --encoding, or leave it out to have it found."
        ) from None
    return codec


def _recode(frame: gpd.GeoDataFrame, codec: str, texts: Texts) -> gpd.GeoDataFrame:
    def text(value: object) -> object:
        if not isinstance(value, str):
            return value
        return texts.decode(value.encode("iso-8859-1"), codec)

    result = frame.rename(columns={c: text(c) for c in frame.columns})
    for column in result.columns.drop(result.geometry.name):
        if not pd.api.types.is_numeric_dtype(result[column].dtype):
            result[column] = result[column].map(text)
    return result


def read_zip(path: Path, layer: str | None, texts: Texts, sizes: Sizes) -> RawLayer:
    """Read a zipped Shapefile."""
    with tempfile.TemporaryDirectory(prefix="geo_merge_") as folder:
        inner = archive.extract_shapefile(path, Path(folder), sizes)
        try:
            raw = read_shapefile(inner, layer, texts, sizes)
        except LayerError as error:
            raise LayerError(
                p.replace("layer.", f"{path.name}/{path.stem}.") for p in error.problems
            ) from error
    hint = f"the .prj in {path.name} is missing"
    return replace(raw, source=path.name, crs_hint=hint)
