"""The best plan of all that meet the conditions, or how far the best one found is from it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from geo_merge.geometry.rings import Ints
from geo_merge.planning.caps import by_sums
from geo_merge.planning.conditions import Conditions
from geo_merge.planning.found import Found
from geo_merge.planning.groups import Groups, as_masks
from geo_merge.planning.packing import pack
from geo_merge.planning.parts import parts_of
from geo_merge.planning.problem import Partition, Problem
from geo_merge.planning.search import Search, Uneven
from geo_merge.planning.travel import Travel

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
    parts = [] if objective is Objective.EVEN else parts_of(problem, conditions)
    if len(parts) > 1:
        found = _in_parts(parts, objective, started + seconds, most_groups)
    else:
        search = Search(problem, conditions, Travel(problem), started + seconds, most_groups)
        found = _found(objective, search)
    if found.partition:
        broken = problem.broken(conditions.parts(), found.partition)
        if broken:
            raise RuntimeError(f"the solver's plan breaks a condition: {broken[0]}")
        groups = Groups(as_masks(found.partition, problem.size), problem.size)
        found = replace(found, seats=tuple(problem.travel(groups)[1].tolist()))
    return replace(found, seconds=time.monotonic() - started)


def _found(objective: Objective, search: Search) -> Proposal:
    if objective is Objective.TRAVEL:
        return _by_value(objective, [search.run()])
    if objective is Objective.EVEN:
        return _by_value(objective, _evenly(search))
    return _by_number(objective, search)


def _in_parts(
    parts: Sequence[tuple[Ints, Problem, Conditions]], objective: Objective, until: float, most: int
) -> Proposal:
    """Solve each part by itself, the small ones first, and return all as one."""
    found: list[Proposal] = []
    for k, (_, problem, conditions) in enumerate(parts):
        now = time.monotonic()
        turn = now + max(0.0, until - now) / (len(parts) - k)
        found.append(_found(objective, Search(problem, conditions, Travel(problem), turn, most)))
        if found[-1].status is Status.INFEASIBLE:
            break
    states = {one.status for one in found}
    n_groups = sum(one.n_groups for one in found)
    for lacking in (Status.INFEASIBLE, Status.OPEN):
        if lacking in states:
            return Proposal(status=lacking, objective=objective, n_groups=n_groups)
    plan = sorted(
        tuple(at[list(group)].tolist())
        for (at, _, _), one in zip(parts, found, strict=True) for group in one.partition
    )  # fmt: skip
    return Proposal(
        status=Status.BOUNDED if Status.BOUNDED in states else Status.OPTIMAL, objective=objective,
        partition=tuple(plan), value=sum(one.value for one in found),
        bound=sum(one.bound for one in found), n_groups=n_groups,
    )  # fmt: skip


def _evenly(search: Search) -> Iterator[Found]:
    """Search the most even plan of each number of units, until one leaves nothing to find."""
    low, high = search.units
    for n in range(low, high + 1):
        if n > low and time.monotonic() > search.until:
            yield Found((), np.inf, 0.0, 0)  # of the others nothing is known
            return
        fixed = replace(search.conditions, units=(n, n))
        found = replace(search, costs=Uneven(search.problem, n), conditions=fixed).run()
        yield found
        if found.partition and replace(found, bound=0.0).is_closed:
            return


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
    few, is_all = search.few
    known: Partition = ()
    if objective is Objective.MOST and not is_all:
        packed = pack(search, few, min(high, most))
        known, most = packed.partition, packed.bound
    numbers = list(range(max(low, least), min(high, most) + 1))
    if objective is Objective.MOST:
        numbers.reverse()
    undecided, n_groups = None, 0
    for number in numbers:
        found = _of_number(search, number, known, is_all=is_all)
        n_groups += found.n_groups
        if found.partition:
            status = Status.OPTIMAL if undecided is None else Status.BOUNDED
            return Proposal(status=status, objective=objective, partition=found.partition,
                            value=number, bound=undecided or number, n_groups=n_groups)  # fmt: skip
        if not found.is_closed:
            undecided = undecided or number
            if time.monotonic() > search.until and not is_all:
                break
    status = Status.INFEASIBLE if undecided is None else Status.OPEN
    rest = known if low <= len(known) <= high else search.first.partition
    if undecided is not None and rest and low <= len(rest):
        return Proposal(status=Status.BOUNDED, objective=objective, partition=rest,
                        value=len(rest), bound=undecided, n_groups=n_groups)  # fmt: skip
    return Proposal(status=status, objective=objective, bound=undecided or np.nan,
                    n_groups=n_groups)  # fmt: skip


def _of_number(search: Search, number: int, known: Partition, *, is_all: bool) -> Found:
    """Search the plan of least travel of a number of units.

    Where it is not known that there is one, a third of the time goes into finding any.
    """
    fixed = replace(search, conditions=replace(search.conditions, units=(number, number)))
    if is_all:
        return fixed.run()
    now = time.monotonic()
    turn = now + max(0.0, search.until - now) / 3
    plan = known if len(known) == number else ()
    found = replace(fixed, known=plan, until=turn, is_any=True).run()
    if not found.partition or found.is_closed:
        return found
    return replace(fixed, known=found.partition).run()
