"""Sentences as data: a kind and its values, written in a language where they are read.

The kinds stand in ``sentences/*.toml``, a table a check: its severity, whose units it names, its
titles, and in tables below it the sentences that it can say, each with what to do, in both
languages. ``sentences/words.toml`` has parts of sentences that several checks share.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from numbers import Number
from typing import Any, Self

from geo_merge.geometry.widths import told_metres

ENGLISH = "en"
# Besides English, in which every sentence is made.
OTHER_LANGUAGES = ("vi",)
LANGUAGES = (ENGLISH, *OTHER_LANGUAGES)
_DECIMAL_COMMA = str.maketrans(",.", ".,")
_METRES = "metres"  # as a format: with the digits that mean something


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


def hint_of(told: Sentence) -> Sentence | str:
    """Return what to do about what a sentence tells; empty if there is nothing to do."""
    if "hint" not in row_of(told.kind):
        return ""
    return sentence(f"{told.kind}:hint", **told.values)


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


@cache
def row_of(kind: str) -> dict[str, Any]:
    """Return what is known of a kind of sentence, or of a check: the check's where it has none.

    Returns
    -------
    dict
        ``severity``, ``about`` (old, new, or file for what names no units), ``title`` and
        ``hint`` by language, and the sentence under its language.
    """
    check, _, name = kind.partition(".")
    table = _tables(check[0] if check[0].isupper() else check)[check]
    shared = ("severity", "about", "title", "hint")
    own: dict[str, Any] = {key: table[key] for key in shared if key in table}
    return {**own, **table[name]} if name else own


@cache
def titles() -> dict[str, dict[str, str]]:
    """Return what every check is about, by its id and by language."""
    return {
        check: row["title"]
        for name in _names()
        for check, row in _tables(name).items()
        if "title" in row
    }


def title_of(check: str, language: str) -> str:
    """Return what a check is about as a heading; empty if there is no such check."""
    title = titles().get(check, {}).get(language, "")
    return title[:1].upper() + title[1:]


def kinds() -> dict[str, list[str]]:
    """Return the kinds of sentences of every check, and of the words that they share."""
    return {
        check: [f"{check}.{key}" for key, value in table.items() if "en" in value and key not in
                {"title", "hint"}]
        for name in _names()
        for check, table in _tables(name).items()
    }  # fmt: skip


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever is told
    return value if isinstance(value, Number | Sequence) else str(value)


@cache
def _names() -> tuple[str, ...]:
    folder = files(__package__) / "sentences"
    return tuple(sorted(file.name.removesuffix(".toml") for file in folder.iterdir()))


@cache
def _tables(name: str) -> dict[str, dict[str, Any]]:
    file = files(__package__) / "sentences" / f"{name}.toml"
    return tomllib.loads(file.read_text("utf-8"))


def _write(kind: str, values: Mapping[str, Any], language: str) -> str:
    name, _, part = kind.partition(":")
    row = row_of(name)
    template: str = row[part][language] if part else row[language]
    return _WRITERS[language].vformat(template, (), values)


class _Writer(string.Formatter):
    """Fills in the values of a sentence as a language writes them.

    Beside Python's formats there are ``{n:unit|units}``, the word that agrees with a number,
    ``{m:metres}``, and of a list what stands between its parts, a comma by default.
    """

    def __init__(self, language: str) -> None:
        self.language = language

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401
        """Return a value as text."""
        if isinstance(value, str):
            return said(value, self.language)
        if isinstance(value, Sequence):
            return (format_spec or ", ").join(said(part, self.language) for part in value)
        if "|" in format_spec:
            return str(format_spec.split("|")[value != 1])
        text = told_metres(value) if format_spec == _METRES else f"{value:{format_spec}}"
        return text if self.language == ENGLISH else text.translate(_DECIMAL_COMMA)


_WRITERS = {language: _Writer(language) for language in LANGUAGES}
