"""Telling encodings older than Unicode apart: by names that are known, else by the letters.

charset-normalizer ranks what bytes can be, but on the few names of a layer it takes French for
Romanian: so only what a language writes counts, and names that another table has decide.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

from charset_normalizer import from_bytes

from geo_merge.vocabulary.codes import fold_name

# Share of the texts that the letters of one language must explain, column by column, and of the
# names that another table must have.
_EXPLAINED, _KNOWN = 0.9, 0.5
_MOST_TEXTS = 2000  # of a column, however large the file
_ENOUGH = 5  # texts for a ranking by letters
# What a text is read in that proves to be in the part of it that is in daily use.
_WHOLE = {"euc_kr": "cp949", "gb2312": "gb18030"}
_PLAIN = re.compile(r"[\x20-\x7e\xa0’‘–°ºª]")
_DEGREES_IN_A_WORD = re.compile(r"[^\W\d_]°[^\W\d_]")


@dataclass(frozen=True)
class Likely:
    """The encoding that texts are in.

    Attributes
    ----------
    encoding
        Python's name of it.
    language
        Whose letters the texts have, ISO 639-1; empty if names told.
    n
        How many texts are not plain ASCII.
    share
        Of the names, those that another table has; 0 if letters told.
    example, others
        A text, and what it would be in other encodings that could be it as well.
    """

    encoding: str
    language: str
    n: int
    share: float
    example: str
    others: tuple[str, ...]


@dataclass(frozen=True)
class _Reading:
    """Texts as an encoding reads them, column by column, and the language that has the letters."""

    encoding: str
    language: str
    columns: tuple[tuple[str, ...], ...]
    explained: float


def likely(columns: Sequence[Sequence[bytes]], names: Collection[str] = ()) -> Likely | None:
    """Return the encoding of texts that are not in Unicode; None if no language has their letters.

    Parameters
    ----------
    columns
        The texts of each column as bytes.
    names
        Names, folded, that another table has: where they tell, letters need not.
    """
    told = [texts for values in columns if (texts := _accented(values))]
    readings = _readings(told, rare=False) if told else []
    known = [(_share_of(reading, names), reading) for reading in readings]
    share, best = max(known, key=lambda each: each[0], default=(0.0, None))
    if best is not None and share >= _KNOWN:
        return _as_told(best, "", share, [])
    fitting = [reading for reading in readings if reading.explained >= _EXPLAINED]
    if told and not fitting:
        fitting = [r for r in _readings(told, rare=True) if r.explained >= _EXPLAINED]
    rivals = list({reading.columns: reading for reading in reversed(fitting)}.values())[::-1]
    if not rivals:
        return None
    first = _ranked_first(told, rivals) if len(rivals) > 1 else rivals[0]
    return _as_told(first, first.language, 0.0, [r for r in rivals if r is not first])


def _accented(values: Sequence[bytes]) -> list[bytes]:
    found = dict.fromkeys(value.strip() for value in values if not value.isascii())
    return list(found)[:_MOST_TEXTS]


def _readings(columns: Sequence[Sequence[bytes]], *, rare: bool) -> list[_Reading]:
    """Return what the usual encodings, or the rare ones, make of the texts."""
    result = []
    for family in _families():
        for encoding in family.rare if rare else family.encodings:
            whole = _WHOLE.get(encoding, encoding)
            try:
                read = tuple(tuple(v.decode(whole) for v in values) for values in columns)
            except UnicodeDecodeError:
                continue
            if encoding != whole and not _is_common(columns, encoding):
                continue
            explained = [_explained(values, family) for values in read]
            share = sum(n for n, _ in explained) / sum(map(len, read))
            result.append(_Reading(whole, max(explained)[1], read, share))
    return result


def _is_common(columns: Sequence[Sequence[bytes]], encoding: str) -> bool:
    """Tell whether nearly all texts are in the part of an encoding that is in daily use."""
    data = [value for values in columns for value in values]
    whole = sum("\ufffd" not in value.decode(encoding, "replace") for value in data)
    return whole >= _EXPLAINED * len(data)


@dataclass(frozen=True)
class _Family:
    """Languages that are written in the same encodings, with the letters of each."""

    encodings: tuple[str, ...]
    rare: tuple[str, ...]
    languages: dict[str, re.Pattern[str]]


@cache
def _families() -> tuple[_Family, ...]:
    file = files("geo_merge.reading").joinpath("charsets.toml")
    return tuple(
        _Family(
            tuple(family["encodings"]),
            tuple(family["rare"]),
            {name: re.compile(f"[{letters}]*") for name, letters in family["letters"].items()},
        )
        for family in tomllib.loads(file.read_text("utf-8")).values()
    )


def _explained(texts: Sequence[str], family: _Family) -> tuple[int, str]:
    """Return how many texts have the letters of one language and no others, and which it is."""
    words = [text for text in texts if _are_words(text)]
    cased = any(c.isupper() or c.lower() == c.upper() for text in words for c in text[:1])
    special = [_PLAIN.sub("", text).lower() for text in words] if cased else []
    counts = {
        language: sum(bool(letters.fullmatch(rest)) for rest in special)
        for language, letters in family.languages.items()
    }
    best = max(counts, key=lambda language: counts[language])
    return counts[best], best


def _are_words(text: str) -> bool:
    """Tell whether each word of a text is of one script, and has no capital behind a small letter.

    A wrong decoder mixes scripts and capitals: `лНЯЙБЮ` is Москва, `NŠfels` is Näfels, and
    `N°tter°y` is Nøtterøy.
    """
    if _DEGREES_IN_A_WORD.search(text):
        return False
    for word in re.findall(r"[^\W\d_]+", text):
        scripts = {_script(c) for c in word}
        if len(scripts) > 1:
            return False
        if any(a.islower() and b.isupper() and not b.isascii() for a, b in pairwise(word)):
            return False
    return True


def _script(letter: str) -> str:
    """Return the script of a letter, as Unicode's names of letters begin with it."""
    script = unicodedata.name(letter, "").split(" ")[0]
    return "EASTERN" if script in {"CJK", "HIRAGANA", "KATAKANA", "HANGUL"} else script


def _share_of(reading: _Reading, names: Collection[str]) -> float:
    """Return the share of the texts of the best column that are names of another table."""
    if not names:
        return 0.0
    return max(
        sum(fold_name(text) in names for text in values) / len(values) for values in reading.columns
    )


def _ranked_first(columns: Sequence[Sequence[bytes]], rivals: list[_Reading]) -> _Reading:
    """Return the reading that charset-normalizer finds likeliest; of few texts the usual one."""
    data = [value for values in columns for value in values]
    if len(data) < _ENOUGH:
        return rivals[0]
    by_encoding = {reading.encoding: reading for reading in rivals}
    ranked = from_bytes(b"\n".join(data), cp_isolation=list(by_encoding))
    found = (by_encoding[m.encoding] for m in ranked if m.encoding in by_encoding)
    return next(found, rivals[0])


def _as_told(reading: _Reading, language: str, share: float, others: Sequence[_Reading]) -> Likely:
    """Return an encoding with a text that tells it from the others."""
    texts = [text for values in reading.columns for text in values]
    for other in others:
        read = [text for values in other.columns for text in values]
        for text, rival in zip(texts, read, strict=True):
            if text != rival:
                told = tuple(f"{rival} ({other.encoding})" for other in others[:1])
                return Likely(reading.encoding, language, len(texts), share, text, told)
    return Likely(reading.encoding, language, len(texts), share, texts[0], ())
