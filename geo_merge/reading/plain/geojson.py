"""Plain GeoJSON: polygons as ragged arrays, with simdjson ten times as fast as by GDAL."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from geo_merge.errors import LayerError
from geo_merge.geometry.polygons import Polygons
from geo_merge.geometry.rings import Bools, Floats, Ints, Rings, wound_left
from geo_merge.reading.complete import refuse_part
from geo_merge.reading.geojson_document import check_crs
from geo_merge.reading.json_values import (
    doubled,
    is_array,
    is_object,
    members,
    parse,
    plain,
    positions,
    text_of,
)
from geo_merge.reading.plain.ragged import NotPlainError, require
from geo_merge.vocabulary.sentence import sentence

_SMALLEST = 4  # positions of a ring
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
            b'{"type":"Feature","properties":{},"geometry":' + text_of(f.get("geometry")) + b"}"
            for f in self.features
        ]
        return (
            b'{"type":"FeatureCollection",' + crs.encode()
            + b'"features":[' + b",\n".join(rows) + b"]}"
        )  # fmt: skip


def parse_file(path: Path) -> Collected:
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
    document = _document(data)
    require(is_object(document), "an object")
    _refuse_twice([("", doubled(document))], source)
    if document.get("type") == "Feature":
        _check_features([document], source)
        _check_members([document], source)
        about = {k: plain(document[k]) for k in ("crs",) if k in document}
        check_crs(source, about)
        return Collected([document], about)
    require(document.get("type") == "FeatureCollection", "a FeatureCollection")
    found = document.get("features")
    require(is_array(found) and len(found), "features")
    features = list(found)
    _check_features(features, source)
    _check_members(features, source)
    _check_texts(features, source)
    about = {k: plain(document[k]) for k in members(document) if k != "features"}
    refuse_part(source, about, len(features))
    check_crs(source, about)
    return Collected(features, about)


def _document(data: bytes) -> Any:  # noqa: ANN401 - whatever JSON knows
    try:
        return parse(data)
    except UnicodeDecodeError as error:
        raise NotPlainError("UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise NotPlainError("well-formed JSON") from error


def _check_features(features: list[Any], source: str) -> None:
    odd = [
        str(k + 1)
        for k, feature in enumerate(features)
        if not (
            is_object(feature)
            and feature.get("type") == "Feature"
            and (feature.get("properties") is None or is_object(feature.get("properties")))
        )
    ]
    if odd:
        more = ", ..." if len(odd) > _SHOWN else ""
        raise LayerError(sentence("F03.no_features", source=source, n=len(odd), all=len(features),
                                  numbers=", ".join(odd[:_SHOWN]), more=more))  # fmt: skip


def _check_members(features: list[Any], source: str) -> None:
    """Refuse features that have a member twice, as two geometries."""
    twice = [
        (sentence("words.at_row", row=str(k + 1)), doubled(each))
        for k, feature in enumerate(features)
        for each in (feature, feature.get("geometry"))
    ]
    _refuse_twice(twice, source)


def _refuse_twice(twice: Sequence[tuple[str, str | None]], source: str) -> None:
    problems = [
        sentence("F03.twice", source=source, where=where, name=name)
        for where, name in twice
        if name is not None
    ]
    if problems:
        raise LayerError(problems[:_SHOWN])


def _check_texts(features: list[Any], source: str) -> None:
    """Refuse halves of characters, which simdjson leaves to Python's reader."""
    for k, feature in enumerate(features):
        if isinstance(feature, dict):
            try:
                json.dumps(feature, ensure_ascii=False).encode()
            except UnicodeEncodeError as error:
                half = error.object[error.start].encode("ascii", "backslashreplace").decode()
                raise LayerError(
                    sentence("F05.half", source=source, row=k + 1, half=half)
                ) from None


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
        require(is_object(geometry), "geometries that are objects")
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


def _items(array: Any) -> Any:  # noqa: ANN401 - an array of JSON
    require(is_array(array) and len(array), "arrays, not empty")
    return array


def _ring(ring: Any) -> Floats:  # noqa: ANN401 - an array of JSON
    """Return the positions of a ring, shape (n, 2)."""
    require(len(_items(ring)) >= _SMALLEST, "rings of triangles and more")
    try:
        return positions(ring)[:, :2]
    except ValueError as error:
        raise NotPlainError(str(error)) from error
