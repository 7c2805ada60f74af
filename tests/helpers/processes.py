"""Processes that work for another one."""

from __future__ import annotations

import psutil

from geo_merge.system import copies, worker


def at_work(process: psutil.Process) -> list[psutil.Process]:
    """Return the processes that a process, or one that it started, has given work to."""
    found = [child for child in process.children(recursive=True) if _of_worker(child)]
    if not copies.POSSIBLE:
        return found
    return [child for child in found if child.parent() in found]  # not what copies are made of


def _of_worker(process: psutil.Process) -> bool:
    try:
        return worker.__name__ in process.cmdline()
    except psutil.Error:  # it has just ended
        return False
