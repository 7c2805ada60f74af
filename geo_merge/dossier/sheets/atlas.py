"""The maps of a paper: the province before, after and both, and a sheet for each new unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_merge.dossier.content import Figure
from geo_merge.dossier.form import PAPERS, Paper
from geo_merge.dossier.sheets import around, margin
from geo_merge.dossier.sheets.around import Around
from geo_merge.dossier.sheets.labels import Wish, title_of, two_lines
from geo_merge.dossier.sheets.margin import Sign
from geo_merge.dossier.sheets.names import named, wishes_for
from geo_merge.dossier.sheets.svg import areas, drawing, fitting, text
from geo_merge.dossier.sheets.window import (
    Box,
    Window,
    in_plane,
    plane_of,
    round_scale,
    window_on,
)
from geo_merge.errors import UsageError
from geo_merge.geometry.projection import WGS84
from geo_merge.geometry.rings import Floats, Geometries
from geo_merge.maps.display import KEPT
from geo_merge.maps.thinning import thin
from geo_merge.merging.result import MergeResult
from geo_merge.texts import Language, number, say
from geo_merge.vocabulary.sentence import sentence
from geo_merge.vocabulary.shown import shown
from geo_merge.vocabulary.unit_words import called_of

Side = Literal["before", "after", "both"]
# Colours of areas: neighbours have different ones, and all of them are pale under black letters.
_PALETTE = ("#fbe3c5", "#d6e8c9", "#cfe0f1", "#f3d2d8", "#e4d8ee", "#f7f1b8", "#cdeae6", "#e6ddd0")
_OTHERS = "#f1f1ee"
# Millimetres above, around and below the frame, and of the heading above a map.
_TITLE, _DEGREES, _FOOT, _HEADING = 8.0, 4.0, 22.0, 15.0
_THINNED = 0.05  # millimetres of paper by which a border may be off
_NAME, _SMALL_NAME = 2.3, 2.0  # millimetres: letters of new and old units
_MEMBER, _AROUND = 2.6, 2.4  # millimetres: letters on the sheet of a unit
# Colours of offices by what becomes of them.
_OFFICES = {"kept": "#111111", "seat": "#0b5fa5", "freed": "#d1495b", "unknown": "#9a9a9a"}
_SHEET = 112.0  # millimetres: height of the map on the sheet of a unit
_NEW, _OLD, _DISTRICT = 0.45, 0.12, 0.3  # millimetres: width of borders


@dataclass(frozen=True)
class Atlas:
    """What maps of a result are drawn from.

    Attributes
    ----------
    result
        The result.
    language
        Of the words on the maps.
    date, source
        What stands below each map.
    neighbours
        Codes of the new units around each, by code.
    seats
        Degrees of the seat of each new unit that is known, by code.
    outside
        Units that lie around the land, if they are known; see `around.units_outside`.
    """

    result: MergeResult
    language: Language
    date: str
    source: str
    neighbours: Mapping[str, Sequence[str]]
    seats: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    outside: gpd.GeoDataFrame | None = None
    _thin: dict[tuple[str, float], Geometries] = field(default_factory=dict, repr=False)

    def t(self, key: str, **values: object) -> str:
        """Return a text in the language, units as they are called."""
        return say(key, self.language, called_of(self.result.summary.get("called")), **values)

    @cached_property
    def plane(self) -> CRS:
        """The plane of all its maps."""
        return plane_of(self.result.old)

    @cached_property
    def frames(self) -> dict[str, gpd.GeoDataFrame]:
        """Old and new units, districts before, and units outside if known, in the plane."""
        parents = self.result.parents
        districts = parents[(parents["level"] == "district") & (parents["when"] == "before")]
        outside = {} if self.outside is None else {"outside": self.outside}
        frames = {"old": self.result.old, "new": self.result.new, "district": districts, **outside}
        return {
            name: gpd.GeoDataFrame(
                pd.DataFrame(frame.drop(columns="geometry")),
                geometry=in_plane(np.asarray(frame.geometry.values), frame.crs, self.plane),
                crs=self.plane,
            )
            for name, frame in frames.items()
        }

    @cached_property
    def colours(self) -> dict[str, str]:
        """A colour for each new unit, none of which its neighbours have; kept ones are pale."""
        chosen: dict[str, int] = {}
        for code in map(str, self.result.new.index):
            around = {chosen.get(other) for other in self.neighbours.get(code, ())}
            free = [k for k in range(len(_PALETTE)) if k not in around]
            chosen[code] = min(free or range(len(_PALETTE)),
                               key=lambda k: list(chosen.values()).count(k))  # fmt: skip
        return {code: _PALETTE[k] for code, k in chosen.items()} | dict.fromkeys(self.kept, KEPT)

    @cached_property
    def kept(self) -> list[str]:
        """Codes of the new units that stay as they were, as a reform of a part leaves them."""
        new = self.result.new
        return [str(code) for code in new.index[new["kept"].astype(bool)]] if "kept" in new else []

    @property
    def kept_sign(self) -> list[Sign]:
        """What their colour means, where there are any."""
        count = number(len(self.kept), self.language)
        told = self.t("map.kept", count=count)
        return [Sign("area", KEPT, told)] if self.kept else []

    @property
    def outside_sign(self) -> list[Sign]:
        """What the colour of units outside means, if they are known."""
        told = self.t("dossier.legend_outside")
        return [] if self.outside is None else [Sign("area", around.FILL, told)]

    def thinned(self, name: str, scale: float) -> Geometries:
        """Return polygons with the vertices that a scale can show."""
        key = (name, scale)
        if key not in self._thin:
            shapes = np.asarray(self.frames[name].geometry.values)
            self._thin[key] = thin(shapes, _THINNED * scale / 1000) if len(shapes) else shapes
        return self._thin[key]

    def around(self, window: Window, land: Geometries) -> Around:
        """Return the units outside as a window shows them, beside a land that it shows so."""
        if self.outside is None:
            return Around("", [], [])
        layer = self.frames["outside"]
        # A sheet of one unit shows a few of perhaps thousands.
        seen = layer.iloc[np.sort(layer.sindex.query(window.land))]
        shapes = np.asarray(seen.geometry.values)
        if len(seen):
            shapes = window.drawn(thin(shapes, _THINNED * window.scale / 1000))
        return around.on_map(seen, shapes, around.outline(land))

    def seat_places(self, window: Window, codes: Sequence[str]) -> Floats:
        """Return the seats of units on paper, as far as they are known and in the frame."""
        lonlat = np.array([self.seats[c] for c in codes if c in self.seats]).reshape(-1, 2)
        points = in_plane(shapely.points(lonlat), "EPSG:4326", self.plane)  # type: ignore[arg-type]
        xy = window.on_paper(shapely.get_coordinates(points))
        frame = window.frame
        inside = (xy[:, 0] > frame.left) & (xy[:, 0] < frame.right)
        inside &= (xy[:, 1] > frame.top) & (xy[:, 1] < frame.bottom)
        return np.asarray(xy[inside])


def paper_for(atlas: Atlas, scale: float | None, paper: Paper) -> Paper:
    """Return the paper of maps of the whole land: the given one, or the least that a scale needs.

    Raises
    ------
    UsageError
        If no paper is large enough.
    """
    bounds = atlas.frames["old"].total_bounds
    wide = bounds[2] - bounds[0] >= bounds[3] - bounds[1]
    if scale is None:
        return paper.across if wide else paper
    for size in PAPERS:
        for held in (size.across, size):
            if round_scale(bounds, _frame_on(*_room(held))) <= scale:
                return held
    needed = round_scale(bounds, _frame_on(*_room(PAPERS[-1].across if wide else PAPERS[-1])))
    raise UsageError(sentence("usage.scale", scale=scale, least=needed))


def map_of_all(atlas: Atlas, side: Side, paper: Paper, scale: float | None = None,
               below: float = 0.0) -> tuple[Figure, list[str]]:  # fmt: skip
    """Draw the whole land, and return the names for which it has no place.

    Parameters
    ----------
    atlas
        What to draw from.
    side
        Old units, new units, or new units with the borders of the old.
    paper
        As it is held.
    scale
        As 250,000; by default the largest round one that fits.
    below
        Millimetres of the page that are left below the map.
    """
    width, height = _room(paper)
    frame = _frame_on(width, height - below)
    window = window_on(atlas.frames["old"].total_bounds, frame, scale)
    parts = list(_land(atlas, window, side))
    taken: list[Box] = []
    if side != "before":
        for x, y in atlas.seat_places(window, list(map(str, atlas.result.new.index))):
            parts.append(margin.seat_sign(x, y))
            taken.append(Box(x - 1, y - 1, 2, 2))
    name, size = ("old", _SMALL_NAME) if side == "before" else ("new", _NAME)
    shapes = window.drawn(atlas.thinned(name, window.scale))
    names, wishes = wishes_for(atlas.frames[name], shapes, size)
    outside = atlas.around(window, shapes)
    labels, missed = named(names, wishes, outside, window, taken)
    title = atlas.t(f"dossier.map_{side}")
    signs = [*_legend(atlas, side), *(atlas.outside_sign if outside.svg else [])]
    return _sheet(atlas, window, title, [outside.svg, *parts, *labels], signs), missed


def map_of_offices(atlas: Atlas, offices: pd.DataFrame, paper: Paper) -> tuple[Figure, list[str]]:
    """Draw the offices that have a place on the new units, and return names without one.

    Parameters
    ----------
    atlas
        What to draw from.
    offices
        As `Offices.table` has them: ``status, lon, lat``.
    paper
        As it is held.
    """
    window = window_on(atlas.frames["old"].total_bounds, _frame_on(*_room(paper)))
    there = offices[offices["lon"].notna() & offices["lat"].notna()]
    rank = -there["status"].astype(str).map(list(_OFFICES).index)  # those that stay on top
    there = there.iloc[np.argsort(rank, kind="stable")]
    lonlat = there[["lon", "lat"]].to_numpy(float)
    points = in_plane(np.asarray(shapely.points(lonlat)), WGS84, atlas.plane)
    xy = window.on_paper(shapely.get_coordinates(points)).tolist()
    shapes = window.drawn(atlas.thinned("new", window.scale))
    parts = [areas(shapes, [_OTHERS] * len(shapes), "#111", _NEW)]
    parts += [margin.office_sign(x, y, _OFFICES[str(status)])
              for (x, y), status in zip(xy, there["status"], strict=True)]  # fmt: skip
    taken = [Box(x - 0.6, y - 0.6, 1.2, 1.2) for x, y in xy]
    names, wishes = wishes_for(atlas.frames["new"], shapes, _NAME)
    outside = atlas.around(window, shapes)
    labels, missed = named(names, wishes, outside, window, taken)
    signs = [Sign("office", colour, say(f"dossier.status_{status}", atlas.language))
             for status, colour in _OFFICES.items()]  # fmt: skip
    signs += [Sign("line", "#111", say("dossier.legend_new", atlas.language), _NEW * 1.5),
              Sign("text", "", say("dossier.legend_number", atlas.language)),
              *(atlas.outside_sign if outside.svg else [])]  # fmt: skip
    title = say("dossier.map_offices", atlas.language)
    return _sheet(atlas, window, title, [outside.svg, *parts, *labels], signs), missed


def map_of_unit(atlas: Atlas, code: str, width: float) -> tuple[Figure, list[str]]:
    """Draw the sheet of a new unit: its members, its neighbours, its seat."""
    row = atlas.frames["new"].index.get_loc(code)
    whole = np.asarray(atlas.frames["new"].geometry.values)[row]
    window = window_on(whole.bounds, _frame_on(width, _SHEET), margin=1.3)
    new = window.drawn(atlas.thinned("new", window.scale))
    parts = [areas(np.delete(new, row), [_OTHERS] * (len(new) - 1), "#555", 0.25)]
    members = np.flatnonzero(atlas.frames["old"]["new_code"] == code)
    old = window.drawn(atlas.thinned("old", window.scale)[members])
    fills = [_PALETTE[k % len(_PALETTE)] for k in range(len(members))]
    parts += [areas(old, fills, "#444", 0.2), areas(new[[row]], ["none"], "#111", 0.6)]
    taken = []
    for x, y in atlas.seat_places(window, [code]):
        parts.append(margin.seat_sign(x, y))
        taken.append(Box(x - 1, y - 1, 2, 2))
    titles = [shown(str(n)) for n in atlas.frames["old"]["name"].iloc[members]]
    wishes = [Wish(s, two_lines(n, _MEMBER)) for s, n in zip(old, titles, strict=True)]
    near, outside = _around(atlas, code, new), atlas.around(window, new)
    beyond = Around(outside.svg, [*near.names, *outside.names], [*near.wishes, *outside.wishes])
    labels, missed = named(titles, wishes, beyond, window, taken)
    title = title_of(atlas.result.new.loc[code])
    signs = [*_unit_legend(atlas, code), *(atlas.outside_sign if outside.svg else [])]
    return _sheet(atlas, window, title, [outside.svg, *parts, *labels], signs), missed


def _around(atlas: Atlas, code: str, new: Geometries) -> Around:
    """Return names of the new units around one: its neighbours for sure, others where they fit."""
    near = set(atlas.neighbours.get(code, ()))
    index = list(map(str, atlas.result.new.index))
    seen = [k for k, shape in enumerate(new) if not shape.is_empty and index[k] != code]
    seen.sort(key=lambda k: (index[k] not in near, -shapely.area(new[k])))
    names = [title_of(atlas.result.new.iloc[k]) for k in seen]
    wishes = [Wish(new[k], two_lines(name, _AROUND), led=index[k] in near)
              for k, name in zip(seen, names, strict=True)]  # fmt: skip
    return Around("", names, wishes)


def _room(paper: Paper) -> tuple[float, float]:
    """Return width and height of a map that fills a page below its heading."""
    width, height = paper.inner
    return width, height - _HEADING


def _frame_on(width: float, height: float) -> Box:
    """Return the frame of a map of so many millimetres."""
    return Box(_DEGREES, _TITLE + _DEGREES, width - 2 * _DEGREES,
               height - _TITLE - 2 * _DEGREES - _FOOT)  # fmt: skip


def _land(atlas: Atlas, window: Window, side: Side) -> Iterator[str]:
    """Yield areas and borders."""
    new_codes = list(map(str, atlas.result.new.index))
    if side in ("before", "both"):
        old = window.drawn(atlas.thinned("old", window.scale))
        codes = atlas.frames["old"]["new_code"].astype(str)
        yield areas(old, [atlas.colours.get(c, _OTHERS) for c in codes], "#555", _OLD)
    if side == "before":
        districts = window.drawn(atlas.thinned("district", window.scale))
        yield areas(districts, ["none"] * len(districts), "#222", _DISTRICT)
    else:
        new = window.drawn(atlas.thinned("new", window.scale))
        fills = ["none"] * len(new) if side == "both" else [atlas.colours[c] for c in new_codes]
        yield areas(new, fills, "#111", _NEW)


def _legend(atlas: Atlas, side: Side) -> list[Sign]:
    words = {name: atlas.t(f"dossier.legend_{name}")
             for name in ("new", "old", "district", "seat", "colour", "number")}  # fmt: skip
    signs = [Sign("area", _PALETTE[0], words["colour"]), *atlas.kept_sign]
    number_sign = Sign("text", "", words["number"])
    if side == "before":
        signs += [Sign("line", "#555", words["old"], _OLD * 2)]
        if len(atlas.frames["district"]):
            signs += [Sign("line", "#222", words["district"], _DISTRICT * 2)]
        return [*signs, number_sign]
    signs += [Sign("line", "#111", words["new"], _NEW * 1.5)]
    if side == "both":
        signs += [Sign("line", "#555", words["old"], _OLD * 2)]
    seats = [Sign("seat", "", words["seat"])] if atlas.seats else []
    return [*signs, *seats, number_sign]


def _unit_legend(atlas: Atlas, code: str) -> list[Sign]:
    names = {"member": ("area", _PALETTE[0]), "new": ("line", "#111"), "around": ("area", _OTHERS)}
    signs = [Sign(kind, colour, atlas.t(f"dossier.legend_{name}"), 0.5)
             for name, (kind, colour) in names.items()]  # fmt: skip
    seat = Sign("seat", "", atlas.t("dossier.legend_seat"))
    return [*signs, *([seat] if code in atlas.seats else [])]


def _sheet(
    atlas: Atlas, window: Window, title: str, parts: Sequence[str], signs: Sequence[Sign]
) -> Figure:
    """Put title, frame, degrees, legend, scale and notes around what was drawn."""
    frame, language = window.frame, atlas.language
    width, height = frame.right + _DEGREES, frame.bottom + _DEGREES + _FOOT
    below = frame.bottom + _DEGREES + 3.5
    scaled = f"{title} – {say('dossier.scale', language)} 1:{number(window.scale, language)}"
    around = [
        text(width / 2, 5, title, 4.2, anchor="middle", weight="bold"),
        *margin.graticule(window, atlas.plane, language),
        *margin.scale_bar(frame.left, below, window.scale, language),
        *margin.legend(frame.left + 62, below - 3, signs, frame.width - 80),
        *margin.north_arrow(frame.right - 4, below - 1, language),
        text(frame.left, height - 4.2, atlas.source, fitting(atlas.source, 2.3, frame.width)),
        text(frame.left, height - 1.0, say("dossier.sketch", language), 2.5, style="italic"),
        text(frame.right, height - 1.0, atlas.date, 2.3, anchor="end"),
    ]
    return Figure(drawing(width, height, scaled, [*parts, *around]), width, height, scaled)
