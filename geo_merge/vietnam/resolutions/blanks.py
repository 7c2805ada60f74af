"""Putting back the blanks that conversions of resolutions lose: ``Dân Hóathành xã`` and the like.

A word that is none of the law's and no syllable of a name is cut into such words, if it can be, or
joined with its neighbour. Names are changed by nothing but blanks; words of the law get back the
accents and letters that a scan took for others (``cua``, ``t0àn bộ``), where only one can be meant.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from geo_merge.vietnam.names import bare_key, plain
from geo_merge.vietnam.places import spellings
from geo_merge.vietnam.provinces import PROVINCES

# What Article 1 is written in, names aside.
_LAW = frozenset(
    re.findall(
        r"\w+",
        """
    sắp xếp toàn bộ một phần diện tích tự nhiên quy mô dân số của các xã phường thị trấn đặc khu
    huyện quận thành phố tỉnh thủ đô mới có tên gọi là và với cùng còn lại sau khi theo định tại
    khoản điều này nhập sáp vào để lập điều chỉnh đổi trên cơ sở đơn vị hành chính cấp không thực
    hiện hình trong đó gồm giáp thuộc người nhân khẩu do quản lý bao cũ trừ như lấy ngày năm
    nghị quyết trường bắn khu vực vùng bãi bồi ven biển cụm đảo hòn""",
    )
)
# What may follow a name that no list has (Chơ GLongthành).
_BEHIND_A_NAME = frozenset(
    ("thành", "và", "vào", "với", "các", "xã", "phường", "thị", "của", "sau", "một", "phần", "là")
)
_SHORTEST_END = 2  # letters
_ROMAN = re.compile("[IVX]{1,4}")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2018\u2019\u02bc][^\W\d_]+)*")
_AT_DIGITS = re.compile(r"([^\W\d_]+)(?=\d)|(?<=\d)([^\W\d_]+)")
_AT_COMMA = re.compile(r"(?<=[,;)])(?=[^\W\d_])|(?<=[;)])(?=\d)")
_ZERO = re.compile(r"(?<=[^\W\d_])0(?=[^\W\d_])")
_PAIR = re.compile(r"([^\W\d_]+) (?=([^\W\d_]+))")


def put_back(text: str) -> str:
    """Return a text with the blanks between words, and without those inside of them.

    ``của cácxãNậm Xe vàThèn Sin``, ``khoản42``, ``Thảo Ngu yên`` and ``diệ n tích`` become
    ``của các xã Nậm Xe và Thèn Sin``, ``khoản 42``, ``Thảo Nguyên`` and ``diện tích``.
    """
    text = _ZERO.sub("o", unicodedata.normalize("NFC", text))
    text = _WORD.sub(lambda match: _cut(_read_right(match.group())), text)
    text = _PAIR.sub(_join, text)
    return _AT_COMMA.sub(" ", _AT_DIGITS.sub(_beside_digits, text))


def _join(match: re.Match[str]) -> str:
    left, right = match.groups()
    strays = right.islower() and not (_is_known(left) and _is_known(right))
    return left if strays and _is_known(left + right) else match.group()


def _beside_digits(match: re.Match[str]) -> str:
    before, behind = match.groups()
    if before is not None:
        return f"{before} " if before.casefold() in _LAW else before
    return f" {behind}" if behind.casefold() in _LAW else behind


@lru_cache(2**16)
def _read_right(word: str) -> str:
    """Return the word of the law that a word in small letters is but for accents, or the word."""
    if not word.islower() or _is_known(word) or word in _small_in_names():
        return word
    meant = _law_without_accents().get(plain(word), [])
    return meant[0] if len(meant) == 1 else word


@cache
def _law_without_accents() -> dict[str, list[str]]:
    words: dict[str, list[str]] = defaultdict(list)
    for word in sorted(_LAW):
        words[plain(word)].append(word)
    return words


@cache
def _small_in_names() -> frozenset[str]:
    """Return the words that names have in small letters (Ya ly)."""
    return frozenset(w for name in spellings().values() for w in _WORD.findall(name) if w.islower())


@cache
def _syllables() -> frozenset[str]:
    names = [*spellings().values(), *(n for p in PROVINCES for n in (p[1], p[3]))]
    return frozenset(bare_key(word) for name in names for word in _WORD.findall(name))


@lru_cache(2**16)
def _is_known(word: str) -> bool:
    return _is_of_the_law(word) or _is_of_a_name(word)


def _is_of_the_law(word: str) -> bool:
    return (word.islower() or word.istitle()) and word.casefold() in _LAW


def _is_of_a_name(word: str) -> bool:
    """Tell whether a word is a syllable of a name, in capitals only if it is a number."""
    if _ROMAN.fullmatch(word):
        return True
    has_one_start = word[:1].isupper() and (len(word) == 1 or not word[1:].isupper())
    return has_one_start and bare_key(word) in _syllables()


@lru_cache(2**16)
def _cut(word: str) -> str:
    """Cut a word into those of the law and syllables; what is in neither may be a name once.

    The fewest letters are left that are in neither, then the fewest words.
    """
    if _is_known(word) or word.isupper():
        return word
    best: list[_Cut | None] = [_Cut()]  # of the first k letters
    for end in range(1, len(word) + 1):
        ways = [
            longer
            for start in range(end)
            if (before := best[start]) is not None
            and (longer := before.and_then(word[start:end])) is not None
        ]
        best.append(min(ways, key=lambda cut: (cut.unknown, len(cut.words)), default=None))
    whole = best[-1]
    return word if whole is None else " ".join(whole.words)


@dataclass(frozen=True)
class _Cut:
    """The first letters of a word, cut; `unknown` of them are of a name that no list has."""

    words: tuple[str, ...] = ()
    unknown: int = 0

    def and_then(self, word: str) -> _Cut | None:
        """Return the cut with one word more; None if that cannot stand there."""
        last = self.words[-1] if self.words else ""
        if _is_known(word):
            may_follow = not last or _is_known(last) or word in _BEHIND_A_NAME
            return replace(self, words=(*self.words, word)) if may_follow else None
        # The first may be the end of a syllable: Thảo Ngu yênthành.
        may_be_name = word[:1].isupper() or (not last and len(word) >= _SHORTEST_END)
        if may_be_name and (not last or _is_of_the_law(last)):
            return _Cut((*self.words, word), self.unknown + len(word))
        return None
