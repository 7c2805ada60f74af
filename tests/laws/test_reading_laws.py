"""Laws of what is read without GDAL, converted and dissolved: it is what GDAL and GEOS make of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from coverages import TRIED, Layer, breaches, draw, in_degrees
from plain_files import (
    POLYGON,
    POLYGON_M,
    POLYGON_Z,
    agrees_with_gdal,
    by_gdal,
    write_geojson_text,
    write_shapefile,
)

from geo_merge.errors import ExportError
from geo_merge.jobs.convert import Reading, convert
from geo_merge.jobs.dissolve import dissolve

COUNT = len(TRIED)
# Degrees by which rounding may move a vertex, and the last bit.
_DECIMAL = 1.5e-7


@pytest.mark.random
def test_files_are_read_as_by_gdal(tmp_path: Path) -> None:
    assert breaches(lambda layer: broken(layer, tmp_path), COUNT) == []


# Layers that broke the law once, and why.
BROKE = {
    5_001_104: "rounded, a polygon that crosses itself was made valid to other land than before",
    6_040_023: "dissolving asked who claims a hairline in which no point lies: nobody did",
    6_040_115: "the same of a border of triangles that one of them draws with more vertices",
}


@pytest.mark.parametrize("seed", BROKE)
def test_files_that_broke_the_law_keep_it(seed: int, tmp_path: Path) -> None:
    assert list(broken(draw(seed), tmp_path)) == []


def broken(layer: Layer, folder: Path) -> Iterator[str]:
    """Say what is another: rings in any order and winding, with heights or without."""
    rng = np.random.default_rng(layer.seed)
    shapes = in_degrees(layer)
    write_shapefile(
        folder / "l.shp",
        [_rings(rng, shape) for shape in shapes],
        int(rng.choice([POLYGON, POLYGON_Z, POLYGON_M])),
    )
    rows = [({"k": k % 3}, shapely.geometry.mapping(g)) for k, g in enumerate(shapes)]
    write_geojson_text(folder / "l.geojson", rows)
    for name in ("l.shp", "l.geojson"):
        agrees_with_gdal(folder / name)
        yield from _converted(folder / name, folder / "out.geojson")
    yield from _dissolved(folder / "l.geojson", folder / "out.geojson")


def _rings(rng: np.random.Generator, shape: shapely.Geometry) -> list[list[tuple[float, float]]]:
    """Return the rings of a polygon, each wound as it happens, outer ones not always first."""
    rings = [r for p in shapely.get_parts(shape) for r in (p.exterior, *p.interiors)]
    points = [list(r.coords) for r in (rings if rng.random() < 0.5 else rng.permutation(rings))]
    return [p[::-1] if rng.random() < 0.3 else p for p in points]


def _converted(path: Path, out: Path) -> Iterator[str]:
    """What is converted is what GDAL reads, to seven decimals."""
    try:
        convert(path, out, reading=Reading(crs="4326" if path.suffix == ".shp" else None))
    except ExportError:
        return  # too small for seven decimals
    wanted, made = by_gdal(path), gpd.read_file(out)
    if len(wanted) != len(made):
        yield f"{len(made)} rows of {len(wanted)}"
        return
    a, b = (np.asarray(f.geometry.values) for f in (wanted, made))
    sound = shapely.is_valid(a)
    other = np.abs(shapely.area(a) - shapely.area(b)) > _rounded(a)
    land = shapely.symmetric_difference(a[sound], b[sound])
    other[sound] |= shapely.area(land) > _rounded(a[sound])
    other[~sound] |= _farthest(a[~sound], b[~sound]) > _DECIMAL
    for k in np.flatnonzero(other):
        yield f"{path.name}: row {k} has another shape"


def _farthest(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return how far vertices of one lie from all of the other.

    A polygon that crosses itself is written as it came: which land it has is not said by its
    lines, so that moving them by a centimetre gives and takes whole loops.
    """
    vertices = [
        [shapely.multipoints(shapely.get_coordinates(each)) for each in several]
        for several in (one, other)
    ]
    return np.asarray(shapely.hausdorff_distance(*np.array(vertices, dtype=object)))


def _dissolved(path: Path, out: Path) -> Iterator[str]:
    """Groups are what GEOS makes of their members."""
    try:
        done = dissolve(path, out, "k", reading=Reading())
    except ExportError:
        return
    if any(f.severity == "error" for f in done.findings):
        return  # nothing was written, and said so
    members, made = by_gdal(path), gpd.read_file(out).set_index("k").geometry
    for k, geometries in members.groupby("k").geometry:
        wanted = np.array([shapely.union_all(np.asarray(geometries.values))])
        off = shapely.symmetric_difference(wanted[0], made[k]).area
        if not made[k].is_valid or off > _rounded(wanted)[0]:
            yield f"group {k} has another shape"


def _rounded(shapes: np.ndarray) -> np.ndarray:
    """Return what rounding to seven decimals may change of an area, in square degrees."""
    return 2e-7 * shapely.length(shapes) + 1e-13
