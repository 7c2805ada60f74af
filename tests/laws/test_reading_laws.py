"""Laws of what is read without GDAL, converted and dissolved: it is what GDAL and GEOS make of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from coverages import Layer, breaches, in_degrees
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

COUNT = 40


def test_files_are_read_as_by_gdal(tmp_path: Path) -> None:
    """Rings in any order and winding, with heights or without, in both formats."""

    def law(layer: Layer) -> Iterator[str]:
        rng = np.random.default_rng(layer.seed)
        shapes = in_degrees(layer)
        write_shapefile(
            tmp_path / "l.shp",
            [_rings(rng, shape) for shape in shapes],
            int(rng.choice([POLYGON, POLYGON_Z, POLYGON_M])),
        )
        rows = [({"k": k % 3}, shapely.geometry.mapping(g)) for k, g in enumerate(shapes)]
        write_geojson_text(tmp_path / "l.geojson", rows)
        for name in ("l.shp", "l.geojson"):
            agrees_with_gdal(tmp_path / name)
            yield from _converted(tmp_path / name, tmp_path / "out.geojson")
        yield from _dissolved(tmp_path / "l.geojson", tmp_path / "out.geojson")

    assert breaches(law, COUNT) == []


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
    a, b = (shapely.make_valid(np.asarray(f.geometry.values)) for f in (wanted, made))
    for k in np.flatnonzero(shapely.area(shapely.symmetric_difference(a, b)) > _rounded(a)):
        yield f"{path.name}: row {k} has another shape"


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
