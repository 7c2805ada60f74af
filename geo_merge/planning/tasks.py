"""What is to be proposed for a plan: which units, their figures, and what binds them already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geo_merge.errors import UsageError
from geo_merge.geometry.areas import SQUARE_METRES_PER_KM2
from geo_merge.geometry.connected import connected
from geo_merge.geometry.rings import Floats, Ints
from geo_merge.planning.conditions import MEMBERS, Conditions, Requirement, Threshold
from geo_merge.planning.distances import Distances
from geo_merge.planning.layer import PlanLayer
from geo_merge.planning.plan import About, NewUnit, Plan
from geo_merge.planning.problem import Partition, Problem
from geo_merge.planning.standards import Standard
from geo_merge.vocabulary.sentence import sentence

# All ways between them are measured: a million.
_MOST_UNITS = 1_000


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a planner asks of a proposal; see `Conditions` for those of the same name.

    Attributes
    ----------
    people
        The field that counts those who travel.
    district
        The former district that is to be planned, by name or code; blank for all units.
    together, apart
        Old units by code.
    """

    requirements: tuple[Requirement, ...] = ()
    units: tuple[int, int] | None = None
    within_districts: bool = False
    together: tuple[tuple[str, ...], ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    people: str = "population"
    district: str = ""


@dataclass(frozen=True)
class Task:
    """A problem that is part of a plan.

    Attributes
    ----------
    problem, conditions
        What to solve.
    at
        The position in the layer of each unit of the problem; shape (units,).
    kept
        New units that are locked: their members stay as they are and are no part of the problem.
    """

    problem: Problem
    conditions: Conditions
    at: Ints
    kept: tuple[str, ...]


def task_of(plan: Plan, layer: PlanLayer, distances: Distances, wishes: Wishes) -> Task:
    """Return what is to be solved.

    Raises
    ------
    UsageError
        In one sentence each: a field that is no number, units without figures or positions, codes
        and districts that the plan has not, decisions that contradict each other.
    """
    kept = tuple(code for code in plan.new if About("new", code) in plan.locks)
    at = _chosen(plan, layer, wishes.district, kept)
    if len(at) > _MOST_UNITS:
        raise UsageError(sentence("planning.too_many", n=len(at), most=_MOST_UNITS))
    number = {layer.codes[k]: row for row, k in enumerate(at.tolist())}
    names = sorted({name for r in wishes.requirements for name in r.fields} - {MEMBERS})
    fields = {name: _field(layer, name, "--require")[at] for name in names}
    requirements = wishes.requirements
    if layer.is_piece[at].any():
        # Land without people is a member of a unit, but does not make one.
        fields[MEMBERS] = (~layer.is_piece[at]).astype(float)
        requirements = (*requirements, Requirement(((Threshold(MEMBERS, ">=", 1),),)))
    problem = Problem(
        codes=tuple(layer.codes[k] for k in at.tolist()),
        people=_field(layer, wishes.people, "--people")[at],
        fields=fields,
        km=_km(layer.positions[at], distances),
        borders=_borders(layer, at),
        parents=_parents(plan, [layer.codes[k] for k in at.tolist()]),
    )
    _check_reached(problem)
    together, apart = _locked(plan, number)
    conditions = Conditions(
        requirements=requirements,
        units=wishes.units,
        within_parents=wishes.within_districts,
        together=(*together, *(_numbers(some, number, "--together") for some in wishes.together)),
        apart=(*apart, *((a, b) for a, b in (_numbers(pair, number, "--apart")
                                             for pair in wishes.apart))),
    )  # fmt: skip
    _refuse_contradictions(problem, conditions)
    return Task(problem, conditions, at, kept)


def _chosen(plan: Plan, layer: PlanLayer, district: str, kept: Iterable[str]) -> Ints:
    """Return the positions of the units that are to be planned."""
    stays = set(kept)
    free = [k for k, code in enumerate(layer.codes) if plan.home[code] not in stays]
    if not district:
        return np.array(free, dtype=np.int64)
    inside = [k for k in free if district in _district(plan, layer.codes[k])]
    if not inside:
        known = sorted({unit.district for unit in plan.old.values() if unit.district})
        raise UsageError(sentence(
            "planning.no_district", district=district,
            known=known or sentence("planning.no_districts"),
        ))  # fmt: skip
    return np.array(inside, dtype=np.int64)


def _district(plan: Plan, code: str) -> tuple[str, str]:
    return plan.old[code].district, plan.old[code].district_code


def _field(layer: PlanLayer, name: str, option: str) -> Floats:
    if name == "area_km2":
        return layer.m2 / SQUARE_METRES_PER_KM2
    if name == "population":
        if not layer.population_field:
            raise UsageError(sentence("planning.no_people", option=option))
        return layer.people
    if name not in layer.frame:
        numbers = [str(c) for c in layer.frame if pd.api.types.is_numeric_dtype(layer.frame[c])]
        raise UsageError(sentence("planning.no_numbers_field", option=option, name=name,
                                  known=["area_km2", MEMBERS, *numbers]))  # fmt: skip
    values = layer.frame[name]
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        example = next((str(v) for v in values if str(v)), "")
        raise UsageError(sentence("planning.text_field", option=option, name=name, example=example))
    counted = values.to_numpy(float, na_value=np.nan)
    return np.where(layer.is_piece & np.isnan(counted), 0.0, counted)


def _km(positions: Floats, distances: Distances) -> Floats:
    lost = [bool(np.isnan(place).any()) for place in positions]
    columns = [
        np.full(len(positions), np.nan) if gone
        else distances.to_seat((float(seat[0]), float(seat[1])), positions)
        for seat, gone in zip(positions, lost, strict=True)
    ]  # fmt: skip
    return np.column_stack(columns)


def _check_reached(problem: Problem) -> None:
    """Refuse units between which no road leads: how far they are from each other is not known."""
    cut = np.argwhere(~np.isfinite(problem.km))
    if len(cut):
        a, b = (problem.codes[k] for k in cut[0].tolist())
        raise UsageError(sentence("planning.no_way", one=a, other=b, n=len(cut)))


def _borders(layer: PlanLayer, at: Ints) -> Ints:
    row = np.full(len(layer.codes), -1)
    row[at] = np.arange(len(at))
    pairs = row[layer.borders.of_length(layer.shortest_border)].reshape(-1, 2)
    return np.asarray(pairs[(pairs >= 0).all(axis=1)])


def _parents(plan: Plan, codes: Sequence[str]) -> tuple[str, ...]:
    units = [plan.old[code] for code in codes]
    return tuple(f"{u.province_code or u.province}/{u.district_code or u.district}" for u in units)


def _locked(
    plan: Plan, number: Mapping[str, int]
) -> tuple[list[tuple[int, ...]], list[tuple[int, int]]]:
    """Return what locks of old units say: who stays together, and who stays apart."""
    homes: dict[str, list[int]] = {}
    for about in sorted(plan.locks):
        home = plan.home.get(about.code) if about.side == "old" else None
        if home is not None and about.code in number:
            homes.setdefault(home, []).append(number[about.code])
    groups = list(homes.values())
    together = [tuple(group) for group in groups if len(group) > 1]
    firsts = [group[0] for group in groups]
    return together, [(a, b) for k, a in enumerate(firsts) for b in firsts[k + 1 :]]


def _numbers(codes: Sequence[str], number: Mapping[str, int], option: str) -> tuple[int, ...]:
    unknown = [code for code in codes if code not in number]
    if unknown:
        raise UsageError(sentence("planning.not_planned", option=option, codes=",".join(codes),
                                  code=unknown[0]))  # fmt: skip
    return tuple(number[code] for code in codes)


def _refuse_contradictions(problem: Problem, conditions: Conditions) -> None:
    """Refuse pairs that must be together and must not: no search is needed to see that."""
    links = [(some[0], k) for some in conditions.together for k in some[1:]]
    group = connected(problem.size, np.array(links, dtype=np.int64).reshape(-1, 2))
    wrong = [(a, b) for a, b in conditions.apart if group[a] == group[b]]
    if wrong:
        raise UsageError([
            sentence("planning.contradiction", one=problem.codes[a], other=problem.codes[b])
            for a, b in wrong
        ])  # fmt: skip


def asked(standard: Standard, classes: Sequence[str], settled: Mapping[str, bool]) -> Requirement:
    """Return what a standard asks of new units that belong to one of some classes.

    Parameters
    ----------
    standard
        The law.
    classes
        Ids of classes; the units are to meet the thresholds of one of them.
    settled
        Whether reductions and exemptions hold, by id; those that are not named do not.

    Raises
    ------
    UsageError
        If it has no such class, reduction or exemption, or asks for more than sums.
    """
    known = {c.id: c for c in standard.of_level("unit")}
    reductions = {r.id: r for r in standard.reductions}
    exemptions = {e.id: e for e in standard.exemptions}
    for name in classes:
        if name not in known:
            raise UsageError(
                sentence("planning.no_class", name=name, standard=standard.id, known=list(known))
            )
    for name in settled:
        if name not in reductions and name not in exemptions:
            has = [*reductions, *exemptions] or sentence("planning.no_rules")
            raise UsageError(
                sentence("planning.no_hold", name=name, standard=standard.id, known=has)
            )
    if not classes:
        raise UsageError(sentence("planning.which_class", standard=standard.id, known=list(known)))
    alternatives = []
    for unit_class in (known[name] for name in classes):
        thresholds = []
        for t in unit_class.thresholds:
            if ":" in t.quantity:
                raise UsageError(
                    sentence("planning.no_sum", name=unit_class.id, quantity=t.quantity)
                )
            holding = [r.percent for r in standard.reductions_of(unit_class, t)
                       if settled.get(r.id)]  # fmt: skip
            thresholds.append(Threshold(t.quantity, ">=", t.required * min([100, *holding]) / 100))
        alternatives.append(tuple(thresholds))
        exempt = [e for e in standard.exemptions_of(unit_class) if settled.get(e.id)]
        alternatives += [(Threshold(MEMBERS, ">=", e.least_members),) for e in exempt]
    return Requirement(tuple(dict.fromkeys(alternatives)))


def proposed(plan: Plan, task: Task, partition: Partition, seats: Sequence[int]) -> Plan:
    """Return a plan with the new units that were proposed; locked ones and other units stay.

    A new unit takes code, name and type of the old unit that is its seat, or stays the unit that
    a locked member belongs to.
    """
    codes = task.problem.codes
    planned = set(codes)
    home = {code: None if code in planned else new for code, new in plan.home.items()}
    used = {new for new in home.values() if new is not None} | set(task.kept)
    new = {code: unit for code, unit in plan.new.items() if code in used}
    for members, seat in zip(partition, seats, strict=True):
        locked = [codes[k] for k in members if About("old", codes[k]) in plan.locks]
        held = next((h for code in locked if (h := plan.home[code])), None)
        unit = plan.new[held] if held else _named(plan, codes[seat], set(new))
        new[unit.code] = replace(unit, seat=codes[seat])
        home.update({codes[k]: unit.code for k in members})
    known = {About("old", c) for c in plan.old} | {About("new", c) for c in new} | {About("plan")}
    return Plan(plan.old, new, home, plan.locks & known,
                {a: text for a, text in plan.notes.items() if a in known})  # fmt: skip


def _named(plan: Plan, seat: str, taken: set[str]) -> NewUnit:
    old = plan.old[seat]
    code = seat if seat not in taken else next(
        c for n in range(2, len(taken) + 3) if (c := f"{seat}-{n}") not in taken
    )  # fmt: skip
    return NewUnit(code, old.name or seat, old.unit_type)
