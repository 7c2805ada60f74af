"""The small map of one place before and after a repair, as a component of the page."""

from __future__ import annotations

from typing import Any

import streamlit as st

from geo_merge.maps.assets import PLACE_SCRIPTS, leaflet_sources, web_file
from geo_merge.ui import state
from geo_merge.ui.state import t

_WORDS = ("before", "after", "zoom_in", "zoom_out")


def _component() -> Any:  # noqa: ANN401 - Streamlit's renderer
    script, style = leaflet_sources()
    return st.components.v2.component(
        "geo_merge_place",
        html='<div class="gm-place-host"></div>',
        css="\n".join((style, web_file("before_after.css"), web_file("place.css"))),
        js="\n".join((script, *map(web_file, PLACE_SCRIPTS), web_file("place_component.js"))),
        isolate_styles=True,
    )


_RENDER = _component()


def show(place: dict[str, Any], *, key: str, name: str) -> None:
    """Draw the map of a place; see `maps.place.place_of`.

    Parameters
    ----------
    place
        What it shows.
    key
        Key of the component.
    name
        What tells this place from others.
    """
    words = {word: t(f"map.{word}") for word in _WORDS}
    words |= {"language": state.language(), "place": t("work.place_help")}
    _RENDER(key=key, data={"key": f"{name} {words['language']}", "place": place, "words": words})
