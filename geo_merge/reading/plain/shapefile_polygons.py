"""The polygons of a .shp as ragged arrays, taken apart by numpy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo_merge.geometry.polygons import Polygons
from geo_merge.geometry.rings import Bools, Floats, Ints
from geo_merge.reading.plain.nesting import assemble
from geo_merge.reading.plain.ragged import require
from geo_merge.reading.plain.shapefile import Bytes, Shapes

# ESRI Shapefile Technical Description, 1998: shape types, and the bytes of a polygon before its
# parts, the number of which stands at 36 and that of its points at 40.
_NULL, _POLYGONS = 0, (5, 15, 25)
_PARTS_AT, _POINTS_AT, _HEAD = 36, 40, 44
_SMALLEST = 4  # vertices of a ring


def read_polygons(shapes: Shapes) -> tuple[Polygons, Bools]:
    """Return the polygons of a Shapefile, and which of its records have one; z and m are dropped.

    Raises
    ------
    NotPlainError
        If a record is neither polygon nor null or longer than it says, or has a ring that is open,
        shorter than a triangle or not finite, or does not nest as its winding says.
    """
    require((shapes.offset % 4 == 0).all() and (shapes.length >= 4).all(), "whole words")  # noqa: PLR2004
    words = shapes.data[: len(shapes.data) // 4 * 4].view("<i4")
    kind = words[shapes.offset // 4]
    there = np.asarray(kind != _NULL)
    require(np.isin(kind[there], _POLYGONS).all(), "polygons and nulls alone")
    if not there.any():
        return Polygons.of(np.empty(0, dtype=object)), there
    at, length = shapes.offset[there], shapes.length[there]
    require((length >= _HEAD).all(), "whole heads")
    parts, points = (words[(at + k) // 4].astype(np.int64) for k in (_PARTS_AT, _POINTS_AT))
    require((parts > 0).all() and (points > 0).all(), "polygons with parts and points")
    require((_HEAD + 4 * parts + 16 * points <= length).all(), "points within their record")
    start, owner = _rings(words, at + _HEAD, parts, points)
    require((np.diff(start) >= _SMALLEST).all(), "rings of triangles and more")
    xy = _vertices(shapes.data, at + _HEAD + 4 * parts, points)
    require((xy[start[:-1]] == xy[start[1:] - 1]).all(), "closed rings")
    require(np.isfinite(xy).all(), "finite coordinates")
    rings = assemble(xy, start, owner)
    return Polygons(rings, np.diff(rings.geometry_start) == 1), there


def _rings(words: npt.NDArray[np.int32], at: Ints, parts: Ints, points: Ints) -> tuple[Ints, Ints]:
    """Return where each ring begins in the vertices of all, and the end; and its record."""
    owner = np.repeat(np.arange(len(at)), parts)
    number = np.arange(len(owner)) - (np.cumsum(parts) - parts)[owner]
    first = words[at[owner] // 4 + number]
    require((first[number == 0] == 0).all(), "points from the first")
    return np.append(first + (np.cumsum(points) - points)[owner], points.sum()), owner


def _vertices(data: Bytes, at: Ints, points: Ints) -> Floats:
    xy = np.empty((int(points.sum()), 2))
    to = 0
    for begin, n in zip(at.tolist(), points.tolist(), strict=True):
        xy[to : to + n] = np.frombuffer(data, "<f8", 2 * n, begin).reshape(-1, 2)
        to += n
    xy += 0.0  # -0.0 becomes 0.0, as everywhere
    return xy
