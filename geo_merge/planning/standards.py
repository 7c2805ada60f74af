"""What a law asks of administrative units: classes, thresholds, reductions, exemptions.

The laws stand in TOML files (`standards/`), so that a planner's own can stand beside them; see
`standard_files` for how they are read, and `verdicts` for how units are held against them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

Input = bool | str | float


class Sure(StrEnum):
    """How sure a figure is."""

    ORIGINAL = "original"  # read in the text of the law
    REPORTED = "reported"  # read in reports of it
    READING = "reading"  # our understanding of a report
    OWN = "own"  # a planner's own


@dataclass(frozen=True)
class Source:
    """Where a figure comes from.

    Attributes
    ----------
    text
        What was read.
    sure
        How sure that makes it.
    """

    text: str
    sure: Sure


@dataclass(frozen=True)
class Condition:
    """When a class, a reduction or an exemption applies: all of some inputs, and one of others."""

    every: tuple[tuple[str, Input], ...] = ()
    some: tuple[tuple[str, Input], ...] = ()

    @property
    def inputs(self) -> set[str]:
        """The inputs that it asks for."""
        return {name for name, _ in (*self.every, *self.some)}


@dataclass(frozen=True)
class Threshold:
    """The least that a figure of a unit must be.

    Attributes
    ----------
    quantity
        ``population``, ``area_km2`` or ``share:TYPE`` (per cent).
    base, percent
        What must be reached: so many per cent of a base.
    article
        Where the law says so; blank if that is not known.
    source
        Where the figure comes from.
    """

    quantity: str
    base: float
    percent: float
    article: str
    source: Source

    @property
    def required(self) -> float:
        """What must be reached, without reductions."""
        return self.base * self.percent / 100


@dataclass(frozen=True)
class UnitClass:
    """Units of which a law asks the same.

    Attributes
    ----------
    id, names
        Id in files and tables; what it is called, by language.
    level
        ``unit``, or ``province`` for a plan as a whole.
    types
        Types of units that may belong to it; empty for all.
    condition
        When they do.
    thresholds
        What is asked of them.
    """

    id: str
    names: dict[str, str]
    level: str
    types: tuple[str, ...]
    condition: Condition
    thresholds: tuple[Threshold, ...]

    def takes(self, unit_type: str) -> bool:
        """Tell whether units of a type may belong to it."""
        folded = {t.casefold() for t in self.types}
        return not folded or unit_type.casefold() in folded


@dataclass(frozen=True)
class Reduction:
    """Where less is asked: so many per cent of a threshold.

    Attributes
    ----------
    id
        By which a person says that it holds.
    classes, quantity
        Of what it reduces which threshold; no class means all.
    percent
        To how much.
    condition
        Where.
    certain
        Whether it is certain that the law means these classes.
    article, source
        As for `Threshold`.
    """

    id: str
    classes: tuple[str, ...]
    quantity: str
    percent: float
    condition: Condition
    certain: bool
    article: str
    source: Source


@dataclass(frozen=True)
class Exemption:
    """Where nothing is asked: units made of so many old ones.

    Attributes
    ----------
    id, classes, condition, certain, article, source
        As for `Reduction`.
    least_members
        From how many old units on.
    """

    id: str
    classes: tuple[str, ...]
    least_members: int
    condition: Condition
    certain: bool
    article: str
    source: Source


@dataclass(frozen=True)
class Standard:
    """A law on the size of administrative units.

    Attributes
    ----------
    id
        By which a command names it: ``vn-112-2025``.
    law
        Its name, by language.
    adopted, in_force, population_as_of
        Days as ``2025-04-14``; blank if they are not known.
    remarks
        What else a reader must know, by language.
    classes, reductions, exemptions
        What it asks.
    file
        Where it was read.
    """

    id: str
    law: dict[str, str]
    adopted: str
    in_force: str
    population_as_of: str
    remarks: dict[str, str]
    classes: tuple[UnitClass, ...]
    reductions: tuple[Reduction, ...]
    exemptions: tuple[Exemption, ...]
    file: str

    @property
    def inputs(self) -> list[str]:
        """The inputs that its conditions ask for."""
        conditions = [c.condition for c in self.classes]
        conditions += [r.condition for r in self.reductions]
        conditions += [e.condition for e in self.exemptions]
        return sorted({name for condition in conditions for name in condition.inputs})

    def of_level(self, level: str) -> tuple[UnitClass, ...]:
        """Return the classes of one level."""
        return tuple(c for c in self.classes if c.level == level)

    def reductions_of(self, unit_class: UnitClass, threshold: Threshold) -> Iterator[Reduction]:
        """Yield the reductions that may lower a threshold of a class."""
        for reduction in self.reductions:
            its_class = not reduction.classes or unit_class.id in reduction.classes
            if its_class and reduction.quantity == threshold.quantity:
                yield reduction

    def exemptions_of(self, unit_class: UnitClass) -> Iterator[Exemption]:
        """Yield the exemptions that a class may have."""
        for exemption in self.exemptions:
            if not exemption.classes or unit_class.id in exemption.classes:
                yield exemption
