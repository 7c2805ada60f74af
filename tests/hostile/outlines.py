"""Units whose outlines cross, or lie on one another, without end; and some that only seem so."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from hostile.files import READ, hostile, many

_AT = np.array([400_000.0, 2_350_000.0])


def _combs(teeth: int) -> np.ndarray:
    """Two combs, one across the other: each of 2 * teeth edges of one crosses as many of the other."""
    at = np.repeat(np.arange(2.0 * teeth), 2)
    along = np.column_stack([at, np.tile([0, 2 * teeth, 2 * teeth, 0], teeth)])
    ring = np.vstack([along, [[2 * teeth, -2], [-2, -2]]])
    return np.array([shapely.Polygon(3 * xy + _AT) for xy in (ring, ring[:, ::-1])])


def _near(count: int) -> np.ndarray:
    """Squares of 3 km a side, each a millimetre beside the last."""
    step = np.arange(count) / 1000
    x, y = _AT
    return shapely.box(x + step, y + step, x + 3000 + step, y + 3000 + step)


def _round(count: int, vertices: int) -> np.ndarray:
    """Copies of one outline."""
    return np.repeat(shapely.Point(_AT).buffer(3000, quad_segs=vertices // 4), count)


def _fan(count: int) -> np.ndarray:
    """Slivers around one point, a coverage in which all boxes of a quarter meet."""
    turn = np.linspace(0, np.pi / 2, count + 1)
    rim = np.column_stack([np.cos(turn), np.sin(turn)]) * 300_000 + _AT
    return np.array([shapely.Polygon([_AT, *pair]) for pair in pairwise(rim)])


OUTLINES = {
    "outlines_two_combs.gpkg": ("C04", lambda: _combs(many(400, 2000))),
    "outlines_two_combs_allowed.gpkg": ("C04 C02", lambda: _combs(many(10, 155))),
    "outlines_190_near.gpkg": ("C04", lambda: _near(190)),
    "outlines_copies.gpkg": ("C04", lambda: _round(many(400, 4000), many(20, 2000))),
    "outlines_fan.gpkg": (READ, lambda: _fan(300)),
}


def _write(path: Path, shapes: np.ndarray) -> None:
    codes = [f"{k:05d}" for k in range(len(shapes))]
    gpd.GeoDataFrame({"code": codes, "name": codes}, geometry=shapes, crs=9214).to_file(path)


for _name, (_ends, _shapes) in OUTLINES.items():
    hostile(_name, _ends)(lambda path, shapes=_shapes: _write(path, shapes()))
