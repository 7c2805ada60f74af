"""Longitudes run around: layers on both sides of 180° in one piece, and cut there to be written.

RFC 7946 (3.1.9) wants polygons cut at 180°, others keep longitudes up to 360, or let an edge jump
from 179 to -179. Whatever a file has, here it is one piece with longitudes that run on. The package
antimeridian cuts too, but takes holes that cross 180° for land unless they are wound its way; where
the way of a ring around a pole is known, as it is here, little is left for it to do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.errors import GeometryError
from geo_merge.geometry.rings import (
    Bools,
    Floats,
    Geometries,
    Ints,
    Rings,
    flatten,
    is_polygonal,
    somewhere,
)
from geo_merge.wording.sentence import sentence

HALF, TURN, POLE = 180.0, 360.0, 90.0
# Degrees of latitude: a vertex so near to a pole has any longitude.
_AT_POLE = POLE - 1e-9


def within(xy: Floats) -> bool:
    """Tell whether vertices lie on one side of 180° for sure, and off the poles."""
    if not len(xy):
        return True
    west, east = float(xy[:, 0].min()), float(xy[:, 0].max())
    pole = float(np.abs(xy[:, 1]).max()) >= _AT_POLE
    return west >= -HALF and east <= HALF and east - west <= HALF and not pole


def unwrapped(rings: Rings) -> tuple[Floats, Ints]:
    """Let the longitudes of rings run on where they cross 180°.

    Returns
    -------
    longitudes, around
        Of each vertex; and how often each ring goes around a pole, eastward if positive.
    """
    lon, lat = _beside_poles(rings), rings.xy[:, 1]
    first = rings.start[:-1]
    with np.errstate(invalid="ignore"):  # the checks tell infinite coordinates
        step, level = np.diff(lon, prepend=lon[:1]), np.diff(lat, prepend=lat[:1]) == 0
    turns = np.nan_to_num(np.round(step / TURN), posinf=0.0, neginf=0.0)
    turns[level & (np.abs(step) == TURN)] = 0  # an edge all along a parallel, as at a pole
    turns[first] = 0
    passed = np.cumsum(turns)
    passed -= np.repeat(passed[first], np.diff(rings.start))
    last = rings.start[1:] - 1
    return lon - TURN * passed, np.asarray(-passed[last], dtype=np.int64)


def _beside_poles(rings: Rings) -> Floats:
    """Return longitudes; a vertex at a pole, which has none, gets that of the vertex before it.

    One that ends a meridian, as the corners of a sector that was cut do, keeps its own.
    """
    lon, at = rings.xy[:, 0], np.abs(rings.xy[:, 1]) >= _AT_POLE
    if not at.any():
        return lon
    with np.errstate(invalid="ignore"):  # the checks tell infinite coordinates
        along = np.append(np.diff(lon) % TURN == 0, False)
    along[rings.start[1:] - 1] = False
    number = np.arange(len(lon))
    number[at & ~(along | np.roll(along, 1))] = 0
    number[rings.start[:-1]] = rings.start[:-1]
    return np.asarray(lon[np.maximum.accumulate(number)])


def continuous(geometries: Geometries) -> tuple[Geometries, Ints]:
    """Return geometries in degrees in one piece, wherever on the earth they lie.

    Each polygon moves as a whole by turns of 360°, so that the layer spans as few degrees as it
    can; parts of a unit that were cut at 180° are joined.

    Returns
    -------
    geometries, rows
        Of the same shape; and which of them changed. Longitudes may pass 180°.
    """
    result, changed = geometries.copy(), np.zeros(len(geometries), dtype=bool)
    rows = np.flatnonzero(is_polygonal(geometries) & somewhere(geometries))
    rows = rows[np.isfinite(shapely.length(geometries[rows]))]
    if not len(rows) or within(shapely.bounds(geometries[rows]).reshape(-1, 2)):
        return result, np.flatnonzero(changed)
    rings = flatten(geometries[rows])
    lon, around = unwrapped(rings)
    lon = np.where(np.repeat(around != 0, np.diff(rings.start)), rings.xy[:, 0], lon)
    start = rings.start[rings.polygon_start]
    west, east = (f.reduceat(lon, start[:-1]) for f in (np.minimum, np.maximum))
    shift = np.repeat(_turns(west, east) * TURN, np.diff(start))
    moved = replace(rings, xy=np.column_stack([lon + shift, rings.xy[:, 1]]))
    other = np.add.reduceat(moved.xy[:, 0] != rings.xy[:, 0], rings.vertex_start[:-1]) > 0
    shapes = moved.geometries()
    single = shapely.get_type_id(geometries[rows]) == shapely.GeometryType.POLYGON
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    for k in np.flatnonzero(other & _cut(rings)):
        shapes[k] = shapely.union_all(shapely.get_parts(shapes[k]))
    result[rows[other]] = shapes[other]
    changed[rows[other]] = True
    return result, np.flatnonzero(changed)


def _turns(west: Floats, east: Floats) -> Floats:
    """Return by how many turns each stretch of longitudes moves, so that all span the least.

    They are cut where most degrees are free, and the middle of all lies within 180° of Greenwich.
    """
    begin, end = west % TURN, west % TURN + (east - west)
    order = np.argsort(begin, kind="stable")
    reached = np.maximum.accumulate(end[order])
    free = np.append(begin[order][1:], begin[order][0] + TURN) - reached
    widest = int(np.argmax(free))
    if free[widest] <= 0:  # all around the earth: as it is
        return np.zeros(len(west))
    cut = reached[widest] + free[widest] / 2
    turns = np.ceil((cut - west) / TURN)
    middle = ((west + turns * TURN).min() + (east + turns * TURN).max()) / 2
    return np.asarray(turns - np.round(middle / TURN))


def _cut(rings: Rings) -> Bools:
    """Tell which geometries have several polygons that end at 180°."""
    at = np.abs(rings.xy[:, 0]) == HALF
    ends = np.add.reduceat(at, rings.start[rings.polygon_start][:-1]) > 0
    return np.asarray(np.add.reduceat(ends.astype(np.int64), rings.geometry_start[:-1]) > 1)


def cut_at_180(rings: Rings) -> dict[int, BaseGeometry]:
    """Cut geometries in degrees where they cross 180°.

    Parameters
    ----------
    rings
        In degrees, whatever their longitudes.

    Returns
    -------
    dict
        The geometries that are to be written otherwise than they are, by position.
    """
    if within(rings.xy):
        return {}
    lon, around = unwrapped(rings)
    ring_start = rings.polygon_start[rings.geometry_start]
    turns = np.add.reduceat((around != 0).astype(np.int64), ring_start[:-1])
    at_pole = np.abs(rings.xy[:, 1]) >= _AT_POLE
    jumps = np.add.reduceat((lon != rings.xy[:, 0]) | at_pole, rings.vertex_start[:-1])
    far = np.maximum.reduceat(np.abs(rings.xy[:, 0]), rings.vertex_start[:-1]) > HALF
    nowhere = np.add.reduceat(~np.isfinite(rings.xy).all(axis=1), rings.vertex_start[:-1]) > 0
    chosen = np.flatnonzero(((turns > 0) | (jumps > 0) | far) & ~nowhere)
    return {int(k): _pieces(rings, lon, around, int(k)) for k in chosen}


def _pieces(rings: Rings, lon: Floats, around: Ints, k: int) -> BaseGeometry:
    """Return one geometry cut at 180°, each polygon by itself."""
    pieces: list[BaseGeometry] = []
    for p in range(rings.geometry_start[k], rings.geometry_start[k + 1]):
        shell, *holes = range(rings.polygon_start[p], rings.polygon_start[p + 1])
        land = _ring(rings, lon, around, shell)
        near = (land[:, 0].min() + land[:, 0].max()) / 2
        inner = [_ring(rings, lon, around, r) for r in holes if not around[r]]
        inner = [_turned(h, np.round((near - h[:, 0].mean()) / TURN)) for h in inner]
        polar = [shapely.Polygon(_ring(rings, lon, around, r)) for r in holes if around[r]]
        nowhere = [piece for hole in polar for piece in _cut_polygon(hole, [])]
        found = _cut_polygon(shapely.Polygon(land), inner)
        pieces += [
            _overlaid(shapely.difference, piece, shapely.union_all(nowhere)) for piece in found
        ]
    joined = _overlaid(shapely.union_all, pieces)
    parts = [p for p in shapely.get_parts(joined) if p.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def _ring(rings: Rings, lon: Floats, around: Ints, r: int) -> Floats:
    """Return a ring with longitudes that run on; one around a pole goes on to it and back."""
    vertices = slice(rings.start[r], rings.start[r + 1])
    xy = _along_poles(np.column_stack([lon[vertices], rings.xy[vertices, 1]]))
    if not around[r]:
        return xy
    pole = _poles(rings, around)[r]
    return np.vstack([xy, [xy[-1, 0], pole], [xy[0, 0], pole], xy[:1]])


def _poles(rings: Rings, around: Ints) -> Floats:
    """Return the latitude of the pole that each ring lies around, if it does; shape (rings,)."""
    is_hole = np.ones(len(around), dtype=bool)
    is_hole[rings.polygon_start[:-1]] = False
    # Going east with the land on the left, the land is in the north; a hole is where no land is.
    north = ((around > 0) == rings.interior_left) != is_hole
    return np.where(north, POLE, -POLE)


def _along_poles(ring: Floats) -> Floats:
    """Let a ring that comes to a pole along one meridian leave it along another."""
    at = np.flatnonzero(np.abs(ring[:-1, 1]) >= _AT_POLE)
    after = np.column_stack([ring[at + 1, 0], ring[at, 1]])
    return np.insert(ring, at + 1, after, axis=0)


def _cut_polygon(shell: shapely.Polygon, holes: Sequence[Floats]) -> list[BaseGeometry]:
    polygon = shapely.Polygon(shell.exterior, holes)
    west, _, east, _ = polygon.bounds
    first, last = (int(np.floor((v + HALF) / TURN)) for v in (west, np.nextafter(east, west)))
    pieces = []
    for turn in range(first, last + 1):
        room = shapely.box(turn * TURN - HALF, -POLE, turn * TURN + HALF, POLE)
        piece = polygon if first == last else _overlaid(shapely.intersection, polygon, room)
        pieces.append(shapely.transform(piece, partial(_turned, turns=-turn)))
    return pieces


def _overlaid(operation: Callable[..., BaseGeometry], *shapes: Any) -> BaseGeometry:  # noqa: ANN401
    """Overlay polygons of which one may cross itself at a pole."""
    try:
        return operation(*shapes)
    except shapely.GEOSException:
        lon, lat = shapely.get_coordinates(shapes[0])[0]
        raise GeometryError(sentence("P03.pole", lon=_turned_home(lon), lat=lat)) from None


def _turned_home(lon: float) -> float:
    return (lon + HALF) % TURN - HALF


def _turned(xy: Floats, turns: float) -> Floats:
    """Return vertices that many turns further east."""
    return np.asarray(xy + np.array([turns * TURN, 0.0]))


def square_degrees(rings: Rings) -> Floats:
    """Return areas on the plane of longitude and latitude, each as if nothing was cut at 180°.

    Parameters
    ----------
    rings
        In degrees. What a ring around a pole encloses goes on to it.

    Returns
    -------
    numpy.ndarray
        Square degrees, shape (geometries,).
    """
    lon, around = unwrapped(rings)
    pole = np.where(around == 0, 0.0, _poles(rings, around))
    lat = rings.xy[:, 1] - np.repeat(pole, np.diff(rings.start))
    under = np.append(np.diff(lon) * (lat[1:] + lat[:-1]) / 2, 0.0)
    under[rings.start[1:] - 1] = 0.0
    of_ring = np.abs(np.add.reduceat(under, rings.start[:-1]))
    is_hole = np.ones(len(of_ring), dtype=bool)
    is_hole[rings.polygon_start[:-1]] = False
    signed = np.where(is_hole, -of_ring, of_ring)
    n = len(rings.geometry_start) - 1
    return np.asarray(np.bincount(rings.owner, signed, minlength=n), dtype=np.float64)


def span(west: Floats, east: Floats) -> tuple[float, float]:
    """Return west and east of several stretches of longitudes; west > east if across 180°."""
    turns = _turns(west, east)
    low, high = float((west + turns * TURN).min()), float((east + turns * TURN).max())
    if high - low >= TURN:
        return -HALF, HALF
    return low + TURN * (low < -HALF), high - TURN * (high > HALF)
