"""The figures of a plan, unit by unit: after a change only what changed is computed again."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geo_merge.errors import PlanError
from geo_merge.geometry.areas import SQUARE_METRES_PER_KM2
from geo_merge.geometry.rings import Ints
from geo_merge.merging.statistics import UNKNOWN_TYPE, reduction_percent
from geo_merge.planning.distances import Distances, StraightLine, seat_position
from geo_merge.planning.layer import PlanLayer
from geo_merge.planning.plan import NewUnit, Plan
from geo_merge.planning.seats import as_position
from geo_merge.units import attributes
from geo_merge.vocabulary.sentence import sentence


@dataclass(frozen=True)
class UnitFigures:
    """The figures of one new unit, or of the old units without a place.

    Attributes
    ----------
    members, pieces
        Codes of its old units, and of pieces of land.
    area_km2
        On the ellipsoid; land that two members claim counts once.
    population, population_unknown
        People known (None if none are), and of how many members they are not.
    density
        People a km²; None if it is not known of all.
    fields
        Every other numeric field, by its rule.
    compactness
        Polsby and Popper's 4π·area/outline², 1 for a circle, in the plane of the layer; None for
        no land.
    parts
        Members that hang together by common borders, the most first; more than one if the unit is
        not contiguous.
    islands
        Members on no landmass with most others: no border leads there, so they are no fault.
    distance_km, longest_km, farthest
        Mean way to the seat, weighted by people, and the longest one with the member that has it;
        None if there is no seat.
    seat_outside
        Whether its seat is in a unit that is no member, or at a place in none of its members.
    without_distance
        Members whose position or people are not known, or that no road leads from: the mean is
        None then.
    province
        The former province that most of its land comes from.
    """

    members: tuple[str, ...]
    pieces: tuple[str, ...]
    area_km2: float
    population: float | None
    population_unknown: int
    density: float | None
    fields: Mapping[str, float | None]
    compactness: float | None
    parts: tuple[tuple[str, ...], ...]
    islands: tuple[str, ...]
    distance_km: float | None
    longest_km: float | None
    farthest: str
    without_distance: tuple[str, ...]
    seat_outside: bool
    province: tuple[str, str]

    @property
    def contiguous(self) -> bool:
        """Whether all members hang together, islands aside."""
        return len(self.parts) <= 1

    @property
    def member_count(self) -> int:
        """How many old units it has, pieces of land aside."""
        return len(self.members)


@dataclass(frozen=True)
class PlanFigures:
    """The figures of a plan.

    Attributes
    ----------
    plan
        The plan that they are of.
    units
        Those of each new unit by code; of one without members they are 0.
    without_place
        Those of the old units that go nowhere yet.
    """

    plan: Plan
    units: Mapping[str, UnitFigures]
    without_place: UnitFigures


def figures_of(
    plan: Plan,
    layer: PlanLayer,
    *,
    distances: Distances | None = None,
    before: PlanFigures | None = None,
) -> PlanFigures:
    """Return the figures of a plan.

    Parameters
    ----------
    plan
        A plan of the units of the layer.
    layer
        The old units; see `layer.measure`.
    distances
        How ways to the seat are measured; in a straight line by default.
    before
        Figures of another plan of the same layer, measured in the same way: units with the same
        members and seat are taken from there.

    Raises
    ------
    PlanError
        If the units of plan and layer differ; see `store.fit`.
    """
    if before is None and tuple(plan.old) != layer.codes:
        raise PlanError(sentence("planning.other_units"))
    distances = distances or StraightLine()
    members: dict[str | None, tuple[str, ...]] = {None: plan.without_place}
    members.update(plan.members())
    known = _known(before)
    result: dict[str | None, UnitFigures] = {}
    for code, unit_members in members.items():
        unit = NewUnit("", "") if code is None else plan.new[code]
        key = (unit_members, unit.seat)
        result[code] = known.get(key) or _unit(unit_members, unit.seat, layer, distances)
    rest = result.pop(None)
    return PlanFigures(plan, {str(code): unit for code, unit in result.items()}, rest)


def _known(before: PlanFigures | None) -> dict[tuple[tuple[str, ...], str], UnitFigures]:
    """Return figures by what they depend on: members and seat."""
    if before is None:
        return {}
    members = before.plan.members()
    known = {(members[c], u.seat): before.units[c] for c, u in before.plan.new.items()}
    return {**known, (before.plan.without_place, ""): before.without_place}


def _unit(codes: Sequence[str], seat: str, layer: PlanLayer, distances: Distances) -> UnitFigures:
    """Compute the figures of one unit."""
    rows = np.array([layer.at[code] for code in codes], dtype=np.int64)
    own = set(rows.tolist())
    again, plane_again = layer.overlaps.claimed_again(own)
    km2 = (float(layer.m2[rows].sum()) - again) / SQUARE_METRES_PER_KM2
    outline = float(layer.outline_m[rows].sum()) - 2 * layer.inner_borders(own)
    plane = float(layer.plane_m2[rows].sum()) - plane_again
    values = _values(rows, layer)
    people = values.pop("population", None)
    unknown = int(np.isnan(layer.people[rows]).sum()) if layer.population_field else 0
    is_piece = layer.is_piece[rows]
    parts, islands = _parts(rows, layer)
    return UnitFigures(
        members=tuple(c for c, piece in zip(codes, is_piece, strict=True) if not piece),
        pieces=tuple(c for c, piece in zip(codes, is_piece, strict=True) if piece),
        area_km2=km2,
        population=people,
        population_unknown=unknown,
        density=people / km2 if people is not None and not unknown and km2 > 0 else None,
        fields=values,
        compactness=4 * math.pi * plane / outline**2 if outline > 0 else None,
        parts=parts,
        islands=islands,
        seat_outside=_seat_outside(codes, rows, seat, layer),
        province=_province(rows, layer),
        **_distances(rows, seat, layer, distances),
    )


def _values(rows: Ints, layer: PlanLayer) -> dict[str, float | None]:
    """Return the numeric fields of some units as one, each by its rule, as a merger makes them."""
    if not len(rows):
        return dict.fromkeys(layer.rules, None)
    group = np.zeros(len(rows), dtype=np.int64)
    table = attributes.combine(layer.frame.iloc[rows], group, layer.m2[rows], layer.rules)
    return {
        str(name): None if np.isnan(float(column.iloc[0])) else column.iloc[0].item()
        for name, column in table.items()
    }


def _parts(rows: Ints, layer: PlanLayer) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """Return what hangs together of some units, and those on islands.

    What lies on another landmass than most of them cannot hang together with these in any plan.
    """
    left = set(rows.tolist())
    groups: list[list[int]] = []
    while left:
        group, edge = [], [left.pop()]
        while edge:
            one = edge.pop()
            group.append(one)
            beside = layer.neighbours[one] & left
            left -= beside
            edge += beside
        groups.append(sorted(group))
    groups.sort(key=lambda g: (-len(g), g[0]))
    mass = [int(layer.landmass[g[0]]) for g in groups]
    islands: list[int] = []
    parts: list[list[int]] = []
    home = mass[0] if mass else 0
    for group, land in zip(groups, mass, strict=True):
        if land == home or mass.count(land) > 1:
            parts.append(group)
        else:
            islands += group
        if land == home and land != layer.mainland and len(layer.neighbours) > len(group):
            islands += group
    codes = layer.codes
    return tuple(tuple(codes[k] for k in g) for g in parts), tuple(codes[k] for k in islands)


def _distances(rows: Ints, seat: str, layer: PlanLayer, distances: Distances) -> dict[str, Any]:
    """Return mean and longest way to the seat, and the members of which it is not known."""
    nothing = {"distance_km": None, "longest_km": None, "farthest": "", "without_distance": ()}
    rows = rows[~layer.is_piece[rows]]
    place = seat_position(layer, seat)
    if place is None or not len(rows):
        return nothing
    people = layer.people[rows]
    km = distances.to_seat(place, layer.positions[rows])
    lacking = np.isnan(km) | np.isnan(people)
    known = np.flatnonzero(~np.isnan(km))
    far = int(known[km[known].argmax()]) if len(known) else None
    mean = None
    if not lacking.any() and people.sum() > 0:
        mean = float((km * people).sum() / people.sum())
    return {
        "distance_km": mean,
        "longest_km": None if far is None else float(km[far]),
        "farthest": "" if far is None else layer.codes[rows[far]],
        "without_distance": tuple(layer.codes[k] for k in rows[lacking]),
    }


def _seat_outside(codes: Sequence[str], rows: Ints, seat: str, layer: PlanLayer) -> bool:
    """Tell whether a unit with members is governed from outside of them."""
    if not seat or not codes:
        return False
    place = as_position(seat)
    return seat not in codes if place is None else layer.lies_outside(place, rows)


def _province(rows: Ints, layer: PlanLayer) -> tuple[str, str]:
    """Return code and name of the former province that most of the land comes from."""
    land: Counter[tuple[str, str]] = Counter()
    frame = layer.frame.iloc[rows]
    for code, name, m2 in zip(
        frame["province_code"], frame["province"], layer.m2[rows], strict=True
    ):
        land[str(code), str(name)] += m2
    return max(land, key=lambda p: (land[p], p)) if land else ("", "")


def summary_of(figures: PlanFigures, layer: PlanLayer) -> dict[str, Any]:
    """Return counts before and after in all, by type and by former province, area and people.

    Units without members are not counted after, but told as ``empty``.
    """
    plan = figures.plan
    there = [code for code, unit in figures.units.items() if unit.members or unit.pieces]
    new_types = Counter(plan.new[code].unit_type or UNKNOWN_TYPE for code in there)
    old_types, before = layer.types_before, layer.provinces_before
    old_count = sum(old_types.values())
    there_too = set(there)
    after = Counter(figures.units[code].province for code in there)
    people = layer.people[~layer.is_piece]
    return {
        "before": {"count": old_count, "by_type": dict(sorted(old_types.items()))},
        "after": {"count": len(there), "by_type": dict(sorted(new_types.items()))},
        "reduction_percent": reduction_percent(old_count, len(there)),
        "groups": [
            {"code": code, "name": name, "before": n, "after": after[code, name],
             "reduction_percent": reduction_percent(n, after[code, name])}
            for (code, name), n in sorted(before.items()) if code or name
        ],
        "empty": [code for code in plan.new if code not in there_too],
        "without_place": list(plan.without_place),
        "area_km2": float(layer.m2.sum()) / SQUARE_METRES_PER_KM2,
        "population": None if np.isnan(people).all() else float(np.nansum(people)),
        "population_unknown": int(np.isnan(people).sum()),
        "population_field": layer.population_field,
        **_all_distances(figures),
    }  # fmt: skip


def _all_distances(figures: PlanFigures) -> dict[str, Any]:
    """Return mean and longest way over all units that have a seat, and those that lack a figure."""
    units = {code: u for code, u in figures.units.items() if u.members}
    known = [u for u in units.values() if u.distance_km is not None and u.population]
    people = sum(u.population or 0 for u in known)
    travelled = sum((u.distance_km or 0) * (u.population or 0) for u in known)
    longest = [u.longest_km for u in units.values() if u.longest_km is not None]
    return {
        "distance_km": travelled / people if people else None,
        "longest_km": max(longest, default=None),
        "without_distance": [code for code, u in units.items() if u.distance_km is None],
    }
