"""Units held against a standard: value, standard, per cent, verdict and clause.

What is not known stays so. A unit of which nobody says whether it lies in the mountains is held
against every class that it may belong to, and the verdict is one only if all of them agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from geo_merge.planning.standards import (
    Condition,
    Exemption,
    Input,
    Reduction,
    Standard,
    Threshold,
    UnitClass,
)

# Of sums of fractions: a unit of 10 and 20 km² has 30.
_ROUNDING = 1e-9


class Verdict(StrEnum):
    """What a standard says of a unit."""

    MET = "met"
    EXEMPT = "exempt"
    NOT_MET = "not met"
    UNKNOWN = "not known"
    NONE = "no standard"


@dataclass(frozen=True)
class Subject:
    """What is held against a standard: a new unit, or a whole province.

    Attributes
    ----------
    code, name, unit_type
        Of the unit.
    members
        How many old units it is made of; None if that is not known.
    figures
        ``population``, ``area_km2``, ``share:TYPE`` (per cent of units of a type, of a province);
        those that are missing or None are not known.
    inputs
        ``mountain``, ``island``, ``region`` and what else conditions ask for; those that are
        missing are not known.
    level
        ``unit`` or ``province``: which classes it is held against.
    """

    code: str
    name: str
    unit_type: str = ""
    members: int | None = None
    figures: Mapping[str, float | None] = field(default_factory=dict)
    inputs: Mapping[str, Input] = field(default_factory=dict)
    level: str = "unit"


@dataclass(frozen=True)
class Line:
    """One figure of a unit against one threshold.

    Attributes
    ----------
    threshold
        The threshold as the law has it.
    value
        The figure; None if it is not known.
    standard
        What is asked for, after the reduction that holds.
    lowest
        What would be asked for if every reduction held that may hold.
    reduction
        The reduction that holds.
    """

    threshold: Threshold
    value: float | None
    standard: float
    lowest: float
    reduction: Reduction | None = None

    @property
    def percent(self) -> float | None:
        """The figure in per cent of the standard."""
        return None if self.value is None else 100 * self.value / self.standard

    @property
    def verdict(self) -> Verdict:
        """Whether it is reached."""
        if self.value is None:
            return Verdict.UNKNOWN
        if self.value >= self.standard * (1 - _ROUNDING):
            return Verdict.MET
        return Verdict.UNKNOWN if self.value >= self.lowest * (1 - _ROUNDING) else Verdict.NOT_MET


@dataclass(frozen=True)
class ClassVerdict:
    """A unit held against one class.

    Attributes
    ----------
    unit_class
        The class.
    belongs
        Whether the unit belongs to it; None if that is not known.
    lines
        One a threshold.
    exemption
        The exemption that holds.
    verdict
        Of all lines.
    """

    unit_class: UnitClass
    belongs: bool | None
    lines: tuple[Line, ...]
    exemption: Exemption | None
    verdict: Verdict


@dataclass(frozen=True)
class Judgement:
    """A unit held against a standard.

    Attributes
    ----------
    subject
        The unit.
    classes
        The classes that it belongs to or may belong to.
    verdict
        That of all of them if they agree.
    """

    subject: Subject
    classes: tuple[ClassVerdict, ...]
    verdict: Verdict

    def as_class(self, *ids: str) -> Verdict:
        """Return the best verdict as one of some classes; NONE if it can be none of them."""
        order = (Verdict.EXEMPT, Verdict.MET, Verdict.UNKNOWN, Verdict.NOT_MET)
        found = {c.verdict for c in self.classes if c.unit_class.id in ids}
        return next((verdict for verdict in order if verdict in found), Verdict.NONE)


def judge(
    standard: Standard, subjects: Iterable[Subject], settled: Mapping[str, bool] | None = None
) -> list[Judgement]:
    """Hold units against a standard.

    Parameters
    ----------
    standard
        The law; see `standards.read_standard`.
    subjects
        New units; a province is one too, for classes of its level.
    settled
        Reductions and exemptions of which the law's reach is not certain, by id, and whether they
        are taken to hold; those that are not named may or may not.
    """
    return [_judge(standard, subject, settled or {}) for subject in subjects]


def _judge(standard: Standard, subject: Subject, settled: Mapping[str, bool]) -> Judgement:
    classes = []
    for unit_class in standard.of_level(subject.level):
        belongs = unit_class.takes(subject.unit_type) and holds(unit_class.condition, subject)
        if belongs is not False:
            classes.append(_as_class(standard, unit_class, belongs, subject, settled))
    return Judgement(subject, tuple(classes), _agreed([c.verdict for c in classes]))


def _agreed(verdicts: Sequence[Verdict]) -> Verdict:
    """Return what all verdicts say; exempt and met agree in that nothing is missing."""
    kinds = set(verdicts)
    if not kinds:
        return Verdict.NONE
    if len(kinds) == 1:
        return kinds.pop()
    return Verdict.MET if kinds == {Verdict.MET, Verdict.EXEMPT} else Verdict.UNKNOWN


def _as_class(
    standard: Standard,
    unit_class: UnitClass,
    belongs: bool | None,  # noqa: FBT001 - one of three answers
    subject: Subject,
    settled: Mapping[str, bool],
) -> ClassVerdict:
    lines = tuple(
        _line(threshold, standard.reductions_of(unit_class, threshold), subject, settled)
        for threshold in unit_class.thresholds
    )
    exempt = [
        (exemption, _reach(exemption.id, _exempts(exemption, subject), exemption, settled))
        for exemption in standard.exemptions_of(unit_class)
    ]
    sure = next((exemption for exemption, answer in exempt if answer), None)
    verdict = _of_lines(lines)
    if sure is not None:
        verdict = Verdict.EXEMPT
    elif verdict is not Verdict.MET and any(answer is None for _, answer in exempt):
        verdict = Verdict.UNKNOWN
    return ClassVerdict(unit_class, belongs, lines, sure, verdict)


def _of_lines(lines: Iterable[Line]) -> Verdict:
    found = {line.verdict for line in lines}
    if Verdict.NOT_MET in found:
        return Verdict.NOT_MET
    return Verdict.UNKNOWN if Verdict.UNKNOWN in found else Verdict.MET


def _line(
    threshold: Threshold,
    reductions: Iterable[Reduction],
    subject: Subject,
    settled: Mapping[str, bool],
) -> Line:
    """Hold one figure against a threshold; of several reductions one holds, the largest."""
    sure: list[Reduction] = []
    possible: list[Reduction] = []
    for reduction in reductions:
        answer = _reach(reduction.id, holds(reduction.condition, subject), reduction, settled)
        if answer is not False:
            possible.append(reduction)
        if answer:
            sure.append(reduction)
    best = min(sure, key=lambda r: r.percent, default=None)
    lowest = min((r.percent for r in possible), default=100.0)
    return Line(
        threshold=threshold,
        value=subject.figures.get(threshold.quantity),
        standard=threshold.required * (1.0 if best is None else best.percent / 100),
        lowest=threshold.required * lowest / 100,
        reduction=best,
    )


def _reach(
    rule_id: str,
    answer: bool | None,  # noqa: FBT001 - one of three answers
    rule: Reduction | Exemption,
    settled: Mapping[str, bool],
) -> bool | None:
    """Return whether a rule holds, given that its conditions do or do not."""
    if answer is False or (rule.certain and rule_id not in settled):
        return answer
    if rule_id not in settled:
        return None
    return answer if settled[rule_id] else False


def _exempts(exemption: Exemption, subject: Subject) -> bool | None:
    """Tell whether a unit is made of so many that an exemption holds; None if not known."""
    enough = None if subject.members is None else subject.members >= exemption.least_members
    condition = holds(exemption.condition, subject)
    if enough is False or condition is False:
        return False
    return None if enough is None or condition is None else True


def holds(condition: Condition, subject: Subject) -> bool | None:
    """Tell whether a condition holds for a unit; None if that is not known."""
    every = [_is(subject, name, wanted) for name, wanted in condition.every]
    some = [_is(subject, name, wanted) for name, wanted in condition.some]
    if False in every or (some and all(answer is False for answer in some)):
        return False
    if None in every or (some and True not in some):
        return None
    return True


def _is(subject: Subject, name: str, wanted: Input) -> bool | None:
    return subject.inputs[name] == wanted if name in subject.inputs else None
