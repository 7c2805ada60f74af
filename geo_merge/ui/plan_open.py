"""Opening a plan on the page: the sample, the user's own layers, a plan that was taken away."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo_merge.ui import plan_base, plan_files, plan_kept, store, told, uploads
from geo_merge.ui.plan_work import Work
from geo_merge.ui.state import t
from geo_merge.ui.steps import steps
from geo_merge.ui.tables import plain, small
from geo_merge.vocabulary.finding import Finding

_MAX_BYTES = 200_000_000  # of all files together
_OPTIONS = ("code_field", "name_field", "population_field", "crs", "encoding")
_SHOWN = 20  # findings


def show(work: Work, place: DeltaGenerator) -> Work:
    """Draw the choices; return the plan that is at work after them."""
    small(t("planning.open_help", files=plan_base.title_of(work)))
    layers = st.file_uploader(t("ui.upload_layers", formats=uploads.formats()), uploads.LAYER_TYPES,
                              accept_multiple_files=True, key="plan_layers")  # fmt: skip
    options = _options()
    if layers and st.button(t("planning.open_layers"), key="plan_open_layers"):
        uploads.check_size(layers, _MAX_BYTES)
        with place, steps(t("ui.looking")) as (say, queued):
            work = plan_base.open_layers(layers, options, say, queued)
        plan_kept.save(work)
    of_result(place, "plan_open_result")
    given = st.file_uploader(t("planning.import"), ["zip", *uploads.TABLE_TYPES], key="plan_import")
    if given and st.button(t("planning.open_plan"), key="plan_open_plan"):
        uploads.check_size([given], _MAX_BYTES)
        history, found = plan_files.plan_of_file(given, work.base)
        work.open(history)
        plan_kept.save(work)
        with place:
            _fits(found)
    if st.button(t("planning.open_sample"), key="plan_open_sample"):
        work = plan_base.sample_work()
        plan_kept.save(work)
    return work


def of_result(place: DeltaGenerator, key: str) -> None:
    """Offer to plan on the units of the result on show, if that is not the sample."""
    loaded = store.current()
    if store.is_sample(loaded):
        return
    if st.button(plain(t("planning.of_result", title=loaded.called)), key=key):
        with place, steps(t("ui.looking")) as (say, queued):
            work = plan_base.of_result(loaded, say, queued)
        plan_kept.save(work)
        st.rerun()


def _options() -> dict[str, str]:
    """Ask for what files may not say; nothing needs to be answered."""
    with st.expander(t("ui.options")):
        asked = {
            name: st.text_input("CRS (EPSG)" if name == "crs" else t(f"ui.{name}"),
                                key=f"plan_{name}")
            for name in _OPTIONS
        }  # fmt: skip
    return {name: text.strip() for name, text in asked.items() if text.strip()}


def _fits(found: tuple[Finding, ...]) -> None:
    """Say what of a plan no longer fits its layer; nothing of it is lost unsaid."""
    if not found:
        st.success(t("planning.opened"), icon=":material/check_circle:")
        return
    st.warning(t("planning.no_longer", n=len(found)), icon=":material/rule:")
    for finding in found[:_SHOWN]:
        st.text(told.problem(f"{finding.check}: {finding.message}"))
