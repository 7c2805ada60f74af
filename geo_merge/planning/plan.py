"""A plan: which new unit each old one is to become part of, before it is law."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Literal

import geopandas as gpd

from geo_merge.errors import PlanError
from geo_merge.vocabulary.fields import with_unit_columns
from geo_merge.vocabulary.sentence import sentence

Side = Literal["old", "new", "plan"]


@dataclass(frozen=True, order=True)
class About:
    """What a note or a lock is about: an old unit, a new one, or (notes alone) the whole plan.

    Old and new codes are different vocabularies, so a code alone would not say which is meant.
    """

    side: Side
    code: str = ""

    def __str__(self) -> str:
        """Return it as ``old 07654``; see `about_of`."""
        return f"{self.side} {self.code}".strip()


def about_of(text: str) -> About:
    """Return what ``old 07654``, ``new 07210`` or ``plan`` names.

    Raises
    ------
    PlanError
        If it begins with none of the three.
    """
    side, _, code = text.partition(" ")
    if side in {"old", "new"} and code:
        return About("old" if side == "old" else "new", code)
    if text == "plan":
        return About("plan")
    raise PlanError(sentence("planning.about", text=text))


@dataclass(frozen=True)
class OldUnit:
    """A unit, or a piece of land, as it is before the merger.

    Attributes
    ----------
    code
        By which the layer knows it; pieces of land are ``piece 1``, ``piece 2``, ...
    """

    code: str
    name: str = ""
    unit_type: str = ""
    district_code: str = ""
    district: str = ""
    province_code: str = ""
    province: str = ""
    is_piece: bool = False

    def __str__(self) -> str:
        """Return it as messages name it: ``07654 (Lệ Viễn)``."""
        return f"{self.code} ({self.name})" if self.name else self.code


@dataclass(frozen=True)
class NewUnit:
    """A unit that a plan founds.

    Attributes
    ----------
    seat
        Where it is governed from: the code of an old unit, ``LON, LAT`` in degrees, or blank.
    """

    code: str
    name: str
    unit_type: str = ""
    seat: str = ""

    def __str__(self) -> str:
        """Return it as messages name it: ``07660 (An Châu)``."""
        return f"{self.code} ({self.name})"


def _nothing() -> Mapping[Any, Any]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Plan:
    """Old units, new units, and which goes to which; it never changes, see `operations`.

    Attributes
    ----------
    old
        The old units by code, in the order of their layer.
    new
        The new units by code, in the order in which they were founded; some may be empty.
    home
        The new unit of each old one, in the order of `old`; None for those without a place yet.
    locks
        New units whose members stay as they are, and old units that stay where they are.
    notes
        Why something was decided.
    """

    old: Mapping[str, OldUnit]
    new: Mapping[str, NewUnit] = field(default_factory=_nothing)
    home: Mapping[str, str | None] = field(default_factory=_nothing)
    locks: frozenset[About] = frozenset()
    notes: Mapping[About, str] = field(default_factory=_nothing)

    def __post_init__(self) -> None:
        """Copy what was given, so that nobody else can change it; refuse what names nothing."""
        home = {code: self.home.get(code) for code in self.old}
        for name, value in (("old", self.old), ("new", self.new), ("home", home),
                            ("notes", self.notes)):  # fmt: skip
            object.__setattr__(self, name, MappingProxyType(dict(value)))
        problems = [*self._lost(), *self._strangers()]
        if problems:
            raise PlanError(problems)

    def __reduce__(self) -> tuple[Callable[..., Plan], tuple[Any, ...]]:
        """Return how to make it again in another process: read-only mappings cannot travel."""
        values = (getattr(self, f.name) for f in fields(self))
        return Plan, tuple(v if isinstance(v, frozenset) else dict(v) for v in values)

    def _lost(self) -> Iterator[str]:
        for code, new in self.home.items():
            if new is not None and new not in self.new:
                yield (
                    f"{self.old[code]} is assigned to {new}, which is no new unit of the plan; "
                    "found it first."
                )

    def _strangers(self) -> Iterator[str]:
        for about in sorted({*self.locks, *self.notes}):
            known = {"old": self.old, "new": self.new, "plan": {""}}[about.side]
            if about.code not in known:
                what = "lock" if about in self.locks else "note"
                yield f"The {what} of {about} is about no unit of the plan; take it out."
        if About("plan") in self.locks:
            yield "A plan as a whole cannot be locked; lock its units."

    def with_(self, **changes: Any) -> Plan:  # noqa: ANN401 - those of the fields
        """Return the plan with other values of some fields."""
        return replace(self, **changes)

    def old_unit(self, code: str) -> OldUnit:
        """Return an old unit; PlanError if there is none of the code."""
        if code not in self.old:
            raise PlanError(sentence("planning.no_old_unit", code=code))
        return self.old[code]

    def new_unit(self, code: str) -> NewUnit:
        """Return a new unit; PlanError if there is none of the code."""
        if code not in self.new:
            raise PlanError(sentence("planning.no_new_unit", code=code))
        return self.new[code]

    def members(self) -> dict[str, tuple[str, ...]]:
        """Return the members of each new unit, in the order of their layer; some have none."""
        result: dict[str, list[str]] = {code: [] for code in self.new}
        for code, new in self.home.items():
            if new is not None:
                result[new].append(code)
        return {code: tuple(members) for code, members in result.items()}

    def members_of(self, code: str) -> tuple[str, ...]:
        """Return the members of one new unit."""
        self.new_unit(code)
        return tuple(old for old, new in self.home.items() if new == code)

    @property
    def without_place(self) -> tuple[str, ...]:
        """The old units that go nowhere yet."""
        return tuple(code for code, new in self.home.items() if new is None)

    @property
    def finished(self) -> bool:
        """Whether every old unit has a place."""
        return None not in self.home.values()


def old_units_of(layer: gpd.GeoDataFrame) -> dict[str, OldUnit]:
    """Return the units of a layer, as `units.layers.read_units` reads it, by code."""
    frame = with_unit_columns(layer)
    names = ("name", "unit_type", "district_code", "district", "province_code", "province")
    columns: list[list[Any]] = [frame[name].fillna("").astype(str).tolist() for name in names]
    columns = [frame.index.astype(str).tolist(), *columns, frame["is_piece"].astype(bool).tolist()]
    units = (OldUnit(*row) for row in zip(*columns, strict=True))
    return {unit.code: unit for unit in units}


def unassigned(layer: gpd.GeoDataFrame) -> Plan:
    """Return the plan with which planning begins: no new unit, no old unit with a place."""
    return Plan(old_units_of(layer))


def codes_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Return codes once each, in the order in which they are named."""
    return tuple(dict.fromkeys(texts))
