"""GeoJSON by RFC 7946."""

from __future__ import annotations

import gc
import json
import weakref
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import CRS, square
from hypothesis import given
from hypothesis import strategies as st

from geo_merge.errors import ExportError
from geo_merge.writing import geojson_stream
from geo_merge.writing.geojson import encode, write_geojson


def content(frame: gpd.GeoDataFrame, **options: object) -> dict:
    return json.loads(b"".join(encode(frame, **options)))


def layer(*shapes: shapely.Geometry | None, crs: int | None = 4326) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"k": range(len(shapes))}, geometry=list(shapes), crs=crs)


def test_form() -> None:
    holed = shapely.box(0, 0, 4, 4).difference(shapely.box(1, 1, 2, 2))
    written = content(
        layer(shapely.reverse(holed), shapely.multipolygons([shapely.box(5, 5, 6, 6)]))
    )
    assert "crs" not in written
    assert written["bbox"] == [0, 0, 6, 6]
    first, second = written["features"]
    assert first["bbox"] == [0, 0, 4, 4]
    assert (first["geometry"]["type"], second["geometry"]["type"]) == ("Polygon", "MultiPolygon")
    shell, hole = first["geometry"]["coordinates"]
    assert shapely.LinearRing(shell).is_ccw
    assert not shapely.LinearRing(hole).is_ccw
    assert shell[0] == shell[-1]


def test_projected_layers_are_brought_to_wgs84() -> None:
    written = content(layer(square(0, 0), crs=CRS))
    lon, lat = written["features"][0]["geometry"]["coordinates"][0][0]
    expected = gpd.GeoSeries([square(0, 0)], crs=CRS).to_crs(4326)[0]
    assert shapely.Point(lon, lat).distance(expected.boundary) < 1e-7
    assert all(len(str(v).split(".")[-1]) <= 7 for v in (lon, lat))


def test_values() -> None:
    frame = layer(*[shapely.box(0, 0, 1, 1)] * 2).assign(
        text=["Hoà", None], number=[np.nan, 1.5], list=[["a"], []], when=pd.to_datetime(["2025-07-01", None]),
        whole=pd.array([1, None], dtype="Int64"), flag=[True, False],
        mixed=np.array([np.int64(3), np.bool_(True)], dtype=object),
    )  # fmt: skip
    one, two = (f["properties"] for f in content(frame)["features"])
    assert one == {"k": 0, "text": "Hoà", "number": None, "list": ["a"],
                   "when": "2025-07-01T00:00:00", "whole": 1, "flag": True, "mixed": 3}  # fmt: skip
    assert two["text"] is two["when"] is two["whole"] is None


def test_null_empty_points_and_lines() -> None:
    written = content(
        layer(None, shapely.Polygon(), shapely.Point(1.00000004, 2), shapely.box(0, 0, 1, 1))
    )
    kinds = [f["geometry"] and f["geometry"]["type"] for f in written["features"]]
    assert kinds == [None, None, "Point", "Polygon"]
    assert written["features"][2]["geometry"]["coordinates"] == [1.0, 2.0]
    assert "bbox" not in written["features"][0]
    assert content(layer(None)) == {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"k": 0}, "geometry": None}]}  # fmt: skip


def test_a_polygon_that_rounding_breaks_is_mended() -> None:
    spike = shapely.Polygon([(0, 0), (1, 0), (1, 1), (0.50001, 0.00001), (0.49999, 1), (0, 1)])
    assert spike.is_valid
    assert not shapely.transform(spike, lambda xy: np.round(xy, 4)).is_valid
    (feature,) = content(layer(spike), precision=4)["features"]
    mended = shapely.geometry.shape(feature["geometry"])
    assert mended.is_valid
    assert mended.area == pytest.approx(spike.area, abs=1e-3)


def test_the_bbox_is_that_of_the_mended_polygon() -> None:
    crumb = shapely.box(106, 22, 106.00001, 22.00001)
    written = content(
        layer(shapely.multipolygons([shapely.box(105, 21, 105.1, 21.1), crumb])), precision=4
    )
    assert written["features"][0]["bbox"] == written["bbox"] == [105, 21, 105.1, 21.1]


def test_a_ring_that_rounding_turns_is_wound_again() -> None:
    thin = shapely.Polygon([(105.00243, 21.00292), (105.00217, 21.00374), (105.00326, 21.00001)])
    (feature,) = content(layer(thin), precision=3)["features"]
    assert shapely.LinearRing(feature["geometry"]["coordinates"][0]).is_ccw


@pytest.mark.parametrize(
    ("text", "precision"),
    [
        (("106.001161 21.00022, 106.000344 20.999697, 106.000538 20.999568, 106.000884 20.999304, "
         "106.000833 20.999349, 106.000445 20.999665, 106.001161 21.00022"), 4),
        (("106.00007184 21.0000206, 106.00020914 21.00005837, 106.00011523 21.00003141, "
         "106.00012396 21.00003153, 106.00011301 21.00003081, 106.00020504 21.00005722, "
         "106.00007048 21.00002021, 106.00009705 21.00003091, 106.00007184 21.0000206"), 6),
        (("105.9999294 21.0000275, 106.0001092 20.9999567, 106.000061 20.9999769, "
         "106.0001138 20.9999654, 106.0000528 20.9999841, 105.9999294 21.0000275"), 5),
    ],
)  # fmt: skip
def test_tangles_are_mended_or_become_points(text: str, precision: int) -> None:
    tangle = shapely.from_wkt(f"POLYGON (({text}))")
    (feature,) = content(layer(tangle), precision=precision, vanishing="point")["features"]
    assert shapely.geometry.shape(feature["geometry"]).is_valid


def test_a_polygon_that_vanishes_is_an_error_and_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "x.geojson"
    path.write_text("old")
    with pytest.raises(ExportError, match="use more decimals"):
        write_geojson(layer(shapely.box(0, 0, 1e-9, 1e-9)), path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_layer_without_crs_is_refused() -> None:
    with pytest.raises(ExportError, match="no CRS"):
        list(encode(layer(shapely.box(0, 0, 1, 1), crs=None)))


@given(
    st.lists(
        st.tuples(st.floats(-170, 170), st.floats(-80, 80), st.floats(0.001, 5), st.booleans()),
        min_size=1, max_size=6,
    ),
    st.integers(5, 9),
)  # fmt: skip
def test_law_what_is_written_reads_back(boxes: list[tuple], precision: int) -> None:
    shapes = [
        shapely.box(x, y, x + w, y + w).difference(shapely.box(x + w / 4, y + w / 4, x + w / 2, y + w / 2))
        if holed else shapely.box(x, y, x + w, y + w)
        for x, y, w, holed in boxes
    ]  # fmt: skip
    written = content(layer(*shapes), precision=precision)
    for feature, shape in zip(written["features"], shapes, strict=True):
        back = shapely.geometry.shape(feature["geometry"])
        assert back.is_valid
        assert shapely.hausdorff_distance(back, shape) <= 10**-precision
        assert back.bounds == tuple(feature["bbox"])


def test_polygons_inside_collections_are_wound_by_the_right_hand_rule(tmp_path: Path) -> None:
    clockwise = shapely.Polygon([(105, 21), (105, 22), (106, 22), (106, 21)])
    mixed = shapely.GeometryCollection([clockwise, shapely.Point(105, 21)])
    path = tmp_path / "x.geojson"
    write_geojson(gpd.GeoDataFrame(geometry=[mixed], crs=4326), path)
    parts = json.loads(path.read_bytes())["features"][0]["geometry"]["geometries"]
    ring = shapely.LinearRing(parts[0]["coordinates"][0])
    assert ring.is_ccw


def test_frames_one_by_one_make_the_bytes_of_the_whole() -> None:
    """Islands, a hole, a point and nothing, cut into frames at every place."""
    shapes = [
        shapely.box(0, 0, 4, 4).difference(shapely.box(1, 1, 2, 2)), None, shapely.Point(9, 9),
        shapely.multipolygons([shapely.box(5, 5, 6, 6), shapely.box(7, 7, 8, 8)]),
    ]  # fmt: skip
    frame = layer(*shapes)
    whole = b"".join(encode(frame))
    for cut in range(1, 4):
        assert b"".join(encode(iter([frame.iloc[:cut], frame.iloc[cut:]]))) == whole
    assert b"".join(encode(frame.iloc[[k]] for k in range(4))) == whole
    assert json.loads(whole)["bbox"] == [0, 0, 9, 9]


def test_no_frames_are_an_empty_collection() -> None:
    assert json.loads(b"".join(encode([]))) == {"type": "FeatureCollection", "features": []}


def test_frames_are_let_go_when_they_are_written(tmp_path: Path) -> None:
    """What holds for frames that come from a generator holds for a layer larger than memory."""
    alive: list[weakref.ref[gpd.GeoDataFrame]] = []
    most = 0

    def frames() -> Iterator[gpd.GeoDataFrame]:
        nonlocal most
        for k in range(20):
            frame = layer(shapely.box(k * 0.1, 0, k * 0.1 + 0.1, 1))
            alive.append(weakref.ref(frame))
            yield frame
            del frame
            gc.collect()
            most = max(most, sum(one() is not None for one in alive))

    path = tmp_path / "x.geojson"
    write_geojson(frames(), path)
    assert len(json.loads(path.read_bytes())["features"]) == 20
    assert most <= 2


@pytest.mark.parametrize("n", [1, 2, 3])
def test_blocks_hold_whole_features_in_order(monkeypatch: pytest.MonkeyPatch, n: int) -> None:
    frame = layer(*[shapely.Point(k, 0).buffer(0.4) for k in range(12)])
    whole = b"".join(encode(frame))
    monkeypatch.setattr(geojson_stream, "BLOCK", n * 33)
    assert len(geojson_stream.cuts(np.full(12, 33))) == 12 // n
    assert b"".join(encode(frame)) == whole
