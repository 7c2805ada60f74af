"""A Dask cluster within the process of the tests, whose workers need not start and import."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from distributed import LocalCluster


@contextmanager
def threads(workers: int = 2) -> Iterator[str]:
    """Give the address of a scheduler whose workers are threads, but speak by sockets as others do.

    So all that they are given and give back is pickled, and commands reach the scheduler.
    """
    with LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=False, protocol="tcp://",
        memory_limit=0, dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL,
    ) as cluster:  # fmt: skip
        yield cluster.scheduler_address
