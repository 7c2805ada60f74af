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

from geo_merge.geometry.rings import Bools, Floats, Geometries, Ints, ranges, wound_left
from geo_merge.geometry.spots import Spots, find_spots

# The steps around a triangle of one step of the grid.
_SMALLEST = [[1, 0], [-1, 1], [0, -1]]
_NOWHERE = [0, 0]


def topojson(
    lonlat: Geometries, rows: Ints, steps: int, *, shown: Bools | None = None, finer: int = 1
) -> tuple[bytes, bytes]:
    """Return a topology with one object, ``units``, whose members name their borders.

    What two units share is one arc, which both name. Rings have their land on the left, whichever
    way they came, so that two neighbours run along an arc in opposite directions. A unit that
    vanishes between the steps of the grid becomes a triangle of one step: what has a polygon is on
    the map.

    Parameters
    ----------
    lonlat
        Polygons and MultiPolygons, none null or empty, in degrees; shape (n,), n > 0.
    rows
        The property ``row`` of each unit; shape (n,).
    steps
        Of the grid, over the width and over the height of all units together.
    shown
        Which vertices the topology has beside nodes, as `shapely.get_coordinates` counts them;
        all by default.
    finer
        By how much the grid of the details is finer.

    Returns
    -------
    topology, detail
        Quantized TopoJSON (https://github.com/topojson/topojson-specification); and the same
        ``arcs`` in the same order with all of their vertices, with the ``transform`` of their own.
    """
    west, south, east, north = shapely.total_bounds(lonlat)
    extent = np.array([east - west, north - south])
    scale = np.where(extent > 0, extent, 1.0) / steps
    spots = find_spots(lonlat)
    kept = spots.nodes.copy()
    kept[spots.spot if shown is None else spots.spot[shown]] = True
    begin, end = spots.stretches(spots.nodes)
    border, backwards, first = _borders(spots, begin, end)
    origin = np.array([west, south])
    coarse = _Grid(origin, scale, spots)
    lines = coarse.lines(begin[first], end[first], kept)
    seen = np.array([len(line) > 1 for line in lines])
    ring = np.searchsorted(spots.start, begin, side="right") - 1
    left = (np.bincount(ring, seen[border]) > 0)[ring]  # rings of which something is seen
    used, number = np.unique(border[left], return_inverse=True)
    names = np.where(backwards[left], ~number, number)
    units = _units(spots, ring[left], names)
    vanished = [k for k, unit in enumerate(units) if not unit]
    for name, k in enumerate(vanished, start=len(used)):
        units[k].append([[name]])

    def arcs(grid: _Grid, lines: Sequence[Any]) -> dict[str, Any]:
        drawn = [line if len(line) > 1 else [line[0], _NOWHERE] for line in lines]
        return {"transform": grid.transform, "arcs": [*drawn, *map(grid.triangle, vanished)]}

    topology = _json({
        "type": "Topology",
        "objects": {"units": _collection(rows, units)},
        **arcs(coarse, [lines[k] for k in used]),
    })  # fmt: skip
    del lines, coarse  # of a country these are many, and those with all vertices are more
    fine = _Grid(origin, scale / finer, spots)
    every = fine.lines(begin[first][used], end[first][used], np.ones_like(kept))
    return topology, _json(arcs(fine, every))


def _collection(rows: Ints, units: Sequence[Any]) -> dict[str, Any]:
    """Return units as a TopoJSON object: the property ``row`` of each, and its arcs."""
    return {
        "type": "GeometryCollection",
        "geometries": [
            {"type": "MultiPolygon", "properties": {"row": row}, "arcs": unit}
            for row, unit in zip(rows.tolist(), units, strict=True)
        ],
    }


def _json(content: Any) -> bytes:  # noqa: ANN401 - whatever JSON knows
    return orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)


class _Grid:
    """Vertices in whole steps from an origin."""

    def __init__(self, origin: Floats, scale: Floats, spots: Spots) -> None:
        self.transform = {"scale": scale, "translate": origin}
        self.spots = spots
        self.xy = np.rint((spots.xy - origin) / scale).astype(np.int64)

    def lines(self, begin: Ints, end: Ints, kept: Bools) -> list[Ints]:
        """Return for each line its first vertex, and the steps along kept spots that lead on."""
        position, offsets = ranges(begin, end + 1)
        there = kept[self.spots.spot[position]]
        position, offsets = position[there], np.concatenate([[0], np.cumsum(there)])[offsets]
        first = np.zeros(len(position), dtype=bool)
        first[offsets[:-1]] = True
        steps = np.diff(self.xy[position], axis=0, prepend=0)
        steps[first] = self.xy[position[first]]
        moves = first | steps.any(axis=1)
        offsets = np.concatenate([[0], np.cumsum(moves)])[offsets]
        steps = steps[moves]
        return [steps[a:b] for a, b in itertools.pairwise(offsets.tolist())]

    def triangle(self, unit: int) -> list[Any]:
        """Return a triangle of one step, where a unit is."""
        return [self.xy[self.spots.vertex_start[unit]].tolist(), *_SMALLEST]


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


def _units(spots: Spots, ring: Ints, names: Ints) -> list[list[list[list[int]]]]:
    """Return the names of the stretches around each unit: polygon by polygon, ring by ring.

    Rings without one, and polygons without rings, are left out; `ring` is that of each stretch.
    """
    rings = _split(names.tolist(), np.bincount(ring, minlength=len(spots.start) - 1))
    left = wound_left(spots.xy, spots.start, spots.polygon_start)
    for k in np.flatnonzero(~left).tolist():
        rings[k] = [~name for name in reversed(rings[k])]
    polygons = _split(rings, np.diff(spots.polygon_start))
    return [
        [[ring for ring in polygon if ring] for polygon in unit if any(polygon)]
        for unit in _split(polygons, np.diff(spots.geometry_start))
    ]


def _split(values: Sequence[Any], lengths: Ints) -> list[list[Any]]:
    """Cut a list into lists of some lengths."""
    ends = np.cumsum(lengths).tolist()
    return [list(values[a:b]) for a, b in zip([0, *ends], ends, strict=False)]
