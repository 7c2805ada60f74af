"""Processes that are copies of one that has imported what they need, and so begin at once.

What reads layers imports for a second before it does anything. So a process imports it once, and is
copied (`os.fork`) for each piece of work: it does nothing else, and has no thread of Python's that
a copy would lack. Linux alone: elsewhere libraries of the system do not bear it. The forkserver of
`multiprocessing` would run the main module again in each copy, which is the page.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from threading import Lock
from typing import NoReturn

POSSIBLE = sys.platform == "linux"
_SECONDS = 60.0  # to import all that is needed, on a machine that does much else
_REQUEST = 4096  # bytes
_FILES = 3  # standard input, output and error of a copy


class Original:
    """The process that is copied; it ends with this one.

    Parameters
    ----------
    command
        What is to be run; it calls `serve` with the number that is added.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(_SECONDS)
        self._lock = Lock()
        # Threads of OpenBLAS would be missing in the copies.
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [*command, str(theirs.fileno())], stdin=subprocess.DEVNULL, env=environment,
                pass_fds=[theirs.fileno()],
            )  # fmt: skip
        atexit.register(self.end)

    def copy(self, module: str, files: Sequence[int]) -> int:
        """Start a copy that has imported a module; return its process id.

        Raises
        ------
        OSError
            If the process has ended.
        """
        return self._ask({"module": module}, files)

    def end_copy(self, process: int) -> None:
        """End a copy, which may have ended by itself."""
        with suppress(OSError):  # all copies have ended with their original
            self._ask({"end": process})

    def _ask(self, request: dict[str, object], files: Sequence[int] = ()) -> int:
        with self._lock:
            try:
                socket.send_fds(self._socket, [json.dumps(request).encode()], files)
                answer = self._socket.recv(_REQUEST)
            except BaseException:
                self._socket.close()  # else the next one would be given this answer
                raise
        if not answer:
            raise BrokenPipeError
        return int(answer)

    def end(self) -> None:
        """Let it end."""
        atexit.unregister(self.end)
        self._socket.close()
        self._process.kill()
        self._process.wait()


def serve(number: int, begin: Callable[[Sequence[int]], None]) -> None:
    """Copy this process whenever it is asked to, until who asks has ended.

    Parameters
    ----------
    number
        File number of the socket on which it is asked.
    begin
        Called in each copy with the files that it was given.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for who asks, who ends the copies
    with socket.socket(fileno=number) as asked:
        while True:
            message, files, _, _ = socket.recv_fds(asked, _REQUEST, _FILES)
            if not message:
                return
            request = json.loads(message)
            if "end" in request:
                process: int = request["end"]
                # Nobody else has its number, until it is waited for.
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
            else:
                _take(request["module"])
                process = _fork()
                if process == 0:
                    asked.close()
                    _leave(begin, files)
            for file in files:
                os.close(file)
            asked.send(str(process).encode())


def _take(module: str) -> None:
    """Import a module, so that copies have it."""
    if module not in sys.modules:
        with suppress(ImportError):  # the copy tells
            import_module(module)
        gc.collect()
        gc.freeze()  # else the first search for garbage in a copy takes memory for all of it


def _fork() -> int:
    with warnings.catch_warnings():
        # Python 3.12 counts the threads of libraries, too: pyarrow's, which knows of copies.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _leave(begin: Callable[[Sequence[int]], None], files: Sequence[int]) -> NoReturn:
    """Do what a copy is there for, and end it: nothing of its original may go on in it."""
    code = 1
    try:
        begin(files)
        code = 0
    finally:
        os._exit(code)
