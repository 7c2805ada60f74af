"""The map, and the chosen unit beside it."""

from __future__ import annotations

import streamlit as st

from geo_merge.ui import before_after, headline, unit_panel
from geo_merge.ui.store import Loaded, current


def show() -> None:
    """Draw the page."""
    loaded = current()
    headline.figures(loaded.result)
    before_after.remember()
    _map_and_unit(loaded)


@st.fragment
def _map_and_unit(loaded: Loaded) -> None:
    wide, narrow = st.columns([3, 1.15], gap="medium")
    with wide:
        before_after.show(loaded, key="map")
    with narrow:
        unit_panel.show(loaded.result)
