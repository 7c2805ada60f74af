"""Running the command line the way a user does."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str


def run(*arguments: object, cwd: object = None) -> Ran:
    """Run geo-merge in a process of its own; no traceback may reach the user."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "geo_merge", *map(str, arguments)],
        capture_output=True, text=True, encoding="utf-8", cwd=cwd, check=False, timeout=300,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    assert "unexpectedly" not in done.stderr, done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)
