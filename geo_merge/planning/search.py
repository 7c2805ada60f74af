"""One search: the partition into groups that costs least, and what no partition can go below.

All groups of units that can be a new unit are enumerated and the best partition is chosen among
them. What makes that possible is what is left for the others: where eight units need 16,000 people
each, none can have so many that seven others find fewer. Where the groups are too many even so,
those that can be part of a plan better than the best one known are enumerated alone.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from geo_merge.geometry.connected import connected
from geo_merge.geometry.rings import Bools, Floats
from geo_merge.planning import pricing
from geo_merge.planning.caps import allowed, caps_of
from geo_merge.planning.conditions import TOLERANCE, Conditions
from geo_merge.planning.groups import Cap, Groups, as_masks, enumerate_groups
from geo_merge.planning.partition import Choice, choose
from geo_merge.planning.problem import Partition, Problem

# Groups of a first plan where there are too many to look at all.
_FIRST = 60_000
# Relative: a bound so close to the value leaves nothing to find but rounding.
CLOSED = 1e-6


@dataclass(frozen=True)
class Found:
    """What a search came to.

    Attributes
    ----------
    partition
        The members of each new unit, by their lowest numbers; empty if none was found.
    value
        What it costs; infinite without one.
    bound
        What no partition can cost less than; infinite if there is none.
    n_groups
        How many groups were looked at.
    """

    partition: Partition
    value: float
    bound: float
    n_groups: int

    @property
    def is_closed(self) -> bool:
        """Whether nothing better is left to find, or it is proven that there is nothing."""
        if not self.partition:
            return bool(self.bound == np.inf)
        return bool(self.value - self.bound <= CLOSED * max(1e-3, abs(self.value)))


NOTHING = Found((), np.inf, np.inf, 0)


class Costs(Protocol):
    """What groups cost."""

    def of(self, groups: Groups) -> Floats:
        """Return the cost of each group; shape (groups,)."""

    def search_rest(self, search: Search, few: Groups, first: Found) -> Found:
        """Search a plan better than the first one where the groups are too many."""


@dataclass(frozen=True)
class Travel:
    """Person-kilometres to the best placed member."""

    problem: Problem

    def of(self, groups: Groups) -> Floats:
        """Return the cost of each group; shape (groups,)."""
        return self.problem.travel(groups)[0]

    def search_rest(self, search: Search, few: Groups, first: Found) -> Found:
        """Search a plan better than the first one among the groups that prices leave."""
        priced = pricing.price(self.problem, search.conditions, search.neighbours, few,
                               search.units, first.value, search.until, search.most)  # fmt: skip
        if priced.is_complete:
            return search.choose(priced.groups)
        return replace(first, bound=max(priced.bound, 0.0))


@dataclass(frozen=True)
class Uneven:
    """Deviation from the mean number of people of so many units, as a share of all people."""

    problem: Problem
    n_units: int

    def of(self, groups: Groups) -> Floats:
        """Return the cost of each group; shape (groups,)."""
        people = self.problem.people
        total = people.sum()
        return np.asarray(np.abs(groups.sums(people) - total / self.n_units) / max(total, 1.0))

    def search_rest(self, search: Search, few: Groups, first: Found) -> Found:  # noqa: ARG002
        """Search a plan better than the first one.

        Half of all deviation lies above the mean, so no unit is further above it than that.
        """
        if not first.partition:
            return replace(first, bound=0.0)
        people = self.problem.people
        most = people.sum() * (1 / self.n_units + first.value / 2)
        groups, is_all = search.groups(search.most, Cap(people, most * (1 + TOLERANCE)))
        return search.choose(groups) if is_all else replace(first, bound=0.0)


@dataclass(frozen=True)
class Search:
    """A search under conditions, until a time by `time.monotonic`, of so many groups at most."""

    problem: Problem
    conditions: Conditions
    costs: Costs
    until: float
    most: int

    @property
    def units(self) -> tuple[int, int]:
        """Least and most number of new units."""
        low, high = self.conditions.units or (1, self.problem.size)
        return low, min(high, self.problem.size)

    @property
    def neighbours(self) -> Bools:
        """Which units may be next to each other in a group."""
        return self.problem.neighbours(
            contiguous=self.conditions.contiguous, within_parents=self.conditions.within_parents
        )

    def run(self) -> Found:
        """Return the best partition, or the best one of the time with a bound."""
        if self.units[0] > self.units[1]:
            return NOTHING
        groups, is_all = self.groups(self.most)
        if is_all:
            return self.choose(groups)
        few, _ = self.groups(min(_FIRST, self.most))
        now = time.monotonic()
        half = replace(self, until=now + (self.until - now) / 2)
        first = replace(half.choose(few), bound=-np.inf)
        return self.costs.search_rest(self, few, first)

    def groups(self, most: int, *more: Cap) -> tuple[Groups, bool]:
        """Return the groups that can be a unit, and whether they are all.

        Where a part of the layer has too many, there are the small ones and the part as a whole.
        """
        n, neighbours = self.problem.size, self.neighbours
        parts = connected(n, np.argwhere(neighbours))
        numbers = np.unique(parts).tolist()
        masks, is_all = [], True
        for part in numbers:
            inside = np.flatnonzero(parts == part)
            caps = [*caps_of(self.problem, self.conditions, parts, part), *more]
            caps = [Cap(cap.values[inside], cap.most) for cap in caps]
            at = {k: row for row, k in enumerate(inside.tolist())}
            apart = [(at[a], at[b]) for a, b in self.conditions.apart if a in at and b in at]
            seen = enumerate_groups(neighbours[np.ix_(inside, inside)], caps=caps, apart=apart,
                                    most=most // len(numbers))  # fmt: skip
            masks.append(seen.groups.among(inside, n).masks)
            if not seen.is_complete:
                is_all = False
                whole = Groups(as_masks([inside.tolist()], n), n)
                if not apart:
                    masks.append(whole.masks)
        groups = Groups(np.unique(np.concatenate(masks), axis=0), n)
        return groups.take(allowed(self.problem, self.conditions, groups)), is_all

    def choose(self, groups: Groups) -> Found:
        """Choose among groups, and count the value again from what was chosen."""
        costs = self.costs.of(groups)
        choice: Choice = choose(groups.members(), costs, self.units, self.until)
        if choice.chosen is None:
            return Found((), np.inf, choice.bound, len(groups))
        members = groups.take(choice.chosen).members()
        order = np.argsort(members.argmax(axis=1))
        partition = tuple(tuple(np.flatnonzero(members[k]).tolist()) for k in order)
        value = float(costs[choice.chosen].sum())
        return Found(partition, value, min(value, choice.bound), len(groups))
