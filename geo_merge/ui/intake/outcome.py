"""How a merger ended, in one banner: errors, what is not written, and where to go on."""

from __future__ import annotations

import streamlit as st

from geo_merge.merging.result import MergeResult
from geo_merge.ui import headline, state
from geo_merge.ui.state import Key, t
from geo_merge.vocabulary.finding import Severity

_NEXT = (("map", ":material/map:"), ("checks", ":material/fact_check:"),
         ("download", ":material/download:"))  # fmt: skip


def show(result: MergeResult, *, changed: bool = False) -> None:
    """Say how a merger ended, and whether anything that it was made from has changed since."""
    warnings = int((result.findings["severity"] == Severity.WARNING).sum())
    if result.has_errors:
        told = t("ui.has_errors", count=state.figure(result.errors))
        icon, banner = ":material/error:", st.error
    else:
        told = t("ui.merged")
        icon, banner = ":material/check_circle:", st.info if changed else st.success
    if changed:
        told, icon = t("intake.changed_since") + " " + told, ":material/history:"
    more = t("intake.warnings", count=state.figure(warnings)) if warnings else ""
    banner(f"{told} {more}".strip(), icon=icon)
    with st.container(horizontal=True):
        for name, sign in _NEXT:
            page = st.session_state.get(Key.PAGES, {}).get(name)
            if page is not None:
                st.page_link(page, label=t(f"intake.go_{name}"), icon=sign)
    headline.figures(result.summary)
