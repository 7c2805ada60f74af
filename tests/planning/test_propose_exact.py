"""What is proposed is the best of all plans, and where nothing is proposed there is none."""

from __future__ import annotations

import numpy as np
import pytest
import trials
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_merge.errors import UsageError
from geo_merge.planning.conditions import Conditions, parse_requirement, parse_units
from geo_merge.planning.problem import Problem
from geo_merge.planning.propose import Objective, Proposal, Status, propose

pytest.importorskip("highspy")


def _best(problem: Problem, conditions: Conditions, objective: Objective) -> float | None:
    values = [trials.value(problem, objective, plan)
              for plan in trials.partitions(problem, conditions)]  # fmt: skip
    if not values:
        return None
    return max(values) if objective is Objective.MOST else min(values)


def _agrees(found: Proposal, best: float | None) -> None:
    if best is None:
        assert found.status is Status.INFEASIBLE
        assert found.partition == ()
    else:
        assert found.status is Status.OPTIMAL
        assert found.value == pytest.approx(best, abs=1e-6)


@settings(max_examples=60)
@given(trials.problems(), st.sampled_from(Objective))
def test_as_good_as_the_best_of_all_plans(
    given: tuple[Problem, Conditions], objective: Objective
) -> None:
    problem, conditions = given
    found = propose(problem, conditions, objective)
    _agrees(found, _best(problem, conditions, objective))
    if found.partition:
        assert problem.broken(conditions.parts(), found.partition) == []


@settings(max_examples=40)
@given(trials.problems(9), st.sampled_from(Objective), st.integers(1, 40))
def test_with_too_many_groups_nothing_wrong_is_claimed(
    given: tuple[Problem, Conditions], objective: Objective, most: int
) -> None:
    problem, conditions = given
    found = propose(problem, conditions, objective, most_groups=most)
    best = _best(problem, conditions, objective)
    if found.status in {Status.OPTIMAL, Status.INFEASIBLE}:
        _agrees(found, best)
    elif best is not None:
        sign = -1 if objective is Objective.MOST else 1
        assert np.isnan(found.bound) or sign * found.bound <= sign * best + 1e-6
        assert np.isnan(found.value) or sign * found.value >= sign * best - 1e-6


def test_prices_close_what_is_too_large_to_enumerate() -> None:
    problem = trials.grid(4, 5, [7, 1, 3, 9, 2] * 4)
    conditions = Conditions(requirements=(trials.at_least("population", 12),), units=(5, 5))
    whole = propose(problem, conditions, most_groups=2_000_000)
    few = propose(problem, conditions, most_groups=1_500)
    assert few.status is Status.OPTIMAL is whole.status
    assert few.n_groups < whole.n_groups
    assert few.value == pytest.approx(whole.value)


def test_a_line_by_hand() -> None:
    # Six squares in a line, the outer ones with all people: two units of three, seats at the ends.
    problem = trials.grid(1, 6, [9, 1, 1, 1, 1, 9])
    found = propose(problem, Conditions(requirements=(trials.at_least("population", 11),)))
    assert found.partition == ((0, 1, 2), (3, 4, 5))
    assert found.seats == (0, 5)
    assert found.value == 6


def test_more_people_than_there_are_is_proven_to_be_too_many() -> None:
    problem = trials.grid(2, 2, [5, 5, 5, 5])
    conditions = Conditions(requirements=(trials.at_least("population", 7),), units=(3, 4))
    assert propose(problem, conditions).status is Status.INFEASIBLE


def test_time_that_is_up_leaves_no_claim() -> None:
    problem = trials.grid(3, 4, list(range(12)))
    found = propose(problem, Conditions(units=(4, 4)), seconds=0)
    assert found.status in {Status.OPEN, Status.BOUNDED}


def test_more_than_64_units_have_groups_too() -> None:
    problem = trials.grid(1, 130, [1] * 130)
    found = propose(
        problem, Conditions(requirements=(trials.at_most("members", 2),), units=(65, 65))
    )
    assert found.status is Status.OPTIMAL
    assert [len(group) for group in found.partition] == [2] * 65
    assert found.value == 65


def test_thresholds_are_read_as_they_are_written() -> None:
    read = parse_requirement("population >= 16000 and area_km2 >= 70 % of 30 or members >= 3")
    assert str(read) == "population >= 16,000 and area_km2 >= 21 or members >= 3"
    assert parse_units("4-6") == (4, 6)
    for wrong in ("population > 16000", "population >= 16.000,5", "population >= 1.6.0", ">= 3"):
        with pytest.raises(UsageError, match="is no threshold"):
            parse_requirement(wrong)
    for wrong in ("0", "6-4", "many"):
        with pytest.raises(UsageError, match="write a number"):
            parse_units(wrong)


def test_figures_that_are_not_known_are_named() -> None:
    problem = trials.grid(1, 3, [1, 2, 3])
    with pytest.raises(UsageError, match="population is unknown for 01; give the figures"):
        Problem(**{**vars(problem), "fields": {"population": np.array([1, np.nan, 3])}})
    km = problem.km.copy()
    km[1, :] = km[:, 1] = np.nan
    with pytest.raises(UsageError, match="01 have no position"):
        Problem(**{**vars(problem), "km": km})
