"""A Dask cluster to work on: one of this machine's own, or that of a scheduler."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import dask
from distributed import CancelledError, Client, LocalCluster
from distributed.comm.core import CommClosedError
from distributed.scheduler import KilledWorker, NoWorkerError

from geo_merge.errors import ClusterError, GeoMergeError
from geo_merge.system.scratch import scratch
from geo_merge.vocabulary.sentence import sentence

T = TypeVar("T")
R = TypeVar("R")
# Seconds: a scheduler that runs answers in one.
TIMEOUT = 10.0
# What must be the same on all machines, or they might dissolve differently.
_PACKAGES = ("geo-merge", "shapely", "geopandas", "pyproj")
# Bytes of WKB are no text, and must not become any.
_SETTINGS = {"dataframe.convert-string": False, "dataframe.shuffle.method": "p2p"}

# What a script says around its work, so that it can be read without being run.
_GUARD = 'if __name__ == "__main__"'


@contextmanager
def connect(
    scheduler: str | None = None,
    *,
    workers: int | None = None,
    memory: str | float = "auto",
    timeout: float = TIMEOUT,
) -> Iterator[Client]:
    """Give a client of a Dask cluster; a cluster of its own ends with it.

    Parameters
    ----------
    scheduler
        Address of a scheduler, as ``tcp://host:8786``; by default workers are started here.
    workers
        Processes to start, of one thread each; by default as many as there are processors.
    memory
        Of each of them, as ``"2 GiB"`` or in bytes; by default they share what there is. Beyond
        60 % of it Dask spills to a temporary folder, beyond 95 % it starts the worker anew.
    timeout
        Seconds to wait for the scheduler.

    Raises
    ------
    ClusterError
        If no worker starts, the scheduler does not answer or has no workers, or they have other
        versions; later, if workers die again and again.
    """
    with ExitStack() as stack:
        stack.enter_context(dask.config.set(_SETTINGS))
        if scheduler is None:
            scheduler = stack.enter_context(_local(workers, memory)).scheduler_address
        client = stack.enter_context(_client(scheduler, timeout))
        stack.enter_context(_failures())
        _check_versions(client, scheduler)
        yield client


def in_order(client: Client, work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Yield what workers make of each item, in their order; what was taken is held no longer."""
    futures = client.map(work, list(items), pure=False)
    for future in futures:
        yield future.result()
        future.release()


@contextmanager
def _local(workers: int | None, memory: str | float) -> Iterator[LocalCluster]:
    with (
        scratch() as folder,
        dask.config.set({"temporary-directory": str(folder)}),  # the scheduler's
        _started(workers or os.cpu_count() or 1, memory, folder) as cluster,
    ):
        yield cluster


def _started(workers: int, memory: str | float, folder: Path) -> LocalCluster:
    try:
        return LocalCluster(
            n_workers=workers, threads_per_worker=1, memory_limit=memory,
            local_directory=str(folder), dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        )  # fmt: skip
    except RuntimeError as error:  # each worker runs the main module first: it may fail, or be gone
        raise ClusterError(sentence("cluster.not_started", guard=_GUARD)) from error


@contextmanager
def _client(scheduler: str, timeout: float) -> Iterator[Client]:
    try:
        client = Client(scheduler, timeout=timeout)
    except (OSError, ValueError) as error:
        raise ClusterError(
            sentence("cluster.no_answer", scheduler=scheduler, seconds=timeout)
        ) from error
    with client:
        yield client


def _check_versions(client: Client, scheduler: str) -> None:
    """Compare the packages of all workers with our own."""
    versions: Any = client.get_versions(packages=_PACKAGES)
    if not versions["workers"]:
        raise ClusterError(sentence("cluster.no_workers", scheduler=scheduler))
    ours = versions["client"]["packages"]
    problems = [
        sentence(
            "cluster.versions",
            address=address,
            name=name,
            ours=ours[name],
            theirs=about["packages"].get(name) or sentence("words.not_installed"),
        )
        for address, about in sorted(versions["workers"].items())
        for name in _PACKAGES
        if about["packages"].get(name) != ours[name]
    ]
    if problems:
        raise ClusterError(problems)


@contextmanager
def _failures() -> Iterator[None]:
    """Say in a sentence what went wrong among the workers."""
    try:
        yield
    except KilledWorker as error:
        raise ClusterError(
            sentence(
                "cluster.died", n=dask.config.get("distributed.scheduler.allowed-failures") + 1
            )
        ) from error
    except NoWorkerError as error:
        raise ClusterError(sentence("cluster.gone")) from error
    except (CancelledError, CommClosedError) as error:
        raise ClusterError(sentence("cluster.lost")) from error
    except RuntimeError as error:  # Dask's shuffle wraps what its tasks raise
        told = _cause(error)
        if told is None:
            raise
        raise told from error


def _cause(error: BaseException | None) -> GeoMergeError | None:
    while error is not None and not isinstance(error, GeoMergeError):
        error = error.__cause__
    return error
