"""Reading layers: formats, fields, codes, CRS, and what is wrong with a file."""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import CRS, square

from geo_merge.api import read_units
from geo_merge.errors import CRSError, LayerError, UsageError
from geo_merge.units.other_layers import read_polygons
from geo_merge.vocabulary.memory import findings_of, ledger_of

Grid = Callable[..., gpd.GeoDataFrame]


def plain(grid: Grid) -> gpd.GeoDataFrame:
    """A layer as an agency has it."""
    frame = (
        grid()
        .reset_index()
        .rename(columns={"code": "MaXa", "name": "TenXa", "unit_type": "LoaiXa"})
    )
    return frame.assign(DanSo=[10, 20, 30, 40], note="ghi chú")


def save(frame: gpd.GeoDataFrame, folder: Path, name: str) -> Path:
    path = folder / name
    if name.endswith(".parquet"):
        frame.to_parquet(path)
    elif name.endswith(".zip"):
        frame.to_file(folder / "inner.shp", encoding="UTF-8")
        with zipfile.ZipFile(path, "w") as archive:
            for part in folder.glob("inner.*"):
                archive.write(part, f"deep/{part.name}")
    else:
        frame.to_file(path, encoding="UTF-8") if name.endswith(".shp") else frame.to_file(path)
    return path


@pytest.mark.parametrize("name", ["l.shp", "l.zip", "l.gpkg", "l.geojson", "l.fgb", "l.parquet"])
def test_every_format(grid: Grid, tmp_path: Path, name: str) -> None:
    frame = plain(grid)
    units = read_units(save(frame.to_crs(4326) if name == "l.geojson" else frame, tmp_path, name))
    units = units.sort_index()  # FlatGeobuf sorts by place
    assert units.index.tolist() == ["00001", "00002", "00003", "00004"]
    assert units["name"].tolist() == ["Xã 1", "Xã 2", "Xã 3", "Xã 4"]
    assert units["population"].sum() == 100
    assert {"MaXa", "TenXa", "LoaiXa", "DanSo", "note"} <= set(units.columns)
    assert units.crs.is_projected
    assert shapely.coverage_is_valid(np.asarray(units.geometry.values))


@pytest.mark.parametrize(
    ("code", "name"),
    [("MAXA", "TENXA"), ("MA_XA", "TEN_XA"), ("GID_3", "NAME_3"), ("ADM3_PCODE", "ADM3_VI"),
     ("Ma", "Ten"), ("code", "name"), ("INSEE_COM", "NOM_COM"), ("BFS_NUMMER", "NAME")],
)  # fmt: skip
def test_usual_fields_are_found(grid: Grid, tmp_path: Path, code: str, name: str) -> None:
    frame = plain(grid).rename(columns={"MaXa": code, "TenXa": name})
    units = read_units(save(frame, tmp_path, "l.gpkg"))
    assert units.index[0] == "00001"
    assert units["name"].iloc[0] == "Xã 1"


def test_fields_can_be_named(grid: Grid, tmp_path: Path) -> None:
    path = save(plain(grid).rename(columns={"MaXa": "odd", "TenXa": "odder"}), tmp_path, "l.gpkg")
    with pytest.raises(
        LayerError, match=r"no field known to hold codes .*odd, odder.*--code-field"
    ):
        read_units(path)
    units = read_units(path, code_field="ODD", name_field="odder")
    assert units.index[0] == "00001"
    assert [f.check for f in findings_of(units)] == ["K01"]
    with pytest.raises(LayerError, match="no field 'nope'"):
        read_units(path, code_field="nope")


@pytest.mark.parametrize("kind", ["int64", "float64"])
def test_leading_zeros_are_restored_with_a_finding(grid: Grid, tmp_path: Path, kind: str) -> None:
    frame = plain(grid)
    frame["MaXa"] = frame["MaXa"].astype(kind)
    units = read_units(save(frame, tmp_path, "l.gpkg"))
    assert units.index.tolist() == ["00001", "00002", "00003", "00004"]
    (finding,) = findings_of(units)
    assert (finding.check, finding.value) == ("K02", 4.0)
    assert "leading zero" in finding.message


def test_two_files_in_two_zones_share_their_border(grid: Grid, tmp_path: Path) -> None:
    frame = plain(grid)
    left, right = frame.iloc[[0, 2]], frame.iloc[[1, 3]].to_crs(9209)
    units = read_units(save(left, tmp_path, "a.shp"), save(right, tmp_path, "b.shp"))
    assert units.crs.to_epsg() == CRS
    assert shapely.coverage_is_valid(np.asarray(units.geometry.values))
    moved = {row.quantity: row for row in ledger_of(units)}["seam_largest_move_m"]
    assert 0 < moved.after < 1e-6
    assert moved.ok


def test_rows_remember_their_file(grid: Grid, tmp_path: Path) -> None:
    units = read_units(save(plain(grid), tmp_path, "l.gpkg"))
    assert units["source_file"].unique().tolist() == ["l.gpkg"]
    assert units["source_row"].tolist() == [1, 2, 3, 4]


def test_land_without_code_and_type_is_a_piece(grid: Grid, tmp_path: Path) -> None:
    frame = plain(grid)
    frame.loc[3, ["MaXa", "LoaiXa"]] = None
    units = read_units(save(frame, tmp_path, "l.shp"))
    assert units["is_piece"].tolist() == [False, False, False, True]
    assert [(f.check, f.severity.value) for f in findings_of(units)] == [("K01", "info")]
    frame.loc[3, "LoaiXa"] = "Xã"
    with pytest.raises(LayerError, match=r"row 4 \(Xã 4\) has no code \[K01\]"):
        read_units(save(frame, tmp_path, "m.shp"))


def test_duplicate_codes_are_listed(grid: Grid, tmp_path: Path) -> None:
    frame = plain(grid)
    frame["MaXa"] = ["1", "1", "2", "2"]
    with pytest.raises(LayerError) as raised:
        read_units(save(frame, tmp_path, "l.gpkg"))
    assert len(raised.value.problems) == 2
    assert "l.gpkg row 1 (Xã 1), l.gpkg row 2 (Xã 2) [K03]" in raised.value.problems[0]


@pytest.mark.parametrize(
    ("part", "message"),
    [(".shx", r"l.shx .* missing \[F02\]"), (".dbf", r"l.dbf .* missing \[F02\]")],
)
def test_missing_parts(grid: Grid, tmp_path: Path, part: str, message: str) -> None:
    path = save(plain(grid), tmp_path, "l.shp")
    path.with_suffix(part).unlink()
    with pytest.raises(LayerError, match=message):
        read_units(path)


def test_a_missing_prj_names_what_was_tried_and_asks(grid: Grid, tmp_path: Path) -> None:
    path = save(plain(grid), tmp_path, "l.shp")
    path.with_suffix(".prj").unlink()
    with pytest.raises(CRSError, match=r"l.prj is missing.*of 2\d tried.*EPSG:9214.*--crs"):
        read_units(path)
    assert read_units(path, crs="9214").crs.to_epsg() == 9214
    with pytest.raises(CRSError, match="no such"):
        read_units(path, crs="123456")


def test_an_option_overrules_a_wrong_crs_and_says_so(grid: Grid, tmp_path: Path) -> None:
    wrong = save(plain(grid).set_crs(9209, allow_override=True), tmp_path, "l.gpkg")
    units = read_units(wrong, crs=CRS)
    assert units.crs.to_epsg() == CRS
    assert units.geometry.area.tolist() == pytest.approx([1e6] * 4)
    (finding,) = findings_of(units)
    assert (finding.check, finding.severity.value) == ("R02", "warning")
    assert "EPSG:9209" in finding.message
    assert f"EPSG:{CRS}" in finding.message
    assert not findings_of(read_units(wrong, crs=9209))
    with pytest.raises(CRSError, match=r"cannot be in EPSG:4326 .*--crs.* names EPSG:9209 "):
        read_units(wrong, crs=4326)


def test_one_option_cannot_overrule_several(grid: Grid, tmp_path: Path) -> None:
    left, right = plain(grid).iloc[[0, 2]], plain(grid).iloc[[1, 3]].to_crs(9209)
    paths = save(left, tmp_path, "a.gpkg"), save(right, tmp_path, "b.gpkg")
    with pytest.raises(UsageError, match=r"EPSG:9209 .*EPSG:9214 .*cannot be right for all"):
        read_units(*paths, crs=CRS)


def test_an_option_for_one_file_leaves_the_crs_of_the_others(grid: Grid, tmp_path: Path) -> None:
    left, right = plain(grid).iloc[[0, 2]], plain(grid).iloc[[1, 3]].to_crs(9209)
    mute = save(left, tmp_path, "a.shp")
    mute.with_suffix(".prj").unlink()
    units = read_units(mute, save(right, tmp_path, "b.gpkg"), crs=CRS)
    assert units.to_crs(CRS).geometry.area.tolist() == pytest.approx([1e6] * 4)
    outline = save(plain(grid).to_crs(4326).dissolve(), tmp_path, "o.geojson")
    (whole,) = read_polygons(outline, units.crs, option="outline", crs=CRS).to_crs(CRS).geometry
    assert whole.area == pytest.approx(4e6)
    reference = read_units(outline, crs=CRS, overrule_crs=False, code_field="MaXa")
    assert reference.to_crs(CRS).geometry.area.sum() == pytest.approx(4e6)


def test_swapped_degrees_are_recognised(grid: Grid, tmp_path: Path) -> None:
    frame = plain(grid).to_crs(4326)
    frame["geometry"] = shapely.transform(np.asarray(frame.geometry.values), lambda a: a[:, ::-1])
    with pytest.raises(CRSError, match=r"swapped \[R02\]"):
        read_units(save(frame, tmp_path, "l.geojson"))


def test_degrees_called_metres_and_metres_called_degrees(grid: Grid, tmp_path: Path) -> None:
    degrees = plain(grid).to_crs(4326).set_crs(CRS, allow_override=True)
    with pytest.raises(CRSError, match=r"are degrees.*\[R02\]"):
        read_units(save(degrees, tmp_path, "a.gpkg"))
    metres = plain(grid).set_crs(4326, allow_override=True)
    with pytest.raises(CRSError, match=r"no degrees.*\[R02\]"):
        read_units(save(metres, tmp_path, "b.gpkg"))


def test_mixed_rows_are_listed(grid: Grid, tmp_path: Path) -> None:
    frame = plain(grid)
    both = [*frame.to_crs(4326).geometry[:2], *frame.geometry[2:]]
    mixed = gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=both, crs=4326)
    with pytest.raises(CRSError, match=r"2 of 4 rows .*first rows 3, 4.*mixed \[R02\]"):
        read_units(save(mixed, tmp_path, "l.gpkg"))


def test_a_zone_on_the_other_side_of_the_world(grid: Grid, tmp_path: Path) -> None:
    frame = plain(grid).to_crs(4326)
    frame["geometry"] = frame.translate(-100, 0)
    with pytest.raises(CRSError, match=r"\[R03\]"):
        read_units(
            save(
                frame.to_crs(32618).set_crs(9214, allow_override=True).to_crs(9214),
                tmp_path,
                "l.gpkg",
            )
        )


def test_truncated_and_shifted_shapefiles(grid: Grid, tmp_path: Path) -> None:
    path = save(plain(grid), tmp_path, "l.shp")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 6 // 10])
    with pytest.raises(LayerError, match=r"l.shp .*\[F03\]"):
        read_units(path)
    path.write_bytes(whole)
    shx = bytearray(path.with_suffix(".shx").read_bytes())
    shx[100:108], shx[108:116] = shx[108:116], shx[100:108]
    path.with_suffix(".shx").write_bytes(shx)
    with pytest.raises(LayerError, match=r"l.shx.*\[F04\]"):
        read_units(path)


def test_a_table_of_another_length(grid: Grid, tmp_path: Path) -> None:
    path = save(plain(grid), tmp_path, "l.shp")
    dbf = path.with_suffix(".dbf")
    data = bytearray(dbf.read_bytes())
    data[4:8] = struct.pack("<I", 3)
    dbf.write_bytes(data)
    with pytest.raises(LayerError, match=r"3 records.*4 shapes \[F04\]"):
        read_units(path)


def test_deleted_records(grid: Grid, tmp_path: Path) -> None:
    path = save(plain(grid), tmp_path, "l.shp")
    dbf = path.with_suffix(".dbf")
    data = bytearray(dbf.read_bytes())
    header, width = struct.unpack("<HH", data[8:12])
    data[header + width] = 0x2A
    dbf.write_bytes(data)
    with pytest.raises(LayerError, match=r"deleted \(rows 2\) \[F04\]"):
        read_units(path)


def test_encodings(grid: Grid, tmp_path: Path) -> None:
    path = save(plain(grid), tmp_path, "l.shp")
    path.with_suffix(".cpg").unlink()
    units = read_units(path)
    assert units["name"].iloc[0] == "Xã 1"
    assert [f.check for f in findings_of(units)] == ["F05"]
    latin = path.with_suffix(".dbf").read_bytes().replace("ã".encode(), b"\xe3 ")
    path.with_suffix(".dbf").write_bytes(latin)
    with pytest.raises(LayerError, match=r"not UTF-8.*\[F05\].*--encoding"):
        read_units(path)
    assert read_units(path, encoding="cp1258")["name"].iloc[0] == "Xă 1"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("l.geojson", b"", r"is empty .*\[F01\]"),
        ("l.geojson", b"<html>", r"\[F01\]"),
        ("l.geojson", b"\xff\xfe{\x00", "UTF-16"),
        ("l.geojson", b"<OGRVRTDataSource></OGRVRTDataSource>", r"\[F01\]"),
        ("l.geojson", b'{"type": "gdal_streamed_alg", "command_line": "x"}', r"\[F01\]"),
        ("l.geojson", b'{"type": "FeatureCollection", "features": []}', r"\[F07\]|no polygons"),
        ("l.geojson", b"SQLite format 3\0", "GeoPackage"),
        ("l.gpkg", b"SQLite format 3\0" + b"\0" * 50, r"\[F03\]"),
        ("l.parquet", b"PAR1" + b"\0" * 50, r"\[F03\]"),
        ("l.tif", b"II*\0", "unknown format"),
    ],
)
def test_files_that_are_something_else(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(LayerError, match=message):
        read_units(path)


def test_lines_are_no_units(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"code": ["1"]}, geometry=[square(0, 0).boundary], crs=CRS)
    with pytest.raises(LayerError, match="no polygons"):
        read_units(save(frame, tmp_path, "l.gpkg"))


def test_several_layers_are_not_guessed(grid: Grid, tmp_path: Path) -> None:
    path = tmp_path / "l.gpkg"
    plain(grid).to_file(path, layer="communes")
    plain(grid).to_file(path, layer="districts")
    with pytest.raises(LayerError, match=r"communes, districts\) \[F06\]"):
        read_units(path)
    assert len(read_units(path, layer="communes")) == 4


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"a.dbf": b"x"}, r"a.shp is missing, and a.dbf .*\[F02\]"),
        ({"a.shp": b"x", "a.shx": b"x"}, r"a.dbf .* missing \[F02\]"),
        ({"a.shp": b"", "a.shx": b"", "a.dbf": b"", "b.shp": b""}, r"several .*a, b"),
        ({"../a.shp": b"x"}, r"\.\..*\[S01\]"),
        ({"/a.shp": b"x"}, r"\[S01\]"),
        ({"a.shp": b"\0" * 50_000_000}, r"\[S02\]"),
    ],
    ids=["no shp", "no dbf", "two", "traversal", "absolute", "bomb"],
)
def test_hostile_and_incomplete_zips(
    tmp_path: Path, entries: dict[str, bytes], message: str
) -> None:
    path = tmp_path / "l.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    with pytest.raises(LayerError, match=message):
        read_units(path)


def test_own_columns_do_not_swallow_those_of_the_source(grid: Grid, tmp_path: Path) -> None:
    frame = plain(grid).assign(new_code="OLD", is_piece="?")
    units = read_units(save(frame, tmp_path, "l.gpkg"))
    assert units["new_code_source"].tolist() == ["OLD"] * 4
    assert units["is_piece_source"].tolist() == ["?"] * 4
    assert units["is_piece"].tolist() == [False] * 4


def test_z_is_dropped_and_nan_in_z_does_no_harm(grid: Grid, tmp_path: Path) -> None:
    frame = plain(grid).to_crs(4326)
    path = tmp_path / "l.geojson"
    frame.to_file(path)
    content = json.loads(path.read_text("utf-8"))
    for feature in content["features"]:
        polygon = feature["geometry"]["coordinates"]
        feature["geometry"]["coordinates"] = [[[x, y, 5.0] for x, y in ring] for ring in polygon]
    path.write_text(json.dumps(content), "utf-8")
    assert not shapely.has_z(np.asarray(read_units(path).geometry.values)).any()


def test_a_layer_with_codes_alone(grid: Grid, tmp_path: Path) -> None:
    grid(2, 1)[["geometry"]].reset_index().to_file(tmp_path / "codes.gpkg")
    units = read_units(tmp_path / "codes.gpkg")
    assert units["name"].tolist() == units["unit_type"].tolist() == ["", ""]


def test_a_unit_stored_with_lines_beside_its_land_is_read_and_told(
    grid: Grid, tmp_path: Path
) -> None:
    frame = grid().reset_index()
    whole = frame.geometry.area.tolist()
    frame.loc[1, "geometry"] = shapely.GeometryCollection([frame.geometry[1], shapely.Point(0, 0)])
    units = read_units(save(frame, tmp_path, "l.gpkg"))
    assert units.geometry.area.tolist() == pytest.approx(whole)
    (told,) = [f for f in findings_of(units) if f.check == "G03"]
    assert told.units == ("00002",)
    assert "lines or points: 1" in told.message


@pytest.mark.parametrize(
    ("codes", "told"),
    [
        ([29001.0, 29002.0, 29003.0, 29004.0], "codes are stored as numbers; no leading zero"),
        (["29001", 29002, "29003", 29004], "2 of 4 codes are stored as numbers; no leading zero"),
        ([29001, 29002, 29003, 29004], None),
        (["29001", "29002", "29003", "29004"], None),
    ],
    ids=["decimals", "mixed", "whole", "text"],
)
def test_codes_in_a_form_that_could_lose_zeros_are_told_where_none_was_lost(
    grid: Grid, tmp_path: Path, codes: list[object], told: str | None
) -> None:
    frame = grid().reset_index(drop=True).to_crs(4326)
    collection = json.loads(frame.to_json())
    for feature, code in zip(collection["features"], codes, strict=True):
        feature["properties"]["code"] = code
    path = tmp_path / "l.geojson"
    path.write_text(json.dumps(collection), "utf-8")
    units = read_units(path)
    assert units.index.tolist() == ["29001", "29002", "29003", "29004"]
    found = [f.message for f in findings_of(units) if f.check == "K02"]
    assert len(found) == (told is not None)
    assert told is None or told in found[0]
