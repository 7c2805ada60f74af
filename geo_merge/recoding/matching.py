"""One row's statement, and the units that it becomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import reduce

from geo_merge.recoding.cells import code_of, name_of
from geo_merge.recoding.reform import Part, Reform
from geo_merge.recoding.villages import village_key
from geo_merge.vocabulary.codes import clean_text
from geo_merge.vocabulary.places import Places, Reading, Side
from geo_merge.vocabulary.sentence import sentence

# The unit of a side at longitude and latitude, in degrees; None where there is none.
AtPoint = Callable[[float, float], str | None]
_TOTALS = frozenset(
    ("total", "totals", "sum", "grand total", "tổng", "tổng cộng", "tổng số", "cộng", "toàn tỉnh",
     "ensemble", "gesamt", "summe", "insgesamt", "toàn quốc", "cả nước", "toàn huyện")
)  # fmt: skip
_NAMED = 12  # candidates in a sentence
_SIDES = {Side.OLD: sentence("recoding.old"), Side.NEW: sentence("recoding.new")}


class Outcome(StrEnum):
    """What became of a row; each has one."""

    CONVERTED = "converted"
    AMBIGUOUS = "ambiguous"
    NOT_FOUND = "not found"
    EXCLUDED = "excluded"


@dataclass(frozen=True)
class Statement:
    """What a row says of its unit, as it is written."""

    code: str = ""
    name: str = ""
    unit_type: str = ""
    parents: tuple[str, ...] = ()
    address: str = ""
    hint: str = ""
    village: str = ""
    point: tuple[float, float] | None = None


@dataclass(frozen=True)
class Answer:
    """What a statement becomes.

    Attributes
    ----------
    outcome
        Exactly one of the four.
    parts
        The units of the target: one if converted, all candidates if ambiguous.
    how
        The steps that led there, or why there is no one unit.
    source
        Keys of the units that the statement names.
    step
        The steps alone, where `how` tells of candidates too.
    """

    outcome: Outcome
    parts: tuple[Part, ...] = ()
    how: str = ""
    source: tuple[str, ...] = ()
    step: str = ""

    @property
    def way(self) -> str:
        """The steps that led to the candidates, without what they are."""
        return self.step or self.how


class Matcher:
    """Finds what each statement becomes, the same for the same statement.

    Parameters
    ----------
    reform, places
        The units, and how their names are understood.
    target
        The side to which rows go.
    vintage
        The side that the table is surely of, where it says so itself: settles names and addresses
        that mean one unit before and another after.
    at_point
        Units of the target side at a point; None if no layer was given.
    """

    def __init__(
        self,
        reform: Reform,
        places: Places,
        target: Side,
        *,
        vintage: Side | None = None,
        at_point: AtPoint | None = None,
    ) -> None:
        self._reform, self._places = reform, places
        self._target, self._source = target, target.other
        self._vintage, self._at_point = vintage, at_point
        self._come_to: dict[tuple[tuple[Reading, ...], bool], Answer] = {}

    def answer(self, said: Statement) -> Answer:
        """Return what a statement becomes."""
        name = name_of(said.name)
        if _is_of_totals(said.code) or (not said.code and _is_of_totals(name)):
            return Answer(Outcome.EXCLUDED, how=sentence("recoding.totals"))
        code, fault = code_of(said.code)
        if fault:
            return Answer(
                Outcome.NOT_FOUND, how=sentence("recoding.bad_code", code=said.code, fault=fault)
            )
        if code:
            found = self._by_code(code, name, said)
        elif name:
            found = self._by_name(name, said)
        elif said.address.strip():
            found = self._by_readings(self._places.addressed(said.address), by_address=True)
        elif said.point is None:
            return Answer(Outcome.EXCLUDED, how=sentence("recoding.nothing"))
        else:
            found = Answer(Outcome.NOT_FOUND, how=sentence("recoding.no_point"))
        return self._settled(found, said)

    def _by_code(self, code: str, name: str, said: Statement) -> Answer:
        key = self._reform.find(self._source, code)
        if key is None:
            return Answer(Outcome.NOT_FOUND, how=self._unknown(code))
        if not name:
            return self._becomes((key,), sentence("recoding.code"))
        if self._places.agrees(name, said.unit_type, self._source, key):
            return self._becomes((key,), sentence("recoding.code_and_name"))
        return self._contradiction(key, name, said)

    def _unknown(self, code: str) -> str:
        """Tell that a code is unknown, and whose it is on the other side."""
        other = self._reform.find(self._target, code)
        if other is None:
            return sentence("recoding.no_code", code=code)
        unit = str(self._reform.units[self._target][other])
        if self._target is Side.NEW:
            return sentence("recoding.elsewhere_new", code=code, unit=unit)
        return sentence("recoding.elsewhere_old", code=code, unit=unit)

    def _contradiction(self, key: str, name: str, said: Statement) -> Answer:
        """Return both what the code and what the name means, for a person to choose."""
        unit = self._reform.units[self._source][key]
        readings = self._places.named(name, said.unit_type, said.parents, self._source)
        named = tuple(code for reading in readings for code in reading.codes)
        if key in named and len(named) == 1:  # the type alone differs
            return self._becomes((key,), sentence("recoding.type_differs"))
        parts = {
            part.key: Part(part.key, None)
            for k in (key, *named)
            for part in self._reform.parts(self._source, k)
        }
        told = [str(self._reform.units[self._source][k]) for k in named[:_NAMED]]
        how = (
            sentence("recoding.disagree", unit=str(unit), units=told) if named
            else sentence("recoding.disagree_no_name", unit=str(unit))
        )  # fmt: skip
        if self._is_of_target(key, name):
            how = sentence("recoding.other_vintage", step=how, side=_SIDES[self._target])
        return Answer(Outcome.AMBIGUOUS, tuple(parts.values()), how, (key, *named))

    def _is_of_target(self, key: str, name: str) -> bool:
        """Tell whether code and name are those of one unit of the other side."""
        code = self._reform.units[self._source][key].code
        same = self._reform.find(self._target, code)
        return same is not None and self._places.agrees(name, "", self._target, same)

    def _by_name(self, name: str, said: Statement) -> Answer:
        readings = self._places.named(name, said.unit_type, said.parents, self._source)
        if not readings and not any(said.parents):
            readings = self._places.addressed(name)
        return self._by_readings(readings, by_address=False)

    def _by_readings(self, readings: tuple[Reading, ...], *, by_address: bool) -> Answer:
        """Return what all readings come to, the same for the same readings."""
        key = readings, by_address
        if key not in self._come_to:
            self._come_to[key] = self._read(readings, by_address=by_address)
        return self._come_to[key]

    def _read(self, readings: tuple[Reading, ...], *, by_address: bool) -> Answer:
        """Return what readings come to; where they differ, the table's vintage may settle."""
        if not readings:
            kind = "recoding.no_address" if by_address else "recoding.no_name"
            return Answer(Outcome.NOT_FOUND, how=sentence(kind))
        first = {r.side: self._targets((r,)) for r in readings}
        settled = readings
        if len(first) > 1 and len({frozenset(parts) for parts in first.values()}) > 1:
            settled = tuple(r for r in readings if r.side is self._vintage) or readings
        parts = self._targets(settled)
        codes = tuple(dict.fromkeys(code for r in settled for code in r.codes))
        how = reduce(_or, dict.fromkeys(r.how for r in settled))
        if settled is not readings:
            old = self._vintage is Side.OLD
            how = sentence("recoding.since_old" if old else "recoding.since_new", step=how)
        named = [self._reform.units[r.side][c] for r in settled for c in r.codes]
        if len(parts) == 1:
            if len(named) > 1:
                how = sentence("recoding.became_one", step=how, n=len(named))
            return Answer(Outcome.CONVERTED, tuple(parts.values()), how, codes)
        if len(named) == 1:
            return self._divided(tuple(parts.values()), how, codes)
        told = [str(unit) for unit in named[:_NAMED]]
        unknown = tuple(Part(part.key, None) for part in parts.values())
        kind = "recoding.any_by_address" if by_address else "recoding.any_by_name"
        return Answer(Outcome.AMBIGUOUS, unknown, sentence(kind, units=told, step=how), codes)

    def _targets(self, readings: tuple[Reading, ...]) -> dict[str, Part]:
        found: dict[str, Part] = {}
        for reading in readings:
            for key in reading.codes:
                own = reading.side is self._target
                parts = (Part(key, 1.0),) if own else self._reform.parts(self._source, key)
                found |= {part.key: part for part in parts}
        return found

    def _becomes(self, keys: tuple[str, ...], how: str) -> Answer:
        parts = self._reform.parts(self._source, keys[0])
        if len(parts) == 1:
            return Answer(Outcome.CONVERTED, parts, how, keys)
        return self._divided(parts, how, keys)

    def _divided(self, parts: tuple[Part, ...], how: str, keys: tuple[str, ...]) -> Answer:
        units = self._reform.units[self._target]
        told = [str(units[part.key]) for part in parts[:_NAMED]]
        more = len(parts) - len(told)
        values = {"step": how, "n": len(parts), "units": told}
        if more:
            many = "recoding.divided_more" if self._target is Side.NEW else "recoding.made_of_more"
            said = sentence(many, more=more, **values)
        else:
            few = "recoding.divided" if self._target is Side.NEW else "recoding.made_of"
            said = sentence(few, **values)
        return Answer(Outcome.AMBIGUOUS, parts, said, keys, how)

    def _settled(self, found: Answer, said: Statement) -> Answer:
        """Choose among candidates by the unit that the row names besides, or by its point."""
        open_ = found.outcome is Outcome.AMBIGUOUS and "[K08]" not in found.how
        if open_ and said.hint:
            meant = self._reform.find(self._target, code_of(said.hint)[0])
            for part in found.parts:
                if part.key == meant:
                    how = sentence("recoding.and_hint", step=found.way)
                    return Answer(Outcome.CONVERTED, (part,), how, found.source)
        if open_ and said.village and self._target is Side.NEW and len(found.source) == 1:
            found = self._by_village(found, said.village)
            open_ = found.outcome is Outcome.AMBIGUOUS
        no_key = found.outcome is Outcome.NOT_FOUND and not (said.code or said.name or said.address)
        if open_ or no_key:
            return self._by_point(found, said.point, chosen=not no_key)
        return found

    def _by_point(
        self, found: Answer, point: tuple[float, float] | None, *, chosen: bool
    ) -> Answer:
        """Choose the unit at a point: one of the candidates, or any where a row names none."""
        if point is None or self._at_point is None:
            return found
        there = self._at_point(*point)
        if there is None or there not in self._reform.units[self._target]:
            if not chosen:
                return found
            return replace(found, how=sentence("recoding.point_nowhere", step=found.how))
        if not chosen:
            return Answer(Outcome.CONVERTED, (Part(there, 1.0),), sentence("recoding.point"),
                          found.source)  # fmt: skip
        for part in found.parts:
            if part.key == there:
                how = sentence("recoding.and_point", step=found.way)
                return Answer(Outcome.CONVERTED, (part,), how, found.source)
        unit = str(self._reform.units[self._target][there])
        how = sentence("recoding.point_elsewhere", step=found.how, unit=unit)
        return replace(found, how=how)

    def _by_village(self, found: Answer, written: str) -> Answer:
        """Choose the new unit to which the crosswalk says that a village of a divided one goes."""
        key = village_key(written)
        (old,) = found.source
        there = [p for p in found.parts if key in self._reform.villages.get((old, p.key), ())]
        if len(there) == 1:
            how = sentence("recoding.and_village", step=found.way)
            return Answer(Outcome.CONVERTED, tuple(there), how, found.source)
        if not any((old, p.key) in self._reform.villages for p in found.parts):
            return found
        kind = "recoding.village_several" if there else "recoding.village_unnamed"
        return replace(found, how=sentence(kind, step=found.how, village=written))


def _is_of_totals(cell: str) -> bool:
    return clean_text(cell).rstrip(" :.").casefold() in _TOTALS


def _or(one: str, other: str) -> str:
    return sentence("recoding.or", one=one, other=other)
