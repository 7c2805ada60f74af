"""A cut ends on a border: whoever has the land beyond it gets the vertex, on the line of the file."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_merge.geometry.cut_ends import reaching, without_needless
from geo_merge.jobs.job import Job
from geo_merge.merging.result import MergeResult
from geo_merge.results.files import write
from geo_merge.units.crosswalk import as_crosswalk
from geo_merge.units.cutters import as_cutters
from geo_merge.units.divide import divide
from geo_merge.units.unlisted import Unlisted

METRES = 32633
# 0 is cut; 1 lies above it, 2 below, 3 and 4 beside.
UNITS = [
    shapely.box(10, 60, 15, 61),
    shapely.box(10, 61, 15, 62),
    shapely.box(10, 59, 15, 60),
    shapely.box(9, 60, 10, 61),
    shapely.box(15, 60, 16, 61),
]
ROWS = [("R0", "N1"), ("R0", "N2"), ("R3", "N1"), ("R4", "N2")]
CUTTERS = {
    "a line across": [shapely.LineString([(12.3, 59.9), (12.3, 61.5)])],
    "a line from border to border": [shapely.LineString([(12.3, 60), (12.3, 61)])],
    "two lines that meet": [
        shapely.LineString([(12.3, 60), (12.3, 60.5)]),
        shapely.LineString([(12.3, 60.5), (12.3, 61)]),
    ],
    "boundaries that go further": [shapely.box(9, 59, 12.3, 63), shapely.box(12.3, 59, 21, 63)],
    "boundaries on the same lines": [shapely.box(9, 60, 12.3, 61), shapely.box(12.3, 60, 16, 61)],
}


def merged(folder: Path, cutters: list[shapely.Geometry], crs: int = 4326) -> MergeResult:
    codes = [f"R{k}" for k in range(len(UNITS))]
    units = gpd.GeoDataFrame({"code": codes, "name": codes}, geometry=UNITS, crs=4326)
    units.to_crs(crs).to_file(folder / "l.gpkg")
    layer = gpd.GeoDataFrame(geometry=cutters, crs=4326)
    if cutters[0].area:
        layer["code"] = ["N1", "N2"]
    layer.to_file(folder / "cutters.gpkg")
    table = pd.DataFrame(ROWS, columns=["old_code", "new_code"])
    table.assign(new_name=table["new_code"]).to_csv(folder / "rows.csv", index=False)
    return Job(old=(folder / "l.gpkg",), crosswalk=folder / "rows.csv",
               divide=folder / "cutters.gpkg", unlisted=Unlisted.KEEP).run()  # fmt: skip


@pytest.mark.parametrize("how", CUTTERS)
def test_both_sides_of_a_border_share_the_vertex(tmp_path: Path, how: str) -> None:
    """Borders of 280 km, which the plane bends by 600 m: a cut ends on them, at 12.3° E."""
    result = merged(tmp_path, CUTTERS[how])
    assert shapely.coverage_is_valid(np.asarray(result.new.geometry.values))
    checks = set(result.findings["check"])
    assert not checks & {"C01", "C02", "C03", "C04", "C05", "G07"}
    write(result, tmp_path / "out")
    made = gpd.read_file(tmp_path / "out" / "new_units.geojson").set_index("code").geometry
    assert shapely.coverage_is_valid(np.asarray(made.values))
    assert shapely.area(made[["N1", "N2"]].values) == pytest.approx([3.3, 3.7], abs=1e-5)
    assert shapely.area(made[["R1", "R2"]].values).tolist() == [5.0, 5.0]  # on the line to the bit
    # The four corners, the first again, and where the cut ends.
    assert shapely.get_num_coordinates(made[["R1", "R2"]].values).tolist() == [6, 6]
    assert shapely.get_num_coordinates(made[["N1", "N2"]].values).max() <= 9


def test_lines_are_followed_as_they_run_in_degrees(tmp_path: Path) -> None:
    """Half way along a meridian of 4°, 90 m beside its chord in the plane."""
    long = shapely.LineString([(12.3, 58.5), (12.3, 62.5)])
    write(merged(tmp_path, [long]), tmp_path / "out")
    made = gpd.read_file(tmp_path / "out" / "new_units.geojson").set_index("code").geometry
    assert made["N1"].bounds[2] == pytest.approx(12.3, abs=2e-5)
    metres = merged(tmp_path, [long], METRES)
    edge = shapely.get_coordinates(metres.new.geometry["N1"])
    lon = gpd.GeoSeries(shapely.points(edge), crs=metres.new.crs).to_crs(4326).x
    assert lon.max() == pytest.approx(12.3, abs=2e-5)


def triangles(places: list[tuple[int, int]]) -> np.ndarray:
    points = shapely.multipoints(sorted({(100.0 * x, 100.0 * y) for x, y in places}))
    return np.asarray(shapely.get_parts(shapely.delaunay_triangles(points)))


PLACES = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=5, max_size=15)


@settings(max_examples=60)
@given(PLACES, st.integers(-700, 1900), st.floats(-2, 2), st.integers(0, 10), st.floats(0, 7e6))
def test_a_cut_coverage_is_a_coverage(
    places: list[tuple[int, int]], at: int, slope: float, which: int, away: float
) -> None:
    """Whatever units of a coverage are cut along a line, and however many of them are neighbours."""
    shapes = triangles(places)
    if not len(shapes):
        return
    line = np.array([(-1e4, at - 1e4 * slope), (1e4, at + 1e4 * slope)])
    low, high = (
        shapely.Polygon([*line, *(line[::-1] + np.array([0, side]))]) for side in (-1e5, 1e5)
    )
    shares = shapely.area(shapely.intersection(shapes, low)) / shapely.area(shapes)
    shapes, low, high = (shapely.transform(g, lambda xy: xy + away) for g in (shapes, low, high))
    both = (shares > 1e-3) & (shares < 1 - 1e-3)
    both[which % len(both)] &= which % 2 == 0  # now and then a neighbour stays whole
    codes = [f"R{k:04d}" for k in range(len(shapes))]
    rows = [(c, f"N{k}") for c, cut, part in zip(codes, both, shares, strict=True)
            for k in (0, 1) if cut or (part < 0.5) == (k == 1)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["old_code", "new_code"], dtype=object)
    table = as_crosswalk(table.assign(new_name=table["new_code"]))
    units = gpd.GeoDataFrame(
        {"name": codes, "unit_type": "", "is_piece": False, "source_row": range(len(codes))},
        index=pd.Index(codes, name="code"), geometry=shapes, crs=METRES,
    )  # fmt: skip
    cutters = gpd.GeoDataFrame({"new_code": ["N0", "N1"]}, geometry=[low, high], crs=METRES)
    cut, after = divide(units, table, as_cutters(cutters))
    parts = np.asarray(cut.geometry.values)
    assert shapely.coverage_is_valid(parts)
    assert shapely.is_valid(parts).all()
    assert not after["old_code"].duplicated().any() or both.any()
    assert cut.area.sum() == pytest.approx(shapely.area(shapes).sum(), rel=1e-9)
    whole = cut.geometry[[c for c, divided in zip(codes, both, strict=True) if not divided]]
    for code, shape in whole.items():
        before = set(map(tuple, shapely.get_coordinates(units.geometry[code]).tolist()))
        assert before <= set(map(tuple, shapely.get_coordinates(shape).tolist()))


def test_lines_reach_what_they_nearly_reach() -> None:
    """0.4 m short of the outline and of another line; another ends 20 m before it."""
    outline = np.array([shapely.box(0, 0, 100, 100).boundary], dtype=object)
    lines = shapely.linestrings(
        [[(50, 0.4), (50, 99.8)], [(0, 50), (49.7, 50)], [(70, 20), (70, 80)]]
    )
    more = reaching(lines, outline)
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all([*outline, *more])]))
    assert sorted(shapely.area(faces).tolist()) == pytest.approx([2500, 2500, 5000])


def test_vertices_of_another_drawing_along_the_outline_go() -> None:
    whole = np.array([shapely.box(0, 0, 4, 2)], dtype=object)
    west = shapely.Polygon([(0, 0), (1, 0), (2, 0), (2, 2), (0, 2)])
    east = shapely.Polygon([(2, 0), (4, 0), (4, 2), (3, 2), (2, 2)])
    done = without_needless(whole, np.array([west, east]))
    assert (
        shapely.normalize(done).tolist()
        == shapely.normalize([shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2)]).tolist()
    )
