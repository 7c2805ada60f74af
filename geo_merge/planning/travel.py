"""Least travel to the best placed member of each new unit."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo_merge.geometry.rings import Floats
from geo_merge.planning.found import Found, found_of
from geo_merge.planning.groups import Groups, as_masks
from geo_merge.planning.packing import pack
from geo_merge.planning.partition import integers
from geo_merge.planning.pricing import Priced, Pricing
from geo_merge.planning.problem import Problem

if TYPE_CHECKING:
    from geo_merge.planning.search import Search

# Groups among which a first plan is sought: those that prices like best.
_FEW = 4_000


@dataclass(frozen=True)
class Travel:
    """Person-kilometres to the best placed member."""

    problem: Problem

    def of(self, groups: Groups) -> Floats:
        """Return the cost of each group; shape (groups,)."""
        return self.problem.travel(groups)[0]

    def search_rest(self, search: Search, few: Groups) -> Found:
        """Search among the groups that prices leave, which begin with a few."""
        pricing = Pricing(search.problem, search.conditions, search.neighbours, search.units,
                          search.most)  # fmt: skip
        pricing.add(few)
        first = self._first(search, few)
        if first.bound == np.inf:
            return first
        if first.partition and search.is_any:
            return first
        if first.partition:
            pricing.add_plan(first.partition)
        pricing.run(_part(search.until, 0.5))
        if pricing.bound == np.inf:
            return Found((), np.inf, np.inf, len(pricing.master.groups))
        best = self._quick(pricing, first, _part(search.until, 0.25), _FEW)
        if not best.partition:
            best = self._quick(pricing, first, _part(search.until, 0.75), search.most)
        if not best.partition or best.is_closed or search.is_any:
            return best
        priced = pricing.within(best.value, _part(search.until, 0.5))
        return self._last(priced, best, search.units, search.until)

    def _first(self, search: Search, few: Groups) -> Found:
        """Return a plan that is easily found; where more units are wanted, one of many units.

        Its bound is infinite if there cannot be so many.
        """
        first = search.first
        low, high = search.units
        if first.partition or low == 1:
            return first
        packed = pack(replace(search, until=_part(search.until, 0.3)), few, high)
        if packed.bound < low:
            return Found((), np.inf, np.inf, len(few))
        is_fine = low <= len(packed.partition) <= high
        return replace(search, known=packed.partition).first if is_fine else first

    def _quick(self, pricing: Pricing, first: Found, until: float, most: int) -> Found:
        """Return the better one of a first plan and one of the groups that prices like best."""
        reduced = pricing.reduced()
        few = np.sort(np.argsort(reduced, kind="stable")[:most])
        groups, costs = pricing.master.groups.take(few), pricing.master.costs[few]
        choice = integers(groups.members(), costs, pricing.units, until)
        found = found_of(groups, costs, choice.chosen, -np.inf)
        best = min((first, found), key=lambda f: f.value)
        bound = max(pricing.bound, 0.0)
        return replace(best, bound=min(bound, best.value), n_groups=len(reduced))

    def _last(self, priced: Priced, best: Found, units: tuple[int, int], until: float) -> Found:
        """Return the best plan of all groups that can be in a better one than is known."""
        own = as_masks(best.partition, self.problem.size)
        groups = Groups(np.unique(np.concatenate([priced.groups.masks, own]), axis=0),
                        self.problem.size)  # fmt: skip
        known = {mask.tobytes(): k for k, mask in enumerate(groups.masks)}
        start = np.array([known[mask.tobytes()] for mask in own])
        costs = self.of(groups)
        choice = integers(groups.members(), costs, units, until, start)
        found = found_of(groups, costs, choice.chosen, choice.bound)
        if found.value > best.value:
            found = replace(best, bound=min(choice.bound, best.value), n_groups=len(groups))
        bound = max(found.bound, best.bound) if priced.is_complete else best.bound
        return replace(found, bound=min(found.value, bound))


def _part(until: float, part: float) -> float:
    """Return when part of the time that is left will have gone."""
    now = time.monotonic()
    return now + part * max(0.0, until - now)
