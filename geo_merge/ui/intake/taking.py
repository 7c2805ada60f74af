"""Files that were given become part of a piece of work, once something was recognised in them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import streamlit as st

from geo_merge.errors import GeoMergeError
from geo_merge.jobs.job import Job
from geo_merge.system.scratch import scratch
from geo_merge.ui import state, uploads, work
from geo_merge.ui.intake import files, looking, running
from geo_merge.ui.intake.files import Given
from geo_merge.ui.intake.looking import Looked
from geo_merge.ui.state import Key, t
from geo_merge.ui.uploads import Upload
from geo_merge.ui.work import Role, Work, content_key

MAX_BYTES = 200_000_000  # of all files given at once


def take(open_work: Work | None, given: Given) -> None:
    """Take files into the work that is open, or into new work; then the page begins again.

    What nothing can be recognised in stays in its slot, and goes with the session.

    Raises
    ------
    GeoMergeError
        If nothing was recognised in a file.
    """
    uploads.check_size(given.all, MAX_BYTES)
    with scratch() as folder:
        paths = _put(folder, given)
        job = _joined(open_work, paths)
        memory = open_work or Work(folder)
        looked = look(job, memory)
        if looked is None:
            return
        unread = "crosswalk" in paths and looked.table is None
        if ("layers" in paths and not looked.recognised) or unread:
            raise GeoMergeError(looked.preview.problems)
        remember(memory, into(open_work, paths))
    st.rerun()


def take_one(open_work: Work, role: Role, given: Sequence[Upload]) -> None:
    """Take the files of one layer into the work that is open; then the page begins again.

    Raises
    ------
    GeoMergeError
        If a part of it is missing, or there are several layers.
    """
    uploads.check_size(given, MAX_BYTES)
    with scratch() as folder:
        into(open_work, {role: (uploads.put_one(folder, given),)})
    st.rerun()


def into(open_work: Work | None, paths: Mapping[Role, tuple[Path, ...]]) -> Work:
    """Move files into the work that is open, or into new work, which the address leads to then."""
    target = open_work or work.begin()
    for role, its in paths.items():
        target.take(role, its)
    files.next_round()
    if open_work is None:
        looked = st.session_state.get(Key.PREVIEW)
        state.open_work(target.name)
        st.session_state[Key.PREVIEW] = looked  # of the files that were taken just now
        state.write_address()
    return target


def remember(memory: Work, target: Work) -> None:
    """Let work keep what was read before it began."""
    for name in looking.KEPT if memory != target else ():
        if (memory.folder / name).exists():
            shutil.move(memory.folder / name, target.folder / name)


def look(job: Job, memory: Work | None) -> Looked | None:
    """Look into the files of a job, again only if they or the options are others.

    Layers that are the same are not read again; see `looking.look`.

    Returns None if that was stopped by hand.
    """
    job = replace(
        job,
        rules={},
        limits=(),
        below=None,
        repair=None,
        decisions=None,
    )  # what does not change what is found
    key = content_key(list(job.files.values()), job.options | {"country": job.country.code})
    known, looked = st.session_state.get(Key.PREVIEW) or ("", None)
    if known == key and looked is not None:
        seen: Looked = looked
        return seen
    if running.is_halted(key):
        return None
    with running.steps(t("ui.looking"), running.LOOKING, "look",
                       stop=partial(running.halt, key)) as (say, queued):  # fmt: skip
        seen = uploads.in_turn(partial(looking.look, job, memory=memory), say, queued)
    st.session_state[Key.PREVIEW] = (key, seen)
    return seen


def _put(folder: Path, given: Given) -> dict[Role, tuple[Path, ...]]:
    """Write files to a folder; return the layers and tables by their role."""
    paths: dict[Role, tuple[Path, ...]] = {}
    if given.layers:
        paths["layers"] = uploads.put_all(folder, given.layers)
    if given.crosswalk is not None:
        paths["crosswalk"] = (uploads.put(folder, given.crosswalk),)
    if given.reference:
        paths["reference"] = uploads.put_all(folder, given.reference)
    if given.declared is not None:
        paths["declared"] = (uploads.put(folder, given.declared),)
    return paths


def _joined(open_work: Work | None, paths: Mapping[Role, tuple[Path, ...]]) -> Job:
    """Return the merger with files that are about to be taken."""
    job = Job(old=()) if open_work is None else open_work.job()
    changed = replace(
        job,
        old=_with(job.old, paths.get("layers", ())),
        crosswalk=_new(paths, "crosswalk", job.crosswalk),
        reference=_with(job.reference, paths.get("reference", ())),
        declared=_new(paths, "declared", job.declared),
        columns={} if "crosswalk" in paths else job.columns,
    )
    return work.with_choices(changed, {} if open_work is None else open_work.choices)


def _with(before: Sequence[Path], new: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return files with new ones, of which one replaces another of its name."""
    names = {path.name for path in new}
    return (*(path for path in before if path.name not in names), *new)


def _new(paths: Mapping[Role, tuple[Path, ...]], role: Role, before: Path | None) -> Path | None:
    return paths[role][0] if role in paths else before
