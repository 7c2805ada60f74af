"""Figures of plans: by hand on squares of 1 km², and as a merger makes them."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import CRS, square
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Geod

import geo_merge
from geo_merge.errors import LayerError, PlanError
from geo_merge.planning.adopt import plan_of_crosswalk
from geo_merge.planning.figures import PlanFigures, figures_of, summary_of
from geo_merge.planning.layer import PlanLayer, measure
from geo_merge.planning.operations import Assign, Found, Release, SetSeat
from geo_merge.planning.places import positions_of, with_seats
from geo_merge.planning.plan import Plan, unassigned
from geo_merge.planning.roads import Roads
from geo_merge.planning.tables import units_table

Grid = Callable[..., gpd.GeoDataFrame]


def plan_of(layer: gpd.GeoDataFrame, units: dict[str, list[int]]) -> Plan:
    """A plan with new units of some squares, given by number."""
    plan = unassigned(layer)
    for code, numbers in units.items():
        plan = Found(code, code, "Xã", "", tuple(f"{n:05d}" for n in numbers)).on(plan)
    return plan


def test_a_unit_of_three_squares_by_hand(grid: Grid) -> None:
    layer = grid(3, 2, population=[10, 20, 30, 40, 50, 60], households=[1, 2, 3, 4, 5, 6])
    plan = plan_of(layer, {"A": [1, 2, 4], "B": []})
    measured = measure(layer)
    figures = figures_of(plan, measured)
    unit = figures.units["A"]
    assert unit.members == ("00001", "00002", "00004")
    assert unit.area_km2 == pytest.approx(3.0, rel=1e-3)  # of the ellipsoid
    assert (unit.population, unit.fields["households"]) == (70, 7)
    assert unit.density == pytest.approx(70 / unit.area_km2, rel=1e-12)
    # An L of three squares has an outline of 8 sides.
    assert unit.compactness == pytest.approx(4 * math.pi * 3 / 8**2, rel=1e-12)
    assert unit.contiguous
    assert (figures.units["B"].area_km2, figures.units["B"].compactness) == (0.0, None)
    assert figures.without_place.members == ("00003", "00005", "00006")
    total = summary_of(figures, measured)
    assert (total["before"]["count"], total["after"]["count"]) == (6, 1)
    assert total["empty"] == ["B"]


def test_corners_do_not_hang_together_and_a_stated_length_decides(grid: Grid) -> None:
    layer = grid(2, 2)
    plan = plan_of(layer, {"A": [1, 4], "B": [2, 3]})
    unit = figures_of(plan, measure(layer)).units["A"]
    assert unit.parts == (("00001",), ("00004",))
    assert not unit.contiguous
    beside = plan_of(layer, {"A": [1, 2]})
    assert figures_of(beside, measure(layer, shortest_border=999.0)).units["A"].contiguous
    alone = figures_of(beside, measure(layer, shortest_border=1001.0)).units["A"]
    assert alone.islands or not alone.contiguous


def test_an_island_is_named_and_no_fault(grid: Grid) -> None:
    layer = grid(3, 1)
    layer.loc["00003", "geometry"] = square(10, 0)
    plan = plan_of(layer, {"A": [1, 2, 3]})
    unit = figures_of(plan, measure(layer)).units["A"]
    assert (unit.contiguous, unit.islands) == (True, ("00003",))
    apart = figures_of(plan_of(layer, {"A": [1, 3], "B": [2]}), measure(layer)).units["A"]
    assert (apart.contiguous, apart.islands) == (True, ("00003",))


def test_borders_drawn_twice_are_one(grid: Grid) -> None:
    layer = grid(2, 1)
    x, y = square(1, 0).bounds[:2]
    more = [(x, y), (x + 0.4, y + 300), (x, y + 1000), (x + 1000, y + 1000), (x + 1000, y)]
    layer.loc["00002", "geometry"] = shapely.Polygon(more)
    measured = measure(layer)
    assert measured.borders.metres[0] == pytest.approx(1000, abs=1)
    assert figures_of(plan_of(layer, {"A": [1, 2]}), measured).units["A"].contiguous


def test_land_that_two_members_claim_counts_once(grid: Grid) -> None:
    layer = grid(2, 1)
    layer.loc["00002", "geometry"] = shapely.union(square(1, 0), square(0.5, 0))
    plan = plan_of(layer, {"A": [1, 2]})
    unit = figures_of(plan, measure(layer)).units["A"]
    assert unit.area_km2 == pytest.approx(2.0, rel=1e-3)


def test_unknown_people_leave_no_density_and_no_mean(grid: Grid) -> None:
    layer = grid(2, 1, population=[10.0, np.nan])
    plan = SetSeat("A", "00001").on(plan_of(layer, {"A": [1, 2]}))
    unit = figures_of(plan, measure(layer)).units["A"]
    assert (unit.population, unit.population_unknown, unit.density) == (10, 1, None)
    assert (unit.distance_km, unit.without_distance) == (None, ("00002",))
    assert unit.longest_km == pytest.approx(1.0, rel=1e-3)


def test_the_way_to_the_seat_by_hand(grid: Grid) -> None:
    layer = grid(3, 1, population=[100, 50, 50])
    plan = SetSeat("A", "00001").on(plan_of(layer, {"A": [1, 2, 3]}))
    measured = measure(layer)
    unit = figures_of(plan, measured).units["A"]
    # 100 people at 0 km, 50 at 1, 50 at 2.
    assert unit.distance_km == pytest.approx(0.75, rel=1e-3)
    assert (unit.farthest, unit.longest_km) == ("00003", pytest.approx(2.0, rel=1e-3))
    lon, lat = measured.positions[2]
    there = SetSeat("A", f"{lon}, {lat}").on(plan)
    assert figures_of(there, measured).units["A"].distance_km == pytest.approx(1.25, rel=1e-3)
    nowhere = figures_of(SetSeat("A", "").on(plan), measured).units["A"]
    assert (nowhere.distance_km, nowhere.longest_km) == (None, None)


def test_missing_positions_are_told_and_nothing_is_lost(grid: Grid) -> None:
    layer = grid(2, 1, population=[1, 1])
    plan = SetSeat("A", "00001").on(plan_of(layer, {"A": [1, 2]}))
    where = measure(layer).positions[0]
    unit = figures_of(plan, measure(layer, positions={"00001": tuple(where)})).units["A"]
    assert (unit.distance_km, unit.without_distance) == (None, ("00002",))
    assert unit.population == 2


def table_of(rows: dict[str, list[Any]]) -> Any:
    frame = gpd.pd.DataFrame(rows, dtype=object)
    frame.index = gpd.pd.RangeIndex(2, len(frame) + 2, name="row")
    return frame


def test_a_position_outside_its_unit_is_not_used(grid: Grid) -> None:
    layer = grid(2, 1)
    where = measure(layer).positions.tolist()
    rows = {
        "old_code": ["00001", "00002"],
        "lon": [str(where[0][0])] * 2,
        "lat": [str(where[0][1])] * 2,
    }
    found, told = positions_of(table_of(rows), layer, "p.csv")
    assert list(found) == ["00001"]
    assert [f.check for f in told] == ["L05"]
    wrong = {"old_code": ["9", "00002"], "lon": ["1", "x"], "lat": ["1", "2"]}
    with pytest.raises(PlanError) as error:
        positions_of(table_of(wrong), layer, "p.csv")
    assert error.value.problems == (
        "p.csv row 2: '9' is no unit of the layer.",
        "p.csv row 3: x, 2 is no longitude and latitude.",
    )


def test_two_places_of_one_unit_are_told(grid: Grid) -> None:
    """The last one does not hold without a word; what says the same is no matter."""
    layer = grid(2, 1)
    x, y = measure(layer).positions[0].tolist()
    rows = {"old_code": ["00001"] * 3, "lon": [str(x), str(x), str(x + 1e-4)], "lat": [str(y)] * 3}
    told = "row 4: 00001 has another place in a row above"
    with pytest.raises(PlanError, match=told):
        positions_of(table_of(rows), layer, "p.csv")
    assert len(positions_of(table_of(rows).iloc[:2], layer, "p.csv")[0]) == 1
    plan = plan_of(layer, {"A": [1, 2]})
    seats = {"new_code": ["A"] * 3, "seat": ["00001", "00001", "00002"]}
    with pytest.raises(PlanError, match="row 4: A has another place in a row above"):
        with_seats(plan, table_of(seats), "s.csv")
    assert with_seats(plan, table_of(seats).iloc[:2], "s.csv")[0].new["A"].seat == "00001"


@pytest.mark.parametrize(
    ("seat", "x", "outside"),
    [("00001", None, False), ("00003", None, True), ("", None, False),
     (None, 0.5, False), (None, 1.5, False), (None, 2.5, True), (None, 9.0, True)],
)  # fmt: skip
def test_a_seat_outside_of_its_unit_is_told(
    grid: Grid, seat: str | None, x: float | None, *, outside: bool
) -> None:
    """Of three squares in a row A has the first two; the seat is one of them, or a place."""
    layer = grid(3, 1)
    if x is not None:
        there = shapely.transform(
            square(0, 0).centroid, lambda xy: xy + np.array([1000 * (x - 0.5), 0])
        )
        lon, lat = gpd.GeoSeries([there], crs=CRS).to_crs(4326).iloc[0].coords[0]
        seat = f"{lon}, {lat}"
    plan = SetSeat("A", str(seat)).on(plan_of(layer, {"A": [1, 2], "B": [3]}))
    figures = figures_of(plan, measure(layer))
    assert figures.units["A"].seat_outside is outside
    assert bool(units_table(figures).set_index("code").at["A", "seat_outside"]) is outside
    # Once its old unit is a member, the same seat lies inside.
    again = figures_of(Assign(("00003",), "A").on(plan), measure(layer), before=figures)
    assert again.units["A"].seat_outside is (outside and x == 9.0)


def test_seats_from_a_table(grid: Grid) -> None:
    plan = plan_of(grid(2, 1), {"A": [1], "B": [2]})
    rows = {"new_code": ["A", "B"], "seat": ["UBND xã", "UBND"], "seat_old_code": ["00001", ""]}
    seated, unsettled = with_seats(plan, table_of(rows), "s.csv")
    assert (seated.new["A"].seat, unsettled) == ("00001", ("B",))
    with pytest.raises(PlanError, match="row 2: the plan has no new unit 'Q'"):
        with_seats(plan, table_of({"new_code": ["Q"], "seat": [""]}), "s.csv")


@pytest.fixture
def roads() -> Roads:
    """A road along the bottom of the squares, one up at the end, and one that leads nowhere."""
    x, y = square(0, 0).centroid.coords[0]
    lines = [
        shapely.LineString([(x, y), (x, y - 400), (x + 2000, y - 400)]),
        shapely.LineString([(x + 2000, y - 400), (x + 2000, y)]),
        shapely.LineString([(x + 5000, y), (x + 5000, y + 10)]),
    ]
    return Roads(gpd.GeoDataFrame(geometry=lines, crs=CRS))


def test_ways_along_roads_by_hand(grid: Grid, roads: Roads) -> None:
    pytest.importorskip("networkx")
    layer = grid(6, 1, population=[1] * 6)
    plan = SetSeat("A", "00001").on(plan_of(layer, {"A": [1, 3], "B": [6]}))
    measured = measure(layer)
    unit = figures_of(plan, measured, distances=roads).units["A"]
    assert unit.longest_km == pytest.approx(2.8, rel=1e-3)  # 0.4 down, 2 along, 0.4 up
    assert unit.distance_km == pytest.approx(1.4, rel=1e-3)
    cut = figures_of(SetSeat("B", "00001").on(plan), measured, distances=roads).units["B"]
    assert (cut.distance_km, cut.without_distance) == (None, ("00006",))


def test_two_places_beside_one_stretch_of_road(roads: Roads) -> None:
    pytest.importorskip("networkx")
    lon, lat = (
        gpd.GeoSeries([square(0, 0).centroid], crs=CRS).to_crs(4326).get_coordinates().iloc[0]
    )
    a, b = (lon + 0.004, lat - 0.004), (lon + 0.006, lat - 0.004)
    km = float(roads.to_seat(a, np.array([b]))[0])
    straight = Geod(ellps="WGS84").inv(*a, *b)[2] / 1000
    off = km - straight
    assert 0 < off < 0.2  # metres to the road and back, and nothing more


def test_roads_that_are_none() -> None:
    with pytest.raises(LayerError, match="holds no lines"):
        Roads(gpd.GeoDataFrame(geometry=[square(0, 0)], crs=CRS))
    with pytest.raises(LayerError, match="no coordinate system"):
        Roads(gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (1, 1)])]))


def same(one: PlanFigures, two: PlanFigures) -> bool:
    return (one.units, one.without_place) == (two.units, two.without_place)


def test_after_a_change_only_what_changed_is_computed(grid: Grid) -> None:
    layer = grid(3, 2, population=[1, 2, 3, 4, 5, 6])
    measured = measure(layer)
    plan = plan_of(layer, {"A": [1, 2], "B": [3], "C": [4, 5, 6]})
    before = figures_of(plan, measured)
    changed = Assign(("00002",), "B").on(plan)
    after = figures_of(changed, measured, before=before)
    assert after.units["C"] is before.units["C"]
    assert after.units["A"] is not before.units["A"]
    assert same(after, figures_of(changed, measured))
    other = grid(2, 2)
    with pytest.raises(PlanError, match="of other old units"):
        figures_of(plan, measure(other))


FIELDS = {
    "population": [3, 0, 5, 8, 13, 21, 34, 55, 89],
    "area_ha": [1.5, 2.25, -9999.0, 4.0, 5.5, 6.0, 7.0, 8.0, 9.0],
    "density_2020": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0],
    "poverty_rate": [0.1, 0.2, 0.3, 0.4, 0.5, np.nan, 0.7, 0.8, 0.9],
}


@pytest.fixture(scope="module")
def fielded() -> tuple[gpd.GeoDataFrame, PlanLayer]:
    shapes = [square(c, r) for r in range(3) for c in range(3)]
    x, y = square(1, 1).bounds[:2]
    shapes[4] = shapely.union(shapes[4], shapely.box(x - 100, y + 300, x, y + 700))  # in the next
    codes = gpd.pd.Index([f"{k:05d}" for k in range(1, 10)], name="code")
    layer = gpd.GeoDataFrame({"name": "Xã", "unit_type": "Xã", **FIELDS}, geometry=shapes, crs=CRS)
    layer = layer.set_index(codes)
    return layer, measure(layer)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 3), min_size=9, max_size=9), st.integers(1, 9), st.integers(0, 3))
def test_figures_are_those_of_a_merger(
    fielded: tuple[gpd.GeoDataFrame, PlanLayer], homes: list[int], moved: int, to: int
) -> None:
    layer, measured = fielded
    plan = plan_of(layer, {str(g): [k for k, h in enumerate(homes, 1) if h == g] for g in range(4)})
    before = figures_of(plan, measured)
    plan = Assign((f"{moved:05d}",), str(to)).on(plan)
    figures = figures_of(plan, measured, before=before)
    assert same(figures, figures_of(plan, measured))
    table = gpd.pd.DataFrame(
        {"old_code": list(plan.old), "new_code": list(plan.home.values())}
    ).assign(new_name=lambda t: t["new_code"])
    new = geo_merge.merge(layer, table).new
    for code, row in new.iterrows():
        unit = figures.units[str(code)]
        assert list(unit.members) == row["members"]
        assert unit.area_km2 == pytest.approx(row["area_km2"], rel=1e-9)
        assert unit.population == row["population"]
        for field in ("area_ha", "density_2020", "poverty_rate"):
            ours = unit.fields[field]
            assert (math.nan if ours is None else ours) == pytest.approx(
                row[field], rel=1e-9, nan_ok=True
            )
        # Squares that touch in a corner alone are parts of their union, too.
        assert len(unit.parts) == shapely.get_num_geometries(row["geometry"])


@pytest.fixture(scope="module")
def real(bac_ninh: Path) -> tuple[Any, Plan, PlanLayer, PlanFigures]:
    old = geo_merge.read_units(
        bac_ninh / "bac_giang_communes.shp", bac_ninh / "bac_ninh_communes.shp"
    )
    table = geo_merge.read_crosswalk(bac_ninh / "crosswalk.csv")
    plan, _ = plan_of_crosswalk(old, table)
    seats = geo_merge.read_table(bac_ninh / "seats_99.csv")
    plan, _ = with_seats(plan, seats, "seats")
    measured = measure(old)
    return geo_merge.merge(old, table), plan, measured, figures_of(plan, measured)


def test_the_enacted_plan_of_bac_ninh_has_the_figures_of_its_merger(real: Any) -> None:
    result, _plan, measured, figures = real
    new = result.new
    assert list(figures.units) == list(new.index)
    ours = [figures.units[code] for code in new.index]
    assert [list(u.members) for u in ours] == new["members"].tolist()
    assert [u.population for u in ours] == new["population"].tolist()
    np.testing.assert_allclose([u.area_km2 for u in ours], new["area_km2"], rtol=1e-9)
    shapes = np.asarray(new.geometry.values)
    round_ = 4 * np.pi * shapely.area(shapes) / shapely.length(shapes) ** 2
    np.testing.assert_allclose([u.compactness for u in ours], round_, rtol=1e-9)
    assert all(u.contiguous for u in ours)
    total = summary_of(figures, measured)
    assert total["groups"] == [
        {"code": "24", "name": "Tỉnh Bắc Giang", "before": 192, "after": 58, "reduction_percent": 69.79},
        {"code": "27", "name": "Tỉnh Bắc Ninh", "before": 121, "after": 41, "reduction_percent": 66.12},
    ]  # fmt: skip
    assert total["distance_km"] == pytest.approx(2.33, abs=0.05)


def test_a_commune_that_moves_changes_two_units_of_bac_ninh(real: Any) -> None:
    _, plan, measured, figures = real
    changed = figures_of(Assign(("07654",), "07615").on(plan), measured, before=figures)
    assert [c for c in plan.new if changed.units[c] is not figures.units[c]] == ["07615", "07654"]
    released = figures_of(Release(("piece 1",)).on(plan), measured, before=figures)
    assert released.without_place.pieces == ("piece 1",)
