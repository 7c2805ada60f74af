"""Running the command line the way a user does."""

from __future__ import annotations

import resource
import subprocess
import sys
from dataclasses import dataclass

# What is said to pytest of warnings (-W error, as CI has it) holds for commands too.
WARNINGS: list[str] = []


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

    def limit() -> None:
        if max_file_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (max_file_bytes, max_file_bytes))

    done = subprocess.run(
        [sys.executable, *WARNINGS, "-m", "geo_merge", *map(str, arguments)],
        capture_output=True, text=True, encoding="utf-8", cwd=cwd, check=False, timeout=300,
        preexec_fn=limit,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    assert "unexpectedly" not in done.stderr, done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)
