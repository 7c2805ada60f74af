"""Noise on dense vertices is drawing, and land that moved under it is still told."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import CRS

from geo_merge.geometry.drawings import apart
from geo_merge.merging.merge import validate

SIDE, SIGMA = 3000.0, 30.0


def cells(n: int, step: float) -> np.ndarray:
    corners = [(4e5 + SIDE * i, 2.3e6 + SIDE * j) for i in range(n) for j in range(n)]
    return shapely.segmentize([shapely.box(x, y, x + SIDE, y + SIDE) for x, y in corners], step)


def noisy(shapes: np.ndarray, sigma: float = SIGMA) -> np.ndarray:
    """Every vertex moved, the same for all units that have it."""
    places = np.round(shapely.get_coordinates(shapes), 3)
    unique, of = np.unique(places, axis=0, return_inverse=True)
    off = np.random.default_rng(5).normal(0, sigma, unique.shape)
    return shapely.set_coordinates(shapes.copy(), (unique + off)[of.ravel()])


def layer(shapes: np.ndarray) -> gpd.GeoDataFrame:
    codes = [f"{k:02d}" for k in range(len(shapes))]
    return gpd.GeoDataFrame({"name": codes, "unit_type": ""}, geometry=shapes, crs=CRS,
                            index=pd.Index(codes, name="code"))  # fmt: skip


@pytest.mark.parametrize("of_ours", [False, True])
@pytest.mark.parametrize("step", [150.0, 300.0])
def test_the_width_of_drawing_is_that_of_the_vertices(step: float, *, of_ours: bool) -> None:
    shapes = cells(4, step)
    pair = (shapes, noisy(shapes))
    measured = apart(*(pair[::-1] if of_ours else pair))
    # Nine of ten normal distances lie within 1.64 standard deviations; 2.5 times that is drawing.
    assert measured.width == pytest.approx(2.5 * 1.64 * SIGMA, rel=0.12)


def test_noise_moves_no_land_and_a_transfer_under_it_does() -> None:
    shapes = cells(5, 150.0)
    reference = noisy(shapes)
    assert shapely.is_valid(reference).all()
    kinds = set(validate(layer(shapes), reference=layer(reference))["check"])
    assert "C08" not in kinds
    gone = shapely.box(4e5 + 2 * SIDE, 2.3e6 + 2 * SIDE, 4e5 + 2.4 * SIDE, 2.3e6 + 3 * SIDE)
    shapes[12], shapes[7] = shapes[12].difference(gone), shapes[7].union(gone)
    found = validate(layer(shapes), reference=layer(reference))
    moved = found[found["check"] == "C08"]
    assert {code for units in moved["units"] for code in units} == {"07", "12"}
    assert moved["value"].sum() == pytest.approx(0.4 * SIDE * SIDE, rel=0.1)


def test_generalised_drawings_that_share_vertices_are_off_by_half_of_their_distance() -> None:
    """An outline of chords of 500 m, and one with bends amid them: of 100 m in one of four."""
    n, chord = 60, 500.0
    out = np.exp(2j * np.pi * np.arange(2 * n) / (2 * n))
    radius = chord / (2 * np.sin(np.pi / n))
    middle = radius * np.cos(np.pi / n) + np.where(np.arange(n) % 4 == 0, 100.0, 10.0)
    bent = out * np.column_stack([np.full(n, radius), middle]).ravel()
    ours, theirs = (
        np.array([shapely.Polygon(np.column_stack([z.real, z.imag]))]) for z in (bent[::2], bent)
    )
    measured = apart(ours, theirs)
    assert 9 * measured.distance < 100 < measured.width <= chord / 2
