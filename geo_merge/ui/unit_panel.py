"""The chosen unit: what it was made of, on which grounds, its figures, neighbours and findings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
import streamlit as st

from geo_merge.geometry.rings import is_polygonal
from geo_merge.merging.result import MergeResult
from geo_merge.ui import state, tables
from geo_merge.ui.state import figure, t
from geo_merge.vocabulary.part_of import unit_codes

_GROUNDS = ("clause", "words", "evidence", "row", "matched_by", "share")
# Metres within which borders are one, and metres of it from which on units are neighbours: a
# corner that touches has less.
_NEAR, _COMMON_BORDER = 1.0, 10.0
_ROW = 36  # pixels of a table's row


def show(result: MergeResult) -> None:
    """Draw the panel; without a chosen unit, say how to choose one."""
    chosen = state.selected()
    frame = {"before": result.old, "after": result.new}.get((chosen or {}).get("side", ""))
    if chosen is None or frame is None or chosen["code"] not in frame.index:
        st.info(t("ui.choose"), icon=":material/touch_app:")
        return
    code = chosen["code"]
    if chosen["side"] == "before":
        _old_unit(result, code)
        code = str(result.old.at[code, "new_code"])
    if code in result.new.index:
        _new_unit(result, code)


def _heading(kicker: str, unit: pd.Series) -> None:
    st.caption(kicker)
    st.subheader(tables.plain(f"{unit['unit_type']} {unit['name']}".strip()), anchor=False)


def _old_unit(result: MergeResult, code: str) -> None:
    unit = pd.Series(result.old.loc[code])
    _heading(t("map.before"), unit)
    rows = [
        (t("map.code"), unit_codes(result.old.loc[[code]]).iloc[0] or "–"),
        (t("map.district"), unit["district"]),
        (t("ui.province"), unit["province"]),
    ]
    if "population" in unit:
        rows.append((t("map.population"), figure(unit["population"])))
    _facts(rows)
    st.caption(t("map.became"))


def _new_unit(result: MergeResult, code: str) -> None:
    unit = pd.Series(result.statistics.loc[code])
    _heading(t("map.after"), unit)
    _facts(_figures(code, unit))
    members = _members(result, code)
    st.caption(t("map.made_of", count=figure(len(members))))
    tables.show(members, height=min(300, (len(members) + 1) * _ROW + 2))
    with st.expander(t("ui.neighbours")):
        for neighbour in neighbours(result, code):
            name = f"{result.new.at[neighbour, 'unit_type']} {result.new.at[neighbour, 'name']}"
            st.button(tables.plain(name), key=f"neighbour_{neighbour}", type="tertiary",
                      on_click=state.select, args=("after", neighbour))  # fmt: skip
    found = findings_of(result, code)
    if len(found):
        with st.expander(f"{t('map.findings')} ({figure(len(found))})"):
            for row in found.itertuples():
                st.text(f"{row.check}: {row.message}")


def _figures(code: str, unit: pd.Series) -> list[tuple[str, str]]:
    rows = [(t("map.code"), code), (t("map.area"), figure(unit["area_km2"], 2, "km²"))]
    for column, label, digits, measure in (
        ("declared_area_km2", "map.declared_area", 2, "km²"),
        ("population", "map.population", 0, ""),
        ("declared_population", "map.declared_population", 0, ""),
        ("density", "map.density", 0, t("map.per_km2")),
        ("iou", "ui.iou", 4, ""),
    ):
        if column in unit:
            rows.append((t(label), figure(unit[column], digits, measure)))
    return rows


def _facts(rows: list[tuple[str, Any]]) -> None:
    known = [(name, str(value)) for name, value in rows if str(value)]
    tables.show(pd.DataFrame(known, columns=["", " "]), height="content")


def _members(result: MergeResult, code: str) -> pd.DataFrame:
    """Return the members of a new unit with the crosswalk rows that they rest on."""
    rows = result.crosswalk[result.crosswalk["new_code"] == code]
    members = result.old[result.old["new_code"] == code]
    table = pd.DataFrame(
        {
            t("ui.name"): rows["old_name"],
            t("ui.type"): rows["old_type"],
            t("map.code"): rows["old_code"],
            t("map.district"): rows["old_district"],
        }
    )
    if "population" in members and len(members) == len(rows):
        table[t("map.population")] = members["population"].to_numpy()
    for column in _GROUNDS:
        if column in rows:
            table[t(f"ui.{column}")] = rows[column]
    return table


def neighbours(result: MergeResult, code: str) -> list[str]:
    """Return the codes of the new units that share a border with one, in the order of names."""
    shapes = np.asarray(result.new.geometry.values)
    here = shapes[result.new.index.get_loc(code)]
    around = shapely.buffer(here, _NEAR)
    near = result.new.sindex.query(around, predicate="intersects")
    near = near[is_polygonal(shapes[near])]
    shared = shapely.length(shapely.intersection(around, shapely.boundary(shapes[near])))
    codes = [str(result.new.index[k]) for k in near[shared > _COMMON_BORDER]]
    return sorted((c for c in codes if c != code), key=lambda c: str(result.new.at[c, "name"]))


def findings_of(result: MergeResult, code: str) -> pd.DataFrame:
    """Return the findings that name a new unit; codes of old units mean something else."""
    checks = result.findings["check"].str.startswith(("D", "P", "C06", "C08", "G11"))
    named = result.findings["units"].map(lambda units: code in units)
    return pd.DataFrame(result.findings[checks & named])
