"""What is known of a check and its sentences, which `wording.sentence` makes.

They stand in ``sentences/*.toml``, a table a check: its severity, whose units it names, its titles,
and in tables below it the sentences that it can say, each with what to do, in both languages.
``sentences/words.toml`` has parts of sentences that several checks share.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from geo_merge.wording.sentence import (
    ENGLISH,
    LANGUAGES,
    OTHER_LANGUAGES,
    Sentence,
    names_of_tables,
    reworded,
    rows_under,
    said,
    sentence,
    table_of,
    with_words,
)

__all__ = [
    "ENGLISH", "LANGUAGES", "OTHER_LANGUAGES", "Sentence", "and_more", "hint_of", "kinds",
    "reworded", "row_of", "said", "sentence", "title_of", "titles", "with_words",
]  # fmt: skip

_Told = TypeVar("_Told")


def and_more(told: _Told, more: int, of: str = "units") -> Sentence | _Told:
    """Return what is told of the first of many, and how many more there are, if there are.

    They are ``units``, ``rows`` or ``fields``, which some languages say.
    """
    return sentence(f"words.more_{of}", told=told, more=more) if more > 0 else told


def hint_of(told: Sentence) -> Sentence | str:
    """Return what to do about what a sentence tells; empty if there is nothing to do."""
    if "hint" not in row_of(told.kind):
        return ""
    return sentence(f"{told.kind}:hint", **told.values)


@cache
def row_of(kind: str) -> dict[str, Any]:
    """Return what is known of a kind of sentence, or of a check: the check's where it has none.

    Returns
    -------
    dict
        ``severity``, ``about`` (old, new, or file for what names no units), ``title`` and
        ``hint`` by language, the sentence under its language, and ``acceptable`` if a person may
        know better.
    """
    check, _, name = kind.partition(".")
    table = rows_under(check)
    shared = ("severity", "about", "title", "hint", "acceptable")
    own: dict[str, Any] = {key: table[key] for key in shared if key in table}
    return {**own, **table[name]} if name else own


@cache
def titles() -> dict[str, dict[str, str]]:
    """Return what every check is about, by its id and by language."""
    return {
        check: row["title"]
        for name in names_of_tables()
        for check, row in table_of(name).items()
        if "title" in row
    }


def title_of(check: str, language: str) -> str:
    """Return what a check is about as a heading; empty if there is no such check."""
    title = titles().get(check, {}).get(language, "")
    return title[:1].upper() + title[1:]


@cache
def kinds() -> dict[str, list[str]]:
    """Return the kinds of sentences of every check, and of the words that they share."""
    return {
        check: [f"{check}.{key}" for key, value in table.items()
                if isinstance(value, dict) and "en" in value and key not in {"title", "hint"}]
        for name in names_of_tables()
        for check, table in table_of(name).items()
    }  # fmt: skip
