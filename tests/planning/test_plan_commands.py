"""geo-merge plan as a planner meets it, from an empty folder to three plans and a merger."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from commands import Ran
from commands import run as run_process

from geo_merge.cli.main import app
from geo_merge.cli.options import CANNOT_RUN, OK
from geo_merge.errors import GeoMergeError
from geo_merge.vocabulary.problems import problems_in

Grid = Callable[..., gpd.GeoDataFrame]
Run = Callable[..., Ran]
CROSSWALK = (
    "old_code,new_code,new_name,new_type\n00001,N1,Một,Xã\n00002,N1,Một,Xã\n00003,N2,Hai,Xã\n"
)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command here, which saves a process; `test_the_sample_is_planned_by_itself` has one."""

    def run(*arguments: object, cwd: Path) -> Ran:
        monkeypatch.chdir(cwd)
        problems: list[str] = []
        try:
            code = app([str(a) for a in arguments], standalone_mode=False) or OK
        except GeoMergeError as error:
            problems, code = problems_in(error, "en"), CANNOT_RUN
        told = capsys.readouterr()
        return Ran(code, told.out, told.err + "".join(f"Error: {p}\n" for p in problems))

    return run


@pytest.fixture
def folder(run: Run, grid: Grid, tmp_path: Path) -> Path:
    """Four squares, a crosswalk of three of them, and the plan of it."""
    grid(population=[10, 20, 30, 40]).reset_index().to_file(tmp_path / "communes.gpkg")
    (tmp_path / "crosswalk.csv").write_text(CROSSWALK, "utf-8")
    ran = run(
        "plan", "new", "communes.gpkg", "--crosswalk", "crosswalk.csv", "--out", "p", cwd=tmp_path
    )
    assert ran.code == 0, ran.err
    assert ran.out == "4 old units, 2 new units\nwithout a place: 1 (00004 (Xã 4))\n"
    return tmp_path


def test_a_plan_is_made_changed_compared_and_built(run: Run, folder: Path) -> None:
    done = run("plan", "assign", "p", "00004", "--to", "N2", "--out", "q", cwd=folder)
    assert (done.code, done.out) == (0, "4 old units, 2 new units\n")
    shown = json.loads(run("plan", "show", "q", "--json", cwd=folder).out)
    assert [u["population"] for u in shown["units"]] == [30, 70]
    assert shown["population_field"] == "population"
    same = run("plan", "compare", "q", "q", cwd=folder)
    assert same.out == "no difference: 2 units the same\n"
    differ = run("plan", "compare", "p", "q", "--out", "d.xlsx", "--out", "d.csv", cwd=folder)
    assert differ.out.startswith("new units: 1 same, 1 grown\n")
    assert openpyxl.load_workbook(folder / "d.xlsx").sheetnames == ["summary", "units", "moved"]
    moved = pd.read_csv(folder / "d_moved.csv", dtype=str)
    assert moved[["old_code", "new_code_2"]].to_numpy().tolist() == [["00004", "N2"]]
    built = run("build", "communes.gpkg", "--crosswalk", "q", "--out", "r", cwd=folder)
    assert built.code == 0, built.err
    law = run("plan", "compare", "p", "crosswalk.csv", cwd=folder)
    assert law.out == "no difference: 2 units the same\n"


def test_tables_on_the_terminal_are_in_the_language_of_the_reader(run: Run, folder: Path) -> None:
    run("plan", "assign", "p", "00004", "--to", "N2", "--out", "q", cwd=folder)
    told = run("plan", "compare", "p", "q", "--lang", "vi", cwd=folder).out.splitlines()
    assert told[0] == "đơn vị mới: 1 giữ nguyên, 1 mở rộng"
    assert {"tổng hợp", "đơn vị mới", "đơn vị cũ chuyển đi"} <= set(told)
    km2 = next(line for line in told if "diện tích đổi đơn vị (km²)" in line)
    assert km2.split()[-1] == "1,00"
    left = next(line for line in told if line.strip().startswith("đơn vị chưa bố trí"))
    assert left.split()[-3:] == ["1", "0", "−1"]
    same = run("plan", "compare", "q", "q", "--lang", "vi", cwd=folder)
    assert same.out == "không khác nhau: 2 đơn vị giữ nguyên\n"
    held = run("plan", "check", "p", "--standard", "vn-112-2025", "--lang", "vi", cwd=folder).out
    assert "số liệu: trường population" in held
    row = next(line for line in held.splitlines() if "xã đồng bằng" in line and "dân số" in line)
    assert row.split()[-5:] == ["30", "16.000", "0,19", "không", "đạt"]
    english = run("plan", "check", "p", "--standard", "vn-112-2025", cwd=folder).out
    assert "16,000" in english
    assert "figures: the field population" in english


def test_a_plan_is_not_written_over_another(run: Run, folder: Path) -> None:
    before = (folder / "p" / "crosswalk.csv").read_bytes()
    ran = run("plan", "new", "communes.gpkg", "--out", "p", cwd=folder)
    assert (ran.code, ran.err) == (
        2, "Error: p holds a plan already; give another folder, or move it away.\n",
    )  # fmt: skip
    assert (folder / "p" / "crosswalk.csv").read_bytes() == before


def test_an_unfinished_plan_does_not_build_and_says_which_rows(run: Run, folder: Path) -> None:
    ran = run("build", "communes.gpkg", "--crosswalk", "p", "--out", "r", cwd=folder)
    assert ran.code == 2
    assert "row 5: new_code of 00004 is blank [W01]; say which new unit it joins." in ran.err


def test_every_change_has_its_command(run: Run, folder: Path) -> None:
    for arguments in (
        ("found", "N3", "Ba", "--type", "Phường", "--seat", "00004", "--member", "00004"),
        ("rename", "N1", "Mới"),
        ("retype", "N1", "Phường"),
        ("seat", "N1", "00001"),
        ("lock", "--old", "00001", "--new", "N3"),
        ("note", "vì sông", "--new", "N3"),
        ("note", "phương án 2"),
    ):
        ran = run("plan", arguments[0], "p", *arguments[1:], cwd=folder)
        assert ran.code == 0, ran.err
    document = json.loads((folder / "p" / "plan.json").read_text("utf-8"))
    assert document["new"][0] == {"code": "N1", "name": "Mới", "type": "Phường", "seat": "00001"}
    assert document["locks"] == ["new N3", "old 00001"]
    assert document["notes"] == {"new N3": "vì sông", "plan": "phương án 2"}
    refused = run("plan", "dissolve", "p", "N3", cwd=folder)
    assert (refused.code, refused.err.splitlines()[-1]) == (
        2, "Error: 00004 (Xã 4) cannot leave N3 (Ba), which is locked; unlock it first.",
    )  # fmt: skip
    for arguments in (
        ("lock", "--new", "N3", "--old", "00001", "--off"),
        ("join", "N3", "--into", "N2"),
        ("release", "00001"),
        ("dissolve", "N1"),
    ):
        ran = run("plan", arguments[0], "p", *arguments[1:], cwd=folder)
        assert ran.code == 0, ran.err
    assert ran.out.splitlines() == [
        "4 old units, 1 new unit", "without a place: 2 (00001 (Xã 1), 00002 (Xã 2))",
    ]  # fmt: skip


def test_a_seat_outside_of_its_unit_is_told_where_plans_are_shown_and_checked(
    run: Run, folder: Path
) -> None:
    run("plan", "seat", "p", "N1", "00004", cwd=folder)
    assert "seat outside of its own unit: N1" in run("plan", "show", "p", cwd=folder).out
    ran = run("plan", "check", "p", "--standard", "vn-112-2025", "--lang", "vi", cwd=folder)
    assert "1 đơn vị có trụ sở nằm ngoài địa giới của mình (N1)" in ran.err


def test_a_list_of_changes_is_done_whole_or_not_at_all(run: Run, folder: Path) -> None:
    before = (folder / "p" / "crosswalk.csv").read_bytes()
    todo = [{"operation": "assign", "units": ["00004"], "to": "N2"},
            {"operation": "assign", "units": ["00001"], "to": "N9"}]  # fmt: skip
    (folder / "todo.json").write_text(json.dumps(todo), "utf-8")
    ran = run("plan", "apply", "p", "todo.json", cwd=folder)
    assert (ran.code, ran.err.splitlines()[-1]) == (
        2, "Error: There is no new unit N9 in the plan; found it, or check the code.",
    )  # fmt: skip
    assert (folder / "p" / "crosswalk.csv").read_bytes() == before
    (folder / "todo.json").write_text(json.dumps({"operations": todo[:1]}), "utf-8")
    assert run("plan", "apply", "p", "todo.json", cwd=folder).code == 0
    for content, told in (("{", "is no JSON"), ("[1]", "must hold a list of operations")):
        (folder / "todo.json").write_text(content, "utf-8")
        ran = run("plan", "apply", "p", "todo.json", cwd=folder)
        assert (ran.code, told in ran.err) == (2, True)


def test_a_check_says_what_falls_short_and_what_is_not_known(run: Run, folder: Path) -> None:
    ran = run("plan", "check", "p", "--standard", "vn-112-2025", "--json", cwd=folder)
    assert ran.code == 1
    told = json.loads(ran.out)
    assert told["count"] == {"not met": 2}
    assert told["without_place"] == ["00004"]
    own = (
        'id = "own"\nlaw = "Own"\nsource = "us"\nsure = "own"\n[[class]]\nid = "c"\nname = "unit"\n'
        'when = { mountain = false }\n[[class.threshold]]\nquantity = "population"\nleast = 30\n'
    )
    (folder / "own.toml").write_text(own, "utf-8")
    run("plan", "assign", "p", "00004", "--to", "N2", cwd=folder)
    ran = run(
        "plan",
        "check",
        "p",
        "--standard",
        "own.toml",
        "--input",
        "mountain=no",
        "--lang",
        "en",
        cwd=folder,
    )
    assert ran.code == 0, ran.err
    assert "Own: 2 met" in ran.out
    (folder / "own.toml").write_text(own.replace("least", "leest"), "utf-8")
    ran = run("plan", "check", "p", "--standard", "own.toml", cwd=folder)
    assert ran.code == 2
    assert "Error: own.toml line 11: leest: unknown key" in ran.err
    assert "vn-76-2025" in run("plan", "check", "p", cwd=folder).out


def test_a_layer_that_changed_is_told_with_what_no_longer_fits(
    run: Run, folder: Path, grid: Grid
) -> None:
    layer = grid(population=[10, 20, 30, 40]).reset_index()
    layer.loc[1, "code"] = "00009"
    layer.to_file(folder / "communes.gpkg")
    ran = run("plan", "show", "p", cwd=folder)
    assert ran.code == 0
    assert "warning L04: communes.gpkg: changed since the plan was saved." in ran.err
    assert "warning L01: 00002 (Xã 2) is no longer in the layer; it was in N1 (Một)." in ran.err
    assert "warning L02: 00009 (Xã 2) is new in the layer; it has no place yet." in ran.err
    (folder / "communes.gpkg").rename(folder / "moved.gpkg")
    ran = run("plan", "show", "p", cwd=folder)
    assert (ran.code, "is not there any more; say where the old units are" in ran.err) == (2, True)
    assert run("plan", "show", "p", "--units", "moved.gpkg", cwd=folder).code == 0


def test_a_folder_that_is_no_plan_is_one_sentence(run: Run, tmp_path: Path) -> None:
    ran = run("plan", "show", tmp_path, cwd=tmp_path)
    assert ran.code == 2
    assert ran.err.strip() == (
        f"Error: {tmp_path} holds no plan (plan.json); make one with geo-merge plan new."
    )


def test_the_sample_is_planned_by_itself(tmp_path: Path) -> None:
    ran = run_process("plan", "new", "--out", tmp_path / "p")
    assert (ran.code, ran.out.splitlines()[0]) == (
        0,
        "313 old units and 1 piece of land, 0 new units",
    )


def test_figures_of_a_plan_are_told_in_vietnamese(run: Run, folder: Path) -> None:
    ran = run("plan", "show", "p", "--lang", "vi", cwd=folder)
    lines = ran.out.splitlines()
    assert lines[:2] == ["4 đơn vị cũ, 2 đơn vị mới", "chưa bố trí: 1 (00004 (Xã 4))"]
    assert lines[2].startswith("4 -> 2 đơn vị (giảm ")
    assert any("Diện tích (km²)" in line and "Dân số" in line for line in lines)
