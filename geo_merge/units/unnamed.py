"""Codes and names of a layer that are none: failed formulas, words for nothing, dates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from geo_merge.errors import LayerError
from geo_merge.vocabulary.codes import has_lost_letters, is_misread
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.no_values import NoValue, may_be_a_place, no_value
from geo_merge.vocabulary.sentence import sentence

_SHOWN = 10
_FEW = 0.3  # share of the names
_WARD = re.compile(r"[0-9]{1,2}")
_BLANK = (NoValue.ERROR, NoValue.NOTHING)
_KEPT = (NoValue.DAY, NoValue.TRUTH)


def without_failed_codes(codes: Sequence[str], source: str) -> list[str]:
    """Return codes without words and signs for nothing: who has such a one has no code.

    Raises
    ------
    LayerError
        K01, with every row whose code is a failed formula.
    """
    why = [no_value(code) for code in codes]
    failed = [
        sentence("K01.failed", source=source, row=str(k), code=code, reason=reason.told)
        for k, (code, reason) in enumerate(zip(codes, why, strict=True), 1)
        if reason is NoValue.ERROR
    ]
    if failed:
        more = len(failed) - _SHOWN
        rest = [sentence("K01.more_failed", source=source, n=more)] if more > 0 else []
        raise LayerError([*failed[:_SHOWN], *rest])
    return [
        "" if reason is NoValue.NOTHING else code for code, reason in zip(codes, why, strict=True)
    ]


def without_nothing(
    names: Sequence[str], field: str, source: str
) -> tuple[list[str], list[Finding]]:
    """Return names without what is none, and what was found (W01, W11).

    One unit may well be called None (in Piedmont) or Nan (in Thailand); several, or one in other
    letters, are a program's words for nothing.
    """
    times = Counter(names)
    why = [None if times[n] == 1 and may_be_a_place(n) else no_value(n) for n in names]
    kept = ["" if reason in _BLANK else name for name, reason in zip(names, why, strict=True)]
    findings = []
    for reasons, kind in (
        (_BLANK, "W01.names"),
        (_KEPT, "W11.names"),
    ):
        rows = [k for k, reason in enumerate(why) if reason in reasons]
        if rows:
            shown = [sentence("W11.cell", row=str(k + 1), text=names[k]) for k in rows[:_SHOWN]]
            told = sentence(kind, source=source, n=len(rows), field=field, rows=shown)
            findings.append(Finding.of(told, value=float(len(rows)), unit_of_value="cells"))
    return kept, findings


def without_letters(names: Iterable[str], field: str, source: str) -> list[Finding]:
    """Report names that are numbers or signs, where nearly all have letters (W11): 45902, 02/09.

    Wards may be numbered, with one digit or two.
    """
    names = [name for name in names if name]
    odd = [
        name
        for name in names
        if not any(map(str.isalpha, name)) and not _WARD.fullmatch(name) and not no_value(name)
    ]
    if not odd or len(odd) > _FEW * len(names):
        return []
    shown = list(dict.fromkeys(odd))[:_SHOWN]
    told = sentence("W11.no_letters", source=source, n=len(odd), field=field, names=shown)
    return [Finding.of(told, value=float(len(odd)), unit_of_value="cells")]


def lost_letters(names: Iterable[str], field: str, source: str) -> list[Finding]:
    """Report names that were saved without some of their letters, or misread before (F05)."""
    names = list(names)
    findings = []
    for is_odd, kind in ((has_lost_letters, "F05.lost"), (is_misread, "F05.misread")):
        odd = [name for name in names if is_odd(name)]
        if odd:
            shown = list(dict.fromkeys(odd))[:_SHOWN]
            told = sentence(kind, source=source, n=len(odd), field=field, names=shown)
            findings.append(Finding.of(told, value=float(len(odd)), unit_of_value="names"))
    return findings
