"""What stands around a map: degrees, scale, north, legend, source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from pyproj import CRS

from geo_merge.dossier.sheets.svg import line, rectangle, text, text_width
from geo_merge.dossier.sheets.window import Window
from geo_merge.geometry.areas import transformer
from geo_merge.geometry.projection import WGS84
from geo_merge.geometry.rings import Floats
from geo_merge.texts import Language, number, say

_MINUTES = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600)  # steps of the net of degrees
_APART = 28.0  # millimetres between its lines, at least
_SMALL = 2.3  # millimetres: letters of degrees and notes
_BAR = 45.0  # millimetres: the scale bar at most
_NICE = (1.0, 2.0, 5.0)
_KM = 1000.0
_WORDS = 2.5  # millimetres: letters of the legend
_ROWS = (4.0, 3), (3.5, 4)  # of the legend: millimetres from one to the next, how many


@dataclass(frozen=True)
class Sign:
    """A row of the legend: its kind, its colour, its meaning.

    Kinds are ``area, line, seat, office, node, point`` and ``text``, which has no sign.
    """

    kind: str
    colour: str
    meaning: str
    width: float = 0.2


def graticule(window: Window, plane: CRS, language: Language) -> Iterator[str]:
    """Yield the lines of the net of degrees, and their degrees outside the frame."""
    for vertical in (True, False):
        for degrees, points in _net(window, plane, vertical=vertical):
            inside = _within(points, window)
            if len(inside) < 2:  # noqa: PLR2004 - a line has two ends
                continue
            yield line(map(tuple, inside), 0.08, "#5577aa")
            yield from _degrees(window, inside, degrees, language, vertical=vertical)
    frame = window.frame
    yield rectangle(frame.left, frame.top, frame.width, frame.height, line_width=0.35)


def _net(window: Window, plane: CRS, *, vertical: bool) -> Iterator[tuple[float, Floats]]:
    """Yield meridians or parallels: degrees, and points along them on paper."""
    frame, (x, y) = window.frame, window.centre
    half = np.array([frame.width, frame.height]) * window.scale / 2000
    edge = np.linspace(-1, 1, 9)
    around = np.vstack([
        *(np.column_stack([edge, np.full(9, s)]) for s in (-1, 1)),
        *(np.column_stack([np.full(9, s), edge]) for s in (-1, 1)),
    ])  # fmt: skip
    lon, lat = transformer(plane, WGS84).transform(*(around * half + (x, y)).T)
    main, other = (lon, lat) if vertical else (lat, lon)
    side = frame.width if vertical else frame.height
    across = 60 * float(np.ptp(main))
    step = next((m for m in _MINUTES if across / m <= max(side / _APART, 1)), _MINUTES[-1])
    reach = np.linspace(other.min() - 0.1, other.max() + 0.1, 200)
    for k in range(int(np.ceil(60 * main.min() / step)), int(60 * main.max() / step) + 1):
        degrees = k * step / 60
        same = np.full_like(reach, degrees)
        pair = (same, reach) if vertical else (reach, same)
        xy = np.column_stack(transformer(WGS84, plane).transform(*pair))
        yield degrees, window.on_paper(xy)


def _within(points: Floats, window: Window) -> Floats:
    """Return what of a line is within the frame, its ends on the frame."""
    import shapely  # noqa: PLC0415

    frame = window.frame
    cut = shapely.clip_by_rect(
        shapely.LineString(points), frame.left, frame.top, frame.right, frame.bottom
    )
    return np.asarray(shapely.get_coordinates(cut))


def _degrees(
    window: Window, inside: Floats, degrees: float, language: Language, *, vertical: bool
) -> Iterator[str]:
    frame = window.frame
    words = degrees_text(degrees, language, vertical=vertical)
    for x, y in (inside[0], inside[-1]):
        if vertical and abs(y - frame.top) < 0.1:  # noqa: PLR2004 - millimetres
            yield text(x, frame.top - 0.9, words, _SMALL, anchor="middle")
        elif vertical and abs(y - frame.bottom) < 0.1:  # noqa: PLR2004
            yield text(x, frame.bottom + 2.6, words, _SMALL, anchor="middle")
        elif not vertical and abs(x - frame.left) < 0.1:  # noqa: PLR2004
            yield text(frame.left - 0.9, y, words, _SMALL, anchor="middle", turn=-90)
        elif not vertical and abs(x - frame.right) < 0.1:  # noqa: PLR2004
            yield text(frame.right + 2.6, y, words, _SMALL, anchor="middle", turn=-90)


def degrees_text(degrees: float, language: Language, *, vertical: bool) -> str:
    """Return ``106°30′Đ`` or ``106°30′E``."""
    minutes = round(abs(degrees) * 60)
    sides = ("west", "east") if vertical else ("south", "north")
    side = say(f"dossier.{sides[degrees >= 0]}", language)
    return f"{minutes // 60}°{minutes % 60:02}′{side}"


def scale_bar(x: float, y: float, scale: float, language: Language) -> Iterator[str]:
    """Yield a bar of a round length with its figures, and the scale in figures above it."""
    longest = _BAR * scale / 1000
    power = 10.0 ** np.floor(np.log10(longest))
    metres = max(m * power for m in _NICE if m * power <= longest)
    width, unit, by = metres * 1000 / scale, *(("km", _KM) if metres >= _KM else ("m", 1.0))
    yield text(x, y, f"{say('dossier.scale', language)} 1:{number(scale, language)}", 3.2,
               weight="bold")  # fmt: skip
    for k in range(4):
        fill = "#111" if k % 2 == 0 else "#fff"
        yield rectangle(x + k * width / 4, y + 1.6, width / 4, 1.2, fill=fill)
    for part in (0.0, 0.5, 1.0):
        value = metres * part / by
        digits = 0 if value == int(value) else 1
        words = number(value, language, digits) + (f" {unit}" if part == 1.0 else "")
        yield text(x + part * width, y + 5.4, words, _SMALL,
                   anchor="middle" if part else "start")  # fmt: skip


def north_arrow(x: float, y: float, language: Language) -> Iterator[str]:
    """Yield an arrow to the north; the map's own plane has it straight up in its middle."""
    yield f'<path d="M{x} {y}l2.2 8l-2.2 -1.6l-2.2 1.6Z" fill="#111"/>'
    yield text(x, y - 0.8, say("dossier.north", language), 3, anchor="middle", weight="bold")


def legend(x: float, y: float, signs: Sequence[Sign], width: float) -> Iterator[str]:
    """Yield the signs with their meaning, column by column, in as few rows as a width allows."""
    step, rows = next(way for way in _ROWS if way == _ROWS[-1] or _extent(signs, way[1]) <= width)
    for left, group in _columns(signs, rows):
        for row, sign in enumerate(group):
            yield from sign_with_words(x + left, y + row * step, sign)


def _extent(signs: Sequence[Sign], rows: int) -> float:
    """Return how wide a legend of so many rows is, in millimetres."""
    return max((left + 8 + max(text_width(sign.meaning, _WORDS) for sign in group)
                for left, group in _columns(signs, rows)), default=0.0)  # fmt: skip


def _columns(signs: Sequence[Sign], rows: int) -> Iterator[tuple[float, Sequence[Sign]]]:
    """Yield columns of so many signs, each with its place from the left."""
    left = 0.0
    for k in range(0, len(signs), rows):
        group = signs[k : k + rows]
        yield left, group
        left += 10 + max(text_width(sign.meaning, _WORDS) for sign in group)


def sign_with_words(x: float, y: float, sign: Sign) -> Iterator[str]:
    """Yield a sign with its meaning beside it."""
    yield from _sign(x, y, sign)
    yield text(x + 8, y + 2.4, sign.meaning, _WORDS)


def _sign(x: float, y: float, sign: Sign) -> Iterator[str]:
    if sign.kind == "area":
        yield rectangle(x, y, 6, 3, fill=sign.colour, line_width=sign.width)
    elif sign.kind == "line":
        yield line([(x, y + 1.5), (x + 6, y + 1.5)], sign.width, sign.colour)
    elif sign.kind == "seat":
        yield seat_sign(x + 3, y + 1.5)
    elif sign.kind == "office":
        yield office_sign(x + 3, y + 1.5, sign.colour)
    elif sign.kind == "node":
        yield node_sign(x + 3, y + 1.5)
    elif sign.kind == "point":
        yield point_sign(x + 3, y + 1.5)


def seat_sign(x: float, y: float) -> str:
    """Return the sign of a seat: a ring with a point."""
    return (
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="0.9" fill="#fff" stroke="#b00020" '
        f'stroke-width="0.35"/><circle cx="{x:.2f}" cy="{y:.2f}" r="0.35" fill="#b00020"/>'
    )


def office_sign(x: float, y: float, colour: str) -> str:
    """Return the sign of an office: a square."""
    return rectangle(x - 0.6, y - 0.6, 1.2, 1.2, fill=colour, stroke="#fff", line_width=0.12)


def node_sign(x: float, y: float) -> str:
    """Return the sign of a node of borders: a ring."""
    return (
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="0.8" fill="#fff" stroke="#111" stroke-width="0.35"/>'
    )


def point_sign(x: float, y: float) -> str:
    """Return the sign of a characteristic point: a point."""
    return f'<circle cx="{x:.2f}" cy="{y:.2f}" r="0.35" fill="#111"/>'
