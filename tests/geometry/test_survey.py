"""Matching edges, winding numbers, and surveys that are joined from blocks."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import CRS, square
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import Defect, coverages, defects

from geo_merge.api import merge
from geo_merge.checks.layer import check_layer, check_surveyed
from geo_merge.checks.surveyed import join_blocks, survey_layer, take_blocks
from geo_merge.geometry import winding
from geo_merge.geometry.dissolve import dissolve, join_faces
from geo_merge.geometry.edges import _equal_keys, match, unmatched
from geo_merge.geometry.faces import find_faces
from geo_merge.geometry.neighbourhoods import bundle, members_of, neighbourhoods
from geo_merge.geometry.rings import flatten
from geo_merge.geometry.survey import combine, survey
from geo_merge.geometry.winding import Outlines
from geo_merge.vocabulary.limits import Limits

RUNS = settings(max_examples=30, suppress_health_check=list(HealthCheck))


def polygons(layer: gpd.GeoDataFrame) -> np.ndarray:
    shapes = np.asarray(layer.geometry.values)
    return shapes[shapely.is_valid(shapes)]


@RUNS
@given(defects())
def test_law_every_edge_is_in_one_pair_or_left(defect: Defect) -> None:
    rings = flatten(polygons(defect.layer))
    pairs = match(rings)
    used = np.concatenate([pairs.one, pairs.two, pairs.left])
    assert np.array_equal(np.sort(used), rings.edges())

    def ends(edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return both ends of edges in the direction that has the land on the left."""
        along = rings.interior_left[rings.run_of(edges)]
        return rings.xy[np.where(along, edges, edges + 1)], rings.xy[
            np.where(along, edges + 1, edges)
        ]

    assert np.array_equal(ends(pairs.one), ends(pairs.two)[::-1])


@RUNS
@given(
    st.lists(st.sampled_from([0, 1, 2**50, 2**63, 2**63 + 2**50, 2**64 - 1]), max_size=40),
    st.lists(st.integers(0, 2**64 - 1), max_size=40),
)
def test_law_edges_of_equal_keys_are_paired_whatever_shares_their_slot(
    few: list[int], many: list[int]
) -> None:
    """Keys that differ in their last bits alone share a slot, and may be taken for equal."""
    keys = np.array([*few, *many, *many[::2]], dtype=np.uint64)
    edges = np.arange(len(keys)) * 3  # numbers are not positions
    one, two, crowd = (part.tolist() for part in _equal_keys(edges, keys.copy()))
    assert len({*one, *two, *crowd}) == len([*one, *two, *crowd])
    by_key: dict[int, list[int]] = {}
    for edge, key in zip(edges.tolist(), keys.tolist(), strict=True):
        by_key.setdefault(key, []).append(edge)
    pairs = set(zip(one, two, strict=True))
    for same in by_key.values():
        assert len(same) == 1 or tuple(same) in pairs or set(same) <= set(crowd)


@RUNS
@given(defects(), st.integers(0, 2**32 - 1))
def test_law_winding_numbers_count_the_polygons_around_a_point(defect: Defect, seed: int) -> None:
    shapes = polygons(defect.layer)
    west, south, east, north = shapely.total_bounds(shapes)
    xy = np.random.default_rng(seed).uniform((west, south), (east, north), (50, 2))
    xy = np.concatenate([xy, shapely.get_coordinates(shapely.point_on_surface(shapes))])
    inside = shapely.contains_xy(shapes[:, None], *xy.T[:, None, :]).sum(axis=0)
    for outlines in (flatten(shapes), unmatched(shapes)):
        counts, clear = Outlines(outlines).windings(xy)
        assert clear.all()
        assert np.array_equal(counts, inside)


@pytest.mark.parametrize(
    ("point", "count", "clear"),
    [
        ((0.5, 0.5), 1, True),
        ((1.5, 0.5), 2, True),  # in both squares
        ((2.5, 0.5), 1, True),
        ((3.5, 0.5), 0, True),
        ((0.5, 1.0), 1, True),  # at the height of a vertex
        ((1.0, 0.5), None, False),  # on an edge
        ((-1.0, 1.0), 0, True),
    ],
)
def test_winding_numbers_by_hand(
    point: tuple[float, float], count: int | None, clear: bool
) -> None:
    two = np.array([shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2)])
    counts, sure = Outlines(flatten(two)).windings(np.array([point]))
    assert sure[0] == clear
    assert count is None or counts[0] == count


@pytest.mark.parametrize(("boxes", "pairs"), [(1, 1), (30, 7), (8_000_000, 100)])
def test_winding_numbers_are_the_same_some_at_a_time(
    boxes: int, pairs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty squares around each other, of 16 to 364 edges: in the kth one are k + 1 of them."""
    half = np.arange(30.0, 0.0, -1.0)
    shapes = shapely.segmentize(shapely.box(-half, -half, half, half), 2 * half / (1 + half * 3))
    xy = np.column_stack([half - 0.5, np.full(30, 0.013)])
    monkeypatch.setattr(winding, "_BOXES", boxes)
    monkeypatch.setattr(winding, "_PAIRS", pairs)
    counts, clear = Outlines(flatten(shapes)).windings(xy)
    assert clear.all()
    assert counts.tolist() == list(range(1, 31))


def test_a_point_a_hair_beside_an_edge_is_told_in_extended_precision() -> None:
    edge = np.array([shapely.Polygon([(0, 0), (3, 1), (3, 3), (0, 3)])])
    above, below = np.nextafter(1 / 3, 1), np.nextafter(1 / 3, 0)
    counts, _ = Outlines(flatten(edge)).windings(np.array([[1.0, above], [1.0, below]]))
    assert counts.tolist() == [1, 0]


@RUNS
@given(defects(), st.integers(1, 12), st.randoms(use_true_random=False))
def test_law_a_survey_does_not_depend_on_its_blocks(
    defect: Defect, n_blocks: int, random: object
) -> None:
    shapes = polygons(defect.layer)
    units = np.arange(len(shapes))
    random.shuffle(units)  # type: ignore[attr-defined]
    blocks = [np.sort(b) for b in np.array_split(units, n_blocks) if len(b)]
    whole = combine([survey(flatten(shapes), np.arange(len(shapes)))], len(shapes))
    joined = combine([survey(flatten(shapes[b]), b) for b in blocks], len(shapes))
    assert joined.n_parts.tolist() == whole.n_parts.tolist()
    lines = [shapely.normalize(shapely.line_merge(shapely.union_all(s.unmatched.lines())))
             for s in (whole, joined)]  # fmt: skip
    assert lines[0].equals(lines[1])
    assert np.array_equal(_islands(joined), _islands(whole))


@RUNS
@given(defects(), st.lists(st.integers(0, 4), min_size=40, max_size=40))
def test_law_several_new_units_in_one_block_are_what_a_block_each_gives(
    defect: Defect, drawn: list[int]
) -> None:
    layer = defect.layer
    groups = np.unique(np.resize(drawn, len(layer)), return_inverse=True)[1]
    together = take_blocks(layer, [np.arange(len(layer))], Limits(), groups=groups)
    apart = take_blocks(layer, members_of(groups), Limits(), groups=groups)
    assert (len(together), len(apart)) == (1, groups.max() + 1)
    merged = [[new for block in blocks for new in block.merged] for blocks in (together, apart)]
    for one, other in zip(*merged, strict=True):
        assert (one.dissolved is None) == (other.dissolved is None)
        if one.dissolved and other.dissolved:
            assert one.dissolved.method == other.dissolved.method
            assert shapely.to_wkb(one.dissolved.geometry) == shapely.to_wkb(
                other.dissolved.geometry
            )
        assert one.again == other.again
    fetch = np.asarray(layer.geometry.values).__getitem__
    one, other = (join_blocks(layer, blocks, fetch) for blocks in (together, apart))
    assert np.array_equal(one.survey.unmatched.xy, other.survey.unmatched.xy)
    assert np.array_equal(one.survey.unmatched.owner, other.survey.unmatched.owner)
    assert one.measures.m2.tolist() == other.measures.m2.tolist()
    said = [sorted(f.message for f in check_surveyed(s, Limits())) for s in (one, other)]
    assert said[0] == said[1]


@RUNS
@given(st.lists(st.integers(0, 60), min_size=1, max_size=80))
def test_law_a_bundle_has_whole_groups_in_their_order(sizes: list[int]) -> None:
    groups = np.repeat(np.arange(len(sizes)), np.array(sizes) % 7 + 1)[::-1]
    vertices = np.array(sizes)[groups] * 100
    blocks = bundle(groups, vertices)
    assert np.sort(np.concatenate(blocks)).tolist() == list(range(len(groups)))
    ends = [(groups[b].min(), groups[b].max()) for b in blocks]
    assert all(last < first for (_, last), (first, _) in pairwise(ends))
    assert all(len(np.unique(groups[b])) == 1 or vertices[b].sum() < 60_000 for b in blocks)


def _islands(surveyed_layer: object) -> np.ndarray:
    from geo_merge.geometry.connected import connected  # noqa: PLC0415

    links = surveyed_layer.touching()  # type: ignore[attr-defined]
    return connected(int(surveyed_layer.n_parts.sum()), links)  # type: ignore[attr-defined]


def test_units_that_meet_in_a_corner_touch() -> None:
    shapes = np.array([square(0, 0), square(1, 1), square(5, 5)])
    assert survey(flatten(shapes), np.arange(3)).touching().tolist() == [[0, 1]]
    apart = combine([survey(flatten(shapes[[k]]), np.array([k])) for k in range(3)], 3)
    assert apart.touching().tolist() == [[0, 1]]


@RUNS
@given(defects())
def test_law_findings_do_not_depend_on_blocks(defect: Defect) -> None:
    layer = defect.layer
    shapes = np.asarray(layer.geometry.values)
    near = neighbourhoods(shapely.bounds(shapes), shapely.get_num_coordinates(shapes), most=12)
    blocks = take_blocks(layer, members_of(near), Limits())
    assert len(blocks) > 1
    in_blocks = check_surveyed(join_blocks(layer, blocks, shapes.__getitem__), Limits())
    told = [
        sorted((f.check, f.units, round(f.value or 0, 3)) for f in found)
        for found in (check_layer(layer), in_blocks)
    ]
    assert told[0] == told[1]


@RUNS
@given(defects())
def test_law_the_units_around_a_shape_are_those_that_meet_it(defect: Defect) -> None:
    layer = survey_layer(defect.layer, Limits())
    usable = layer.measures.usable
    shapes = np.array([*layer.faces.geometry, shapely.Point(0, 0)], dtype=object)
    for shape, (units, around) in zip(shapes, layer.around(shapes), strict=True):
        meets = shapely.intersects(np.asarray(defect.layer.geometry.values), shape) & usable
        assert units.tolist() == np.flatnonzero(meets).tolist()
        assert [defect.layer.geometry.iloc[k] for k in units] == around.tolist()


@RUNS
@given(defects())
def test_law_joined_faces_are_their_union(defect: Defect) -> None:
    faces = find_faces(polygons(defect.layer))
    land = faces.geometry[faces.claims > 0]
    joined = join_faces(land)
    assert joined.is_valid
    assert joined.area == pytest.approx(shapely.area(land).sum(), rel=1e-12)
    assert joined.symmetric_difference(shapely.union_all(land)).area <= 1e-6


@RUNS
@given(defects(), st.randoms(use_true_random=False))
def test_law_rows_may_come_in_any_order_to_the_last_bit(defect: Defect, random: object) -> None:
    shapes = polygons(defect.layer)
    order = np.arange(len(shapes))
    random.shuffle(order)  # type: ignore[attr-defined]
    one, two = dissolve(shapes), dissolve(shapes[order])
    assert one.method == two.method
    assert shapely.to_wkb(one.geometry) == shapely.to_wkb(two.geometry)


def test_an_unmatched_edge_is_left_once_where_three_polygons_share_it() -> None:
    cell = shapely.box(0, 0, 1, 1)
    shapes = np.array([cell, cell, shapely.box(1, 0, 2, 1)])
    left = unmatched(shapes)
    ends = np.stack([left.xy[left.edges()], left.xy[left.edges() + 1]], axis=1)
    shared = [e.tolist() for e in ends if (e[:, 0] == 1).all()]
    assert len(shared) == 1  # two one way, one the other way
    assert find_faces(shapes).claims.tolist() == [2, 1] or find_faces(shapes).claims.tolist() == [
        1,
        2,
    ]


def test_a_source_field_called_as_one_of_our_figures_is_conserved_under_its_other_name() -> None:
    layer = gpd.GeoDataFrame(
        {"name": ["a", "b"], "unit_type": "Xã", "area_km2": [7.0, 8.0]},
        geometry=[square(0, 0), square(1, 0)], crs=CRS, index=["1", "2"],
    )  # fmt: skip
    layer.index.name = "code"
    table = {"old_code": ["1", "2"], "new_code": ["N", "N"], "new_name": "n", "new_type": "Xã"}
    result = merge(layer, gpd.pd.DataFrame(table))
    row = result.ledger.set_index("quantity").loc["area_km2"]
    assert (row["before"], row["after"], row["ok"]) == (15.0, 15.0, True)
    assert result.new["area_km2_source"].tolist() == [15.0]
    assert result.new["area_km2"].tolist() == pytest.approx([2.0], rel=1e-3)


@RUNS
@given(coverages())
def test_law_a_clean_coverage_leaves_its_outline(layer: gpd.GeoDataFrame) -> None:
    shapes = polygons(layer)
    if len(shapes) < len(layer):
        return
    left = shapely.length(unmatched(shapes).lines()).sum()
    assert left == pytest.approx(shapely.union_all(shapes).length, rel=1e-9)
