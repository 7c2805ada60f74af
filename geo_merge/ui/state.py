"""What a session remembers: its keys in one place, its language, and the link to it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.scriptrunner import get_script_run_ctx

from geo_merge.texts import Language, as_language, number, say
from geo_merge.wording.calling import UNITS, Called

SIDES = ("before", "after")
MAP = "map"  # the page that opens first


class Key(StrEnum):
    """Keys of the session that outlive a change of page."""

    LANGUAGE = "language"
    LOADED = "loaded"  # the result on show
    CALLED = "called"  # what its units are called
    SELECTED = "selected"  # {"side": "before" or "after", "code": ...} or None
    SELECTION = "selection"  # counts the choices made outside the map
    VIEW = "view"  # zoom/latitude/longitude
    MODE = "mode"
    THEME = "theme"
    FOCUS = "focus"  # the finding to go to
    SHOWN = "shown"  # what the map was told to show
    SENT = "sent"  # the geometry that the browser has
    DETAIL = "detail"  # the geometry that the browser wants the details of
    PREVIEW = "preview"  # what was found in the files given last
    CHOICES = "choices"  # the layers of files with several
    MERGED = "merged"  # the key of the result that was merged last in this session
    PLAN = "plan"  # by which the server knows the plan at work
    TABLE = "table"  # by which it knows the table to be recoded
    EDITOR = "editor"  # the work, key, table and rows of the editor that was shown last
    WORK = "work"  # the name of the work that is open; empty for none
    HALTED = "halted"  # the files that were not looked into to the end
    ROUND = "round"  # counts the files taken: each slot is empty again
    PAGES = "pages"  # the pages of the navigation, by the ends of their addresses
    PAGE = "page"  # by which Streamlit knows the page of the last run
    STARTED = "started"


# Texts that are about files to come, plans and tables, not about the result on show.
_OF_OTHERS = ("intake.", "plan", "recode.", "ui.upload", "option.", "step.",
              "work.limit")  # fmt: skip
_IN_ADDRESS = (Key.VIEW, Key.MODE, Key.THEME, Key.PLAN, Key.TABLE)
# What the map writes into the address itself, at once (maps/web/component.js).
_BY_MAP = {"unit", "view", "mode", "theme"}


def start() -> None:
    """Take what the address says into a session that begins, or goes back or forward."""
    state, address = st.session_state, st.query_params
    went = _went_in_history()
    if Key.STARTED not in state:
        state[Key.STARTED] = True
        for key in _IN_ADDRESS:
            state[key] = address.get(key)
        state[Key.SELECTION] = 0
        state[Key.LANGUAGE] = as_language(address.get("lang"))
        _take_address()
    elif went:
        _take_address()
        state[Key.SELECTION] += 1
    write_address(whole=_came_to_page() and not went)


def _take_address() -> None:
    """Take over the unit, the table and the work that the address leads to."""
    state, address = st.session_state, st.query_params
    state[Key.TABLE] = address.get(Key.TABLE)
    side, _, code = address.get("unit", "").partition(":")
    state[Key.SELECTED] = {"side": side, "code": code} if side in SIDES and code else None
    if state.setdefault(Key.WORK, "") != address.get("work", ""):
        open_work(address.get("work", ""))


def open_work(name: str) -> None:
    """Go to another piece of work, or to none; what was on show of the one before goes."""
    state = st.session_state
    state[Key.WORK] = name
    for key in (Key.LOADED, Key.PREVIEW, Key.FOCUS, Key.HALTED):
        state[key] = None


def _went_in_history() -> bool:
    """Tell whether the browser went back or forward, which gives the session another address."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _came_to_page() -> bool:
    """Tell whether this is the first run of a page, whose address says nothing yet."""
    state, context = st.session_state, get_script_run_ctx()
    page = None if context is None else context.page_script_hash
    came = state.get(Key.PAGE) != page
    state[Key.PAGE] = page
    return came


def write_address(*, whole: bool = False) -> None:
    """Let the address of the page lead to the same unit, view and language.

    Unless it is to be written whole, what the map writes itself is no reason to: Streamlit makes
    an entry in the browser's history of each address that comes from here, and one that comes
    late, when the map has gone on, would lead back to what was left.
    """
    state = st.session_state
    chosen = state[Key.SELECTED]
    wanted: dict[str, str] = {
        **({"work": state[Key.WORK]} if state.get(Key.WORK) else {}),
        **({"lang": state[Key.LANGUAGE]} if state[Key.LANGUAGE] != as_language(None) else {}),
        **({"unit": f"{chosen['side']}:{chosen['code']}"} if chosen else {}),
        **{str(key): state[key] for key in _IN_ADDRESS if state[key]},
    }
    told = dict(st.query_params)
    differ = {name for name in told.keys() | wanted if told.get(name) != wanted.get(name)}
    if differ if whole else differ - _BY_MAP:
        st.query_params.from_dict(wanted)


def page(name: str) -> StreamlitPage:
    """Return a page of the navigation by the end of its address."""
    found: StreamlitPage = st.session_state[Key.PAGES][name]
    return found


def language() -> Language:
    """Return the language of the session."""
    return as_language(st.session_state.get(Key.LANGUAGE))


def t(key: str, **values: object) -> str:
    """Return a text of the catalogue in the language of the session."""
    return say(key, language(), _called(key), **values)


def _called(key: str) -> Called:
    """Return what units are called in a text: as in the result on show, if it is about that."""
    called: Called = st.session_state.get(Key.CALLED, UNITS)
    return UNITS if key.startswith(_OF_OTHERS) else called


def figure(value: float | None, digits: int = 0, unit: str = "") -> str:
    """Return a figure in the language of the session; a dash for none, and never 0 for a little."""
    if value is None or value != value:  # noqa: PLR0124 - NaN differs from itself
        return "–"
    least = 10.0**-digits
    if 0 < abs(value) < least / 2:
        return f"< {figure(least, digits, unit)}"
    return f"{number(value, language(), digits)}{unit and ' '}{unit}"


def select(side: str | None, code: str = "") -> None:
    """Choose a unit from outside the map; the map follows."""
    st.session_state[Key.SELECTED] = None if side is None else {"side": side, "code": code}
    st.session_state[Key.SELECTION] += 1
    write_address(whole=True)


def selected() -> dict[str, Any] | None:
    """Return the chosen unit as ``{"side": ..., "code": ...}``."""
    chosen: dict[str, Any] | None = st.session_state.get(Key.SELECTED)
    return chosen
