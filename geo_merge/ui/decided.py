"""What is decided on findings and on what a repair would mend: kept in the folder of the work.

On a result that is nobody's work (the sample, that of ``geo-merge app DIR``) the first decision
begins a piece of work, so that it survives too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from geo_merge.errors import GeoMergeError
from geo_merge.jobs.job import Job
from geo_merge.mending.decisions import (
    Choice,
    Decision,
    as_decisions,
    decisions_table,
    is_of_finding,
)
from geo_merge.reading.tables import read_table
from geo_merge.results.contract import DECISIONS
from geo_merge.results.digits import rounded
from geo_merge.results.formats import csv_bytes
from geo_merge.system.scratch import scratch
from geo_merge.ui import store, tables, told, uploads
from geo_merge.ui.state import figure, t
from geo_merge.ui.work import Work
from geo_merge.vocabulary.limits import Sizes

# Keys of the session: the data at hand, and the decisions that its result was made with.
_OF, _BEGUN = "decided_of", "decided_begun"
_TAKEN = "decisions_taken"  # the file whose decisions were taken last
_OFFERED = "decisions_offered"  # what is written when the decisions are taken away
# Of what a piece of work keeps: decisions by data and id, and the data that results are made of.
_BY_DATA, _MADE_OF = "decisions", "made_of"
OPEN = ""  # nothing was decided
_NAMED = 5  # decisions on nothing that are named
_BLANK = pd.DataFrame(columns=["id", "units", "area_m2", "width_m"])


def use(mark: str) -> None:
    """Let the decisions be those on some data: they are kept apart from those on other data."""
    st.session_state[_OF] = mark
    st.session_state[_BEGUN] = {}


def use_result(key: str, table: pd.DataFrame) -> None:
    """Let the decisions be those on a result, begun with those that it was made with."""
    use(_kept().get(_MADE_OF, {}).get(key, key))
    if len(table):
        st.session_state[_BEGUN] = as_decisions(table)


def will_make(opened: Work, mark: str, key: str) -> None:
    """Note that a result of this key is made of the data that is decided on here."""
    kept = opened.decided
    made_of = kept.setdefault(_MADE_OF, {})
    if made_of.get(key) != mark:
        made_of[key] = mark
        opened.decide(kept)


def is_of(mark: str, key: str) -> bool:
    """Tell whether a result was made of the data that is decided on here."""
    return bool(_kept().get(_MADE_OF, {}).get(key) == mark)


def known() -> dict[str, Decision]:
    """Return the decisions on the data at hand by id."""
    session = st.session_state
    kept = _kept().get(_BY_DATA, {}).get(session.get(_OF, ""))
    if kept is None:
        return dict(session.get(_BEGUN, {}))
    return {key: Decision(Choice(choice), reason, None)
            for key, (choice, reason) in kept.items()}  # fmt: skip


def keep(decisions: Mapping[str, Decision]) -> None:
    """Let these be all decisions on the data at hand."""
    try:
        opened = store.work_or_new()
    except GeoMergeError as error:  # no place for it
        told.show(error)
        return
    if opened is None:
        return
    kept = opened.decided
    kept.setdefault(_BY_DATA, {})[st.session_state.get(_OF, "")] = {
        key: [str(one.choice), one.reason] for key, one in decisions.items()
    }
    opened.decide(kept)
    offered = st.session_state.get(_OFFERED, {})  # by a button that this run may not draw anew
    offered.clear()
    offered.update(decisions)


def decide(keys: Iterable[str], choice: str, reason: str) -> None:
    """Decide on findings or defects; with no choice they are open again."""
    decisions = known()
    for key in keys:
        if choice == OPEN:
            decisions.pop(key, None)
        else:
            decisions[key] = Decision(Choice(choice), reason.strip(), None)
    keep(decisions)


def with_decisions(opened: Work, job: Job) -> Job:
    """Return a job with what was decided on its layers; without a repair, on findings alone."""
    use(mark_of(job))
    decisions = known()
    if job.repair is None:
        decisions = {key: one for key, one in decisions.items() if is_of_finding(key)}
    if not decisions:
        return job
    path = opened.folder / DECISIONS
    table = decisions_table(_BLANK, decisions)
    path.write_bytes(csv_bytes(table[["id", "decision", "reason"]]))
    return replace(job, decisions=path)


def mark_of(job: Job) -> str:
    """Return what tells the layers of a job from others, as a person would."""
    return repr(sorted((path.name, path.stat().st_size) for path in job.old))


def _kept() -> dict[str, Any]:
    opened = store.current_work()
    return {} if opened is None else opened.decided


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
    offered = st.session_state[_OFFERED] = known()
    left.download_button(
        t("work.decisions_out"), lambda: csv_bytes(rounded(decisions_table(rows, offered))),
        "decisions.csv", "text/csv", key=f"{key}_out", on_click="ignore",
        icon=":material/download:", width="stretch",
    )  # fmt: skip
    upload = right.file_uploader(t("work.decisions_in"), uploads.TABLE_TYPES, key=f"{key}_in")
    if upload is None:
        return
    try:
        taken = _read(upload)
    except GeoMergeError as error:
        told.show(error)
        return
    if st.session_state.get(_TAKEN) != upload.file_id:
        st.session_state[_TAKEN] = upload.file_id
        keep({**known(), **taken})
        st.rerun()  # what stands above was drawn without them
    if not taken:
        st.warning(t("work.decisions_none"), icon=":material/info:")
        return
    told_of = t("work.decisions_taken", count=figure(len(taken)))
    if len(rows):
        there = len(taken.keys() & set(rows["id"]))
        told_of += " " + t("work.decisions_here", count=figure(there))
    if stale := foreign(taken, rows["id"]):
        ids = ", ".join(stale[:_NAMED]) + (" …" if len(stale) > _NAMED else "")
        told_of += " " + t("work.decisions_foreign", count=figure(len(stale)), ids=ids)
        st.warning(tables.plain(told_of), icon=":material/warning:")
        return
    st.success(told_of, icon=":material/check_circle:")


def foreign(taken: Iterable[str], there: Iterable[str]) -> list[str]:
    """Return the ids of decisions that are on nothing here, though their kind is listed here.

    A table is of findings and of what a repair would mend: of what is not listed nothing is known.
    """
    listed = set(there)
    kinds = {is_of_finding(key) for key in listed}
    return [key for key in taken if key not in listed and is_of_finding(key) in kinds]


def _read(upload: uploads.Upload) -> dict[str, Decision]:
    with scratch() as folder:
        return as_decisions(read_table(uploads.put(folder, upload), sizes=Sizes()))
