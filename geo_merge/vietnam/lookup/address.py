"""Addresses as people write them, split into a commune and its parents."""

from __future__ import annotations

import re
from collections.abc import Iterator

from geo_merge.vietnam.names import PARENT_TYPES, UNIT_TYPES, split_type
from geo_merge.vietnam.provinces import written_out
from geo_merge.vocabulary.codes import clean_text

_COMMAS = re.compile(r"[,(;]")
_PARENT = "|".join(PARENT_TYPES)
# Also a spaced dash, "thuộc", and what begins a parent, with or without a dash before it:
# ``... - Huyện Sơn Động``, ``P1 Q3 TPHCM``.
_SEPARATORS = re.compile(
    rf"[,(;|]|\s[-\u2013\u2014/]\s|\s+thuộc\s+|\s*[-\u2013\u2014/]?\s*(?=\b(?:{_PARENT})\s)"
    r"|\s+(?=(?:TP|TX|Q|H|T)\s*\.|Q\d|TP\s?HCM)",
    re.IGNORECASE,
)
# The same, and before what begins a unit, but for ``thị xã`` and a name that begins so.
_BEFORE_UNIT = re.compile(
    rf"{_SEPARATORS.pattern}|(?<!thị)\s+(?=(?:xã|phường|thị trấn|đặc khu)\s)"
    r"|\s+(?=(?:P|X|TT)\s*\.\s*\S|P\d)",
    re.IGNORECASE,
)
_POST_CODE = re.compile(r"\s\d{5,6}$")
_COUNTRY_OR_POST = re.compile(r"(?:vi[eệ]t\s?nam|vn|\d{5,6})\.?", re.IGNORECASE)
# Types typed without accents, the longest first.
_BARE_TYPES = {
    "thi tran": "Thị trấn", "thanh pho": "Thành phố", "dac khu": "Đặc khu", "thi xa": "Thị xã",
    "phuong": "Phường", "huyen": "Huyện", "quan": "Quận", "tinh": "Tỉnh", "xa": "Xã",
    "tp": "Thành phố",
}  # fmt: skip
_BARE = re.compile(rf"\b({'|'.join(_BARE_TYPES)})(?=\s+\w)", re.IGNORECASE)

# English: ``Ward 1``, ``Ben Nghe Ward``. Parents are found by name, so their types go.
_ENGLISH_UNITS = {
    "ward": "Phường", "commune": "Xã", "township": "Thị trấn", "town": "Thị trấn",
    "special zone": "Đặc khu",
}  # fmt: skip
_ENGLISH = "|".join((*_ENGLISH_UNITS, "rural district", "urban district", "district", "province",
                     "municipality", "city"))  # fmt: skip
_ENGLISH_FIRST = re.compile(rf"({_ENGLISH})\s+(?:of\s+)?(\S.*)", re.IGNORECASE)
_ENGLISH_LAST = re.compile(rf"(\S.*?)\s+({_ENGLISH})", re.IGNORECASE)

Reading = tuple[str, list[str]]


def readings(text: str) -> Iterator[Reading]:
    """Yield what an address may say, name (with type) and parents, the likeliest first.

    Commas and parentheses always separate; dashes and the types of parents only in later readings,
    for they stand in names too (Bà Rịa - Vũng Tàu). Street, post code and country are left out.
    """
    text = " , ".join(text.replace(")", "").splitlines())
    yield _named(_COMMAS.split(text))
    text = clean_text(text)
    yield _from_commune(_SEPARATORS.split(text))
    if text.isascii():
        yield _from_commune(_SEPARATORS.split(_with_accents(text)))
    yield from _english([part.strip() for part in _COMMAS.split(text) if part.strip()])


def split_address(text: str) -> Iterator[list[str]]:
    """Yield the parts of an address, street and village among them, split ever finer.

    By commas; then by dashes and before what begins a unit or parent; then the same with types
    that were typed without accents; then as English says it.
    """
    text = clean_text(" , ".join(text.replace(")", "").splitlines()))
    seen: list[list[str]] = []
    for parts in _splits(text):
        kept = [_POST_CODE.sub("", part.strip()) for part in parts if part.strip()]
        kept = [part for part in kept if not _COUNTRY_OR_POST.fullmatch(part)]
        if kept and kept not in seen:
            seen.append(kept)
            yield kept


def _splits(text: str) -> Iterator[list[str]]:
    yield _COMMAS.split(text)
    yield _BEFORE_UNIT.split(text)
    if text.isascii():
        yield _BEFORE_UNIT.split(_with_accents(text))
        for name, parents in _english([part.strip() for part in _COMMAS.split(text)]):
            yield [name, *parents]


def _with_accents(text: str) -> str:
    """Return a text with the types in it as they are written; behind a type begins a name."""
    done, end = [], 0
    behind = -1  # where a type ended
    for found in _BARE.finditer(text):
        if text[behind : found.start()].strip() or behind < 0:
            done += [text[end : found.start()], _BARE_TYPES[found[1].lower()]]
            end = behind = found.end()
    return "".join([*done, text[end:]])


def _english(parts: list[str]) -> Iterator[Reading]:
    """Yield what an address in English says, from its first ward, commune or town on."""
    typed = []
    for part in parts:
        bare = _POST_CODE.sub("", part)
        if first := _ENGLISH_FIRST.fullmatch(bare):
            typed.append((first[1].lower(), first[2]))
        elif last := _ENGLISH_LAST.fullmatch(bare):
            typed.append((last[2].lower(), last[1]))
        else:
            typed.append(("", bare))
    units = [k for k, (kind, _) in enumerate(typed) if kind in _ENGLISH_UNITS]
    if units:
        kind, name = typed[units[0]]
        parents = [p for _, p in typed[units[0] + 1 :] if not _COUNTRY_OR_POST.fullmatch(p)]
        yield f"{_ENGLISH_UNITS[kind]} {name}", [written_out(parent) for parent in parents]


def _named(parts: list[str]) -> Reading:
    name, *parents = [part.strip() for part in parts if part.strip()] or [""]
    return name, parents


def _from_commune(parts: list[str]) -> Reading:
    """Return the first part that has a commune's type, or else the first, and those behind it."""
    filled = [_POST_CODE.sub("", part.strip()) for part in parts if part.strip()]
    kept = [part for part in filled if not _COUNTRY_OR_POST.fullmatch(part)]
    types = [split_type(part)[0] in UNIT_TYPES for part in kept]
    name, parents = _named(kept[types.index(True) if True in types else 0 :])
    return name, [written_out(parent) for parent in parents]
