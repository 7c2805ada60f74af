"""Days as lists of changes write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date

_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018,
         "m": 1867, "t": 1911, "s": 1925, "h": 1988, "r": 2018}  # fmt: skip
# Years of two digits are of the hundred that begins with INSEE's list: 43 is 1943, 19 is 2019.
FIRST_SHORT_YEAR = 1943
_DATE = r"\D{1,2}"
_DAYS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[str, str, str]]], ...] = (
    (re.compile(rf"(\d{{4}}){_DATE}(\d{{1,2}}){_DATE}(\d{{1,2}})(?:日|[t ][\d:.]+z?)?"),
     lambda m: (m[1], m[2], m[3])),
    (re.compile(r"(\d{4})(\d\d)(\d\d)"), lambda m: (m[1], m[2], m[3])),
    (re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})"), lambda m: (m[3], m[2], m[1])),
    (re.compile(r"(\d{1,2})/(\d{1,2})/(\d\d)"), lambda m: (_century(m[3]), m[2], m[1])),
)  # fmt: skip
_ERA = re.compile(rf"({'|'.join(_ERAS)})\.?(\d+|元)\D(\d{{1,2}})\D(\d{{1,2}})日?")


def is_short(text: str) -> bool:
    """Tell whether the year of a day has two digits: 01/01/19."""
    return re.fullmatch(r"\d{1,2}/\d{1,2}/\d\d", text.strip()) is not None


def order_of(text: str) -> tuple[int, int] | None:
    """Return the two numbers before the year of 01/02/2020, of which countries differ in the order.

    None for a day that is written otherwise.
    """
    match = re.fullmatch(r"(\d{1,2})[/-](\d{1,2})[/-](?:\d\d|\d{4})", text.strip())
    return (int(match[1]), int(match[2])) if match else None


def read_day(text: str) -> date | None:
    """Return a day as lists write it: 2020-01-01, 20200101, 01.01.2020, 平成18年3月31日.

    Where month and day come before the year, the day is first, as in the lists of Europe.
    """
    text = unicodedata.normalize("NFKC", text).strip().lower()
    era = _ERA.fullmatch(text)
    if era is not None:
        year = _ERAS[era[1]] + (1 if era[2] == "元" else int(era[2]))
        return _day(str(year), era[3], era[4])
    for pattern, parts in _DAYS:
        match = pattern.fullmatch(text)
        if match is not None:
            return _day(*parts(match))
    return None


def _century(year: str) -> str:
    return str(FIRST_SHORT_YEAR + (int(year) - FIRST_SHORT_YEAR) % 100)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
