"""Work in a process of its own: what it tells, and its limits."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psutil
import pytest
from processes import at_work

from geo_merge.errors import GeoMergeError
from geo_merge.jobs.job import Job
from geo_merge.jobs.preview import look
from geo_merge.jobs.sample import sample_files
from geo_merge.system import copies, worker
from geo_merge.vietnam.country import VIETNAM

IMPORTED = os.getpid()  # by which process
KINDS = [
    pytest.param(True, marks=pytest.mark.skipif(not copies.POSSIBLE, reason="of Linux")),
    False,
]


@pytest.fixture(params=KINDS, ids=["copied", "anew"])
def run(request: pytest.FixtureRequest) -> Callable[..., object]:
    """What runs work in a copy, and in a process that begins anew."""
    return partial(worker.run, copied=request.param)


def test_steps_and_result_come_back() -> None:
    layers, crosswalk = sample_files()
    steps: list[str] = []
    preview = worker.run(
        partial(look, Job(country=VIETNAM, old=tuple(layers), crosswalk=crosswalk)), steps.append
    )
    assert list(dict.fromkeys(filter(None, steps))) == ["Reading", "Matching the crosswalk"]
    assert preview.problems == ()
    assert sum(layer["units"] for layer in preview.layers) == 313
    assert sum(layer["pieces"] for layer in preview.layers) == 1  # TB1
    assert "MaXa" in preview.fields


def test_errors_come_back_as_they_are(run: Callable[..., object]) -> None:
    job = Job(country=VIETNAM, old=sample_files()[0][:1], crosswalk=None)
    with pytest.raises(GeoMergeError, match="--crosswalk"):
        run(job.run, lambda _: None)


def test_what_takes_too_long_is_stopped(run: Callable[..., object]) -> None:
    start = time.monotonic()
    with pytest.raises(GeoMergeError, match=r"longer than 1 seconds \[S06\]"):
        run(partial(_sleep, 600), lambda _: None, seconds=1.0)
    assert time.monotonic() - start < 30


def test_what_takes_too_much_memory_is_stopped(run: Callable[..., object]) -> None:
    with pytest.raises(GeoMergeError, match="more memory than is allowed"):
        run(partial(_fill, 2**31), lambda _: None, memory=2**30)


def test_a_crash_is_a_sentence(run: Callable[..., object]) -> None:
    with pytest.raises(GeoMergeError, match=r"damaged in a way .* \[S06\]"):
        run(partial(_crash, 11), lambda _: None)


@pytest.mark.parametrize("work", ["_sleep", "_keep_python"])
def test_it_ends_with_who_started_it_even_killed(tmp_path: Path, work: str) -> None:
    code = f"""
from functools import partial
import test_worker
from geo_merge.system import worker
worker.run(partial(test_worker.{work}, 600), print)
"""
    command = [sys.executable, "-u", "-c", code]
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as parent:
        assert any(line == "at work\n" for line in parent.stdout)
        (child,) = at_work(psutil.Process(parent.pid)) or psutil.Process(parent.pid).children()
        parent.kill()
    end = time.monotonic() + 20
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < end
        time.sleep(0.05)
    (left,) = tmp_path.iterdir()
    code = "from geo_merge.system.scratch import sweep; sweep()"
    subprocess.run([sys.executable, "-c", code], env=env, check=True)
    assert not left.exists()


def test_what_is_raised_while_it_works_ends_it(run: Callable[..., object]) -> None:
    def leave(_step: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(partial(_sleep, 600), leave)
    assert at_work(psutil.Process()) == []


def test_its_temporary_files_go_with_it_though_it_crashes(
    run: Callable[..., object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(GeoMergeError, match="damaged"):
        run(partial(_leave_files, 11), lambda _: None)
    assert list(tmp_path.iterdir()) == []


def test_copies_know_where_they_are_and_what_has_changed_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.run(_place, lambda _: None)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GEO_MERGE_TRIED", "later")
    assert worker.run(_place, lambda _: None) == (str(tmp_path), "later")


def test_works_at_once_do_not_wait_for_each_other(tmp_path: Path) -> None:
    """Each of two waits for the file of the other."""
    one, other = str(tmp_path / "1"), str(tmp_path / "2")
    with ThreadPoolExecutor(2) as pool:
        pairs = [(one, other), (other, one)]
        meeting = [pool.submit(worker.run, partial(_meet, *pair), lambda _: None) for pair in pairs]
        assert [one.result(60) for one in meeting] == ["met", "met"]
    assert at_work(psutil.Process()) == []


@pytest.mark.skipif(not copies.POSSIBLE, reason="of Linux")
def test_what_is_copied_is_made_again_if_somebody_ends_it() -> None:
    worker.run(_place, lambda _: None)
    (original,) = [p for p in psutil.Process().children() if worker.__name__ in p.cmdline()]
    original.kill()
    assert worker.run(_place, lambda _: None)[0] == str(Path.cwd())
    assert not original.is_running()


@pytest.mark.skipif(not copies.POSSIBLE, reason="of Linux")
def test_work_ends_in_a_sentence_when_its_original_is_ended() -> None:
    def end(step: str) -> None:
        if step:
            (copy,) = at_work(psutil.Process())
            copy.parent().kill()

    with pytest.raises(GeoMergeError, match=r"damaged in a way .* \[S06\]"):
        worker.run(partial(_sleep, 600), end)


def test_copies_have_imported_what_they_do_before_they_begin(run: Callable[..., object]) -> None:
    imported, own, parent = run(_born, lambda _: None)
    assert imported == (parent if run.keywords["copied"] else own)


@pytest.fixture(scope="module", autouse=True)
def _importable() -> Iterator[None]:
    """Let other processes find the work of this module, and what is copied begin here."""
    here = Path(__file__).parent
    places = (here, here.with_name("helpers"), os.environ.get("PYTHONPATH", ""))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "_originals", [])
        patch.setenv("PYTHONPATH", os.pathsep.join(map(str, places)))
        yield
        for original in worker._originals:
            original.end()


def _born(_say: object) -> tuple[int, int, int]:
    return IMPORTED, os.getpid(), os.getppid()


def _place(_say: object) -> tuple[str, str | None]:
    return str(Path.cwd()), os.environ.get("GEO_MERGE_TRIED")


def _meet(mine: str, other: str, _say: object) -> str:
    Path(mine).touch()
    while not Path(other).exists():
        time.sleep(0.01)
    return "met"


def _sleep(seconds: float, say: Callable[[str], None]) -> None:
    say("at work")
    time.sleep(seconds)


def _keep_python(digits: int, say: Callable[[str], None]) -> None:
    """Let no other thread of Python do anything, as a library that reads a huge file."""
    say("at work")
    re.match(r"(a*)*b", "a" * digits)


def _leave_files(signal: int, _say: object) -> None:
    (Path(tempfile.mkdtemp(prefix="geo_merge_")) / "half").write_text("half")
    os.kill(os.getpid(), signal)


def _fill(size: int, _say: object) -> int:
    return len(bytearray(size))


def _crash(signal: int, _say: object) -> None:
    os.kill(os.getpid(), signal)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_lower_limit_of_the_machine_holds() -> None:
    code = (
        "import resource as r; r.setrlimit(r.RLIMIT_AS, (2 * 10**9, 2 * 10**9)); "
        "from geo_merge.system import worker; print(worker.run(callable, print))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                          check=True, timeout=120)  # fmt: skip
    assert done.stdout.split()[-1] == "True"
