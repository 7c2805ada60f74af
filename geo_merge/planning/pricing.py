"""Least travel where the groups are too many to look at all: column generation.

By the prices of the units, a group with its seat in unit j costs sum(people * km to j) - prices.
What a member adds to that is negative for units near the seat alone, and with all of those counted
in advance, the rest only fills up: it is a cap like any other, and the enumeration stops by itself.
Each unit is the seat of one group at most, so prices prove a bound for all plans in every round
(Lagrange): the prices of all units, and what the cheapest group of each seat costs above them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from geo_merge.geometry.rings import Bools, Floats, Ints
from geo_merge.planning.caps import allowed, caps_of
from geo_merge.planning.conditions import Conditions
from geo_merge.planning.groups import Cap, Groups, as_masks, enumerate_groups
from geo_merge.planning.master import Master
from geo_merge.planning.problem import Partition, Problem

# Relative to the value: what the solver's rounding leaves.
_SLACK = 1e-7
# Groups of one size around a seat that are followed while prices are not yet good.
_NARROW = 500
# Columns that one seat adds in one round.
_ADDED = 20
# Rounds go on until the value of the relaxation is so close to what is proven.
_CLOSE = 1e-5
# Part of the way from the prices that proved most to the latest ones at which groups are priced:
# prices that jump about ask for groups that no plan wants.
_STEP = 0.4


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
        Person-kilometres that no plan can go below; infinite if there is no plan.
    """

    groups: Groups
    is_complete: bool
    bound: float


class Pricing:
    """The relaxation of one search, and what its prices prove."""

    def __init__(
        self, problem: Problem, conditions: Conditions, neighbours: Bools, units: tuple[int, int],
        most: int,
    ) -> None:  # fmt: skip
        """Begin without groups; see `search.Search` for the parameters."""
        self.problem, self.conditions, self.neighbours = problem, conditions, neighbours
        self.units, self.most = units, most
        self.caps = caps_of(problem, conditions, np.zeros(problem.size, dtype=np.int64), 0)
        # No plan costs more than if all went as far as can be.
        self.most_travel = float((problem.people * problem.km.max(axis=1)).sum())
        self.master = Master(problem.size, units, penalty=100 * max(self.most_travel, 1.0))
        self.bound = -np.inf
        self.best: tuple[Floats, float] | None = None  # the prices that proved it
        self.start: tuple[Floats, float] | None = None

    def add(self, groups: Groups) -> int:
        """Add groups that meet the conditions; return how many are new."""
        return self.master.add(groups, self.problem.travel(groups)[0])

    def add_plan(self, plan: Partition) -> None:
        """Add the groups of a plan, and begin with prices that share its travel out by people."""
        groups = Groups(as_masks(plan, self.problem.size), self.problem.size)
        self.add(groups)
        people = np.maximum(self.problem.people, 1.0)
        ways = self.problem.travel(groups)[0] / groups.sums(people)
        self.start = (people * (groups.members() * ways[:, None]).sum(axis=0), 0.0)

    def run(self, until: float) -> bool:
        """Add groups until no other can lower the relaxation; False if time was up before."""
        most, is_jump = _NARROW, False
        try:
            if self.start is not None:
                self._round(self.start, self.start, most, until)
            while True:
                latest = self.master.prices(until)
                value = self._value(*latest)
                prices = latest if is_jump or self.best is None else _between(self.best, latest)
                added = self._round(prices, latest, most, until)
                if value - self.bound <= _CLOSE * max(1.0, abs(value)):
                    return True
                if added:
                    is_jump, most = False, _NARROW
                elif not is_jump:
                    is_jump = True
                elif most < self.most:
                    most = self.most
                else:
                    return False
        except TimeoutError:
            return False

    def _value(self, of_units: Floats, of_count: float) -> float:
        count = self.units[0] if of_count > 0 else self.units[1]
        return float(of_units.sum() + count * of_count)

    def _round(
        self, prices: tuple[Floats, float], latest: tuple[Floats, float], most: int, until: float
    ) -> int:
        """Add the cheapest groups of each seat, and see what the prices prove."""
        seats = Seats(self, prices)
        lowest, masks = np.zeros(self.problem.size), []
        for seat in range(self.problem.size):
            if time.monotonic() > until:
                raise TimeoutError
            found = seats.below(seat, 0.0, most, is_narrow=most < self.most)
            lowest[seat] = found.least
            cheapest = np.argsort(found.costs, kind="stable")[:_ADDED]
            masks.append(found.groups.masks[cheapest])
        proven = self._value(*prices) + float(np.sort(lowest)[: self.units[1]].sum())
        if proven > self.bound:
            self.bound, self.best = proven, prices
        if self.bound > self.most_travel * (1 + 1e-6):
            self.bound = np.inf
        groups = Groups(np.concatenate(masks), self.problem.size)
        costs = self.problem.travel(groups)[0]
        wanted = costs - groups.sums(latest[0]) - latest[1] < -_SLACK * max(1.0, self.bound)
        return self.master.add(groups.take(wanted), costs[wanted])

    def reduced(self) -> Floats:
        """Return what each group costs above the prices that proved most; shape (groups,)."""
        return self.master.costs if self.best is None else self.master.reduced(*self.best)

    def within(self, value: float, until: float) -> Priced:
        """Return the groups that can be part of a plan that costs at most so much."""
        if self.best is None:
            return Priced(self.master.groups, is_complete=False, bound=self.bound)
        gap = value - self.bound + _SLACK * max(1.0, abs(value))
        seats, masks, left = Seats(self, self.best), [self.master.masks[:0]], self.most
        for seat in range(self.problem.size):
            found = seats.below(seat, gap, left)
            left -= len(found.groups)
            if not found.is_complete or left < 0 or time.monotonic() > until:
                near = self.reduced() <= gap
                return Priced(self.master.groups.take(near), is_complete=False, bound=self.bound)
            masks.append(found.groups.masks)
        groups = Groups(np.unique(np.concatenate(masks), axis=0), self.problem.size)
        return Priced(groups, is_complete=True, bound=self.bound)


@dataclass(frozen=True)
class _Below:
    """Groups of a seat that cost little above their prices.

    Attributes
    ----------
    groups, costs
        They, and what they cost above their prices.
    is_complete
        Whether these are all.
    least
        What no allowed group of the seat can cost less than, above its prices.
    """

    groups: Groups
    costs: Floats
    is_complete: bool
    least: float


class Seats:
    """The units as seats, under given prices."""

    def __init__(self, pricing: Pricing, prices: tuple[Floats, float]) -> None:
        """Count what each unit adds to a group with its seat in each other one."""
        self.pricing, (of_units, self.of_count) = pricing, prices
        problem = pricing.problem
        self.added = problem.people[:, None] * problem.km - of_units[:, None]

    def below(self, seat: int, gap: float, most: int, *, is_narrow: bool = False) -> _Below:
        """Return allowed groups that cost at most so much above their prices.

        Parameters
        ----------
        seat
            Their seat.
        gap
            Person-kilometres.
        most
            Groups to look at; if it is narrow, of one size, and the cheaper ones are followed.
        """
        pricing, n = self.pricing, self.pricing.problem.size
        added = self.added[:, seat]
        inside, room = self._reach(seat, gap)
        nothing = Groups(pricing.master.masks[:0], n)
        if room < 0:
            return _Below(nothing, np.zeros(0), is_complete=True, least=gap)
        fill = np.maximum(added[inside], 0.0)
        fill[inside == seat] = 0.0
        caps = [Cap(cap.values[inside], cap.most) for cap in pricing.caps]
        at = {k: row for row, k in enumerate(inside.tolist())}
        apart = [(at[a], at[b]) for a, b in pricing.conditions.apart if a in at and b in at]
        seen = enumerate_groups(
            pricing.neighbours[np.ix_(inside, inside)], caps=[*caps, Cap(fill, room)], most=most,
            apart=apart, seed=at[seat], order=added[inside] if is_narrow else None,
        )  # fmt: skip
        costs = seen.groups.sums(added[inside]) - self.of_count
        few = seen.groups.take(costs <= gap).among(inside, n)
        fine = allowed(pricing.problem, pricing.conditions, few)
        groups, costs = few.take(fine), costs[costs <= gap][fine]
        least = min(gap, float(costs.min(initial=np.inf))) if seen.is_complete else gap - room
        return _Below(groups, costs, seen.is_complete, least)

    def _reach(self, seat: int, gap: float) -> tuple[Ints, float]:
        """Return which units can be members, and how much all that cost something may add.

        What is not reached from the seat through units that can be members cannot be one, and what
        it would have saved is not there to pay for others.
        """
        neighbours, added = self.pricing.neighbours, self.added[:, seat]
        inside = np.ones(len(added), dtype=bool)
        while True:
            saved = np.minimum(added, 0.0)
            saved[seat] = added[seat]
            room = gap + self.of_count - float(saved[inside].sum())
            room += 1e-9 * abs(room)
            may = inside & (added <= room)
            may[seat] = True
            reached = _reached(seat, may, neighbours)
            if room < 0 or (reached == inside).all():
                return np.flatnonzero(reached), room
            inside = reached


def _reached(seat: int, may: Bools, neighbours: Bools) -> Bools:
    """Tell which of the units that may be members hang together with the seat."""
    reached = np.zeros(len(may), dtype=bool)
    reached[seat] = True
    newest = reached
    while newest.any():
        newest = neighbours[newest].any(axis=0) & may & ~reached
        reached = reached | newest
    return reached


def _between(best: tuple[Floats, float], latest: tuple[Floats, float]) -> tuple[Floats, float]:
    """Return prices on the way from those that proved most to the latest ones."""
    return (
        best[0] + _STEP * (latest[0] - best[0]),
        best[1] + _STEP * (latest[1] - best[1]),
    )
