"""What can be done to a plan, each as a small thing of its own with a name.

An operation takes a plan and returns another; one that cannot be done raises `PlanError` and
leaves nothing half done. As a dictionary (`as_document`) it can be kept, sent and read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, ClassVar

from geo_merge.errors import PlanError
from geo_merge.planning.plan import About, NewUnit, Plan, about_of, codes_of
from geo_merge.planning.seats import check_seat
from geo_merge.vocabulary.sentence import sentence


@dataclass(frozen=True)
class Operation:
    """Something that is done to a plan."""

    name: ClassVar[str] = ""

    def on(self, plan: Plan) -> Plan:
        """Return the plan after it; PlanError if it cannot be done."""
        raise NotImplementedError


@dataclass(frozen=True)
class Assign(Operation):
    """Put old units into a new one."""

    name: ClassVar[str] = "assign"
    units: tuple[str, ...]
    to: str

    def on(self, plan: Plan) -> Plan:
        """Return the plan after it; PlanError if one of them is locked."""
        plan.new_unit(self.to)
        return _moved(plan, self.units, self.to)


@dataclass(frozen=True)
class Release(Operation):
    """Take old units out of their new ones: they have no place until they get another."""

    name: ClassVar[str] = "release"
    units: tuple[str, ...]

    def on(self, plan: Plan) -> Plan:
        """Return the plan after it; PlanError if one of them is locked."""
        return _moved(plan, self.units, None)


@dataclass(frozen=True)
class Join(Operation):
    """Make one new unit of several: the members of all go to one of them, with their notes."""

    name: ClassVar[str] = "join"
    units: tuple[str, ...]
    into: str

    def on(self, plan: Plan) -> Plan:
        """Return the plan after it; PlanError if a unit or a member is locked."""
        target = plan.new_unit(self.into)
        joined = [plan.new_unit(code) for code in codes_of(self.units) if code != target.code]
        leaving = {unit.code for unit in joined}
        members = [old for old, new in plan.home.items() if new in leaving]
        plan = _moved(plan, members, target.code)
        about = About("new", target.code)
        told = [plan.notes.get(About("new", code), "") for code in (target.code, *leaving)]
        note = "\n".join(text for text in told if text)
        notes = {**plan.notes, **({about: note} if note else {})}
        return _without_units(plan.with_(notes=notes), leaving)


@dataclass(frozen=True)
class Found(Operation):
    """Found a new unit, with members or without."""

    name: ClassVar[str] = "found"
    code: str
    unit_name: str
    unit_type: str = ""
    seat: str = ""
    members: tuple[str, ...] = ()

    def on(self, plan: Plan) -> Plan:
        """Return the plan after it; PlanError if the code is taken, or a member locked."""
        if not self.code or not self.unit_name:
            raise PlanError(sentence("planning.code_and_name"))
        if self.code in plan.new:
            raise PlanError(
                sentence("planning.code_taken", code=self.code, unit=plan.new[self.code])
            )
        check_seat(plan, self.seat)
        unit = NewUnit(self.code, self.unit_name, self.unit_type, self.seat)
        return _moved(plan.with_(new={**plan.new, unit.code: unit}), self.members, unit.code)


@dataclass(frozen=True)
class Dissolve(Operation):
    """Give up a new unit: its members have no place until they get another."""

    name: ClassVar[str] = "dissolve"
    unit: str

    def on(self, plan: Plan) -> Plan:
        """Return the plan after it; PlanError if the unit or a member is locked."""
        return _without_units(_moved(plan, plan.members_of(self.unit), None), {self.unit})


@dataclass(frozen=True)
class Rename(Operation):
    """Give a new unit another name."""

    name: ClassVar[str] = "rename"
    unit: str
    unit_name: str

    def on(self, plan: Plan) -> Plan:
        """Return the plan after it; PlanError if the name is blank."""
        if not self.unit_name:
            raise PlanError(sentence("planning.name", code=self.unit))
        return _changed(plan, replace(plan.new_unit(self.unit), name=self.unit_name))


@dataclass(frozen=True)
class Retype(Operation):
    """Give a new unit another type, as phường instead of xã."""

    name: ClassVar[str] = "retype"
    unit: str
    unit_type: str

    def on(self, plan: Plan) -> Plan:
        """Return the plan after it."""
        return _changed(plan, replace(plan.new_unit(self.unit), unit_type=self.unit_type))


@dataclass(frozen=True)
class SetSeat(Operation):
    """Say where a new unit is governed from; see `NewUnit.seat`."""

    name: ClassVar[str] = "set_seat"
    unit: str
    seat: str

    def on(self, plan: Plan) -> Plan:
        """Return the plan after it; PlanError if the seat is no old unit and no position."""
        check_seat(plan, self.seat)
        return _changed(plan, replace(plan.new_unit(self.unit), seat=self.seat))


@dataclass(frozen=True)
class Lock(Operation):
    """Lock units (``new 07210``, ``old 07654``): members stay as they are; or unlock them."""

    name: ClassVar[str] = "lock"
    units: tuple[str, ...]
    locked: bool = True

    def on(self, plan: Plan) -> Plan:
        """Return the plan after it."""
        abouts = frozenset(map(about_of, self.units))
        return plan.with_(locks=plan.locks | abouts if self.locked else plan.locks - abouts)


@dataclass(frozen=True)
class Note(Operation):
    """Say why something was decided; a blank text takes the note away."""

    name: ClassVar[str] = "note"
    about: str
    text: str

    def on(self, plan: Plan) -> Plan:
        """Return the plan after it."""
        notes = {a: text for a, text in plan.notes.items() if a != about_of(self.about)}
        return plan.with_(
            notes={**notes, **({about_of(self.about): self.text} if self.text else {})}
        )


OPERATIONS: Mapping[str, type[Operation]] = {
    kind.name: kind
    for kind in (Assign, Release, Join, Found, Dissolve, Rename, Retype, SetSeat, Lock, Note)
}


def as_document(operation: Operation) -> dict[str, Any]:
    """Return an operation as plain data: ``{"operation": "assign", "units": [...], ...}``."""
    values = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(operation).items()}
    return {"operation": operation.name, **values}


def operation_of(document: Mapping[str, Any]) -> Operation:
    """Return the operation that plain data describe.

    Raises
    ------
    PlanError
        If there is none of the name, or its values are not those that it takes.
    """
    values = {k: v for k, v in document.items() if k != "operation"}
    kind = OPERATIONS.get(str(document.get("operation")))
    if kind is None:
        raise PlanError(sentence(
            "planning.no_operation", name=str(document.get("operation")), known=list(OPERATIONS)
        ))  # fmt: skip
    types = {f.name: f.type for f in fields(kind)}
    unknown = sorted(set(values) - set(types))
    if unknown:
        raise PlanError(sentence(
            "planning.no_value", operation=kind.name, name=unknown[0], known=list(types)
        ))  # fmt: skip
    for name, value in values.items():
        if not _fits(value, str(types[name])):
            raise PlanError(sentence(
                "planning.value_kind", operation=kind.name, name=name, value=str(value),
                kind=str(types[name]),
            ))  # fmt: skip
    try:
        return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})
    except TypeError as error:
        raise PlanError(
            sentence("planning.not_complete", operation=kind.name, known=list(types))
        ) from error


def _fits(value: object, kind: str) -> bool:
    if kind == "tuple[str, ...]":
        return isinstance(value, list | tuple) and all(isinstance(v, str) for v in value)
    return isinstance(value, bool if kind == "bool" else str)


def _moved(plan: Plan, units: Iterable[str], to: str | None) -> Plan:
    """Return the plan with some old units in another place, or in none."""
    moving = [code for code in codes_of(units) if plan.old_unit(code) and plan.home[code] != to]
    problems = [problem for code in moving if (problem := _held(plan, code, to))]
    if problems:
        raise PlanError(problems)
    return plan.with_(home={**plan.home, **dict.fromkeys(moving, to)}) if moving else plan


def _held(plan: Plan, code: str, to: str | None) -> str:
    """Return the sentence for an old unit that may not move, blank if it may."""
    if About("old", code) in plan.locks:
        return f"{plan.old[code]} is locked where it is; unlock it first."
    for new in (plan.home[code], to):
        if new is not None and About("new", new) in plan.locks:
            way = "leave" if new != to else "join"
            return (
                f"{plan.old[code]} cannot {way} {plan.new[new]}, which is locked; unlock it first."
            )
    return ""


def _changed(plan: Plan, unit: NewUnit) -> Plan:
    return plan.with_(new={**plan.new, unit.code: unit})


def _without_units(plan: Plan, codes: Iterable[str]) -> Plan:
    """Return the plan without new units that have no members, their locks and notes."""
    gone = {About("new", code) for code in codes}
    locked = sorted(gone & plan.locks)
    if locked:
        raise PlanError([sentence("planning.locked", unit=plan.new[a.code]) for a in locked])
    return plan.with_(
        new={code: unit for code, unit in plan.new.items() if About("new", code) not in gone},
        notes={about: text for about, text in plan.notes.items() if about not in gone},
    )
