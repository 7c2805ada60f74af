"""What the checks found, where it is, and the ledger."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geo_merge.merging.result import MergeResult
from geo_merge.results.formats import findings_table
from geo_merge.texts import TEXTS
from geo_merge.ui import before_after, state, tables, told
from geo_merge.ui.state import Key, figure, t
from geo_merge.ui.store import Loaded, current
from geo_merge.vocabulary.finding import Severity
from geo_merge.vocabulary.sentence import title_of

_ICONS = {Severity.ERROR: ":material/error:", Severity.WARNING: ":material/warning:",
          Severity.INFO: ":material/info:"}  # fmt: skip
_RECONCILED = (
    "name",
    "area_km2",
    "reference_area_km2",
    "reference_difference_m2",
    "iou",
    "declared_area_km2",
    "area_km2_difference",
    "area_km2_difference_percent",
)


def show() -> None:
    """Draw the page."""
    loaded = current()
    before_after.remember()
    _findings(loaded)
    st.header(t("ui.ledger"), anchor=False)
    st.caption(t("ui.ledger_help"))
    ledger = ledger_table(loaded.result)
    tables.show(ledger, height="content")
    tables.downloads(ledger, "ledger")
    _reconciliation(loaded.result)


def check_name(check: str) -> str:
    """Return what a check is about, in the language of the session."""
    return title_of(check, state.language()) or check


@st.fragment
def _findings(loaded: Loaded) -> None:
    findings = loaded.result.findings
    st.header(t("map.findings"), anchor=False)
    if findings.empty:
        st.success(t("ui.no_findings"), icon=":material/check_circle:")
        return
    left, right = st.columns([1.2, 1], gap="medium")
    with left:
        for severity in Severity:
            _group(findings[findings["severity"] == severity], severity)
        tables.downloads(pd.DataFrame(findings_table(findings)), "findings")
    with right:
        before_after.show(
            loaded, key="checks_map", focus=st.session_state.get(Key.FOCUS), findings=True
        )
        _chosen(loaded.result)


def _chosen(result: MergeResult) -> None:
    """Show the whole of the finding that was clicked."""
    focus = st.session_state.get(Key.FOCUS)
    if focus is not None and focus in result.findings.index:
        message, hint = told.findings(result.findings.loc[[focus]]).iloc[0]
        st.text(f"{result.findings.at[focus, 'check']} {message} {hint}".strip())


def _group(rows: pd.DataFrame, severity: Severity) -> None:
    """Show the findings of a severity; a click on a row goes to its place."""
    if rows.empty:
        return
    st.subheader(f"{_ICONS[severity]} {t(f'ui.{severity}')} ({figure(len(rows))})", anchor=False)
    sentences = told.findings(rows)
    table = pd.DataFrame(
        {
            t("ui.check"): [f"{check} {check_name(check)}" for check in rows["check"]],
            t("ui.message"): sentences["message"],
            t("ui.value"): [figure(v, 2, t(f"measure.{u}") if f"measure.{u}" in TEXTS else u)
                            if pd.notna(v) else ""
                            for v, u in zip(rows["value"], rows["unit_of_value"], strict=True)],
            t("ui.hint"): sentences["hint"],
        }
    )  # fmt: skip
    key = f"findings_{severity}"

    def go() -> None:
        chosen = st.session_state[key].selection.rows
        if chosen:
            st.session_state[Key.FOCUS] = int(rows.index[chosen[0]])

    tables.show(table, height="auto", key=key, on_select=go, selection_mode="single-row",
                column_config={t("ui.message"): {"width": "large"}})  # fmt: skip


def ledger_table(result: MergeResult) -> pd.DataFrame:
    """Return the ledger under the names of the language."""
    ledger = result.ledger.copy()
    ledger["quantity"] = [
        t(f"ledger.{q}") if f"ledger.{q}" in TEXTS else q for q in ledger["quantity"]
    ]
    return ledger.rename(columns={c: t(f"ui.{c}") for c in ledger})


def _reconciliation(result: MergeResult) -> None:
    table = reconciliation_table(result)
    if table.empty:
        return
    st.header(t("ui.reconciliation"), anchor=False)
    tables.show(table, height=420)
    tables.downloads(table, "reconciliation")


def reconciliation_table(result: MergeResult) -> pd.DataFrame:
    """Return new units against reference and declared figures, the least agreeing first."""
    if len(result.reconciliation):
        table = pd.DataFrame(result.reconciliation.drop(columns=["gained", "lost"]))
        table["verdict"] = [t(f"verdict.{verdict}") for verdict in table["verdict"]]
    else:  # read from files, which do not keep it
        table = result.statistics[[c for c in _RECONCILED if c in result.statistics]]
    if not {"iou", "declared_area_km2"} & set(table):
        return pd.DataFrame()
    order = table["iou"] if "iou" in table else -table["area_km2_difference_percent"].abs()
    table = table.loc[order.sort_values(kind="stable").index].reset_index()
    names = {c: t(f"ui.{c}") for c in table if f"ui.{c}" in TEXTS}
    return table.rename(columns={**names, "code": t("map.code")})
