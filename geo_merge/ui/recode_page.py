"""A person's own table: looked at, brought to the units of the other side, settled, taken away."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from geo_merge.errors import GeoMergeError
from geo_merge.reading.tables import read_table
from geo_merge.recoding.origin import MEASURES, Origin
from geo_merge.recoding.request import Request
from geo_merge.results.contract import CONTRACT
from geo_merge.system.scratch import scratch
from geo_merge.system.works import works
from geo_merge.ui import (
    recode_columns,
    recode_kept,
    recode_outcome,
    recode_settling,
    recoding,
    tables,
    uploads,
)
from geo_merge.ui.intake import files
from geo_merge.ui.recoding import Looked
from geo_merge.ui.state import figure, language, t
from geo_merge.ui.steps import steps
from geo_merge.ui.store import Loaded, current
from geo_merge.ui.work import Role, Work
from geo_merge.vietnam.country import VIETNAM
from geo_merge.vietnam.provinces import PROVINCES
from geo_merge.vocabulary.places import Side
from geo_merge.vocabulary.sentence import sentence

MAX_BYTES = 200_000_000
_TYPES = [*uploads.TABLE_TYPES, "parquet"]
_RESULT, _PROVINCE, _TABLE = _WAYS = ("result", "province", "table")
_LOOKED, _TAKEN = "recode_looked", "recode_taken"  # of the session


def show() -> None:
    """Draw the page."""
    st.header(t("recode.title"), anchor=False)
    kept = works()
    limits = t("intake.kept", hours=figure(kept.hours), mb=figure(kept.megabytes))
    tables.small(f"{t('recode.help')} {limits}")
    if recode_kept.is_lost():
        st.warning(t("recode.lost"), icon=":material/link_off:")
    opened = recode_kept.opened()
    with recode_kept.remembered(opened):
        _show(opened)


def _show(opened: Work | None) -> None:
    """Ask for the table and what to bring it to, and go on as far as it goes."""
    st.session_state.setdefault("recode_to", Side.NEW)
    left, right = st.columns(2, gap="large")
    given: dict[Role, uploads.Upload] = {}
    with left:
        _have(opened)
        _slot(given, "table", "recode.table", _TYPES)
        _decisions_given()
    with right:
        way = st.radio(t("recode.by"), _WAYS, key="recode_way", horizontal=True,
                       format_func=lambda w: t(f"recode.by_{w}"))  # fmt: skip
        province = _province() if way == _PROVINCE else None
        if way == _TABLE:
            files.have(opened, "crosswalk")
            _slot(given, "crosswalk", "ui.upload_crosswalk", uploads.TABLE_TYPES)
        side = Side(str(st.radio(t("recode.to"), list(Side), key="recode_to", horizontal=True,
                                 format_func=lambda s: t(f"recode.to_{s}"))))  # fmt: skip
    uploads.check_size(given.values(), MAX_BYTES)
    with scratch() as folder:
        paths = {role: uploads.put(folder, upload) for role, upload in given.items()}
        there = paths | ({} if opened is None else _files(opened, paths))
        if "table" not in there or (way == _TABLE and "crosswalk" not in there):
            return
        crosswalk = there.get("crosswalk") if way == _TABLE else None
        origin = _origin(folder, way, province, crosswalk)
        request = Request(table=there["table"], origin=origin, target=side)
        key = _key_of(there["table"], crosswalk, way, province, side)
        if paths:
            roles = () if "table" in paths else recode_columns.chosen()
            _looked(key, request, roles)  # what cannot be read is not kept
            recode_kept.take(opened, paths)
        elif opened is not None:
            _look_and_run(request, key, opened)
    if paths:
        st.rerun()


def _slot(
    given: dict[Role, uploads.Upload], role: Role, label: str, types: Sequence[str]
) -> None:  # fmt: skip
    """Draw the slot of a file, and note what was given there anew."""
    upload = st.file_uploader(t(label), types, key=files.key_of(f"recode_{role}"))
    if upload is not None:
        given[role] = upload


def _files(opened: Work, new: Container[Role]) -> dict[Role, Path]:
    """Return the files that are there, but for those that new ones replace."""
    roles: tuple[Role, ...] = ("table", "crosswalk")
    there = {role: opened.files(role) for role in roles if role not in new}
    return {role: paths[0] for role, paths in there.items() if paths}


def _have(opened: Work | None) -> None:
    """Say which table is there, and let it be removed."""
    for path in [] if opened is None else opened.files("table"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(path.name)
            st.button(t("intake.remove"), key="recode_remove", icon=":material/delete:",
                      on_click=recode_kept.leave, args=(opened,), type="tertiary",
                      help=t("intake.delete_help"))  # fmt: skip


def _province() -> str | None:
    """Ask which province; None for all."""
    names = {new: name for _, _, new, name in PROVINCES}
    code = st.selectbox(t("recode.province"), ["", *sorted(names, key=names.__getitem__)],
                        key="recode_province",
                        format_func=lambda c: names.get(c, t("recode.country")))  # fmt: skip
    return code or None


def _origin(folder: Path, way: str, province: str | None, crosswalk: Path | None) -> Origin:
    if way == _PROVINCE:
        return Origin(country=VIETNAM, province=province)
    if crosswalk is not None:
        return Origin(country=VIETNAM, crosswalks=(crosswalk,))
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
    table: Path, crosswalk: Path | None, way: str, province: str | None, side: str
) -> str:  # fmt: skip
    """Return what tells one question from another: files by name, size and time, and the rest."""
    stats = [(path.name, path.stat().st_size, path.stat().st_mtime_ns)
             for path in (table, crosswalk) if path is not None]  # fmt: skip
    result = current().key if way == _RESULT else ""
    told = repr((stats, way, province, str(side), result))
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def _look_and_run(request: Request, key: str, opened: Work) -> None:
    columns = recode_columns.chosen()
    looked = _looked(key, request, columns)
    recode_columns.show(key, looked)
    if looked.problems:
        recode_outcome.problems(looked.problems)
        return
    kind, rules = _options(request)
    done = recode_kept.done_of(opened, key)
    if st.button(t("recode.run"), type="primary", icon=":material/sync_alt:", key="recode_run"):
        request = recode_columns.said(request, columns, recode_settling.decisions())
        with steps(t("recode.running"), stop="recode_run_stop") as (say, queued):
            done = recoding.recode(request, kind, rules, language(), say=say,
                                   queued=queued)  # fmt: skip
        recode_kept.keep_done(opened, key, done)
    if done is not None:
        recode_outcome.show(done)
        recode_settling.show(done)


def _looked(key: str, request: Request, columns: tuple[str, ...]) -> Looked:
    """Look into the table; again only if it, or what is said of it, is another."""
    vintage = st.session_state.get("recode_vintage") or ""
    key = "|".join((key, *columns, vintage))
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
