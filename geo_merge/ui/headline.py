"""The figures that everybody asks for first, and what the page shows."""

from __future__ import annotations

import streamlit as st

from geo_merge.merging.result import MergeResult
from geo_merge.texts import LANGUAGES, Language, change
from geo_merge.ui import state, store
from geo_merge.ui.state import Key, figure, t
from geo_merge.ui.tables import plain

_GROUPS = 4  # former provinces, shown
_NAMES: dict[Language, str] = {"vi": "Tiếng Việt", "en": "English"}


def top() -> None:
    """Show what the page is of, and the switch of the language."""
    loaded = store.current()
    # Streamlit leaves room for a title that the map needs.
    st.html("<style>.stMainBlockContainer {padding-top: 4.5rem; padding-bottom: 2rem}</style>")
    left, right = st.columns([3, 1], vertical_alignment="center")
    with left:
        if store.is_sample(loaded):
            st.markdown(f"**geo_merge** · {t('ui.sample')}")
        else:
            st.markdown(f"**geo_merge** · {plain(t('ui.shows', title=loaded.title))}")
        if loaded.result.has_errors:
            errors = t("ui.errors_stand", count=figure(loaded.result.errors))
            st.badge(errors, icon=":material/error:", color="red")
        if loaded.result.schematic:
            st.badge(t("map.schematic"), icon=":material/draw:", color="orange")
    with right:
        st.segmented_control(
            t("ui.language"), LANGUAGES, format_func=lambda code: _NAMES[code],
            default=state.language(), key="language_switch", label_visibility="collapsed",
            on_change=_switch,
        )  # fmt: skip


def _switch() -> None:
    chosen = st.session_state["language_switch"]
    if chosen:
        st.session_state[Key.LANGUAGE] = chosen
        state.write_address()


def figures(result: MergeResult) -> None:
    """Show counts before and after: all, by former province, districts if known; area, people."""
    summary = result.summary
    before, after = summary["before"], summary["after"]
    cells = [(t("ui.all_units"), before["count"], after["count"])]
    cells += [(g["name"], g["before"], g["after"]) for g in summary["groups"][:_GROUPS]]
    if before["districts"] and "districts" in after:
        cells.append((t("ui.districts"), before["districts"], after["districts"]))
    with st.container(horizontal=True):
        for name, was, now in cells:
            _metric(name, f"{figure(was)} → {figure(now)}", was, now)
        _metric(t("map.area"), figure(after["area_km2"], 2, "km²"), before["area_km2"],
                after["area_km2"])  # fmt: skip
        if "population" in before and "population" in after:
            _metric(t("map.population"), figure(after["population"]), before["population"],
                    after["population"])  # fmt: skip


def _metric(name: str, value: str, was: float, now: float) -> None:
    st.metric(plain(name), value, change(was, now, state.language()) or None, delta_color="off",
              delta_arrow="off", border=True)  # fmt: skip
