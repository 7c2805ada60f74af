"""Lists of changes under headings of their own, by the words of these."""

from __future__ import annotations

import pandas as pd

from geo_merge.reading.change_days import read_day
from geo_merge.reading.change_forms import ROLES
from geo_merge.vocabulary.codes import clean_text
from geo_merge.vocabulary.crosswalk_headings import told_by_headings
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.memory import attach, findings_of, sources_of
from geo_merge.vocabulary.sentence import sentence

_YEARS = range(1800, 2200)


def by_words(table: pd.DataFrame, source: str) -> pd.DataFrame | None:
    """Return the columns of a list under the names of their roles, None if one is in doubt.

    Codes and names tell their side as those of a crosswalk do (Ancien code, Uus kood, Nr. neu);
    the day is the one other column whose cells are all days, else all years.
    """
    columns = list(map(str, table.columns))
    told = told_by_headings(columns)
    read = {role: told.columns[role] for role in ROLES if role in told.columns}
    if not {"old_code", "new_code"} <= set(read) or {"old_name", "new_name"} & set(told.unclear):
        return None
    left = [column for column in columns if column not in read.values()]
    cells = {column: [clean_text(str(cell)) for cell in table[column]] for column in left}
    days = [c for c, texts in cells.items() if all(read_day(t) for t in texts if t) and any(texts)]
    years = [] if days else [c for c, texts in cells.items() if all(map(_is_year, texts))]
    if len(days) + len(years) != 1:
        return None
    (on,) = days or years
    named = table[[on, *read.values()]].set_axis(["date", *read], axis=1)
    shown = [f"{role}={heading}" for role, heading in {"date": on, **read}.items()]
    notes = [Finding.of(sentence("W07.by_words", source=source, columns=shown))]
    if years:
        named["date"] = [f"{year}-01-01" for year in cells[on]]
        told_of = sentence("W20.years", source=source, n=len(named),
                           years=sorted(set(cells[on])))  # fmt: skip
        notes.append(Finding.of(told_of, value=float(len(named)), unit_of_value="rows"))
    return attach(named, findings=[*findings_of(table), *notes], sources=sources_of(table))


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isdecimal() and int(text) in _YEARS  # noqa: PLR2004 - digits
