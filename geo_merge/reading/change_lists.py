"""Official lists of changes of units, each in the form of its agency, as one table.

Every row of the table is a way from a unit to one: ``on`` (the first day), ``old_code, old_name,
new_code, new_name`` and ``row``, where it stands in the list. A unit that goes on as it was beside
a change (one that others join, one that gives land away) has a row to itself where the list says
so. A unit that comes from none of the list's units has a blank old code.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from geo_merge.errors import TableError
from geo_merge.reading.change_days import FIRST_SHORT_YEAR, is_short, order_of, read_day
from geo_merge.reading.change_doubts import doubtful
from geo_merge.reading.change_forms import (
    ACTIONS,
    BY_COLUMNS,
    FORMS,
    REGISTER,
    ROLES,
    Form,
    first,
    fold,
)
from geo_merge.reading.change_reasons import told
from geo_merge.reading.change_register import by_register
from geo_merge.reading.change_versions import by_columns
from geo_merge.reading.change_words import by_words
from geo_merge.reading.tables import read_table
from geo_merge.vocabulary.codes import clean_code, clean_text, plain_number
from geo_merge.vocabulary.country import PLAIN, Country
from geo_merge.vocabulary.fields import listed
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.memory import attach, findings_of, sources_of
from geo_merge.vocabulary.no_values import no_value
from geo_merge.vocabulary.sentence import sentence

CHANGES = ("on", "old_code", "old_name", "new_code", "new_name", "row")
Row = dict[str, str]
Way = tuple[str, str, str, str]
StrPath = str | os.PathLike[str]
# Lines that a sentence shows.
_SHOWN = 3
_MONTHS = 12


def read_changes(
    path: StrPath,
    *,
    encoding: str | None = None,
    sizes: Sizes | None = None,
    country: Country = PLAIN,
    between: tuple[date, date] = (date.min, date.max),
    headings: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Read a list of changes in any of the `FORMS`, which is told by its headings.

    Parameters
    ----------
    path
        CSV, XLSX, or the JSON of Klass.
    encoding, sizes, country
        See `tables.read_table`.
    between
        Days after and up to which it matters that lines were not understood.
    headings
        What some of `ROLES` are called in a list of another form.

    Returns
    -------
    pandas.DataFrame
        The columns of `CHANGES`, in the order of the list.

    Raises
    ------
    TableError
        If no form fits, or cells are no days or codes: all rows at once.
    """
    path = Path(path)
    table = (
        _read_json(path)
        if path.suffix.lower() == ".json"
        else read_table(path, encoding=encoding, sizes=sizes, country=country)
    )
    if headings:
        table = _named(table, headings, path.name)
    form = _form_of(table)
    if not headings and (versions := by_columns(table)) is not None:
        table, form = versions, BY_COLUMNS
    elif not headings and (register := by_register(table)) is not None:
        table, form = register, REGISTER
    elif form is None and (named := by_words(table, path.name)) is not None:
        table, form = named, _form_of(named)
    if form is None:
        raise TableError(
            sentence("W07.no_changes", source=path.name,
                     columns=listed(list(map(str, table.columns))),
                     forms="; ".join(f.name for f in (*FORMS[:-1], BY_COLUMNS, REGISTER)))
        )  # fmt: skip
    read = _Read(path.name, form)
    for number, cells in zip(table.index, table.to_dict("records"), strict=True):
        read.take(number, {fold(str(name)): str(cell) for name, cell in cells.items()}, between)
    if read.problems:
        raise TableError(read.problems)
    frame = pd.DataFrame(read.ways(), columns=list(CHANGES)).drop_duplicates(
        list(CHANGES[:-1]), ignore_index=True
    )
    found = [*findings_of(table), *read.findings(len(frame))]
    return attach(frame, findings=found, sources=[{"source": path.name}])


def _form_of(table: pd.DataFrame) -> Form | None:
    columns = {fold(str(name)): str(name) for name in table.columns}
    return next((form for form in FORMS if form.fits(columns)), None)


def _named(table: pd.DataFrame, headings: Mapping[str, str], source: str) -> pd.DataFrame:
    """Return the columns of a list that a person named, under the names of their roles."""
    there = {fold(str(name)): name for name in table.columns}
    missing = [heading for heading in headings.values() if fold(heading) not in there]
    if missing:
        raise TableError(sentence("W07.no_heading", source=source, headings=missing,
                                  columns=listed(list(map(str, table.columns)))))  # fmt: skip
    wanted = {role: fold(headings.get(role, role)) for role in ROLES}
    columns = {role: there[name] for role, name in wanted.items() if name in there}
    named = table[list(columns.values())].set_axis(list(columns), axis=1)
    return attach(named, findings=findings_of(table), sources=sources_of(table))


class _Read:
    """What was read of a list, row by row."""

    def __init__(self, source: str, form: Form) -> None:
        self.source, self.form = source, form
        self.rows: list[tuple[Any, ...]] = []
        self.problems: list[str] = []
        self._below = 0
        self._joined: dict[tuple[date, str], tuple[str, Any]] = {}
        self._short = 0
        self._orders: dict[str, tuple[int, int]] = {}
        self._years: list[str] = []
        self._demoted: dict[tuple[date, str], Any] = {}
        self._unread: list[str] = []
        self._wards: list[str] = []

    def take(self, number: Any, row: Row, between: tuple[date, date]) -> None:  # noqa: ANN401
        """Read a row whose headings are folded."""
        form = self.form
        day = clean_text(row[first(form.on, row)])
        if form.reason and not clean_text(row[fold(form.reason)]):
            return  # a unit that nothing happened to
        self._short += is_short(day)
        order = order_of(day) if form.name == "any" else None
        if order is not None:
            self._orders.setdefault(day, order)
        on = read_day(day) or (None if day else self._year(row, between))
        if on is None:
            self._wrong(number, f"{day or 'a blank'} is no day", "write it as 2020-01-01")
        elif form.reason:
            reason = told(row[fold(form.reason)])
            self.rows += [(on, *way, number) for way in reason.ways]
            self._joined |= {(on, code): (name, number) for code, name in reason.joined.items()}
            if between[0] < on <= between[1]:
                self._unread += reason.unread
                self._wards += reason.wards
        else:
            way = _way(form, row)
            if form.action and way is not None:
                self._act(on, way, row, number, between)
            elif way is None:
                self._below += 1
                self._demote(on, row, number, between)
            elif not way[2]:
                self._wrong(
                    number, "the code after the change is blank", "say what the unit became"
                )
            elif way[1] and not way[0]:
                self._wrong(number, f"{way[1]} has no code before the change", "write its code")
            else:
                self.rows.append((on, *way, number))

    def _year(self, row: Row, between: tuple[date, date]) -> date | None:
        """Return the first day of the year of a row without a day, and note that it was taken."""
        text = clean_text(row.get(fold(self.form.year), "")) if self.form.year else ""
        if not (text.isdecimal() and len(text) == len("1991")):
            return None
        if between[0].year <= int(text) <= between[1].year:
            self._years.append(text)
        return date(int(text), 1, 1)

    def _act(
        self, on: date, way: Way, row: Row, number: Any, between: tuple[date, date],  # noqa: ANN401
    ) -> None:  # fmt: skip
        """Take the ways of a row that names a unit, what happens to it, and another unit."""
        action = clean_text(row[fold(self.form.action)]).upper()
        places = ACTIONS.get(action, ())
        unit, other = way[:2], (way[2], way[3] or (way[1] if action == "AP" else ""))
        sides = (unit, other)
        if not places or not all(sides[k][0] for place in places for k in place):
            if between[0] < on <= between[1]:
                self._unread.append(f"row {number}: {action} {' '.join(way)}".rstrip())
            return
        self.rows += [(on, *sides[old], *sides[new], number) for old, new in places]

    def _demote(self, on: date, row: Row, number: Any, between: tuple[date, date]) -> None:  # noqa: ANN401
        """Note a unit that becomes a level below: in which unit, another row must say."""
        form = self.form
        kind = clean_text(row[fold(form.kind[0])]) if form.kind else ""
        if kind == form.units and between[0] < on <= between[1]:
            code = clean_code(clean_text(row.get(first(form.old_code, row), "")))
            self._demoted.setdefault((on, code), number)

    def _wrong(self, number: Any, what: str, advice: str) -> None:  # noqa: ANN401
        self.problems.append(f"{self.source} row {number}: {what} [W07]; {advice}.")

    def _told_of(self) -> set[tuple[date, str]]:
        """Return the day and old code of all rows that were read."""
        return {(row[0], row[1]) for row in self.rows}

    def ways(self) -> list[tuple[Any, ...]]:
        """Return the rows, what joined a unit that became another that day followed to it.

        A unit that others joined goes on, if no row says what else became of it.
        """
        told_of = self._told_of()
        stays = {(on, old) for on, old, was, new, name, _ in self.rows if (old, was) == (new, name)}
        became: dict[tuple[date, str], dict[str, str]] = defaultdict(dict)
        for on, old, _, new, new_name, _ in self.rows:
            if old != new and (on, old) in self._joined.keys() - stays:
                became[on, old][new] = new_name
        rows: list[tuple[Any, ...]] = [
            (on, code, name, code, name, number)
            for (on, code), (name, number) in self._joined.items()
            if (on, code) not in told_of
        ]
        for on, old, old_name, new, new_name, number in self.rows:
            then = became.get((on, new), {}) if old != new else {}
            goes = list(then.items()) if len(then) == 1 else [(new, new_name)]
            rows += [(on, old, old_name, *goes[0], number)]
        return rows

    def findings(self, n: int) -> Iterator[Finding]:
        """Return what is to be told of a list with so many ways."""
        said = sentence("W20.form", source=self.source, form=self.form.name, n=n)
        yield Finding.of(said, value=float(n), unit_of_value="rows")
        if self._below:
            said = sentence("W20.below", source=self.source, n=self._below)
            yield Finding.of(said, value=float(self._below), unit_of_value="rows")
        if self._short:
            said = sentence("W20.short_years", source=self.source, n=self._short,
                            first=FIRST_SHORT_YEAR, last=FIRST_SHORT_YEAR + 99)  # fmt: skip
            yield Finding.of(said, value=float(self._short), unit_of_value="rows")
        if any(one != two for one, two in self._orders.values()) and all(
            one <= _MONTHS for one, _ in self._orders.values()
        ):
            example = next(day for day, (one, two) in self._orders.items() if one != two)
            said = sentence("W20.day_first", source=self.source, example=example,
                            day=str(read_day(example)))  # fmt: skip
            yield Finding.of(said, value=float(len(self._orders)), unit_of_value="rows")
        yield from doubtful(self.rows, self.source)
        if self._years:
            years = sorted(dict.fromkeys(self._years))
            said = sentence("W20.years", source=self.source, n=len(self._years), years=years)
            yield Finding.of(said, value=float(len(self._years)), unit_of_value="rows")
        told_of = self._told_of()
        for (on, code), number in self._demoted.items():
            if (on, code) not in told_of:
                said = sentence("W20.demoted", source=self.source, row=number, code=code,
                                day=str(on))  # fmt: skip
                yield Finding.of(said, units=(code,))
        for kind, all_lines in (("W20.wards", self._wards), ("W20.unread", self._unread)):
            lines = list(dict.fromkeys(all_lines))
            if lines:
                more = ["…"] if len(lines) > _SHOWN else []
                said = sentence(kind, source=self.source, n=len(lines),
                                told=[*lines[:_SHOWN], *more])  # fmt: skip
                yield Finding.of(said, value=float(len(lines)), unit_of_value="lines")


def _way(form: Form, row: Row) -> Way | None:
    """Return codes and names before and after; None for a row that is not about units."""
    values = [
        "" if no_value(text := clean_text(row.get(first(names, row), ""))) is not None else text
        for names in (form.old_code, form.old_name, form.new_code, form.new_name)
    ]
    old, old_name, new, new_name = values
    if form.kind is not None:
        before, after = (clean_text(row[fold(name)]) for name in form.kind)
        if after != form.units:
            return None
        if before != form.units:  # a level below becomes a unit: whose land it was, others say
            old = old_name = ""
    return plain_number(clean_code(old)), old_name, plain_number(clean_code(new)), new_name


def _read_json(path: Path) -> pd.DataFrame:
    try:
        content = json.loads(path.read_bytes())
    except OSError:
        raise TableError(sentence("F02.no_such_file", path=path)) from None
    except ValueError:
        raise TableError(sentence("W07.no_json", source=path.name)) from None
    rows = content.get("codeChanges") if isinstance(content, dict) else content
    if not isinstance(rows, list) or not rows or not all(isinstance(r, dict) for r in rows):
        raise TableError(sentence("W07.no_code_changes", source=path.name))
    table = pd.DataFrame(rows, dtype=object).astype(object)
    table = table.where(table.notna(), "").astype(str)
    return attach(table.set_axis(range(1, len(table) + 1)), sources=[{"source": path.name}])
