"""Agencies before and after: a planner's table, its sums held against the totals that it states."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from geo_merge.errors import TableError
from geo_merge.vocabulary.codes import fold_accents, fold_name
from geo_merge.vocabulary.fields import fold_field
from geo_merge.vocabulary.memory import sources_of
from geo_merge.vocabulary.sentence import sentence
from geo_merge.vocabulary.written import read_numbers

_HEADINGS = {
    "level": ("level", "cap"),
    "body": ("body", "khoi", "hethong", "coquan"),
    "name": ("name", "agency", "ten", "tencoquan", "loai", "kind"),
    "before": ("before", "truoc", "truocsapxep"),
    "after": ("after", "sau", "sausapxep"),
}  # fmt: skip
COUNTS = ("before", "after")
# How a row begins that states a sum, without accents.
_TOTAL = ("total", "sum", "tong", "cong")


@dataclass(frozen=True)
class Agencies:
    """Agencies by level and body.

    Attributes
    ----------
    rows
        ``level, body, name, before, after``, one row an agency or kind of agencies.
    checked
        How many totals the table stated; all of them add up.
    """

    rows: pd.DataFrame
    checked: int


def as_agencies(table: pd.DataFrame) -> Agencies:
    """Return the agencies of a table whose stated totals add up.

    A row whose body or name begins with ``Tổng``, ``Cộng`` or ``Total`` states a sum: of its body
    if it names one that other rows have, else of its level, else of all rows.

    Raises
    ------
    TableError
        If a column is missing, a count is none, or a total does not add up.
    """
    by_fold = {fold_field(str(c)): str(c) for c in table.columns}
    found = {role: next((by_fold[n] for n in names if n in by_fold), None)
             for role, names in _HEADINGS.items()}  # fmt: skip
    source = next((str(s["source"]) for s in sources_of(table)), "agencies")
    missing = [role for role in ("body", *COUNTS) if found[role] is None]
    if missing:
        raise TableError(sentence("W07.agencies_one" if len(missing) == 1 else "W07.agencies",
                                  source=source, missing=missing, columns=list(map(str,
                                  table.columns))))  # fmt: skip
    rows = pd.DataFrame(
        {role: "" if column is None else table[column].fillna("").astype(str).str.strip()
         for role, column in found.items()}, index=table.index,
    )  # fmt: skip
    problems = [p for role in COUNTS for p in _counts(rows, role, source)]
    if problems:
        raise TableError(problems)
    is_total = rows["body"].map(_is_total) | rows["name"].map(_is_total)
    totals, single = rows[is_total], rows[~is_total]
    if not len(single):
        raise TableError(sentence("W07.totals_alone", source=source))
    problems = [p for row, total in totals.iterrows() for p in _unequal(row, total, single, source)]
    if problems:
        raise TableError(problems)
    return Agencies(single, len(totals))


def _is_total(text: str) -> bool:
    return fold_accents(fold_name(text)).startswith(_TOTAL)


def _counts(rows: pd.DataFrame, role: str, source: str) -> list[str]:
    """Turn a column into whole numbers, and return what is none."""
    texts = rows[role].tolist()
    read = read_numbers(texts, whole=True)
    values = pd.Series(read.values, index=rows.index)
    wrong = values.isna() | (values < 0) | (values % 1 != 0)
    rows[role] = values
    return [
        sentence("W11.no_count", source=source, row=row, role=role, text=text)
        for row, text, bad in zip(rows.index, texts, wrong, strict=True)
        if bad
    ]


def _unequal(row: object, total: pd.Series, single: pd.DataFrame, source: str) -> list[str]:
    """Return where a stated total is not the sum of its rows."""
    of, meant = single, sentence("words.all_rows")
    if total["level"] and (single["level"] == total["level"]).any():
        of, meant = of[of["level"] == total["level"]], total["level"]
    if total["body"] and (of["body"] == total["body"]).any():
        of, meant = of[of["body"] == total["body"]], total["body"]
    return [
        sentence(
            "A07.total",
            source=source,
            row=row,
            total=total[role],
            role=role,
            meant=meant,
            added=of[role].sum(),
        )
        for role in COUNTS
        if total[role] != of[role].sum()
    ]
