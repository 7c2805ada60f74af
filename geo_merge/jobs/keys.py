"""Values by which rows are grouped: what a reader cannot tell apart is one."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np

from geo_merge.errors import LayerError
from geo_merge.geometry.rings import Ints
from geo_merge.vocabulary.codes import clean_text, look_key
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.no_values import NoValue, may_be_a_place, no_value
from geo_merge.vocabulary.sentence import sentence

_SHOWN = 10
# Apostrophes, and the eth of Icelandic for a letter of Vietnamese.
_SIGNS = str.maketrans("\u2018\u2019\u02bc`\u00b4\u00f0", "'''''\u0111")
_NO_KEY = (NoValue.ERROR, NoValue.NOTHING, NoValue.ABOVE, NoValue.FATE)


def reader_key(value: Any) -> str:  # noqa: ANN401 - whatever a cell holds
    """Return the same for values that look the same; empty for what is none.

    Composed and decomposed letters, kinds of blanks, blanks around and invisible characters cannot
    be told apart, nor can a number and the text of it.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list | dict | bool):
        return json.dumps(value, sort_keys=True, default=str)
    return str(value)


def group_rows(values: Sequence[Any], field: str, source: str) -> dict[str, Ints]:
    """Return the rows of each value by its key, in the order of the first rows.

    Raises
    ------
    LayerError
        K01, if rows have no value, one of blanks alone, or what stands for none (#N/A, NULL, -).
    """
    rows: dict[str, list[int]] = {}
    for k, value in enumerate(values):
        rows.setdefault(reader_key(value), []).append(k)
    nothing = {key: own for key, own in rows.items() if _is_nothing(key)}
    if nothing:
        missing = sorted(k + 1 for own in nothing.values() for k in own)
        what = reduce(
            lambda one, other: sentence("words.or", one=one, other=other),
            (key or sentence("words.no_value_there") for key in nothing),
        )
        more = ", ..." if len(missing) > _SHOWN else ""
        raise LayerError(sentence("K01.rows_without", source=source, n=len(missing), what=what,
                                  field=field, rows=", ".join(map(str, missing[:_SHOWN])),
                                  more=more))  # fmt: skip
    return {key: np.array(own) for key, own in rows.items()}


def _is_nothing(key: str) -> bool:
    if not key:
        return True
    return not may_be_a_place(key) and no_value(key) in _NO_KEY


def spelled_differently(
    values: Sequence[Any], groups: Mapping[str, Ints], field: str
) -> Iterator[Finding]:
    """Yield the values that rows of a group spell differently, though they look the same."""
    for rows in groups.values():
        first = values[rows[0]]
        others = [k for k in rows if type(values[k]) is not type(first) or values[k] != first]
        if others:
            shown = ", ".join(str(k + 1) for k in others[:_SHOWN])
            more = ", ..." if len(others) > _SHOWN else ""
            yield Finding.of(sentence("K02.spelled", n=len(others), rows=shown, more=more,
                                      first=first, field=field, row=rows[0] + 1),
                                      units=tuple(f"row {k + 1}" for k in others),
                                      value=float(len(others)), unit_of_value="rows")  # fmt: skip


def nearly_alike(groups: Mapping[str, Ints], field: str) -> Iterator[Finding]:
    """Yield values that differ in what is easily overlooked: case, zeros, where an accent stands.

    They may be two, so they are kept apart, and told.
    """
    alike: dict[str, list[str]] = {}
    for key in groups:
        alike.setdefault(_overlooked(key), []).append(key)
    for keys in alike.values():
        if len(keys) > 1:
            rows = [int(groups[key][0]) + 1 for key in keys]
            told = sentence("K02.nearly", n=len(keys), field=field, values=keys[:_SHOWN],
                            rows=rows[:_SHOWN])  # fmt: skip
            yield Finding.of(told, units=tuple(f"row {row}" for row in rows),
                             value=float(len(keys)), unit_of_value="rows")  # fmt: skip


def _overlooked(key: str) -> str:
    """Return a value without case and kinds of signs, accents behind it: Hòa and Hoà are one."""
    parts = unicodedata.normalize("NFD", key.casefold().translate(_SIGNS))
    letters = "".join(c for c in parts if not unicodedata.combining(c))
    return look_key(letters) + "".join(sorted(c for c in parts if unicodedata.combining(c)))


def agreeing(columns: Mapping[str, Sequence[Any]], groups: Mapping[str, Ints]) -> set[str]:
    """Return the columns whose values agree within every group."""
    return {
        name
        for name, values in columns.items()
        if all(len({reader_key(values[k]) for k in rows}) == 1 for rows in groups.values())
    }
