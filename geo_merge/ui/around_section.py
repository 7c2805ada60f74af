"""What lies around the land, for the papers of the page: a layer that is kept with the work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import geopandas as gpd
import streamlit as st

from geo_merge.dossier.material import Outside, read_outside
from geo_merge.errors import GeoMergeError
from geo_merge.system.progress import Progress
from geo_merge.system.scratch import scratch
from geo_merge.ui import store, told, uploads
from geo_merge.ui.intake import files, taking
from geo_merge.ui.state import figure, t
from geo_merge.ui.steps import steps
from geo_merge.ui.store import Loaded
from geo_merge.ui.uploads import Upload
from geo_merge.ui.work import Work
from geo_merge.vietnam.country import VIETNAM

_KEPT = "around"  # what the units near the land are kept under in their work


def show(loaded: Loaded) -> Outside | None:
    """Ask for a layer of the units around, and return those that are near the land."""
    opened = store.current_work()
    given = [] if opened is None else opened.files("around")
    if opened is None or not given:
        with st.expander(t("on_paper.around"), icon=":material/border_outer:"):
            new = files.slot_of_layers(t("on_paper.around_help"), "upload_around")
            if new:
                _told(partial(_take, loaded, new))
        return None
    (path,) = given
    outside = _told(partial(_near, opened, path, loaded))
    with st.container(horizontal=True, vertical_alignment="center"):
        count = "–" if outside is None else figure(len(outside.units))
        st.text(t("on_paper.around_given", count=count, file=path.name))
        st.button(t("intake.remove"), key="remove_around", icon=":material/delete:",
                  on_click=partial(opened.remove, "around", given), type="tertiary")  # fmt: skip
    return outside


def _told(work: Callable[[], Outside | None]) -> Outside | None:
    """Do work and return what comes of it; what cannot be used is told."""
    try:
        return work()
    except GeoMergeError as error:
        told.show(error)
        return None


def _take(loaded: Loaded, new: Sequence[Upload]) -> None:
    """Read a layer and keep it with the work; then the page begins again.

    Raises
    ------
    GeoMergeError
        If it cannot be used; then it stays away.
    """
    uploads.check_size(new, taking.MAX_BYTES)
    with scratch() as folder:
        path = uploads.put_one(folder, new)
        outside = _read(path, loaded)
        opened = store.work_or_new()
        if opened is None:
            raise store.WorkGoneError
        opened.keep(_KEPT, loaded.key, outside)
        opened.take("around", (path,))
    files.next_round()
    st.rerun()


def _near(opened: Work, path: Path, loaded: Loaded) -> Outside:
    """Return the units near the land, read again only if the land is another."""
    kept: Outside | None = opened.kept(_KEPT, loaded.key)
    if kept is None:
        kept = _read(path, loaded)
        opened.keep(_KEPT, loaded.key, kept)
    return kept


def _read(path: Path, loaded: Loaded) -> Outside:
    with steps(t("on_paper.around_reading")) as (say, queued):
        return uploads.in_turn(partial(_outside, path, loaded.result.new), say, queued)


def _outside(path: Path, new: gpd.GeoDataFrame, say: Progress) -> Outside:
    """Read in a process of its own; its files have the names that the user knows."""
    say("Reading")
    outside = read_outside(path, new, country=VIETNAM)
    names = [{**each, "file": Path(each["file"]).name} for each in outside.inputs]
    return replace(outside, inputs=names)
