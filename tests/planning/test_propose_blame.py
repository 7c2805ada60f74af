"""Where there is no plan, the blamed conditions contradict each other, and none of fewer does."""

from __future__ import annotations

from itertools import combinations

import pytest
import trials
from hypothesis import assume, given, settings

from geo_merge.planning.blame import blame
from geo_merge.planning.conditions import Condition, Conditions, joined
from geo_merge.planning.problem import Problem
from geo_merge.planning.propose import Status, propose
from geo_merge.vocabulary.sentence import said

pytest.importorskip("highspy")


def _can(problem: Problem, parts: tuple[Condition, ...]) -> bool:
    return next(trials.partitions(problem, joined(parts)), None) is not None


@settings(max_examples=40)
@given(trials.problems(6))
def test_the_smallest_contradiction_of_all(given: tuple[Problem, Conditions]) -> None:
    problem, conditions = given
    assume(propose(problem, conditions).status is Status.INFEASIBLE)
    found = blame(problem, conditions)
    parts = conditions.parts(problem.codes)
    smallest = next(n for n in range(1, len(parts) + 1)
                    if not all(_can(problem, some) for some in combinations(parts, n)))  # fmt: skip
    assert found.is_confirmed
    assert found.is_smallest
    assert len(found.conditions) == smallest
    assert not _can(problem, found.conditions)
    for part, plan in zip(found.conditions, found.without, strict=True):
        others = [p for p in found.conditions if p is not part]
        assert plan is not None
        assert problem.broken(others, plan) == []


def test_land_for_too_few_units_is_blamed_with_their_number() -> None:
    problem = trials.grid(2, 3, [20] * 6)
    conditions = Conditions(
        requirements=(trials.at_least("population", 30), trials.at_least("area_km2", 2.5)),
        units=(3, 3),
    )
    found = blame(problem, conditions)
    assert found.is_smallest
    assert found.text == (
        "No plan can meet these conditions together: each unit has area_km2 >= 2.5; there are 3 "
        "units (without any one of them, the others can be met). All units together have area_km2 "
        "6, enough for 2 such units at most."
    )
    assert found.reason is not None
    assert said(found.reason, "vi") == (
        "Tổng area_km2 của mọi đơn vị là 6, nhiều nhất chỉ đủ cho 2 đơn vị như vậy."
    )


def test_borders_are_blamed_where_an_island_is_too_small() -> None:
    problem = trials.grid(1, 4, [20, 20, 5], holes=frozenset({2}))
    conditions = Conditions(requirements=(trials.at_least("population", 10),))
    found = blame(problem, conditions)
    assert [part.text for part in found.conditions] == [
        "the members of each unit hang together by common borders",
        "each unit has population >= 10",
    ]
    borderless, smaller = found.without
    assert borderless in {((0, 1, 2),), ((0, 2), (1,)), ((0,), (1, 2))}
    assert smaller is not None
    assert found.is_smallest
    assert found.is_confirmed
