"""Sentences as data: a kind and its values, written in a language where they are read.

The kinds stand in ``vocabulary/sentences/*.toml``, a table a check; `vocabulary.sentence` says what
else is known of a check there.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from numbers import Number
from typing import Any, Self

from geo_merge.wording.calling import UNITS, Called

ENGLISH = "en"
# Besides English, in which every sentence is made.
OTHER_LANGUAGES = ("vi",)
LANGUAGES = (ENGLISH, *OTHER_LANGUAGES)
_DECIMAL_COMMA = str.maketrans(",.", ".,")
_LONG, _END = 2_000, 400  # characters of a text, as a name, that are told, and of its end
_NOTHING = re.compile(r"-[0.,]+")  # that is −0.004 with two decimals
_METRES = "metres"  # as a format: with the digits that mean something
# Metres from which on a width or distance is told without decimals.
_WHOLE = 100.0
# Metres under which three digits would be written with a power of ten.
_SMALL = 1e-4
_CALLED = "called"  # the value of a sentence that says what units are called in it


class Sentence(str):
    """A sentence in English that can be said in other languages too; see `sentence`.

    Attributes
    ----------
    kind
        Which of the sentences of a check it is, as ``C02.gap``; empty if it was read from a file.
    values
        What it tells: numbers, names, or sentences in turn; if it was read from a file, the texts
        of the other languages.
    """

    __slots__ = ("kind", "values")
    kind: str
    values: Mapping[str, Any]

    def __new__(cls, text: str, kind: str = "", values: Mapping[str, Any] | None = None) -> Self:
        """Return a text with its kind and values."""
        made = super().__new__(cls, text)
        made.kind, made.values = kind, dict(values or {})
        return made


def sentence(kind: str, /, **values: Any) -> Sentence:  # noqa: ANN401 - whatever is told
    """Return a sentence of a kind.

    Parameters
    ----------
    kind
        The check and which of its sentences, as ``C02.gap``; with ``:hint`` behind, what to do.
    values
        What stands in its ``{braces}``. Numbers are written as the language writes them; what is
        in a list is joined with commas; all else, as a path or an error, is told as its text.
    """
    plain = {name: _plain(value) for name, value in values.items()}
    return Sentence(_write(kind, plain, ENGLISH), kind, plain)


def said(text: str, language: str) -> str:
    """Return a sentence in a language; a text that is no `Sentence` as it stands."""
    if language == ENGLISH or not isinstance(text, Sentence):
        return str(text)
    if not text.kind:
        return str(text.values.get(language) or text)
    return _write(text.kind, text.values, language)


def reworded(text: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401 - as in `sentence`
    """Return a sentence whose texts are changed, as names of files are, in all languages."""
    if isinstance(text, Sentence) and text.kind:
        return sentence(text.kind, **{k: reworded(v, change) for k, v in text.values.items()})
    if isinstance(text, list | tuple):
        return [reworded(part, change) for part in text]
    return change(text) if isinstance(text, str) else text


def with_words(text: Any, called: Called) -> Any:  # noqa: ANN401 - as in `sentence`
    """Return a sentence that calls units as a layer does, in all languages; see `calling`.

    Parts of it that know better keep their own words.
    """
    if not called:
        return text
    if isinstance(text, Sentence) and text.kind:
        values = {name: with_words(value, called) for name, value in text.values.items()}
        return sentence(text.kind, **{_CALLED: called, **values})
    if isinstance(text, list | tuple):
        return [with_words(part, called) for part in text]
    return text


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever is told
    if isinstance(value, Exception):  # what a library says may be of several lines
        return " ".join(str(value).split())
    return value if isinstance(value, Number | Sequence | Called) else str(value)


def names_of_tables() -> list[str]:
    """Return the names of the files of sentences: a letter of checks, or what they are about."""
    return sorted(file.name.removesuffix(".toml") for file in _folder().iterdir())


@cache
def table_of(name: str) -> dict[str, dict[str, Any]]:
    """Return the rows of a file of sentences, by check."""
    return tomllib.loads((_folder() / f"{name}.toml").read_text("utf-8"))


def rows_under(check: str) -> dict[str, Any]:
    """Return what stands under a check, or under the name of words that several share."""
    return table_of(check[0] if check[0].isupper() else check)[check]


def _folder() -> Traversable:
    return files("geo_merge") / "vocabulary" / "sentences"


def _write(kind: str, values: Mapping[str, Any], language: str) -> str:
    called: Called = values.get(_CALLED, UNITS)
    template = called.in_text(_template(kind, language), language)
    return _WRITERS[language].vformat(template, (), values)


@cache
def _template(kind: str, language: str) -> str:
    name, _, part = kind.partition(":")
    check, _, own = name.partition(".")
    rows = rows_under(check)
    row = {**rows, **rows[own]} if own else rows
    return str(row[part][language] if part else row[language])


def told_metres(metres: float) -> str:
    """Return a width or distance with the digits that mean something: 0.0123, 45.6, 1,810."""
    if metres < _SMALL:
        return f"{metres:.6f}".rstrip("0").rstrip(".")
    return f"{metres:,.0f}" if metres >= _WHOLE else f"{metres:.3g}"


def with_minus(number: str) -> str:
    """Return a number that is written for people with the minus of typesetters, and 0 without."""
    if not number.startswith("-"):
        return number
    return number[1:] if _NOTHING.fullmatch(number) else f"−{number[1:]}"


def agreeing(number: object, words: str) -> str:
    """Return the word that agrees with a number, of ``unit|units``; the number may be written."""
    one, more = words.split("|")
    return one if str(number) in {"1", "1.0"} else more


class _Writer(string.Formatter):
    """Fills in the values of a sentence as a language writes them.

    Beside Python's formats there are ``{n:unit|units}``, the word that agrees with a number,
    ``{m:metres}``, and of a list what stands between its parts, a comma by default.
    """

    def __init__(self, language: str) -> None:
        self.language = language

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401
        """Return a value as text."""
        if "|" in format_spec and not isinstance(value, list | tuple):
            return agreeing(value, format_spec)
        if isinstance(value, str):
            return self._said(value)
        if isinstance(value, Sequence):
            return (format_spec or ", ").join(map(self._said, value))
        text = told_metres(value) if format_spec == _METRES else f"{value:{format_spec}}"
        text = with_minus(text)
        return text if self.language == ENGLISH else text.translate(_DECIMAL_COMMA)

    def _said(self, value: str) -> str:
        """Return a text; of one that nobody would read, and that is no sentence, both its ends."""
        text = said(value, self.language)
        whole = isinstance(value, Sentence) or len(text) <= _LONG
        return text if whole else f"{text[: _LONG - _END]} … {text[-_END:]}"


_WRITERS = {language: _Writer(language) for language in LANGUAGES}
