"""Codes with a check digit and without: Japan's local governments have five digits or six."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import sentence

_PLAIN, _CHECKED = 5, 6
_WEIGHTS = (6, 5, 4, 3, 2)


def with_check_digit(code: str) -> str:
    """Return five digits with the sixth that checks them (全国地方公共団体コード)."""
    total = sum(int(digit) * weight for digit, weight in zip(code, _WEIGHTS, strict=True))
    return f"{code}{(11 - total % 11) % 10}"


def as_the_layer(table: pd.DataFrame, codes: Iterable[str]) -> tuple[pd.DataFrame, list[Finding]]:
    """Return a list of changes with the codes of a layer, if one has a check digit more.

    Parameters
    ----------
    table
        ``old_code, new_code``.
    codes
        Codes of the layer.
    """
    listed = {c for column in ("old_code", "new_code") for c in table[column] if c}
    there = set(codes)
    if _all_checked(listed) and _all_plain(there):
        change = {code: code[:_PLAIN] for code in listed}
    elif _all_plain(listed) and _all_checked(there):
        change = {code: with_check_digit(code) for code in listed}
    else:
        return table, []
    written = table.assign(**{c: table[c].replace(change) for c in ("old_code", "new_code")})
    example = min(change)
    told = sentence("W20.check_digit", code=example, written=change[example])
    return written, [Finding.of(told, value=float(len(change)))]


def _all_plain(codes: set[str]) -> bool:
    return bool(codes) and all(len(c) == _PLAIN and c.isdigit() for c in codes)


def _all_checked(codes: set[str]) -> bool:
    return bool(codes) and all(
        len(c) == _CHECKED and c.isdigit() and with_check_digit(c[:_PLAIN]) == c for c in codes
    )
