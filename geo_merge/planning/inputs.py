"""What conditions of a standard ask for, as planners tell it: mountain, island, region, border."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from geo_merge.errors import PlanError, UsageError
from geo_merge.planning.plan import Plan
from geo_merge.planning.standards import Condition, Input, Standard
from geo_merge.vocabulary.codes import clean_code, clean_text
from geo_merge.vocabulary.fields import fold_field
from geo_merge.vocabulary.sentence import sentence

# Folded: Vietnamese co and khong are yes and no.
_YES = frozenset(("yes", "true", "1", "co", "x", "y"))
_NO = frozenset(("no", "false", "0", "khong", "n"))
_CODES = ("old_code", "new_code")


@dataclass(frozen=True)
class Inputs:
    """What is known of units, by the name of the input.

    Attributes
    ----------
    every
        Of all units.
    old, new
        Of old units and of new ones, by code; what is said of a new one holds.
    """

    every: Mapping[str, Input] = field(default_factory=dict)
    old: Mapping[str, Mapping[str, Input]] = field(default_factory=dict)
    new: Mapping[str, Mapping[str, Input]] = field(default_factory=dict)

    def of(self, plan: Plan, code: str, members: Iterable[str]) -> dict[str, Input]:
        """Return what is known of a new unit.

        What all of its members have in common it has; where they differ, or where it is not known
        of one of them, no law that we know says what the whole is: it is unknown.
        """
        units = [m for m in members if not plan.old[m].is_piece]
        each = [{**self.every, **self.old.get(unit, {})} for unit in units]
        common = {
            name: value
            for name, value in (each[0] if each else self.every).items()
            if all(name in one and one[name] == value for one in each)
        }
        return {**common, **self.new.get(code, {})}


def wanted_inputs(standard: Standard) -> dict[str, type]:
    """Return the inputs that a standard asks for, and whether they are truth values or texts."""
    rules: list[Condition] = [c.condition for c in standard.classes]
    rules += [r.condition for r in standard.reductions]
    rules += [e.condition for e in standard.exemptions]
    return {name: type(value) for rule in rules for name, value in (*rule.every, *rule.some)}


def as_input(text: str, kind: type) -> Input:
    """Return a text as a value of an input; ValueError if it says neither yes nor no."""
    folded = fold_field(text)
    if kind is not bool:
        return text
    if folded in _YES:
        return True
    if folded in _NO:
        return False
    raise ValueError(text)


def parse_inputs(texts: Iterable[str], standard: Standard) -> dict[str, Input]:
    """Return what ``NAME=VALUE`` says of all units.

    Raises
    ------
    UsageError
        If a name is none that the standard asks for, or its value none that it knows.
    """
    wanted = wanted_inputs(standard)
    result: dict[str, Input] = {}
    for text in texts:
        name, _, value = (part.strip() for part in text.partition("="))
        if name not in wanted or not value:
            known = sorted(wanted) or sentence("planning.no_inputs")
            raise UsageError(
                sentence("planning.input", text=text, standard=standard.id, known=known)
            )
        try:
            result[name] = as_input(value, wanted[name])
        except ValueError as error:
            raise UsageError(sentence("planning.input_truth", text=text, name=name)) from error
    return result


def inputs_of_table(table: pd.DataFrame, plan: Plan, standard: Standard, source: str) -> Inputs:
    """Return what a table says of old or new units.

    Parameters
    ----------
    table
        ``old_code`` or ``new_code``, and a column for each input; blank cells are unknown.
    plan
        The plan whose units they are.
    standard
        The standard that asks for them.
    source
        What messages call the table.

    Raises
    ------
    PlanError
        With every row of a unit that the plan has not, every cell that says neither yes nor no, and
        every one that says another thing of a unit than a row above.
    """
    by_fold = {fold_field(str(c)): str(c) for c in table.columns}
    columns = {name: by_fold[fold_field(name)] for name in (*_CODES, *wanted_inputs(standard))
               if fold_field(name) in by_fold}  # fmt: skip
    coded = [name for name in _CODES if name in columns]
    if len(coded) != 1 or len(columns) == 1:
        raise PlanError(sentence(
            "planning.inputs_columns", source=source, wanted=sorted(wanted_inputs(standard)),
            columns=[str(c) for c in table],
        ))  # fmt: skip
    (code_column,) = coded
    known = plan.old if code_column == "old_code" else plan.new
    wanted = {name: kind for name, kind in wanted_inputs(standard).items() if name in columns}
    codes = map(clean_code, table[columns[code_column]])
    texts = zip(*(table[columns[name]].tolist() for name in wanted), strict=True)
    problems: list[str] = []
    result: dict[str, dict[str, Input]] = {}
    for row, code, cells in zip(table.index, codes, texts, strict=True):
        if code not in known:
            problems.append(sentence("planning.no_row_unit", source=source, row=str(row),
                                     column=code_column, code=code))  # fmt: skip
            continue
        own = result.setdefault(code, {})
        for (name, kind), cell in zip(wanted.items(), cells, strict=True):
            text = clean_text(str(cell))
            if not text:
                continue
            try:
                value = as_input(text, kind)
            except ValueError:
                problems.append(sentence("planning.cell_truth", source=source, row=str(row),
                                         name=name, text=text))  # fmt: skip
                continue
            if own.setdefault(name, value) != value:
                problems.append(sentence("planning.cell_again", source=source, row=str(row),
                                         name=name, text=text, code=code))  # fmt: skip
    if problems:
        raise PlanError(problems)
    return Inputs(old=result) if code_column == "old_code" else Inputs(new=result)
