"""Codes and names as text: cleaned, compared, never guessed."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
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
    import pandas as pd  # noqa: PLC0415 - texts are cleaned where pandas is not loaded

    return pd.Series([_text(v) for v in values], index=values.index, dtype=object)


def _text(value: Any) -> str:  # noqa: ANN401 - whatever a cell holds
    import pandas as pd  # noqa: PLC0415

    if isinstance(value, float | np.floating):
        if np.isnan(value):
            return ""
        return str(int(value)) if np.isfinite(value) and value % 1 == 0 else repr(float(value))
    if isinstance(value, list | tuple | dict | np.ndarray):
        return str(value)
    return "" if value is None or pd.isna(value) else str(value)
