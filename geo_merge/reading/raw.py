"""A layer as its file has it, and the sizes beyond which it is refused unread."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd

from geo_merge.errors import LayerError
from geo_merge.vocabulary.attributes import Attributes, rows_of
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.plain_values import plain_columns
from geo_merge.vocabulary.sentence import sentence


@dataclass(frozen=True)
class RawLayer:
    """A layer as its file has it.

    Attributes
    ----------
    frame
        Attributes as text, numbers and dates; the geometry and CRS of the file.
    source
        File name, with the layer where a file has several.
    findings
        What had to be decided to read it.
    crs_hint
        Where the CRS should have been, as ``communes.prj is missing``.
    closed
        Rows (from 0) with a ring whose last point was missing, and which was closed.
    curved
        Rows (from 0) with arcs, which are read as short straight edges.
    encoding
        The encoding that the texts were read in.
    exact
        Columns as the file has them where those of the frame are not quite: whole numbers and
        truth values with blanks are floats there.
    own
        Attributes row by row, where rows have different ones or ids; else all have the columns.
    crs_assumed
        Whether the file names no CRS and has one only because its format says so (GeoJSON: WGS 84).
    """

    frame: gpd.GeoDataFrame
    source: str
    findings: tuple[Finding, ...] = ()
    crs_hint: str = ""
    closed: tuple[int, ...] = ()
    curved: tuple[int, ...] = ()
    encoding: str = "utf-8"
    exact: Mapping[str, list[Any]] = field(default_factory=dict)
    own: Attributes | None = None
    crs_assumed: bool = False

    def columns(self) -> dict[str, list[Any]]:
        """Return the attributes as JSON knows them, by name."""
        return {**plain_columns(self.frame), **self.exact}

    def attributes(self) -> Attributes:
        """Return the attributes row by row, as the file has them."""
        return self.own or Attributes(rows_of(self.columns(), 0, len(self.frame)))


def refuse_larger(path: Path | str, what: str, size: float, largest: float, limit: str) -> None:
    """Raise LayerError (S05) if a file has more of something than it may have."""
    if size > largest:
        name = path if isinstance(path, str) else path.name
        raise LayerError(sentence("S05.larger", name=name, size=size, what=sentence(f"S05.{what}"),
                                  most=largest, limit=limit, asked=math.ceil(size)))  # fmt: skip
