"""Figures before and after: headline, types, distributions, ranking, and the whole table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from geo_merge.merging.result import MergeResult
from geo_merge.texts import TEXTS
from geo_merge.ui import charts, state, tables
from geo_merge.ui.state import Key, figure, t
from geo_merge.ui.store import Loaded, areas_of, current
from geo_merge.vocabulary.codes import fold_accents

_MEASURES = {"area_km2": "map.legend_area", "population": "map.legend_population",
             "density": "map.legend_density", "member_count": "map.legend_members"}  # fmt: skip
_DATED = {"population": ("population", "density"),
          "declared": ("declared_area_km2", "declared_population")}  # fmt: skip
_DISTRIBUTED = ("area_km2", "population")
_RANKED = 15  # units
_LEADS = "statistics_lead"  # key of the session: a unit was chosen here
_SEEN = 0.005  # per cent: what two decimals show


def show() -> None:
    """Draw the page."""
    loaded = current()
    result = loaded.result
    st.header(t("ui.headline"), anchor=False)
    groups = groups_table(result.summary)
    tables.show(groups, height="content", changes=(t("ui.change_percent"),))
    tables.downloads(groups, "summary")
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(t("ui.by_type"), anchor=False)
        charts.show(charts.by_type(result.summary), "types")
    with right:
        _distribution(loaded)
    _ranking(result)
    _table(result)


def groups_table(summary: dict[str, Any]) -> pd.DataFrame:
    """Return counts before and after: all, former provinces, types, levels above, area, people."""
    before, after = summary["before"], summary["after"]
    rows: list[tuple[str, float, float]] = [
        (t("ui.all_units"), before["count"], after["count"]),
        *([(t("ui.kept"), summary["kept"], summary["kept"])] if "kept" in summary else []),
        *((g["name"], g["before"], g["after"]) for g in summary["groups"]),
        *((f"{t('ui.type')}: {charts.type_told(kind)}", before["by_type"].get(kind, 0),
           after["by_type"].get(kind, 0))
          for kind in sorted({*before["by_type"], *after["by_type"]})),
        *((t(f"ui.{level}"), before[level], after[level])
          for level in ("districts", "provinces") if before[level] and level in after),
        (t("map.legend_area"), before["area_km2"], after["area_km2"]),
    ]  # fmt: skip
    if "population" in before and "population" in after:
        people = _dated(t("ui.population"), "population", summary)
        rows.append((people, before["population"], after["population"]))
    table = pd.DataFrame(rows, columns=["", t("map.before"), t("map.after")])
    was, now = table[t("map.before")], table[t("map.after")]
    percent = 100 * (now - was) / was.where(was != 0)
    table[t("ui.change_percent")] = percent.round(2).where(percent.abs() >= _SEEN, percent.round(4))
    return table


def units_table(result: MergeResult) -> pd.DataFrame:
    """Return the statistics of the new units under the names of the language."""
    table = result.statistics.copy()
    names = {column: _dated(t(f"ui.{column}"), str(column), result.summary)
             for column in table if f"ui.{column}" in TEXTS}  # fmt: skip
    return table.rename(columns=names).rename_axis(t("map.code"))


def _measures(result: MergeResult) -> dict[str, str]:
    """Return the measures of a result and what they are called."""
    return {m: _dated(t(name), m, result.summary)
            for m, name in _MEASURES.items() if m in result.statistics}  # fmt: skip


def _dated(name: str, column: str, summary: dict[str, Any]) -> str:
    """Return what a column is called, with the year of its figures where that is known."""
    kind = next((kind for kind, columns in _DATED.items() if column in columns), "")
    year = summary.get(f"{kind}_year")
    return f"{name}, {year}" if year else name


@st.fragment
def _distribution(loaded: Loaded) -> None:
    result = loaded.result
    st.subheader(t("ui.distribution"), anchor=False)
    measures = {m: name for m, name in _measures(result).items() if m in _DISTRIBUTED}
    measure = st.segmented_control(
        t("ui.measure"), list(measures), format_func=measures.__getitem__, default="area_km2",
        key="distribution", label_visibility="collapsed", required=True,
    )  # fmt: skip
    values = charts.values_of(_with_areas(loaded), measure)
    charts.show(charts.distribution(values, measures[measure]), f"distribution_{measure}")


def _with_areas(loaded: Loaded) -> MergeResult:
    """Return a result whose old units have their area."""
    km2 = areas_of(loaded.key, loaded.result)
    return replace(loaded.result, old=loaded.result.old.assign(area_km2=km2))


@st.fragment
def _ranking(result: MergeResult) -> None:
    st.subheader(t("ui.ranking"), anchor=False)
    st.markdown(t("work.row_leads"))
    measures = _measures(result)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        measure = st.selectbox(t("ui.measure"), list(measures), key="ranking_measure",
                               format_func=measures.__getitem__)  # fmt: skip
        smallest = st.toggle(t("ui.smallest"), key="ranking_smallest")
    ordered = result.statistics.sort_values(measure, ascending=smallest, kind="stable")
    chart = charts.ranking(ordered.head(_RANKED), measure, measures[measure])
    charts.show(chart, f"ranking_{measure}", choose=_choose)
    _to_map()


def _choose(code: str) -> None:
    """Note the unit that the map is to open at."""
    state.select("after", code)
    st.session_state[_LEADS] = True


def _to_map() -> None:
    """Open the map if a unit was just chosen here."""
    if st.session_state.pop(_LEADS, False):
        st.session_state[Key.VIEW] = None  # of what was looked at before
        st.switch_page(state.page(state.MAP))


@st.fragment
def _table(result: MergeResult) -> None:
    st.subheader(t("ui.new_units"), anchor=False)
    table = units_table(result)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.text_input(t("map.search"), key="table_search")
        kinds = st.multiselect(
            t("ui.type"),
            sorted(set(result.statistics["unit_type"])),
            key="table_types",
            placeholder=t("work.all"),
        )
    keep = pd.Series(data=True, index=result.statistics.index)
    if wanted.strip():
        keep &= matches(result.statistics, wanted)
    if kinds:
        keep &= result.statistics["unit_type"].isin(kinds)
    shown = table[keep]
    tables.small(t("ui.rows_shown", count=figure(len(shown)), all=figure(len(table))))
    key = "new_units_table"

    def go() -> None:
        chosen = st.session_state[key].selection.rows
        if chosen:
            _choose(str(shown.index[chosen[0]]))

    tables.show(shown.reset_index(), height=420, key=key, on_select=go,
                selection_mode="single-row")  # fmt: skip
    _to_map()
    tables.downloads(shown.reset_index(), "statistics")


def matches(statistics: pd.DataFrame, wanted: str) -> pd.Series:
    """Return which units a query means: its words, without accents, in name, code or members."""
    texts = [
        fold_accents(f"{code} {row['unit_type']} {row['name']} {' '.join(row['member_names'])}")
        for code, row in statistics.iterrows()
    ]
    words = fold_accents(wanted).split()
    return pd.Series(
        [all(word in text for word in words) for text in texts], index=statistics.index
    )
