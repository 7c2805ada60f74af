"""Groups that can be part of a plan with less travel, where all groups are too many to look at.

By the prices of the units, a group with its seat in unit j costs sum(people * km to j) - prices.
What a member adds to that can be negative for some members only, and with all of those counted in
advance, the rest only fills up: it is a cap like any other, and the enumeration stops by itself.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from geo_merge.geometry.rings import Bools, Floats
from geo_merge.planning.caps import allowed, caps_of
from geo_merge.planning.conditions import Conditions
from geo_merge.planning.groups import Cap, Groups, enumerate_groups
from geo_merge.planning.partition import Prices, choose, relax
from geo_merge.planning.problem import Problem

# Person-kilometres, relative to the value: what the solver's rounding leaves.
_SLACK = 1e-7
# Columns that one seat adds in one round.
_ADDED = 200


@dataclass(frozen=True)
class Priced:
    """Groups that can be in a plan as good as the best one known.

    Attributes
    ----------
    groups
        The groups.
    is_complete
        Whether none is missing.
    bound
        Person-kilometres that no plan can go below.
    """

    groups: Groups
    is_complete: bool
    bound: float


def price(  # noqa: PLR0917 - the parts of one search
    problem: Problem, conditions: Conditions, neighbours: Bools, few: Groups,
    units: tuple[int, int], value: float, until: float, most: int,
) -> Priced:  # fmt: skip
    """Add groups until the prices prove a bound for all, then collect what lies within the gap.

    Parameters
    ----------
    problem, conditions, neighbours
        What to plan.
    few
        Groups to begin with.
    units
        Least and most number of new units.
    value
        Of the best plan known; NaN without one.
    until
        When to stop, by `time.monotonic`.
    most
        Groups to look at together.
    """
    groups, bound = few, 0.0
    while True:
        try:
            costs = problem.travel(groups)[0]
            prices = relax(groups.members(), costs, units, until) if len(groups) else None
        except TimeoutError:
            return Priced(groups, is_complete=False, bound=bound)
        if prices is None:
            return Priced(groups, is_complete=False, bound=bound)
        seats = _Seats(problem, conditions, neighbours, prices, most, until)
        bound = max(bound, seats.bound(units))
        new, is_complete = seats.below(-_SLACK * max(1.0, abs(prices.value)), _ADDED)
        if len(new):
            groups = _union(groups, new)
            continue
        if not is_complete:
            return Priced(groups, is_complete=False, bound=bound)
        # No group is cheaper than its members' prices: the relaxation holds for all groups.
        bound = max(bound, prices.value * (1 - _SLACK))
        if not np.isfinite(value):
            choice = choose(groups.members(), costs, units, until)
            if choice.chosen is None:
                return Priced(groups, is_complete=False, bound=bound)
            value = float(costs[choice.chosen].sum())
        gap = value - prices.value + _SLACK * max(1.0, abs(value))
        within, is_complete = seats.below(gap, most)
        return Priced(_union(groups, within), is_complete, bound)


def _union(one: Groups, other: Groups) -> Groups:
    masks = np.unique(np.concatenate([one.masks, other.masks]), axis=0)
    return Groups(masks, one.n_units)


class _Seats:
    """The units as seats, under given prices."""

    def __init__(  # noqa: PLR0917 - the parts of one search
        self, problem: Problem, conditions: Conditions, neighbours: Bools, prices: Prices,
        most: int, until: float,
    ) -> None:  # fmt: skip
        self.problem, self.conditions, self.neighbours = problem, conditions, neighbours
        self.most, self.until = most, until
        self.prices = prices
        # What member i adds to the cost above its price with the seat in j.
        self.added = problem.people[:, None] * problem.km - prices.of_units[:, None]

    def lowest(self) -> Floats:
        """Return what no group with its seat in each unit can cost less than, above its prices."""
        negative = np.minimum(self.added, 0.0)
        np.fill_diagonal(negative, np.diag(self.added))
        return np.asarray(negative.sum(axis=0) - self.prices.of_count)

    def bound(self, units: tuple[int, int]) -> float:
        """Return what no plan can cost less than, by prices alone (Lagrange)."""
        count = self.prices.of_count
        base = self.prices.of_units.sum() + (units[0] if count > 0 else units[1]) * count
        lowest = np.sort(self.lowest())
        least = lowest[: units[0]].sum() + np.minimum(lowest[units[0] : units[1]], 0.0).sum()
        return float(base + least)

    def below(self, gap: float, most_each: int) -> tuple[Groups, bool]:
        """Return allowed groups that cost at most so much above their prices, and if all were seen.

        Parameters
        ----------
        gap
            Person-kilometres.
        most_each
            Groups of each seat to return, the cheapest ones.
        """
        n = self.problem.size
        parts = np.zeros(n, dtype=np.int64)
        caps = caps_of(self.problem, self.conditions, parts, 0)
        found, total, is_complete = [], 0, True
        for seat in np.flatnonzero(self.lowest() <= gap).tolist():
            if time.monotonic() > self.until:
                is_complete = False
                break
            added = self.added[:, seat]
            left = gap + self.prices.of_count - np.minimum(added, 0.0).sum()
            cap = Cap(np.maximum(added, 0.0), left + 1e-9 * abs(left))
            seen = enumerate_groups(self.neighbours, caps=[*caps, cap], most=self.most,
                                    apart=self.conditions.apart, seed=seat)  # fmt: skip
            is_complete &= seen.is_complete
            groups = seen.groups
            cost = groups.sums(added) - self.prices.of_count
            groups, cost = groups.take(cost <= gap), cost[cost <= gap]
            fine = allowed(self.problem, self.conditions, groups)
            groups, cost = groups.take(fine), cost[fine]
            groups = groups.take(np.argsort(cost, kind="stable")[:most_each])
            found.append(groups.masks)
            total += len(groups)
            if total > self.most:
                is_complete = False
                break
        empty = np.zeros((0, -(-n // 64)), dtype=np.uint64)
        return Groups(np.concatenate([empty, *found]), n), is_complete
