"""Where a text and the published list of what became of each commune say different things."""

from __future__ import annotations

import pandas as pd

from geo_merge.vietnam import gazetteer
from geo_merge.vietnam.resolutions.claims import clause_told
from geo_merge.vocabulary.sentence import sentence

_PAIR = ["old_code", "new_code"]


def differences(read: pd.DataFrame, province: str, source: str) -> list[str]:
    """Hold the rows of a crosswalk against the published one; the text is never overruled.

    Parameters
    ----------
    read
        Rows of a crosswalk as read from a text, with ``clause``.
    province
        Code of one of the 34 provinces.
    source
        Where the text stands, for messages.

    Returns
    -------
    list of str
        One sentence for each pair of an old and a new unit that only one of them has; of new units
        that the text does not make, or whose members it names by no code, none.
    """
    read = read[(read["old_code"] != "") & (read["new_code"] != "")]
    listed = gazetteer.crosswalk(province)
    listed = listed[(listed["old_code"] != "") & listed["new_code"].isin(read["new_code"])]
    notes: list[str] = []
    for row in _only_in(read, listed):
        clause = clause_told(row["clause"])
        notes.append(
            sentence("K04.goes", source=source, clause=clause, old=_old(row), new=_new(row))
        )
    clauses = {code: list(dict.fromkeys(c)) for code, c in read.groupby("new_code")["clause"]}
    for row in _only_in(listed, read):
        told = [*map(clause_told, clauses[row["new_code"]])]
        notes.append(
            sentence("K04.goes_too", source=source, clause=told, old=_old(row), new=_new(row))
        )
    return notes


def _only_in(frame: pd.DataFrame, other: pd.DataFrame) -> list[dict[str, str]]:
    pairs = pd.MultiIndex.from_frame(frame[_PAIR])
    alone = frame[~pairs.isin(pd.MultiIndex.from_frame(other[_PAIR]))]
    return [
        {str(column): value for column, value in row.items()}
        for row in alone.drop_duplicates(_PAIR).to_dict("records")
    ]


def _old(row: dict[str, str]) -> str:
    return f"{row['old_code']} {row['old_type']} {row['old_name']} ({row['old_district']})"


def _new(row: dict[str, str]) -> str:
    return f"{row['new_code']} {row['new_type']} {row['new_name']}"
