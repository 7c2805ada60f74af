"""Names and addresses of Vietnam, old, new and mixed: fulfils `vocabulary.places.Places`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from geo_merge.vietnam.lookup.address import split_address
from geo_merge.vietnam.matching import Units
from geo_merge.vietnam.names import UNIT_TYPES, bare_key, name_key, plain, split_type, squashed
from geo_merge.vietnam.provinces import PROVINCES, written_out
from geo_merge.vocabulary.codes import fold_name
from geo_merge.vocabulary.places import Reading, Side, Unit
from geo_merge.vocabulary.sentence import sentence

_REMEMBERED = 2**16
_DISTRICT_TYPES = ("Huyện", "Quận", "Thị xã")
_FORMS: Sequence[tuple[str, Callable[[str], str]]] = (
    ("", lambda key: key), ("recoding.but_for_blanks", squashed),
    ("recoding.but_for_accents", plain),
)  # fmt: skip
# What led to a unit, by whether its type agreed and what parents were named.
_STEPS = {
    (False, ""): "recoding.name", (True, ""): "recoding.type_and_name",
    (False, "district"): "recoding.name_and_district",
    (True, "district"): "recoding.type_name_and_district",
    (False, "province"): "recoding.name_and_province",
    (True, "province"): "recoding.type_name_and_province",
}  # fmt: skip
# A parent by its code, as tables have it: ``24``, ``213``.
_CODE = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True)
class _Parent:
    """What a text may mean as a parent: codes of provinces, keys of districts."""

    before: frozenset[str]
    after: frozenset[str]
    districts: frozenset[str]

    @property
    def is_known(self) -> bool:
        return bool(self.before or self.after or self.districts)


class VietnamPlaces:
    """Finds communes, wards, towns and special zones, and knows what districts were.

    Parameters
    ----------
    old, new
        The units of both sides, with parents as far as they are known.
    members
        The old units of each new one, by code.
    """

    def __init__(self, old: Units, new: Units, members: Mapping[str, Iterable[str]]) -> None:
        self._units = {Side.OLD: old, Side.NEW: new}
        self._named: dict[Side, list[dict[str, list[Unit]]]] = {
            side: _by_name(units) for side, units in self._units.items()
        }
        self._districts: dict[str, set[str]] = defaultdict(set)
        for unit in old.all:
            self._districts[bare_key(unit.district)].add(_district(unit))
        self._codes = {unit.district_code: _district(unit) for unit in old.all}
        self._places = {
            code: (
                frozenset(_district(old.by_code[m]) for m in its),
                frozenset(old.by_code[m].province_code for m in its),
            )
            for code, its in ((code, list(its)) for code, its in members.items())
        }
        self._after = {before: after for before, _, after, _ in PROVINCES}
        self._provinces = _provinces()
        self._tail = lru_cache(_REMEMBERED)(self._of_tail)
        self._parent = lru_cache(_REMEMBERED)(self._parent_of)

    def agrees(self, written: str, unit_type: str, side: Side, code: str) -> bool:
        """Tell whether a name, with the type if one is given, is that of a unit."""
        unit = self._units[side].by_code[code]
        kind = split_type(written)[0] or unit_type
        if bare_key(written) != bare_key(unit.name):
            return name_key(written) == name_key(f"{unit.unit_type} {unit.name}")
        return not kind or not unit.unit_type or kind.casefold() == unit.unit_type.casefold()

    def named(
        self, name: str, unit_type: str, parents: Iterable[str], side: Side
    ) -> tuple[Reading, ...]:
        """Return what a name with its parents may mean among the units of a side."""
        kind, bare = split_type(name)
        found = self._readings(bare, kind or unit_type, tuple(filter(None, parents)), (side,))
        return tuple(found)

    def addressed(self, text: str) -> tuple[Reading, ...]:
        """Return what an address may mean; street, village and house number are left out."""
        for parts in split_address(text):
            for tail in self._tails(parts):
                if found := self._tail(tail):
                    return found
        return ()

    def similar(self, text: str, side: Side) -> tuple[str, ...]:
        """Return the codes of units with similar names."""
        wanted = bare_key(next(iter(self._tails(_first(text))), (text,))[0])
        return tuple(unit.code for unit in self._units[side].similar(wanted))

    def _tails(self, parts: Sequence[str]) -> Iterator[tuple[str, ...]]:
        """Yield where the unit may begin: at its type, the last first, or before its parents."""
        typed = [k for k, part in enumerate(parts) if split_type(part)[0] in UNIT_TYPES]
        yield from (tuple(parts[k:]) for k in reversed(typed))
        if typed or not parts:
            return
        first = len(parts)
        while first > 1 and self._parent(parts[first - 1]).is_known:
            first -= 1
        yield tuple(parts[first - 1 :])
        if first < len(parts):  # a commune called as its district or province
            yield tuple(parts[first:])

    def _of_tail(self, tail: tuple[str, ...]) -> tuple[Reading, ...]:
        kind, bare = split_type(tail[0])
        return tuple(self._readings(bare, kind, tail[1:], tuple(Side)))

    def _readings(
        self, name: str, unit_type: str, parents: tuple[str, ...], sides: Iterable[Side]
    ) -> list[Reading]:
        """Return the readings of the strictest form of the name that has any."""
        meant = [self._parent(parent) for parent in parents]
        # Of several parents the last alone is a province: Thành phố Cao Bằng, Tỉnh Cao Bằng.
        meant = [_as_district(p) if p.districts else p for p in meant[:-1]] + meant[-1:]
        if not all(parent.is_known for parent in meant):
            return []
        key, written = bare_key(name), fold_name(name)
        for level, (suffix, form) in enumerate(_FORMS):
            if level > 1 and not (key.isascii() or len(meant) > 1):
                break  # an accent that was written and differs is another name
            found: list[Reading] = []
            for side in sides:
                same = self._named[side][level].get(form(key), [])
                exact = [u for u in same if fold_name(u.name) == written]
                its = list(self._narrowed(exact, unit_type, meant, side, suffix))
                found += its or self._narrowed(same, unit_type, meant, side, suffix)
            if found:
                return [r for r in found if not r.mixed] or found
        return []

    def _narrowed(
        self, same: list[Unit], unit_type: str, parents: list[_Parent], side: Side, suffix: str
    ) -> Iterator[Reading]:
        """Yield the units whose parents agree on their own side, or else on the other."""
        within = [u for u in same if all(self._is_in(u, p, side) for p in parents)]
        crossed = not within
        if crossed:
            within = [
                u
                for u in same
                if all(self._is_in(u, p, side) or self._is_across(u, p, side) for p in parents)
            ]
        typed = [u for u in within if u.unit_type.casefold() == unit_type.casefold()]
        if not within:
            return
        how = sentence(_STEPS[bool(typed), _level(parents)])
        if crossed:
            of_old = side.other is Side.OLD
            how = sentence("recoding.parents_of_old" if of_old else "recoding.parents_of_new",
                           step=how)  # fmt: skip
        if suffix:
            how = sentence(suffix, step=how)
        other_type = bool(unit_type) and not typed
        codes = tuple(u.code for u in (typed or within))
        yield Reading(side, codes, how, mixed=crossed or other_type)

    def _is_in(self, unit: Unit, parent: _Parent, side: Side) -> bool:
        if side is Side.NEW:
            return unit.province_code in parent.after
        return _district(unit) in parent.districts or unit.province_code in parent.before

    def _is_across(self, unit: Unit, parent: _Parent, side: Side) -> bool:
        if side is Side.OLD:
            return self._after.get(unit.province_code) in parent.after
        districts, provinces = self._places.get(unit.code, (frozenset(), frozenset()))
        return not parent.districts.isdisjoint(districts) or not parent.before.isdisjoint(provinces)

    def _parent_of(self, text: str) -> _Parent:
        """Return what a text may mean as a parent; its type counts where it tells."""
        if _CODE.fullmatch(text) and not self._districts.get(bare_key(text)):
            district, code = self._codes.get(text.zfill(3)), text.zfill(2)
            before = frozenset({code} if code in self._after else ())
            after = frozenset({code} if code in self._after.values() else ())
            return _Parent(before, after, frozenset({district} if district else ()))
        written = written_out(text)
        kind, key = split_type(written)[0], bare_key(written)
        districts = self._districts.get(key, set())
        before, after = self._provinces.get(key, (frozenset(), frozenset()))
        if not (districts or before or after) and key.isascii():
            return self._unaccented(plain(key), kind)
        typed = {d for d in districts if name_key(d.partition("|")[2]) == name_key(written)}
        if kind == "Tỉnh":
            districts = set()
        if kind in _DISTRICT_TYPES:
            before = after = frozenset()
        return _Parent(before, after, frozenset(typed or districts))

    def _unaccented(self, key: str, kind: str) -> _Parent:
        districts = {d for name, its in self._districts.items() if plain(name) == key for d in its}
        pairs = [pair for name, pair in self._provinces.items() if plain(name) == key]
        before = frozenset().union(*(pair[0] for pair in pairs))
        after = frozenset().union(*(pair[1] for pair in pairs))
        if kind in _DISTRICT_TYPES:
            before = after = frozenset()
        return _Parent(before, after, frozenset(districts if kind != "Tỉnh" else ()))


def _level(parents: Sequence[_Parent]) -> str:
    if not parents:
        return ""
    return "district" if any(p.districts for p in parents) else "province"


def _as_district(parent: _Parent) -> _Parent:
    return _Parent(frozenset(), frozenset(), parent.districts)


def places_of(
    units: Mapping[Side, Mapping[str, Unit]], members: Mapping[str, Sequence[str]]
) -> VietnamPlaces | None:
    """Return how names of units are understood, by their keys; None if they are not of Vietnam."""
    old, new = (
        Units(replace(unit, code=key) for key, unit in units[side].items())
        for side in (Side.OLD, Side.NEW)
    )
    return VietnamPlaces(old, new, members) if are_ours(old) else None


def are_ours(units: Units) -> bool:
    """Tell whether units are of Vietnam: their provinces are, or their types."""
    known = {(code, name_key(name)) for code, name, _, _ in PROVINCES}
    return any(
        (unit.province_code, name_key(unit.province)) in known or unit.unit_type in UNIT_TYPES
        for unit in units.all
    )


def _first(text: str) -> list[str]:
    return next(iter(split_address(text)), [text])


def _district(unit: Unit) -> str:
    return f"{unit.province_code}|{unit.district}"


def _by_name(units: Units) -> list[dict[str, list[Unit]]]:
    indexes: list[dict[str, list[Unit]]] = [defaultdict(list) for _ in _FORMS]
    for unit in units.all:
        for (_, form), index in zip(_FORMS, indexes, strict=True):
            index[form(bare_key(unit.name))].append(unit)
    return indexes


def _provinces() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Return the codes that the name of a province means, before and after."""
    before: dict[str, set[str]] = defaultdict(set)
    after: dict[str, set[str]] = defaultdict(set)
    for code, name, new_code, new_name in PROVINCES:
        before[bare_key(name)].add(code)
        after[bare_key(new_name)].add(new_code)
    return {key: (frozenset(before[key]), frozenset(after[key])) for key in {*before, *after}}
