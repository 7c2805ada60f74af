"""Changes told in words with codes in brackets, as the list of e-Stat tells them (改正事由)."""

from __future__ import annotations

import re
import unicodedata

Way = tuple[str, str, str, str]
_UNIT = re.compile(r"([^、,()\s]+?)\((\d{5,6})\)")
# What stands between those that change and what they become.
_MERGED = re.compile(r"^(.+?)が合併し[、,]?(.+?)(?:を|の)新設$")
_JOINED = re.compile(r"^(.+?)[がを](.+?)(?:に|へ)編入(?:合併)?$")
_BECAME = re.compile(
    r"^(.+?)[がの](.+?)(?:に|への?)(?:市制|町制|村制|区制|政令指定都市)(?:施行|移行)(?:.*)$"
)
_RENAMED = re.compile(r"^(.+?)[がの](.+?)(?:に|への?)(?:名称|コード)変更$")
_LEFT = re.compile(r"^(.+?)から(.+?)(?:が|を)(?:分離|分立|分割)(?:.*)$")
_PARTED = re.compile(r"^(.+?)[がを](.+?)に(?:分割|分離)(?:.*)$")
_PART = re.compile(r"(?:の一部|の区域の一部)")
# Wards of a city, a level below the units.
_BELOW = re.compile(r"^(?:.+区\(\d{5,6}\)[、,]?)+の?(?:を)?新設$")


def ways(text: str) -> tuple[list[Way], list[str]]:
    """Read what a reason tells, line by line.

    Returns
    -------
    list of (str, str, str, str)
        Codes and names before and after, as ``old_code, old_name, new_code, new_name``.
    list of str
        Lines that were not understood.
    """
    found: list[Way] = []
    left: list[str] = []
    for line in unicodedata.normalize("NFKC", text).splitlines():
        plain = re.sub(r"\s", "", line).rstrip("。")
        if not plain or _BELOW.match(plain):
            continue
        one = _read(plain)
        found += one
        left += [] if one else [plain]
    return found, left


def _read(line: str) -> list[Way]:
    partly = _PART.search(line) is not None
    line = _PART.sub("", line)
    for pattern in (_MERGED, _BECAME, _RENAMED, _LEFT, _JOINED, _PARTED):
        match = pattern.match(line)
        if match is None:
            continue
        before, after = (
            [(code, name) for name, code in _UNIT.findall(side)] for side in match.groups()
        )
        if not before or not after:
            continue
        result = [(*old, *new) for old in before for new in after]
        if partly or pattern is _LEFT:  # those that give land away go on
            result = [*((*old, *old) for old in before), *result]
        if pattern is _JOINED:  # and those that others join
            result = [*((*new, *new) for new in after), *result]
        return list(dict.fromkeys(result))
    return []
