"""One row for each new unit, by a rule for each field."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, localcontext
from typing import Any

import pandas as pd

from geo_merge.errors import UsageError
from geo_merge.recoding.cells import figure_of
from geo_merge.recoding.columns import Columns
from geo_merge.recoding.ledger import EXACT
from geo_merge.recoding.matching import Answer, Outcome
from geo_merge.recoding.sample import Sample
from geo_merge.recoding.values import Rule, Value, value_by
from geo_merge.vocabulary.counts import Kind, kind_of
from geo_merge.vocabulary.fields import fold_field, population_fields
from geo_merge.vocabulary.places import Unit
from geo_merge.vocabulary.sentence import Sentence, sentence

_DIGITS_OF_LAND = 6  # decimals, 1 m² if it is in km²
_AREAS = ("area", "dientich", "superficie", "surface", "flaeche", "areal")


# Rules that need to know how much each row weighs.
_WEIGHED = frozenset((Rule.AREA, Rule.POPULATION, Rule.LARGEST))


@dataclass(frozen=True)
class Field:
    """A column, its rule, and the column that weighs the rows if the rule needs one."""

    at: int
    rule: Rule
    weight: int | None = None


class Sums:
    """What the rows of each unit, or pair of units, add up to.

    Attributes
    ----------
    made
        By the keys of the units: one value for each field.
    rows
        By the same: rows that are the unit's, and rows that it shares.
    left
        Figures of rows of no unit, by column.
    unweighed
        Filled cells that nothing weighs, by column: how many.
    """

    def __init__(self) -> None:
        self.made: dict[tuple[str, ...], list[Value]] = {}
        self.rows: dict[tuple[str, ...], list[int]] = {}
        self.left: dict[int, Decimal] = defaultdict(Decimal)
        self.unweighed: Counter[int] = Counter()

    def take_in(self, later: Sums) -> None:
        """Add what was made of rows that come after these."""
        with localcontext(EXACT):
            for key, values in later.made.items():
                known = self.made.setdefault(key, values)
                counts = self.rows.setdefault(key, [0, 0])
                for k, count in enumerate(later.rows[key]):
                    counts[k] += count
                if known is not values:
                    for value, more in zip(known, values, strict=True):
                        value.take_in(more)
            for at, figure in later.left.items():
                self.left[at] += figure
            self.unweighed.update(later.unweighed)


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

    Attributes
    ----------
    sums
        What there is so far.
    """

    def __init__(
        self, columns: Columns, fields: Sequence[Field], units: Mapping[str, Unit],
        made: Sequence[Sequence[str]], sheet: str,
    ) -> None:  # fmt: skip
        self.sheet = sheet
        self._columns, self._units = columns, units
        self._fields = [field for field in fields if field.rule is not Rule.DROP]
        self.sums = Sums()
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
                        self.sums.left[field.at] += figures[field.at] or Decimal(0)
                return
            parts = {
                f.at: _allocated(figures[f.at], list(shares.values()),
                                 _DIGITS_OF_LAND if self._is_area(f.at) else 0)
                for f in self._fields if f.rule is Rule.SUM
            }  # fmt: skip
            self._note_unweighed(row)
            for k, (key, share) in enumerate(shares.items()):
                self.sums.rows.setdefault(key, [0, 0])[len(shares) > 1] += 1
                if key not in self.sums.made:
                    self.sums.made[key] = [value_by(f.rule) for f in self._fields]
                values = self.sums.made[key]
                for field, value in zip(self._fields, values, strict=True):
                    figure = parts[field.at][k] if field.at in parts else figures[field.at]
                    value.add(row[field.at], figure, self._weight(row, field, share))

    def _note_unweighed(self, row: Sequence[str]) -> None:
        for field in self._fields:
            if field.weight is not None and row[field.at].strip():
                weight = self._figure(row, field.weight)
                self.sums.unweighed[field.at] += weight is None

    def unweighed(self) -> Iterator[Sentence]:
        """Yield of each column how many cells have no weight: they are in no mean."""
        for field in self._fields:
            count = self.sums.unweighed[field.at]
            if field.weight is not None and count:
                headings = self._columns.headings
                yield sentence("recoding.unweighed", column=headings[field.at], n=count,
                               weight=headings[field.weight])  # fmt: skip

    def _is_area(self, at: int) -> bool:
        return _is_of_area(self._columns.headings[at])

    def _figure(self, row: Sequence[str], at: int) -> Decimal | None:
        form = self._columns.figures.get(at)
        return None if form is None else figure_of(row[at], *form)

    def _weight(self, row: Sequence[str], field: Field, share: Decimal) -> Decimal | None:
        if field.weight is None:
            return share
        figure = self._figure(row, field.weight)
        return None if figure is None else figure * share

    def rows(self) -> Iterator[list[Any]]:
        """Yield a row for each unit, in the order of their codes."""
        for key in sorted(self.sums.made):
            units = [self._units[k] for k in key]
            cells = [c for u in units for c in (u.code, u.name, u.unit_type)]
            with localcontext(EXACT):
                yield [*cells, *self.sums.rows[key], *(v.value() for v in self.sums.made[key])]

    def totals(self) -> dict[int, tuple[Decimal, Decimal]]:
        """Return what the units got of each figure that is summed, and what none got."""
        found = {}
        with localcontext(EXACT):
            for k, field in enumerate(self._fields):
                if field.rule is Rule.SUM:
                    got = [values[k].value() for values in self.sums.made.values()]
                    total = sum((g for g in got if g is not None), Decimal(0))
                    found[field.at] = (total, self.sums.left[field.at])
        return found


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


def _allocated(
    figure: Decimal | None, shares: Sequence[Decimal], digits: int
) -> list[Decimal | None]:
    """Divide a figure by shares without a rest: in its own last unit, the largest rests first.

    The unit is smaller if `digits` decimals are: people are whole, land is not.
    """
    if figure is None or len(shares) == 1:
        return [figure] * len(shares)
    unit = Decimal(1).scaleb(min(int(figure.as_tuple().exponent), -digits))
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
    rule, at = Rule(name), sample.at(heading, "--rule")
    if rule in {Rule.SUM, Rule.AREA, Rule.POPULATION, Rule.MEAN} and at not in columns.figures:
        raise UsageError(sentence("recoding.rule_numbers", text=text, column=heading))
    by = sample.at(weight, "--rule") if weight else _weight_of(rule, columns)
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
    areas = [at for h, at in headings.items() if _is_of_area(h)]
    by = {Rule.AREA: areas, Rule.POPULATION: people, Rule.LARGEST: [*people, *areas]}
    return next(iter(by.get(rule, [])), None)


def _is_of_area(heading: str) -> bool:
    return fold_field(heading).startswith(_AREAS)


def _usual(sample: Sample, columns: Columns, at: int) -> Field:
    if at in columns.named:
        return Field(at, Rule.DROP)
    if at not in columns.figures:
        return Field(at, Rule.LIST)
    form = columns.figures[at]
    figures = [figure_of(cell, *form) for cell in sample.cells[at]]
    values = pd.Series([None if f is None else float(f) for f in figures], dtype=float)
    kind = kind_of(columns.headings[at], values)
    if kind is Kind.COUNT:
        return Field(at, Rule.SUM)
    for rate, rule in ((Kind.AREA_RATE, Rule.AREA), (Kind.PEOPLE_RATE, Rule.POPULATION)):
        weight = _weight_of(rule, columns)
        if kind is rate and weight is not None:
            return Field(at, rule, weight)
    return Field(at, Rule.DROP if kind is Kind.NOTHING else Rule.LIST)
