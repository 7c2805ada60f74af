"""Of which side the units of a table are, before any row is recoded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from geo_merge.errors import TableError
from geo_merge.recoding.cells import code_of
from geo_merge.recoding.code_columns import agreeing_sides
from geo_merge.recoding.columns import Columns
from geo_merge.recoding.reform import Reform
from geo_merge.recoding.sample import Sample
from geo_merge.vocabulary.places import Places, Side
from geo_merge.vocabulary.sentence import Sentence, sentence

_CHANCE = 1e-3  # that codes fit both sides though they are of this one
_TELLING = 10  # addresses of one side that make a table one of it
_NEARLY = 0.95


@dataclass(frozen=True)
class Vintage:
    """How a table fits both sides.

    Attributes
    ----------
    side
        The side that it is surely of; None if its cells do not tell.
    told
        One sentence with the counts.
    codes
        Distinct codes; ``fits`` of them on each side, ``both`` on both.
    """

    side: Side | None
    told: Sentence
    codes: int = 0
    fits: tuple[int, int] = (0, 0)
    both: int = 0


def of_codes(sample: Sample, columns: Columns, at: int, reform: Reform, places: Places) -> Vintage:
    """Tell by codes, and names where there are any, of which side a table is."""
    cells = sample.cells[at]
    codes = {code for cell in set(cells) if (code := code_of(cell)[0])}
    on = {side: {c for c in codes if reform.find(side, c) is not None} for side in Side}
    old, new, both = len(on[Side.OLD]), len(on[Side.NEW]), len(on[Side.OLD] & on[Side.NEW])
    number = len(codes)
    named: Counter[Side] = Counter()
    if columns.name is not None:
        pairs = set(zip(cells, sample.cells[columns.name], strict=True))
        for code, name in pairs:
            sides = agreeing_sides(code, name, reform, places) if name else frozenset()
            named.update(sides if len(sides) == 1 else ())
    names = "" if columns.name is None else sentence(
        "recoding.vintage_names", old=named[Side.OLD], new=named[Side.NEW]
    )  # fmt: skip
    told = sentence(
        "recoding.vintage", file=sample.source, column=sample.headings[at], n=number, old=old,
        old_share=old / max(number, 1), new=new, new_share=new / max(number, 1), both=both,
        names=names,
    )  # fmt: skip
    side = _more(named[Side.OLD], named[Side.NEW]) or _more(old - both, new - both)
    if side is None and both and not named:
        side = _by_chance(both, reform)
    return Vintage(side, told, number, (old, new), both)


def _more(old: int, new: int) -> Side | None:
    if old == new:
        return None
    return Side.OLD if old > new else Side.NEW


def _by_chance(both: int, reform: Reform) -> Side | None:
    """Tell of which side codes are that all are of both: of one, few of the codes are."""
    common = len(reform.units[Side.OLD].keys() & reform.units[Side.NEW].keys())
    chance = {side: (common / max(len(reform.units[side]), 1)) ** both for side in Side}
    unlikely = [side for side in Side if chance[side] < _CHANCE]
    return unlikely[0].other if len(unlikely) == 1 else None


def of_texts(cells: Sequence[str], places: Places) -> Side | None:
    """Tell by names or addresses of which side nearly all rows are that are of one alone."""
    telling: Counter[Side] = Counter()
    for text in dict.fromkeys(cells):
        sides = {reading.side for reading in places.addressed(text)} if text.strip() else set()
        telling.update(sides if len(sides) == 1 else ())
    total = sum(telling.values())
    if total < _TELLING:
        return None
    side, number = telling.most_common(1)[0]
    return side if number >= _NEARLY * total else None


def check_codes(found: Vintage, source: str, target: Side, reform: Reform) -> str:
    """Refuse codes of the side to which they shall go, and of another place.

    Parameters
    ----------
    found
        See `of_codes`.
    source
        The file, for messages.
    target
        The side to which they shall go.
    reform
        The units.

    Returns
    -------
    str
        What to say of codes that may be of both sides; empty if there is nothing.

    Raises
    ------
    TableError
        K09 or K04.
    """
    old, new = found.fits
    on_source, on_target = (old, new) if target is Side.NEW else (new, old)
    if found.codes and not old and not new:
        known = sorted(unit.code for unit in reform.units[target.other].values() if unit.code)
        raise TableError(
            sentence(
                "recoding.other_place",
                file=source,
                n=found.codes,
                crosswalk=reform.source,
                first=known[0],
                last=known[-1],
            )
        )
    if found.side is target:
        kind = "recoding.codes_are_new" if target is Side.NEW else "recoding.codes_are_old"
        raise TableError(sentence(kind, file=source, n=on_target, all=found.codes, more=found.both))
    if found.side is None and on_source and found.both == found.codes:
        codes = (sentence("recoding.the_one_code") if found.codes == 1
                 else sentence("recoding.all_codes", n=found.codes))  # fmt: skip
        kind = "recoding.read_as_old" if target is Side.NEW else "recoding.read_as_new"
        return sentence(kind, file=source, codes=codes)
    return ""
