"""A repair of the user's layers: switched on, looked at place by place, and decided on."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from geo_merge.jobs.job import Job
from geo_merge.jobs.repairing import Proposal, decided_by_place, propose, table_of
from geo_merge.maps.place import place_of
from geo_merge.mending import RepairOptions
from geo_merge.mending.decisions import is_of_finding
from geo_merge.mending.mend import SNAP, TOLERANCE
from geo_merge.results.contract import DECISIONS
from geo_merge.results.formats import csv_bytes
from geo_merge.system import worker
from geo_merge.system.turns import turns
from geo_merge.ui import decided, repairs_list, store, told
from geo_merge.ui.state import figure, t
from geo_merge.ui.steps import steps
from geo_merge.ui.tables import plain

_RULES = ("longest-edge", "largest-neighbour")
_PROPOSED = "proposal"  # key of the session: what was proposed, of what, with which decisions
_DONE = "M01"  # the check that says what was repaired
_BLANK = pd.DataFrame(columns=["id", "units", "area_m2", "width_m"])


def with_repair(job: Job) -> Job:
    """Return a job with the repair that was chosen, and with what was decided."""
    decided.use(_mark(job))
    known = decided.known()
    job = replace(job, repair=_chosen() if st.session_state.get("repair_on") else None)
    if job.repair is None:
        known = {key: one for key, one in known.items() if is_of_finding(key)}
    if not known:
        return job
    path = job.old[0].parent / DECISIONS
    table = table_of(known, _BLANK)
    path.write_bytes(csv_bytes(table[["id", "decision", "reason"]]))
    return replace(job, decisions=path)


def _mark(job: Job) -> str:
    """Return what tells these layers from others, as a person would."""
    return repr(sorted((path.name, path.stat().st_size) for path in job.old))


def _chosen() -> RepairOptions:
    session = st.session_state
    return RepairOptions(
        rule=session.get("repair_rule") or _RULES[0],
        tolerance=float(session.get("repair_tolerance") or TOLERANCE),
        snap=float(session.get("repair_snap", SNAP)),
    )


def show(job: Job, key: str) -> None:
    """Ask whether and how to repair; show what it would do.

    Parameters
    ----------
    job, key
        The job with what was chosen, and the key of the result that it makes.
    """
    decided.will_make(_mark(job), key)
    on = bool(st.session_state.get("repair_on"))
    with st.expander(t("repair.title"), expanded=on, icon=":material/healing:"):
        st.toggle(t("repair.on"), key="repair_on", help=t("repair.help"))
        if not on:
            return
        columns = st.columns(3)
        rules = [*_RULES, *(f"layer:{path.name}" for path in job.old if len(job.old) > 1)]
        columns[0].selectbox(t("repair.rule"), rules, key="repair_rule", format_func=_rule_name)
        columns[1].number_input(t("repair.tolerance"), min_value=0.01, value=TOLERANCE,
                                key="repair_tolerance", format="%g")  # fmt: skip
        columns[2].number_input(t("repair.snap"), min_value=0.0, value=SNAP, step=0.05,
                                key="repair_snap", format="%g")  # fmt: skip
        _propose(job)


def _rule_name(rule: str) -> str:
    kind, _, name = rule.partition(":")
    return t(f"repair.rule_{kind}", name=name) if name else t(f"repair.rule_{kind}")


def _propose(job: Job) -> None:
    """Look at what a repair would do when asked to, and show what was proposed."""
    of = store.content_key([*job.old, *([job.divide] if job.divide else [])],
                           {**job.options, "rules": None})  # fmt: skip
    known = dict(decided.known())
    pressed = st.button(t("repair.preview"), key="repair_preview", icon=":material/preview:",
                        help=t("repair.preview_help"))  # fmt: skip
    if pressed:
        proposal = _run(job)
        st.session_state[_PROPOSED] = (of, known, proposal)
        _follow(job, proposal)
    made_of, made_with, proposed = st.session_state.get(_PROPOSED, ("", {}, None))
    if proposed is None or made_of != of:
        if any(is_of_finding(key) for key in known):
            st.warning(t("repair.look_first"), icon=":material/info:")
        decided.exchange(_BLANK, "proposal")
        return
    _proposed(proposed, made_with)


def _run(job: Job) -> Proposal:
    with steps(t("repair.previewing")) as (say, queued), turns().take(queued):
        return worker.run(partial(propose, job), say)


def _follow(job: Job, proposal: Proposal) -> None:
    """Let defects share the decision on the finding of their land."""
    loaded = store.current()
    if decided.is_of(_mark(job), loaded.key):
        found = decided_by_place(proposal.repairs, loaded.result.findings, decided.known())
        decided.known().update(found)


@st.fragment
def _proposed(proposal: Proposal, made_with: dict[str, object]) -> None:
    repairs = proposal.repairs
    if repairs.empty:
        st.success(t("repair.nothing"), icon=":material/check_circle:")
        return
    waiting = int((~repairs["applied"]).sum())
    m2 = float(repairs.loc[repairs["applied"], "area_m2"].sum())
    st.markdown(t("repair.summary", done=figure(len(repairs) - waiting), waiting=figure(waiting),
                  m2=figure(m2, 0)))  # fmt: skip
    # What is done stands above and in the list; what is wrong with it is told here.
    wrong = proposal.findings[proposal.findings["check"] != _DONE]
    for message, hint in told.findings(wrong).itertuples(index=False):
        st.warning(plain(f"{message} {hint}"), icon=":material/warning:")
    if dict(decided.known()) != made_with:
        st.info(t("repair.stale"), icon=":material/sync:")
    names = {str(code): str(name) for code, name in proposal.units["name"].items()}
    shapes = repairs.geometry
    repairs_list.show(
        "proposal", repairs, names,
        lambda row: place_of(proposal.units, proposal.after, shapes.iloc[row]),
    )  # fmt: skip
    decided.exchange(repairs[["id", "units", "area_m2", "width_m"]], "proposal")
