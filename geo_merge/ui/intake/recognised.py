"""What was recognised in the layers, drawn at once, and what can be said by hand instead."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from geo_merge.texts import TEXTS
from geo_merge.ui import tables, told
from geo_merge.ui.intake import preview_map
from geo_merge.ui.intake.looking import Looked
from geo_merge.ui.state import figure, language, t
from geo_merge.ui.work import FIELDS, Work
from geo_merge.vocabulary.catalogue import ACCEPTABLE
from geo_merge.vocabulary.sentence import titles

ENCODINGS = ("", "utf-8", "cp1258", "tcvn3", "vni", "viscii", "latin-1")
_MAIN = ("code_field", "name_field", "population_field")
_OF_OTHERS = ("reference_code_field", "reference_name_field", "divide_code_field")
# What problems call the choices that are made by hand.
_OPTIONS = ("crs", "encoding", "code-field", "name-field", "population-field", "type-field",
            "parent-field", "reference-code-field", "reference-name-field",
            "divide-code-field")  # fmt: skip
_BY_HAND = (*_MAIN, *FIELDS, "crs", "encoding", "country", *_OF_OTHERS)


def show(looked: Looked) -> None:
    """Draw the layers, and tell what was recognised in them."""
    found = looked.preview
    if not found.layers:
        return
    st.subheader(t("ui.recognised"), anchor=False)
    left, right = st.columns([1, 1], gap="medium")
    with left:
        preview_map.show(looked.outlines)
    with right:
        tables.show(told_of(found.layers, looked), height="content")
    if found.notes:
        with st.expander(f"{t('ui.notes')} ({figure(len(found.notes))})"):
            for note in found.notes:
                st.text(told.problem(note))


def told_of(layers: list[dict[str, Any]], looked: Looked) -> pd.DataFrame:
    """Return what was recognised: a row for each thing, a column for each layer.

    People have one in any case: without them figures are missing that a person may expect.
    """
    found = (c for layer in layers for c in layer if f"ui.{c}" in TEXTS)
    things = dict.fromkeys([*found, "field_population"])
    del things["file"]
    columns = {t("intake.what"): [*(t(f"ui.{c}") for c in things), t("intake.country")]}
    country = t(f"intake.country_{looked.country.lower() or 'none'}")
    for layer in layers:
        known = {**dict.fromkeys(things, t("intake.not_recognised")), **layer}
        cells = [figure(known[c]) if c == "units" else str(known[c]) for c in things]
        columns[layer["file"]] = [*cells, country]
    return pd.DataFrame(columns)


def layers(known: dict[str, tuple[str, ...]], chosen: dict[str, str]) -> dict[str, str]:
    """Ask for the layer of each file that has several; return what is chosen."""
    for name, choices in known.items():
        st.text(name)
        value = st.selectbox(
            t("ui.layer"), ["", *choices], key=f"layer_{name}",
            index=_at(choices, chosen.get(name)),
            format_func=lambda value: value or t("ui.choose_layer"),
        )  # fmt: skip
        chosen = {**chosen, name: value}
    return {name: value for name, value in chosen.items() if value}


def by_hand(work: Work, fields: Sequence[str], problems: Sequence[str] = ()) -> dict[str, Any]:
    """Ask for what files may not say, or what was recognised wrongly; nothing needs an answer.

    It stands open once something was chosen, and where a problem names one of its choices.
    """
    before, answers = work.choices, {}

    def choice(place: Any, name: str, options: Sequence[str], label: str) -> None:  # noqa: ANN401
        answers[name] = place.selectbox(
            label, ["", *options], key=f"{name}_{work.name}", index=_at(options, before.get(name)),
            format_func=lambda value: value or t("ui.by_itself"),
        )  # fmt: skip

    named = [t(f"option.{option}") for option in _OPTIONS]
    asked = any(name in told.problem(each) for each in problems for name in named)
    with st.expander(t("ui.options"), expanded=asked or any(map(before.get, _BY_HAND))):
        for column, name in zip(st.columns(3), _MAIN, strict=True):
            choice(column, name, fields, t(f"ui.{name}"))
        for column, name in zip(st.columns(len(FIELDS)), FIELDS, strict=True):
            choice(column, name, fields, t(f"ui.field_{name}"))
        first, second, third = st.columns(3)
        answers["crs"] = first.text_input(
            "CRS (EPSG)", before.get("crs", ""), key=f"crs_{work.name}", placeholder="9214"
        )
        choice(second, "encoding", ENCODINGS[1:], t("ui.encoding"))
        country = third.selectbox(
            t("intake.country"), ["", "none"], key=f"country_{work.name}",
            index=_at(["none"], before.get("country")),
            format_func=lambda v: t("intake.country_none") if v else t("ui.by_itself"),
        )  # fmt: skip
        for column, name in zip(st.columns(len(_OF_OTHERS)), _OF_OTHERS, strict=True):
            answers[name] = column.text_input(
                t(f"ui.{name}"), before.get(name, ""), key=f"{name}_{work.name}"
            )
    answers["country"] = country
    return {name: str(value).strip() for name, value in answers.items()}


def unlisted(work: Work) -> dict[str, str]:
    """Ask what becomes of units that the table does not name; return what is chosen."""
    kinds = {"refuse": t("ui.unlisted_refuse"), "keep": t("ui.unlisted_keep")}
    chosen = st.radio(
        t("ui.unlisted"), list(kinds), key=f"unlisted_{work.name}", horizontal=True,
        index=[*kinds].index(work.choices.get("unlisted", "refuse")),
        format_func=kinds.__getitem__,
    )  # fmt: skip
    return {"unlisted": str(chosen)}


def accept(work: Work, looked: Looked, told: Collection[str]) -> dict[str, list[str]]:
    """Ask which of the doubts that were found are known to be wrong; return their checks.

    Parameters
    ----------
    work
        Keeps what is chosen.
    looked
        What reading and matching said.
    told
        Checks of the findings of the last merger, if there was one.
    """
    before: list[str] = work.choices.get("accept", [])
    found = looked.preview.doubts.union(told).intersection(ACCEPTABLE).union(before)
    if not found:
        return {}
    chosen = st.multiselect(
        t("ui.accept"), sorted(found), before, key=f"accept_{work.name}", help=t("ui.accept_help"),
        format_func=lambda check: f"{check} – {titles()[check][language()]}",
    )  # fmt: skip
    return {"accept": sorted(chosen)}


def _at(options: Sequence[str], value: str | None) -> int:
    """Return where a value stands behind the blank one."""
    return [*options].index(value) + 1 if value is not None and value in options else 0
