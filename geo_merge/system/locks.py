"""Locks that a process cannot leave behind: the system takes them back when it ends, however.

On Linux and macOS by ``flock``, on Windows by ``msvcrt.locking``. Where a disk knows no locks (some
network drives), nothing is held.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_LOCK_FILE = ".geo_merge_lock"
_PAUSE = 0.05


def take(descriptor: int) -> bool:
    """Take the lock of an open file, and say whether it could be had; closing it gives it back."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # held by another, or a disk without locks
        return False
    return True


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Wait until no other process is at work in a folder, and keep it to ourselves.

    On Windows, where a folder cannot be opened, a hidden file in it is locked and removed.
    """
    if sys.platform == "win32":
        path = directory / _LOCK_FILE
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
        try:
            while not take(descriptor):
                time.sleep(_PAUSE)
            yield
        finally:
            os.close(descriptor)
            with suppress(PermissionError):  # another has it open, and removes it
                path.unlink(missing_ok=True)
    else:
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            with suppress(OSError):  # a disk without locks
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
