"""Vietnamese names, compared the way a reader would."""

from __future__ import annotations

import re
import unicodedata

from geo_merge.codes import fold_name

# Digits of a commune's code (Decision 124/2004/QĐ-TTg).
CODE_WIDTH = 5
UNIT_TYPES = ("Xã", "Phường", "Thị trấn", "Đặc khu")
_TYPE = re.compile(rf"^({'|'.join(UNIT_TYPES)})\s+(?=\S)", re.IGNORECASE)
_TONES = "\u0300\u0301\u0303\u0309\u0323"
# oa, oe, uy: old and new spelling put the tone on different vowels (hòa, hoà).
_GLIDE = re.compile(rf"(o[{_TONES}]?[ae]|u[{_TONES}]?y)([{_TONES}]?)")


def name_key(name: str) -> str:
    """Return a name for comparing: Unicode form, case, blanks and tone placement do not matter.

    ``Hoà`` and ``Hòa``, ``Thuỵ`` and ``Thụy`` are the same; ``Đồng`` and ``Đông`` are not.
    """
    decomposed = unicodedata.normalize("NFD", fold_name(name))
    return unicodedata.normalize("NFC", _GLIDE.sub(_tone_last, decomposed))


def _tone_last(match: re.Match[str]) -> str:
    vowels = match.group(1)
    tone = "".join(c for c in vowels if c in _TONES)
    return "".join(c for c in vowels if c not in _TONES) + tone + match.group(2)


def split_type(name: str) -> tuple[str, str]:
    """Split ``Phường Thọ Xương`` into type and name; the type is empty if none is written."""
    match = _TYPE.match(name)
    return (match.group(1).capitalize(), name[match.end() :]) if match else ("", name)
