"""Rings that stand as holes outside their outline are islands."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from conftest import CRS

from geo_merge.geometry.outside import with_islands
from geo_merge.units.planes import into_plane

SHELL, HOLE, ISLAND = shapely.box(0, 0, 10, 10), shapely.box(2, 2, 4, 4), shapely.box(20, 0, 25, 5)


def written(*rings: shapely.Polygon) -> shapely.Polygon:
    return shapely.Polygon(SHELL.exterior, [ring.exterior for ring in rings])


def mended(shape: shapely.Geometry) -> shapely.Geometry:
    (result,) = with_islands(np.array([shape], dtype=object))
    return result


def test_a_ring_outside_is_a_part_and_one_inside_stays_a_hole() -> None:
    whole = mended(written(HOLE, ISLAND))
    assert whole.is_valid
    assert whole.geom_type == "MultiPolygon"
    assert whole.area == 100 - 4 + 25
    assert len(whole.geoms[0].interiors) == 1


def test_a_ring_that_touches_the_outline_from_outside_at_a_vertex_is_a_part() -> None:
    assert mended(written(shapely.box(10, 10, 12, 12))).area == 104


def test_what_is_wrong_otherwise_is_not_mended() -> None:
    across = written(shapely.box(8, 8, 12, 12))
    beside = written(shapely.box(10, 2, 12, 4))  # along the outline: no island
    twice = written(ISLAND, shapely.box(21, 1, 22, 2))
    bow = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    for shape in (across, beside, twice, bow):
        assert mended(shape) is None


def test_it_is_told_once_and_both_units_are_used() -> None:
    there = shapely.affinity.translate(written(ISLAND), 4e5, 2.3e6)
    frame = gpd.GeoDataFrame({"code": ["1"], "name": ["A"]}, geometry=[there], crs=CRS,
                             index=pd.RangeIndex(1))  # fmt: skip
    plane = into_plane([frame], frame.crs)
    assert plane.frames[0].geometry.area.tolist() == [125.0]
    (finding,) = plane.findings
    assert finding.check == "G04"
    assert finding.severity == "warning"
    assert finding.message == (
        "1 had holes outside their outline, which are holes in nothing; these rings were read as "
        "islands, and no vertex moved."
    )
