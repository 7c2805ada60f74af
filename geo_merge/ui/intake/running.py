"""Work in a process of its own as the page shows it: steps, share done, the queue, and a stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo_merge.system.progress import Progress
from geo_merge.system.turns import Queued
from geo_merge.ui.state import Key, t
from geo_merge.ui.steps import name_of, shown
from geo_merge.ui.tables import plain

# Steps in their order, and the share of the time after which each begins (Bắc Ninh: 314 units).
MERGING = {"": 0.0, "Reading": 0.05, "Matching the crosswalk": 0.35,
           "Surveying and dissolving": 0.4, "Checking the layer": 0.55,
           "Dissolving districts and provinces": 0.7, "Comparing": 0.75,
           "Drawing": 0.85}  # fmt: skip
LOOKING = {"": 0.0, "Reading": 0.1, "Matching the crosswalk": 0.6, "Reading the other files": 0.65,
           "Drawing": 0.85}  # fmt: skip
ALONE = {"": 0.0}


@contextmanager
def steps(
    title: str, order: dict[str, float], key: str, *, stop: Callable[[], Any] | None = None
) -> Iterator[tuple[Progress, Queued]]:
    """Give what shows the step at work, and what shows the place in the queue.

    Both are called every second: Streamlit ends them when the session has gone elsewhere, or when
    the button that stops them is pressed; what was under way is thrown away with its process.

    Parameters
    ----------
    title
        What is done.
    order
        The steps and the share of the time after which each begins.
    key
        Of the button.
    stop
        Called when it is pressed.
    """
    done = 0.0

    def tell(place: DeltaGenerator, step: str, seconds: str) -> None:
        nonlocal done
        done = max(done, order.get(step, done))
        named = name_of(step)
        if step and step in order:
            number = list(order).index(step)
            named = t("intake.step", number=number, all=len(order) - 1, step=named)
        place.progress(done, text=" · ".join(filter(None, (title, plain(named), seconds))))

    with shown(tell, stop=f"stop_{key}", on_stop=stop) as calls:
        yield calls


def halt(key: str) -> None:
    """Remember that files are not to be looked into until something changes."""
    st.session_state[Key.HALTED] = key


def is_halted(key: str) -> bool:
    """Tell whether looking into files was stopped, and say how it goes on."""
    if st.session_state.get(Key.HALTED) != key:
        return False
    st.info(t("intake.halted"), icon=":material/stop_circle:")
    st.button(t("intake.look_again"), on_click=halt, args=("",), icon=":material/refresh:")
    return True
