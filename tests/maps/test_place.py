"""The small map of one place: units around some land, before and after."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import square

from geo_merge.geometry.projection import WGS84
from geo_merge.maps.place import place_of, undone

Grid = Callable[..., gpd.GeoDataFrame]


def test_a_place_has_the_units_around_it_and_no_others(grid: Grid) -> None:
    units = grid(20, 1)
    _, south, east, north = square(2, 0).bounds
    land = shapely.box(east - 5, south, east, north)
    before = units.copy()
    before.loc["00003", "geometry"] = shapely.difference(square(2, 0), land)
    place = place_of(before, np.asarray(units.geometry.values), land)
    assert [f["properties"]["code"] for f in place["before"]] == [f"{k:05d}" for k in range(1, 8)]
    assert [f["properties"]["name"] for f in place["after"]][2] == "Xã 3"
    assert len({f["properties"]["colour"] for f in place["after"]}) == 7
    frames = {side: gpd.GeoDataFrame.from_features(place[side], crs=WGS84).to_crs(units.crs)
              for side in ("before", "after")}  # fmt: skip
    grown = frames["after"].area[2] - frames["before"].area[2]
    assert grown == pytest.approx(5000, rel=1e-2)
    (bottom, left), (top, right) = place["view"]
    drawn = shapely.geometry.shape(place["land"])
    assert shapely.box(left, bottom, right, top).contains(drawn)


def test_a_repaired_layer_is_shown_as_it_was(grid: Grid) -> None:
    units = grid(3, 1)
    _, south, east, north = square(1, 0).bounds
    strip = shapely.box(east - 4, south, east, north)
    gap = undone(units, strip, ())
    assert gap.area["00002"] == pytest.approx(1e6 - 4000)
    overlap = undone(units, strip, ("00002", "00003"))
    assert overlap.area["00002"] == pytest.approx(1e6)
    assert overlap.area["00003"] == pytest.approx(1e6 + 4000)
    assert units.area["00003"] == pytest.approx(1e6)
