"""Names that were told apart by their old units, and are one within a new unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from geo_merge.recoding.cells import name_of
from geo_merge.vocabulary.codes import fold_name

HEADINGS = ("code", "name", "column", "same_name", "times", "from", "rows")
MOST = 200_000  # different names that are kept in mind
_SHOWN = 20


class _Place(NamedTuple):
    row: int
    source: str
    written: str


class SameNames:
    """Collects names of what lies in the units, unit by unit.

    Attributes
    ----------
    full
        Whether there were more different names than are kept in mind: some were not compared.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], dict[str, _Place]] = defaultdict(dict)
        self.full = False

    def add(self, unit: str, heading: str, written: str, source: str, row: int) -> None:
        """Note a name of a row that became part of a unit; one in each old unit is enough."""
        name, folded = _folded(written)
        key = (unit, heading, folded)
        if not name:
            return
        if key not in self._found and len(self._found) >= MOST:
            self.full = True
            return
        if source not in self._found[key]:
            self._found[key][source] = _Place(row, source, name)

    def take_in(self, later: SameNames) -> None:
        """Note the names of rows that come after these."""
        self.full |= later.full
        for key, places in later._found.items():
            if key not in self._found and len(self._found) >= MOST:
                self.full = True
                continue
            known = self._found[key]
            for source, place in places.items():
                known.setdefault(source, place)

    def rows(self, names: dict[str, tuple[str, str]]) -> Iterator[Sequence[object]]:
        """Yield the names that stand in several old units of one new one.

        Parameters
        ----------
        names
            Code and name of each new unit, and the names of the old ones, by key.
        """
        for (unit, heading, _), places in sorted(self._found.items()):
            if len(places) > 1:
                first = next(iter(places.values()))
                sources = "; ".join(" ".join(names[p.source]) for p in places.values())
                rows = ", ".join(str(p.row) for p in list(places.values())[:_SHOWN])
                yield (*names[unit], heading, first.written, len(places), sources, rows)


@lru_cache(2**14)
def _folded(written: str) -> tuple[str, str]:
    name = name_of(written)
    return name, fold_name(name)
