"""Codes and names as text: cleaned, compared, never guessed."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

_INVISIBLE = dict.fromkeys(
    map(ord, "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
)
# And what embeds a direction or isolates it: no code has such.
_IN_NO_CODE = _INVISIBLE | dict.fromkeys(
    map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")
# How spreadsheets are told to keep a text: ="09010" and '09010.
_AS_FORMULA = re.compile(r'="(.*)"', re.DOTALL)
_AS_TEXT = re.compile(r"['\u2018\u2019`\u00b4](?=[0-9A-Za-z])")
# Cyrillic and Greek capitals that are drawn as Latin letters, and letters drawn as digits.
_LATIN = str.maketrans(
    "\u0410\u0412\u0415\u0405\u0406\u0408\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
    "ABESIJKMHOPCTYXABEZHIKMNOPTYX",
)
_FOR_DIGITS = str.maketrans("oil", "011")
_MANY = 2**17  # texts that are kept: the codes of a nation are compared a dozen times
_WHOLE = 2.0**63  # larger numbers are no codes, and their digits mean nothing
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:[.][0-9]{3})+|[1-9][0-9]{0,2}(?:[,'\u2019][0-9]{3})+")
_LOST = re.compile(r"\ufffd|[^\W\d_]\?|\?[^\W\d_]")
_LED = re.compile(r"(.*[^\W\d_][-._]?)[0-9]{3,}")
_PARTED = re.compile(r"[0-9]+([-./][0-9]+)+")
_SEPARATOR = re.compile(r"[.,'\u2019]")
_NEARLY_ALL = 0.9  # steps of one among numbers of rows
_NUMBERED = re.compile(r"&#(?:[0-9]+|[xX][0-9A-Fa-f]+);")
_LATIN_1 = 255
_SCIENTIFIC = re.compile(r"^[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+$")


@lru_cache(_MANY)
def clean_text(text: str) -> str:
    """Compose to NFC and fold white space; what a person reads stays the same.

    Letters that a web page wrote by their numbers, ``M&#7899;i``, are those letters.
    """
    if "&#" in text:
        text = _NUMBERED.sub(lambda found: html.unescape(found[0]), text)
    return " ".join(unicodedata.normalize("NFC", text.translate(_INVISIBLE)).split())


@lru_cache(_MANY)
def clean_code(text: str) -> str:
    """Return a code without blanks, invisible characters, digits of other scripts, other dashes.

    The ways in which spreadsheets keep zeros, ``="09010"`` and ``'09010``, are undone.
    """
    plain = unicodedata.normalize("NFKC", text.translate(_IN_NO_CODE)).translate(_DASHES)
    code = "".join(plain.split())
    if not code.isascii():
        code = "".join(str(unicodedata.decimal(c, c)) for c in code)
    kept = _AS_FORMULA.fullmatch(code)
    return _AS_TEXT.sub("", kept[1] if kept else code, count=1) if code else code


def ungrouped(code: str) -> str:
    """Return a code that a spreadsheet wrote as a number with thousands, ``9,010``, without."""
    return _SEPARATOR.sub("", code) if _GROUPED.fullmatch(code) else code


def plain_number(code: str) -> str:
    """Return a code without what makes it a number: ``.0``, and signs between thousands."""
    return re.sub(r"(?<=[0-9])\.0+$", "", ungrouped(code))


def is_scientific(code: str) -> bool:
    """Tell whether a spreadsheet turned a code into a number like ``7.21E+03``."""
    return bool(_SCIENTIFIC.match(code.strip()))


@lru_cache(_MANY)
def code_key(code: str) -> str:
    """Return what is left of a code that became a number, for comparing.

    No zeros in front, no ``.0``, nothing between thousands.
    """
    cleaned = clean_code(code)
    digits = plain_number(cleaned)
    return (digits.lstrip("0") or "0") if digits.isdigit() else cleaned


def same_codes(codes: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Return for each code the known one: the same, or the only one but for zeros or case.

    Codes that are none of the known ones are left out.
    """
    there = dict.fromkeys(map(str, known))
    alike: list[dict[str, list[str]]] = []
    for key in (code_key, str.casefold):
        alike.append({})
        for code in there:
            alike[-1].setdefault(key(code), []).append(code)
    by_key, by_case = alike
    found = {}
    for code in dict.fromkeys(map(str, codes)):
        close = [code] if code in there else by_key.get(code_key(code))
        close = close or by_case.get(code.casefold(), [])
        if len(close) == 1:
            found[code] = close[0]
    return found


def is_running(cells: Sequence[str]) -> bool:
    """Tell whether cells number rows: plain whole numbers in steps of one, or nearly all of them.

    Codes with zeros in front are texts, and no numbers of rows.
    """
    texts = [text for cell in cells if (text := cell.strip().removesuffix(".0"))]
    if not texts or not all(t.isdigit() and (t == "0" or t[0] != "0") for t in texts):
        return False
    values = [int(t) for t in texts]
    if len(values) <= 2:  # noqa: PLR2004 - too few for steps
        return values in ([0], [1], [0, 1], [1, 2])
    steps = sum(b - a == 1 for a, b in pairwise(values))
    if steps >= _NEARLY_ALL * (len(values) - 1):
        return True
    return len(set(values)) == len(values) and min(values) <= 1 and max(values) < 2 * len(values)


def look_key(code: str) -> str:
    """Return a code as the eye takes it: no case, no zeros in front, O is 0, l and I are 1."""
    folded = clean_code(code).upper().translate(_LATIN).lower().translate(_FOR_DIGITS)
    return (folded.lstrip("0") or "0") if folded.isdigit() else folded


def without_separators(code: str) -> str:
    """Return a code of digits in groups, as ``07-201`` or ``07.201``, without what parts them."""
    return re.sub(r"(?<=[0-9])[-./](?=[0-9])", "", code) if _PARTED.fullmatch(code) else code


def shared_lead(codes: Iterable[str]) -> str:
    """Return what stands before the number in all of some codes: ``PH`` of PH012801001; or blank.

    It ends with a letter, and the number after it has digits alone (``0500000US01001``), three at
    least: x1 and x2 are marks of a person.
    """
    leads = {found[1] if (found := _LED.fullmatch(code)) else "" for code in codes}
    return leads.pop() if len(leads) == 1 else ""


def fold_name(name: str) -> str:
    """Return a name for comparing: composed, case and white space folded."""
    return clean_text(name).casefold()


def fold_accents(text: str) -> str:
    """Return a text for finding: no accents and no case, so that ``le vien`` finds Lệ Viễn."""
    plain = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold().strip()


def has_odd_characters(text: str) -> bool:
    """Tell whether a name has control or direction characters, or is far too long for one."""
    too_long = 200
    return len(text) > too_long or any(unicodedata.category(c) in {"Cc", "Cf"} for c in text)


def has_lost_letters(text: str) -> bool:
    """Tell whether a name has ``?`` or U+FFFD where an encoding had no sign for a letter."""
    return _LOST.search(text) is not None


def is_misread(text: str) -> bool:
    """Tell whether a text in UTF-8 was read as Windows-1252 and saved so: ``Má»›i`` for Mới."""
    try:
        octets = b"".join(c.encode("cp1252" if ord(c) > _LATIN_1 else "latin-1") for c in text)
        return octets.decode() != text
    except UnicodeError:
        return False


def as_text(values: pd.Series) -> pd.Series:
    """Return a column as text: 7210.0 is ``7210``, and what is null is empty."""
    import pandas as pd  # noqa: PLC0415 - texts are cleaned where pandas is not loaded

    return pd.Series([text_of(v) for v in values.tolist()], index=values.index, dtype=object)


def text_of(value: Any) -> str:  # noqa: ANN401 - whatever a cell holds
    """Return a cell as text: 7210.0 is ``7210``, and what is null is empty."""
    if type(value) is str:
        return value
    import pandas as pd  # noqa: PLC0415

    if isinstance(value, float | np.floating):
        if np.isnan(value):
            return ""
        whole = abs(float(value)) < _WHOLE and value % 1 == 0
        return str(int(value)) if whole else repr(float(value))
    if isinstance(value, list | tuple | dict | np.ndarray):
        return str(value)
    return "" if value is None or pd.isna(value) else str(value)
