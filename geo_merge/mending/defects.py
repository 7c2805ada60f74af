"""Defects of a layer that a repair can settle: gaps and overlaps, and what was decided on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo_merge.geometry.areas import areas
from geo_merge.geometry.faces import count_claims
from geo_merge.geometry.rings import Bools, Geometries
from geo_merge.geometry.widths import width_of
from geo_merge.mending.arrangement import Arrangement
from geo_merge.mending.decisions import Choice, Decision, defect_ids
from geo_merge.vocabulary.sentence import sentence

# How the obstacle of a defect begins that is right as it is.
WAIVED = "waived"
_DONE = {Choice.WAIVE: WAIVED, Choice.REJECT: "rejected", Choice.MEND: "to be mended in the source"}


@dataclass(frozen=True)
class Defect:
    """A gap or an overlap.

    Attributes
    ----------
    id
        The same from run to run; see `decisions.defect_ids`.
    kind
        ``gap`` or ``overlap``.
    units
        Codes of the units around a gap, or of those that claim an overlap.
    width, m2
        Diameter of the largest circle in it, in metres; its area on the ellipsoid.
    geometry
        The land.
    decision
        What was decided on it, if anything.
    obstacle
        Why it is not repaired; blank if it is.
    """

    id: str
    kind: str
    units: tuple[str, ...]
    width: float
    m2: float
    geometry: BaseGeometry
    decision: Decision | None = None
    obstacle: str = ""

    @property
    def accepted(self) -> bool:
        """Whether somebody decided that it be repaired, however far a border moves."""
        return self.decision is not None and self.decision.choice == Choice.ACCEPT


@dataclass(frozen=True)
class Bounds:
    """What is repaired without a decision.

    Attributes
    ----------
    tolerance
        Gaps and overlaps at most this wide, in metres.
    enclosed
        Holes inside one unit at most this wide, in metres: no second drawing explains them.
    unknown
        Where units lie whose polygons cannot be used: no gap there is filled.
    nobodys
        Land that no unit should have: a gap that lies in it, but for less than half, waits.
    """

    tolerance: float
    enclosed: float
    unknown: Geometries
    nobodys: BaseGeometry


def find_defects(
    arrangement: Arrangement,
    everything: Geometries,
    codes: pd.Index,
    *,
    crs: CRS,
    decisions: Mapping[str, Decision],
    bounds: Bounds,
) -> dict[int, Defect]:
    """Return the gaps and overlaps of an arrangement by their face, each with its decision.

    Parameters
    ----------
    arrangement
        Of the units that do not fit together.
    everything
        The polygons of all units, those too that fit: their land is no gap.
    codes
        Codes of the units of the arrangement.
    crs, decisions, bounds
        The CRS of the units, what was decided, and what needs no decision.
    """
    count = np.array([len(c) for c in arrangement.claimants])
    empty = np.flatnonzero(count == 0)
    gaps = empty[count_claims(arrangement.faces[empty], everything) == 0]
    faces = np.concatenate([np.flatnonzero(count > 1), gaps])
    units = [
        tuple(sorted(str(codes[u]) for u in arrangement.claimants[f] or _around(arrangement, f)))
        for f in faces
    ]
    shapes = arrangement.faces[faces]
    kinds = ["overlap" if count[f] else "gap" for f in faces]
    found = zip(
        faces, kinds, units, shapes, areas(shapes, crs), defect_ids(kinds, units, shapes),
        _meets(shapes, bounds.unknown), _lies_in(shapes, bounds.nobodys), strict=True,
    )  # fmt: skip
    result = {}
    for face, kind, around, shape, m2, name, unknown, nobodys in found:
        width, decision = width_of(shape), decisions.get(name)
        obstacle = _obstacle(kind, around, width, decision, bounds)
        if unknown and kind == "gap":
            obstacle = sentence("repair.unusable")
        elif nobodys and kind == "gap" and decision is None:
            obstacle = sentence("repair.nobodys")
        result[int(face)] = Defect(name, kind, around, width, float(m2), shape, decision, obstacle)
    return result


def _around(arrangement: Arrangement, face: int) -> set[int]:
    """Return the units that claim a face beside this one."""
    beside = [*arrangement.two[arrangement.one == face], *arrangement.one[arrangement.two == face]]
    return {unit for other in beside for unit in arrangement.claimants[other]}


def _meets(shapes: Geometries, unknown: Geometries) -> Bools:
    """Tell which shapes meet the box of one of the unknown units."""
    result = np.zeros(len(shapes), dtype=bool)
    if len(unknown):
        boxes = shapely.STRtree(shapely.envelope(unknown))
        result[boxes.query(shapes, predicate="intersects")[0]] = True
    return result


def _lies_in(shapes: Geometries, land: BaseGeometry) -> Bools:
    """Tell which shapes lie in some land with more than half of their area."""
    shapely.prepare(land)
    result = np.asarray(shapely.intersects(land, shapes))
    there = shapes[result]
    result[result] = shapely.area(shapely.intersection(there, land)) > shapely.area(there) / 2
    return result


def _obstacle(
    kind: str, units: tuple[str, ...], width: float, decision: Decision | None, bounds: Bounds
) -> str:
    """Say why a defect is not repaired; blank if it is."""
    if decision is not None:
        return obstacle_of(decision)
    if width > bounds.tolerance:
        return sentence("repair.wider", tolerance=bounds.tolerance)
    if kind == "gap" and len(units) == 1 and width > bounds.enclosed:
        return sentence("repair.hole")
    return ""


def obstacle_of(decision: Decision) -> str:
    """Return the obstacle that a decision is to a repair; blank if it accepts it."""
    if decision.choice == Choice.ACCEPT:
        return ""
    done = _DONE[decision.choice]
    return f"{done}: {decision.reason}" if decision.reason else done
