"""Beginning with a province: the crosswalk of 2025 that is at hand, and boundaries to fetch."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import streamlit as st

from geo_merge.errors import GeoMergeError
from geo_merge.jobs.sample import MIRROR_VARIABLE
from geo_merge.system.progress import Progress
from geo_merge.system.scratch import scratch
from geo_merge.ui import uploads
from geo_merge.ui.intake import running, taking
from geo_merge.ui.state import language, t
from geo_merge.ui.tables import plain, small
from geo_merge.ui.work import Role, Work
from geo_merge.vietnam import gazetteer
from geo_merge.vietnam.official import fetch_province, provinces, write_before
from geo_merge.vocabulary.sentence import said


def show(work: Work | None) -> None:
    """Ask for a province, and take what there is of it.

    Raises
    ------
    GeoMergeError
        If it cannot be had; what was there before stays.
    """
    known = {province.code: province for province in provinces()}
    with st.expander(t("intake.province"), icon=":material/location_city:", expanded=work is None):
        small(t("intake.province_help"))
        code = st.selectbox(
            t("ui.province"), ["", *known], key="province",
            format_func=lambda c: known[c].name if c else t("intake.choose_province"),
        )  # fmt: skip
        with st.container(horizontal=True):
            fill = st.button(t("intake.fill_crosswalk"), key="fill_crosswalk", disabled=not code,
                             icon=":material/table:")  # fmt: skip
            fetch = st.button(t("intake.fetch"), key="fetch", disabled=not code,
                              icon=":material/cloud_download:")  # fmt: skip
    if fill:
        _fill(work, code)
    elif fetch:
        _fetch(work, code)


def _fill(work: Work | None, code: str) -> None:
    """Take the crosswalk of a province, which is part of an extra."""
    with scratch() as folder:
        path = folder / f"crosswalk_{code}.csv"
        gazetteer.crosswalk(code).to_csv(path, index=False, lineterminator="\n")
        taking.into(work, {"crosswalk": (path,)})
    st.rerun()


def _fetch(work: Work | None, code: str) -> None:
    """Fetch the boundaries of a province; its crosswalk comes with them."""
    with scratch() as folder, running.steps(t("intake.fetching"), running.ALONE, "fetch") as shown:
        say, queued = shown
        try:
            paths = uploads.in_turn(partial(fetched, code, folder), say, queued)
        except GeoMergeError as error:
            why = said(error.problems[0], language()).partition(";")[0].rstrip(".")
            st.error(plain(t("intake.not_fetched", why=why)), icon=":material/cloud_off:")
            return
        taking.into(work, paths)
    st.rerun()


def fetched(code: str, folder: Path, say: Progress) -> dict[Role, tuple[Path, ...]]:
    """Fetch the boundaries of a province to a folder.

    Returns
    -------
    dict
        The approximate layer of the communes before, its crosswalk, and the official new units.

    Raises
    ------
    FetchError
        If a file cannot be had, or is not the published one.
    """
    province = next(p for p in provinces() if p.code == code)
    target = folder / f"{province.slug}.gpkg"
    fetch_province(province, target, mirror=os.environ.get(MIRROR_VARIABLE) or None, progress=say)
    layer, crosswalk = write_before(province, target)
    return {"layers": (layer,), "crosswalk": (crosswalk,), "reference": (target,)}
