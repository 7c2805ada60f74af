"""Folders that say whose they are, by a file in them that is locked while their run lives.

The system takes a lock back when its process ends, however that was: a folder that is marked and
not locked was left by a run that was killed, and the next one removes it. What is not marked is
not ours, and stays.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from geo_merge.system import locks

_OWNER = "owner"
_MARK = b"A temporary folder of geo_merge, in use while this file is locked.\n"
_MARKING = 60.0  # seconds, ample
_OPEN = os.O_RDWR | getattr(os, "O_BINARY", 0)


def own(folder: Path) -> int:
    """Mark a new folder as ours, and return the open file that is locked until it is closed."""
    owner = os.open(folder / _OWNER, _OPEN | os.O_CREAT | os.O_EXCL, 0o666)
    locks.take(owner)
    os.write(owner, _MARK)  # last: nobody finds the mark without the lock
    return owner


@contextmanager
def abandoned(folder: Path) -> Iterator[bool]:
    """Tell whether a folder was left by a run that lives no more; nobody else takes it meanwhile.

    Raises
    ------
    PermissionError
        If it is another user's.
    """
    owner = _opened(folder)
    if owner is None:
        yield False
        return
    try:
        yield locks.take(owner) and os.read(owner, len(_MARK)) in {_MARK, b""}
    finally:
        os.close(owner)


def discard(folder: Path, mark: str = _OWNER) -> None:
    """Remove a folder of ours, the mark last: if stopped, it leaves what the next run knows."""
    with suppress(OSError):
        for path in folder.iterdir():
            if path.name == mark:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def clear(folder: Path, *, left: bool) -> None:
    """Remove a folder that a run left; another only if it is empty, as if killed unmarked."""
    if left:
        discard(folder)
    else:
        with suppress(OSError):  # not empty
            folder.rmdir()


def _opened(folder: Path) -> int | None:
    """Open the file of the owner; None if there is none."""
    mark = folder / _OWNER
    try:
        stored = mark.lstat()
        whole = stored.st_size == len(_MARK) or _is_half(folder, stored)
        if folder.is_symlink() or mark.is_symlink() or not whole:
            return None
        return os.open(mark, _OPEN)
    except PermissionError:
        raise
    except OSError:
        return None


def _is_half(folder: Path, mark: os.stat_result) -> bool:
    """Tell whether a run was killed between making its mark and writing it; that takes no time."""
    alone = mark.st_size == 0 and len(list(folder.iterdir())) == 1
    return alone and time.time() - mark.st_mtime > _MARKING
