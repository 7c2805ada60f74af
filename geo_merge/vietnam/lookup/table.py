"""Looking up every row of a table in one go."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd

from geo_merge.errors import TableError, UsageError
from geo_merge.vietnam.lookup.answers import Answer, look_up
from geo_merge.vietnam.matching import Unit
from geo_merge.vocabulary.fields import find_fields, fold_field


def look_up_table(
    table: pd.DataFrame, *, as_of: date | None = None, layer: gpd.GeoDataFrame | None = None
) -> tuple[pd.DataFrame, list[str]]:
    """Look up every row of a table.

    Parameters
    ----------
    table
        Indexed by row number, with a name (and district, province), or a code, or ``lon`` and
        ``lat``, under the usual headings.
    as_of, layer
        See `look_up`.

    Returns
    -------
    pandas.DataFrame, list of str
        A row for each unit that each row became or was made of: ``row, asked, code, name,
        unit_type, how, related_code, related_name, related_type, share, evidence``; and a sentence
        for each row without an answer.
    """
    rows: list[dict[str, object]] = []
    problems = []
    for number, asked in _questions(table).items():
        try:
            answers = look_up(asked, as_of=as_of, layer=layer)
        except UsageError as error:
            answers = [Answer(asked, problem=error.problems[0])]
        settled = [a for a in answers if a.unit is not None]
        if len(settled) != 1:
            why = "; ".join(a.problem or str(a.unit) for a in answers)
            more = "it is one before and another since July 2025 (--as-of says which): "
            problems.append(f"row {number}: {asked}: {more if settled else ''}{why}")
            continue
        rows += [_answered(number, settled[0], other) for other in settled[0].related]
    return pd.DataFrame(rows), problems


def _answered(number: Hashable, answer: Answer, other: dict[str, Any]) -> dict[str, object]:
    unit = answer.unit or Unit("", "", "")
    return {
        "row": number,
        "asked": answer.asked,
        "code": unit.code,
        "name": unit.name,
        "unit_type": unit.unit_type,
        "how": answer.how,
        "related_code": other["code"],
        "related_name": other["name"],
        "related_type": other["unit_type"],
        "share": other["share"],
        "evidence": other["evidence"],
    }


def _questions(table: pd.DataFrame) -> pd.Series:
    """Return what each row asks."""
    folded = {fold_field(str(c)): c for c in table.columns}
    if {"lon", "lat"} <= folded.keys():
        return table[folded["lon"]] + "," + table[folded["lat"]]
    roles = find_fields(table.columns)
    named = [roles[r] for r in ("name", "district", "province") if r in roles]
    if "name" in roles:
        asked = table[named].apply(lambda cells: ", ".join(c for c in cells if c), axis=1)
        kinds = table[roles["unit_type"]] + " " if "unit_type" in roles else ""
        return kinds + asked
    if "code" in roles:
        return table[roles["code"]]
    if len(table.columns) == 1:
        return table.iloc[:, 0]
    raise TableError(
        f"The table has {', '.join(map(str, table.columns))}, but no column with names, codes, or "
        "lon and lat [W07]; rename its headings."
    )
