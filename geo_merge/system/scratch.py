"""Temporary folders of the system, which a run that is killed leaves only until the next one."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from geo_merge.errors import ExportError
from geo_merge.system.owned import abandoned, clear, discard, own
from geo_merge.wording.failures import reason_of
from geo_merge.wording.sentence import sentence

PREFIX = "geo_merge_"
_FULL = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def scratch() -> Iterator[Path]:
    """Give an empty temporary folder that nobody else may read, gone in the end.

    Raises
    ------
    ExportError
        If it cannot be made, or its disk is full.
    """
    try:
        sweep()
        folder, owner = _made()
    except OSError as error:
        raise ExportError(_told(error)) from error
    try:
        inside = folder / "files"
        inside.mkdir()
        yield inside
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise ExportError(_told(error)) from error
    finally:
        os.close(owner)
        discard(folder)


def _told(error: OSError) -> str:
    return sentence("write.temporary", why=reason_of(error))


def sweep() -> None:
    """Remove the temporary folders of runs that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(PermissionError):  # another user's
            with abandoned(folder) as left:
                pass
            clear(folder, left=left)


def _made() -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        with suppress(FileNotFoundError):  # taken by a sweep for one that was left empty
            return folder, own(folder)
