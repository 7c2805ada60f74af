"""Where the groups are too many to look at all: what is proven is what is worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
import trials

from geo_merge.planning.conditions import Conditions
from geo_merge.planning.growing import grow
from geo_merge.planning.problem import Problem
from geo_merge.planning.propose import Objective, Status, propose

pytest.importorskip("highspy")

SIDE = 8
PAIRS = Conditions(requirements=(trials.at_least("population", 2),))


@pytest.fixture(scope="module")
def board() -> Problem:
    """64 squares with one inhabitant each, in four quarters: dominoes cover it, 32 of them."""
    quarters = tuple(f"{k // SIDE // 4}{k % SIDE // 4}" for k in range(SIDE * SIDE))
    return trials.grid(SIDE, SIDE, [1] * SIDE * SIDE, parents=quarters)


def test_least_travel_is_a_domino_each(board: Problem) -> None:
    found = propose(board, PAIRS, most_groups=5_000)
    assert (found.status, len(found.partition)) == (Status.OPTIMAL, 32)
    assert found.value == pytest.approx(32)


def test_no_more_units_than_dominoes(board: Problem) -> None:
    found = propose(board, PAIRS, Objective.MOST, most_groups=5_000)
    assert (found.status, found.value, found.bound) == (Status.OPTIMAL, 32, 32)
    more = Conditions(requirements=PAIRS.requirements, units=(33, 40))
    assert propose(board, more, most_groups=5_000).status is Status.INFEASIBLE
    wide = Conditions(requirements=(trials.at_least("population", 3),), units=(21, 21))
    assert propose(board, wide, most_groups=5_000).status is not Status.INFEASIBLE
    assert propose(board, more, Objective.MOST, most_groups=5_000).status is Status.INFEASIBLE


def test_parts_that_have_nothing_to_do_with_each_other_add_up(board: Problem) -> None:
    apart = Conditions(requirements=(trials.at_least("population", 5),), within_parents=True)
    found = propose(board, apart, Objective.MOST)
    assert (found.status, found.value) == (Status.OPTIMAL, 4 * 3)
    assert board.broken(apart.parts(), found.partition) == []
    alone = propose(board.only(np.flatnonzero(np.array(board.parents) == "00")), apart)
    whole = propose(board, apart)
    assert (whole.status, whole.value) == (Status.OPTIMAL, pytest.approx(4 * alone.value))
    lacking = Conditions(requirements=(trials.at_least("population", 17),), within_parents=True)
    assert propose(board, lacking).status is Status.INFEASIBLE


def test_when_time_is_up_there_is_a_plan_and_a_bound(board: Problem) -> None:
    fives = Conditions(requirements=(trials.at_least("population", 5),), units=(4, 12))
    found = propose(board, fives, seconds=0.0, most_groups=5_000)
    assert found.status is Status.BOUNDED
    assert 4 <= len(found.partition) <= 12
    assert found.bound <= found.value


def test_units_grow_until_all_are_large_enough(board: Problem) -> None:
    near = board.neighbours()
    plan = grow(board, PAIRS, near, 64)
    assert board.broken(PAIRS.parts(), plan) == []
    assert all(len(group) >= 2 for group in plan)
    few = Conditions(requirements=PAIRS.requirements, apart=((0, 1),), together=((0, 8, 16),))
    plan = grow(board, few, near, 5)
    assert len(plan) <= 5
    assert board.broken(few.parts(), plan) == []
    small = Conditions(requirements=(*PAIRS.requirements, trials.at_most("members", 1)))
    assert grow(board, small, near, 64) == ()
