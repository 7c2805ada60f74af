"""A small map of the units that a row may be, each with its letter."""

from __future__ import annotations

import string
from collections.abc import Sequence

import geopandas as gpd
import numpy as np

from geo_merge.dossier.sheets.labels import middle_of
from geo_merge.dossier.sheets.svg import areas, drawing, text
from geo_merge.dossier.sheets.window import Box, in_plane, plane_of, window_on
from geo_merge.maps.display import PALETTE
from geo_merge.maps.thinning import thin

_WIDTH, _HEIGHT = 120.0, 90.0  # millimetres of an imagined paper
_OTHERS, _LETTER = "#f1f1ee", 5.5
_THINNED = 0.2  # millimetres by which a border may be off
LETTERS = string.ascii_uppercase


def drawn(new: gpd.GeoDataFrame, codes: Sequence[str], title: str) -> str:
    """Return the map as SVG: candidates in colours with letters, the units around them pale.

    Parameters
    ----------
    new
        New units, indexed by code.
    codes
        The candidates; the first `LETTERS` have a letter.
    title
        For readers who see no picture.
    """
    frame = Box(0, 0, _WIDTH, _HEIGHT)
    chosen = new.loc[list(codes)]
    plane = plane_of(chosen)
    window = window_on(chosen.to_crs(plane).total_bounds, frame, margin=1.25)
    near = new.cx[slice(*_reach(chosen, 0)), slice(*_reach(chosen, 1))]
    fill = {code: PALETTE[k % len(PALETTE)] for k, code in enumerate(codes)}
    shapes = thin(in_plane(np.asarray(near.geometry.values), new.crs, plane),
                  _THINNED * window.scale / 1000)  # fmt: skip
    on_paper = window.drawn(shapes)
    index = list(map(str, near.index))
    parts = [areas(on_paper, [fill.get(code, _OTHERS) for code in index], "#555", 0.3)]
    for k, code in enumerate(codes[: len(LETTERS)]):
        shape = on_paper[index.index(code)]
        if not shape.is_empty:
            x, y = middle_of(shape)
            parts.append(text(x, y + _LETTER / 3, LETTERS[k], _LETTER, anchor="middle",
                              weight="bold", halo=True))  # fmt: skip
    return drawing(_WIDTH, _HEIGHT, title, parts)


def _reach(chosen: gpd.GeoDataFrame, axis: int) -> tuple[float, float]:
    """Return the range of the candidates along an axis, and half of it more on both sides."""
    bounds = chosen.total_bounds
    low, high = float(bounds[axis]), float(bounds[axis + 2])
    return low - (high - low) / 2, high + (high - low) / 2
