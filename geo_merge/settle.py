"""Settling: to which unit each piece of land goes that nobody or several claim.

No edge moves here. Land changes hands, face by face of the arrangement, so all of it is accounted
for, and the units that come out share every vertex of their borders.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.arrangement import Arrangement
from geo_merge.edges import Bools, Floats, Geometries

Owners = list[tuple[int, ...]]
# Share of its land beyond which a unit keeps what others claim too: else it would all but vanish,
# as a unit inside another one would.
KEEPS = 0.5
# Points along an outline from which distances are taken, and the most that a gap is divided by.
_STEPS, _SITES = 50, 2_000


class Rule(StrEnum):
    """Which unit gets land that nobody or several claim."""

    LONGEST_EDGE = "longest-edge"
    LARGEST_NEIGHBOUR = "largest-neighbour"
    LAYER = "layer"


@dataclass(frozen=True)
class Claims:
    """What the rule needs to know of the units, by position.

    Attributes
    ----------
    rule
        With ``layer``, units of the named layer come first, then the longest edge decides.
    area
        Area of each unit in square metres.
    named
        Whether it is of the named layer.
    rank
        Its place in the order of the codes, which decides between equals.
    """

    rule: Rule
    area: Floats
    named: Bools
    rank: Floats

    def best(self, border: dict[int, float], units: Iterable[int], *, nearest: bool) -> int:
        """Return the unit that gets a piece of land which it touches along `border` metres."""

        def merit(unit: int) -> tuple[float, ...]:
            edge, area = border.get(unit, 0.0), float(self.area[unit])
            # To the millimetre: what the edges' last bits say must not decide.
            edge = round(edge, 3)
            first: tuple[float, ...] = (edge, area)
            if not nearest and self.rule == Rule.LARGEST_NEIGHBOUR:
                first = (area, edge)
            elif not nearest and self.rule == Rule.LAYER:
                first = (float(self.named[unit]), edge, area)
            return (*first, -float(self.rank[unit]))

        return max(units, key=merit)


class Land:
    """The faces of an arrangement and who owns each while they are being settled."""

    def __init__(self, arrangement: Arrangement) -> None:
        self.arrangement = arrangement
        self.owners: Owners = list(arrangement.claimants)
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
        """Return the border of a face with the land of a unit, empty if there is none."""
        return shapely.union_all(self.arrangement.border[self.borders(face).get(unit, [])])

    def of(self, unit: int) -> BaseGeometry:
        """Return the faces that a unit owns alone."""
        own = [face for face, owners in enumerate(self.owners) if owners == (unit,)]
        return shapely.multipolygons(self.arrangement.faces[own])


def settle(
    arrangement: Arrangement,
    claims: Claims,
    settled: Bools,
    only: Mapping[int, frozenset[int]],
) -> Land:
    """Give every face that is to be settled to one unit.

    Overlaps come first, each to one of its claimants, then gaps, each to one of its neighbours.
    Land is only compared with what is settled already, round by round from the outside in, so
    the order of the units does not matter.

    Parameters
    ----------
    arrangement
        The faces.
    claims
        The rule.
    settled
        Whether each face is to be settled; shape (faces,).
    only
        Faces that may go to some units only, since a border would move too far else; with none
        of them, the face was cut out of a larger one to go to the nearest.
    """
    land = Land(arrangement)
    keeps = _keeping(arrangement, claims, settled)
    count = np.array([len(c) for c in arrangement.claimants])
    for overlaps in (True, False):
        todo = set(np.flatnonzero(settled & ((count > 1) if overlaps else (count == 0))).tolist())
        stuck = False
        while todo:
            done: dict[int, int] = {}
            for face in todo:
                border = land.lengths(face)
                units = _candidates(arrangement.claimants[face], border, keeps)
                near = only.get(face)
                units = [u for u in units if not near or u in near]
                if units and (stuck or not overlaps or any(u in border for u in units)):
                    done[face] = claims.best(border, units, nearest=near == frozenset())
            for face, unit in done.items():
                land.owners[face] = (unit,)
            todo -= set(done)
            if not done and (stuck or not overlaps):
                break
            stuck = not done
    return land


def _candidates(
    claimants: tuple[int, ...], border: dict[int, float], keeps: dict[int, float]
) -> list[int]:
    """Return the units that may get a face: none if two would be lost without it."""
    if not claimants:
        return [unit for unit, length in border.items() if length > 0]
    share = {unit: keeps[unit] for unit in claimants if unit in keeps}
    if not share:
        return list(claimants)
    most = max(share.values())
    first = [unit for unit in share if share[unit] >= most]
    return first if len(first) == 1 else []


def _keeping(arrangement: Arrangement, claims: Claims, settled: Bools) -> dict[int, float]:
    """Return units most of whose land is claimed by others too, with its share."""
    claimed: dict[int, float] = defaultdict(float)
    area = shapely.area(arrangement.faces)
    for face in np.flatnonzero(settled):
        for unit in arrangement.claimants[face]:
            if len(arrangement.claimants[face]) > 1:
                claimed[unit] += float(area[face])
    share = {unit: round(m2 / float(claims.area[unit]), 9) for unit, m2 in claimed.items()}
    return {unit: part for unit, part in share.items() if part > KEEPS}


def move_to(land: Land, face: int, owners: tuple[int, ...]) -> float:
    """Return how far a border moves if a face goes to `owners`, in metres.

    This is how far the points of the face lie from the border between it and the unit that gets
    the gap, or that loses the overlap: the greatest distance, taken along the outline and in the
    middle of the largest circle. A unit that lost more than this face on that side has its border
    elsewhere; then the distance is that to all of its land, infinite if it has none left.
    """
    shape, before = land.arrangement.faces[face], land.arrangement.claimants[face]
    outline = shapely.segmentize(shape, shapely.length(shape) / _STEPS)
    ends = shapely.get_coordinates([outline, _middle(shape)])
    points = shapely.points(ends)
    far = 0.0
    for unit in set(before) - set(owners) if before else set(owners):
        border = land.line(face, unit)
        border = land.of(unit) if shapely.is_empty(border) else border
        gone = shapely.is_empty(border)
        far = max(far, np.inf if gone else float(shapely.distance(points, border).max()))
    return far


def within_reach(land: Land, face: int, tolerance: float) -> frozenset[int]:
    """Return the units that may get a face without a border moving beyond the tolerance."""
    units = land.arrangement.claimants[face] or tuple(land.borders(face))
    return frozenset(u for u in units if move_to(land, face, (u,)) <= tolerance)


def _middle(face: BaseGeometry) -> BaseGeometry:
    """Return the middle of the largest circle in a polygon."""
    tolerance = max(float(shapely.length(face)) / _STEPS, 1e-9)
    return shapely.get_point(shapely.maximum_inscribed_circle(face, tolerance=tolerance), 0)


def cut_lines(land: Land, face: int, width: float) -> BaseGeometry:
    """Return lines that divide a face, each point to the nearest unit.

    The units are those around a gap, or those that claim an overlap and have land beside it.

    They are edges of the Voronoi diagram of points along the borders, drawn a little beyond the
    face, so that they surely cross its outline.
    """
    shape, claimants = land.arrangement.faces[face], land.arrangement.claimants[face]
    units = [u for u in sorted(land.borders(face)) if u in claimants or not claimants]
    if len(units) < 2:  # noqa: PLR2004 - there is nothing to divide it between
        return shapely.MultiLineString()
    borders = {unit: land.line(face, unit) for unit in units}
    total = sum(float(shapely.length(b)) for b in borders.values())
    step = max(width / 4, total / _SITES)
    sites, owner = [], []
    for unit, border in borders.items():
        for line in shapely.get_parts(shapely.line_merge(border)):
            n = int(np.ceil(shapely.length(line) / step))
            at = (np.arange(n) + 0.5) / n
            sites += list(shapely.line_interpolate_point(line, at, normalized=True))
            owner += [unit] * n
    cells = shapely.voronoi_polygons(shapely.multipoints(sites), extend_to=shape, ordered=True)
    parts, of = shapely.get_parts(cells), np.array(owner)
    regions = [shapely.boundary(shapely.coverage_union_all(parts[of == u])) for u in borders]
    around = shapely.buffer(shape, width / 100)
    inside = shapely.intersection(shapely.union_all(regions), around)
    lines = shapely.get_parts(inside)
    return shapely.multilinestrings(lines[shapely.get_dimensions(lines) == 1])


def rebuild(land: Land, geometries: Geometries) -> Geometries:
    """Return the polygons put together from the faces that each owns.

    A polygon that has the same land and as many vertices as before is left as it was; one that
    owns nothing is empty.
    """
    faces: list[list[int]] = [[] for _ in geometries]
    for face, owners in enumerate(land.owners):
        for unit in owners:
            faces[unit].append(face)
    result = geometries.copy()
    for unit, own in enumerate(faces):
        parts = land.arrangement.faces[own]
        whole = shapely.coverage_union_all(parts) if own else shapely.Polygon()
        if not shapely.is_valid(whole):
            whole = shapely.union_all(parts)
        old = geometries[unit]
        same = shapely.get_num_coordinates(whole) == shapely.get_num_coordinates(old)
        if not (same and shapely.equals(whole, old)):
            result[unit] = _plain(whole)
    return result


def _plain(geometry: BaseGeometry) -> BaseGeometry:
    """Return a multipolygon of one part, or a collection of polygons, as what it is."""
    parts = shapely.get_parts(geometry)
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
