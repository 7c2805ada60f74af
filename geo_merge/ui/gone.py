"""What a link says whose work is no longer there: never the figures of something else."""

from __future__ import annotations

import streamlit as st

from geo_merge.system.works import works
from geo_merge.ui import state
from geo_merge.ui.state import figure, t


def show() -> None:
    """Say that the work is gone, and offer to begin without it."""
    kept = works()
    st.error(t("intake.gone", hours=figure(kept.hours), mb=figure(kept.megabytes)),
             icon=":material/link_off:")  # fmt: skip
    st.button(t("intake.without_work"), on_click=_leave, type="primary", icon=":material/undo:")


def _leave() -> None:
    state.open_work("")
    state.select(None)
