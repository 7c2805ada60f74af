"""Units by name and code, and how a country's names and addresses are understood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Side(StrEnum):
    """Before or after the merger."""

    OLD = "old"
    NEW = "new"

    @property
    def other(self) -> Side:
        """The other side."""
        return Side.NEW if self is Side.OLD else Side.OLD


@dataclass(frozen=True)
class Unit:
    """A unit before or after; its code is empty for a district that had no units."""

    code: str
    name: str
    unit_type: str = ""
    district_code: str = ""
    district: str = ""
    province_code: str = ""
    province: str = ""

    def __str__(self) -> str:
        """Return it as messages name it: ``07489 Xã Lệ Viễn (Huyện Sơn Động)``."""
        parent = self.district or self.province
        told = " ".join(filter(None, (self.code, self.unit_type, self.name)))
        return f"{told} ({parent})" if parent else told


@dataclass(frozen=True)
class Reading:
    """What a name or an address may mean.

    Attributes
    ----------
    side
        Whose units they are.
    codes
        The units: several where a name has several.
    how
        The step that found them, such as ``type, name and district``.
    mixed
        Whether type or parents are those of the other side, as of an old commune in a new province.
    """

    side: Side
    codes: tuple[str, ...]
    how: str
    mixed: bool = False


class Places(Protocol):
    """Finds units by their names; what is only similar is suggested, never found."""

    def agrees(self, written: str, unit_type: str, side: Side, code: str) -> bool:
        """Tell whether a name, with the type if one is given, is that of a unit."""
        ...

    def named(
        self, name: str, unit_type: str, parents: Iterable[str], side: Side
    ) -> tuple[Reading, ...]:
        """Return what a name with its parents may mean among the units of a side."""
        ...

    def addressed(self, text: str) -> tuple[Reading, ...]:
        """Return what an address may mean; those that fit best alone, none if nothing fits."""
        ...

    def similar(self, text: str, side: Side) -> tuple[str, ...]:
        """Return the codes of units with similar names."""
        ...
