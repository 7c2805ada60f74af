"""Borders in words: from node to node, which way they run and how far."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import geopandas as gpd
import numpy as np
import shapely

from geo_merge.dossier.border_records import BorderRecords
from geo_merge.geometry.rings import Floats
from geo_merge.texts import Language, number, say

WINDS = ("north", "north_east", "east", "south_east", "south", "south_west", "west", "north_west")
# Of the length of a line: by less than this it may leave the chord of a section.
_BEND = 0.03
_LOOP = 4  # points of the smallest line that closes


@dataclass(frozen=True)
class Section:
    """A part of a line that runs one way.

    Attributes
    ----------
    first, last
        Its ends, as numbers of points of the line (from 1).
    wind
        The one of eight that it runs to, as a position in `WINDS`.
    azimuth
        Degrees from the north of the grid of the plane, by the east, of the chord.
    length
        Metres along the border.
    """

    first: int
    last: int
    wind: int
    azimuth: float
    length: float


def wind_of(azimuth: float) -> int:
    """Return the one of eight winds that an azimuth in degrees is nearest to."""
    return round(azimuth / 45.0) % len(WINDS)


def sections(points: gpd.GeoDataFrame) -> list[Section]:
    """Divide a line into sections that run one way each, at some of its characteristic points.

    Parameters
    ----------
    points
        Its rows of `BorderRecords.points`, in order.
    """
    xy = points[["easting_m", "northing_m"]].to_numpy(float)
    along = points["along_m"].to_numpy(float)
    at = _turns(xy, _BEND * float(along[-1]))
    result: list[Section] = []
    for a, b in itertools.pairwise(at):
        wind = wind_of(_azimuth(xy[a], xy[b]))
        same = result and result[-1].wind == wind
        first = result.pop().first - 1 if same else a
        azimuth = _azimuth(xy[first], xy[b])
        result.append(Section(first + 1, b + 1, wind, azimuth, float(along[b] - along[first])))
    return result


def _turns(xy: Floats, tolerance: float) -> list[int]:
    """Return where a line bends by more than the tolerance, and its ends."""
    kept = shapely.get_coordinates(shapely.simplify(shapely.linestrings(xy), tolerance))
    if (xy[0] == xy[-1]).all() and len(kept) < min(_LOOP, len(xy)):
        return _turns(xy, tolerance / 2)
    there = np.isin(xy[:, 0] + 1j * xy[:, 1], kept[:, 0] + 1j * kept[:, 1])
    return [int(k) for k in np.flatnonzero(there)]


def _azimuth(a: Floats, b: Floats) -> float:
    east, north = b - a
    return float(np.degrees(np.arctan2(east, north)) % 360.0)


@dataclass(frozen=True)
class Words:
    """What is said of borders in a language."""

    records: BorderRecords
    language: Language

    def text(self, name: str, **values: object) -> str:
        """Return a text of the group ``borders``."""
        return say(f"borders.{name}", self.language, **values)

    def metres(self, value: float, digits: int = 0) -> str:
        """Return a length as the language writes it, with its unit."""
        return f"{number(value, self.language, digits)} m"

    def listed(self, names: list[str]) -> str:
        """Return names as one phrase: one, two and three."""
        if len(names) == 1:
            return names[0]
        return f"{', '.join(names[:-1])} {self.text('and')} {names[-1]}"

    @cached_property
    def _points(self) -> dict[str, gpd.GeoDataFrame]:
        groups = self.records.points.groupby("line", sort=False)
        return {str(line): cast("gpd.GeoDataFrame", rows) for line, rows in groups}

    def points(self, line: str) -> gpd.GeoDataFrame:
        """Return the characteristic points of a line, in order."""
        return self._points[line]

    def node(self, node: str) -> str:
        """Return a node with what meets there."""
        row = self.records.nodes.loc[node]
        if row["kind"] == "start":
            return self.text("start_of", node=node)
        units = [self.records.name(code) for code in str(row["units"]).split("; ")]
        if row["outside"]:
            units.append(self.text("outside"))
        return self.text("node_of", node=node, units=self.listed(units))

    def description(self, line: str) -> str:
        """Return how a line runs, from its first node to its last."""
        row = self.records.lines.loc[line]
        said = [
            self.text(
                "section",
                wind=self.text(WINDS[part.wind]),
                length=self.metres(part.length),
                point=self._point(line, part.last),
            )
            for part in sections(self.points(line))
        ]
        closes = row["begin_node"] == row["end_node"]
        return self.text(
            "closes" if closes else "runs",
            begin=self.node(row["begin_node"]),
            sections=self.text("then").join(said),
            end=self.node(row["end_node"]),
            length=self.metres(float(row["length_m"])),
        )

    def _point(self, line: str, point: int) -> str:
        node = str(self.points(line)["node"].iloc[point - 1])
        return self.text("to_node", node=node) if node else self.text("to_point", point=point)
