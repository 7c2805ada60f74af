"""The map, which has the page to itself: what is chosen on it opens a panel over it."""

from __future__ import annotations

import streamlit as st

from geo_merge.ui import before_after, headline, state
from geo_merge.ui.state import t
from geo_merge.ui.store import Loaded, current
from geo_merge.ui.tables import plain
from geo_merge.vocabulary.part_of import unit_codes

# Streamlit leaves room for a title and margins that the map needs.
_STYLE = """<style>
.stMainBlockContainer {padding: 3.6rem .4rem 0; max-width: none}
.stMainBlockContainer > .stVerticalBlock, .stMain .stVerticalBlock {gap: .2rem}
</style>"""


def show() -> None:
    """Draw the page."""
    loaded = current()
    st.html(_STYLE)
    headline.figures(loaded.result)
    chosen = state.selected()
    if chosen and not _is_known(loaded, chosen["side"], chosen["code"]):
        st.warning(plain(t("ui.no_such_unit", code=chosen["code"])), icon=":material/link_off:")
        state.select(None)
    before_after.remember()
    _map(loaded)


@st.fragment
def _map(loaded: Loaded) -> None:
    before_after.show(loaded, key="map", alone=True)


def _is_known(loaded: Loaded, side: str, code: str) -> bool:
    """Tell whether the data has a unit: a link may be of other data."""
    result = loaded.result
    if side == "after":
        return code in result.new.index
    return code in result.old.index or code in set(unit_codes(result.old))
