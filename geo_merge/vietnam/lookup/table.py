"""Looking up every row of a table in one go."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from functools import cache
from typing import Any

import geopandas as gpd
import pandas as pd

from geo_merge.errors import TableError, UsageError
from geo_merge.vietnam.lookup.answers import Answer, look_up
from geo_merge.vocabulary.codes import clean_code, code_key, is_running, plain_number
from geo_merge.vocabulary.fields import find_fields, fold_field, free_name
from geo_merge.vocabulary.places import Unit
from geo_merge.vocabulary.sentence import sentence

_MADE = ("row", "asked", "code", "name", "unit_type", "how", "related_code", "related_name",
         "related_type", "share", "evidence")  # fmt: skip
_ADDRESSES = ("diachi", "address", "addr")


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
        unit_type, how, related_code, related_name, related_type, share, evidence``, and the
        columns of the table, those of the same names with a number behind; and a sentence for
        each row without an answer.
    """
    rows: list[dict[Hashable, object]] = []
    problems: list[str] = []
    roles = find_fields(table.columns)
    codes = table[roles["code"]] if _has_codes(table, roles) else None
    codes_beside = dict(codes.items()) if codes is not None and "name" in roles else {}
    named = {c: free_name(str(c), [*_MADE, *(str(o) for o in table.columns if o != c)])
             for c in table.columns}  # fmt: skip

    @cache  # long tables ask the same of many rows
    def settled_for(asked: str, code: str) -> tuple[Answer | None, str]:
        try:
            answers = look_up(asked, as_of=as_of, layer=layer)
        except UsageError as error:
            answers = [Answer(asked, problem=error.problems[0])]
        return _settled(answers, asked, code)

    cells = table.rename(columns=named).to_dict("records")
    for (number, asked), own in zip(_questions(table, roles, codes).items(), cells, strict=True):
        settled, problem = settled_for(asked, str(codes_beside.get(number, "")))
        if settled is None:
            problems.append(sentence("lookup.row", row=str(number), problem=problem))
            continue
        rows += [_answered(number, settled, other) | own for other in settled.related]
    frame = pd.DataFrame(rows)
    # Not as plain texts: they can be said in other languages.
    told = {c: pd.Series([row[c] for row in rows], dtype=object) for c in ("how", "evidence")}
    return frame.assign(**told) if rows else frame, problems


def _settled(answers: list[Answer], asked: str, code: str) -> tuple[Answer | None, str]:
    """Return the one answer that a name and a code beside it allow, or why there is none."""
    settled = [a for a in answers if a.unit is not None]
    wanted = code_key(plain_number(clean_code(code)))
    if code.strip() and settled:
        agreeing = [a for a in settled if a.unit and code_key(a.unit.code) == wanted]
        if not agreeing:
            told = sentence("lookup.all_of", told=[str(a.unit) for a in settled])
            return None, sentence("lookup.conflict", code=code, name=asked, told=told)
        settled = agreeing
    if len(settled) == 1:
        return settled[0], ""
    why = sentence("lookup.all_of", told=[a.problem or str(a.unit) for a in answers])
    problem = sentence("lookup.both", told=why) if settled else why
    return None, sentence("lookup.unanswered", asked=asked, problem=problem)


def _has_codes(table: pd.DataFrame, roles: dict[str, str]) -> bool:
    """Tell whether a table has codes: numbers of its rows are none."""
    return "code" in roles and not is_running(table[roles["code"]].tolist())


def _answered(number: Hashable, answer: Answer, other: dict[str, Any]) -> dict[Hashable, object]:
    unit = answer.unit or Unit("", "", "")
    values = (number, answer.asked, unit.code, unit.name, unit.unit_type, answer.how, other["code"],
              other["name"], other["unit_type"], other["share"], other["evidence"])  # fmt: skip
    return dict(zip(_MADE, values, strict=True))


def _questions(
    table: pd.DataFrame, roles: dict[str, str], codes: pd.Series | None
) -> pd.Series:  # fmt: skip
    """Return what each row asks."""
    folded = {fold_field(str(c)): c for c in table.columns}
    if {"lon", "lat"} <= folded.keys():
        return table[folded["lon"]] + "," + table[folded["lat"]]
    named = [roles[r] for r in ("name", "district", "province") if r in roles]
    if "name" in roles:
        asked = table[named].apply(lambda cells: ", ".join(c for c in cells if c), axis=1)
        kinds = table[roles["unit_type"]] + " " if "unit_type" in roles else ""
        return kinds + asked
    address = next((folded[a] for a in _ADDRESSES if a in folded), None)
    if address is not None:
        return table[address]
    if codes is not None:
        return codes
    if len(table.columns) == 1:
        return table.iloc[:, 0]
    raise TableError(sentence("W07.nothing_to_ask", columns=", ".join(map(str, table.columns))))
