"""Names of fields and values of columns in formats that have rules of their own for them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from geo_merge.vocabulary.cells import flat_cell
from geo_merge.vocabulary.codes import text_of
from geo_merge.vocabulary.fields import free_name

_INT64 = 2**63


def distinct_names(columns: Iterable[str]) -> dict[str, str]:
    """Return names that differ in more than case, as SQL wants them: ``code``, ``CODE_2``."""
    result: dict[str, str] = {}
    for column in columns:
        result[column] = free_name(column, list(result.values()))
    return result


def one_kind(values: pd.Series) -> pd.Series:
    """Return a column that every format can hold: numbers, truth values, times, or else texts.

    A column of objects keeps its numbers and truth values only if there is nothing else in it.
    """
    if pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_complex_dtype(values):
        unsigned = pd.api.types.is_unsigned_integer_dtype(values.dtype)
        if not unsigned or not (values >= _INT64).any():
            return values
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values
    if isinstance(values.dtype, pd.StringDtype):
        return values.astype(object).where(values.notna(), None)
    found = values.tolist()
    there = [value for value in found if not is_blank(value)]
    if there and all(isinstance(value, bool | np.bool_) for value in there):
        return pd.Series([None if is_blank(v) else bool(v) for v in found], index=values.index,
                         dtype="boolean")  # fmt: skip
    if there and all(_is_whole(value) and abs(value) < _INT64 for value in there):
        return pd.Series([None if is_blank(v) else int(v) for v in found], index=values.index,
                         dtype="Int64")  # fmt: skip
    texts = [None if is_blank(v) else text_cell(v) for v in found]
    return pd.Series(texts, index=values.index, dtype=object)


def is_blank(value: Any) -> bool:  # noqa: ANN401 - whatever a cell holds
    """Tell whether a cell holds nothing."""
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def _is_whole(value: Any) -> bool:  # noqa: ANN401 - whatever a cell holds
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def text_cell(value: Any) -> str:  # noqa: ANN401 - whatever a cell holds
    """Return a cell as text: lists with semicolons, objects as JSON, bytes in hexadecimal."""
    if isinstance(value, str):
        return value
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple) and not any(isinstance(v, list | dict) for v in value):
        return str(flat_cell([text_cell(v) for v in value]))
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return text_of(value)
