"""Work in a process of its own: what it tells, and its limits."""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path

import pytest

from geo_merge import worker
from geo_merge.errors import GeoMergeError
from geo_merge.job import Job
from geo_merge.preview import look
from geo_merge.sample import sample_files


def test_steps_and_result_come_back() -> None:
    layers, crosswalk = sample_files()
    steps: list[str] = []
    preview = worker.run(partial(look, Job(old=tuple(layers), crosswalk=crosswalk)), steps.append)
    assert steps == ["Reading", "Matching the crosswalk"]
    assert preview.problems == ()
    assert sum(layer["units"] for layer in preview.layers) == 313
    assert "MaXa" in preview.fields


def test_errors_come_back_as_they_are() -> None:
    job = Job(old=sample_files()[0][:1], crosswalk=None)
    with pytest.raises(GeoMergeError, match="--crosswalk"):
        worker.run(job.run, lambda _: None)


def test_what_takes_too_long_is_stopped() -> None:
    start = time.monotonic()
    with pytest.raises(GeoMergeError, match=r"longer than 1 seconds \[S06\]"):
        worker.run(partial(_sleep, 600), lambda _: None, seconds=1.0)
    assert time.monotonic() - start < 30


def test_what_takes_too_much_memory_is_stopped() -> None:
    with pytest.raises(GeoMergeError, match="more memory than is allowed"):
        worker.run(partial(_fill, 2**31), lambda _: None, memory=2**30)


def test_a_crash_is_a_sentence() -> None:
    with pytest.raises(GeoMergeError, match=r"damaged in a way .* \[S06\]"):
        worker.run(partial(_crash, 11), lambda _: None)


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the other process find the work of this module."""
    monkeypatch.setenv(
        "PYTHONPATH", f"{Path(__file__).parent}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    )


def _sleep(seconds: float, _say: object) -> None:
    time.sleep(seconds)


def _fill(size: int, _say: object) -> int:
    return len(bytearray(size))


def _crash(signal: int, _say: object) -> None:
    os.kill(os.getpid(), signal)
