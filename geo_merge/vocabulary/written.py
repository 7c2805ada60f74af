"""Numbers as people write them: separators of thousands, decimal commas, words for none."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from geo_merge.vocabulary.fields import fold_field

_NOTHING = frozenset(
    ("", "nan", "none", "null", "na", "n/a", "#n/a", "#value!", "#ref!", "#div/0!", "#name?",
     "#num!", "#null!", "-", "--", "...", "..", "?", "x")
)  # fmt: skip
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_QUOTES = dict.fromkeys(map(ord, "\u2019\u02bc\u2032`"), "'")
_FORM = re.compile(r"[-+]?[0-9]+(?:[.,' ][0-9]+)*")
_SEPARATORS = re.compile(r"[.,' ]")
_BARE = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_THREE = 3  # digits of a group
_WITH_WORD = re.compile(r"([-+]?[0-9](?:[0-9.,' ]*[0-9])?) ?([^\W\d_][^0-9]*[²2]?\.?)")
_PERSONS = ("", "nguoi", "nhankhau", "khau", "dan", "nguoidan", "people", "persons", "person",
            "inhabitants", "inh", "habitants", "hab", "einwohner", "ew", "habitantes",
            "abitanti")  # fmt: skip
_SCALES = {"": 1.0, "nghin": 1e3, "ngan": 1e3, "thousand": 1e3, "van": 1e4, "trieu": 1e6,
           "tr": 1e6, "million": 1e6, "millions": 1e6}  # fmt: skip
# What may be written after figures, folded, and how many of what is counted it means.
OF_PEOPLE = {scale + word: times for (scale, times), word in product(_SCALES.items(), _PERSONS)}
OF_KM2 = {"km2": 1.0, "kmvuong": 1.0, "kilometvuong": 1.0, "sqkm": 1.0, "ha": 1e-2,
          "hecta": 1e-2, "hectares": 1e-2, "m2": 1e-6, "metvuong": 1e-6}  # fmt: skip


@dataclass(frozen=True)
class Written:
    """A column of numbers that were texts.

    Attributes
    ----------
    values
        The numbers; NaN where the text is blank, a word for nothing, or no number.
    wrong
        Positions of texts that are no numbers.
    thousands, decimal
        The characters that stand between thousands and before decimals; blank if none does.
    word
        What stands after each of the figures, as at the first; blank if they are numbers alone.
    """

    values: list[float]
    wrong: list[int]
    thousands: str = ""
    decimal: str = ""
    word: str = ""


def read_numbers(texts: Iterable[str], *, whole: bool) -> Written:
    """Read a column by the way in which all its cells are written.

    One separator before exactly three digits can mean both; other cells of the column decide, then
    what is counted: people (`whole`) have no decimals, other figures have.

    Parameters
    ----------
    texts
        The cells.
    whole
        Whether they are counts.
    """
    cells = [_clean(text) for text in texts]
    thousands, decimals = _evidence(cells)
    unsure = {s for c in cells if (s := _unsure(c))}
    # Where counts have both, people wrote them in two ways: 3.137 in one row and 3,274 in another.
    both = whole and not {".", ","} & (thousands | decimals)
    for separator in sorted(unsure - thousands - decimals):
        other = "," if separator == "." else "."
        is_thousands = both or other in decimals or (whole and other not in thousands)
        (thousands if is_thousands else decimals).add(separator)
    values, wrong = [], []
    for k, cell in enumerate(cells):
        number = _read(cell, thousands, decimals)
        if number is not None and math.isinf(number):  # of hundreds of digits
            number = None
        values.append(float("nan") if number is None else number)
        if number is None and cell.casefold() not in _NOTHING:
            wrong.append(k)
    return Written(values, wrong, "".join(sorted(thousands)), "".join(sorted(decimals)))


def read_figures(texts: Iterable[str], *, whole: bool, words: Mapping[str, float]) -> Written:
    """Read a column as `read_numbers`, also one in which a word stands after every figure.

    The word must be one of `words`, and mean the same in all cells: where some have another, or
    none, nobody can be sure what is meant, and those that have one are no numbers.
    """
    cells = list(texts)
    parts = {k: _WITH_WORD.fullmatch(_clean(cell)) for k, cell in enumerate(cells)
             if _clean(cell).casefold() not in _NOTHING}  # fmt: skip
    times = {words.get(fold_field(part[2])) if part else None for part in parts.values()}
    if len(times) != 1 or None in times:
        return read_numbers(cells, whole=whole)
    (factor,) = times
    bare = [part[1] if (part := parts.get(k)) else "" for k in range(len(cells))]
    read = read_numbers(bare, whole=whole and factor == 1.0)
    values = [float(f"{v * float(factor or 1.0):.12g}") for v in read.values]
    word = next(part[2] for part in parts.values() if part)
    return replace(read, values=values, word=word)


def figure_and_word(text: str) -> tuple[str, str]:
    """Return the figure of a cell and the word after it, folded; blank both if it has no word."""
    part = _WITH_WORD.fullmatch(_clean(text))
    return (part[1], fold_field(part[2])) if part else ("", "")


def lost_thousands(values: Sequence[float]) -> bool:
    """Tell whether numbers are counts whose point between thousands was taken for a decimal one.

    That is: below a thousand, at most three decimals, and most of them three.
    """
    known = [v for v in values if v == v]  # noqa: PLR0124 - NaN is not itself
    broken = [v for v in known if v % 1]
    three = [v for v in broken if abs(v * 100 - round(v * 100)) > 1e-6]  # noqa: PLR2004
    return (
        2 * len(three) > len(known)
        and all(0 <= v < 1000 for v in known)  # noqa: PLR2004
        and all(abs(v * 1000 - round(v * 1000)) < 1e-6 for v in known)  # noqa: PLR2004
    )


def _clean(text: str) -> str:
    if text.isascii() and text.isdecimal():
        return text
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES).translate(_QUOTES)
    return " ".join(plain.split())


def _separators(cell: str) -> list[str]:
    return [] if cell.isdecimal() or not _FORM.fullmatch(cell) else _SEPARATORS.findall(cell)


def _unsure(cell: str) -> str:
    """Return the separator of a cell that may stand before decimals or between thousands."""
    found = _separators(cell)
    if len(found) != 1 or found[0] not in ".,":
        return ""
    before, after = re.split(r"[.,]", cell.lstrip("+-"))
    sure = len(after) != _THREE or len(before) > _THREE or before.startswith("0")
    return "" if sure else found[0]


def _evidence(cells: Iterable[str]) -> tuple[set[str], set[str]]:
    """Return the separators that surely stand between thousands, and those before decimals."""
    thousands: set[str] = set()
    decimals: set[str] = set()
    for cell in cells:
        found = _separators(cell)
        if not found or _unsure(cell):
            continue
        if len(set(found)) == 1 and (len(found) > 1 or found[0] in "' "):
            thousands.add(found[0])
        else:
            decimals.add(found[-1])
            thousands.update(found[:-1])
    return thousands, decimals


def _read(cell: str, thousands: set[str], decimals: set[str]) -> float | None:
    found = _separators(cell)
    if not found:
        return float(cell) if _BARE.fullmatch(cell) else None
    last = found[-1]
    # A column may use one character for both; then only a cell that is sure can be read.
    is_decimal = (
        last in decimals and found.count(last) == 1 and not (last in thousands and _unsure(cell))
    )
    if last in thousands and last in decimals and _unsure(cell):
        return None
    whole, _, fraction = cell.rpartition(last) if is_decimal else (cell, "", "")
    head, *groups = re.split(r"[.,' ]", whole.lstrip("+-"))
    if any(len(g) != _THREE for g in groups) or (groups and not 1 <= len(head) <= _THREE):
        return None
    sign = -1 if cell.startswith("-") else 1
    return sign * float(f"{head}{''.join(groups)}.{fraction or 0}")
