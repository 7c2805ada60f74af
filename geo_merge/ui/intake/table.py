"""The crosswalk on the page: its columns, what is wrong in it, and correcting it in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from geo_merge.ui import tables, told
from geo_merge.ui.intake import headings
from geo_merge.ui.intake.looking import Looked
from geo_merge.ui.intake.problem_rows import by_row, without_row
from geo_merge.ui.state import Key, figure, t
from geo_merge.ui.work import Work
from geo_merge.units.crosswalk import REQUIRED

_PROBLEM, _ROW = "problem", "row"
# Columns that are shown even where they are blank.
_MAIN = ("old_code", "old_name", "old_district", "new_code", "new_name", "new_type", "share")
_MOST = 2_000  # rows in the editor; more make a browser slow


def offer_template(looked: Looked) -> None:
    """Offer a table to be filled in, with the layer's own codes and names."""
    if looked.units.empty:
        return
    tables.small(t("intake.template_help"))
    tables.downloads(headings.template(looked.units), "crosswalk_template")


def under_ours(table: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return a table under our headings as we spell them, its rows numbered as before.

    `columns` are those that were chosen for ours, where they have other headings.
    """
    return headings.under_ours(table, {**headings.recognised_as_ours(table), **columns})


def is_known(table: pd.DataFrame, columns: Mapping[str, str]) -> bool:
    """Tell whether it is known which columns are ours: by their headings, or as was chosen."""
    return bool(columns) or set(REQUIRED) <= set(headings.recognised_as_ours(table))


def ask_columns(work: Work, looked: Looked, table: pd.DataFrame) -> None:
    """Ask which column is which of ours; what was recognised is chosen to begin with."""
    st.subheader(t("intake.columns"), anchor=False)
    tables.small(t("intake.columns_help"))
    found = headings.recognised(table, looked.units)
    columns = [str(column) for column in table.columns]
    chosen: dict[str, str] = {}
    slots = st.columns(4)
    for k, ours in enumerate(headings.OURS):
        start = columns.index(found[ours]) + 1 if ours in found else 0
        needed = " *" if ours in (*headings.NEEDED, "old_code") else ""
        value = slots[k % 4].selectbox(
            f"{t(f'intake.column_{ours}')}{needed}", ["", *columns], index=start,
            key=f"column_{ours}_{work.name}", format_func=lambda c: c or t("intake.no_column"),
        )  # fmt: skip
        if value:
            chosen[ours] = value
    tables.show(table.head(5), height="content")
    wrong = wrong_columns(chosen)
    for sentence in wrong:
        st.error(sentence, icon=":material/error:")
    if st.button(t("intake.use_columns"), type="primary", key="use_columns", disabled=bool(wrong),
                 icon=":material/check:"):  # fmt: skip
        work.choose({"columns": chosen})
        st.rerun()


def wrong_columns(chosen: Mapping[str, str]) -> list[str]:
    """Return a sentence for what is needed and has no column, and for columns chosen twice."""
    wrong = []
    lacking = headings.missing(chosen)
    if lacking:
        names = ", ".join(t(f"intake.column_{ours}") for ours in lacking)
        wrong.append(t("intake.open_columns", columns=names))
    taken = list(chosen.values())
    twice = sorted({column for column in taken if taken.count(column) > 1})
    if twice:
        wrong.append(tables.plain(t("intake.columns_twice", columns=", ".join(twice))))
    return wrong


def correct(work: Work, looked: Looked, table: pd.DataFrame, problems: Sequence[str], *,
            taken: bool) -> None:  # fmt: skip
    """Show the rows with problems, and let them be corrected in place.

    Rows of units that have none are added to be filled in; a row that is removed is gone.
    `taken` tells whether something that was typed was taken just now (`take_typed`).
    """
    used = work.crosswalk
    wrong = by_row(problems, table, used.name if used is not None else "")
    lacking = without_row(looked.units, table) if problems else table.head(0)
    views = {"wrong": t("intake.wrong_rows", count=figure(len(wrong) + len(lacking))),
             "all": t("intake.all_rows", count=figure(len(table)))}  # fmt: skip
    view = st.segmented_control(
        t("intake.rows"), list(views), format_func=views.__getitem__, key=f"rows_{work.name}",
        default="wrong" if problems else "all", label_visibility="collapsed", required=True,
    )  # fmt: skip
    shown = _shown(table, wrong, lacking, only_wrong=view == "wrong")
    if len(shown) > _MOST:
        tables.small(t("ui.rows_shown", count=figure(_MOST), all=figure(len(shown))))
    rows = shown.head(_MOST)
    key = f"editor_{work.name}_{_mark(table)}_{_mark(rows)}"
    st.data_editor(
        rows, key=key, hide_index=True, on_change="ignore",
        num_rows="dynamic", disabled=[_ROW, _PROBLEM], height=360, width="stretch",
        column_order=[_ROW, *([_PROBLEM] if shown[_PROBLEM].any() else []), *_columns(table)],
        column_config={_ROW: st.column_config.TextColumn(t("intake.row"), width="small"),
                       _PROBLEM: st.column_config.TextColumn(t("ui.problem"), width="large"),
                       **{ours: t(f"intake.column_{ours}") for ours in headings.OURS
                          if ours in shown}},
    )  # fmt: skip
    st.session_state[Key.EDITOR] = (work.name, key, table, rows)
    pressed = st.button(t("intake.take_corrections"), key="take_corrections",
                        icon=":material/done_all:",
                        type="primary" if problems else "secondary")  # fmt: skip
    tables.downloads(table, "crosswalk_corrected")
    if pressed and not taken:
        st.info(t("intake.nothing_changed"), icon=":material/info:")


def take_typed(work: Work) -> bool:
    """Put what was typed into the table that was shown last into the work; tell if anything was.

    The browser sends it with whatever is done next, be that the button below the table, the list of
    all rows, another file or the merger: none of them may lose it, so it is taken before all else.
    A button in a form would not do: what was typed in the last 150 ms is not sent with it.
    """
    if Key.EDITOR not in st.session_state:
        return False
    name, key, table, rows = st.session_state[Key.EDITOR]
    if name != work.name or key not in st.session_state:
        return False
    edits = st.session_state[key]
    corrected = merged(table, rows, as_typed(rows, edits))
    changed = not corrected.equals(table.reset_index(drop=True))
    if changed:
        work.correct(corrected)
    return changed


def as_typed(rows: pd.DataFrame, edits: Mapping[str, Any]) -> pd.DataFrame:
    """Return the rows of an editor as they are now: Streamlit keeps what differs."""
    edited = rows.copy()
    for row, cells in edits["edited_rows"].items():
        for column, value in cells.items():
            edited.loc[row, column] = value
    added = pd.DataFrame(edits["added_rows"], columns=rows.columns, dtype=object)
    left = edited.drop(index=edits["deleted_rows"])
    now: pd.DataFrame = pd.concat([left, added], ignore_index=True)
    return now


def merged(table: pd.DataFrame, shown: pd.DataFrame, edited: pd.DataFrame) -> pd.DataFrame:
    """Return a table with what was corrected: changed, removed and added rows.

    Parameters
    ----------
    table
        The table, indexed by the numbers of its rows.
    shown
        The rows that were in the editor, with their numbers under ``row``; new ones have none.
    edited
        The rows as they are in the editor now.
    """
    numbers = pd.to_numeric(edited[_ROW], errors="coerce")
    kept = edited[numbers.notna()]
    before = pd.to_numeric(shown[_ROW], errors="coerce").dropna()
    removed = set(before.astype(int)) - set(kept[_ROW].astype(int))
    result = table.drop(index=[row for row in removed if row in table.index]).copy()
    columns = list(table.columns)
    if len(kept):
        values = kept[columns].fillna("").astype(str)
        values.index = pd.Index(kept[_ROW].astype(int), name=table.index.name)
        result.loc[values.index, columns] = values
    added = edited.loc[numbers.isna(), columns].fillna("").astype(str)
    new = [name for name in columns if name.startswith("new_")]
    filled = added[added[new].apply(lambda c: c.str.strip()).ne("").any(axis=1)]
    whole: pd.DataFrame = pd.concat([result, filled], ignore_index=True)
    return whole


def _shown(
    table: pd.DataFrame, wrong: Mapping[int, list[str]], lacking: pd.DataFrame, *, only_wrong: bool
) -> pd.DataFrame:
    rows = table.loc[sorted(wrong)] if only_wrong else table
    told_of = [" ".join(map(told.problem, wrong.get(row, ()))) for row in rows.index]
    numbers = list(map(str, rows.index))
    listed = rows.reset_index(drop=True)
    listed.insert(0, _ROW, numbers)
    listed.insert(1, _PROBLEM, told_of)
    new = lacking.reset_index(drop=True)
    new.insert(0, _ROW, t("intake.new_row"))
    new.insert(1, _PROBLEM, t("intake.no_row"))
    # What is mended in a wrong row is often the unit that has none: it comes first.
    parts = [listed, new] if only_wrong else [new, listed]
    both: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return both if len(new) else listed


def _columns(table: pd.DataFrame) -> list[str]:
    """Return the columns that are shown: the main ones, then those with something in them.

    What is corrected is seen without going to the right, beside what is wrong with it.
    """
    names = list(map(str, table.columns))
    rest = (c for c in names if c not in _MAIN and table[c].str.strip().ne("").any())
    return [*(c for c in _MAIN if c in names), *rest]


def _mark(table: pd.DataFrame) -> str:
    """Return what changes with the table: corrections of one are none of another."""
    return f"{int(pd.util.hash_pandas_object(table).sum()) & 0xFFFFFFFF:x}"
