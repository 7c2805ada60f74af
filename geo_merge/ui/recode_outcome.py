"""What became of a person's table: the count, the ledger, why rows are left, and the file."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd
import streamlit as st

from geo_merge.recoding.ledger import COLUMNS as LEDGER
from geo_merge.recoding.matching import Outcome
from geo_merge.ui import tables, told
from geo_merge.ui.recoding import Done
from geo_merge.ui.state import figure, t


def problems(found: Sequence[str]) -> None:
    """Say why a table cannot be recoded as it is."""
    st.error(t("recode.cannot"), icon=":material/error:")
    for problem in found[:20]:
        st.text(told.problem(problem))


def show(done: Done) -> None:
    """Say how many rows became what, in one honest banner, and offer the file."""
    counts = " · ".join(
        f"{t('recode.sheet_' + outcome.value.replace(' ', '_'))}: {figure(done.rows[outcome])}"
        for outcome in Outcome
    )
    rows = t("recode.row_count", count=figure(sum(done.rows.values())))
    if done.left:
        st.warning(f"{t('recode.left', count=figure(done.left))} {rows} = {counts}",
                   icon=":material/rule:")  # fmt: skip
    else:
        st.success(f"{t('recode.all_done')} {rows} = {counts}", icon=":material/check_circle:")
    if done.settled:
        tables.small(t("recode.settled", count=figure(done.settled)))
    for unused in done.unused:
        tables.small(t("recode.unused", says=unused))
    st.download_button(done.name, done.data, done.name, key="recode_take", type="primary",
                       on_click="ignore", icon=":material/download:")  # fmt: skip
    st.subheader(t("ui.ledger"), anchor=False)
    ledger = pd.DataFrame(done.ledger, columns=list(LEDGER))
    for name in LEDGER[1:-1]:
        ledger[name] = [_number(value) for value in ledger[name]]
    ledger["quantity"] = [t("recode.rows") if q == "rows" else q for q in ledger["quantity"]]
    ledger["ok"] = [t("recode.adds_up" if ok else "recode.adds_not") for ok in ledger["ok"]]
    tables.show(ledger.rename(columns={c: t(f"recode.ledger_{c}") for c in LEDGER}),
                height="content")  # fmt: skip
    if not all(row["ok"] for row in done.ledger):
        st.error(t("recode.not_balanced"), icon=":material/error:")


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | Decimal) else 0.0
