"""Opening layer files: what a file really is, whether it is whole, and its raw frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from pyproj.exceptions import ProjError

from geo_merge.errors import CRSError, LayerError
from geo_merge.geometry.areas import transformer
from geo_merge.geometry.projection import WGS84
from geo_merge.reading import kinds
from geo_merge.reading.containers import layer_in_folder, read_zip
from geo_merge.reading.content import check_content
from geo_merge.reading.crs_text import refuse_files
from geo_merge.reading.encodings import Texts, mend_mojibake
from geo_merge.reading.flatgeobuf import read_flatgeobuf
from geo_merge.reading.geodatabase import read_geodatabase
from geo_merge.reading.geojson_layer import read_geojson
from geo_merge.reading.geopackage import read_geopackage
from geo_merge.reading.library_words import said_by_library
from geo_merge.reading.mapinfo import read_mapinfo
from geo_merge.reading.parquet import is_partitioned, read_parts
from geo_merge.reading.parquet_layer import read_parquet, read_parquet_parts
from geo_merge.reading.raw import RawLayer, refuse_larger
from geo_merge.reading.shapefile_layer import read_shapefile
from geo_merge.reading.xml_layer import read_gml, read_kml
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import sentence

__all__ = ["RawLayer", "mended", "open_layer"]

_READ_ERRORS = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.FeatureError,
    pyogrio.errors.GeometryError,
    OSError,  # as Arrow tells what GDAL stumbles over
    pa.ArrowException,
)
UNICODE = Texts()


def open_layer(
    path: Path,
    *,
    layer: str | None = None,
    texts: Texts = UNICODE,
    sizes: Sizes | None = None,
) -> RawLayer:
    """Read a polygon layer of any supported format (`kinds`), or the one layer of a folder.

    `texts` says how to read its attributes.

    Sizes are looked at before anything is read, in the headers where these tell them.

    Raises
    ------
    LayerError
        If the file is missing, empty, damaged, of another format than its name says, or holds no
        or several polygon layers; if the parts of a folder differ.
    """
    sizes = sizes or Sizes()
    if is_partitioned(path):
        raw = read_parquet_parts(read_parts(path), path, sizes)
    elif path.is_dir():
        path, layer = layer_in_folder(path, layer)
        raw = _read(path, layer, texts, sizes)
    else:
        raw = _read(path, layer, texts, sizes)
    _check_crs(raw)
    _check_size(path, raw.frame, sizes)
    if raw.frame.empty:
        raise LayerError(sentence("F07.none", source=raw.source))
    return raw if texts.asked else mended(raw, texts)


def _read(path: Path, layer: str | None, texts: Texts, sizes: Sizes) -> RawLayer:
    """Read a file, or a folder that is a file geodatabase."""
    if not path.exists():
        raise LayerError(sentence("F01.no_file", path=path))
    if path.is_file() and kinds.is_table(path.suffix):  # which may be named so only
        check_content(path)
    kind = kinds.GEODATABASE if path.is_dir() else kinds.kind_of(path.name, path.suffix)
    if path.is_file():
        refuse_larger(path, "mb", path.stat().st_size / 2**20, sizes.file_mb, "file_mb")
        check_content(path)
    try:
        return _READERS[kind](path, layer, texts, sizes)
    except _READ_ERRORS as error:
        raise LayerError(
            sentence("F03.unreadable", name=path.name, reason=said_by_library(error, path.name))
        ) from error
    except UnicodeDecodeError as error:
        raise LayerError(
            sentence("F05.not_utf8_byte", name=path.name, byte=error.object[error.start])
        ) from error


def _check_crs(raw: RawLayer) -> None:
    """Refuse a CRS that names files, or from which there is no way to WGS 84."""
    crs = raw.frame.crs
    if crs is None:
        return
    refuse_files(crs.to_wkt(), raw.source)
    if crs.is_geographic or crs.is_projected:
        try:
            transformer(crs, WGS84)
        except ProjError as error:
            raise CRSError(sentence("R01.unusable", source=raw.source, crs=crs.name)) from error


def mended(raw: RawLayer, texts: Texts) -> RawLayer:
    """Return the layer with texts decoded that were taken for letters of another encoding."""
    frame = raw.frame
    names = [c for c in frame.columns.drop(frame.geometry.name) if _is_text(frame[c])]
    values = {name: frame[name].tolist() for name in names}
    mended, findings = mend_mojibake(values, raw.source, texts.at(frame))
    if not findings:
        return raw
    columns = {n: pd.Series(v, index=frame.index, dtype=object) for n, v in mended.items()}
    own = raw.own
    if own is not None:
        rows = [
            {n: mended[n][k] if n in mended and isinstance(v, str) else v for n, v in row.items()}
            for k, row in enumerate(own.rows)
        ]
        own = replace(own, rows=rows)
    frame = frame.assign(**columns)
    return replace(raw, frame=frame, own=own, findings=(*raw.findings, *findings))


def _is_text(values: pd.Series) -> bool:
    return bool(pd.api.types.is_object_dtype(values) or pd.api.types.is_string_dtype(values))


def _check_size(path: Path, frame: gpd.GeoDataFrame, sizes: Sizes) -> None:
    refuse_larger(path, "features", len(frame), sizes.features, "features")
    vertices = int(shapely.get_num_coordinates(np.asarray(frame.geometry.values)).sum())
    refuse_larger(path, "vertices", vertices, sizes.vertices, "vertices")


_READERS: dict[kinds.Kind, Callable[[Path, str | None, Texts, Sizes], RawLayer]] = {
    kinds.SHAPEFILE: read_shapefile,
    kinds.GEOPACKAGE: read_geopackage,
    kinds.GEOJSON: read_geojson,
    kinds.FLATGEOBUF: read_flatgeobuf,
    kinds.GEOPARQUET: read_parquet,
    kinds.TAB: read_mapinfo,
    kinds.MIF: read_mapinfo,
    kinds.GEODATABASE: read_geodatabase,
    kinds.KML: read_kml,
    kinds.GML: read_gml,
    kinds.ZIP: partial(read_zip, open_layer=_read),
}
