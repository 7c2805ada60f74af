"""Official lists of changes of units, each in the form of its agency, as one table.

Every row of the table is a way from a unit to one: ``on`` (the first day), ``old_code, old_name,
new_code, new_name`` and ``row``, where it stands in the list. A unit that goes on as it was beside
a change (one that others join, one that gives land away) has a row to itself where the list says
so. A unit that comes from none of the list's units has a blank old code.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from geo_merge.errors import TableError
from geo_merge.reading.change_reasons import told
from geo_merge.reading.change_versions import by_columns
from geo_merge.reading.tables import read_table
from geo_merge.vocabulary.codes import clean_code, clean_text
from geo_merge.vocabulary.country import PLAIN, Country
from geo_merge.vocabulary.fields import listed
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.memory import attach, findings_of
from geo_merge.vocabulary.no_values import no_value
from geo_merge.vocabulary.sentence import sentence

CHANGES = ("on", "old_code", "old_name", "new_code", "new_name", "row")
Row = dict[str, str]
Way = tuple[str, str, str, str]
StrPath = str | os.PathLike[str]
# Lines that a sentence shows.
_SHOWN = 3


@dataclass(frozen=True)
class Form:
    """The headings of a list, as they are published.

    Attributes
    ----------
    name
        Whose list it is.
    on
        The day; of several headings the first that the list has, here and below.
    old_code, old_name, new_code, new_name
        The units.
    kind
        Headings of the kind of unit before and after, where the list has several.
    units
        The kind that is a unit; others are levels below.
    reason
        A text that tells the change in words, instead of codes in columns.
    """

    name: str
    on: tuple[str, ...]
    old_code: tuple[str, ...] = ()
    old_name: tuple[str, ...] = ()
    new_code: tuple[str, ...] = ()
    new_name: tuple[str, ...] = ()
    kind: tuple[str, str] | None = None
    units: str = ""
    reason: str = ""

    def fits(self, columns: dict[str, str]) -> bool:
        """Tell whether a table with these folded headings is such a list."""
        needed = [self.on, *(() if self.reason else (self.old_code, self.new_code))]
        more = [self.reason] if self.reason else list(self.kind or ())
        return all(_first(names, columns) for names in needed) and all(
            fold(name) in columns for name in more
        )


FORMS = (
    Form("INSEE, mouvements des communes", ("DATE_EFF",), ("COM_AV",),
         ("LIBELLE_AV", "NCCENR_AV", "NCC_AV"), ("COM_AP",),
         ("LIBELLE_AP", "NCCENR_AP", "NCC_AP"), kind=("TYPECOM_AV", "TYPECOM_AP"), units="COM"),
    Form("BFS, Mutationen der Gemeinden", ("MutationDate",), ("InitialCode",), ("InitialName",),
         ("TerminalCode",), ("TerminalName",)),
    Form("SSB, Klass changes", ("changeOccurred",), ("oldCode",), ("oldName",), ("newCode",),
         ("newName",)),
    Form("e-Stat, 廃置分合等情報", ("廃置分合等施行年月日", "施行年月日"), reason="改正事由"),
    Form("総務省, 市区町村コードの改正", ("改正年月日", "変更年月日", "施行年月日", "合併年月日"),
         ("改正前コード", "変更前コード", "旧コード", "合併前コード", "旧団体コード"),
         ("改正前市区町村名", "変更前市区町村名", "旧市区町村名", "合併前市区町村名", "旧団体名"),
         ("改正後コード", "変更後コード", "新コード", "合併後コード", "新団体コード"),
         ("改正後市区町村名", "変更後市区町村名", "新市区町村名", "合併後市区町村名", "新団体名")),
    Form("any", ("date", "on", "valid_from", "in_force", "effective_date", "date_of_change"),
         ("old_code",), ("old_name",), ("new_code",), ("new_name",)),
)  # fmt: skip
_BY_COLUMNS = replace(FORMS[-1], name="SSB, Klass, a column for each version")


def read_changes(
    path: StrPath,
    *,
    encoding: str | None = None,
    sizes: Sizes | None = None,
    country: Country = PLAIN,
    between: tuple[date, date] = (date.min, date.max),
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
    versions = by_columns(table)
    table = table if versions is None else versions
    columns = {fold(name): str(name) for name in table.columns}
    form = _BY_COLUMNS if versions is not None else _form_of(columns)
    if form is None:
        raise TableError(
            sentence("W07.no_changes", source=path.name,
                     columns=listed(list(map(str, table.columns))),
                     forms="; ".join(f.name for f in (*FORMS[:-1], _BY_COLUMNS)))
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


def _form_of(columns: dict[str, str]) -> Form | None:
    return next((form for form in FORMS if form.fits(columns)), None)


class _Read:
    """What was read of a list, row by row."""

    def __init__(self, source: str, form: Form) -> None:
        self.source, self.form = source, form
        self.rows: list[tuple[Any, ...]] = []
        self.problems: list[str] = []
        self._below = 0
        self._joined: set[tuple[date, str]] = set()
        self._demoted: dict[tuple[date, str], Any] = {}
        self._unread: list[str] = []
        self._wards: list[str] = []

    def take(self, number: Any, row: Row, between: tuple[date, date]) -> None:  # noqa: ANN401
        """Read a row whose headings are folded."""
        form = self.form
        day = clean_text(row[_first(form.on, row)])
        if form.reason and not clean_text(row[fold(form.reason)]):
            return  # a unit that nothing happened to
        on = read_day(day)
        if on is None:
            self._wrong(number, f"{day or 'a blank'} is no day", "write it as 2020-01-01")
        elif form.reason:
            reason = told(row[fold(form.reason)])
            self.rows += [(on, *way, number) for way in reason.ways]
            self._joined |= {(on, code) for code in reason.joined}
            if between[0] < on <= between[1]:
                self._unread += reason.unread
                self._wards += reason.wards
        else:
            way = _way(form, row)
            if way is None:
                self._below += 1
                self._demote(on, row, number, between)
            elif not way[2]:
                self._wrong(
                    number, "the code after the change is blank", "say what the unit became"
                )
            else:
                self.rows.append((on, *way, number))

    def _demote(self, on: date, row: Row, number: Any, between: tuple[date, date]) -> None:  # noqa: ANN401
        """Note a unit that becomes a level below: in which unit, another row must say."""
        form = self.form
        kind = clean_text(row[fold(form.kind[0])]) if form.kind else ""
        if kind == form.units and between[0] < on <= between[1]:
            code = clean_code(clean_text(row.get(_first(form.old_code, row), "")))
            self._demoted.setdefault((on, code), number)

    def _wrong(self, number: Any, what: str, advice: str) -> None:  # noqa: ANN401
        self.problems.append(f"{self.source} row {number}: {what} [W07]; {advice}.")

    def ways(self) -> list[tuple[Any, ...]]:
        """Return the rows, those of units that joined one which became another followed to it."""
        became: dict[tuple[date, str], dict[str, str]] = defaultdict(dict)
        for on, old, _, new, new_name, _ in self.rows:
            if old != new and (on, old) in self._joined:
                became[on, old][new] = new_name
        rows = []
        for on, old, old_name, new, new_name, number in self.rows:
            then = became.get((on, new), {})
            if not then or (len(then) > 1 and old != new):
                rows.append((on, old, old_name, new, new_name, number))
            elif old != new:
                rows.append((on, old, old_name, *next(iter(then.items())), number))
        return rows

    def findings(self, n: int) -> Iterator[Finding]:
        """Return what is to be told of a list with so many ways."""
        said = sentence("W20.form", source=self.source, form=self.form.name, n=n)
        yield Finding.of(said, value=float(n), unit_of_value="rows")
        if self._below:
            said = sentence("W20.below", source=self.source, n=self._below)
            yield Finding.of(said, value=float(self._below), unit_of_value="rows")
        told_of = {(row[0], row[1]) for row in self.rows}
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


def fold(name: str) -> str:
    """Return a heading for comparing: width, case, blanks and underscores folded."""
    return re.sub(r"[\s_·・･]", "", unicodedata.normalize("NFKC", name)).casefold()


def _first(names: tuple[str, ...], columns: dict[str, str]) -> str:
    return next((fold(name) for name in names if fold(name) in columns), "")


def _way(form: Form, row: Row) -> Way | None:
    """Return codes and names before and after; None for a row that is not about units."""
    values = [
        "" if no_value(text := clean_text(row.get(_first(names, row), ""))) is not None else text
        for names in (form.old_code, form.old_name, form.new_code, form.new_name)
    ]
    old, old_name, new, new_name = values
    if form.kind is not None:
        before, after = (clean_text(row[fold(name)]) for name in form.kind)
        if after != form.units:
            return None
        if before != form.units:  # a level below becomes a unit: whose land it was, others say
            old = old_name = ""
    return clean_code(old), old_name, clean_code(new), new_name


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


_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018,
         "m": 1867, "t": 1911, "s": 1925, "h": 1988, "r": 2018}  # fmt: skip
_DATE = r"\D{1,2}"
_DAYS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[str, str, str]]], ...] = (
    (re.compile(rf"(\d{{4}}){_DATE}(\d{{1,2}}){_DATE}(\d{{1,2}})(?:日|[T ][\d:.]+Z?)?"),
     lambda m: (m[1], m[2], m[3])),
    (re.compile(r"(\d{4})(\d\d)(\d\d)"), lambda m: (m[1], m[2], m[3])),
    (re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})"), lambda m: (m[3], m[2], m[1])),
)  # fmt: skip
_ERA = re.compile(rf"({'|'.join(_ERAS)})\.?(\d+|元)\D(\d{{1,2}})\D(\d{{1,2}})日?")


def read_day(text: str) -> date | None:
    """Return a day as lists write it: 2020-01-01, 20200101, 01.01.2020, 平成18年3月31日.

    Where month and day come before the year, the day is first, as in the lists of Europe.
    """
    text = unicodedata.normalize("NFKC", text).strip().lower()
    era = _ERA.fullmatch(text)
    if era is not None:
        year = _ERAS[era[1]] + (1 if era[2] == "元" else int(era[2]))
        return _day(str(year), era[3], era[4])
    for pattern, parts in _DAYS:
        match = pattern.fullmatch(text)
        if match is not None:
            return _day(*parts(match))
    return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
