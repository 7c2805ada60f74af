"""The before-and-after map as a component of the page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import orjson
import streamlit as st

from geo_merge.maps.assets import behaviour, leaflet_sources, web_file
from geo_merge.maps.display import features_of
from geo_merge.ui import state
from geo_merge.ui.state import Key
from geo_merge.ui.store import Loaded

_TOLD = {"selected": Key.SELECTED, "view": Key.VIEW, "mode": Key.MODE, "theme": Key.THEME,
         "sent": Key.SENT, "detail": Key.DETAIL}  # fmt: skip
# The side of the map that has the units which a finding is about.
_SIDE_OF = {"old": "before", "new": "after"}


def _component() -> Any:  # noqa: ANN401 - Streamlit's renderer
    script, style = leaflet_sources()
    return st.components.v2.component(
        "geo_merge_before_after",
        html='<div class="gm-host"></div>',
        css="\n".join((style, web_file("before_after.css"), web_file("component.css"))),
        js="\n".join((script, behaviour(), web_file("component.js"))),
        isolate_styles=True,
    )


_RENDER = _component()


def remember() -> None:
    """Note what the map is to show; to be called when a page is drawn as a whole.

    What is chosen on the map itself need not go back to it: unless it changes here, a rerun of the
    fragment around the map sends the browser nothing new.
    """
    session = st.session_state
    session[Key.SHOWN] = {
        "language": state.language(),
        "selected": session[Key.SELECTED],
        "selectionId": session[Key.SELECTION],
        **{str(name): session[name] for name in (Key.VIEW, Key.MODE, Key.THEME) if session[name]},
    }


def show(
    loaded: Loaded, *, key: str, alone: bool = False, focus: int | None = None,
    findings: bool = False, height: int | None = None,
    choose: Callable[[int], None] | None = None,
) -> None:  # fmt: skip
    """Draw the map; what is chosen on it goes to the session.

    Parameters
    ----------
    loaded
        The result.
    key
        Key of the component.
    alone
        Whether the map has the page to itself: it fills the window, and a panel over it shows the
        chosen unit.
    focus
        Row of the finding to go to.
    findings
        Whether findings are shown to begin with.
    height
        Of the map in pixels at most, if it has not the page to itself; it ends with the window.
    choose
        Called with the row of a finding that is chosen on the map; without it, the map has a
        strip of its own to go through them.
    """
    shown = loaded.display
    session = st.session_state
    if session[Key.SHOWN]["selectionId"] != session[Key.SELECTION]:
        remember()
    sent = session.get(Key.SENT) == shown.key
    _RENDER(
        key=key,
        data={
            "key": shown.key,
            "geometry": None if sent else shown.geometry,
            "detail": shown.detail if session.get(Key.DETAIL) == shown.key else None,
            # The page itself says above how a sample is drawn, and that errors stand.
            "alone": alone,
            "height": height,
            "steps": choose is None,
            "settings": {
                **shown.settings,
                "schematic": False,
                "approximate": False,
                "errors": 0,
            },
            "state": {
                # Half of half a page is too little for the old units as well as the new ones.
                **({} if alone else {"mode": "overlay"}),
                **session[Key.SHOWN],
                "findings": findings,
                "focus": None if focus is None else _focus(loaded, focus),
            },
        },
        **{f"on_{name}_change": partial(_take, key, name) for name in _TOLD},
        on_finding_change=partial(_chosen, key, choose),
    )


def _focus(loaded: Loaded, row: int) -> dict[str, Any] | None:
    """Return a finding for the map to go to, or the units that it names; None if it has neither."""
    findings = loaded.result.findings
    if findings.geometry.iloc[row] is None:
        side = _SIDE_OF.get(str(findings["about"].iloc[row]))
        units = list(map(str, findings["units"].iloc[row]))
        return {"id": row, "side": side, "units": units} if side and units else None
    feature = orjson.loads(features_of(loaded.result, np.array([row])))
    return {"id": row, "feature": feature}


def _take(key: str, name: str) -> None:
    """Take over what the map tells; it has written the address itself."""
    st.session_state[_TOLD[name]] = st.session_state[key].get(name)


def _chosen(key: str, choose: Callable[[int], None] | None) -> None:
    """Pass on the finding that was chosen on the map."""
    row = st.session_state[key].get("finding")
    if choose is not None and row is not None:
        choose(int(row))
