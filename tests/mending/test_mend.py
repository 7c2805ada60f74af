"""Repair: small cases by hand, laws, the census; nothing moves or vanishes unrecorded."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from commands import run
from conftest import CRS, ORIGIN, square
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.affinity import translate

from geo_merge.api import merge, read_units
from geo_merge.checks.layer import check_layer
from geo_merge.errors import TableError, UsageError
from geo_merge.geometry.areas import areas
from geo_merge.geometry.difference import differences
from geo_merge.geometry.faces import find_faces
from geo_merge.geometry.farthest import farthest
from geo_merge.mending import Repaired, RepairOptions, repair
from geo_merge.mending.decisions import as_decisions
from geo_merge.results.files import write

Grid = Callable[..., gpd.GeoDataFrame]
X, Y = ORIGIN


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A box in metres from the origin."""
    return shapely.box(X + west, Y + south, X + east, Y + north)


def layer(*shapes: shapely.Geometry | None, **columns: object) -> gpd.GeoDataFrame:
    """Units 00001, 00002, ... of these shapes."""
    codes = [f"{k:05d}" for k in range(1, len(shapes) + 1)]
    data = {"name": [f"Xã {k}" for k in range(1, len(shapes) + 1)], "unit_type": "Xã", **columns}
    return gpd.GeoDataFrame(
        data, geometry=list(shapes), crs=CRS, index=pd.Index(codes, name="code")
    )


def shape(done: Repaired, number: int) -> shapely.Geometry:
    return done.layer.geometry.iloc[number - 1]


def ledger(done: Repaired) -> dict[str, tuple[float, float]]:
    assert all(row.ok for row in done.ledger)
    return {row.quantity: (row.before, row.after) for row in done.ledger}


def is_coverage(frame: gpd.GeoDataFrame) -> bool:
    shapes = np.asarray(frame.geometry.values)
    return bool(
        shapely.is_valid(shapes).all()
        and shapely.coverage_is_valid(shapes)
        and find_faces(shapes).is_coverage
    )


def distance(one: shapely.Geometry, two: shapely.Geometry) -> float:
    """The Hausdorff distance between two polygons."""
    more, less = differences(np.array([one]), np.array([two]))
    lines = shapely.boundary([two, one])
    return float(farthest(np.concatenate([more, less]), lines).max())


def decided(done: Repaired, decision: str, reason: str = "", **kind: str) -> pd.DataFrame:
    """The decisions of a run with one of them taken."""
    table = done.decisions.copy()
    at = done.repairs["kind"] == kind.get("kind", done.repairs["kind"].iloc[0])
    table.loc[at.to_numpy(), ["decision", "reason"]] = [decision, reason]
    return table


def gap_between_two() -> gpd.GeoDataFrame:
    """A square and a box of 2 km², 4 m apart, between strips that close the gap at both ends."""
    return layer(
        box(0, 0, 1000, 1000),
        box(1004, 0, 3004, 1000),
        through((0, 1000), (1000, 1000), (1004, 1000), (3004, 1000), (3004, 1100), (0, 1100)),
        through((0, -100), (3004, -100), (3004, 0), (1004, 0), (1000, 0), (0, 0)),
    )


def through(*vertices: tuple[float, float]) -> shapely.Polygon:
    """A polygon through vertices in metres from the origin."""
    return shapely.Polygon([(X + x, Y + y) for x, y in vertices])


def test_a_gap_between_two_squares_goes_to_one_of_them() -> None:
    frame = gap_between_two()
    done = repair(frame, rule="largest-neighbour")
    (row,) = done.repairs[done.repairs["kind"] == "gap"].itertuples()
    assert (row.units, row.before, row.after) == (
        ["00001", "00002", "00003", "00004"], [], ["00002"],
    )  # fmt: skip
    assert (row.width_m, row.move_m) == (pytest.approx(4, rel=0.01), pytest.approx(4))
    assert row.changes == [f"00002 {row.area_m2:+,.3f} m²"]
    assert row.area_m2 == pytest.approx(4000, rel=1e-3)
    assert shape(done, 2).equals(box(1000, 0, 3004, 1000))
    assert is_coverage(done.layer)
    figures = ledger(done)
    assert figures["repair_gaps_filled_m2"][1] == pytest.approx(4000, rel=1e-3)
    assert figures["repair_overlaps_settled_m2"] == (0.0, 0.0)
    assert figures["repair_largest_move_m"][1] == pytest.approx(4)


@pytest.mark.parametrize(
    ("rule", "owner"), [("longest-edge", 1), ("largest-neighbour", 2), ("layer:south.shp", 4)]
)
def test_the_rule_decides_who_gets_a_gap(rule: str, owner: int) -> None:
    """The second unit borders on 600 m of the gap only, the fourth on the rest."""
    frame = gap_between_two()
    corner = box(1004, 0, 1500, 400)
    frame.loc["00002", "geometry"] = frame.geometry["00002"].difference(corner)
    frame.loc["00004", "geometry"] = frame.geometry["00004"].union(corner)
    frame["source_file"] = ["north.shp", "north.shp", "north.shp", "south.shp"]
    done = repair(frame, rule=rule, tolerance=2000)
    assert done.repairs.query("kind == 'gap'")["after"].tolist() == [[f"{owner:05d}"]]
    assert is_coverage(done.layer)


@pytest.mark.parametrize(
    ("rule", "owner"), [("longest-edge", 1), ("largest-neighbour", 2), ("layer:b", 2), ("layer:a.shp", 1)]
)  # fmt: skip
def test_the_rule_decides_who_keeps_an_overlap(rule: str, owner: int) -> None:
    """30 m of overlap; unit 2 is larger, unit 1 has the longer edge beside the overlap."""
    one = box(0, 0, 1030, 1000)
    two = box(1000, 0, 3000, 900)
    frame = layer(one, two, source_file=["a.shp", "b.shp"])
    done = repair(frame, rule=rule)
    (row,) = done.repairs[done.repairs["kind"] == "overlap"].itertuples()
    assert (row.kind, row.before, row.after) == ("overlap", ["00001", "00002"], [f"{owner:05d}"])
    assert row.move_m == pytest.approx(30)
    loser = 3 - owner
    assert row.changes == [f"{loser:05d} {-row.area_m2:,.3f} m²"]
    assert shape(done, owner).equals(frame.geometry.iloc[owner - 1])
    assert shape(done, loser).area == pytest.approx(frame.geometry.iloc[loser - 1].area - 27_000)
    assert ledger(done)["repair_overlaps_settled_m2"][0] == pytest.approx(27_000, rel=1e-3)
    assert find_faces(np.asarray(done.layer.geometry.values)).claims.tolist() == [1]


@pytest.mark.parametrize("apart", [0.05, -0.05, 0.0999])
def test_edges_closer_than_the_snapping_distance_are_matched(apart: float) -> None:
    """Open at both ends, so no gap: only snapping can close it."""
    frame = layer(box(0, 0, 1000, 1000), box(1000 + apart, 0, 2000, 1000))
    done = repair(frame)
    assert is_coverage(done.layer)
    assert set(done.repairs["kind"]) == {"edges"}
    assert shapely.union_all(done.layer.geometry).equals(box(0, 0, 2000, 1000))
    assert ledger(done)["repair_largest_move_m"][1] == pytest.approx(abs(apart), abs=1e-6)
    assert ledger(done)["repair_edges_matched_m2"][1] == pytest.approx(apart * 1000, rel=0.01)


def test_a_strip_wider_than_the_snapping_distance_stays() -> None:
    frame = layer(box(0, 0, 1000, 1000), box(1000.2, 0, 2000, 1000))
    done = repair(frame)
    assert done.repairs.empty
    assert done.layer.geometry.tolist() == frame.geometry.tolist()
    assert is_coverage(repair(frame, snap=0.3).layer)


def test_a_vertex_that_the_neighbour_lacks_is_given_to_it() -> None:
    two = shapely.Polygon([(X + 1000, Y), (X + 2000, Y), (X + 2000, Y + 1000), (X + 1000, Y + 1000), (X + 1000, Y + 400)])  # fmt: skip
    frame = layer(box(0, 0, 1000, 1000), two)
    assert not is_coverage(frame)
    done = repair(frame)
    assert is_coverage(done.layer)
    assert shape(done, 1).equals(box(0, 0, 1000, 1000))
    assert shapely.get_num_coordinates(shape(done, 1)) == 6
    assert done.repairs["changes"].tolist() == [["00001 +0.000 m²"]]
    assert ledger(done)["repair_area_m2"][0] == pytest.approx(ledger(done)["repair_area_m2"][1])


@pytest.mark.parametrize("rule", ["longest-edge", "largest-neighbour"])
def test_a_hole_inside_one_unit_waits_for_a_decision(rule: str) -> None:
    frame = layer(box(0, 0, 1000, 1000).difference(box(400, 400, 500, 500)), box(1000, 0, 2000, 1000))  # fmt: skip
    done = repair(frame, rule=rule)
    (row,) = done.repairs.itertuples()
    assert not row.applied
    assert row.obstacle.startswith("a hole inside one unit")
    assert done.layer.geometry.tolist() == frame.geometry.tolist()
    filled = repair(frame, rule=rule, decisions=decided(done, "accept"))
    assert shape(filled, 1).equals(box(0, 0, 1000, 1000))
    assert is_coverage(filled.layer)


def test_a_gap_wider_than_the_tolerance_waits_for_a_decision() -> None:
    frame = gap_between_two()
    done = repair(frame, tolerance=3)
    assert done.repairs["applied"].tolist() == [False]
    assert "wider than 2.8 m" in done.repairs["obstacle"].iloc[0]
    accepted = repair(frame, tolerance=3, decisions=decided(done, "accept", "seen on site"))
    assert accepted.repairs["applied"].tolist() == [True]
    assert {f.check for f in accepted.findings} == {"M01"}
    assert is_coverage(accepted.layer)


@pytest.mark.parametrize("decision", ["reject", "waive"])
def test_what_is_rejected_or_waived_stays(decision: str) -> None:
    frame = gap_between_two()
    done = repair(frame, decisions=decided(repair(frame), decision, "the river"))
    assert done.repairs["applied"].tolist() == [False]
    assert done.repairs["obstacle"].tolist() == [f"{decision}{'ed' if decision == 'reject' else 'd'}: the river"]  # fmt: skip
    assert done.layer.geometry.tolist() == frame.geometry.tolist()
    assert done.decisions["decision"].tolist() == [decision]
    assert done.decisions["reason"].tolist() == ["the river"]


def test_a_rejected_edge_stays_and_the_others_are_matched() -> None:
    frame = layer(box(0, 0, 1000, 1000), box(1000.05, 0, 2000, 1000), box(2000.05, 0, 3000, 1000))
    done = repair(frame)
    table = done.decisions.copy()
    first = done.repairs["units"].map(lambda u: u == ["00002"]).to_numpy()
    table.loc[first, ["decision", "reason"]] = ["reject", "surveyed"]
    again = repair(frame, decisions=table)
    assert shape(again, 2) == frame.geometry.iloc[1]
    assert "rejected: surveyed" in set(again.repairs["obstacle"])


def test_a_unit_inside_another_keeps_its_land() -> None:
    """GEOS' coverage_clean empties it."""
    frame = layer(box(0, 0, 1000, 1000), box(400, 400, 600, 600))
    done = repair(frame)
    assert shape(done, 2) == frame.geometry.iloc[1]
    assert shape(done, 1).equals(box(0, 0, 1000, 1000).difference(box(400, 400, 600, 600)))
    assert is_coverage(done.layer)
    large = layer(box(0, 0, 3000, 3000), box(1000, 1000, 2000, 2000))
    assert "wider than 249.8 m" in repair(large).repairs["obstacle"].iloc[0]


@pytest.mark.parametrize("size", [0.3, 20.0])
def test_a_part_inside_another_unit_stays_with_its_unit(size: float) -> None:
    """Else the border of the first unit would move by 1,500 m."""
    part = box(2500, 500, 2500 + size, 500 + size)
    frame = layer(shapely.multipolygons([box(0, 0, 1000, 1000), part]), box(1000, 0, 3000, 1000))
    done = repair(frame)
    assert shape(done, 1) == frame.geometry.iloc[0]
    assert is_coverage(done.layer)
    assert {f.check for f in done.findings} == {"M01"}


def test_a_repair_that_is_stopped_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    layer_of_two = gap_between_two()
    assert not [f for f in repair(layer_of_two).findings if f.check == "M06"]
    monkeypatch.setattr("geo_merge.mending.mend._ROUNDS", 1)
    (told,) = [f for f in repair(layer_of_two).findings if f.check == "M06"]
    assert told.units == ("00002",)
    assert told.value == 1
    assert "after 1 round although" in told.message


def test_of_two_equal_units_neither_is_emptied() -> None:
    frame = layer(box(0, 0, 200, 200), box(0, 0, 200, 200), box(200, 0, 1000, 200))
    done = repair(frame)
    assert "would be lost" in done.repairs["obstacle"].iloc[0]
    assert not done.layer.geometry.is_empty.any()
    assert [f for f in check_layer(done.layer) if f.severity == "error"]


def test_a_long_gap_between_three_is_divided_where_a_border_would_move_too_far() -> None:
    """A gap like a Y with arms of 500 m, 20 m wide: none of the three may have all of it."""
    west = box(0, 0, 490, 1000)
    east = box(510, 0, 1000, 1000)
    north = box(0, 1020, 1000, 1500)
    hole = through((0, 0), (490, 0), (510, 0), (1000, 0), (1000, 1000), (1000, 1020), (1000, 1500),
                   (0, 1500), (0, 1020), (0, 1000))  # fmt: skip
    rim = shapely.Polygon(box(-100, -100, 1100, 1600).exterior, [hole.exterior])
    frame = layer(west, east, north, rim)
    done = repair(frame, tolerance=60)
    (row,) = done.repairs.itertuples()
    assert row.applied
    assert len(row.after) > 1
    assert row.move_m <= 60
    gained = sum(float(c.split()[1].replace(",", "")) for c in row.changes)
    assert gained == pytest.approx(row.area_m2, abs=0.01)
    assert is_coverage(done.layer)
    ledger(done)
    for before, after in zip(frame.geometry, done.layer.geometry, strict=True):
        assert distance(before, after) <= 60
    assert repair(frame, tolerance=1500).repairs["after"].map(len).tolist() == [1]


def test_no_gap_is_filled_where_a_unit_is_drawn_badly() -> None:
    frame = gap_between_two()
    bow = shapely.Polygon([(X + 1000, Y), (X + 1004, Y + 1000), (X + 1004, Y), (X + 1000, Y + 1000)])  # fmt: skip
    frame = pd.concat([frame, layer(bow).rename(index={"00001": "00009"})])
    done = repair(frame)
    assert "without a usable polygon" in done.repairs["obstacle"].iloc[0]
    assert done.layer.geometry["00009"] == bow


def test_a_unit_without_a_geometry_stays_as_it_is() -> None:
    frame = pd.concat([gap_between_two(), layer(None).rename(index={"00001": "00009"})])
    done = repair(frame)
    assert done.layer.geometry["00009"] is None
    assert list(done.layer.index) == list(frame.index)


def test_a_clean_layer_stays_as_it_is(grid: Grid) -> None:
    frame = grid(4, 3)
    done = repair(frame)
    assert done.repairs.empty
    assert done.findings == []
    assert done.layer.equals(frame)
    assert ledger(done)["repair_largest_move_m"] == (0.0, 0.0)


def test_a_merger_of_a_layer_with_nothing_to_repair(grid: Grid, tmp_path: Path) -> None:
    old = grid(3, 2)
    table = pd.DataFrame({"old_code": old.index, "new_code": ["N1"] * 3 + ["N2"] * 3, "new_name": ["a"] * 3 + ["b"] * 3})  # fmt: skip
    result = merge(old, table, repair=RepairOptions())
    assert result.findings.empty
    assert result.findings["check"].str.startswith("D").tolist() == []
    plain = {p.name: p.read_bytes() for p in write(merge(old, table), tmp_path / "plain")}
    files = write(result, tmp_path / "mended", formats=["gpkg", "shp", "csv", "xlsx", "parquet"])
    same = {"new_units.geojson", "old_units.geojson", "statistics.csv", "findings.csv"}
    assert {p.name: p.read_bytes() for p in files if p.name in same} == {n: plain[n] for n in same}
    repairs = pd.read_csv(tmp_path / "mended" / "repairs.csv")
    assert repairs.empty
    again = merge(old, table, repair=RepairOptions(decisions=result.decisions))
    assert again.repairs.empty


def test_the_sample_can_be_repaired(tmp_path: Path) -> None:
    ran = run("build", "--repair", "--out", tmp_path / "out")
    assert ran.code == 0, ran.err


def test_the_callers_frame_stays_as_it_is() -> None:
    frame = gap_between_two()
    before = frame.copy()
    repair(frame)
    assert frame.equals(before)


@pytest.mark.parametrize("rule", ["nearest", "layer", "layer:", "layer:x", "longest-edge:x"])
def test_unknown_rules_are_refused(rule: str) -> None:
    with pytest.raises(UsageError, match="Repair rule"):
        repair(gap_between_two(), rule=rule)


@pytest.mark.parametrize("options", [{"tolerance": 0}, {"tolerance": float("nan")}, {"snap": -1}])
def test_distances_that_make_no_sense_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="metres"):
        repair(gap_between_two(), **options)


def test_ids_in_other_case_are_the_ids_and_reasons_are_not_needed() -> None:
    table = pd.DataFrame({"id": ["GAP-0A1B2C3D", "g06-9E2F3D08-2"], "decision": ["Accept", "mend"]})
    found = as_decisions(table)
    assert {key: str(one.choice) for key, one in found.items()} == {
        "gap-0a1b2c3d": "accept", "G06-9e2f3d08-2": "mend",
    }  # fmt: skip
    with pytest.raises(TableError, match="gap-0a1b2c3d is waived without a reason"):
        as_decisions(table.assign(decision="waive"))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({"id": ["a"], "reason": [""]}, "columns decision are missing"),
        ({"id": ["a"], "decision": ["maybe"], "reason": [""]}, "'maybe' is no decision"),
        ({"id": ["a"], "decision": ["waive"], "reason": [" "]}, "without a reason"),
        ({"id": [""], "decision": ["reject"], "reason": [""]}, "without an id"),
        ({"id": ["a", "a"], "decision": ["accept", "reject"], "reason": ["", ""]}, "another decision"),
    ],
    ids=["columns", "word", "reason", "id", "twice"],
)  # fmt: skip
def test_bad_decisions_are_refused(rows: dict[str, list[str]], words: str) -> None:
    with pytest.raises(TableError, match=words):
        repair(gap_between_two(), decisions=pd.DataFrame(rows))


def test_a_decision_on_a_defect_that_is_not_there_is_a_finding_and_kept() -> None:
    table = pd.DataFrame({"id": ["gap-00000000"], "decision": ["Waive"], "reason": ["lake"]})
    done = repair(gap_between_two(), decisions=table)
    assert "M03" in {f.check for f in done.findings}
    assert done.decisions["id"].tolist()[-1] == "gap-00000000"
    assert done.decisions["decision"].tolist() == ["", "waive"]


def test_defects_keep_their_ids_when_others_are_mended() -> None:
    frame = pd.concat([gap_between_two(), layer(box(0, 2000, 500, 2500), box(490, 2100, 900, 2400)).rename(index=lambda c: f"1{c}")])  # fmt: skip
    ids = dict(zip(repair(frame).repairs["kind"], repair(frame).repairs["id"], strict=True))
    assert set(ids) == {"gap", "overlap"}
    alone = repair(frame.iloc[:4]).repairs
    assert alone["id"].tolist() == [ids["gap"]]
    assert repair(frame.iloc[::-1]).repairs["id"].tolist() == repair(frame).repairs["id"].tolist()


def test_a_waived_gap_is_no_longer_an_error_of_the_result() -> None:
    old = gap_between_two()
    table = pd.DataFrame({"old_code": old.index, "new_code": ["N1", "N1", "N2", "N3"], "new_name": ["a", "a", "b", "c"]})  # fmt: skip
    assert merge(old, table).has_errors
    first = merge(old, table, repair=RepairOptions(tolerance=1))
    assert first.has_errors
    lake = first.decisions.assign(decision="waive", reason="Hồ Cấm Sơn")
    result = merge(old, table, repair=RepairOptions(tolerance=1, decisions=lake))
    assert not result.has_errors
    (gap,) = result.findings[result.findings["check"].isin(["C01", "C02"])].itertuples()
    assert (gap.severity, gap.hint) == ("info", "waived: Hồ Cấm Sơn.")
    assert result.ledger["ok"].all()
    mended = merge(old, table, repair=RepairOptions())
    assert not mended.has_errors
    assert {"repair_gaps_filled_m2", "repair_area_accounted_m2"} <= set(mended.ledger["quantity"])
    quantities = list(mended.ledger["quantity"])  # what a planner asks for stands first
    assert quantities[:3] == ["units", "pieces", "area_m2"]
    last = [name.startswith("repair_") for name in quantities]
    assert last == sorted(last)
    assert mended.repairs["applied"].all()


# Coverages of a grid whose inner vertices are moved, then each cell shifted a little by itself.
cells = st.tuples(st.integers(2, 4), st.integers(1, 3)).flatmap(
    lambda size: st.tuples(
        st.just(size),
        st.lists(
            st.tuples(st.integers(-30, 30), st.integers(-30, 30)),
            min_size=size[0] * size[1],
            max_size=size[0] * size[1],
        ),
        st.sampled_from(["longest-edge", "largest-neighbour"]),
    )
)


@given(cells)
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_law_a_repair_accounts_for_all_land_and_is_done_once(
    drawn: tuple[tuple[int, int], list[tuple[int, int]], str],
) -> None:
    (columns, rows), shifts, rule = drawn
    shapes = [
        translate(square(c, r), *shifts[r * columns + c])
        for r in range(rows)
        for c in range(columns)
    ]
    frame = layer(*shapes)
    done = repair(frame, rule=rule, tolerance=100)
    figures = ledger(done)
    m2 = areas(np.asarray(done.layer.geometry.values), frame.crs)
    assert figures["repair_area_m2"][1] == pytest.approx(m2.sum())
    assert not [f for f in done.findings if f.severity == "error"]
    for before, after in zip(frame.geometry, done.layer.geometry, strict=True):
        assert distance(before, after) <= 100
    changes: dict[str, float] = dict.fromkeys(frame.index, 0.0)
    for text in done.repairs["changes"].explode().dropna():
        code, value, _ = text.split(" ")
        changes[code] += float(value.replace(",", ""))
    grown = m2 - areas(np.asarray(frame.geometry.values), frame.crs)
    assert grown == pytest.approx(list(changes.values()), abs=0.05)
    faces = find_faces(np.asarray(done.layer.geometry.values))
    assert faces.claims.max() == 1
    if done.repairs["applied"].all():
        assert faces.is_coverage
    again = repair(done.layer, rule=rule, tolerance=100)
    assert not again.repairs["applied"].any()
    assert again.layer.geometry.tolist() == done.layer.geometry.tolist()


@given(st.permutations(range(6)), st.sampled_from(["longest-edge", "largest-neighbour"]))
@settings(max_examples=30)
def test_law_the_order_of_the_units_does_not_matter(order: list[int], rule: str) -> None:
    shifts = [(0, 0), (11, -7), (-13, 5), (8, 9), (-6, -12), (3, 14)]
    frame = layer(*(translate(square(k % 3, k // 3), *s) for k, s in enumerate(shifts)))
    one, two = repair(frame, rule=rule), repair(frame.iloc[order], rule=rule)
    assert two.repairs["id"].tolist() == one.repairs["id"].tolist()
    assert two.repairs["after"].tolist() == one.repairs["after"].tolist()
    for code in frame.index:
        assert two.layer.geometry[code].equals(one.layer.geometry[code])


@pytest.fixture(scope="module")
def census(bac_ninh: Path) -> gpd.GeoDataFrame:
    return read_units(bac_ninh / "census_communes_2009.gpkg")


@pytest.mark.parametrize(
    "rule", ["longest-edge", "largest-neighbour", "layer:census_communes_2009"]
)
def test_the_census_becomes_a_coverage(census: gpd.GeoDataFrame, rule: str) -> None:
    assert not is_coverage(census)
    done = repair(census, rule=rule)
    assert is_coverage(done.layer)
    assert done.repairs["applied"].all()
    assert done.repairs["kind"].value_counts().to_dict() == {"overlap": 1250, "gap": 997, "edges": 6}  # fmt: skip
    assert not [f for f in done.findings if f.severity == "error"]
    figures = ledger(done)
    assert figures["repair_largest_move_m"][1] <= 250
    before, after = figures["repair_area_m2"]
    net = figures["repair_gaps_filled_m2"][1] - figures["repair_overlaps_settled_m2"][0]
    assert after - before == pytest.approx(net + figures["repair_edges_matched_m2"][1], abs=1)
    again = repair(done.layer, rule=rule)
    assert again.repairs.empty
    assert again.layer.geometry.tolist() == done.layer.geometry.tolist()


def test_no_unit_of_the_census_moves_further_than_the_tolerance(census: gpd.GeoDataFrame) -> None:
    done = repair(census, tolerance=100)
    assert not [f for f in done.findings if f.severity == "error"]
    assert not done.repairs["applied"].all()
    assert done.repairs.loc[done.repairs["applied"], "move_m"].max() <= 100
    for before, after in zip(census.geometry, done.layer.geometry, strict=True):
        assert distance(before, after) <= 100.0


def test_the_official_coverage_stays_as_it_is(bac_ninh: Path) -> None:
    official = read_units(bac_ninh / "official_units_2025.gpkg")
    done = repair(official)
    assert done.repairs.empty
    assert done.layer.geometry.tolist() == official.geometry.tolist()


@pytest.mark.parametrize(
    ("province", "waiting"),
    [("15", {"overlap"}), ("31", {"gap"}), ("38", set()), ("79", set())],
)
def test_official_provinces_with_faults(vietnam: Path, province: str, waiting: set[str]) -> None:
    """15 has a crumb of a square centimetre and 3.5 km² claimed by three; 31 a wide gap."""
    table = gpd.read_parquet(vietnam / "official_units_2026.parquet")
    frame = table[table["province_code"] == province].set_index("code").to_crs(32648)
    assert not is_coverage(frame)
    done = repair(frame)
    assert set(done.repairs.loc[~done.repairs["applied"], "kind"]) == waiting
    assert not [f for f in done.findings if f.severity == "error"]
    assert ledger(done)["repair_largest_move_m"][1] <= 250
    assert is_coverage(done.layer) == (not waiting)
    again = repair(done.layer)
    assert not again.repairs["applied"].any()
    assert again.layer.geometry.tolist() == done.layer.geometry.tolist()


def test_the_command_repairs_and_reads_its_decisions_again(tmp_path: Path) -> None:
    frame = gap_between_two()
    frame.reset_index().to_file(tmp_path / "old.gpkg")
    pd.DataFrame({"old_code": frame.index, "new_code": frame.index, "new_name": frame["name"]}).to_csv(
        tmp_path / "same.csv", index=False
    )  # fmt: skip
    out = tmp_path / "out"
    command = ["build", tmp_path / "old.gpkg", "--crosswalk", tmp_path / "same.csv", "--out", out]
    assert run(*command).code == 1
    ran = run(*command, "--repair")
    assert ran.code == 0, ran.err
    assert "warning M01: 1 gap was filled" in ran.err
    first = {p.name: p.read_bytes() for p in out.iterdir()}
    assert {"repairs.csv", "repairs.geojson", "decisions.csv"} <= set(first)
    assert json.loads(first["manifest.json"])["options"]["repair"]["rule"] == "longest-edge"
    run(*command, "--repair")
    for name in set(first) - {"manifest.json"}:
        assert (out / name).read_bytes() == first[name], name
    table, repairs = (pd.read_csv(out / f"{n}.csv", dtype=str) for n in ("decisions", "repairs"))
    assert table[["area_m2", "width_m"]].equals(repairs[["area_m2", "width_m"]])  # their digits
    table.assign(decision="waive", reason="Hồ").to_csv(out / "decisions.csv", index=False)
    ran = run(*command, "--repair")
    assert ran.code == 0, ran.err
    repairs = pd.read_csv(out / "repairs.csv")
    assert repairs["obstacle"].tolist() == ["waived: Hồ"]
    units = gpd.read_file(out / "new_units.geojson").set_index("code").to_crs(CRS)
    assert units.geometry["00002"].area == pytest.approx(2e6, abs=100)  # without the gap's 4,000
    run(*command, "--allow-errors")
    assert (out / "decisions.csv").is_file()
    assert not (out / "repairs.csv").exists()
    ran = run(*command, "--repair", "--decisions", out / "decisions.csv", "--repair-tolerance", "1")
    assert ran.code == 0, ran.err


def test_validate_previews_a_repair(tmp_path: Path) -> None:
    gap_between_two().reset_index().to_file(tmp_path / "old.gpkg")
    before = (tmp_path / "old.gpkg").read_bytes()
    ran = run("validate", tmp_path / "old.gpkg", "--repair", "--repair-tolerance", "2", "--out", tmp_path / "o")  # fmt: skip
    assert ran.code == 1
    assert "A repair would mend 0 places; 1 waits for a decision." in ran.err
    assert {"findings.csv", "repairs.csv", "repairs.geojson", "decisions.csv"} <= {p.name for p in (tmp_path / "o").iterdir()}  # fmt: skip
    assert (tmp_path / "old.gpkg").read_bytes() == before


@pytest.mark.parametrize(
    "options",
    [["--repair-snap", "0"], ["--repair-rule", "longest-edge"], ["--repair-tolerance", "1"]],
)
def test_options_of_a_repair_need_one(tmp_path: Path, options: list[str]) -> None:
    ran = run("build", *options, "--out", tmp_path / "out")
    assert ran.code == 2
    assert "add --repair" in ran.err
