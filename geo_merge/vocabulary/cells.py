"""Cells of tables: texts that no spreadsheet takes for formulas, and lists as one text."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

LIST_SEPARATOR = "; "
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(value: Any) -> Any:  # noqa: ANN401 - whatever a cell holds
    """Return a cell that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def flat_cell(value: Any) -> Any:  # noqa: ANN401 - whatever a cell holds
    """Return a list as one text, and anything else as it is."""
    return LIST_SEPARATOR.join(map(str, value)) if isinstance(value, list) else value


def _csv_cell(value: Any) -> Any:  # noqa: ANN401 - whatever a cell holds
    if type(value) is float or type(value) is int:
        return value
    return "" if value is None else harmless(flat_cell(value))


def csv_bytes(columns: Mapping[str, Sequence[Any]]) -> bytes:
    """Return a table as UTF-8 CSV; what is None is an empty cell."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(map(harmless, columns))
    cells = [list(map(_csv_cell, column)) for column in columns.values()]
    writer.writerows(zip(*cells, strict=True))
    return buffer.getvalue().encode("utf-8")
