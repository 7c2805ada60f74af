"""Layers on both sides of 180°, at the poles, and far apart."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from commands import run
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod
from shapely.affinity import translate

from geo_merge.api import read_units
from geo_merge.geometry.areas import areas
from geo_merge.geometry.longitudes import continuous, cut_at_180, square_degrees
from geo_merge.geometry.rings import flatten
from geo_merge.units.working_plane import working_crs

BOX = shapely.box
GEOD = Geod(ellps="WGS84")
# Six units of 1° by 1° in a row from 177° E to 177° W, their borders with a vertex each 0.1°.
CELLS = [shapely.segmentize(BOX(177 + k, -18, 178 + k, -17), 0.1) for k in range(6)]


def array(*shapes: shapely.Geometry) -> np.ndarray:
    return np.array(shapes, dtype=object)


def moved(shape: shapely.Geometry, east: float) -> shapely.Geometry:
    return translate(shape, east, 0)


def turned(shape: shapely.Geometry, turns: int) -> shapely.Geometry:
    return moved(shape, 360.0 * turns)


def jumping(shape: shapely.Geometry) -> shapely.Geometry:
    """As programs write it that keep each longitude within 180°: edges jump to the other side."""
    return shapely.transform(shape, lambda xy: np.column_stack([(xy[:, 0] + 180) % 360 - 180, xy[:, 1]]))  # fmt: skip


def cut(shape: shapely.Geometry) -> shapely.Geometry:
    """As RFC 7946 wants it."""
    west = shapely.intersection(shape, BOX(0, -90, 180, 90))
    east = turned(shapely.intersection(shape, BOX(180, -90, 360, 90)), -1)
    return shapely.union_all([piece for piece in (west, east) if piece.area])


FORMS: dict[str, Callable[[shapely.Geometry], shapely.Geometry]] = {
    "0 to 360": lambda shape: shape,
    "jumping": jumping,
    "cut": cut,
}


def layer(shapes: list[shapely.Geometry], crs: object = 4326) -> gpd.GeoDataFrame:
    n = len(shapes)
    data = {"code": [f"F{k}" for k in range(n)], "name": [f"Tikina {k}" for k in range(n)], "population": 100}  # fmt: skip
    return gpd.GeoDataFrame(data, geometry=shapes, crs=crs)


def save(frame: gpd.GeoDataFrame, folder: Path, new: int = 2) -> Path:
    """Write a layer, and a crosswalk that joins so many neighbours to one each."""
    frame.to_file(folder / "old.gpkg")
    table = {"old_code": frame["code"], "new_code": [f"N{k // new}" for k in range(len(frame))]}
    table |= {"new_name": [f"Province {k // new}" for k in range(len(frame))], "new_type": "Province"}  # fmt: skip
    pd.DataFrame(table).to_csv(folder / "crosswalk.csv", index=False)
    return folder / "old.gpkg"


def km2(shape: shapely.Geometry) -> float:
    return abs(GEOD.geometry_area_perimeter(shapely.segmentize(shape, 0.01))[0]) / 1e6


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_a_layer_across_180_is_one_layer_and_is_written_cut(
    form: str, shift: float, tmp_path: Path
) -> None:
    cells = [moved(c, shift) for c in CELLS]
    save(layer([FORMS[form](c) for c in cells]), tmp_path, new=3 if not shift else 2)
    done = run("build", "old.gpkg", "--crosswalk", "crosswalk.csv", "--out", "out", cwd=tmp_path)
    assert done.code == 0, done.err
    assert "0 errors, 0 warnings" in done.out
    made = json.loads((tmp_path / "out" / "new_units.geojson").read_text("utf-8"))
    whole = [shapely.geometry.shape(f["geometry"]) for f in made["features"]]
    xy = shapely.get_coordinates(whole)
    assert np.abs(xy[:, 0]).max() <= 180
    assert shapely.is_valid(np.array(whole, dtype=object)).all()
    assert made["bbox"] == pytest.approx([177 + shift, -18, -177 + shift, -17])
    for feature, shape in zip(made["features"], whole, strict=True):
        width = 3 if not shift else 2
        bounds = shapely.bounds(shapely.get_parts(shape))
        assert shape.area == pytest.approx(width, rel=1e-9)
        assert (bounds[:, 2] - bounds[:, 0]).max() <= width
        assert feature["properties"]["area_km2"] == pytest.approx(km2(shape), rel=1e-6)
        crosses = len(bounds) > 1
        assert (feature["bbox"][0] > feature["bbox"][2]) == crosses
    assert sum(len(shapely.get_parts(s)) for s in whole) == (2 if not shift else 4)


@pytest.mark.parametrize("command", [("convert",), ("dissolve", "--by", "name")])
@pytest.mark.parametrize("form", FORMS)
def test_convert_and_dissolve_write_it_cut_too(form: str, command: tuple[str, ...], tmp_path: Path) -> None:  # fmt: skip
    frame = layer([FORMS[form](turned(c, 0)) for c in CELLS]).assign(name="one")
    for name in ("old.gpkg", "old.shp"):
        frame.to_file(tmp_path / name)
        done = run(command[0], name, "out.geojson", *command[1:], cwd=tmp_path)
        assert done.code == 0, done.err
        made = gpd.read_file(tmp_path / "out.geojson")
        assert made.geometry.is_valid.all()
        assert shapely.area(made.geometry.values).sum() == pytest.approx(6, rel=1e-9)
        assert np.abs(made.bounds[["minx", "maxx"]].to_numpy()).max() <= 180
        assert shapely.bounds(shapely.get_parts(made.geometry.values))[:, 2].max() <= 180


def test_a_layer_in_a_plane_across_180(tmp_path: Path) -> None:
    """Fiji's map grid: whole polygons in the file, 359 degrees wide if nobody looked."""
    cells = [BOX(1_970_000 + 60_000 * k, 3_900_000, 2_030_000 + 60_000 * k, 3_960_000) for k in range(6)]  # fmt: skip
    save(layer([shapely.segmentize(c, 5000) for c in cells], 3460), tmp_path, new=6)
    done = run("build", "old.gpkg", "--crosswalk", "crosswalk.csv", "--out", "out", cwd=tmp_path)
    assert done.code == 0, done.err
    (whole,) = gpd.read_file(tmp_path / "out" / "new_units.geojson").geometry
    plane = gpd.GeoSeries([whole], crs=4326).to_crs(3460).area.sum()
    assert plane == pytest.approx(6 * 60_000**2, rel=1e-6)
    assert len(whole.geoms) == 2
    before = gpd.read_file(tmp_path / "out" / "old_units.geojson")
    assert [len(shapely.get_parts(g)) for g in before.geometry].count(2) == 1


@pytest.mark.parametrize("epsg", [3031, 4326])
def test_land_around_a_pole(epsg: int, tmp_path: Path) -> None:
    """Sectors of a cap around the south pole, joined to the cap: 4 sectors of 90°, to 1 unit."""
    turn = np.radians(np.arange(0, 91, 2.0))
    sector = [np.vstack([np.column_stack([np.sin(turn + q), np.cos(turn + q)]) * 1e6, [[0, 0]]])
              for q in np.radians([10, 100, 190, 280])]  # fmt: skip
    frame = layer([shapely.Polygon(s) for s in sector], 3031)
    if epsg == 4326:
        made = [shapely.geometry.shape(g) for g in _through_geojson(frame, tmp_path)]
        frame = layer(made)
    save(frame, tmp_path, new=4)
    done = run("build", "old.gpkg", "--crosswalk", "crosswalk.csv", "--out", "out",
               "--allow-errors", cwd=tmp_path)  # fmt: skip
    assert done.code in {0, 1}, done.err
    (whole,) = gpd.read_file(tmp_path / "out" / "new_units.geojson").geometry
    assert whole.is_valid
    west, south, east, north = whole.bounds
    assert (west, south, east) == pytest.approx((-180, -90, 180), abs=1e-5)
    assert north == pytest.approx(-80.8, abs=0.2)


def _through_geojson(frame: gpd.GeoDataFrame, folder: Path) -> list[dict[str, object]]:
    frame.to_file(folder / "plane.gpkg")
    assert run("convert", "plane.gpkg", "degrees.geojson", cwd=folder).code == 0
    return [f["geometry"] for f in json.loads((folder / "degrees.geojson").read_text())["features"]]


@given(
    st.floats(-180, 180), st.floats(0.5, 40), st.integers(3, 12), st.integers(0, 2**32 - 1),
    st.sampled_from(sorted(FORMS)),
)  # fmt: skip
@settings(max_examples=60)
def test_law_any_longitude_is_as_good_as_any_other(
    west: float, width: float, n: int, seed: int, form: str
) -> None:
    random = np.random.default_rng(seed)
    around = np.sort(random.uniform(0, 2 * np.pi, n + 2))
    star = np.column_stack([np.cos(around), np.sin(around)]) * (width / 2, 20)
    polygon = translate(shapely.convex_hull(shapely.multipoints(star)), west + 180 + width / 2, 10)
    if polygon.area < 1e-3:
        return
    hole = shapely.transform(polygon, lambda xy: (xy - xy.mean(axis=0)) * 0.3 + xy.mean(axis=0))
    polygon = shapely.orient_polygons(polygon.difference(hole))
    given = FORMS[form](polygon) if form != "cut" or polygon.bounds[2] <= 360 else polygon
    pieces = cut_at_180(flatten(array(given)))
    written = pieces.get(0, given)
    assert written.is_valid
    assert written.area == pytest.approx(polygon.area, rel=1e-9)
    assert np.abs(shapely.get_coordinates(written)[:, 0]).max() <= 180
    assert square_degrees(flatten(array(given)))[0] == pytest.approx(polygon.area, rel=1e-9)
    (whole,), _ = continuous(array(given))
    assert whole.area == pytest.approx(polygon.area, rel=1e-9)
    assert whole.bounds[2] - whole.bounds[0] == pytest.approx(polygon.bounds[2] - polygon.bounds[0])


def test_what_lies_within_180_is_left_alone() -> None:
    overseas = array(BOX(-5, 40, 5, 50), BOX(55, -22, 56, -21), BOX(-61, 15, -60, 16))
    same, rows = continuous(overseas)
    assert len(rows) == 0
    assert all(a is b for a, b in zip(same, overseas, strict=True))
    assert cut_at_180(flatten(overseas)) == {}


def test_the_world_all_around_stays_as_it_is() -> None:
    belt = array(*(BOX(-180 + 60 * k, -10, -120 + 60 * k, 10) for k in range(6)))
    same, rows = continuous(belt)
    assert len(rows) == 0
    assert shapely.equals_exact(same, belt, 0).all()


def test_widths_do_not_depend_on_what_lies_far_away() -> None:
    near = [BOX(-92 + k, 30, -91 + k, 31) for k in range(5)]
    plane = working_crs([layer(near)])
    assert plane.to_epsg() == 32616
    wide = working_crs([layer([*near, BOX(179.5, 51, 180, 52), BOX(-180, 51, -179, 52)])])
    assert "equal-area plane about" in wide.name
    lengths = [gpd.GeoSeries([near[0]], crs=4326).to_crs(crs).length[0] for crs in (plane, wide)]
    assert lengths[1] == pytest.approx(lengths[0], rel=0.01)


@pytest.mark.parametrize(
    ("shapes", "crs", "expected"),
    [
        ([BOX(105, 21, 106, 22), BOX(106, 21, 107, 22)], 4326, "EPSG:32648"),
        ([BOX(11_700_000, 2_400_000, 11_800_000, 2_500_000)], 3857, "EPSG:32648"),
        ([BOX(5e5, 2e6, 6e5, 3e6)], 9214, "EPSG:9214"),
        ([BOX(0, 85, 30, 86)], 4326, None),
    ],
)
def test_the_plane_to_work_in(shapes: list[shapely.Geometry], crs: int, expected: str | None) -> None:  # fmt: skip
    plane = working_crs([layer(shapes, crs)])
    assert plane.is_projected
    if expected:
        assert plane.to_string() == expected


def test_axes_to_the_south_and_west_are_read_as_those_to_the_east_and_north(tmp_path: Path) -> None:
    """Krovak's first grid is a mirror: rings run the other way in it."""
    cells = layer([BOX(14 + k / 10, 49.5, 14.1 + k / 10, 49.6) for k in range(4)])
    expected = [km2(cell) for cell in cells.geometry[:2]]
    path = save(cells.to_crs(5513), tmp_path)
    units = read_units(path)
    assert (areas(np.asarray(units.geometry.values), units.crs) / 1e6)[:2] == pytest.approx(expected, rel=1e-4)  # fmt: skip
    mirrored = cells.to_crs(5513)
    assert areas(np.asarray(mirrored.geometry.values), mirrored.crs).min() > 0
    out = run("build", path, "--crosswalk", tmp_path / "crosswalk.csv", "--out", tmp_path / "out")
    assert "P04" not in out.err  # the map is drawn as the files have it
    new = gpd.read_file(tmp_path / "out" / "new_units.geojson")
    assert new.area_km2.tolist()[0] == pytest.approx(sum(expected), rel=1e-4)
    # Edges that are straight on the grid pass a metre north of their ends' parallel.
    assert new.total_bounds == pytest.approx([14, 49.5, 14.4, 49.6], abs=2e-5)


def test_the_plane_is_told(tmp_path: Path) -> None:
    save(layer([BOX(-5 + 20 * k, 40, 15 + 20 * k, 50) for k in range(4)]), tmp_path)
    units = read_units(tmp_path / "old.gpkg")
    done = run("build", "old.gpkg", "--crosswalk", "crosswalk.csv", "--out", "out",
               "--allow-errors", cwd=tmp_path)  # fmt: skip
    findings = pd.read_csv(tmp_path / "out" / "findings.csv").set_index("check")
    assert units.crs.name in findings.loc["R05", "message"]
    assert done.code in {0, 1}
    written = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))["crs"]
    assert CRS.from_user_input(written) == units.crs


@pytest.mark.parametrize("command", ["validate", "convert", "dissolve"])
def test_geojson_in_metres_takes_the_crs_that_is_named(command: str, tmp_path: Path) -> None:
    """Nobody is sent from one message to the other."""
    frame = layer([BOX(150_000 + 5000 * k, 160_000, 155_000 + 5000 * k, 165_000) for k in range(3)], None)  # fmt: skip
    frame.set_crs(4326).to_file(tmp_path / "metres.geojson", engine="pyogrio")
    text = json.loads((tmp_path / "metres.geojson").read_text("utf-8"))
    text.pop("crs", None)
    (tmp_path / "metres.geojson").write_text(json.dumps(text), "utf-8")
    more = {"validate": (), "convert": ("out.geojson",), "dissolve": ("out.geojson", "--by", "name")}  # fmt: skip
    refused = run(command, "metres.geojson", *more[command], cwd=tmp_path)
    assert refused.code == 2
    assert "[R02]" in refused.err
    assert "--crs" in refused.err
    done = run(command, "metres.geojson", *more[command], "--crs", "31370", cwd=tmp_path)
    assert done.code == 0, done.err
    if command != "validate":
        west, south, east, north = gpd.read_file(tmp_path / "out.geojson").total_bounds
        assert 2 < west < east < 7
        assert 49 < south < north < 52


def test_a_country_in_the_zone_of_its_middle(tmp_path: Path) -> None:
    """Norway is published in zone 33 as a whole; its west lies 7° from that zone."""
    cells = [BOX(5.2 + 0.2 * k, 58.6, 5.4 + 0.2 * k, 58.8) for k in range(4)]
    frame = layer(cells).to_crs(25833)
    save(frame, tmp_path)
    assert run("validate", "old.gpkg", cwd=tmp_path).code == 0
    far = frame.set_crs(2154, allow_override=True)  # metres of Norway called metres of France
    far = far.set_geometry(far.translate(0, -30_000_000))
    save(far, tmp_path)
    assert "[R0" in run("validate", "old.gpkg", cwd=tmp_path).err


def test_long_edges_are_measured_on_one_line(tmp_path: Path) -> None:
    """Units of 600 km with vertices at their corners alone: their sums are those of the new ones."""
    cells = [BOX(90 + 10 * c, 55 + 6 * r, 100 + 10 * c, 61 + 6 * r) for r in range(2) for c in range(4)]  # fmt: skip
    save(layer(cells), tmp_path)
    done = run("build", "old.gpkg", "--crosswalk", "crosswalk.csv", "--out", "out", cwd=tmp_path)
    assert done.code == 0, done.err
    ledger = pd.read_csv(tmp_path / "out" / "ledger.csv").set_index("quantity")
    assert abs(ledger.loc["area_m2", "difference"]) < 1e-9 * ledger.loc["area_m2", "before"]


def test_types_of_units_are_read_from_names_in_vietnam_alone(tmp_path: Path) -> None:
    """P.F. Espiritu is a barangay of the Philippines, P. Thọ Xương a ward."""
    for lon, name, expected in ((120.9, "P.F. Espiritu", ""), (108.2, "P. Thọ Xương", "Phường")):
        frame = layer([BOX(lon, 14.4, lon + 0.1, 14.5)]).assign(name=name)
        save(frame, tmp_path)
        assert read_units(tmp_path / "old.gpkg")["unit_type"].tolist() == [expected]


def test_units_that_meet_at_a_pole_are_read_or_refused_in_a_sentence(tmp_path: Path) -> None:
    """Sixty degrees of longitude each, up to the pole, where all of them are one point."""
    save(layer([BOX(-180 + 60 * k, 80, -120 + 60 * k, 90) for k in range(6)]), tmp_path)
    done = run("build", "old.gpkg", "--crosswalk", "crosswalk.csv", "--out", "out", cwd=tmp_path)
    assert "unexpectedly" not in done.err
    assert done.code == 0 or "[P03]" in done.err


def test_a_band_around_a_pole_has_a_hole_at_the_pole(tmp_path: Path) -> None:
    """Its hole goes around the pole too, and is no land up to the other pole."""
    turn = np.radians(np.arange(0, 360, 3.0))
    ring = np.column_stack([np.sin(turn), np.cos(turn)])
    frame = layer([shapely.Polygon(ring * 1e6, [ring[::-1] * 3e5])], 3031)
    expected = areas(np.asarray(frame.geometry.values), frame.crs)[0] / 1e6
    frame.to_file(tmp_path / "band.gpkg")
    done = run("convert", "band.gpkg", "band.geojson", cwd=tmp_path)
    assert done.code == 0, done.err
    (band,) = gpd.read_file(tmp_path / "band.geojson").geometry
    assert band.is_valid
    assert band.bounds == pytest.approx((-180, -87.3, 180, -80.8), abs=0.1)
    assert km2(band) == pytest.approx(expected, rel=1e-5)
    save(layer([band]), tmp_path, new=1)
    done = run("build", "old.gpkg", "--crosswalk", "crosswalk.csv", "--out", "out", cwd=tmp_path)
    assert done.code == 0, done.err
    (whole,) = gpd.read_file(tmp_path / "out" / "new_units.geojson").geometry
    assert km2(whole) == pytest.approx(expected, rel=1e-5)
