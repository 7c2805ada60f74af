"""What a merger can be told besides its files: rules, limits, more layers, and a repair.

All of it is kept with the work, so that a reload finds it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from geo_merge.errors import GeoMergeError
from geo_merge.jobs.job import Job
from geo_merge.jobs.preview import Preview
from geo_merge.ui import number_field, repair_panel, state, told
from geo_merge.ui.intake import files, taking
from geo_merge.ui.state import figure, t
from geo_merge.ui.tables import plain
from geo_merge.ui.work import LAND, Work
from geo_merge.units.attributes import Rule
from geo_merge.vocabulary.limits import Limits, describe
from geo_merge.vocabulary.sentence import said


def show(opened: Work, job: Job, preview: Preview, key: str) -> None:
    """Ask for what a merger can be told; nothing needs to be answered.

    Parameters
    ----------
    opened, job
        The work, and its job with what was chosen.
    preview
        What was found in its files.
    key
        Key of the result that it makes.
    """
    with st.expander(t("work.more_layers"), expanded=any(map(opened.files, LAND))):
        _more_layers(opened, preview.wrong)
    if preview.rules:
        chosen = opened.choices.get("rules", {})
        with st.expander(f"{t('work.rules')} ({figure(len(preview.rules))}){_count(chosen)}"):
            _ask_rules(opened, preview.rules)
    with st.expander(f"{t('work.limits')}{_count(job.limits)}"):
        _ask_limits(opened)
    with st.expander(t("work.below"), expanded=bool(job.below)):
        _ask_below(opened)
    repair_panel.show(opened, job, key)


def _count(chosen: Sequence[str] | Mapping[str, str]) -> str:
    return f" ({t('work.changed', count=figure(len(chosen)))})" if chosen else ""


def _more_layers(opened: Work, wrong: Mapping[str, Sequence[str]]) -> None:
    places = (*st.columns(2, gap="large"), *st.columns(2, gap="large"))
    for column, role in zip(places, LAND, strict=True):
        with column:
            files.have(opened, role)
            for path in opened.files(role):
                for problem in wrong.get(path.name, ()):
                    st.error(plain(told.problem(problem)), icon=":material/error:")
            given = files.slot_of_layers(t(f"work.{role}"), f"upload_{role}",
                                         help=t(f"work.{role}_help"))  # fmt: skip
            try:
                if given:
                    taking.take_one(opened, role, given)
            except GeoMergeError as error:
                told.show(error)


def _ask_below(opened: Work) -> None:
    key = f"below_{opened.name}"
    st.text_input(
        t("work.below_type"), opened.choices.get("below", ""), key=key, help=t("work.below_help"),
        placeholder=t("work.below_as"),
        on_change=lambda: opened.choose({"below": st.session_state[key].strip()}),
    )  # fmt: skip


def _begun(opened: Work, what: str, key: str) -> dict[str, Any]:
    """Return what a table of choices begins with: what was kept when it was drawn anew.

    Streamlit counts what is changed in a table from there.
    """
    begun = f"{key}_begun"
    if key not in st.session_state:
        st.session_state[begun] = opened.choices.get(what, {})
    kept: dict[str, Any] = st.session_state[begun]
    return kept


def _changed(key: str, column: str, rows: Sequence[str]) -> dict[str, Any]:
    """Return the cells of a column that were changed, by the names of their rows."""
    edited: dict[int, dict[str, Any]] = st.session_state[key]["edited_rows"]
    return {rows[row]: cells[column] for row, cells in edited.items() if column in cells}


def _ask_rules(opened: Work, known: Mapping[str, str]) -> None:
    st.markdown(t("work.rules_help"))
    names = {str(rule): t(f"rule.{rule}") for rule in Rule}
    key = f"rules_{opened.name}_{state.language()}_{'_'.join(known)}"
    begun = _begun(opened, "rules", key)
    table = pd.DataFrame({
        "field": list(known),
        "found": [t(f"rule.kind_{rule}") for rule in known.values()],
        "rule": [names[begun.get(field, str(rule))] for field, rule in known.items()],
    })  # fmt: skip

    def remember() -> None:
        by_name = {name: rule for rule, name in names.items()}
        changed = {field: by_name[name] for field, name in
                   _changed(key, "rule", list(known)).items()}  # fmt: skip
        opened.choose({"rules": {**begun, **changed}})

    st.data_editor(
        table, key=key, hide_index=True, width="stretch", num_rows="fixed",
        disabled=["field", "found"], on_change=remember,
        column_config={
            "field": st.column_config.TextColumn(t("work.field")),
            "found": st.column_config.TextColumn(t("work.found")),
            "rule": st.column_config.SelectboxColumn(t("work.rule"), options=list(names.values()),
                                                     required=True),
        },
    )  # fmt: skip


def _ask_limits(opened: Work) -> None:
    st.markdown(t("work.limits_help"))
    every = fields(Limits)
    spoken = {name: (said(meaning, state.language()), said(unit, state.language()))
              for name, _, unit, meaning in describe()}  # fmt: skip
    meanings, units = zip(*(spoken[one.name] for one in every), strict=True)
    defaults: dict[str, Any] = {one.name: one.default for one in every}
    key = f"limits_{opened.name}_{state.language()}"
    begun = _begun(opened, "limits", key)
    table = pd.DataFrame({
        "meaning": [meaning[:1].upper() + meaning[1:] for meaning in meanings],
        "unit": units,
        "default": [_default(value) for value in defaults.values()],
        "value": [_written(begun.get(*one)) for one in defaults.items()],
    })  # fmt: skip
    st.data_editor(
        table, key=key, hide_index=True, width="stretch", num_rows="fixed",
        disabled=["meaning", "unit", "default"],
        on_change=partial(_remember_limits, opened, key, begun, defaults),
        column_config={
            "meaning": st.column_config.TextColumn(t("work.limit_meaning"), width="large"),
            "unit": st.column_config.TextColumn(t("work.limit_unit"), width="small"),
            "default": st.column_config.TextColumn(t("work.limit_default"), width="small"),
            "value": st.column_config.TextColumn(t("work.limit_value")),
        },
    )  # fmt: skip
    for cell in _changed(key, "value", list(defaults)).values():
        if cell and number_field.read(cell) is None:
            st.error(t("ui.no_number", text=cell, least="0", example=number_field.write(0.25)))


def _remember_limits(
    opened: Work, key: str, begun: Mapping[str, float], defaults: Mapping[str, object]
) -> None:
    changed = _changed(key, "value", list(defaults))
    read = {name: number_field.read(cell) for name, cell in changed.items()}
    values = {**begun, **{name: value for name, value in read.items()
                          if value is not None or not changed[name]}}  # fmt: skip
    opened.choose({"limits": {name: value for name, value in values.items()
                              if value not in (None, defaults[name])}})  # fmt: skip


def _written(value: float | None) -> str | None:
    return None if value is None else number_field.write(value)


def _default(value: float | None) -> str:
    """Return how a default reads; there is none where the data themselves give it."""
    return _written(value) or t("limit.by_data")
