"""Thresholds of the checks and sizes of the input: every number that a user may change."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any

from geo_merge.errors import UsageError
from geo_merge.vocabulary.sentence import Sentence, sentence

# Metres. In the planes of countries a double tells places a nanometre apart, the overlay of two
# polygons some hundred: what is thinner has no width that could be told.
RESOLUTION = 1e-6
# Metres: half a millimetre, the plotting accuracy of a map, on one of 1:100,000.
DRAWING = 50.0
_SIGNS = {"m", "m²", "MB"}  # of units, the same in every language


def _limit(default: float | None, unit: str) -> Any:  # noqa: ANN401 - a dataclass field
    return field(default=default, metadata={"unit": unit})


@dataclass(frozen=True)
class Limits:
    """Thresholds of the checks; ``sentences/limit.toml`` says what each means."""

    narrow: float = _limit(0.10, "m")
    hole: float = _limit(10.0, "m")
    rounding: float = _limit(1.2, "m")
    edge: float = _limit(1e-3, "m")
    vertex: float = _limit(10_000.0, "m²")
    inlet: float = _limit(1.0, "m")
    spike: float = _limit(1.0, "m")
    tiny: float = _limit(1.0, "m²")
    tiny_part: float = _limit(100.0, "m²")
    far: float = _limit(50_000.0, "m")
    parent: float = _limit(10_000.0, "m")
    declared: float = _limit(0.01, "share")
    reference: float = _limit(0.001, "share")

    # None: what the two drawings themselves show, see `compare.apart`.
    drawing: float | None = _limit(None, "m")

    @property
    def rounding_width(self) -> float:
        """Metres up to which two drawings of a border are one: `edge`, and what doubles resolve."""
        return max(self.edge, RESOLUTION)


@dataclass(frozen=True)
class Sizes:
    """Sizes beyond which input is refused unread, so that no file can take the machine."""

    file_mb: float = _limit(200, "MB")
    features: float = _limit(50_000, "features")
    vertices: float = _limit(20_000_000, "vertices")
    fields: float = _limit(5_000, "fields")
    layers: float = _limit(300, "layers")
    archive_entries: float = _limit(50, "entries")
    archive_mb: float = _limit(1024, "MB")
    archive_ratio: float = _limit(100, "times")
    table_mb: float = _limit(10, "MB")
    table_rows: float = _limit(200_000, "rows")
    cell: float = _limit(10_000, "characters")
    table_columns: float = _limit(1_000, "columns")
    xlsx_mb: float = _limit(100, "MB")
    xlsx_cells: float = _limit(1_000_000, "cells")
    xlsx_entries: float = _limit(2_000, "parts")


def any_size() -> Sizes:
    """Return sizes without those that only keep uploads from taking a server.

    What stays tells files that were made to harm from those that are large.
    """
    return Sizes(file_mb=math.inf, features=math.inf, vertices=math.inf, archive_mb=math.inf)


def no_sizes() -> Sizes:
    """Return sizes that refuse nothing: for files that were held to theirs before."""
    return Sizes(**{f.name: math.inf for f in fields(Sizes)})


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


def describe() -> Iterator[tuple[str, float, str, Sentence]]:
    """Yield name, default, unit and meaning of every limit; of `drawing`, its least default.

    A unit that is a word is a sentence; see ``sentences/limit.toml``.
    """
    for one in (*fields(Limits), *fields(Sizes)):
        default = DRAWING if one.default is None else float(one.default)  # type: ignore[arg-type]
        unit = one.metadata["unit"]
        told = unit if unit in _SIGNS else sentence(f"limit.of_{unit}")
        values = {"metres": DRAWING} if one.name == "drawing" else {}
        yield one.name, default, told, sentence(f"limit.{one.name}", **values)
