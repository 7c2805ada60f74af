"""Finding units by what a text or a table says of them, step by step, and never by guessing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from geo_merge.vietnam.names import bare_key, name_key, plain, split_type, squashed
from geo_merge.vocabulary.codes import fold_name
from geo_merge.vocabulary.places import Unit
from geo_merge.vocabulary.sentence import sentence

# Of 100: what rapidfuzz must give a name without accents for it to be suggested (Đak Lua and
# Đắc Lua: 83).
SIMILAR = 80.0
_MOST_SUGGESTIONS = 5


@dataclass(frozen=True)
class Match:
    """What was found.

    Attributes
    ----------
    unit
        The unit; None if there is none, or not just one.
    how
        The step that found it, such as ``type, name and district``.
    candidates
        All units that it could be, where several could.
    suggestions
        Units with similar names, where none has this one; never taken.
    """

    unit: Unit | None
    how: str = ""
    candidates: tuple[Unit, ...] = ()
    suggestions: tuple[Unit, ...] = ()

    def problem(self, wanted: str) -> str:
        """Return a sentence on why there is no unit."""
        if self.candidates:
            return sentence("match.any", wanted=wanted, units=[*map(str, self.candidates)])
        if self.suggestions:
            return sentence("match.similar", wanted=wanted, units=[*map(str, self.suggestions)])
        return sentence("match.unknown", wanted=wanted)


# The forms in which names are compared, from the strictest to the loosest.
_FORMS: Sequence[tuple[str, Callable[[str], str]]] = (
    ("", lambda key: key), ("recoding.but_for_blanks", squashed),
    ("recoding.but_for_accents", plain),
)  # fmt: skip
# What led to a unit, by whether its type agreed and a parent was named.
_STEPS = {
    (True, True): "recoding.type_name_and_district", (False, True): "recoding.name_and_district",
    (True, False): "recoding.type_and_name", (False, False): "recoding.name",
}  # fmt: skip


class Units:
    """Units of a country or province at one date, found by code or name."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.all = tuple(units)
        self.by_code = {unit.code: unit for unit in self.all}
        self._by_name: tuple[dict[str, list[Unit]], ...] = tuple(defaultdict(list) for _ in _FORMS)
        for unit in self.all:
            key = bare_key(unit.name)
            for (_, form), index in zip(_FORMS, self._by_name, strict=True):
                index[form(key)].append(unit)

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Units:
        """Return the units of a frame with ``code, name, unit_type`` and parents where known."""
        columns = [c for c in Unit.__dataclass_fields__ if c in frame.columns]
        rows = frame[columns].itertuples(index=False)
        return cls(Unit(**dict(zip(columns, row, strict=True))) for row in rows)

    def within(self, provinces: Iterable[str]) -> Units:
        """Return only the units of some provinces, by their codes."""
        wanted = set(provinces)
        return Units(unit for unit in self.all if unit.province_code in wanted)

    def find(
        self,
        name: str,
        *,
        unit_type: str = "",
        parents: Sequence[str] = (),
        behind: str = "",
    ) -> Match:
        """Find one unit.

        The steps: type, name and district; name and district; type and name; name; the same but
        for blanks, then but for accents. Parents that are given must agree.

        Parameters
        ----------
        name
            The name, without its type.
        unit_type
            Its type; empty if unknown.
        parents
            Its district and province where known, with type if that is known.
        behind
            A parent that may be meant too; used only to tell units of one name apart.
        """
        key = bare_key(name)
        written = fold_name(split_type(name)[1])  # wards IV and 4 may be two
        for (suffix, form), index in zip(_FORMS, self._by_name, strict=True):
            same = index.get(form(key), [])
            for parent in filter(None, parents):
                same = _in_parent(same, parent)
            narrowed = [u for u in same if fold_name(split_type(u.name)[1]) == written] or same
            match = _one(narrowed, unit_type, behind, in_parents=any(parents), suffix=suffix)
            if match.unit is not None or match.candidates:
                return match
        return Match(None, suggestions=self.similar(key))

    def similar(self, key: str) -> tuple[Unit, ...]:
        """Return the units whose names are similar to a key of names; see `names.bare_key`."""
        from rapidfuzz import fuzz, process  # noqa: PLC0415 - only for names that are not found

        names = self._by_name[0]
        found = process.extract(
            key, list(names), scorer=fuzz.ratio, processor=plain, score_cutoff=SIMILAR,
            limit=_MOST_SUGGESTIONS,
        )  # fmt: skip
        return tuple(unit for name, _, _ in found for unit in names[name])[:_MOST_SUGGESTIONS]


def are_similar(name: str, other: str) -> bool:
    """Tell whether two names may be spellings of one; ``Đồng`` and ``Đông`` may."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - only for names that are not found

    return fuzz.ratio(plain(bare_key(name)), plain(bare_key(other))) >= SIMILAR


def _one(
    same: Sequence[Unit], unit_type: str, behind: str, *, in_parents: bool, suffix: str
) -> Match:
    typed = [u for u in same if u.unit_type.casefold() == unit_type.casefold()]
    for units, is_typed in ((typed, True), (list(same), False)):
        step = sentence(_STEPS[is_typed, in_parents])
        near = _in_parent(units, behind) if behind and len(units) != 1 else units
        if len(near) == 1:
            how = step if len(units) == 1 else sentence("match.behind", step=step)
            return Match(near[0], sentence(suffix, step=how) if suffix else how)
        if units:
            return Match(None, "ambiguous", tuple(units))
    return Match(None)


def _in_parent(units: Sequence[Unit], parent: str) -> list[Unit]:
    """Return the units of a district or province; its type must agree only if names do not tell.

    A parent written without accents is found without.
    """
    key = bare_key(parent)
    for attribute in ("district", "province"):
        named = [u for u in units if bare_key(getattr(u, attribute)) == key]
        if not named and key.isascii():
            named = [u for u in units if plain(bare_key(getattr(u, attribute))) == plain(key)]
        typed = [u for u in named if name_key(getattr(u, attribute)) == name_key(parent)]
        if named:
            return typed or named
    return []
