"""Locks as Windows has them, by a ``msvcrt`` that does what its documentation says.

``locking`` locks bytes from where the file stands, for one open file (a lock of the open file
description, as Linux calls it), and raises OSError where another has them.
"""

from __future__ import annotations

import errno
import fcntl
import importlib.util
import os
import signal
import struct
import subprocess
import sys
import threading
import types
from pathlib import Path
from types import ModuleType

import pytest

from geo_merge.system import locks

pytestmark = pytest.mark.skipif(
    not hasattr(fcntl, "F_OFD_SETLK"), reason="locks of open files are Linux's"
)


def msvcrt() -> ModuleType:
    """Return the module, as far as we use it."""
    module = types.ModuleType("msvcrt")
    module.LK_NBLCK = 2

    def locking(descriptor: int, mode: int, count: int) -> None:
        assert mode == module.LK_NBLCK
        start = os.lseek(descriptor, 0, os.SEEK_CUR)
        wanted = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, start, count, 0)
        try:
            fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, wanted)
        except BlockingIOError as error:
            raise OSError(errno.EACCES, "Permission denied") from error

    module.locking = locking
    return module


def on_windows() -> ModuleType:
    """Return our locks as Windows gets them; `sys.platform` must say so."""
    sys.modules["msvcrt"] = msvcrt()
    spec = importlib.util.spec_from_file_location("windows_locks", locks.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setitem(sys.modules, "msvcrt", msvcrt())
    monkeypatch.setattr(sys, "platform", "win32")
    return on_windows()


def test_a_file_is_locked_once_until_it_is_closed(windows: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "owner"
    first, second = (os.open(path, os.O_RDWR | os.O_CREAT) for _ in range(2))
    assert windows.take(first)
    assert not windows.take(second)
    os.write(first, b"mark")  # the holder may
    os.close(first)
    assert windows.take(second)
    assert os.read(second, 4) == b"mark"
    os.close(second)


def test_one_at_a_time_and_nothing_is_left(windows: ModuleType, tmp_path: Path) -> None:
    done: list[str] = []

    def come() -> None:
        with windows.locked(tmp_path):
            done.append("second")

    with windows.locked(tmp_path):
        thread = threading.Thread(target=come)
        thread.start()
        thread.join(0.3)
        done.append("first")
    thread.join(20)
    assert done == ["first", "second"]
    assert list(tmp_path.iterdir()) == []


def test_a_killed_run_keeps_no_lock(windows: ModuleType, tmp_path: Path) -> None:
    code = """
import os, pathlib, sys
import test_locks
sys.platform = "win32"
with test_locks.on_windows().locked(pathlib.Path(sys.argv[1])):
    os.kill(os.getpid(), 9)
"""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "platform", "linux")
        env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
        done = subprocess.run([sys.executable, "-c", code, tmp_path], env=env, check=False)
    assert done.returncode == -signal.SIGKILL
    assert [path.name for path in tmp_path.iterdir()] == [".geo_merge_lock"]
    with windows.locked(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []
