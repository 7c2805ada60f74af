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


def by_row(problems: Iterable[str], table: pd.DataFrame, file: str) -> dict[int, list[str]]:
    """Return the problems of each row that one is about, by the number of the row.

    Rows of layers have numbers too: a problem of the table begins with the name of its `file`.
    """
    found: dict[int, list[str]] = defaultdict(list)
    for problem in problems:
        for row in dict.fromkeys(rows_of(problem) if problem.startswith(file) else ()):
            if row in table.index:
                found[row].append(problem)
    return dict(found)


def rows_of(problem: str) -> Iterator[int]:
    """Yield the numbers of the rows that a problem names, also in the sentences within it."""
    if not (isinstance(problem, Sentence) and problem.kind):
        for told in _ROW.finditer(problem):
            yield from _numbers(told[1])
        return
    for name, value in problem.values.items():  # noqa: PD011 - of a sentence
        for part in value if isinstance(value, list | tuple) else (value,):
            if isinstance(part, Sentence) and part.kind:
                yield from rows_of(part)
            elif name in {"row", "rows"}:
                yield from _numbers(str(part))


def _numbers(rows: str) -> Iterator[int]:
    for told in _RANGE.finditer(rows):
        yield from range(int(told[1]), int(told[2] or told[1]) + 1)


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
