"""The embedded sample before and after: figures, map, statistics, download."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from geo_merge.errors import GeoMergeError
from geo_merge.formats import flat
from geo_merge.geojson import encode
from geo_merge.layers import read_units
from geo_merge.maps import SCHEMATIC_NOTE, map_html
from geo_merge.models import MergeResult
from geo_merge.pipeline import merge
from geo_merge.sample import sample_files
from geo_merge.tables import read_crosswalk

_MAP_HEIGHT = 620  # pixels


@st.cache_resource(show_spinner="Merging the sample …")
def sample_result() -> MergeResult:
    """Return the merged sample, made once for all sessions."""
    layers, crosswalk = sample_files()
    return merge(read_units(*layers), read_crosswalk(crosswalk))


@st.cache_data(show_spinner="Drawing the map …")
def sample_map() -> str:
    """Return the page with the map of the sample."""
    return map_html(sample_result())


def new_units_geojson() -> bytes:
    """Return the new units as GeoJSON; made when the download is asked for."""
    return b"".join(encode(sample_result().new))


def show() -> None:
    """Draw the page; errors are sentences."""
    st.title("geo_merge")
    st.caption("Old Bắc Giang and old Bắc Ninh become the 99 units of the new Bắc Ninh.")
    try:
        result = sample_result()
    except GeoMergeError as error:
        st.error("\n\n".join(error.problems))
        st.stop()
    if result.schematic:
        st.warning(SCHEMATIC_NOTE)
    _headline(result.summary)
    st.iframe(sample_map(), height=_MAP_HEIGHT)
    st.subheader("New units")
    st.dataframe(_table(result.statistics), width="stretch", hide_index=True)
    st.download_button(
        "Download the new units (GeoJSON)", new_units_geojson, "new_units.geojson",
        mime="application/geo+json", on_click="ignore",
    )  # fmt: skip


def _headline(summary: dict[str, Any]) -> None:
    """Show the count before and after, in all and by former province."""
    groups = [
        {"name": "All", "before": summary["before"]["count"], "after": summary["after"]["count"],
         "reduction_percent": summary["reduction_percent"]},
        *summary["groups"],
    ]  # fmt: skip
    *columns, last = st.columns(len(groups) + 1)
    for column, group in zip(columns, groups, strict=True):
        column.metric(
            group["name"],
            f"{group['before']} → {group['after']}",
            f"-{group['reduction_percent']:.2f} %",
            delta_color="off",
        )
    districts = summary["before"]["districts"], summary["after"]["districts"]
    last.metric("Districts", f"{districts[0]} → {districts[1]}")


def _table(statistics: pd.DataFrame) -> pd.DataFrame:
    columns = ["name", "unit_type", "member_count", "member_names", "area_km2"]
    table = statistics.reset_index()
    return flat(table[["code", *[c for c in columns if c in table]]])
