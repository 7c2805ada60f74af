"""Work that takes a while: which step is at work, for how long, and the place in the queue."""

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
def steps(title: str) -> Iterator[tuple[Progress, Queued]]:
    """Give what shows the step at work and its seconds, and what shows the place in the queue.

    Both are called every second: Streamlit ends them when the session has gone elsewhere.
    """
    place = st.empty()
    start = time.monotonic()

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
