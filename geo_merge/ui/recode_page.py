"""A person's own table: looked at, brought to the units of the other side, settled, taken away."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from geo_merge.errors import GeoMergeError
from geo_merge.reading.tables import read_table
from geo_merge.recoding.origin import MEASURES, Origin
from geo_merge.recoding.request import Request
from geo_merge.results.contract import CONTRACT
from geo_merge.system.scratch import scratch
from geo_merge.ui import (
    recode_columns,
    recode_outcome,
    recode_settling,
    recoding,
    tables,
    uploads,
)
from geo_merge.ui.recoding import Looked
from geo_merge.ui.state import language, t
from geo_merge.ui.steps import steps
from geo_merge.ui.store import Loaded, current
from geo_merge.vietnam.country import VIETNAM
from geo_merge.vietnam.provinces import PROVINCES
from geo_merge.vocabulary.places import Side
from geo_merge.vocabulary.sentence import sentence

MAX_BYTES = 200_000_000
_TYPES = ["csv", "tsv", "txt", "xlsx", "parquet"]
_RESULT, _PROVINCE, _TABLE = _WAYS = ("result", "province", "table")
_LOOKED, _DONE, _TAKEN = "recode_looked", "recode_done", "recode_taken"  # of the session


def show() -> None:
    """Draw the page."""
    st.header(t("recode.title"), anchor=False)
    tables.small(t("recode.help"))
    left, right = st.columns(2, gap="large")
    with left:
        table = st.file_uploader(t("recode.table"), _TYPES, key="recode_table")
        _decisions_given()
    with right:
        way = st.radio(t("recode.by"), _WAYS, key="recode_way", horizontal=True,
                       format_func=lambda w: t(f"recode.by_{w}"))  # fmt: skip
        province, given = _by(way)
        side = Side(str(st.radio(t("recode.to"), list(Side), index=1, key="recode_to",
                                 horizontal=True,
                                 format_func=lambda s: t(f"recode.to_{s}"))))  # fmt: skip
    if table is None or (way == _TABLE and given is None):
        return
    uploads.check_size([f for f in (table, given) if f is not None], MAX_BYTES)
    with scratch() as folder:
        origin = _origin(folder, way, province, given)
        request = Request(table=uploads.put(folder, table), origin=origin, target=side)
        _look_and_run(request, _key_of([table, given], way, province, side))


def _by(way: str) -> tuple[str | None, uploads.Upload | None]:
    """Ask which province, or for the crosswalk."""
    if way == _PROVINCE:
        names = {new: name for _, _, new, name in PROVINCES}
        code = st.selectbox(t("recode.province"), ["", *sorted(names, key=names.__getitem__)],
                            key="recode_province",
                            format_func=lambda c: names.get(c, t("recode.country")))  # fmt: skip
        return code or None, None
    if way == _TABLE:
        return None, st.file_uploader(t("ui.upload_crosswalk"), uploads.TABLE_TYPES,
                                      key="recode_crosswalk")  # fmt: skip
    return None, None


def _origin(folder: Path, way: str, province: str | None, given: uploads.Upload | None) -> Origin:
    if way == _PROVINCE:
        return Origin(country=VIETNAM, province=province)
    if given is not None:
        return Origin(country=VIETNAM, crosswalks=(uploads.put(folder, given),))
    return _of_result(folder, current())


def _of_result(folder: Path, loaded: Loaded) -> Origin:
    """Return the crosswalk of the result on show, as its file has it, and its polygons."""
    path = folder / "crosswalk.csv"
    file = next(file for file in CONTRACT if file.name == path.name)
    file.write(loaded.result, path, language())
    weights = st.session_state.get("recode_weights") or None
    polygons = {Side.OLD: loaded.result.old, Side.NEW: loaded.result.new}
    return Origin(country=VIETNAM, crosswalks=(path,), weights=weights, polygons=polygons)


def _key_of(
    files: Sequence[uploads.Upload | None], way: str, province: str | None, side: str
) -> str:
    digest = hashlib.sha256(repr((way, province, str(side))).encode())
    for file in filter(None, files):
        digest.update(file.name.encode())
        digest.update(file.getbuffer())
    if way == _RESULT:
        digest.update(current().key.encode())
    return digest.hexdigest()[:24]


def _look_and_run(request: Request, key: str) -> None:
    columns = recode_columns.chosen(key)
    looked = _looked("|".join((key, *columns)), request, columns)
    recode_columns.show(key, looked)
    if looked.problems:
        recode_outcome.problems(looked.problems)
        return
    kind, rules = _options(request)
    known, done = st.session_state.get(_DONE, ("", None))
    if st.button(t("recode.run"), type="primary", icon=":material/sync_alt:", key="recode_run"):
        request = recode_columns.said(request, columns, recode_settling.decisions())
        with steps(t("recode.running"), stop="recode_run_stop") as (say, queued):
            done = recoding.recode(request, kind, rules, language(), say=say,
                                   queued=queued)  # fmt: skip
        known = key
        st.session_state[_DONE] = known, done
    if done is not None and known == key:
        recode_outcome.show(done)
        recode_settling.show(done)


def _looked(key: str, request: Request, columns: tuple[str, ...]) -> Looked:
    """Look into the table; again only if it, or what is said of it, is another."""
    vintage = st.session_state.get("recode_vintage") or ""
    key = f"{key}|{vintage}"
    kept: dict[str, Looked] = st.session_state.setdefault(_LOOKED, {})
    if key not in kept:
        asked = recode_columns.said(request, columns, None)
        with steps(t("recode.looking"), stop="recode_look_stop") as (say, queued):
            looked = recoding.look(asked, say, queued)
        kept.clear()
        kept[key] = looked
    return kept[key]


def _options(request: Request) -> tuple[str, tuple[str, ...] | None]:
    """Ask for what is written, and how; nothing needs to be answered."""
    columns = st.columns(3)
    kind = columns[0].selectbox(t("recode.format"), recoding.FORMATS, key="recode_format",
                                format_func=str.upper)  # fmt: skip
    adds = columns[1].checkbox(t("recode.aggregate"), key="recode_aggregate")
    if request.origin.polygons:
        columns[2].selectbox(t("recode.weights"), ["", *MEASURES], key="recode_weights",
                             format_func=lambda w: t(f"recode.weights_{w or 'none'}"))  # fmt: skip
    return str(kind), () if adds else None


def _decisions_given() -> None:
    """Take over decisions of an earlier time."""
    given = st.file_uploader(t("recode.earlier"), uploads.TABLE_TYPES, key="recode_decisions_file")
    if given is None:
        return
    token = hashlib.sha256(given.getbuffer()).hexdigest()
    if st.session_state.get(_TAKEN) == token:
        return
    with scratch() as folder:
        table = read_table(uploads.put(folder, given), country=VIETNAM)
    missing = [name for name in ("says", "choice") if name not in table]
    if missing:
        raise GeoMergeError(sentence("command.decision_columns", file=given.name, names=missing))
    recode_settling.take_over(pd.DataFrame(table))
    st.session_state[_TAKEN] = token
