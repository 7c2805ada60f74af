"""Memory that is free again, given back to the system."""

from __future__ import annotations

import ctypes
import os


def give_back() -> None:
    """Give back what is free between what is held, where the C library can (glibc).

    It keeps it otherwise, for arrays that may never be as small again: of the barangays of the
    Philippines half a gigabyte.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim is not None:
        trim(0)
