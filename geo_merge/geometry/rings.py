"""Polygons as runs of vertices: rings, and the types of arrays that all modules speak of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Hashes = npt.NDArray[np.uint64]
Geometries = npt.NDArray[np.object_]
# Metres or degrees beyond which nothing is; squares of what is nearer do not overflow.
FARTHEST = 1e12

_CHUNK = 2**16  # vertices
# Vertices of the smallest ring, the last of which is the first again.
_TRIANGLE = 4


@dataclass(frozen=True)
class Runs:
    """Runs of vertices along the outlines of polygons: whole rings, or stretches of them.

    Attributes
    ----------
    xy
        Vertices, shape (n, 2). Each but the last of its run begins an edge, whose number it is.
    start
        Where each run begins in `xy`, and the end; shape (runs + 1,).
    owner
        The geometry that each run belongs to, as a position in the input; shape (runs,).
    interior_left
        Whether the land lies left of the run's direction; shape (runs,).
    """

    xy: Floats
    start: Ints
    owner: Ints
    interior_left: Bools

    def run_of(self, edges: Ints) -> Ints:
        """Return the run that each edge belongs to."""
        return np.searchsorted(self.start, edges, side="right") - 1

    def edges(self) -> Ints:
        """Return the numbers of all edges, in ascending order."""
        begins = np.ones(len(self.xy), dtype=bool)
        begins[self.start[1:] - 1] = False
        return np.flatnonzero(begins).astype(np.int64)


@dataclass(frozen=True)
class Rings(Runs):
    """Polygons as one run of vertices for each ring, closed by its first vertex.

    Attributes
    ----------
    polygon_start
        The first ring of each polygon (its shell), and the end; shape (polygons + 1,).
    geometry_start
        The first polygon of each geometry, and the end; shape (geometries + 1,).
    """

    polygon_start: Ints
    geometry_start: Ints

    @property
    def vertex_start(self) -> Ints:
        """Where the vertices of each geometry begin, and the end; shape (geometries + 1,)."""
        return self.start[self.polygon_start[self.geometry_start]]

    @property
    def part(self) -> Ints:
        """The polygon of each ring, counted within its geometry; shape (rings,)."""
        polygon = np.repeat(np.arange(len(self.polygon_start) - 1), np.diff(self.polygon_start))
        return polygon - self.geometry_start[self.owner]

    def geometries(self) -> Geometries:
        """Return the rings as MultiPolygons."""
        offsets = (self.start, self.polygon_start, self.geometry_start)
        result: Geometries = shapely.from_ragged_array(
            shapely.GeometryType.MULTIPOLYGON, self.xy, offsets
        )
        return result

    def neighbours(self, at: Ints) -> tuple[Ints, Ints]:
        """Return the vertices before and after some on their rings; the first is also the last."""
        ring = self.run_of(at)
        begin, end = self.start[ring], self.start[ring + 1]
        before = np.where(at == begin, end - 2, at - 1)
        return before, np.where(at == end - 1, begin + 1, at + 1)

    def take(self, chosen: Ints) -> Rings:
        """Return the rings of some of the geometries; neighbours share their vertices in memory."""
        if (np.diff(chosen) == 1).all() and len(chosen):
            return self._cut(chosen[0], chosen[-1] + 1)
        polygon = _spread(self.geometry_start, chosen)
        ring = _spread(self.polygon_start, polygon)
        n_polygons = np.diff(self.geometry_start)[chosen]
        n_rings = np.diff(self.polygon_start)[polygon]
        return Rings(
            xy=self.xy[_spread(self.start, ring)],
            start=_starts(np.diff(self.start)[ring]),
            owner=np.repeat(np.repeat(np.arange(len(chosen)), n_polygons), n_rings),
            interior_left=self.interior_left[ring],
            polygon_start=_starts(n_rings),
            geometry_start=_starts(n_polygons),
        )

    def _cut(self, begin: int, end: int) -> Rings:
        geometry = self.geometry_start[begin : end + 1]
        polygon = self.polygon_start[geometry[0] : geometry[-1] + 1]
        start = self.start[polygon[0] : polygon[-1] + 1]
        return Rings(
            xy=self.xy[start[0] : start[-1]],
            start=start - start[0],
            owner=self.owner[polygon[0] : polygon[-1]] - begin,
            interior_left=self.interior_left[polygon[0] : polygon[-1]],
            polygon_start=polygon - polygon[0],
            geometry_start=geometry - geometry[0],
        )


def without_vertices(rings: Rings, gone: Ints) -> Rings:
    """Return rings without some of their vertices; one that would be left without land stays.

    Of the vertex that closes a ring, the first and the last are both among them, or neither.
    """
    keep = np.ones(len(rings.xy), dtype=bool)
    keep[gone] = False
    left = np.add.reduceat(keep, rings.start[:-1], dtype=np.int64)
    opened = ~keep[rings.start[:-1]]  # the first vertex goes, and so does the last
    few = left + opened < _TRIANGLE
    keep |= np.repeat(few, np.diff(rings.start))
    opened &= ~few
    keep[rings.start[1:][opened] - 1] = True  # the place of the vertex that closes the ring
    start = _starts(np.add.reduceat(keep, rings.start[:-1], dtype=np.int64))
    xy = rings.xy[keep]
    xy[start[1:][opened] - 1] = xy[start[:-1][opened]]
    return replace(rings, xy=xy, start=start)


def edge_lengths(rings: Runs) -> Floats:
    """Return the length of the edge that begins at each vertex; 0 for the last one of a run."""
    lengths = np.zeros(len(rings.xy))
    for begin in range(0, len(lengths), _CHUNK):  # so that no more than these are in memory twice
        with np.errstate(invalid="ignore", over="ignore"):  # the checks tell infinite coordinates
            step = np.diff(rings.xy[begin : begin + _CHUNK + 1], axis=0)
            lengths[begin : begin + len(step)] = np.sqrt(np.einsum("ij,ij->i", step, step))
    lengths[rings.start[1:] - 1] = 0.0
    return lengths


def _spread(start: Ints, chosen: Ints) -> Ints:
    """Return the numbers of all that belongs to the chosen ones, by where that begins."""
    return ranges(start[chosen], start[chosen + 1])[0]


def _starts(counts: Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(counts)])


def ranges(begin: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Return the positions from each begin up to its end, and where each range begins there."""
    offsets = np.concatenate([[0], np.cumsum(end - begin)])
    return np.arange(offsets[-1]) + np.repeat(begin - offsets[:-1], end - begin), offsets


def somewhere(geometries: Geometries) -> Bools:
    """Tell which geometries lie within bounds in which there are places; empty ones do not."""
    bounds = shapely.bounds(geometries)
    with np.errstate(invalid="ignore"):
        return np.asarray((np.abs(bounds) < FARTHEST).all(axis=1))


def is_polygonal(geometries: Geometries) -> Bools:
    """Tell which geometries are polygons or multipolygons, neither null nor empty."""
    kinds = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
    return np.asarray(
        np.isin(shapely.get_type_id(geometries), kinds) & ~shapely.is_empty(geometries)
    )


def is_linear(geometries: Geometries) -> Bools:
    """Tell which geometries are lines or multilines, neither null nor empty."""
    kinds = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)
    return np.asarray(
        np.isin(shapely.get_type_id(geometries), kinds) & ~shapely.is_empty(geometries)
    )


def without_z(geometries: Geometries) -> Geometries:
    """Return geometries without z and m; those that have neither are the same objects."""
    result, odd = geometries.copy(), shapely.get_coordinate_dimension(geometries) != 2  # noqa: PLR2004
    result[odd] = shapely.force_2d(geometries[odd])
    return result


def flatten(geometries: Geometries) -> Rings:
    """Flatten polygons and multipolygons to rings.

    Parameters
    ----------
    geometries
        Polygons or MultiPolygons without null or empty ones; z is dropped.
    """
    n_vertices = shapely.get_num_coordinates(geometries)
    xy = np.empty((int(n_vertices.sum()), 2))
    parts, end = [], 0
    for begin, until in blocks(n_vertices):  # so that no more than these are in memory twice
        vertices, *part = _flat(geometries[begin:until])
        xy[end : end + len(vertices)] = vertices
        parts.append(part)
        end += len(vertices)
    of_ring, of_polygon, of_geometry, left = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    owner = np.repeat(np.repeat(np.arange(len(geometries)), of_geometry), of_polygon)
    return Rings(xy, _starts(of_ring), owner, left, _starts(of_polygon), _starts(of_geometry))


def blocks(n_vertices: Ints) -> list[tuple[int, int]]:
    """Divide geometries into blocks that take little memory: pairs of begin and end.

    Parameters
    ----------
    n_vertices
        How many vertices each has; shape (geometries,).
    """
    block = (np.cumsum(n_vertices) - n_vertices) // _CHUNK
    begin = np.flatnonzero(np.diff(block, prepend=-1)).tolist()
    return list(pairwise([*begin, len(n_vertices)]))


def _flat(geometries: Geometries) -> tuple[Floats, Ints, Ints, Ints, Bools]:
    """Return vertices, how many of its parts each ring, polygon and geometry has, and the sides."""
    _, xy, offsets = shapely.to_ragged_array(geometries, include_z=False)
    start, polygon_start, *more = (o.astype(np.int64) for o in offsets)
    geometry_start = more[0] if more else np.arange(len(geometries) + 1)
    xy += 0.0  # -0.0 becomes 0.0, so that equal vertices have equal bits
    left = wound_left(xy, start, polygon_start)
    return xy, np.diff(start), np.diff(polygon_start), np.diff(geometry_start), left


def wound_left(xy: Floats, start: Ints, polygon_start: Ints) -> Bools:
    """Tell which rings have the land on their left: shells one way, holes the other."""
    is_hole = np.ones(len(start) - 1, dtype=bool)
    is_hole[polygon_start[:-1]] = False
    return np.asarray((_signed_areas(xy, start) > 0) ^ is_hole)


def _signed_areas(xy: Floats, start: Ints) -> Floats:
    """Shoelace formula per ring, about its first vertex so that large eastings cost nothing."""
    with np.errstate(invalid="ignore", over="ignore"):  # the checks tell infinite coordinates
        return _shoelaces(xy, start, np.diff(start))


def _shoelaces(xy: Floats, start: Ints, n: Ints) -> Floats:
    x = xy[:, 0] - np.repeat(xy[start[:-1], 0], n)  # columns apart: twice as fast as pairs
    y = xy[:, 1] - np.repeat(xy[start[:-1], 1], n)
    cross = np.empty(len(xy))
    np.multiply(x[:-1], y[1:], out=cross[:-1])
    cross[:-1] -= x[1:] * y[:-1]
    cross[start[1:] - 1] = 0.0
    return np.asarray(np.add.reduceat(cross, start[:-1]) / 2)
