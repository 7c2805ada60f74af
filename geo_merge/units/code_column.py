"""The codes of a layer as text, whatever a spreadsheet or database made of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from geo_merge.errors import LayerError
from geo_merge.units.unnamed import without_failed_codes
from geo_merge.vocabulary.codes import as_text, clean_code, is_scientific, plain_number, same_codes
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import sentence

_SHOWN = 10


def read_codes(
    values: pd.Series, source: str, width: int | None, expected: Iterable[str]
) -> tuple[list[str], list[Finding]]:
    """Return codes as text and what was done to them.

    Zeros that numbers lost are those of the codes that are expected, else those up to the width.
    """
    text = list(as_text(values))
    number = [_is_number(v) for v in values.tolist()]
    codes = without_failed_codes([clean_code(t) for t in text], source)
    _refuse_scientific(text, number, source)
    findings = []
    changed = sum(a != b for a, b, n in zip(text, codes, number, strict=True) if not n)
    plain = [code if n else plain_number(code) for code, n in zip(codes, number, strict=True)]
    spelled = [a for a, b in zip(codes, plain, strict=True) if a != b]
    if spelled and all(code.isdigit() for code in plain if code):
        number = [n or a != b for n, a, b in zip(number, codes, plain, strict=True)]
        codes = plain
        findings.append(
            Finding.of(
                sentence("K02.decimals", source=source, n=len(spelled), example=spelled[0]),
                value=float(len(spelled)),
                unit_of_value="codes",
            )
        )
    if any(number):
        known = same_codes(codes, map(clean_code, expected))
        padded = [
            (known.get(c, c).zfill(width or 0) if n else c) if c else c
            for c, n in zip(codes, number, strict=True)
        ]
        findings += _told_of_numbers(values, codes, padded, number, source)
        codes = padded
    if changed:
        findings.append(
            Finding.of(
                sentence("K02.cleaned", source=source, n=changed),
                value=float(changed),
                unit_of_value="codes",
            )
        )
    return codes, findings


def _refuse_scientific(text: Sequence[str], number: Sequence[bool], source: str) -> None:
    """Refuse texts as 7.2E+03, which are codes no more."""
    broken = [(i + 1, t) for i, t in enumerate(text) if not number[i] and is_scientific(t)]
    if broken:
        rows = [sentence("K02.in_row", row=str(row), text=t) for row, t in broken[:_SHOWN]]
        raise LayerError(sentence("K02.scientific_layer", source=source, n=len(broken), rows=rows))


def _told_of_numbers(
    values: pd.Series,
    codes: Sequence[str],
    padded: Sequence[str],
    number: Sequence[bool],
    source: str,
) -> list[Finding]:
    """Say which codes are stored as numbers, and which got back their zeros."""
    n_padded = sum(a != b for a, b in zip(codes, padded, strict=True))
    stored = sentence("K02.all" if all(number) else "K02.some", n=sum(number), all=len(number))
    if n_padded:
        widths = [str(n) for n in sorted({len(c) for c in padded if c})]
        digits = reduce(lambda one, other: sentence("K02.or", one=one, other=other), widths)
        told = sentence("K02.zeros", source=source, stored=stored, n=n_padded, digits=digits)
        return [Finding.of(told, value=float(n_padded), unit_of_value="codes")]
    if _is_mixed(codes, number) or _has_decimals(values):
        told = sentence("K02.stored", source=source, stored=stored)
        return [Finding.of(told, value=float(sum(number)), unit_of_value="codes")]
    return []


def place_of(name: str, *above: str) -> str:
    """Return a name with those of the units above it, as ``Bø / Telemark``."""
    return " / ".join(filter(None, dict.fromkeys((name, *above))))


def codes_of_names(
    data: Mapping[str, Sequence[str]], source: str, field: str, option: str
) -> tuple[list[str], list[Finding]]:
    """Return what units of a layer without codes are called by: names, with a parent if need be.

    Parameters
    ----------
    data
        ``name, district, province`` of each row.
    source, field, option
        The file, its field with the names, and what messages call the option for codes.

    Raises
    ------
    LayerError
        K01, for names that several rows have, with the same parents.
    """
    named = zip(data["name"], data["district"], data["province"], strict=True)
    places = [place_of(*names) for names in named]
    times = Counter(filter(None, data["name"]))
    codes = [place if times[name] > 1 else name
             for name, place in zip(data["name"], places, strict=True)]  # fmt: skip
    rows: dict[str, list[str]] = defaultdict(list)
    for row, code in enumerate(codes, start=1):
        rows[code].append(str(row))
    same = [sentence("K01.same_name", name=code, rows=where[:_SHOWN])
            for code, where in rows.items() if code and len(where) > 1]  # fmt: skip
    if same:
        told = sentence("K01.ambiguous", source=source, n=len(same), names=same[:_SHOWN],
                        option=option)  # fmt: skip
        raise LayerError(told)
    kind = "K01.by_name_and_parent" if max(times.values(), default=0) > 1 else "K01.by_name"
    told = sentence(kind, source=source, field=field)
    return codes, [Finding.of(told, value=float(len(codes)), unit_of_value="units")]


def _is_mixed(codes: Sequence[str], number: Sequence[bool]) -> bool:
    """Tell whether some codes are numbers and some are texts."""
    return len({is_number for code, is_number in zip(codes, number, strict=True) if code}) > 1


def _has_decimals(values: pd.Series) -> bool:
    """Tell whether codes are stored as 7210.0; whole numbers of which one is missing are not."""
    return pd.api.types.is_float_dtype(values.dtype) and bool(values.notna().all())


def _is_number(value: Any) -> bool:  # noqa: ANN401 - whatever a cell holds
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)
