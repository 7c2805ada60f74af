"""JSON read by simdjson where it is installed, else by Python: the same values either way.

simdjson hands out numbers of long lists as one buffer, which takes a fifth of the time; but its
wheels come months after a new Python.
"""

from __future__ import annotations

import codecs
import importlib
import json
from collections import Counter
from typing import Any

import numpy as np

from geo_merge.geometry.rings import Floats

simdjson: Any
try:
    simdjson = importlib.import_module("simdjson")
except ImportError:
    simdjson = None

_OBJECT: tuple[type, ...] = (dict,) if simdjson is None else (dict, simdjson.Object)
_ARRAY: tuple[type, ...] = (list,) if simdjson is None else (list, simdjson.Array)


class Doubled(dict[str, Any]):
    """An object that has a member twice, of which Python keeps the last.

    Attributes
    ----------
    written
        Names of its members, as they come in the text.
    """

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.written = tuple(name for name, _ in pairs)


def parse(data: bytes) -> Any:  # noqa: ANN401 - whatever JSON knows
    """Return what a text in UTF-8 holds, also numbers and texts that simdjson has no room for.

    Raises
    ------
    UnicodeDecodeError
        If it is not UTF-8.
    ValueError, RecursionError
        If it is no JSON, or nested too deeply.
    """
    data = data.removeprefix(codecs.BOM_UTF8)
    if simdjson is not None:
        try:
            return simdjson.Parser().parse(data)
        except UnicodeDecodeError:
            raise
        except (ValueError, RuntimeError):
            pass
    return json.loads(data.decode(), object_pairs_hook=_object)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else Doubled(pairs)


def is_object(value: object) -> bool:
    """Tell whether a value is an object of JSON."""
    return isinstance(value, _OBJECT)


def is_array(value: object) -> bool:
    """Tell whether a value is an array of JSON."""
    return isinstance(value, _ARRAY)


def members(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - an object of either reader
    """Return the names of the members of an object, one that it has twice also twice."""
    return value.written if isinstance(value, Doubled) else tuple(value.keys())


def doubled(value: object) -> str | None:
    """Return the name of a member that an object has twice; which of the two is read is chance."""
    names = members(value) if is_object(value) else ()
    if len(set(names)) == len(names):
        return None
    return next(name for name, times in Counter(names).items() if times > 1)


def plain(value: Any) -> Any:  # noqa: ANN401 - whatever JSON knows
    """Return a value as Python has it."""
    if isinstance(value, dict | list):
        return value
    if is_object(value):
        return value.as_dict()
    return value.as_list() if is_array(value) else value


def text_of(value: Any) -> bytes:  # noqa: ANN401 - whatever JSON knows
    """Return a value as JSON."""
    mini = getattr(value, "mini", None)  # of what simdjson has parsed
    return json.dumps(value).encode() if mini is None else bytes(mini)


def positions(array: Any) -> Floats:  # noqa: ANN401 - an array of either reader
    """Return an array of positions as numbers, shape (n, 2) or (n, 3).

    Raises
    ------
    ValueError
        If it is empty, or not made of positions with two or with three finite numbers.
    """
    if not len(array) or not (is_array(array[0]) and is_array(array[len(array) - 1])):
        raise ValueError("positions")
    width = len(array[0])
    numbers = _of_lists(array) if isinstance(array, list) else _of_buffer(array)
    if width not in {2, 3} or len(numbers) != len(array) * width:
        raise ValueError("positions with two or with three numbers")
    return numbers.reshape(-1, width)


def _of_buffer(array: Any) -> Floats:  # noqa: ANN401 - simdjson's array
    if len(array[0]) != len(array[len(array) - 1]):
        raise ValueError("positions of one width")
    try:
        return np.frombuffer(array.as_buffer(of_type="d"))
    except TypeError as error:
        raise ValueError("numbers") from error


def _of_lists(array: list[Any]) -> Floats:
    """Return the numbers of positions; nothing that is no number is made one."""
    if set(map(type, array)) != {list} or len(set(map(len, array))) != 1:
        raise ValueError("positions of one width")
    flat = [number for position in array for number in position]
    if not set(map(type, flat)) <= {int, float}:
        raise ValueError("numbers")
    try:
        numbers = np.array(flat, dtype=float)
    except OverflowError as error:
        raise ValueError("numbers with room") from error
    if not np.isfinite(numbers).all():
        raise ValueError("finite numbers")
    return numbers
