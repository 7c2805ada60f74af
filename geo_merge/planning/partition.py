"""Set partitioning: of many groups, those that have each unit once, by HiGHS.

Every group is a column, every unit a row. The relaxation gives a price to each unit; a group whose
cost is further above the prices of its members than the best plan is above the relaxation cannot
be part of a better plan, so few columns are left for the integers.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geo_merge.errors import UsageError
from geo_merge.geometry.rings import Bools, Floats, Ints
from geo_merge.vocabulary.sentence import sentence

# Columns of the first, quick search.
_FEW = 2_000
# Relative. What the solver's own rounding may take from a proof.
_SLACK = 1e-7


@dataclass(frozen=True)
class Prices:
    """The optimum of the relaxation.

    Attributes
    ----------
    value
        What no plan made of these groups can go below.
    of_units
        Price of each unit; shape (units,).
    of_count
        Price of one new unit more.
    reduced
        Cost of each group above the prices of its members; shape (groups,).
    """

    value: float
    of_units: Floats
    of_count: float
    reduced: Floats


@dataclass(frozen=True)
class Choice:
    """What came of a search.

    Attributes
    ----------
    chosen
        The groups of the best plan; None if none was found.
    bound
        What no plan made of these groups can go below; infinite if there is none.
    """

    chosen: Ints | None
    bound: float


def solver_version() -> str:
    """Return name and version of the solver.

    Raises
    ------
    UsageError
        If it is not installed.
    """
    return f"HiGHS {_silent().version()}"


def _highs() -> Any:  # noqa: ANN401 - a module that is an extra
    try:
        import highspy  # noqa: PLC0415 - an extra
    except ImportError:
        raise UsageError(sentence("planning.highs")) from None
    return highspy


def _silent() -> Any:  # noqa: ANN401 - of a module that is an extra
    """Return a solver that prints nothing, not even the name that its constructor would print."""
    highs = _highs()

    class Silent(highs.Highs):  # type: ignore[name-defined,misc]
        def enableCallbacks(self) -> None:  # noqa: N802 - the constructor calls it
            self.setOptionValue("output_flag", False)  # noqa: FBT003
            super().enableCallbacks()

    return Silent()


def relax(members: Bools, costs: Floats, units: tuple[int, int], until: float) -> Prices | None:
    """Solve the relaxation; None if even that has no solution.

    Raises
    ------
    TimeoutError
        If time is up before.
    """
    solver = _load(members, costs, units, until, integers=False)
    solver.run()
    if ended(solver, "kInfeasible"):
        return None
    if not ended(solver, "kOptimal"):
        raise TimeoutError
    solution = solver.getSolution()
    duals = np.array(solution.row_dual)
    of_units, of_count = duals[:-1], float(duals[-1])
    reduced = costs - members @ of_units - of_count
    # The bound that the prices prove by themselves, whatever rounding the solver allowed itself.
    base = of_units.sum() + (units[0] if of_count > 0 else units[1]) * of_count
    return Prices(float(base + units[1] * min(0.0, reduced.min())), of_units, of_count, reduced)


def choose(members: Bools, costs: Floats, units: tuple[int, int], until: float) -> Choice:
    """Choose groups that have each unit once and cost least.

    Parameters
    ----------
    members
        Which units each group has; shape (groups, units).
    costs
        Shape (groups,).
    units
        Least and most number of groups to choose.
    until
        When to stop, by `time.monotonic`.
    """
    if not len(members):
        return Choice(None, np.inf)
    try:
        prices = relax(members, costs, units, until)
    except TimeoutError:
        return Choice(None, -np.inf)
    if prices is None:
        return Choice(None, np.inf)
    few = np.sort(np.argsort(prices.reduced, kind="stable")[:_FEW])
    quick = integers(members[few], costs[few], units, until)
    if quick.chosen is not None:
        quick = Choice(few[quick.chosen], quick.bound)
    if len(few) == len(members):
        return Choice(quick.chosen, max(quick.bound, prices.value))
    value = np.inf if quick.chosen is None else costs[quick.chosen].sum()
    slack = _SLACK * max(1.0, abs(value)) if np.isfinite(value) else 0.0
    kept = np.flatnonzero(prices.reduced <= value - prices.value + slack)
    if len(kept) == len(few) and (kept == few).all():
        return Choice(quick.chosen, max(quick.bound, prices.value))
    return _better(quick, members, costs, units, until, prices.value, kept)


def _better(  # noqa: PLR0917 - the parts of one search
    quick: Choice, members: Bools, costs: Floats, units: tuple[int, int], until: float,
    least: float, kept: Ints,
) -> Choice:  # fmt: skip
    """Search all groups that can be part of a plan as good as the one that was found quickly."""
    value = np.inf if quick.chosen is None else float(costs[quick.chosen].sum())
    full = integers(members[kept], costs[kept], units, until)
    if full.chosen is None:
        # Nothing found among the kept: nothing is better than what was found, if all were seen.
        bound = value if full.bound == np.inf else max(full.bound, least)
        return Choice(quick.chosen, bound)
    chosen = kept[full.chosen]
    if costs[chosen].sum() >= value and quick.chosen is not None:
        chosen = quick.chosen
    return Choice(chosen, max(full.bound, least))


def integers(
    members: Bools, costs: Floats, units: tuple[int, int], until: float, start: Ints | None = None,
    *, exactly: bool = True,
) -> Choice:  # fmt: skip
    """Choose among all groups without looking at prices first; see `choose`.

    Parameters
    ----------
    members, costs, units, until
        As `choose` has them.
    start
        Groups that make up a plan to begin with.
    exactly
        Whether each unit must be in a group; else in one at most.
    """
    solver = _load(members, costs, units, until, integers=True, exactly=exactly)
    if start is not None:
        known = np.zeros(len(members))
        known[start] = 1.0
        solver.setSolution(len(members), np.arange(len(members), dtype=np.int32), known)
    solver.run()
    if ended(solver, "kInfeasible"):
        return Choice(None, np.inf)
    info = solver.getInfo()
    values = np.array(solver.getSolution().col_value)
    found = info.primal_solution_status == 2 and len(values)  # noqa: PLR2004 - feasible
    chosen = np.flatnonzero(values > 0.5) if found else None  # noqa: PLR2004 - 0 or 1
    bound = float(info.mip_dual_bound)
    return Choice(chosen, bound if np.isfinite(bound) else -np.inf)


def _load(
    members: Bools, costs: Floats, units: tuple[int, int], until: float, *, integers: bool,
    exactly: bool = True,
) -> Any:  # fmt: skip  # noqa: ANN401 - of a module that is an extra
    """Return the solver with the problem in it, a column a group."""
    highs = _highs()
    n_groups, n_units = members.shape
    lp = highs.HighsLp()
    lp.num_col_, lp.num_row_ = n_groups, n_units + 1
    lp.col_cost_ = costs
    lp.col_lower_ = np.zeros(n_groups)
    lp.col_upper_ = np.full(n_groups, 1.0 if integers else highs.kHighsInf)
    lp.row_lower_ = np.append(np.full(n_units, 1.0 if exactly else 0.0), units[0])
    lp.row_upper_ = np.append(np.ones(n_units), units[1])
    rows = np.column_stack([members, np.ones(n_groups, dtype=bool)])
    lp.a_matrix_.format_ = highs.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.append(0, np.cumsum(rows.sum(axis=1))).astype(np.int32)
    lp.a_matrix_.index_ = np.nonzero(rows)[1].astype(np.int32)
    lp.a_matrix_.value_ = np.ones(int(rows.sum()))
    if integers:
        lp.integrality_ = [highs.HighsVarType.kInteger] * n_groups
    return _loaded(lp, until)


def solve_yes_no(
    rows: Sequence[tuple[float, float, Mapping[int, float]]], n_variables: int, until: float
) -> set[int] | bool | None:
    """Return the variables that are yes in a solution of rows ``low, high, coefficients``.

    False if there is none, None if time was up before that was known.
    """
    highs = _highs()
    lp = highs.HighsLp()
    lp.num_col_, lp.num_row_ = n_variables, len(rows)
    lp.col_cost_, lp.col_lower_ = np.zeros(n_variables), np.zeros(n_variables)
    lp.col_upper_ = np.ones(n_variables)
    lp.row_lower_ = np.array([max(row[0], -highs.kHighsInf) for row in rows])
    lp.row_upper_ = np.array([min(row[1], highs.kHighsInf) for row in rows])
    lp.a_matrix_.format_ = highs.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.cumsum([0, *(len(row[2]) for row in rows)]).astype(np.int32)
    lp.a_matrix_.index_ = np.array([k for row in rows for k in row[2]], dtype=np.int32)
    lp.a_matrix_.value_ = np.array([v for row in rows for v in row[2].values()], dtype=float)
    lp.integrality_ = [highs.HighsVarType.kInteger] * n_variables
    solver = _loaded(lp, until)
    solver.run()
    if ended(solver, "kInfeasible"):
        return False
    if not ended(solver, "kOptimal"):
        return None
    values = np.array(solver.getSolution().col_value)
    return set(np.flatnonzero(values > 0.5).tolist())  # noqa: PLR2004 - 0 or 1


def empty_solver() -> tuple[Any, float]:
    """Return a silent solver to which rows and columns are added, and what it calls infinite."""
    solver = _silent()
    for name, value in {"threads": 1, "random_seed": 0}.items():
        solver.setOptionValue(name, value)
    return solver, float(_highs().kHighsInf)


def _loaded(lp: Any, until: float) -> Any:  # noqa: ANN401 - of a module that is an extra
    """Return a silent solver with a problem in it, which gives the same answer every time."""
    solver = _silent()
    options: dict[str, Any] = {
        "threads": 1, "random_seed": 0, "mip_rel_gap": 0.0,
        "mip_abs_gap": 0.0, "time_limit": max(0.01, until - time.monotonic()),
    }  # fmt: skip
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(lp)
    return solver


def ended(solver: Any, status: str) -> bool:  # noqa: ANN401 - of a module that is an extra
    """Tell whether a solver ended with a status, as ``kOptimal``."""
    return bool(solver.getModelStatus() == getattr(_highs().HighsModelStatus, status))
