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
from geo_merge.errors import LayerError
from geo_merge.job import Job, Progress
from geo_merge.models import MergeResult
from geo_merge.preview import Preview
from geo_merge.reading import kinds
from geo_merge.ui.store import Loaded, content_key

_NO_FILE = kinds.GEODATABASE.endings  # a folder, which comes zipped
LAYER_TYPES = sorted(
    ending.lstrip(".") for ending in (*kinds.BY_ENDING, *kinds.PART_OF) if ending not in _NO_FILE
)
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
    """Write uploaded files and return their paths."""
    return tuple(folder.put(upload) for upload in uploads)


def look(job: Job, say: Progress) -> Preview:
    """Look into the files of a job, in a process of its own."""
    return worker.run(partial(preview.look, job), say)


def merge(job: Job, folder: Folder, title: str, say: Progress) -> Loaded:
    """Merge the files of a job, in a process of its own."""
    result = worker.run(job.run, say)
    inputs = {path.name: path for path in job.inputs}
    key = content_key(job.inputs, job.options)
    return Loaded(key, title, _under_own_names(result, inputs), inputs, job.options, folder)


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
            "[S02]; leave out what is not needed, or use the command line."
        )
