"""Two plans of the same old units, of however many new ones: what is the same, and what is not.

Codes are labels: each unit of one plan is matched with the unit of the other that it shares most
with, and an old unit has moved if its two new units are not matched. A plan with itself differs in
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from geo_merge.errors import PlanError
from geo_merge.planning.check import Checked
from geo_merge.planning.figures import PlanFigures, summary_of
from geo_merge.planning.layer import PlanLayer
from geo_merge.planning.plan import Plan
from geo_merge.planning.verdicts import Verdict
from geo_merge.vocabulary.cells import LIST_SEPARATOR
from geo_merge.vocabulary.sentence import sentence


class Change(StrEnum):
    """What became of a unit of the first plan in the second."""

    SAME = "same"  # the same members
    RENAMED = "renamed"  # the same members; name, type, code or seat differ
    GROWN = "grown"  # more members, and all that it had
    SPLIT = "split"  # its members are in several units, or some have no place
    EXCHANGED = "exchanged"  # it lost some and got others
    JOINED = "joined"  # all its members are in a unit that is matched with another
    NEW = "new"  # a unit of the second plan alone


@dataclass(frozen=True)
class Pair:
    """A unit of the first plan and the one of the second that it is matched with.

    Attributes
    ----------
    change
        What became of it.
    one, two
        Their codes; None where a unit has no counterpart.
    joined, left
        Old units that only the second has, and only the first.
    went
        Where the members of the first are in the second, with how many: ``07660 (5)``.
    """

    change: Change
    one: str | None
    two: str | None
    joined: tuple[str, ...]
    left: tuple[str, ...]
    went: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """How two plans differ.

    Attributes
    ----------
    pairs
        All units of both, those of the first in its order, then those of the second alone.
    moved
        Old units whose new units are not matched with each other, in the order of the layer.
    """

    one: Plan
    two: Plan
    pairs: tuple[Pair, ...]
    moved: tuple[str, ...]

    @property
    def differences(self) -> tuple[Pair, ...]:
        """The pairs that are not the same."""
        return tuple(p for p in self.pairs if p.change is not Change.SAME)

    def count(self) -> dict[str, int]:
        """Return how many units there are of each change."""
        return {str(c): n for c in Change if (n := sum(p.change is c for p in self.pairs))}


def compare(one: Plan, two: Plan, layer: PlanLayer) -> Comparison:
    """Compare two plans.

    Units are matched by the people that they share, the most first; by land where people are not
    known or equal; then by their codes. Each is matched once.

    Raises
    ------
    PlanError
        If they are of other old units than the layer.
    """
    if not set(one.old) == set(two.old) == set(layer.codes):
        raise PlanError(sentence("planning.other_units_of_two"))
    shared = _shared(one, two, layer)
    members = one.members(), two.members()
    match = _matched(shared)
    match |= {c: c for c, had in members[0].items() if not had and members[1].get(c) == ()}
    after = {two_code: one_code for one_code, two_code in match.items()}
    pairs = [_pair(code, match.get(code), one, two, members) for code in one.new]
    pairs += [
        Pair(Change.NEW, None, code, members[1][code], (), ())
        for code in two.new if code not in after
    ]  # fmt: skip
    moved = tuple(code for code in layer.codes if _moved(one.home[code], two.home[code], match))
    return Comparison(one, two, tuple(pairs), moved)


def _moved(one: str | None, two: str | None, match: Mapping[str, str]) -> bool:
    return one != two if one is None or two is None else match.get(one) != two


def _shared(one: Plan, two: Plan, layer: PlanLayer) -> dict[tuple[str, str], tuple[float, float]]:
    """Return the people and land that each unit of one plan shares with each of the other."""
    people = np.nan_to_num(layer.people).tolist()
    land = layer.m2.tolist()
    shared: dict[tuple[str, str], tuple[float, float]] = {}
    for k, code in enumerate(layer.codes):
        a, b = one.home[code], two.home[code]
        if a is not None and b is not None:
            before = shared.get((a, b), (0.0, 0.0))
            shared[a, b] = before[0] + people[k], before[1] + land[k]
    return shared


def _matched(shared: Mapping[tuple[str, str], tuple[float, float]]) -> dict[str, str]:
    """Match units one to one, those that share the most first."""
    order = sorted(
        shared, key=lambda p: (-shared[p][0], -shared[p][1], p[0] != p[1], p)
    )  # fmt: skip
    match: dict[str, str] = {}
    taken: set[str] = set()
    for a, b in order:
        if a not in match and b not in taken:
            match[a] = b
            taken.add(b)
    return match


def _pair(
    code: str,
    other: str | None,
    one: Plan,
    two: Plan,
    members: tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]],
) -> Pair:
    had = members[0][code]
    has = () if other is None else members[1][other]
    joined = tuple(c for c in has if c not in set(had))
    left = tuple(c for c in had if c not in set(has))
    homes = [two.home[c] for c in had]
    went = tuple(f"{h or '-'} ({homes.count(h)})" for h in dict.fromkeys(homes))
    if other is None:
        change = Change.JOINED if len(set(homes)) == 1 and homes[0] else Change.SPLIT
    elif joined and left:
        change = Change.EXCHANGED
    elif joined or left:
        change = Change.GROWN if joined else Change.SPLIT
    else:
        change = Change.SAME if one.new[code] == two.new[other] else Change.RENAMED
    return Pair(change, code, other, joined, left, went)


def comparison_tables(
    comparison: Comparison,
    layer: PlanLayer,
    figures: tuple[PlanFigures, PlanFigures],
    checked: tuple[Checked, Checked] | None = None,
) -> dict[str, pd.DataFrame]:
    """Return the tables ``summary, units, moved`` of a comparison.

    Parameters
    ----------
    comparison
        See `compare`.
    layer
        The old units.
    figures
        Of both plans.
    checked
        What a standard says of both.
    """
    return {
        "summary": _summary(comparison, layer, figures, checked),
        "units": _units(comparison, figures, checked),
        "moved": _moves(comparison, layer),
    }


def _units(
    comparison: Comparison,
    figures: tuple[PlanFigures, PlanFigures],
    checked: tuple[Checked, Checked] | None,
) -> pd.DataFrame:
    """Return one row a difference."""
    columns = ["change", "code_1", "name_1", "code_2", "name_2", "joined", "left", "went",
               "members_1", "members_2", "area_km2_1", "area_km2_2", "population_1",
               "population_2", "distance_km_1", "distance_km_2", "verdict_1",
               "verdict_2"]  # fmt: skip
    verdicts = [_verdicts(c) for c in checked or ()]
    rows = []
    for pair in comparison.differences:
        row: dict[str, Any] = {
            "change": str(pair.change), "joined": LIST_SEPARATOR.join(pair.joined),
            "left": LIST_SEPARATOR.join(pair.left), "went": LIST_SEPARATOR.join(pair.went),
        }  # fmt: skip
        for k, code in enumerate((pair.one, pair.two), 1):
            if code is None:
                continue
            unit = figures[k - 1].units[code]
            row[f"code_{k}"], row[f"name_{k}"] = code, figures[k - 1].plan.new[code].name
            row[f"members_{k}"], row[f"area_km2_{k}"] = unit.member_count, round(unit.area_km2, 6)
            row[f"population_{k}"], row[f"distance_km_{k}"] = unit.population, unit.distance_km
            if verdicts:
                row[f"verdict_{k}"] = verdicts[k - 1].get(code, "")
        rows.append(row)
    return pd.DataFrame(rows, columns=[c for c in columns if verdicts or "verdict" not in c])


def _verdicts(checked: Checked) -> dict[str, str]:
    return {j.subject.code: str(j.verdict) for j in checked.units}


def _moves(comparison: Comparison, layer: PlanLayer) -> pd.DataFrame:
    """Return one row an old unit that changes company."""
    one, two = comparison.one, comparison.two
    rows = []
    for code in comparison.moved:
        k, homes = layer.at[code], (one.home[code], two.home[code])
        people = layer.people[k]
        row: dict[str, Any] = {"old_code": code, "old_name": one.old[code].name}
        for n, (plan, home) in enumerate(zip((one, two), homes, strict=True), 1):
            row[f"new_code_{n}"] = home or ""
            row[f"new_name_{n}"] = "" if home is None else plan.new[home].name
        row["area_km2"] = round(float(layer.m2[k]) / 1e6, 6)
        row["population"] = None if np.isnan(people) else float(people)
        rows.append(row)
    columns = ["old_code", "old_name", "new_code_1", "new_name_1", "new_code_2", "new_name_2",
               "area_km2", "population"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _summary(
    comparison: Comparison,
    layer: PlanLayer,
    figures: tuple[PlanFigures, PlanFigures],
    checked: tuple[Checked, Checked] | None,
) -> pd.DataFrame:
    """Return figures of both plans in all, and how much changes company."""
    both = [_totals(f, layer) for f in figures]
    if checked is not None:
        for total, one in zip(both, checked, strict=True):
            total.update({f"verdict {v}": sum(j.verdict is v for j in one.units) for v in Verdict})
    rows: list[dict[str, Any]] = [
        {"quantity": name, "plan_1": both[0][name], "plan_2": both[1][name],
         "difference": _difference(both[0][name], both[1][name])}
        for name in both[0]
    ]  # fmt: skip
    at = [layer.at[code] for code in comparison.moved]
    units = [k for k in at if not layer.is_piece[k]]
    people = layer.people[units]
    told: dict[str, float | None] = {
        "units that moved": len(units),
        "people that change company": None if np.isnan(people).any() else float(people.sum()),
        "km2 that change company": round(float(layer.m2[at].sum()) / 1e6, 6),
        **{f"new units {name}": number for name, number in comparison.count().items()},
    }
    rows += [{"quantity": k, "plan_1": None, "plan_2": None, "difference": v}
             for k, v in told.items()]  # fmt: skip
    return pd.DataFrame(rows, columns=["quantity", "plan_1", "plan_2", "difference"])


def _totals(figures: PlanFigures, layer: PlanLayer) -> dict[str, float | None]:
    total = summary_of(figures, layer)
    return {
        "new units": total["after"]["count"],
        "units without a place": len(total["without_place"]),
        "units not contiguous": sum(not u.contiguous for u in figures.units.values()),
        "seats outside their unit": sum(u.seat_outside for u in figures.units.values()),
        "mean distance km": total["distance_km"],
        "longest distance km": total["longest_km"],
        "units without a distance": len(total["without_distance"]),
    }


def _difference(one: float | None, two: float | None) -> float | None:
    return None if one is None or two is None else two - one
