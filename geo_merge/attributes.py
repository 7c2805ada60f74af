"""Attributes of the new units: counts are summed, rates weighted, texts listed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

import numpy as np
import pandas as pd

from geo_merge.cells import LIST_SEPARATOR
from geo_merge.errors import UsageError
from geo_merge.fields import fold_field
from geo_merge.models import Finding, LedgerRow, Severity
from geo_merge.rings import Floats, Ints

RELATIVE_TOLERANCE = 1e-9


class Rule(StrEnum):
    """How an attribute of the members becomes one of the new unit."""

    SUM = "sum"
    AREA = "area"
    POPULATION = "population"
    LIST = "list"
    DROP = "drop"


# Folded field names (see `fields.fold_field`): rates of area, rates of people, and numbers that
# mean nothing for a merged unit.
_BY_AREA = re.compile(r"density|matdo|elevation|docao|rainfall|altitude")
_BY_PEOPLE = re.compile(
    r"rate|ratio|percent|pct|tyle|average|avg|mean|median|binhquan|perca|share|index$|chiso"
)
_MEANINGLESS = re.compile(
    r"^(objectid|fid|gid|ogcfid|id|stt|idx|shapelen|shapeleng|shapelength|perimeter|chuvi)$"
)


def default_rule(name: str, values: pd.Series, *, has_population: bool) -> Rule:
    """Return the rule for a field that the user set none for."""
    if not pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype):
        return Rule.LIST
    folded = fold_field(name)
    if _MEANINGLESS.match(folded):
        return Rule.DROP
    if _BY_AREA.search(folded):
        return Rule.AREA
    if _BY_PEOPLE.search(folded):
        return Rule.POPULATION if has_population else Rule.AREA
    return Rule.SUM


def rules_for(
    frame: pd.DataFrame, fields: Sequence[str], chosen: Mapping[str, str]
) -> dict[str, Rule]:
    """Return the rule of every field, the chosen ones first.

    Raises
    ------
    UsageError
        If a rule is chosen for a field that the layer has not, or that cannot follow it.
    """
    unknown = [name for name in chosen if name not in fields]
    if unknown:
        raise UsageError(
            f"--rule {unknown[0]}: the layer has no such field; it has {', '.join(fields)}."
        )
    has_population = "population" in frame
    rules = {
        name: Rule(chosen[name])
        if name in chosen
        else default_rule(name, frame[name], has_population=has_population)
        for name in fields
    }
    for name, rule in rules.items():
        numeric = pd.api.types.is_numeric_dtype(frame[name].dtype)
        if rule in {Rule.SUM, Rule.AREA, Rule.POPULATION} and not numeric:
            raise UsageError(f"--rule {name}={rule}: the field holds text, not numbers.")
        if rule is Rule.POPULATION and not has_population:
            raise UsageError(f"--rule {name}=population: the layer has no population field.")
    return rules


def aggregate(
    frame: pd.DataFrame, groups: Ints, areas: Floats, rules: Mapping[str, Rule]
) -> pd.DataFrame:
    """Return one row a group with each field by its rule.

    Parameters
    ----------
    frame
        Attributes of the members, n rows.
    groups
        Group of each member as a number from 0, without a number left out; shape (n,).
    areas
        Area of each member in square metres; shape (n,).
    rules
        Rule of each field.
    """
    result: dict[str, object] = {}
    for name, rule in rules.items():
        if rule is Rule.DROP:
            continue
        if rule is Rule.LIST:
            result[name] = _listed(frame[name], groups)
        elif rule is Rule.SUM:
            result[name] = _summed(frame[name], groups)
        else:
            weights = areas if rule is Rule.AREA else frame["population"].to_numpy(float)
            result[name] = _weighted(frame[name].to_numpy(float), weights, groups)
    return pd.DataFrame(result, index=pd.RangeIndex(groups.max() + 1))


def _listed(values: pd.Series, groups: Ints) -> list[str]:
    """List the different values of each group in the order of its members."""
    seen: list[dict[str, None]] = [{} for _ in range(groups.max() + 1)]
    for group, value in zip(groups, values, strict=True):
        if not pd.isna(value) and str(value):
            seen[group][str(value)] = None
    return [LIST_SEPARATOR.join(texts) for texts in seen]


def _summed(values: pd.Series, groups: Ints) -> np.ndarray[tuple[int], np.dtype[np.generic]]:
    """Sum each group; integers stay integers, to the last person."""
    if pd.api.types.is_integer_dtype(values.dtype) and not values.isna().any():
        total = np.zeros(groups.max() + 1, dtype=np.int64)
        np.add.at(total, groups, values.to_numpy(np.int64))
        return total
    numbers = values.to_numpy(float, na_value=np.nan)
    total_f = np.bincount(groups, np.nan_to_num(numbers))
    known = np.bincount(groups, ~np.isnan(numbers))
    whole = np.nansum(numbers) == np.nansum(np.round(numbers))
    total_f = np.round(total_f) if whole else total_f
    return np.where(known > 0, total_f, np.nan)


def _weighted(values: Floats, weights: Floats, groups: Ints) -> Floats:
    """Average each group by weight; members without a value count for nothing."""
    known = ~np.isnan(values) & ~np.isnan(weights)
    weight = np.bincount(groups, np.where(known, weights, 0.0))
    total = np.bincount(groups, np.where(known, values * weights, 0.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(total / weight)


def conserve(
    before: pd.DataFrame, after: pd.DataFrame, rules: Mapping[str, Rule]
) -> list[LedgerRow]:
    """Return a ledger row for every summed field."""
    rows = []
    for name, rule in rules.items():
        if rule is Rule.SUM:
            total = before[name].sum()
            exact = pd.api.types.is_integer_dtype(before[name].dtype)
            tolerance = 0.0 if exact else abs(float(total)) * RELATIVE_TOLERANCE
            # A field called as one of our own figures stands under another name.
            there = f"{name}_source" if f"{name}_source" in after else name
            rows.append(LedgerRow(name, _number(total), _number(after[there].sum()), tolerance))
    return rows


def _number(value: float) -> float:
    return int(value) if isinstance(value, np.integer) else float(value)


def notes(frame: pd.DataFrame, rules: Mapping[str, Rule]) -> list[Finding]:
    """Say which rule each number followed, and where a summed number was missing."""
    found = []
    numeric = {n: r for n, r in rules.items() if r is not Rule.LIST}
    if numeric:
        said = ", ".join(f"{name}: {rule}" for name, rule in numeric.items())
        found.append(
            Finding(
                check="A01",
                severity=Severity.INFO,
                message=f"Rules of the numeric fields: {said}.",
                hint="Set another with --rule FIELD=sum|area|population|drop.",
            )
        )
    is_unit = ~frame["is_piece"] if "is_piece" in frame else np.ones(len(frame), dtype=bool)
    if "population" in rules:
        empty = frame.index[is_unit & (frame["population"] == 0)]
        hint = "If their people are counted elsewhere, the figures of both are wrong."
        found += _units_warning("A03", empty, "", " have a population of 0", ".", hint)
    for name, rule in numeric.items():
        if rule is not Rule.DROP:
            unknown = frame.index[is_unit & frame[name].isna()]
            after = "; the figures of their new units lack them."
            found += _units_warning(
                "A02", unknown, f"{name} is unknown for ", "", after, "Fill the field in."
            )
    return found


def _units_warning(  # noqa: PLR0917 - the parts of a sentence
    check: str, units: pd.Index, before: str, middle: str, after: str, hint: str
) -> list[Finding]:
    """Return a warning of units, their number and first codes in the message; none of no unit."""
    if units.empty:
        return []
    codes = tuple(map(str, units))
    return [
        Finding(
            check=check,
            severity=Severity.WARNING,
            units=codes,
            value=float(len(codes)),
            unit_of_value="units",
            message=f"{before}{len(codes)} units{middle} ({', '.join(codes[:10])}){after}",
            hint=hint,
        )
    ]


def is_row_mark(name: str) -> bool:
    """Tell whether a field numbers rows or measures outlines: it means nothing of the unit."""
    return bool(_MEANINGLESS.match(fold_field(name)))
