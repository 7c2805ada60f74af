"""Which rows of a table a problem is about, so that they can be shown and corrected in place."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

import pandas as pd

from geo_merge.ui.intake.headings import template
from geo_merge.vocabulary.codes import code_key, fold_name
from geo_merge.vocabulary.sentence import Sentence

_ROW = re.compile(r"\brows? ((?:\d+(?:-\d+)?(?:, )?)+)")
_RANGE = re.compile(r"(\d+)(?:-(\d+))?")


def by_row(problems: Iterable[str], table: pd.DataFrame) -> dict[int, list[str]]:
    """Return the problems of each row that one is about, by the number of the row."""
    found: dict[int, list[str]] = defaultdict(list)
    for problem in problems:
        for row in rows_of(problem):
            if row in table.index:
                found[row].append(problem)
    return dict(found)


def rows_of(problem: str) -> Iterator[int]:
    """Yield the numbers of the rows that a problem names."""
    if isinstance(problem, Sentence) and problem.kind:
        values = problem.values  # noqa: PD011 - of a sentence
        told = [str(values[name]) for name in ("row", "rows") if name in values]
    else:
        told = [match[1] for match in _ROW.finditer(problem)]
    for text in told:
        for match in _RANGE.finditer(text):
            yield from range(int(match[1]), int(match[2] or match[1]) + 1)


def without_row(units: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return rows to be filled in for the units that a table names neither by code nor by name."""
    codes = {code_key(code) for code in table["old_code"] if code.strip()}
    names = {
        fold_name(name)
        for code, name in zip(table["old_code"], table["old_name"], strict=True)
        if not code.strip()
    }
    left = [
        code_key(str(code)) not in codes and fold_name(str(name)) not in names
        for code, name in zip(units.index, units["name"], strict=True)
    ]
    return template(units[left]).reindex(columns=table.columns, fill_value="")
