"""Shapefiles and GeoJSON written byte by byte, as sound or as odd as a test wants them."""

from __future__ import annotations

import json
import struct
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from geo_merge.reading.plain.plain import read_plain
from geo_merge.reading.plain.ragged import NotPlainError
from geo_merge.vocabulary.plain_values import plain_columns

Ring = list[tuple[float, float]]
POLYGON, POLYGON_Z, POLYGON_M = 5, 15, 25
_MORE = {POLYGON: 0, POLYGON_Z: 2, POLYGON_M: 1}  # runs of z and m


def box(x: float, y: float, width: float, height: float, *, clockwise: bool) -> Ring:
    ring = [(x, y), (x, y + height), (x + width, y + height), (x + width, y), (x, y)]
    return ring if clockwise else ring[::-1]


def write_shapefile(path: Path, records: list[list[Ring] | None], kind: int = POLYGON) -> None:
    """Write rings in whatever order and winding, with a column of numbers."""
    bodies = [_body(rings, kind) for rings in records]
    at = np.cumsum([100, *(8 + len(b) for b in bodies)]).tolist()
    heads = [struct.pack(">2i", k, len(b) // 2) for k, b in enumerate(bodies, 1)]
    index = [struct.pack(">2i", a // 2, len(b) // 2) for a, b in zip(at, bodies, strict=False)]
    _write(path, kind, [h + b for h, b in zip(heads, bodies, strict=True)])
    _write(path.with_suffix(".shx"), kind, index)
    field = b"k".ljust(11, b"\0") + b"N" + bytes(4) + bytes([9, 0]) + bytes(14)
    head = bytes([3, 95, 7, 26]) + struct.pack("<I2H", len(records), 32 + 32 + 1, 10) + bytes(20)
    rows = b"".join(b" " + str(k).rjust(9).encode() for k in range(len(records)))
    path.with_suffix(".dbf").write_bytes(head + field + b"\r" + rows + b"\x1a")


def _body(rings: list[Ring] | None, kind: int) -> bytes:
    if rings is None:
        return struct.pack("<i", 0)
    points = [p for ring in rings for p in ring]
    starts = np.cumsum([0, *map(len, rings)])[:-1].tolist()
    x, y = zip(*points, strict=True)
    body = struct.pack("<i4d2i", kind, min(x), min(y), max(x), max(y), len(rings), len(points))
    body += struct.pack(f"<{len(starts)}i", *starts)
    body += b"".join(struct.pack("<2d", *p) for p in points)
    return body + struct.pack(f"<{2 + len(points)}d", *[1.0] * (2 + len(points))) * _MORE[kind]


def _write(path: Path, kind: int, records: list[bytes]) -> None:
    size = 100 + sum(map(len, records))
    head = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, size // 2)
    head += struct.pack("<2i8d", 1000, kind, 0, 0, 9, 9, 0, 0, 0, 0)
    path.write_bytes(head + b"".join(records))


def write_geojson_text(path: Path, rows: list[tuple[dict[str, Any], Any]], **more: object) -> None:
    """Write properties and geometries as they are."""
    features = [{"type": "Feature", "properties": p, "geometry": g} for p, g in rows]
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": features, **more}), "utf-8"
    )


def by_gdal(path: Path) -> gpd.GeoDataFrame:
    pyogrio.set_gdal_config_options({"OGR_ORGANIZE_POLYGONS": "DEFAULT"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = pyogrio.read_dataframe(path)
    return frame.set_geometry(shapely.force_2d(np.asarray(frame.geometry.values)))


def agrees_with_gdal(path: Path) -> bool:
    """Tell whether a file is plain; what is read of a plain one must be what GDAL reads."""
    try:
        layer = read_plain(path)
        polygons, there = layer.read(np.arange(len(layer)))
    except NotPlainError:
        return False
    frame = by_gdal(path)
    assert (frame.geometry.notna() == there).all()
    theirs = np.asarray(frame.geometry.values)[there]
    assert shapely.equals_identical(polygons.geometries(), theirs).all()
    if path.suffix == ".geojson":  # values as they stand there, where GDAL guesses
        own = [f["properties"] or {} for f in json.loads(path.read_bytes())["features"]]
        assert repr(layer.attributes(0, len(own)).rows) == repr(own)
    else:
        assert repr(layer.columns) == repr(plain_columns(frame))  # 1 and 1.0 are told apart
    return True
