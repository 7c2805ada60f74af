"""Attributes of the new units: counts are summed, rates weighted, texts listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from geo_merge.errors import UsageError
from geo_merge.geometry.rings import Floats, Ints
from geo_merge.vocabulary.cells import LIST_SEPARATOR
from geo_merge.vocabulary.counts import NOTHING, Kind, kind_of, known_counts
from geo_merge.vocabulary.field_names import is_blank, text_cell
from geo_merge.vocabulary.fields import fold_field, free_name
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.ledger import LedgerRow
from geo_merge.vocabulary.sentence import sentence

RELATIVE_TOLERANCE = 1e-9
_DIGITS = 12  # of averages: more are the rounding of one machine
_EXACT = 2**53  # below it, whole numbers that are floats add up exactly


class Rule(StrEnum):
    """How an attribute of the members becomes one of the new unit."""

    SUM = "sum"
    AREA = "area"
    POPULATION = "population"
    LIST = "list"
    DROP = "drop"


_RULES = {
    Kind.COUNT: Rule.SUM,
    Kind.AREA_RATE: Rule.AREA,
    Kind.PEOPLE_RATE: Rule.POPULATION,
    Kind.LABEL: Rule.LIST,
    Kind.NOTHING: Rule.DROP,
    Kind.UNKNOWN: Rule.LIST,
}
# Figures of ours that new units have, whatever fields the layer has; see `merging.new_units`.
_FIGURES = frozenset(("member_count", "area_km2", "density", "pieces", "population_unknown"))
# Roles of fields that name a unit or its parents: never added up, whatever they hold.
_NAMES = frozenset(
    ("code", "name", "unit_type", "district_code", "district", "province_code", "province")
)


def default_rule(
    name: str,
    values: pd.Series,
    *,
    has_population: bool,
    parents: Iterable[object] | None = None,
) -> Rule:
    """Return the rule for a field that the user set none for; see `counts.kind_of`."""
    if not is_number(values):
        return Rule.LIST
    rule = _RULES[kind_of(name, values, parents)]
    return Rule.AREA if rule is Rule.POPULATION and not has_population else rule


def is_number(values: pd.Series) -> bool:
    """Tell whether a field holds numbers; truth values are none."""
    dtype = values.dtype
    return pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)


def unknown_kinds(
    frame: pd.DataFrame, fields: Sequence[str], chosen: Mapping[str, str], roles: Mapping[str, str]
) -> list[str]:
    """Return the fields of which it is not known whether they are counts, and no rule is given."""
    parents = _parents(frame)
    return [
        name
        for name in fields
        if name not in chosen
        and roles.get(name) is None
        and name != "population"
        and is_number(frame[name])
        and kind_of(name, frame[name], parents) is Kind.UNKNOWN
    ]


def _parents(frame: pd.DataFrame) -> list[str] | None:
    """Return the nearest parent of each unit, if the layer knows any."""
    for level in ("district", "province"):
        for column in (f"{level}_code", level):
            if column in frame and (frame[column] != "").any():
                return [str(value) for value in frame[column]]
    return None


def roles_of(sources: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the role of each field that plays one in a file; see `provenance.sources_of`."""
    return {field: role for source in sources for role, field in source.get("fields", {}).items()}


def rules_for(
    frame: pd.DataFrame,
    fields: Sequence[str],
    chosen: Mapping[str, str],
    roles: Mapping[str, str] | None = None,
) -> dict[str, Rule]:
    """Return the rule of every field, the chosen ones first.

    Parameters
    ----------
    frame
        Old units.
    fields
        The fields that need a rule.
    chosen
        Rules that the user set.
    roles
        The role of fields that play one, as code or parent's code: these are listed. The field of
        people is dropped where its figures had to be read otherwise, for ``population`` has them.

    Raises
    ------
    UsageError
        If a rule is chosen for a field that the layer has not, or that cannot follow it.
    """
    unknown = [name for name in chosen if name not in fields]
    if unknown:
        raise UsageError(sentence("usage.no_such_field", name=unknown[0], fields=", ".join(fields)))
    has_population = "population" in frame
    parents = _parents(frame)
    rules = {}
    for name in fields:
        role = (roles or {}).get(name)
        if name in chosen:
            rules[name] = Rule(chosen[name])
        elif name == "population":
            rules[name] = Rule.SUM
        elif role in _NAMES:
            rules[name] = Rule.LIST
        elif role == "population":
            same = is_number(frame[name]) and _same(frame[name], frame["population"])
            rules[name] = Rule.SUM if same else Rule.DROP
        else:
            rules[name] = default_rule(
                name, frame[name], has_population=has_population, parents=parents
            )
    for name, rule in rules.items():
        numeric = pd.api.types.is_numeric_dtype(frame[name].dtype)
        if rule in {Rule.SUM, Rule.AREA, Rule.POPULATION} and not numeric:
            raise UsageError(sentence("usage.text_field", name=name, rule=rule))
        if rule is Rule.POPULATION and not has_population:
            raise UsageError(sentence("usage.no_population", name=name))
    return rules


def _same(one: pd.Series, other: pd.Series) -> bool:
    a, b = (v.to_numpy(float, na_value=np.nan) for v in (one, other))
    return bool(np.array_equal(a, b, equal_nan=True))


def aggregate(
    frame: pd.DataFrame, groups: Ints, areas: Floats, rules: Mapping[str, Rule]
) -> pd.DataFrame:
    """Return one row a group with each field by its rule.

    Parameters
    ----------
    frame
        Attributes of the members, n rows: all units of a layer, for what stands for nothing in a
        field is told by its whole column.
    groups
        Group of each member as a number from 0, without a number left out; shape (n,).
    areas
        Area of each member in square metres; shape (n,).
    rules
        Rule of each field.
    """
    return combine(known_fields(frame, rules), groups, areas, rules)


def known_fields(frame: pd.DataFrame, rules: Mapping[str, Rule]) -> pd.DataFrame:
    """Return the attributes of a layer without what stands for nothing in fields that are summed.

    People were looked at when they were read.
    """
    summed = [name for name, rule in rules.items() if rule is Rule.SUM]
    return frame.assign(**{name: _known(frame, name) for name in summed})


def combine(
    frame: pd.DataFrame, groups: Ints, areas: Floats, rules: Mapping[str, Rule]
) -> pd.DataFrame:
    """Return what `aggregate` does of members whose fields `known_fields` went over."""
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
        if not is_blank(value) and text_cell(value):
            seen[group][text_cell(value)] = None
    return [LIST_SEPARATOR.join(texts) for texts in seen]


def _known(frame: pd.DataFrame, name: str) -> pd.Series:
    """Return a count without what stands for nothing; people were looked at when they were read."""
    return frame[name] if name == "population" else known_counts(frame[name])


def _summed(values: pd.Series, groups: Ints) -> np.ndarray[tuple[int], np.dtype[np.generic]]:
    """Sum what is known of each group; integers stay integers, to the last person."""
    if pd.api.types.is_integer_dtype(values.dtype) and not values.isna().any():
        total = np.zeros(groups.max() + 1, dtype=np.int64)
        np.add.at(total, groups, values.to_numpy(np.int64))
        return total
    numbers = values.to_numpy(float, na_value=np.nan)
    total_f = np.bincount(groups, np.nan_to_num(numbers))
    known = np.bincount(groups, ~np.isnan(numbers))
    whole = bool((np.isnan(numbers) | (numbers == np.round(numbers))).all())
    total_f = np.round(total_f) if whole else total_f
    return np.where(known > 0, total_f, np.nan)


def _weighted(values: Floats, weights: Floats, groups: Ints) -> Floats:
    """Average each group by weight; members without a value count for nothing."""
    known = ~np.isnan(values) & ~np.isnan(weights)
    weight = np.bincount(groups, np.where(known, weights, 0.0))
    total = np.bincount(groups, np.where(known, values * weights, 0.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.array([float(f"{v:.{_DIGITS}g}") for v in (total / weight).tolist()])


def conserve(
    before: pd.DataFrame, after: pd.DataFrame, rules: Mapping[str, Rule]
) -> list[LedgerRow]:
    """Return a ledger row for every summed field."""
    rows = []
    for name, rule in rules.items():
        if rule is Rule.SUM:
            known = _known(before, name)
            total = known.sum()
            exact = bool((known.dropna() % 1 == 0).all()) and abs(total) < _EXACT
            tolerance = 0.0 if exact else abs(float(total)) * RELATIVE_TOLERANCE
            there = _name_after(name, rules)
            there = there if there in after else name
            rows.append(LedgerRow(name, _number(total), _number(after[there].sum()), tolerance))
    return rows


def _name_after(name: str, rules: Mapping[str, Rule]) -> str:
    """Return under which name new units have a field: one called as a figure of ours gives way."""
    if name not in _FIGURES:
        return name
    return free_name(f"{name}_source", [n for n, rule in rules.items() if rule is not Rule.DROP])


def _number(value: float) -> float:
    return int(value) if isinstance(value, np.integer) else float(value)


def notes(
    frame: pd.DataFrame, rules: Mapping[str, Rule], unknown_fields: Sequence[str] = ()
) -> list[Finding]:
    """Say which rule each number followed, what is not known, and where a number was missing.

    Parameters
    ----------
    frame
        Old units.
    rules
        The rule of each field.
    unknown_fields
        Those of `unknown_kinds`.
    """
    found = []
    numeric = {n: r for n, r in rules.items() if r is not Rule.LIST or is_number(frame[n])}
    if numeric:
        said = [
            sentence("A01.rule", field=name, rule=sentence(f"A01.{rule}"))
            for name, rule in numeric.items()
        ]
        found.append(Finding.of(sentence("A01.rules", rules=said)))
    if unknown_fields:
        told = sentence("A07.unknown", fields=list(unknown_fields), first=unknown_fields[0])
        found.append(Finding.of(told, value=float(len(unknown_fields)), unit_of_value="fields"))
    is_unit = ~frame["is_piece"] if "is_piece" in frame else np.ones(len(frame), dtype=bool)
    if "population" in rules:
        empty = frame.index[is_unit & (frame["population"] == 0)]
        found += _units_warning("A03.none", empty)
    for name, rule in numeric.items():
        if rule in {Rule.SUM, Rule.AREA, Rule.POPULATION}:
            again = name != "population" and "population" in rules and is_number(frame[name])
            if again and _same(frame[name], frame["population"]):
                continue
            known = _known(frame, name) if rule is Rule.SUM else frame[name]
            unknown = frame.index[is_unit & known.isna()]
            found += _units_warning("A02.unknown", unknown, field=name)
    return found


def _units_warning(kind: str, units: pd.Index, **values: str) -> list[Finding]:
    """Return a warning of units, their number and first codes in the message; none of no unit."""
    if units.empty:
        return []
    codes = tuple(map(str, units))
    told = sentence(kind, n=len(codes), units=codes[:10], **values)
    return [Finding.of(told, units=codes, value=float(len(codes)), unit_of_value="units")]


def is_row_mark(name: str) -> bool:
    """Tell whether a field numbers rows or measures outlines: it means nothing of the unit."""
    return bool(NOTHING.match(fold_field(name)))
