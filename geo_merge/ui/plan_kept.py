"""Plans at work that outlive a reload: the address names one, the server has it."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from threading import Lock

import streamlit as st

from geo_merge.ui import state
from geo_merge.ui.plan_work import Work
from geo_merge.ui.state import Key

_MOST = 40  # plans; those that nobody worked on for longest go first
WORK = "plan_work"  # key of the session


class _Shelf:
    """Plans by the names that addresses have."""

    def __init__(self) -> None:
        self._works: OrderedDict[str, Work] = OrderedDict()
        self._lock = Lock()

    def put(self, name: str, work: Work) -> None:
        with self._lock:
            self._works[name] = work
            self._works.move_to_end(name)
            while len(self._works) > _MOST:
                self._works.popitem(last=False)

    def get(self, name: str) -> Work | None:
        with self._lock:
            return self._works.get(name)


@st.cache_resource(show_spinner=False)
def _shelf() -> _Shelf:
    return _Shelf()


def save(work: Work) -> None:
    """Keep a plan of the session, on the server too; the address leads to it."""
    session = st.session_state
    session[WORK] = work
    if not session.get(Key.PLAN):
        session[Key.PLAN] = secrets.token_urlsafe(12)
        state.write_address()
    _shelf().put(session[Key.PLAN], work)


def load() -> Work | None:
    """Return the plan of the session, or that which the address names; None if there is none."""
    session = st.session_state
    work: Work | None = session.get(WORK)
    if work is None and session.get(Key.PLAN):
        there = _shelf().get(session[Key.PLAN])
        work = session[WORK] = None if there is None else there.fork()
    return work


def is_lost() -> bool:
    """Tell whether the address names a plan that the server no longer has."""
    name = st.session_state.get(Key.PLAN)
    return name is not None and st.session_state.get(WORK) is None and _shelf().get(name) is None
