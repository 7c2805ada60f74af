"""Plans at work that outlive a reload and the server: the address names a folder, which has one.

The folder is that of a piece of work (`ui.work`) and goes as others do. The layer is written
once, what was done to it after every change.
"""

from __future__ import annotations

import streamlit as st

from geo_merge.ui import state, work
from geo_merge.ui.plan_work import Ways, Work
from geo_merge.ui.state import Key

WORK = "plan_work"  # key of the session
_WRITTEN = "plan_written"  # key of the session: the layer that was written, and where
_WAYS_WRITTEN = "plan_ways_written"  # the same of how distances are measured
_BASE, _DONE, _WAYS = "plan_base", "plan", "plan_ways"  # files of the folder
_KEPT = ("histories", "at", "holding", "revision", "certificates")  # the rest follows from these


def save(plan: Work) -> None:
    """Keep a plan of the session, on the disk too; the address leads to it.

    Raises
    ------
    ExportError
        If there is no place for it; the session has it even so.
    """
    session = st.session_state
    session[WORK] = plan
    folder = work.find(session.get(Key.PLAN) or "")
    if folder is None:
        folder = work.begin()
        session[Key.PLAN] = folder.name
        state.write_address()
    key = plan.base.key
    if session.get(_WRITTEN) != (folder.name, key):
        folder.keep(_BASE, key, plan.base)
        session[_WRITTEN] = (folder.name, key)
    if session.get(_WAYS_WRITTEN, (folder.name, "")) != (folder.name, plan.ways.key):
        folder.keep(_WAYS, key, plan.ways)
        session[_WAYS_WRITTEN] = (folder.name, plan.ways.key)
    folder.keep(_DONE, key, {name: getattr(plan, name) for name in _KEPT})


def load() -> Work | None:
    """Return the plan of the session, or that which the address names; None if there is none."""
    session = st.session_state
    plan: Work | None = session.get(WORK)
    if plan is None:
        plan = session[WORK] = _kept()
    return plan


def is_lost() -> bool:
    """Tell whether the address names a plan that is no longer there."""
    return bool(st.session_state.get(Key.PLAN)) and load() is None


def _kept() -> Work | None:
    folder = work.find(st.session_state.get(Key.PLAN) or "")
    if folder is None:
        return None
    base = folder.kept(_BASE)
    done = None if base is None else folder.kept(_DONE, base.key)
    if done is None:
        return None
    ways = folder.kept(_WAYS, base.key) or Ways()
    st.session_state[_WAYS_WRITTEN] = (folder.name, ways.key)
    return Work(base, ways=ways, **done)
