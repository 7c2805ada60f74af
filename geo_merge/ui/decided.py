"""What was decided in this session on findings and on what a repair would mend."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from geo_merge.errors import GeoMergeError
from geo_merge.jobs.repairing import table_of
from geo_merge.mending.decisions import Choice, Decision, as_decisions
from geo_merge.reading.tables import read_table
from geo_merge.results.formats import csv_bytes
from geo_merge.system.scratch import scratch
from geo_merge.ui import told, uploads
from geo_merge.ui.state import figure, t
from geo_merge.ui.tables import plain
from geo_merge.vocabulary.limits import Sizes

# Keys of the session: decisions by data and id, the data at hand, and the data of results.
_KEY, _OF, _MARKS = "decided", "decided_of", "decided_marks"
_TAKEN = "decisions_taken"  # the file whose decisions were taken last
OPEN = ""  # nothing was decided


def use(mark: str) -> None:
    """Let the decisions be those on some data: they are kept apart from those on other data."""
    st.session_state[_OF] = mark


def use_result(key: str, table: pd.DataFrame) -> None:
    """Let the decisions be those on a result, begun with those that it was made with."""
    use(st.session_state.get(_MARKS, {}).get(key, key))
    if len(table):
        for name, one in as_decisions(table).items():
            known().setdefault(name, one)


def will_make(mark: str, key: str) -> None:
    """Note that a result of this key is made of the data that is decided on here."""
    st.session_state.setdefault(_MARKS, {})[key] = mark


def is_of(mark: str, key: str) -> bool:
    """Tell whether a result was made of the data that is decided on here."""
    return bool(st.session_state.get(_MARKS, {}).get(key) == mark)


def known() -> dict[str, Decision]:
    """Return the decisions on the data at hand by id."""
    every: dict[str, dict[str, Decision]] = st.session_state.setdefault(_KEY, {})
    return every.setdefault(st.session_state.get(_OF, ""), {})


def decide(keys: Iterable[str], choice: str, reason: str) -> None:
    """Decide on findings or defects; with no choice they are open again."""
    for key in keys:
        if choice == OPEN:
            known().pop(key, None)
        else:
            known()[key] = Decision(Choice(choice), reason.strip(), t("work.in_page"))


def statuses(ids: Iterable[str]) -> list[str]:
    """Return what was decided on each, blank for what is open."""
    decisions = known()
    return [str(decisions[i].choice) if i in decisions else OPEN for i in ids]


def status_name(choice: str, *, repair: bool = False) -> str:
    """Return what a decision is called, of a finding or of what a repair would mend."""
    kind = "repair" if repair else "finding"
    return t(f"status.{kind}_{choice or 'open'}")


def exchange(rows: pd.DataFrame, key: str) -> None:
    """Offer the decisions as a file, and take those of one.

    Parameters
    ----------
    rows
        What can be decided on: ``id, units, area_m2, width_m``.
    key
        Key of the widgets.
    """
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    decisions = known()
    left.download_button(
        t("work.decisions_out"), lambda: csv_bytes(table_of(decisions, rows)), "decisions.csv",
        "text/csv", key=f"{key}_out", on_click="ignore", icon=":material/download:",
        width="stretch",
    )  # fmt: skip
    upload = right.file_uploader(t("work.decisions_in"), uploads.TABLE_TYPES, key=f"{key}_in")
    if upload is None:
        return
    try:
        taken = _take(upload)
    except GeoMergeError as error:
        for problem in error.problems:
            st.error(plain(told.problem(problem)), icon=":material/error:")
        return
    st.success(t("work.decisions_taken", count=figure(taken)), icon=":material/check_circle:")


def _take(upload: uploads.Upload) -> int:
    """Take the decisions of a file, once; return how many it has."""
    with scratch() as folder:
        decisions = as_decisions(read_table(uploads.put(folder, upload), sizes=Sizes()))
    mark = (upload.name, hash(bytes(upload.getbuffer())))
    if st.session_state.get(_TAKEN) != mark:
        st.session_state[_TAKEN] = mark
        known().update(decisions)
    return len(decisions)
