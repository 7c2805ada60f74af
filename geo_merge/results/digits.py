"""Figures with the digits that mean something.

km² to 1 m², m² to 1 cm², densities, metres and per cent to two decimals, values of findings to
nine digits: behind them stands only the rounding of one machine, and files would differ by it.
Attributes of the layer stay as they are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np
import pandas as pd

from geo_merge.geometry.rings import Floats
from geo_merge.merging.result import MergeResult
from geo_merge.vocabulary.findings_frame import told_in

_SIGNIFICANT = 9  # of what a finding measures
_SQUARE_METRES = 4
_DIGITS_OF_A_SUM = 12
# Decimals of columns, by how their names end.
_DECIMALS = {
    "_percent": 2, "km2": 6, "km2_difference": 6, "_m2": _SQUARE_METRES, "_m": 2, "density": 2,
    "population": 2, "population_difference": 2, "iou": 6,
}  # fmt: skip
Frame = TypeVar("Frame", bound=pd.DataFrame)


def with_digits(result: MergeResult) -> MergeResult:
    """Return a result as its files have it: own figures rounded, findings told as the country does.

    Attributes of old units stay as read.
    """
    language = result.provenance.get("language", "")
    return replace(
        result,
        new=rounded(result.new),
        parents=rounded(result.parents),
        statistics=rounded(result.statistics),
        findings=rounded(told_in(result.findings, language)),
        ledger=_ledger(result.ledger),
        reconciliation=rounded(told_in(result.reconciliation, language, ["explanation"])),
        repairs=rounded(result.repairs),
        decisions=rounded(result.decisions),
    )


def rounded(frame: Frame) -> Frame:
    """Return a table whose fractions have as many decimals as its columns' names say."""
    result = frame.copy(deep=False)
    for column in result.columns:
        if pd.api.types.is_float_dtype(result[column].dtype):
            values = result[column].to_numpy(float, na_value=np.nan)
            decimals = next((n for end, n in _DECIMALS.items() if str(column).endswith(end)), None)
            if column == "value":
                result[column] = _significant(values)
            elif decimals is not None:
                result[column] = np.round(values, decimals) + 0.0  # no -0.0
    return result


def _ledger(ledger: pd.DataFrame) -> pd.DataFrame:
    """Return the ledger with square metres to 1 cm²; counts and people stay whole.

    Of a large sum only as many decimals are written as its first twelve digits have: behind them
    stands the rounding of one machine.
    """
    result = ledger.copy()
    sums = zip(result["before"].tolist(), result["after"].tolist(), strict=True)
    decimals = [_decimals(before, after) for before, after in sums]
    for column in ("before", "after", "difference", "tolerance"):
        figures = map(_figure, result[column].tolist(), decimals)
        result[column] = pd.Series(list(figures), index=result.index, dtype=object)
    return result


def _decimals(*sums: float | str) -> int:
    """Return how many decimals of some sums mean something."""
    largest = max((abs(s) for s in sums if not isinstance(s, str)), default=0.0)
    whole = len(f"{largest:.0f}") if np.isfinite(largest) else 0
    return max(0, min(_SQUARE_METRES, _DIGITS_OF_A_SUM - whole))


def _figure(value: float | str, decimals: int) -> float | int | str:
    """Return a figure of the ledger: whole if it is; one read from a file stays as it is."""
    if isinstance(value, str):
        return value
    figure = round(value, decimals)
    return int(figure) if float(figure).is_integer() else figure


def _significant(values: Floats) -> Floats:
    """Return numbers rounded to `_SIGNIFICANT` digits."""
    known = np.isfinite(values) & (values != 0)
    result = values.copy()
    result[known] = [float(f"{v:.{_SIGNIFICANT}g}") for v in values[known].tolist()]
    return result
