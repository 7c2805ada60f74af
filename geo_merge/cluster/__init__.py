"""Beyond one machine: the same merger with the old units spread over Dask's workers.

The client holds attributes, new units and what the checks need; polygons of old units stay in
their files, and a worker holds those of one file or of one new unit at a time. Dask schedules,
shuffles, spills and retries: nothing of that is done here.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from geo_merge.errors import UsageError
from geo_merge.system.progress import Progress
from geo_merge.vocabulary.sentence import sentence

if TYPE_CHECKING:
    from geo_merge.jobs.job import Job
    from geo_merge.merging.result import MergeResult


def merged(
    job: Job, say: Progress = lambda _: None, *, scheduler: str | None = None
) -> AbstractContextManager[MergeResult]:
    """Run a merger on a cluster; see `engine.merged`.

    Raises
    ------
    UsageError
        If Dask is not installed.
    """
    check_installed()
    from geo_merge.cluster import engine  # noqa: PLC0415 - only with it

    return engine.merged(job, say, scheduler=scheduler)


def check_installed() -> None:
    """Refuse to go on without Dask, which is an extra.

    Raises
    ------
    UsageError
        If it is not installed.
    """
    try:
        import dask.dataframe  # noqa: F401, PLC0415
        import distributed  # noqa: F401, PLC0415
    except ImportError as error:
        raise UsageError(sentence("usage.no_dask")) from error
