"""The before-and-after map as a page: made by folium, one file, without internet."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import folium
from branca.element import Element, Figure, MacroElement

from geo_merge.maps.assets import behaviour, leaflet_assets, web_file
from geo_merge.maps.display import Standards, display
from geo_merge.maps.embedded import embedded
from geo_merge.merging.result import MergeResult
from geo_merge.texts import LANGUAGES, Language

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
    for data in embedded(shown, language):
        figure.html.add_child(_Text(data))
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


def _number(element: Element, numbers: Iterator[int]) -> None:
    """Give elements ids in their order instead of random ones."""
    element._id = f"{next(numbers):x}"  # noqa: SLF001 - branca has no other way
    for child in list(element._children.values()):  # noqa: SLF001
        _number(child, numbers)


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
