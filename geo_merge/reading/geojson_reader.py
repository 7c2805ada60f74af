"""Plain GeoJSON read by simdjson: polygons as ragged arrays, ten times as fast as by GDAL."""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import Any

import numpy as np
import simdjson

from geo_merge.errors import LayerError
from geo_merge.geojson_rings import Polygons
from geo_merge.reading.complete import refuse_part
from geo_merge.reading.geojson_document import check_crs
from geo_merge.reading.ragged import NotPlainError, require
from geo_merge.rings import Bools, Floats, Ints, Rings, wound_left

_SMALLEST = 4  # positions of a ring
_OBJECT, _ARRAY = (simdjson.Object, dict), (simdjson.Array, list)
_SHOWN = 10


@dataclass(frozen=True)
class Collected:
    """A FeatureCollection, parsed.

    Attributes
    ----------
    features
        One a row.
    about
        The members of the collection beside its features.
    """

    features: list[Any]
    about: dict[str, Any]

    def geometries(self) -> bytes:
        """Return the collection without its attributes, for GDAL to read the geometries of."""
        crs = f'"crs":{json.dumps(self.about["crs"])},' if "crs" in self.about else ""
        rows = [
            b'{"type":"Feature","properties":{},"geometry":' + _text(f.get("geometry")) + b"}"
            for f in self.features
        ]
        return (
            b'{"type":"FeatureCollection",' + crs.encode()
            + b'"features":[' + b",\n".join(rows) + b"]}"
        )  # fmt: skip


def parse(path: Path) -> Collected:
    """Parse a file; see `parse_text`."""
    return parse_text(path.read_bytes(), path.name)


def parse_text(data: bytes, source: str) -> Collected:
    """Parse the content of a file.

    Raises
    ------
    NotPlainError
        If it is no FeatureCollection with features, and no Feature.
    LayerError
        If something among its features is none, which GDAL passes over without a word; if it says
        that it is a part of a collection (F03), or names its CRS by a link or a file (R01).
    """
    document = _document(data.removeprefix(codecs.BOM_UTF8))
    require(isinstance(document, _OBJECT), "an object")
    if document.get("type") == "Feature":
        _check_features([document], source)
        about = {k: plain(document[k]) for k in ("crs",) if k in document}
        check_crs(source, about)
        return Collected([document], about)
    require(document.get("type") == "FeatureCollection", "a FeatureCollection")
    found = document.get("features")
    require(isinstance(found, _ARRAY) and len(found), "features")
    features = list(found)
    _check_features(features, source)
    _check_texts(features, source)
    about = {k: plain(document[k]) for k in document.keys() if k != "features"}  # noqa: SIM118 - no iterator
    refuse_part(source, about, len(features))
    check_crs(source, about)
    return Collected(features, about)


def _document(data: bytes) -> Any:  # noqa: ANN401 - whatever JSON knows
    """Parse JSON, also with numbers and texts that simdjson has no room for."""
    try:
        return simdjson.Parser().parse(data)
    except UnicodeDecodeError as error:
        raise NotPlainError("UTF-8") from error
    except (ValueError, RuntimeError):
        pass
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NotPlainError("well-formed JSON") from error


def _check_features(features: list[Any], source: str) -> None:
    odd = [
        str(k + 1)
        for k, feature in enumerate(features)
        if not (
            isinstance(feature, _OBJECT)
            and feature.get("type") == "Feature"
            and isinstance(feature.get("properties"), (*_OBJECT, NoneType))
        )
    ]
    if odd:
        more = ", ..." if len(odd) > _SHOWN else ""
        raise LayerError(
            f"{source}: {len(odd)} of {len(features)} entries of the collection are no features "
            f"(number {', '.join(odd[:_SHOWN])}{more}) [F03]; give each the type Feature, "
            "properties and a geometry, or take it out."
        )


def _check_texts(features: list[Any], source: str) -> None:
    """Refuse halves of characters, as which simdjson leaves to Python's reader."""
    for k, feature in enumerate(features):
        if isinstance(feature, dict):
            try:
                json.dumps(feature, ensure_ascii=False).encode()
            except UnicodeEncodeError as error:
                half = error.object[error.start].encode("ascii", "backslashreplace").decode()
                raise LayerError(
                    f"{source} row {k + 1} has half of a character ({half}) in a text [F05]; "
                    "write the whole character there."
                ) from None


def plain(value: Any) -> Any:  # noqa: ANN401 - whatever JSON knows
    """Return a value of simdjson as Python has it."""
    if isinstance(value, simdjson.Object):
        return value.as_dict()
    return value.as_list() if isinstance(value, simdjson.Array) else value


def _text(value: Any) -> bytes:  # noqa: ANN401 - whatever JSON knows
    if isinstance(value, simdjson.Object | simdjson.Array):
        mini: Any = value.mini
        return bytes(mini)
    return json.dumps(value).encode()


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
        geometry = feature.get("geometry")
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
