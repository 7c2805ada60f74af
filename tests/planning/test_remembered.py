"""What was done to a saved plan is undone another day, and a plan's verdicts reach its papers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from geo_merge.cli.main import app
from geo_merge.errors import PlanError, UsageError
from geo_merge.planning.history import History
from geo_merge.planning.operations import Assign, Found
from geo_merge.planning.plan import unassigned
from geo_merge.planning.remembered import history_bytes, recalled

Grid = Callable[..., gpd.GeoDataFrame]


@pytest.fixture
def folder(grid: Grid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four squares and a plan of them in which the last has no place."""
    grid(population=[9000, 9000, 9000, 7000]).reset_index().to_file(tmp_path / "communes.gpkg")
    rows = "00001,N1,Một,Xã\n00002,N1,Một,Xã\n00003,N2,Hai,Xã\n"
    (tmp_path / "x.csv").write_text(f"old_code,new_code,new_name,new_type\n{rows}", "utf-8")
    monkeypatch.chdir(tmp_path)
    run("plan", "new", "communes.gpkg", "--crosswalk", "x.csv", "--out", "p")
    return tmp_path


def run(*arguments: str) -> int:
    """Run a command here and return its exit status."""
    return app(list(arguments), standalone_mode=False) or 0


def bytes_of(plan: Path) -> dict[str, bytes]:
    """Return the two files that make a plan."""
    return {name: (plan / name).read_bytes() for name in ("crosswalk.csv", "plan.json")}


def test_fifty_changes_of_a_saved_plan_are_undone_to_its_first_bytes(folder: Path) -> None:
    first = bytes_of(folder / "p")
    for k in range(50):
        run("plan", "assign", "p", "00004", "--to", ("N1", "N2")[k % 2])
    last = bytes_of(folder / "p")
    assert last != first
    run("plan", "undo", "p", "--times", "49")
    run("plan", "undo", "p")
    assert bytes_of(folder / "p") == first
    with pytest.raises(PlanError, match="1 change cannot be undone: the plan remembers 0"):
        run("plan", "undo", "p")
    run("plan", "redo", "p", "--times", "50")
    assert bytes_of(folder / "p") == last
    with pytest.raises(PlanError, match="1 change cannot be done again: 0 were undone"):
        run("plan", "redo", "p")


def test_a_plan_changed_by_hand_begins_a_new_history(folder: Path) -> None:
    run("plan", "assign", "p", "00004", "--to", "N2")
    path = folder / "p" / "crosswalk.csv"
    path.write_text(path.read_text("utf-8").replace("00003,Xã 3", "00003,Xã 3", 1)
                    .replace("N2,Hai,Xã", "N1,Một,Xã", 1), "utf-8")  # fmt: skip
    with pytest.raises(PlanError, match="the plan remembers 0"):
        run("plan", "undo", "p")


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"first": {"new": 1}}', b"null"])
def test_a_broken_history_is_no_obstacle(grid: Grid, content: bytes) -> None:
    plan = unassigned(grid())
    assert recalled(content, plan) == History(plan)


def test_a_history_comes_back_with_what_was_undone(grid: Grid) -> None:
    history = History(unassigned(grid()))
    for operation in (Found("N1", "Một", "Xã"), Assign(("00001",), "N1"), Assign(("00002",), "N1")):
        history = history.do(operation)
    history = history.undo()
    assert recalled(history_bytes(history), history.plan) == history


def test_verdicts_go_to_the_papers_of_the_result(folder: Path) -> None:
    run("plan", "assign", "p", "00004", "--to", "N2")
    assert run("build", "communes.gpkg", "--crosswalk", "p", "--out", "r", "--allow-errors") in (
        0,
        1,
    )
    run("plan", "check", "p", "--standard", "vn-112-2025", "--result", "r", "--lang", "en")
    table = pd.read_csv(folder / "r" / "standards.csv", dtype={"code": str})
    lowland = table[(table["measure"] == "population") & (table["standard"] == 16_000)]
    assert lowland["code"].tolist() == ["N1", "N2"]
    assert lowland["value"].tolist() == [18_000, 16_000]
    assert lowland["percent"].tolist() == [112.5, 100]
    assert lowland["verdict"].tolist() == ["met", "met"]
    run("dossier", "r", "--out", "paper.html", "--section", "standards", "--lang", "vi")
    paper = (folder / "paper.html").read_text("utf-8")
    assert "112,50" in paper
    assert ">đạt<" in paper
    run("build", "communes.gpkg", "--crosswalk", "p", "--out", "r", "--allow-errors")
    assert not (folder / "r" / "standards.csv").exists()  # of another run


@pytest.mark.usefixtures("folder")
def test_verdicts_do_not_go_to_the_result_of_another_plan() -> None:
    run("plan", "assign", "p", "00004", "--to", "N2")
    run("build", "communes.gpkg", "--crosswalk", "p", "--out", "r", "--allow-errors")
    run("plan", "assign", "p", "00004", "--to", "N1")
    with pytest.raises(UsageError, match=r"1 old unit \(00004\) went elsewhere"):
        run("plan", "check", "p", "--standard", "vn-112-2025", "--result", "r")
    with pytest.raises(UsageError, match="build did not write there"):
        run("plan", "check", "p", "--standard", "vn-112-2025", "--result", "p")
