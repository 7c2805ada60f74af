"""GeoJSON files as layers: polygons by simdjson if they are plain, else by GDAL."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio

from geo_merge.encodings import Texts
from geo_merge.finding import Finding, Severity
from geo_merge.limits import Sizes
from geo_merge.projection import WGS84
from geo_merge.reading import geojson_reader
from geo_merge.reading.closed import closed
from geo_merge.reading.gdal_layer import Source, read_layer
from geo_merge.reading.geojson_document import as_collection, check_document
from geo_merge.reading.geojson_text import find_odd_numbers
from geo_merge.reading.ragged import NotPlainError, require
from geo_merge.reading.raw import RawLayer

_DEGREES = 180


def read_geojson(path: Path, layer: str | None, texts: Texts, sizes: Sizes) -> RawLayer:
    """Read a GeoJSON file: a collection, a feature a line, ESRI JSON or TopoJSON."""
    del texts
    data = path.read_bytes()
    try:
        require(layer is None, "no layer named")
        return RawLayer(_read_plain(data, path.name), path.name, (), f"{path.name} names no CRS")
    except NotPlainError:
        collection = as_collection(path)
    if collection is not None:
        try:
            frame = _read_plain(collection, path.name)
            return RawLayer(frame, path.name, (), f"{path.name} names no CRS")
        except NotPlainError:
            data = collection
    document = check_document(path.name, data)
    find_odd_numbers(path.name, document)
    # GDAL streams a large file from the disk, and must not look for files beside a small one.
    source: Source = path if collection is None else data
    raw = read_layer(source, path.name, layer, sizes)
    return _placed(raw, document)


def _placed(raw: RawLayer, document: Any) -> RawLayer:  # noqa: ANN401 - whatever JSON knows
    """Give a TopoJSON layer in degrees the CRS of the GeoJSON that it extends."""
    topology = isinstance(document, dict) and document.get("type") == "Topology"
    bounds = raw.frame.total_bounds
    if not topology or raw.frame.crs is not None or not np.abs(bounds).max() <= _DEGREES:
        return raw
    finding = Finding(
        check="R01",
        severity=Severity.WARNING,
        message=f"{raw.source} names no CRS; it was read as WGS 84, in which TopoJSON is made.",
        hint="If it is in another CRS, bring it to WGS 84 in a GIS, as GeoJSON.",
    )
    return replace(raw, frame=raw.frame.set_crs(WGS84), findings=(*raw.findings, finding))


def _read_plain(data: bytes, name: str) -> gpd.GeoDataFrame:
    """Read polygons by simdjson, and attributes and CRS by GDAL: the same frame."""
    collected = geojson_reader.parse_text(data, name)
    polygons, there = geojson_reader.read_polygons(collected)
    geometries = np.full(len(there), None, dtype=object)
    geometries[there] = polygons.geometries()
    rest = collected.attributes()
    with closed(), warnings.catch_warnings():
        warnings.simplefilter("error")  # what GDAL has to say is found by `gdal_layer.read_gdal`
        try:
            table = pyogrio.read_dataframe(rest, read_geometry=False)
            crs = pyogrio.read_info(rest)["crs"]
        except (RuntimeWarning, pyogrio.errors.DataSourceError) as error:
            raise NotPlainError("attributes that GDAL reads") from error
    require(len(table) == len(there) and "geometry" not in table, "a row for each feature")
    return gpd.GeoDataFrame(table, geometry=geometries, crs=crs)
