"""How the values of the rows of one unit become one, added up piece by piece."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol, Self

from geo_merge.vocabulary.cells import LIST_SEPARATOR

_MOST_LISTED = 100  # values in one cell
_MIXED = "mixed"


class Rule(StrEnum):
    """How the values of the rows of one new unit become one."""

    SUM = "sum"
    AREA = "area"
    POPULATION = "population"
    MEAN = "mean"
    LIST = "list"
    LARGEST = "largest"
    MIXED = "mixed"
    KEEP = "keep"
    DROP = "drop"


class Value(Protocol):
    """What becomes of one field of the rows of one unit."""

    def add(self, cell: str, figure: Decimal | None, weight: Decimal | None) -> None:
        """Add the field of a row: its text, the number that it is, and how much the row weighs."""
        ...

    def take_in(self, later: Self) -> None:
        """Add what was made of rows that come after these."""
        ...

    def value(self) -> Any:  # noqa: ANN401 - a figure or a text
        """Return what they make."""
        ...


class _Sum:
    def __init__(self) -> None:
        self.total: Decimal | None = None

    def add(self, cell: str, figure: Decimal | None, weight: Decimal | None) -> None:
        del cell, weight
        if figure is not None:
            self.total = figure + (self.total or Decimal(0))

    def take_in(self, later: _Sum) -> None:
        self.add("", later.total, None)

    def value(self) -> Any:  # noqa: ANN401
        return self.total


class _Mean:
    def __init__(self) -> None:
        self._sum = self._weights = Decimal(0)

    def add(self, cell: str, figure: Decimal | None, weight: Decimal | None) -> None:
        del cell
        if figure is not None and weight is not None:
            self._sum += figure * weight
            self._weights += weight

    def take_in(self, later: _Mean) -> None:
        self._sum += later._sum
        self._weights += later._weights

    def value(self) -> Any:  # noqa: ANN401
        return round(self._sum / self._weights, 6) if self._weights else None


class _Texts:
    """Different values in the order in which they come, as a list or as one if there is one."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._seen: dict[str, None] = {}
        self._more = False

    def add(self, cell: str, figure: Decimal | None, weight: Decimal | None) -> None:
        del figure, weight
        text = cell.strip()
        if not text or text in self._seen:
            return
        if len(self._seen) < _MOST_LISTED:
            self._seen[text] = None
        else:
            self._more = True

    def take_in(self, later: _Texts) -> None:
        for text in later._seen:
            self.add(text, None, None)
        self._more |= later._more

    def value(self) -> Any:  # noqa: ANN401
        if self._rule is Rule.LIST or len(self._seen) < 2:  # noqa: PLR2004 - one value, or none
            return LIST_SEPARATOR.join(self._seen) + ("; …" if self._more else "")
        return _MIXED if self._rule is Rule.MIXED else ""


class _Largest:
    def __init__(self) -> None:
        self._weight: Decimal | None = None
        self._cell = ""

    def add(self, cell: str, figure: Decimal | None, weight: Decimal | None) -> None:
        del figure
        if weight is not None and (self._weight is None or weight > self._weight):
            self._weight, self._cell = weight, cell

    def take_in(self, later: _Largest) -> None:
        self.add(later._cell, None, later._weight)

    def value(self) -> Any:  # noqa: ANN401
        return self._cell


def value_by(rule: Rule) -> Value:
    """Return what takes in the rows of a unit by a rule."""
    if rule is Rule.SUM:
        return _Sum()
    if rule in {Rule.MEAN, Rule.AREA, Rule.POPULATION}:
        return _Mean()
    return _Largest() if rule is Rule.LARGEST else _Texts(rule)
