"""The best plan of all that meet the conditions, or how far the best one found is from it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from geo_merge.planning.caps import by_sums
from geo_merge.planning.conditions import Conditions
from geo_merge.planning.groups import Groups, as_masks
from geo_merge.planning.problem import Partition, Problem
from geo_merge.planning.search import Found, Search, Travel, Uneven

# Groups beyond which they are not looked at all together: minutes of the relaxation.
MOST_GROUPS = 300_000


class Objective(StrEnum):
    """What the best plan has least or most of.

    Of plans with equally few or many units, it is the one with the least travel.
    """

    TRAVEL = "travel"
    FEWEST = "fewest"
    MOST = "most"
    EVEN = "even"


class Status(StrEnum):
    """What is proven."""

    OPTIMAL = "optimal"
    BOUNDED = "bounded"
    INFEASIBLE = "infeasible"
    OPEN = "open"


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What was found, and what is proven of it.

    Attributes
    ----------
    status
        ``optimal``; ``bounded``: time was up with a plan; ``infeasible``: there is no plan;
        ``open``: time was up without one.
    partition
        The members of each new unit, by their lowest numbers; empty if there is none.
    seats
        The best placed member of each, from which all its people have the least way.
    value
        Person-kilometres (travel), number of units (fewest, most), deviation from the mean number
        of people as a share of all (even); NaN without a plan.
    bound
        What no plan that meets the conditions can be better than.
    n_groups
        How many groups were looked at.
    seconds
        How long it took.
    """

    status: Status
    objective: Objective
    partition: Partition = ()
    seats: tuple[int, ...] = ()
    value: float = np.nan
    bound: float = np.nan
    n_groups: int = 0
    seconds: float = 0.0

    @property
    def gap(self) -> float:
        """How much better, as a share of the value, another plan can be at most."""
        if self.status is Status.OPTIMAL or self.value == self.bound:
            return 0.0
        return abs(self.value - self.bound) / abs(self.value) if self.value else np.inf


def propose(
    problem: Problem,
    conditions: Conditions,
    objective: Objective = Objective.TRAVEL,
    *,
    seconds: float = 600.0,
    most_groups: int = MOST_GROUPS,
) -> Proposal:
    """Return the best plan that meets the conditions, or the proof that there is none.

    Parameters
    ----------
    problem
        Units, figures, borders.
    conditions
        What the plan must meet.
    objective
        What it has least, or most, of.
    seconds
        After which the best plan so far is returned, with a bound.
    most_groups
        Groups beyond which they are not looked at all together.
    """
    started = time.monotonic()
    search = Search(problem, conditions, Travel(problem), started + seconds, most_groups)
    if objective is Objective.TRAVEL:
        found = _by_value(objective, [search.run()])
    elif objective is Objective.EVEN:
        found = _by_value(objective, (
            replace(search, costs=Uneven(problem, n), conditions=replace(conditions, units=(n, n)))
            .run() for n in range(search.units[0], search.units[1] + 1)
        ))  # fmt: skip
    else:
        found = _by_number(objective, search)
    if found.partition:
        broken = problem.broken(conditions.parts(), found.partition)
        if broken:
            raise RuntimeError(f"the solver's plan breaks a condition: {broken[0]}")
        groups = Groups(as_masks(found.partition, problem.size), problem.size)
        found = replace(found, seats=tuple(problem.travel(groups)[1].tolist()))
    return replace(found, seconds=time.monotonic() - started)


def _by_value(objective: Objective, searches: Iterable[Found]) -> Proposal:
    """Return the plan of least cost that several searches found, of equal ones the first."""
    found = list(searches)
    best = min(found, key=lambda f: f.value, default=None)
    bound = min((f.bound for f in found), default=np.inf)
    n_groups = sum(f.n_groups for f in found)
    if best is None or not best.partition:
        status = Status.INFEASIBLE if bound == np.inf else Status.OPEN
        return Proposal(status=status, objective=objective, n_groups=n_groups,
                        bound=np.nan if bound == np.inf else bound)  # fmt: skip
    is_closed = replace(best, bound=bound).is_closed
    return Proposal(
        status=Status.OPTIMAL if is_closed else Status.BOUNDED, objective=objective,
        partition=best.partition, value=best.value, bound=best.value if is_closed else bound,
        n_groups=n_groups,
    )  # fmt: skip


def _by_number(objective: Objective, search: Search) -> Proposal:
    """Try numbers of units from the best one on that the sums leave, until one has a plan."""
    low, high = search.units
    least, most = by_sums(search.problem, search.conditions)
    numbers = list(range(max(low, least), min(high, most) + 1))
    if objective is Objective.MOST:
        numbers.reverse()
    undecided, n_groups = None, 0
    for number in numbers:
        found = replace(search, conditions=replace(search.conditions, units=(number, number))).run()
        n_groups += found.n_groups
        if found.partition:
            status = Status.OPTIMAL if undecided is None else Status.BOUNDED
            return Proposal(status=status, objective=objective, partition=found.partition,
                            value=number, bound=undecided or number, n_groups=n_groups)  # fmt: skip
        if not found.is_closed:
            undecided = undecided or number
    status = Status.INFEASIBLE if undecided is None else Status.OPEN
    return Proposal(status=status, objective=objective, bound=undecided or np.nan,
                    n_groups=n_groups)  # fmt: skip
