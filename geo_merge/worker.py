"""Work in a process of its own, with limits of time and memory.

A file may be made to take all memory or all time, or to crash the library that reads it: what
serves many users must outlive that.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import traceback
from collections.abc import Callable
from threading import Timer
from typing import Any, BinaryIO, TypeVar

from geo_merge.errors import GeoMergeError, unexpected
from geo_merge.reading.closed import close_process

T = TypeVar("T")
# Ample for 200 MB of files (20 million vertices), and less than a small server has.
MAX_BYTES = 8 * 2**30
MAX_SECONDS = 600.0
Progress = Callable[[str], None]


def run(
    work: Callable[[Progress], T], say: Progress, *, seconds: float = MAX_SECONDS,
    memory: int = MAX_BYTES,
) -> T:  # fmt: skip
    """Run work in a process of its own, and return what it returns.

    Parameters
    ----------
    work
        Called there with a function that takes the name of each step; it must be picklable.
    say
        Called here with the name of each step.
    seconds, memory
        Limits of the process; memory in bytes.

    Raises
    ------
    GeoMergeError
        What the work raised, or that it took too long or too much memory, or crashed.
    """
    command = [sys.executable, "-P", "-m", __name__, str(memory)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own module
        timer = Timer(seconds, process.kill)
        timer.start()
        try:
            kind, content = _converse(process, work, say)
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            late = not timer.is_alive()
            raise GeoMergeError(_why(late=late, seconds=seconds)) from None
        finally:
            timer.cancel()
            process.kill()
    if kind == "error":
        raise GeoMergeError(content)
    result: T = content
    return result


def _converse(process: subprocess.Popen[bytes], work: Any, say: Progress) -> tuple[str, Any]:  # noqa: ANN401
    if process.stdin is None or process.stdout is None:
        raise EOFError
    pickle.dump(work, process.stdin)
    process.stdin.close()
    while True:
        kind, content = pickle.load(process.stdout)  # noqa: S301 - our own process
        if kind != "step":
            return kind, content
        say(content)


def _why(*, late: bool, seconds: float) -> str:
    if late:
        return (
            f"The files took longer than {seconds:g} seconds [S06]; give fewer or smaller files, "
            "or use the command line, which has no limit of time."
        )
    return (
        "The files took more memory than is allowed, or are damaged in a way that stops the "
        "program that reads them [S06]; give smaller or repaired files."
    )


def _serve(there: BinaryIO, memory: int) -> None:
    """Do the work that stands on the standard input, and tell of it."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - Windows has no such limit

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    def tell(kind: str, content: Any) -> None:  # noqa: ANN401
        pickle.dump((kind, content), there)
        there.flush()

    work = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own process
    try:
        tell("done", work(lambda step: tell("step", step)))
    except GeoMergeError as error:
        tell("error", error.problems)
    except MemoryError:
        tell("error", (_why(late=False, seconds=0.0),))
    except Exception as error:  # noqa: BLE001 - the last resort, as on the command line
        traceback.print_exc()
        starved = "start new thread" in str(error)
        tell("error", (_why(late=False, seconds=0.0) if starved else unexpected(error),))


if __name__ == "__main__":
    # What a library prints must not mix with what is told.
    told = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    close_process()
    _serve(told, int(sys.argv[1]))
