"""Which groups can be a new unit: what the conditions and the sums of the figures leave open."""

from __future__ import annotations

import numpy as np

from geo_merge.geometry.rings import Bools, Ints
from geo_merge.planning.conditions import TOLERANCE, Conditions
from geo_merge.planning.groups import Cap, Groups
from geo_merge.planning.problem import Problem


def allowed(problem: Problem, conditions: Conditions, groups: Groups) -> Bools:
    """Tell which groups meet all requirements and have all or none of those that stay together."""
    fine = np.ones(len(groups), dtype=bool)
    for requirement in conditions.requirements:
        totals = {name: groups.sums(problem.totals_of(name)) for name in requirement.fields}
        fine &= requirement.met(totals)
    for some in conditions.together:
        inside = np.zeros(problem.size)
        inside[list(some)] = 1.0
        count = groups.sums(inside)
        fine &= (count == 0) | (count == len(set(some)))
    return fine


def by_sums(problem: Problem, conditions: Conditions) -> tuple[int, int]:
    """Return the least and most number of units that the sums of the figures allow."""
    least, most = 1, problem.size
    for requirement in conditions.requirements:
        for name in requirement.fields:
            total = float(problem.totals_of(name).sum())
            least = max(least, _share(total, requirement.most(name)))
            most = min(most, most_units(total, requirement.least(name), problem.size))
    return least, most


def _share(total: float, most: float) -> int:
    """Return into how many units a total must be divided at least, each with so much at most."""
    if not np.isfinite(most) or most <= 0:
        return 1
    return int(np.ceil(total / most - TOLERANCE))


def most_units(total: float, least: float, size: int) -> int:
    """Return into how many units a total can be divided at most, each with so much at least."""
    return size if least <= 0 else min(size, int(total / least * (1 + TOLERANCE) + TOLERANCE))


def caps_of(problem: Problem, conditions: Conditions, parts: Ints, part: int) -> list[Cap]:
    """Return what no group of a part of the layer can exceed, or too little is left for others.

    Parameters
    ----------
    problem, conditions
        What to plan.
    parts
        The part of each unit that no group leaves; shape (units,).
    part
        The one in question.
    """
    numbers = np.unique(parts)
    sizes = {p: int((parts == p).sum()) for p in numbers.tolist()}
    fields = {n: problem.totals_of(n) for r in conditions.requirements for n in r.fields}
    least = {n: max(r.least(n) for r in conditions.requirements) for n in fields}
    most = {n: min(r.most(n) for r in conditions.requirements) for n in fields}
    low = conditions.units[0] if conditions.units else 1
    others = sum(
        min([size, *(most_units(float(v[parts == p].sum()), least[n], size)
                     for n, v in fields.items())])
        for p, size in sizes.items() if p != part
    )  # fmt: skip
    here = max(1, low - others)
    caps = []
    for name, values in [*fields.items(), ("", np.ones(problem.size))]:
        total = float(values[parts == part].sum())
        left = total - (here - 1) * least.get(name, 0.0 if name else 1.0)
        top = min(left, most.get(name, np.inf))
        caps.append(Cap(values, top + TOLERANCE * max(abs(total), 1.0)))
    return caps
