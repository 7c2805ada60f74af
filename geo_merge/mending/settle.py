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

from geo_merge.geometry.rings import Bools, Floats
from geo_merge.mending.arrangement import Arrangement
from geo_merge.mending.land import Land

# Share of its land beyond which a unit keeps what others claim too: else it would all but vanish,
# as a unit inside another one would.
KEEPS = 0.5


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
