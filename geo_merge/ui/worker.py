"""Reading and merging what users upload, in a process of its own with limits.

A file may be made to take all memory, or all time, or to crash the library that reads it: the
page must outlive that.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from geo_merge.errors import GeoMergeError

T = TypeVar("T")
# Ample for 200 MB of uploads (20 million vertices), and less than a small server has.
MAX_BYTES = 8 * 2**30
MAX_SECONDS = 600
_STEP = 0.2  # seconds between two looks at the process

Progress = Callable[[str], None]


def run(
    work: Callable[[Progress], T], say: Progress, *, seconds: float = MAX_SECONDS,
    memory: int = MAX_BYTES,
) -> T:  # fmt: skip
    """Run work in a process of its own, and return what it returns.

    Parameters
    ----------
    work
        Called with a function that takes the name of each step; must be importable and picklable.
    say
        Called here with the name of each step.
    seconds, memory
        Limits of the process; memory in bytes.

    Raises
    ------
    GeoMergeError
        What the work raised, or that it took too long, too much memory, or crashed.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(work, there, memory), daemon=True)
    process.start()
    there.close()
    try:
        kind, content = _wait(here, say, time.monotonic() + seconds)
    except EOFError:
        raise GeoMergeError(
            "Reading the files took more memory than is allowed, or they are damaged in a way "
            "that no program can read [S04]; give a smaller or repaired file."
        ) from None
    finally:
        process.kill()
        process.join()
        here.close()
    if kind == "error":
        raise GeoMergeError(content)
    result: T = content
    return result


def _wait(here: Connection, say: Progress, deadline: float) -> tuple[str, Any]:
    while time.monotonic() < deadline:
        if here.poll(_STEP):
            kind, content = here.recv()
            if kind != "step":
                return kind, content
            say(content)
    raise GeoMergeError(
        "The files took too long to read and merge [S04]; give fewer or smaller files, or use "
        "the command line, which has no limit of time."
    )


def _work(work: Callable[[Progress], Any], there: Connection, memory: int) -> None:
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not on Windows, which has no such limit

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    try:
        there.send(("done", work(lambda step: there.send(("step", step)))))
    except GeoMergeError as error:
        there.send(("error", error.problems))
    except MemoryError:
        problem = (
            "The files take more memory than is allowed [S04]; give smaller ones, or use the "
            "command line."
        )
        there.send(("error", [problem]))
