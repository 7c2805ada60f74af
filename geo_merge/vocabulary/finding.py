"""One thing that a check found, and how much it weighs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shapely.geometry.base import BaseGeometry


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


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
        One sentence: what was found, where.
    hint
        What to do about it.
    units
        Codes of the units concerned.
    value, unit_of_value
        The measure of it, as ``11.98`` and ``km²``.
    geometry
        Where it is, in the CRS of the layer; None for what has no place.
    """

    check: str
    severity: Severity
    message: str
    hint: str = ""
    units: tuple[str, ...] = ()
    value: float | None = None
    unit_of_value: str = ""
    geometry: BaseGeometry | None = None
