"""Changes told in words with codes in brackets, as the list of e-Stat tells them (改正事由).

In a line each unit, name and code, is replaced by one sign; what is left is one of a few sentences,
or not understood. Nothing is read out of a part of a line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

Way = tuple[str, str, str, str]


@dataclass(frozen=True)
class Told:
    """What a reason tells.

    Attributes
    ----------
    ways
        Codes and names before and after, as ``old_code, old_name, new_code, new_name``.
    joined
        Names by codes of units that others joined: they go on, if nothing else is told of them.
    wards
        Lines that tell into which wards a city was divided, and not how.
    unread
        Lines that were not understood.
    """

    ways: list[Way] = field(default_factory=list)
    joined: dict[str, str] = field(default_factory=dict)
    wards: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Unit:
    code: str
    name: str
    goes_on: bool = False  # with what is left of its land


_U = "\ue000"
# What may stand between a unit and the name of the next one, so that it is none of the name.
_LEADS = (
    "(?:の(?:区域の)?一部)?(?:が(?:合併|統合)し[、,]?|から(?:分離し[、,]?)?|を(?:分割し[、,]?)?|[がをと])",
    "(?:に編入し[、,]?)?大字[^()]*?が", "の区の再編", "に再編", "[のにへ]",
)  # fmt: skip
# Between name and code may stand how the name is read: 須玉町(すだまちょう、19403).
_UNIT = re.compile(
    rf"(?P<lead>[、,]|(?<=\))(?:{'|'.join(_LEADS)})|)"
    r"(?P<name>[^、,()]+?)\((?:[^()、,\d]+[、,])?(?P<code>\d{5,6})\)"
)
# Some of a unit's land, which goes on; hamlets of one of which others go elsewhere.
_PART = "の(?:区域の)?一部"
_HAMLETS = f"大字[^{_U}]+?"
_ONE = f"{_U}(?:{_PART}|{_HAMLETS})?"
_MANY = f"{_ONE}(?:[、,と]?{_ONE})*"
_NAME = f"[^{_U}、,]+?"
_RANK = (
    "(?:(?:市制|町制|村制|区制|政令指定都市)(?:施行|移行)|(?:名称|コード|(?:郡の|支庁の)?区域)変更)"
)
_MERGED = re.compile(f"({_MANY})が(?:合併|統合)し[、,]?({_U}|{_NAME})[をの]新設")
_JOINED = re.compile(
    f"({_MANY})[がを]({_U})[にへ]編入(?:合併)?(?:し[、,]?{_HAMLETS}[がを]({_U})[にへ]編入)?"
)
_BECAME = re.compile(f"({_MANY})[がの](?:{_NAME}[にへ]{_RANK}し[、,]?)?({_MANY})[にへ]の?{_RANK}")
_LEFT = re.compile(f"({_MANY})から(?:分離し[、,]?({_MANY})を新設|({_MANY})[がを]分[離立割])")
_PARTED = re.compile(f"({_MANY})を(?:分割し[、,]?({_MANY})を新設|({_MANY})に分[割離])")
_REDRAWN = re.compile(f"(?:{_U}の区の再編)?((?:{_MANY}を{_U}に再編)+)")
_ONE_REDRAWN = re.compile(f"({_MANY})を({_U})に再編")
_NOTE = re.compile(r"\([^()\ue000]*\)")
_SAME = re.compile(f"{_MANY}[がの](?:特例市から)?(?:特例市|中核市)[にへ]の?(?:移行|指定)")
_LISTED = re.compile(f"({_U}(?:[、,]?{_U})*)の(?:廃止|新設)")
_COUNTIES = ("郡", "支庁", "振興局")
_COUNTY = re.compile(r".+?(?:郡|支庁|振興局)(?=.+[町村]$)")


def told(text: str) -> Told:
    """Read what a reason tells, line by line."""
    result = Told()
    for line in unicodedata.normalize("NFKC", text).splitlines():
        plain = re.sub(r"\s", "", line).rstrip("。")
        if not plain:
            continue
        sentence = _Line.of(plain)
        if sentence.lists_wards():
            result.wards.append(plain)
            continue
        ways = sentence.ways()
        if ways is None:
            result.unread.append(plain)
        else:
            result.ways.extend(ways)
            result.joined.update(sentence.joined_units())
    return result


@dataclass(frozen=True)
class _Line:
    """A line, its units taken out."""

    text: str
    units: Sequence[_Unit]

    @classmethod
    def of(cls, line: str) -> _Line:
        units = [_Unit(m["code"], m["name"]) for m in _UNIT.finditer(line)]
        return cls(_UNIT.sub(rf"\g<lead>{_U}", line), units)

    def lists_wards(self) -> bool:
        match = _LISTED.fullmatch(self.text)
        return match is not None and all(u.name.endswith("区") for u in self.units)

    def ways(self) -> list[Way] | None:
        """Return what the line tells; None if it was not understood."""
        if _SAME.fullmatch(self.text):
            return []
        if _LISTED.fullmatch(self.text) and all(u.name.endswith(_COUNTIES) for u in self.units):
            return []
        for pattern, read in _SENTENCES:
            if match := pattern.fullmatch(self.text):
                return read(self, match)
        redrawn = _Line(_NOTE.sub("", self.text), self.units)
        return redrawn._redrawn() if _REDRAWN.fullmatch(redrawn.text) else None

    def joined_units(self) -> dict[str, str]:
        """Return names by codes of units that others join."""
        match = _JOINED.fullmatch(self.text)
        return {unit.code: unit.name for unit in self.side(match, 2, 3)} if match else {}

    def side(self, match: re.Match[str], *groups: int) -> list[_Unit]:
        """Return the units of groups of a match."""
        return [unit for group in groups if match[group] for unit in self._of(match, group)]

    def _of(self, match: re.Match[str], group: int) -> Iterator[_Unit]:
        first = self.text.count(_U, 0, match.start(group))
        for k, part in enumerate(re.finditer(f"{_U}({_PART})?", match[group])):
            unit = self.units[first + k]
            yield _Unit(unit.code, unit.name, goes_on=part[1] is not None)

    def merged(self, match: re.Match[str]) -> list[Way] | None:
        before = self.side(match, 1)
        if match[2] == _U:
            return _cross(before, self.side(match, 2))
        # A new unit named without a code has that of the member whose name it takes.
        named = [unit for unit in before if unit.name == match[2]]
        return _cross(before, named) if len(named) == 1 else None

    def joined(self, match: re.Match[str]) -> list[Way]:
        return _cross(self.side(match, 1), self.side(match, 2, 3))

    def became(self, match: re.Match[str]) -> list[Way] | None:
        before, after = self.side(match, 1), self.side(match, 2)
        if len(before) != len(after):
            return None
        return [
            (one.code, _COUNTY.sub("", one.name), two.code, _COUNTY.sub("", two.name))
            for one, two in zip(before, after, strict=True)
        ]

    def left(self, match: re.Match[str]) -> list[Way]:
        before = [_Unit(u.code, u.name, goes_on=True) for u in self.side(match, 1)]
        return _cross(before, self.side(match, 2, 3))

    def parted(self, match: re.Match[str]) -> list[Way]:
        return _cross(self.side(match, 1), self.side(match, 2, 3))

    def _redrawn(self) -> list[Way]:
        return [
            way
            for match in _ONE_REDRAWN.finditer(self.text)
            for way in _cross(self.side(match, 1), self.side(match, 2))
        ]


_SENTENCES: tuple[
    tuple[re.Pattern[str], Callable[[_Line, re.Match[str]], list[Way] | None]], ...
] = (
    (_MERGED, _Line.merged),
    (_JOINED, _Line.joined),
    (_BECAME, _Line.became),
    (_LEFT, _Line.left),
    (_PARTED, _Line.parted),
)


def _pair(unit: _Unit) -> tuple[str, str]:
    return unit.code, unit.name


def _cross(before: Sequence[_Unit], after: Sequence[_Unit]) -> list[Way]:
    stay = [(*_pair(unit), *_pair(unit)) for unit in before if unit.goes_on]
    ways = [(*_pair(old), *_pair(new)) for old in before for new in after]
    return list(dict.fromkeys([*stay, *ways]))
