"""Comparing the plan at work with another on the page."""

from __future__ import annotations

from streamlit.delta_generator import DeltaGenerator

from geo_merge.ui.plan_work import Work


def show(work: Work, place: DeltaGenerator) -> None:
    """Draw the choices and the differences."""
    del work, place
