"""The command from a layer to a certificate, and the check of it by other hands."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from commands import run

from geo_merge.cli.main import app
from geo_merge.errors import GeoMergeError
from geo_merge.planning.check_certificate import check
from geo_merge.planning.operations import Found, Lock
from geo_merge.planning.store import load, save

pytest.importorskip("highspy")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three rows of four squares of 3 km in two districts, and the plan without a new unit."""
    made = tmp_path_factory.mktemp("propose")
    squares = [shapely.box(x, y, x + 3000, y + 3000)
               for y in range(2_300_000, 2_309_000, 3000) for x in range(500_000, 512_000, 3000)]  # fmt: skip
    gpd.GeoDataFrame(
        {
            "code": [f"{k:05}" for k in range(101, 113)],
            "name": [f"Unit {k}" for k in range(12)],
            "unit_type": ["Xã"] * 12,
            "district": ["East" if k % 4 > 1 else "West" for k in range(12)],
            "people": [1000 * (k + 1) for k in range(12)],
            "note": ["x"] * 12,
        },
        geometry=squares, crs=32648,
    ).to_file(made / "units.gpkg")  # fmt: skip
    done = run("plan", "new", made / "units.gpkg", "--population-field", "people", "--country", "none",
               "--out", made / "plan")  # fmt: skip
    assert done.code == 0, done.err
    return made


def _here(*arguments: object) -> int:
    """Run a command in this process, which spares the start of another."""
    return app([*map(str, arguments), "--country", "none"], standalone_mode=False) or 0


def _check(plan: Path, layer: Path) -> tuple[int, str]:
    done = subprocess.run([sys.executable, plan / "check_certificate.py", plan, layer],
                          capture_output=True, text=True, check=False)  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_a_plan_with_its_certificate_that_others_can_check(folder: Path) -> None:
    out = folder / "proposed"
    done = run("plan", "propose", folder / "plan", "--out", out, "--require", "population >= 8000",
               "--require", "area_km2 >= 70 % of 30", "--number", "4", "--country", "none",
               "--together", "00101,00102", "--apart", "00111,00112")  # fmt: skip
    assert done.code == 0, done.err
    assert "this is proven" in done.out
    assert "People: the field people, 78,000 in 12 units." in done.err
    said = json.loads((out / "certificate.json").read_text())
    assert said["status"] == "optimal"
    assert len(said["plan"]) == 4
    assert all(unit["figures"]["population"] >= 8000 for unit in said["plan"])
    code, told = _check(out, folder / "units.gpkg")
    assert code == 0, told
    assert told.count("ok") >= 10
    built = run("build", folder / "units.gpkg", "--crosswalk", out / "crosswalk.csv", "--country", "none",
                "--population-field", "people", "--out", folder / "built")  # fmt: skip
    assert built.code == 0, built.err


@pytest.fixture(scope="module")
def four(folder: Path) -> Path:
    """A plan of four units with its certificate."""
    assert _here("plan", "propose", folder / "plan", "--out", folder / "four",
                 "--require", "population >= 15000", "--number", "4") == 0  # fmt: skip
    return folder / "four"


@pytest.mark.parametrize(("change", "wrong"), [
    (lambda said: said["plan"][0]["members"].append(said["plan"][1]["members"].pop()), "crosswalk.csv"),
    (lambda said: said["units"][0].update(people=9.0), "people, figures and areas"),
    (lambda said: said["units"][0]["figures"].update(population=9.0), "people, figures and areas"),
    (lambda said: said["units"][0].update(lon=100.0), "positions lie"),
    (lambda said: said["conditions"].update(units=[5, 5]), "there are 5 to 5 units"),
    (lambda said: said["conditions"].update(requirements=[[[["population", ">=", 3e4]]]]), "population >= 30000"),
    (lambda said: said["data"].update(shortest_border_m=1e6), "each unit hangs together"),
    (lambda said: said["data"]["files"][0]["sha256"].update({"units.gpkg": "0"}), "the file of the certificate"),
    (lambda said: said.update(value=said["value"] * 0.99), "the value is"),
])  # fmt: skip
def test_what_is_not_so_is_found(
    folder: Path, four: Path, tmp_path: Path, change: Callable[[dict[str, Any]], object], wrong: str
) -> None:
    shutil.copytree(four, tmp_path / "p")
    path = tmp_path / "p" / "certificate.json"
    said = json.loads(path.read_text())
    change(said)
    path.write_text(json.dumps(said))
    found = [text for text, is_so in check(tmp_path / "p", [folder / "units.gpkg"]) if not is_so]
    assert any(wrong in text for text in found)


def test_without_a_plan_the_conditions_are_blamed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = folder / "none"
    assert _here("plan", "propose", folder / "plan", "--out", out, "--require", "area_km2 >= 30",
                 "--number", "5", "--within-districts") == 1  # fmt: skip
    told = capsys.readouterr().out
    assert "there is no such plan; this is proven" in told
    assert "each unit has area_km2 >= 30; there are 5 units" in told
    assert "enough for 3 such units at most" in told
    assert not (out / "crosswalk.csv").exists()
    checked = dict(check(out, [folder / "units.gpkg"]))
    assert all(checked.values())
    assert checked["without 'there are 5 units' there is a plan of all units"]


def test_locked_units_stay(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = load(folder / "plan")
    done = (Found("N1", "One", members=("00101", "00112")), Found("N2", "Two", members=("00106",)),
            Lock(("new N1", "old 00106")))  # fmt: skip
    made = plan.plan
    for operation in done:
        made = operation.on(made)
    save(replace(plan, plan=made), tmp_path / "locked")
    assert _here("plan", "propose", tmp_path / "locked", "--out", tmp_path / "p", "--number", "3",
                 "--units", folder / "units.gpkg") == 0  # fmt: skip
    assert "Locked and left as they are: N1." in capsys.readouterr().err
    after = load(tmp_path / "p").plan
    assert after.members_of("N1") == ("00101", "00112")
    assert after.home["00106"] == "N2"
    assert len(after.new) == 4
    assert after.finished
    assert after.locks == made.locks


@pytest.mark.parametrize(("options", "sentence"), [
    (("--together", "00101,00102", "--apart", "00102,00101"),
     "00102 and 00101 must be in one unit and must not"),
    (("--require", "note >= 3"), "--require note: the field holds no numbers (as 'x')"),
    (("--require", "nothing >= 3"), "--require nothing: the layer has no such field"),
    (("--require", "population > 3"), "'population > 3' is no threshold"),
    (("--together", "00101,99999"), "99999 is none of the units"),
    (("--apart", "00101"), "name two units at least"),
    (("--district", "North"), "the districts are East, West"),
    (("--number", "none"), "--number none: write a number from 1"),
    (("--class", "lowland-commune"), "name it with --standard"),
    (("--standard", "vn-112-2025"), "say with --class which"),
    (("--standard", "vn-112-2025", "--class", "x"), "--class x: vn-112-2025 has"),
])  # fmt: skip
def test_what_cannot_be_asked_is_one_sentence(
    folder: Path, tmp_path: Path, options: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(GeoMergeError) as raised:
        _here("plan", "propose", folder / "plan", "--out", tmp_path / "p", *options)
    assert len(raised.value.problems) == 1
    assert sentence in raised.value.problems[0]
    assert not (tmp_path / "p").exists()


def test_a_proposal_takes_no_other_plans_place(folder: Path, four: Path, tmp_path: Path) -> None:
    with pytest.raises(GeoMergeError, match="holds a plan that was not proposed"):
        _here("plan", "propose", folder / "plan", "--out", folder / "plan")
    shutil.copytree(four, tmp_path / "p")
    assert _here("plan", "propose", folder / "plan", "--out", tmp_path / "p",
                 "--require", "area_km2 >= 30", "--number", "5") == 1  # fmt: skip
    assert sorted(path.name for path in (tmp_path / "p").iterdir()) == [
        "certificate.json", "certificate.txt", "check_certificate.py"
    ]  # fmt: skip


def test_missing_positions_are_named(folder: Path, tmp_path: Path) -> None:
    table = tmp_path / "positions.csv"
    table.write_text("old_code,lon,lat\n00101,105.01,20.81\n")
    with pytest.raises(GeoMergeError, match="have no position; give each a polygon, or a row in"):
        _here("plan", "propose", folder / "plan", "--out", tmp_path / "p", "--positions", table)


def test_a_standard_by_its_classes(folder: Path, tmp_path: Path) -> None:
    assert _here("plan", "propose", folder / "plan", "--out", tmp_path / "p", "--objective", "most",
                 "--standard", "vn-112-2025", "--class", "lowland-commune") == 0  # fmt: skip
    said = json.loads((tmp_path / "p" / "certificate.json").read_text())
    assert said["conditions"]["requirements"] == [
        [[["population", ">=", 16_000.0], ["area_km2", ">=", 30.0]]]
    ]
    assert said["value"] == 3


def test_the_same_question_gives_the_same_bytes(folder: Path, four: Path) -> None:
    assert _here("plan", "propose", folder / "plan", "--out", folder / "again",
                 "--require", "population >= 15000", "--number", "4") == 0  # fmt: skip
    for name in ("certificate.json", "certificate.txt", "crosswalk.csv"):
        assert (folder / "again" / name).read_bytes() == (four / name).read_bytes()
