"""One thing that a check found, and how much it weighs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from shapely.geometry.base import BaseGeometry

from geo_merge.vocabulary.sentence import Sentence, hint_of, row_of, sentence, with_words
from geo_merge.wording.calling import Called


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def word(self) -> Sentence:
        """What it is called before a finding."""
        return sentence(_WORDS[self])


_WORDS = {
    Severity.ERROR: "done.error",
    Severity.WARNING: "done.warning",
    Severity.INFO: "done.info",
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that a check found.

    Attributes
    ----------
    check
        Id of the check, as ``C01`` for a narrow gap.
    severity
        An error keeps the new units from being written.
    message
        One sentence: what was found, where. In English; a `Sentence` can be `said` in others.
    hint
        What to do about it; the same.
    units
        Codes of the units concerned.
    value, unit_of_value
        The measure of it, as ``11.98`` and ``km²``.
    geometry
        Where it is, in the CRS of the layer; None for what has no place.
    about
        Whose units it names: ``old``, ``new``, or ``file`` for what names none; by default, what
        its check says.
    """

    check: str
    severity: Severity
    message: str
    hint: str = ""
    units: tuple[str, ...] = ()
    value: float | None = None
    unit_of_value: str = ""
    geometry: BaseGeometry | None = None
    about: str = ""

    def __post_init__(self) -> None:
        """Know whose units it names."""
        if not self.about:
            object.__setattr__(self, "about", row_of(self.check)["about"])

    @classmethod
    def of(
        cls,
        told: Sentence,
        *,
        units: tuple[str, ...] = (),
        value: float | None = None,
        unit_of_value: str = "",
        geometry: BaseGeometry | None = None,
    ) -> Finding:
        """Return what a sentence tells as a finding: its check, severity and hint are known."""
        row = row_of(told.kind)
        return cls(
            check=told.kind.partition(".")[0],
            severity=Severity(row["severity"]),
            about=row["about"],
            message=told,
            hint=hint_of(told),
            units=units,
            value=value,
            unit_of_value=unit_of_value,
            geometry=geometry,
        )

    def calling(self, called: Called) -> Finding:
        """Return the finding told with the words for these units."""
        told = {name: with_words(getattr(self, name), called) for name in ("message", "hint")}
        return replace(self, **told) if called else self
