"""What a session remembers: its keys in one place, its language, and the link to it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import streamlit as st

from geo_merge.texts import Language, as_language, number, say

SIDES = ("before", "after")


class Key(StrEnum):
    """Keys of the session that outlive a change of page."""

    LANGUAGE = "language"
    LOADED = "loaded"  # the result on show
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
    MERGED = "merged"  # whether a merger has just ended
    PLAN = "plan"  # by which the server knows the plan at work
    STARTED = "started"
    WRITTEN = "written"  # the address of the page as it was written last, and on which page


_IN_ADDRESS = (Key.VIEW, Key.MODE, Key.THEME, Key.PLAN)


def start() -> None:
    """Take what the address says into a session that begins."""
    state, address = st.session_state, st.query_params
    if Key.STARTED not in state:
        state[Key.STARTED] = True
        for key in _IN_ADDRESS:
            state[key] = address.get(key)
        state[Key.SELECTED] = _unit_in(address)
        state[Key.SELECTION] = 0
        state[Key.LANGUAGE] = as_language(address.get("lang"))
    elif _went_back():
        state[Key.SELECTED] = _unit_in(address)
        state[Key.SELECTION] += 1
    write_address()


def _unit_in(address: Mapping[str, str]) -> dict[str, str] | None:
    side, _, code = address.get("unit", "").partition(":")
    return {"side": side, "code": code} if side in SIDES and code else None


def _went_back() -> bool:
    """Tell whether the browser went back or forward to another unit.

    The address is another one then than was written. A page that is opened by its name has none.
    """
    written, page = st.session_state.get(Key.WRITTEN, ({}, None))
    here = st.query_params.to_dict()
    other = here.get("unit") != written.get("unit")
    return other and (bool(here) or (page is not None and page == st.context.url))


def write_address() -> None:
    """Let the address of the page lead to the same unit, view and language."""
    state = st.session_state
    chosen = state[Key.SELECTED]
    wanted: dict[str, str] = {
        **({"lang": state[Key.LANGUAGE]} if state[Key.LANGUAGE] != as_language(None) else {}),
        **({"unit": f"{chosen['side']}:{chosen['code']}"} if chosen else {}),
        **{str(key): state[key] for key in _IN_ADDRESS if state[key]},
    }
    state[Key.WRITTEN] = (wanted, st.context.url)
    if dict(st.query_params) != wanted:
        st.query_params.from_dict(wanted)


def language() -> Language:
    """Return the language of the session."""
    return as_language(st.session_state.get(Key.LANGUAGE))


def t(key: str, **values: object) -> str:
    """Return a text of the catalogue in the language of the session."""
    return say(key, language(), **values)


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
    write_address()


def selected() -> dict[str, Any] | None:
    """Return the chosen unit as ``{"side": ..., "code": ...}``."""
    chosen: dict[str, Any] | None = st.session_state.get(Key.SELECTED)
    return chosen
