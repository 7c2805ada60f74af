"""What a search came to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo_merge.geometry.rings import Floats, Ints
from geo_merge.planning.groups import Groups
from geo_merge.planning.problem import Partition

# Relative: a bound so close to the value leaves nothing to find but rounding.
CLOSED = 1e-6


@dataclass(frozen=True)
class Found:
    """What a search came to.

    Attributes
    ----------
    partition
        The members of each new unit, by their lowest numbers; empty if none was found.
    value
        What it costs; infinite without one.
    bound
        What no partition can cost less than; infinite if there is none.
    n_groups
        How many groups were looked at.
    """

    partition: Partition
    value: float
    bound: float
    n_groups: int

    @property
    def is_closed(self) -> bool:
        """Whether nothing better is left to find, or it is proven that there is nothing."""
        if not self.partition:
            return bool(self.bound == np.inf)
        return bool(self.value - self.bound <= CLOSED * max(1e-3, abs(self.value)))


NOTHING = Found((), np.inf, np.inf, 0)


def found_of(groups: Groups, costs: Floats, chosen: Ints | None, bound: float) -> Found:
    """Return what was found among groups, with the value counted again from what was chosen."""
    if chosen is None:
        return Found((), np.inf, bound, len(groups))
    members = groups.take(chosen).members()
    order = np.argsort(members.argmax(axis=1))
    partition = tuple(tuple(np.flatnonzero(members[k]).tolist()) for k in order)
    value = float(costs[chosen].sum())
    return Found(partition, value, min(value, bound), len(groups))
