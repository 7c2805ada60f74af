"""Opening layer files: what a file really is, whether it is whole, and its raw frame."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely

from geo_merge.encodings import Texts, mend_mojibake
from geo_merge.errors import LayerError
from geo_merge.limits import Sizes
from geo_merge.reading.gdal_layer import read_gdal
from geo_merge.reading.geojson_layer import read_geojson
from geo_merge.reading.geojson_text import find_odd_numbers, is_geojson
from geo_merge.reading.partitions import Part, read_part, read_parts
from geo_merge.reading.raw import RawLayer, refuse_larger
from geo_merge.reading.shapefile_layer import read_shapefile, read_zip

__all__ = ["FORMATS", "RawLayer", "open_layer"]

FORMATS = {
    ".shp": "Shapefile",
    ".zip": "zipped Shapefile",
    ".gpkg": "GeoPackage",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".fgb": "FlatGeobuf",
    ".parquet": "GeoParquet",
    ".geoparquet": "GeoParquet",
}
_READ_ERRORS = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError,
                pyogrio.errors.FeatureError, pyogrio.errors.GeometryError)  # fmt: skip
UNICODE = Texts()


def open_layer(
    path: Path,
    *,
    layer: str | None = None,
    texts: Texts = UNICODE,
    sizes: Sizes | None = None,
) -> RawLayer:
    """Read a polygon layer of any supported format, or a folder of GeoParquet parts.

    `texts` says how to read its attributes.

    Sizes are looked at before anything is read, in the headers where these tell them.

    Raises
    ------
    LayerError
        If the file is missing, empty, damaged, of another format than its name says, or holds no
        or several polygon layers; if the parts of a folder differ.
    """
    sizes = sizes or Sizes()
    if path.is_dir():
        return _checked(path, _read_parts(read_parts(path), path, sizes), texts, sizes)
    if not path.is_file():
        raise LayerError(f"{path}: no such file; check the path.")
    if path.suffix.lower() not in FORMATS:
        known = ", ".join(sorted(FORMATS))
        raise LayerError(f"{path.name}: unknown format {path.suffix!r}; give one of {known}.")
    refuse_larger(path, "MB", path.stat().st_size / 2**20, sizes.file_mb, "file_mb")
    _check_content(path)
    reader = _READERS[FORMATS[path.suffix.lower()]]
    try:
        raw = reader(path, layer, texts, sizes)
    except _READ_ERRORS as error:
        if FORMATS[path.suffix.lower()] == "GeoJSON":
            find_odd_numbers(path)
        raise LayerError(
            f"{path.name} cannot be read ({error}) [F03]; copy or export it again."
        ) from error
    except UnicodeDecodeError as error:
        raise LayerError(
            f"{path.name}: texts are not valid UTF-8 (byte {error.object[error.start]:#04x}) "
            "[F05]; export it again as UTF-8."
        ) from error
    return _checked(path, raw, texts, sizes)


def _checked(path: Path, raw: RawLayer, texts: Texts, sizes: Sizes) -> RawLayer:
    """Refuse a layer that is too large or empty; mend its texts unless an encoding was asked."""
    _check_size(path, raw.frame, sizes)
    if raw.frame.empty:
        raise LayerError(f"{raw.source} has no features [F07]; choose the layer with the units.")
    return raw if texts.asked else mended(raw, texts)


def mended(raw: RawLayer, texts: Texts) -> RawLayer:
    """Return the layer with texts decoded that were taken for letters of another encoding."""
    frame = raw.frame
    names = [c for c in frame.columns.drop(frame.geometry.name) if _is_text(frame[c])]
    values = {name: frame[name].tolist() for name in names}
    mended, findings = mend_mojibake(values, raw.source, texts)
    if not findings:
        return raw
    columns = {n: pd.Series(v, index=frame.index, dtype=object) for n, v in mended.items()}
    return replace(raw, frame=frame.assign(**columns), findings=(*raw.findings, *findings))


def _is_text(values: pd.Series) -> bool:
    return bool(pd.api.types.is_object_dtype(values) or pd.api.types.is_string_dtype(values))


def _check_size(path: Path, frame: gpd.GeoDataFrame, sizes: Sizes) -> None:
    refuse_larger(path, "features", len(frame), sizes.features, "features")
    vertices = int(shapely.get_num_coordinates(np.asarray(frame.geometry.values)).sum())
    refuse_larger(path, "vertices", vertices, sizes.vertices, "vertices")


def _check_content(path: Path) -> None:
    """Compare the first bytes with what the extension promises."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise LayerError(f"{path.name} is empty (0 bytes) [F01]; copy or export it again.")
    said, found = FORMATS[path.suffix.lower()], _sniff(head)
    if said == "GeoJSON":
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise LayerError(f"{path.name} is in UTF-16 [F05]; save it as UTF-8.")
        if found == "text" and is_geojson(path):
            return
    elif found == said or (said == "zipped Shapefile" and found == "zip"):
        return
    raise LayerError(
        f"{path.name} is named like a {said}, but its content is {_CONTENT.get(found, found)} "
        "[F01]; give it the right extension or export it again."
    )


_CONTENT = {"text": "other text", "zip": "a zip archive", "unknown": "something else"}


def _sniff(head: bytes) -> str:
    magic = {
        b"SQLite format 3\0": "GeoPackage",
        b"PK\x03\x04": "zip",
        b"fgb\x03": "FlatGeobuf",
        b"PAR1": "GeoParquet",
        (9994).to_bytes(4, "big"): "Shapefile",
    }
    for start, name in magic.items():
        if head.startswith(start):
            return name
    return "unknown" if b"\0" in head else "text"


def _read_parquet(path: Path, layer: str | None, texts: Texts, sizes: Sizes) -> RawLayer:
    del layer, texts
    return _read_parts((read_part(path),), path, sizes)


def _read_parts(parts: Sequence[Part], path: Path, sizes: Sizes) -> RawLayer:
    """Read one GeoParquet file, or the parts of a folder as one layer."""
    megabytes = sum(part.path.stat().st_size for part in parts) / 2**20
    refuse_larger(path, "MB", megabytes, sizes.file_mb, "file_mb")
    refuse_larger(path, "features", sum(p.rows for p in parts), sizes.features, "features")
    inflated = sum(part.inflated for part in parts) / 2**20
    refuse_larger(path, "MB inflated", inflated, sizes.archive_mb, "archive_mb")
    try:
        frames = [gpd.read_parquet(part.path) for part in parts]
    except (pa.ArrowException, OSError, ValueError) as error:
        raise LayerError(
            f"{path.name} cannot be read ({error}) [F03]; copy or export it again."
        ) from error
    frame = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    return RawLayer(frame, path.name, (), f"{path.name} names no CRS")


_READERS: dict[str, Callable[[Path, str | None, Texts, Sizes], RawLayer]] = {
    "Shapefile": read_shapefile,
    "zipped Shapefile": read_zip,
    "GeoPackage": read_gdal,
    "GeoJSON": read_geojson,
    "FlatGeobuf": read_gdal,
    "GeoParquet": _read_parquet,
}
