"""Codes and names of a layer that are none: failed formulas, words for nothing, dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from geo_merge.errors import LayerError
from geo_merge.vocabulary.finding import Finding, Severity
from geo_merge.vocabulary.no_values import NoValue, may_be_a_place, no_value

_SHOWN = 10
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
        f"{source} row {k}: the code is {code}, {reason} [K01]; give the unit its code."
        for k, (code, reason) in enumerate(zip(codes, why, strict=True), 1)
        if reason is NoValue.ERROR
    ]
    if failed:
        more = len(failed) - _SHOWN
        rest = [f"{source}: {more} more codes are failed formulas [K01]."] if more > 0 else []
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
    for reasons, check, told, hint in (
        (_BLANK, "W01", "say nothing and were read as blank", "Give the units their names."),
        (_KEPT, "W11", "are dates, times or truth values and were taken as they stand",
         "A spreadsheet makes dates of names like 2/9; write them as text."),
    ):  # fmt: skip
        rows = [k for k, reason in enumerate(why) if reason in reasons]
        if rows:
            shown = ", ".join(f"row {k + 1} {names[k]}" for k in rows[:_SHOWN])
            findings.append(
                Finding(
                    check=check,
                    severity=Severity.WARNING,
                    value=float(len(rows)),
                    unit_of_value="cells",
                    message=f"{source}: {len(rows)} cells of {field} ({shown}) {told}.",
                    hint=hint,
                )
            )
    return kept, findings
