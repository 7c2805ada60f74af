"""The relaxation of set partitioning, to which groups are added as prices ask for them."""

from __future__ import annotations

import time

import numpy as np

from geo_merge.geometry.rings import Bools, Floats
from geo_merge.planning.groups import Groups, Masks
from geo_merge.planning.partition import empty_solver, ended


class Master:
    """Groups found so far, and the prices of the units by them.

    Where the groups cannot make up a plan, units are left out for a penalty.
    """

    def __init__(
        self, n_units: int, units: tuple[int, int], *, penalty: float, exactly: bool = True
    ) -> None:
        """Begin without groups.

        Parameters
        ----------
        n_units
            How many units there are.
        units
            Least and most number of groups in a plan.
        penalty
            For a unit that is in no group.
        exactly
            Whether each unit must be in a group; else it may be, for nothing.
        """
        self.n_units, self.units = n_units, units
        self.masks: Masks = np.zeros((0, -(-n_units // 64)), dtype=np.uint64)
        self.costs: Floats = np.zeros(0)
        self._known: set[bytes] = set()
        self._solver, self._infinite = empty_solver()
        for _ in range(n_units):
            self._solver.addRow(1.0 if exactly else 0.0, 1.0, 0, [], [])
        self._solver.addRow(float(units[0]), float(units[1]), 0, [], [])
        for row in range(n_units if exactly else 0):
            self._solver.addCol(penalty, 0.0, self._infinite, 1, [row], [1.0])
        for sign in (1.0, -1.0):  # too few groups, or too many
            self._solver.addCol(penalty, 0.0, self._infinite, 1, [n_units], [sign])

    @property
    def groups(self) -> Groups:
        """The groups found so far."""
        return Groups(self.masks, self.n_units)

    def add(self, groups: Groups, costs: Floats) -> int:
        """Add the groups that are new, and return how many there were."""
        fresh = []
        for row, mask in enumerate(groups.masks):
            if (key := mask.tobytes()) not in self._known:
                self._known.add(key)
                fresh.append(row)
        if not fresh:
            return 0
        added = groups.take(np.array(fresh))
        self.masks = np.concatenate([self.masks, added.masks])
        self.costs = np.concatenate([self.costs, costs[fresh]])
        rows = np.column_stack([added.members(), np.ones(len(fresh), dtype=bool)])
        starts = np.append(0, np.cumsum(rows.sum(axis=1))[:-1]).astype(np.int32)
        index = np.nonzero(rows)[1].astype(np.int32)
        n = len(fresh)
        self._solver.addCols(n, costs[fresh], np.zeros(n), np.full(n, self._infinite), len(index),
                             starts, index, np.ones(len(index)))  # fmt: skip
        return n

    def prices(self, until: float) -> tuple[Floats, float]:
        """Return the price of each unit, shape (units,), and that of one group more.

        Raises
        ------
        TimeoutError
            If time is up before.
        """
        left = max(0.01, until - time.monotonic())
        self._solver.setOptionValue("time_limit", self._solver.getRunTime() + left)
        self._solver.run()
        if not ended(self._solver, "kOptimal"):
            raise TimeoutError
        duals = np.array(self._solver.getSolution().row_dual)
        return duals[:-1], float(duals[-1])

    def reduced(self, of_units: Floats, of_count: float) -> Floats:
        """Return what each group costs above the prices of its members; shape (groups,)."""
        return self.costs - self.groups.sums(of_units) - of_count

    def members(self) -> Bools:
        """Return which units each group has; shape (groups, units)."""
        return self.groups.members()
