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
from geo_merge.planning.caps import allowed, caps_of
from geo_merge.planning.conditions import TOLERANCE, Conditions
from geo_merge.planning.found import NOTHING, Found, found_of
from geo_merge.planning.groups import Cap, Groups, as_masks, enumerate_groups
from geo_merge.planning.growing import grow
from geo_merge.planning.partition import choose
from geo_merge.planning.problem import Partition, Problem

# Groups up to which all are looked at without asking prices first; also those of a first plan.
_FEW = 20_000


class Costs(Protocol):
    """What groups cost."""

    def of(self, groups: Groups) -> Floats:
        """Return the cost of each group; shape (groups,)."""

    def search_rest(self, search: Search, few: Groups) -> Found:
        """Search where the groups are too many to look at all, of which there are a few."""


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

    def search_rest(self, search: Search, few: Groups) -> Found:
        """Search a plan better than a first one.

        Half of all deviation lies above the mean, so no unit is further above it than that.
        """
        now = time.monotonic()
        half = replace(search, until=now + (search.until - now) / 2)
        first = replace(half.choose(few), bound=0.0)
        if not first.partition:
            first = replace(search.first, bound=0.0)
        if not first.partition:
            return first
        people = self.problem.people
        most = people.sum() * (1 / self.n_units + first.value / 2)
        groups, is_all = search.groups(search.most, Cap(people, most * (1 + TOLERANCE)))
        return search.choose(groups) if is_all else first


@dataclass(frozen=True)
class Search:
    """A search for a plan.

    Attributes
    ----------
    problem, conditions, costs
        What to plan.
    until
        When to stop, by `time.monotonic`.
    most
        How many groups are looked at together.
    known
        A plan to begin with, empty if there is none.
    is_any
        Whether any plan will do: the question is if there is one.
    """

    problem: Problem
    conditions: Conditions
    costs: Costs
    until: float
    most: int
    known: Partition = ()
    is_any: bool = False

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
        few, is_all = self.few
        if is_all:
            return self.choose(few)
        found = self.costs.search_rest(self, few)
        if not found.partition and not found.is_closed and time.monotonic() < self.until:
            groups, is_all = self.groups(self.most)
            return self.choose(groups) if is_all else found
        return found

    @property
    def few(self) -> tuple[Groups, bool]:
        """The groups that are looked at without asking prices, and whether they are all."""
        return self.groups(min(_FEW, self.most))

    @property
    def first(self) -> Found:
        """A plan, if one is easily found."""
        plan = self.known or grow(self.problem, self.conditions, self.neighbours, self.units[1])
        if not plan:
            return Found((), np.inf, -np.inf, 0)
        groups = Groups(as_masks(plan, self.problem.size), self.problem.size)
        costs = self.costs.of(groups)
        return found_of(groups, costs, np.arange(len(plan)), -np.inf)

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
        choice = choose(groups.members(), costs, self.units, self.until)
        return found_of(groups, costs, choice.chosen, choice.bound)
