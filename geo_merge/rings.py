"""Polygons as runs of vertices: rings, and the types of arrays that all modules speak of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Hashes = npt.NDArray[np.uint64]
Geometries = npt.NDArray[np.object_]


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

    def take(self, chosen: Ints) -> Geometries:
        """Return some of the geometries as MultiPolygons, without building the others."""
        result: Geometries = np.empty(len(chosen), dtype=object)
        for at, k in enumerate(chosen):
            a, b = self.geometry_start[k], self.geometry_start[k + 1]
            polygons = self.polygon_start[a : b + 1]
            rings = self.start[polygons[0] : polygons[-1] + 1]
            offsets = (rings - rings[0], polygons - polygons[0], np.array([0, b - a]))
            result[at] = shapely.from_ragged_array(
                shapely.GeometryType.MULTIPOLYGON, self.xy[rings[0] : rings[-1]], offsets
            )[0]
        return result


def ranges(begin: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Return the positions from each begin up to its end, and where each range begins there."""
    offsets = np.concatenate([[0], np.cumsum(end - begin)])
    return np.arange(offsets[-1]) + np.repeat(begin - offsets[:-1], end - begin), offsets


def is_polygonal(geometries: Geometries) -> Bools:
    """Tell which geometries are polygons or multipolygons, neither null nor empty."""
    kinds = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
    return np.asarray(
        np.isin(shapely.get_type_id(geometries), kinds) & ~shapely.is_empty(geometries)
    )


def flatten(geometries: Geometries) -> Rings:
    """Flatten polygons and multipolygons to rings.

    Parameters
    ----------
    geometries
        Polygons or MultiPolygons without null or empty ones; z is dropped.
    """
    kind, xy, offsets = shapely.to_ragged_array(geometries, include_z=False)
    if kind == shapely.GeometryType.POLYGON:
        ring_start, polygon_start = offsets
        geometry_start = np.arange(len(polygon_start))
    else:
        ring_start, polygon_start, geometry_start = offsets
    start = ring_start.astype(np.int64)
    polygon_start = polygon_start.astype(np.int64)
    geometry_start = geometry_start.astype(np.int64)
    xy += 0.0  # -0.0 becomes 0.0, so that equal vertices have equal bits
    left = wound_left(xy, start, polygon_start)
    rings_per_geometry = np.diff(polygon_start[geometry_start])
    owner = np.repeat(np.arange(len(geometries)), rings_per_geometry)
    return Rings(xy, start, owner, left, polygon_start, geometry_start)


def wound_left(xy: Floats, start: Ints, polygon_start: Ints) -> Bools:
    """Tell which rings have the land on their left: shells one way, holes the other."""
    is_hole = np.ones(len(start) - 1, dtype=bool)
    is_hole[polygon_start[:-1]] = False
    return np.asarray((_signed_areas(xy, start) > 0) ^ is_hole)


def _signed_areas(xy: Floats, start: Ints) -> Floats:
    """Shoelace formula per ring, about its first vertex so that large eastings cost nothing."""
    n = np.diff(start)
    x = xy[:, 0] - np.repeat(xy[start[:-1], 0], n)  # columns apart: twice as fast as pairs
    y = xy[:, 1] - np.repeat(xy[start[:-1], 1], n)
    cross = np.empty(len(xy))
    np.multiply(x[:-1], y[1:], out=cross[:-1])
    cross[:-1] -= x[1:] * y[:-1]
    cross[start[1:] - 1] = 0.0
    return np.asarray(np.add.reduceat(cross, start[:-1]) / 2)
