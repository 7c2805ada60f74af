"""A FeatureCollection block by block: while one is written, the next ones are made ready."""

from __future__ import annotations

import json
import math
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any, TypeVar

import numpy as np
import orjson
import shapely

from geo_merge.geometry.longitudes import HALF, TURN, span
from geo_merge.geometry.polygons import Polygons
from geo_merge.geometry.rings import Bools, Floats, Geometries, Ints
from geo_merge.vocabulary.attributes import Attributes
from geo_merge.writing.rounding import Project, Rounded, Vanishing

# Vertices of a block: few enough for memory not to matter, enough for Python's own steps not to
# (the country in blocks of 2**16 takes 8 % longer, of 2**18 as long).
BLOCK = 2**17
_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
Task = TypeVar("Task")
Done = TypeVar("Done")


@dataclass(frozen=True)
class Block:
    """Features, all but encoded.

    Attributes
    ----------
    boxes
        West, south, east, north of each; NaN for one without a place. Shape (n, 4).
    attributes
        Of each feature.
    geometries
        GeoJSON of each, one after the other.
    """

    boxes: Floats
    attributes: Attributes
    geometries: Iterator[bytes]


def cuts(vertices: Ints) -> list[tuple[int, int]]:
    """Return where to cut features with so many vertices into blocks: pairs of begin and end."""
    if not len(vertices):
        return []
    block = (np.cumsum(vertices) - vertices) // BLOCK
    begin = np.flatnonzero(np.diff(block, prepend=-1)).tolist()
    return list(zip(begin, [*begin[1:], len(vertices)], strict=True))


def ahead(
    work: Callable[[Task], Done], tasks: Iterable[Task], *, most: int | None = None
) -> Iterator[Done]:
    """Yield the results in the order of the tasks; threads work on those that come next.

    A task is taken only when one of the last results has been handed on, so that never more than
    `most` are in memory, however many there are: by default one for each thread and one more. More
    keep all threads at work where tasks differ in size.
    """
    threads = os.cpu_count() or 1
    waiting: deque[Future[Done]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for task in tasks:
            waiting.append(pool.submit(work, task))
            if len(waiting) >= (most or threads + 1):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def polygon_block(
    polygons: Polygons,
    there: Bools,
    attributes: Attributes,
    project: Project | None,
    *,
    precision: int,
    vanishing: Vanishing = "error",
) -> Block:
    """Return features ready to be written: polygons, and null where `there` says there is none."""
    boxes = np.full((len(there), 4), np.nan)
    if not there.any():
        return Block(boxes, attributes, repeat(b"null", len(there)))
    rounded = Rounded(polygons, project, precision, vanishing)
    boxes[there] = rounded.bounds()
    encoded = rounded.encoded()
    geometries = encoded if there.all() else (next(encoded) if t else b"null" for t in there)
    return Block(boxes, attributes, geometries)


def with_others(block: Block, rows: Ints, placed: Geometries) -> Block:
    """Return features of which some, by position, have other geometries than polygons, placed."""
    block.boxes[rows] = shapely.bounds(placed)
    instead = dict(zip(rows.tolist(), shapely.to_geojson(placed), strict=True))
    geometries = (
        instead[k].encode() if k in instead else geometry
        for k, geometry in enumerate(block.geometries)
    )
    return replace(block, geometries=geometries)


def collection(blocks: Iterable[Block]) -> Iterator[bytes]:
    """Yield the bytes of a FeatureCollection, with a bounding box of each feature and of all."""
    boxes = [np.empty((0, 4))]
    yield b'{"type":"FeatureCollection","features":['
    separator = b"\n"
    for block in blocks:
        known: Bools = np.asarray(np.isfinite(block.boxes).all(axis=1))
        boxes.append(block.boxes[known])
        ids = block.attributes.ids or repeat(None, len(known))
        rows = zip(
            block.attributes.rows, ids, block.boxes.tolist(), known.tolist(), block.geometries,
            strict=True,
        )  # fmt: skip
        for values, own, box, placed, geometry in rows:
            bbox = b',"bbox":' + orjson.dumps(box) if placed else b""
            yield (
                separator + b'{"type":"Feature"' + (b"" if own is None else b',"id":' + _json(own))
                + bbox + b',"properties":' + _json(values) + b',"geometry":'
            )  # fmt: skip
            yield geometry
            separator = b"},\n"
    yield b"}\n]" if separator != b"\n" else b"\n]"
    west, south, east, north = np.concatenate(boxes).T.copy()
    if len(west):
        yield b',"bbox":' + orjson.dumps(_around(west, south, east, north))
    yield b"}\n"


def _around(west: Floats, south: Floats, east: Floats, north: Floats) -> list[float]:
    """Return the box around boxes; west > east if one lies across 180° (RFC 7946, 5.2)."""
    across = west > east
    whole = west.min(), east.max()
    if across.any() or whole[1] - whole[0] > HALF:
        whole = span(west, np.where(across, east + TURN, east))
    return [float(whole[0]), float(south.min()), float(whole[1]), float(north.max())]


def _json(value: Any) -> bytes:  # noqa: ANN401 - whatever JSON knows
    """Encode values; also whole numbers of more than 64 bits."""
    try:
        return orjson.dumps(value, option=_OPTIONS)
    except orjson.JSONEncodeError:
        return json.dumps(_finite(value), ensure_ascii=False, separators=(",", ":")).encode()


def _finite(value: Any) -> Any:  # noqa: ANN401 - whatever JSON knows
    """Return values without numbers that JSON has no word for: null, as orjson writes them."""
    if isinstance(value, dict):
        return {str(name): _finite(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
