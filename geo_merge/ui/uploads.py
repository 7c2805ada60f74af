"""Files that a user gives: kept under harmless names, looked into before anything is computed."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

from geo_merge import preview, worker
from geo_merge.display import drawn
from geo_merge.errors import LayerError
from geo_merge.job import Job, Progress
from geo_merge.models import MergeResult
from geo_merge.preview import Preview
from geo_merge.reading import kinds
from geo_merge.reading.parts import find_parts
from geo_merge.ui.store import Loaded, content_key

_NO_FILE = kinds.GEODATABASE.endings  # a folder, which comes zipped
LAYER_TYPES = sorted(
    ending.lstrip(".") for ending in (*kinds.BY_ENDING, *kinds.PART_OF) if ending not in _NO_FILE
)
FORMATS = ", ".join(kind.name for kind in kinds.KINDS)
TABLE_TYPES = ["csv", "xlsx"]


class Upload(Protocol):
    """A file as Streamlit hands it over."""

    name: str

    def getbuffer(self) -> memoryview:
        """Return its bytes."""


class Folder:
    """A temporary folder with the files of one upload; it lives as long as this object."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="geo_merge_"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)

    def put(self, upload: Upload) -> Path:
        """Write an uploaded file and return its path; its name is only ever a last name."""
        name = Path(upload.name.replace("\\", "/")).name
        path = self.path / (name if name not in {"", ".", ".."} else "upload")
        number = 1
        while path.exists():
            number += 1
            path = path.with_name(f"{Path(name).stem}_{number}{Path(name).suffix}")
        path.write_bytes(upload.getbuffer())
        return path


def put_all(folder: Folder, uploads: Iterable[Upload]) -> tuple[Path, ...]:
    """Write uploaded files and return the paths of the layers; parts stand beside their layer.

    Raises
    ------
    LayerError
        F02 if a layer lacks a part, a part its layer, or a part was given twice.
    """
    paths = [folder.put(upload) for upload in uploads]
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
                f"{path.name} is a part of a {kind.name}, and {' and '.join(missing)} "
                f"{'is' if len(missing) == 1 else 'are'} missing [F02]; drag in all its files "
                f"({', '.join(kind.parts)}) together, or zip them."
            )
        parts = [part for part in parts if part not in found.values()]
    for part in parts:
        kind = kinds.PART_OF[part.suffix.lower()]
        problems.append(
            f"{part.name} is a part of a {kind.name}, and {part.stem}{kind.endings[0]} is missing "
            f"[F02]; drag in all its files ({', '.join(kind.parts)}) together, or zip them."
        )
    if problems:
        raise LayerError(problems)
    return tuple(layers)


def put_one(folder: Folder, uploads: Iterable[Upload]) -> Path:
    """Write the uploaded files of one layer and return its path.

    Raises
    ------
    LayerError
        F06 if they are several layers; see `put_all`.
    """
    layers = put_all(folder, uploads)
    if len(layers) > 1:
        names = ", ".join(path.name for path in layers)
        raise LayerError(f"{names} are several layers [F06]; give one to compare with.")
    return layers[0]


def look(job: Job, say: Progress) -> Preview:
    """Look into the files of a job, in a process of its own."""
    return worker.run(partial(preview.look, job), say)


def merge(job: Job, folder: Folder, title: str, say: Progress) -> Loaded:
    """Merge the files of a job, in a process of its own."""
    result = worker.run(partial(_drawn, job), say)
    inputs = job.files
    key = content_key(list(inputs.values()), job.options)
    return Loaded(key, title, _under_own_names(result, inputs), inputs, job.options, folder)


def _drawn(job: Job, say: Progress) -> MergeResult:
    result = job.run(say)
    say("Drawing")
    return drawn(result)


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
        raise LayerError(
            f"The files have {total / 1e6:,.0f} MB together, more than {most / 1e6:,.0f} MB "
            "[S05]; leave out what is not needed, or use the command line."
        )
