"""The maker of the embedded sample, and that the sample is what its README says."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_merge.jobs.sample import sample_files
from geo_merge.vietnam.sample import with_piece

# Two communes with a corner of 1,000 m left out between them.
COMMUNES = np.array(
    [
        shapely.box(0, 0, 3000, 1000),
        shapely.Polygon([(0, 1000), (2000, 1000), (2000, 3000), (0, 3000)]),
    ]
)


def test_the_piece_is_what_no_commune_covers() -> None:
    whole = shapely.box(1000, 500, 3000, 3000)  # of it the communes have the west and the south
    *communes, piece = with_piece(COMMUNES, whole)
    assert piece.equals(shapely.box(2000, 1000, 3000, 3000))
    assert [shapely.area(c) for c in communes] == [3e6, 4e6]
    assert shapely.coverage_is_valid([*communes, piece])


@pytest.mark.parametrize("east", [3000, 2950])
def test_what_lies_between_the_piece_and_the_communes_is_part_of_it(east: int) -> None:
    whole = shapely.box(2100, 1050, east, 3000)  # 100 m off one commune, 50 m off the other
    *_, piece = with_piece(COMMUNES, whole)
    assert piece.contains(shapely.Point(2050, 1900))
    assert piece.contains(shapely.Point(2500, 1025))
    assert not piece.contains(shapely.Point(3020, 2000))
    # The corners of a bay's mouth are rounded: at most that little is left open.
    assert piece.area == pytest.approx((east - 2000) * 2000, rel=0.01)


def test_a_wider_bay_stays_open() -> None:
    *_, piece = with_piece(COMMUNES[1:], shapely.box(2400, 1000, 3000, 3000))
    assert piece.area == pytest.approx(600 * 2000)


def test_the_sample_is_a_coverage_of_313_communes_and_a_range() -> None:
    layers = [gpd.read_file(path).to_crs(9214) for path in sample_files()[0]]
    assert sorted(len(layer) for layer in layers) == [121, 193]
    (giang,) = (layer for layer in layers if len(layer) == 193)
    (piece,) = giang.geometry[giang["MaXa"].isna()]
    assert shapely.coverage_is_valid(giang.geometry.to_numpy())
    assert piece.area == pytest.approx(230.0e6, rel=0.001)
    around = shapely.union_all(giang.geometry.to_numpy())
    assert isinstance(around, shapely.Polygon)
    assert not around.interiors
