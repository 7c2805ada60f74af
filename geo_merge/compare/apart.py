"""How far apart two drawings are by habit: what no land has moved by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo_merge.compare.reference import Compared
from geo_merge.geometry.difference import differences
from geo_merge.geometry.drawings import Apart, apart
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import DRAWING, Limits
from geo_merge.vocabulary.sentence import Sentence, sentence

# Decimals of metres in the summary.
_DECIMALS = 2


@dataclass(frozen=True)
class Drawings:
    """Units and reference as two drawings of the same.

    Attributes
    ----------
    apart
        How far the reference lies from the units, as a whole and in the median.
    drawing
        Metres: land that differs nowhere wider is drawing noise.
    told
        Whether `drawing` is told from the two, or was asked for.
    judged
        The two compared with the common shift taken off the reference: what is judged by. The
        units and what is written of the reference stay where they are.
    findings
        C09 for a common shift, and for how far apart the two are drawn.
    """

    apart: Apart
    drawing: float
    told: bool
    judged: Compared
    findings: list[Finding]

    @property
    def reach(self) -> float:
        """Metres by which a piece that moved may be drawn out along its edges."""
        return min(self.apart.width, self.drawing) / 2

    @property
    def where(self) -> list[Sentence]:
        """Which way the reference lies as a whole: ``181 m to the east, 114 m to the south``."""
        sides = zip(self.apart.shift, (("east", "west"), ("north", "south")), strict=True)
        return [
            sentence(f"C09.{names[metres < 0]}", metres=abs(metres))
            for metres, names in sides
            if abs(metres) >= max(map(abs, self.apart.shift)) / 100
        ]

    @property
    def summary(self) -> dict[str, Any]:
        """What the summary of a result says of it."""
        east, north = (round(metres, _DECIMALS) for metres in self.apart.shift)
        return {
            "shift_m": {"east": east, "north": north} if self.apart.shifted else None,
            "distance_m": round(self.apart.distance, _DECIMALS),
            "drawing_m": round(self.drawing, _DECIMALS),
            "drawing_from": "the drawings" if self.told else "the option",
        }


def as_drawings(new: gpd.GeoDataFrame, compared: Compared, limits: Limits) -> Drawings:
    """Tell how far units and reference are apart, and compare them without their common shift.

    Parameters
    ----------
    new
        New units, in a CRS in metres.
    compared
        The two as they are; see `compare_reference`.
    limits
        `Limits.drawing` holds if it was given.
    """
    ours = np.asarray(new.geometry[compared.reference.index].values)
    measured = apart(ours, np.asarray(compared.reference.values))
    told = limits.drawing is None
    drawing = max(DRAWING, measured.width) if limits.drawing is None else limits.drawing
    judged = compared
    if measured.shifted:
        moved = compared.reference.translate(*(-metres for metres in measured.shift))
        gained, lost = differences(ours, np.asarray(moved.values))
        judged = replace(compared, reference=moved, gained=gained, lost=lost)
    result = Drawings(measured, drawing, told, judged, [])
    return replace(result, findings=_findings(result, new, limits))


def _findings(drawings: Drawings, new: gpd.GeoDataFrame, limits: Limits) -> list[Finding]:
    apart, found = drawings.apart, []
    if apart.shifted:
        found.append(
            Finding.of(
                sentence("C09.shift", where=drawings.where),
                value=float(np.hypot(*apart.shift)),
                unit_of_value="m",
                geometry=shapely.box(*new.total_bounds).centroid,
            )
        )
    if apart.distance > limits.narrow:
        kind = "C09.apart" if drawings.told else "C09.asked"
        found.append(
            Finding.of(sentence(kind, metres=apart.distance, width=drawings.drawing),
                       value=apart.distance, unit_of_value="m")
        )  # fmt: skip
    return found
