"""What stands beside layers and crosswalks and means harm: tables, layers, plans and results."""

from __future__ import annotations

import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import orjson
import shapely
from commands import run
from hostile.files import ANY, frame, hostile, many, packed, parts, prepare, zipped
from hostile.given import preparing

# --- tables: each role has its headings and a sound row; each mischief makes a table of them
TABLES: dict[str, tuple[str, str]] = {
    "list": ("date,old_code,old_name,new_code,new_name", "2020-01-01,00100,A,00101,B"),
    "lookup": ("name", "Xã Lệ Viễn"),
    "decisions": ("id,decision,reason", "C01-0123456789,accept,because"),
    "recoded": ("row,code,choice,reason", "13,00112,00100,because"),
    "declared": ("new_code,area_km2,population", "90000,54,1000"),
    "seats": ("new_code,seat_old_code,lon,lat", "90000,00100,106.1,21.2"),
    "offices": ("name,old_code,lon,lat,kind,land,floor", "Office,00100,106.1,21.2,office,100,50"),
    "agencies": ("level,body,name,before,after", "commune,party,Committee,2,1"),
    "inputs": ("old_code,mountain,island,region", "00100,yes,no,red-river-delta"),
    "positions": ("old_code,lon,lat", "00100,106.04,21.24"),
}
_LONG = many(20_000, 9_000_000)
_ODD = (
    "NaN",
    "inf",
    "-1e308",
    "1e999",
    "9" * 400,
    "0x10",
    "１２",
    "1,5",
    "=1+1",
    "\u202e1",
    "<b>1</b>",
)


def _row(row: str, at: int, value: str) -> str:
    cells = row.split(",")
    cells[at % len(cells)] = f'"{value}"'
    return ",".join(cells)


MISCHIEF: dict[str, Callable[[str, str], str]] = {
    "odd_last": lambda head, row: f"{head}\n" + "".join(f"{_row(row, -1, v)}\n" for v in _ODD),
    "odd_second": lambda head, row: f"{head}\n" + "".join(f"{_row(row, 1, v)}\n" for v in _ODD),
    "odd_first": lambda head, row: f"{head}\n" + "".join(f"{_row(row, 0, v)}\n" for v in _ODD),
    "odd_each": lambda head, row: f"{head}\n" + "".join(
        f"{_row(row, k, v)}\n" for v in _ODD for k in range(head.count(",") + 1)
    ),
    "rows_again": lambda head, row: f"{head}\n" + f"{row}\n" * many(900, 90_000),
    "blank_cells": lambda head, _: f"{head}\n" + ("," * head.count(",") + "\n") * 50 + "x\n",
    "doubled_headings": lambda head, row: f"{head},{head}\n{row},{row}\n",
    "headings_alone": lambda head, _: head,
    "other_headings": lambda head, row: f"{head.upper()[::-1]}\n{row}\n",
    "open_quote": lambda head, row: f'{head}\n"{row}\n' + "1,2\n" * (_LONG // 8),
    "nul": lambda head, row: f"{head}\n{row}\0\n",
    "long_cell": lambda head, row: f"{head}\n{_row(row, -1, 'x' * _LONG)}\n",
    "far_day": lambda head, row: f"{head}\n{_row(row, 0, '99999-99-99')}\n{_row(row, 0, '0000-00-00')}\n",
}  # fmt: skip
for _role, (_head, _first) in TABLES.items():
    for _name, _made in MISCHIEF.items():
        hostile(f"{_role}_{_name}.csv", ANY, _role)(
            lambda path, made=_made, head=_head, row=_first: (
                path.write_text(made(head, row), "utf-8") and None
            )
        )
    hostile(f"{_role}_binary.csv", ANY, _role)(
        lambda path: path.write_bytes(bytes(range(256)) * 50) and None
    )
    hostile(f"{_role}_no_workbook.xlsx", ANY, _role)(
        lambda path: path.write_bytes(packed(**{"xl/workbook.xml": b"<x/>"})) and None
    )

for _role, _most in (("offices", 30_000), ("agencies", 5_000)):  # as many as papers take
    hostile(f"{_role}_most_rows.csv", ANY, _role)(
        lambda path, head=TABLES[_role][0], row=TABLES[_role][1], most=_most: (
            path.write_text(f"{head}\n" + f"{row}\n" * many(300, most), "utf-8") and None
        )
    )


# --- layers that are given beside the units


def _feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"new_code": "90000", "code": "00100", **properties},
            "geometry": geometry}  # fmt: skip


def _polygon(*ring: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def _line(*points: tuple[float, float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": points}


@cache
def _units() -> list[dict[str, Any]]:
    return [shapely.geometry.mapping(g) for g in frame().to_crs(4326).geometry]


_WEST, _SOUTH = 106.0, 21.2
_STAR = [(_WEST + (k * k % 37) / 100, _SOUTH + (k * 7 % 31) / 100) for k in range(many(40, 300))]
SHAPES: dict[str, Callable[[], list[Any]]] = {
    "nothing": list,
    "null": lambda: [None],
    "point": lambda: [{"type": "Point", "coordinates": [_WEST, _SOUTH]}],
    "empty_polygon": lambda: [{"type": "Polygon", "coordinates": []}],
    "line": lambda: [_line((_WEST, _SOUTH), (_WEST + 1, _SOUTH + 1))],
    "line_of_one_place": lambda: [_line((_WEST, _SOUTH), (_WEST, _SOUTH))],
    "far_line": lambda: [_line((_WEST, _SOUTH), (1e308, -1e308))],
    "bow": lambda: [_polygon((106, 21), (106.3, 21.5), (106.3, 21), (106, 21.5))],
    "star": lambda: [_polygon(*_STAR)],
    "star_line": lambda: [_line(*_STAR)],
    "hairline": lambda: [_polygon((106, 21), (106.3, 21.3), (106.3, 21.3 + 1e-13))],
    "world": lambda: [_polygon((-180, -90), (180, -90), (180, 90), (-180, 90))],
    "beyond_the_world": lambda: [_polygon((-1e5, -1e5), (1e5, -1e5), (1e5, 1e5))],
    "copies": lambda: _units() * many(20, 800),
    "collection": lambda: [{"type": "GeometryCollection", "geometries": [*_units()[:2], _line((106, 21), (107, 22))]}],
    "heights": lambda: [{"type": "Polygon", "coordinates": [[[106, 21, 1e308], [107, 21, 0], [107, 22, -1e308], [106, 21, 0]]]}],
    "many_lines": lambda: [_line((_WEST + k % 97 / 300, _SOUTH), (_WEST + k % 89 / 300, _SOUTH + 0.2)) for k in range(many(200, 3_000))],
}  # fmt: skip
LAYERS = ("outline", "water", "divide", "reference", "around", "roads")


def _layer(path: Path, shapes: Callable[[], list[Any]]) -> None:
    features = [_feature(shape) for shape in shapes()]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")


for _role in LAYERS:
    for _name, _shapes in SHAPES.items():
        hostile(f"{_role}_{_name}.geojson", ANY, _role)(partial(_layer, shapes=_shapes))

# --- standards, and lists of changes to plans

_STANDARD = """id = "x"
law = "A law"
source = "A page"
sure = "own"
[[class]]
id = "c"
name = "Class"
[[class.threshold]]
quantity = "population"
least = 16000
"""
STANDARDS: dict[str, str] = {
    "ok": _STANDARD,
    "empty": "",
    "least_inf": _STANDARD.replace("16000", "inf"),
    "least_nan": _STANDARD.replace("16000", "nan"),
    "least_text": _STANDARD.replace("16000", '"many"'),
    "least_negative": _STANDARD.replace("16000", "-1e308"),
    "least_400_digits": _STANDARD.replace("16000", "9" * 400),
    "least_20000_digits": _STANDARD.replace("16000", "9" * 20_000),
    "deep_arrays": _STANDARD + "remarks = " + "[" * 5_000 + "]" * 5_000,
    "deep_tables": _STANDARD + "remarks = " + "{a=" * 2_000 + "1" + "}" * 2_000,
    "dots": _STANDARD + "a" + ".a" * 100_000 + " = 1",
    "many_classes": _STANDARD + "".join(
        f'[[class]]\nid = "c{k}"\nname = "x"\n[[class.threshold]]\nquantity = "population"\nleast = {k}\n'
        for k in range(8_000)
    ),
    "class_again": _STANDARD + _STANDARD[_STANDARD.index("[[class]]") :],
    "share_of_nothing": _STANDARD.replace('"population"', '"share:x"'),
    "html": _STANDARD.replace("Class", "<script>alert(1)</script>\\u202e"),
    "control": _STANDARD.replace("Class", "a\x01b"),
    "when_list": _STANDARD.replace('name = "Class"', 'name = "Class"\nwhen = [1, 2]'),
    "day_out_of_range": "adopted = 9999-99-99\n" + _STANDARD,
    "large": _STANDARD + "#" * 1_100_000,
}  # fmt: skip
# What these end in, which failed once.
_ENDS = {"least_400_digits": "above 0", "options_unknown": "not as it was written",
         "options_texts": "not as it was written", "seat_long": "x … x"}  # fmt: skip
for _name, _text in STANDARDS.items():
    hostile(f"standard_{_name}.toml", _ENDS.get(_name, ANY), "standard")(
        lambda path, text=_text: path.write_text(text, "utf-8") and None
    )

OPERATIONS: dict[str, bytes] = {
    "empty": b"",
    "null": b"null",
    "number": b"1e999",
    "object": b"{}",
    "numbers": b"[1, 2]",
    "deep": b"[" * many(20_000, 2_000_000),
    "unknown": b'[{"operation": "explode", "units": ["00100"]}]',
    "no_units": b'[{"operation": "assign", "to": "90000"}]',
    "units_text": b'[{"operation": "assign", "units": "00100", "to": "90000"}]',
    "units_deep": b'[{"operation": "assign", "units": [[["00100"]]], "to": "90000"}]',
    "units_numbers": b'[{"operation": "assign", "units": [100, 1e308, null], "to": "90000"}]',
    "to_number": b'[{"operation": "assign", "units": ["00100"], "to": 90000}]',
    "many": b"[" + b",".join([b'{"operation": "assign", "units": ["00100"], "to": "90001"}', b'{"operation": "assign", "units": ["00100"], "to": "90000"}'] * many(100, 2_000)) + b"]",
    "long_name": b'[{"operation": "rename", "unit": "90000", "name": "' + b"x" * many(20_000, 5_000_000) + b'"}]',
    "half_character": b'[{"operation": "rename", "unit": "90000", "name": "\\ud800"}]',
    "key_again": b'[{"operation": "assign", "operation": "dissolve", "unit": "90000", "units": ["00100"], "to": "90000"}]',
    "utf16": '[{"operation": "dissolve", "unit": "90000"}]'.encode("utf-16"),
}  # fmt: skip
for _name, _bytes in OPERATIONS.items():
    hostile(f"operations_{_name}.json", ANY, "operations")(
        lambda path, data=_bytes: path.write_bytes(data) and None
    )

# --- folders that a command wrote and something else changed


@cache
def _written() -> dict[str, dict[str, bytes]]:
    """Return the files of a sound plan and of a sound result."""
    with tempfile.TemporaryDirectory() as name:
        sound = prepare(Path(name) / "sound")
        for arguments in preparing(sound):
            assert run(*arguments).code == 0
        return {
            kind: {p.name: p.read_bytes() for p in (sound / kind).iterdir()}
            for kind in ("plan", "result")
        }


def _folder(path: Path, kind: str, file: str, change: Callable[[bytes], bytes | None]) -> None:
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    for name, data in _written()[kind].items():
        after = change(data) if name == file else data
        if after is not None:
            (path / name).write_bytes(after)


def _said(**values: Any) -> Callable[[bytes], bytes]:
    return lambda data: orjson.dumps({**orjson.loads(data), **values})


def _layer_of(path: str) -> dict[str, Any]:
    return {"files": [{"path": path, "sha256": {}}], "options": {}}


CHANGES: dict[str, Callable[[bytes], bytes | None]] = {
    "missing": lambda _: None,
    "empty": lambda _: b"",
    "cut": lambda data: data[: len(data) // 2],
    "binary": lambda _: bytes(range(256)) * 20,
    "list": lambda _: b"[]",
    "deep": lambda _: b"[" * many(20_000, 1_000_000),
    "numbers": lambda data: data.replace(b"1", b"1e999"),
    "other_codes": lambda data: data.replace(b"9000", b"\xef\xbf\xbf\xe2\x80\xae"),
}
for _kind, _files in (
    ("plan", ("plan.json", "crosswalk.csv")),
    ("result", ("manifest.json", "summary.json", "new_units.geojson", "old_units.geojson",
                "crosswalk.csv", "parents.geojson", "ledger.csv", "findings.geojson")),
):  # fmt: skip
    for _file in _files:
        for _name, _what in CHANGES.items():
            hostile(f"{_kind}_{_file.replace('.', '_')}_{_name}", ANY, _kind)(
                partial(_folder, kind=_kind, file=_file, change=_what)
            )
PLANS: dict[str, dict[str, Any]] = {
    "layer_elsewhere": {"layer": _layer_of("/etc/passwd")},
    "layer_above": {"layer": _layer_of("../../../../../../etc/passwd")},
    "layer_address": {"layer": _layer_of("/vsicurl/http://127.0.0.1:9/a.gpkg")},
    "layer_of_many": {"layer": {"files": [{"path": "../units.gpkg", "sha256": {}}] * 9_999, "options": {}}},
    "layer_number": {"layer": 7},
    "options_unknown": {"layer": {"files": [], "options": {"__class__": "x", "sizes": 1}}},
    "options_texts": {"layer": {"files": [], "options": {"parent_fields": 7, "code_field": [1]}}},
    "options_crs": {"layer": {"files": [], "options": {"crs": {"a": 1}}}},
    "options_layer": {"layer": {"files": [], "options": {"layer": 5, "encoding": "rot13"}}},
    "new_again": {"new": [{"code": "90000", "name": "", "type": "", "seat": ""}] * 1_000},
    "new_numbers": {"new": [1, None, "x"]},
    "locks_unknown": {"locks": ["nowhere", 7, None]},
    "notes_deep": {"notes": {"a": {"b": [1]}}},
    "format_of_tomorrow": {"format": "geo_merge plan 2"},
    "seat_long": {"new": [{"code": "90000", "name": "x" * 2_000_000, "type": "", "seat": ""}]},
}  # fmt: skip
for _name, _values in PLANS.items():
    hostile(f"plan_{_name}", _ENDS.get(_name, ANY), "plan-of" if _name in _ENDS else "plan")(
        partial(_folder, kind="plan", file="plan.json", change=_said(**_values))
    )

# --- archives in archives, and formats that are not what they say


def _kml() -> bytes:
    return parts("kml")["kml"]


def _book(**parts_of: bytes) -> bytes:
    """Return a workbook with further or other parts."""
    import openpyxl  # noqa: PLC0415

    file = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["old_code", "new_code", "new_name"])
    for k in range(100, 112):
        book.active.append([f"{k:05d}", "90000", "Mới"])
    book.save(file)
    with zipfile.ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    return packed(**{**entries, **parts_of})


def _nested(depth: int) -> bytes:
    data = packed(**{f"a.{end}": part for end, part in parts("shp").items()})
    for k in range(depth):
        data = packed(**{f"inner{k}.zip": data})
    return data


def _doubled_entries(path: Path) -> None:
    import warnings  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        zipped(path, [(f"a.{end}", part) for end, part in parts("shp").items()] * 2)


_EXTERNAL = {
    "xl/externalLinks/externalLink1.xml": b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>',
    "xl/externalLinks/_rels/externalLink1.xml.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="x" Target="file:///etc/passwd" TargetMode="External"/></Relationships>',
}
FORMATS: dict[str, Callable[[Path], Any]] = {
    "zip_in_zip.zip": lambda path: path.write_bytes(_nested(1)),
    "zip_nine_deep.zip": lambda path: path.write_bytes(_nested(9)),
    "zip_entries_again.zip": _doubled_entries,
    "zip_empty.zip": lambda path: path.write_bytes(packed()),
    "zip_end_alone.zip": lambda path: path.write_bytes(b"PK\5\6" + bytes(18)),
    "zip_names_not_utf8.zip": lambda path: path.write_bytes(_nested(0).replace(b"a.shp", b"\xff.shp")),
    "zip_encrypted.zip": lambda path: path.write_bytes(_nested(0).replace(b"PK\3\4\x14\0\0\0", b"PK\3\4\x14\0\1\0").replace(b"PK\1\2\x14\3\x14\0\0\0", b"PK\1\2\x14\3\x14\0\1\0")),
    "zip_wrong_sum.zip": lambda path: path.write_bytes(_nested(0)[:80] + b"\xff\xff\xff" + _nested(0)[83:]),
    "kmz_bomb.kmz": lambda path: path.write_bytes(packed(**{"doc.kml": _kml() + b" " * many(11_000_000, 1_100_000_000)})),
    "kmz_without_kml.kmz": lambda path: path.write_bytes(packed(**{"a.txt": b"x"})),
    "kmz_two.kmz": lambda path: path.write_bytes(packed(**{"doc.kml": _kml(), "other.kml": _kml()})),
    "kmz_in_kmz.kmz": lambda path: path.write_bytes(packed(**{"doc.kml": packed(**{"doc.kml": _kml()})})),
    "kmz_pictures.kmz": lambda path: path.write_bytes(packed(**{"doc.kml": _kml(), **{f"files/{k}.png": b"x" for k in range(many(60, 5_000))}})),
    "xlsx_external.xlsx": lambda path: path.write_bytes(_book(**_EXTERNAL)),
    "xlsx_macro_sheet.xlsx": lambda path: path.write_bytes(_book(**{"xl/macrosheets/sheet1.xml": b"<x/>", "xl/vbaProject.bin": b"\xd0\xcf"})),
    "xlsx_no_types.xlsx": lambda path: path.write_bytes(_book(**{"[Content_Types].xml": b""})),
    "xlsx_wrong_relations.xlsx": lambda path: path.write_bytes(_book(**{"xl/_rels/workbook.xml.rels": b"<x/>"})),
    "xlsx_in_xlsx.xlsx": lambda path: path.write_bytes(packed(**{"xl/workbook.xml": _book()})),
    "topo_loops.topojson": lambda path: path.write_bytes(_topology([[0, 1, 2, 0, 1, 2]])),
    "topo_own_back.topojson": lambda path: path.write_bytes(_topology([[0, -1]])),
    "topo_far_arc.topojson": lambda path: path.write_bytes(_topology([[2**31]])),
    "topo_arc_text.topojson": lambda path: path.write_bytes(_topology([["0"]])),
    "topo_nested_arcs.topojson": lambda path: path.write_bytes(_topology([[[[[0]]]]])),
    "topo_object_in_itself.topojson": lambda path: path.write_bytes(_topology([[0]], kind="GeometryCollection")),
    "gml_outside_entity.gml": lambda path: path.write_bytes(b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">' + _gml()),
    "gml_parameter_entity.gml": lambda path: path.write_bytes(b'<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]>' + _gml()),
    "gml_loop.gml": lambda path: path.write_bytes(_gml().replace(b"<gml:exterior>", b'<gml:exterior xlink:href="#a.0" xmlns:xlink="http://www.w3.org/1999/xlink">', 1)),
    "gml_schema_elsewhere.gml": lambda path: path.write_bytes(_gml().replace(b'xsi:schemaLocation="', b'xsi:schemaLocation="http://127.0.0.1:9/ http://127.0.0.1:9/a.xsd ', 1)),
    "gml_utf16.gml": lambda path: path.write_bytes(parts("gml")["gml"].decode().replace("utf-8", "utf-16").encode("utf-16")),
    "gml_arcs.gml": lambda path: path.write_bytes(_gml().replace(b"gml:LinearRing", b"gml:ArcString")),
    "mif_version.mif": lambda path: _mif(path, b"Version", b"Version 99999999999999"),
    "mif_delimiter.mif": lambda path: _mif(path, b'Delimiter ","', b'Delimiter "\0"'),
    "mif_transform.mif": lambda path: _mif(path, b"Columns", b"Transform 0,0,1e308,nan\nColumns"),
    "mif_unique.mif": lambda path: _mif(path, b"Columns", b"Unique 1,1,1,9999999\nIndex -1\nColumns"),
    "mif_coordsys_file.mif": lambda path: _mif(path, b"CoordSys", b'CoordSys Table "/etc/passwd"\nCoordSys'),
    "mif_bounds.mif": lambda path: _mif(path, b"Columns", b"CoordSys Earth Projection 1, 104 Bounds (1e308, nan) (-inf, 0)\nColumns"),
    "mif_no_data.mif": lambda path: _mif(path, b"Data", b"Dat"),
    "mif_pline_of_none.mif": lambda path: _mif(path, b"Region 1", b"Pline Multiple 0\nRegion 1"),
    "tab_alone.tab": lambda path: path.write_bytes(parts("tab")["tab"]),
    "tab_without_map.d": lambda path: _tab(path, "map"),
    "tab_without_id.d": lambda path: _tab(path, "id"),
    "tab_without_dat.d": lambda path: _tab(path, "dat"),
    "tab_seamless.tab": lambda path: path.write_bytes(b'!table\n!version 300\nDefinition Table\n  Type SEAMLESS\n  File "/etc/passwd"\n'),
    "tab_view.tab": lambda path: path.write_bytes(b'!table\n!version 100\nOpen Table "a" Hide\nCreate View b As Select * From a\n'),
    "fgb_index.fgb": lambda path: path.write_bytes(_middle(parts("fgb")["fgb"], 0.5, b"\xff" * 60)),
    "fgb_index_zeros.fgb": lambda path: path.write_bytes(_middle(parts("fgb")["fgb"], 0.3, bytes(200))),
    "fgb_sizes.fgb": lambda path: path.write_bytes(_middle(parts("fgb")["fgb"], 0.8, b"\xff\xff\xff\x7f")),
    "fgb_magic_alone.fgb": lambda path: path.write_bytes(b"fgb\3fgb\0"),
    "fgb_head_in_itself.fgb": lambda path: path.write_bytes(_middle(parts("fgb")["fgb"], 0.02, bytes(24))),
}  # fmt: skip


def _topology(arcs: Any, kind: str = "Polygon") -> bytes:
    line = [[106 + k / 10, 21 + k % 2 / 10] for k in range(3)]
    own: dict[str, Any] = {"type": kind, "properties": {"code": "00100"}, "arcs": arcs}
    if kind == "GeometryCollection":
        for _ in range(400):
            own = {"type": kind, "geometries": [own, own] if _ < 12 else [own]}
    return json.dumps({"type": "Topology", "arcs": [line, line[::-1], line],
                       "objects": {"a": {"type": "GeometryCollection", "geometries": [own]}}}).encode()  # fmt: skip


def _gml() -> bytes:
    data = parts("gml")["gml"]
    return data[data.index(b"<ogr:Feat") :]


def _mif(path: Path, old: bytes, new: bytes) -> None:
    data = parts("mif")
    assert old in data["mif"], old
    path.write_bytes(data["mif"].replace(old, new, 1))
    path.with_suffix(".mid").write_bytes(data["mid"])


def _tab(path: Path, without: str) -> None:
    path.mkdir()
    for end, data in parts("tab").items():
        if end != without:
            (path / f"a.{end}").write_bytes(data)


def _middle(data: bytes, at: float, new: bytes) -> bytes:
    k = int(at * len(data))
    return data[:k] + new + data[k + len(new) :]


for _name, _write in FORMATS.items():
    hostile(_name, ANY)(lambda path, write=_write: write(path) and None)


def _geodatabase(path: Path, number: int) -> None:
    """Write a geodatabase of which one file is damaged."""
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "a.gdb"
        frame().to_file(whole, driver="OpenFileGDB")
        path.mkdir()
        tables = sorted(p.name for p in whole.iterdir())
        for name in tables:
            data = (whole / name).read_bytes()
            chosen = name == tables[number * len(tables) // 12]
            (path / name).write_bytes(_middle(data, 0.3, b"\xff" * 40) if chosen else data)


for _k in range(12):
    hostile(f"gdb_damaged_{_k}.gdb", ANY)(partial(_geodatabase, number=_k))
