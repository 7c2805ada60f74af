"""Layers to plan with: the embedded one, or the user's own, read in a process of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from geo_merge.jobs.job import Job
from geo_merge.jobs.sample import sample_files
from geo_merge.planning.adopt import plan_of_crosswalk
from geo_merge.planning.history import History
from geo_merge.planning.plan import Plan, unassigned
from geo_merge.planning.store import CROSSWALK, crosswalk_bytes
from geo_merge.reading.containers import files_of
from geo_merge.system import worker
from geo_merge.system.progress import Progress
from geo_merge.system.scratch import scratch
from geo_merge.system.turns import Queued, turns
from geo_merge.ui import uploads
from geo_merge.ui.plan_layer import base_of, base_of_result, merge_units
from geo_merge.ui.plan_work import Base, File, Work
from geo_merge.ui.store import Loaded
from geo_merge.units.crosswalk import read_crosswalk
from geo_merge.vietnam.country import VIETNAM


def sample_work() -> Work:
    """Return the plan of the embedded sample, as it was enacted."""
    base, plan = _sample()
    return Work(base, (History(plan),))


def is_sample(work: Work) -> bool:
    """Tell whether a plan is one of the embedded sample."""
    return work.base.key == _sample()[0].key


@st.cache_resource(show_spinner=False)
def _sample() -> tuple[Base, Plan]:
    layers, crosswalk = sample_files()
    files = tuple(File(p.name, p.read_bytes()) for layer in layers for p in files_of(layer))
    base = base_of(files, {}, tuple(layers))
    table = read_crosswalk(crosswalk, country=VIETNAM)
    return base, plan_of_crosswalk(base.frame, table, country=VIETNAM)[0]


def open_layers(
    given: Sequence[uploads.Upload], options: Mapping[str, Any], say: Progress,
    queued: Queued,
) -> Work:  # fmt: skip
    """Read a user's layers and return a plan of them in which no unit has a place.

    Raises
    ------
    GeoMergeError
        If they cannot be read; nothing is open then.
    """
    files = tuple(File(upload.name, bytes(upload.getbuffer())) for upload in given)
    with scratch() as folder, turns().take(queued):
        layers = uploads.put_all(folder, files)
        base = worker.run(partial(base_of, files, options, layers), say)
    return Work(base, (History(unassigned(base.frame)),))


def of_result(loaded: Loaded, say: Progress, queued: Queued) -> Work:
    """Return a result as a plan on its old units, which names the files that they came from.

    Raises
    ------
    GeoMergeError
        If it divides units, which a plan does not.
    """
    result = loaded.result
    work = partial(base_of_result, replace(result, drawing=None), loaded.key, loaded.inputs,
                   loaded.options)  # fmt: skip
    base = uploads.in_turn(work, say, queued)
    plan, _ = plan_of_crosswalk(base.frame, result.crosswalk, country=VIETNAM)
    return Work(base, (History(plan),))


def merged(work: Work, title: str, say: Progress, queued: Queued) -> Loaded:
    """Merge a plan: the job that an upload of its layers and its crosswalk would be.

    Raises
    ------
    GeoMergeError
        If the plan is not finished, or cannot be merged.
    """
    base, table = work.base, crosswalk_bytes(work.plan)
    with scratch() as folder:
        crosswalk = uploads.put(folder, File(CROSSWALK, table))
        if base.files:
            layers = uploads.put_all(folder, base.files)
            job = Job(old=layers, crosswalk=crosswalk, country=VIETNAM, **base.options)
            return replace(uploads.merge(job, title, say, queued), plan=work.plan)
        job = Job(old=(), crosswalk=crosswalk, country=VIETNAM)
        result = uploads.in_turn(partial(merge_units, base.frame, job), say, queued)
    files = {name: digest for file in base.source.files for name, digest in file.sha256.items()}
    inputs = {**files, CROSSWALK: hashlib.sha256(table).hexdigest()}
    key = hashlib.sha256(base.key.encode() + table).hexdigest()[:24]
    return Loaded(key, title, result, inputs, {**job.options, **base.options}, work.plan)


def title_of(work: Work) -> str:
    """Return the names of the files of a plan's layer."""
    return ", ".join(Path(file.path).name for file in work.base.source.files)
