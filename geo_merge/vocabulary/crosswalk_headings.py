"""Which columns of a crosswalk are which, by the words of their headings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from geo_merge.vocabulary.fields import HEADINGS, ROLES, UNSURE, fold_field
from geo_merge.vocabulary.heading_words import LEVELS, PUBLISHED, WHOLE, Heading, heading

_ABOVE = ("district_code", "district", "province_code", "province")
_OF_SIDES = tuple(
    f"{side}_{what}" for side in ("old", "new") for what in ("code", "name", "type", *_ABOVE)
)


@dataclass(frozen=True)
class Told:
    """What headings tell.

    Attributes
    ----------
    columns
        Headings by what they hold (``old_code, old_name, new_province, share``, ...), each without
        doubt.
    unclear
        Headings that could each be it, by what they could hold: none of them is taken.
    """

    columns: dict[str, str] = field(default_factory=dict)
    unclear: dict[str, list[str]] = field(default_factory=dict)


def told_by_headings(columns: Iterable[str]) -> Told:
    """Return what the columns of a crosswalk hold, as far as their headings tell it.

    A heading tells its side by a word (old, cũ, ancien, alt, 旧, ...), or by its year where there
    are two. One that names no side is of the old units, if no other is; a type is that of the new
    units if it stands behind their columns, and unclear elsewhere.

    Parameters
    ----------
    columns
        Headings, as they are written.
    """
    columns = list(map(str, columns))
    folded = {fold_field(column): column for column in columns}
    for form in PUBLISHED:
        there = {role: folded[fold_field(name)] for role, name in form.items()
                 if fold_field(name) in folded}  # fmt: skip
        if {"old_code", "new_code"} <= set(there):
            return Told(there)
    headings = _with_years([heading(column) for column in columns])
    could: dict[str, list[str]] = {}
    for one in headings:
        if one.what in WHOLE:
            could.setdefault(one.what, []).append(one.text)
        elif one.what and len(one.sides) == 1:
            could.setdefault(f"{next(iter(one.sides))}_{one.what}", []).append(one.text)
    left = [one for one in headings if not one.sides]
    for what in ("code", "name", *_ABOVE):
        if f"old_{what}" not in could:
            could[f"old_{what}"] = _of_the_layer(left, what)
    types = [one.text for one in left if one.what == "type"]
    if types and "new_type" not in could:
        could["new_type"] = types
    known = {role: texts for role, texts in could.items() if role in (*_OF_SIDES, *WHOLE)}
    sure = {role for role, texts in known.items() if len(texts) == 1}
    if could.get("new_type") == types and not all(_behind(headings, text) for text in types):
        sure -= {"new_type"}
    return Told(
        {role: texts[0] for role, texts in known.items() if role in sure},
        {role: texts for role, texts in known.items() if texts and role not in sure},
    )


def is_heading(cell: str) -> bool:
    """Tell whether a cell of a table is surely a heading: known, or all its words say something."""
    if fold_field(cell) in HEADINGS:
        return True
    if any(map(str.isdigit, cell)):  # of the first row below, joined with that of the headings
        return False
    told = heading(cell)
    kinds = {"code", "name", "type"} & told.tells
    return told.understood and bool(kinds) and bool(told.tells & {"old", "new", *LEVELS})


def _behind(headings: Sequence[Heading], text: str) -> bool:
    """Tell whether a column stands behind those of the new units' codes and names."""
    at = [one.text for one in headings].index(text)
    new = [k for k, one in enumerate(headings)
           if one.sides == {"new"} and one.what in {"code", "name"}]  # fmt: skip
    return bool(new) and max(new) < at


def _of_the_layer(headings: Sequence[Heading], what: str) -> list[str]:
    """Return the columns without a side that could have a value of old units."""
    usual = set(ROLES[what]) - UNSURE if what in {"code", "name"} else set()
    called = [one.text for one in headings
              if fold_field(one.text) in usual and "other" not in one.tells]  # fmt: skip
    told = [one.text for one in headings if one.what == what]
    return next((found for found in (called, told) if len(found) == 1), told)


def _with_years(headings: list[Heading]) -> list[Heading]:
    """Return headings with the sides that their years tell, where these are two."""
    years = sorted({year for one in headings for year in one.years if one.what})
    if len(years) != 2 or any(one.sides for one in headings if one.years):  # noqa: PLR2004
        return headings
    side = dict(zip(years, ("old", "new"), strict=True))
    return [
        one if len(one.years) != 1 else replace(one, tells=one.tells | {side[min(one.years)]})
        for one in headings
    ]
