"""Vietnamese names, compared the way a reader would."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from geo_merge.vocabulary.codes import fold_name

# Digits of a commune's code (Decision 124/2004/QĐ-TTg).
CODE_WIDTH = 5
UNIT_TYPES = ("Xã", "Phường", "Thị trấn", "Đặc khu")
PARENT_TYPES = ("Thành phố", "Thị xã", "Huyện", "Quận", "Tỉnh", "Thủ đô")
_SHORT = {
    "P": "Phường", "X": "Xã", "TT": "Thị trấn", "ĐK": "Đặc khu",
    "TP": "Thành phố", "TX": "Thị xã", "H": "Huyện", "Q": "Quận", "T": "Tỉnh",
}  # fmt: skip
_WRITTEN = re.compile(rf"^({'|'.join((*UNIT_TYPES, *PARENT_TYPES))})\s+(?=\S)", re.IGNORECASE)
# ``P. 5``, ``TT.Chờ``; without a point only in capitals, before a capital or number: ``P5``.
_DOTTED = re.compile(rf"^({'|'.join(_SHORT)})\s*\.\s*(?=\S)", re.IGNORECASE)
_UNDOTTED = re.compile(rf"^({'|'.join(_SHORT)})(?:\s+(?=[^\W\d_])|\s*(?=\d))")
# Towns and wards of one name in one district are told apart so in some lists.
_TYPE_BEHIND = re.compile(rf"^(.*\S)\s+\(({'|'.join(UNIT_TYPES)})\)$", re.IGNORECASE)
_TONES = "\u0300\u0301\u0303\u0309\u0323"
# oa, oe, uy: old and new spelling put the tone on different vowels (hòa, hoà).
_GLIDE = re.compile(rf"(o[{_TONES}]?[ae]|u[{_TONES}]?y)([{_TONES}]?)")
# y for i at the end of a syllable, after a consonant or qu (Kỳ, Kì; Quý, Quí; not Thúy, Tây).
_FINAL_Y = re.compile(rf"(?<=[bcdđghklmnprstvx])y(?=[{_TONES}]?(?:\W|$))")
_QUY = re.compile(rf"\bqu([{_TONES}]?)y([{_TONES}]?)(?=\W|$)")
_APOSTROPHE = re.compile(r"\s*['\u2018\u2019\u02bc\u2032\u00b4`]\s*")
_DASH = re.compile(r"\s*[-\u2010-\u2015]\s*")
_ROMAN = re.compile(r"x{0,3}(?:ix|iv|v?i{0,3})")
_VALUES = {"i": 1, "v": 5, "x": 10}
_ALSO_SYLLABLES = frozenset({"vi", "xi"})
_REMEMBERED = 2**16  # keys; the names of a country, and names repeat
# Letters that look the same and stand for others: Eth in old files, a dotless i in PDF files.
LOOKALIKES = str.maketrans("Ððı", "Đđi")


@lru_cache(_REMEMBERED)
def name_key(name: str) -> str:
    """Return a name for comparing; what is the same to a reader has the same key.

    Unicode form, case, blanks, tone placement (``Hoà``, ``Hòa``), y and i (``Kỳ``, ``Kì``),
    apostrophes (``Ch’ơm``), dashes, shortened types (``TT. Chờ``) and the way a number is written
    (``Phường IV``, ``P.04``) do not matter. ``Đồng`` and ``Đông`` are not the same.
    """
    kind, rest = split_type(name)
    return f"{kind} {_fold(rest)}".strip().lower()


@lru_cache(_REMEMBERED)
def bare_key(name: str) -> str:
    """Return the `name_key` of a name without its type: ``Phường 4`` is ``4``."""
    kind, rest = split_type(name)
    return bare_key(rest) if kind else _fold(rest)


def squashed(key: str) -> str:
    """Return a key without blanks and hyphens: ``Xí m Vàng``, ``Văn Miếu - Quốc Tử Giám``.

    Copies strew blanks, and lists leave hyphens out.
    """
    return key.replace(" ", "").replace("-", "")


def plain(key: str) -> str:
    """Return a key without accents and blanks, y as i: for finding, never for telling apart."""
    letters = unicodedata.normalize("NFD", squashed(key)).replace("đ", "d")
    return "".join(c for c in letters if not unicodedata.combining(c)).replace("y", "i")


def split_type(name: str) -> tuple[str, str]:
    """Split ``Phường Thọ Xương`` or ``P. Thọ Xương`` into type and name.

    The type is empty if none is written. ``Hiệp Hòa (Thị trấn)`` is understood too.
    """
    name = unicodedata.normalize("NFC", name.translate(LOOKALIKES)).replace("\u00a0", " ").strip()
    match = _WRITTEN.match(name)
    if match:
        return match.group(1).capitalize(), name[match.end() :]
    behind = _TYPE_BEHIND.match(name)
    if behind:
        return behind.group(2).capitalize(), behind.group(1)
    match = _DOTTED.match(name) or _UNDOTTED.match(name)
    if match:
        return _SHORT[match.group(1).upper()], name[match.end() :]
    return "", name


def _fold(name: str) -> str:
    text = _DASH.sub("-", _APOSTROPHE.sub("", name.translate(LOOKALIKES)))
    folded = unicodedata.normalize("NFD", fold_name(_with_numbers(text)))
    placed = _GLIDE.sub(_tone_last, folded)
    with_i = _FINAL_Y.sub("i", _QUY.sub(r"qu\1i\2", placed))
    return unicodedata.normalize("NFC", with_i)


def _with_numbers(name: str) -> str:
    """Write numbers in Arabic digits without leading zeros."""
    words = name.split()
    result = [word.lstrip("0") or "0" if word.isdecimal() else word for word in words]
    if result and _is_roman(words[-1], alone=len(words) == 1, shouted=name.isupper()):
        result[-1] = str(_roman(words[-1].lower()))
    return " ".join(result)


def _is_roman(word: str, *, alone: bool, shouted: bool) -> bool:
    lower = word.lower()
    if not _ROMAN.fullmatch(lower):
        return False
    return lower not in _ALSO_SYLLABLES or (word.isupper() and (alone or not shouted))


def _roman(word: str) -> int:
    values = [_VALUES[c] for c in word]
    return sum(-v if v < after else v for v, after in zip(values, [*values[1:], 0], strict=True))


def _tone_last(match: re.Match[str]) -> str:
    vowels = match.group(1)
    tone = "".join(c for c in vowels if c in _TONES)
    return "".join(c for c in vowels if c not in _TONES) + tone + match.group(2)
