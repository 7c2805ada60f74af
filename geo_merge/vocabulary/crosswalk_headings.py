"""Which columns of a crosswalk hold old and new codes and names, by the words of their headings."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files

from geo_merge.vocabulary.fields import ROLES, UNSURE, fold_field

_FILE = tomllib.loads(
    files("geo_merge.vocabulary").joinpath("crosswalk_words.toml").read_text("utf-8")
)
_WORDS = {
    what: frozenset(word for words in _FILE[what].values() for word in words)
    for what in ("old", "new", "code", "name", "other")
}
_PUBLISHED: Sequence[dict[str, str]] = tuple(_FILE["published"].values())
_LEAST_END = 4  # letters of a word that may end another: "nummer", not "nr" of "Konr"
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


@dataclass(frozen=True)
class _Heading:
    """A heading, understood: ``sides`` and ``whats`` that its words tell, and its years."""

    text: str
    sides: frozenset[str]
    whats: frozenset[str]
    years: frozenset[str]

    @property
    def what(self) -> str:
        """What the column holds: codes, where a code of something is meant (code commune)."""
        return "code" if "code" in self.whats else "name" if self.whats else ""


def told_by_headings(columns: Iterable[str]) -> dict[str, str]:
    """Return the columns of old and new codes and names that headings tell, each without doubt.

    A heading tells its side by a word (old, ancien, alt, gammel, 旧, ...), or by its year where
    there are two. One that names no side is of the old units, if no other is. Where two headings
    tell the same, neither is taken.

    Parameters
    ----------
    columns
        Headings, as they are written.

    Returns
    -------
    dict of str to str
        Headings by ``old_code, old_name, new_code, new_name``, as many as were found.
    """
    columns = list(map(str, columns))
    folded = {fold_field(column): column for column in columns}
    for form in _PUBLISHED:
        there = {role: folded[fold_field(name)] for role, name in form.items()
                 if fold_field(name) in folded}  # fmt: skip
        if {"old_code", "new_code"} <= set(there):
            return there
    columns = [column for column in columns if not _words(column) & {"other"}]
    headings = _with_years([_understood(column) for column in columns])
    found = {
        f"{side}_{what}": told[0]
        for side in ("old", "new")
        for what in ("code", "name")
        if len(told := [h.text for h in headings if h.sides == {side} and h.what == what]) == 1
    }
    for what in ("code", "name"):
        sided = any(h.sides == {"old"} and h.what == what for h in headings)
        left = [h.text for h in headings if not h.sides and h.text not in found.values()]
        column = None if sided else _of_the_layer(left, what)
        if column is not None:
            found[f"old_{what}"] = column
    return found


def _of_the_layer(columns: Sequence[str], what: str) -> str | None:
    """Return the column without a side that has the codes or names of old units, if one has."""
    usual = set(ROLES[what]) - UNSURE
    called = [column for column in columns if fold_field(column) in usual]
    told = [column for column in columns if _understood(column).what == what]
    return next((found[0] for found in (called, told) if len(found) == 1), None)


def _understood(column: str) -> _Heading:
    told = _words(column)
    return _Heading(column, told & {"old", "new"}, told & {"code", "name"},
                    frozenset(_YEAR.findall(column)))  # fmt: skip


def _words(column: str) -> frozenset[str]:
    """Return what the words of a heading tell: the keys of `_WORDS`."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKC", column))
    split = split.replace("ø", "oe").replace("Ø", "Oe").replace("Đ", "D").replace("đ", "d")
    plain = unicodedata.normalize("NFD", split).casefold()
    plain = unicodedata.normalize("NFC", "".join(c for c in plain if not "\u0300" <= c <= "\u036f"))
    words = re.findall(r"[^\W\d_]+", plain)
    return frozenset(
        what
        for what, known in _WORDS.items()
        if any(w in known or _ends(w, known) or _has_signs(w, known) for w in words)
    )


def _ends(word: str, known: frozenset[str]) -> bool:
    return any(len(end) >= _LEAST_END and word.endswith(end) for end in known) or (
        word.endswith("nr") and "nr" in known
    )


def _has_signs(word: str, known: frozenset[str]) -> bool:
    """Tell whether a word of a script without blanks has a known one in it."""
    return not word.isascii() and any(not sign.isascii() and sign in word for sign in known)


def _with_years(headings: list[_Heading]) -> list[_Heading]:
    """Return headings with the sides that their years tell, where these are two."""
    years = sorted({year for h in headings for year in h.years})
    if len(years) != 2 or any(h.sides for h in headings if h.years):  # noqa: PLR2004
        return headings
    side = dict(zip(years, ("old", "new"), strict=True))
    return [
        h if len(h.years) != 1
        else _Heading(h.text, frozenset({side[next(iter(h.years))]}), h.whats, h.years)
        for h in headings
    ]  # fmt: skip
