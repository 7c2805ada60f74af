"""Deciding in which encoding the texts of a file are, from what is said and what can be read."""

from __future__ import annotations

import codecs
import contextlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from babel import Locale

from geo_merge.reading.charsets import Likely, likely
from geo_merge.vocabulary.codes import fold_name
from geo_merge.vocabulary.country import Country
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import ENGLISH, LANGUAGES, Sentence, sentence

if TYPE_CHECKING:
    import geopandas as gpd

Columns = Sequence[Sequence[bytes]]
# The right encoding makes known names of nearly all names, a wrong one of under a fifth.
MIN_SHARE = 0.5
MAX_RIVAL = 0.5  # of the share of the best
# One known name may be an accident: Hå is Hồ in TCVN3. Two are none in 100,000 names of Europe,
# Brazil and the Philippines; texts that are whole as they stand need one more.
MIN_NAMES = 2
MIN_NAMES_OF_UNICODE = 3
_NKO = re.compile("[\u07c0-\u07ff]")
# The mark of UTF-32 begins as that of UTF-16.
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"),
          (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
          (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
MIN_ZEROS = 0.1  # of the letters of a table in UTF-16 that are ASCII; it has separators and digits
_FEW_ZEROS = 4  # bytes: fewer are stray NULs
ADVICE = sentence("F05.advice")
# So many letters of several bytes are no accident: of two bytes over 127, one pair in eight is one
# in UTF-8.
_SURE = 20

# Python's own notations of text, which no layer is in and which mean harm.
_NO_LAYER = frozenset({"unicode_escape", "raw-unicode-escape", "unicode-escape", "utf-7",
                       "punycode", "idna", "undefined"})  # fmt: skip


@dataclass(frozen=True)
class Scores:
    """How well each encoding explains the texts of a file.

    Attributes
    ----------
    shares
        Share of the names that are known ones, for each encoding that can decode all texts.
    decoded
        The texts in each of these encodings: where they are equal, it does not matter which.
    names
        How many different names were looked at.
    tried
        All encodings that were tried.
    """

    shares: dict[str, float]
    decoded: dict[str, tuple[str, ...]]
    names: int
    tried: frozenset[str]

    def winner(self, least: int = MIN_NAMES) -> str | None:
        """Return the encoding that clearly explains the names, None if none does.

        Parameters
        ----------
        least
            How many names it must explain.
        """
        ranked = sorted(self.shares, key=lambda e: -self.shares[e])
        if not ranked or self.shares[ranked[0]] < MIN_SHARE:
            return None
        if round(self.shares[ranked[0]] * self.names) < least:
            return None
        best = ranked[0]
        rivals = [e for e in ranked[1:] if self.decoded[e] != self.decoded[best]]
        clear = all(self.shares[e] <= MAX_RIVAL * self.shares[best] for e in rivals)
        return best if clear else None

    def told(self) -> str:
        """Return what was tried, for messages: ``tcvn3 (98 % of 190 names are known), ...``."""
        if not self.names:
            return ", ".join(sorted(self.tried))
        ranked = sorted(self.tried, key=lambda e: (-self.shares.get(e, -1.0), e))
        shares = [
            sentence("F05.share", encoding=e, share=self.shares[e])
            if e in self.shares
            else sentence("F05.impossible", encoding=e)
            for e in ranked
        ]
        return sentence("F05.scores", n=self.names, shares=shares)


def no_detection(columns: Columns, also: Sequence[str]) -> Scores:
    """Know no names: only tell which of UTF-8 and the declared encodings are possible."""
    texts = tuple(v for values in columns for v in values if not v.isascii())
    decoded = {}
    for encoding in dict.fromkeys(("utf-8", *also)):
        with contextlib.suppress(UnicodeDecodeError):
            decoded[encoding] = tuple(text.decode(encoding) for text in texts)
    return Scores(dict.fromkeys(decoded, 0.0), decoded, 0, frozenset({"utf-8", *also}))


def plain_decode(data: bytes, encoding: str) -> str:
    """Decode a text and compose it to NFC."""
    return unicodedata.normalize("NFC", data.decode(encoding))


@dataclass(frozen=True)
class Texts:
    """How to read texts that are not surely in Unicode; a country knows more than the default.

    Attributes
    ----------
    asked
        The encoding that a person named, if any.
    detect
        Tells how well each encoding explains the texts of some columns.
    decode
        Decodes a text.
    holds
        Tells whether a layer lies where this knows more than the default.
    names
        Names, folded, that another table has of the same units.
    by_letters
        How many texts it takes for the letters of a language to tell an encoding where names do
        not; None if they never do.
    """

    asked: str | None = None
    detect: Callable[[Columns, Sequence[str]], Scores] = no_detection
    decode: Callable[[bytes, str], str] = plain_decode
    holds: Callable[[gpd.GeoDataFrame], bool] = lambda _: False
    names: frozenset[str] = frozenset()
    by_letters: int | None = 3

    def at(self, layer: gpd.GeoDataFrame) -> Texts:
        """Return how to read the texts of a layer by where it lies, if it says so.

        What a country knows of its encodings holds there and nowhere else.
        """
        if layer.crs is None:
            return self
        if self.holds(layer):
            return replace(self, by_letters=None)
        return Texts(self.asked, names=self.names, by_letters=1)


def texts_of(country: Country, asked: str | None = None, names: Iterable[str] = ()) -> Texts:
    """Return how to read the texts of a country's files.

    Parameters
    ----------
    country
        What is known of it.
    asked
        The encoding that a person names.
    names
        Names of the same units that another table has.
    """
    texts: Texts = Texts(asked) if country.texts is None else country.texts(asked)
    known = frozenset(fold_name(name) for name in names if not name.isascii())
    return replace(texts, holds=country.holds, names=known)


def is_surely_utf8(columns: Columns) -> bool:
    """Tell whether texts are UTF-8 beyond doubt, so that their names need not be looked at."""
    letters = 0
    for values in columns:
        data = b"\n".join(values)
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            return False
        letters += len(text) - len(text.encode("ascii", "ignore"))
    return letters >= _SURE


def known_codec(name: str) -> str | None:
    """Return Python's name of an encoding, as a .cpg or a person writes it; None if unknown."""
    name = f"cp{name}" if name.isdigit() else name.replace("ANSI ", "cp")
    try:
        "".encode(name)  # rot13, hex and zip are codecs, too, but not of texts
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return None if found in _NO_LAYER else found


@dataclass(frozen=True)
class Decision:
    """The encoding to read a file in; None if a person must say."""

    encoding: str | None
    findings: tuple[Finding, ...]
    scores: Scores


def holds_utf8(columns: Columns, asked: str, texts: Texts) -> bool:
    """Tell whether texts are UTF-8, although a person named another encoding for another file.

    Letters of several bytes are hardly ever one by accident, but for ``ươ`` in VISCII, which is a
    letter of N'Ko; the names tell, too.
    """
    if asked == "utf-8" or not all(map(_is_utf8, columns)):
        return False
    if all(value.isascii() for values in columns for value in values):
        return False
    if any(_NKO.search(value.decode()) for values in columns for value in values):
        return False
    shares = texts.detect(columns, (asked,)).shares
    return shares.get(asked, 0.0) <= shares["utf-8"]


def _is_utf8(values: Sequence[bytes]) -> bool:
    try:
        for value in values:
            value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def kept_utf8(source: str, asked: str) -> Finding:
    """Return what to say of a text in UTF-8 for which another encoding was named."""
    return Finding.of(sentence("F05.kept", source=source, asked=asked))


def marked_codec(data: bytes) -> str | None:
    """Return the encoding that a byte order mark tells; None if there is none."""
    return next((codec for mark, codec in _MARKS if data.startswith(mark)), None)


def utf16_without_mark(data: bytes) -> str | None:
    """Return which UTF-16 bytes are in that have no byte order mark; None if they are not.

    Digits, separators and line ends are ASCII: every other byte of them is 0.
    """
    if len(data) % 2 or not data:
        return None
    low, high = data[::2].count(0), data[1::2].count(0)
    codec, zeros, others = ("utf-16-le", high, low) if high > low else ("utf-16-be", low, high)
    if others > zeros / 10 or zeros < max(_FEW_ZEROS, MIN_ZEROS * len(data) / 2):
        return None
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return None
    return codec if "\n" in text or "\r" in text else None


def decide(
    columns: Columns,
    source: str,
    declared: str | None,
    said: str,
    texts: Texts,
    *,
    least: int = MIN_NAMES,
) -> Decision:
    """Decide from the texts and from what the file says of itself.

    Parameters
    ----------
    columns
        The texts of each column as bytes.
    source
        File name, for messages.
    declared
        The encoding that the file declares, if any; a false declaration is overruled only by
        names that clearly say so.
    said
        What the file says of its encoding, as ``has no .cpg``.
    texts
        Knows the names of a country.
    least
        How many known names it takes to overrule what is declared.
    """
    if declared == "utf-8" and is_surely_utf8(columns):
        return Decision(declared, (), Scores({}, {}, 0, frozenset()))
    scores = texts.detect(columns, () if declared is None else (declared,))
    if scores.decoded and not any(scores.decoded.values()):  # all is ASCII
        return Decision(declared if declared in scores.shares else "utf-8", (), scores)
    winner = scores.winner(least)
    possible = declared is not None and declared in scores.shares
    if declared is not None and possible:
        right = (
            winner is None
            or winner == declared
            or scores.decoded[winner] == scores.decoded[declared]
        )
        if right:
            return Decision(declared, (), scores)
    if winner is not None:
        why = sentence("F05.known", share=scores.shares[winner], n=scores.names)
    elif declared is None and "utf-8" in scores.shares:
        winner, why = "utf-8", sentence("F05.valid")
    else:
        other = likely(columns, texts.names)
        enough = texts.by_letters is not None and other is not None and other.n >= texts.by_letters
        if other is None or not (enough or other.share):
            return Decision(None, (), scores)
        winner, why = other.encoding, _why(other)
    return Decision(winner, (_finding(source, winner, said, why),), scores)


def _finding(source: str, encoding: str, said: str, why: str) -> Finding:
    return Finding.of(
        sentence("F05.read", source=source, said=said, encoding=encoding.upper(), why=why)
    )


def _why(other: Likely) -> Sentence:
    """Return why texts are likely in an encoding, and what else they could be."""
    if other.share:
        return sentence("F05.same_names", share=other.share)
    named = {language: str(Locale(language).languages.get(other.language, other.language))
             for language in LANGUAGES}  # fmt: skip
    told = sentence("F05.letters", language=Sentence(named[ENGLISH], "", named))
    if not other.others:
        return told
    return sentence("F05.or_else", why=told, example=other.example, others=list(other.others))


def contradiction(columns: Columns, source: str, asked: str, texts: Texts) -> tuple[Finding, ...]:
    """Return a warning if the names are clearly in another encoding than a person named."""
    decision = decide(columns, source, asked, "", texts)
    if decision.encoding in {None, asked}:
        return ()
    return (
        Finding.of(
            sentence(
                "F05.contradiction",
                source=source,
                asked=asked,
                better=decision.encoding,
                scores=decision.scores.told(),
            )
        ),
    )


def mend_mojibake(
    values: dict[str, list[object]], source: str, texts: Texts
) -> tuple[dict[str, list[object]], tuple[Finding, ...]]:
    """Decode columns of a file in Unicode whose texts are old bytes, taken one by one for letters.

    Programs that do not know TCVN3 or VNI hand ``B¾c Giang`` on as if it were Latin text.

    Parameters
    ----------
    values
        The columns with texts, by name.
    source, texts
        See `decide`.

    Returns
    -------
    dict, tuple of Finding
        The columns, mended only if the names are then clearly known ones, and what was done.
    """
    words = {name: [v for v in column if isinstance(v, str)] for name, column in values.items()}
    for alphabet in ("iso-8859-1", "cp1252"):
        try:
            columns = [[v.encode(alphabet) for v in column] for column in words.values()]
        except UnicodeEncodeError:
            continue
        said = sentence("F05.latin")
        decision = decide(
            columns or [[]], source, alphabet, said, texts, least=MIN_NAMES_OF_UNICODE
        )
        codec = decision.encoding
        if codec is None or codec == alphabet:
            return values, ()
        mended = {
            name: [
                texts.decode(v.encode(alphabet), codec) if isinstance(v, str) else v for v in column
            ]
            for name, column in values.items()
        }
        return mended, decision.findings
    return values, ()
