"""Thresholds of the checks and sizes of the input: every number that a user may change."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any

from geo_merge.errors import UsageError
from geo_merge.vocabulary.sentence import sentence

# Metres. In the planes of countries a double tells places a nanometre apart, the overlay of two
# polygons some hundred: what is thinner has no width that could be told.
RESOLUTION = 1e-6
# Metres: half a millimetre, the plotting accuracy of a map, on one of 1:100,000.
DRAWING = 50.0


def _limit(default: float | None, unit: str, meaning: str) -> Any:  # noqa: ANN401 - a dataclass field
    return field(default=default, metadata={"unit": unit, "meaning": meaning})


@dataclass(frozen=True)
class Limits:
    """Thresholds of the checks; `describe` says what each means, and its unit."""

    narrow: float = _limit(0.10, "m", "gaps and overlaps at most this wide are slivers: warnings")
    hole: float = _limit(10.0, "m", "gaps wider than this are holes: land without a unit")
    rounding: float = _limit(
        1.2, "m", "units on a grid at most so coarse widen narrow by what rounding can part"
    )
    edge: float = _limit(1e-3, "m", "gaps, overlaps and edges nowhere further apart are one note")
    vertex: float = _limit(10_000.0, "m²", "triangles where one side lacks a vertex: warnings")
    inlet: float = _limit(1.0, "m", "width of inlets between two units at the outer edge")
    spike: float = _limit(1.0, "m", "length of spikes, which are at most narrow at their foot")
    tiny: float = _limit(1.0, "m²", "units smaller than this are crumbs")
    tiny_part: float = _limit(100.0, "m²", "parts of a unit smaller than this are crumbs")
    far: float = _limit(50_000.0, "m", "a part further than this from the rest is astray")
    parent: float = _limit(10_000.0, "m", "units further than this from their parent are astray")
    declared: float = _limit(0.01, "share", "by which an area may differ from the declared one")
    reference: float = _limit(0.001, "share", "of its area by which a unit may differ from a map")

    # None: what the two drawings themselves show, see `compare.apart`.
    drawing: float | None = _limit(
        None, "m", "differences from a map nowhere wider are drawing noise; told from the two, "
        f"from {DRAWING:g} m up"
    )  # fmt: skip

    @property
    def rounding_width(self) -> float:
        """Metres up to which two drawings of a border are one: `edge`, and what doubles resolve."""
        return max(self.edge, RESOLUTION)


@dataclass(frozen=True)
class Sizes:
    """Sizes beyond which input is refused unread, so that no file can take the machine."""

    file_mb: float = _limit(200, "MB", "a layer's file")
    features: float = _limit(50_000, "features", "a layer")
    vertices: float = _limit(20_000_000, "vertices", "a layer")
    fields: float = _limit(5_000, "fields", "a layer")
    layers: float = _limit(300, "layers", "a file")
    archive_entries: float = _limit(50, "entries", "a zip archive")
    archive_mb: float = _limit(1024, "MB", "a zip archive or GeoParquet file, inflated")
    archive_ratio: float = _limit(100, "times", "what a zip archive grows by")
    table_mb: float = _limit(10, "MB", "a crosswalk or table of figures")
    table_rows: float = _limit(200_000, "rows", "a crosswalk or table of figures")
    cell: float = _limit(10_000, "characters", "a cell of a table")
    table_columns: float = _limit(1_000, "columns", "a crosswalk or table of figures")
    xlsx_mb: float = _limit(100, "MB", "a workbook, inflated")
    xlsx_cells: float = _limit(
        1_000_000, "cells", "a workbook, blank ones up to its last row and column among them"
    )
    xlsx_entries: float = _limit(2_000, "parts", "a workbook")


def any_size() -> Sizes:
    """Return sizes without those that only keep uploads from taking a server.

    What stays tells files that were made to harm from those that are large.
    """
    return Sizes(file_mb=math.inf, features=math.inf, vertices=math.inf, archive_mb=math.inf)


def parse(texts: Iterable[str], sizes: Sizes | None = None) -> tuple[Limits, Sizes]:
    """Read limits as the command line gives them, ``NAME=VALUE``.

    Parameters
    ----------
    texts
        What was given.
    sizes
        Those that hold where nothing was given.

    Raises
    ------
    UsageError
        If there is no such limit, or its value is no number from 0.
    """
    limits, sizes = Limits(), sizes or Sizes()
    names = {f.name for f in fields(Limits)}
    known = names | {f.name for f in fields(Sizes)}
    for text in texts:
        name, _, value = text.partition("=")
        if name not in known:
            raise UsageError(sentence("usage.no_limit", text=text))
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not 0 <= number < float("inf"):
            raise UsageError(sentence("usage.limit", text=text))
        if name in names:
            limits = replace(limits, **{name: number})
        else:
            sizes = replace(sizes, **{name: number})
    return limits, sizes


def describe() -> Iterator[tuple[str, float, str, str]]:
    """Yield name, default, unit and meaning of every limit; of `drawing`, its least default."""
    for one in (*fields(Limits), *fields(Sizes)):
        default = DRAWING if one.default is None else float(one.default)  # type: ignore[arg-type]
        yield one.name, default, one.metadata["unit"], one.metadata["meaning"]
