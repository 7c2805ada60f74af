"""What the words of a heading tell: which side a column is of, and what it holds."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from geo_merge.vocabulary.fields import without_accents

_FILE = tomllib.loads(
    files("geo_merge.vocabulary").joinpath("crosswalk_words.toml").read_text("utf-8")
)
PUBLISHED: Sequence[dict[str, str]] = tuple(_FILE.pop("published").values())
_SIDES = frozenset(("old", "new"))
LEVELS = ("unit", "district", "province")
# What counts only as the whole heading.
WHOLE = ("share", "clause", "words", "evidence")
_LEAST_END = 4  # letters of a word that may end another: "nummer", not "nr" of "Konr"
# Characters of a heading, and of a word in it: what is longer is the text of a cell.
_LONGEST, _LONGEST_WORD = 1_000, 100
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


@dataclass(frozen=True)
class Heading:
    """A heading, understood.

    Attributes
    ----------
    text
        The heading, as it is written.
    tells
        The groups of `crosswalk_words.toml` that its words are of.
    understood
        Whether each of its words, as it is written, is of one.
    """

    text: str
    tells: frozenset[str]
    understood: bool

    @property
    def sides(self) -> frozenset[str]:
        """The sides that it names: ``old``, ``new``."""
        return self.tells & _SIDES

    @property
    def years(self) -> frozenset[str]:
        """The years that it names."""
        return frozenset(_YEAR.findall(self.text))

    @property
    def what(self) -> str:
        """What the column holds, without its side: ``code``, ``district_code``; blank if unclear.

        It is codes where a code of something is meant (code commune), and the names of units where
        only these are named (Xã cũ).
        """
        whole = [each for each in WHOLE if each in self.tells]
        if whole:
            alone = self.understood and self.tells <= {*whole[:1], "beside"}
            return whole[0] if alone else ""
        levels = [level for level in LEVELS if level in self.tells]
        kinds = self.tells & {"code", "type"}
        if "other" in self.tells or len(levels) > 1 or len(kinds) > 1:
            return ""
        above = "" if levels in ([], ["unit"]) else levels[0]
        if kinds == {"type"}:
            return "" if above else "type"
        if kinds:
            return f"{above}_code".strip("_")
        return above or ("name" if levels or "name" in self.tells else "")


@dataclass(frozen=True)
class _Word:
    """A word of the file: as it is written there, and without its accents."""

    group: str
    written: str
    plain: str

    @property
    def accented(self) -> bool:
        return self.written != self.plain


def heading(text: str) -> Heading:
    """Return what a heading tells by its words; a text that is too long for one tells nothing."""
    if len(text) > _LONGEST:
        return Heading(text, frozenset(), understood=False)
    tells: set[str] = set()
    understood = True
    for groups, whole in _groups(_tokens(text)):
        tells |= groups
        understood = understood and whole and bool(groups)
    return Heading(text, frozenset(tells), understood)


def _tokens(text: str) -> list[str]:
    """Return the words of a heading in small letters, with their accents; also of MaXaCu."""
    text = unicodedata.normalize("NFKC", text)
    pairs = zip(f" {text}", text, strict=False)
    split = "".join(f" {b}" if a.islower() and b.isupper() else b for a, b in pairs)
    return re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", split.casefold()))


def _plain(word: str) -> str:
    """Return a word without accents, and without letters that are written as others."""
    return without_accents(word.casefold().replace("ø", "oe").replace("đ", "d"))


def _known() -> tuple[_Word, ...]:
    return tuple(
        _Word(group, unicodedata.normalize("NFC", word.casefold()), _plain(word))
        for group, spoken in _FILE.items()
        for words in spoken.values()
        for word in words
    )


_KNOWN = _known()
_BY_PLAIN: dict[str, list[_Word]] = {}
for _word in _KNOWN:
    _BY_PLAIN.setdefault(_word.plain, []).append(_word)
_MOST_TOKENS = max(word.plain.count(" ") for word in _KNOWN) + 1
# As they are where words are written together. One letter is no word.
_TOGETHER = {key.replace(" ", ""): words for key, words in _BY_PLAIN.items() if len(key) > 1}


def _groups(tokens: Sequence[str]) -> Iterator[tuple[frozenset[str], bool]]:
    """Yield the groups of each word, or of several that are one in the file: the longest first.

    With them, whether the whole word is one of the file, or made of such.
    """
    k = 0
    while k < len(tokens):
        for n in range(min(_MOST_TOKENS, len(tokens) - k), 1, -1):
            groups = _same(tokens[k : k + n])
            if groups:
                yield groups, True
                k += n
                break
        else:
            groups = _same(tokens[k : k + 1]) or _together(tokens[k])
            yield (groups, True) if groups else (_within(tokens[k]), False)
            k += 1


def _same(tokens: Sequence[str]) -> frozenset[str]:
    words = _BY_PLAIN.get(" ".join(map(_plain, tokens)), ())
    return frozenset(
        word.group
        for word in words
        if not word.accented or all(map(_may_be, tokens, word.written.split()))
    )


def _may_be(token: str, written: str) -> bool:
    """Tell whether a word may be one of the file: tinh may be tỉnh, tình may not."""
    return token in (written, _plain(written))


def _together(token: str) -> frozenset[str]:
    """Return the groups of words that are written together without accents: maxacu."""
    parts = _parts(token) if len(token) <= _LONGEST_WORD and token == _plain(token) else ()
    return frozenset(word.group for part in parts for word in _TOGETHER[part])


def _within(token: str) -> frozenset[str]:
    """Return the groups of what ends a word or stands in it: Gemeindenummer, 旧コード."""
    plain = _plain(token)
    return frozenset(
        word.group
        for word in _KNOWN
        if not word.accented and (_ends(plain, word.plain) or _has_signs(plain, word.plain))
    )


@cache
def _parts(text: str) -> tuple[str, ...]:
    """Return the words that a text is made of, the longest first; none if it is not."""
    for end in range(len(text), 1, -1):
        if text[:end] in _TOGETHER:
            if end == len(text):
                return (text,)
            rest = _parts(text[end:])
            if rest:
                return (text[:end], *rest)
    return ()


def _ends(word: str, end: str) -> bool:
    return word.endswith(end) and (len(end) >= _LEAST_END or end == "nr")


def _has_signs(word: str, known: str) -> bool:
    """Tell whether a word of a script without blanks has a known one in it."""
    return not known.isascii() and known in word
