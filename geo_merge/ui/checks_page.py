"""What the checks found, what was repaired, the decisions on both, and the ledger."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from geo_merge.maps.place import place_of, undone
from geo_merge.merging.result import MergeResult
from geo_merge.texts import TEXTS
from geo_merge.ui import before_after, decided, findings_list, repairs_list, tables, told
from geo_merge.ui.state import t
from geo_merge.ui.store import Loaded, current

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
_SQUARE_METRES_PER_KM2 = 1e6
# A list and a map beside each other need the margins.
_STYLE = """<style>
.stMainBlockContainer {padding: 3.8rem 1.2rem 1rem; max-width: none}
</style>"""
_QUANTITY = 330  # pixels: the longest name of what is balanced


def show() -> None:
    """Draw the page."""
    loaded = current()
    result = loaded.result
    before_after.remember()
    decided.use_result(loaded.key, result.decisions)
    st.html(_STYLE)
    st.header(t("map.findings"), anchor=False)
    if result.findings.empty:
        st.success(t("ui.no_findings"), icon=":material/check_circle:")
    else:
        findings_list.show(loaded)
    if len(result.repairs):
        _repairs(loaded)
    if len(result.findings) or len(result.repairs):
        st.header(t("work.decisions"), anchor=False)
        st.markdown(t("work.decisions_help"))
        decided.exchange(_decidable(result), "decisions")
    st.header(t("ui.ledger"), anchor=False)
    st.markdown(t("ui.ledger_help"))
    ledger = ledger_table(result)
    tables.show(ledger, height="content", column_config={ledger.columns[0]: {"width": _QUANTITY}})
    tables.downloads(ledger, "ledger")
    _reconciliation(result)


@st.fragment
def _repairs(loaded: Loaded) -> None:
    """Show what a repair moved, each place before and after."""
    result = loaded.result
    st.header(t("repair.ledger"), anchor=False)
    st.markdown(t("repair.ledger_help"))
    repairs, after = result.repairs, np.asarray(result.old.geometry.values)

    def place(row: int) -> dict[str, object]:
        one = repairs.iloc[row]
        done = bool(one["applied"]) and one["kind"] != "edges"
        before = undone(result.old, one["geometry"], tuple(one["before"])) if done else result.old
        return place_of(before, after, one["geometry"])

    repairs_list.show("repairs", repairs, findings_list.names_of(result)["old"], place)


def _decidable(result: MergeResult) -> pd.DataFrame:
    """Return all that can be decided on: findings, and what a repair met."""
    columns = ["id", "units", "area_m2", "width_m"]
    findings = result.findings[["id", "units"]].assign(
        area_m2=findings_list.sizes(result.findings), width_m=np.nan
    )
    found = pd.DataFrame(findings)[columns]
    if result.repairs.empty:
        return found
    return pd.concat([pd.DataFrame(result.repairs)[columns], found], ignore_index=True)


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
    """Return new units against reference and declared figures, the most land differing first."""
    if len(result.reconciliation):
        table = pd.DataFrame(result.reconciliation.drop(columns=["gained", "lost"]))
        table["verdict"] = [t(f"verdict.{verdict}") for verdict in table["verdict"]]
        table = told.explained(table)
    else:  # read from files, which do not keep it
        table = result.statistics[[c for c in _RECONCILED if c in result.statistics]]
    if not {"iou", "declared_area_km2"} & set(table):
        return pd.DataFrame()
    order = (-differing(table)).sort_values(kind="stable").index
    table = table.loc[order].reset_index()
    names = {c: t(f"ui.{c}") for c in table if f"ui.{c}" in TEXTS}
    return table.rename(columns={**names, "code": t("map.code")})


def differing(table: pd.DataFrame) -> pd.Series:
    """Return the square metres by which each unit differs from either source, the larger of both.

    A unit that neither source has differs by nothing that is known.
    """
    sizes = [
        table[name].abs() * scale
        for name, scale in (
            ("gained_m2", 1.0),
            ("lost_m2", 1.0),
            ("reference_difference_m2", 1.0),
            ("area_km2_difference", _SQUARE_METRES_PER_KM2),
        )
        if name in table
    ]
    if {"area_km2", "declared_area_km2"} <= set(table):
        off = table["area_km2"] - table["declared_area_km2"]
        sizes.append(off.abs() * _SQUARE_METRES_PER_KM2)
    return (
        pd.concat(sizes, axis=1).max(axis=1).fillna(0.0) if sizes else pd.Series(0.0, table.index)
    )
