"""Parts of a problem that have nothing to do with each other: each is solved by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from geo_merge.geometry.connected import connected
from geo_merge.geometry.rings import Ints
from geo_merge.planning.conditions import Conditions
from geo_merge.planning.problem import Problem


def parts_of(problem: Problem, conditions: Conditions) -> list[tuple[Ints, Problem, Conditions]]:
    """Return the units of each part, what is to be planned of it, and what it must meet.

    No group has units of two parts. Where the number of new units is limited, or units of two
    parts are to be together, the problem stays whole.
    """
    neighbours = problem.neighbours(
        contiguous=conditions.contiguous, within_parents=conditions.within_parents
    )
    part = connected(problem.size, np.argwhere(neighbours))
    across = any(len({part[k] for k in some}) > 1 for some in conditions.together)
    if conditions.units is not None or across:
        return [(np.arange(problem.size), problem, conditions)]
    found = [np.flatnonzero(part == number) for number in np.unique(part)]
    return [(at, problem.only(at), _only(conditions, at)) for at in sorted(found, key=len)]


def _only(conditions: Conditions, at: Ints) -> Conditions:
    row = {k: n for n, k in enumerate(at.tolist())}
    return replace(
        conditions,
        together=tuple(tuple(row[k] for k in some) for some in conditions.together
                       if some and some[0] in row),
        apart=tuple((row[a], row[b]) for a, b in conditions.apart if a in row and b in row),
    )  # fmt: skip
