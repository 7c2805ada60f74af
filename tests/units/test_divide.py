"""Units that go to several new ones, cut by pieces, boundaries or lines."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from commands import run
from conftest import CRS, square

from geo_merge import merge, write
from geo_merge.errors import CrosswalkError
from geo_merge.maps.display import display
from geo_merge.results.files import load_result
from geo_merge.units.crosswalk import as_crosswalk
from geo_merge.units.cutters import Cutters, as_cutters
from geo_merge.units.divide import divide
from geo_merge.vocabulary.memory import findings_of

Grid = Callable[..., gpd.GeoDataFrame]
# 1 goes to N1; 2, on its right, to N1 and N2; 3, on the right of that, to N2.
ROWS = [("00001", "N1", "Một", ""), ("00002", "N1", "Một", ""), ("00002", "N2", "Hai", ""),
        ("00003", "N2", "Hai", "")]  # fmt: skip


def table(rows: list[tuple[str, ...]] = ROWS) -> pd.DataFrame:
    columns = ["old_code", "new_code", "new_name", "share"]
    return as_crosswalk(pd.DataFrame(rows, columns=columns, dtype=object))


def units(grid: Grid) -> gpd.GeoDataFrame:
    frame = grid(3, 1, population=[100, 101, 102], is_piece=False)
    return frame.assign(source_row=[1, 2, 3])


def layer(*shapes: shapely.Geometry, **columns: list[str]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


LEFT, RIGHT = (  # a quarter and three quarters of unit 2
    shapely.box(*square(1, 0).bounds[:2], square(1, 0).bounds[0] + 250, square(1, 0).bounds[3]),
    shapely.box(square(1, 0).bounds[0] + 250, *square(1, 0).bounds[1:]),
)
LINE = shapely.LineString(
    [(LEFT.bounds[2], LEFT.bounds[1] - 9), (LEFT.bounds[2], LEFT.bounds[3] + 9)]
)
BOUNDARIES = layer(square(0, 0).union(LEFT), square(2, 0).union(RIGHT), new_code=["N1", "N2"])
CUTTERS = {
    "pieces": layer(LEFT, RIGHT, old_code=["00002"] * 2, new_code=["N1", "N2"]),
    "new boundaries": BOUNDARIES,
    "lines": layer(LINE),
}


@pytest.mark.parametrize("how", CUTTERS)
def test_a_divided_unit_is_cut(grid: Grid, how: str) -> None:
    cut, rows = divide(units(grid), table(), as_cutters(CUTTERS[how]))
    assert cut.index.tolist() == ["00001", "00003", "00002/N1", "00002"]
    assert cut.area.tolist() == pytest.approx([1e6, 1e6, 0.25e6, 0.75e6])
    assert cut["population"].tolist() == [100, 102, 25, 76]
    assert cut["is_piece"].tolist() == [False, False, True, False]
    assert cut["estimated"].tolist() == ["", "", "divided by area", "divided by area"]
    (finding,) = findings_of(cut)
    assert f"was cut by {how}: N1 0.25 km² (25.0%), N2 0.75 km² (75.0%)" in finding.message
    result = merge(cut, rows)
    assert not result.has_errors
    assert result.new.area.tolist() == pytest.approx([1.25e6, 1.75e6])
    assert result.new["population"].tolist() == [125, 178]
    assert result.summary["before"]["count"] == 3
    assert result.ledger["ok"].all()


def test_stated_shares_divide_the_people(grid: Grid) -> None:
    rows = [r if r[0] != "00002" else (*r[:3], "0,6" if r[1] == "N1" else "0,4") for r in ROWS]
    cut, _ = divide(units(grid), table(rows), as_cutters(CUTTERS["lines"]))
    assert cut["population"].tolist() == [100, 102, 61, 40]
    assert cut["estimated"].iloc[-1] == "divided by stated share"
    assert cut.area.tolist()[2:] == pytest.approx([0.25e6, 0.75e6])


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("60%", "40%", r"row 3: share '60%' is no number \[W04\]; write it as 0\.6"),
        ("60", "40", r"row 3: share 60 is not between 0 and 1 \[W04\]; write percents as 0\.6"),
        ("3/5", "2/5", r"share '3/5' is no number \[W04\]"),
        ("0.6", "", r"rows 3-4: only some of the rows of 00002 state a share \[W04\]"),
        ("1", "", r"rows 3-4: only some of the rows of 00002 state a share \[W04\]"),
        ("0.6", "0.6", r"rows 3-4: the shares of 00002 add up to 1\.2 \[W04\]"),
    ],
)
def test_shares_that_cannot_be_are_refused(grid: Grid, one: str, other: str, told: str) -> None:
    rows = [r if r[0] != "00002" else (*r[:3], one if r[1] == "N1" else other) for r in ROWS]
    with pytest.raises(CrosswalkError, match=told):
        divide(units(grid), table(rows), as_cutters(CUTTERS["lines"]))


@pytest.mark.parametrize("share", ["", "1", "1.0", "1,00"])
def test_without_shares_land_divides_the_people(grid: Grid, share: str) -> None:
    rows = [(*r[:3], share) for r in ROWS]
    cut, _ = divide(units(grid), table(rows), as_cutters(CUTTERS["lines"]))
    assert cut["estimated"].iloc[-1] == "divided by area"


def test_what_the_pieces_leave_over_is_not_lost(grid: Grid) -> None:
    thin = layer(
        LEFT.buffer(-1, join_style="mitre"), RIGHT, old_code=["00002"] * 2, new_code=["N1", "N2"]
    )
    cut, _ = divide(units(grid), table(), as_cutters(thin))
    assert cut.area.sum() == pytest.approx(3e6)


@pytest.mark.parametrize(
    "cutter",
    [
        layer(LEFT, old_code=["00002"], new_code=["N1"]),
        layer(square(2, 0), new_code=["N2"]),
        layer(shapely.LineString([(0, 0), (1, 1)])),
    ],
    ids=["piece missing", "boundary missing", "line elsewhere"],
)
def test_a_unit_that_is_not_cut_is_an_error(grid: Grid, cutter: gpd.GeoDataFrame) -> None:
    with pytest.raises(CrosswalkError, match=r"00002 \(Xã 2\) goes to N1, N2, but .*\[W05\]"):
        divide(units(grid), table(), as_cutters(cutter))


def test_lines_give_nothing_to_a_new_unit_that_has_no_other_member(grid: Grid) -> None:
    """What lies beside a line says whose the land is: nothing of N3 does."""
    rows = table([*ROWS[:2], ("00002", "N3", "Ba", ""), ("00003", "N2", "Hai", "")])
    with pytest.raises(CrosswalkError, match=r"lines give no part of it to N3 \[W05\]"):
        divide(units(grid), rows, as_cutters(CUTTERS["lines"]))


def test_a_new_unit_whose_boundaries_have_none_of_its_land_gets_none(grid: Grid) -> None:
    """A list of changes says of an exchange that 1 gave land to N2 too, which it did not."""
    rows = table([*ROWS, ("00001", "N2", "Hai", "")])
    cut, left = divide(units(grid), rows, as_cutters(BOUNDARIES))
    assert cut.index.tolist() == ["00003", "00001", "00002/N1", "00002"]
    assert cut["part_of"].tolist() == ["", "", "00002", "00002"]
    (told,) = (f for f in findings_of(cut) if "00001" in f.units)
    assert told.severity == "warning"
    assert told.message == (
        "00001 (Xã 1) goes to N2 too, whose new boundaries have no land of it: N2 gets none."
    )
    assert merge(cut, left).new.area.tolist() == pytest.approx([1.25e6, 1.75e6])


@pytest.mark.parametrize(
    "row",
    [("00001", "N3", "Ba", ""), ("00001", "N2", "Hai", "0.3")],
    ids=["the only member of a new unit", "a share that is stated"],
)
def test_a_part_that_must_be_there_is_asked_for(grid: Grid, row: tuple[str, ...]) -> None:
    drawn = layer(*BOUNDARIES.geometry, square(8, 8), new_code=["N1", "N2", "N3"])
    with pytest.raises(CrosswalkError, match=rf"give no part of it to {row[1]} \[W05\]"):
        divide(units(grid), table([*ROWS, row]), as_cutters(drawn))


def test_without_divided_units_nothing_happens(grid: Grid) -> None:
    old = units(grid)
    same, rows = divide(old, table(ROWS[:2] + ROWS[3:]), as_cutters(BOUNDARIES))
    assert same is old
    assert len(rows) == 3


@pytest.mark.parametrize("name", ["cut.gpkg", "cut.shp", "cut.geojson"])
def test_the_command_cuts(grid: Grid, tmp_path: Path, name: str) -> None:
    old = units(grid).reset_index().drop(columns=["is_piece", "source_row"])
    old.to_file(tmp_path / "old.gpkg")
    table().to_csv(tmp_path / "table.csv", index=False)
    cutter = CUTTERS["lines"] if name != "cut.geojson" else BOUNDARIES.to_crs(4326)
    cutter.to_file(tmp_path / name)
    paths = [tmp_path / "old.gpkg", "--crosswalk", tmp_path / "table.csv", "--out", tmp_path / "o"]
    refused = run("build", *paths)
    assert (refused.code, "[W05]" in refused.err, "--divide" in refused.err) == (2, True, True)
    done = run("build", *paths, "--divide", tmp_path / name)
    assert done.code == 0, done.err
    assert "00002 (Xã 2) was cut by" in done.err
    made = gpd.read_file(tmp_path / "o" / "new_units.geojson")
    assert made["area_km2"].tolist() == pytest.approx([1.25, 1.75], rel=1e-3)
    manifest = json.loads((tmp_path / "o" / "manifest.json").read_text("utf-8"))
    assert name in {Path(file["file"]).name for file in manifest["inputs"]}


def test_land_that_pieces_leave_over_or_claim_twice_is_told(grid: Grid) -> None:
    """Of a square of 1 km² one piece has the west 40 %, the other the east 50 % and 10 % twice."""
    old = grid(1, 1)
    x, y, *_ = old.total_bounds
    table = pd.DataFrame(
        {"old_code": ["00001"] * 2, "new_code": ["N", "M"], "new_name": ["N", "M"]}
    )
    west, east = shapely.box(x, y, x + 400, y + 1000), shapely.box(x + 300, y, x + 900, y + 1000)
    cutters = Cutters("pieces", {("00001", "N"): west, ("00001", "M"): east})
    parts, _ = divide(old, table, cutters)
    told = {f.message for f in findings_of(parts)}
    assert (
        "00001: 100,000 m² of it are in no piece and went to the piece that they border on most."
        in told
    )
    assert "00001: 100,000 m² of it are in two pieces and went to the first." in told
    assert parts.area.sum() == pytest.approx(1e6)


def test_a_part_is_counted_as_its_unit(grid: Grid) -> None:
    """2 is cut in a quarter and three quarters: it is a member of both, and one unit before."""
    cut, rows = divide(units(grid), table(), as_cutters(BOUNDARIES))
    result = merge(cut, rows)
    assert not result.has_errors, result.findings["message"].tolist()
    assert result.new["members"].tolist() == [["00001", "00002"], ["00003", "00002"]]
    assert result.new["member_count"].tolist() == [2, 2]
    assert "pieces" not in result.new
    used = result.crosswalk[["old_code", "old_name", "new_code", "share", "matched_by", "row"]]
    assert used.to_numpy().tolist() == [
        ["00001", "Xã 1", "N1", 1.0, "code", 2], ["00003", "Xã 3", "N2", 1.0, "code", 5],
        ["00002", "Xã 2", "N1", 0.25, "code", 3], ["00002", "Xã 2", "N2", 0.75, "code", 4],
    ]  # fmt: skip
    ledger = result.ledger.set_index("quantity")
    assert ledger.loc["units", ["before", "after"]].tolist() == [3, 3]
    assert ledger.loc["units_and_parts", ["before", "after"]].tolist() == [4, 4]
    assert ledger.loc["pieces", ["before", "after"]].tolist() == [0, 0]
    before = result.summary["before"]
    assert (before["count"], "pieces" in before, before["population"]) == (3, False, 303)
    # As a whole, 2 is as large as the others.
    assert before["unit_area_km2"]["smallest"]["value"] == pytest.approx(1, rel=0.01)
    assert before["unit_population"]["median"] == 101


def test_a_divided_unit_reads_back_and_is_found_on_the_map(grid: Grid, tmp_path: Path) -> None:
    cut, rows = divide(units(grid), table(), as_cutters(BOUNDARIES))
    result = merge(cut, rows)
    write(result, tmp_path / "o")
    written = gpd.read_file(tmp_path / "o" / "old_units.geojson")
    assert written["code"].tolist() == ["00001", "00003", "00002", "00002"]
    assert written["part_of"].fillna("").tolist() == ["", "", "00002", "00002"]
    again = load_result(tmp_path / "o")
    assert again.old.index.tolist() == ["00001", "00003", "00002/N1", "00002"]
    shown = json.loads(display(again).geometry)["before"]
    assert [unit["code"] for unit in shown] == ["00001", "00003", "00002", "00002"]
    assert [unit["id"] for unit in shown] == ["", "", "00002/N1", ""]


@pytest.mark.parametrize(
    ("layer_codes", "crosswalk_codes", "new", "cutter"),
    [
        ([1, 2, 3], ["1", "2", "3"], ["101", "102"], [101, 102]),
        ([1001, 1002, 1003], ["01001", "01002", "01003"], ["02001", "02002"], [2001.0, 2002.0]),
        (
            [1507001, 1507002, 1507003],
            ["1507001", "1507002", "1507003"],
            ["8", "9"],
            ["008", "009"],
        ),
        (["a1", "a2", "a3"], ["A1", "A2", "A3"], ["N1", "N2"], ["n1", "n2"]),
        (["001", "002", "003"], ["1", "2", "3"], ["01", "02"], ["1", "2"]),
    ],
)
def test_layer_crosswalk_and_cutters_meet_however_codes_are_stored(
    tmp_path: Path,
    layer_codes: list[object],
    crosswalk_codes: list[str],
    new: list[str],
    cutter: list[object],
) -> None:
    a, b, c = crosswalk_codes
    x, y = new
    old = gpd.GeoDataFrame({"id": layer_codes, "name": list("pqr")},
                           geometry=[square(0, 0), square(1, 0), square(2, 0)], crs=CRS)  # fmt: skip
    old.to_file(tmp_path / "old.gpkg")
    rows = pd.DataFrame({"old_code": [a, b, b, c], "new_code": [x, x, y, y],
                         "new_name": ["X", "X", "Y", "Y"]})  # fmt: skip
    rows.to_csv(tmp_path / "t.csv", index=False)
    BOUNDARIES.drop(columns="new_code").assign(id=cutter).to_file(tmp_path / "cut.gpkg")
    done = run("build", tmp_path / "old.gpkg", "--crosswalk", tmp_path / "t.csv", "--divide",
               tmp_path / "cut.gpkg", "--reference", tmp_path / "cut.gpkg", "--out",
               tmp_path / "o")  # fmt: skip
    assert done.code == 0, done.err
    assert "D02" not in done.err
    made = gpd.read_file(tmp_path / "o" / "new_units.geojson")
    assert made["code"].tolist() == new
    assert made["member_count"].tolist() == [2, 2]
    assert made["area_km2"].tolist() == pytest.approx([1.25, 1.75], rel=1e-3)
    used = pd.read_csv(tmp_path / "o" / "crosswalk.csv", dtype=str, keep_default_na=False)
    codes = [c for c in used["old_code"] if used["old_code"].tolist().count(c) == 2]
    assert len(codes) == 2
    assert used["old_code"].ne("").all()
    same = pd.read_csv(tmp_path / "o" / "reconciliation.csv")
    assert (same["iou"] > 0.999).all()


def test_a_piece_of_land_can_be_divided_too(grid: Grid) -> None:
    old = units(grid).assign(is_piece=[False, True, False])
    old = old.set_axis(["00001", "piece 1", "00003"]).assign(name=["Một", "Trường bắn", "Ba"])
    rows = [("00001", "N1", "Một", "", ""), ("", "N1", "Một", "", "Trường bắn"),
            ("", "N2", "Hai", "", "Trường bắn"), ("00003", "N2", "Hai", "", "")]  # fmt: skip
    columns = ["old_code", "new_code", "new_name", "share", "old_name"]
    listed = as_crosswalk(pd.DataFrame(rows, columns=columns, dtype=object))
    result = merge(*divide(old, listed, as_cutters(BOUNDARIES)))
    assert not result.has_errors, result.findings["message"].tolist()
    assert result.new["members"].tolist() == [["00001"], ["00003"]]
    assert result.new["pieces"].tolist() == [["Trường bắn (→ N1)"], ["Trường bắn"]]
    assert result.crosswalk["old_code"].tolist() == ["00001", "00003", "", ""]


def test_a_part_with_the_code_of_its_new_unit_is_no_other_unit(grid: Grid) -> None:
    """The smaller part of 2 becomes the new unit 2: that code is not one that goes elsewhere."""
    rows = [("00001", "N1", "Một", ""), ("00002", "00002", "Hai", ""), ("00002", "N1", "Một", ""),
            ("00003", "00003", "Ba", "")]  # fmt: skip
    cutters = layer(
        square(0, 0).union(RIGHT), LEFT, square(2, 0), new_code=["N1", "00002", "00003"]
    )
    result = merge(*divide(units(grid), table(rows), as_cutters(cutters)))
    assert "W06" not in set(result.findings["check"])
    assert result.new.loc["00002", "members"] == ["00002"]


def test_boundaries_without_codes_are_refused(grid: Grid, tmp_path: Path) -> None:
    units(grid).reset_index()[["code", "name", "geometry"]].to_file(tmp_path / "old.gpkg")
    table().to_csv(tmp_path / "t.csv", index=False)
    BOUNDARIES.rename(columns={"new_code": "thing"}).to_file(tmp_path / "cut.gpkg")
    done = run("build", tmp_path / "old.gpkg", "--crosswalk", tmp_path / "t.csv", "--divide",
               tmp_path / "cut.gpkg", "--out", tmp_path / "o")  # fmt: skip
    assert done.code == 2
    assert (
        "cut.gpkg has no field known to hold codes [K01]; it has thing; name one with "
        "--divide-code-field" in done.err
    )
