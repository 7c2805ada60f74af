"""How many new units there can be at most, where the groups are too many to look at all.

Every plan is a packing: no old unit is in two groups. So the relaxation of packing as many groups
as possible bounds the number of units, and units that are in no group join a neighbour afterwards.
Prices are never negative here, so groups that are dearer than one need not be looked at.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo_merge.geometry.rings import Floats, Ints
from geo_merge.planning.caps import allowed, caps_of
from geo_merge.planning.conditions import TOLERANCE
from geo_merge.planning.groups import Cap, Groups, enumerate_groups
from geo_merge.planning.growing import grow
from geo_merge.planning.master import Master
from geo_merge.planning.partition import integers
from geo_merge.planning.problem import Partition

if TYPE_CHECKING:
    from geo_merge.planning.search import Search

# Prices of a round: so far from those that proved most to the latest ones.
_STEP = 0.5
_CLOSE = 1e-6


@dataclass(frozen=True)
class Packed:
    """What is known of the greatest number of new units.

    Attributes
    ----------
    bound
        No plan has more.
    partition
        A plan, empty if none was found.
    """

    bound: int
    partition: Partition


def pack(search: Search, few: Groups, bound: int) -> Packed:
    """Return a plan of many units, and how many there can be at most.

    Parameters
    ----------
    search
        What to plan, and until when.
    few
        Groups to begin with.
    bound
        How many units the sums allow.
    """
    packing = _Packing(search, few)
    now = time.monotonic()
    packing.run(now + (search.until - now) / 4)
    if np.isfinite(packing.bound):
        bound = min(bound, int(packing.bound + _CLOSE * max(1.0, packing.bound)))
    return Packed(bound, _plan(search, packing.chosen()))


class _Packing:
    """The relaxation, and the prices that proved most."""

    def __init__(self, search: Search, few: Groups) -> None:
        problem = search.problem
        self.search = search
        self.caps = caps_of(problem, search.conditions, np.zeros(problem.size, dtype=np.int64), 0)
        self.master = Master(problem.size, (0, problem.size), penalty=1.0, exactly=False)
        self.master.add(few, -np.ones(len(few)))
        self.bound = np.inf
        self.prices: Floats | None = self._by_sums()
        if self.prices is not None:
            self.bound = float(self.prices.sum())

    def _by_sums(self) -> Floats | None:
        """Return the prices by which a group that has just enough of a field costs one."""
        shares = [
            self.search.problem.totals_of(name) / least
            for r in self.search.conditions.requirements for name in r.fields
            if (least := r.least(name) * (1 - TOLERANCE)) > 0
        ]  # fmt: skip
        return min(shares, key=lambda share: float(share.sum()), default=None)

    def run(self, until: float) -> None:
        """Add groups until no other can raise the number of the relaxation, or time is up."""
        is_jump = False
        try:
            while time.monotonic() < until:
                latest = np.maximum(-self.master.prices(until)[0], 0.0)
                if self.bound - latest.sum() <= _CLOSE * self.bound:
                    return
                best = self.prices
                prices = latest if is_jump or best is None else best + _STEP * (latest - best)
                added = self._round(prices, latest)
                if not added and is_jump:
                    return
                is_jump = not added
        except TimeoutError:
            return

    def _round(self, prices: Floats, latest: Floats) -> int:
        """Add the groups that cost less than one, and see what the prices prove."""
        groups, is_complete = self._cheaper(prices, 1.0)
        least = min(1.0, float(groups.sums(prices).min(initial=1.0)))
        if is_complete and least > 0 and prices.sum() / least < self.bound:
            self.bound, self.prices = float(prices.sum()) / least, prices / least
        groups = groups.take(groups.sums(latest) < 1 - _CLOSE)
        return self.master.add(groups, -np.ones(len(groups)))

    def _cheaper(self, prices: Floats, most: float) -> tuple[Groups, bool]:
        """Return the allowed groups whose members cost so much at most, and if they are all."""
        search = self.search
        seen = enumerate_groups(
            search.neighbours, caps=[*self.caps, Cap(prices, most * (1 + TOLERANCE))],
            apart=search.conditions.apart, most=search.most,
        )  # fmt: skip
        groups = seen.groups
        return groups.take(allowed(search.problem, search.conditions, groups)), seen.is_complete

    def chosen(self) -> Groups:
        """Return as many groups as were found that have no old unit in common."""
        groups, known = self.master.groups, self._packed(self.master.groups, None)
        if self.prices is None or self.bound - len(known) < 1:
            return groups.take(known)
        more, is_complete = self._cheaper(self.prices, self.bound - len(known))
        if is_complete:
            at = {mask.tobytes(): k for k, mask in enumerate(more.masks)}
            masks = [mask.tobytes() for mask in groups.masks[known]]
            start = [at[mask] for mask in masks if mask in at]
            best = self._packed(more, np.array(start, dtype=np.int64))
            if len(best) > len(known):
                return more.take(best)
        return groups.take(known)

    def _packed(self, groups: Groups, start: Ints | None) -> Ints:
        now = time.monotonic()
        until = now + max(0.0, self.search.until - now) / 4
        n = self.search.problem.size
        choice = integers(groups.members(), -np.ones(len(groups)), (0, n), until, start,
                          exactly=False)  # fmt: skip
        return np.zeros(0, dtype=np.int64) if choice.chosen is None else choice.chosen


def _plan(search: Search, packed: Groups) -> Partition:
    """Return the plan in which units that are in no group have joined a neighbour."""
    kept = [tuple(np.flatnonzero(row).tolist()) for row in packed.members()]
    together = (*search.conditions.together, *kept)
    return grow(search.problem, replace(search.conditions, together=together),
                search.neighbours, search.units[1])  # fmt: skip
