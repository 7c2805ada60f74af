"""Whether conditions can be met where the members of a unit need not hang together.

Groups that need no common border are too many to enumerate; but who goes where is then a small
problem of its own, with a yes or no for each old unit and each new one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from geo_merge.planning.caps import by_sums
from geo_merge.planning.conditions import TOLERANCE, Conditions, Requirement
from geo_merge.planning.partition import solve_yes_no
from geo_merge.planning.problem import Partition, Problem

Row = tuple[float, float, dict[int, float]]


@dataclass
class _Model:
    """Yes-or-no variables, and rows of their sums between two numbers."""

    rows: list[Row] = field(default_factory=list)
    n_variables: int = 0

    def variables(self, count: int) -> list[int]:
        first = self.n_variables
        self.n_variables += count
        return list(range(first, self.n_variables))

    def add(self, low: float, row: dict[int, float], high: float = np.inf) -> None:
        self.rows.append((low, high, row))


def fill(problem: Problem, conditions: Conditions, until: float) -> Partition | bool | None:
    """Return a plan that meets conditions without common borders.

    Parameters
    ----------
    problem, conditions
        What to plan; whether members hang together is not looked at.
    until
        When to stop, by `time.monotonic`.

    Returns
    -------
    tuple, False or None
        The members of each new unit; False if there is no plan; None if time was up.
    """
    low, high = conditions.units or (1, problem.size)
    high = min(high, by_sums(problem, conditions)[1])
    if low > high:
        return False
    model = _Model()
    is_used = model.variables(high)
    home = [model.variables(high) for _ in range(problem.size)]
    for places in home:
        model.add(1, dict.fromkeys(places, 1.0), 1)
        for u in range(high):
            model.add(0, {is_used[u]: 1.0, places[u]: -1.0})
    model.add(low, dict.fromkeys(is_used, 1.0), high)
    for u in range(high):
        model.add(0, {**{places[u]: 1.0 for places in home}, is_used[u]: -1.0})
        for requirement in conditions.requirements:
            _require(model, problem, requirement, is_used[u], [places[u] for places in home])
        _decide(model, problem, conditions, [places[u] for places in home])
    chosen = solve_yes_no(model.rows, model.n_variables, until)
    if not isinstance(chosen, set):
        return chosen
    groups = [tuple(k for k in range(problem.size) if home[k][u] in chosen) for u in range(high)]
    return tuple(sorted(group for group in groups if group))


def _require(
    model: _Model, problem: Problem, requirement: Requirement, is_used: int, places: list[int]
) -> None:
    """Let one of the alternatives hold in a unit, if there is the unit."""
    chosen = model.variables(len(requirement.alternatives))
    model.add(0, {**dict.fromkeys(chosen, 1.0), is_used: -1.0})
    for choice, thresholds in zip(chosen, requirement.alternatives, strict=True):
        for threshold in thresholds:
            values = problem.totals_of(threshold.field)
            sums = dict(zip(places, values.tolist(), strict=True))
            slack = TOLERANCE * abs(threshold.number)
            if threshold.sign == ">=":
                model.add(0, {**sums, choice: -(threshold.number - slack)})
            else:
                total = float(values.sum())
                top = threshold.number + slack
                model.add(-np.inf, {**sums, choice: max(0.0, total - top)}, max(total, top))


def _decide(model: _Model, problem: Problem, conditions: Conditions, places: list[int]) -> None:
    """Let who must be in a unit together, or must not, be so."""
    for a, b in conditions.apart:
        model.add(-np.inf, {places[a]: 1.0, places[b]: 1.0}, 1)
    for first, *others in conditions.together:
        for other in others:
            model.add(0, {places[first]: 1.0, places[other]: -1.0}, 0)
    if conditions.within_parents:
        _one_parent(model, problem, places)


def _one_parent(model: _Model, problem: Problem, places: list[int]) -> None:
    """Let a unit have members of one former district only."""
    names = sorted(set(problem.parents))
    chosen = dict(zip(names, model.variables(len(names)), strict=True))
    model.add(-np.inf, dict.fromkeys(chosen.values(), 1.0), 1)
    for place, name in zip(places, problem.parents, strict=True):
        model.add(0, {chosen[name]: 1.0, place: -1.0})
