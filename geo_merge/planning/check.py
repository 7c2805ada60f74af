"""A plan held against a standard: its units, and the province that they make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from geo_merge.compare.declared import as_declared
from geo_merge.errors import PlanError
from geo_merge.planning.figures import PlanFigures, UnitFigures
from geo_merge.planning.inputs import Inputs
from geo_merge.planning.layer import PlanLayer
from geo_merge.planning.plan import Plan
from geo_merge.planning.standards import Standard
from geo_merge.planning.verdicts import Judgement, Subject, Verdict, judge
from geo_merge.vocabulary.sentence import sentence

_ALL = "all"  # the code of the plan as a whole


@dataclass(frozen=True)
class Checked:
    """What a standard says of a plan.

    Attributes
    ----------
    standard
        The standard.
    units
        One a new unit with members.
    province
        The plan as a whole, where the standard has classes of that level.
    figures_from
        Where people and areas come from: the layer's field, or declared figures.
    """

    standard: Standard
    units: tuple[Judgement, ...]
    province: Judgement | None
    figures_from: str

    def count(self) -> dict[str, int]:
        """Return how many units have each verdict."""
        found = Counter(j.verdict for j in self.units)
        return {str(v): found[v] for v in Verdict if found[v]}


def check_plan(
    figures: PlanFigures,
    layer: PlanLayer,
    standard: Standard,
    inputs: Inputs,
    *,
    settled: Mapping[str, bool] | None = None,
    declared: Mapping[str, Mapping[str, float]] | None = None,
) -> Checked:
    """Hold a plan against a standard.

    Parameters
    ----------
    figures
        Of the plan.
    layer
        Its old units.
    standard, inputs, settled
        See `verdicts.judge`.
    declared
        ``population`` and ``area_km2`` that somebody declared, by new code; they hold for units
        that have them.
    """
    declared = declared or {}
    subjects = _subjects(figures, inputs, declared)
    rules = {r.id for r in standard.reductions} | {e.id for e in standard.exemptions}
    unknown = sorted(set(settled or {}) - rules)
    if unknown:
        known = sorted(rules) or sentence("planning.no_rules")
        raise PlanError(
            sentence("planning.no_rule", standard=standard.id, name=unknown[0], known=known)
        )
    of = sorted({s.code for s in subjects} & set(declared))
    told = sentence("planning.figures_none") if not layer.population_field else sentence(
        "planning.figures_field", field=layer.population_field)  # fmt: skip
    if of and len(of) < len(subjects):
        told = sentence("planning.figures_both", n=len(of), rest=told, more=len(subjects) - len(of))
    elif of:
        told = sentence("planning.figures_declared", n=len(of))
    whole = whole_of(figures, standard, inputs, settled=settled, declared=declared)
    return Checked(standard, tuple(judge(standard, subjects, settled)), whole, told)


def whole_of(
    figures: PlanFigures,
    standard: Standard,
    inputs: Inputs,
    *,
    settled: Mapping[str, bool] | None = None,
    declared: Mapping[str, Mapping[str, float]] | None = None,
) -> Judgement | None:
    """Hold a plan as a whole against the classes of a standard that are for provinces.

    None if it has none. See `check_plan` for the parameters.
    """
    classes = standard.of_level("province")
    if not classes:
        return None
    asked = {threshold.quantity for c in classes for threshold in c.thresholds}
    subjects = _subjects(figures, inputs, declared or {})
    return judge(standard, [_whole(subjects, figures, inputs, asked)], settled)[0]


def _subjects(
    figures: PlanFigures, inputs: Inputs, declared: Mapping[str, Mapping[str, float]]
) -> list[Subject]:
    return [
        Subject(
            code, figures.plan.new[code].name, figures.plan.new[code].unit_type,
            unit.member_count, {**_values(unit), **declared.get(code, {})},
            inputs.of(figures.plan, code, unit.members),
        )
        for code, unit in figures.units.items() if unit.members
    ]  # fmt: skip


def _values(unit: UnitFigures) -> dict[str, float | None]:
    """Return the figures of a unit that a standard may ask for; a sum with gaps is none."""
    people = None if unit.population_unknown else unit.population
    return {"population": people, "area_km2": unit.area_km2}


def _whole(
    subjects: list[Subject], figures: PlanFigures, inputs: Inputs, asked: set[str]
) -> Subject:
    """Return the plan as one unit: sums, and per cent of units of each type."""
    values: dict[str, float | None] = {}
    rest = figures.without_place
    for quantity, left in _values(rest).items():
        parts = [s.figures.get(quantity) for s in subjects]
        if rest.members or rest.pieces:
            parts.append(left)
        values[quantity] = None if None in parts else sum(p for p in parts if p is not None)
    for quantity in asked:
        kind = quantity.removeprefix("share:")
        if kind != quantity and subjects:
            values[quantity] = 100 * sum(s.unit_type == kind for s in subjects) / len(subjects)
    return Subject(_ALL, "", "", None, values, dict(inputs.every), "province")


def declared_figures(table: pd.DataFrame, plan: Plan) -> dict[str, dict[str, float]]:
    """Return ``population`` and ``area_km2`` of a table of declared figures, by new code.

    Raises
    ------
    TableError
        See `compare.declared.as_declared`.
    """
    declared = as_declared(table, pd.Index(list(plan.new)))
    columns = [c for c in ("population", "area_km2") if c in declared]
    rows = zip(declared.index, declared[columns].to_dict("records"), strict=True)
    return {
        str(code): {str(name): float(v) for name, v in row.items() if pd.notna(v)}
        for code, row in rows
    }
