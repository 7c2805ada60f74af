"""Writing files so that a broken run leaves no half of one, and no old one is touched too soon."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geo_merge.errors import ExportError


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, which takes its place once all is written.

    Raises
    ------
    ExportError
        If the disk is full or the folder cannot be written; `path` is as it was.
    """
    with staging(path.parent) as folder:
        yield folder / path.name
        publish(folder, path.parent)


@contextmanager
def staging(directory: Path) -> Iterator[Path]:
    """Give a temporary folder on the same disk as `directory`, gone in the end whatever happens."""
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".geo_merge_", dir=directory.parent))
    except OSError as error:
        raise ExportError(f"{directory}: cannot be written ({error.strerror}).") from error
    try:
        yield folder
    except OSError as error:
        raise ExportError(
            f"{directory}: writing failed ({error.strerror or error}); nothing was changed."
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(folder: Path, directory: Path, *, seal: str | None = None) -> None:
    """Move every file of a folder into `directory`, each in one step.

    The file called `seal` goes first from `directory` and comes last: where it is, all is there.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for file in sorted(folder.iterdir()):
        with file.open("rb") as handle:
            os.fsync(handle.fileno())
    if seal is not None:
        (directory / seal).unlink(missing_ok=True)
    for file in sorted(folder.iterdir(), key=lambda f: (f.name == seal, f.name)):
        file.replace(directory / file.name)
