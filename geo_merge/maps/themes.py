"""The ways to colour a map: which figure, what it counts, of which year, and by which colours.

The page makes the classes itself, for the side that is looked at; only limits with a meaning of
their own stand here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from geo_merge.maps.told import sources
from geo_merge.merging.result import MergeResult
from geo_merge.texts import LANGUAGES, Language, number, say

# ColorBrewer's YlGnBu and PuOr, both marked as safe for colour-blind readers (colorbrewer2.org).
SEQUENTIAL = ("#ffffcc", "#c7e9b4", "#7fcdbb", "#41b6c4", "#2c7fb8", "#253494")
DIVERGING = ("#b35806", "#f1a340", "#fee0b6", "#f7f7f7", "#d8daeb", "#998ec3", "#542788")
# Per cent by which an area differs from the declared one: 1 is the limit of the check D01.
_DECLARED_BREAKS = [-10.0, -3.0, -1.0, 1.0, 3.0, 10.0]
_GROWTH_BREAKS = [1.01, 2.0, 3.0, 5.0, 10.0]
_MEMBER_BREAKS = [2.0, 3.0, 4.0, 5.0, 7.0]
# Rules by which figures of old units are figures of new ones.
_COUNTED = {"sum", "area"}
_NAMED = 3  # files that a legend names

Theme = dict[str, Any]


def fields(result: MergeResult) -> dict[str, str]:
    """Return further fields of a layer that count something, by the name that the map gives them.

    The people are a theme of their own.
    """
    rules = result.provenance.get("rules", {})
    people = {source.get("fields", {}).get("population")
              for source in result.provenance.get("sources", [])}  # fmt: skip
    names = [name for name, rule in rules.items()
             if rule in _COUNTED and name != "population" and name not in people
             and name in result.old and name in result.new]  # fmt: skip
    return {f"field_{k}": name for k, name in enumerate(names)}


def themes(result: MergeResult, before: pd.DataFrame, after: pd.DataFrame) -> list[Theme]:
    """Return the ways to colour a map, of those whose figures are known.

    Parameters
    ----------
    result
        The result.
    before, after
        What the map says of the units of both sides.

    Returns
    -------
    list of dict
        ``id``, and for figures ``field, unit, digits, palette``; ``breaks`` if they are given,
        ``zero`` if zero is a figure apart, ``begun`` if the first class is told from its least
        figure on, ``counts`` if people or things are counted, and what is
        known of ``year`` and, by language, of ``source``.
    """
    found = [{"id": "units"}, *_made(result)]
    return [theme for theme in found
            if "field" not in theme or _is_known(theme["field"], before, after)]  # fmt: skip


def subject(theme: Theme, t: Callable[..., str]) -> str:
    """Return what the figures of a theme are, and of which year; `t` returns a text of the map."""
    told = t(f"map.legend_{theme.get('text') or theme['id']}", **theme.get("words", {}))
    return f"{told} · {theme['year']}" if theme.get("year") else told


def _made(result: MergeResult) -> Iterator[Theme]:
    summary = result.summary
    people = _known(summary.get("population_year"), summary.get("population_field"),
                    _files_with_people(result))  # fmt: skip
    source = summary.get("declared_source")
    declared = _known(summary.get("declared_year"), None, [source] if source else [])
    yield {**_theme("members", "member_count", "", 0), "breaks": _MEMBER_BREAKS, "whole": True}
    yield _theme("area", "area_km2", "km2", 1)
    yield {**_theme("population", "population", "people", 0), "zero": True, "counts": True,
           **people}  # fmt: skip
    yield {**_theme("density", "density", "per_km2", 0), "zero": True, **people}
    yield {**_theme("declared_population", "declared_population", "people", 0), "zero": True,
           "counts": True, **declared}  # fmt: skip
    for name, label in fields(result).items():
        yield {**_theme(name, name, "", 2), "zero": True, "counts": True, "text": "field",
               "words": {"field": label}, **_known(None, label, sources(result))}  # fmt: skip
    yield {**_theme("growth", "growth", "times", 2), "breaks": _GROWTH_BREAKS, "begun": True}
    yield {**_theme("declared", "declared_percent", "percent", 0), "breaks": _DECLARED_BREAKS,
           "palette": DIVERGING, **declared}  # fmt: skip


def _files_with_people(result: MergeResult) -> list[str]:
    """Return the files that tell of people; all, where none says which of them do."""
    every = result.provenance.get("sources", [])
    telling = {source.get("source") for source in every if "population" in source.get("fields", {})}
    return [name for name in sources(result) if name in telling] or sources(result)


def _known(year: int | None, field: str | None, files: list[str]) -> Theme:
    """Return what is known of the year of figures, and the words that say where they are from."""
    told: Theme = {"year": year} if year else {}
    if files:
        told["source"] = {language: _source(field, files, language) for language in LANGUAGES}
    return told


def _source(field: str | None, files: list[str], language: Language) -> str:
    named, more = ", ".join(files[:_NAMED]), len(files) - _NAMED
    if more > 0:
        named = say("map.from_more", language, files=named, more=number(more, language))
    if not field:
        return say("map.from_files", language, files=named)
    return say("map.from_field", language, field=field, files=named)


def _theme(name: str, field: str, unit: str, digits: int) -> Theme:
    return {"id": name, "field": field, "unit": unit, "digits": digits, "palette": SEQUENTIAL}


def _is_known(field: str, *frames: pd.DataFrame) -> bool:
    return any(np.isfinite(frame[field].to_numpy(float)).any()
               for frame in frames if field in frame)  # fmt: skip
