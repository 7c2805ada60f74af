"""The workplace of a plan as a component of the page: it paints at once, and tells what is done."""

from __future__ import annotations

from functools import cache
from typing import Any

import streamlit as st

from geo_merge.errors import ExportError
from geo_merge.maps.assets import leaflet_sources, web_file
from geo_merge.maps.plan_map import EDITING, PAINTING, plan_script, plan_style
from geo_merge.texts import TEXTS
from geo_merge.ui import plan_kept, state
from geo_merge.ui import told as sentences
from geo_merge.ui.plan_told import told
from geo_merge.ui.plan_work import Work
from geo_merge.ui.tables import plain

_KEY = "plan_map"


def _component() -> Any:  # noqa: ANN401 - Streamlit's renderer
    script, style = leaflet_sources()
    return st.components.v2.component(
        "geo_merge_plan",
        html='<div class="gp-host"></div>',
        css=f"{style}\n{plan_style()}",
        js="\n".join((script, plan_script(*PAINTING, *EDITING), web_file("plan/component.js"))),
        isolate_styles=True,
    )


_RENDER = _component()


@cache
def _words(language: str) -> dict[str, str]:
    names = (key for key in TEXTS if key.startswith("plan."))
    return {k.removeprefix("plan."): TEXTS[k][("vi", "en").index(language)] for k in names}


def show(work: Work) -> None:
    """Draw the workplace; what is done in it is done to the plan, and kept."""
    base, language = work.base, state.language()
    heard = st.session_state.get(_KEY, {}).get("told") or {}
    known = heard.get("key") == base.key
    has = heard["has"] if known else -1
    holding = work.holding
    refused = " ".join(sentences.problem(problem) for problem in work.refused)
    _RENDER(
        key=_KEY,
        data={
            "key": base.key,
            "geometry": None if known and heard.get("sent") else base.ground.geometry,
            "told": told(work, has, refused, language),
            "settings": {
                "bounds": base.ground.bounds,
                "words": _words(language),
                "language": language,
                "standard": holding.standard.law[language] if holding else "",
                "types": sorted({u.unit_type for u in work.plan.old.values()} - {""}),
                "undo": work.can_undo,
                "redo": work.can_redo,
            },
        },
        on_told_change=_take,
    )  # fmt: skip


def _take() -> None:
    """Do what was done in the browser."""
    work = plan_kept.load()
    heard = st.session_state[_KEY].get("told")
    if work is not None and heard and heard["key"] == work.base.key:
        work.do(heard["queue"])
        try:
            plan_kept.save(work)
        except ExportError as error:  # the session goes on with it
            for problem in error.problems:
                st.toast(plain(sentences.problem(problem)), icon=":material/error:")
