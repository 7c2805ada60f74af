"""Checks: planted defects are found with area and units, a clean layer gives none."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import CRS, ORIGIN, square
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from shapely.affinity import translate

from geo_merge.checks.layer import check_layer
from geo_merge.checks.parts import check_parts
from geo_merge.errors import UsageError
from geo_merge.geometry.widths import is_narrow, width_of
from geo_merge.merging.merge import validate
from geo_merge.units.layers import read_units
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Limits, parse
from geo_merge.wording.sentence import told_metres

Grid = Callable[..., gpd.GeoDataFrame]
X, Y = ORIGIN


def with_shape(
    frame: gpd.GeoDataFrame, code: str, shape: shapely.Geometry | None
) -> gpd.GeoDataFrame:
    frame = frame.copy()
    frame.loc[[code], "geometry"] = gpd.GeoSeries([shape], index=[code], crs=frame.crs)
    return frame


def found(frame: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    return [(f.check, f.severity.value) for f in check_layer(frame)]


def only(frame: gpd.GeoDataFrame, check: str) -> Finding:
    (finding,) = [f for f in check_layer(frame) if f.check == check]
    return finding


def test_a_clean_layer_gives_nothing(grid: Grid) -> None:
    assert check_layer(grid(4, 3)) == []


@pytest.mark.parametrize(
    ("shape", "check", "severity"),
    [
        (None, "G01", "error"),
        (shapely.Polygon(), "G01", "error"),
        (shapely.Point(X, Y), "G03", "error"),
        (shapely.Polygon([(X, Y), (X + 9, Y + 9), (X + 9, Y), (X, Y + 9)]), "G04", "error"),
        (shapely.Polygon([(X, Y), (X + 1, Y), (X + 2, Y), (X, Y)]), "G05", "error"),
        (shapely.box(X, Y, X + 0.5, Y + 1), "G05", "warning"),
    ],
    ids=["null", "empty", "point", "bow tie", "no area", "crumb"],
)
def test_bad_geometries(
    grid: Grid, shape: shapely.Geometry | None, check: str, severity: str
) -> None:
    frame = with_shape(grid(3, 3), "00005", shape)
    assert (check, severity) in found(frame)
    assert only(frame, check).units == ("00005",)


def test_an_invalid_geometry_says_where(grid: Grid) -> None:
    bow = shapely.Polygon([(X, Y), (X + 10, Y + 10), (X + 10, Y), (X, Y + 10)])
    finding = only(with_shape(grid(), "00001", bow), "G04")
    assert finding.geometry == shapely.Point(X + 5, Y + 5)
    assert "self-intersection" in finding.message
    point = gpd.GeoSeries([finding.geometry], crs=CRS).to_crs(4326)
    told = re.findall(r"(?:longitude|latitude) ([0-9.]+[0-9])", finding.message)
    place = [point.x.iloc[0], point.y.iloc[0]]
    assert [float(v) for v in told] == pytest.approx(place, abs=1e-7)


@pytest.mark.parametrize(
    ("width", "length", "check"),
    [(0.01, 100.0, "C01"), (0.09, 1000.0, "C01"), (0.11, 100.0, "C02"), (100.0, 100.0, "C02"),
     (1000.0, 999.0, "C02")],
)  # fmt: skip
def test_planted_gaps(grid: Grid, width: float, length: float, check: str) -> None:
    frame = grid(3, 3)
    corner = square(1, 1).bounds[:2]
    gap = shapely.box(*corner, corner[0] + width, corner[1] + length)
    frame = with_shape(frame, "00005", frame.geometry["00005"].difference(gap))
    finding = only(frame, check)
    assert finding.value == pytest.approx(width * length, rel=0.01)
    assert "00005" in finding.units
    assert "00004" in finding.units
    assert finding.geometry.symmetric_difference(gap).area <= 0.01 * gap.area


@pytest.mark.parametrize(("depth", "check"), [(0.01, "C03"), (0.11, "C04"), (300.0, "C04")])
def test_planted_overlaps(grid: Grid, depth: float, check: str) -> None:
    frame = grid(3, 3)
    west, south, _, _ = square(1, 1).bounds
    strip = shapely.box(west - depth, south + 200, west, south + 700)
    frame = with_shape(frame, "00005", frame.geometry["00005"].union(strip))
    finding = only(frame, check)
    assert finding.units == ("00004", "00005")
    assert finding.value == pytest.approx(strip.area, rel=0.01)


def test_an_overlap_over_two_neighbours_names_both_pairs(grid: Grid) -> None:
    frame = grid(3, 3)
    frame = with_shape(frame, "00005", frame.geometry["00005"].buffer(10, join_style="mitre"))
    pairs = {f.units for f in check_layer(frame) if f.check == "C04"}
    others = {"00001", "00002", "00003", "00004", "00006", "00007", "00008", "00009"}
    assert {p for pair in pairs for p in pair if p != "00005"} == others
    total = sum(f.value or 0 for f in check_layer(frame) if f.check == "C04")
    assert total == pytest.approx(4 * 10 * 1000 + 4 * 100, rel=0.01)


def test_vertices_that_a_neighbour_lacks(grid: Grid) -> None:
    frame = grid()
    frame = with_shape(frame, "00001", shapely.segmentize(frame.geometry["00001"], 300.0))
    (note,) = check_layer(frame)
    assert (note.check, note.severity, note.value) == ("C05", "info", pytest.approx(2000))
    assert note.units == ("00001", "00002", "00003")
    assert "2 pairs of units draw 2,000.0 m of their borders" in note.message
    assert note.geometry is not None
    assert note.geometry.bounds == pytest.approx((X, Y, X + 1000, Y + 1000))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(exponent=st.floats(-6, 0).filter(lambda e: abs(e + 3) > 0.01), gap=st.booleans())
@example(exponent=-2.98, gap=True)
@example(exponent=-3.02, gap=False)
def test_only_what_is_a_millimetre_wide_is_a_finding(
    grid: Grid, exponent: float, *, gap: bool
) -> None:
    width = 10**exponent
    move = width if gap else -width
    shape = shapely.box(X + 1000, Y + 1000 + move, X + 2000, Y + 2000)
    findings = check_layer(with_shape(grid(3, 3), "00005", shape))
    told = [f for f in findings if f.check in {"C01", "C02", "C03", "C04"}]
    area = pytest.approx(1000 * width, rel=0.01, abs=1e-5)
    if width >= 1e-3:
        assert [(f.check in {"C01", "C02"}, f.value) for f in told] == [(gap, area)]
    else:
        (note,) = [f for f in findings if f.check == "C05"]
        assert (told, note.severity, note.value) == ([], "info", area)
        assert "1 gap or overlap" in note.message


def test_a_unit_a_hairsbreadth_from_the_rest_is_not_outside_it(grid: Grid) -> None:
    frame = grid(3, 1)
    frame = with_shape(frame, "00003", translate(frame.geometry["00003"], 5e-5, 0))
    (note,) = check_layer(frame)
    assert (note.check, note.severity, note.units) == ("C05", "info", ("00002", "00003"))


def test_a_hairline_beside_a_wide_overlap_is_in_the_note(grid: Grid) -> None:
    """00003 claims half of 00002, and half a millimetre of 00001 beside it."""
    frame = with_shape(grid(3, 1), "00003", shapely.box(X + 999.9995, Y, X + 1500, Y + 1000))
    overlap, note = (f for f in check_layer(frame) if f.check != "G06")
    assert (overlap.check, overlap.units) == ("C04", ("00002", "00003"))
    assert overlap.value == pytest.approx(500_000, rel=1e-3)
    assert (note.check, note.severity, note.value) == ("C05", "info", pytest.approx(0.5, rel=1e-3))
    assert "nowhere wider than 1 mm (the widest 0.5 mm)" in note.message
    assert note.geometry is not None
    assert note.geometry.bounds == pytest.approx((X + 999.9995, Y, X + 1000, Y + 1000), abs=1e-6)


@pytest.mark.parametrize(("width", "check"), [(3e-5, "C01"), (2e-8, "C05")])
def test_without_a_limit_widths_are_told_as_finely_as_coordinates_tell(
    grid: Grid, width: float, check: str
) -> None:
    """``edge=0`` asks for all that is there, and nanometres are not."""
    shape = shapely.box(X + 1000, Y + 1000 + width, X + 2000, Y + 2000)
    found = check_layer(with_shape(grid(3, 3), "00005", shape), parse(["edge=0"])[0])
    (told,) = [f for f in found if f.unit_of_value == "m²"]
    assert (told.check, told.value) == (check, pytest.approx(1000 * width, rel=0.1))
    assert ("up to 0.00003 m wide" in told.message) == (check == "C01")
    assert "e-" not in told.message


def test_a_hairline_with_a_wide_end_is_a_finding(grid: Grid) -> None:
    """Its mean width is far below a millimetre, its greatest is not."""
    wedge = [(X + 1000, Y + 1000), (X + 1990, Y + 1000 + 1e-6), (X + 2000, Y + 1000.02)]
    shape = shapely.Polygon([*wedge, (X + 2000, Y + 2000), (X + 1000, Y + 2000)])
    assert "C01" in {f.check for f in check_layer(with_shape(grid(3, 3), "00005", shape))}


def test_one_vertex_that_a_neighbour_lacks_is_a_warning_however_wide(grid: Grid) -> None:
    frame = grid(3, 1)
    peak = (X + 1000 - 20, Y + 500)
    bent = shapely.Polygon([(X, Y), (X + 1000, Y), peak, (X + 1000, Y + 1000), (X, Y + 1000)])
    finding = only(with_shape(frame, "00001", bent), "C01")
    assert (finding.units, finding.severity) == (("00001", "00002"), "warning")
    assert finding.value == pytest.approx(20 * 1000 / 2, rel=1e-3)
    assert "missing in 00002" in finding.message


@pytest.mark.parametrize("size", [50.0, 100.0, 1000.0])
def test_holes_are_told_from_gaps_by_their_width(grid: Grid, size: float) -> None:
    frame = grid(3, 3)
    x, y, _, _ = square(1, 1).bounds
    for shape, kind in (
        (shapely.box(x + 200, y + 200, x + 200 + size, y + 200 + min(size, 700)), "Hole"),
        (shapely.box(x + 200, y + 200, x + 205, y + 200 + min(size, 700)), "Gap"),
    ):
        hole = shape.intersection(square(1, 1).buffer(-100))
        planted = with_shape(frame, "00005", frame.geometry["00005"].difference(hole))
        finding = only(planted, "C02")
        assert finding.message.startswith(kind)
        assert finding.units == ("00005",)
        assert finding.value == pytest.approx(hole.area, rel=0.01)


@pytest.mark.parametrize("width", [0.01, 0.5])
def test_inlets_at_the_outer_edge(grid: Grid, width: float) -> None:
    frame = grid(2, 1)
    x, y = X + 1000, Y + 600
    inlet = shapely.box(x, y, x + width, y + 500)
    frame = with_shape(frame, "00002", frame.geometry["00002"].difference(inlet))
    finding = only(frame, "C07")
    assert finding.units == ("00001", "00002")
    assert finding.value == pytest.approx(width * 400, rel=0.01)
    assert {check for check, _ in found(frame)} == {"C05", "C07"}  # and two vertices are lacking


def test_spikes_crumbs_doubles_names_and_odd_codes(grid: Grid) -> None:
    frame = grid(4, 3, district="A")
    spiked = shapely.Polygon(
        [(X, Y), (X + 1000, Y), (X + 1000, Y + 1000), (X, Y + 1000), (X, Y + 500.05),
         (X - 30, Y + 500.02), (X, Y + 500)]
    )  # fmt: skip
    frame = with_shape(frame, "00001", spiked)
    spike = only(frame, "G07")
    assert (spike.units, spike.value) == (("00001",), pytest.approx(30, rel=1e-3))
    crumb = shapely.box(X - 500, Y, X - 499, Y + 2)
    frame = with_shape(grid(4, 3), "00001", shapely.multipolygons([square(0, 0), crumb]))
    assert only(frame, "G08").value == pytest.approx(2, rel=1e-3)
    frame = with_shape(grid(4, 3), "00002", square(0, 0))
    assert "the same polygon" in only(frame, "C04").message
    frame = grid(4, 3, district=["A"] * 6 + ["B"] * 6)
    frame["name"] = ["Xã 1", "Xã 1", *frame["name"][2:6], "Xã 3", *frame["name"][7:]]
    assert only(frame, "K06").units == ("00001", "00002")
    frame = grid(4, 3).rename(index={"00007": "0OOO7"})
    assert only(frame, "K07").units == ("0OOO7",)


def test_units_far_from_their_district(grid: Grid) -> None:
    frame = grid(30, 1)
    frame["district"] = ["A"] * 15 + ["B"] * 14 + ["A"]
    finding = only(frame, "G12")
    assert (finding.units, finding.value) == (("00030",), pytest.approx(14_000))
    frame["district"] = ["A"] * 15 + ["B"] * 5 + ["A"] * 5 + ["B"] * 5
    assert [f for f in check_layer(frame) if f.check == "G12"] == []


def test_an_outline_shows_what_is_missing_and_what_is_too_much(grid: Grid) -> None:
    frame = grid(2, 1)
    outline = gpd.GeoDataFrame(
        geometry=[shapely.box(X, Y - 100, X + 1900, Y + 1000)], crs=frame.crs
    )
    findings = [f for f in check_layer(frame, outline=outline) if f.check == "C06"]
    assert [("missing" in f.message, f.units) for f in findings] == [
        (True, ("00001", "00002")), (False, ("00002",)),
    ]  # fmt: skip
    assert [f.value for f in findings] == pytest.approx([190_000, 100_000], rel=1e-3)


@pytest.mark.parametrize("limit", ["narrow=0.2", "edge=0.2"])
def test_thresholds_can_be_changed(grid: Grid, limit: str) -> None:
    frame = grid(3, 3)
    west, south, _, _ = square(1, 1).bounds
    strip = shapely.box(west, south + 200, west + 0.15, south + 700)
    frame = with_shape(frame, "00005", frame.geometry["00005"].difference(strip))
    assert ("C02", "error") in found(frame)
    changed = {f.check for f in check_layer(frame, parse([limit])[0])} - {"C05"}
    assert changed == ({"C01"} if limit.startswith("narrow") else set())


@pytest.mark.parametrize("text", ["nonsense=1", "narrow", "narrow=wide", "narrow=-1", "cell=inf"])
def test_bad_limits(text: str) -> None:
    with pytest.raises(UsageError, match="--limit"):
        parse([text])


@pytest.mark.parametrize("away", [2_000.0, 61_234.0])
def test_units_outside_the_rest(grid: Grid, away: float) -> None:
    """Islands are a warning; one beyond the limit names it, and the way to raise it helps."""
    frame = grid(3, 1)
    frame = with_shape(frame, "00003", translate(frame.geometry["00003"], away, 0))
    finding = only(frame, "G06")
    assert (finding.units, finding.severity.value) == (("00003",), "warning")
    assert finding.value == pytest.approx(away)
    far = away > Limits().far
    assert ("61,234 m away, more than the 50,000 m of the limit far" in finding.message) == far
    assert ("--limit far=62000." in finding.hint) == far


def test_parts_of_one_unit_outside_the_rest_are_told_once(grid: Grid) -> None:
    """Like the Aleutians: four islands of one unit, 60 to 240 km out, are one finding."""
    frame = grid(3, 1)
    home = frame.geometry["00003"]
    islands = [translate(home, away * 1000, 0) for away in (60, 120, 180, 240)]
    frame = with_shape(frame, "00003", shapely.multipolygons([home, *islands]))
    finding = only(frame, "G06")
    assert finding.units == ("00003",)
    assert finding.message.startswith("4 parts of 00003 (Xã 3) lie outside the rest of the layer")
    assert finding.value == pytest.approx(59_000, rel=0.05)
    assert shapely.area(finding.geometry) == pytest.approx(4e6)


@pytest.mark.parametrize("place", [(np.inf, np.inf), (-np.inf, 0.0), (0.0, np.nan)])
@pytest.mark.parametrize("crs", [CRS, 4326])
def test_a_vertex_that_is_nowhere_is_told_without_a_warning(
    grid: Grid, tmp_path: Path, place: tuple[float, float], crs: object
) -> None:
    """Warnings are errors here: none of shapely's reaches whoever runs validate."""
    frame = grid(3, 1).to_crs(crs)
    xy = shapely.get_coordinates(frame.geometry["00002"])
    xy[2] += place
    with np.errstate(all="ignore"):
        frame = with_shape(frame, "00002", shapely.polygons(xy))
        frame.reset_index().to_parquet(tmp_path / "a.parquet")
    findings = validate(read_units(tmp_path / "a.parquet"))
    assert "G02" in set(findings["check"])


def test_new_units_in_several_parts(grid: Grid) -> None:
    frame = grid(3, 1).assign(members=[["00001"]] * 3)
    frame = with_shape(frame, "00002", shapely.multipolygons([square(1, 0), square(9, 9)]))
    (finding,) = check_parts(frame)
    assert (finding.check, finding.units, finding.value) == ("G11", ("00002",), 2.0)
    frame["members"] = [["a", "b"]] * 3
    members = [["00002"] * 2, ["a", "b"]]
    inside = gpd.GeoSeries([square(1, 0), square(9, 9)], index=members).centroid
    assert "do not touch: a | b" in check_parts(frame, inside)[0].message


def test_of_many_members_of_a_part_the_first_are_named(grid: Grid) -> None:
    """A state of hundreds of counties and an island: the line stays one that can be read."""
    many = [f"m{k:02d}" for k in range(12)]
    frame = grid(3, 1).assign(members=[[*many, "b"]] * 3)
    frame = with_shape(frame, "00002", shapely.multipolygons([square(1, 0), square(9, 9)]))
    at = [*([square(1, 0)] * 12), square(9, 9)]
    inside = gpd.GeoSeries(at, index=[["00002"] * 13, [*many, "b"]]).centroid
    told = check_parts(frame, inside)[0].message
    assert f"do not touch: {', '.join(many[:10])} and 2 more | b" in told


def test_width() -> None:
    shapes = shapely.box(0, 0, [0.05, 0.2, 50], [100, 100, 50])
    assert is_narrow(shapes, 0.1).tolist() == [True, False, False]
    assert width_of(shapes[0]) == pytest.approx(0.05, rel=0.01)
    assert width_of(shapes[2]) == pytest.approx(50, rel=0.05)


def test_a_tadpole_is_not_narrow() -> None:
    """A long hairline with a wide end: its mean width says nothing of the end."""
    tadpole = shapely.union(shapely.box(0, 0, 0.001, 5000), shapely.box(0, 5000, 0.5, 5000.5))
    assert is_narrow(np.array([tadpole]), 0.1).tolist() == [False]
    assert width_of(tadpole) == pytest.approx(0.5, rel=0.06)


def test_many_lakes_of_one_unit_are_one_finding(grid: Grid) -> None:
    lakes = [shapely.box(X + 1100 + 60 * k, Y + 1300, X + 1140 + 60 * k, Y + 1340 + k)
             for k in range(12)]  # fmt: skip
    frame = grid(3, 3)
    frame = with_shape(frame, "00005", square(1, 1).difference(shapely.union_all(lakes)))
    finding = only(frame, "C02")
    assert (finding.severity, finding.units) == ("error", ("00005",))
    assert "12 holes of" in finding.message
    m2 = sum(lake.area for lake in lakes)
    assert finding.value == pytest.approx(m2, rel=1e-3)
    assert finding.geometry is not None
    assert shapely.area(finding.geometry) == pytest.approx(m2)
    lon, lat = gpd.GeoSeries([lakes[-1].centroid], crs=CRS).to_crs(4326).get_coordinates().iloc[0]
    told = re.findall(r"(?:longitude|latitude) ([0-9.]+[0-9])", finding.message)
    assert [float(v) for v in told] == pytest.approx([lon, lat], abs=1e-5)


def test_holes_of_the_outline_are_no_lost_land(grid: Grid) -> None:
    abroad, lost = square(1, 1).buffer(-300), square(2, 1).buffer(-400)
    frame = with_shape(grid(4, 3), "00006", square(1, 1).difference(abroad))
    frame = with_shape(frame, "00007", square(2, 1).difference(lost))
    whole = shapely.union_all([square(c, r) for c in range(4) for r in range(3)])
    outline = gpd.GeoDataFrame(geometry=[whole.difference(abroad.buffer(-0.04))], crs=CRS)
    by_unit = {f.units: f.severity for f in check_layer(frame, outline=outline) if f.check == "C02"}
    assert by_unit == {("00006",): "info", ("00007",): "error"}


def test_widths_are_told_as_people_write_them() -> None:
    told = [told_metres(w) for w in (0.01234, 45.64, 340.2, 1813.0)]
    assert told == ["0.0123", "45.6", "340", "1,813"]
