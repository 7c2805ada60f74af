"""The user's own work: from a province, layers, tables and texts to a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st

from geo_merge.errors import GeoMergeError
from geo_merge.jobs.job import Job
from geo_merge.system.works import works
from geo_merge.ui import decided, options_panel, state, store, tables, told, uploads
from geo_merge.ui.intake import (
    files,
    outcome,
    province,
    recognised,
    resolution,
    running,
    table,
    taking,
)
from geo_merge.ui.intake.looking import Looked
from geo_merge.ui.state import Key, figure, t
from geo_merge.ui.store import Loaded
from geo_merge.ui.work import LAND, Work, content_key
from geo_merge.vocabulary.finding import Severity
from geo_merge.vocabulary.sentence import sentence

_SHOWN = 200  # problems
_STOPPED = "merge_stopped"  # of the session: whether a merger has just been stopped
_FEW = 10  # problems, which are shown whole; a table cuts long sentences


def show() -> None:
    """Draw the page."""
    open_work = store.current_work()
    _about(open_work)
    loaded = st.session_state.get(Key.LOADED)
    ended, told_below, changed = st.container(), False, False
    taken = open_work is not None and table.take_typed(open_work)
    try:
        province.show(open_work)
        given = files.ask(open_work)
        resolution.ask(open_work)
        if given.all and (open_work is not None or given.layers or given.crosswalk):
            taking.take(open_work, given)
        elif open_work is not None:
            told_below = _work_on(open_work, taken=taken)
            changed = loaded is not None and _has_changed(open_work, loaded)
    except GeoMergeError as error:
        _problems(error.problems)
    if loaded is not None and not told_below:
        with ended:
            outcome.show(loaded.result, changed=changed)


def _has_changed(open_work: Work, loaded: Loaded) -> bool:
    """Tell whether files, choices or decisions are others than those of a result."""
    job = open_work.job()
    if not job.inputs:
        return False
    if job.old:
        job = decided.with_decisions(open_work, job)
    return content_key(list(job.files.values()), job.options) != loaded.key


def _about(open_work: Work | None) -> None:
    """Say how long work is kept, and let it be left or deleted."""
    kept = works()
    limits = t("intake.kept", hours=figure(kept.hours), mb=figure(kept.megabytes))
    st.header(t("page.data"), anchor=False)
    tables.small(f"{t('ui.data_help')} {limits}")
    if open_work is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(t("ui.back_to_sample"), on_click=_leave, icon=":material/undo:")
        st.button(t("intake.delete"), on_click=partial(_leave, open_work), key="delete_work",
                  icon=":material/delete_forever:", help=t("intake.delete_help"))  # fmt: skip


def _leave(deleted: Work | None = None) -> None:
    """Go back to what the page opened with; the work stays under its address, unless deleted."""
    if deleted is not None:
        deleted.delete()
    state.open_work("")
    files.next_round()
    state.select(None)


def _work_on(open_work: Work, *, taken: bool) -> bool:
    """Show what there is of a piece of work, and go on with it as far as it goes.

    `taken` tells whether corrections of the table were taken just now.

    Returns whether it was told at the end how the merger of just this ended.
    """
    job = open_work.job()
    if job.old:
        job = decided.with_decisions(open_work, job)
    looked = taking.look(job, open_work) if job.inputs else None
    if looked is None:
        return False
    recognised.show(looked)
    _choose(open_work, looked)
    resolution.show(open_work)
    problems = looked.preview.problems
    if looked.table is not None and not table.is_known(looked.table, job.columns):
        table.ask_columns(open_work, looked, looked.table)
        return False
    if problems:
        st.subheader(t("ui.not_matched", count=figure(len(problems))), anchor=False)
        _problems(problems)
    _table(open_work, looked, job.columns, taken=taken)
    if job.old:
        key = content_key(list(job.files.values()), job.options)
        options_panel.show(open_work, job, looked.preview, key)
    if not job.old:
        st.info(t("intake.no_layers"), icon=":material/layers:")
    elif job.crosswalk is None:
        st.info(t("ui.no_crosswalk"), icon=":material/table:")
    elif not problems:
        st.success(t("ui.all_matched"), icon=":material/check_circle:")
        return _offer_merger(open_work, job)
    return False


def _table(open_work: Work, looked: Looked, columns: Mapping[str, str], *, taken: bool) -> None:
    """Offer a table to fill in, or let the one that was given be corrected."""
    if looked.table is None:
        table.offer_template(looked)
        return
    others = [told for problems in looked.preview.wrong.values() for told in problems]
    problems = [told for told in looked.preview.problems if told not in others]
    ours = table.under_ours(looked.table, columns)
    with st.expander(t("intake.table"), expanded=bool(problems), icon=":material/edit_note:"):
        table.correct(open_work, looked, ours, problems, taken=taken)


def _choose(open_work: Work, looked: Looked) -> None:
    """Ask for what was not recognised, or wrongly; what is answered anew is looked into again."""
    known = st.session_state.setdefault(Key.CHOICES, {})
    known.update(looked.preview.choices)
    there = {path.name for role in ("layers", "reference", *LAND) for path in open_work.files(role)}
    several = {name: layers for name, layers in known.items() if name in there}
    layers = recognised.layers(several, open_work.choices.get("layers", {}))
    answers = recognised.by_hand(open_work, looked.preview.fields, looked.preview.problems)
    # What was chosen holds, also while another problem hides the units that it is about.
    if looked.preview.unlisted or "unlisted" in open_work.choices:
        answers |= recognised.unlisted(open_work)
    answers |= recognised.accept(open_work, looked, _doubted())
    before = open_work.choices
    open_work.choose({**answers, "layers": layers})
    if open_work.choices != before:
        st.rerun()


def _doubted() -> frozenset[str]:
    """Return the checks by which the last merger of the open work found something."""
    loaded = store.current()
    if st.session_state.get(Key.LOADED) is not loaded:  # what the page opens with is nobody's work
        return frozenset()
    found = loaded.result.findings
    return frozenset(found["check"][found["severity"] != Severity.INFO])


def _offer_merger(open_work: Work, job: Job) -> bool:
    """Offer the merger; return whether it was told here how it ended.

    That stands where the button was, which was in view.
    """
    key = content_key(list(job.files.values()), job.options)
    place = st.container()
    pressed = st.button(t("ui.merge"), type="primary", key="merge", icon=":material/merge:")
    with place:
        if pressed:
            _merge(open_work, job, key)
        elif st.session_state.pop(_STOPPED, False):
            st.info(t("intake.stopped"), icon=":material/stop_circle:")
        elif st.session_state.get(Key.MERGED) == key:
            outcome.show(store.current().result)
            return True
    return False


def _stop() -> None:
    st.session_state[_STOPPED] = True


def _called(open_work: Work, path: Path) -> str:
    """Return the name of a file as it was given, and whether it was corrected here."""
    given = open_work.given_as(path)
    return given.name if given == path else sentence("words.corrected", file=given.name)


def _merge(open_work: Work, job: Job, key: str) -> None:
    title = sentence("words.files", files=[_called(open_work, path) for path in job.inputs])
    with running.steps(t("ui.merging"), running.MERGING, "merge", stop=_stop) as (say, queued):
        loaded = store.merged(key, lambda: uploads.merge(job, title, say, queued))
    st.session_state[Key.LOADED] = loaded
    for forgotten in (Key.VIEW, Key.FOCUS):
        st.session_state[forgotten] = None
    state.select(None)
    st.session_state[Key.MERGED] = key
    open_work.keep(store.RESULT, key, loaded)
    st.rerun()


def _problems(problems: Sequence[str]) -> None:
    """Show problems as text, and offer all of them as a file."""
    listed = pd.DataFrame({t("ui.problem"): list(map(told.problem, problems))})
    few = list(listed.iloc[:, 0]) if len(problems) <= _FEW else []
    # What the page opens with, as the sample, is nothing that was made of these files.
    kept = "" if st.session_state.get(Key.LOADED) is None else f" {t('ui.kept_before')}"
    lines = [f"{t('ui.cannot_merge')}{kept}", *(f"- {tables.plain(one)}" for one in few)]
    st.error("\n".join(lines), icon=":material/error:")
    if not few:
        tables.show(listed.head(_SHOWN), height=380)
    tables.downloads(listed, "problems")
