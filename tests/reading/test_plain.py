"""Fast readers: they read what GDAL reads, and leave to it what they do not understand."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import DATA
from geopandas.testing import assert_geodataframe_equal, assert_geoseries_equal
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_files import (
    POLYGON,
    POLYGON_M,
    POLYGON_Z,
    Ring,
    agrees_with_gdal,
    box,
    by_gdal,
    write_geojson_text,
    write_shapefile,
)

from geo_merge.errors import LayerError
from geo_merge.reading.plain.plain import read_plain
from geo_merge.reading.plain.ragged import NotPlainError
from geo_merge.reading.sources import open_layer

Grid = Callable[..., gpd.GeoDataFrame]
SHELL, HOLE = box(0, 0, 8, 8, clockwise=True), box(2, 2, 4, 4, clockwise=False)
ISLAND = box(3, 3, 1, 1, clockwise=True)
APART = box(20, 0, 2, 2, clockwise=True)


@pytest.mark.parametrize(
    ("name", "records"),
    [
        ("one", [[SHELL]]),
        ("hole", [[SHELL, HOLE]]),
        ("hole before its shell", [[HOLE, SHELL], [APART]]),
        ("island in a lake", [[SHELL, HOLE, ISLAND]]),
        ("two shells with holes", [[SHELL, APART, HOLE, box(20.5, 0.5, 1, 1, clockwise=False)]]),
        ("null", [None, [SHELL], None]),
        ("hole at a corner of its shell", [[SHELL, [(0, 0), (1, 0.5), (0.5, 1), (0, 0)]]]),
    ],
)
@pytest.mark.parametrize("kind", [POLYGON, POLYGON_Z, POLYGON_M])
def test_sound_shapes_are_plain(
    tmp_path: Path, name: str, records: list[list[Ring] | None], kind: int
) -> None:
    path = tmp_path / f"{name}.shp"
    write_shapefile(path, records, kind)
    assert agrees_with_gdal(path)


@pytest.mark.parametrize(
    ("name", "records"),
    [
        ("open", [[SHELL[:-1]]]),
        ("two points", [[SHELL[:2] + SHELL[:1]]]),
        ("not finite", [[[(0, 0), (0, float("nan")), (1, 1), (0, 0)]]]),
        ("all wound the wrong way", [[SHELL[::-1], HOLE[::-1]]]),
        ("hole wound like a shell", [[SHELL, HOLE[::-1]]]),
        ("hole beside its shell", [[SHELL, APART[::-1]]]),
        ("twice the same", [[SHELL, SHELL]]),
        ("no area", [[SHELL, [(30, 0), (31, 1), (30, 0), (30, 0)]]]),
        ("holes that cross", [[SHELL, HOLE, box(3, 3, 4, 4, clockwise=False)]]),
    ],
)  # fmt: skip
def test_odd_shapes_are_left_to_gdal(
    tmp_path: Path, name: str, records: list[list[Ring] | None]
) -> None:
    path = tmp_path / f"{name}.shp"
    write_shapefile(path, records)
    with pytest.raises(NotPlainError):
        read_plain(path).read(np.arange(len(records)))


RINGS = st.builds(
    box,
    st.integers(0, 6), st.integers(0, 6), st.integers(1, 6), st.integers(1, 6),
    clockwise=st.booleans(),
)  # fmt: skip


@given(st.lists(st.none() | st.lists(RINGS, min_size=1, max_size=5), min_size=1, max_size=4))
@settings(max_examples=300)
def test_law_rings_in_any_order_and_winding_are_read_as_by_gdal_or_not_at_all(
    records: list[list[Ring] | None],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rings.shp"
        write_shapefile(path, records)
        agrees_with_gdal(path)


@given(st.data())
@settings(max_examples=50)
def test_law_a_multipolygon_that_gdal_wrote_is_plain(data: st.DataObject) -> None:
    """Cells of a grid, each with a lake, each lake perhaps with an island."""
    cells = data.draw(st.lists(st.integers(0, 8), min_size=1, max_size=5, unique=True))
    parts = []
    for cell in cells:
        x, y = 10.0 * (cell % 3), 10.0 * (cell // 3)
        land = shapely.box(x, y, x + 9, y + 9)
        if data.draw(st.booleans()):
            land -= shapely.box(x + 2, y + 2, x + 6, y + 6)
            if data.draw(st.booleans()):
                parts.append(shapely.box(x + 3, y + 3, x + 4, y + 4))
        parts.append(land)
    frame = gpd.GeoDataFrame({"k": [1]}, geometry=[shapely.multipolygons(parts)], crs=4326)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "written.shp"
        frame.to_file(path)
        assert agrees_with_gdal(path)


def test_rows_are_read_by_themselves(tmp_path: Path) -> None:
    path = tmp_path / "x.shp"
    write_shapefile(path, [[SHELL, HOLE], None, [APART], [ISLAND]])
    polygons, there = read_plain(path).read(np.array([3, 1, 0]))
    assert there.tolist() == [True, False, True]
    assert [shape.area for shape in polygons.geometries()] == [1, 48]


@pytest.mark.parametrize(
    ("columns", "plain"),
    [
        ({"t": ["Hoà", None, ""], "n": [1, 2, 3], "x": [1.5, -2e-7, 3e12]}, True),
        ({"n": [1, None, 3], "wide": [10**16, -(10**16), 0], "x": [None, 0.1, 0.2]}, True),
        ({"wider": [10**17, -(10**17), 0]}, False),
        ({"t": [" before", "after ", "x"]}, False),
        ({"flag": [True, False, True]}, False),
    ],
)
def test_tables_are_read_as_by_gdal(tmp_path: Path, columns: dict[str, Any], plain: bool) -> None:
    path = tmp_path / "x.shp"
    shapes = [shapely.box(k, 0, k + 1, 1) for k in range(3)]
    gpd.GeoDataFrame(columns, geometry=shapes, crs=4326).to_file(path, encoding="UTF-8")
    assert agrees_with_gdal(path) == plain


@pytest.mark.parametrize("crs", [4326, 9214, 32648, 3857])
def test_the_crs_is_that_of_gdal(tmp_path: Path, crs: int) -> None:
    path = tmp_path / "x.shp"
    gpd.GeoDataFrame({"k": [1]}, geometry=[shapely.box(0, 0, 1, 1)], crs=crs).to_file(path)
    assert by_gdal(path).crs == read_plain(path).crs == f"EPSG:{crs}"


def test_only_the_columns_asked_for_are_read(tmp_path: Path) -> None:
    shapes = [shapely.box(0, 0, 1, 1)]
    frame = gpd.GeoDataFrame(
        {"a": [1], "b": [2], "when": ["2025-07-01"]}, geometry=shapes, crs=4326
    )
    for name in ("x.shp", "x.geojson"):
        frame.to_file(tmp_path / name)
        layer = read_plain(tmp_path / name, columns=["b"])
        assert layer.columns == {"b": [2]}
        assert layer.names == ("a", "b", "when")


COORDINATES = [[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]], [[1, 1], [1, 2], [2, 2], [1, 1]]]
SQUARE = {"type": "Polygon", "coordinates": COORDINATES}
PLAIN = [
    ("several", [({"k": 1}, SQUARE), ({"k": 2}, {"type": "MultiPolygon", "coordinates": [COORDINATES, [[[9, 9], [9, 10], [10, 10], [9, 9]]]]})]),
    ("null", [({"k": 1}, None), ({"k": 2}, SQUARE)]),
    ("heights", [({"k": 1}, {"type": "Polygon", "coordinates": [[[*p, 7.5] for p in COORDINATES[0]]]})]),
    ("whole and not", [({"k": 1, "x": 1.0}, SQUARE), ({"k": None, "x": 2}, SQUARE)]),
    ("texts", [({"t": "Hoà", "f": True}, SQUARE), ({"t": "", "f": False}, SQUARE), ({"t": None, "f": True}, SQUARE)]),
    ("nothing", [({}, SQUARE)]),
    ("all blank", [({"t": None}, SQUARE)]),
    ("dates", [({"t": "2025-07-01"}, SQUARE)]),
    ("lists", [({"t": ["a"]}, SQUARE)]),
    ("text and number", [({"t": "a"}, SQUARE), ({"t": 1}, SQUARE)]),
    ("other properties", [({"a": 1}, SQUARE), ({"b": 1}, SQUARE)]),
    ("no properties", [(None, SQUARE)]),
]  # fmt: skip
ODD = [
    ("open", [({"k": 1}, {"type": "Polygon", "coordinates": [COORDINATES[0][:-1]]})]),
    ("mixed positions", [({"k": 1}, {"type": "Polygon", "coordinates": [[[0, 0], [4, 0, 1], [4, 4], [0, 0]]]})]),
    ("a point", [({"k": 1}, {"type": "Point", "coordinates": [0, 0]}), ({"k": 2}, SQUARE)]),
    ("empty", [({"k": 1}, {"type": "Polygon", "coordinates": []})]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "rows"), [*PLAIN, *ODD], ids=lambda v: v if isinstance(v, str) else ""
)
def test_geojson_is_read_as_by_gdal(tmp_path: Path, name: str, rows: list[Any]) -> None:
    path = tmp_path / "x.geojson"
    write_geojson_text(path, rows)
    plain = name not in dict(ODD)
    if plain:
        assert agrees_with_gdal(path)
    else:
        with pytest.raises(NotPlainError):
            read_plain(path)
    raw = open_layer(path)
    assert raw.attributes().rows == [properties or {} for properties, _ in rows]
    if name == "open":  # closed here, refused there
        assert raw.closed == (0,)
        return
    gdal = by_gdal(path)
    assert_geoseries_equal(raw.frame.geometry, gdal.geometry, check_crs=False)  # 3D there
    if name in {"several", "null", "whole and not", "texts", "all blank", "a point", "empty"}:
        assert_geodataframe_equal(raw.frame, gdal, check_like=True, check_dtype=False)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"type": "FeatureCollection"', '"type": "Collection"'),
        ("[4, 0]", "[4, 1e999]"),
        ("[4, 0]", '[4, "0"]'),
        ('"features"', '"others"'),
    ],
)
def test_odd_texts_are_left_to_gdal(tmp_path: Path, before: str, after: str) -> None:
    path = tmp_path / "x.geojson"
    write_geojson_text(path, [({"k": 1}, SQUARE)])
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))
    with pytest.raises(NotPlainError):
        read_plain(path)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"properties": {"k": 1}', '"properties": {"k": 1, "k": 2}', r"twice \('k' in row 1\)"),
        ('"type": "Feature",', '"type": "feature",', r"1 of 2 .* no features \(number 1\)"),
        ('"properties": {"k": 1}', '"properties": 1', r"1 of 2 .* no features \(number 1\)"),
        ('"features": [', '"features": [null, ', r"1 of 3 .* no features \(number 1\)"),
        ("[4, 0]", '["4", "0"]', r"row 1 \(k 1\) has a coordinate that is no finite number"),
        ('{"k": 1}', '{"k": "a\\ud800"}', r"row 1 has half of a character \(.ud800\)"),
        ("[4, 0]", "[4, null]", r"row 1 \(k 1\) has a geometry that is none"),
        ('"Polygon"', '"Polyhedron"', r"row 1 \(k 1\) has a geometry that is none"),
    ],
)
def test_what_gdal_passes_over_is_named(tmp_path: Path, before: str, after: str, said: str) -> None:
    path = tmp_path / "x.geojson"
    write_geojson_text(path, [({"k": 1}, SQUARE), ({"k": 2}, SQUARE)])
    path.write_text(path.read_text().replace(before, after, 1))
    with pytest.raises(LayerError, match=said):
        open_layer(path)


@pytest.mark.parametrize("feature_id", ['"a"', "7", '{"$oid": "x"}'])
@pytest.mark.parametrize(("own", "name"), [("k", "id"), ("Id", "id_2")])
def test_ids_of_features_are_a_column_beside_the_properties(
    tmp_path: Path, feature_id: str, own: str, name: str
) -> None:
    path = tmp_path / "x.geojson"
    write_geojson_text(path, [({own: 1}, SQUARE)])
    text = path.read_text().replace('"type": "Feature",', f'"type": "Feature", "id": {feature_id},')
    path.write_text(text)
    frame = open_layer(path).frame
    assert list(frame.columns) == [own, name, "geometry"]
    assert frame[own].tolist() == [1]
    assert frame[name].tolist() == [json.loads(feature_id)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"), ("urn:ogc:def:crs:EPSG::9214", "EPSG:9214"), ("EPSG:3857", "EPSG:3857")],
)  # fmt: skip
def test_a_crs_member_is_read_as_by_gdal(tmp_path: Path, name: str, expected: str) -> None:
    path = tmp_path / "x.geojson"
    write_geojson_text(
        path, [({"k": 1}, SQUARE)], crs={"type": "name", "properties": {"name": name}}
    )
    assert read_plain(path).crs == expected
    assert open_layer(path).frame.crs == by_gdal(path).crs == expected


VALUES = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(-1e9, 1e9) | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=5)  # fmt: skip


@given(st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=4))
@settings(max_examples=200)
def test_law_values_are_read_as_by_gdal_or_not_at_all(values: list[tuple[Any, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.geojson"
        write_geojson_text(path, [({"a": a, "b": b}, SQUARE) for a, b in values])
        agrees_with_gdal(path)


@pytest.mark.parametrize("name", ["bac_giang_communes.shp", "bac_ninh_communes.shp"])
def test_real_shapefiles_are_plain(bac_ninh: Path, name: str) -> None:
    assert agrees_with_gdal(bac_ninh / name)


def test_real_geojson_is_plain(bac_ninh: Path, tmp_path: Path) -> None:
    frame = gpd.read_file(DATA / bac_ninh.name / "official_units_2025.gpkg")
    frame.to_file(tmp_path / "x.geojson", engine="pyogrio")
    assert agrees_with_gdal(tmp_path / "x.geojson")
