"""Thinning borders: fewer vertices, the same coverage.

Each border between two units is thinned by itself (Douglas-Peucker), from node to node, so that
both units keep the same vertices of it, and none of the old border is farther from the new one than
was allowed. `shapely.coverage_simplify` bounds areas, not distances, and takes longer.
"""

from __future__ import annotations

import numpy as np
import shapely

from geo_merge.geometry.rings import Bools, Geometries, Ints, ranges
from geo_merge.geometry.spots import Spots, find_spots

# What becomes invalid at the tolerance is tried again at parts of it, before it is left as it is.
_FINER = (0.1,)


def thin(
    geometries: Geometries, tolerance: float, *, outline: bool = True, whole: Ints | None = None
) -> Geometries:
    """Leave out vertices of borders that lie within a tolerance of what is left.

    What two units share they go on sharing, vertex by vertex; nodes, where borders meet, stay. A
    unit that would become invalid keeps all its vertices, and its neighbours keep them too.

    Parameters
    ----------
    geometries
        Polygons and MultiPolygons, none null or empty; shape (n,).
    tolerance
        In the unit of their CRS: how far a border may move.
    outline
        Whether borders that only one of the units has are thinned. Without them, the parts of a
        layer can be thinned apart from each other, in other processes, and still fit together:
        all vertices that a part shares with the rest stay.
    whole
        Positions of geometries that keep all their vertices.

    Returns
    -------
    numpy.ndarray
        MultiPolygons, valid where the input is; shape (n,).
    """
    if not len(geometries):
        return geometries
    geometries = _without_repeats(geometries)
    spots = find_spots(geometries)
    kept = spots.nodes | (spots.single & (not outline))
    if whole is not None:
        kept |= spots.of(whole)
    lines, inside = _borders(spots, kept)
    kept |= _left(lines, tolerance, spots)
    result = spots.on(kept)
    broken = _made_invalid(result, geometries)
    steps = iter(_FINER)
    while len(broken):
        near = spots.of(broken)
        lines, inside = lines[near[inside]], inside[near[inside]]
        step = next(steps, None)
        kept |= near if step is None else _left(lines, tolerance * step, spots)
        chosen = spots.having(near)
        result[chosen] = spots.take(chosen).on(kept)
        broken = chosen[_made_invalid(result[chosen], geometries[chosen])]
    return result


def _without_repeats(geometries: Geometries) -> Geometries:
    """Return geometries without vertices that repeat the one before: each would be a node."""
    result = shapely.remove_repeated_points(geometries)
    return np.asarray(np.where(shapely.is_empty(result), geometries, result))


def _made_invalid(thinned: Geometries, geometries: Geometries) -> Ints:
    """Return the positions of geometries that were valid before they were thinned."""
    invalid: Ints = np.flatnonzero(~shapely.is_valid(thinned))
    return np.asarray(invalid[shapely.is_valid(geometries[invalid])])


def _borders(spots: Spots, nodes: Bools) -> tuple[Geometries, Ints]:
    """Return each border from node to node once, and a spot inside each.

    The z of its vertices is their position; simplifying takes it along.
    """
    begin, end = spots.stretches(nodes)
    inner = begin + 1
    chosen = (end > inner) & spots.first[inner]
    position, offsets = ranges(begin[chosen], end[chosen] + 1)
    xyz = np.column_stack([spots.xy[position], position])
    lines: Geometries = shapely.from_ragged_array(shapely.GeometryType.LINESTRING, xyz, (offsets,))
    return lines, spots.spot[inner[chosen]]


def _left(lines: Geometries, tolerance: float, spots: Spots) -> Bools:
    """Tell which spots are left when `_borders` are simplified."""
    simple = shapely.simplify(lines, tolerance, preserve_topology=False)
    positions = shapely.get_coordinates(simple, include_z=True)[:, 2]
    result = np.zeros(len(spots.nodes), dtype=bool)
    result[spots.spot[positions.astype(np.int64)]] = True
    return result
