"""Every text of page and map in Vietnamese and English (`texts/*.toml`), and numbers in both."""

from __future__ import annotations

import string
import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

from babel import Locale
from babel.numbers import NumberPattern, parse_pattern

from geo_merge.wording.calling import UNITS, Called
from geo_merge.wording.sentence import agreeing, with_minus

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


def _read(language: Language) -> dict[str, str]:
    """Return the texts of a language by group and name, as ``map.before``."""
    file = files("geo_merge") / "texts" / f"{language}.toml"
    groups = tomllib.loads(file.read_text("utf-8"))
    return {
        f"{group}.{name}": text for group, texts in groups.items() for name, text in texts.items()
    }


_BY_LANGUAGE = [_read(language) for language in LANGUAGES]
# key: one text a language. Keys that begin with "map." go to the map, without the "map.".
TEXTS = {key: tuple(texts[key] for texts in _BY_LANGUAGE) for key in _BY_LANGUAGE[0]}


def as_language(text: object) -> Language:
    """Return the language that a text names; Vietnamese if none."""
    return next((language for language in LANGUAGES if language == text), LANGUAGES[0])


def say(key: str, language: Language, called: Called = UNITS, /, **values: object) -> str:
    """Return a text in a language, its ``{names}`` filled in; units as they are called.

    As in sentences, ``{count:unit|units}`` is the word that agrees with a number.
    """
    text = called.in_text(TEXTS[key][LANGUAGES.index(language)], language)
    if "|" in text:
        return _AGREEING.vformat(text, (), values)
    return text.format(**values) if values else text


class _Agreeing(string.Formatter):
    def format_field(self, value: object, format_spec: str) -> str:
        """Return a value, or the word that agrees with it."""
        if "|" in format_spec:
            return agreeing(value, format_spec)
        return str(super().format_field(value, format_spec))


_AGREEING = _Agreeing()


def map_texts(called: Called = UNITS) -> dict[str, dict[str, str]]:
    """Return the texts of the map by language, units as they are called."""
    return {
        language: {
            key.removeprefix("map."): called.in_text(texts[k], language)
            for key, texts in TEXTS.items()
            if key.startswith("map.")
        }
        for k, language in enumerate(LANGUAGES)
    }


def number(value: float, language: Language, digits: int = 0) -> str:
    """Return a number as a language writes it: 4.718,61 or 4,718.61; below nothing, −3,9."""
    pattern, locale = _way_of(digits, language)
    return with_minus(str(pattern.apply(value, locale)))


@cache
def _way_of(digits: int, language: Language) -> tuple[NumberPattern, Locale]:
    """Return how a language writes numbers of so many decimals: to find it takes twice as long."""
    pattern = parse_pattern("#,##0" + ("." + "0" * digits if digits else ""))
    return pattern, Locale.parse(language)


_UNSEEN = 0.005  # per cent: what two decimals do not show


def change(before: float, after: float, language: Language) -> str:
    """Return by how much a figure changed: −68.37 %, +66.67 %, ±0.00 %; nothing if from nothing."""
    if not before:
        return ""
    percent = 100 * (after - before) / before
    sign = "−" if percent <= -_UNSEEN else "+" if percent >= _UNSEEN else "±"
    return f"{sign}{number(abs(percent), language, 2)} %"
