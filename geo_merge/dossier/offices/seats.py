"""Whose office a seat is: the words of a resolution, read against the members of the new unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd
from rapidfuzz import fuzz

from geo_merge.vocabulary.codes import fold_accents, fold_name
from geo_merge.vocabulary.country import Country, NameKey

# Where a name ends, and where the next begins.
_END = re.compile(r"[(;.\[]")
_NEXT = re.compile(r"\s*,\s*|\s+(?:và|and|&)\s+")
_WORD = re.compile(r"\w+")
# Of 100: below it, a name is another one rather than a misspelt one.
_ALIKE = 60


class Reading(StrEnum):
    """How a text says whose office the seat is."""

    MEMBER = "member"  # a member, with its type
    OTHER_TYPE = "other_type"  # a member, with another type than it has
    NAME = "name"  # a member, by its name alone
    SEVERAL = "several"  # several members
    DISTRICT = "district"  # the district of a member
    SIMILAR = "similar"  # a name like that of a member: suggested, never taken
    UNNAMED = "unnamed"  # a unit without a name
    GIVEN = "given"  # a planner wrote the code of the member
    UNKNOWN = "unknown"  # nothing that is known, or nothing at all


@dataclass(frozen=True)
class Seat:
    """The seat of a new unit.

    Attributes
    ----------
    reading
        How it is said.
    members
        Codes of the old units whose offices it takes; none if that is open or a district's.
    district
        Name of the district whose office it takes.
    suggested
        Code of the member whose name is alike.
    text
        As it was written.
    """

    reading: Reading
    members: tuple[str, ...] = ()
    district: str = ""
    suggested: str = ""
    text: str = ""

    @property
    def one_is_kept(self) -> bool:
        """Whether the office of one member stays, but it is open which."""
        return self.reading in (Reading.SIMILAR, Reading.UNNAMED)


def read_seat(text: str, members: pd.DataFrame, types: Iterable[str], country: Country) -> Seat:
    """Read whose office a seat is.

    Parameters
    ----------
    text
        As ``Trụ sở Đảng ủy, HĐND, UBND xã Canh Nậu (cũ)``.
    members
        Old units that the new one was made of, by code: ``name, unit_type, district``.
    types
        Types that units of this level have: other types are those of districts.
    country
        How names are compared, and types split off.
    """
    key, level = country.name_key, {fold_name(kind) for kind in types}
    named = [(kind, name) for kind, name in _named(text, country) if kind]
    own = [(kind, name) for kind, name in named if fold_name(kind) in level]
    by_name = {key(str(name)): str(code) for code, name in members["name"].items()}
    found = list(dict.fromkeys(by_name[key(n)] for _, n in own if n and key(n) in by_name))
    if len(found) > 1:
        return Seat(Reading.SEVERAL, tuple(found), text=text)
    if found:
        told = next(kind for kind, n in own if n and by_name.get(key(n)) == found[0])
        same = fold_name(told) == fold_name(str(members.at[found[0], "unit_type"]))
        return Seat(Reading.MEMBER if same else Reading.OTHER_TYPE, (found[0],), text=text)
    districts = {_key(*country.split_type(d), key): d for d in members["district"].dropna()}
    for kind, name in named:
        if (whole := _key(kind, name, key)) in districts:
            return Seat(Reading.DISTRICT, district=str(districts[whole]), text=text)
    if own:
        return _open(own, members, key, text)
    return _by_name(text, by_name, key)


def _key(kind: str, name: str, key: NameKey) -> str:
    return f"{fold_name(kind)} {key(name)}"


def _named(text: str, country: Country) -> Iterator[tuple[str, str]]:
    """Yield type and name of each unit that a text names; the name is blank if it has none."""
    words = text.split()
    for k in range(len(words)):
        kind, rest = country.split_type(" ".join(words[k:]))
        if not kind:
            continue
        for name in _NEXT.split(_END.split(rest)[0].strip()):
            yield kind, name.strip()


def _open(own: list[tuple[str, str]], members: pd.DataFrame, key: NameKey, text: str) -> Seat:
    """Return what to say of a unit that is no member: nothing is taken, the likeliest suggested."""
    names = [name for _, name in own if name]
    if not names:
        return Seat(Reading.UNNAMED, text=text)
    scores = [
        (fuzz.ratio(fold_accents(key(name)), fold_accents(key(str(member)))), str(code))
        for name in names
        for code, member in members["name"].items()
    ]
    score, code = max(scores, default=(0.0, ""))
    if score < _ALIKE:
        return Seat(Reading.UNKNOWN, text=text)
    return Seat(Reading.SIMILAR, suggested=code, text=text)


def _by_name(text: str, by_name: Mapping[str, str], key: NameKey) -> Seat:
    """Return the member whose name alone a text has, if it is one."""
    words = f" {key(' '.join(_WORD.findall(text)))} "
    found = {code for name, code in by_name.items() if f" {name} " in words}
    if len(found) == 1:
        return Seat(Reading.NAME, tuple(found), text=text)
    return Seat(Reading.UNKNOWN, text=text)
