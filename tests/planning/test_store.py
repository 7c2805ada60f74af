"""A plan as a folder: the same plan and the same bytes again, and what a person may do to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from unicodedata import normalize

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import geo_merge
from geo_merge.errors import CrosswalkError, ExportError, PlanError
from geo_merge.planning.adopt import plan_of_crosswalk
from geo_merge.planning.fit import fit
from geo_merge.planning.operations import Found, Lock, Note, SetSeat
from geo_merge.planning.plan import NewUnit, OldUnit, Plan, old_units_of, unassigned
from geo_merge.planning.store import (
    LayerFile,
    LayerSource,
    SavedPlan,
    files_of_plan,
    load,
    read_files,
    save,
)

Grid = Callable[..., gpd.GeoDataFrame]
PIECE = OldUnit("piece 1", "Trường bắn", is_piece=True)


@pytest.fixture
def plan() -> Plan:
    old = {u.code: u for u in (OldUnit("00001", "Một, Hai", "Xã"), PIECE, OldUnit("00002", '"Ba"'))}
    new = {"N1": NewUnit("N1", "=Mới", "Xã", "00001"), "N2": NewUnit("N2", "Trống")}
    plan = Plan(old, new, {"00001": "N1", "piece 1": "N1"})
    return Lock(("new N1", "old 00002")).on(Note("plan", "vì\n“núi”").on(plan))


def test_what_is_saved_is_read_again_to_the_byte(plan: Plan, tmp_path: Path) -> None:
    source = LayerSource((LayerFile("../x.shp", {"x.shp": "ab"}),), {"crs": "9214"})
    saved = SavedPlan(plan, source)
    save(saved, tmp_path / "p")
    read = load(tmp_path / "p")
    assert read == saved
    assert files_of_plan(read) == files_of_plan(saved)
    save(read, tmp_path / "p")
    assert {p.name: p.read_bytes() for p in (tmp_path / "p").iterdir()} == files_of_plan(saved)


texts = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=5)


@given(st.lists(texts, min_size=1, max_size=4), texts, texts)
def test_any_names_come_back(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], new_name: str, note: str
) -> None:
    old = {str(10000 + k): OldUnit(str(10000 + k), name) for k, name in enumerate(names)}
    plan = Plan(old, {"N": NewUnit("N", new_name)}, dict.fromkeys(old, "N"))
    files = files_of_plan(SavedPlan(Note("new N", note).on(plan)))
    path = tmp_path_factory.mktemp("any") / "crosswalk.csv"
    path.write_bytes(files["crosswalk.csv"])
    assert files_of_plan(read_files(files["plan.json"], path)) == files


def test_a_unit_without_a_place_has_a_row_that_says_so(plan: Plan) -> None:
    rows = files_of_plan(SavedPlan(plan))["crosswalk.csv"].decode().splitlines()
    assert rows[0].startswith("old_code,old_name,old_type")
    assert rows[-1] == '00002,"""Ba""",,,,,,,,'
    assert len(rows) == 4


def test_what_others_wrote_is_left_alone(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "crosswalk.csv").write_text("mine", "utf-8")
    with pytest.raises(ExportError, match="not of a plan; give another folder"):
        save(SavedPlan(plan), tmp_path)
    assert (tmp_path / "crosswalk.csv").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is no JSON"),
        ("[]", "is no plan that can be opened"),
        ('{"format": "geo_merge plan 1", "new": [], "x": 1}', "unknown key 'x'"),
        ('{"format": "geo_merge plan 1", "new": [{"code": "A"}]}', "not as it was written"),
        ('{"format": "geo_merge plan 1", "new": [], "locks": ["new Q"]}', "lock of new Q"),
        (
            '{"format": "geo_merge plan 1", "new": [], "layer": {"options": 5}}',
            "not as it was written",
        ),
    ],
)
def test_a_damaged_plan_is_one_sentence(
    plan: Plan, tmp_path: Path, content: str, message: str
) -> None:
    save(SavedPlan(plan), tmp_path / "p")
    (tmp_path / "p" / "plan.json").write_text(content, "utf-8")
    with pytest.raises(PlanError, match=message) as error:
        load(tmp_path / "p")
    assert len(error.value.problems) == 1


def test_a_planner_may_write_into_the_crosswalk(plan: Plan, tmp_path: Path) -> None:
    save(SavedPlan(plan), tmp_path / "p")
    path = tmp_path / "p" / "crosswalk.csv"
    rows = path.read_text("utf-8").splitlines()
    rows[-1] = '00002,"""Ba""",,,,,,N9,Chín,Xã'
    path.write_text("\n".join(rows) + "\n", "utf-8-sig")
    read = load(tmp_path / "p").plan
    assert read.home["00002"] == "N9"
    assert read.new["N9"] == NewUnit("N9", "Chín", "Xã")
    rows[1] = rows[1].replace("'=Mới", "Khác")
    path.write_text("\n".join(rows) + "\n", "utf-8")
    with pytest.raises(PlanError, match="row 2 calls the new unit N1 Xã Khác; elsewhere it is"):
        load(tmp_path / "p")


CODES = Plan(
    {c: OldUnit(c, name, "Xã") for c, name in (("09001", "A"), ("09002", "B"))},
    {"09001": NewUnit("09001", "Mới", "Phường", "09002")}, {"09001": "09001", "09002": "09001"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "written", "edited", "told"),
    [
        ("plan.json", '"code": "09001"', '"code": 9001', "'code' is 9001, which is no text"),
        ("plan.json", '"code": "09001"', '"code": " 09001"', "has the code ' 09001'"),
        ("plan.json", '"seat": "09002"', '"seat": 9002', "'seat' is 9002, which is no text"),
        ("plan.json", '"seat"', '"Seat"', "unknown key 'Seat'; it may have code, name"),
        ("plan.json", '"new": [', '"new": [{"code": "09001", "name": "Mới"},', r"\(Mới\) twice"),
        (
            "crosswalk.csv",
            "09001,Mới",
            "9001,Mới",
            "row 2 has the code 9001 for Mới, and plan.json",
        ),
        ("crosswalk.csv", "09001,Mới", "-,Mới", "row 2: - is no code of a new unit"),
    ],
)
def test_what_was_edited_by_hand_is_never_another_plan(
    tmp_path: Path, name: str, written: str, edited: str, told: str
) -> None:
    save(SavedPlan(CODES), tmp_path)
    text = (tmp_path / name).read_text("utf-8")
    (tmp_path / name).write_text(text.replace(written, edited), "utf-8")
    with pytest.raises(PlanError, match=told):
        load(tmp_path)


def test_letters_in_another_form_are_the_same_name(tmp_path: Path) -> None:
    save(SavedPlan(CODES), tmp_path)
    text = (tmp_path / "crosswalk.csv").read_text("utf-8")
    (tmp_path / "crosswalk.csv").write_text(normalize("NFD", text), "utf-8")
    assert load(tmp_path).plan.new == CODES.new


def test_a_crosswalk_with_gaps_is_a_plan(grid: Grid) -> None:
    table = pd.DataFrame(
        {
            "old_code": ["1", "00002", "00003"],
            "new_code": ["N", "N", ""],
            "new_name": ["A", "A", ""],
        }
    )
    plan, found = plan_of_crosswalk(grid(2, 2), table)
    assert plan.members() == {"N": ("00001", "00002")}
    assert plan.without_place == ("00003", "00004")
    assert [f.check for f in found] == ["K02"]


def test_a_divided_unit_is_refused(grid: Grid) -> None:
    table = pd.DataFrame(
        {"old_code": ["00001", "00001", "00002"], "new_code": ["N", "M", "N"],
         "new_name": ["A", "B", "A"], "share": ["0.5", "0.5", "0.4"]}
    )  # fmt: skip
    with pytest.raises(CrosswalkError) as error:
        plan_of_crosswalk(grid(2, 2), table)
    assert "rows 2, 3: 00001 (Xã 1) is divided between M, N [W05]" in error.value.problems[0]
    assert "only 0.4 of 00002 (Xã 2) is assigned [W04]" in error.value.problems[1]


def test_a_plan_opens_with_what_no_longer_fits(grid: Grid) -> None:
    plan = unassigned(grid(2, 2))
    plan = Found("N", "Mới", "Xã", "00002", ("00001", "00002")).on(plan)
    plan = Lock(("old 00002",)).on(Note("old 00002", "vì sông").on(plan))
    layer = grid(2, 2).rename(index={"00002": "00009"})
    layer.loc["00001", "name"] = "Tên khác"
    fitted, found = fit(plan, old_units_of(layer))
    assert fitted.members() == {"N": ("00001",)}
    assert fitted.without_place == ("00009", "00003", "00004")
    assert fitted.new["N"].seat == ""
    told = {f.check: f.message for f in found}
    assert told["L01"] == (
        "00002 (Xã 2) is no longer in the layer; it was in N (Mới); it was locked; note: vì sông; "
        "it was the seat of N (Mới)."
    )
    assert told["L02"] == "00009 (Xã 2) is new in the layer; it has no place yet."
    assert told["L03"].startswith("00001 is Xã Tên khác in the layer, and Xã Xã 1 in the plan")


def test_a_plan_keeps_its_places_if_codes_lost_their_zeros(grid: Grid) -> None:
    plan = Found("N", "Mới", "", "00002", ("00001", "00002")).on(unassigned(grid(2, 2)))
    layer = grid(2, 2).rename(index=lambda code: code.lstrip("0"))
    fitted, found = fit(plan, old_units_of(layer))
    assert fitted.members() == {"N": ("1", "2")}
    assert fitted.new["N"].seat == "2"
    assert found == ()


def test_the_same_layer_fits_as_it_is(grid: Grid) -> None:
    plan = SetSeat("N", "00001").on(Found("N", "Mới").on(unassigned(grid(2, 2))))
    assert fit(plan, old_units_of(grid(2, 2))) == (plan, ())


def test_a_plan_merges_as_its_crosswalk(grid: Grid, tmp_path: Path) -> None:
    layer = grid(2, 2)
    plan = Found("N", "Mới", "Xã", "", ("00001", "00002")).on(unassigned(layer))
    save(SavedPlan(Found("M", "Kia", "", "", ("00003", "00004")).on(plan)), tmp_path / "p")
    table = geo_merge.read_crosswalk(tmp_path / "p" / "crosswalk.csv")
    result = geo_merge.merge(layer, table)
    assert result.new["members"].tolist() == [["00003", "00004"], ["00001", "00002"]]
    save(SavedPlan(plan), tmp_path / "q")
    with pytest.raises(CrosswalkError, match="new_code of 00003 is blank"):
        geo_merge.merge(layer, geo_merge.read_crosswalk(tmp_path / "q" / "crosswalk.csv"))
