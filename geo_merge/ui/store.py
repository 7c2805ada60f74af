"""Results that the page shows, and what is made of them: cached by the content of their inputs."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from weakref import WeakValueDictionary

import pandas as pd
import streamlit as st

from geo_merge.jobs.job import Job
from geo_merge.jobs.sample import RESULT_VARIABLE, sample_files
from geo_merge.maps.display import Display, display, drawn, old_areas
from geo_merge.merging.result import MergeResult
from geo_merge.planning.plan import Plan
from geo_merge.planning.scales import scales_of
from geo_merge.results.files import sha256
from geo_merge.results.loaded import made_from
from geo_merge.ui import work
from geo_merge.ui.state import Key, language, t, write_address
from geo_merge.ui.tables import plain
from geo_merge.ui.work import Work, content_key
from geo_merge.ui.written import Written
from geo_merge.vietnam.country import VIETNAM
from geo_merge.vocabulary.sentence import said
from geo_merge.vocabulary.unit_words import called_of

RESULT = "result"  # what a result is kept under in its work


class WorkGoneError(Exception):
    """The address leads to work that is no longer there, or never was."""


@dataclass(frozen=True)
class Loaded:
    """A result with what it was made from.

    Attributes
    ----------
    key
        Hash of the inputs and options.
    title
        Names of the files, with what was done to them; empty for the sample.
    source
        The result, or where it is to be read.
    inputs
        SHA-256 of the files, by the names that the user knows; for the manifest.
    options
        Options of the run, for the manifest.
    plan
        The plan that was merged, whose seats and notes papers have; None if it was none.
    """

    key: str
    title: str
    source: MergeResult | Written
    inputs: Mapping[str, str]
    options: Mapping[str, Any]
    plan: Plan | None = None

    @property
    def called(self) -> str:
        """The title in the language of the page."""
        return said(self.title, language())

    @property
    def result(self) -> MergeResult:
        """The result; a page that has to wait for it says so."""
        source = self.source
        if isinstance(source, MergeResult):
            return source
        if source.is_read:
            return source.read()
        with st.spinner(plain(t("intake.loading", name=self.called))):
            return source.read()

    @property
    def summary(self) -> dict[str, Any]:
        """Figures before and after, which need not wait for the rest."""
        return self.source.summary

    @property
    def errors(self) -> int:
        """How many errors stand."""
        shown = self._shown
        return self.result.errors if shown is None else int(shown.settings["errors"])

    @property
    def display(self) -> Display:
        """What the map shows of it."""
        return self._shown or display_of(self.key, self.result)

    @property
    def _shown(self) -> Display | None:
        return None if isinstance(self.source, MergeResult) else self.source.shown

    def read_ahead(self) -> None:
        """Let the rest be read while the map is looked at."""
        if isinstance(self.source, Written):
            self.source.read_ahead()

    def is_drawn(self, how: Literal["schematic", "approximate"]) -> bool:
        """Tell whether the boundaries are of a kind that is no survey."""
        if isinstance(self.source, MergeResult):
            return bool(getattr(self.source, how))
        return bool(self.summary.get(how, False))


def current() -> Loaded:
    """Return the result on show: the user's own, that of ``geo-merge app DIR``, or the sample."""
    session = st.session_state
    mine: Loaded | None = session.get(Key.LOADED)
    opened = current_work()
    if mine is None and opened is not None:
        mine = session[Key.LOADED] = _kept(opened)
    loaded = mine or first()
    session[Key.CALLED] = called_of(loaded.summary.get("called"))
    return loaded


def current_work() -> Work | None:
    """Return the work that is open, if any.

    Raises
    ------
    WorkGoneError
        If it is no longer there.
    """
    name = st.session_state.get(Key.WORK)
    if not name:
        return None
    found = work.find(name)
    if found is None:
        raise WorkGoneError
    return found


def work_or_new() -> Work | None:
    """Return the work that is open, or begin one, which the address leads to; None if it is gone.

    Raises
    ------
    ExportError
        If there is no place for it.
    """
    session = st.session_state
    if not session.get(Key.WORK):
        session[Key.WORK] = work.begin().name
        write_address()
    return work.find(session[Key.WORK])


def _kept(opened: Work) -> Loaded | None:
    """Return the result of work, as it was kept; None if it has none yet."""
    held: Loaded | None = opened.kept(RESULT)
    return held and _shown().setdefault(held.key, held)


def first() -> Loaded:
    """Return what the page opens with."""
    directory = os.environ.get(RESULT_VARIABLE)
    if not directory:
        return _sample()
    with st.spinner(plain(t("intake.loading", name=Path(directory).name))):
        return read_directory()


def read_directory() -> Loaded:
    """Return the result of ``geo-merge app DIR``, read once as long as its files are the same."""
    directory = os.environ[RESULT_VARIABLE]
    files = [path for path in Path(directory).glob("*") if path.is_file()]
    looks = sorted((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files)
    return _from_directory(directory, hashlib.sha256(repr(looks).encode()).hexdigest()[:24])


def is_sample(loaded: Loaded) -> bool:
    """Tell whether this is the embedded sample."""
    return not loaded.title


@st.cache_resource(show_spinner=False)
def _sample() -> Loaded:
    layers, crosswalk = sample_files()
    job = Job(old=tuple(layers), crosswalk=crosswalk, country=VIETNAM)
    inputs = {path.name: sha256(path) for path in job.inputs}
    return Loaded(content_key(job.inputs, job.options), "", drawn(job.run()), inputs, job.options)


@st.cache_resource(show_spinner=False, max_entries=2)
def _from_directory(directory: str, key: str) -> Loaded:
    folder = Path(directory)
    written = Written(folder)
    return Loaded(key, folder.name, written, *made_from(folder))


@st.cache_resource(show_spinner=False, max_entries=8)
def display_of(key: str, _result: MergeResult) -> Display:  # noqa: ARG001 - the cache's
    """Return what the map shows of a result."""
    return display(_result, scales_of(_result.summary.get("country")))


@st.cache_resource(show_spinner=False, max_entries=8)
def areas_of(key: str, _result: MergeResult) -> pd.Series:  # noqa: ARG001 - the cache's
    """Return the area of each old unit in km²."""
    return old_areas(_result)


@st.cache_resource(show_spinner=False)
def _shown() -> WeakValueDictionary[str, Loaded]:
    """Return the results that sessions have on show: they go with the last that has them."""
    return WeakValueDictionary()


def merged(key: str, run: Callable[[], Loaded]) -> Loaded:
    """Return the result of a job, which is not run again for inputs and options on show."""
    result = _shown().get(key) or run()
    return _shown().setdefault(key, result)
