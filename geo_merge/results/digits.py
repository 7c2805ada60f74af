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
    return replace(
        result,
        new=rounded(result.new),
        parents=rounded(result.parents),
        statistics=rounded(result.statistics),
        findings=rounded(told_in(result.findings, result.provenance.get("language", ""))),
        ledger=_ledger(result.ledger),
        reconciliation=rounded(result.reconciliation),
        repairs=rounded(result.repairs),
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
    """Return the ledger with square metres to 1 cm²; counts and people stay whole."""
    result = ledger.copy()
    for column in ("before", "after", "difference", "tolerance"):
        result[column] = pd.Series(
            [_figure(v) for v in result[column].tolist()], index=result.index, dtype=object
        )
    return result


def _figure(value: float | str) -> float | int | str:
    """Return a figure of the ledger: whole if it is; one read from a file stays as it is."""
    if isinstance(value, str):
        return value
    figure = round(value, _SQUARE_METRES)
    return int(figure) if float(figure).is_integer() else figure


def _significant(values: Floats) -> Floats:
    """Return numbers rounded to `_SIGNIFICANT` digits."""
    known = np.isfinite(values) & (values != 0)
    result = values.copy()
    result[known] = [float(f"{v:.{_SIGNIFICANT}g}") for v in values[known].tolist()]
    return result
