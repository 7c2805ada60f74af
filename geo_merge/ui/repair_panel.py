"""A repair of the user's layers: switched on, looked at place by place, and decided on.

How to repair, what was decided and what was proposed are kept with the work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from geo_merge.jobs.job import Job
from geo_merge.jobs.repairing import Proposal, decided_by_place, propose
from geo_merge.maps.place import place_of
from geo_merge.mending.decisions import Decision, is_of_finding
from geo_merge.mending.mend import SNAP, TOLERANCE
from geo_merge.system import worker
from geo_merge.system.turns import turns
from geo_merge.ui import decided, number_field, repairs_list, store, told
from geo_merge.ui.state import figure, language, t
from geo_merge.ui.steps import steps
from geo_merge.ui.tables import plain
from geo_merge.ui.work import Work, content_key

# Metres: the least, and what holds until another is written.
_NUMBERS = {"tolerance": (0.01, TOLERANCE), "snap": (0.0, SNAP)}
_RULES = ("longest-edge", "largest-neighbour")
# Key of the session and name in the work: what was proposed, of what, with which decisions.
_PROPOSED = "proposal"
_STOPPED = "repair_stopped"
_DONE = "M01"  # the check that says what was repaired
_BLANK = pd.DataFrame(columns=["id", "units", "area_m2", "width_m"])


def show(opened: Work, job: Job, key: str) -> None:
    """Ask whether and how to repair; show what it would do.

    Parameters
    ----------
    opened, job, key
        The work, its job with what was chosen, and the key of the result that it makes.
    """
    decided.will_make(opened, decided.mark_of(job), key)
    chosen = opened.choices.get("repair", {})
    on = bool(chosen.get("on"))
    keys = {name: f"repair_{name}_{opened.name}" for name in ("on", "rule")}
    keys |= {name: f"repair_{name}_{opened.name}_{language()}" for name in _NUMBERS}

    def remember() -> None:
        session = st.session_state
        drawn = {name: session[its] for name, its in keys.items() if its in session}
        for name, (least, _) in _NUMBERS.items():
            number = number_field.read(drawn.pop(name, ""), least)
            if number is not None:
                drawn[name] = number
        opened.choose({"repair": {**chosen, **drawn}})

    with st.expander(t("repair.title"), expanded=on, icon=":material/healing:"):
        st.toggle(t("repair.on"), on, key=keys["on"], help=t("repair.help"), on_change=remember)
        if on:
            _ask(job, chosen, keys, remember)
            _propose(opened, job)


def _ask(
    job: Job, chosen: Mapping[str, Any], keys: Mapping[str, str], remember: Callable[[], None]
) -> None:
    first, second, third = st.columns(3)
    rules = [*_RULES, *(f"layer:{path.name}" for path in job.old if len(job.old) > 1)]
    rule = chosen.get("rule")
    first.selectbox(t("repair.rule"), rules, rules.index(rule) if rule in rules else 0,
                    key=keys["rule"], format_func=_rule_name, on_change=remember)  # fmt: skip
    for place, (name, (least, default)) in zip((second, third), _NUMBERS.items(), strict=True):
        number_field.show(place, t(f"repair.{name}"), chosen.get(name, default), key=keys[name],
                          least=least, on_change=remember)  # fmt: skip


def _rule_name(rule: str) -> str:
    kind, _, name = rule.partition(":")
    return t(f"repair.rule_{kind}", name=name) if name else t(f"repair.rule_{kind}")


def _propose(opened: Work, job: Job) -> None:
    """Look at what a repair would do when asked to, and show what was proposed."""
    of = content_key([*job.old, *([job.divide] if job.divide else [])],
                     {**job.options, "rules": None})  # fmt: skip
    known = decided.known()
    pressed = st.button(t("repair.preview"), key="repair_preview", icon=":material/preview:",
                        help=t("repair.preview_help"))  # fmt: skip
    if pressed:
        proposal = _run(job)
        opened.keep(_PROPOSED, of, (known, proposal))
        st.session_state[_PROPOSED] = (of, (known, proposal))
        _follow(job, proposal)
    elif st.session_state.pop(_STOPPED, False):
        st.info(t("repair.stopped"), icon=":material/stop_circle:")
    made_with, proposed = _proposed_of(opened, of) or ({}, None)
    if proposed is None:
        if any(is_of_finding(key) for key in known):
            st.warning(t("repair.look_first"), icon=":material/info:")
        decided.exchange(_BLANK, "proposal")
        return
    _proposed(proposed, made_with)


def _proposed_of(opened: Work, of: str) -> tuple[dict[str, Decision], Proposal] | None:
    """Return what was proposed of inputs, and the decisions before; from the work if need be."""
    known, content = st.session_state.get(_PROPOSED) or ("", None)
    if known != of:
        content = opened.kept(_PROPOSED, of)
        st.session_state[_PROPOSED] = (of, content)
    found: tuple[dict[str, Decision], Proposal] | None = content
    return found


def _run(job: Job) -> Proposal:
    with (
        steps(t("repair.previewing"), stop="stop_repair", on_stop=_stop) as (say, queued),
        turns().take(queued),
    ):
        return worker.run(partial(propose, job), say)


def _stop() -> None:
    st.session_state[_STOPPED] = True


def _follow(job: Job, proposal: Proposal) -> None:
    """Let defects share the decision on the finding of their land."""
    loaded = store.current()
    if decided.is_of(decided.mark_of(job), loaded.key):
        known = decided.known()
        found = decided_by_place(proposal.repairs, loaded.result.findings, known)
        if found:
            decided.keep({**known, **found})


@st.fragment
def _proposed(proposal: Proposal, made_with: dict[str, Decision]) -> None:
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
    if decided.known() != made_with:
        st.info(t("repair.stale"), icon=":material/sync:")
    names = {str(code): str(name) for code, name in proposal.units["name"].items()}
    shapes = repairs.geometry
    repairs_list.show(
        "proposal", repairs, names,
        lambda row: place_of(proposal.units, proposal.after, shapes.iloc[row]),
    )  # fmt: skip
    decided.exchange(repairs[["id", "units", "area_m2", "width_m"]], "proposal")
