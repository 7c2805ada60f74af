"""Attributes of features, by name and row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Attributes:
    """Attributes of features.

    Attributes
    ----------
    rows
        Properties of each feature, by name.
    ids
        What stands beside the properties of each feature to know it by, None where nothing does;
        None if no feature has one.
    """

    rows: Sequence[dict[str, Any]]
    ids: Sequence[Any] | None = None

    def take(self, begin: int, end: int) -> Attributes:
        """Return those of some features."""
        return Attributes(self.rows[begin:end], None if self.ids is None else self.ids[begin:end])


def rows_of(columns: Mapping[str, Sequence[Any]], begin: int, end: int) -> list[dict[str, Any]]:
    """Return columns row by row, from one number to another."""
    if not columns:
        return [{} for _ in range(begin, end)]
    rows = zip(*(values[begin:end] for values in columns.values()), strict=True)
    return [dict(zip(columns, row, strict=True)) for row in rows]
