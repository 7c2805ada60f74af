"""What is written has the vertices of the source: those that only the plane needs are left out."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from geo_merge.geometry.plane_vertices import PlaneVertices
from geo_merge.geometry.rings import flatten
from geo_merge.jobs.job import Job
from geo_merge.mending import RepairOptions
from geo_merge.merging.merge import merge
from geo_merge.merging.result import MergeResult
from geo_merge.results.files import load_result, write, write_formats
from geo_merge.units.layers import read_units
from geo_merge.units.unlisted import Unlisted
from geo_merge.writing.geojson import write_geojson

Xy = np.ndarray[tuple[int, int], np.dtype[np.float64]]


def grid(rows: int = 3, columns: int = 3) -> list[shapely.Polygon]:
    """Cells of 5° by 1° at 60° N, those of every other row half a cell further east."""
    return [
        shapely.box(x, y, x + 5, y + 1)
        for y in range(60, 60 + rows)
        for x in (10 + 5 * c + 2.5 * (y % 2) for c in range(columns))
    ]


def read(shapes: list[shapely.Polygon], folder: Path, crs: int = 4326) -> gpd.GeoDataFrame:
    codes = [f"R{k:04d}" for k in range(len(shapes))]
    frame = gpd.GeoDataFrame({"code": codes, "name": codes}, geometry=shapes, crs=crs)
    frame.to_file(folder / "l.gpkg")
    return read_units(folder / "l.gpkg")


def merged(units: gpd.GeoDataFrame, n: int = 2, **options: object) -> MergeResult:
    """Merge the first units; the others are kept."""
    table = pd.DataFrame({"old_code": units.index[:n], "new_code": "N1", "new_name": "N"})
    return merge(units, table, unlisted="keep", **options)


def written(result: MergeResult, folder: Path, name: str = "new_units") -> gpd.GeoSeries:
    write(result, folder, allow_errors=True)
    return gpd.read_file(folder / f"{name}.geojson").set_index("code").geometry


def vertices(shapes: object) -> set[tuple[float, float]]:
    return set(map(tuple, shapely.get_coordinates(np.asarray(shapes, dtype=object)).tolist()))


def test_kept_units_are_written_as_they_came(tmp_path: Path) -> None:
    """Edges of 280 km: hundreds of vertices in the plane, those of the file in what is written."""
    source = [shapely.box(10 + 5 * c, 60 + r, 15 + 5 * c, 61 + r) for r in (0, 1) for c in (0, 1)]
    units = read(source, tmp_path)
    result = merged(units)
    assert shapely.get_num_coordinates(units.geometry.values).min() > 200
    made = written(result, tmp_path / "out")
    for k in (2, 3):
        assert made[f"R000{k}"].normalize().equals_exact(source[k].normalize(), 0.0)
    assert made["N1"].normalize().equals(shapely.box(10, 60, 20, 61))
    assert shapely.get_num_coordinates(made["N1"]) == 7  # both had the vertex in the middle
    old = gpd.read_file(tmp_path / "out" / "old_units.geojson").geometry
    assert shapely.equals_exact(shapely.normalize(old.values), shapely.normalize(source), 0).all()


def test_t_junctions_stay_and_the_land_is_that_of_the_ledger(tmp_path: Path) -> None:
    source = grid()
    result = merged(read(source, tmp_path))
    made = written(result, tmp_path / "out")
    assert vertices(made) <= vertices(source)
    assert shapely.coverage_is_valid(np.asarray(made.values))
    assert not shapely.coverage_is_valid(np.array(source))  # the source lacks them
    assert shapely.area(made.values).sum() == pytest.approx(45.0, abs=1e-12)
    ledger = pd.read_csv(tmp_path / "out" / "ledger.csv").set_index("quantity")
    assert ledger["ok"].all()


def test_the_plane_keeps_them(tmp_path: Path) -> None:
    """Formats in metres have them, also from a result read back; so has a layer of metres."""
    result = merged(read(grid(), tmp_path))
    write(result, tmp_path / "out", formats=["parquet"], allow_errors=True)
    plane = gpd.read_parquet(tmp_path / "out" / "new_units.parquet").set_index("code").geometry
    again = load_result(tmp_path / "out")
    assert again.only_plane.xy == pytest.approx(result.only_plane.xy, abs=0.02)
    count = shapely.get_num_coordinates(plane.values)
    assert count.min() > 200
    assert (shapely.get_num_coordinates(again.new.geometry.values) == count).all()
    off = shapely.hausdorff_distance(np.asarray(plane), np.asarray(again.new.geometry))
    assert off.max() < 0.02
    write_formats(again, tmp_path / "more", ["parquet"])
    more = gpd.read_parquet(tmp_path / "more" / "new_units.parquet")
    assert (shapely.get_num_coordinates(more.geometry.values) == count).all()
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["vertices_left_out"] == len(result.only_plane)
    write_geojson(again.new, tmp_path / "new.geojson", only_plane=again.only_plane)
    assert vertices(gpd.read_file(tmp_path / "new.geojson").geometry) <= vertices(grid())


def test_what_is_straight_in_metres_is_written_along_its_line(tmp_path: Path) -> None:
    shapes = [shapely.box(4e5 + k * 1e5, 66e5, 5e5 + k * 1e5, 67e5) for k in range(3)]
    result = merged(read(shapes, tmp_path, 32633))
    assert not len(result.only_plane)
    assert shapely.get_num_coordinates(written(result, tmp_path / "out").values).min() > 20


def test_an_edge_that_a_repair_cuts_keeps_what_it_needs(tmp_path: Path) -> None:
    """A gap of 6 m beside an edge of 280 km is filled: both sides stay one line."""
    low = shapely.box(10, 60, 15, 61)
    high = [
        shapely.Polygon([(10, 61), (12, 61.00005), (12, 62), (10, 62)]),
        shapely.Polygon([(12, 61.00005), (15, 61), (15, 62), (12, 62)]),
    ]
    units = read([low, *high, shapely.box(10, 62, 15, 63)], tmp_path)
    result = merged(units, repair=RepairOptions(tolerance=2000, snap=0.1))
    made = written(result, tmp_path / "out")
    parts = np.asarray(made.values)
    assert shapely.coverage_is_valid(parts)
    assert shapely.area(parts).sum() == pytest.approx(15.0, abs=1e-7)
    assert shapely.union_all(parts).normalize().equals(shapely.box(10, 60, 15, 63))
    new = vertices(made) - vertices([low, *high, shapely.box(10, 62, 15, 63)])
    assert len(new) < 10


def test_new_boundaries_cut_along_their_own_lines(tmp_path: Path) -> None:
    """A meridian of 4° is cut along, 90 m beside its chord in the plane."""
    read([shapely.box(10, 60, 15, 61), shapely.box(10, 61, 15, 62)], tmp_path)
    halves = [shapely.box(9, 59, 12.3, 63), shapely.box(12.3, 59, 21, 63)]
    cutters = gpd.GeoDataFrame({"code": ["N1", "N2"]}, geometry=halves, crs=4326)
    cutters.to_file(tmp_path / "cutters.gpkg")
    rows = {"old_code": "R0000", "new_code": ["N1", "N2"], "new_name": ["N", "M"]}
    pd.DataFrame(rows).to_csv(tmp_path / "crosswalk.csv", index=False)
    job = Job(old=(tmp_path / "l.gpkg",), crosswalk=tmp_path / "crosswalk.csv",
              divide=tmp_path / "cutters.gpkg", unlisted=Unlisted.KEEP)  # fmt: skip
    made = written(job.run(), tmp_path / "out")
    assert shapely.area(made.values).sum() == pytest.approx(10.0, abs=1e-9)
    assert shapely.area(made[["N1", "N2"]].values) == pytest.approx([2.3, 2.7], abs=1e-4)
    assert made["N1"].bounds[2] == pytest.approx(12.3, abs=1e-5)
    assert shapely.get_num_coordinates(made.values).max() < 15


@settings(max_examples=10, phases=(Phase.explicit, Phase.generate))
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 10)), min_size=3, max_size=12),
    st.integers(0, 2**32 - 1),
)
def test_every_vertex_written_was_in_the_source(
    tmp_path_factory: pytest.TempPathFactory, places: list[tuple[int, int]], seed: int
) -> None:
    """However triangles of 50 to 500 km lie, wherever their rings begin, whatever is merged."""
    points = shapely.multipoints(sorted({(10 + x / 2, 58 + y / 2) for x, y in places}))
    shapes = list(shapely.get_parts(shapely.delaunay_triangles(points)))
    rng = np.random.default_rng(seed)
    source = [_turned(shape, rng) for shape in shapes]
    if not source:
        return
    folder = tmp_path_factory.mktemp("triangles")
    result = merged(read(source, folder), max(1, len(source) // 2))
    made = written(result, folder / "out")
    assert vertices(made) <= vertices(source)
    assert shapely.coverage_is_valid(np.asarray(made.values))
    assert shapely.area(made.values).sum() == pytest.approx(shapely.area(shapes).sum(), abs=1e-9)
    old = gpd.read_file(folder / "out" / "old_units.geojson").set_index("code").geometry
    same = shapely.equals_exact(
        shapely.normalize(old.sort_index().values), shapely.normalize(shapes), 0.0
    )
    assert same.all()


def _turned(shape: shapely.Polygon, rng: np.random.Generator) -> shapely.Polygon:
    """Return a polygon whose ring begins elsewhere, and runs as it happens."""
    xy = np.roll(shapely.get_coordinates(shape)[:-1], rng.integers(3), axis=0)
    return shapely.Polygon(xy if rng.random() < 0.5 else xy[::-1])


def ring(*xy: tuple[float, float]) -> shapely.Polygon:
    return shapely.Polygon(xy)


def left(polygon: shapely.Polygon, only_plane: Xy) -> list[tuple[float, float]]:
    """Return the ring without the vertices of the plane, which is that of degrees here."""
    rings = flatten(np.array([polygon], dtype=object))
    done = PlaneVertices.of(only_plane).left_out(rings, lambda xy: xy.copy())
    return [tuple(v) for v in done.xy.tolist()]


def test_a_ring_that_begins_with_one_is_closed_again() -> None:
    square = ring((1, 0), (2, 0), (2, 2), (0, 2), (0, 0))
    assert left(square, np.array([[1.0, 0.0]])) == [(2, 0), (2, 2), (0, 2), (0, 0), (2, 0)]


def test_what_is_not_on_the_line_stays() -> None:
    square = ring((0, 0), (1, -1e-6), (2, 0), (2, 2), (0, 2))
    assert len(left(square, np.array([[1.0, -1e-6], [2.0, 0.0]]))) == 6


def test_no_ring_is_left_without_land() -> None:
    thin = ring((0, 0), (1, 0), (2, 0), (1, 1e-12))
    assert len(left(thin, np.array([[1.0, 0.0], [1.0, 1e-12]]))) == 5


def test_one_line_across_180() -> None:
    wide = ring((179, 0), (-179, 0), (-177, 0), (-177, 2), (179, 2))
    assert (-179.0, 0.0) not in left(wide, np.array([[-179.0, 0.0]]))


def test_a_corner_of_another_unit_is_no_vertex_of_the_plane_alone() -> None:
    low = ring((0, 0), (1, 0), (2, 0), (3, 0), (3, -1), (0, -1))
    high = [ring((0, 0), (1, 0), (1, 1), (0, 1)), ring((1, 0), (2, 0), (3, 0), (3, 1), (1, 1))]
    both = PlaneVertices.of(np.array([[1.0, 0.0], [2.0, 0.0]]))
    done = both.with_corners(both.beside(np.array([low, *high])))
    assert done.corners.tolist() == [[1.0, 0.0]]
    assert PlaneVertices.of_rows(done.rows).corners.tolist() == [[1.0, 0.0]]
    rings = done.left_out(flatten(np.array([low], dtype=object)), lambda xy: xy.copy())
    assert [tuple(v) for v in rings.xy.tolist()] == [
        (0, 0),
        (1, 0),
        (3, 0),
        (3, -1),
        (0, -1),
        (0, 0),
    ]
