"""Vertices that only a plane needs, told from those of the source, and left out again.

An edge that is straight in degrees gets vertices on its way to a plane, where it is a curve (see
`curves`). In degrees they are of no use: there the edge is straight without them, and what is
written has the vertices of the source and no others.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo_merge.geometry.edges import hash_vertices
from geo_merge.geometry.longitudes import TURN
from geo_merge.geometry.rings import (
    Bools,
    Floats,
    Geometries,
    Hashes,
    Rings,
    flatten,
    is_polygonal,
    without_vertices,
)

if TYPE_CHECKING:
    from geo_merge.geometry.curves import Way

# Degrees beside the line between its neighbours at which a vertex is on it: ten micrometres. The
# way to a plane and back is a hundred times as exact.
_ON = 1e-10
# Slots of a table that tells of most vertices at once that they are none of these.
_SLOTS = 2**18


@dataclass(frozen=True)
class PlaneVertices:
    """Vertices that edges got because a plane bends them, by their place in that plane.

    Attributes
    ----------
    xy
        Each once, in ascending order; shape (n, 2).
    corners
        Those of them that must stay all the same, since a unit has a corner there; shape (m, 2).
    """

    xy: Floats
    corners: Floats = field(default_factory=lambda: np.empty((0, 2)))

    @classmethod
    def of(cls, xy: Floats) -> PlaneVertices:
        """Return vertices in any order, some of them several times."""
        return cls(np.unique(xy.reshape(-1, 2) + 0.0, axis=0))

    @classmethod
    def of_rows(cls, rows: Floats) -> PlaneVertices:
        """Return what `rows` returned, of one or several."""
        corners = rows[rows[:, 2] > 0, :2]
        return cls(cls.of(rows[:, :2]).xy, cls.of(corners).xy)

    @property
    def rows(self) -> Floats:
        """The vertices as x, y, and 1 for corners, else 0; shape (n, 3)."""
        return np.column_stack([self.xy, self._corners.among(self.xy)])

    def __len__(self) -> int:
        return len(self.xy)

    @cached_property
    def _corners(self) -> PlaneVertices:
        """The corners to look up, of which each piece that is written asks."""
        return PlaneVertices(self.corners)

    @cached_property
    def _known(self) -> tuple[Hashes, Floats, Bools]:
        """The hashes in ascending order, the vertices in theirs, and which slots are taken."""
        hashes = hash_vertices(self.xy)
        order = np.argsort(hashes)
        slots = np.zeros(_SLOTS, dtype=bool)
        slots[_slot(hashes)] = True
        return hashes[order], self.xy[order], slots

    def among(self, xy: Floats) -> Bools:
        """Tell which vertices, shape (n, 2), are some of these."""
        found = np.zeros(len(xy), dtype=bool)
        if not len(self):
            return found
        known, vertices, slots = self._known
        hashes = hash_vertices(np.ascontiguousarray(xy))
        perhaps = np.flatnonzero(slots[_slot(hashes)])
        at = np.minimum(np.searchsorted(known, hashes[perhaps]), len(known) - 1)
        found[perhaps] = (vertices[at] == xy[perhaps]).all(axis=1)
        return found

    def beside(self, geometries: Geometries) -> Floats:
        """Return the different ways in which rings of polygons go through these vertices.

        Returns
        -------
        numpy.ndarray
            x and y of the vertex, and of the neighbours on its ring, the lesser first; shape
            (ways, 6).
        """
        if not len(self):
            return np.empty((0, 6))
        near = np.unique(shapely.STRtree(geometries).query(shapely.points(self.xy))[1])
        near = near[is_polygonal(geometries[near])]
        if not len(near):
            return np.empty((0, 6))
        rings = flatten(geometries[near])
        at = np.flatnonzero(self.among(rings.xy))
        one, other = (rings.xy[k] for k in rings.neighbours(at))
        swap = (one[:, 0] > other[:, 0]) | ((one[:, 0] == other[:, 0]) & (one[:, 1] > other[:, 1]))
        low, high = (np.where(swap[:, None], b, a) for a, b in ((one, other), (other, one)))
        return np.unique(np.hstack([rings.xy[at], low, high]), axis=0)

    def with_corners(self, ways: Floats) -> PlaneVertices:
        """Return these with the corners: those through which rings do not all go the same way.

        A corner of one unit on the edge of another, to which a repair or a seam made such a
        vertex, is a vertex of both.

        Parameters
        ----------
        ways
            As `beside` returns them, of all parts of a layer.
        """
        vertices, count = np.unique(np.unique(ways, axis=0)[:, :2], axis=0, return_counts=True)
        corners = np.concatenate([self.corners, vertices[count > 1]])
        return replace(self, corners=np.unique(corners, axis=0))

    def left_out(self, rings: Rings, degrees: Way) -> Rings:
        """Return rings without those of these vertices that lie on the line between the others.

        Parameters
        ----------
        rings
            In the plane.
        degrees
            The way from there to degrees.
        """
        at = np.flatnonzero(self.among(rings.xy))
        at = at[~self._corners.among(rings.xy[at])]
        if not len(at):
            return rings
        before, after = rings.neighbours(at)
        on = _on_line(*np.split(degrees(rings.xy[np.concatenate([before, at, after])]), 3))
        return without_vertices(rings, at[on])


NO_VERTICES = PlaneVertices(np.empty((0, 2)))


def _slot(hashes: Hashes) -> Hashes:
    return hashes & np.uint64(_SLOTS - 1)


def _on_line(a: Floats, v: Floats, b: Floats) -> Bools:
    """Tell which vertices lie between two others, on the line that is straight in degrees."""
    one, whole = v - a, b - a
    for step in (one, whole):  # across 180°
        step[:, 0] -= TURN * np.rint(step[:, 0] / TURN)
    length = np.hypot(*whole.T)
    with np.errstate(divide="ignore", invalid="ignore"):
        along = np.einsum("ij,ij->i", one, whole) / length
        off = np.abs(one[:, 0] * whole[:, 1] - one[:, 1] * whole[:, 0]) / length
    return np.asarray((off <= _ON) & (along > 0) & (along < length))
