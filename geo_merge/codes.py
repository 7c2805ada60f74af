"""Codes and names as text: cleaned, compared, never guessed."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_SCIENTIFIC = re.compile(r"^[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+$")


def clean_text(text: str) -> str:
    """Compose to NFC and fold white space; what a person reads stays the same."""
    return " ".join(unicodedata.normalize("NFC", text.translate(_INVISIBLE)).split())


def clean_code(text: str) -> str:
    """Return a code without blanks, invisible characters and full-width digits."""
    return "".join(unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).split())


def is_scientific(code: str) -> bool:
    """Tell whether a spreadsheet turned a code into a number like ``7.21E+03``."""
    return bool(_SCIENTIFIC.match(code.strip()))


def code_key(code: str) -> str:
    """Return what is left of a code when its leading zeros are lost, for comparing."""
    cleaned = clean_code(code)
    return (cleaned.lstrip("0") or "0") if cleaned.isdigit() else cleaned


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


def as_text(values: pd.Series) -> pd.Series:
    """Return a column as text: 7210.0 is ``7210``, and what is null is empty."""
    if pd.api.types.is_float_dtype(values.dtype):
        whole = values.notna() & (values % 1 == 0) & np.isfinite(values)
        return pd.Series(
            [
                "" if pd.isna(v) else str(int(v)) if w else repr(float(v))
                for v, w in zip(values, whole, strict=True)
            ],
            index=values.index,
            dtype=object,
        )
    return pd.Series(
        ["" if pd.isna(v) else str(v) for v in values], index=values.index, dtype=object
    )
