"""One row for each new unit, by a rule for each field."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, localcontext
from enum import StrEnum
from typing import Any, Protocol

import pandas as pd

from geo_merge.errors import UsageError
from geo_merge.recoding.cells import figure_of
from geo_merge.recoding.columns import Columns, Sample
from geo_merge.recoding.ledger import EXACT
from geo_merge.recoding.matching import Answer, Outcome
from geo_merge.vocabulary.cells import LIST_SEPARATOR
from geo_merge.vocabulary.counts import Kind, kind_of
from geo_merge.vocabulary.fields import fold_field, population_fields
from geo_merge.vocabulary.places import Unit
from geo_merge.vocabulary.sentence import Sentence, sentence

_MOST_LISTED = 100  # values in one cell
_MIXED = "mixed"
_AREAS = ("area", "dientich", "superficie", "surface", "flaeche", "areal")


class Rule(StrEnum):
    """How the values of the rows of one new unit become one."""

    SUM = "sum"
    AREA = "area"
    POPULATION = "population"
    MEAN = "mean"
    LIST = "list"
    LARGEST = "largest"
    MIXED = "mixed"
    KEEP = "keep"
    DROP = "drop"


# Rules that need to know how much each row weighs.
_WEIGHED = frozenset((Rule.AREA, Rule.POPULATION, Rule.LARGEST))


@dataclass(frozen=True)
class Field:
    """A column, its rule, and the column that weighs the rows if the rule needs one."""

    at: int
    rule: Rule
    weight: int | None = None


class _Value(Protocol):
    def add(self, cell: str, figure: Decimal | None, weight: Decimal | None) -> None: ...

    def value(self) -> Any: ...  # noqa: ANN401 - a figure or a text


class _Sum:
    def __init__(self) -> None:
        self.total: Decimal | None = None

    def add(self, cell: str, figure: Decimal | None, weight: Decimal | None) -> None:
        del cell, weight
        if figure is not None:
            self.total = figure + (self.total or Decimal(0))

    def value(self) -> Any:  # noqa: ANN401
        return self.total


class _Mean:
    def __init__(self) -> None:
        self._sum = self._weights = Decimal(0)

    def add(self, cell: str, figure: Decimal | None, weight: Decimal | None) -> None:
        del cell
        if figure is not None and weight is not None:
            self._sum += figure * weight
            self._weights += weight

    def value(self) -> Any:  # noqa: ANN401
        return round(self._sum / self._weights, 6) if self._weights else None


class _Texts:
    """Different values in the order in which they come, as a list or as one if there is one."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._seen: dict[str, None] = {}
        self._more = False

    def add(self, cell: str, figure: Decimal | None, weight: Decimal | None) -> None:
        del figure, weight
        text = cell.strip()
        if not text or text in self._seen:
            return
        if len(self._seen) < _MOST_LISTED:
            self._seen[text] = None
        else:
            self._more = True

    def value(self) -> Any:  # noqa: ANN401
        if self._rule is Rule.LIST or len(self._seen) < 2:  # noqa: PLR2004 - one value, or none
            return LIST_SEPARATOR.join(self._seen) + ("; …" if self._more else "")
        return _MIXED if self._rule is Rule.MIXED else ""


class _Largest:
    def __init__(self) -> None:
        self._weight: Decimal | None = None
        self._cell = ""

    def add(self, cell: str, figure: Decimal | None, weight: Decimal | None) -> None:
        del figure
        if weight is not None and (self._weight is None or weight > self._weight):
            self._weight, self._cell = weight, cell

    def value(self) -> Any:  # noqa: ANN401
        return self._cell


class Aggregate:
    """Adds rows up by their new units, or by pairs of them where a row has two.

    Parameters
    ----------
    columns
        What the table holds.
    fields
        A rule for each column; see `fields_of`.
    units
        The units of the target, by key.
    made
        Headings of code, name and type of the new unit, for each column of codes.
    sheet
        Where its rows go.
    """

    def __init__(
        self, columns: Columns, fields: Sequence[Field], units: Mapping[str, Unit],
        made: Sequence[Sequence[str]], sheet: str,
    ) -> None:  # fmt: skip
        self.sheet = sheet
        self._columns, self._units = columns, units
        self._fields = [field for field in fields if field.rule is not Rule.DROP]
        self._values: dict[tuple[str, ...], list[_Value]] = {}
        self._rows: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
        self._left: dict[int, Decimal] = defaultdict(Decimal)
        names = [columns.headings[field.at] for field in self._fields]
        self.headings = [*(name for group in made for name in group[:3]), "rows", "rows_shared",
                         *names]  # fmt: skip

    def add(self, row: Sequence[str], answers: Sequence[Answer], outcome: Outcome) -> None:
        """Add a row to its unit; to several if its shares are known; else to none."""
        shares = _shares(answers) if outcome in {Outcome.CONVERTED, Outcome.AMBIGUOUS} else {}
        with localcontext(EXACT):
            figures = {f.at: self._figure(row, f.at) for f in self._fields}
            if not shares:
                for field in self._fields:
                    if field.rule is Rule.SUM:
                        self._left[field.at] += figures[field.at] or Decimal(0)
                return
            parts = {
                f.at: _allocated(figures[f.at], list(shares.values()))
                for f in self._fields if f.rule is Rule.SUM
            }  # fmt: skip
            for k, (key, share) in enumerate(shares.items()):
                self._rows[key][len(shares) > 1] += 1
                values = self._values.setdefault(key, [_new(f.rule) for f in self._fields])
                for field, value in zip(self._fields, values, strict=True):
                    figure = parts[field.at][k] if field.at in parts else figures[field.at]
                    value.add(row[field.at], figure, self._weight(row, field, share))

    def _figure(self, row: Sequence[str], at: int) -> Decimal | None:
        separators = self._columns.figures.get(at)
        return None if separators is None else figure_of(row[at], *separators)

    def _weight(self, row: Sequence[str], field: Field, share: Decimal) -> Decimal | None:
        if field.weight is None:
            return share
        figure = self._figure(row, field.weight)
        return None if figure is None else figure * share

    def rows(self) -> Iterator[list[Any]]:
        """Yield a row for each unit, in the order of their codes."""
        for key in sorted(self._values):
            units = [self._units[k] for k in key]
            cells = [c for u in units for c in (u.code, u.name, u.unit_type)]
            with localcontext(EXACT):
                yield [*cells, *self._rows[key], *(v.value() for v in self._values[key])]

    def totals(self) -> dict[int, tuple[Decimal, Decimal]]:
        """Return what the units got of each figure that is summed, and what none got."""
        found = {}
        with localcontext(EXACT):
            for k, field in enumerate(self._fields):
                if field.rule is Rule.SUM:
                    got = [values[k].value() for values in self._values.values()]
                    total = sum((g for g in got if g is not None), Decimal(0))
                    found[field.at] = (total, self._left[field.at])
        return found


def _new(rule: Rule) -> _Value:
    if rule is Rule.SUM:
        return _Sum()
    if rule in {Rule.MEAN, Rule.AREA, Rule.POPULATION}:
        return _Mean()
    return _Largest() if rule is Rule.LARGEST else _Texts(rule)


def _shares(answers: Sequence[Answer]) -> dict[tuple[str, ...], Decimal]:
    """Return the part of a row that goes to each unit, or pair; none if a share is unknown."""
    each = [[(p.key, p.share) for p in answer.parts] for answer in answers]
    found: dict[tuple[str, ...], Decimal] = {}
    for combination in itertools.product(*each):
        share = Decimal(1)
        for _, part in combination:
            if part is None:
                return {}
            share *= Decimal(part)
        found[tuple(key for key, _ in combination)] = share
    total = sum(found.values(), Decimal(0))
    return found if abs(total - 1) < Decimal("1e-6") else {}


def _allocated(figure: Decimal | None, shares: Sequence[Decimal]) -> list[Decimal | None]:
    """Divide a figure by shares without a rest: in its own last unit, the largest rests first."""
    if figure is None or len(shares) == 1:
        return [figure] * len(shares)
    unit = Decimal(1).scaleb(min(int(figure.as_tuple().exponent), 0))
    wanted = [figure * share for share in shares]
    parts = [w.quantize(unit, rounding=ROUND_FLOOR) for w in wanted]
    missing = int((figure - sum(parts, Decimal(0))) / unit)
    by_rest = sorted(range(len(parts)), key=lambda k: parts[k] - wanted[k])
    for k in by_rest[:missing]:
        parts[k] += unit
    return list(parts)


def fields_of(sample: Sample, columns: Columns, rules: Sequence[str]) -> list[Field]:
    """Return the rule of each column: as a person says, else by what its figures mean.

    Counts are summed; densities are weighted by area and rates by population where the table has
    them; texts and labels are listed; what names the unit itself is dropped.

    Parameters
    ----------
    sample, columns
        The table.
    rules
        ``FIELD=RULE``; ``FIELD=mean:WEIGHT`` and ``FIELD=largest:WEIGHT`` name what weighs.

    Raises
    ------
    UsageError
        If a rule is none, or needs figures that the table has not.
    """
    said = dict(_parsed(rule, sample, columns) for rule in rules)
    return [
        said.get(at) or _usual(sample, columns, at)
        for at in range(len(columns.headings))
    ]  # fmt: skip


def _parsed(text: str, sample: Sample, columns: Columns) -> tuple[int, Field]:
    heading, _, said = text.partition("=")
    name, _, weight = said.partition(":")
    if name not in list(Rule):
        raise UsageError(sentence("recoding.rule", text=text, rules=list(map(str, Rule))))
    rule, at = Rule(name), sample.at(heading)
    if rule in {Rule.SUM, Rule.AREA, Rule.POPULATION, Rule.MEAN} and at not in columns.figures:
        raise UsageError(sentence("recoding.rule_numbers", text=text, column=heading))
    by = sample.at(weight) if weight else _weight_of(rule, columns)
    if rule in _WEIGHED and by is None:
        raise UsageError(sentence(
            "recoding.rule_weight", text=text, file=sample.source, what=_measured_by(rule),
            example=f"{heading}={'largest' if rule is Rule.LARGEST else 'mean'}:COLUMN",
        ))  # fmt: skip
    if by is not None and by not in columns.figures:
        raise UsageError(
            sentence("recoding.weight_numbers", text=text, column=columns.headings[by])
        )
    return at, Field(at, rule, by)


def _measured_by(rule: Rule) -> Sentence:
    """Return what weighs the rows for a rule, in words."""
    if rule is Rule.LARGEST:
        return sentence("recoding.people_or_area")
    return sentence("recoding.people" if rule is Rule.POPULATION else "recoding.area")


def _weight_of(rule: Rule, columns: Columns) -> int | None:
    """Return the column of people or area that weighs the rows for a rule."""
    headings = {columns.headings[at]: at for at in columns.figures}
    people = [headings[h] for h in population_fields(headings)]
    areas = [at for h, at in headings.items() if fold_field(h).startswith(_AREAS)]
    by = {Rule.AREA: areas, Rule.POPULATION: people, Rule.LARGEST: [*people, *areas]}
    return next(iter(by.get(rule, [])), None)


def _usual(sample: Sample, columns: Columns, at: int) -> Field:
    keys = {*columns.codes, columns.name, columns.unit_type, *columns.parents, columns.address,
            columns.lon, columns.lat, columns.hint}  # fmt: skip
    if at in keys:
        return Field(at, Rule.DROP)
    if at not in columns.figures:
        return Field(at, Rule.LIST)
    separators = columns.figures[at]
    figures = [figure_of(cell, *separators) for cell in sample.cells[at]]
    values = pd.Series([None if f is None else float(f) for f in figures], dtype=float)
    kind = kind_of(columns.headings[at], values)
    if kind is Kind.COUNT:
        return Field(at, Rule.SUM)
    for rate, rule in ((Kind.AREA_RATE, Rule.AREA), (Kind.PEOPLE_RATE, Rule.POPULATION)):
        weight = _weight_of(rule, columns)
        if kind is rate and weight is not None:
            return Field(at, rule, weight)
    return Field(at, Rule.DROP if kind is Kind.NOTHING else Rule.LIST)
