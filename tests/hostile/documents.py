"""Texts that mean harm: GeoJSON, TopoJSON, KML, GML, MapInfo."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from hostile.files import ANY, READ, SIZES, hostile, many, parts

_FEATURES = json.loads(parts("geojson")["geojson"])["features"]
_DEEP = many(20_000, 2_000_000)
# From 3.14 on Python's own reader goes as deep as its stack does.
_TOO_DEEP = "F03" if sys.version_info < (3, 14) else ANY
_MANY = int(SIZES.features)
_KEYS = int(SIZES.fields)


def collection(features: list[Any], **more: Any) -> bytes:
    """Return a collection of features."""
    return json.dumps({"type": "FeatureCollection", **more, "features": features}).encode()


def _geometry(text: bytes) -> bytes:
    return (
        b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"00100"},'
        b'"geometry":' + text + b"}]}"
    )


def _first_number(text: bytes) -> bytes:
    number = str(_FEATURES[0]["geometry"]["coordinates"][0][1][0]).encode()
    return collection(_FEATURES).replace(number, text, 1)


def _crs(kind: str, **properties: str) -> bytes:
    return collection(_FEATURES, crs={"type": kind, "properties": properties})


_NULL = b'{"type":"Feature","properties":{"code":"1"},"geometry":null}'
_CALL = "http://127.0.0.1:9/a"
_WIDE = [{**f, "properties": {**f["properties"], **{f"k{i}_{j}": 1 for j in range(_KEYS // 6)}}}
         for i, f in enumerate(_FEATURES)]  # fmt: skip
_TWICE = b'{"code":"00100",' + b"".join(b'"k%d":1,' % k for k in range(_KEYS * 20)) + b'"k0":2}'
_ARCS = {"type": "Topology", "arcs": [[[105 + k / 1e5, 21] for k in range(many(1_000, 10_000))]],
         "objects": {"a": {"type": "GeometryCollection", "geometries": [
             {"type": "Polygon", "properties": {"code": str(k)}, "arcs": [[0, -1] * many(500, 50)]}
             for k in range(many(30, 1_500))]}}}  # fmt: skip
JSON = {
    "json_deep_arrays.geojson": ("F03", _geometry(b'{"type":"Polygon","coordinates":' + b"[" * _DEEP + b"]" * _DEEP + b"}")),
    "json_deep_objects.geojson": (_TOO_DEEP, collection(_FEATURES).replace(b'"code": "00100"', b'"code": "00100", "x":' + b'{"a":' * _DEEP + b"1" + b"}" * _DEEP, 1)),
    "json_deep_collections.geojson": ("F03 G03", _geometry(b'{"type":"GeometryCollection","geometries":[' * _DEEP + b"]}" * _DEEP)),
    "json_nulls.geojson": ("S05", b'{"type":"FeatureCollection","features":[' + b",".join([_NULL] * (_MANY + 1)) + b"]}"),
    "json_nulls_without_properties.geojson": ("S05", b'{"type":"FeatureCollection","features":[' + b",".join([_NULL.replace(b'{"code":"1"}', b"null")] * (_MANY + 1)) + b"]}"),
    "json_lines.geojsonl": ("S05", b"\n".join([_NULL] * (_MANY + 1))),
    "json_broken_lines.geojsonl": ("F03", b"\n".join([_NULL[:-1]] * _MANY)),
    "json_many_keys.geojson": ("S05", collection(_WIDE)),
    "json_key_twice.geojson": ("F03", collection(_FEATURES).replace(json.dumps(_FEATURES[0]["properties"]).encode(), _TWICE, 1)),
    "json_nan.geojson": ("G02 F03", _first_number(b"NaN")),
    "json_infinity.geojson": ("G02 F03", _first_number(b"-Infinity")),
    "json_1e999.geojson": ("G02", _first_number(b"1e999")),
    "json_1e308.geojson": ("R02 G02 G04", _first_number(b"1e308")),
    "json_400_digits.geojson": ("G02", _first_number(b"9" * 400)),
    "json_million_digits.geojson": ("G02 F03", _first_number(b"9" * many(10_000, 1_000_000))),
    "json_crs_link.geojson": ("R01", _crs("link", href=_CALL, type="proj4")),
    "json_crs_url.geojson": ("R01", _crs("url", url=_CALL)),
    "json_crs_http.geojson": ("R01", _crs("name", name=_CALL)),
    "json_crs_file.geojson": ("R01", _crs("name", name="/etc/passwd")),
    "json_crs_windows_file.geojson": ("R01", _crs("name", name="C:\\secret.prj")),
    "json_crs_grids.geojson": ("R01", _crs("name", name="+proj=longlat +nadgrids=/etc/passwd")),
    "json_crs_long.geojson": ("R01 F03", _crs("name", name="PROJCS[" * many(10_000, 1_000_000))),
    "json_vrt.geojson": ("F01", b"<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"),
    "json_pipeline.geojson": ("F01", b'{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline ! read /etc/passwd ! write"}'),
    "json_stac.json": ("G03", b'{"type":"FeatureCollection","stac_version":"1.0.0","features":[{"type":"Feature","stac_version":"1.0.0","id":"a","properties":{},"geometry":null,"links":[],"assets":{"a":{"href":"http://127.0.0.1:9/a"}}}]}'),
    "json_half_character.geojson": ("F05 F03", collection(_FEATURES).replace(b"X", b"\\ud800", 1)),
    "json_one_number.geojson": ("F01 F03", b"{" + b"1" * _DEEP),
    "json_no_objects.topojson": ("F07 G03 F03", b'{"type":"Topology","arcs":[],"objects":{}}'),
    "json_arcs_again.topojson": ("S02", json.dumps(_ARCS).encode()),
    "json_arc_without_end.topojson": ("F03", json.dumps({**_ARCS, "arcs": []}).encode()),
    "json_transform_inf.topojson": ("G02 F03 R02 G04 R01", json.dumps({**_ARCS, "arcs": [[[1, 1], [2, 2], [3, 1], [1, 1]]], "transform": {"scale": [1e308, 1e308], "translate": [1e308, 0]}}).encode()),
}  # fmt: skip
for _name, (_ends, _data) in JSON.items():
    hostile(_name, _ends)(lambda path, data=_data: path.write_bytes(data))

_KML = parts("kml")["kml"]
_GML = parts("gml")["gml"]
_DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
_NO_HEAD = _KML[_KML.index(b"<kml") :]
_RING = b"<outerBoundaryIs><LinearRing><coordinates>105,21 106,21 106,22 105,21</coordinates></LinearRing></outerBoundaryIs>"
_POLYGON = b"<Polygon>" + _RING + b"</Polygon>"


def _kml(inner: bytes) -> bytes:
    return (
        b'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        + inner
        + b"</Document></kml>"
    )


XML = {
    "kml_entity.kml": ("S03", _DOCTYPE + _NO_HEAD),
    "kml_laughs.kml": ("F01", _DOCTYPE.replace(b'SYSTEM "file:///etc/passwd"', b'"' + b"ha" * 9_999 + b'"') + _NO_HEAD),
    "kml_link.kml": ("S03", _kml(b"<NetworkLink><Link><href>http://127.0.0.1:9/a</href></Link></NetworkLink>")),
    "kml_deep_folders.kml": ("S03 F03 F07 S06 F06", _kml(b"<Folder>" * _DEEP + b"<Placemark>" + _POLYGON + b"</Placemark>" + b"</Folder>" * _DEEP)),
    "kml_deep_geometries.kml": ("S03 F03 F07 S06 G01 G03 K01", _kml(b"<Placemark><name>a</name>" + b"<MultiGeometry>" * _DEEP + _POLYGON + b"</MultiGeometry>" * _DEEP + b"</Placemark>")),
    "kml_placemarks.kml": ("S05", _kml((b"<Placemark>" + _POLYGON + b"</Placemark>") * (_MANY + 1))),
    "kml_fields.kml": ("S05 K01", _kml(b"<Placemark><ExtendedData>" + b"".join(b'<Data name="k%d"><value>1</value></Data>' % k for k in range(many(400, 60_000))) + b"</ExtendedData>" + _POLYGON + b"</Placemark>")),
    "kml_inf.kml": ("G02 F03 R02 G04 K01 G01", _kml(b"<Placemark>" + _POLYGON.replace(b"106,21", b"inf,1e999") + b"</Placemark>")),
    "kml_encoding.kml": ("F05", b'<?xml version="1.0" encoding="rot13"?>' + _NO_HEAD),
    "kml_folders.kml": ("F06 S05", _kml(b"".join(b"<Folder><name>f%d</name><Placemark>%s</Placemark></Folder>" % (k, _POLYGON) for k in range(int(SIZES.layers) * 2)))),
    "gml_entity.gml": ("S03", _DOCTYPE + _GML[_GML.index(b"<ogr:Feat") :]),
    "gml_elsewhere.gml": ("S03", _GML.replace(b"<gml:exterior>", b'<gml:exterior xlink:href="file:///etc/passwd">', 1).replace(b"<ogr:Feat", b"<ogr:Feat", 1)),
    "gml_crs_file.gml": ("R01", _GML.replace(b"urn:ogc:def:crs:EPSG::9214", b"/etc/passwd")),
    "gml_deep.gml": ("F03 S03 S06 F07 G01 K01 G03", _GML.replace(b"<ogr:code>", b"<ogr:code>" + b"<ogr:a>" * _DEEP + b"</ogr:a>" * _DEEP, 1)),
    "gml_dimension.gml": ("F03 G01 G03 G04 R02", _GML.replace(b"<gml:posList>", b'<gml:posList srsDimension="999999999">')),
    "gml_infinite.gml": ("G02 F03 R02 G01 G04", _GML.replace(b"<gml:posList>", b"<gml:posList>inf 1e999 ")),
}  # fmt: skip
for _name, (_ends, _data) in XML.items():
    hostile(_name, _ends)(lambda path, data=_data: path.write_bytes(data))

MAPINFO = {
    "mif_regions": ("F03 F04", "mif", b"Region 1", b"Region 2000000000"),
    "mif_points": ("F03 F04", "mif", b"\n  5\n", b"\n  2000000000\n"),
    "mif_charset": (READ, "mif", b"Neutral", b"rot13"),
    "mif_infinite": ("G02 F03 F04 R02 G01 G04", "mif", b"\n403000 ", b"\n1e999 "),
    "mif_columns": ("F03 F04 K01 S05", "mif", b"Columns 2", b"Columns 2000000000"),
    "tab_of_others": (
        "S03",
        "tab",
        b"Definition Table",
        b'Open Table "/etc/passwd" Hide\nDefinition Table',
    ),
    "tab_picture": ("S03", "tab", b"Type NATIVE", b'File "/etc/passwd"\n  Type "RASTER"'),
    "tab_fields": ("F03 F04 K01 S05", "tab", b"Fields 2", b"Fields 2000000000"),
    "tab_records": ("F03 F04", "dat", b"\x0c\0\0\0", b"\xff\xff\xff\xff"),
    "tab_widths": ("F03 F04", "dat", b"C\0\0\0\0", b"C\0\0\0\0\xff"),
}


def _mapinfo(path: Path, ending: str, old: bytes, new: bytes) -> None:
    kind = path.name[:3]
    path.mkdir()
    for end, data in parts(kind).items():
        more = data.replace(old, new, 1) if end == ending else data
        (path / f"a.{end}").write_bytes(more[: len(data)] if end == "dat" else more)


for _name, (_ends, *_change) in MAPINFO.items():
    hostile(_name, _ends)(lambda path, change=_change: _mapinfo(path, *change))


@hostile("tab_map_points_to_one.d", "F03 F04 G04 S02 S06 K01 C04 G01 G03")
def _one_shape(path: Path) -> None:
    """All rows of the index point to one shape."""
    path.mkdir()
    for end, data in parts("tab").items():
        copied = data[:4] * (len(data) // 4) if end == "id" else data
        (path / f"a.{end}").write_bytes(copied)
