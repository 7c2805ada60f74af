"""Codes and names that cannot be right among the others of their layer (K06, K07)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import shapely

from geo_merge.checks.labels import labels, where
from geo_merge.checks.places import parent_of
from geo_merge.checks.surveyed import Surveyed
from geo_merge.vocabulary.codes import fold_name
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import sentence

# Share of the codes that must have one form for the others to be odd.
_COMMON = 0.9
_FEW = 10


def check_names(layer: Surveyed, name_key: Callable[[str], str] = fold_name) -> list[Finding]:
    """Find units of one type and name within one parent (K06)."""
    frame, inside = layer.frame, layer.measures.inside
    parent = parent_of(frame)
    if parent is None or "name" not in frame:
        return []
    table = pd.DataFrame(
        {"at": np.arange(len(frame)), "parent": parent,
         "name": [name_key(str(n)) for n in frame["name"]],
         "type": frame["unit_type"].to_numpy() if "unit_type" in frame else ""},
        index=frame.index,
    )  # fmt: skip
    table = table[(table["name"] != "") & (table["parent"] != "")]
    findings = []
    alike = ["parent", "name", "type"]
    for _, same in table[table.duplicated(alike, keep=False)].groupby(alike, sort=True):
        codes = tuple(sorted(map(str, same.index)))
        xy = inside[same["at"]]
        xy = xy[np.isfinite(xy).all(axis=1)]
        findings.append(
            Finding.of(
                sentence("K06.doubled", n=len(codes), units=labels(frame, codes)),
                units=codes,
                value=float(len(codes)),
                unit_of_value="units",
                geometry=shapely.multipoints(xy) if len(xy) else None,
            )
        )
    return findings


def check_codes(layer: Surveyed) -> list[Finding]:
    """Find codes of another form than nearly all others have (K07)."""
    frame = layer.frame
    pieces = frame["is_piece"].to_numpy(bool) if "is_piece" in frame else np.zeros(len(frame), bool)
    codes = [str(code) for code in frame.index[~pieces].tolist()]
    if len(codes) < _FEW:
        return []
    labels = list(map(str, frame.index.tolist()))
    form = {code: _form(code) for code in labels}
    forms = Counter(map(form.__getitem__, codes))
    usual, count = forms.most_common(1)[0]
    if count < _COMMON * len(codes):
        return []
    odd = np.flatnonzero(~pieces & [form[code] != usual for code in labels])
    return [
        Finding.of(
            sentence(
                "K07.old",
                where=where(frame, code),
                code=code,
                usual=count,
                n=len(codes),
                form=usual,
            ),
            units=(code,),
            geometry=polygon,
        )
        for code, polygon in zip(frame.index[odd].astype(str), layer.fetch(odd), strict=True)
    ]


def _form(code: str) -> str:
    """Return the form of a code in words: ``5 digits``, ``N000`` for letters among digits."""
    if code.isdigit() and code.isascii():
        return _digits(len(code))
    return re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "0", code))


@cache
def _digits(n: int) -> str:
    return sentence("K07.digits", n=n)
