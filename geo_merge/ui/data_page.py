"""The user's own files: what was recognised in them, what does not match, and the merger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import streamlit as st

from geo_merge.errors import GeoMergeError
from geo_merge.jobs.job import Job
from geo_merge.jobs.preview import Preview
from geo_merge.merging.result import MergeResult
from geo_merge.system.scratch import scratch
from geo_merge.texts import TEXTS
from geo_merge.ui import headline, options_panel, state, store, tables, told, uploads
from geo_merge.ui.state import Key, t
from geo_merge.ui.steps import steps
from geo_merge.units.unlisted import Unlisted
from geo_merge.vietnam.country import VIETNAM

MAX_BYTES = 200_000_000  # of all uploads together
_FIELDS = ("code_field", "name_field", "population_field")
_ENCODINGS = ("", "utf-8", "cp1258", "tcvn3", "vni", "viscii", "latin-1")
_SHOWN = 200  # problems


def show() -> None:
    """Draw the page."""
    if st.session_state.pop(Key.MERGED, False):
        _outcome(store.current().result)
    st.caption(t("ui.data_help"))
    left, right = st.columns(2, gap="large")
    with left:
        layers = st.file_uploader(t("ui.upload_layers", formats=uploads.FORMATS),
                                  uploads.LAYER_TYPES, key="upload_layers",
                                  accept_multiple_files=True)  # fmt: skip
        reference = st.file_uploader(t("ui.upload_reference"), uploads.LAYER_TYPES,
                                     key="upload_reference",
                                     accept_multiple_files=True)  # fmt: skip
    with right:
        crosswalk = st.file_uploader(t("ui.upload_crosswalk"), uploads.TABLE_TYPES,
                                     key="upload_crosswalk")  # fmt: skip
        declared = st.file_uploader(t("ui.upload_declared"), uploads.TABLE_TYPES,
                                    key="upload_declared")  # fmt: skip
    if st.session_state.get(Key.LOADED) is not None:
        st.button(t("ui.back_to_sample"), on_click=_forget, icon=":material/undo:")
    if not layers:
        return
    given = [f for f in (*layers, crosswalk, *reference, declared) if f is not None]
    try:
        uploads.check_size(given, MAX_BYTES)
        with scratch() as folder:
            job = Job(
                old=uploads.put_all(folder, layers),
                crosswalk=uploads.put(folder, crosswalk) if crosswalk else None,
                reference=(uploads.put_one(folder, reference),) if reference else (),
                declared=uploads.put(folder, declared) if declared else None,
                country=VIETNAM,
            )
            _preview_and_merge(options_panel.with_options(_with_choices(job)))
    except GeoMergeError as error:
        _problems(error.problems)


def _outcome(result: MergeResult) -> None:
    """Say how a merger ended."""
    if result.has_errors:
        count = t("ui.has_errors", count=state.figure(result.errors))
        st.toast(count, icon=":material/error:")
        st.error(count, icon=":material/error:")
    else:
        st.toast(t("ui.merged"), icon=":material/check_circle:")
        st.success(t("ui.merged"), icon=":material/check_circle:")
    headline.figures(result)


def _forget() -> None:
    st.session_state[Key.LOADED] = None
    state.select(None)


def _with_choices(job: Job) -> Job:
    """Return a job with what was chosen for it on the page."""
    return replace(
        job, layers=_chosen_layers(job), code_field=_chosen("code_field"),
        name_field=_chosen("name_field"), population_field=_chosen("population_field"),
        reference_code_field=_chosen("reference_code_field"), crs=_chosen("crs"),
        encoding=_chosen("encoding"), unlisted=Unlisted(_chosen(_unlisted_key(job)) or "refuse"),
    )  # fmt: skip


def _chosen(name: str) -> str | None:
    return str(st.session_state.get(name) or "").strip() or None


def _unlisted_key(job: Job) -> str:
    """Return the key of the choice for units without a row; another table asks anew."""
    table = job.crosswalk
    return f"unlisted_{table.name}_{table.stat().st_size}" if table else "unlisted"


def _unlisted(job: Job, preview: Preview) -> None:
    """Ask what becomes of units that the table does not name, where there are such."""
    if preview.unlisted:
        st.radio(t("ui.unlisted"), list(map(str, Unlisted)), key=_unlisted_key(job),
                 format_func=lambda value: t(f"ui.unlisted_{value}"), horizontal=True)  # fmt: skip


def _layer_key(path: Path) -> str:
    """Return the key of the choice of a file's layer; another file of its name has another."""
    return f"layer_{path.name}_{path.stat().st_size}"


def _chosen_layers(job: Job) -> dict[Path, str]:
    """Return the layers that were chosen of files with several."""
    paths = (*job.old, *job.reference)
    chosen = {path: _chosen(_layer_key(path)) for path in paths}
    return {path: layer for path, layer in chosen.items() if layer}


def _layers(job: Job, preview: Preview) -> None:
    """Ask for the layer of each file that has several."""
    known: dict[str, tuple[str, ...]] = st.session_state.setdefault(Key.CHOICES, {})
    for path in (*job.old, *job.reference):
        key = _layer_key(path)
        if path.name in preview.choices:
            known[key] = preview.choices[path.name]
        if key in known:
            st.text(path.name)
            st.selectbox(t("ui.layer"), ["", *known[key]], key=key,
                         format_func=lambda value: value or t("ui.choose_layer"))  # fmt: skip


def _options(fields: list[str]) -> None:
    """Ask for what files may not say; nothing needs to be answered."""

    def by_itself(value: str) -> str:
        return value or t("ui.by_itself")

    with st.expander(t("ui.options")):
        columns = st.columns(3)
        for column, name in zip(columns, _FIELDS, strict=True):
            column.selectbox(t(f"ui.{name}"), ["", *fields], key=name, format_func=by_itself)
        columns = st.columns(3)
        columns[0].text_input("CRS (EPSG)", key="crs", placeholder="9214")
        columns[1].selectbox(t("ui.encoding"), _ENCODINGS, key="encoding", format_func=by_itself)
        columns[2].text_input(t("ui.reference_code_field"), key="reference_code_field")


def _preview_and_merge(job: Job) -> None:
    key = store.content_key(list(job.files.values()), job.options)
    preview = _looked(*options_panel.to_look_at(job))
    if preview.layers:
        st.subheader(t("ui.recognised"), anchor=False)
        layers = pd.DataFrame(preview.layers)
        names = {c: t(f"ui.{c}") for c in layers if f"ui.{c}" in TEXTS}
        tables.show(layers.rename(columns=names), height="content")
    _layers(job, preview)
    _unlisted(job, preview)
    _options(preview.fields)
    options_panel.show(job, preview, key)
    if preview.notes:
        with st.expander(f"{t('ui.notes')} ({len(preview.notes)})"):
            for note in preview.notes:
                st.text(told.problem(note))
    if preview.problems:
        if preview.layers:
            st.subheader(t("ui.not_matched", count=len(preview.problems)), anchor=False)
        _problems(preview.problems)
    elif job.crosswalk is None:
        st.info(t("ui.no_crosswalk"), icon=":material/table:")
    else:
        st.success(t("ui.all_matched"), icon=":material/check_circle:")
        if st.button(t("ui.merge"), type="primary", key="merge", icon=":material/merge:"):
            _merge(key, job)


def _merge(key: str, job: Job) -> None:
    title = ", ".join(path.name for path in job.inputs)
    with steps(t("ui.merging")) as (say, queued):
        loaded = store.merged(key, lambda: uploads.merge(job, title, say, queued))
    st.session_state[Key.LOADED] = loaded
    for forgotten in (Key.VIEW, Key.FOCUS):
        st.session_state[forgotten] = None
    state.select(None)
    st.session_state[Key.MERGED] = True
    st.rerun()


def _looked(key: str, job: Job) -> Preview:
    """Look into the files; again only if they or the options are others."""
    known, preview = st.session_state.get(Key.PREVIEW, ("", None))
    if known != key or preview is None:
        with steps(t("ui.looking")) as (say, queued):
            preview = uploads.look(job, say, queued)
        st.session_state[Key.PREVIEW] = (key, preview)
    seen: Preview = preview
    return seen


def _problems(problems: Sequence[str]) -> None:
    """Show problems as text, and offer all of them as a file."""
    st.error(t("ui.cannot_merge"), icon=":material/error:")
    table = pd.DataFrame({t("ui.problem"): list(map(told.problem, problems))})
    tables.show(table.head(_SHOWN), height="content" if len(problems) <= 10 else 380)  # noqa: PLR2004
    tables.downloads(table, "problems")
