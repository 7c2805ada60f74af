"""Work in a process of its own, with limits of time and memory.

A file may be made to take all memory or all time, or to crash the library that reads it: what
serves many users must outlive that.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Thread
from typing import Any, BinaryIO, TypeVar

from geo_merge.errors import GeoMergeError
from geo_merge.system.closed import close_process
from geo_merge.system.scratch import scratch
from geo_merge.wording.failures import unexpected
from geo_merge.wording.sentence import sentence

T = TypeVar("T")
# Ample for 200 MB of files (20 million vertices), and less than a small server has.
MAX_BYTES = 8 * 2**30
MAX_SECONDS = 600.0
_BEAT = 1.0  # seconds
_PR_SET_PDEATHSIG = 1
Progress = Callable[[str], None]


def run(
    work: Callable[[Progress], T], say: Progress, *, seconds: float = MAX_SECONDS,
    memory: int = MAX_BYTES,
) -> T:  # fmt: skip
    """Run work in a process of its own, and return what it returns.

    The process ends with this call, however it ends, and with this process, even if it is killed;
    temporary files of it are in a folder that goes with it.

    Parameters
    ----------
    work
        Called there with a function that takes the name of each step; it must be picklable.
    say
        Called here with the name of each step, and every second again with that of the step at
        work (empty before the first): what it raises ends the work.
    seconds, memory
        Limits of the process; memory in bytes.

    Raises
    ------
    GeoMergeError
        What the work raised, or that it took too long or too much memory, or crashed.
    """
    command = [sys.executable, "-P", "-m", __name__, str(memory)]
    with scratch() as folder:
        places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
        with (
            ThreadPoolExecutor(1) as listener,
            subprocess.Popen(  # noqa: S603 - our own module
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **places}
            ) as process,
        ):
            try:
                kind, content = _converse(process, listener, work, say, seconds)
            except (EOFError, BrokenPipeError, pickle.UnpicklingError):
                raise GeoMergeError(_why(late=False, seconds=seconds)) from None
            finally:
                process.kill()
    if kind == "error":
        raise GeoMergeError(content)
    result: T = content
    return result


def _converse(
    process: subprocess.Popen[bytes],
    listener: ThreadPoolExecutor,
    work: Callable[[Progress], T],
    say: Progress,
    seconds: float,
) -> tuple[str, Any]:
    """Give the work to the process, and tell of its steps until it is done."""
    if process.stdin is None or process.stdout is None:
        raise EOFError
    end = time.monotonic() + seconds
    pickle.dump(work, process.stdin)
    process.stdin.flush()  # and stays open: closed, it tells the process that nobody waits
    step = ""
    while True:
        told = listener.submit(pickle.load, process.stdout)
        while not wait([told], min(_BEAT, max(0.0, end - time.monotonic()))).done:
            if time.monotonic() >= end:
                raise GeoMergeError(_why(late=True, seconds=seconds))
            say(step)
        kind, content = told.result()
        if kind != "step":
            return kind, content
        step = content
        say(step)


def _why(*, late: bool, seconds: float) -> str:
    if late:
        return sentence("S06.late", seconds=seconds)
    return sentence("S06.memory")


def _serve(there: BinaryIO, memory: int) -> None:
    """Do the work that stands on the standard input, and tell of it."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - Windows has no such limit

        _, most = resource.getrlimit(resource.RLIMIT_AS)  # of the machine's owner, who goes first
        if most != resource.RLIM_INFINITY:
            memory = min(memory, most)
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    def tell(kind: str, content: Any) -> None:  # noqa: ANN401
        pickle.dump((kind, content), there)
        there.flush()

    work = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own process
    _end_with_parent()
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


def _end_with_parent() -> None:
    """End this process when the one that started it ends, which holds our standard input open."""

    def watch() -> None:
        os.read(0, 1)  # returns at the end
        os._exit(1)

    Thread(target=watch, daemon=True).start()
    if sys.platform == "linux":  # also while a library keeps Python's other threads waiting
        import ctypes  # noqa: PLC0415 - for Linux alone

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    # What a library prints must not mix with what is told.
    told = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    close_process()
    _serve(told, int(sys.argv[1]))
