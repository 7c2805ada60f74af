"""GeoJSON read with and without simdjson: the same values, the same words."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from conftest import ROOT
from pyogrio.errors import DataSourceError

from geo_merge.errors import GeoMergeError
from geo_merge.reading import encodings, json_values
from geo_merge.reading.geojson_layer import read_geojson
from geo_merge.reading.plain.plain import read_plain
from geo_merge.reading.plain.ragged import NotPlainError
from geo_merge.vocabulary.limits import Sizes

RING = "[[106,21],[106.1,21],[106.05,21.1],[106,21]]"
POLYGON = f'{{"type":"Polygon","coordinates":[{RING}]}}'


def feature(properties: str = '{"code":"1"}', geometry: str = POLYGON) -> str:
    return f'{{"type":"Feature","properties":{properties},"geometry":{geometry}}}'


def collection(*features: str, more: str = "") -> bytes:
    return f'{{"type":"FeatureCollection",{more}"features":[{",".join(features)}]}}'.encode()


def ring(text: str) -> str:
    return f'{{"type":"Polygon","coordinates":[[{text}]]}}'


DOCUMENTS = {
    "plain": collection(feature(), feature('{"code":"2","n":1.5,"of":[1,{"a":null}]}')),
    "mark": b"\xef\xbb\xbf" + collection(feature()),
    "feature": feature().encode(),
    "lines": (feature() + "\n" + feature('{"code":"2"}')).encode(),
    "null": collection(feature(), feature('{"code":"2"}', "null")),
    "no properties": collection(feature("null")),
    "two parts": collection(feature(geometry=f'{{"type":"MultiPolygon","coordinates":[[{RING}],[{RING}]]}}')),
    "heights": collection(feature(geometry=ring("[106,21,0],[107,21,1.5],[106,22,2],[106,21,0]"))),
    "whole numbers": collection(feature(geometry=ring("[0,0],[9007199254740993,0],[1,1],[0,0]"))),
    "digits": collection(feature(geometry=ring("[-0.0,1e-7],[0.1234567890123456789,0],[1E0,1],[0,1e-7]"))),
    "largest": collection(feature('{"code":18446744073709551615,"b":-9223372036854775808}')),
    "no room": collection(feature('{"code":18446744073709551616,"b":-9223372036854775809}')),
    "no room in a coordinate": collection(feature(geometry=ring(f"[0,0],[1,0],[1,{'9' * 400}],[0,0]"))),
    "beyond 64 bits in a coordinate": collection(feature(geometry=ring(f"[0,0],[1,0],[1,{'9' * 30}],[0,0]"))),
    "NaN": collection(feature(geometry=ring("[0,0],[1,NaN],[1,1],[0,0]"))),
    "NaN beside": collection(feature('{"code":"1","n":NaN}')),
    "1e999": collection(feature(geometry=ring("[0,0],[1,1e999],[1,1],[0,0]"))),
    "1e999 beside": collection(feature('{"code":"1","n":1e999}')),
    "texts for numbers": collection(feature(geometry=ring('["0","0"],["1","0"],["1","1"],["0","0"]'))),
    "truths for numbers": collection(feature(geometry=ring("[0,0],[true,0],[1,1],[0,0]"))),
    "other widths": collection(feature(geometry=ring("[0,0],[1,0,5],[1,1],[0,0]"))),
    "open ring": collection(feature(geometry=ring("[0,0],[1,0],[1,1],[0,1]"))),
    "point": collection(feature(geometry='{"type":"Point","coordinates":[1,2]}')),
    "collection": collection(feature(geometry=f'{{"type":"GeometryCollection","geometries":[{POLYGON}]}}')),
    "half a character": collection(feature('{"code":"\\ud800"}')),
    "not UTF-8": collection(feature('{"code":"é"}')).decode().encode("latin-1"),
    "cut off": collection(feature())[:-9],
    "one property twice": collection(feature('{"code":"1","n":1,"n":2}')),
    "one without a name twice": collection(feature('{"code":"1","":1,"":2}')),
    "two geometries": collection(feature(geometry=f'{POLYGON},"geometry":null')),
    "coordinates twice": collection(feature(geometry=POLYGON[:-1] + ',"coordinates":[]}')),
    "features twice": collection(feature(), more='"features":[],'),
    "no feature": collection(feature(), "7"),
    "CRS": collection(feature(), more='"crs":{"type":"name","properties":{"name":"EPSG:9214"}},'),
    "deep": collection(feature('{"code":"1","n":' + "[" * 600 + "]" * 600 + "}")),
}  # fmt: skip
REFUSED = {
    "two geometries": "row 1 has 'geometry' twice", "coordinates twice": "has 'coordinates' twice",
    "features twice": "has 'features' twice", "one property twice": "property twice", "one without a name twice": "property twice",
    "half a character": "half of a character", "NaN": "no finite number",
}  # fmt: skip


def outcome(path: Path) -> Any:
    """Return all that a layer has, read both ways, or the words by which it is refused."""
    try:
        raw = read_geojson(path, None, encodings.Texts(), Sizes())
    except (GeoMergeError, DataSourceError, UnicodeDecodeError) as error:
        return str(error)
    columns = {
        c: [repr(v) for v in raw.frame[c]] for c in raw.frame if c != raw.frame.geometry.name
    }
    try:
        plain = read_plain(path, columns=["code"])
        rows = np.arange(len(plain.vertices))
        polygons, there = plain.read(rows)
        lean: Any = (plain.names, plain.columns, shapely.to_wkb(polygons.geometries()), list(there))
    except (NotPlainError, GeoMergeError) as error:
        lean = type(error).__name__
    shapes = shapely.to_wkb(np.asarray(raw.frame.geometry.values), flavor="iso").tolist()
    return (
        columns,
        {k: str(t) for k, t in raw.frame.dtypes.items()},
        shapes,
        str(raw.frame.crs),
        str(lean),
    )


@pytest.mark.parametrize("name", DOCUMENTS)
def test_without_simdjson_all_is_the_same(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if json_values.simdjson is None:
        pytest.skip("simdjson is not installed")
    path = tmp_path / "layer.geojson"
    path.write_bytes(DOCUMENTS[name])
    with_it = outcome(path)
    monkeypatch.setattr(json_values, "simdjson", None)
    assert outcome(path) == with_it
    assert REFUSED.get(name, "") in str(with_it)


def test_a_number_beyond_64_bits_keeps_its_digits(tmp_path: Path) -> None:
    path = tmp_path / "layer.geojson"
    path.write_bytes(DOCUMENTS["no room"])
    frame = read_geojson(path, None, encodings.Texts(), Sizes()).frame
    assert frame.loc[0, ["code", "b"]].tolist() == [18446744073709551616, -9223372036854775809]


def test_every_python_that_is_promised_is_tested_and_none_needs_a_compiler() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    mark = "Programming Language :: Python :: "
    promised = [c.removeprefix(mark) for c in project["classifiers"] if c.startswith(mark)]
    assert promised == ["3.11", "3.12", "3.13", "3.14"]
    assert project["requires-python"] == f">={promised[0]}"
    matrix = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
    assert f"python: {promised}".replace("'", '"') in matrix
    assert f'versions="{" ".join(promised)}"' in (ROOT / ".ci" / "wheels").read_text("utf-8")
    # The one library without wheels for the newest Python is asked for where it has them.
    assert 'pysimdjson>=7.0; python_version < "3.14"' in project["dependencies"]
    users = [
        path.name for path in (ROOT / "geo_merge").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.Constant) and node.value == "simdjson")
        or (isinstance(node, ast.Import) and any(a.name == "simdjson" for a in node.names))
    ]  # fmt: skip
    assert users == ["json_values.py"]
