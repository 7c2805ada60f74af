"""Nothing that an input names is opened: no other file, no address."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pyarrow.parquet as pq
import pytest
from commands import run
from watching import uncalled, unopened

from geo_merge.api import read_units
from geo_merge.errors import CRSError, LayerError
from geo_merge.reading.crs_text import names_file
from geo_merge.reading.sources import open_layer
from geo_merge.system.closed import SKIPPED

Grid = Callable[..., gpd.GeoDataFrame]
SQUARE = {"type": "Polygon", "coordinates": [[[105, 21], [106, 21], [106, 22], [105, 21]]]}


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text("root:x:0:0\n<code>secret</code>\n")
    return path


def geojson(path: Path, **members: object) -> Path:
    feature = {"type": "Feature", "properties": {"code": "1", "name": "Xã 1"}, "geometry": SQUARE}
    document = {"type": "FeatureCollection", "features": [feature], **members}
    path.write_text(json.dumps(document), "utf-8")
    return path


@pytest.mark.parametrize("kind", ["link", "url", "LINK"])
@pytest.mark.parametrize("plain", [True, False])
def test_a_link_for_a_crs_is_not_followed(
    tmp_path: Path, secret: Path, kind: str, plain: bool
) -> None:
    more = {} if plain else {"features": [{"type": "Feature", "id": None, "geometry": SQUARE,
                                           "properties": {"code": "1", "x": [1]}}]}  # fmt: skip
    with uncalled() as address, unopened(secret):
        for where in (f"{address}/crs", f"file://{secret}", str(secret)):
            properties = {"href": where, "url": where, "type": "proj4"}
            path = geojson(
                tmp_path / "x.geojson", crs={"type": kind, "properties": properties}, **more
            )
            with pytest.raises(CRSError, match=r"by a link .*\[R01\]"):
                open_layer(path)
            done = run("convert", path, tmp_path / "o.geojson")
            assert done.code == 2
            assert "[R01]" in done.err
            assert not (tmp_path / "o.geojson").exists()


@pytest.mark.parametrize("name", ["EPSG:99999", "urn:ogc:def:crs:EPSG::99999", "VN-2000 zone 3"])
@pytest.mark.parametrize("value", [1, [1]], ids=["plain", "by GDAL"])
def test_a_crs_that_nobody_knows_is_told(tmp_path: Path, name: str, value: object) -> None:
    point = {"type": "Point", "coordinates": [105, 21]}  # which GDAL reads
    features = [{"type": "Feature", "properties": {"code": "1", "x": value}, "geometry": shape}
                for shape in (SQUARE, SQUARE if value == 1 else point)]  # fmt: skip
    path = geojson(tmp_path / "x.geojson", features=features,
                   crs={"type": "name", "properties": {"name": name}})  # fmt: skip
    for command in ("convert", "validate"):
        more = [tmp_path / "o.geojson"] if command == "convert" else []
        done = run(command, path, *more)
        assert done.code == 2
        assert f"x.geojson names the CRS '{name}', which is not known [R01]" in done.err


@pytest.mark.parametrize(
    "text",
    ["+init={}:x", "+proj=longlat +nadgrids={} +no_defs", "+proj=longlat +geoidgrids=@{}",
     "+proj=pipeline +step +proj=vgridshift +grids={}",
     ('GEOGCS["a",DATUM["d",SPHEROID["s",6378137,298],EXTENSION["PROJ4_GRIDS","{}"]],'
     'PRIMEM["g",0],UNIT["degree",0.0174532925199433]]'),
     ('GEOGCS["a",DATUM["d",SPHEROID["s",6378137,298]],PRIMEM["g",0],'
     'UNIT["degree",0.0174532925199433],EXTENSION["PROJ4","+proj=longlat +nadgrids={}"]]')],
)  # fmt: skip
def test_files_in_a_crs_are_not_opened(grid: Grid, tmp_path: Path, secret: Path, text: str) -> None:
    """Whatever slot of whatever format the text stands in."""
    text = text.format(secret)
    frame = grid().reset_index()
    with unopened(secret):
        frame.to_file(tmp_path / "x.shp")
        (tmp_path / "x.prj").write_text(text)
        frame.to_file(tmp_path / "x.gpkg")
        with sqlite3.connect(tmp_path / "x.gpkg") as db:
            db.execute("update gpkg_spatial_ref_sys set definition = ?", (text,))
        db.close()
        frame.to_parquet(tmp_path / "x.parquet")
        table = pq.read_table(tmp_path / "x.parquet")
        geo = json.loads(table.schema.metadata[b"geo"])
        geo["columns"]["geometry"]["crs"] = text
        pq.write_table(
            table.replace_schema_metadata({"geo": json.dumps(geo)}), tmp_path / "x.parquet"
        )
        geojson(tmp_path / "x.geojson", crs={"type": "name", "properties": {"name": text}})
        for kind in ("shp", "gpkg", "parquet", "geojson"):
            path = tmp_path / f"x.{kind}"
            with pytest.raises(CRSError, match=r"names a file .*\[R01\]"):
                read_units(path)
            done = run("convert", path, tmp_path / "o.geojson")
            assert done.code == 2
            assert "[R01]" in done.err, (kind, done.err)


@pytest.mark.parametrize(
    "text",
    ["EPSG:9214", "+init=epsg:3405", "+proj=merc +nadgrids=@null +wktext",
     'PROJCS["x",EXTENSION["PROJ4","+proj=merc +a=6378137 +nadgrids=@null +wktext +no_defs"]]',
     "urn:ogc:def:crs:EPSG::4326", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"],
)  # fmt: skip
def test_codes_and_the_grid_that_is_none_are_no_files(text: str) -> None:
    assert names_file(text) == ""


GML = """<?xml version="1.0"?>{head}
<x:FeatureCollection xmlns:x="http://x" xmlns:gml="http://www.opengis.net/gml"
 xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xsi:schemaLocation="http://x {where}">
<gml:featureMember><x:xa><x:code>1</x:code><x:name>{name}</x:name><x:geom>
<gml:Polygon srsName="{srs}"><gml:exterior{ring}><gml:LinearRing><gml:posList>
105 21 106 21 106 22 105 21</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>
</x:geom></x:xa></gml:featureMember></x:FeatureCollection>"""
KML = """<?xml version="1.0"?>{head}
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>xa</name>{more}
<Style id="s"><IconStyle><Icon><href>{where}</href></Icon></IconStyle></Style>
<Placemark><name>{name}</name><styleUrl>{where}#s</styleUrl><Polygon><outerBoundaryIs><LinearRing>
<coordinates>105,21 106,21 106,22 105,21</coordinates></LinearRing></outerBoundaryIs></Polygon>
</Placemark></Folder></Document></kml>"""


def test_gml_reads_no_schema_and_nothing_it_points_to(tmp_path: Path, secret: Path) -> None:
    path = tmp_path / "x.gml"
    entity = f'<!DOCTYPE a [<!ENTITY e SYSTEM "{secret}">]>'
    base = {"head": "", "name": "Xã 1", "srs": "EPSG:4326", "ring": ""}
    with uncalled() as address, unopened(secret):
        for where in (address, str(secret), f"file://{secret}"):
            path.write_text(GML.format(**base, where=where), "utf-8")
            assert open_layer(path).frame["name"].tolist() == ["Xã 1"]
            for more, words in (
                ({"head": entity, "name": "&e;"}, r"entities .*\[S03\]"),
                ({"ring": f' xlink:href="{where}"'}, r"stand elsewhere .*\[S03\]"),
                ({"srs": where}, r"not looked up \[R01\]"),
            ):
                path.write_text(GML.format(**{**base, **more, "where": where}), "utf-8")
                with pytest.raises(LayerError, match=words):
                    open_layer(path)
    assert {p.name for p in tmp_path.iterdir()} == {"x.gml", "secret"}  # no .gfs left behind


def test_a_schema_beside_gml_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "x.gml"
    base = {"head": "", "name": "Xã 1", "srs": "EPSG:4326", "ring": "", "where": "x.xsd"}
    path.write_text(GML.format(**base), "utf-8")
    for name in ("x.xsd", "x.gfs"):
        (tmp_path / name).write_text("<a/>")
    with unopened(tmp_path / "x.xsd"), unopened(tmp_path / "x.gfs"):
        assert len(open_layer(path).frame) == 1


def test_kml_reads_nothing_it_points_to(tmp_path: Path, secret: Path) -> None:
    path = tmp_path / "x.kml"
    link = "<NetworkLink><Link><href>{}</href></Link></NetworkLink>"
    entity = f'<!DOCTYPE a [<!ENTITY e SYSTEM "{secret}">]>'
    with uncalled() as address, unopened(secret):
        for where in (f"{address}/a.kml", str(secret), f"file://{secret}"):
            base = {"head": "", "name": "Xã 1", "more": "", "where": where}
            path.write_text(KML.format(**base), "utf-8")
            assert open_layer(path).frame["Name"].tolist() == ["Xã 1"]
            for more, words in (
                ({"more": link.format(where)}, r"NetworkLink.*\[S03\]"),
                ({"head": entity, "name": "&e;"}, r"entities .*\[S03\]"),
            ):
                path.write_text(KML.format(**{**base, **more}), "utf-8")
                with pytest.raises(LayerError, match=words):
                    open_layer(path)


TAB = "!table\n!version 300\n!charset Neutral\n\n{}\n"


@pytest.mark.parametrize(
    "body",
    ['Open Table "{0}" Hide\nOpen Table "{0}" Hide\ncreate view x as\n  Select * From a, b\n',
     'Definition Table\n  File "{0}"\n  Type "RASTER"\n  (1,1) (1,1) Label "a"\n',
     ('Definition Table\n  Type NATIVE Charset "Neutral"\n  Fields 1\n    code Char (9) ;\n'
     'begin_metadata\n"\\IsSeamless" = "TRUE"\nend_metadata\n'),
     'Definition Table\n  Type DBF Charset "Neutral"\n  Fields 1\n    code Char (9) ;\n'],
    ids=["view", "raster", "seamless", "dbf"],
)  # fmt: skip
def test_tables_of_other_tables_are_refused(tmp_path: Path, secret: Path, body: str) -> None:
    (tmp_path / "x.tab").write_text(TAB.format(body.format(secret)))
    for ending in ("dat", "map", "id"):
        (tmp_path / f"x.{ending}").touch()
    with unopened(secret), pytest.raises(LayerError, match=r"not opened \[S03\]"):
        open_layer(tmp_path / "x.tab")


@pytest.mark.parametrize("ending", ["geojson", "json", "kml", "gml", "tab", "mif", "topojson"])
@pytest.mark.parametrize(
    "content",
    [('<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{0}</SrcDataSource></OGRVRTLayer>'
     '</OGRVRTDataSource>'),
     '{{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read {0} ! write"}}',
     "<OGRWFSDataSource><URL>{0}</URL></OGRWFSDataSource>", "HTTP:{0}", "WFS:{0}", "{0}"],
)  # fmt: skip
def test_what_makes_gdal_open_others_is_no_layer(
    tmp_path: Path, secret: Path, ending: str, content: str
) -> None:
    path = tmp_path / f"x.{ending}"
    with uncalled() as address, unopened(secret):
        for where in (address, str(secret)):
            path.write_text(content.format(where))
            with pytest.raises(LayerError, match=r"\[F01\]"):
                open_layer(path)


def test_the_command_line_leaves_drivers_out() -> None:
    """GDAL registers them once, so a process of our own must say so before it is loaded."""

    code = (
        "import sys; sys.argv = ['geo-merge', 'limits']\n"
        "from geo_merge.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "import pyogrio; print(sorted(pyogrio.list_drivers()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    drivers = set(eval(done.stdout.strip().splitlines()[-1]))  # noqa: S307 - our own print
    assert drivers & set(SKIPPED) == set()
    assert {"ESRI Shapefile", "GPKG", "GeoJSON", "FlatGeobuf", "LIBKML", "GML", "OpenFileGDB",
            "MapInfo File", "TopoJSON", "ESRIJSON"} <= drivers  # fmt: skip
    assert "Warning" not in done.stderr
