"""What a sentence of a resolution says: which new unit is made of which old ones, or parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """How much of an old unit goes to a new one."""

    WHOLE = "whole"
    AREA = "area"  # all of the land, nobody lives there
    PART = "part"
    PART_AREA = "part of the area"
    PART_ALL_PEOPLE = "part of the area, all people"
    REST = "rest"


PARTS = frozenset({Mode.PART, Mode.PART_AREA, Mode.PART_ALL_PEOPLE})


@dataclass(frozen=True)
class Member:
    """An old unit, or a part of it, as a text names it.

    Attributes
    ----------
    unit_type, name
        As written; the type is that of the list where a list has one, empty where none is written.
    district
        The parent that the text gives this unit itself, as ``huyện Yên Thế``.
    behind
        The parent that a text gives to a unit named after this one, which may be meant for both.
    mode
        How much of it.
    is_piece
        Whether it is land that is no unit, such as a firing range.
    note
        Where the rest of it went, as written.
    """

    unit_type: str
    name: str
    district: str = ""
    behind: str = ""
    mode: Mode = Mode.WHOLE
    is_piece: bool = False
    note: str = ""


@dataclass(frozen=True)
class Sentence:
    """What one sentence says: which new unit is made of what, or what it is about.

    `kind` is ``arranged``, ``joined`` (the new unit is one of the old), ``closing`` (members are
    the units that stay), ``heading`` (of a district) or ``note``; the `name` of the last three is
    the words.
    """

    kind: str
    unit_type: str = ""
    name: str = ""
    members: tuple[Member, ...] = ()


def clause_references(note: str) -> tuple[int, ...]:
    """Return the clauses that the rest of a unit is said to be left over from."""
    return tuple(int(n) for n in re.findall(r"\d+", note)) if "khoản" in note else ()
