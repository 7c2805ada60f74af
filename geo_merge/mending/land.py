"""Land while it is settled: the faces of an arrangement, and who owns each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.geometry.dissolve import dissolve_edges
from geo_merge.geometry.edges import unmatched
from geo_merge.geometry.faces import resolution
from geo_merge.geometry.rings import Geometries
from geo_merge.mending.arrangement import Arrangement


class Land:
    """The faces of an arrangement and who owns each while they are being settled."""

    def __init__(self, arrangement: Arrangement) -> None:
        self.arrangement = arrangement
        self.owners: list[tuple[int, ...]] = list(arrangement.claimants)
        self._beside: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for k, (one, two) in enumerate(zip(arrangement.one, arrangement.two, strict=True)):
            self._beside[int(one)].append((int(two), k))
            self._beside[int(two)].append((int(one), k))

    def borders(self, face: int) -> dict[int, list[int]]:
        """Return the borders of a face (positions in the arrangement) with each sole owner."""
        result: dict[int, list[int]] = defaultdict(list)
        for other, border in self._beside[face]:
            if len(self.owners[other]) == 1:
                result[self.owners[other][0]].append(border)
        return result

    def lengths(self, face: int) -> dict[int, float]:
        """Return how long a face borders on each sole owner, in metres."""
        length = self.arrangement.length
        return {unit: float(length[at].sum()) for unit, at in self.borders(face).items()}

    def line(self, face: int, unit: int) -> BaseGeometry:
        """Return the border of a face with the land of a unit, empty if there is none.

        Land that others own too, since it waits for a decision, is the unit's all the same.
        """
        at = [border for other, border in self._beside[face] if unit in self.owners[other]]
        return shapely.union_all(self.arrangement.border[at])

    def line_before(self, face: int, unit: int) -> BaseGeometry:
        """Return the same border, empty too if some of the unit's land there is newly its own."""
        beside = [other for other, _ in self._beside[face] if unit in self.owners[other]]
        new = any(unit not in self.arrangement.claimants[other] for other in beside)
        return shapely.MultiLineString() if new else self.line(face, unit)

    def changed(self) -> list[int]:
        """Return the units that won or lost a face, or have one beside such.

        Hairlines that rounding drew between two units are such too, whoever is said to own them.
        """
        arrangement, claimants = self.arrangement, self.arrangement.claimants
        hairline = 2 * shapely.area(arrangement.faces) < resolution(
            arrangement.faces
        ) * shapely.length(arrangement.faces)
        faces = {k for k, owners in enumerate(self.owners) if owners != claimants[k]}
        faces |= {k for k in np.flatnonzero(hairline).tolist() if len(claimants[k]) == 1}
        around = faces.union(*([other for other, _ in self._beside[face]] for face in faces))
        return sorted({unit for k in around for unit in (*claimants[k], *self.owners[k])})

    def of(self, unit: int) -> BaseGeometry:
        """Return the faces that a unit owns, alone or with others."""
        return self._faces(unit, self.owners)

    def before(self, unit: int) -> BaseGeometry:
        """Return the faces that a unit claimed."""
        return self._faces(unit, self.arrangement.claimants)

    def _faces(self, unit: int, owners: Sequence[tuple[int, ...]]) -> BaseGeometry:
        own = [face for face, units in enumerate(owners) if unit in units]
        return shapely.multipolygons(self.arrangement.faces[own])


def rebuild(land: Land, geometries: Geometries) -> Geometries:
    """Return the polygons put together from the faces that each owns.

    Only units that `Land.changed` names get another polygon, else crossings of overlaps that wait
    would get one more vertex each time; and of these none that has the same land and as many
    vertices as before. One that owns nothing is empty.
    """
    faces: list[list[int]] = [[] for _ in geometries]
    for face, owners in enumerate(land.owners):
        for unit in owners:
            faces[unit].append(face)
    result = geometries.copy()
    for unit in land.changed():
        own = faces[unit]
        whole = _joined(land.arrangement.faces[own]) if own else shapely.Polygon()
        old = geometries[unit]
        same = shapely.get_num_coordinates(whole) == shapely.get_num_coordinates(old)
        if not (same and shapely.equals(whole, old)):
            result[unit] = _plain(whole)
    return result


def _joined(faces: Geometries) -> BaseGeometry:
    """Join faces that share their vertices, or those that GEOS cannot join so, by overlay.

    Where that fails as well, at edges that nearly coincide, those that two faces share cancel.
    """
    try:
        whole = shapely.coverage_union_all(faces)
        if shapely.is_valid(whole):
            return whole
    except shapely.GEOSException:  # "cannot process incorrectly noded inputs": hairlines
        pass
    try:
        return shapely.union_all(faces)
    except shapely.GEOSException:
        by_edges = dissolve_edges(faces, unmatched(faces))
        if by_edges is None:
            raise
        return by_edges.geometry


def _plain(geometry: BaseGeometry) -> BaseGeometry:
    """Return a multipolygon of one part, or a collection of polygons, as what it is."""
    parts = shapely.get_parts(geometry)
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
