"""What lies around the land, for the papers of the page: a layer that is given once a session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import geopandas as gpd
import streamlit as st

from geo_merge.dossier.material import Outside, read_outside
from geo_merge.errors import GeoMergeError
from geo_merge.jobs.job import Progress
from geo_merge.system.scratch import scratch
from geo_merge.ui import tables, told, uploads
from geo_merge.ui.intake import files, taking
from geo_merge.ui.state import figure, t
from geo_merge.ui.steps import steps
from geo_merge.ui.store import Loaded
from geo_merge.ui.uploads import Upload
from geo_merge.vietnam.country import VIETNAM

_GIVEN = "around_given"  # of the session


@dataclass(frozen=True)
class Given:
    """What lies around the land of a result, as its key tells, and the name of its file."""

    key: str
    file: str
    outside: Outside


def show(loaded: Loaded) -> Outside | None:
    """Ask for a layer of the units around, and return those that are near the land."""
    given: Given | None = st.session_state.get(_GIVEN)
    if given is not None and given.key == loaded.key:
        with st.container(horizontal=True, vertical_alignment="center"):
            count = figure(len(given.outside.units))
            st.text(t("on_paper.around_given", count=count, file=given.file))
            st.button(t("intake.remove"), key="remove_around", icon=":material/delete:",
                      on_click=lambda: st.session_state.pop(_GIVEN), type="tertiary")  # fmt: skip
        return given.outside
    with st.expander(t("on_paper.around"), icon=":material/border_outer:"):
        new = files.slot_of_layers(t("on_paper.around_help"), "upload_around")
        if new:
            _take(loaded, new)
    return None


def _take(loaded: Loaded, new: Sequence[Upload]) -> None:
    """Read the layer; then the page begins again. What cannot be used is told, and stays away."""
    try:
        uploads.check_size(new, taking.MAX_BYTES)
        with scratch() as folder, steps(t("on_paper.around_reading")) as (say, queued):
            path = uploads.put_one(folder, new)
            read = partial(_read, path, loaded.result.new)
            outside = uploads.in_turn(read, say, queued)
    except GeoMergeError as error:
        for problem in error.problems:
            st.error(tables.plain(told.problem(problem)), icon=":material/error:")
        return
    st.session_state[_GIVEN] = Given(loaded.key, path.name, outside)
    files.next_round()
    st.rerun()


def _read(path: Path, new: gpd.GeoDataFrame, say: Progress) -> Outside:
    """Read in a process of its own; its files have the names that the user knows."""
    say("Reading")
    outside = read_outside(path, new, country=VIETNAM)
    names = [{**each, "file": Path(each["file"]).name} for each in outside.inputs]
    return replace(outside, inputs=names)
