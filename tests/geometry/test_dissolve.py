"""The kernel: edges, faces, dissolve."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_merge.errors import GeometryError
from geo_merge.geometry.dissolve import dissolve, dissolve_edges, dissolve_groups
from geo_merge.geometry.edges import cancel, runs_of, unmatched
from geo_merge.geometry.faces import AREA_TOLERANCE, find_faces
from geo_merge.geometry.rings import flatten


def array(*geometries: shapely.Geometry) -> np.ndarray:
    return np.array(geometries, dtype=object)


TWO = array(shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1))


def test_the_shared_edge_is_cancelled_and_nothing_else() -> None:
    rings = flatten(TWO)
    left = cancel(rings)
    assert len(left) == 6
    lines = runs_of(rings, left).lines()
    assert shapely.length(lines).sum() == 6
    assert shapely.line_merge(shapely.multilinestrings(lines)).is_ring


def test_the_outline_of_a_clean_coverage_is_that_of_its_union() -> None:
    cells = array(*(shapely.box(x, y, x + 1, y + 1) for x in range(5) for y in range(4)))
    assert shapely.equals(
        shapely.line_merge(shapely.union_all(unmatched(cells).lines())),
        shapely.box(0, 0, 5, 4).boundary,
    )


@pytest.mark.parametrize("turned", [(), (0,), (1,), (0, 1)])
def test_ring_direction_does_not_matter(turned: tuple[int, ...]) -> None:
    cells = TWO.copy()
    for k in turned:
        cells[k] = shapely.reverse(cells[k])
    assert len(cancel(flatten(cells))) == 6


def test_three_polygons_on_one_edge_leave_what_does_not_pair() -> None:
    thrice = array(shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(1, 0, 2, 1))
    faces = find_faces(thrice)
    assert faces.area_claimed_again == pytest.approx(1)
    assert dissolve(thrice).geometry.equals(shapely.box(0, 0, 2, 1))


def test_a_hole_an_island_in_it_and_a_lake_on_the_island() -> None:
    ring = shapely.box(0, 0, 10, 10).difference(shapely.box(2, 2, 8, 8))
    island = shapely.box(3, 3, 7, 7).difference(shapely.box(4, 4, 6, 6))
    faces = find_faces(array(ring, island))
    land = shapely.multipolygons(faces.geometry[faces.claims == 1])
    assert land.is_valid
    assert land.equals(dissolve(array(ring, island)).geometry)
    assert land.area == pytest.approx(100 - 36 + 16 - 4)
    assert shapely.area(faces.geometry[faces.claims == 0]).sum() == pytest.approx(36 - 16 + 4)


def test_a_point_on_the_border_of_two_claimants_is_claimed_once() -> None:
    """The middle of the joint face lies on the edge that was cancelled."""
    assert find_faces(TWO).claims.tolist() == [1]
    thrice = array(*TWO, shapely.box(0, 0, 2, 1))
    assert find_faces(thrice).claims.tolist() == [2]


def test_faces_count_gaps_and_overlaps() -> None:
    cells = array(
        shapely.box(0, 0, 3, 1), shapely.box(0, 2, 3, 3), shapely.box(0, 1, 1, 2),
        shapely.box(2, 1, 3, 2),  # a ring of four around a gap of 1
        shapely.box(2.5, 2, 4, 3),  # over the second by half a square
    )  # fmt: skip
    faces = find_faces(cells)
    assert shapely.area(faces.geometry[faces.claims == 0]).tolist() == [1.0]
    assert shapely.area(faces.geometry[faces.claims == 2]).tolist() == [0.5]
    assert not faces.is_coverage


@pytest.mark.parametrize(
    ("cells", "clean"),
    [
        (TWO, True),
        (array(shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)), True),
        (array(shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 2)), False),  # T-junction
        (array(shapely.box(0, 0, 1.5, 1), shapely.box(1, 0, 2, 1)), False),
    ],
    ids=["clean", "apart", "t-junction", "overlap"],
)
def test_is_coverage_agrees_with_geos(cells: np.ndarray, clean: bool) -> None:
    assert find_faces(cells).is_coverage is clean
    assert bool(shapely.coverage_is_valid(cells)) is clean


def test_lengths_that_make_up_for_each_other_do_not_pass_for_a_coverage() -> None:
    cells = shapely.from_wkt([
        "POLYGON ((549.2 0, 411.9 0, 411.9 137.3, 549.2 0))",
        "POLYGON ((0 274.6, 274.6 411.9, 274.6 274.6, 0 274.6))",
        "POLYGON ((274.6 274.6, 411.9 274.6, 411.9 0, 274.6 0, 274.6 274.6))",
        "POLYGON ((0 274.6, 274.6 274.6, 274.6 137.3, 0 274.6))",
        "POLYGON ((274.6 274.6, 274.6 411.9, 411.9 274.6, 274.6 274.6))",
    ])  # fmt: skip
    assert not shapely.coverage_is_valid(cells)
    assert not find_faces(cells).is_coverage


def test_edges_that_the_fast_noder_misses() -> None:
    cells = shapely.from_wkt([
        "POLYGON ((1.78 -1.28, 3.56 -2.56, 2.39 -3.44, 0.6100000000000001 -2.16, 1.78 -1.28))",
        "POLYGON ((0.89 -0.64, 3.56 -2.56, 2.39 -3.44, -0.2799999999999999 -1.52, 0.89 -0.64))",
    ])  # fmt: skip
    again = shapely.area(cells).sum() - shapely.union_all(cells).area
    assert find_faces(cells).area_claimed_again == pytest.approx(again, rel=1e-6)


def test_a_sliver_whose_inner_point_lies_beside_it() -> None:
    cells = shapely.from_wkt([
        ("POLYGON ((401054.37201722036 2355134.089123196, 401044.72676069505 2355159.3810138227, "
        "401053.4422119199 2355184.562400898, 401053.46852376766 2355184.650853986, "
        "401054.37201722036 2355134.089123196))"),
        ("POLYGON ((401021.6036644022 2355236.5675113047, 401053.4877672548 2355184.6940230587, "
        "401044.72676069505 2355159.3810138227, 401021.6036644022 2355236.5675113047))"),
    ])  # fmt: skip
    assert find_faces(cells).area_claimed_again == pytest.approx(1.65e-4, rel=0.02)


def test_an_overlap_is_counted_once() -> None:
    cells = array(shapely.box(0, 0, 1.5, 1), shapely.box(1, 0, 2, 1))
    assert dissolve(cells).geometry.area == pytest.approx(2)


@pytest.mark.parametrize(
    "bad",
    [
        array(),
        array(None, shapely.box(0, 0, 1, 1)),
        array(shapely.Polygon()),
        array(shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])),
    ],
    ids=["none", "null", "empty", "invalid"],
)
def test_unusable_members_are_refused(bad: np.ndarray) -> None:
    with pytest.raises(GeometryError, match=r"nothing to dissolve|null, empty or invalid"):
        dissolve(bad)


def test_groups_come_in_the_order_of_their_numbers() -> None:
    cells = array(shapely.box(0, 0, 1, 1), shapely.box(5, 0, 6, 1), shapely.box(1, 0, 2, 1))
    first, second = dissolve_groups(cells, np.array([1, 0, 1]))
    assert (first.method, second.method) == ("single", "union")
    assert second.geometry.equals(shapely.box(0, 0, 2, 1))


@st.composite
def coverages(draw: st.DrawFn) -> np.ndarray:
    """Cells of a grid with crooked corners, some missing, some damaged."""
    n = draw(st.integers(2, 5))
    shift = st.floats(-0.25, 0.25, width=32)
    corner = {
        (i, j): (i + draw(shift), j + draw(shift)) for i in range(n + 1) for j in range(n + 1)
    }
    cells = [
        shapely.Polygon([corner[i, j], corner[i + 1, j], corner[i + 1, j + 1], corner[i, j + 1]])
        for i in range(n)
        for j in range(n)
        if draw(st.integers(0, 9))
    ]
    cells = [c for c in cells if c.is_valid]
    for k in range(len(cells)):
        damage = draw(st.sampled_from(["none", "none", "none", "dense", "grown", "reversed"]))
        if damage == "dense":
            cells[k] = shapely.segmentize(cells[k], 0.4)
        elif damage == "grown":
            cells[k] = cells[k].buffer(0.05, join_style="mitre")
        elif damage == "reversed":
            cells[k] = shapely.reverse(cells[k])
    return array(*(cells or [shapely.box(0, 0, 1, 1)]))


@given(coverages())
@settings(max_examples=150)
def test_law_edge_cancelling_is_the_union(cells: np.ndarray) -> None:
    union = shapely.union_all(cells)
    by_edges = dissolve_edges(cells, unmatched(cells))
    if by_edges is not None:
        merged = by_edges.geometry
        assert merged.is_valid
        assert abs(merged.area - union.area) <= AREA_TOLERANCE * union.area
        assert merged.symmetric_difference(union).area <= 1e-9 * union.area
    faces = find_faces(cells)
    assert shapely.area(cells).sum() - faces.area_claimed_again == pytest.approx(
        union.area, rel=1e-9
    )


def test_a_shell_that_geos_leaves_inside_another_is_joined() -> None:
    """Found by the law below: of these, one shares a border with two others but for an ulp."""
    cells = shapely.from_wkt([
        "POLYGON ((0 1, 1 1, 1.09375 1.78125, 0 2, 0 1))",
        "POLYGON ((0 2, 1.09375 1.78125, 1 3, 0 3, 0 2))",
        "POLYGON ((1 1, 1.3333333333333333 1, 1.6666666666666665 1, 2 1, 2 1.2916666666666667, 2 1.5833333333333335, 2 1.875, 1.6979166666666667 1.84375, 1.3958333333333335 1.8125, 1.09375 1.78125, 1.046875 1.390625, 1 1))",
        "POLYGON ((1.09375 1.78125, 2 1.875, 2 3, 1 3, 1.09375 1.78125))",
        "POLYGON ((1.95 1.818360889073134, 1.95 3.05, 3.05 3.05, 3.05 1.9558608890731342, 1.95 1.818360889073134))",
        "POLYGON ((4 2, 5 2, 5 3, 4 3, 4 2))",
        "POLYGON ((4 3, 5 3, 5 4, 4 4, 4 3))",
        "POLYGON ((4 4, 5 4, 5 5, 4 5, 4 4))",
    ])  # fmt: skip
    joined = dissolve(cells).geometry
    assert shapely.is_valid(joined)
    assert joined.area == pytest.approx(shapely.union_all(cells, grid_size=1e-9).area, rel=1e-8)


@given(coverages(), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_law_the_order_of_rows_does_not_matter(cells: np.ndarray, random: object) -> None:
    order = list(range(len(cells)))
    random.shuffle(order)
    one, two = dissolve(cells).geometry, dissolve(cells[order]).geometry
    assert one.area == pytest.approx(two.area, rel=1e-12)
    assert one.symmetric_difference(two).area <= 1e-9 * one.area


def test_the_country_dissolves_as_geos_does(vietnam) -> None:  # noqa: ANN001
    """Clean and unclean provinces alike: three small ones of the 34."""
    import geopandas as gpd  # noqa: PLC0415

    units = gpd.read_parquet(vietnam / "official_units_2026.parquet")
    for province in ("33", "37", "92"):
        cells = np.asarray(units.geometry[units["province_code"] == province].values)
        merged, union = dissolve(cells), shapely.union_all(cells)
        assert merged.geometry.is_valid
        assert merged.method == "edges"
        assert merged.geometry.area == pytest.approx(union.area, rel=1e-9)


def test_islands_by_themselves_are_no_reason_for_the_full_union() -> None:
    """Each is a line of its own: as many short lines as a layer that does not fit together has."""
    k = np.arange(900)
    islands = shapely.multipolygons(shapely.box(k % 30 + 0.1, k // 30, k % 30 + 0.6, k // 30 + 0.5))
    joined = dissolve(array(islands, shapely.box(-9, 0, -4, 1), shapely.box(-4, 0, 0, 1)))
    assert joined.method == "edges"
    assert shapely.get_num_geometries(joined.geometry) == 901
    assert joined.geometry.area == pytest.approx(900 * 0.25 + 9)
    assert joined.faces is not None
    assert (joined.faces.claims == 1).all()
