"""A part is never taken for the whole: cut lines, pages of services, counts that lie."""

from __future__ import annotations

import json
import shutil
import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow.parquet as pq
import pytest
from commands import run
from hypothesis import given
from hypothesis import strategies as st

from geo_merge.api import read_units
from geo_merge.errors import LayerError
from geo_merge.reading.complete import refuse_part
from geo_merge.reading.sources import open_layer
from geo_merge.vocabulary.memory import findings_of

Grid = Callable[..., gpd.GeoDataFrame]


@pytest.fixture
def features(grid: Grid) -> list[dict[str, Any]]:
    """Six features as GeoJSON has them."""
    found: list[dict[str, Any]] = json.loads(grid(3, 2).reset_index().to_crs(4326).to_json())[
        "features"
    ]
    return [{"type": "Feature", "properties": f["properties"], "geometry": f["geometry"]}
            for f in found]  # fmt: skip


def refused(path: Path, words: str) -> None:
    """Every command ends in one sentence, and nothing is written."""
    out = path.parent / "o.geojson"
    for command in (["convert", path, out], ["dissolve", path, out, "--by", "name"],
                    ["validate", path]):  # fmt: skip
        done = run(*command)
        assert done.code == 2
        assert words in done.err, done.err
        assert "[F03]" in done.err
        assert not out.exists()


LINES = {
    "n.geojsonl": "{}\n", "n.ndjson": "{}\r\n", "n.json": "{}\n\n", "n.geojson": "  {}  \n",
    "n.geojsonseq": "\x1e{}\n", "rs.geojson": "\x1e{}\n",
    "n.geojsons": "{}\n", "rs.geojsons": "\x1e{}\n",
}  # fmt: skip


@pytest.mark.parametrize("name", LINES)
def test_a_feature_a_line(tmp_path: Path, features: list[dict[str, Any]], name: str) -> None:
    path = tmp_path / name
    text = "".join(LINES[name].format(json.dumps(f)) for f in features)
    path.write_text("\ufeff" + text if name == "n.json" else text, "utf-8")
    units = read_units(path)
    assert len(units) == 6
    assert units.to_crs(9214).area.sum() == pytest.approx(6e6, rel=1e-6)
    assert run("convert", path, tmp_path / "o.geojson").code == 0
    assert len(json.loads((tmp_path / "o.geojson").read_bytes())["features"]) == 6


@pytest.mark.parametrize("name", ["n.geojsonl", "n.geojson", "n.geojsonseq"])
@pytest.mark.parametrize("broken", [0, 3, 5])
def test_a_broken_line_is_named(
    tmp_path: Path, features: list[dict[str, Any]], name: str, broken: int
) -> None:
    if broken == 0 and name == "n.geojson":
        pytest.skip("what begins otherwise is no file of lines: GDAL says where it breaks")
    texts = [json.dumps(f) for f in features]
    texts[broken] = texts[broken][:-40]
    path = tmp_path / name
    path.write_text("".join(LINES[name].format(t) for t in texts), "utf-8")
    refused(path, f"{broken + 1} is no whole feature")


@pytest.mark.parametrize("content", ['{"type":"FeatureCollection","features":[]}', "[1]", "null",
                                     '{"a": 1}', '"x"'])  # fmt: skip
def test_a_line_that_is_no_feature_is_named(
    tmp_path: Path, features: list[dict[str, Any]], content: str
) -> None:
    path = tmp_path / "n.ndjson"
    path.write_text("\n".join([*map(json.dumps, features), content]), "utf-8")
    refused(path, "line 7 is no whole feature: it is a ")


@pytest.mark.parametrize("content", ['{"error":{"code":504,"message":"Too slow"}}',
                                     '{"error":"Too slow"}', '{"message":"Too slow"}',
                                     '{"errors":[{"code":1,"message":"Too slow"}]}'])  # fmt: skip
def test_an_answer_of_a_service_that_failed_is_called_so(
    tmp_path: Path, features: list[dict[str, Any]], content: str
) -> None:
    path, whole = tmp_path / "n.geojsons", tmp_path / "n.json"
    path.write_text("\n".join([*map(json.dumps, features), content]), "utf-8")
    refused(path, "line 7 is no whole feature: the service that wrote it failed (Too slow)")
    whole.write_text(content, "utf-8")
    refused(whole, "Too slow")


NEXT = {"links": [{"rel": "self", "href": "http://a"}, {"rel": "next", "href": "http://a?p=2"}]}
PARTS = {
    "arcgis": {"exceededTransferLimit": True},
    "arcgis inside": {"properties": {"exceededTransferLimit": True}},
    "wfs": {"numberMatched": 20, "numberReturned": 6},
    "wfs text": {"numberMatched": "20"},
    "geoserver": {"totalFeatures": 7},
    "returned": {"numberReturned": 8},
    "unknown total": {"numberMatched": "unknown", "numberReturned": 6, **NEXT},
    "next": NEXT,
    "last page": {"links": [{"rel": "prev", "href": "http://a?p=1"}]},
    "next member": {"next": "http://a?p=2"},
    "json api": {"links": {"next": "http://a?p=2"}},
    "last page of django": {"count": 20, "next": None, "previous": "http://a?p=1"},
    "first of several counted": {"count": 20, "limit": 6, "offset": 0},
    "stac": {"context": {"matched": 20, "returned": 6}},
    "meta": {"meta": {"total": 20, "page": 1, "per_page": 6}},
    "total count": {"totalCount": 20},
    "more": {"has_more": True},
    "failed underway": {"error": {"code": 500, "message": "timeout"}},
}
WHOLES: dict[str, dict[str, Any]] = {
    "all": {"numberMatched": 6, "numberReturned": 6},
    "false": {"exceededTransferLimit": False},
    "unknown": {"numberMatched": "unknown", "totalFeatures": "unknown", "numberReturned": 6},
    "links": {"links": [{"rel": "self", "href": "http://a"}]},
    "counts of something else": {"count": 45042, "total": 45042, "metadata": {"count": 45042}},
    "all of them": {"count": 6, "next": None, "previous": None},
    "no more": {"hasMore": False, "error": None},
    "no next": {"next": None, "links": {"next": None}},
    "linked on from the last page": {"numberMatched": 6, **NEXT},
}


@pytest.mark.parametrize("about", PARTS.values(), ids=PARTS)
@pytest.mark.parametrize("odd", [False, True], ids=["plain", "by gdal"])
def test_pages_of_services_are_parts(
    tmp_path: Path, features: list[dict[str, Any]], about: dict[str, Any], odd: bool
) -> None:
    if odd:
        features[0]["properties"]["more"] = {"a": 1}
    path = tmp_path / "p.geojson"
    document = {"type": "FeatureCollection", **about, "features": features}
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(LayerError, match=r"says itself that it is a part: .*\[F03\]"):
        read_units(path)


@pytest.mark.parametrize("about", WHOLES.values(), ids=WHOLES)
def test_what_says_that_it_is_whole_is_read(
    tmp_path: Path, features: list[dict[str, Any]], about: dict[str, Any]
) -> None:
    path = tmp_path / "p.geojson"
    document = {"type": "FeatureCollection", **about, "features": features}
    path.write_text(json.dumps(document), "utf-8")
    assert len(read_units(path)) == 6


def test_all_commands_refuse_a_page(tmp_path: Path, features: list[dict[str, Any]]) -> None:
    document = {"type": "FeatureCollection", **PARTS["wfs"], "features": features}
    (tmp_path / "p.geojson").write_text(json.dumps(document), "utf-8")
    refused(tmp_path / "p.geojson", "it holds 6 of 20 features (numberMatched)")


@given(there=st.integers(0, 50), total=st.integers(0, 50))
def test_a_total_is_a_part_just_where_it_is_larger(there: int, total: int) -> None:
    if total > there:
        with pytest.raises(LayerError, match=f"{there} of {total} features"):
            refuse_part("x", {"numberMatched": total}, there)
    else:
        refuse_part("x", {"numberMatched": total}, there)


@pytest.mark.parametrize("cut", [True, False])
def test_esri_json(tmp_path: Path, features: list[dict[str, Any]], cut: bool) -> None:
    rows = [
        {"attributes": f["properties"],
         "geometry": {"rings": [ring[::-1] for ring in f["geometry"]["coordinates"]]}}
        for f in features
    ]  # fmt: skip
    document = {
        "geometryType": "esriGeometryPolygon", "spatialReference": {"wkid": 4326},
        "fields": [{"name": n, "type": "esriFieldTypeString", "alias": n}
                   for n in features[0]["properties"]],
        "features": rows, **({"exceededTransferLimit": True} if cut else {}),
    }  # fmt: skip
    path = tmp_path / "e.json"
    path.write_text(json.dumps(document), "utf-8")
    if cut:
        refused(path, "exceededTransferLimit is true, 6 features are in it")
    else:
        assert len(read_units(path)) == 6


GML = """<?xml version="1.0" encoding="UTF-8"?>
<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:x="http://x"
 xmlns:gml="http://www.opengis.net/gml/3.2" {about}>{members}{more}</wfs:FeatureCollection>"""
MEMBER = """<wfs:member><x:xa gml:id="a{k}"><x:code>0000{k}</x:code><x:name>Xã {k}</x:name>
<x:danso>{k}00</x:danso><x:geom><gml:Polygon srsName="urn:ogc:def:crs:EPSG::4326" gml:id="p{k}">
<gml:exterior><gml:LinearRing><gml:posList>21 10{k} 22 10{k} 22 10{k}.5 21 10{k}.5 21 10{k}
</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></x:geom></x:xa></wfs:member>"""


@pytest.mark.parametrize(
    ("about", "more", "part"),
    [
        ('numberMatched="9" numberReturned="3"', "", "3 of 9"),
        ('numberMatched="unknown" numberReturned="3" next="http://a"', "", "next page"),
        ('numberReturned="5"', "", "numberReturned is 5"),
        ('numberOfFeatures="7"', "", "3 of 7"),
        ("", "<wfs:truncatedResponse/>", "a part"),
        ('numberMatched="3" numberReturned="3"', "", ""),
        ('numberMatched="unknown" numberReturned="3"', "", ""),
        ("", "", ""),
    ],
)
def test_gml_of_a_service(tmp_path: Path, about: str, more: str, part: str) -> None:
    members = "".join(MEMBER.format(k=k) for k in (5, 6, 7))
    path = tmp_path / "w.gml"
    path.write_text(GML.format(about=about, members=members, more=more), "utf-8")
    if part:
        refused(path, part)
        return
    frame = open_layer(path).frame
    assert frame["code"].tolist() == ["00005", "00006", "00007"]
    assert frame["danso"].tolist() == [500, 600, 700]
    assert frame.total_bounds.tolist() == [105, 21, 107.5, 22]


@pytest.mark.parametrize("stored", [3, 0, 99, None])
def test_the_count_that_a_geopackage_stores_is_not_believed(
    grid: Grid, tmp_path: Path, stored: int | None
) -> None:
    path = tmp_path / "c.gpkg"
    grid(3, 4).reset_index().to_file(path)
    with sqlite3.connect(path) as db:
        db.execute("update gpkg_ogr_contents set feature_count = ?", (stored,))
    db.close()
    units = read_units(path)
    assert len(units) == 12
    told = [f.message for f in findings_of(units) if f.check == "F04"]
    numbers = f"says that it has {stored} features, but 12 are there"
    assert [numbers in message for message in told] == ([] if stored is None else [True])
    assert run("convert", path, tmp_path / "o.geojson").code == 0
    assert len(json.loads((tmp_path / "o.geojson").read_bytes())["features"]) == 12


@pytest.mark.parametrize("index", [True, False])
@pytest.mark.parametrize("said", [5, 7, 2**40])
def test_the_count_of_a_flatgeobuf_is_not_believed(
    grid: Grid, tmp_path: Path, index: bool, said: int
) -> None:
    path = tmp_path / "c.fgb"
    grid(3, 2).reset_index().to_file(path, SPATIAL_INDEX="YES" if index else "NO")
    assert len(read_units(path)) == 6
    data = path.read_bytes()
    assert data.count(struct.pack("<Q", 6)) == 1
    path.write_bytes(data.replace(struct.pack("<Q", 6), struct.pack("<Q", said)))
    with pytest.raises(LayerError, match=r"\[F0[34]\]"):
        read_units(path)
    path.write_bytes(data[:-30])
    with pytest.raises(LayerError, match=r"\[F0[34]\]"):
        read_units(path)


@pytest.fixture
def shapefile(grid: Grid, tmp_path: Path) -> Path:
    path = tmp_path / "c.shp"
    grid(3, 4).reset_index().to_file(path)
    return path


def shorten(path: Path, rows: int) -> None:
    """Let index and table say that there are fewer rows than the shapes are."""
    index = path.with_suffix(".shx").read_bytes()[: 100 + 8 * rows]
    path.with_suffix(".shx").write_bytes(
        index[:24] + struct.pack(">i", len(index) // 2) + index[28:]
    )
    table = path.with_suffix(".dbf").read_bytes()
    path.with_suffix(".dbf").write_bytes(table[:4] + struct.pack("<I", rows) + table[8:])


def test_the_counts_of_index_and_table_are_not_believed(shapefile: Path) -> None:
    shorten(shapefile, 3)
    with pytest.raises(LayerError, match=r"c.shx has 3 records, but c.shp has more .*\[F04\]"):
        read_units(shapefile)


def test_the_count_of_a_table_alone_is_not_believed(shapefile: Path, grid: Grid) -> None:
    """Shapes and index of three, a table that says three and holds twelve."""
    table = shapefile.with_suffix(".dbf").read_bytes()
    grid(3, 1).reset_index().to_file(shapefile)
    shapefile.with_suffix(".dbf").write_bytes(table[:4] + struct.pack("<I", 3) + table[8:])
    with pytest.raises(LayerError, match=r"says that it has 3 records, but 12 are there \[F04\]"):
        read_units(shapefile)


def test_old_versions_of_shapes_between_the_others_are_no_loss(shapefile: Path) -> None:
    """A shape that grew is written at the end; its old place stays."""
    shp, shx = (shapefile.with_suffix(e).read_bytes() for e in (".shp", ".shx"))
    at, words = struct.unpack(">2i", shx[100 + 8 * 4 : 108 + 8 * 4])
    record = shp[2 * at : 2 * at + 8 + 2 * words]
    moved = shp + record
    shapefile.write_bytes(moved[:24] + struct.pack(">i", len(moved) // 2) + moved[28:])
    index = shx[: 100 + 8 * 4] + struct.pack(">2i", len(shp) // 2, words) + shx[108 + 8 * 4 :]
    shapefile.with_suffix(".shx").write_bytes(index)
    assert len(read_units(shapefile)) == 12


def test_the_rows_of_parquet_are_counted(grid: Grid, tmp_path: Path) -> None:
    path = tmp_path / "c.parquet"
    grid(3, 2).reset_index().to_parquet(path)
    assert pq.ParquetFile(path).metadata.num_rows == len(read_units(path)) == 6


def test_mapinfo_parts_of_two_exports_are_refused(grid: Grid, tmp_path: Path) -> None:
    frame = grid(3, 2).reset_index()[["code", "name", "geometry"]]
    for name, rows in (("a", 6), ("b", 4)):
        frame[:rows].to_file(tmp_path / f"{name}.mif", driver="MapInfo File")
        frame[:rows].to_file(tmp_path / f"{name}.tab", driver="MapInfo File")
    assert len(open_layer(tmp_path / "a.mif").frame) == 6
    for part in ("mid", "dat"):
        shutil.copy(tmp_path / f"b.{part}", tmp_path / f"a.{part}")
    for name in ("a.mif", "a.tab"):
        with pytest.raises(LayerError, match=r"\[F0[34]\]"):
            open_layer(tmp_path / name)


def test_the_answer_of_a_service_that_refused_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"error":{"code":498,"message":"Invalid token","details":[]}}')
    with pytest.raises(LayerError, match=r"service that refused: Invalid token \[F03\]"):
        open_layer(path)


def test_what_gdal_says_names_the_file_and_not_our_copy_of_it(
    grid: Callable[..., gpd.GeoDataFrame], tmp_path: Path
) -> None:
    path = tmp_path / "xã.mif"
    grid(2, 1).reset_index().to_crs(4326).to_file(path, driver="MapInfo File")
    head, _, _ = path.read_text("latin-1").partition("Data")
    path.write_text(head, "latin-1")
    with pytest.raises(LayerError, match="DATA keyword not found in xã.mif") as error:
        read_units(path)
    assert "geo_merge_" not in str(error.value)
    assert "driver" not in str(error.value)
