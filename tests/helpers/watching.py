"""Watching whether a library opens a file or an address that it should leave alone."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

_IN_OPEN = 0x20  # inotify(7)


@contextmanager
def unopened(path: Path) -> Iterator[None]:
    """Fail if anything opens a file meanwhile, by whatever library."""
    if not sys.platform.startswith("linux"):
        pytest.skip("inotify is of Linux")
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK)
    try:
        assert libc.inotify_add_watch(watch, os.fsencode(path), _IN_OPEN) >= 0
        yield
        with suppress(BlockingIOError):
            assert not os.read(watch, 4096), f"{path.name} was opened"
    finally:
        os.close(watch)


@contextmanager
def uncalled() -> Iterator[str]:
    """Give an address of this machine, and fail if anything calls it meanwhile."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        with suppress(BlockingIOError):
            connection, _ = server.accept()
            connection.close()
            pytest.fail("the address was called")
