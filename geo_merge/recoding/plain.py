"""Names as they stand: what is asked of a country of which nothing is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from geo_merge.recoding.reform import Reform
from geo_merge.vocabulary.codes import fold_name
from geo_merge.vocabulary.places import Reading, Side
from geo_merge.vocabulary.sentence import sentence

_SIMILAR = 80.0  # of 100
_MOST = 5


class PlainPlaces:
    """Finds units by their names but for case and blanks; see `vocabulary.places.Places`."""

    def __init__(self, reform: Reform) -> None:
        self._units = reform.units
        self._named: dict[Side, dict[str, list[str]]] = {side: defaultdict(list) for side in Side}
        for side in Side:
            for key, unit in self._units[side].items():
                for name in {fold_name(unit.name), fold_name(f"{unit.unit_type} {unit.name}")}:
                    self._named[side][name].append(key)

    def agrees(self, written: str, unit_type: str, side: Side, code: str) -> bool:
        """Tell whether a name is that of a unit, with or without its type."""
        unit = self._units[side][code]
        typed = {fold_name(f"{kind} {unit.name}") for kind in (unit.unit_type, unit_type) if kind}
        return fold_name(written) in {fold_name(unit.name), *typed}

    def named(
        self, name: str, unit_type: str, parents: Iterable[str], side: Side
    ) -> tuple[Reading, ...]:
        """Return the units with a name within the parents that are given."""
        wanted = [fold_name(parent) for parent in parents if parent]
        codes = self._named[side].get(fold_name(name)) or self._named[side].get(
            fold_name(f"{unit_type} {name}"), []
        )
        within = [key for key in codes if self._is_within(side, key, wanted)]
        how = sentence("recoding.name_and_district" if wanted else "recoding.name")
        return (Reading(side, tuple(within), how),) if within else ()

    def _is_within(self, side: Side, key: str, parents: Iterable[str]) -> bool:
        unit = self._units[side][key]
        own = {fold_name(p) for p in (unit.district, unit.province, unit.district_code,
                                      unit.province_code)}  # fmt: skip
        return all(parent in own for parent in parents)

    def addressed(self, text: str) -> tuple[Reading, ...]:
        """Return the units whose name stands in an address, before parents that agree."""
        parts = [part.strip() for part in text.split(",") if part.strip()]
        for k in reversed(range(len(parts))):
            found = [r for side in Side for r in self.named(parts[k], "", parts[k + 1 :], side)]
            if found:
                return tuple(found)
        return ()

    def similar(self, text: str, side: Side) -> tuple[str, ...]:
        """Return the units with similar names."""
        from rapidfuzz import fuzz, process  # noqa: PLC0415 - only for names that are not found

        names = self._named[side]
        found = process.extract(fold_name(text), list(names), scorer=fuzz.ratio,
                                score_cutoff=_SIMILAR, limit=_MOST)  # fmt: skip
        return tuple(dict.fromkeys(key for name, _, _ in found for key in names[name]))[:_MOST]
