"""A sheet of paper with the map as it is looked at: side, theme, place, and all that it needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from geo_merge.dossier.content import Figure
from geo_merge.dossier.form import A4, Paper
from geo_merge.dossier.sheets import margin
from geo_merge.dossier.sheets.around import outline
from geo_merge.dossier.sheets.atlas import Atlas, Side
from geo_merge.dossier.sheets.margin import Sign
from geo_merge.dossier.sheets.names import named, wishes_for
from geo_merge.dossier.sheets.svg import areas, drawing, fitting, text, text_width
from geo_merge.dossier.sheets.window import Box, Window, in_plane, window_on
from geo_merge.errors import UsageError
from geo_merge.geometry.projection import WGS84
from geo_merge.maps.classes import classified, figures_of
from geo_merge.maps.display import KEPT, units_shown
from geo_merge.maps.themes import subject, themes
from geo_merge.texts import number
from geo_merge.vocabulary.sentence import sentence
from geo_merge.vocabulary.shown import shown

# Millimetres: white around everything, room for the title, degrees, what is below, a line of it.
_WHITE, _TITLE, _DEGREES, _FOOT, _LINE = 8.0, 10.0, 4.0, 21.0, 4.6
_LETTERS, _NAMES = 2.5, {"new": 2.3, "old": 1.8}
_BORDERS = {"new": ("#111", 0.35), "old": ("#555", 0.12)}
_NAMED_PROVINCES = 3  # in the title
_SIDES: dict[Side, str] = {"before": "old", "after": "new", "both": "new"}


@dataclass(frozen=True)
class View:
    """What is looked at, and the paper that it goes to.

    Attributes
    ----------
    side
        Old units, new units, or new units with the borders of the old.
    theme, method, basis
        What units are coloured by, and how and of which side its classes are made, as on the map.
    centre
        Longitude and latitude in the middle; None for the whole land.
    scale
        As 250,000; by default the largest round one that fits the whole land.
    paper
        As it is held.
    title
        Of the sheet; what it shows by default.
    """

    side: Side = "after"
    theme: str = "units"
    method: str = "natural"
    basis: str = "own"
    centre: tuple[float, float] | None = None
    scale: float | None = None
    paper: Paper = A4
    title: str = ""


@dataclass(frozen=True)
class _Looks:
    """The colours of the units of a side, and what they mean."""

    fills: list[str]
    subject: str
    source: str
    signs: list[Sign]

    @property
    def heading(self) -> str:
        """What the figures are and where they are from: as the legend of the map."""
        return " · ".join(filter(None, (self.subject, self.source)))


def sheet_of(atlas: Atlas, view: View) -> tuple[Figure, list[str]]:
    """Draw a sheet of the size of its paper, and return the names for which it has no place.

    Raises
    ------
    UsageError
        If the result has no figures for the theme, or the land does not fit at the scale.
    """
    side = _SIDES[view.side]
    looks = _looks(atlas, view)
    signs = [*looks.signs, *atlas.outside_sign, *_lines(view, atlas)]
    lines = list(_flowing(signs, view.paper.width - 2 * (_WHITE + _DEGREES)))
    window = _window(atlas, view, len(lines) + bool(looks.heading))
    shapes = window.drawn(atlas.thinned(side, window.scale))
    outside = atlas.around(window, shapes)
    parts = [outside.svg, areas(shapes, looks.fills, *_BORDERS[side])]
    if view.side == "both":
        old = window.drawn(atlas.thinned("old", window.scale))
        parts.append(areas(old, ["none"] * len(old), *_BORDERS["old"]))
    names, wishes = wishes_for(atlas.frames[side], shapes, _NAMES[side], listed=False)
    if side == "new":  # old units are too many for lines across others
        land = outline(shapes)
        wishes = [replace(wish, led=True, beside=land) for wish in wishes]
    seen = [k for k, wish in enumerate(wishes) if not wish.shape.is_empty]
    labels, missed = named([names[k] for k in seen], [wishes[k] for k in seen], outside, window)
    notes = list(_notes(atlas, len(missed)))
    title = _title(view, looks.subject, atlas)
    margins = [*_above(atlas, view, window, title), *_legend(window, looks.heading, lines),
               *_foot(atlas, window, view.paper.height - _WHITE, notes)]  # fmt: skip
    figure = _figure(view, window, atlas, [*parts, *labels, *margins], title)
    return figure, missed


def _looks(atlas: Atlas, view: View) -> _Looks:
    """Return how the units of the side are filled, by the classes that the map has."""
    before, after = units_shown(atlas.result)
    known = {str(theme["id"]): theme for theme in themes(atlas.result, before, after)}
    if view.theme not in known:
        raise UsageError(sentence("usage.theme", theme=view.theme, themes=", ".join(known)))
    frame = before if view.side == "before" else after
    theme = known[view.theme]
    if "palette" not in theme:
        words = atlas.t(f"on_paper.colour_{_SIDES[view.side]}")
        fills = [str(c) if isinstance(c, str) else "#bdbdbd" for c in frame["colour"]]
        changed = next((fill for fill in fills if fill != KEPT), "#fff")
        return _Looks(fills, "", "", [Sign("area", changed, words), *atlas.kept_sign])
    drawn = "before" if view.side == "before" else "after"
    basis = drawn if view.basis == "own" else view.basis
    classes = classified(theme, before, after, method=view.method, basis=basis)
    fills = [classes.fill(value) for value in figures_of(frame, theme["field"])]
    signs = [Sign("area", colour, words) for colour, words in classes.rows(atlas.language)]
    source = theme.get("source", {}).get(atlas.language, "")
    return _Looks(fills, shown(subject(theme, atlas.t)), shown(source), signs)


def _lines(view: View, atlas: Atlas) -> list[Sign]:
    sides = ("old",) if view.side == "before" else ("new", "old")[: 1 + (view.side == "both")]
    return [
        Sign("line", _BORDERS[side][0], atlas.t(f"dossier.legend_{side}"),
             max(_BORDERS[side][1], 0.25))
        for side in sides
    ]  # fmt: skip


def _flowing(signs: Sequence[Sign], width: float) -> Iterator[list[tuple[float, Sign]]]:
    """Yield lines of signs, each with its place from the left, as many as fit side by side."""
    line: list[tuple[float, Sign]] = []
    x = 0.0
    for sign in signs:
        wide = 8 + text_width(sign.meaning, _LETTERS) + 4
        if line and x + wide > width:
            yield line
            line, x = [], 0.0
        line.append((x, sign))
        x += wide
    if line:
        yield line


def _window(atlas: Atlas, view: View, lines: int) -> Window:
    paper = view.paper
    height = paper.height - 2 * _WHITE - _TITLE - 2 * _DEGREES - _FOOT - lines * _LINE
    left = _WHITE + _DEGREES
    frame = Box(left, left + _TITLE, paper.width - 2 * left, height)
    bounds = tuple(map(float, atlas.frames["old"].total_bounds))
    whole = window_on(bounds, frame)  # type: ignore[arg-type]
    if view.centre is None and view.scale is not None and view.scale < whole.scale * (1 - 1e-9):
        fits = window_on(bounds, frame, margin=1.0).scale  # type: ignore[arg-type]
        if view.scale < fits * (1 - 1e-9):
            told = sentence("usage.sheet_scale", scale=view.scale, paper=paper.name, fits=fits)
            raise UsageError(told)
    scale = view.scale or whole.scale
    if view.centre is None:
        return Window(frame, whole.centre, scale)
    middle = in_plane(shapely.points([view.centre]), WGS84, atlas.plane)
    x, y = shapely.get_coordinates(middle)[0]
    return Window(frame, (float(x), float(y)), scale)


def _above(atlas: Atlas, view: View, window: Window, title: str) -> Iterator[str]:
    """Yield title and degrees."""
    yield text(view.paper.width / 2, _WHITE + 6, title, fitting(title, 5.0, window.frame.width),
               anchor="middle", weight="bold")  # fmt: skip
    yield from margin.graticule(window, atlas.plane, atlas.language)


def _legend(
    window: Window, heading: str, lines: Sequence[Sequence[tuple[float, Sign]]]
) -> Iterator[str]:
    """Yield what colours and lines mean, below the frame."""
    frame = window.frame
    below = frame.bottom + _DEGREES + 1.5
    if heading:
        yield text(frame.left, below + 2.4, heading, _LETTERS + 0.3, weight="bold")
        below += _LINE
    for line in lines:
        for x, sign in line:
            yield from margin.sign_with_words(frame.left + x, below, sign)
        below += _LINE


def _foot(atlas: Atlas, window: Window, foot: float, notes: Sequence[str]) -> Iterator[str]:
    """Yield scale, north, source, notes and date, in the lowest part of the paper."""
    frame, told = window.frame, " ".join(notes)
    yield from margin.scale_bar(frame.left, foot - 16.5, window.scale, atlas.language)
    yield from margin.north_arrow(frame.right - 4, foot - 16, atlas.language)
    yield text(frame.left, foot - 5.2, atlas.source, fitting(atlas.source, 2.3, frame.width))
    yield text(frame.left, foot - 1.2, told, fitting(told, 2.5, frame.width - 32), style="italic")
    yield text(frame.right, foot - 1.2, atlas.date, 2.3, anchor="end")


def _figure(view: View, window: Window, atlas: Atlas, parts: Sequence[str], title: str) -> Figure:
    width, height = view.paper.width, view.paper.height
    scale = f"{atlas.t('dossier.scale')} 1:{number(window.scale, atlas.language)}"
    title = f"{title} – {scale}"
    white = f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>'
    return Figure(drawing(width, height, title, [white, *parts]), width, height, title)


def _title(view: View, subject: str, atlas: Atlas) -> str:
    if view.title:
        return shown(view.title)
    side = atlas.t(f"on_paper.title_{view.side}")
    told = f"{side}: {subject}" if subject else side
    return " – ".join(filter(None, (_land(view, atlas), told)))


def _land(view: View, atlas: Atlas) -> str:
    """Return the provinces that a sheet is of; blank if none is known, or they are many."""
    parents = atlas.result.parents
    when = "before" if view.side == "before" else "after"
    names = parents.loc[(parents["level"] == "province") & (parents["when"] == when), "name"]
    known = [shown(str(name)) for name in dict.fromkeys(names) if name]
    return ", ".join(known) if len(known) <= _NAMED_PROVINCES else ""


def _notes(atlas: Atlas, unnamed: int) -> Iterator[str]:
    """Yield that lines are not official, that errors stand, and that names are left out."""
    result, language = atlas.result, atlas.language
    kind = "schematic" if result.schematic else "approximate" if result.approximate else ""
    yield atlas.t(f"map.{kind}" if kind else "dossier.sketch")
    if result.has_errors:
        yield atlas.t("on_paper.errors", count=number(result.errors, language))
    if unnamed:
        yield atlas.t("on_paper.unnamed", count=number(unnamed, language))


def view_on(
    longitude: float, latitude: float, zoom: float, paper: Paper, *, pixels: float = 640.0
) -> tuple[tuple[float, float], float]:
    """Return middle and scale of a sheet that shows what a window of so many pixels shows.

    Web maps have 256 pixels around the earth at zoom 0, and Mercator's scale.
    """
    around = 2 * np.pi * 6_378_137.0 * np.cos(np.radians(latitude))
    metres = pixels * around / 256 / 2**zoom
    across = (paper.width - 2 * (_WHITE + _DEGREES)) / 1000
    return (longitude, latitude), float(f"{metres / across:.2g}")
