"""GeoJSON files as layers: attributes as they are, plain polygons as arrays, others by GDAL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_merge.errors import LayerError
from geo_merge.geometry.projection import WGS84
from geo_merge.geometry.rings import Geometries
from geo_merge.reading.encodings import Texts
from geo_merge.reading.exact import FLOAT
from geo_merge.reading.gdal import Source, read_layer, read_ogr
from geo_merge.reading.geojson_document import as_collection, check_document, known_crs
from geo_merge.reading.geojson_text import find_odd_numbers
from geo_merge.reading.plain.geojson import Collected, parse_text, read_polygons
from geo_merge.reading.plain.geojson_attributes import Properties, crs_name, read_attributes
from geo_merge.reading.plain.ragged import NotPlainError, require
from geo_merge.reading.raw import RawLayer, refuse_larger
from geo_merge.vocabulary.fields import free_name
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import sentence

# Whole numbers from here on have no room in 64 bits.
_INT64 = 2**63
_SHOWN = 10
_DEGREES = 180


def read_geojson(path: Path, layer: str | None, texts: Texts, sizes: Sizes) -> RawLayer:
    """Read a GeoJSON file: a collection, a feature a line, ESRI JSON or TopoJSON."""
    del texts
    data = path.read_bytes()
    try:
        require(layer is None, "no layer named")
        return read_collection(data, path.name, sizes)
    except NotPlainError:
        collection = as_collection(path)
    if collection is not None:
        try:
            return read_collection(collection, path.name, sizes)
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
    finding = Finding.of(sentence("R01.topojson", source=raw.source))
    return replace(raw, frame=raw.frame.set_crs(WGS84), findings=(*raw.findings, finding))


def read_collection(data: bytes, name: str, sizes: Sizes) -> RawLayer:
    """Read a collection of features: attributes as they stand, geometries by who knows them.

    Raises
    ------
    NotPlainError
        If it is no such collection, or has no features.
    LayerError
        If something in it is no feature, or no geometry.
    """
    collected = parse_text(data, name)
    read = _read_shapes(collected, data, name)
    attributes = read_attributes(collected, name)
    _check_geometries(collected, read.shapes, attributes, name)
    refuse_larger(name, "fields", len(attributes.names), sizes.fields, "fields")
    columns = {column: series(attributes.column(column)) for column in attributes.all_names}
    place = "geometry" if "geometry" not in columns else free_name("geometry", columns)
    frame = gpd.GeoDataFrame(
        {**columns, place: gpd.GeoSeries(read.shapes)},
        geometry=place,
        crs=known_crs(name, read.crs) if isinstance(read.crs, str) else read.crs,
    )
    return RawLayer(
        frame, name, read.findings, sentence("R01.none", file=name), read.closed,
        own=attributes.own, crs_assumed=collected.about.get("crs") is None,
    )  # fmt: skip


@dataclass(frozen=True)
class _Shapes:
    """Geometries of features, the rows with rings that were closed, and what the reader said."""

    shapes: Geometries
    crs: Any
    closed: tuple[int, ...] = ()
    findings: tuple[Finding, ...] = ()


def _read_shapes(collected: Collected, data: bytes, name: str) -> _Shapes:
    """Read polygons as arrays; geometries of other kinds, or odd ones, by GDAL."""
    try:
        crs = crs_name(collected)
        polygons, there = read_polygons(collected)
    except NotPlainError:
        find_odd_numbers(name, check_document(name, data))
        frame, closed, findings, _ = read_ogr(collected.geometries(), name)
        if len(frame) != len(collected.features):
            raise LayerError(sentence("F03.could_be_read", name=name, all=len(collected.features),
                                      read=len(frame))) from None  # fmt: skip
        return _Shapes(np.asarray(frame.geometry.values), frame.crs, closed, tuple(findings))
    shapes = np.full(len(there), None, dtype=object)
    shapes[there] = polygons.geometries()
    return _Shapes(shapes, crs)


def _check_geometries(
    collected: Collected, shapes: Geometries, attributes: Properties, name: str
) -> None:
    """Refuse geometries that are there, but are none: GDAL makes nulls of them."""
    problems = []
    for k, (feature, shape) in enumerate(zip(collected.features, shapes, strict=True)):
        if shape is None and feature.get("geometry") is not None:
            known = ", ".join(f"{n} {v}" for n, v in list(attributes.own.rows[k].items())[:2])
            problems.append(sentence("G02.no_geometry", name=name, row=k + 1, known=known))
    if problems:
        raise LayerError(problems[:_SHOWN])


def series(values: list[Any]) -> pd.Series:
    """Return values of JSON as a column: numbers as numbers where nothing of them is lost."""
    kinds = {type(value) for value in values if value is not None}
    blanks = any(value is None for value in values)
    if kinds and kinds <= {int, float}:
        whole = [abs(value) for value in values if isinstance(value, int)]
        if kinds == {int} and not blanks and max(whole) < _INT64:
            return pd.Series(values, dtype="int64")
        if max(whole, default=0) < FLOAT:
            return pd.Series(values, dtype="float64")
        return pd.Series(values, dtype=object)
    if kinds == {bool} and not blanks:
        return pd.Series(values, dtype=bool)
    return pd.Series(values) if kinds == {str} else pd.Series(values, dtype=object)
