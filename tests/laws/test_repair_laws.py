"""Laws of repair, on random layers with all that can be wrong with them.

A dozen layers here; ``LAWS_SECONDS=3600 LAWS_SEED=70000 pytest tests/laws/test_repair_laws.py -k layers -s``
tries new ones for an hour.
"""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pytest
import shapely
from coverages import TRIED, Layer, breaches, draw
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_merge.geometry.faces import find_faces
from geo_merge.mending import Repaired, repair
from geo_merge.mending.arrangement import arrange, shared_edges
from geo_merge.mending.cutting import cut

COUNT = len(TRIED)
# Square metres a metre of outline: what areas differ by in the last bits of coordinates.
BITS = 2e-6


def options(layer: Layer) -> dict[str, object]:
    """Options for a layer, half of them the default ones."""
    rng = np.random.default_rng(layer.seed + 1_000_000)
    tolerance, snap = 250.0, 0.1
    if rng.random() < 0.5:
        tolerance = float(rng.choice([1e-3, 0.5, 250.0, 1e4]))
        snap = min(tolerance, float(rng.choice([0.0, 0.0, 0.1, 1.0])))
    rule = str(rng.choice(["longest-edge", "largest-neighbour"]))
    return {"rule": rule, "tolerance": tolerance, "snap": snap}


def broken(layer: Layer) -> Iterator[str]:
    """Say which laws the repair of a layer breaks."""
    chosen = options(layer)
    drawn = layer.units.copy()
    done = repair(layer.units, **chosen)
    if not layer.units.geometry.geom_equals_exact(drawn.geometry, 0).all():
        yield f"{chosen}: it changed the caller's layer"
    told = [*_told(drawn, done), *_fits(done), *_kept(drawn, done, float(chosen["snap"])),
            *_near(drawn, done, float(chosen["tolerance"]))]  # fmt: skip
    yield from (f"{chosen}: {each}" for each in told)
    again = repair(done.layer, **chosen)
    if len(again.repairs) and again.repairs["applied"].any():
        what = again.repairs[again.repairs["applied"]].iloc[0]
        yield f"{chosen}: a second repair does {what['kind']} {what['units']} {what['area_m2']} m²"
    elif not done.layer.geometry.geom_equals_exact(again.layer.geometry, 0).all():
        yield f"{chosen}: a second repair moves something"


def _told(drawn: gpd.GeoDataFrame, done: Repaired) -> Iterator[str]:
    if done.layer.index.tolist() != drawn.index.tolist():
        yield "other rows"
    for row in done.ledger:
        if not row.ok:
            yield f"ledger {row.quantity}: {row.before} {row.after} ± {row.tolerance}"
    if not shapely.is_valid(np.asarray(done.repairs.geometry.values)).all():
        yield "the place of a repair is invalid"
    for finding in done.findings:
        if finding.severity == "error":
            yield finding.message


def _fits(done: Repaired) -> Iterator[str]:
    """The polygons fit together, but where a defect waits or the units are named."""
    shapes = np.asarray(done.layer.geometry.values)
    sound = shapely.is_valid(shapes) & ~shapely.is_empty(shapes)
    if not sound.all():
        yield f"invalid or empty: {done.layer.index[~sound].tolist()}"
        return
    faces = find_faces(shapes)
    one, two, edges = shared_edges(faces.geometry)
    plain = (faces.claims[one] == 1) & (faces.claims[two] == 1)
    odd = np.concatenate([faces.geometry[faces.claims != 1], edges[plain]])
    waiting = done.repairs[~done.repairs["applied"]] if len(done.repairs) else done.repairs
    near = shapely.STRtree(np.asarray(waiting.geometry.values))
    told, _ = near.query(shapely.point_on_surface(odd), "dwithin", distance=1e-5)
    odd = np.delete(odd, told)
    named = {u for f in done.findings if f.check == "M06" for u in f.units}
    units = done.layer.index[np.unique(shapely.STRtree(shapes).query(odd, "intersects")[1])]
    if not named.issuperset(units):
        yield f"{len(odd)} places do not fit, and {sorted(set(units) - named)} are not named"


def _kept(drawn: gpd.GeoDataFrame, done: Repaired, snap: float) -> Iterator[str]:
    """No land is lost but what snapping moves."""
    outline = float(drawn.length.sum())
    grid = 1e-6
    before, after = (
        shapely.union_all(np.asarray(frame.geometry.values), grid_size=grid)
        for frame in (drawn, done.layer)
    )
    lost = shapely.difference(before, after, grid_size=grid).area
    if lost > (2 * snap + 2 * grid) * outline + 1e-9 * before.area:
        yield f"{lost} m² of land lost"


def _near(drawn: gpd.GeoDataFrame, done: Repaired, tolerance: float) -> Iterator[str]:
    """No unit gains or loses land further away from it than the tolerance."""
    reach = tolerance * 1.011 + 2e-3
    for code, before, after in zip(drawn.index, drawn.geometry, done.layer.geometry, strict=True):
        if before.equals_exact(after, 0) or not after.is_valid or after.is_empty:
            continue
        for land, base, what in ((after, before, "gained"), (before, after, "lost")):
            far = shapely.difference(shapely.difference(land, base), base.buffer(reach))
            if far.area > 1e-3 + BITS * before.length:
                yield f"{code} {what} {far.area} m² beyond the tolerance"


@pytest.mark.random
def test_layers_keep_the_laws_of_repair() -> None:
    assert breaches(broken, COUNT) == []


# Layers that broke a law once, and why.
BROKE = {
    72_273: "an edge of 55 m cut at a crossing was measured along two others: 19 mm² unaccounted for",
    70_137: "in triangles of half a metre, the last bits of coordinates are more than their share",
    70_385: "edges that nearly coincide were noded on 2 µm, which is more than areas may differ by",
    6_050_077: "GEOS could not overlay faces of one unit, of which one crosses itself by a last bit",
    286_180_120: "a pocket in a gap lies further away than all of its outline and its widest place",
    282_180_052: "land went to and fro between halves of half a metre, whose edges got more vertices",
}


@pytest.mark.parametrize("seed", BROKE)
def test_layers_that_broke_a_law_keep_it(seed: int) -> None:
    assert list(broken(draw(seed))) == []


def strip(*x: float) -> gpd.GeoDataFrame:
    """Boxes of 100 m between these eastings."""
    boxes = [shapely.box(a, 0, b, 100) for a, b in zip(x[::2], x[1::2], strict=True)]
    return gpd.GeoDataFrame(geometry=boxes, crs=9214, index=[f"{k}" for k in range(len(boxes))])


@pytest.mark.parametrize("shift", [3e-10, -3e-10])
def test_without_snapping_the_last_bits_of_coordinates_are_matched(shift: float) -> None:
    """Half-way vertices of a slanted border lie beside it by rounding."""
    a, b = np.array([400_000.1, 2_350_000.3]), np.array([400_777.7, 2_350_913.9])
    middle = (a + b) / 2 + [shift, 0]
    one = shapely.Polygon([a, b, (a[0], b[1])])
    two = shapely.Polygon([a, (b[0], a[1]), b, middle])
    frame = gpd.GeoDataFrame(geometry=[one, two], crs=9214, index=["1", "2"])
    done = repair(frame, snap=0)
    assert find_faces(np.asarray(done.layer.geometry.values)).is_coverage
    assert done.repairs["move_m"].max() < 1e-8
    again = repair(done.layer, snap=0)
    assert again.repairs.empty


def test_without_snapping_what_is_a_millimetre_apart_stays() -> None:
    frame = strip(0, 1000, 1000.001, 2000)
    done = repair(frame, snap=0)
    assert done.layer.geometry.tolist() == frame.geometry.tolist()
    assert len(repair(frame, snap=0.01).repairs)


@given(
    st.lists(st.tuples(st.integers(1, 99), st.integers(1, 99)), min_size=2, max_size=5, unique=True)
)
@settings(max_examples=60)
def test_law_pieces_of_a_face_are_all_of_it_and_share_their_vertices(
    ends: list[tuple[int, int]],
) -> None:
    """Lines from the western to the eastern edge of a box between two others."""
    frame = strip(0, 100, 100, 200, 200, 300)
    arrangement = arrange(np.asarray(frame.geometry.values))
    face = next(k for k, c in enumerate(arrangement.claimants) if c == (1,))
    lines = shapely.multilinestrings([[(99, a), (201, b)] for a, b in ends])
    after, parent = cut(arrangement, {face: lines})
    assert (parent == face).sum() > 1
    assert shapely.area(after.faces[parent == face]).sum() == pytest.approx(10_000)
    assert [after.claimants[k] for k in np.flatnonzero(parent == face)] == [(1,)] * int(
        (parent == face).sum()
    )
    assert shapely.coverage_is_valid(after.faces)
    assert shapely.area(after.faces).sum() == pytest.approx(30_000)
