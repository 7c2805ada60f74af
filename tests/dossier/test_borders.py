"""Boundary records: tables, words, files, and the command."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from commands import run
from conftest import CRS, ORIGIN, square

from geo_merge.dossier.border_files import pairs, read_polygons, write_records
from geo_merge.dossier.border_records import border_records, same_within
from geo_merge.dossier.border_sheets import sheet
from geo_merge.dossier.border_words import WINDS, Words, sections, wind_of
from geo_merge.errors import CRSError, LayerError
from geo_merge.units.layers import read_units

Grid = Callable[..., gpd.GeoDataFrame]


def test_the_tables_of_four_squares(grid: Grid) -> None:
    records = border_records(grid(), 5.0)
    assert records.proof == {
        "lines": 8, "nodes": 5, "faces": 5, "components": 1, "euler": 2, "borders": 4,
        "points": 4 * 2 + 4 * 3, "deviation_m": 0.0, "rebuilt_is_coverage": True,
    }  # fmt: skip
    inner = records.lines[records.lines["right_code"] != ""]
    assert inner["left_code"].tolist() == ["00001", "00001", "00002", "00003"]
    assert inner["right_code"].tolist() == ["00002", "00003", "00004", "00004"]
    # On the ellipsoid: the scale is 0.9999 at the meridian of the zone, more 100 km beside it.
    assert inner["length_m"].to_numpy() == pytest.approx(
        1000 / (0.9999 * (1 + (100e3 / 6.37e6) ** 2 / 2)), abs=0.02
    )
    middle = records.nodes[records.nodes["units"] == "00001; 00002; 00003; 00004"].iloc[0]
    assert (middle["easting_m"], middle["northing_m"]) == (ORIGIN[0] + 1000, ORIGIN[1] + 1000)
    assert not middle["outside"]
    assert (records.nodes["kind"] == "meeting").all()


def test_points_lie_where_the_two_systems_say(grid: Grid) -> None:
    points = border_records(grid(), 5.0).points
    back = gpd.GeoSeries.from_xy(points["longitude"], points["latitude"], crs=4326).to_crs(CRS)
    assert np.abs(back.x - points["easting_m"]).max() < 0.002
    assert np.abs(back.y - points["northing_m"]).max() < 0.002
    first = points[points["line"] == "L1"]
    assert first["along_m"].iloc[0] == 0.0
    assert (first["node"] != "").tolist() == [True, *[False] * (len(first) - 2), True]


@pytest.mark.parametrize(
    ("azimuth", "wind"),
    [(0, "north"), (22, "north"), (23, "north_east"), (90, "east"), (181, "south"),
     (270, "west"), (337, "north_west"), (338, "north")],
)  # fmt: skip
def test_the_wind_of_an_azimuth(azimuth: float, wind: str) -> None:
    assert WINDS[wind_of(azimuth)] == wind


def test_a_line_in_words() -> None:
    x, y = ORIGIN
    bent = [(x, y), (x, y + 400), (x + 300, y + 400)]  # north, then east
    west = shapely.Polygon([*bent, (x + 300, y + 900), (x - 900, y + 900), (x - 900, y)])
    east = shapely.Polygon([*bent, (x + 900, y + 400), (x + 900, y)])
    layer = gpd.GeoDataFrame(
        {"name": ["Kép", "Bảo Đài"], "unit_type": ["Xã", "Phường"]},
        geometry=[west, east], index=pd.Index(["1", "2"], name="code"), crs=CRS,
    )  # fmt: skip
    records = border_records(layer, 1.0)
    line = records.lines.index[records.lines["right_code"] == "2"][0]
    points = records.points[records.points["line"] == line]
    parts = [(WINDS[p.wind], round(p.length)) for p in sections(points)]
    assert parts == [("north", 400), ("east", 300)]  # land of the first is on the left
    assert Words(records, "en").description(line) == (
        "From node N1 (where xã Kép, phường Bảo Đài and the outer edge of the layer meet) the "
        "border runs north for 400 m to point 2, then east for 300 m to node N2. It ends at node "
        "N2 (where xã Kép, phường Bảo Đài and the outer edge of the layer meet). Length: 700 m."
    )
    assert "theo hướng Bắc 400 m đến điểm đặc trưng số 2, tiếp tục theo hướng Đông 300 m" in (
        Words(records, "vi").description(line)
    )


def test_an_enclave_in_words() -> None:
    ring = shapely.Polygon(square(0, 0, 3000).exterior, [square(1, 1).exterior])
    layer = gpd.GeoDataFrame(
        {"name": ["A", "B"], "unit_type": ["Xã", "Xã"]}, geometry=[ring, square(1, 1)],
        index=pd.Index(["1", "2"], name="code"), crs=CRS,
    )  # fmt: skip
    records = border_records(layer, 1.0)
    line = records.lines.index[records.lines["right_code"] == "2"][0]
    said = Words(records, "en").description(line)
    assert "runs around" in said
    assert said.endswith("Length: 4,000 m.")
    assert said.count(" for 1,000 m") == 4


def test_a_gap_is_told_and_nothing_of_it_is_a_border_between_two() -> None:
    cells = [square(c, r) for r in range(3) for c in range(3) if (c, r) != (1, 1)]
    layer = gpd.GeoDataFrame(
        {"name": [f"U{k}" for k in range(8)], "unit_type": ""}, geometry=cells,
        index=pd.Index([f"{k}" for k in range(8)], name="code"), crs=CRS,
    )  # fmt: skip
    records = border_records(layer, 1.0)
    assert [(f.check, f.value) for f in records.findings] == [("C02", 1e6)]
    assert records.proof["borders"] == 8


def test_units_that_do_not_share_their_borders_are_named(grid: Grid) -> None:
    layer = grid()
    moved = shapely.transform(layer.geometry.iloc[0], lambda xy: xy + 0.5)
    layer.loc[["00001"], "geometry"] = gpd.GeoSeries([moved], index=["00001"], crs=CRS)
    with pytest.raises(LayerError, match=r"do not share their borders .*00001.*\[C05\]"):
        border_records(layer, 5.0)


def test_degrees_are_no_plane(grid: Grid) -> None:
    with pytest.raises(CRSError, match="--plane"):
        border_records(grid().to_crs(4326), 5.0)


def test_a_border_moved_by_more_than_the_distance_is_seen() -> None:
    one = np.array([square(0, 0)], dtype=object)
    for metres, same in ((4.9, True), (5.1, False)):
        x0, y0, x1, y1 = square(0, 0).bounds
        other = np.array([shapely.box(x0, y0, x1 + metres, y1)], dtype=object)
        assert same_within(one, other, 5.0).tolist() == [same]


def test_files_give_the_polygons_back_and_the_same_bytes(grid: Grid, tmp_path: Path) -> None:
    layer = grid(3, 2)
    records = border_records(layer, 5.0)
    for name in ("one", "two"):
        write_records(records, tmp_path / name, language="vi", inputs={}, options={})
    again = read_polygons(tmp_path / "one")
    assert again.index.tolist() == layer.index.tolist()
    assert shapely.equals(again.geometry.values, layer.geometry.values).all()
    for file in sorted((tmp_path / "one").iterdir()):
        if file.name != "manifest.json":  # the time
            assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes(), file.name
    layers = {name: len(gpd.read_file(tmp_path / "one" / "borders.gpkg", layer=name))
              for name in ("lines", "nodes", "points")}  # fmt: skip
    assert layers == {name: records.proof[name] for name in layers}


def test_a_sheet_says_it_all_and_nothing_in_it_is_a_command(grid: Grid) -> None:
    docx = pytest.importorskip("docx")
    layer = grid(2, 1)
    layer["name"] = ["=cmd|'/C calc'!A0 <b>", "Kép\x07"]
    words = Words(border_records(layer, 5.0), "vi")
    made = sheet(words, "00001", "00002", ("CỘNG HÒA",))
    assert made == sheet(words, "00001", "00002", ("CỘNG HÒA",))
    read = docx.Document(io.BytesIO(made))
    said = [p.text for p in read.paragraphs]
    assert said[0] == "CỘNG HÒA"
    assert "Giữa xã =cmd|'/C calc'!A0 <b> và xã Kép[U+0007]" in said
    facts, parts, points, signatures = read.tables
    assert facts.rows[2].cells[1].text == "999,98 m"
    assert [cell.text for cell in parts.rows[1].cells] == ["1", "2", "Bắc", "0,0°", "999,98"]
    assert [row.cells[0].text for row in points.rows] == ["Số", "1 (N1)", "2 (N2)"]
    assert points.rows[1].cells[1].text == "2.350.000,000"
    assert points.rows[1].cells[2].text == "401.000,000"
    assert signatures.rows[0].cells[1].text == "TM. ỦY BAN NHÂN DÂN XÃ KÉP[U+0007]"


def test_codes_of_any_form_name_files(grid: Grid, tmp_path: Path) -> None:
    layer = grid(3, 1).set_axis(["../a", "A/b", "a*b"], axis=0).rename_axis("code")
    records = border_records(layer, 5.0)
    written = write_records(
        records, tmp_path / "out", language="en", sheet=lambda *_: b"x", inputs={}, options={}
    )
    assert sorted(p.name for p in written if p.suffix == ".docx") == [
        "border_1_-a_A-b.docx", "border_2_A-b_a-b.docx",
    ]  # fmt: skip
    assert all(p.parent == tmp_path / "out" for p in written)


def test_the_command_writes_again_but_not_over_others(grid: Grid, tmp_path: Path) -> None:
    layer = tmp_path / "xa.gpkg"
    grid().reset_index().to_file(layer)
    out = tmp_path / "records"
    for _ in range(2):
        done = run("borders", layer, "--out", out, "--no-sheets", "--json")
        assert done.code == 0, done.err
        assert json.loads(done.out)["lines"] == 8
    (out / "manifest.json").unlink()
    done = run("borders", layer, "--out", out)
    assert done.code == 2
    assert "points.csv" in done.err
    degrees = tmp_path / "degrees.geojson"
    grid().reset_index().to_crs(4326).to_file(degrees)
    done = run("borders", degrees, "--out", tmp_path / "none")
    assert (done.code, "--plane" in done.err) == (2, True)
    done = run("borders", layer, "--out", tmp_path / "none", "--distance", "0")
    assert (done.code, "0.01" in done.err) == (2, True)
    assert not (tmp_path / "none").exists()


@pytest.fixture(scope="module")
def official(bac_ninh: Path) -> gpd.GeoDataFrame:
    return read_units(bac_ninh / "official_units_2025.gpkg", target_crs=pyproj.CRS.from_epsg(CRS))


def test_the_ninety_nine_units(official: gpd.GeoDataFrame, tmp_path: Path) -> None:
    records = border_records(official, 5.0)
    counts = {k: records.proof[k] for k in ("lines", "nodes", "faces", "euler", "borders")}
    assert counts == {"lines": 293, "nodes": 195, "faces": 100, "euler": 2, "borders": 250}
    assert records.proof["deviation_m"] <= 5.0
    assert records.findings == []
    inner = records.lines["right_code"] != ""
    assert records.lines["length_m"][inner].sum() / 1000 == pytest.approx(1759, abs=1)
    assert records.lines["length_m"][~inner].sum() / 1000 == pytest.approx(563, abs=1)
    table = pairs(records)
    assert len(table) == 250
    assert table["length_m"].min() == pytest.approx(370, abs=1)
    write_records(records, tmp_path, language="vi", inputs={}, options={})
    again = read_polygons(tmp_path)
    ours, theirs = (np.asarray(f.geometry.values) for f in (again, official.sort_index()))
    apart = shapely.hausdorff_distance(shapely.boundary(ours), shapely.boundary(theirs))
    assert apart.max() <= 5.0
    assert shapely.coverage_is_valid(ours)
