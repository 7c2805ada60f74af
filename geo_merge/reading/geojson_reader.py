"""Plain GeoJSON read by simdjson: polygons as ragged arrays, ten times as fast as by GDAL."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import simdjson

from geo_merge.geojson_rings import Polygons
from geo_merge.reading.complete import refuse_part
from geo_merge.reading.geojson_document import check_crs
from geo_merge.reading.ragged import NotPlainError, require
from geo_merge.rings import Bools, Floats, Ints, Rings, wound_left

_SMALLEST = 4  # positions of a ring
_INT64 = 2**63
# What GDAL may take for a date or a time.
_DATE = re.compile(r"\s*[-+]?\d+\s*[-/:T]")


@dataclass(frozen=True)
class Collected:
    """A FeatureCollection, parsed.

    Attributes
    ----------
    features
        One a row, all with properties.
    about
        The members of the collection beside its features.
    """

    features: list[Any]
    about: dict[str, Any]

    def attributes(self) -> bytes:
        """Return the collection without its geometries, for GDAL to make a table of."""
        about = "".join(f"{json.dumps(k)}:{json.dumps(v)}," for k, v in self.about.items())
        rows = [
            b'{"type":"Feature",'
            + (b'"id":' + json.dumps(f["id"]).encode() + b"," if "id" in f else b"")
            + b'"properties":' + f["properties"].mini + b',"geometry":null}'
            for f in self.features
        ]  # fmt: skip
        return b"{" + about.encode() + b'"features":[' + b",\n".join(rows) + b"]}"


def parse(path: Path) -> Collected:
    """Parse a file; see `parse_text`."""
    return parse_text(path.read_bytes(), path.name)


def parse_text(data: bytes, source: str) -> Collected:
    """Parse the content of a file.

    Raises
    ------
    NotPlainError
        If it is no FeatureCollection with features that have properties.
    LayerError
        If it says that it is a part of a collection, or names its CRS by a link or a file.
    """
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        document: Any = simdjson.Parser().parse(data)
    except (ValueError, RuntimeError) as error:  # also what is no UTF-8, or a number too large
        raise NotPlainError("well-formed JSON") from error
    require(isinstance(document, simdjson.Object), "an object")
    require(document.get("type") == "FeatureCollection", "a FeatureCollection")
    found = document.get("features")
    require(isinstance(found, simdjson.Array) and len(found), "features")
    features = list(found)
    for feature in features:
        require(isinstance(feature, simdjson.Object), "features that are objects")
        require(feature.get("type") == "Feature", "features")
        require(isinstance(feature.get("properties"), simdjson.Object), "properties")
        require("geometry" in feature, "geometries, if null")
        require(isinstance(feature.get("id"), str | int | float | None), "ids that are values")
    about = {k: _plain(document[k]) for k in document.keys() if k != "features"}  # noqa: SIM118 - no iterator
    refuse_part(source, about, len(features))
    check_crs(source, about)
    return Collected(features, about)


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever JSON knows
    if isinstance(value, simdjson.Object):
        return value.as_dict()
    return value.as_list() if isinstance(value, simdjson.Array) else value


def read_polygons(collected: Collected) -> tuple[Polygons, Bools]:
    """Return the polygons of a collection, and which of its features have one; z is dropped.

    Raises
    ------
    NotPlainError
        If a geometry is neither polygon nor null, or has a ring that is open, shorter than a
        triangle, or of positions with different numbers of coordinates.
    """
    vertices: list[Floats] = []
    n_rings: list[int] = []  # of each polygon
    n_polygons: list[int] = []  # of each geometry
    single: list[bool] = []
    there = np.zeros(len(collected.features), dtype=bool)
    for k, feature in enumerate(collected.features):
        geometry = feature["geometry"]
        if geometry is None:
            continue
        require(isinstance(geometry, simdjson.Object), "geometries that are objects")
        kind, coordinates = geometry.get("type"), geometry.get("coordinates")
        require(kind in {"Polygon", "MultiPolygon"}, "polygons and nulls alone")
        polygons = _items([coordinates] if kind == "Polygon" else coordinates)
        for polygon in polygons:
            own = [_ring(ring) for ring in _items(polygon)]
            vertices += own
            n_rings.append(len(own))
        n_polygons.append(len(polygons))
        single.append(kind == "Polygon")
        there[k] = True
    if not vertices:
        return Polygons.of(np.empty(0, dtype=object)), there
    xy = np.concatenate(vertices)
    start = _starts(list(map(len, vertices)))
    require((xy[start[:-1]] == xy[start[1:] - 1]).all(), "closed rings")
    xy += 0.0  # -0.0 becomes 0.0, as everywhere
    polygon_start, geometry_start = _starts(n_rings), _starts(n_polygons)
    owner = np.repeat(np.arange(len(single)), np.diff(polygon_start[geometry_start]))
    left = wound_left(xy, start, polygon_start)
    rings = Rings(xy, start, owner, left, polygon_start, geometry_start)
    return Polygons(rings, np.array(single)), there


def _starts(counts: list[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _items(array: Any) -> Any:  # noqa: ANN401 - simdjson's arrays
    require(isinstance(array, simdjson.Array | list) and len(array), "arrays, not empty")
    return array


def _ring(ring: Any) -> Floats:  # noqa: ANN401 - simdjson's arrays
    """Return the positions of a ring, shape (n, 2)."""
    n = len(_items(ring))
    require(n >= _SMALLEST, "rings of triangles and more")
    ends = ring[0], ring[n - 1]
    require(all(isinstance(end, simdjson.Array) for end in ends), "positions")
    try:
        numbers = np.frombuffer(ring.as_buffer(of_type="d"))
    except TypeError as error:
        raise NotPlainError("numbers") from error
    width = len(ends[0])
    require(width in {2, 3} and len(ends[1]) == width and len(numbers) == n * width, "positions")
    return numbers.reshape(n, width)[:, :2]


def read_columns(collected: Collected, wanted: Collection[str] | None) -> dict[str, list[Any]]:
    """Return attributes as GDAL and geopandas would read them; all if none are named.

    Raises
    ------
    NotPlainError
        If features have different properties or an id, or values of a property differ in kind or
        are lists, objects, dates or truth values with blanks.
    """
    names = tuple(collected.features[0]["properties"].keys())
    require(all(names) and "geometry" not in names, "properties with names")
    require(len(set(names)) == len(names), "names that differ")
    rows = []
    for feature in collected.features:
        require("id" not in feature, "features without id")
        properties = feature["properties"]
        require(tuple(properties.keys()) == names, "the same properties")
        rows.append(properties)
    return {
        name: _column([row[name] for row in rows])
        for name in names
        if wanted is None or name in wanted
    }


def _column(values: list[Any]) -> list[Any]:
    kinds = {type(value) for value in values if value is not None}
    blanks = any(value is None for value in values)
    if kinds <= {int, float}:
        whole = kinds == {int}
        require(not whole or all(abs(v) < _INT64 for v in values if v is not None), "64 bits")
        if whole and not blanks:
            return values
        return [None if value is None else float(value) for value in values]
    require(len(kinds) == 1, "values of one kind")
    require(kinds == {str} or (kinds == {bool} and not blanks), "texts, numbers and truth values")
    require(not any(isinstance(v, str) and _DATE.match(v) for v in values), "no dates")
    return values


def crs_name(collected: Collected) -> str:
    """Return the CRS that the collection names, WGS 84 if it does not (RFC 7946).

    Raises
    ------
    NotPlainError
        If it names one by anything else but a code of EPSG or CRS84.
    """
    crs = collected.about.get("crs")
    if crs is None:
        return "EPSG:4326"
    try:
        name = str(crs["properties"]["name"])
    except (KeyError, TypeError) as error:
        raise NotPlainError("a CRS with a name") from error
    if name in {"urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84"}:
        return "EPSG:4326"
    code = re.fullmatch(r"(?:urn:ogc:def:crs:EPSG::|EPSG:)([0-9]+)", name)
    require(code, "a CRS of EPSG")
    return f"EPSG:{code[1]}" if code else ""
