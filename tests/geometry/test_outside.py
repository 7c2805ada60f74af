"""Invalid polygons whose land is sure: islands among the holes, and lines there and back."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import CRS

from geo_merge.geometry.outside import with_islands
from geo_merge.geometry.touching import without_lines
from geo_merge.units.planes import into_plane

SHELL, HOLE, ISLAND = shapely.box(0, 0, 10, 10), shapely.box(2, 2, 4, 4), shapely.box(20, 0, 25, 5)
OTHER = shapely.box(30, 0, 40, 10)


def written(
    *rings: shapely.Polygon, parts: tuple[shapely.Polygon, ...] = (OTHER,)
) -> shapely.Geometry:
    """Return a unit whose first part has rings as holes."""
    first = shapely.Polygon(SHELL.exterior, [ring.exterior for ring in rings])
    return shapely.multipolygons([first, *parts])


def read_as_islands(shape: shapely.Geometry) -> shapely.Geometry | None:
    (result,) = with_islands(np.array([shape], dtype=object))
    return result


def test_a_ring_amid_the_parts_is_an_island_and_one_inside_stays_a_hole() -> None:
    whole = read_as_islands(written(HOLE, ISLAND))
    assert whole is not None
    assert whole.is_valid
    assert len(whole.geoms) == 3
    assert whole.area == 100 - 4 + 25 + 100
    assert len(whole.geoms[0].interiors) == 1


def test_a_ring_that_may_have_been_moved_there_stays_an_error() -> None:
    far = shapely.box(20, -30, 25, -25)  # beyond the hull of both parts
    assert read_as_islands(written(far)) is None
    assert read_as_islands(written(ISLAND, far)) is None
    assert read_as_islands(written(ISLAND, parts=())) is None  # a unit of one part


def test_a_hole_larger_than_its_outline_is_land() -> None:
    """As geojs-br writes Rio de Janeiro: an islet, and the mainland among its holes."""
    islet, mainland, isle = (
        shapely.box(0, 0, 1, 1),
        shapely.box(5, 0, 30, 30),
        shapely.box(2, 2, 4, 4),
    )
    unit = shapely.Polygon(islet.exterior, [mainland.exterior, isle.exterior])
    whole = read_as_islands(unit)
    assert whole is not None
    assert whole.is_valid
    assert whole.area == 1 + 25 * 30 + 4
    nested = shapely.Polygon(islet.exterior, [mainland.exterior, shapely.box(6, 6, 8, 8).exterior])
    assert read_as_islands(nested) is None  # land or water: nothing says


def test_what_is_wrong_otherwise_is_no_island() -> None:
    across = written(shapely.box(8, 8, 12, 9))
    beside = written(shapely.box(10, 2, 12, 4))  # along the outline
    twice = written(ISLAND, shapely.box(21, 1, 22, 2))
    on_another = written(shapely.box(31, 1, 32, 2))
    for shape in (across, beside, twice, on_another):
        assert read_as_islands(shape) is None


@pytest.mark.parametrize(
    ("ring", "m2"),
    [
        ([(0, 0), (10, 0), (10, 10), (5, 10), (5, 15), (5, 10), (0, 10)], 100),
        ([(0, 0), (10, 0), (10, 10), (5, 10), (5, 5), (5, 10), (0, 10)], 100),
        ([(0, 0), (4, 0), (4, 4), (8, 4), (8, 0), (12, 0), (12, 8), (8, 8), (8, 4), (4, 4), (4, 8),
          (0, 8)], 64),
    ],
    ids=["out", "in", "a bridge between two islands"],
)  # fmt: skip
def test_a_line_there_and_back_is_left_out(ring: list[tuple[float, float]], m2: float) -> None:
    shape = shapely.Polygon(ring)
    assert not shape.is_valid
    (mended,) = without_lines(np.array([shape]))
    assert mended.is_valid
    assert mended.area == m2 == shape.area


@pytest.mark.parametrize(
    "ring",
    [
        [(0, 0), (10, 10), (10, 0), (0, 10)],
        [(0, 0), (5, 5), (10, 10), (10, 0), (5, 5), (0, 10)],
        [(0, 0), (10, 0), (10, 10), (5, 10), (3, 5), (5, 3), (7, 5), (5, 10), (0, 10)],
        [(0, 0), (10, 0), (10, 10), (5, 10), (5, 15), (5.1, 10), (4.9, 10), (0, 10)],
    ],
    ids=["bow tie", "bow tie at a vertex", "land claimed twice", "a spike with width that crosses"],
)
def test_where_land_is_in_doubt_nothing_is_left_out(ring: list[tuple[float, float]]) -> None:
    assert without_lines(np.array([shapely.Polygon(ring)]))[0] is None


@pytest.mark.parametrize(
    ("shape", "m2", "told"),
    [
        (written(ISLAND), 225.0,
         ("1 had holes outside their outlines, amid their other parts or larger than "
         "the outline; these rings were read as "
         "islands, and no vertex moved.")),
        (shapely.Polygon([(0, 0), (10, 0), (10, 10), (5, 10), (5, 15), (5, 10), (0, 10)]), 100.0,
         ("1 had lines that run there and back, without land between; these were left out, and no "
         "land changed.")),
    ],
    ids=["islands", "lines"],
)  # fmt: skip
def test_it_is_told_once_and_the_unit_is_used(
    shape: shapely.Geometry, m2: float, told: str
) -> None:
    there = shapely.affinity.translate(shape, 4e5, 2.3e6)
    frame = gpd.GeoDataFrame({"code": ["1"], "name": ["A"]}, geometry=[there], crs=CRS,
                             index=pd.RangeIndex(1))  # fmt: skip
    plane = into_plane([frame], frame.crs)
    assert plane.frames[0].geometry.area.tolist() == [m2]
    (finding,) = plane.findings
    assert (finding.check, finding.severity, finding.message) == ("G04", "warning", told)
