"""The map, which has the page to itself: what is chosen on it opens a panel over it."""

from __future__ import annotations

import streamlit as st

from geo_merge.ui import before_after, headline, state
from geo_merge.ui.state import t
from geo_merge.ui.store import Loaded, current
from geo_merge.ui.tables import plain

# Streamlit leaves room for a title and margins that the map needs.
_STYLE = """<style>
.stMainBlockContainer {padding: 3.6rem .4rem 0; max-width: none}
.stMainBlockContainer > .stVerticalBlock, .stMain .stVerticalBlock {gap: .2rem}
@media print {
  .stMainBlockContainer {padding-top: .4rem}
  .st-key-top {flex-wrap: wrap !important}
  .st-key-top > :last-child {display: none}
  .st-key-top p, .st-key-top .stMarkdownBadge {white-space: normal}
}
</style>"""


def show() -> None:
    """Draw the page."""
    loaded = current()
    st.html(_STYLE)
    headline.figures(loaded.summary)
    chosen = state.selected()
    if chosen and not loaded.display.has(chosen["side"], chosen["code"]):
        st.warning(plain(t("ui.no_such_unit", code=chosen["code"])), icon=":material/link_off:")
        state.select(None)
    before_after.remember()
    _map(loaded)
    loaded.read_ahead()


def lead() -> None:
    """Go to the map from the address that bears its name."""
    st.switch_page(state.page(state.MAP))


@st.fragment
def _map(loaded: Loaded) -> None:
    before_after.show(loaded, key="map", alone=True)
