"""Papers of a plan: as those of the result that `build` makes of it, with the seats it names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from commands import run

from geo_merge.dossier.material import added, read_material
from geo_merge.dossier.of_plan import material_of_plan
from geo_merge.errors import PlanError
from geo_merge.planning.opening import source_of
from geo_merge.planning.plan import About, NewUnit, Plan, old_units_of
from geo_merge.planning.store import SavedPlan, save
from geo_merge.units.layers import read_units

Grid = Callable[..., gpd.GeoDataFrame]


@pytest.fixture
def plan(grid: Grid, tmp_path: Path) -> Path:
    """Four units to two: the seat of one is a member, that of the other a point."""
    layer = tmp_path / "xa.gpkg"
    grid(population=[100, 200, 300, 400]).reset_index().to_file(layer)
    units = read_units(layer)
    new = {"A": NewUnit("A", "An", "Xã", "00002"), "B": NewUnit("B", "Ba", "Xã", "106.0, 21.25")}
    home = dict(zip(units.index, "AABB", strict=True))
    made = Plan(old_units_of(units), new, home, frozenset(), {About("plan"): "nháp"})
    save(SavedPlan(made, source_of([layer], tmp_path / "plan")), tmp_path / "plan")
    return tmp_path / "plan"


def test_it_is_what_build_makes_of_the_plan(plan: Path, tmp_path: Path) -> None:
    built = run("build", tmp_path / "xa.gpkg", "--crosswalk", plan, "--out", tmp_path / "result")
    assert built.code == 0, built.err
    result, planned = read_material(tmp_path / "result", "vi"), material_of_plan(plan, "vi")
    pd.testing.assert_frame_equal(result.result.statistics, planned.result.statistics)
    assert result.manifest["inputs"] == planned.manifest["inputs"] or [
        i["sha256"] for i in result.manifest["inputs"]
    ] == [i["sha256"] for i in planned.manifest["inputs"]]


def test_the_seats_that_it_names_are_its_seats(plan: Path) -> None:
    made = added(material_of_plan(plan, "vi"), seats=None, offices=None, agencies=None)
    assert made.offices is not None
    assert made.offices.places["B"] == (106.0, 21.25)
    status = made.offices.table.set_index("old_code")["status"]
    assert status["00001"] != status["00002"]


def test_units_without_a_place_are_named(plan: Path, tmp_path: Path) -> None:
    units = read_units(tmp_path / "xa.gpkg")
    half = Plan(old_units_of(units), {"A": NewUnit("A", "An")}, {"00001": "A"})
    save(SavedPlan(half, source_of([tmp_path / "xa.gpkg"], plan)), plan)
    with pytest.raises(PlanError, match=r"3 of the old units are without a place \(.*00002"):
        material_of_plan(plan, "vi")
    done = run("dossier", plan, "--out", tmp_path / "d.html")
    assert done.code == 2
    assert not (tmp_path / "d.html").exists()


def test_the_command_gives_the_same_bytes_each_time(plan: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        done = run("dossier", plan, "--out", tmp_path / name / "d.html", "--date", "2025-07-01",
                   "--lang", "vi")  # fmt: skip
        assert done.code == 0, done.err
    one, two = ((tmp_path / name / "d.html").read_bytes() for name in ("one", "two"))
    assert one == two
    assert "Ngày 01 tháng 07 năm 2025".encode() in one
