"""A repair that is only proposed, and decisions on findings and defects in one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from commands import run
from conftest import square

from geo_merge.api import merge
from geo_merge.jobs.job import Job
from geo_merge.jobs.preview import look
from geo_merge.jobs.repairing import decided_by_place, propose
from geo_merge.mending import RepairOptions
from geo_merge.mending.decisions import Choice, Decision, decisions_table
from geo_merge.results.formats import csv_bytes

Grid = Callable[..., gpd.GeoDataFrame]


@pytest.fixture
def torn(grid: Grid, tmp_path: Path) -> Job:
    """Nine squares, the middle one with a gap of 4 m by 1 km and an overlap of 6 m by 1 km."""
    old = grid(3, 3)
    west, south, east, north = square(1, 1).bounds
    old.loc["00005", "geometry"] = shapely.box(west + 4, south, east + 6, north)
    old.reset_index().to_file(tmp_path / "old.gpkg")
    rows = {"old_code": old.index, "new_code": "N", "new_name": "New", "new_type": "Xã"}
    pd.DataFrame(rows).to_csv(tmp_path / "crosswalk.csv", index=False)
    return Job(old=(tmp_path / "old.gpkg",), crosswalk=tmp_path / "crosswalk.csv")


def decided(job: Job, folder: Path, rows: list[tuple[str, str, str]]) -> Job:
    path = folder / "decisions.csv"
    path.write_bytes(csv_bytes(pd.DataFrame(rows, columns=["id", "decision", "reason"])))
    return replace(job, decisions=path)


def test_a_repair_is_proposed_and_nothing_changes(torn: Job) -> None:
    before = torn.old[0].read_bytes()
    found = propose(replace(torn, repair=RepairOptions()))
    assert torn.old[0].read_bytes() == before
    repairs = found.repairs.set_index("kind")
    assert repairs["applied"].all()
    assert repairs.at["gap", "area_m2"] == pytest.approx(4000, rel=1e-3)
    assert repairs.at["overlap", "area_m2"] == pytest.approx(6000, rel=1e-3)
    moved = shapely.area(found.after) - shapely.area(found.units.geometry.values)
    assert moved.sum() == pytest.approx(4000 - 6000, rel=1e-6)
    assert next(iter(found.units["name"])) == "Xã 1"


@pytest.mark.parametrize("given", ["water", "enclave", "outline"])
def test_no_unit_gets_land_that_is_known_to_be_nobodys(
    torn: Job, given: str, grid: Grid, tmp_path: Path
) -> None:
    """The gap is a river, land of others, or left out by the outline: it waits, in all ways."""
    west, south, _, north = square(1, 1).bounds
    river = shapely.box(west - 1, south, west + 4, north)
    land = river if given != "outline" else grid(3, 3).union_all().difference(river)
    path = tmp_path / "land.gpkg"
    gpd.GeoDataFrame(geometry=[land], crs=grid(1, 1).crs).to_file(path)
    layers = {"water": path} if given == "water" else {"outline": path}
    job = replace(torn, **({"enclave": (str(path),)} if given == "enclave" else layers),
                  repair=RepairOptions())  # fmt: skip
    for repairs in (propose(job).repairs, job.run(lambda _: None).repairs):
        rows = repairs.set_index("kind")
        assert rows.at["overlap", "applied"]
        assert not rows.at["gap", "applied"]
        assert "water, land of others or beyond the outline" in rows.at["gap", "obstacle"]
    gap = str(propose(job).repairs.set_index("kind").at["gap", "id"])
    accepted = decided(job, tmp_path, [(gap, "accept", "the river was filled in")])
    assert propose(accepted).repairs.set_index("kind").at["gap", "applied"]
    ran = run("validate", torn.old[0], "--repair", f"--{given}", path, "--out", tmp_path / "out")
    assert ran.code == 1
    told = pd.read_csv(tmp_path / "out" / "repairs.csv").set_index("kind")
    assert told["applied"].astype(str).str.lower().to_dict() == {"gap": "false", "overlap": "true"}


def test_decisions_of_a_table_hold_in_proposal_and_merger(torn: Job, tmp_path: Path) -> None:
    first = propose(replace(torn, repair=RepairOptions()))
    gap = first.repairs.set_index("kind").at["gap", "id"]
    job = decided(
        replace(torn, repair=RepairOptions()), tmp_path, [(gap, "mend", "ask the office")]
    )
    again = propose(job).repairs.set_index("kind")
    assert again.at["gap", "obstacle"] == "to be mended in the source: ask the office"
    assert again.at["overlap", "applied"]
    result = job.run()
    assert result.repairs.set_index("kind").at["gap", "obstacle"].startswith("to be mended")
    assert "C02" in set(result.findings["check"])
    assert job.decisions in job.inputs


def test_a_waived_finding_is_a_note_and_others_stay(torn: Job, tmp_path: Path) -> None:
    found = torn.run().findings.set_index("check")
    gap, overlap = found.at["C02", "id"], found.at["C04", "id"]
    rows = [(gap, "waive", "a canal"), (overlap, "accept", "known"), ("C02-00000000", "mend", "")]
    result = decided(torn, tmp_path, rows).run()
    after = result.findings.set_index("check")
    assert (after.at["C02", "severity"], after.at["C02", "hint"]) == ("info", "waived: a canal.")
    assert after.at["C04", "severity"] == "error"
    assert "C02-00000000" in after.at["M03", "message"]
    assert result.errors == 1
    assert result.summary["findings"]["error"] == 1


def test_the_command_line_takes_the_same_table_without_a_repair(torn: Job, tmp_path: Path) -> None:
    found = torn.run().findings
    rows = [(name, "waive", "meant") for name in found.loc[found["severity"] == "error", "id"]]
    path = decided(torn, tmp_path, rows).decisions
    ran = run("build", torn.old[0], "--crosswalk", torn.crosswalk, "--decisions", path,
              "--out", tmp_path / "out")  # fmt: skip
    assert ran.code == 0
    assert (tmp_path / "out" / "new_units.geojson").exists()


def test_defects_share_the_decision_on_their_land(torn: Job) -> None:
    findings = torn.run().findings
    repairs = propose(torn).repairs
    ids = findings.set_index("check")["id"]
    lake = Decision(Choice.WAIVE, "a lake", "1")
    assert decided_by_place(repairs, findings, {}) == {}
    shared = decided_by_place(repairs, findings, {ids["C02"]: lake})
    gap, overlap = (repairs.set_index("kind").at[kind, "id"] for kind in ("gap", "overlap"))
    assert shared == {gap: lake}
    own = Decision(Choice.ACCEPT, "", "2")
    assert decided_by_place(repairs, findings, {ids["C02"]: lake, gap: own}) == {}
    assert set(decided_by_place(repairs, findings, dict.fromkeys(ids, lake))) == {gap, overlap}


def test_the_table_has_a_row_for_all_and_keeps_others(torn: Job) -> None:
    rows = propose(torn).repairs[["id", "units", "area_m2", "width_m"]]
    one, other = rows["id"].iloc[0], "C02-12345678"
    decided = {one: Decision(Choice.REJECT, "no", "1"), other: Decision(Choice.MEND, "", "2")}
    table = decisions_table(rows, decided)
    assert list(table["id"]) == [*rows["id"], other]
    assert list(table["decision"]) == ["reject", *[""] * (len(rows) - 1), "mend"]
    assert list(table.columns) == ["id", "decision", "reason", "units", "area_m2", "width_m"]


def test_what_is_looked_into_knows_the_rules_and_what_divides(grid: Grid, tmp_path: Path) -> None:
    old = grid(2, 1, households=[10, 20], density=[1.5, 2.5], note=["a", "b"])
    old.reset_index().to_file(tmp_path / "old.gpkg")
    rows = [("00001", "A"), ("00001", "B"), ("00002", "B")]
    pd.DataFrame([{"old_code": o, "new_code": n, "new_name": n, "new_type": "Xã"} for o, n in rows]
                 ).to_csv(tmp_path / "crosswalk.csv", index=False)  # fmt: skip
    job = Job(old=(tmp_path / "old.gpkg",), crosswalk=tmp_path / "crosswalk.csv")
    seen = look(job)
    assert seen.problems
    assert seen.rules == {"households": "sum", "density": "area"}
    west, south, east, north = square(0, 0).bounds
    middle = (west + east) / 2
    gpd.GeoDataFrame(
        {"code": ["A", "B"]},
        geometry=[shapely.box(west, south, middle, north), shapely.box(middle, south, east + 1000, north)],
        crs=old.crs,
    ).to_file(tmp_path / "new.gpkg")  # fmt: skip
    divided = replace(job, divide=tmp_path / "new.gpkg")
    assert look(divided).problems == ()
    assert len(propose(divided).units) == 3
    km2 = divided.run().statistics["area_km2"]
    assert km2["A"] == pytest.approx(0.5, rel=1e-2)
    assert np.isclose(km2.sum(), 2, rtol=1e-2)


def test_a_decision_needs_no_repair_in_the_api(torn: Job) -> None:
    units, table = torn.read()
    found = merge(units, table).findings
    decisions = pd.DataFrame({"id": found["id"], "decision": "waive", "reason": "meant"})
    assert merge(units, table, decisions=decisions).errors == 0
