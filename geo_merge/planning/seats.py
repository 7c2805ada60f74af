"""Seats of new units: an old unit's own place, or a position in degrees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo_merge.errors import PlanError
from geo_merge.vocabulary.sentence import sentence

if TYPE_CHECKING:
    from geo_merge.planning.plan import Plan

_EAST, _NORTH = 180.0, 90.0


def as_position(seat: str) -> tuple[float, float] | None:
    """Return longitude and latitude of ``106.2150, 21.2849``; None for any other text."""
    parts = seat.replace(";", ",").split(",")
    try:
        lon, lat = (float(part) for part in parts)
    except ValueError:
        return None
    return (lon, lat) if abs(lon) <= _EAST and abs(lat) <= _NORTH else None


def check_seat(plan: Plan, seat: str) -> None:
    """Refuse a seat that is neither blank, nor an old unit of the plan, nor a position.

    Raises
    ------
    PlanError
        In one sentence.
    """
    if seat and seat not in plan.old and as_position(seat) is None:
        raise PlanError(sentence("planning.seat", seat=seat))
