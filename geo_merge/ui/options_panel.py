"""What a merger can be told besides its files: rules, limits, more layers, and a repair.

`with_options` takes what was chosen, which is drawn by `show` once the files were looked into.
"""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from geo_merge.errors import GeoMergeError
from geo_merge.jobs.job import Job
from geo_merge.jobs.preview import Preview
from geo_merge.ui import repair_panel, tables, told, uploads
from geo_merge.ui.state import figure, language, t
from geo_merge.units.attributes import Rule
from geo_merge.vocabulary.limits import Limits, describe
from geo_merge.vocabulary.sentence import said

_LAYERS = ("outline", "divide", "water", "enclave")
# Keys of the session: the fields of the table of rules, and what is wrong with a layer given here.
_RULED, _WRONG = "ruled_fields", "options_wrong"


def with_options(job: Job) -> Job:
    """Return a job with what was chosen here."""
    given = _given(job.old[0].parent)
    enclave = (str(given["enclave"]),) if "enclave" in given else ()
    job = replace(job, outline=given.get("outline"), divide=given.get("divide"),
                  water=given.get("water"), enclave=enclave, rules=_rules(),
                  limits=_limits())  # fmt: skip
    return repair_panel.with_repair(job)


def to_look_at(job: Job) -> Job:
    """Return a job without what does not change what is found in its files."""
    return replace(job, outline=None, water=None, enclave=(), rules={}, limits=(), repair=None,
                   decisions=None)  # fmt: skip


def show(job: Job, preview: Preview, key: str) -> None:
    """Ask for what a merger can be told; nothing needs to be answered.

    Parameters
    ----------
    job
        The job as it is, with what was chosen.
    preview
        What was found in its files.
    key
        Key of the result that it makes.
    """
    with st.expander(t("work.more_layers")):
        _more_layers()
    if preview.rules:
        with st.expander(f"{t('work.rules')} ({figure(len(preview.rules))})"):
            _ask_rules(preview)
    with st.expander(f"{t('work.limits')}{_count(job.limits)}"):
        _ask_limits()
    repair_panel.show(job, key)


def _count(chosen: tuple[str, ...]) -> str:
    return f" ({t('work.changed', count=figure(len(chosen)))})" if chosen else ""


def _more_layers() -> None:
    wrong: dict[str, tuple[str, ...]] = st.session_state.get(_WRONG, {})
    places = (*st.columns(2, gap="large"), *st.columns(2, gap="large"))
    for column, name in zip(places, _LAYERS, strict=True):
        with column:
            st.file_uploader(t(f"work.{name}"), uploads.LAYER_TYPES, key=f"upload_{name}",
                             accept_multiple_files=True, help=t(f"work.{name}_help"))  # fmt: skip
            for problem in wrong.get(name, ()):
                st.error(tables.plain(told.problem(problem)), icon=":material/error:")


def _given(folder: Path) -> dict[str, Path]:
    """Return the layers that were given here, written into folders of their own."""
    found: dict[str, Path] = {}
    wrong: dict[str, tuple[str, ...]] = {}
    for name in _LAYERS:
        files = st.session_state.get(f"upload_{name}") or []
        if not files:
            continue
        place = folder / name
        place.mkdir(exist_ok=True)
        try:
            found[name] = uploads.put_one(place, files)
        except GeoMergeError as error:
            wrong[name] = error.problems
    st.session_state[_WRONG] = wrong
    return found


def _edited(key: str) -> dict[int, dict[str, Any]]:
    """Return the cells of a table that were changed, by row and column."""
    edited: dict[int, dict[str, Any]] = st.session_state.get(key, {}).get("edited_rows", {})
    return edited


def _ask_rules(preview: Preview) -> None:
    st.markdown(t("work.rules_help"))
    st.session_state[_RULED] = list(preview.rules)
    names = [t(f"rule.{rule}") for rule in Rule]
    table = pd.DataFrame({
        "field": list(preview.rules),
        "found": [t(f"rule.kind_{rule}") for rule in preview.rules.values()],
        "rule": [t(f"rule.{rule}") for rule in preview.rules.values()],
    })  # fmt: skip
    st.data_editor(
        table, key="rules_table", hide_index=True, width="stretch", num_rows="fixed",
        disabled=["field", "found"],
        column_config={
            "field": st.column_config.TextColumn(t("work.field")),
            "found": st.column_config.TextColumn(t("work.found")),
            "rule": st.column_config.SelectboxColumn(t("work.rule"), options=names, required=True),
        },
    )  # fmt: skip


def _rules() -> dict[str, str]:
    """Return the rules that were chosen, by field."""
    known: list[str] = st.session_state.get(_RULED, [])
    by_name = {t(f"rule.{rule}"): str(rule) for rule in Rule}
    return {known[row]: by_name[cells["rule"]]
            for row, cells in _edited("rules_table").items()
            if row < len(known) and cells.get("rule") in by_name}  # fmt: skip


def _ask_limits() -> None:
    st.markdown(t("work.limits_help"))
    every = fields(Limits)
    spoken = {name: (said(meaning, language()), said(unit, language()))
              for name, _, unit, meaning in describe()}  # fmt: skip
    meanings, units = zip(*(spoken[one.name] for one in every), strict=True)
    table = pd.DataFrame({
        "meaning": [meaning[:1].upper() + meaning[1:] for meaning in meanings],
        "unit": units,
        "default": [_default(one.default) for one in every],
        "value": pd.Series([one.default for one in every], dtype="Float64"),
    })  # fmt: skip
    number = st.column_config.NumberColumn(t("work.limit_value"), min_value=0.0, format="%g")
    st.data_editor(
        table, key="limits_table", hide_index=True, width="stretch", num_rows="fixed",
        disabled=["meaning", "unit", "default"],
        column_config={
            "meaning": st.column_config.TextColumn(t("work.limit_meaning"), width="large"),
            "unit": st.column_config.TextColumn(t("work.limit_unit"), width="small"),
            "default": st.column_config.TextColumn(t("work.limit_default"), width="small"),
            "value": number,
        },
    )  # fmt: skip


def _default(value: object) -> str:
    """Return how a default reads; there is none where the data themselves give it."""
    if value is None:
        return t("limit.by_data")
    number = float(str(value))
    return figure(number, 3).rstrip("0").rstrip(",.") if number % 1 else figure(number)


def _limits() -> tuple[str, ...]:
    """Return the limits that were changed, as the command line takes them."""
    every = fields(Limits)
    return tuple(
        f"{every[row].name}={cells['value']:g}"
        for row, cells in sorted(_edited("limits_table").items())
        if cells.get("value") is not None and cells["value"] != every[row].default
    )
