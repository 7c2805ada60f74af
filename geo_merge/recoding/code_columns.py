"""Which column of a person's table holds codes of units: told by headings, cells and names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

from geo_merge.errors import TableError
from geo_merge.recoding.cells import code_of, name_of
from geo_merge.recoding.reform import Reform
from geo_merge.recoding.sample import FEW, MOST, NEARLY, Sample
from geo_merge.vocabulary.codes import code_key, is_running
from geo_merge.vocabulary.fields import ROLES, fold_field
from geo_merge.vocabulary.places import Places, Side
from geo_merge.vocabulary.sentence import Sentence, sentence

# Headings of numbers of rows: codes only if the names say so.
NUMBERS_OF_ROWS = frozenset(("id", "gid", "fid", "stt", "tt", "no", "nr", "objectid", "index",
                             "rowid", "oid", "num", "so", "sott", "ma", ""))  # fmt: skip
_CODE_LIKE = re.compile(r"code|^ma[a-z]|cod$|kod|insee|bfs|geoid|codgeo|^nr|nr$|plz|fips|lau")


@dataclass(frozen=True)
class _Candidate:
    """A column that may hold codes, and what speaks for it.

    Attributes
    ----------
    at, heading
        Its position, and its heading as `fold_field` writes it.
    fits, exact
        The share of its codes that units have, but for zeros and as they stand.
    agrees
        The share of its rows whose name is that of the unit with their code.
    spoilt
        Whether all its cells are what a spreadsheet made of codes.
    running
        Whether it counts rows.
    keeps_zeros
        Whether it holds texts that no column of figures would: letters, or zeros in front.
    """

    at: int
    heading: str
    fits: float
    exact: float
    agrees: float
    spoilt: bool
    running: bool
    keeps_zeros: bool

    @property
    def is_usual(self) -> bool:
        """Whether its heading is a usual one of codes."""
        return self.heading in ROLES["code"]

    @property
    def says_codes(self) -> bool:
        """Whether its heading says codes, and not numbers of rows."""
        like = self.is_usual or bool(_CODE_LIKE.search(self.heading))
        return like and self.heading not in NUMBERS_OF_ROWS

    @property
    def holds_codes(self) -> bool:
        """Whether its cells are codes, with what the heading says."""
        if self.running or self.agrees >= MOST:
            return self.agrees >= MOST
        by_heading = self.says_codes and (self.fits > 0 or self.spoilt)
        return by_heading or (self.exact >= MOST and self.keeps_zeros)


def code_columns(
    sample: Sample, reform: Reform, places: Places, *, among: Iterable[int], name: int | None
) -> tuple[int, ...]:
    """Return the column with the codes: one, or none.

    Parameters
    ----------
    sample
        The first rows.
    reform, places
        The units that codes and names may be of.
    among
        The columns that play no other role.
    name
        The column with names, by which codes are checked.

    Raises
    ------
    TableError
        If two columns could hold the codes.
    """
    keys = {code_key(code) for side in Side for code in reform.units[side]}
    columns = [_candidate(sample, at, name, reform, places, keys=keys) for at in among]
    found = [column for column in columns if column.holds_codes]
    if not found and name is None:  # a heading that says so, though no cell does
        found = [c for c in columns if c.is_usual and c.says_codes and not c.running][:1]
    if len(found) > 1:
        found = [_one_of(found, sample)]
    return tuple(column.at for column in found)


def _one_of(found: Sequence[_Candidate], sample: Sample) -> _Candidate:
    """Return the one of several that names or a usual heading tell apart from the others."""
    agree = [column for column in found if column.agrees >= NEARLY]
    if len(agree) == 1 and agree == [column for column in found if column.agrees > FEW]:
        return agree[0]
    usual = [column for column in found if column.is_usual]
    if len(usual) == 1 and all(c.fits < MOST for c in found if c is not usual[0]):
        return usual[0]
    headings = [sample.headings[column.at] for column in found]
    told = [
        sentence("recoding.may_be_codes", column=heading, share=column.fits)
        for heading, column in zip(headings, found, strict=True)
    ]
    raise TableError(
        sentence(
            "recoding.two_columns", file=sample.source, columns=reduce(_and, told),
            column=headings[0],
        )
    )  # fmt: skip


def _and(one: Sentence, other: Sentence) -> Sentence:
    return sentence("words.and", one=one, other=other)


def _candidate(
    sample: Sample, at: int, name: int | None, reform: Reform, places: Places, *, keys: set[str]
) -> _Candidate:
    """Return what speaks for a column, read from its distinct cells; units have the `keys`."""
    cells = sample.cells[at]
    distinct = set(cells) - {""}
    codes = [code for cell in distinct if (code := code_of(cell)[0])]
    fits = sum(code_key(code) in keys for code in codes)
    exact = sum(any(code in reform.units[side] for side in Side) for code in codes)
    return _Candidate(
        at, fold_field(sample.headings[at]), fits / max(len(codes), 1), exact / max(len(codes), 1),
        _agreement(sample, at, name, reform, places), bool(distinct and not codes),
        is_running(cells), any(c.startswith("0") or not c.isdigit() for c in cells if c),
    )  # fmt: skip


def _agreement(sample: Sample, at: int, name: int | None, reform: Reform, places: Places) -> float:
    """Return the share of rows whose name is that of the unit with their code, on either side."""
    if name is None:
        return 0.0
    pairs = {(c, n) for c, n in zip(sample.cells[at], sample.cells[name], strict=True) if c and n}
    if not pairs:
        return 0.0
    return sum(bool(agreeing_sides(c, n, reform, places)) for c, n in pairs) / len(pairs)


def agreeing_sides(cell: str, name: str, reform: Reform, places: Places) -> frozenset[Side]:
    """Return the sides on which a code and a name are those of one unit."""
    code = code_of(cell)[0]
    keys = {side: reform.find(side, code) for side in Side} if code else {}
    return frozenset(
        side for side, key in keys.items()
        if key is not None and places.agrees(name_of(name), "", side, key)
    )  # fmt: skip
