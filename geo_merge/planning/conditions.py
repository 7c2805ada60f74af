"""What a proposed plan must meet, as data: standards, number of units, neighbours, decisions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from geo_merge.errors import UsageError
from geo_merge.geometry.rings import Bools, Floats
from geo_merge.vocabulary.sentence import sentence

# Relative. Sums of the same figures in another order differ by less.
TOLERANCE = 1e-9
MEMBERS = "members"
_THRESHOLD = re.compile(
    r"\s*(?P<field>[^<>=]+?)\s*(?P<sign>>=|<=)\s*(?P<number>[0-9.]+)\s*(?P<percent>%\s*of\s*"
    r"(?P<whole>[0-9.]+))?\s*"
)


@dataclass(frozen=True)
class Threshold:
    """A sum over the members of a new unit that is at least, or at most, a number.

    Attributes
    ----------
    field
        A field of numbers, ``area_km2``, or ``members``, of which each old unit counts one.
    sign
        ``>=`` or ``<=``.
    number
        In the unit of the field.
    """

    field: str
    sign: str
    number: float

    def met(self, total: Floats) -> Bools:
        """Tell which totals of the field meet the threshold."""
        slack = TOLERANCE * abs(self.number)
        least = self.sign == ">="
        return total >= self.number - slack if least else total <= self.number + slack

    def __str__(self) -> str:
        return f"{self.field} {self.sign} {self.number:,.10g}"


@dataclass(frozen=True)
class Requirement:
    """What each new unit must meet: all thresholds of one of the alternatives.

    ``population >= 16000 and area_km2 >= 30 or members >= 3`` has two alternatives.
    """

    alternatives: tuple[tuple[Threshold, ...], ...]

    @property
    def fields(self) -> set[str]:
        """The fields that it names."""
        return {threshold.field for some in self.alternatives for threshold in some}

    def met(self, totals: Mapping[str, Floats]) -> Bools:
        """Tell which groups meet it, by their totals of each field."""
        met = [
            np.logical_and.reduce([threshold.met(totals[threshold.field]) for threshold in some])
            for some in self.alternatives
        ]
        return np.asarray(np.logical_or.reduce(met))

    def least(self, name: str) -> float:
        """Return what a unit has at least of a field if it meets the requirement; fields ≥ 0."""
        return min(
            max((t.number for t in some if t.field == name and t.sign == ">="), default=0.0)
            for some in self.alternatives
        )

    def most(self, name: str) -> float:
        """Return what a unit has at most of a field if it meets the requirement."""
        return max(
            min((t.number for t in some if t.field == name and t.sign == "<="), default=np.inf)
            for some in self.alternatives
        )

    def __str__(self) -> str:
        return " or ".join(" and ".join(map(str, some)) for some in self.alternatives)


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """All that a plan must meet.

    Attributes
    ----------
    requirements
        What each new unit must meet.
    units
        Least and most number of new units; None if any number will do.
    contiguous
        Whether the members of a unit must hang together by common borders.
    within_parents
        Whether no unit may have members of two former districts.
    together
        Old units, by number, that must go to the same new unit.
    apart
        Pairs of old units that must not.
    """

    requirements: tuple[Requirement, ...] = ()
    units: tuple[int, int] | None = None
    contiguous: bool = True
    within_parents: bool = False
    together: tuple[tuple[int, ...], ...] = ()
    apart: tuple[tuple[int, int], ...] = ()

    def parts(self, codes: tuple[str, ...] = ()) -> list[Condition]:
        """Return the conditions one by one, each as it is told, what explains most last."""
        told = [f"{codes[k]}" for k in range(len(codes))] or None

        def names(some: Iterable[int]) -> str:
            return ", ".join(told[k] if told else str(k) for k in some)

        found = []
        if self.contiguous:
            found.append(Condition("the members of each unit hang together by common borders",
                                   {"contiguous": True}))  # fmt: skip
        if self.within_parents:
            found.append(Condition("no unit has members of two former districts",
                                   {"within_parents": True}))  # fmt: skip
        found += [Condition(f"{names(pair)} are not in one unit", {"apart": (pair,)})
                  for pair in self.apart]  # fmt: skip
        found += [Condition(f"{names(some)} are in one unit", {"together": (some,)})
                  for some in self.together]  # fmt: skip
        found += [Condition(f"each unit has {r}", {"requirements": (r,)})
                  for r in self.requirements]  # fmt: skip
        if self.units is not None:
            found.append(Condition(told_units(self.units), {"units": self.units}))
        return found


@dataclass(frozen=True)
class Condition:
    """One condition: its sentence, and what it sets of `Conditions`."""

    text: str
    sets: Mapping[str, Any] = field(compare=False)


def joined(parts: Iterable[Condition]) -> Conditions:
    """Return single conditions as one; what none of them sets is free."""
    result = Conditions(contiguous=False)
    for part in parts:
        for name, value in part.sets.items():
            several = name in {"requirements", "together", "apart"}
            whole: Any = (*getattr(result, name), *value) if several else value
            result = replace(result, **{name: whole})
    return result


def told_units(units: tuple[int, int]) -> str:
    """Return a number of units, or a range, in words."""
    least, most = units
    return (
        f"there are {least:,} units" if least == most else f"there are {least:,} to {most:,} units"
    )


def parse_requirement(text: str) -> Requirement:
    """Read ``population >= 16000 and area_km2 >= 70 % of 30 or members >= 3``.

    Raises
    ------
    UsageError
        If a part of it is no threshold.
    """
    alternatives = []
    for some in re.split(r"\s+or\s+", text):
        found = []
        for part in re.split(r"\s+and\s+", some):
            match = _THRESHOLD.fullmatch(part)
            if match is None:
                raise UsageError(_not_a_threshold(text, part))
            try:
                number = float(match["number"])
                if match["percent"]:
                    number *= float(match["whole"]) / 100
            except ValueError:
                raise UsageError(_not_a_threshold(text, part)) from None
            found.append(Threshold(match["field"], match["sign"], number))
        alternatives.append(tuple(found))
    return Requirement(tuple(alternatives))


def _not_a_threshold(text: str, part: str) -> str:
    of = "" if part.strip() == text.strip() else f" in {text!r}"
    return (
        f"--require: {part.strip()!r}{of} is no threshold; write FIELD >= NUMBER or "
        "FIELD <= NUMBER, as population >= 16000 or area_km2 >= 70 % of 30, the number without "
        "separators of thousands."
    )


def parse_units(text: str) -> tuple[int, int]:
    """Read a number of units, ``5``, or a range, ``4-6``.

    Raises
    ------
    UsageError
        If it is neither.
    """
    match = re.fullmatch(r"\s*([0-9]+)\s*(?:[-–]\s*([0-9]+))?\s*", text)
    least, most = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1 <= least <= most:
        raise UsageError(sentence("planning.number", text=text))
    return least, most
