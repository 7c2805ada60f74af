"""The formats that layers come in: the same units, whichever it is."""

from __future__ import annotations

import json
import shutil
import sqlite3
import struct
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from commands import run
from conftest import ROOT, square

from geo_merge.api import read_units
from geo_merge.errors import CRSError, LayerError, SeveralLayersError
from geo_merge.reading import kinds
from geo_merge.reading.containers import files_of
from geo_merge.reading.sources import open_layer
from geo_merge.vietnam.files.encodings import register
from geo_merge.vocabulary.memory import findings_of

Grid = Callable[..., gpd.GeoDataFrame]
NAMES = ["Lệ Viễn", "Đồng Tiến", "Tân Lãng", "Nếnh", "Gia Bình", "Bắc Lũng"]
DRIVERS = {"gpkg": "GPKG", "fgb": "FlatGeobuf", "shp": "ESRI Shapefile", "tab": "MapInfo File",
           "mif": "MapInfo File", "gdb": "OpenFileGDB", "kml": "LIBKML", "gml": "GML",
           "geojson": "GeoJSON", "geojsonl": "GeoJSONSeq"}  # fmt: skip
IN_DEGREES = {"kml", "geojson", "geojsonl"}


@pytest.fixture
def layer(grid: Grid) -> gpd.GeoDataFrame:
    """Six units with names, people and codes with zeros in front."""
    frame = grid(3, 2).reset_index()[["code", "geometry"]].rename(columns={"code": "MaXa"})
    frame["TenXa"] = NAMES
    frame["DanSo"] = np.arange(1, 7) * 1000
    return frame


def save(frame: gpd.GeoDataFrame, folder: Path, kind: str, name: str = "xa") -> Path:
    path = folder / f"{name}.{kind}"
    frame = frame.to_crs(4326) if kind in IN_DEGREES else frame
    more = {"gdb": {"TARGET_ARCGIS_VERSION": "ARCGIS_PRO_3_2_OR_LATER"}}.get(kind, {})
    frame.to_file(path, driver=DRIVERS[kind], engine="pyogrio", **more)
    return path


def zipped(path: Path, target: Path, inside: str = "") -> Path:
    """Zip a layer with all its files."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files_of(path):
            folder = f"{path.name}/" if path.is_dir() else ""
            archive.write(file, f"{inside}{folder}{file.name}")
    return target


def check(units: gpd.GeoDataFrame) -> None:
    units = units.sort_index()  # FlatGeobuf has an order of its own
    assert units.index.tolist() == [f"0000{k}" for k in range(1, 7)]
    assert units["name"].tolist() == NAMES
    assert units["population"].tolist() == [1000, 2000, 3000, 4000, 5000, 6000]
    assert units.to_crs(9214).area.to_numpy() == pytest.approx([1e6] * 6, rel=1e-4)


@pytest.mark.parametrize("kind", DRIVERS)
def test_every_format_gives_the_same_units(
    layer: gpd.GeoDataFrame, tmp_path: Path, kind: str
) -> None:
    path = save(layer, tmp_path, kind)
    check(read_units(path))
    check(read_units(zipped(path, tmp_path / "plain.zip")))
    check(read_units(zipped(path, tmp_path / "deep.zip", "a/b/")))


@pytest.mark.parametrize("kind", DRIVERS)
def test_a_folder_with_one_layer_is_that_layer(
    layer: gpd.GeoDataFrame, tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    save(layer, folder, kind)
    (folder / "about.txt").write_text("read me")
    check(read_units(folder))
    save(layer, folder, "gpkg", "other")
    with pytest.raises(SeveralLayersError, match=r"several layers .*\[F06\]"):
        read_units(folder)
    check(read_units(folder, layer="other"))


def test_a_zipped_file_geodatabase_may_be_a_folder_of_any_name(
    layer: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = save(layer, tmp_path, "gdb")
    check(read_units(path.rename(tmp_path / "renamed")))


def test_kmz(layer: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = save(layer, tmp_path, "kml")
    with zipfile.ZipFile(tmp_path / "xa.kmz", "w") as archive:
        archive.write(path, "doc.kml")
        archive.writestr("files/icon.png", b"x")
    check(read_units(tmp_path / "xa.kmz"))
    with zipfile.ZipFile(tmp_path / "xa.kmz", "a") as archive:
        archive.writestr("../../evil.kml", b"x")
    with pytest.raises(LayerError, match=r"\[S01\]"):
        read_units(tmp_path / "xa.kmz")


def topology(rows: int) -> dict[str, object]:
    """Two squares of degrees that share an arc, counted from zero by quantized steps."""
    arcs = [[[0, 0], [0, 10]], [[0, 0], [-10, 0], [0, 10], [10, 0]],
            [[0, 10], [10, 0], [0, -10], [-10, 0]]]  # fmt: skip
    names = [("00001", [[1, -1]]), ("00002", [[2, 0]])][:rows]
    units = [{"type": "Polygon", "arcs": a, "properties": {"code": c, "name": f"Xã {c}"}}
             for c, a in names]  # fmt: skip
    return {"type": "Topology", "arcs": arcs,
            "transform": {"scale": [0.1, 0.1], "translate": [105.0, 21.0]},
            "objects": {"xa": {"type": "GeometryCollection", "geometries": units}}}  # fmt: skip


@pytest.mark.parametrize("name", ["t.topojson", "t.json", "t.geojson"])
def test_topojson(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    document = topology(2)
    path.write_text(json.dumps(document))
    raw = open_layer(path)
    assert [f.check for f in raw.findings] == ["R01"]
    assert raw.frame.crs == 4326
    assert shapely.area(np.asarray(raw.frame.geometry)).tolist() == pytest.approx([1, 1])
    assert shapely.union_all(raw.frame.geometry).equals(shapely.box(104, 21, 106, 22))
    document["arcs"] = document["arcs"][:2]  # type: ignore[index]
    path.write_text(json.dumps(document))
    with pytest.raises(LayerError, match=r"has 2 arcs, .*\[F03\]"):
        open_layer(path)


def test_topojson_of_several_objects_asks_which(tmp_path: Path) -> None:
    document = topology(2)
    document["objects"]["huyen"] = topology(1)["objects"]["xa"]  # type: ignore[index]
    path = tmp_path / "t.json"
    path.write_text(json.dumps(document))
    with pytest.raises(SeveralLayersError, match=r"\(xa, huyen\) \[F06\]") as raised:
        open_layer(path)
    assert raised.value.layers == ("xa", "huyen")
    assert len(open_layer(path, layer="huyen").frame) == 1


# What MapInfo tables from Vietnam say of VN-2000, which MapInfo does not know, and the zone.
COORDINATES = {
    '8, 104, "m", 107, 0, 0.9999, 500000, 0': (9214, 224),
    '8, 9999, 28, 0, 0, 0, 0, 0, 0, 0, 0, "m", 107, 0, 0.9999, 500000, 0': (9214, 224),
}  # fmt: skip
BURSA = (
    "8, 9999, 28, -191.90441429, -39.30318279, -111.45032835, -0.00928836, 0.01975479, "
    '-0.00427372, 0.252906278, 0, "m", 107, 0, 0.9999, 500000, 0'
)


def with_coordinates(path: Path, text: str) -> Path:
    lines = path.read_text("utf-8").splitlines()
    lines = [f"CoordSys {text}" if line.startswith("CoordSys") else line for line in lines]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.mark.parametrize(("text", "expected"), COORDINATES.items())
def test_zones_of_vn2000_in_mapinfo(
    layer: gpd.GeoDataFrame, tmp_path: Path, text: str, expected: tuple[int, float]
) -> None:
    """Places are those of EPSG:9214, and the file is told how far off it would have been."""
    path = with_coordinates(save(layer, tmp_path, "mif"), f"Earth Projection {text}")
    units = read_units(path)
    crs, metres = expected
    assert units.crs.to_epsg() == crs
    told = [f for f in findings_of(units) if f.check == "R02"]
    assert [f.value for f in told] == pytest.approx([metres], abs=max(1, 0.1 * metres))


def test_vn2000_with_its_own_datum_in_mapinfo_is_where_it_should_be(
    layer: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = with_coordinates(save(layer, tmp_path, "mif"), f"Earth Projection {BURSA}")
    units = read_units(path)
    here, there = (np.asarray(f.to_crs(4326).geometry) for f in (units, layer))
    away = shapely.distance(shapely.centroid(here), shapely.centroid(there))
    assert away.max() * 111_320 < 1


def test_a_plan_of_mapinfo_names_no_crs(layer: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = with_coordinates(save(layer.assign(TenXa="Không"), tmp_path, "mif"),
                            'NonEarth Units "m" Bounds (0, 0) (9e6, 9e6)')  # fmt: skip
    with pytest.raises(CRSError, match=r"NonEarth.*\[R01\]"):
        read_units(path)
    assert read_units(path, crs=9214).crs.to_epsg() == 9214


@pytest.mark.parametrize("kind", ["tab", "mif"])
@pytest.mark.parametrize("codec", ["tcvn3", "vni", "cp1258", "utf-8"])
@pytest.mark.parametrize("charset", ["Neutral", "WindowsLatin1", "WindowsVietnamese"])
def test_old_letters_in_mapinfo(
    layer: gpd.GeoDataFrame, tmp_path: Path, kind: str, codec: str, charset: str
) -> None:
    """Whatever the table says of its charset: the names tell."""
    register()
    width = 40
    layer["TenXa"] = [f"{k}".ljust(width, "?") for k in range(6)]
    path = save(layer, tmp_path, kind)
    table = path.with_suffix(".dat" if kind == "tab" else ".mid")
    data = table.read_bytes()
    for k, name in enumerate(NAMES):
        if codec == "cp1258":  # vowels composed, tones behind them
            new = "".join(map(_windows, name)).encode(codec)
        else:
            new = name.encode(codec)
        old = f"{k}".ljust(width, "?").encode()
        data = data.replace(old, new.ljust(width, b"\0") if kind == "tab" else new)
    table.write_bytes(data)
    path.write_bytes(path.read_bytes().replace(b"Neutral", charset.encode()))
    units = read_units(path)
    assert [unicodedata.normalize("NFC", n) for n in units["name"]] == NAMES


def _windows(letter: str) -> str:
    """Return a letter as Windows-1258 writes it: the vowel, and the tone behind it."""
    parts = unicodedata.normalize("NFD", letter)
    tones = [c for c in parts if c in "\u0300\u0301\u0303\u0309\u0323"]
    rest = "".join(c for c in parts if c not in tones)
    return unicodedata.normalize("NFC", rest) + "".join(tones)


@pytest.mark.parametrize("number", [0, None])
def test_records_that_are_not_numbered_from_one(
    layer: gpd.GeoDataFrame, tmp_path: Path, number: int | None
) -> None:
    path = save(layer, tmp_path, "shp")
    renumber(path, lambda k: 0 if number is None else k)
    units = read_units(path)
    check(units)
    assert [f.check for f in findings_of(units)] == ["F04"]
    done = run("convert", path, tmp_path / "o.geojson")
    assert done.code == 0
    assert "not numbered from 1" in done.err


def renumber(path: Path, number: Callable[[int], int]) -> None:
    data = bytearray(path.read_bytes())
    index = path.with_suffix(".shx").read_bytes()[100:]
    for k in range(len(index) // 8):
        at = 2 * struct.unpack(">i", index[8 * k : 8 * k + 4])[0]
        data[at : at + 4] = struct.pack(">i", number(k))
    path.write_bytes(data)


def test_an_index_of_another_order_is_refused_all_the_same(
    layer: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = save(layer, tmp_path, "shp")
    renumber(path, lambda k: k)
    index = path.with_suffix(".shx").read_bytes()
    turned = b"".join(index[at : at + 8] for at in range(len(index) - 8, 99, -8))
    path.with_suffix(".shx").write_bytes(index[:100] + turned)
    with pytest.raises(LayerError, match=r"point to other shapes than their own \[F04\]"):
        read_units(path)


SPELLINGS = {
    "case of the ending": {".shx": "xã.SHX", ".dbf": "xã.Dbf", ".prj": "xã.Prj", ".cpg": "xã.cPg"},
    "case of the name": {".shx": "XÃ.shx", ".dbf": "Xã.DBF", ".prj": "XÃ.PRJ", ".cpg": "xã.cpg"},
    "form": {e: unicodedata.normalize("NFD", f"xã{e}") for e in (".shx", ".dbf", ".prj", ".cpg")},
    "odd": {},
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_parts_in_other_spelling(layer: gpd.GeoDataFrame, tmp_path: Path, spelling: str) -> None:
    path = save(layer, tmp_path, "shp", "xã")
    if spelling == "odd":
        for part in tmp_path.glob("xã.*"):
            part.rename(tmp_path / f"x;ã{part.suffix}")
        path = tmp_path / "x;ã.shp"
    for ending, name in SPELLINGS[spelling].items():
        path.with_suffix(ending).rename(tmp_path / name)
    units = read_units(path)
    check(units)
    assert units.crs.to_epsg() == 9214
    assert not findings_of(units)
    check(read_units(zipped(path, tmp_path / "z.zip")))
    done = run("convert", path, tmp_path / "o.geojson")
    assert (done.code, done.err) == (0, f"Wrote 6 features to {tmp_path / 'o.geojson'}\n")


def test_texts_cut_within_a_letter(layer: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """What is left of a letter at the width of its field is dropped, and told."""
    layer["Dai"] = [f"{name} của huyện Thử" for name in NAMES]
    path = save(layer, tmp_path, "shp")
    table = path.with_suffix(".dbf")
    data = table.read_bytes()
    header, width = struct.unpack("<2H", data[8:12])
    fields = [data[k : k + 32] for k in range(32, header - 32, 32)]
    at = 1 + sum(f[16] for f in fields[: [f[:3] for f in fields].index(b"Dai")])
    place = 32 + 32 * [f[:3] for f in fields].index(b"Dai")
    narrow = 17
    rows = [data[header + k * width : header + (k + 1) * width] for k in range(6)]
    old = data[place + 16]
    cut = b"".join(row[: at + narrow] + row[at + old :] for row in rows)
    head = bytearray(data[:header])
    head[place + 16] = narrow
    head[10:12] = struct.pack("<H", width - old + narrow)
    table.write_bytes(bytes(head) + cut + b"\x1a")
    kept = [f"{n} của huyện Thử".encode()[:narrow].decode(errors="ignore") for n in NAMES]
    cut_rows = sum(len(k.encode()) < narrow for k in kept)
    assert cut_rows
    for encoding in (None, "utf-8"):
        units = read_units(path, encoding=encoding)
        check(units)
        assert units["Dai"].tolist() == [k.strip() for k in kept]
        (finding,) = (f for f in findings_of(units) if f.check == "F05")
        assert finding.value == cut_rows
    path.with_suffix(".cpg").unlink()
    assert read_units(path)["Dai"].tolist() == [k.strip() for k in kept]
    assert run("convert", path, tmp_path / "o.geojson").code == 0


def test_a_log_beside_a_geopackage_that_cannot_be_opened_in_place(
    layer: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    """As on a medium that cannot be written; what is in the log counts."""
    path = save(layer, tmp_path, "gpkg")
    with sqlite3.connect(path) as db:
        db.execute("pragma journal_mode = wal")
        for (trigger,) in db.execute("select name from sqlite_master where type = 'trigger'"):
            db.execute(f'drop trigger "{trigger}"')
        db.commit()
        db.execute("update xa set DanSo = 7 where MaXa = '00001'")
        db.commit()
        folder = tmp_path / "medium"
        folder.mkdir()
        for file in tmp_path.glob("xa.gpkg*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, folder)
    db.close()
    (folder / "xa.gpkg-shm").mkdir()  # so that none can be made
    assert read_units(folder / "xa.gpkg")["population"].tolist()[:2] == [7, 2000]


@pytest.mark.parametrize("name", ["a;b.gpkg", "a!b.gpkg", "x.zip!b.gpkg", "a?.gpkg", "a#b.gpkg",
                                  "GPKG:a.gpkg", "[x] *.gpkg", "-a.gpkg"])  # fmt: skip
def test_names_of_files(layer: gpd.GeoDataFrame, tmp_path: Path, name: str) -> None:
    save(layer, tmp_path, "gpkg").rename(tmp_path / name)
    check(read_units(tmp_path / name))


@pytest.mark.parametrize(
    ("name", "words"),
    [("a.dxf", r"AutoCAD drawing.*ogr2ogr"), ("a.sqlite", "ogr2ogr"), ("a.csv", "crosswalk"),
     ("a.rar", "unpack"), ("a.dbf", r"part of a Shapefile \[F02\]"), ("a.mid", "MapInfo MIF"),
     ("a.what", r"unknown format '.what'; give one of Shapefile")],
)  # fmt: skip
def test_other_files_are_named_with_the_way(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / name).write_text("x")
    with pytest.raises(LayerError, match=words):
        open_layer(tmp_path / name)


def test_a_mapinfo_without_all_its_files_says_which(
    layer: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path = save(layer, tmp_path, "tab")
    (tmp_path / "xa.map").unlink()
    with pytest.raises(LayerError, match=r"xa.map \(the shapes\) is missing \[F02\]"):
        open_layer(path)


def test_the_guide_names_every_format() -> None:
    guide = (ROOT / "docs" / "guide.en.md").read_text("utf-8")
    assert [kind.name for kind in kinds.KINDS if kind.name not in guide] == []
    endings = [e for kind in kinds.KINDS for e in kind.endings]
    assert [e for e in endings if f"`{e}`" not in guide] == []


def test_kml_without_all_its_placemarks_is_refused(tmp_path: Path) -> None:
    """Of a placemark in a form that GDAL does not read, nothing would be said."""
    ring = " ".join(f"{x},{y}" for x, y in square(0, 0).exterior.coords)
    mark = "<Placemark><name>{}</name><Polygon><outerBoundaryIs><LinearRing><coordinates>" + ring
    mark += "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
    inner = "".join(mark.format(k) for k in range(3))
    text = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder>{inner}</Folder>'
    (tmp_path / "a.kml").write_text(f"{text}</Document></kml>")
    assert len(open_layer(tmp_path / "a.kml").frame) == 3
    (tmp_path / "a.kml").write_text(f"{text}<Document>{mark.format(9)}</Document></Document></kml>")
    with pytest.raises(LayerError, match=r"4 placemarks, but 3|several"):
        open_layer(tmp_path / "a.kml")


def test_an_empty_folder_of_kml_is_no_layer(layer: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = save(layer, tmp_path, "kml")
    text = path.read_text("utf-8")
    path.write_text(text.replace("<Folder>", "<Folder><name>A</name></Folder><Folder>", 1), "utf-8")
    check(read_units(path))


def test_a_file_in_an_archive_speaks_of_the_option(layer: gpd.GeoDataFrame, tmp_path: Path) -> None:
    layer.to_file(tmp_path / "two.gpkg", layer="xa")
    layer.to_file(tmp_path / "two.gpkg", layer="huyen")
    path = zipped(tmp_path / "two.gpkg", tmp_path / "z.zip")
    with pytest.raises(SeveralLayersError, match=r"^z.zip/two.gpkg .*; name one with --layer\.$"):
        read_units(path)
    check(read_units(path, layer="huyen"))


@pytest.mark.parametrize(
    "name", ["rot13", "hex", "zip", "base64", "undefined", "unicode_escape", "utf-7", "\0", "é"]
)
def test_an_encoding_that_is_none_is_not_used(
    layer: gpd.GeoDataFrame, tmp_path: Path, name: str
) -> None:
    path = save(layer, tmp_path, "shp")
    path.with_suffix(".cpg").write_text(name, "utf-8")
    check(read_units(path))
    with pytest.raises(LayerError, match="unknown encoding"):
        read_units(path, encoding=name)


def test_a_gml_that_breaks_off_is_refused(layer: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = save(layer, tmp_path, "gml")
    path.with_suffix(".xsd").unlink(missing_ok=True)
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(LayerError, match=r"breaks off .* at line \d+, .*\[F03\]"):
        read_units(path)


def test_a_layer_without_fields_is_told_so(tmp_path: Path) -> None:
    gpd.GeoDataFrame(geometry=[square(0, 0)], crs="EPSG:9214").to_file(tmp_path / "xa.gpkg")
    with pytest.raises(LayerError, match=r"no fields at all: join the codes"):
        read_units(tmp_path / "xa.gpkg")
