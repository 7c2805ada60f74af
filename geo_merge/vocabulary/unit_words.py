"""What the units of a layer are called, by what it says itself: types, else names of fields.

Nothing is guessed: the new units of a merger are called as the old ones only if these go on in
them, one under the code of a member, or half of them under their old names alone: communes may also
become counties, and a county may have the name of its chief town.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from geo_merge.vocabulary.codes import fold_name
from geo_merge.vocabulary.fields import every_name, fold_field
from geo_merge.vocabulary.part_of import is_land
from geo_merge.wording.calling import UNITS, Called, UnitWord

SIDES = ("before", "after")
_TELLING = ("code", "name")  # roles of fields whose names may say what units are


@cache
def _table() -> dict[str, dict[str, Any]]:
    file = files("geo_merge.vocabulary").joinpath("unit_words.toml")
    return tomllib.loads(file.read_text("utf-8"))


@cache
def _by_type() -> dict[str, str]:
    return {
        fold_name(text): key
        for key, row in _table().items()
        for text in (*row["en"], *row.get("types", ()))
    }


@cache
def _by_field() -> dict[str, str]:
    return {
        field: key for key, row in _table().items() for field in every_name(row.get("fields", ()))
    }


def word_of_types(types: Iterable[object]) -> str | None:
    """Return which word fits units of these types, if all that have one have the same."""
    told = {fold_name(str(text)) for text in types if text} - {""}
    words = {_by_type().get(text) for text in told}
    return words.pop() if len(words) == 1 else None


def word_of_fields(fields: Iterable[str]) -> str | None:
    """Return which word the names of fields say, if all that say one say the same."""
    words = {key for field in fields if (key := _by_field().get(fold_field(field)))}
    return words.pop() if len(words) == 1 else None


def word_of_layer(units: pd.DataFrame, sources: Sequence[Mapping[str, Any]]) -> str | None:
    """Return which word fits the units of a layer.

    Parameters
    ----------
    units
        With ``unit_type``; pieces of land tell nothing.
    sources
        What was read, with the ``fields`` of each role.
    """
    typed = word_of_types(units.loc[~is_land(units), "unit_type"]) if "unit_type" in units else None
    if typed is not None:
        return typed
    told = [s["fields"][role] for s in sources for role in _TELLING if role in s.get("fields", {})]
    return word_of_fields(told)


def words_of_merger(
    old: pd.DataFrame, new: pd.DataFrame, sources: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """Return which word fits the units before and after a merger; neither where nothing tells.

    Parameters
    ----------
    old
        Old units with ``code`` as index, ``unit_type`` and ``new_code``.
    new
        New units, indexed by code, with ``unit_type``.
    sources
        What was read.
    """
    before, after = word_of_layer(old, sources), word_of_types(new["unit_type"])
    if _go_on(old, new):
        typed = new["unit_type"].astype(bool).any()
        before, after = before or after, after if typed else after or before
    words = {"before": before, "after": after}
    return {side: word for side, word in words.items() if word is not None}


def _go_on(old: pd.DataFrame, new: pd.DataFrame) -> bool:
    """Tell whether old units go on in new ones, so that both are of one kind."""
    units = old[~is_land(old)]
    codes, news = units.index.astype(str), units["new_code"].astype(str)
    if (codes == news).any():
        return True
    alone = ~news.duplicated(keep=False).to_numpy()
    names = news.map(new["name"]).astype(str).map(fold_name)
    same = alone & (units["name"].astype(str).map(fold_name) == names).to_numpy()
    return 2 * int(same.sum()) >= max(len(new), 1)


def called_of(words: Mapping[str, str] | None) -> Called:
    """Return how the units of a merger are called: by the words that its summary has."""
    if not words:
        return UNITS
    return Called(*(_word(words.get(side)) for side in SIDES))


def called_in_layer(word: str | None) -> Called:
    """Return how the units of a layer by itself are called."""
    return Called(_word(word), _word(word))


def _word(key: str | None) -> UnitWord | None:
    row = _table().get(key or "")
    if row is None:
        return None
    one, several = row["en"]
    return UnitWord(one, several, row["vi"])
