"""How far people are from a seat, in a straight line; along roads see `roads`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import numpy as np
from pyproj import Geod

from geo_merge.geometry.rings import Floats
from geo_merge.planning.seats import as_position

if TYPE_CHECKING:
    from geo_merge.planning.layer import PlanLayer

_GEOD = Geod(ellps="WGS84")


class Distances(Protocol):
    """How distances are measured.

    Attributes
    ----------
    method
        What it is called in tables: ``straight line`` or ``roads``.
    """

    method: str

    def to_seat(self, seat: tuple[float, float], positions: Floats) -> Floats:
        """Return kilometres from positions to a seat, NaN where unknown; shape (n,).

        Parameters
        ----------
        seat
            Longitude and latitude.
        positions
            Longitudes and latitudes, NaN where unknown; shape (n, 2).
        """


class StraightLine:
    """The shortest way on the ellipsoid."""

    method = "straight line"

    def to_seat(self, seat: tuple[float, float], positions: Floats) -> Floats:
        """Return kilometres from positions to a seat; see `Distances`."""
        return straight_km(seat, positions)


def straight_km(seat: tuple[float, float], positions: Floats) -> Floats:
    """Return kilometres on the ellipsoid from positions to a seat, NaN where unknown."""
    n = len(positions)
    lon, lat = np.full(n, seat[0]), np.full(n, seat[1])
    metres = np.asarray(_GEOD.inv(positions[:, 0], positions[:, 1], lon, lat)[2], dtype=float)
    return np.where(np.isnan(positions).any(axis=1), np.nan, metres / 1000)


def seat_position(
    layer: PlanLayer, seat: str, offices: Mapping[str, tuple[float, float]] | None = None
) -> tuple[float, float] | None:
    """Return longitude and latitude of a seat, None if it has none or the place is unknown.

    Parameters
    ----------
    layer
        The old units.
    seat
        See `plan.NewUnit`.
    offices
        Where the offices of old units stand; by default at their positions.
    """
    if not seat:
        return None
    if (given := as_position(seat)) is not None:
        return given
    if offices is not None and seat in offices:
        return offices[seat]
    if seat not in layer.at:
        return None
    lon, lat = layer.positions[layer.at[seat]].tolist()
    return None if np.isnan(lon) or np.isnan(lat) else (lon, lat)
