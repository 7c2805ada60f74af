"""Work in a process of its own, with limits of time and memory.

A file may be made to take all memory or all time, or to crash the library that reads it: what
serves many users must outlive that. Where it is possible, such a process is a copy of one that has
imported what it needs (`copies`).
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, Thread
from typing import IO, Any, BinaryIO, TypeVar

from geo_merge.errors import GeoMergeError
from geo_merge.system import copies
from geo_merge.system.closed import close_process
from geo_merge.system.progress import Progress
from geo_merge.system.scratch import scratch
from geo_merge.wording.failures import unexpected
from geo_merge.wording.sentence import sentence

T = TypeVar("T")
# Ample for 200 MB of files (20 million vertices), and less than a small server has.
MAX_BYTES = 8 * 2**30
MAX_SECONDS = 600.0
_BEAT = 1.0  # seconds
_PR_SET_PDEATHSIG = 1
_COMMAND = (sys.executable, "-P", "-m", __name__)
# Where work is given to, and where it is told of.
_Ends = tuple[IO[bytes], IO[bytes]]
_originals: list[copies.Original] = []  # one at most
_choosing = Lock()


def run(
    work: Callable[[Progress], T], say: Progress, *, seconds: float = MAX_SECONDS,
    memory: int = MAX_BYTES, copied: bool = copies.POSSIBLE,
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
    copied
        Whether the process may be the copy of one that has the modules of earlier work in memory:
        one that begins anew takes less memory, and a second more for what it imports.

    Raises
    ------
    GeoMergeError
        What the work raised, or that it took too long or too much memory, or crashed.
    """
    with scratch() as folder:
        places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
        environment = {**os.environ, **places}
        begun = _copied(work, memory, environment) if copied else _anew(memory, environment)
        with ThreadPoolExecutor(1) as listener, begun as ends:
            try:
                kind, content = _converse(ends, listener, work, say, seconds)
            except (EOFError, BrokenPipeError, pickle.UnpicklingError):
                raise GeoMergeError(_why(late=False, seconds=seconds)) from None
    if kind == "error":
        raise GeoMergeError(content)
    result: T = content
    return result


@contextmanager
def _anew(memory: int, environment: dict[str, str]) -> Iterator[_Ends]:
    """Start a process, and end it."""
    command = [*_COMMAND, "anew", str(memory)]
    with subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as process:
        try:
            if process.stdin is None or process.stdout is None:
                raise EOFError
            yield process.stdin, process.stdout
        finally:
            process.kill()


@contextmanager
def _copied(
    work: Callable[[Progress], Any], memory: int, environment: dict[str, str]
) -> Iterator[_Ends]:
    """Copy the process that is there for it, and end the copy."""
    module = getattr(work, "func", work).__module__  # of a partial, else of a function or method
    there, to = os.pipe()
    answers, here = os.pipe()
    with os.fdopen(answers, "rb") as told, os.fdopen(to, "wb") as given:
        try:
            original, copy = _copy(module, (there, here, 2))
        finally:
            os.close(there)
            os.close(here)
        try:
            pickle.dump((memory, environment, Path.cwd()), given)
            yield given, told
        finally:
            original.end_copy(copy)


def _copy(module: str, files: Sequence[int]) -> tuple[copies.Original, int]:
    """Return what was copied, and the process id of the copy."""
    with _choosing:
        if _originals:
            try:
                return _originals[0], _originals[0].copy(module, files)
            except OSError:  # somebody has ended it
                _originals.pop().end()
        _originals.append(copies.Original((*_COMMAND, "copy")))
    return _originals[0], _originals[0].copy(module, files)


def _converse(
    ends: _Ends,
    listener: ThreadPoolExecutor,
    work: Callable[[Progress], T],
    say: Progress,
    seconds: float,
) -> tuple[str, Any]:
    """Give the work to the process, and tell of its steps until it is done."""
    given, answers = ends
    end = time.monotonic() + seconds
    pickle.dump(work, given)
    given.flush()  # and stays open: closed, it tells the process that nobody waits
    step = ""
    while True:
        told = listener.submit(pickle.load, answers)
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


def _begin_copy(files: Sequence[int]) -> None:
    """Do in a copy what was given to it."""
    given, told, errors = files
    os.dup2(given, 0)
    os.dup2(errors, 2)
    os.dup2(2, 1)
    memory, environment, folder = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own process
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    tempfile.tempdir = None
    with os.fdopen(told, "wb") as there:
        _serve(there, memory)


def _begin(memory: int) -> None:
    """Do in a process of its own what was given to it."""
    # What a library prints must not mix with what is told.
    told = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _serve(told, memory)


if __name__ == "__main__":
    close_process()
    how, what = sys.argv[1:]
    if how == "copy":
        copies.serve(int(what), _begin_copy)
    else:
        _begin(int(what))
