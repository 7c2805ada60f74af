"""Hypothesis strategies: small coverages and what can be planted in them."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from conftest import CRS, ORIGIN
from hypothesis import strategies as st

SIDE = 1000.0  # metres
_COLUMNS, _ROWS = 4, 3


@st.composite
def coverages(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """A grid of quadrilaterals whose corners are moved, some borders with vertices of their own."""
    moves = draw(
        st.lists(st.integers(-300, 300), min_size=40, max_size=40).map(
            lambda m: np.array(m, dtype=float).reshape(_ROWS + 1, _COLUMNS + 1, 2)
        )
    )
    rows, columns = np.mgrid[: _ROWS + 1, : _COLUMNS + 1]
    corners = np.stack([columns, rows], axis=-1) * SIDE + ORIGIN + moves
    every = draw(st.sampled_from([0.0, 170.0, 400.0]))
    shapes = np.array(
        [
            shapely.polygons(corners[[r, r, r + 1, r + 1], [c, c + 1, c + 1, c]])
            for r in range(_ROWS) for c in range(_COLUMNS)
        ],
        dtype=object,
    )  # fmt: skip
    if every:  # on a grid of nanometres, so that both sides of a border get the same vertices
        shapes = shapely.transform(shapely.segmentize(shapes, every), lambda xy: np.round(xy, 6))
    codes = pd.Index([f"{k:05d}" for k in range(1, len(shapes) + 1)], name="code")
    names = [f"Xã {code}" for code in codes]
    return gpd.GeoDataFrame(
        {"name": names, "unit_type": "Xã"}, geometry=shapes, index=codes, crs=CRS
    )


@st.composite
def crosswalks(draw: st.DrawFn, codes: pd.Index) -> pd.DataFrame:
    """Any assignment of units to at most five new ones."""
    targets = draw(st.lists(st.integers(1, 5), min_size=len(codes), max_size=len(codes)))
    return pd.DataFrame({"old_code": codes, "new_code": [f"N{t}" for t in targets],
                         "new_name": [f"Name {t}" for t in targets], "new_type": "Xã"})  # fmt: skip


@dataclass(frozen=True)
class Defect:
    """Something planted: the layer with it, what must be found, where, and how large."""

    layer: gpd.GeoDataFrame
    check: str
    units: frozenset[str]
    area: float


@st.composite
def defects(draw: st.DrawFn) -> Defect:
    """A gap or overlap of 1 cm to 200 m beside the border between two units."""
    layer = draw(coverages())
    row, column = draw(st.integers(0, _ROWS - 1)), draw(st.integers(0, _COLUMNS - 2))
    a, b = (layer.index[row * _COLUMNS + column + k] for k in (0, 1))
    border = shapely.line_merge(shapely.intersection(layer.geometry[a], layer.geometry[b]))
    width = draw(st.sampled_from([0.01, 0.05, 0.2, 1.0, 30.0, 200.0]))
    overlap = draw(st.booleans())
    start, end = (shapely.line_interpolate_point(border, at, normalized=True) for at in (0.4, 0.6))
    (x0, y0), (x1, y1) = start.coords[0], end.coords[0]
    length = np.hypot(x1 - x0, y1 - y0)
    normal = np.array([y1 - y0, x0 - x1]) / length
    inside = layer.geometry[a if overlap else b].representative_point().coords[0]
    if np.dot(np.array(inside) - (x0, y0), normal) < 0:
        normal = -normal
    reach = normal * width
    strip = shapely.Polygon([(x0, y0), (x1, y1), (x1 + reach[0], y1 + reach[1]),
                             (x0 + reach[0], y0 + reach[1])])  # fmt: skip
    strip = strip.buffer(1e-4, join_style="mitre")  # over the border, whose points are rounded
    own = layer.geometry[b]
    shape = own.union(strip) if overlap else own.difference(strip)
    region = strip.intersection(layer.geometry[a]) if overlap else strip.intersection(own)
    changed = layer.copy()
    changed.loc[[b], "geometry"] = gpd.GeoSeries([shape], index=[b], crs=layer.crs)
    check = ("C03" if overlap else "C01") if width <= 0.1 else ("C04" if overlap else "C02")
    return Defect(changed, check, frozenset((a, b)), region.area)
