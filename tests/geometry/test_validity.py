"""Validity that is found out once."""

from __future__ import annotations

import gc

import numpy as np
import pytest
import shapely
from conftest import square

from geo_merge.geometry import validity


def test_what_is_told_twice_is_what_geos_says() -> None:
    bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    shapes = np.array([square(0, 0), bow, None, shapely.Polygon(), square(9, 9)], dtype=object)
    expected = shapely.is_valid(shapes).tolist()
    assert expected == [True, False, False, True, True]
    assert validity.is_valid(shapes).tolist() == expected
    assert validity.is_valid(shapes[::-1]).tolist() == expected[::-1]
    assert validity.is_valid(shapes[:0]).tolist() == []


def test_what_nobody_has_any_more_is_forgotten() -> None:
    before = len(validity._valid)
    shapes = np.array([square(k, 0) for k in range(50)], dtype=object)
    assert validity.is_valid(shapes).all()
    assert len(validity._valid) >= before + 50
    del shapes
    gc.collect()
    assert len(validity._valid) <= before


def test_a_hole_that_crosses_itself_by_the_last_bits_is_made_valid() -> None:
    """GEOS gives up on it: "side location conflict"."""
    hole = [
        (11.63092220350697, 60.49187366173511), (11.6, 60.5), (11.63788846455685, 60.49249304028607),
        (11.62880717774888, 60.49168561228076), (11.0, 60.0),
    ]  # fmt: skip
    tangled = shapely.Polygon([(12.0, 60.0), (12.0, 60.2), (11.6, 60.0)], [hole])
    bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    with pytest.raises(shapely.GEOSException):
        shapely.make_valid(tangled, method="structure")
    valid = validity.made_valid(np.array([tangled, bow], dtype=object))
    assert shapely.is_valid(valid).all()
    assert (shapely.get_type_id(valid) == shapely.GeometryType.MULTIPOLYGON).all()
    assert valid[1].area == 2
    # What is a hole beside the outline is land: each point of the plane once, as edges go round it.
    land = 0.04 + shapely.make_valid(shapely.Polygon(hole)).area
    assert valid[0].area == pytest.approx(land, rel=1e-9)


def test_places_are_valid_and_never_lost() -> None:
    """Two faces that overlap are land once, a polygon without land a point of it."""
    pair = shapely.multipolygons([square(0, 0, 2), square(0.5, 0, 2)])
    line = shapely.Polygon([(0, 0), (5, 0), (2, 0), (0, 0)])
    shapes = np.array([pair, line, None, shapely.Polygon(), square(9, 9)], dtype=object)
    places = validity.valid_places(shapes)
    assert places[0].is_valid
    assert places[0].area == 6
    assert places[1].equals(shapely.Point(0, 0))
    assert places[2] is None
    assert places[3].is_empty
    assert places[4] is shapes[4]
    assert shapes[0] is pair
