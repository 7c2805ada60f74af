"""Two plans side by side, of any numbers of units."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import geopandas as gpd
import pytest
from conftest import CRS, square
from hypothesis import given
from hypothesis import strategies as st

from geo_merge.errors import PlanError
from geo_merge.planning.compare import Change, Comparison, compare, comparison_tables
from geo_merge.planning.figures import figures_of
from geo_merge.planning.layer import PlanLayer, measure
from geo_merge.planning.operations import Assign, Found, Release, Rename
from geo_merge.planning.plan import NewUnit, OldUnit, Plan, old_units_of, unassigned

PEOPLE = [10, 20, 30, 40, 50, 60]


def layer_of(n: int = 6) -> gpd.GeoDataFrame:
    codes = gpd.pd.Index(list("abcdefgh")[:n], name="code")
    shapes = [square(k, 0) for k in range(n)]
    frame = {"name": list(codes), "unit_type": "Xã", "population": (PEOPLE * 2)[:n]}
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=CRS).set_index(codes)


@pytest.fixture(scope="module")
def layer() -> PlanLayer:
    return measure(layer_of())


def plan_of(units: Mapping[str, str]) -> Plan:
    """A plan by the members of each unit: ``{"A": "ab"}``."""
    old = {c: OldUnit(c, c, "Xã") for c in "abcdef"}
    home: dict[str, str | None] = {m: code for code, members in units.items() for m in members}
    return Plan(old, {code: NewUnit(code, code) for code in units}, home)


def changes(found: Comparison) -> list[tuple[str, str | None, str | None]]:
    return [(str(p.change), p.one, p.two) for p in found.differences]


def test_a_plan_with_itself_is_nothing(layer: PlanLayer) -> None:
    plan = plan_of({"A": "abc", "B": "de", "C": ""})
    found = compare(plan, plan, layer)
    assert (found.differences, found.moved) == ((), ())
    assert found.count() == {"same": 3}
    figures = figures_of(plan, layer)
    tables = comparison_tables(found, layer, (figures, figures))
    assert tables["units"].empty
    assert tables["moved"].empty
    assert tables["summary"]["difference"].fillna(0).tolist()[:5] == [0] * 5


def test_one_unit_that_moves_changes_two(layer: PlanLayer) -> None:
    one = plan_of({"A": "abc", "B": "de", "C": "f"})
    two = Assign(("c",), "B").on(one)
    found = compare(one, two, layer)
    assert changes(found) == [("split", "A", "A"), ("grown", "B", "B")]
    assert found.moved == ("c",)
    assert found.pairs[0].went == ("A (2)", "B (1)")
    tables = comparison_tables(found, layer, (figures_of(one, layer), figures_of(two, layer)))
    summary = tables["summary"].set_index("quantity")["difference"]
    assert summary["people that change company"] == 30
    assert summary["km2 that change company"] == pytest.approx(1, rel=1e-3)
    assert tables["moved"].iloc[0].tolist()[:6] == ["c", "c", "A", "A", "B", "B"]


def test_codes_are_labels(layer: PlanLayer) -> None:
    one = plan_of({"A": "abc", "B": "def"})
    two = plan_of({"B": "abc", "A": "def"})
    found = compare(one, two, layer)
    assert changes(found) == [("renamed", "A", "B"), ("renamed", "B", "A")]
    assert found.moved == ()


def test_different_numbers_of_units(layer: PlanLayer) -> None:
    one = plan_of({"A": "ab", "B": "cd", "C": "ef"})
    two = plan_of({"X": "abcd", "Y": "e", "Z": "f"})
    found = compare(one, two, layer)
    # B has the more people of X; C goes with f.
    assert changes(found) == [
        ("joined", "A", None), ("grown", "B", "X"), ("split", "C", "Z"), ("new", None, "Y"),
    ]  # fmt: skip
    assert found.moved == ("a", "b", "e")


def test_what_has_no_place_has_moved(layer: PlanLayer) -> None:
    one = plan_of({"A": "abc", "B": "def"})
    two = Release(("a",)).on(Rename("B", "Mới").on(one))
    found = compare(one, two, layer)
    assert changes(found) == [("split", "A", "A"), ("renamed", "B", "B")]
    assert (found.moved, found.pairs[0].went) == (("a",), ("- (1)", "A (2)"))


def test_members_that_change_places(layer: PlanLayer) -> None:
    one, two = plan_of({"A": "abf", "B": "cde"}), plan_of({"A": "acf", "B": "bde"})
    assert changes(compare(one, two, layer)) == [("exchanged", "A", "A"), ("exchanged", "B", "B")]


def test_plans_of_other_units_cannot_be_compared(layer: PlanLayer) -> None:
    other = Plan(old_units_of(layer_of(3)))
    with pytest.raises(PlanError, match="of different old units"):
        compare(plan_of({}), other, layer)


homes = st.lists(st.sampled_from([None, "A", "B", "C"]), min_size=6, max_size=6)


@given(homes, homes)
def test_laws_of_comparing(
    layer: PlanLayer, first: list[str | None], second: list[str | None]
) -> None:
    plans = [
        Plan({c: OldUnit(c) for c in "abcdef"}, {u: NewUnit(u, u) for u in "ABC"},
             dict(zip("abcdef", home, strict=True)))
        for home in (first, second)
    ]  # fmt: skip
    there, back = compare(*plans, layer), compare(*reversed(plans), layer)
    assert there.moved == back.moved  # people and land that change company are the same both ways
    assert {p.one for p in there.pairs} - {None} == set(plans[0].new)
    assert {p.two for p in there.pairs} - {None} == set(plans[1].new)
    assert compare(plans[0], plans[0], layer).differences == ()
    same = {p.change is Change.SAME for p in there.pairs} <= {True}
    assert same == (first == second)


def test_a_plan_against_the_law(grid: Callable[..., gpd.GeoDataFrame]) -> None:
    frame = grid(2, 2)
    plan = Found("N", "Mới", "", "", ("00001",)).on(unassigned(frame))
    found = compare(unassigned(frame), plan, measure(frame))
    assert changes(found) == [("new", None, "N")]
