"""Work that takes a while: which step is at work, for how long, the place in the queue, a stop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo_merge.system.progress import Progress
from geo_merge.system.turns import Queued
from geo_merge.ui import state
from geo_merge.ui.state import t
from geo_merge.vocabulary.steps import step_in


@contextmanager
def steps(
    title: str, *, stop: str = "", on_stop: Callable[[], Any] | None = None
) -> Iterator[tuple[Progress, Queued]]:
    """Give what shows the step at work and its seconds, and what shows the place in the queue.

    Both are called every second: Streamlit ends them when the session has gone elsewhere, or when
    anything is clicked, as the button to stop; nothing of the work stays.

    Parameters
    ----------
    title
        What is done.
    stop, on_stop
        Key of the button that stops it, if there is one, and what is called when it is pressed.
    """

    def tell(place: DeltaGenerator, step: str, seconds: str) -> None:
        place.status(f"{title} {name_of(step)} ({seconds})".replace("  ", " "))

    with shown(tell, stop=stop, on_stop=on_stop) as calls:
        yield calls


@contextmanager
def shown(
    tell: Callable[[DeltaGenerator, str, str], Any],
    *,
    stop: str = "",
    on_stop: Callable[[], Any] | None = None,
) -> Iterator[tuple[Progress, Queued]]:
    """Give what shows a step, and the place in the queue, for as long as the work goes on.

    Parameters
    ----------
    tell
        Called with the place on the page, the step and the seconds since the start.
    stop, on_stop
        Key of the button that stops it, if there is one, and what is called when it is pressed.
    """
    place, beside = st.empty(), st.empty()
    start = time.monotonic()
    if stop:
        beside.button(t("intake.stop"), key=stop, on_click=on_stop, icon=":material/stop_circle:")

    def say(step: str) -> None:
        tell(place, step, state.figure(time.monotonic() - start, 0, "s"))

    def queued(before: int) -> None:
        place.status(t("ui.queued", place=before))

    try:
        yield say, queued
    finally:
        place.empty()
        beside.empty()


def name_of(step: str) -> str:
    """Return what a step is called on the page."""
    return step_in(step, state.language())
