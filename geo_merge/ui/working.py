"""Work that a person waits for: the step at work, its seconds, and the way to stop it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from geo_merge.jobs.job import Progress
from geo_merge.texts import TEXTS
from geo_merge.ui import state
from geo_merge.ui.state import t
from geo_merge.ui.uploads import Queued


@contextmanager
def working(title: str, key: str) -> Iterator[tuple[Progress, Queued]]:
    """Give what shows the step at work and its seconds, and what shows the place in the queue.

    Both are called every second; a click on anything, as on the button to stop, ends them and with
    them the work. Nothing of it stays.

    Parameters
    ----------
    title
        What is done.
    key
        Of the button.
    """
    place, start = st.empty(), time.monotonic()
    stop = st.empty()
    stop.button(t("recode.stop"), key=f"{key}_stop", icon=":material/stop_circle:")

    def say(step: str) -> None:
        name = t(f"step.{step}") if f"step.{step}" in TEXTS else step
        seconds = state.figure(time.monotonic() - start, 0, "s")
        place.status(f"{title} {name} ({seconds})".replace("  ", " "))

    def queued(before: int) -> None:
        place.status(t("ui.queued", place=before))

    try:
        yield say, queued
    finally:
        place.empty()
        stop.empty()
