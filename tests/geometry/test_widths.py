"""How wide polygons are, those of many parts as their widest part is."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo_merge.geometry.widths import is_narrow, width_of


def strips(*widths: float) -> shapely.MultiPolygon:
    """Strips of 30 m beside one another."""
    return shapely.multipolygons(
        [shapely.box(100 * k, 0, 100 * k + w, 30) for k, w in enumerate(widths)]
    )


def test_a_polygon_is_as_wide_as_its_widest_part() -> None:
    shapes = np.array([strips(1, 2, 3), strips(3), strips(1, 2), shapely.MultiPolygon()])
    assert is_narrow(shapes, 2.9).tolist() == [False, False, True, True]
    assert is_narrow(shapes, 3).tolist() == [True] * 4
    assert width_of(strips(*[1.0] * 2000, 4.0)) == pytest.approx(4, rel=0.05)
    assert width_of(strips(5)) == pytest.approx(5, rel=0.05)
