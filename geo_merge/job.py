"""A merger from files to result: what the command line and the page both run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo_merge.errors import GeoMergeError, UsageError
from geo_merge.layers import read_units
from geo_merge.models import MergeResult
from geo_merge.pipeline import merge
from geo_merge.tables import read_crosswalk, read_table

Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Job:
    """Files and options of a merger; see `layers.read_units` and `pipeline.merge` for each."""

    old: tuple[Path, ...]
    crosswalk: Path | None = None
    reference: Path | None = None
    declared: Path | None = None
    crs: str | None = None
    encoding: str | None = None
    code_field: str | None = None
    name_field: str | None = None
    layer: str | None = None
    rules: Mapping[str, str] = field(default_factory=dict)

    @property
    def inputs(self) -> list[Path]:
        """All files that are read."""
        more = (self.crosswalk, self.reference, self.declared)
        return [*self.old, *(path for path in more if path is not None)]

    @property
    def options(self) -> dict[str, Any]:
        """What the manifest says of the options."""
        return {"crs": self.crs, "encoding": self.encoding, "code_field": self.code_field,
                "name_field": self.name_field, "layer": self.layer,
                "rules": dict(self.rules)}  # fmt: skip

    def read(self) -> tuple[gpd.GeoDataFrame, pd.DataFrame | None]:
        """Read the layer and the crosswalk.

        Raises
        ------
        GeoMergeError
            With the problems of both together.
        """
        units = table = None
        problems: list[str] = []
        try:
            units = read_units(
                *self.old, code_field=self.code_field, name_field=self.name_field,
                layer=self.layer, crs=self.crs, encoding=self.encoding,
            )  # fmt: skip
        except GeoMergeError as error:
            problems += error.problems
        try:
            if self.crosswalk is not None:
                table = read_crosswalk(self.crosswalk, encoding=self.encoding)
        except GeoMergeError as error:
            problems += error.problems
        if problems or units is None:
            raise GeoMergeError(problems)
        return units, table

    def read_reference(self, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame | None:
        """Read the reference boundaries in the CRS of the units."""
        if self.reference is None:
            return None
        return read_units(self.reference, crs=self.crs, target_crs=units.crs)

    def read_declared(self) -> pd.DataFrame | None:
        """Read the table of published figures."""
        return None if self.declared is None else read_table(self.declared, encoding=self.encoding)

    def run(self, say: Progress = lambda _: None) -> MergeResult:
        """Read everything and merge.

        Raises
        ------
        GeoMergeError
            If an input cannot be used; see `pipeline.merge`.
        """
        say("Reading")
        units, table = self.read()
        if table is None:
            raise UsageError(
                "There is no crosswalk; say what became of each unit with --crosswalk."
            )
        return merge(
            units, table, reference=self.read_reference(units), declared=self.read_declared(),
            rules=self.rules, progress=say,
        )  # fmt: skip
