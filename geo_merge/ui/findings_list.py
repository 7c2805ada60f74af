"""The findings of a result as a list to work through, with the map going to each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import streamlit as st

from geo_merge.mending.decisions import Choice
from geo_merge.merging.result import MergeResult
from geo_merge.results.formats import findings_table
from geo_merge.ui import before_after, state, tables, told, worklist
from geo_merge.ui.state import t
from geo_merge.ui.store import Loaded
from geo_merge.ui.worklist import Worklist
from geo_merge.vocabulary.codes import fold_accents
from geo_merge.vocabulary.finding import Severity
from geo_merge.vocabulary.sentence import title_of

_SQUARE_METRES = {"m²": 1.0, "km²": 1e6}
_MAP = 560  # pixels, the height of the map
_LIST = 500  # of the list beside it, and with a finding to decide on below it
_LIST_OVER = 280
_NAMED = 3  # units of a finding in its row
_CHOICES = (Choice.ACCEPT, Choice.WAIVE, Choice.MEND)


def sizes(findings: pd.DataFrame) -> pd.Series:
    """Return the land of each finding in square metres; NaN for what is no matter of land."""
    return findings["value"].abs() * findings["unit_of_value"].map(_SQUARE_METRES)


def by_weight(findings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return findings in the order of what matters: severity, then land, the largest first."""
    ranks = {str(severity): k for k, severity in enumerate(Severity)}
    keys = pd.DataFrame({"rank": findings["severity"].map(ranks), "m2": -sizes(findings)})
    return findings.loc[keys.sort_values(["rank", "m2"], kind="stable").index]


def names_of(result: MergeResult) -> dict[str, dict[str, str]]:
    """Return the names of units by their codes, of what findings are about: a code may mean two."""
    frames = {"old": result.old, "new": result.new}
    return {
        about: dict(zip(map(str, frame.index), map(str, frame["name"]), strict=True))
        for about, frame in frames.items()
    }


def list_of(result: MergeResult) -> Worklist:
    """Return the findings of a result as a list to work through."""
    findings = by_weight(result.findings)
    sentences, names = told.findings(findings), names_of(result)
    called = [
        (units, names.get(about, {}))
        for about, units in zip(findings["about"], findings["units"], strict=True)
    ]
    kinds = dict.fromkeys(findings["check"])
    titles = {check: f"{check} {title_of(check, state.language()) or ''}".strip()
              for check in kinds}  # fmt: skip
    words = [
        fold_accents(" ".join([*units, *(named.get(str(unit), "") for unit in units)]))
        for units, named in called
    ]
    rows = pd.DataFrame({"id": findings["id"], "kind": findings["check"],
                         "weight": findings["severity"], "m2": sizes(findings),
                         "units": findings["units"], "words": words})  # fmt: skip
    factors = findings["unit_of_value"].map(_SQUARE_METRES)
    units = findings["unit_of_value"].where(factors.isna(), "m²")  # so that land sorts by its size
    shown = pd.DataFrame(
        {
            t("work.weight"): [t(f"severity.{one}") for one in findings["severity"]],
            t("work.units"): [_called(*each) for each in called],
            t("ui.value"): findings["value"] * factors.fillna(1.0),
            t("ui.check"): [titles[check] for check in findings["check"]],
            t("ui.message"): sentences["message"],
        }
    )  # fmt: skip
    weights = {str(one): t(f"ui.{one}") for one in Severity}
    return Worklist("findings", rows, titles, weights, shown, _CHOICES, {t("ui.value"): units})


def _called(units: Sequence[str], names: Mapping[str, str]) -> str:
    """Return the names of units, codes where there are none; the first few of many."""
    called = [names.get(str(unit)) or str(unit) for unit in units[:_NAMED]]
    return ", ".join(called) + (" …" if len(units) > _NAMED else "")


@st.fragment
def show(loaded: Loaded) -> None:
    """Show the list, the map, and what is decided on the finding that is looked at."""
    result = loaded.result
    work = list_of(result)

    def choose(chosen: int) -> None:
        st.session_state[work.place] = str(result.findings["id"].iloc[chosen])

    shown = worklist.filters(work)
    left, right = st.columns([1.15, 1], gap="medium")
    row = worklist.current(work, shown)
    with left:
        worklist.steps(work, shown)
        worklist.table(work, shown, height=_LIST if row is None else _LIST_OVER,
                       column_config={t("ui.message"): {"width": "large"},
                                      t("work.units"): {"width": 150},
                                      t("ui.check"): {"width": "medium"},
                                      t("work.weight"): {"width": "small"}})  # fmt: skip
        if row is not None:
            _told(result, row)
            worklist.decide(work, shown)
    with right, st.container(key="seen_findings"):
        label = None if row is None else int(np.flatnonzero(result.findings["id"] == row["id"])[0])
        before_after.show(loaded, key="checks_map", focus=label, findings=True, height=_MAP,
                          choose=choose)  # fmt: skip
    tables.downloads(pd.DataFrame(findings_table(result.findings.loc[shown.index])), "findings")


def _told(result: MergeResult, row: pd.Series) -> None:
    """Say the whole of a finding, and what to do about it."""
    message, hint = told.findings(result.findings.loc[[row.name]]).iloc[0]
    names = names_of(result).get(str(result.findings.loc[row.name, "about"]), {})
    st.text(f"{row['kind']} · {message} {hint}".strip())
    units = [f"{names.get(str(u), '')} ({u})".strip() for u in row["units"]]
    if units:
        st.text(f"{t('work.units')}: {', '.join(units)}")
