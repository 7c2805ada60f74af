"""Start commands for tests: each in a process of its own, which need not import everything again.

Reads a command a line (JSON), forks, runs ``python -m geo_merge`` there, and answers with the exit
code, or null for one that did not end in its time.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import resource
import runpy
import signal
import sys
import threading
from typing import Any, NoReturn

# What only some commands need, and may want to start threads or to find absent.
LEFT = ("geo_merge.ui", "geo_merge.cluster", "geo_merge.__main__")


def get_ready() -> None:
    """Import what commands import, in the order in which they do: GDAL is closed first."""
    closed = importlib.import_module("geo_merge.system.closed")
    closed.close_process()
    package = importlib.import_module("geo_merge")
    for module in pkgutil.walk_packages(package.__path__, "geo_merge."):
        if not module.name.startswith(LEFT):
            importlib.import_module(module.name)
    for name in ("babel.dates", "folium", "geopandas", "openpyxl", "pyarrow.parquet", "pyogrio", "xlsxwriter"):  # fmt: skip
        importlib.import_module(name)
    assert threading.active_count() == 1
    gc.collect()
    gc.freeze()  # else the first collection of each command copies all of it


def become(command: dict[str, Any]) -> None:
    """Run a command in this process, and end with it."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    os.setsid()
    for number, path in ((0, os.devnull), (1, command["out"]), (2, command["err"])):
        flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT
        opened = os.open(path, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(command["folder"])
    os.environ.clear()
    os.environ.update(command["environment"])
    most = command["max_file_bytes"]
    if most is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    sys.argv = ["geo_merge", *command["arguments"]]
    sys.path[0] = command["folder"]
    try:
        runpy.run_module("geo_merge", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        leave(end.code)
    leave(None)


def leave(code: object) -> NoReturn:
    """End as Python does, but for all that was imported: to free it takes longer than most commands."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    gc.collect()  # a file that nobody closed is told of
    if isinstance(code, str):
        print(code, file=sys.stderr)  # noqa: T201 - as Python does
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


def start(command: dict[str, Any]) -> int | None:
    """Run a command in a process of its own; return its exit code, or None if it did not end."""
    child = os.fork()
    if child == 0:
        become(command)
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(child, signal.SIGKILL))
    signal.alarm(command["seconds"])
    _, status = os.waitpid(child, 0)
    in_time = signal.alarm(0) > 0
    return os.waitstatus_to_exitcode(status) if in_time else None


if __name__ == "__main__":
    get_ready()
    for line in sys.stdin:
        answer = start(json.loads(line))
        print(json.dumps(answer), flush=True)  # noqa: T201 - to who asked
