"""Validity that is found out once."""

from __future__ import annotations

import gc

import numpy as np
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
