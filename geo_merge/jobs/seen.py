"""Where the rows of a plain layer lie, looked at while they are written.

What is doubtful is not plain: `convert.read_frame` reads it again, and says what is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from geo_merge.geometry.apart import far_rows
from geo_merge.geometry.rings import Floats, Ints, Rings
from geo_merge.reading.plain.plain import WGS84
from geo_merge.reading.plain.ragged import RaggedLayer, require
from geo_merge.vocabulary.country import Country
from geo_merge.vocabulary.sentence import Sentence, and_more, sentence

_DEGREES, _POLE = 180.0, 90.0
_SHOWN = 10


@dataclass
class Seen:
    """The boxes of the rows that were read; threads may add to it at the same time."""

    crs: str
    rows: int
    boxes: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.boxes = np.full((self.rows, 4), np.nan)

    def add(self, rows: Ints, rings: Rings) -> None:
        """Keep the boxes of some rows.

        Raises
        ------
        NotPlainError
            Where their coordinates may contradict their CRS.
        """
        if not len(rows):
            return
        start = rings.vertex_start[:-1]
        west, south = (np.minimum.reduceat(v, start) for v in rings.xy.T)
        east, north = (np.maximum.reduceat(v, start) for v in rings.xy.T)
        self.boxes[rows] = boxes = np.column_stack([west, south, east, north])
        bounds = (float(west.min()), float(south.min()), float(east.max()), float(north.max()))
        if self.crs == WGS84:
            within = bounds[0] >= -_DEGREES and bounds[2] <= _DEGREES
            require(within and bounds[1] >= -_POLE and bounds[3] <= _POLE, "degrees")
            return
        from geo_merge.geometry.projection import parse_crs  # noqa: PLC0415
        from geo_merge.units.crs import contradicts, on_earth  # noqa: PLC0415 - pyproj is slow to load

        crs = parse_crs(self.crs)
        require(not contradicts(crs, bounds), "a CRS that fits")
        require(on_earth(crs, boxes).all(), "places on earth")

    def require_places(self, layer: RaggedLayer, country: Country) -> None:
        """Raise NotPlainError where rows may be in another CRS than the layer, or than others."""
        if self.crs == WGS84:
            return
        from geo_merge.geometry.projection import parse_crs  # noqa: PLC0415 - pyproj is slow to load
        from geo_merge.vocabulary.fields import find_field  # noqa: PLC0415

        crs, placed = parse_crs(self.crs), np.isfinite(self.boxes).all(axis=1)
        small = (np.abs(self.boxes[placed]) <= _DEGREES).all(axis=1)
        require(small.all() or not small.any(), "degrees alone, or metres")
        called = find_field(layer.names, "name")
        if called is None:
            return
        names = [value if isinstance(value, str) else "" for value in layer.column(called)]
        require(not country.lies_elsewhere(self.boxes, crs, names), "places as they are called")

    def strays(self, far: float) -> tuple[str, ...]:
        """Return what is to be said of rows that lie far from all others."""
        return far_away(self.boxes, self.crs, far)


def far_away(boxes: Floats, crs: str, far: float) -> tuple[str, ...]:
    """Return what is to be said of rows, by their boxes, that lie far from all others (G06)."""
    unit = None
    if crs != WGS84:
        from geo_merge.geometry.projection import metres_per_unit, parse_crs  # noqa: PLC0415

        own = parse_crs(crs)
        unit = None if own.is_geographic else metres_per_unit(own)
    return tuple(_told(rows, away, far) for rows, away in far_rows(boxes, far, unit))


def _told(rows: Ints, away: float, far: float) -> Sentence:
    units = [sentence("K01.row", row=str(row + 1)) for row in rows[:_SHOWN].tolist()]
    named = and_more(units, len(rows) - len(units), "rows")
    return sentence("G06.rows", units=named, n=len(rows), km=away / 1000, limit=far)
