"""Two neighbours whose declared areas differ from the map by the same land, with opposite sign."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.vocabulary.limits import Limits
from geo_merge.vocabulary.sentence import sentence

# Share of the smaller difference that may stay unexplained. Of the 99 units of Bắc Ninh, half
# differ by more than 0.1 km² from what is declared anyway, whatever land changed hands.
UNEXPLAINED = 0.10
# A common border is longer than this many times the width within which borders are searched: more
# than a corner.
_CORNER = 10.0


@dataclass(frozen=True)
class Exchange:
    """Land between two neighbours that explains both of their declared areas.

    Attributes
    ----------
    units
        Codes: mapped larger than declared, then mapped smaller.
    excess, deficit
        Mapped minus declared area of each, in km².
    border
        Their common border.
    """

    units: tuple[str, str]
    excess: float
    deficit: float
    border: BaseGeometry

    @property
    def km2(self) -> float:
        """The land in question: the mean of both differences."""
        return (self.excess - self.deficit) / 2

    @property
    def unexplained(self) -> float:
        """What the two differences do not have in common, in km²."""
        return abs(self.excess + self.deficit)

    def sentence(self, names: pd.Series) -> str:
        """Say it in words, without a full stop."""
        more, less = (f"{code} ({names[code]})" for code in self.units)
        return sentence("recon.exchange", more=more, excess=self.excess, less=less,
                        deficit=-self.deficit, km2=self.km2, rest=self.unexplained)  # fmt: skip


def declared_exchanges(
    new: gpd.GeoDataFrame, declared: pd.DataFrame | None, limits: Limits | None = None
) -> list[Exchange]:
    """Find pairs of neighbours whose declared areas differ by the same, with opposite sign.

    Two units are paired if all of this holds: each differs from its declared area by more than
    `Limits.declared`; one is mapped larger, the other smaller; the two differences agree but for
    `UNEXPLAINED` of the smaller; the units share a border, not only a corner; and neither has
    another neighbour of which the same could be said, since then the figures do not tell which it
    is. A pair is an explanation that fits the figures, not a proof: only the land itself, in a
    reference, would be one.

    Parameters
    ----------
    new
        New units with ``area_km2``, in a CRS in metres.
    declared
        Indexed by code, with ``area_km2``.
    limits
        Thresholds.
    """
    limits = limits or Limits()
    if declared is None or "area_km2" not in declared:
        return []
    given = declared["area_km2"].reindex(new.index)
    off = (new["area_km2"] - given)[(given > 0)]
    off = off[off.abs() > limits.declared * given[off.index]]
    shapes = new.geometry[off.index]
    pairs = [
        Exchange((str(off.index[i]), str(off.index[j])), float(off.iloc[i]), float(off.iloc[j]), b)
        for i, j in _opposite_neighbours(shapes, off, limits)
        if (b := _common_border(shapes.iloc[i], shapes.iloc[j], limits)) is not None
    ]
    claimed = pd.Series([code for pair in pairs for code in pair.units], dtype=object)
    several = set(claimed[claimed.duplicated()])
    return sorted(
        (pair for pair in pairs if several.isdisjoint(pair.units)), key=lambda pair: -pair.km2
    )


def _opposite_neighbours(
    shapes: gpd.GeoSeries, off: pd.Series, limits: Limits
) -> list[tuple[int, int]]:
    """Return positions of units whose boxes meet and whose differences cancel out."""
    difference = off.to_numpy(float)
    boxes = shapely.box(*(shapes.bounds.to_numpy() + limits.narrow * np.array([-1, -1, 1, 1])).T)
    more, less = shapely.STRtree(boxes).query(boxes)
    left = np.abs(difference[more] + difference[less])
    fits = (difference[more] > 0) & (difference[less] < 0)
    fits &= left <= UNEXPLAINED * np.minimum(difference[more], -difference[less])
    return sorted(zip(more[fits].tolist(), less[fits].tolist(), strict=True))


def _common_border(one: BaseGeometry, two: BaseGeometry, limits: Limits) -> BaseGeometry | None:
    """Return the border of two polygons that touch along a line, sliver or not."""
    if shapely.distance(one, two) > limits.narrow:
        return None
    around = shapely.buffer(one, limits.narrow)
    border = shapely.intersection(shapely.boundary(two), around)
    lines = shapely.get_parts(border)
    lines = lines[shapely.get_dimensions(lines) == 1]
    if np.sum(shapely.length(lines)) <= _CORNER * limits.narrow:
        return None
    return shapely.line_merge(shapely.multilinestrings(lines))
