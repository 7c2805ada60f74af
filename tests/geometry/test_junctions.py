"""What layers are in their own CRS they are after projecting: borders meet, valid stays valid."""

from __future__ import annotations

import itertools
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import ORIGIN
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from geo_merge.api import merge, read_units, validate
from geo_merge.geometry.areas import areas
from geo_merge.geometry.faces import find_faces
from geo_merge.geometry.junctions import rounding, share_vertices
from geo_merge.geometry.touching import split_at_touches
from geo_merge.units.planes import into_plane

DEGREE = 111_320.0
UTM = CRS(32613)


def layer(*shapes: shapely.Geometry, crs: object = 4326) -> gpd.GeoDataFrame:
    """Rows RM000, RM001, ... as a file has them."""
    codes = [f"RM{k:03d}" for k in range(len(shapes))]
    data = {"code": codes, "name": [f"Rural {code}" for code in codes], "unit_type": "RM"}
    return gpd.GeoDataFrame(data, geometry=list(shapes), crs=crs)


def on_a_parallel(north: float = 50.3) -> gpd.GeoDataFrame:
    """One unit south of a parallel of half a degree, and two north of it."""
    return layer(
        shapely.box(-106, 50, -105.5, 50.3),
        shapely.box(-106, north, -105.8, 50.6),
        shapely.box(-105.8, north, -105.5, 50.6),
    )


def read(frame: gpd.GeoDataFrame, folder: Path) -> gpd.GeoDataFrame:
    frame.to_file(folder / "l.gpkg")
    return read_units(folder / "l.gpkg")


def test_both_sides_of_a_parallel_get_the_vertex(tmp_path: Path) -> None:
    source = on_a_parallel()
    units = read(source, tmp_path)
    assert find_faces(np.asarray(units.geometry.values)).is_coverage
    note, curved = validate(units).sort_values("check").itertuples()
    assert (curved.check, curved.severity) == ("R07", "info")
    assert (note.check, note.severity, note.value) == ("C05", "info", 1.0)
    table = pd.DataFrame({"old_code": units.index, "new_code": "N1", "new_name": "N"})
    whole = merge(units, table)
    assert not whole.has_errors
    assert shapely.get_num_interior_rings(whole.new.geometry.iloc[0]) == 0
    m2 = areas(np.asarray(units.geometry.values), units.crs).sum()
    assert whole.new["area_km2"].iloc[0] * 1e6 == pytest.approx(m2, rel=1e-10)


def test_where_both_sides_have_the_vertex_nothing_is_added() -> None:
    shapes = np.array([shapely.box(k, 0, k + 1, 1) for k in range(3)])
    shared = share_vertices(shapes, DEGREE)
    assert shared.added == 0
    assert all(a is b for a, b in zip(shapes, shared.geometries, strict=True))


def test_of_a_unit_drawn_twice_both_get_the_vertex() -> None:
    """Its edge runs twice one way and once the other, which is all that parts of a layer know."""
    south, west, east = on_a_parallel().geometry
    north = shapely.box(*shapely.union(west, east).bounds)
    shared = share_vertices(np.array([south, north, south, west, east]), DEGREE)
    assert shared.changed.tolist() == [0, 1, 2]  # of the north, the edge beyond
    assert shared.geometries[0].equals_exact(shared.geometries[2])
    assert (-105.8, 50.3) in shared.geometries[0].exterior.coords
    assert (-105.8, 50.3) not in shared.geometries[1].exterior.coords


def test_a_gap_keeps_the_width_that_it_has_in_the_file(tmp_path: Path) -> None:
    units = read(on_a_parallel(50.3 + 0.5 / DEGREE), tmp_path)
    gap = validate(units)
    inlets = gap[gap["check"] == "C07"]
    assert sorted(inlets["units"]) == [["RM000", "RM001"], ["RM000", "RM002"]]
    assert inlets["value"].sum() == pytest.approx(0.5 * 35_600, rel=0.01)
    assert not {"C01", "C02", "C03", "C04"} & set(gap["check"])


def test_a_vertex_rounded_to_seven_decimals_is_on_the_edge(tmp_path: Path) -> None:
    a, b = np.array([-106.0, 50.0]), np.array([-105.3, 50.2345678])
    p = np.round(a + (b - a) * 0.3712345, 7)
    south = shapely.Polygon([a, (-106, 49.5), (-105.3, 49.5), b])
    north = [shapely.Polygon([a, p, (p[0], 51), (-106, 51)]),
             shapely.Polygon([p, b, (b[0], 51), (p[0], 51)])]  # fmt: skip
    units = read(layer(south, *north), tmp_path)
    assert find_faces(np.asarray(units.geometry.values)).is_coverage
    note, curved = validate(units).sort_values("check").itertuples()
    assert (curved.check, curved.severity) == ("R07", "info")
    assert "an edge was bent by at most" in note.message
    assert "over at most" in note.message
    bend = merge(units, pd.DataFrame({"old_code": units.index, "new_code": "N", "new_name": "N"})).ledger  # fmt: skip
    row = bend[bend["quantity"] == "vertices_shared_largest_bend_m"].iloc[0]
    assert 0 < row["after"] < 0.016
    assert row["ok"]


@pytest.mark.parametrize(
    ("vertices", "land"),
    [
        ([(40.0, 0.01)], 0.01 * 100 / 2),
        ([(20.0, 0.01), (60.0, 0.005)], (20 * 0.01 + 40 * 0.015 + 40 * 0.005) / 2),
        ([(40.0, 0.0)], 0.0),
    ],
)
def test_the_land_between_an_edge_and_its_new_course(
    vertices: list[tuple[float, float]], land: float
) -> None:
    ends = [(0.0, 0.0), *vertices, (100.0, 0.0)]
    north = [shapely.Polygon([a, b, (b[0], 50), (a[0], 50)]) for a, b in itertools.pairwise(ends)]
    shared = share_vertices(np.array([shapely.box(0, -50, 100, 0), *north]), 1.0)
    assert shared.added == len(vertices)
    assert shared.swept == pytest.approx(land)
    assert abs(shared.geometries[0].area - 5000) == pytest.approx(land)


@pytest.mark.parametrize(
    ("xy", "decimals"), [((105.5, 50.0), 1), ((105.1234567, 50.1), 7), ((105.123456789, 50.1), 9)]
)
def test_the_rounding_of_a_vertex(xy: tuple[float, float], decimals: int) -> None:
    assert rounding(np.array([xy]))[0] == pytest.approx(1.42 * 10.0**-decimals)


def test_a_vertex_of_all_digits_is_rounded_in_the_last_ones() -> None:
    assert rounding(np.array([[np.pi * 33, np.e * 18]]))[0] < 1e-12


def test_what_is_valid_in_the_file_is_valid_in_the_plane(tmp_path: Path) -> None:
    """A lake ends 1 m north of a parallel of half a degree, which bulges by 30 m in the plane."""
    outline = [(-106, 50), (-105.5, 50), (-105.5, 50.3), (-106, 50.3)]
    hole = [(-105.8, 50.1), (-105.75, 50 + 1 / DEGREE), (-105.7, 50.1)]
    unit = shapely.Polygon(outline, [hole])
    assert unit.is_valid
    assert not layer(unit).to_crs(UTM).geometry.iloc[0].is_valid
    other = shapely.box(-106, 49.7, -105.5, 50)  # it has the same long edge
    lake = shapely.Polygon(hole)
    units = read(layer(unit, other, lake), tmp_path)
    assert units.geometry.is_valid.all()
    assert find_faces(np.asarray(units.geometry.values)).is_coverage
    assert not (validate(units)["severity"] == "error").any()


def test_a_ring_that_touches_itself_is_split(tmp_path: Path) -> None:
    touching = shapely.Polygon(
        [(0, 0), (10, 0), (10, 10), (5, 10), (7, 5), (5, 3), (3, 5), (5, 10), (0, 10)]
    )
    shapes = np.array([shapely.affinity.scale(touching, 1000, 1000, origin=(0, 0))])
    shapes = shapely.transform(shapes, lambda xy: np.add(xy, ORIGIN))
    assert not shapely.is_valid(shapes[0])
    (split,) = split_at_touches(shapes)
    assert shapely.is_valid(split)
    assert shapely.area(split) == shapely.area(shapes[0])
    assert shapely.get_num_interior_rings(split) == 1
    units = read(layer(shapes[0], crs=9214), tmp_path)
    (found,) = (f for f in validate(units).itertuples() if f.check == "G04")
    assert (found.severity, found.units) == ("warning", ["RM000"])


@pytest.mark.parametrize(
    "ring",
    [
        [(0, 0), (10, 10), (10, 0), (0, 10)],
        [(0, 0), (5, 5), (10, 10), (10, 0), (5, 5), (0, 10)],
        [(0, 0), (10, 0), (10, 10), (5, 10), (5, 15), (5, 10), (0, 10)],
        [(0, 0), (10, 0), (10, 10), (5, 10), (3, 5), (5, 3), (7, 5), (5, 10), (0, 10)],
    ],
    ids=["bow tie", "bow tie at a vertex", "spike", "land claimed twice"],
)
def test_what_is_wrong_otherwise_is_not_split(ring: list[tuple[float, float]]) -> None:
    assert split_at_touches(np.array([shapely.Polygon(ring)]))[0] is None


@st.composite
def strips(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """Strips between parallels, or slanted a bit, each cut in its own places."""
    slant = draw(st.sampled_from([0.0, 0.0625]))
    latitude = draw(st.sampled_from([-40.0, 0.0, 21.0, 50.0]))
    shapes = []
    for k in range(draw(st.integers(2, 4))):
        cuts = draw(st.lists(st.integers(1, 63), max_size=4, unique=True))
        at = [0, *sorted(cuts), 64]
        for west, east in itertools.pairwise(at):
            corners = np.array([(west, k), (east, k), (east, k + 1), (west, k + 1)]) / (64.0, 4.0)
            corners[:, 1] += latitude + slant * corners[:, 0]
            shapes.append(shapely.Polygon(np.add(corners, (105.0, 0.0))))
    return layer(*shapes)


@given(strips(), st.sampled_from([32648, 9214, 3857]), st.data())
@settings(max_examples=60)
def test_law_a_coverage_stays_one_in_any_plane_and_order(
    frame: gpd.GeoDataFrame, target: int, data: st.DataObject
) -> None:
    (plane,) = into_plane([frame], CRS(target)).frames
    shapes = np.asarray(plane.geometry.values)
    assert shapely.is_valid(shapes).all()
    faces = find_faces(shapes)
    assert faces.is_coverage
    assert len(faces.geometry) == 1
    order = data.draw(st.permutations(range(len(frame))))
    (other,) = into_plane([frame.iloc[order].reset_index(drop=True)], CRS(target)).frames
    assert shapely.equals_identical(np.asarray(other.geometry.values), shapes[order]).all()


@given(strips(), st.sampled_from([32648, 3857]))
@settings(max_examples=20)
def test_law_projecting_makes_no_findings(frame: gpd.GeoDataFrame, target: int) -> None:
    (plane,) = into_plane([frame], CRS(target)).frames
    assert not {"C01", "C02", "C03", "C04"} & set(validate(plane.set_index("code"))["check"])
