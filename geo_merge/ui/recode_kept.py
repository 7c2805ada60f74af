"""A person's table that outlives a reload and the server: the address names a folder, which has it.

The folder is that of a piece of work (`ui.work`) and goes as others do: the table, a crosswalk of
its own, what was said of the columns, what was chosen and decided, and what became of it. Every
table has a folder of its own, so that back leads to the one before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import streamlit as st

from geo_merge.ui import state, work
from geo_merge.ui.intake import files
from geo_merge.ui.state import Key
from geo_merge.ui.work import Role, Work

# Keys of the session.
ROLES = "recode_roles"  # of the columns, as a person said them
DECISIONS = "recode_decisions"  # rows of a table of decisions
DONE = "recode_done"  # what became of the table, and by what
_OPENED = "recode_opened"  # the work that these are of
_RESULT = "recoded"  # a file of the folder
# Of widgets, whose values the session forgets when another page is shown.
_CHOSEN = ("way", "province", "to", "vintage", "format", "aggregate", "weights")


def opened() -> Work | None:
    """Return the work of the table that the address leads to; None if there is none, or no more."""
    return work.find(st.session_state.get(Key.TABLE) or "")


def is_lost() -> bool:
    """Tell whether the address names a table that is no longer there."""
    return bool(st.session_state.get(Key.TABLE)) and opened() is None


def take(kept: Work | None, given: Mapping[Role, Path]) -> None:
    """Move files in; a table begins work of its own, with the crosswalk and all that was chosen."""
    target = kept
    if kept is None or "table" in given:
        target = work.begin()
        if kept is not None and "crosswalk" not in given:
            target.copy("crosswalk", kept.files("crosswalk"))
        target.choose(_choices(kept, roles=[]))
        st.session_state[Key.TABLE] = target.name
        state.write_address()
    if target is not None:
        for role, path in given.items():
            target.take(role, [path])
    files.next_round()


def leave(kept: Work) -> None:
    """Remove a table at once, with all that was made of it; decisions stay in the session."""
    kept.delete()
    st.session_state[Key.TABLE] = None
    state.write_address()


@contextmanager
def remembered(kept: Work | None) -> Iterator[None]:
    """Give the session what was chosen for a table, and keep what is chosen now, whatever comes."""
    session = st.session_state
    if kept is not None:
        fresh = session.get(_OPENED) != kept.name
        chosen = kept.choices
        for name in _CHOSEN:
            if name in chosen and (fresh or f"recode_{name}" not in session):
                session[f"recode_{name}"] = chosen[name]
        if fresh:
            session[ROLES] = tuple(chosen.get("roles", ()))
            session[DECISIONS] = list(chosen.get("decisions", ()))
            session[DONE] = None
            session[_OPENED] = kept.name
    try:
        yield
    finally:
        if kept is not None and kept.folder.exists():
            kept.choose(_choices(kept))


def _choices(kept: Work | None, **others: Any) -> dict[str, Any]:  # noqa: ANN401 - any choice
    """Return what is chosen: as the session has it, else as it was kept."""
    session, before = st.session_state, {} if kept is None else kept.choices
    now = {name: session[f"recode_{name}"] for name in _CHOSEN if f"recode_{name}" in session}
    made = {"roles": list(session.get(ROLES, ())), "decisions": session.get(DECISIONS, [])}
    return {**before, **now, **made, **others}


def done_of(kept: Work, key: str) -> Any:  # noqa: ANN401 - a pickle
    """Return what became of a table with a key; None if it was not recoded yet."""
    known, done = st.session_state.get(DONE) or ("", None)
    if known != key:
        done = kept.kept(_RESULT, key)
        st.session_state[DONE] = key, done
    return done


def keep_done(kept: Work, key: str, done: Any) -> None:  # noqa: ANN401
    """Keep what became of a table with a key."""
    st.session_state[DONE] = key, done
    kept.keep(_RESULT, key, done)
