"""Running the command line the way a user does."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# Threads of OpenBLAS wait for each other at full speed where cores are few, and a process that has
# some cannot be forked. This module is imported before numpy is.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# What is said to pytest of warnings (-W error, as CI has it) holds for commands too.
WARNINGS: list[str] = []
SECONDS = 300


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str


def run(*arguments: object, cwd: object = None, max_file_bytes: int | None = None) -> Ran:
    """Run geo-merge in a process of its own; no traceback may reach the user.

    `max_file_bytes` makes every longer file fail, as a full disk does.
    """
    with tempfile.TemporaryDirectory(prefix="command_") as folder:
        streams = {name: Path(folder) / name for name in ("out", "err")}
        code = _starter().start(
            arguments=[str(argument) for argument in arguments],
            folder=str(cwd or Path.cwd()),
            environment=dict(os.environ),
            max_file_bytes=max_file_bytes,
            seconds=SECONDS,
            **{name: str(path) for name, path in streams.items()},
        )
        out, err = (path.read_text("utf-8") for path in streams.values())
    assert "Traceback" not in err, err
    assert "unexpectedly" not in err, err
    return Ran(code, out, err)


class _Starter:
    """A process that has imported what commands import, and forks one for each (`starting`)."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("starting.py")
        self._process = subprocess.Popen(
            [sys.executable, *WARNINGS, str(script)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip
        atexit.register(self.end)

    def start(self, **command: object) -> int:
        """Run a command to its end, and return its exit code."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "what starts commands has ended"
        code: int | None = json.loads(answer)
        assert code is not None, f"no end after {SECONDS} s: {command['arguments']}"
        return code

    def end(self) -> None:
        """Let it end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(SECONDS)
        self._process.stdout.close()


@cache
def _starter() -> _Starter:
    return _Starter()
