"""A number as people write it, with a comma or a point.

Streamlit's own field drops the one that its browser does not use: 0,25 became 25.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo_merge.ui.state import figure, t
from geo_merge.vocabulary.written import read_numbers


def show(place: DeltaGenerator, label: str, value: float, *, key: str, least: float = 0.0,
         on_change: Callable[[], None] | None = None) -> float:  # fmt: skip
    """Ask for a number; say so if what is written is none, or too small, and keep the other.

    Parameters
    ----------
    place
        Where the field stands.
    label
        Its name.
    value
        The number that holds until another is written, which then holds if what follows is none.
    key
        Of the session, with the language in it: 10.000 is ten thousand in one, ten in the other.
    least
        The smallest number.
    on_change
        Called when another is written.
    """
    text = place.text_input(label, write(value), key=key, on_change=on_change)
    number, held = read(text, least), f"{key}_held"
    if number is not None:
        st.session_state[held] = number
        return number
    place.error(t("ui.no_number", text=text, least=write(least), example=write(0.25)))
    before: float = st.session_state.get(held, value)
    return before


def read(text: object, least: float = 0.0) -> float | None:
    """Return the number of a text in the language of the session; None if it is none, or less."""
    # The first tells which character stands between thousands.
    number = read_numbers([figure(1_234_567.5, 1), str(text)], whole=False).values[1]
    return number if math.isfinite(number) and number >= least else None


def write(value: float) -> str:
    """Return a number with the decimals that it has."""
    exponent = Decimal(str(float(value))).normalize().as_tuple().exponent
    return figure(value, max(0, -int(exponent)))
