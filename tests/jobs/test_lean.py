"""geo-merge convert and geo-merge dissolve: a layer as it is."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from commands import run
from conftest import square
from plain_files import by_gdal
from pyproj import CRS

from geo_merge.geometry.areas import areas
from geo_merge.geometry.projection import describe
from geo_merge.jobs.convert import Reading
from geo_merge.jobs.dissolve import dissolve
from geo_merge.results.formats import findings_table, write_csv
from geo_merge.vocabulary.findings import FINDING_DECIMALS
from geo_merge.vocabulary.findings_frame import findings_frame, told_in
from geo_merge.writing.geojson import encode, write_geojson

Grid = Callable[..., gpd.GeoDataFrame]
HEAVY = ("geopandas", "pandas", "pyogrio", "pyarrow", "folium", "streamlit")


@pytest.fixture
def units(grid: Grid) -> gpd.GeoDataFrame:
    """Four squares of 1 km² for two districts, the upper ones in an enclave's way."""
    return grid(district=["A", "B", "A", "B"], people=[1, 2, 3, 4]).reset_index()


def features(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_bytes())["features"]
    return found


@pytest.mark.parametrize("name", ["l.shp", "l.geojson", "l.gpkg", "l.fgb", "l.parquet"])
def test_any_format_is_converted_to_the_bytes_of_write_geojson(
    units: gpd.GeoDataFrame, tmp_path: Path, name: str
) -> None:
    frame = units.to_crs(4326) if name == "l.geojson" else units
    path, out = tmp_path / name, tmp_path / "out.geojson"
    if name == "l.parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    ran = run("convert", path, out)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == f"Wrote 4 features to {out}\n"
    read = gpd.read_parquet(path) if name == "l.parquet" else by_gdal(path)
    assert out.read_bytes() == b"".join(encode(read))


def test_real_files_are_converted_to_the_bytes_of_write_geojson(
    bac_ninh: Path, tmp_path: Path
) -> None:
    path = bac_ninh / "bac_giang_communes.shp"
    assert run("convert", path, tmp_path / "out.geojson", "--precision", 6).code == 0
    written = (tmp_path / "out.geojson").read_bytes()
    assert written == b"".join(encode(by_gdal(path), precision=6))


@pytest.mark.parametrize("suffix", ["shp", "geojson"])
@pytest.mark.parametrize("command", ["convert", "dissolve"])
def test_plain_files_need_no_frames(
    units: gpd.GeoDataFrame, tmp_path: Path, suffix: str, command: str
) -> None:
    path = tmp_path / f"units.{suffix}"
    units.to_crs(4326).to_file(path)
    by = ["--by", "district"] if command == "dissolve" else []
    code = f"""
import sys
from geo_merge.cli.main import app
app({[command, str(path), str(tmp_path / "out.geojson"), *by]}, standalone_mode=False)
print([m for m in {HEAVY} if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert (tmp_path / "out.geojson").is_file()


@pytest.mark.parametrize("name", ["l.shp", "l.geojson", "l.gpkg"])
def test_groups_are_dissolved_in_the_order_of_their_first_rows(
    units: gpd.GeoDataFrame, tmp_path: Path, name: str
) -> None:
    frame = units.iloc[[1, 0, 3, 2]].to_crs(4326)
    frame.to_file(tmp_path / name)
    ran = run("dissolve", tmp_path / name, tmp_path / "out.geojson", "--by", "district")
    assert ran.code == 0, ran.err
    assert "Dissolved 4 features to 2" in ran.err
    found = features(tmp_path / "out.geojson")
    assert [f["properties"] for f in found] == [
        {"district": "B", "member_count": 2},
        {"district": "A", "member_count": 2},
    ]
    for feature, rows in zip(found, ([0, 2], [1, 3]), strict=True):
        shape = shapely.geometry.shape(feature["geometry"])
        union = shapely.union_all(np.asarray(frame.geometry.values)[rows])
        assert shape.symmetric_difference(union).area < 1e-4 * union.area


def test_numbers_group_as_well(units: gpd.GeoDataFrame, tmp_path: Path) -> None:
    units.assign(district=[1, 1, 1, 2]).to_file(tmp_path / "l.shp")
    assert run("dissolve", tmp_path / "l.shp", tmp_path / "o.geojson", "--by", "district").code == 0
    counts = [f["properties"] for f in features(tmp_path / "o.geojson")]
    assert counts == [{"district": 1, "member_count": 3}, {"district": 2, "member_count": 1}]


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def around_a_lake(n: int) -> list[shapely.Polygon]:
    """Eight squares of 1 km² around a ninth, with n vertices each."""
    cells = [square(c, r) for r in range(3) for c in range(3) if (c, r) != (1, 1)]
    return [shapely.segmentize(cell, 4000 / n) for cell in cells]


@pytest.mark.parametrize("n", [4, 500])  # few are dissolved by GEOS, many by their edges
@pytest.mark.parametrize("suffix", ["csv", "geojson"])
def test_gaps_and_overlaps_within_groups_are_listed(tmp_path: Path, suffix: str, n: int) -> None:
    shapes = [*around_a_lake(n), square(2, 2, 100)]
    gpd.GeoDataFrame({"g": ["A"] * 9}, geometry=shapes, crs=9214).to_file(tmp_path / "l.shp")
    path = tmp_path / f"found.{suffix}"
    out = tmp_path / "o.geojson"
    ran = run("dissolve", tmp_path / "l.shp", out, "--by", "g", "--findings", path)
    assert ran.code == 0, ran.err
    assert "Within groups: 1 gap, 1 overlap" in ran.err
    assert len(features(out)[0]["geometry"]["coordinates"]) == 2  # the lake
    rows = table(path) if suffix == "csv" else [f["properties"] for f in features(path)]
    gap, overlap = sorted(rows, key=lambda r: r["check"])
    assert (gap["check"], gap["severity"], gap["unit_of_value"]) == ("C02", "warning", "m²")
    assert float(gap["value"]) == pytest.approx(1e6, rel=1e-3)
    assert overlap["check"] == "C04"
    assert float(overlap["value"]) == pytest.approx(1e4, rel=1e-3)
    assert "row 1, row 9 (A) overlap" in overlap["message"]


@pytest.mark.parametrize("suffix", ["csv", "geojson"])
def test_findings_are_written_as_those_of_a_result_but_without_frames(
    tmp_path: Path, suffix: str
) -> None:
    shapes = gpd.GeoSeries([*around_a_lake(500), square(2, 2, 100)], crs=9214).to_crs(4326)
    bow = shapely.Polygon([(107, 21), (108, 22), (108, 21), (107, 22)])
    line = shapely.Polygon([(109, 21), (109, 23), (109, 22), (109, 21)])  # no land: a point of it
    frame = gpd.GeoDataFrame(
        {"g": ["A"] * 9 + ["B", "=B", "C"]}, geometry=[*shapes, bow, None, line], crs=4326
    )
    for name, rows, code in (("good", frame[:9], 0), ("bad", frame, 1)):
        source, path = tmp_path / f"{name}.shp", tmp_path / f"{name}_found.{suffix}"
        rows.to_file(source)
        ran = subprocess.run([sys.executable, "-c", f"""
import sys
from geo_merge.cli.main import app
code = app({["dissolve", str(source), str(tmp_path / "o.geojson"), "--by", "g", "--findings", str(path)]}, standalone_mode=False)
print(code, [m for m in {HEAVY} if m in sys.modules])
"""], capture_output=True, text=True, check=True)  # fmt: skip
        assert ran.stdout.strip() == f"{code} []"
        found = dissolve(source, tmp_path / "o.geojson", "g", reading=Reading()).findings
        places = np.array([f.geometry for f in found], dtype=object)
        places[~shapely.is_valid(places)] = None
        known = areas(places, CRS(4326))
        as_frame = findings_frame(
            [
                replace(f, value=a, unit_of_value="m²") if a else f
                for f, a in zip(found, known, strict=True)
            ],
            4326,
        )
        as_frame = told_in(as_frame, "")
        expected = tmp_path / f"expected.{suffix}"
        if suffix == "csv":
            write_csv(findings_table(as_frame), expected)
        else:
            write_geojson(as_frame, expected, precision=FINDING_DECIMALS, vanishing="point")
        assert path.read_bytes() == expected.read_bytes()


def test_the_land_of_another_group_is_no_gap(tmp_path: Path) -> None:
    shapes = [*around_a_lake(500), square(1, 1)]
    frame = gpd.GeoDataFrame({"g": ["A"] * 8 + ["B"]}, geometry=shapes, crs=9214)
    frame.to_file(tmp_path / "l.shp")
    ran = run("dissolve", tmp_path / "l.shp", tmp_path / "o.geojson", "--by", "g")
    assert ran.code == 0
    assert "gaps" not in ran.err


@pytest.mark.parametrize("suffix", ["shp", "gpkg"])
def test_invalid_members_are_errors_and_nothing_is_written(
    units: gpd.GeoDataFrame, tmp_path: Path, suffix: str
) -> None:
    x, y = square(5, 5).exterior.coords[0]
    bow = shapely.Polygon([(x, y), (x + 9, y + 9), (x + 9, y), (x, y + 9)])
    units.loc[2, "geometry"] = bow
    units.loc[3, "geometry"] = None
    path, found = tmp_path / f"l.{suffix}", tmp_path / "found.csv"
    units.to_file(path)
    (tmp_path / "o.geojson").write_text("old")
    ran = run("dissolve", path, tmp_path / "o.geojson", "--by", "district", "--findings", found)
    assert ran.code == 1
    assert "Row 3 (A) has an invalid polygon (Self-intersection" in ran.err
    assert "Row 4 (B) has no polygon [G03]" in ran.err
    assert (tmp_path / "o.geojson").read_text() == "old"
    assert [r["check"] for r in table(found)] == ["G03", "G04"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--by", "nothing"], r"l.shp has no field 'nothing' [K01]; it has code, name,"),
        (["--by", "blank"], "2 rows have nothing in the field 'blank' (rows 2, 4) [K01]"),
        (["--by", "district", "--crs", "4326"], "cannot be in EPSG:4326"),
        (["--by", "district", "--findings", "x.txt"], "name a .csv or a .geojson file"),
    ],
)
def test_what_cannot_run_is_told(
    units: gpd.GeoDataFrame, tmp_path: Path, arguments: list[str], message: str
) -> None:
    units.assign(blank=["x", None, "x", None]).to_file(tmp_path / "l.shp")
    ran = run("dissolve", tmp_path / "l.shp", tmp_path / "o.geojson", *arguments)
    assert ran.code == 2
    assert message in ran.err
    assert not (tmp_path / "o.geojson").exists()


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        (["convert", "l.geojson", "l.geojson"], "l.geojson"),
        (["dissolve", "l.geojson", "sub/../l.geojson", "--by", "district"], "l.geojson"),
        (["dissolve", "l.geojson", "o.geojson", "--by", "district", "--findings", "o.geojson"], "o.geojson"),
        (["dissolve", "l.geojson", "o.geojson", "--by", "district", "--findings", "link.geojson"], "l.geojson"),
        (["crosswalk", "from-compositions", "t.csv", "--out", "t.csv"], "t.csv"),
    ],
)  # fmt: skip
def test_nothing_is_written_over_what_is_read_or_written_too(
    units: gpd.GeoDataFrame, tmp_path: Path, arguments: list[str], kept: str
) -> None:
    units.to_file(tmp_path / "l.geojson")
    (tmp_path / "link.geojson").symlink_to(tmp_path / "l.geojson")
    for name in ("t.csv", "o.geojson"):
        (tmp_path / name).write_text("as it was", "utf-8")
    before = (tmp_path / kept).read_bytes()
    ran = run(*arguments, cwd=tmp_path)
    assert ran.code == 2
    assert "would be written over" in ran.err
    assert (tmp_path / kept).read_bytes() == before


@pytest.mark.parametrize("command", [["convert"], ["dissolve", "--by", "district"]])
def test_a_layer_without_crs_needs_one(
    units: gpd.GeoDataFrame, tmp_path: Path, command: list[str]
) -> None:
    units.to_file(tmp_path / "l.shp")
    (tmp_path / "l.prj").unlink()
    name, *more = command
    ran = run(name, tmp_path / "l.shp", tmp_path / "o.geojson", *more)
    assert ran.code == 2
    assert re.search(
        r"l\.prj is missing, so the CRS is unknown \[R01\].*name it with --crs\.", ran.err
    )
    assert run(name, tmp_path / "l.shp", tmp_path / "o.geojson", *more, "--crs", 9214).code == 0
    assert "EPSG:9214" in describe(units.crs)
    west, south, east, north = json.loads((tmp_path / "o.geojson").read_bytes())["bbox"]
    assert (west, south, east, north) == pytest.approx(tuple(units.to_crs(4326).total_bounds))


def test_texts_in_another_encoding_are_read_by_gdal(
    units: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    units.assign(name="Hà").to_file(tmp_path / "l.shp", encoding="cp1252")
    (tmp_path / "l.cpg").unlink()
    out = tmp_path / "o.geojson"
    assert run("convert", tmp_path / "l.shp", out, "--encoding", "cp1252").code == 0
    assert {f["properties"]["name"] for f in features(out)} == {"Hà"}
    found = run("convert", tmp_path / "l.shp", out)
    assert found.code == 0
    assert "l.dbf has no .cpg; it was read in the encoding CP1252" in found.err
    assert {f["properties"]["name"] for f in features(out)} == {"Hà"}


def test_the_country_is_converted_like_a_frame(vietnam: Path, tmp_path: Path) -> None:
    """One unit in twenty of all provinces, islands too."""
    frame = gpd.read_parquet(vietnam / "official_units_2026.parquet").iloc[::20]
    frame = frame.rename(columns=lambda name: name[:10])
    frame.to_file(tmp_path / "l.shp", encoding="UTF-8")
    out = tmp_path / "o.geojson"
    assert run("convert", tmp_path / "l.shp", out).code == 0
    assert out.read_bytes() == b"".join(encode(by_gdal(tmp_path / "l.shp")))


VALUES: list[dict[str, Any]] = [
    {"date": "2025-07-01", "date2": "2025/07/01", "time": "2025-07-01T08:30:00Z", "mixed": "1"},
    {"date": "2025-07-02", "zone": "2025-07-01T08:30:00+07:00", "mixed": 2},
    {"big": 9007199254740993, "bigger": 12345678901234567890123, "whole": 3.0, "small": 1e-07},
    {"big": None, "bigger": 1, "flag": True, "list": ["a", 1, None], "object": {"a": [1, {}]}},
    {"": 1, "geometry": "x", "nfd": "Ho\u0300a", "line": "1\n2", "flag": None},
]


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("ids", [None, "text", 7204])
def test_values_of_geojson_are_written_as_they_were_read(
    tmp_path: Path, plain: bool, ids: object
) -> None:
    ring = [[0, 0], [1, 0], [1, 1], [0, 0]]
    places = [{"type": "Polygon", "coordinates": [ring]}] * 5
    if not plain:
        places[1] = {"type": "Point", "coordinates": [0, 0]}
    rows = [
        {"type": "Feature", "properties": row, "geometry": place}
        | ({} if ids is None or k == 3 else {"id": ids})
        for k, (row, place) in enumerate(zip(VALUES, places, strict=True))
    ]
    path, out = tmp_path / "in.geojson", tmp_path / "out.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}))
    ran = run("convert", path, out)
    assert ran.code == 0, ran.err
    written = features(out)
    assert repr([f["properties"] for f in written]) == repr(VALUES)
    assert [f.get("id") for f in written] == [f.get("id") for f in rows]


@pytest.mark.parametrize("name", ["l.gpkg", "l.fgb"])
def test_numbers_and_truth_values_beside_blanks_stay_what_they_are(
    units: gpd.GeoDataFrame, tmp_path: Path, name: str
) -> None:
    frame = units.assign(
        big=pd.array([9007199254740993, None, 1, 2], dtype="Int64"),
        flag=pd.array([True, None, False, True], dtype="boolean"),
    )
    frame.to_file(tmp_path / name)
    assert run("convert", tmp_path / name, tmp_path / "o.geojson").code == 0
    written = {f["properties"]["code"]: f["properties"] for f in features(tmp_path / "o.geojson")}
    read = [(written[code]["big"], written[code]["flag"]) for code in units["code"]]
    assert repr(read) == "[(9007199254740993, True), (None, None), (1, False), (2, True)]"


def test_a_field_called_as_our_own_is_kept(units: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "l.geojson"
    units.rename(columns={"district": "member_count"}).to_crs(4326).to_file(path)
    assert run("dissolve", path, tmp_path / "o.geojson", "--by", "member_count").code == 0
    assert [f["properties"] for f in features(tmp_path / "o.geojson")] == [
        {"member_count": "A", "member_count_2": 2},
        {"member_count": "B", "member_count_2": 2},
    ]


COMMANDS = (("convert",), ("dissolve", "--by", "district"))


def placed_wrongly(kind: str, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The layer with a CRS that its coordinates contradict."""
    degrees = units.to_crs(4326)
    if kind == "metres as degrees":
        return units.set_crs(4326, allow_override=True)
    if kind == "degrees as metres":
        return degrees.set_crs(9214, allow_override=True)
    if kind == "swapped":
        turned = shapely.transform(np.asarray(degrees.geometry.values), lambda xy: xy[:, ::-1])
        return degrees.set_geometry(gpd.GeoSeries(turned, crs=4326))
    return units.set_crs(2180, allow_override=True)  # Poland's


@pytest.mark.parametrize("suffix", ["shp", "geojson", "gpkg"])
@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c[0])
@pytest.mark.parametrize(
    ("kind", "check"),
    [("metres as degrees", "R02"), ("degrees as metres", "R02"), ("swapped", "R02"), ("abroad", "R03")],
)  # fmt: skip
def test_coordinates_that_contradict_their_crs_are_refused(
    units: gpd.GeoDataFrame,
    tmp_path: Path,
    *,
    suffix: str,
    command: tuple[str, ...],
    kind: str,
    check: str,
) -> None:
    path, out = tmp_path / f"l.{suffix}", tmp_path / "o.geojson"
    frame = placed_wrongly(kind, units)
    if suffix == "geojson":
        text = json.loads(frame.to_json(drop_id=True))
        name = f"urn:ogc:def:crs:EPSG::{frame.crs.to_epsg()}"
        if frame.crs.to_epsg() == 4326:
            text.pop("crs", None)
        else:
            text["crs"] = {"type": "name", "properties": {"name": name}}
        path.write_text(json.dumps(text))
    else:
        frame.to_file(path)
    ran = run(command[0], path, out, *command[1:])
    assert (ran.code, out.exists()) == (2, False), ran.err
    assert f"[{check}]" in ran.err


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c[0])
def test_vn2000_gets_its_own_datum_again(
    units: gpd.GeoDataFrame, tmp_path: Path, command: tuple[str, ...]
) -> None:
    path, out = tmp_path / "l.shp", tmp_path / "o.geojson"
    units.to_file(path)
    lost = CRS(9214).to_wkt("WKT1_ESRI").replace("D_Vietnam_2000", "D_WGS_1984")
    assert lost != CRS(9214).to_wkt("WKT1_ESRI")
    (tmp_path / "l.prj").write_text(lost)
    ran = run(command[0], path, out, *command[1:])
    assert ran.code == 0, ran.err
    assert "224 m off; it was read as EPSG:9214" in ran.err
    (west, south, *_) = json.loads(out.read_bytes())["bbox"]
    right = units.to_crs(4326).total_bounds
    assert (west, south) == pytest.approx(tuple(right[:2]), abs=2e-7)


def test_units_alone_in_their_groups_are_looked_at_as_well(tmp_path: Path) -> None:
    """Of many small groups made ready together, one has a hole, which nobody fills."""
    shapes = [square(2000.0 * k, 0) for k in range(9)]
    shapes[4] = shapes[4].difference(shapely.buffer(shapes[4].centroid, 100, quad_segs=1))
    frame = gpd.GeoDataFrame({"of": [f"G{k}" for k in range(9)]}, geometry=shapes, crs=3405)
    path, out, told = (tmp_path / name for name in ("l.shp", "out.geojson", "found.csv"))
    frame.to_file(path)
    assert run("dissolve", path, out, "--by", "of", "--findings", told).code == 0
    assert [f["properties"] for f in features(out)] == [
        {"of": f"G{k}", "member_count": 1} for k in range(9)
    ]
    assert [(row["check"], row["units"]) for row in table(told)] == [("C02", "G4")]
