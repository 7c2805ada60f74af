"""Comparing the plan at work with another on the page: tables, and a map of the differences."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo_merge.planning.check import Checked, check_plan
from geo_merge.planning.compare import compare, comparison_tables
from geo_merge.planning.difference import difference_html
from geo_merge.planning.figures import PlanFigures, figures_of
from geo_merge.planning.plan import Plan
from geo_merge.planning.tables import headed
from geo_merge.texts import Language
from geo_merge.ui import plan_files, state, tables, uploads
from geo_merge.ui.plan_work import Work
from geo_merge.ui.state import t

_SHOWN = "plan_compared"  # what was compared last in the session
_HEIGHT = 620  # pixels of the map
_FIRST, _FILE = "as_opened", "a_file"


@dataclass(frozen=True)
class Compared:
    """Two plans that were compared, one as it was then: the tables, and the map as a page."""

    key: str
    revision: int
    tables: dict[str, pd.DataFrame]
    page: str
    same: bool


def show(work: Work, place: DeltaGenerator) -> None:
    """Draw the choices; the differences stand over the workplace until they are put away."""
    chosen = st.radio(t("planning.compare_with"), [_FIRST, _FILE], key="plan_compare_with",
                      format_func=lambda v: t(f"planning.{v}"))  # fmt: skip
    given = None
    if chosen == _FILE:
        given = st.file_uploader(t("planning.a_file"), ["zip", *uploads.TABLE_TYPES],
                                 key="plan_compare_file")  # fmt: skip
    ready = chosen == _FIRST or given is not None
    if st.button(t("planning.compare_now"), key="plan_compare_now", disabled=not ready):
        other, title = work.histories[0].first, t("planning.as_opened")
        if given is not None:
            history, _ = plan_files.plan_of_file(given, work.base)
            other, title = history.plan, given.name
        st.session_state[_SHOWN] = compared(work, other, title)
    shown: Compared | None = st.session_state.get(_SHOWN)
    if shown is not None and shown.key == work.base.key:
        with place:
            _differences(shown, is_old=shown.revision != work.revision)


def compared(work: Work, other: Plan, title: str) -> Compared:
    """Compare a plan with the one at work."""
    layer, language = work.layer, state.language()
    both = figures_of(other, layer, distances=work.ways.distances), work.figures
    comparison = compare(other, work.plan, layer)
    checked = (_held(work, both[0]), _held(work, both[1]))
    held = None if checked[0] is None or checked[1] is None else (checked[0], checked[1])
    return Compared(
        work.base.key,
        work.revision,
        comparison_tables(comparison, layer, both, held),
        difference_html(comparison, work.base.frame, (title, t("planning.this_plan")), language),
        not comparison.differences and not comparison.moved,
    )


def _held(work: Work, figures: PlanFigures) -> Checked | None:
    held = work.holding
    if held is None:
        return None
    return check_plan(figures, work.layer, held.standard, held.inputs, settled=held.settled,
                      declared=held.declared)  # fmt: skip


def _workbook(shown: Compared, language: Language) -> bytes:
    return tables.xlsx_bytes(headed(shown.tables, language))


def _differences(shown: Compared, *, is_old: bool) -> None:
    language = state.language()
    with st.container(border=True):
        if is_old:
            st.warning(t("planning.compared_before"), icon=":material/history:")
        if shown.same:
            st.success(t("planning.no_difference"), icon=":material/check_circle:")
        else:
            st.iframe(shown.page, height=_HEIGHT)
            for name in ("summary", "units", "moved"):
                with st.expander(t(f"planning.table_{name}")):
                    tables.show(next(iter(headed({name: shown.tables[name]}, language).values())))
        with st.container(horizontal=True):
            st.download_button("XLSX", partial(_workbook, shown, language), "difference.xlsx",
                               key="plan_difference_xlsx", on_click="ignore",
                               icon=":material/download:")  # fmt: skip
            st.download_button(t("planning.map"), shown.page, "difference.html", "text/html",
                               key="plan_difference_map", on_click="ignore",
                               icon=":material/download:")  # fmt: skip
            st.button(t("planning.put_away"), key="plan_difference_close", on_click=_close,
                      icon=":material/close:")  # fmt: skip


def _close() -> None:
    st.session_state.pop(_SHOWN, None)
