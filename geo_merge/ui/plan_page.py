"""Plans before they are law: painted on a map, held against the standards, merged when done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo_merge.errors import GeoMergeError
from geo_merge.ui import (
    plan_base,
    plan_compare,
    plan_files,
    plan_hold,
    plan_kept,
    plan_map,
    plan_open,
    plan_propose,
    plan_ways,
    state,
    told,
)
from geo_merge.ui.plan_work import Work
from geo_merge.ui.state import Key, t
from geo_merge.ui.steps import steps
from geo_merge.ui.tables import plain, small

# Streamlit leaves room for a title and margins that the workplace needs.
_STYLE = """<style>
.stMainBlockContainer {padding: 3.6rem .8rem 0; max-width: none}
.stMainBlockContainer > .stVerticalBlock, .stMain .stVerticalBlock {gap: .3rem}
.st-key-plan_controls {gap: .4rem}
</style>"""
_PROBLEMS = 10  # shown
_DONE = "plan_merged"  # whether a merger of the plan has just ended


def show() -> None:
    """Draw the page."""
    if st.session_state.pop(_DONE, False):
        st.switch_page(state.page(state.MAP))
    st.html(_STYLE)
    if plan_kept.is_lost():
        st.warning(t("planning.lost"), icon=":material/link_off:")
    _workplace()


@st.fragment
def _workplace() -> None:
    """Draw what changes with every click; the rest of the page stays."""
    work = plan_kept.load()
    if work is None:
        work = plan_base.sample_work()
        st.session_state[plan_kept.WORK] = work
    plan_map.show(_controls(work))


@contextmanager
def _telling(place: DeltaGenerator) -> Iterator[None]:
    """Say what is wrong with what was given, and go on with what there is."""
    try:
        yield
    except GeoMergeError as error:
        for problem in error.problems[:_PROBLEMS]:
            place.error(plain(told.problem(problem)), icon=":material/error:")
        if len(error.problems) > _PROBLEMS:
            more = len(error.problems) - _PROBLEMS
            place.error(t("planning.more_problems", n=state.figure(more)), icon=":material/error:")


def _controls(work: Work) -> Work:
    """Draw the buttons over the workplace; return the plan that is at work after them."""
    place = st.container()  # of what takes long
    if plan_base.is_sample(work):
        with st.container(horizontal=True, vertical_alignment="center"), _telling(place):
            small(t("planning.drawn_on_sample"))
            plan_open.of_result(place, "plan_of_result")
    else:
        small(t("planning.drawn_on", files=plan_base.title_of(work)))
    with st.container(horizontal=True, vertical_alignment="center", key="plan_controls"):
        with st.popover(t("planning.open"), icon=":material/folder_open:"), _telling(place):
            work = plan_open.show(work, place)
        with st.popover(t("planning.standard"), icon=":material/rule:"), _telling(place):
            plan_hold.show(work)
        with st.popover(t("planning.distances"), icon=":material/route:"), _telling(place):
            plan_ways.show(work, place)
        with st.popover(t("planning.propose"), icon=":material/lightbulb:"), _telling(place):
            plan_propose.show(work, place)
        with st.popover(t("planning.compare"), icon=":material/compare:"), _telling(place):
            plan_compare.show(work, place)
        st.download_button(
            "ZIP", lambda: plan_files.zipped(plan_files.plan_files(work), "plan"), "plan.zip",
            "application/zip", key="plan_zip", on_click="ignore", icon=":material/download:",
            help=t("planning.zip_help"),
        )  # fmt: skip
        st.download_button(
            "crosswalk.csv", partial(_crosswalk, work), "crosswalk.csv", "text/csv",
            key="plan_crosswalk", on_click="ignore", icon=":material/download:",
        )  # fmt: skip
        pressed = st.button(t("planning.check"), type="primary", key="plan_check",
                            icon=":material/merge:")  # fmt: skip
    if pressed:
        with place, _telling(place):
            _check(work)
    return work


def _crosswalk(work: Work) -> bytes:
    return plan_files.plan_files(work)["crosswalk.csv"]


def _check(work: Work) -> None:
    """Merge the plan, and open the pages of the result with it."""
    left = work.plan.without_place
    if left:
        names = ", ".join(str(work.plan.old[code]) for code in left[:10])
        st.error(plain(t("planning.unfinished", n=state.figure(len(left)), names=names)),
                 icon=":material/error:")  # fmt: skip
        return
    with steps(t("ui.merging")) as (say, queued):
        loaded = plan_base.merged(
            work, t("planning.of", files=plan_base.title_of(work)), say, queued
        )
    session = st.session_state
    session[Key.LOADED] = loaded
    session[Key.VIEW] = session[Key.FOCUS] = None
    state.select(None)
    session[_DONE] = True
    st.rerun()
