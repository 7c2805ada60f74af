"""Rows that became no one unit: a person chooses among the candidates, on a list and a map."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd
import streamlit as st

from geo_merge.recoding.decisions import COLUMNS, EXCLUDED, Open
from geo_merge.recoding.matching import Outcome
from geo_merge.ui import candidates_map, tables, told
from geo_merge.ui.recode_kept import DECISIONS
from geo_merge.ui.recoding import Done
from geo_merge.ui.state import figure, t
from geo_merge.ui.store import current
from geo_merge.units.called import full_name
from geo_merge.vocabulary.cells import csv_bytes
from geo_merge.vocabulary.codes import fold_accents
from geo_merge.vocabulary.places import Unit

_MOST_FOUND = 30  # units that a search shows


def decisions() -> pd.DataFrame:
    """Return what was decided in this session, as the command line reads it."""
    rows: list[dict[str, str]] = st.session_state.setdefault(DECISIONS, [])
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=str).fillna("")


def take_over(table: pd.DataFrame) -> None:
    """Add decisions of an earlier time; those of this session on the same thing stay."""
    for row in table.to_dict("records"):
        known = {(d["row"], d["says"]) for d in st.session_state.setdefault(DECISIONS, [])}
        new = {name: str(row.get(name, "") or "") for name in COLUMNS}
        if new["choice"] and (new["row"], new["says"]) not in known:
            st.session_state[DECISIONS].append(new)


def show(done: Done) -> None:
    """Show what is open, and take decisions on it."""
    made = decisions()
    if done.still:
        st.subheader(t("recode.settle", count=figure(len(done.still))), anchor=False)
        tables.small(t("recode.settle_help"))
        _open(done)
    if len(made):
        with st.expander(t("recode.decided", count=figure(len(made)))):
            tables.show(made[list(COLUMNS[:5])].rename(columns=_named()), height="content")
            with st.container(horizontal=True):
                st.download_button(
                    t("recode.save_decisions"), csv_bytes({str(c): list(made[c]) for c in made}),
                    "decisions.csv", "text/csv", on_click="ignore", icon=":material/download:",
                )  # fmt: skip
                st.button(t("recode.forget"), on_click=_forget, icon=":material/delete:")


def _named() -> dict[str, str]:
    return {name: t(f"recode.{name}") for name in COLUMNS[:5]}


def _forget() -> None:
    st.session_state[DECISIONS] = []


def _open(done: Done) -> None:
    decided = set(zip(*(decisions()[c] for c in ("row", "says")), strict=True))
    table = pd.DataFrame({
        t("recode.says"): [its.says for its in done.still],
        t("recode.rows"): [its.count for its in done.still],
        t("recode.why"): [told.problem(its.why) for its in done.still],
        t("recode.state"): [t("recode.is_decided") if ("", its.says) in decided else
                            t(f"recode.sheet_{its.outcome.value.replace(' ', '_')}")
                            for its in done.still],
    })  # fmt: skip
    event = tables.show(
        table, height=min(38 + 35 * len(table), 300), key="recode_open", on_select="rerun",
        selection_mode="single-row", column_config={t("recode.why"): {"width": "large"}},
    )  # fmt: skip
    chosen = event.selection.rows
    first = next((k for k, its in enumerate(done.still) if ("", its.says) not in decided), 0)
    _settle(done, done.still[chosen[0] if chosen and chosen[0] < len(done.still) else first])


def _settle(done: Done, its: Open) -> None:
    """Ask which unit rows are."""
    st.markdown(f"**{tables.plain(its.says)}** · {t('recode.row_count', count=figure(its.count))}")
    left, right = st.columns([1, 1], gap="medium")
    with left:
        candidates = [part.key for part in its.parts]
        shares = {part.key: part.share for part in its.parts}
        if its.outcome is Outcome.NOT_FOUND or not candidates:
            candidates = _searched(done.targets, its.says)
        names = {key: _label(done.targets[key], k, shares.get(key))
                 for k, key in enumerate(candidates)}  # fmt: skip
        choice = st.radio(
            t("recode.choice"), [*candidates, EXCLUDED], index=None,
            key=f"recode_choice_{its.says}",
            format_func=lambda key: names.get(key) or t("recode.exclude"),
        )  # fmt: skip
        row = _which(its) if its.count > 1 else ""
        reason = st.text_input(t("recode.reason"), key=f"recode_reason_{its.says}")
        st.button(t("recode.decide"), type="primary", disabled=choice is None, on_click=_decide,
                  args=(done.targets, its.says, row, choice, reason),
                  icon=":material/check:")  # fmt: skip
    with right:
        _map(done.targets, candidates, its.says)
        shown = [(n, cells) for n, cells in its.rows if row in {"", str(n)}][:5]
        sample = pd.DataFrame([cells for _, cells in shown], columns=list(done.headings))
        sample.insert(0, f"{t('recode.row')} ", [n for n, _ in shown])
        tables.show(sample, height="content")


def _which(its: Open) -> str:
    """Ask whether a decision holds for all rows that say the same, or for one of them."""
    everywhere = t("recode.on_all", count=figure(its.count))
    chosen = st.selectbox(
        t("recode.on"), ["", *(str(number) for number, _ in its.rows)],
        key=f"recode_row_{its.says}",
        format_func=lambda row: t("recode.on_row", row=row) if row else everywhere,
    )  # fmt: skip
    return str(chosen)


def _label(unit: Unit, k: int, share: float | None) -> str:
    letter = f"{candidates_map.LETTERS[k]} · " if k < len(candidates_map.LETTERS) else ""
    part = "" if share is None else f" · {figure(100 * share, 1, '%')}"
    return tables.plain(f"{letter}{unit}{part}")


def _searched(targets: Mapping[str, Unit], says: str) -> list[str]:
    """Ask for the name of the unit that was not found."""
    written = st.text_input(t("recode.search"), key=f"recode_search_{says}",
                            help=t("recode.search_help"))  # fmt: skip
    wanted = fold_accents(written).casefold().strip()
    if not wanted:
        return []
    found = [key for key, unit in targets.items() if wanted in fold_accents(str(unit)).casefold()]
    if len(found) > _MOST_FOUND:
        tables.small(t("recode.many_found", count=figure(len(found)), shown=figure(_MOST_FOUND)))
    return found[:_MOST_FOUND]


def _decide(
    targets: Mapping[str, Unit], says: str, row: str, choice: str | None, reason: str
) -> None:
    unit = targets.get(choice or "")
    made = {"row": row, "says": says, "choice": unit.code if unit else EXCLUDED,
            "choice_name": full_name(unit.name, unit.unit_type) if unit else "",
            "reason": reason, "rows": "", "candidates": ""}  # fmt: skip
    kept = [d for d in st.session_state.get(DECISIONS, []) if (d["row"], d["says"]) != (row, says)]
    st.session_state[DECISIONS] = [*kept, made]


def _map(targets: Mapping[str, Unit], candidates: Sequence[str], says: str) -> None:
    """Draw the candidates, if the result on show has all of them."""
    new = current().result.new
    known = [key for key in candidates if key in new.index]
    same = all(str(new.loc[key, "name"]) == targets[key].name for key in known)
    if not known or len(known) < len(candidates) or not same:
        if candidates:
            tables.small(t("recode.no_map"))
        return
    title = t("recode.map_of", says=says)
    data = base64.b64encode(candidates_map.drawn(new, known, title).encode()).decode()
    st.html(f'<img alt="{escape(title)}" style="width: 100%" '
            f'src="data:image/svg+xml;base64,{data}">')  # fmt: skip
