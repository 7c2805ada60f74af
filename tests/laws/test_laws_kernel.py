"""Laws of the kernel on random layers: merged, searched and written as other means do it.

``LAWS_SECONDS=3600 LAWS_SEED=10000 pytest tests/laws/test_laws_kernel.py`` goes on for an hour.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import orjson
import pytest
import shapely
from coverages import DEFECTS, KINDS, PLACES, SIDES, TRIED, Layer, breaches, draw
from pyproj import CRS

from geo_merge.errors import GeoMergeError
from geo_merge.geometry import dissolve
from geo_merge.geometry.areas import areas
from geo_merge.merging.merge import merge
from geo_merge.merging.result import MergeResult
from geo_merge.writing.geojson import write_geojson

# Metres by which an overlay may be off along every border.
_OVERLAY = 2e-6
_GRID = 1e-6


def broken(layer: Layer, folder: Path) -> Iterator[str]:
    """Say which laws the merger of a layer breaks."""
    result = merge(layer.units, layer.crosswalk)
    yield from _as_united(layer, result)
    yield from _found(layer, result)
    yield from _proven(layer, result)
    yield from _written(result, folder / "new.geojson")


@pytest.mark.random
@pytest.mark.parametrize("small", [0, dissolve.SMALL])
def test_merging_agrees_with_other_means(
    tmp_path: Path, small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By edges as well, which takes layers of more vertices than these."""
    monkeypatch.setattr(dissolve, "SMALL", small)
    assert breaches(lambda layer: broken(layer, tmp_path), len(TRIED)) == []


def test_in_the_layers_that_are_tried_all_occurs_that_is_drawn() -> None:
    tried = [draw(seed) for seed in TRIED]
    kinds = {(layer.told.split()[0], bool(layer.planted)) for layer in tried}
    assert kinds == {(kind, planted) for kind in KINDS for planted in (False, True)}
    assert {what for layer in tried for what in layer.planted} == {*DEFECTS, "dropped", "doubled"}
    assert {layer.side for layer in tried} == set(SIDES)
    assert {layer.units.crs for layer in tried} == {CRS.from_user_input(crs) for crs, _ in PLACES}


# Layers that broke a law once, and why.
BROKE = {
    5_001_115: "an overlay of two drawings of one polygon, apart by the last bits, left a third of it",
    1_598_749_341: "an overlay of two drawings of a layer of half a metre failed",
    271_128_179: "the law's own union, not on a grid, lost slivers beside a polygon of 60 km",
    658_616_147: "GEOS' union of three units with hairlines between them had 0.8 m² too much",
}


@pytest.mark.parametrize("seed", BROKE)
def test_layers_that_broke_a_law_of_the_kernel_keep_it(seed: int, tmp_path: Path) -> None:
    assert list(broken(draw(seed), tmp_path)) == []


def _as_united(layer: Layer, result: MergeResult) -> Iterator[str]:
    """New units are what GEOS makes of their members."""
    members = np.asarray(layer.units.geometry.values)
    to = layer.crosswalk.set_index("old_code")["new_code"].reindex(layer.units.index).to_numpy()
    for code in np.unique(to):
        made = result.new.geometry.get(code)
        if made is None or made.is_empty or not made.is_valid:
            yield f"{code} is {made and shapely.is_valid_reason(made)}"
            continue
        # Where edges nearly coincide, GEOS' own union may be off, and is not on a grid.
        told = list(_other_than(shapely.union_all(members[to == code]), made, 0.0))
        noise = _OVERLAY * float(shapely.length(members[to == code]).sum())
        on_grid = shapely.union_all(members[to == code], grid_size=_GRID)
        if told and any(_other_than(on_grid, made, noise)):
            yield f"{code} {told}"


def _other_than(wanted: shapely.Geometry, made: shapely.Geometry, noise: float) -> Iterator[str]:
    if abs(made.area - wanted.area) > 1e-9 * wanted.area + noise:
        yield f"has {made.area} m², united {wanted.area}"
    try:
        apart = shapely.symmetric_difference(made, wanted, grid_size=_GRID if noise else None).area
    except shapely.GEOSException as error:  # such edges again
        yield str(error)
    else:
        if apart > 1e-8 * wanted.area + noise:
            yield "has another shape"


def _found(layer: Layer, result: MergeResult) -> Iterator[str]:
    """Gaps and overlaps are those of a search by overlays."""
    members = np.asarray(layer.units.geometry.values)
    all_of_them = shapely.union_all(members)
    sheet = shapely.box(*all_of_them.bounds).buffer(all_of_them.length / 100, join_style="mitre")
    pieces = shapely.get_parts(shapely.difference(sheet, all_of_them))
    enclosed = pieces[~shapely.intersects(pieces, sheet.exterior)]
    one, two = shapely.STRtree(members).query(members)
    both = shapely.intersection(members[one[one < two]], members[two[one < two]])
    noise = _OVERLAY * float(shapely.length(members).sum()) + 1e-9 * float(all_of_them.area)
    found = result.findings
    invalid = found[~shapely.is_valid(np.asarray(found.geometry.values)) & ~found.geometry.isna()]
    yield from (f"{row.check} {row.units} has an invalid place" for row in invalid.itertuples())
    rounding = _union(found.loc[found["check"] == "C05", "geometry"])
    for what, checks, own in (
        ("gaps", ["C01", "C02"], _union(enclosed)),
        ("overlaps", ["C03", "C04"], _union(both)),
    ):
        told = _union(found.loc[found["check"].isin(checks), "geometry"])
        missed = _beyond(_beyond(own, told), rounding).area
        invented = _beyond(told, own).area
        if missed > noise or invented > noise:
            yield f"{what}: {missed} m² of {own.area} missed, {invented} invented, noise {noise}"
        named = found[found["check"].isin(checks) & (found["unit_of_value"] == "m²")]
        for row in named.itertuples():
            drawn = float(areas(np.array([row.geometry]), layer.units.crs)[0])
            if row.value != pytest.approx(drawn, rel=1e-6, abs=1e-9):
                yield f"{row.check} says {row.value} m² and draws {drawn}"


def _beyond(one: shapely.Geometry, other: shapely.Geometry) -> shapely.Geometry:
    """Return what one has beyond the other, overlaid on a grid.

    Without it, edges that are apart by their last bits are noded wrongly now and then. Lines, which
    an overlay leaves where rings touch, are no land, and are not taken on a grid.
    """
    return shapely.difference(_union([one]), _union([other]), grid_size=_GRID)


def _union(shapes: object) -> shapely.Geometry:
    parts = shapely.get_parts(np.array([*shapes], dtype=object))
    land = [g for g in parts if g is not None and shapely.get_dimensions(g) == 2]
    return shapely.union_all(land, grid_size=_GRID)


def _proven(layer: Layer, result: MergeResult) -> Iterator[str]:
    """The ledger closes: whatever was planted is found, not lost."""
    wrong = result.ledger[~result.ledger["ok"]]
    if len(wrong):
        yield f"ledger: {wrong.to_dict('records')}"
    errors = result.findings[result.findings["severity"] == "error"]
    for row in errors[errors["check"].isin(["P01", "P02", "P03"])].itertuples():
        yield f"{row.check} {row.message}"
    clean = shapely.coverage_is_valid(np.asarray(layer.units.geometry.values))
    if clean and set(errors["check"]) - {"C02", "G05", "G06"}:
        yield f"a coverage has errors: {errors['message'].tolist()}"


def _written(result: MergeResult, path: Path) -> Iterator[str]:
    """What is written is valid where it is read, wound as RFC 7946 asks."""
    try:
        write_geojson(result.new, path)
    except GeoMergeError as error:
        if "decimals" not in str(error):
            yield str(error)
        return
    read = gpd.read_file(path).set_index("code")
    if read.index.tolist() != result.new.index.tolist():
        yield "other codes were read back"
    if not read.geometry.is_valid.all():
        yield f"read back: {shapely.is_valid_reason(read.geometry[~read.geometry.is_valid]).tolist()}"
    for feature in orjson.loads(path.read_bytes())["features"]:
        drawn = feature["geometry"]
        polygons = (
            drawn["coordinates"] if drawn["type"] == "MultiPolygon" else [drawn["coordinates"]]
        )
        for polygon in polygons:
            for k, ring in enumerate(polygon):
                if ring[0] != ring[-1] or shapely.is_ccw(shapely.linearrings(ring)) != (k == 0):
                    yield "a ring is open, or wound the wrong way"
