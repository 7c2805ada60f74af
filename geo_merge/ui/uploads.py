"""Files that a user gives: looked into before anything is computed, under harmless names.

They are on the disk while they are read, and no longer.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial, reduce
from pathlib import Path
from typing import Protocol, TypeVar

from geo_merge.errors import LayerError
from geo_merge.jobs.drawn import run_drawn
from geo_merge.jobs.job import Job
from geo_merge.merging.result import MergeResult
from geo_merge.reading import kinds, tables
from geo_merge.reading.parts import find_parts
from geo_merge.results.files import sha256
from geo_merge.system import worker
from geo_merge.system.progress import Progress
from geo_merge.system.turns import Queued, turns
from geo_merge.ui.state import language
from geo_merge.ui.store import Loaded
from geo_merge.ui.work import content_key
from geo_merge.vocabulary.sentence import said, sentence

T = TypeVar("T")
_NO_FILE = kinds.GEODATABASE.endings  # a folder, which comes zipped
LAYER_TYPES = sorted(
    ending.lstrip(".") for ending in (*kinds.BY_ENDING, *kinds.PART_OF) if ending not in _NO_FILE
)
TABLE_TYPES = [ending.lstrip(".") for ending in tables.ENDINGS]
# https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file, and half letters.
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f\ud800-\udfff]')
_DEVICES = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"} | {
    f"{port}{digit}" for port in ("COM", "LPT") for digit in "0123456789¹²³"
}
_LONGEST, _LONGEST_ENDING = 180, 40  # bytes, of the 255 that a name may have with what we add


def formats() -> str:
    """Return the formats of layers, as the language of the page calls them."""
    return ", ".join(said(kind.called, language()) for kind in kinds.KINDS)


class Upload(Protocol):
    """A file as Streamlit hands it over."""

    name: str

    def getbuffer(self) -> memoryview:
        """Return its bytes."""


def put(folder: Path, upload: Upload) -> Path:
    """Write an uploaded file to a folder, under a name that every system can write."""
    path = folder / harmless(upload.name)
    stem, number = path.stem, 1
    while path.exists():
        number += 1
        path = path.with_stem(f"{stem}_{number}")
    path.write_bytes(upload.getbuffer())
    return path


def harmless(name: str) -> str:
    """Return a name that no system takes for a path, a device or too long; most stay as they are.

    Files of one stem keep one: the parts of a layer are found by it.
    """
    name = _FORBIDDEN.sub("_", name.replace("\\", "/").rpartition("/")[2]).rstrip(". ")
    stem, dot, ending = name.partition(".") if name.startswith(".") else name.rpartition(".")
    if not dot:
        stem, ending = ending, ""
    if stem.partition(".")[0].rstrip().upper() in _DEVICES:
        stem = f"_{stem}"
    if len(stem.encode()) > _LONGEST:
        digest = hashlib.sha256(stem.encode()).hexdigest()[:8]
        stem = f"{stem.encode()[:_LONGEST].decode(errors='ignore')}_{digest}"
    return f"{stem or 'upload'}{dot}{ending.encode()[:_LONGEST_ENDING].decode(errors='ignore')}"


def put_all(folder: Path, uploads: Iterable[Upload]) -> tuple[Path, ...]:
    """Write uploaded files and return the paths of the layers; parts stand beside their layer.

    Raises
    ------
    LayerError
        F02 if a layer lacks a part, a part its layer, or a part was given twice.
    """
    paths = [put(folder, upload) for upload in uploads]
    parts = [path for path in paths if path.suffix.lower() in kinds.PART_OF]
    layers = [path for path in paths if path not in parts]
    problems = []
    for path in layers:
        kind = kinds.BY_ENDING.get(path.suffix.lower())
        if kind is None or not kind.needed:
            continue
        found = find_parts(path, parts, kind)
        missing = [f"{path.stem}{ending}" for ending in kind.needed if ending not in found]
        if missing:
            problems.append(
                sentence("F02.drag", file=path.name, format=kind.name, missing=_and(missing),
                         n=len(missing), parts=list(kind.parts))
            )  # fmt: skip
        parts = [part for part in parts if part not in found.values()]
    for part in parts:
        kind = kinds.PART_OF[part.suffix.lower()]
        problems.append(
            sentence("F02.drag", file=part.name, format=kind.name, n=1,
                     missing=f"{part.stem}{kind.endings[0]}", parts=list(kind.parts))
        )  # fmt: skip
    if problems:
        raise LayerError(problems)
    return tuple(layers)


def _and(names: Sequence[str]) -> str:
    return reduce(lambda one, other: sentence("words.and", one=one, other=other), names)


def put_one(folder: Path, uploads: Iterable[Upload]) -> Path:
    """Write the uploaded files of one layer and return its path.

    Raises
    ------
    LayerError
        F06 if they are several layers; see `put_all`.
    """
    layers = put_all(folder, uploads)
    if len(layers) > 1:
        raise LayerError(sentence("F06.uploads", files=[path.name for path in layers]))
    return layers[0]


def in_turn(work: Callable[[Progress], T], say: Progress, queued: Queued) -> T:
    """Do work in a process of its own, when it is our turn."""
    with turns().take(queued):
        return worker.run(work, say)


def merge(job: Job, title: str, say: Progress, queued: Queued) -> Loaded:
    """Merge the files of a job, in a process of its own, when it is our turn."""
    result = in_turn(partial(run_drawn, job), say, queued)
    files = job.files
    key = content_key(list(files.values()), job.options)
    inputs = {name: sha256(path) for name, path in files.items()}
    return Loaded(key, title, _under_own_names(result, files), inputs, job.options)


def _under_own_names(result: MergeResult, inputs: dict[str, Path]) -> MergeResult:
    """Return a result that speaks of files by the names that the user knows."""
    names = {str(path): name for name, path in inputs.items()}
    sources = [
        {**source, "file": names.get(source["file"], source["file"])}
        for source in result.provenance["sources"]
    ]
    return replace(result, provenance={**result.provenance, "sources": sources})


def check_size(uploads: Iterable[Upload], most: int) -> None:
    """Refuse uploads that are too large together.

    Raises
    ------
    LayerError
        With the size and the limit.
    """
    total = sum(len(upload.getbuffer()) for upload in uploads)
    if total > most:
        raise LayerError(sentence("S05.together", mb=total / 1e6, most=most / 1e6))
