"""Why there is no plan: the fewest conditions that cannot be met together, in words."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from geo_merge.planning.bins import fill
from geo_merge.planning.caps import by_sums
from geo_merge.planning.conditions import Condition, Conditions, joined
from geo_merge.planning.problem import Partition, Problem
from geo_merge.planning.propose import MOST_GROUPS
from geo_merge.planning.search import Search
from geo_merge.planning.travel import Travel
from geo_merge.vocabulary.sentence import Sentence, sentence

# Combinations of conditions that are tried to find whether fewer are enough.
_COMBINATIONS = 60


@dataclass(frozen=True)
class Blame:
    """Conditions that cannot be met together.

    Attributes
    ----------
    conditions
        They.
    without
        For each of them, a plan that meets the others: the members of each new unit. None where
        time was up before one was found, so that the condition may be blamed for nothing.
    is_smallest
        Whether no fewer of all conditions contradict each other.
    reason
        Why, where sums say it; else None.
    """

    conditions: tuple[Condition, ...]
    without: tuple[Partition | None, ...]
    is_smallest: bool
    reason: Sentence | None

    @property
    def is_confirmed(self) -> bool:
        """Whether each condition is needed: without it, the others can be met."""
        return all(plan is not None for plan in self.without)

    @property
    def text(self) -> str:
        """What is to be told, in one sentence."""
        told = "; ".join(part.text for part in self.conditions)
        if len(self.conditions) == 1:
            blamed = f"No plan can meet this condition: {told}"
        else:
            needed = (
                "without any one of them, the others can be met"
                if self.is_confirmed
                else ("whether all of them are needed was not decided in time")
            )
            blamed = f"No plan can meet these conditions together: {told} ({needed})"
        return f"{blamed}. {self.reason}" if self.reason else f"{blamed}."


def blame(
    problem: Problem, conditions: Conditions, *, seconds: float = 120.0,
    most_groups: int = MOST_GROUPS,
) -> Blame:  # fmt: skip
    """Find the fewest conditions that cannot be met together.

    Conditions are taken out one by one, and stay out where there is no plan even so; what is left
    is needed, each alone. Then all smaller combinations are tried, if they are not too many.

    Parameters
    ----------
    problem, conditions
        Of which it is known that there is no plan.
    seconds
        For all of it.
    most_groups
        See `propose.propose`.
    """
    judge = _Judge(problem, time.monotonic() + seconds, seconds, most_groups)
    left = conditions.parts(problem.codes)
    for part in list(left):
        others = [p for p in left if p is not part]
        if judge.plan_of(others) is False:
            left = others
    fewer, is_smallest = _fewer(judge, conditions.parts(problem.codes), len(left))
    left = fewer or left
    without = []
    for part in left:
        plan = judge.plan_of([p for p in left if p is not part])
        without.append(plan if isinstance(plan, tuple) else None)
    return Blame(tuple(left), tuple(without), is_smallest, _reason(problem, joined(left)))


def _fewer(judge: _Judge, parts: Sequence[Condition], size: int) -> tuple[list[Condition], bool]:
    """Return a smaller combination that contradicts itself, and whether the smallest is known."""
    if sum(math.comb(len(parts), n) for n in range(1, size)) > _COMBINATIONS:
        return [], False
    is_known = True
    for n in range(1, size):
        for some in combinations(parts, n):
            plan = judge.plan_of(some)
            if plan is False:
                return list(some), is_known
            is_known &= plan is not None
    return [], is_known


@dataclass
class _Judge:
    """Tells whether conditions can be met, and remembers it."""

    problem: Problem
    until: float
    seconds: float
    most: int

    def __post_init__(self) -> None:
        self._known: dict[frozenset[int], Partition | bool | None] = {}

    def plan_of(self, parts: Sequence[Condition]) -> Partition | bool | None:
        """Return a plan that meets conditions, False if there is none, None if time was up."""
        key = frozenset(map(id, parts))
        if any(plan is False and some <= key for some, plan in self._known.items()):
            return False
        for some, plan in self._known.items():
            if isinstance(plan, tuple) and key <= some:
                return plan
        if key not in self._known:
            self._known[key] = self._search(parts)
        return self._known[key]

    def _search(self, parts: Sequence[Condition]) -> Partition | bool | None:
        # An eighth of all time for one question: others must have their turn.
        until = min(self.until, time.monotonic() + self.seconds / 8)
        conditions = joined(parts)
        if not conditions.contiguous:
            plan = fill(self.problem, conditions, until)
        else:
            plan = self._grouped(conditions, until)
        if isinstance(plan, tuple) and (broken := self.problem.broken(parts, plan)):
            raise RuntimeError(f"the solver's plan breaks a condition: {broken[0]}")
        return plan

    def _grouped(self, conditions: Conditions, until: float) -> Partition | bool | None:
        if (tried := fill(self.problem, conditions, until)) is False:
            return False  # not even without common borders
        if isinstance(tried, tuple) and not self.problem.broken(conditions.parts(), tried):
            return tried
        search = Search(self.problem, conditions, Travel(self.problem), until, self.most,
                        is_any=True)  # fmt: skip
        found = search.run()
        if found.partition:
            return found.partition
        if found.is_closed:
            return False
        if conditions.units is not None:
            return None
        return self._by_number(search)

    def _by_number(self, search: Search) -> Partition | bool | None:
        """Try each number of units by itself: the groups of a small number are fewer."""
        low, high = search.units
        least, most = by_sums(self.problem, search.conditions)
        for number in range(max(low, least), min(high, most) + 1):
            fixed = replace(search.conditions, units=(number, number))
            found = replace(search, conditions=fixed).run()
            if found.partition:
                return found.partition
            if not found.is_closed:
                return None
        return False


def _reason(problem: Problem, conditions: Conditions) -> Sentence | None:
    """Say which sum is too small for so many units, or too large for so few."""
    if conditions.units is None:
        return None
    for requirement in conditions.requirements:
        for name in sorted(requirement.fields):
            total = float(problem.totals_of(name).sum())
            alone = Conditions(requirements=(requirement,))
            least, most = by_sums(problem, alone)
            if most < conditions.units[0] and requirement.least(name) > 0:
                return sentence("planning.enough_at_most", name=name, total=total, n=most)
            if least > conditions.units[1]:
                return sentence("planning.enough_at_least", name=name, total=total, n=least)
    return None
