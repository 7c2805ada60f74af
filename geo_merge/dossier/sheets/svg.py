"""Pieces of SVG, in millimetres."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

import numpy as np
import shapely

from geo_merge.geometry.rings import Geometries

# The serif of the papers; others have it under other names.
FONTS = "'Libertinus Serif', 'Times New Roman', 'DejaVu Serif', serif"
# Widths of letters in parts of their size, measured on the serif that is widest of those.
_NARROW, _WIDE = frozenset("ijlftrI.,:;'’′()|! "), frozenset("mwMWƠƯ%")
_THIN = 0.3  # of the width of a line: what islets have
_WIDTHS = 0.32, 0.5, 0.56, 0.70, 0.92  # narrow, digit, small, capital, wide


def text_width(text: str, size: float) -> float:
    """Return how wide a text is at most, in millimetres, at a size of so many."""
    narrow, digit, small, capital, wide = _WIDTHS
    return size * sum(
        narrow
        if c in _NARROW
        else wide
        if c in _WIDE
        else digit
        if c.isdigit()
        else capital
        if c.isupper()
        else small
        for c in text
    )


def fitting(words: str, size: float, width: float) -> float:
    """Return a size of letters at which words fit into a width: the size itself, or a smaller."""
    return round(min(size, size * width / max(text_width(words, size), 1e-3)), 2)


def text(
    x: float, y: float, words: str, size: float, *,
    anchor: str = "start", weight: str = "normal", style: str = "normal", halo: bool = False,
    turn: float = 0.0, colour: str = "#111",
) -> str:  # fmt: skip
    """Return a text; `halo` keeps it readable over lines."""
    around = ' stroke="#fff" stroke-width="0.5" stroke-linejoin="round" paint-order="stroke"'
    turned = f' transform="rotate({turn:g} {x:.2f} {y:.2f})"' if turn else ""
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-size="{size:g}" text-anchor="{anchor}" '
        f'font-weight="{weight}" font-style="{style}" fill="{colour}"{around if halo else ""}'
        f"{turned}>{escape(words)}</text>"
    )


def line(
    points: Iterable[tuple[float, float]], width: float, colour: str = "#111", dash: str = ""
) -> str:
    """Return a line."""
    path = "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points)
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width:g}"{dashed}/>'


def rectangle(
    left: float, top: float, width: float, height: float, *,
    fill: str = "none", stroke: str = "#111", line_width: float = 0.2,
) -> str:  # fmt: skip
    """Return a rectangle."""
    return (
        f'<rect x="{left:.2f}" y="{top:.2f}" width="{width:.2f}" height="{height:.2f}" '
        f'fill="{fill}" stroke="{stroke}" stroke-width="{line_width:g}"/>'
    )


def areas(geometries: Geometries, fills: Iterable[str], stroke: str, width: float) -> str:
    """Return polygons, each with its fill; what is empty is left out.

    Islets and gaps that the line would hide have a thin one.
    """
    return "".join(
        _area(geometry, fill, stroke, width)
        for geometry, fill in zip(geometries, fills, strict=True)
        if not shapely.is_empty(geometry)
    )


def _area(geometry: shapely.Geometry, fill: str, stroke: str, width: float) -> str:
    parts = shapely.get_parts(geometry)
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    rings = np.atleast_1d(shapely.get_rings(parts))
    if not len(rings):
        return ""
    hidden = shapely.area(shapely.polygons(rings)) < width * shapely.length(rings)
    filled = f'<path d="{_path(rings)}" fill="{fill}" fill-rule="evenodd"'
    if not hidden.any():
        return filled + _stroke(stroke, width)
    bold = f'<path d="{_path(rings[~hidden])}" fill="none"{_stroke(stroke, width)}'
    return filled + _stroke(stroke, width * _THIN) + ("" if hidden.all() else bold)


def _stroke(colour: str, width: float) -> str:
    """Return the end of a path: its line."""
    return f' stroke="{colour}" stroke-width="{width:.3g}" stroke-linejoin="round"/>'


def _path(rings: Geometries) -> str:
    """Return rings to a hundredth of a millimetre."""
    return "".join(
        "M"
        + "L".join(f"{x:.2f} {y:.2f}" for x, y in shapely.get_coordinates(ring)[:-1].tolist())
        + "Z"
        for ring in rings
    )


def drawing(width: float, height: float, title: str, parts: Iterable[str]) -> str:
    """Return a whole drawing."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}mm" height="{height:g}mm" '
        f'viewBox="0 0 {width:g} {height:g}" font-family="{FONTS}">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>\n"
    )
