"""What a person asks for: a table, from which units to which; whoever asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from geo_merge.reading.table_stream import open_table
from geo_merge.recoding.origin import Origin
from geo_merge.recoding.plan import Plan, plan
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.places import Side


@dataclass(frozen=True, kw_only=True)
class Request:
    """A table to be recoded.

    Attributes
    ----------
    table
        CSV, XLSX, Parquet or a folder of Parquet.
    origin
        Where its units and what became of them are from.
    target
        The side to which its rows go.
    columns, vintage
        What a person says of the table; see `plan.plan`.
    encoding, sizes
        See `reading.table_stream.open_table`.
    decided
        Decisions of earlier runs; see `decisions.as_decisions`.
    """

    table: Path
    origin: Origin
    target: Side = Side.NEW
    columns: tuple[str, ...] = ()
    vintage: Side | None = None
    encoding: str | None = None
    sizes: Sizes = field(default_factory=Sizes)
    decided: pd.DataFrame | None = None

    def plan(self) -> Plan:
        """Return how the table will be recoded.

        Raises
        ------
        GeoMergeError
            If the table, the crosswalk or the decisions cannot be used.
        """
        known = self.origin.read(self.target)
        table = open_table(
            self.table, encoding=self.encoding, sizes=self.sizes, country=self.origin.country
        )
        return plan(table, known, self.target, columns=self.columns, vintage=self.vintage,
                    decided=self.decided)  # fmt: skip
