"""Lists of changes between two versions of a classification, with a column for each.

The headings end with the year that a version is of (``kommuner_2019``, ``kommuner_2020``), and the
cells hold code and name of a unit together (``0101 - Halden``). A version is in force from the
first day of its year.
"""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

from geo_merge.vocabulary.memory import attach, findings_of, sources_of

_VERSION = re.compile(r"(?P<of>.*?)[\s_]*(?P<year>(?:19|20)\d\d)")
_UNIT = re.compile(r"(?P<code>\w*\d\w*)\s+[-–—]\s+(?P<name>\S.*)")
_TWO = 2


def by_columns(table: pd.DataFrame) -> pd.DataFrame | None:
    """Return such a list with ``date, old_code, old_name, new_code, new_name``; None if it is none.

    A list is one if two columns are versions of the same, and every cell of theirs is a unit or
    blank.
    """
    years: dict[str, dict[str, str]] = {}
    for name in map(str, table.columns):
        if heading := _VERSION.fullmatch(name.strip()):
            years.setdefault(heading["of"].casefold(), {})[heading["year"]] = name
    pairs = [sorted(columns.items()) for columns in years.values() if len(columns) == _TWO]
    for (_, before), (year, after) in pairs:
        old, new = _units(table[before]), _units(table[after])
        if old is not None and new is not None:
            frame = pd.DataFrame(
                {"date": f"{year}-01-01", "old_code": old["code"], "old_name": old["name"],
                 "new_code": new["code"], "new_name": new["name"]}, index=table.index,
            )  # fmt: skip
            return attach(frame, findings=findings_of(table), sources=sources_of(table))
    return None


def _units(cells: pd.Series) -> pd.DataFrame | None:
    """Return codes and names of units, blank where a cell is; None if a cell is something else."""
    texts = cells.map(lambda cell: unicodedata.normalize("NFKC", str(cell)).strip())
    units = texts.str.extract(f"^{_UNIT.pattern}$")
    if texts.eq("").all() or (units["code"].isna() & texts.ne("")).any():
        return None
    return units.fillna("")
