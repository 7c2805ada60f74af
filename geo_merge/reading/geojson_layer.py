"""GeoJSON files as layers: polygons by simdjson if they are plain, else by GDAL."""

from __future__ import annotations

import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio

from geo_merge.encodings import Texts
from geo_merge.limits import Sizes
from geo_merge.reading import geojson_reader
from geo_merge.reading.gdal_layer import read_gdal
from geo_merge.reading.ragged import NotPlainError, require
from geo_merge.reading.raw import RawLayer


def read_geojson(path: Path, layer: str | None, texts: Texts, sizes: Sizes) -> RawLayer:
    """Read a GeoJSON file."""
    try:
        require(layer is None, "no layer named")
        return RawLayer(_read_plain(path), path.name, (), f"{path.name} names no CRS")
    except NotPlainError:
        return read_gdal(path, layer, texts, sizes)


def _read_plain(path: Path) -> gpd.GeoDataFrame:
    """Read polygons by simdjson, and attributes and CRS by GDAL: the same frame."""
    collected = geojson_reader.parse(path)
    polygons, there = geojson_reader.read_polygons(collected)
    geometries = np.full(len(there), None, dtype=object)
    geometries[there] = polygons.geometries()
    rest = collected.attributes()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # what GDAL has to say is found by `gdal_layer.read_gdal`
        try:
            table = pyogrio.read_dataframe(rest, read_geometry=False)
            crs = pyogrio.read_info(rest)["crs"]
        except (RuntimeWarning, pyogrio.errors.DataSourceError) as error:
            raise NotPlainError("attributes that GDAL reads") from error
    require(len(table) == len(there) and "geometry" not in table, "a row for each feature")
    return gpd.GeoDataFrame(table, geometry=geometries, crs=crs)
