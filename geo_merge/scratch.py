"""Temporary folders of the system, which a run that is killed leaves only until the next one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from geo_merge.owned import abandoned, discard, own

_PREFIX = "geo_merge_"


@contextmanager
def scratch() -> Iterator[Path]:
    """Give an empty temporary folder that nobody else may read, gone in the end."""
    sweep()
    folder, owner = _made()
    try:
        inside = folder / "files"
        inside.mkdir()
        yield inside
    finally:
        os.close(owner)
        discard(folder)


def sweep() -> None:
    """Remove the temporary folders of runs that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(PermissionError):  # another user's
            with abandoned(folder) as left:
                pass
            if left:
                discard(folder)
            else:
                with suppress(OSError):  # not empty: killed before it was marked
                    folder.rmdir()


def _made() -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        with suppress(FileNotFoundError):  # taken by a sweep for one that was left empty
            return folder, own(folder)
