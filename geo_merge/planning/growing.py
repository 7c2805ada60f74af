"""A first plan where there are too many groups to look at: units join until all are large enough.

Nothing is proven of such a plan; it gives a search something to be better than.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from geo_merge.geometry.connected import connected
from geo_merge.geometry.rings import Bools
from geo_merge.planning.caps import allowed
from geo_merge.planning.conditions import TOLERANCE, Conditions
from geo_merge.planning.groups import Groups, as_masks
from geo_merge.planning.problem import Partition, Problem

Pair = tuple[int, int]


def grow(problem: Problem, conditions: Conditions, neighbours: Bools, most: int) -> Partition:
    """Return a plan that meets the conditions, empty if none was found in this way.

    Of all units that do not meet them, the one that joins a neighbour with the least more travel
    does so; when all meet them, others join until there are few enough.

    Parameters
    ----------
    problem, conditions
        What to plan.
    neighbours
        Which units may be next to each other in a group; shape (units, units).
    most
        Number of new units.
    """
    grown = _Grown(problem, conditions, neighbours)
    while True:
        short = [k for k in grown.members if not grown.fine[k]]
        if not short and len(grown.members) <= most:
            break
        pair = grown.cheapest(short or grown.members)
        if pair is None:
            return ()
        grown.join(pair)
    plan = tuple(sorted(tuple(sorted(some)) for some in grown.members.values()))
    return () if problem.broken(conditions.parts(), plan) else plan


class _Grown:
    """Groups as they stand, by a number that each keeps until it joins another."""

    def __init__(self, problem: Problem, conditions: Conditions, neighbours: Bools) -> None:
        self.problem, self.conditions = problem, conditions
        links = [(some[0], k) for some in conditions.together for k in some[1:]]
        first = connected(problem.size, np.array(links, dtype=np.int64).reshape(-1, 2)).tolist()
        self.members: dict[int, tuple[int, ...]] = {}
        for unit, k in enumerate(first):
            self.members[k] = (*self.members.get(k, ()), unit)
        self.beside: dict[int, set[int]] = {k: set() for k in self.members}
        for a, b in np.argwhere(neighbours).tolist():
            if first[a] != first[b]:
                self.beside[first[a]].add(first[b])
        self.fine: dict[int, bool] = {}
        self.way: dict[int, float] = {}
        self.more: dict[Pair, float] = {}
        self._measure(self.members)
        self._weigh({_pair(a, b) for a, some in self.beside.items() for b in some})

    def cheapest(self, some: Iterable[int]) -> Pair | None:
        """Return the join of one of some groups that adds the least travel."""
        pairs = {_pair(a, b) for a in some for b in self.beside[a]}
        best = min(pairs, key=lambda p: (self.more[p], p), default=None)
        return None if best is None or self.more[best] == np.inf else best

    def join(self, pair: Pair) -> None:
        """Make one group of two."""
        one, other = pair
        self.members[one] += self.members.pop(other)
        for near in self.beside.pop(other):
            self.beside[near].discard(other)
            if near != one:
                self.beside[near].add(one)
                self.beside[one].add(near)
        self._measure([one])
        self._weigh({_pair(one, near) for near in self.beside[one]})

    def _groups(self, sets: Iterable[tuple[int, ...]]) -> Groups:
        return Groups(as_masks(list(sets), self.problem.size), self.problem.size)

    def _measure(self, some: Iterable[int]) -> None:
        groups = self._groups(self.members[k] for k in some)
        fine = allowed(self.problem, self.conditions, groups).tolist()
        way = self.problem.travel(groups)[0].tolist()
        self.fine.update(zip(some, fine, strict=True))
        self.way.update(zip(some, way, strict=True))

    def _weigh(self, pairs: set[Pair]) -> None:
        """Note what travel each join adds; infinite where it is not allowed."""
        order = sorted(pairs)
        groups = self._groups((*self.members[a], *self.members[b]) for a, b in order)
        added = self.problem.travel(groups)[0] - [self.way[a] + self.way[b] for a, b in order]
        added[~self._may(groups)] = np.inf
        self.more.update(zip(order, added.tolist(), strict=True))

    def _may(self, groups: Groups) -> Bools:
        """Tell which groups are not too large, and have no two members that are kept apart."""
        may = np.ones(len(groups), dtype=bool)
        for requirement in self.conditions.requirements:
            for name in requirement.fields:
                top = requirement.most(name)
                may &= groups.sums(self.problem.totals_of(name)) <= top * (1 + TOLERANCE)
        for pair in self.conditions.apart:
            inside = np.zeros(self.problem.size)
            inside[list(pair)] = 1.0
            may &= groups.sums(inside) < 2  # noqa: PLR2004 - both
        return may


def _pair(a: int, b: int) -> Pair:
    return min(a, b), max(a, b)
