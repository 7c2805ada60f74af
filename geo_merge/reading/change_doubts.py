"""Codes and names of a list of changes that do not go together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from geo_merge.vocabulary.codes import code_key
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import sentence

_SHOWN = 3  # that a sentence shows


def doubtful(rows: Sequence[tuple[Any, ...]], source: str) -> Iterator[Finding]:
    """Find codes that may be one, and codes that have two names: units are followed by their codes.

    Parameters
    ----------
    rows
        Day, code and name before, code and name after, and where it stands.
    source
        The list, for messages.
    """
    yield from _nearly_alike(rows, source)
    codes: dict[tuple[Any, str], dict[str, Any]] = defaultdict(dict)
    for on, _, _, new, name, number in rows:
        if name:
            codes[on, name].setdefault(new, number)
    near = [
        sentence("W20.near", name=name, one=one, other=other, row=str(max(its[one], its[other])))
        for (_, name), its in codes.items()
        for one, other in combinations(its, 2)
        if _one_slip(one, other)
    ]
    if near:
        told = sentence("W20.one_name", source=source, n=len(near), codes=near[:_SHOWN])
        yield Finding.of(told, value=float(len(near)), unit_of_value="codes")


def _one_slip(one: str, other: str) -> bool:
    """Tell whether codes differ in one character, or in two neighbours that changed places."""
    if len(one) != len(other):
        return False
    at = [k for k, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(at) == 2:  # noqa: PLR2004 - two neighbours
        i, j = at
        return j == i + 1 and one[i] == other[j] and one[j] == other[i]
    return len(at) == 1


def _nearly_alike(rows: Sequence[tuple[Any, ...]], source: str) -> Iterator[Finding]:
    """Find codes that differ in zeros or case alone."""
    alike: dict[str, list[str]] = defaultdict(list)
    for code in dict.fromkeys(code for row in rows for code in (row[1], row[3]) if code):
        alike[code_key(code).casefold()].append(code)
    several = [codes for codes in alike.values() if len(codes) > 1]
    if several:
        told = [", ".join(codes) for codes in several[:_SHOWN]]
        said = sentence("K02.in_list", source=source, n=len(several), codes=told)
        yield Finding.of(said, units=tuple(code for codes in several for code in codes),
                         value=float(len(several)), unit_of_value="codes")  # fmt: skip
