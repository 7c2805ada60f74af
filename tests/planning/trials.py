"""Grids small enough to try every plan, and trying every plan."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from hypothesis import strategies as st

from geo_merge.planning.conditions import Conditions, Requirement, Threshold
from geo_merge.planning.problem import Problem
from geo_merge.planning.propose import Objective


def grid(rows: int, columns: int, people: list[int], *, area: list[int] | None = None,
         holes: frozenset[int] = frozenset(), parents: tuple[str, ...] = ()) -> Problem:  # fmt: skip
    """Squares of a kilometre, numbered row by row, without the holes."""
    cells = [k for k in range(rows * columns) if k not in holes]
    places = np.array([divmod(k, columns) for k in cells], dtype=float)
    km = np.hypot(*(places[:, None] - places[None, :]).transpose(2, 0, 1))
    near = [(a, b) for a, b in combinations(range(len(cells)), 2) if km[a, b] == 1]
    counted = np.array(people[: len(cells)], dtype=float)
    areas = np.array((area or [1] * len(cells))[: len(cells)], dtype=float)
    return Problem(
        codes=tuple(f"{k:02}" for k in cells),
        people=counted,
        fields={"population": counted, "area_km2": areas},
        km=km,
        borders=np.array(near, dtype=np.int64).reshape(-1, 2),
        parents=parents[: len(cells)],
    )


def at_least(field: str, number: float) -> Requirement:
    return Requirement(((Threshold(field, ">=", number),),))


def at_most(field: str, number: float) -> Requirement:
    return Requirement(((Threshold(field, "<=", number),),))


@st.composite
def problems(draw: st.DrawFn, most: int = 12) -> tuple[Problem, Conditions]:
    """Return a grid of up to 12 squares with conditions of every kind."""
    rows, columns = draw(st.sampled_from(
        [(r, c) for r in range(1, 5) for c in range(1, 5) if r * c <= most]
    ))  # fmt: skip
    n = rows * columns
    holes = frozenset(draw(st.sets(st.integers(0, n - 1), max_size=min(2, n - 1))))
    size = n - len(holes)
    people = draw(st.lists(st.integers(0, 30), min_size=n, max_size=n))
    area = draw(st.lists(st.integers(1, 5), min_size=n, max_size=n))
    parents = tuple(draw(st.lists(st.sampled_from("AB"), min_size=n, max_size=n)))
    problem = grid(rows, columns, people, area=area, holes=holes, parents=parents)
    units = draw(st.none() | st.tuples(st.integers(1, size), st.integers(1, size)).map(sorted))
    thresholds = st.one_of(
        st.builds(at_least, st.just("population"), st.integers(1, 60)),
        st.builds(at_least, st.just("area_km2"), st.integers(1, 9)),
        st.builds(at_most, st.just("members"), st.integers(1, 5)),
        st.builds(lambda p, m: Requirement((*at_least("population", p).alternatives,
                                            *at_least("members", m).alternatives)),
                  st.integers(20, 80), st.integers(2, 4)),
    )  # fmt: skip
    pairs = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)).filter(
        lambda pair: pair[0] != pair[1]
    )
    some = st.lists(pairs, max_size=1) if size > 1 else st.just([])
    conditions = Conditions(
        requirements=tuple(draw(st.lists(thresholds, max_size=3))),
        units=None if units is None else (units[0], units[1]),
        contiguous=size > 7 or draw(st.booleans()),
        within_parents=draw(st.booleans()),
        together=tuple(draw(some)),
        apart=tuple(draw(some)),
    )
    return problem, conditions


def partitions(problem: Problem, conditions: Conditions) -> Iterator[list[frozenset[int]]]:
    """Return every partition that meets the conditions, by trying all."""
    beside = [set(np.flatnonzero(row).tolist()) for row in problem.neighbours(
        contiguous=conditions.contiguous, within_parents=conditions.within_parents)]  # fmt: skip

    def split(free: frozenset[int]) -> Iterator[list[frozenset[int]]]:
        if not free:
            yield []
        for group in grown(min(free), free, beside) if free else ():
            if fits(problem, conditions, group):
                yield from ([group, *rest] for rest in split(free - group))

    low, high = conditions.units or (1, problem.size)
    found = split(frozenset(range(problem.size)))
    return (plan for plan in found if low <= len(plan) <= high)


def grown(start: int, free: frozenset[int], beside: list[set[int]]) -> set[frozenset[int]]:
    """Return all groups of free units with the first of them that hang together."""
    seen = {frozenset([start])}
    todo = list(seen)
    while todo:
        group = todo.pop()
        for k in set().union(*(beside[m] for m in group)) & free - group:
            if (more := group | {k}) not in seen:
                seen.add(more)
                todo.append(more)
    return seen


def fits(problem: Problem, conditions: Conditions, group: frozenset[int]) -> bool:
    """Tell whether a group can be a unit, in plain sums."""

    def total(field: str) -> float:
        return len(group) if field == "members" else sum(problem.fields[field][k] for k in group)

    def meets(t: Threshold) -> bool:
        return total(t.field) >= t.number if t.sign == ">=" else total(t.field) <= t.number

    return (
        all(any(all(map(meets, some)) for some in r.alternatives) for r in conditions.requirements)
        and all(len(group & set(some)) in {0, len(set(some))} for some in conditions.together)
        and not any(set(pair) <= group for pair in conditions.apart)
    )


def travel(problem: Problem, plan: list[frozenset[int]]) -> float:
    return sum(min(sum(problem.people[i] * problem.km[i, j] for i in g) for j in g) for g in plan)


def value(problem: Problem, objective: Objective, plan: list[frozenset[int]]) -> float:
    if objective is Objective.TRAVEL:
        return travel(problem, plan)
    if objective is Objective.EVEN:
        total = sum(problem.people)
        return sum(abs(sum(problem.people[k] for k in g) - total / len(plan)) for g in plan) / max(
            total, 1
        )
    return len(plan)
