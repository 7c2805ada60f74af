"""Codes and names that cannot be right among the others of their layer (K06, K07)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge.codes import fold_name
from geo_merge.coverage.labels import labels, where
from geo_merge.coverage.places import parent_of
from geo_merge.models import Finding, Severity

# Share of the codes that must have one form for the others to be odd.
_COMMON = 0.9
_FEW = 10


def check_names(
    frame: gpd.GeoDataFrame, name_key: Callable[[str], str] = fold_name
) -> list[Finding]:
    """Find units of one type and name within one parent (K06)."""
    parent = parent_of(frame)
    if parent is None or "name" not in frame:
        return []
    table = pd.DataFrame(
        {"parent": parent, "name": [name_key(str(n)) for n in frame["name"]],
         "type": frame["unit_type"].to_numpy() if "unit_type" in frame else ""},
        index=frame.index,
    )  # fmt: skip
    table = table[(table["name"] != "") & (table["parent"] != "")]
    findings = []
    for _, same in table[table.duplicated(keep=False)].groupby(list(table), sort=True):
        codes = tuple(sorted(map(str, same.index)))
        place = shapely.multipoints(
            [p for p in shapely.point_on_surface(np.asarray(frame.geometry[list(codes)].values))
             if p is not None and not p.is_empty]
        )  # fmt: skip
        findings.append(
            Finding(
                check="K06",
                severity=Severity.WARNING,
                units=codes,
                value=float(len(codes)),
                unit_of_value="units",
                geometry=None if place.is_empty else place,
                message=f"{len(codes)} units of one parent have the same type and name: "
                f"{labels(frame, codes)}.",
                hint="Check that none is a double, and that none has another's name.",
            )
        )
    return findings


def check_codes(frame: gpd.GeoDataFrame) -> list[Finding]:
    """Find codes of another form than nearly all others have (K07)."""
    pieces = frame["is_piece"].to_numpy(bool) if "is_piece" in frame else np.zeros(len(frame), bool)
    codes = [str(code) for code in frame.index[~pieces]]
    forms = Counter(map(_form, codes))
    if len(codes) < _FEW:
        return []
    usual, count = forms.most_common(1)[0]
    if count < _COMMON * len(codes):
        return []
    return [
        Finding(
            check="K07",
            severity=Severity.WARNING,
            units=(code,),
            geometry=frame.geometry[code],
            message=f"{where(frame, code)}the code {code} has another form than {count:,} of "
            f"{len(codes):,} codes ({usual}).",
            hint="Check for letters in place of digits, lost digits and codes of another year.",
        )
        for code in codes
        if _form(code) != usual
    ]


def _form(code: str) -> str:
    """Return the form of a code in words: ``5 digits``, ``N000`` for letters among digits."""
    if code.isdigit() and code.isascii():
        return f"{len(code)} digits"
    return re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "0", code))
