"""Attributes: counts are summed, rates weighted, texts listed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_merge.errors import UsageError
from geo_merge.units.attributes import Rule, aggregate, conserve, default_rule, notes, rules_for

FRAME = pd.DataFrame(
    {
        "population": [100, 300, 50],
        "households": [10.5, 20.0, np.nan],
        "density": [10.0, 30.0, 50.0],
        "literacy_rate": [0.5, 0.9, 0.7],
        "OBJECTID": [1, 2, 3],
        "seat": ["A", "B", "A"],
    }
)
GROUPS, AREAS = np.array([0, 0, 1]), np.array([1.0, 3.0, 2.0])


@pytest.mark.parametrize(
    ("name", "rule"),
    [("population", "sum"), ("households", "sum"), ("density", "area"), ("seat", "list"),
     ("literacy_rate", "population"), ("OBJECTID", "drop"), ("Mat_Do", "area"), ("TyLe", "population")],
)  # fmt: skip
def test_default_rules(name: str, rule: str) -> None:
    values = FRAME.get(name, pd.Series([1.0]))
    assert default_rule(name, values, has_population=True) is Rule(rule)


def test_without_people_rates_are_weighted_by_area() -> None:
    assert default_rule("rate", pd.Series([1.0]), has_population=False) is Rule.AREA


def test_figures_worked_out_by_hand() -> None:
    rules = rules_for(FRAME, list(FRAME), {})
    result = aggregate(FRAME, GROUPS, AREAS, rules)
    assert result["population"].tolist() == [400, 50]
    assert result["density"].tolist() == pytest.approx([(10 + 90) / 4, 50])
    assert result["literacy_rate"].tolist() == pytest.approx([(50 + 270) / 400, 0.7])
    assert result["households"].tolist()[0] == 30.5
    assert np.isnan(result["households"].tolist()[1])
    assert result["seat"].tolist() == ["A; B", "A"]
    assert "OBJECTID" not in result


def test_a_rule_can_be_chosen_and_is_checked() -> None:
    assert rules_for(FRAME, list(FRAME), {"density": "sum"})["density"] is Rule.SUM
    with pytest.raises(UsageError, match="no such field; it has population"):
        rules_for(FRAME, list(FRAME), {"nope": "sum"})
    with pytest.raises(UsageError, match="holds text"):
        rules_for(FRAME, list(FRAME), {"seat": "sum"})


def test_what_is_unknown_is_said() -> None:
    found = notes(FRAME, rules_for(FRAME, list(FRAME), {}))
    assert [(f.check, f.units) for f in found] == [("A01", ()), ("A02", ("2",))]


def test_a_field_beside_ours_is_not_taken_for_it() -> None:
    """``population_source`` is the file's own; a field ``area_km2`` stands behind ours."""
    before = pd.DataFrame({"population": [3, 4], "area_km2": [1.5, 2.0]})
    after = pd.DataFrame({"population": [7], "population_source": ["7"], "area_km2": [9.0],
                          "area_km2_source": [3.5]})  # fmt: skip
    rows = conserve(before, after, {"population": Rule.SUM, "area_km2": Rule.SUM})
    assert [(row.before, row.after) for row in rows] == [(7, 7), (3.5, 3.5)]


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 4)), min_size=1, max_size=30))
def test_law_people_are_kept_to_the_last(rows: list[tuple[int, int]]) -> None:
    people = pd.DataFrame({"population": [p for p, _ in rows]})
    groups = np.unique([g for _, g in rows], return_inverse=True)[1]
    rules = {"population": Rule.SUM}
    after = aggregate(people, groups, np.ones(len(rows)), rules)
    (row,) = conserve(people, after, rules)
    assert row.ok
    assert (row.before, row.difference, row.tolerance) == (sum(p for p, _ in rows), 0, 0.0)
