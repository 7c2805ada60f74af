"""What a repair did or would do, as a list to work through, each place before and after."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import geopandas as gpd
import pandas as pd
import streamlit as st

from geo_merge.mending.decisions import Choice
from geo_merge.results.formats import findings_table
from geo_merge.ui import place_map, tables, worklist
from geo_merge.ui.state import figure, t
from geo_merge.ui.worklist import Worklist
from geo_merge.vocabulary.codes import fold_accents

_CHOICES = (Choice.ACCEPT, Choice.REJECT, Choice.WAIVE)
_KINDS = ("gap", "overlap", "edges")
# How the obstacles of `mending` begin, and what they are called here.
_OBSTACLES = {"wider than": "wider", "a hole": "hole", "a unit": "unknown", "it would": "invalid",
              "waived": "waived", "rejected": "rejected", "to be mended": "mend",
              "a border": "far"}  # fmt: skip
_CHANGE = re.compile(r"(.+) ([+-][\d,.]+) m²")
Place = Callable[[int], dict[str, Any]]


def obstacle_name(obstacle: str) -> str:
    """Return why a defect is not repaired in the language of the session; blank if it is."""
    for start, name in _OBSTACLES.items():
        if obstacle.startswith(start):
            reason = obstacle.partition(": ")[2]
            width = re.search(r"\d[\d.,e+]*(?= m)", obstacle)
            metres = float(width[0].replace(",", "")) if width else None
            return t(f"repair.{name}", width=figure(metres),
                     reason=reason).rstrip(": ")  # fmt: skip
    return obstacle


def changes_of(texts: list[str]) -> dict[str, float]:
    """Return the square metres that each unit gained, or lost if negative."""
    found = [_CHANGE.fullmatch(text) for text in texts]
    return {m[1]: float(m[2].replace(",", "")) for m in found if m}


def list_of(key: str, repairs: gpd.GeoDataFrame, names: Mapping[str, str]) -> Worklist:
    """Return repairs as a list to work through: what waits first, then the largest."""
    ordered = repairs.sort_values(["applied", "area_m2"], ascending=[True, False], kind="stable")

    def label(codes: Iterable[str]) -> str:
        return ", ".join(f"{names.get(c, '')} ({c})".strip() for c in codes)

    rows = pd.DataFrame(
        {
            "id": ordered["id"],
            "kind": ordered["kind"],
            "weight": ["done" if done else "waits" for done in ordered["applied"]],
            "m2": ordered["area_m2"],
            "units": ordered["units"],
            "words": [fold_accents(label(units)) for units in ordered["units"]],
        }
    )
    shown = pd.DataFrame(
        {
            t("work.kind"): [t(f"repair.{kind}") for kind in ordered["kind"]],
            t("repair.m2"): ordered["area_m2"],
            t("repair.from"): [label(codes) or t("repair.nobody") for codes in ordered["before"]],
            t("repair.to"): [
                (label(after) or t("repair.nobody")) if done else obstacle_name(obstacle)
                for after, done, obstacle in zip(
                    ordered["after"], ordered["applied"], ordered["obstacle"], strict=True
                )
            ],
            t("repair.width"): ordered["width_m"],
            t("repair.move"): ordered["move_m"],
        },
        index=ordered.index,
    )
    kinds = {kind: t(f"repair.{kind}") for kind in _KINDS if (ordered["kind"] == kind).any()}
    weights = {name: t(f"repair.{name}") for name in ("waits", "done")}
    return Worklist(key, rows, kinds, weights, shown, _CHOICES, repair=True)


def show(
    key: str, repairs: gpd.GeoDataFrame, names: Mapping[str, str], place: Place
) -> None:  # fmt: skip
    """Show the list, the place that is looked at before and after, and what is decided on it.

    Parameters
    ----------
    key
        Of the widgets.
    repairs
        See `record.COLUMNS`.
    names
        Of units by their codes.
    place
        Returns what a small map shows of a row; see `maps.place.place_of`.
    """
    work = list_of(key, repairs, names)
    shown = worklist.filters(work)
    left, right = st.columns([1.15, 1], gap="medium")
    with left:
        worklist.steps(work, shown)
        worklist.table(work, shown, height=260)
    row = worklist.current(work, shown)
    with right, st.container(key=f"seen_{key}"):
        if row is None:
            st.info(t("repair.choose"), icon=":material/touch_app:")
        else:
            where = repairs.index.get_loc(row.name)
            place_map.show(place(int(where)), key=f"{key}_place", name=f"{key} {row['id']}")
    if row is not None:
        _told(repairs.loc[row.name], names)
        worklist.decide(work, shown)
    tables.downloads(pd.DataFrame(findings_table(repairs.loc[shown.index])), f"{key}_repairs")


def _told(repair: pd.Series, names: Mapping[str, str]) -> None:
    """Say what happens to a place: square metres, from whom to whom."""
    kind = t(f"repair.{repair['kind']}")
    what = t("repair.done") if repair["applied"] else obstacle_name(str(repair["obstacle"]))
    st.text(f"{repair['id']} · {kind}, {figure(repair['area_m2'], 2, 'm²')}: {what}")
    changes = []
    for code, m2 in changes_of(list(repair["changes"])).items():
        sign = "−" if m2 < 0 else "+"
        told = f"{names.get(code, '')} ({code}): {sign}{figure(abs(m2), 2, 'm²')}"
        changes.append(told.strip())
    if changes:
        st.text("\n".join(changes))
