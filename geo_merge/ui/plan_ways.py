"""Telling the page how far people are: where they travel from, and the roads that they take."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from geo_merge.planning.distances import Distances, StraightLine
from geo_merge.planning.places import positions_of
from geo_merge.planning.roads import Roads
from geo_merge.reading.sources import open_layer
from geo_merge.reading.tables import read_table
from geo_merge.system.scratch import scratch
from geo_merge.ui import plan_kept, state, told, uploads
from geo_merge.ui.plan_work import Ways, Work
from geo_merge.ui.state import t
from geo_merge.ui.tables import small
from geo_merge.vietnam.country import VIETNAM
from geo_merge.vocabulary.finding import Finding

_MAX_BYTES = 200_000_000  # of all files together
_SHOWN = 20  # findings


def show(work: Work, place: DeltaGenerator) -> None:
    """Draw the choices, and measure distances as they say."""
    small(_as_it_is(work))
    table = st.file_uploader(t("planning.positions"), uploads.TABLE_TYPES, key="plan_positions",
                             help=t("planning.positions_help"))  # fmt: skip
    lines = st.file_uploader(t("planning.roads"), uploads.LAYER_TYPES, accept_multiple_files=True,
                             key="plan_roads", help=t("planning.roads_help"))  # fmt: skip
    if (table or lines) and st.button(t("planning.measure_so"), key="plan_measure"):
        given = [*([table] if table else []), *lines]
        uploads.check_size(given, _MAX_BYTES)
        ways, found = ways_of(work, table, lines)
        _go(work, ways)
        with place:
            for finding in found[:_SHOWN]:
                st.warning(told.problem(f"{finding.check}: {finding.message}"),
                           icon=":material/location_off:")  # fmt: skip
            if len(found) > _SHOWN:
                st.warning(t("planning.more_places", n=state.figure(len(found) - _SHOWN)))
    if work.ways.key and st.button(t("planning.measure_straight"), key="plan_straight"):
        _go(work, Ways())


def _go(work: Work, ways: Ways) -> None:
    work.go(ways)
    plan_kept.save(work)


def _as_it_is(work: Work) -> str:
    """Say in a sentence how distances are measured now, and of how many units that is not known."""
    ways, layer = work.ways, work.layer
    along = t("planning.along", file=ways.roads_in) if ways.roads_in else t("planning.straight")
    if not ways.positions_in:
        return t("planning.measured", along=along, start=t("planning.from_middle"))
    lost = int((np.isnan(layer.positions).any(axis=1) & ~layer.is_piece).sum())
    start = t("planning.from_table", file=ways.positions_in, n=state.figure(lost))
    return t("planning.measured", along=along, start=start)


def ways_of(
    work: Work, table: uploads.Upload | None, lines: Sequence[uploads.Upload]
) -> tuple[Ways, tuple[Finding, ...]]:
    """Return how distances are measured with a table of positions, a layer of roads, or both.

    Raises
    ------
    GeoMergeError
        If one cannot be read, or names units that the layer has not.
    """
    digest = hashlib.sha256()
    for upload in (*([table] if table else []), *lines):
        digest.update(upload.name.encode() + bytes(upload.getbuffer()))
    positions = None
    found: tuple[Finding, ...] = ()
    distances: Distances = StraightLine()
    with scratch() as folder:
        if table is not None:
            read = read_table(uploads.put(folder, table), country=VIETNAM)
            known, found = positions_of(read, work.base.frame, table.name)
            nowhere = (np.nan, np.nan)
            positions = np.array([known.get(code, nowhere) for code in work.base.layer.codes])
        if lines:
            distances = Roads(open_layer(uploads.put_one(folder, lines)).frame)
    return Ways(
        digest.hexdigest()[:24], positions, distances, table.name if table else "",
        ", ".join(upload.name for upload in lines),
    ), found  # fmt: skip
