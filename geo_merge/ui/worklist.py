"""A list to work through: filtered, one after the other, and each decided on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd
import streamlit as st

from geo_merge.mending.decisions import Choice
from geo_merge.ui import decided, number_field, tables
from geo_merge.ui.state import figure, language, t
from geo_merge.vocabulary.codes import fold_accents

COLUMNS = ("id", "kind", "weight", "m2", "units", "words")
# Filters of a small window would leave no room for what they filter. On a phone the place that is
# looked at stands above the list, not pages below it.
_STYLE = """<style>
@media (max-width: 640px) {
  .stColumn:has([class*=st-key-seen_]) { order: -1 }
}
@media (max-width: 800px), (max-height: 700px) { [class*=st-key-folded_] { display: none } }
@media (min-width: 801px) and (min-height: 701px) { [class*=st-key-fold_] { display: none } }
</style>"""


@dataclass(frozen=True)
class Worklist:
    """What is to be worked through.

    Attributes
    ----------
    key
        Of its widgets and its place in the session.
    rows
        In their order: the columns of `COLUMNS`. ``kind`` and ``weight`` are what can be filtered
        by, ``m2`` the size (NaN for what has none), ``words`` what a search looks in.
    kinds, weights
        What the kinds and weights are called.
    shown
        The table of all rows, as people read it; indexed as `rows`.
    choices
        What can be decided.
    units
        Columns of `shown` whose numbers have a unit in each row, with these.
    repair
        Whether it is what a repair would mend, and not findings.
    """

    key: str
    rows: pd.DataFrame
    kinds: Mapping[str, str]
    weights: Mapping[str, str]
    shown: pd.DataFrame
    choices: Sequence[Choice]
    units: Mapping[str, pd.Series] = field(default_factory=dict)
    repair: bool = False

    @property
    def place(self) -> str:
        """Key of the session of the row that is looked at."""
        return f"{self.key}_at"


def narrowed(
    rows: pd.DataFrame, *, kinds: Sequence[str] = (), weights: Sequence[str] = (), wanted: str = "",
    least_m2: float = 0.0, statuses: Sequence[str] | None = None, known: Sequence[str] = (),
) -> pd.DataFrame:  # fmt: skip
    """Return the rows that filters leave: what has no size is not larger than anything.

    Parameters
    ----------
    rows
        See `Worklist`.
    kinds, weights
        Those wanted; all if none is named.
    wanted
        Words of the unit, without accents.
    least_m2
        Least size.
    statuses, known
        Decisions wanted, and those of the rows.
    """
    keep = np.ones(len(rows), dtype=bool)
    if kinds:
        keep &= rows["kind"].isin(list(kinds)).to_numpy()
    if weights:
        keep &= rows["weight"].isin(list(weights)).to_numpy()
    if words := fold_accents(wanted).split():
        keep &= np.array([all(w in text for w in words) for text in rows["words"]], dtype=bool)
    if least_m2 > 0:
        keep &= (rows["m2"] >= least_m2).to_numpy()
    if statuses:
        keep &= pd.Series(list(known), index=rows.index).isin(list(statuses)).to_numpy()
    return rows[keep]


def _choices(work: Worklist, known: Iterable[str]) -> list[str]:
    """Return what can be decided, and what was: by a file, or on the finding of the same land."""
    return list(dict.fromkeys([decided.OPEN, *map(str, work.choices), *map(str, known)]))


def filters(work: Worklist) -> pd.DataFrame:
    """Ask what is to be shown; return those rows. In a small window the filters are folded."""
    rows, key = work.rows, work.key
    counts = rows["kind"].value_counts()
    st.html(_STYLE)
    above = st.container(key=f"fold_{key}")
    unfolded = st.session_state.get(f"{key}_unfolded", False)
    fields = st.container(key=f"{'open' if unfolded else 'folded'}_{key}")
    first = fields.columns([1.5, 1.2, 1.2, 1.2, 1])
    kinds = first[0].multiselect(
        t("work.kind"), list(work.kinds), key=f"{key}_kinds", placeholder=t("work.all"),
        format_func=lambda kind: f"{work.kinds[kind]} ({figure(counts.get(kind, 0))})",
    )  # fmt: skip
    weights = first[1].multiselect(
        t("repair.outcome" if work.repair else "work.weight"), list(work.weights),
        key=f"{key}_weights", placeholder=t("work.all"),
        format_func=work.weights.__getitem__,
    )  # fmt: skip
    known = decided.statuses(rows["id"])
    statuses = first[2].multiselect(
        t("work.status"), _choices(work, known), key=f"{key}_statuses", placeholder=t("work.all"),
        format_func=lambda one: decided.status_name(one, repair=work.repair),
    )  # fmt: skip
    wanted = first[3].text_input(t("work.unit"), key=f"{key}_unit")
    least = number_field.show(first[4], t("work.least"), 0.0, key=f"{key}_least_{language()}")
    active = sum(map(bool, (kinds, weights, statuses, wanted.strip(), least)))
    above.toggle(f"{t('work.filters')} ({figure(active)})", key=f"{key}_unfolded")
    shown = narrowed(rows, kinds=kinds, weights=weights, wanted=wanted, least_m2=least,
                     statuses=statuses, known=known)  # fmt: skip
    open_ones = sum(status == decided.OPEN for status in known)
    told = t("work.progress", shown=figure(len(shown)), all=figure(len(rows)),
             open=figure(open_ones))  # fmt: skip
    st.session_state[f"{key}_told"] = told
    return shown


def table(work: Worklist, shown: pd.DataFrame, **options: Any) -> None:  # noqa: ANN401
    """Show the rows; a click on one goes to it."""
    key = f"{work.key}_table"
    content = work.shown.loc[shown.index].head(tables.MOST)
    status = decided.statuses(shown["id"].head(tables.MOST))
    content.insert(
        0, t("work.status"), [decided.status_name(one, repair=work.repair) for one in status]
    )
    at = _position(work, shown)
    rows = [] if at is None or at >= tables.MOST else [at]
    st.session_state[key] = {"selection": {"rows": rows, "columns": [], "cells": []}}

    def go() -> None:
        chosen = st.session_state[key].selection.rows
        st.session_state[work.place] = str(shown["id"].iloc[chosen[0]]) if chosen else None

    measures = {name: units.loc[content.index] for name, units in work.units.items()}
    tables.show(content, key=key, on_select=go, selection_mode="single-row", measures=measures,
                **options)  # fmt: skip


def _position(work: Worklist, shown: pd.DataFrame) -> int | None:
    """Return where in the rows shown the one is that is looked at."""
    found = np.flatnonzero((shown["id"] == st.session_state.get(work.place)).to_numpy())
    return int(found[0]) if len(found) else None


def current(work: Worklist, shown: pd.DataFrame) -> pd.Series | None:
    """Return the row that is looked at, if the filters leave it."""
    at = _position(work, shown)
    return None if at is None else shown.iloc[at]


def steps(work: Worklist, shown: pd.DataFrame) -> None:
    """Go to the next and the previous."""
    at = _position(work, shown)

    def move(step: int) -> None:
        following = (0 if step > 0 else -1) if at is None else (at + step) % len(shown)
        st.session_state[work.place] = str(shown["id"].iloc[following])

    with st.container(horizontal=True, vertical_alignment="center"):
        for step, name, icon in ((-1, "previous", "chevron_left"), (1, "next", "chevron_right")):
            st.button(t(f"map.{name}"), key=f"{work.key}_{name}", icon=f":material/{icon}:",
                      on_click=move, args=(step,), disabled=shown.empty)  # fmt: skip
        st.text(f"{'–' if at is None else figure(at + 1)} / {figure(len(shown))}")
        st.text(st.session_state[f"{work.key}_told"])


def decide(work: Worklist, shown: pd.DataFrame) -> None:
    """Ask what is decided on the row that is looked at, or on all that are shown."""
    at = _position(work, shown)
    if at is None:
        return
    key = str(shown["id"].iloc[at])
    before = decided.known().get(key)
    options = _choices(work, [] if before is None else [before.choice])
    # A decision that came by a file is not hidden by what the form began with.
    of = key if before is None else f"{key}_{before.choice}_{crc32(before.reason.encode())}"
    choice, reason, wrong = (f"{work.key}_{name}_{of}" for name in ("choice", "reason", "wrong"))

    def take(ids: Sequence[str], following: str) -> None:
        session = st.session_state
        chosen, why = session[choice], session[reason].strip()
        if chosen == Choice.WAIVE and not why:
            session[wrong] = "work.no_reason"
        elif chosen == decided.OPEN and why and before is None:  # the reason would be lost
            session[wrong] = "work.no_decision"
        else:
            decided.decide(ids, chosen, why)
            session[work.place] = following

    with st.form(f"{work.key}_decide_{key}", border=True):
        st.segmented_control(
            t("work.decision"), options, key=choice,
            default=decided.OPEN if before is None else str(before.choice),
            format_func=lambda one: decided.status_name(one, repair=work.repair), required=True,
        )  # fmt: skip
        st.text_input(t("work.reason"), "" if before is None else before.reason, key=reason)
        left, right = st.columns(2)
        following = str(shown["id"].iloc[(at + 1) % len(shown)])
        left.form_submit_button(t("work.save"), width="stretch", on_click=take,
                                args=([key], following))  # fmt: skip
        right.form_submit_button(t("work.save_all", count=figure(len(shown))), width="stretch",
                                 on_click=take, args=(list(shown["id"]), key))  # fmt: skip
    if mistake := st.session_state.pop(wrong, ""):
        st.error(t(mistake), icon=":material/error:")
