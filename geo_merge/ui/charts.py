"""Charts of a result, and their pictures."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st
import vl_convert

from geo_merge.merging.result import MergeResult
from geo_merge.merging.statistics import UNKNOWN_TYPE
from geo_merge.texts import Language
from geo_merge.ui.state import language, t
from geo_merge.vocabulary.part_of import of_wholes

# Okabe and Ito's orange and blue: told apart by colour-blind readers, on light and dark.
BEFORE, AFTER = "#e69f00", "#0072b2"
_NUMBERS: dict[Language, dict[str, Any]] = {
    "vi": {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " ₫"]},
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["$", ""]},
}
_COUNTS = alt.Axis(tickMinStep=1, format=",d")  # there are no halves of units
_PICTURES = {"png": "image/png", "svg": "image/svg+xml"}
_CHOSEN = "chosen"  # the selection of a bar
_BINS, _HEIGHT, _PICTURE_WIDTH = 30, 280, 900


def values_of(result: MergeResult, measure: str) -> pd.DataFrame:
    """Return a measure of every unit before and after: ``when, code, name, value``."""
    frames = {"before": result.old, "after": result.new}
    whole = {when: of_wholes(frame, frame[measure].to_numpy(float))
             for when, frame in frames.items() if measure in frame}  # fmt: skip
    parts = [
        pd.DataFrame({"when": t(f"map.{when}"), "code": units.index, "name": units["name"],
                      "value": values})
        for when, (units, values) in whole.items()
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _when() -> alt.Color:
    names = [t("map.before"), t("map.after")]
    return alt.Color("when:N", title=t("ui.when"), sort=names,
                     legend=alt.Legend(orient="top", title=None),
                     scale=alt.Scale(domain=names, range=[BEFORE, AFTER]))  # fmt: skip


def distribution(values: pd.DataFrame, title: str) -> alt.Chart:
    """Return how many units have how much, before behind after."""
    chart = (
        alt.Chart(values)
        .mark_bar(opacity=0.7)
        .encode(
            x=alt.X("value:Q", bin=alt.Bin(maxbins=_BINS), title=title),
            y=alt.Y("count():Q", title=t("ui.units"), axis=_COUNTS, stack=None),
            color=_when(),
            tooltip=[alt.Tooltip("when:N", title=t("ui.when")),
                     alt.Tooltip("value:Q", bin=alt.Bin(maxbins=_BINS), title=title),
                     alt.Tooltip("count():Q", title=t("ui.units"))],
        )
        .properties(height=_HEIGHT)
    )  # fmt: skip
    return _localised(chart)


def type_told(kind: str) -> str:
    """Return a type as it is shown, also that of units of which none is known."""
    return t("dossier.no_type") if kind == UNKNOWN_TYPE else kind


def by_type(summary: dict[str, Any]) -> alt.Chart:
    """Return the number of units of each type before and after."""
    rows = [
        {"when": t(f"map.{when}"), "type": type_told(name), "count": count}
        for when in ("before", "after")
        for name, count in summary[when]["by_type"].items()
    ]
    names = [t("map.before"), t("map.after")]
    chart = (
        alt.Chart(pd.DataFrame(rows))
        .mark_bar()
        .encode(
            x=alt.X("type:N", title=t("ui.type"), axis=alt.Axis(labelAngle=0, title=None)),
            xOffset=alt.XOffset("when:N", sort=names, title=t("ui.when")),
            y=alt.Y("count:Q", title=t("ui.units"), axis=_COUNTS),
            color=_when(),
            tooltip=[alt.Tooltip("when:N", title=t("ui.when")),
                     alt.Tooltip("type:N", title=t("ui.type")),
                     alt.Tooltip("count:Q", title=t("ui.units"))],
        )
        .properties(height=_HEIGHT)
    )  # fmt: skip
    return _localised(chart)


def ranking(table: pd.DataFrame, measure: str, title: str) -> alt.Chart:
    """Return units as bars in the order of the table."""
    names = [f"{name} ({code})" for code, name in table["name"].items()]
    rows = pd.DataFrame(
        {"unit": names, "value": table[measure].to_numpy(float), "code": table.index.astype(str)}
    )
    chart = (
        alt.Chart(rows)
        .mark_bar(color=AFTER)
        .encode(
            x=alt.X("value:Q", title=title, axis=alt.Axis(format=",.2~f")),
            y=alt.Y("unit:N", title=t("ui.name"), sort=None,
                    axis=alt.Axis(labelLimit=0, labelFlush=False, title=None)),
            tooltip=[alt.Tooltip("unit:N", title=t("ui.name")),
                     alt.Tooltip("value:Q", title=title, format=",.2f")],
        )
        .add_params(alt.selection_point(_CHOSEN, fields=["code"]))
    )  # fmt: skip
    return _localised(chart)


def _localised(chart: alt.Chart) -> alt.Chart:
    """Return a chart in the language of the page.

    What is told to screen readers of an axis or a legend is in English; the bars tell it all.
    """
    localised: alt.Chart = chart.configure(
        locale={"number": _NUMBERS[language()]}, axis={"aria": False}, legend={"aria": False}
    )
    return localised


def show(chart: alt.Chart, name: str, *, choose: Callable[[str], None] | None = None) -> None:
    """Show a chart, and offer it as PNG and SVG; the pictures are made when asked for.

    `choose` is called with the code of a unit whose bar is clicked.
    """
    if choose is None:
        st.altair_chart(chart, width="stretch")
    else:
        key = f"chart_{name}"

        def clicked() -> None:
            chosen = st.session_state[key].selection.get(_CHOSEN) or []
            if chosen:
                choose(str(chosen[0]["code"]))

        st.altair_chart(chart, width="stretch", key=key, on_select=clicked,
                        selection_mode=_CHOSEN)  # fmt: skip
    with st.container(horizontal=True):
        for kind, mime in _PICTURES.items():
            st.download_button(
                kind.upper(), partial(picture, chart, kind), f"{name}.{kind}", mime,
                key=f"{name}_{kind}", on_click="ignore", icon=":material/image:",
            )  # fmt: skip


def picture(chart: alt.Chart, kind: str) -> bytes:
    """Return a chart as PNG or SVG, drawn without a browser."""
    content = chart.to_dict()
    content.setdefault("width", _PICTURE_WIDTH)
    if kind == "png":
        return bytes(vl_convert.vegalite_to_png(content, scale=2))
    return str(vl_convert.vegalite_to_svg(content)).encode()
