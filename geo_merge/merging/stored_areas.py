"""Areas that a layer stores beside its polygons, compared with these."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from geo_merge.geometry.rings import Floats
from geo_merge.vocabulary.counts import known_counts
from geo_merge.vocabulary.fields import fold_field
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import sentence

_AREA = re.compile(
    r"^(shape|st)?area(km2|sqkm|ha|m2|sqm)?$|^dientich(km2|ha|m2|tunhien)?$|^superficie$"
)
# Square metres of a square metre, hectare, square kilometre, acre and square mile.
_UNITS = (1.0, 1e4, 1e6, 4046.8564, 2589988.1)
_FACTOR = 2.0
_SHOWN = 10


def check(frame: pd.DataFrame, rules: Mapping[str, object], m2: Floats) -> list[Finding]:
    """Find units whose stored area is not half nor double the drawn one (A08).

    Declared areas differ from maps by some per cent; twice is another unit, or another figure.

    Parameters
    ----------
    frame
        Old units, indexed by code.
    rules
        The fields that a rule stands for.
    m2
        The areas of the polygons in square metres; 0 where they cannot be used.
    """
    findings = []
    for name in rules:
        if not _AREA.match(fold_field(name)) or not pd.api.types.is_numeric_dtype(
            frame[name].dtype
        ):
            continue
        stored = known_counts(frame[name]).to_numpy(float, na_value=np.nan)
        there = (stored > 0) & (m2 > 0)
        if not there.any():
            continue
        ratio = np.full(len(m2), np.nan)
        ratio[there] = m2[there] / stored[there]
        middle = float(np.nanmedian(ratio))
        unit = min(_UNITS, key=lambda u: abs(np.log(middle / u)))
        if not 1 / _FACTOR <= middle / unit <= _FACTOR:
            continue  # of a plane or a figure of its own: nothing can be said of single units
        # What was rounded to whole units may be twice as much.
        rounding = 0.5 * unit
        off = there & (np.abs(np.log(np.where(there, ratio, unit) / unit)) > np.log(_FACTOR))
        off &= np.abs(m2 - np.nan_to_num(stored) * unit) > rounding
        units = tuple(str(code) for code in frame.index[off])
        if units:
            findings.append(
                Finding.of(
                    sentence("A08.differs", field=name, n=len(units), units=units[:_SHOWN]),
                    units=units,
                    value=float(len(units)),
                    unit_of_value="units",
                )
            )
    return findings
