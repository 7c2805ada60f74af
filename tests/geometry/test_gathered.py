"""Polygons gathered from collections."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import GeometryCollection, LineString, MultiPolygon, Point, box
from shapely.geometry.base import BaseGeometry

from geo_merge.geometry.gathered import gather
from geo_merge.geometry.rings import without_z

ONE, TWO, FAR = box(0, 0, 1, 1), box(1, 0, 2, 1), box(5, 5, 6, 6)
LINE, POINT = LineString([(0, 0), (3, 3)]), Point(1, 1)


@pytest.mark.parametrize(
    ("parts", "land", "left"),
    [
        ([ONE, LINE], ONE, 1),
        ([LINE, POINT, ONE, FAR], MultiPolygon([ONE, FAR]), 2),
        ([ONE, TWO], box(0, 0, 2, 1), 0),
        ([GeometryCollection([ONE, POINT]), MultiPolygon([FAR])], MultiPolygon([ONE, FAR]), 1),
        ([ONE, LineString()], ONE, 0),
    ],
    ids=["line", "both", "side by side", "nested", "empty line"],
)
def test_land_of_a_collection_is_kept_and_the_rest_counted(
    parts: list[BaseGeometry], land: BaseGeometry, left: int
) -> None:
    shapes, rows, n = gather(np.array([TWO, GeometryCollection(parts), None], dtype=object))
    assert shapely.equals(shapes[1], land)
    assert shapes[1].is_valid
    assert (rows.tolist(), n) == ([1], left)
    assert shapes[0] is TWO
    assert shapes[2] is None


def test_polygons_that_overlap_stay_for_the_checks_to_tell() -> None:
    (shape,), rows, _ = gather(np.array([GeometryCollection([ONE, box(0.5, 0, 2, 1)])]))
    assert shape.area == pytest.approx(2.5)
    assert not shapely.is_valid(shape)
    assert rows.tolist() == [0]


def test_a_collection_without_land_is_left_as_it_is() -> None:
    shapes, rows, left = gather(np.array([GeometryCollection([LINE, POINT])]))
    assert shapes[0].geom_type == "GeometryCollection"
    assert (len(rows), left) == (0, 0)


def test_heights_and_measures_are_dropped_and_what_has_none_is_no_copy() -> None:
    shapes = np.array(
        [
            *shapely.from_wkt(
                [
                    "POLYGON ((0 0, 1 0, 1 1, 0 0))",
                    "POLYGON Z ((0 0 5, 1 0 5, 1 1 5, 0 0 5))",
                    "POLYGON M ((0 0 5, 1 0 5, 1 1 5, 0 0 5))",
                    "MULTIPOLYGON ZM (((0 0 5 6, 1 0 5 6, 1 1 5 6, 0 0 5 6)))",
                ]
            ),
            None,
        ],
        dtype=object,
    )
    flat = without_z(shapes)
    assert flat[0] is shapes[0]
    assert flat[4] is None
    assert (shapely.get_coordinate_dimension(flat[:4]) == 2).all()
    assert (shapely.area(flat[:4]) == 0.5).all()
