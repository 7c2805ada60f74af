"""Long edges are the lines of the file, wherever they are measured."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod

from geo_merge.geometry.areas import areas
from geo_merge.geometry.faces import find_faces
from geo_merge.jobs.convert import Reading, convert
from geo_merge.merging.merge import merge, validate
from geo_merge.units.layers import read_units
from geo_merge.units.planes import project
from geo_merge.writing.geojson import write_geojson

WGS84 = Geod(ellps="WGS84")


def layer(*shapes: shapely.Geometry, crs: object = 4326) -> gpd.GeoDataFrame:
    codes = [f"R{k:04d}" for k in range(len(shapes))]
    return gpd.GeoDataFrame({"code": codes, "name": codes}, geometry=list(shapes), crs=crs)


def square_metres(polygon: shapely.Polygon) -> float:
    """By pyproj's geodesics along lines that are straight in degrees, a thousand an edge."""
    ends = pairwise(polygon.exterior.coords)
    lonlat = np.concatenate([np.linspace(a, b, 1000, endpoint=False) for a, b in ends])
    return abs(WGS84.polygon_area_perimeter(*lonlat.T)[0])


def test_land_is_that_between_the_lines_of_the_file(tmp_path: Path) -> None:
    """Two triangles at 60° N with edges of 110 to 250 km; their chords lose or gain 0.06 %."""
    source = layer(
        shapely.Polygon([(10, 60), (14, 60), (12, 61)]),
        shapely.Polygon([(14, 60), (16, 61), (12, 61)]),
    )
    source.to_file(tmp_path / "l.geojson")
    units = read_units(tmp_path / "l.geojson")
    true = [square_metres(shape) for shape in source.geometry]
    assert areas(np.asarray(units.geometry.values), units.crs) == pytest.approx(true, rel=2e-6)
    ends_only = areas(np.asarray(source.geometry.to_crs(units.crs).values), units.crs)
    assert np.abs(ends_only / true - 1).min() > 1e-4

    codes = units.index
    result = merge(units, pd.DataFrame({"old_code": codes, "new_code": "N1", "new_name": "N"}))
    assert not result.has_errors
    assert find_faces(np.asarray(units.geometry.values)).is_coverage
    assert result.new["area_km2"].iloc[0] * 1e6 == pytest.approx(sum(true), rel=2e-6)
    write_geojson(result.new, tmp_path / "new.geojson")
    written = gpd.read_file(tmp_path / "new.geojson").geometry
    assert areas(np.asarray(written.values), written.crs)[0] == pytest.approx(sum(true), rel=2e-6)
    assert "curves in" in validate(units)["message"].iloc[0]


@pytest.mark.parametrize("crs", [4326, 3857])
def test_both_sides_of_a_border_follow_it_alike(crs: int) -> None:
    """However a ring runs, and where a neighbour has a vertex more."""
    shapes = [
        shapely.box(10, 60, 12, 61), shapely.reverse(shapely.box(12, 60, 14, 61)),
        shapely.box(10, 61, 11, 62), shapely.box(11, 61, 14, 62),
    ]  # fmt: skip
    own = np.asarray(gpd.GeoSeries(shapes, crs=4326).to_crs(crs).values)
    plane, notes = project(own, CRS(crs), CRS(32632))
    assert find_faces(plane).is_coverage
    assert notes.followed > 50
    back = np.asarray(gpd.GeoSeries(plane, crs=32632).to_crs(crs).values)
    assert shapely.hausdorff_distance(back, own) == pytest.approx(
        0, abs=1e-7 if crs == 4326 else 1e-2
    )
    (alone,), _ = project(own[1:2], CRS(crs), CRS(32632))
    assert alone.equals(plane[1])


def test_edges_of_ordinary_layers_stay_as_they_are() -> None:
    """Of 2.5 km at 21° N none is bent by 5 cm; along a meridian none is bent at all."""
    shapes = np.array([shapely.box(105.8, 21, 105.824, 21.03), shapely.box(105, 20, 105.001, 25)])
    plane, notes = project(shapes, CRS(4326), CRS(32648))
    assert notes.followed == 0
    assert shapely.get_num_coordinates(plane).tolist() == [5, 5]


def test_lines_of_a_plane_are_written_as_they_run(tmp_path: Path) -> None:
    """A triangle of 100 to 220 km in a UTM zone at 60° N; its corners alone are 0.4 % more."""
    frame = layer(shapely.Polygon([(4e5, 6.6e6), (6e5, 6.6e6), (5e5, 6.7e6)]), crs=32632)
    true = areas(np.asarray(frame.geometry.values), frame.crs)
    write_geojson(frame, tmp_path / "l.geojson")
    frame.to_file(tmp_path / "l.gpkg")
    convert(tmp_path / "l.gpkg", tmp_path / "converted.geojson", reading=Reading())
    corners = np.asarray(frame.geometry.to_crs(4326).values)
    assert abs(areas(corners, CRS(4326))[0] / true[0] - 1) > 1e-4
    for name in ("l.geojson", "converted.geojson"):
        written = gpd.read_file(tmp_path / name).geometry
        assert areas(np.asarray(written.values), written.crs) == pytest.approx(true, rel=2e-6)
        assert square_metres(written.iloc[0]) == pytest.approx(true[0], rel=2e-6)


@settings(max_examples=40)
@given(
    lat=st.floats(1, 78) | st.floats(-78, -1),
    bent=st.floats(0.02, 0.3),
    corners=st.lists(st.tuples(*[st.floats(-0.3, 0.3)] * 2), min_size=12, max_size=12),
)
def test_what_is_written_has_the_area_of_the_file(
    lat: float,
    bent: float,
    corners: list[tuple[float, float]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Six cells whose edges to the east are bent by so many metres, about those worth a vertex."""
    metres = np.sqrt(8 * bent * 6.4e6 / np.tan(np.radians(abs(lat))))
    step = np.degrees(metres / 6.4e6) / np.array([np.cos(np.radians(lat)), 1.0])
    at = np.array([(x, y) for y in range(3) for x in range(4)]) + np.array(corners)
    at = (10.0, lat) + step * at
    cells = [shapely.Polygon(at[[k, k + 1, k + 5, k + 4]]) for k in (0, 1, 2, 4, 5, 6)]
    source = np.array(cells, dtype=object)

    zone = 32632 if lat > 0 else 32732
    plane, _ = project(source, CRS(4326), CRS(zone))
    assert find_faces(plane).is_coverage
    path = tmp_path_factory.mktemp("written") / "l.geojson"
    write_geojson(layer(*plane, crs=zone), path, precision=11)
    written = np.asarray(gpd.read_file(path).geometry)
    assert shapely.area(written) == pytest.approx(shapely.area(source), rel=1e-7)
    whole = shapely.union_all(source)
    assert shapely.symmetric_difference(shapely.union_all(written), whole).area < 1e-7 * whole.area
