"""Whose turn it is: so many workers at once and no more, in the order in which they were asked for.

``GEO_MERGE_WORKERS`` says how many; by default as many as there are cores, and memory for each.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import Condition

from geo_merge.errors import UsageError
from geo_merge.system.worker import MAX_BYTES
from geo_merge.wording.sentence import sentence

VARIABLE = "GEO_MERGE_WORKERS"
_BEAT = 1.0  # seconds
Queued = Callable[[int], None]  # called with the place in the queue


class Turns:
    """A queue, of which the first `most` are at work."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._here: list[object] = []
        self._moved = Condition()

    @contextmanager
    def take(self, wait: Queued) -> Iterator[None]:
        """Wait for a turn, and keep it.

        Parameters
        ----------
        wait
            Called with our place in the queue, from 1, every second while we are in it: what it
            raises ends the waiting.
        """
        ticket = object()
        with self._moved:
            self._here.append(ticket)
        try:
            while (place := self._place(ticket)) > 0:
                wait(place)
                with self._moved:
                    self._moved.wait_for(lambda: self._place(ticket) <= 0, _BEAT)
            yield
        finally:
            with self._moved:
                self._here.remove(ticket)
                self._moved.notify_all()

    def _place(self, ticket: object) -> int:
        return self._here.index(ticket) + 1 - self._most


@cache
def turns() -> Turns:
    """Return the queue of this server.

    Raises
    ------
    UsageError
        See `most_workers`.
    """
    return Turns(most_workers())


def most_workers() -> int:
    """Return how many workers may be at work at once.

    Raises
    ------
    UsageError
        If what is set is no number from 1.
    """
    chosen = os.environ.get(VARIABLE, "").strip()
    if not chosen:
        return max(1, min(os.cpu_count() or 1, _memory() // MAX_BYTES))
    if not chosen.isdecimal() or int(chosen) < 1:
        raise UsageError(sentence("usage.workers", variable=VARIABLE, chosen=chosen))
    return int(chosen)


def _memory() -> int:
    """Return the bytes of memory of this machine; 0 where the system does not tell (Windows)."""
    if not hasattr(os, "sysconf"):
        return 0
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
