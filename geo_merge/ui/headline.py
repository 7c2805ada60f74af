"""The figures that everybody asks for first, and what the page shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

import streamlit as st

from geo_merge.texts import LANGUAGES, Language, change
from geo_merge.ui import state, store, streamlit_words
from geo_merge.ui.state import Key, figure, t
from geo_merge.ui.tables import plain

_STYLE = """<style>
.stMainBlockContainer {padding-top: 4.2rem; padding-bottom: 2rem}
.st-key-top {flex-wrap: nowrap !important; gap: .6rem !important; min-height: 2.2rem}
.st-key-top > * {min-width: 0; flex-shrink: 1 !important}
.st-key-top > :last-child {flex-shrink: 0 !important; margin-left: auto}
.st-key-top > :has(.st-key-top_errors) {flex-shrink: 0 !important}  /* 1,716 is not 1,71… */
.st-key-top p, .st-key-top .stMarkdownBadge {
  margin: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 100%}
@media (max-width: 640px) {
  .st-key-top {flex-wrap: wrap !important; gap: .2rem .6rem !important}
  .st-key-top > :first-child {flex: 1 1 0 !important}
  .st-key-top > :last-child {order: 1}
  .st-key-top > :not(:first-child):not(:last-child) {order: 2; flex: 1 1 100% !important}
  .st-key-top [data-testid=stMarkdownContainer] {margin-bottom: 0; font-size: .85rem}
  .st-key-top p, .st-key-top .stMarkdownBadge {white-space: normal}
}
.stApp :is([data-testid=stTopNavLink], [data-testid=stElementToolbarButtonIcon],
  [data-testid=stElementToolbar] button):focus-visible {
  outline: 2px solid currentColor; outline-offset: 1px}
[data-testid=stFileUploaderDropzoneInstructions] span {white-space: normal !important}
@media (prefers-color-scheme: dark) {
  [data-testid=stBaseButton-primary]:enabled,
  [data-testid=stBaseButton-primaryFormSubmit]:enabled {color: #10151a}
}
/* A map is at work while the server is: it does not fade. */
.stElementContainer:is(.st-key-map, .st-key-checks_map, .st-key-plan_map)[data-stale=true] {
  opacity: 1 !important}
.gm-strip {display: flex; gap: clamp(.6rem, 1.2vw, 1.1rem); overflow-x: auto;
  white-space: nowrap; font-size: .9rem; line-height: 1.5; padding: 0 .4rem .2rem;
  font-variant-numeric: tabular-nums; scrollbar-width: thin}
.gm-strip b {font-weight: 500; opacity: .8}
.gm-strip small {opacity: .8}
</style>"""
_GROUPS = 4  # former provinces that are shown; of more, some would stand for none
_NAMES: dict[Language, str] = {"vi": "Tiếng Việt", "en": "English"}


def top(*, of_result: bool = True) -> None:
    """Show what the page is of, the result on show or plans, and the switch of the language."""
    loaded = store.current()
    st.html(_STYLE)
    streamlit_words.show(state.language())
    with st.container(key="top", horizontal=True, vertical_alignment="center"):
        if of_result:
            _of_result(loaded)
        else:
            st.markdown(f"**geo_merge** · {t('planning.title')}")
        st.segmented_control(
            t("ui.language"), LANGUAGES, format_func=lambda code: _NAMES[code],
            default=state.language(), key="language_switch", label_visibility="collapsed",
            on_change=_switch, width="content", required=True,
        )  # fmt: skip


def _of_result(loaded: store.Loaded) -> None:
    # Badges have no icons: Streamlit calls them in English.
    if store.is_sample(loaded):
        st.markdown(f"**geo_merge** · {t('ui.sample')}")
    else:
        st.markdown(f"**geo_merge** · {plain(t('ui.shows', title=loaded.called))}")
    if loaded.errors:
        errors = t("ui.errors_stand", count=figure(loaded.errors))
        with st.container(key="top_errors", width="content"):
            st.badge(errors, color="red", width="content")
    if loaded.is_drawn("schematic"):
        st.badge(t("map.schematic"), color="orange")
    if loaded.is_drawn("approximate"):
        st.badge(t("map.approximate"), color="orange")


def _switch() -> None:
    """Change the language; what was chosen in lists stays.

    Streamlit knows a choice by its label, and takes one of the other language for a new value.
    """
    session = st.session_state
    session[Key.LANGUAGE] = session["language_switch"]
    for key, value in session.to_dict().items():
        if isinstance(value, str) or (isinstance(value, list) and _are_texts(value)):
            session[key] = value
    state.write_address()


def _are_texts(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(value, str) for value in values)


def figures(summary: Mapping[str, Any]) -> None:
    """Show counts before and after: all, by few former provinces, districts; area, people."""
    cells = "".join(
        f"<span><b>{escape(name)}</b> {escape(value)} <small>{escape(changed)}</small></span>"
        for name, value, changed in counted(summary)
    )
    st.html(f'<div class="gm-strip" role="group" tabindex="0" '
            f'aria-label="{escape(t("ui.headline"))}">{cells}</div>')  # fmt: skip


def counted(summary: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield the figures of the headline: name, figure, and by how much it changed."""
    before, after = summary["before"], summary["after"]
    counts = [(t("ui.all_units"), before["count"], after["count"])]
    if "kept" in summary:
        changed = summary["changed"]
        counts.append((t("ui.changed"), changed["before"], changed["after"]))
    if len(summary["groups"]) <= _GROUPS:
        counts += [(g["name"], g["before"], g["after"]) for g in summary["groups"]]
    if before["districts"] and "districts" in after:
        counts.append((t("ui.districts"), before["districts"], after["districts"]))
    for name, was, now in counts:
        yield name, f"{figure(was)} → {figure(now)}", change(was, now, state.language())
    if "kept" in summary:
        yield t("ui.kept"), figure(summary["kept"]), ""
    yield (t("map.area"), figure(after["area_km2"], 2, "km²"),
           change(before["area_km2"], after["area_km2"], state.language()))  # fmt: skip
    if "population" in before and "population" in after:
        year = summary.get("population_year") or ""
        people = t("map.population")
        yield (f"{people} {year}".strip(), figure(after["population"]),
               change(before["population"], after["population"], state.language()))  # fmt: skip
