"""Units that lie beside each other are worked on together."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import shapely
from conftest import square

from geo_merge.geometry.neighbourhoods import members_of, neighbourhoods
from geo_merge.maps.drawing import draw, draw_thinned, pixel, thin_apart

Grid = Callable[..., gpd.GeoDataFrame]


def test_neighbours_come_together_and_as_many_as_are_asked_for() -> None:
    squares = np.array([square(c, r) for r in range(8) for c in range(8)])
    number = neighbourhoods(shapely.bounds(squares), np.full(64, 5), most=80)
    assert np.bincount(number).tolist() == [16] * 4  # a Hilbert curve fills quarter by quarter
    lands = [shapely.union_all(squares[units]) for units in members_of(number)]
    assert {land.area for land in lands} == {16e6}
    assert {land.length for land in lands} == {16e3}


def test_everything_is_in_one_where_little_is_or_nothing_has_a_place() -> None:
    bounds = np.array([[0.0, 0, 1, 1], [np.nan] * 4, [5, 5, 6, 6]])
    assert neighbourhoods(bounds, np.array([5, 0, 5])).tolist() == [0, 0, 0]
    nowhere = neighbourhoods(np.full((2, 4), np.nan), np.zeros(2, dtype=int))
    assert nowhere.tolist() == [0, 0]


def test_what_was_thinned_elsewhere_is_drawn_the_same(grid: Grid) -> None:
    frame = grid(4, 4)
    shapes = shapely.segmentize(np.asarray(frame.geometry.values), 10.0)
    whole = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    thinned = thin_apart(shapes, pixel(whole))
    assert (
        shapely.get_num_coordinates(thinned).sum() < shapely.get_num_coordinates(shapes).sum() / 2
    )
    assert draw_thinned(frame, thinned) == draw(whole)
