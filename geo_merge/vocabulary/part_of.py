"""Which old unit each row of a layer is, or is a part of: divided units have several."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo_merge.geometry.rings import Bools, Floats

# Columns that `divide.divide` adds: the unit that a row is a part of, blank for a whole one, and
# the share of it that the row is. All parts but the largest are pieces, so that no unit counts
# twice.
PART_OF, PART_SHARE = "part_of", "part_share"


def unit_codes(frame: pd.DataFrame) -> pd.Series:
    """Return the code of the unit that each row is or is a part of; blank for a piece of land.

    Parameters
    ----------
    frame
        Units indexed by code, with ``is_piece`` and ``part_of`` where some are no whole units.
    """
    codes = frame.index.to_series().astype(str)
    if "is_piece" not in frame:
        return codes
    codes = codes.mask(frame["is_piece"].astype(bool), "")
    if PART_OF not in frame:
        return codes
    parts = frame[PART_OF].fillna("")
    return codes.mask(parts != "", parts)


def is_land(frame: pd.DataFrame) -> Bools:
    """Tell which rows are no units and no parts of one, but pieces of land."""
    return (unit_codes(frame) == "").to_numpy(bool)


def of_wholes(frame: pd.DataFrame, values: Floats) -> tuple[pd.DataFrame, Floats]:
    """Return the units of a layer without pieces, and their values with those of all their parts.

    Parameters
    ----------
    frame
        See `unit_codes`.
    values
        A number of each row that adds up over the parts of a unit, as its area.
    """
    codes = unit_codes(frame)
    units = frame[~frame["is_piece"].to_numpy(bool)] if "is_piece" in frame else frame
    if PART_OF not in frame:
        return units, values[(codes != "").to_numpy(bool)]
    there = (codes != "").to_numpy(bool)
    rows = units.index.get_indexer(pd.Index(codes[there]))
    return units, np.bincount(rows, values[there], minlength=len(units)).astype(float)
