"""Opening layer files: what a file really is, whether it is whole, and its raw frame."""

from __future__ import annotations

import codecs
import math
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely

from geo_merge import archive, dbf, shapefile
from geo_merge.encodings import (
    Columns,
    Texts,
    contradiction,
    decide,
    known_codec,
    mend_mojibake,
)
from geo_merge.errors import LayerError
from geo_merge.geojson_text import find_odd_numbers, is_geojson
from geo_merge.geopackage import curves, refuse_views
from geo_merge.limits import Sizes
from geo_merge.models import Finding, Severity
from geo_merge.partitions import Part, read_part, read_parts

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
_POLYGONS = ("Polygon", "Surface", "Unknown", "GeometryCollection")
# What GDAL warns of, by a word of its warning, and the check that it is.
_GDAL_CHECKS = {"winding": "G09", "geometry": "G03", "closed": "G04", "ring": "G04"}
_READ_ERRORS = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError,
                pyogrio.errors.FeatureError, pyogrio.errors.GeometryError)  # fmt: skip
UNICODE = Texts()


@dataclass(frozen=True)
class RawLayer:
    """A layer as its file has it.

    Attributes
    ----------
    frame
        Attributes as text, numbers and dates; the geometry and CRS of the file.
    source
        File name, with the layer where a file has several.
    findings
        What had to be decided to read it.
    crs_hint
        Where the CRS should have been, as ``communes.prj is missing``.
    closed
        Rows (from 0) with a ring whose last point was missing, and which was closed.
    curved
        Rows (from 0) with arcs, which are read as short straight edges.
    encoding
        The encoding that the texts were read in.
    """

    frame: gpd.GeoDataFrame
    source: str
    findings: tuple[Finding, ...] = ()
    crs_hint: str = ""
    closed: tuple[int, ...] = ()
    curved: tuple[int, ...] = ()
    encoding: str = "utf-8"


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
    return raw if texts.asked else _mended(raw, texts)


def _mended(raw: RawLayer, texts: Texts) -> RawLayer:
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


def refuse_larger(path: Path, what: str, size: float, largest: float, limit: str) -> None:
    """Raise LayerError (S05) if a file has more of something than it may have."""
    if size > largest:
        raise LayerError(
            f"{path.name} has {size:,.0f} {what}, more than {largest:,.0f} [S05]; if that is "
            f"meant, allow it with --limit {limit}={math.ceil(size)}."
        )


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


def _read_shapefile(path: Path, layer: str | None, texts: Texts, sizes: Sizes) -> RawLayer:
    del layer
    parts = shapefile.find_parts(path)
    refuse_larger(parts.dbf, "MB", parts.dbf.stat().st_size / 2**20, sizes.file_mb, "file_mb")
    refuse_larger(path, "features", len(shapefile.check(parts)), sizes.features, "features")
    codec, findings = _shapefile_encoding(parts, texts)
    gdal_encoding = "UTF-8" if codec == "utf-8" else "ISO-8859-1"
    # Holes are told from their place: some programs wind every ring the wrong way.
    pyogrio.set_gdal_config_options({"OGR_ORGANIZE_POLYGONS": "DEFAULT"})
    frame, closed, noted = _read_ogr(path, encoding=gdal_encoding)
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


def _read_ogr(
    path: Path, **options: str
) -> tuple[gpd.GeoDataFrame, tuple[int, ...], list[Finding]]:
    """Read a layer by GDAL; return also the rows whose rings were closed, and GDAL's warnings."""
    closed: tuple[int, ...] = ()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            frame = pyogrio.read_dataframe(path, **options)
        except shapely.GEOSException:  # a ring that is not closed
            strict = pyogrio.read_dataframe(path, on_invalid="ignore", **options)
            frame = pyogrio.read_dataframe(path, on_invalid="fix", **options)
            mended = strict.geometry.isna() & frame.geometry.notna()
            closed = tuple(int(k) for k in np.flatnonzero(mended))
    texts = dict.fromkeys(str(w.message) for w in said if "invalid value" not in str(w.message))
    findings = [
        Finding(
            check=next((c for word, c in _GDAL_CHECKS.items() if word in text), "F03"),
            severity=Severity.WARNING,
            message=f"{path.name}: the reader says: {text.splitlines()[0]}",
            hint="Look at the layer in a GIS.",
        )
        for text in texts
    ]
    return frame, closed, findings


def _read_zip(path: Path, layer: str | None, texts: Texts, sizes: Sizes) -> RawLayer:
    with tempfile.TemporaryDirectory(prefix="geo_merge_") as folder:
        inner = archive.extract_shapefile(path, Path(folder), sizes)
        try:
            raw = _read_shapefile(inner, layer, texts, sizes)
        except LayerError as error:
            raise LayerError(
                p.replace("layer.", f"{path.name}/{path.stem}.") for p in error.problems
            ) from error
    hint = f"the .prj in {path.name} is missing"
    return replace(raw, source=path.name, crs_hint=hint)


def _read_gdal(path: Path, layer: str | None, texts: Texts, sizes: Sizes) -> RawLayer:
    del texts
    if path.suffix.lower() == ".gpkg":
        refuse_views(path)
    with warnings.catch_warnings():  # reading says the same again, and is heard then
        warnings.simplefilter("ignore")
        layers = pyogrio.list_layers(path)
    polygons = [n for n, kind in layers if kind and any(word in kind for word in _POLYGONS)]
    if not polygons:  # lines to cut by, perhaps
        polygons = [n for n, kind in layers if kind and "LineString" in kind]
    findings: tuple[Finding, ...] = ()
    if layer is not None:
        if layer not in [name for name, _ in layers]:
            names = ", ".join(name for name, _ in layers)
            raise LayerError(f"{path.name} has no layer {layer!r}; it has {names}.")
        polygons = [layer]
    elif len(polygons) > 1:
        raise LayerError(
            f"{path.name} holds several polygon layers ({', '.join(polygons)}) [F06]; "
            "name one with --layer."
        )
    elif not polygons:
        kinds = ", ".join(f"{name}: {kind or 'no geometry'}" for name, kind in layers)
        raise LayerError(f"{path.name} holds no polygons ({kinds}) [G03]; give polygon layers.")
    elif len(layers) > 1:
        findings = (
            Finding(
                check="F06",
                severity=Severity.WARNING,
                message=f"{path.name} holds {len(layers)} layers; {polygons[0]}, the only one of "
                "polygons, was read.",
                hint="Name the layer with --layer to be sure.",
            ),
        )
    if path.suffix.lower() in {".gpkg", ".fgb"}:  # of GeoJSON, counting means reading it all
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            features = pyogrio.read_info(path, layer=polygons[0])["features"]
        refuse_larger(path, "features", features, sizes.features, "features")
    frame, closed, noted = _read_ogr(path, layer=polygons[0])
    curved = curves(path, polygons[0]) if path.suffix.lower() == ".gpkg" else ()
    source = path.name if len(layers) == 1 else f"{path.name}/{polygons[0]}"
    hint = f"{source} names no CRS"
    return RawLayer(frame, source, (*findings, *noted), hint, closed, curved)


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
    "Shapefile": _read_shapefile,
    "zipped Shapefile": _read_zip,
    "GeoPackage": _read_gdal,
    "GeoJSON": _read_gdal,
    "FlatGeobuf": _read_gdal,
    "GeoParquet": _read_parquet,
}
