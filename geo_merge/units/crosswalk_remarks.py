"""Remarks of a crosswalk that contradict it: of a unit only a part is to go."""

from __future__ import annotations

import re
from collections.abc import Collection

import pandas as pd

from geo_merge.units.crosswalk_report import ranges
from geo_merge.vocabulary.codes import clean_text
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import sentence

# A remark on one unit; the words of a clause are longer, and speak of all its members.
_LONGEST = 60  # characters
_PART = re.compile(
    r"\b(một phần|1 phần|phần còn lại|part of|partly|in part|en partie|une partie|pour partie"
    r"|teilweise|ein teil|delvis|en del av|in parte|en parte|em parte|częściowo)\b|一部|일부",
    re.IGNORECASE,
)


def remarks_of_parts(
    table: pd.DataFrame, read: Collection[str], once: pd.Series, source: str
) -> list[Finding]:
    """Return a warning for each column that is not read and says of units that a part goes.

    Parameters
    ----------
    table, read
        The table as it is written, and the headings that are read.
    once
        Which rows, by number, have a unit that no other has: of divided ones parts are expected.
    source
        What the table is called.
    """
    found = []
    for at, column in enumerate(table.columns):
        if column in read:
            continue
        told = {
            row: text
            for (row, alone), cell in zip(once.items(), table.iloc[:, at].tolist(), strict=True)
            if alone and isinstance(cell, str) and len(text := clean_text(cell)) <= _LONGEST
            and _PART.search(text)
        }  # fmt: skip
        if told:
            said = sentence("W05.remark", source=source, rows=ranges(list(told)), n=len(told),
                            column=str(column), text=next(iter(told.values())))  # fmt: skip
            found.append(Finding.of(said, value=float(len(told)), unit_of_value="rows"))
    return found
