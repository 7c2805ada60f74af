"""Memory that is free again is given back."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

import numpy as np
import pytest

from geo_merge.system.memory import give_back

_MB = 2**20


def held() -> int:
    """Return the megabytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // _MB


@pytest.mark.skipif(
    os.name != "posix" or not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="glibc alone"
)
def test_what_is_free_between_what_is_held_goes_back() -> None:
    """A hundred megabytes in pieces of 64 kB, of which every hundredth is kept."""
    pieces = [np.ones(8192) for _ in range(1600)]
    full = held()
    kept = pieces[::100]
    del pieces
    give_back()
    assert held() < full - 60
    assert sum(map(len, kept)) == 16 * 8192
