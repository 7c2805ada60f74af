"""The before-and-after map as a page: made by folium, one file, without internet."""

from __future__ import annotations

import base64
import itertools
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import folium
import orjson
from branca.element import Element, Figure, MacroElement
from xstatic.pkg import leaflet

from geo_merge.maps.display import Display, Standards, display, literal
from geo_merge.merging.result import MergeResult
from geo_merge.texts import LANGUAGES, Language

_WEB = Path(__file__).parent / "web"
# The scripts of the map, each after those that it uses.
SCRIPTS = (
    "borders.js", "words.js", "geodesy.js", "classes.js", "standards.js", "search.js",
    "placing.js", "walking.js", "store.js", "dom.js", "frame.js", "address.js", "side.js",
    "labels.js", "linked.js", "covering.js", "fitting.js", "legend.js", "themes.js",
    "search_box.js", "bar.js", "card.js", "curtain.js", "pointer.js", "keyboard.js", "findings.js",
    "measure.js", "printing.js", "telling.js", "maps.js", "before_after.js",
)  # fmt: skip
# Those of the small map of one place.
PLACE_SCRIPTS = ("words.js", "dom.js", "linked.js", "place.js")
ICON = _WEB / "icon.svg"
ZOOM_SNAP = 0.01  # of a zoom: the layer fills the window that it has


def before_after_map(
    result: MergeResult, *, language: Language | None = None, standards: Standards = ()
) -> Figure:
    """Draw old and new units on one page: two maps that move together, a curtain, or an overlay.

    Old units have the colour of the new unit that they joined. A click on a unit shows what it
    was made of or became; the page searches, colours by figures, and changes its language. It
    holds everything that it needs, and opens without internet.

    Parameters
    ----------
    result
        What `merge` returned.
    language
        ``vi`` or ``en``: what the page opens in where the browser asks for neither; by default
        that of the country if it is known, else English.
    standards
        What standards ask of units, for classes at their thresholds; see `display.Standards`.

    Returns
    -------
    branca.element.Figure
        ``save(path)`` writes the page.
    """
    shown = display(result, standards)
    language = language or _of_the_country(result)
    figure = Figure(title="geo_merge")
    pane = folium.Map(
        tiles=None, prefer_canvas=True, zoom_snap=ZOOM_SNAP, attribution_control=False
    )
    script, style = leaflet_assets()
    pane.default_js = [("leaflet", script)]
    pane.default_css = [("leaflet_css", style)]
    _BeforeAfter().add_to(pane)
    figure.add_child(pane)
    figure.html.add_child(_Text(_PAGE % language))
    settings = literal({**shown.settings, "language": language})
    for name, content in (("geometry", shown.geometry.replace("<", "\\u003c")),
                          ("detail", shown.detail), ("settings", settings)):  # fmt: skip
        figure.html.add_child(_Text(f"{_DATA % name}{content}{_END}"))
    figure.header.add_child(_Text(f"<style>{web_file('before_after.css')}</style>"))
    _number(figure, itertools.count(1))
    return figure


def _of_the_country(result: MergeResult) -> Language:
    own = result.provenance.get("language")
    return next((language for language in LANGUAGES if language == own), "en")


def map_html(
    result: MergeResult, *, language: Language | None = None, standards: Standards = ()
) -> str:
    """Return the page of `before_after_map`; the same result gives the same bytes."""
    return str(before_after_map(result, language=language, standards=standards).render())


def display_in(page: str) -> Display | None:
    """Return what a page of ours shows; None if its scripts are not those of today.

    The scripts know their data: what an earlier version wrote is not shown by those of another.
    """
    if behaviour() not in page:
        return None
    found = [page.partition(_DATA % name)[2].partition(_END)[0]
             for name in ("geometry", "detail", "settings")]  # fmt: skip
    geometry, detail, settings = found
    return Display(geometry, detail, orjson.loads(settings)) if all(found) else None


@cache
def web_file(name: str) -> str:
    """Return a script or style sheet of the package."""
    return (_WEB / name).read_text("utf-8")


@cache
def behaviour() -> str:
    """Return the script of the map, which the page and ``map.html`` share."""
    return "\n".join(map(web_file, SCRIPTS))


@cache
def leaflet_assets() -> tuple[str, str]:
    """Return Leaflet's script and style sheet, images included, as data URIs."""
    script, style = leaflet_sources()
    return (
        f"data:text/javascript;base64,{base64.b64encode(script.encode()).decode()}",
        f"data:text/css;base64,{base64.b64encode(style.encode()).decode()}",
    )


@cache
def leaflet_sources() -> tuple[str, str]:
    """Return Leaflet's script and its style sheet with the images in it."""
    folder = Path(leaflet.BASE_DIR)

    def inline(match: re.Match[str]) -> str:
        image = base64.b64encode((folder / match.group(1)).read_bytes()).decode()
        return f"url(data:image/png;base64,{image})"

    style = (folder / "leaflet.css").read_text("utf-8")
    return (
        (folder / "leaflet.js").read_text("utf-8"),
        re.sub(r"url\((images/[\w.-]+)\)", inline, style),
    )


def _number(element: Element, numbers: Iterator[int]) -> None:
    """Give elements ids in their order instead of random ones."""
    element._id = f"{next(numbers):x}"  # noqa: SLF001 - branca has no other way
    for child in list(element._children.values()):  # noqa: SLF001
        _number(child, numbers)


_DATA, _END = '<script type="application/json" id="gm-%s">', "</script>"
# What folium leaves out of the page, or has otherwise: language, and room to zoom in.
_PAGE = """<script>
document.documentElement.className = "gm-page";
document.documentElement.lang = "%s";
document.querySelector("meta[name=viewport]").content = "width=device-width, initial-scale=1";
</script>"""


class _Text(Element):
    """A text that is written as it is: branca would read every text in it as a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401, ARG002 - branca's signature
        """Return the text."""
        return self.text


class _BeforeAfter(MacroElement):
    """The behaviour of the page: a script once the map has its name."""

    _script = """
%(behaviour)s
(function (map) {
  var data = function (name) {
    return JSON.parse(document.getElementById("gm-" + name).textContent);
  };
  var settings = data("settings"), address = geoMerge.inAddress(settings);
  document.documentElement.lang = address.state.language;
  geoMerge.page = geoMerge.mount(map, data("geometry"), settings,
    {languageSwitch: true, alone: true, state: address.state, onChange: address.onChange,
     detail: function () { return Promise.resolve(data("detail")); }});
})(%(map)s);
"""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "BeforeAfter"

    def render(self, **kwargs: Any) -> str:  # noqa: ANN401, ARG002 - branca's signature
        """Add the script to the page, and nothing here."""
        root: Any = self.get_root()
        parent: Any = self._parent
        script = self._script % {"behaviour": behaviour(), "map": parent.get_name()}
        root.script.add_child(_Text(script), name=self.get_name())
        return ""
