"""TopoJSON: the borders of units, each once, in whole steps of a grid.

The package topojson makes the same of units that are simplified already, ten times as slowly.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
import shapely

from geo_merge.rings import Bools, Geometries, Ints, ranges
from geo_merge.spots import Spots, find_spots

# The steps around a triangle of one step of the grid.
_SMALLEST = [[1, 0], [-1, 1], [0, -1]]


def topojson(lonlat: Geometries, rows: Ints, steps: int) -> bytes:
    """Return a topology with one object, ``units``, whose members name their borders.

    What two units share is one arc, which both name. A unit that vanishes between the steps of
    the grid becomes a triangle of one step: what has a polygon is on the map.

    Parameters
    ----------
    lonlat
        Polygons and MultiPolygons, none null or empty, in degrees; shape (n,), n > 0.
    rows
        The property ``row`` of each unit; shape (n,).
    steps
        Of the grid, over the width and over the height of all units together.

    Returns
    -------
    bytes
        Quantized TopoJSON (https://github.com/topojson/topojson-specification).
    """
    west, south, east, north = shapely.total_bounds(lonlat)
    extent = np.array([east - west, north - south])
    scale = np.where(extent > 0, extent, 1.0) / steps
    spots = find_spots(lonlat)
    xy = np.rint((spots.xy - (west, south)) / scale).astype(np.int64)
    begin, end = spots.stretches(spots.nodes)
    border, backwards, first = _borders(spots, begin, end)
    lines = _stepwise(xy, begin[first], end[first])
    seen = np.array([len(line) > 1 for line in lines])
    arcs: list[Any] = [line for line in lines if len(line) > 1]
    number = (np.cumsum(seen) - 1)[border]
    names = np.where(backwards, ~number, number)
    shown = seen[border]
    units = _units(spots, begin[shown], names[shown])
    for k, unit in enumerate(units):
        if not unit:
            arcs.append([xy[spots.vertex_start[k]].tolist(), *_SMALLEST])
            unit.append([[len(arcs) - 1]])
    topology = {
        "type": "Topology",
        "transform": {"scale": scale, "translate": [west, south]},
        "objects": {
            "units": {
                "type": "GeometryCollection",
                "geometries": [
                    {"type": "MultiPolygon", "properties": {"row": row}, "arcs": unit}
                    for row, unit in zip(rows.tolist(), units, strict=True)
                ],
            }
        },
        "arcs": arcs,
    }
    return orjson.dumps(topology, option=orjson.OPT_SERIALIZE_NUMPY)


def _borders(spots: Spots, begin: Ints, end: Ints) -> tuple[Ints, Bools, Ints]:
    """Give each stretch of a ring a number, the same to a border in both units that have it.

    Returns
    -------
    border, backwards, first
        The number of each stretch, and whether it runs against the first stretch of its number;
        the position of that first stretch, by number.
    """
    n = np.int64(len(spots.nodes))
    # Between nodes no other border has the same first two vertices.
    head, tail = (
        spots.spot[a] * n + spots.spot[b] for a, b in ((begin, begin + 1), (end, end - 1))
    )
    turned = tail < head
    ends = np.column_stack([np.minimum(head, tail), np.maximum(head, tail)])
    _, first, group = np.unique(ends, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    group = group.ravel()
    return number[group], turned ^ turned[first][group], first[order]


def _units(spots: Spots, begin: Ints, names: Ints) -> list[list[list[list[int]]]]:
    """Return the names of the stretches around each unit: polygon by polygon, ring by ring.

    Rings without one, and polygons without rings, are left out.
    """
    ring = np.searchsorted(spots.start, begin, side="right") - 1
    rings = _split(names.tolist(), np.bincount(ring, minlength=len(spots.start) - 1))
    polygons = _split(rings, np.diff(spots.polygon_start))
    return [
        [[ring for ring in polygon if ring] for polygon in unit if any(polygon)]
        for unit in _split(polygons, np.diff(spots.geometry_start))
    ]


def _stepwise(xy: Ints, begin: Ints, end: Ints) -> list[Ints]:
    """Return for each line its first vertex, and the steps from there that lead anywhere."""
    position, offsets = ranges(begin, end + 1)
    first = np.zeros(len(position), dtype=bool)
    first[offsets[:-1]] = True
    steps = xy[position]
    steps[~first] -= xy[position[~first] - 1]
    kept = first | steps.any(axis=1)
    offsets = np.concatenate([[0], np.cumsum(kept)])[offsets]
    steps = steps[kept]
    return [steps[a:b] for a, b in itertools.pairwise(offsets.tolist())]


def _split(values: Sequence[Any], lengths: Ints) -> list[list[Any]]:
    """Cut a list into lists of some lengths."""
    ends = np.cumsum(lengths).tolist()
    return [list(values[a:b]) for a, b in zip([0, *ends], ends, strict=False)]
