"""Plans and what is done to them: nothing changes in place, and everything can be undone."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_merge.errors import PlanError
from geo_merge.planning.history import History, history_of
from geo_merge.planning.operations import (
    OPERATIONS,
    Assign,
    Dissolve,
    Found,
    Join,
    Lock,
    Note,
    Operation,
    Release,
    Rename,
    Retype,
    SetSeat,
    as_document,
    operation_of,
)
from geo_merge.planning.plan import About, NewUnit, OldUnit, Plan, unassigned
from geo_merge.planning.store import SavedPlan, files_of_plan

OLD = {code: OldUnit(code, f"Xã {code}") for code in "abcdef"}
NEW = {"A": NewUnit("A", "Một"), "B": NewUnit("B", "Hai"), "C": NewUnit("C", "Ba")}


@pytest.fixture
def plan() -> Plan:
    return Plan(OLD, NEW, {"a": "A", "b": "A", "c": "B", "d": "B"})


def test_a_plan_begins_with_all_units_and_no_place(grid: Callable[..., gpd.GeoDataFrame]) -> None:
    plan = unassigned(grid(2, 2))
    assert plan.without_place == ("00001", "00002", "00003", "00004")
    assert not plan.finished
    assert str(plan.old["00002"]) == "00002 (Xã 2)"


def test_members_and_those_without_a_place(plan: Plan) -> None:
    assert plan.members() == {"A": ("a", "b"), "B": ("c", "d"), "C": ()}
    assert plan.without_place == ("e", "f")


def test_nobody_can_change_a_plan(plan: Plan) -> None:
    with pytest.raises(TypeError):
        plan.home["a"] = "B"  # type: ignore[index]
    given = {"a": "A"}
    copied = Plan(OLD, NEW, given)
    given["a"] = "B"
    assert copied.home["a"] == "A"


def test_a_plan_travels_to_another_process(plan: Plan) -> None:
    locked = Lock(("old a",)).on(Note("new A", "vì sông").on(plan))
    assert pickle.loads(pickle.dumps(locked)) == locked  # noqa: S301


def test_what_each_operation_does(plan: Plan) -> None:
    assert Assign(("e", "c"), "A").on(plan).members()["A"] == ("a", "b", "c", "e")
    assert Release(("a",)).on(plan).home["a"] is None
    joined = Join(("B", "C"), "A").on(Note("new B", "núi").on(plan))
    assert joined.members() == {"A": ("a", "b", "c", "d")}
    assert joined.notes == {About("new", "A"): "núi"}
    founded = Found("D", "Bốn", "Xã", "e", ("e", "a")).on(plan)
    assert founded.new["D"] == NewUnit("D", "Bốn", "Xã", "e")
    assert founded.members()["D"] == ("a", "e")
    assert Dissolve("A").on(plan).without_place == ("a", "b", "e", "f")
    assert "A" not in Dissolve("A").on(plan).new
    assert Rename("A", "Tân").on(plan).new["A"].name == "Tân"
    assert Retype("A", "Phường").on(plan).new["A"].unit_type == "Phường"
    assert SetSeat("A", "106.2, 21.3").on(plan).new["A"].seat == "106.2, 21.3"
    assert Note("old a", "").on(Note("old a", "x").on(plan)) == plan


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (Assign(("a",), "Z"), "no new unit Z in the plan; found it"),
        (Assign(("z",), "A"), "no old unit z in the plan"),
        (Found("A", "X"), "The code A is that of A \\(Một\\); give another"),
        (Found("", "X"), "needs a code and a name"),
        (Rename("A", ""), "needs a name"),
        (SetSeat("A", "z"), "'z' is no old unit of the plan and no position"),
        (SetSeat("A", "200, 21"), "no position"),
        (Lock(("plan",)), "cannot be locked"),
        (Lock(("new Z",)), "about no unit"),
        (Note("A", "x"), "names no unit of a plan"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    plan: Plan, operation: Operation, message: str
) -> None:
    with pytest.raises(PlanError, match=message):
        operation.on(plan)


@pytest.mark.parametrize(
    ("locked", "operation", "message"),
    [
        ("old a", Assign(("a",), "B"), "a \\(Xã a\\) is locked where it is"),
        ("old a", Dissolve("A"), "is locked where it is"),
        ("new A", Assign(("a",), "B"), "cannot leave A \\(Một\\), which is locked"),
        ("new A", Assign(("e",), "A"), "cannot join A \\(Một\\), which is locked"),
        ("new C", Dissolve("C"), "C \\(Ba\\) is locked; unlock"),
        ("new C", Join(("C",), "A"), "C \\(Ba\\) is locked; unlock"),
    ],
)
def test_a_lock_holds_until_it_is_taken_away(
    plan: Plan, locked: str, operation: Operation, message: str
) -> None:
    held = Lock((locked,)).on(plan)
    with pytest.raises(PlanError, match=message):
        operation.on(held)
    assert operation.on(Lock((locked,), locked=False).on(held)) == operation.on(plan)


def test_what_stays_where_it_is_may_be_locked(plan: Plan) -> None:
    held = Lock(("old a", "new A")).on(plan)
    assert Assign(("a", "b"), "A").on(held) == held


def test_a_plan_that_contradicts_itself_is_refused_with_all_of_it() -> None:
    with pytest.raises(PlanError) as error:
        Plan(OLD, NEW, {"a": "Z"}, frozenset((About("old", "q"),)))
    assert len(error.value.problems) == 2


codes, news = st.sampled_from("abcdef"), st.sampled_from("ABCD")
units = st.lists(codes, max_size=3).map(tuple)
abouts = st.one_of(codes.map("old {}".format), news.map("new {}".format))
operations = st.one_of(
    st.builds(Assign, units, news),
    st.builds(Release, units),
    st.builds(Join, st.lists(news, max_size=2).map(tuple), news),
    st.builds(Found, news, st.just("Tên"), st.just("Xã"), st.just(""), units),
    st.builds(Dissolve, news),
    st.builds(Rename, news, st.text(max_size=3)),
    st.builds(Retype, news, st.text(max_size=3)),
    st.builds(SetSeat, news, codes),
    st.builds(Lock, st.lists(abouts, max_size=1).map(tuple), st.booleans()),
    st.builds(Note, abouts, st.text(max_size=3)),
)


@given(st.lists(operations, max_size=50))
def test_undone_it_is_the_first_to_the_byte_and_done_again_the_last(
    listed: list[Operation],
) -> None:
    first = Plan(OLD, NEW, {"a": "A", "b": "A", "c": "B"})
    history = History(first)
    for operation in listed:
        try:
            history = history.do(operation)
        except PlanError as error:
            assert error.problems  # noqa: PT017 - refused, and nothing half done
    last = history
    for _ in last.operations:
        history = history.undo()
    assert files_of_plan(SavedPlan(history.plan)) == files_of_plan(SavedPlan(first))
    assert history.undo().plan == first
    again = history_of(first, {**history.as_document(), "done": last.done})
    assert files_of_plan(SavedPlan(again.plan)) == files_of_plan(SavedPlan(last.plan))
    for _ in last.operations:
        history = history.redo()
    assert history.plan == last.plan


@given(operations)
def test_an_operation_as_plain_data_is_the_same(operation: Operation) -> None:
    assert operation_of(as_document(operation)) == operation


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"operation": "fly"}, f"'fly' is no operation; give one of {', '.join(OPERATIONS)}"),
        ({"operation": "assign", "units": ["a"]}, "assign is not complete"),
        ({"operation": "assign", "units": "a", "to": "A"}, "units cannot be 'a'"),
        ({"operation": "rename", "unit": "A", "nme": "x"}, "rename takes no 'nme'"),
    ],
)
def test_plain_data_that_are_no_operation(document: dict[str, Any], message: str) -> None:
    with pytest.raises(PlanError, match=message):
        operation_of(document)


def test_a_new_operation_forgets_what_was_undone(plan: Plan) -> None:
    history = History(plan).do(Assign(("e",), "A")).undo().do(Assign(("f",), "B"))
    assert history.redo() == history
    assert history.plan.members()["B"] == ("c", "d", "f")
