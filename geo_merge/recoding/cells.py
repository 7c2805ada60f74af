"""Cells of a person's table: what cannot be a code, what is a figure, what no spreadsheet runs."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, NamedTuple

from geo_merge.vocabulary.cells import harmless
from geo_merge.vocabulary.codes import clean_code, clean_text, is_scientific, plain_number
from geo_merge.vocabulary.no_values import NoValue, no_value
from geo_merge.vocabulary.sentence import sentence
from geo_merge.vocabulary.written import OF_PEOPLE, figure_and_word

_FAULTS = {NoValue.ERROR: "recoding.failed_formula", NoValue.DAY: "recoding.date",
           NoValue.TRUTH: "recoding.truth", NoValue.ABOVE: "recoding.as_above"}  # fmt: skip
_NUMBER = re.compile(r"[-+]?[0-9][0-9.,' ]*(?:[eE][-+]?[0-9]+)?")


def code_of(text: str) -> tuple[str, str]:
    """Return a code as it is meant, and why the cell holds none; a blank cell has neither.

    A day, a truth value or a number like ``7.21E+03`` is what a spreadsheet made of a code: which
    one it was is not guessed.
    """
    if not text:
        return "", ""
    if is_scientific(text):
        return "", sentence("recoding.scientific")
    reason = no_value(text)
    if reason is NoValue.NOTHING:
        return "", ""
    if reason in _FAULTS:
        return "", sentence(_FAULTS[reason])
    return plain_number(clean_code(text)), ""


def name_of(text: str) -> str:
    """Return a name without blanks that are no part of it; empty for words and signs of none."""
    cleaned = clean_text(text)
    return "" if no_value(cleaned) is NoValue.NOTHING else cleaned


class Form(NamedTuple):
    """How the figures of a column are written.

    Attributes
    ----------
    thousands, decimal
        The characters that stand between thousands and before decimals; blank if none does.
    word
        What stands after each of them, folded; blank if they are numbers alone.
    """

    thousands: str
    decimal: str
    word: str = ""


@lru_cache(2**16)
def figure_of(text: str, thousands: str, decimal: str, word: str = "") -> Decimal | None:
    """Return the number that a cell holds, by the form of its column; None for none.

    Persons may be called by any word, and millions of them are a million each.
    """
    plain = text.strip().replace("\u2212", "-").replace("\u00a0", " ")
    times = Decimal(1)
    if word:
        plain, after = figure_and_word(text)
        of_people = OF_PEOPLE.get(word)
        if after != word and (of_people is None or OF_PEOPLE.get(after) != of_people):
            return None
        times = Decimal(int(of_people or 1))
    for separator in thousands:
        plain = plain.replace(separator, "")
    if decimal and decimal != ".":
        plain = plain.replace(decimal, ".")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    number *= times
    return number.to_integral_value() if times > 1 and number % 1 == 0 else number


def safe(text: Any) -> Any:  # noqa: ANN401 - whatever a cell holds
    """Return a cell of a CSV that no spreadsheet takes for a formula; numbers stay as they are."""
    if isinstance(text, str) and text and text[0] in "=+-@\t\r\n＝＋－＠":
        return text if _NUMBER.fullmatch(text) else harmless(text)
    return text
