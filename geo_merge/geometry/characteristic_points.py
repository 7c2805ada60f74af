"""Characteristic points: the vertices that draw border lines to within a distance, and no others.

The polyline through them is nowhere further from the line than the distance, nor the line from it:
Douglas and Peucker leave out a vertex only if it is so near to the chord between two that stay,
and what lies between two vertices is no further than the further of both.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import shapely

from geo_merge.errors import GeometryError
from geo_merge.geometry.border_lines import OUTSIDE, BorderLines, linestrings, unshared
from geo_merge.geometry.rings import Bools, Floats, Geometries, Ints, flatten, ranges
from geo_merge.wording.sentence import sentence

# Decimals of a metre in which points are given: more than a survey knows.
DECIMALS = 3
# Metres. A shorter distance is not told from the rounding of the points.
SHORTEST = 0.01
_ROUNDING = 0.5 * 10.0**-DECIMALS * np.sqrt(2)
_HALVINGS = 12  # of a distance, after which all vertices are kept


@dataclass(frozen=True)
class Polylines:
    """Border lines by their characteristic points.

    Attributes
    ----------
    xy, start
        The points of all lines, rounded, and where each line begins among them, and the end;
        shape (points, 2) and (lines + 1,).
    vertex
        The vertex of the border lines that each point is; shape (points,).
    deviation
        The greatest distance of each line from its polyline, in the unit of the CRS; shape
        (lines,).
    """

    xy: Floats
    start: Ints
    vertex: Ints
    deviation: Floats

    @property
    def lines(self) -> Geometries:
        """The polylines; shape (lines,)."""
        return linestrings(self.xy, self.start)


def characteristic_points(borders: BorderLines, polygons: Geometries, distance: float) -> Polylines:
    """Choose the characteristic points of border lines.

    Lines that touch where they did not, and those around a unit that has other parts or holes than
    it had (a small enclave may come to lie on the wrong side of a line), are drawn again to within
    half of the distance, and so on until all is as it was.

    Parameters
    ----------
    borders
        The lines, in a plane in metres.
    polygons
        The units that they bound; shape (units,).
    distance
        Metres by which a polyline may differ from its line, rounding included.

    Raises
    ------
    GeometryError
        If all vertices do not help: there are lines nearer to each other than the rounding.
    """
    if len(np.unique(np.round(borders.nodes, DECIMALS), axis=0)) < len(borders.nodes):
        raise GeometryError(sentence("geometry.same_node", digits=DECIMALS))
    tolerance = np.full(len(borders.lines), max(distance - _ROUNDING, 0.0))
    least = tolerance / 2**_HALVINGS
    kept = np.zeros(len(borders.xy), dtype=bool)
    again = np.arange(len(tolerance))
    while True:
        _keep(kept, borders, tolerance, again)
        result = _polylines(borders, kept)
        again = touching(result.lines)
        if not len(again):
            again = _around(_reshaped(result.lines, borders, polygons), borders)
        if not len(again):
            return result
        if not tolerance[again].any():
            x, y = borders.xy[borders.start[again[0]]]
            raise GeometryError(
                sentence("geometry.touching", n=len(again), x=x, y=y, digits=DECIMALS)
            )
        smaller = tolerance[again] / 2
        tolerance[again] = np.where(smaller > least[again], smaller, 0.0)


def _keep(kept: Bools, borders: BorderLines, tolerance: Floats, lines: Ints) -> None:
    """Mark the vertices of some lines that are kept at their tolerance."""
    simplified = shapely.simplify(borders.lines[lines], tolerance[lines], preserve_topology=False)
    vertices, _ = ranges(borders.start[lines], borders.start[lines + 1])
    # A vertex between nodes is in one line, once.
    kept[vertices] = np.isin(
        _complex(borders.xy[vertices]), _complex(shapely.get_coordinates(simplified))
    )


def _reshaped(lines: Geometries, borders: BorderLines, polygons: Geometries) -> Ints:
    """Return the units that have other parts or holes than they had, or overlap."""
    new = rebuilt(lines, borders.left, borders.right, len(polygons))
    wrong = ~shapely.is_valid(new)
    for count in (shapely.get_num_geometries, _n_rings):
        wrong |= count(new) != count(polygons)
    return np.flatnonzero(wrong | unshared(new))


def _n_rings(polygons: Geometries) -> Ints:
    parts, owner = shapely.get_parts(polygons, return_index=True)
    holes = shapely.get_num_interior_rings(parts)
    return np.bincount(owner, holes, minlength=len(polygons)).astype(np.int64)


def _around(units: Ints, borders: BorderLines) -> Ints:
    return np.flatnonzero(np.isin(borders.left, units) | np.isin(borders.right, units))


def _complex(xy: Floats) -> np.ndarray[tuple[int], np.dtype[np.complex128]]:
    return np.asarray(xy[:, 0] + 1j * xy[:, 1])


def _polylines(borders: BorderLines, kept: Bools) -> Polylines:
    xy = np.round(borders.xy, DECIMALS) + 0.0
    vertex = np.flatnonzero(kept)
    start = np.concatenate([[0], np.cumsum(kept)])[borders.start]
    piece = np.maximum(np.cumsum(kept) - 1, 0)  # the point before each vertex, or at it
    piece[borders.start[1:] - 1] -= 1
    a, b = xy[vertex[piece]], xy[vertex[piece + 1]]
    off = _off(borders.xy, a, b)
    return Polylines(xy[vertex], start, vertex, np.maximum.reduceat(off, borders.start[:-1]))


def _off(points: Floats, a: Floats, b: Floats) -> Floats:
    """Return the distance of each point from its segment."""
    along = b - a
    squared = np.einsum("ij,ij->i", along, along)
    share = np.einsum("ij,ij->i", points - a, along) / np.where(squared > 0, squared, 1.0)
    nearest = a + np.clip(share, 0.0, 1.0)[:, None] * along
    return np.asarray(np.hypot(*(points - nearest).T))


def touching(lines: Geometries) -> Ints:
    """Return the lines that meet themselves or another one elsewhere than at their ends.

    Parameters
    ----------
    lines
        LineStrings; shape (n,).
    """
    bad = ~shapely.is_simple(lines) | ~(shapely.length(lines) > 0)
    bad |= ~shapely.is_valid(lines)
    one, two = shapely.STRtree(lines).query(lines, predicate="intersects")
    one, two = one[one < two], two[one < two]
    shared = shapely.intersection(_ends(lines[one]), _ends(lines[two]))
    elsewhere = ~shapely.is_empty(
        shapely.difference(shapely.intersection(lines[one], lines[two]), shared)
    )
    bad[one[elsewhere]] = bad[two[elsewhere]] = True
    return np.flatnonzero(bad)


def _ends(lines: Geometries) -> Geometries:
    ends = np.stack([shapely.get_point(lines, 0), shapely.get_point(lines, -1)], axis=1)
    return np.asarray(shapely.multipoints(ends)) if len(lines) else lines


def rebuilt(lines: Geometries, left: Ints, right: Ints, n_units: int) -> Geometries:
    """Return the polygons that border lines bound; shape (units,).

    Parameters
    ----------
    lines
        LineStrings that meet at their ends; shape (lines,).
    left, right
        The units on their sides, `OUTSIDE` where there is none.
    n_units
        How many units there are.
    """
    faces = np.asarray(shapely.get_parts(shapely.polygonize(lines)))
    owner = _owners(faces, lines, left, right)
    return _as_polygons(faces[owner != OUTSIDE], owner[owner != OUTSIDE], n_units)


def _owners(faces: Geometries, lines: Geometries, left: Ints, right: Ints) -> Ints:
    """Return the unit of each face: that on the inner side of the first edge of its shell."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    rings = flatten(faces)
    shell = rings.polygon_start[:-1]
    first = rings.start[shell]
    place, spot = np.unique(_complex(np.concatenate([xy, rings.xy])), return_inverse=True)
    along = np.flatnonzero(line[1:] == line[:-1])
    n = np.int64(len(place))
    keys = np.concatenate(
        [spot[along] * n + spot[along + 1], spot[along + 1] * n + spot[along]]  # land on the left
    )
    units = np.concatenate([left[line[along]], right[line[along]]])
    a, b = spot[len(xy) + first], spot[len(xy) + first + 1]
    wanted = np.where(rings.interior_left[shell], a * n + b, b * n + a)
    order = np.argsort(keys)
    return np.asarray(units[order[np.searchsorted(keys[order], wanted)]])


def _as_polygons(parts: Geometries, owner: Ints, n_units: int) -> Geometries:
    """Return a polygon, or several as a MultiPolygon, for each unit; None for one without."""
    order = np.argsort(owner, kind="stable")
    ends = np.searchsorted(owner[order], np.arange(n_units + 1)).tolist()
    result = np.full(n_units, None, dtype=object)
    for unit, (a, b) in enumerate(itertools.pairwise(ends)):
        own = parts[order[a:b]]
        if len(own):
            result[unit] = own[0] if len(own) == 1 else shapely.multipolygons(own)
    return result
