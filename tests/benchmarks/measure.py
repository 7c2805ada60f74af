"""Whole processes, measured in turn: seconds, processor time, peak memory, and what they wrote."""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

TIMEOUT = 3600.0  # seconds after which a process counts as one that does not finish
# Python keeps what it compiled, as it does of what pip installs: the first round does so for all.
_KEPT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
# A small process in between: a child counts the memory of the one that started it. Of a program
# of several processes the kernel tells the largest alone, so their memory is added up twice a
# second: PSS, which shares what they have in common.
_BETWEEN = """
import json, os, subprocess, sys, threading, time
import psutil

peak = 0

def watch(pid):
    global peak
    while True:
        try:
            process = psutil.Process(pid)
            others = process.children(recursive=True)
            if others:
                peak = max(peak, sum(p.memory_full_info().pss for p in (process, *others)))
        except psutil.Error:
            pass
        time.sleep(0.5)

begin = time.perf_counter()
child = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=open(sys.argv[1], "wb"))
threading.Thread(target=watch, args=(child.pid,), daemon=True).start()
_, status, used = os.wait4(child.pid, 0)
wall = time.perf_counter() - begin
child.returncode = os.waitstatus_to_exitcode(status)
print(json.dumps([wall, used.ru_utime + used.ru_stime, max(used.ru_maxrss * 1024, peak),
                  child.returncode]))
"""


@dataclass(frozen=True, kw_only=True)
class Task:
    """A command line, and how to tell whether it did what it should.

    Attributes
    ----------
    program
        Who does it, as the table names it.
    command
        Program and arguments.
    output
        Folder that it writes into: empty before each run, removed after it.
    check
        Takes the output and returns ``yes``, or ``no:`` and what is wrong.
    accepted
        Exit codes of a run that did its work.
    """

    program: str
    command: tuple[str, ...]
    output: Path
    check: Callable[[Path], str] = lambda _: "–"
    accepted: tuple[int, ...] = (0,)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One process: seconds, megabytes (10⁶), and in words why it failed, if it did."""

    wall: float
    cpu: float
    memory: float
    size: float = 0.0
    failure: str = ""


@dataclass(frozen=True, kw_only=True)
class Measured(Run):
    """The medians of some runs of a task, and the verdict on what they wrote."""

    program: str
    right: str


def run_once(task: Task, timeout: float = TIMEOUT) -> Run:
    """Run a task in a process of its own, where nothing of an earlier run is left."""
    shutil.rmtree(task.output, ignore_errors=True)
    task.output.mkdir(parents=True)
    said = task.output.with_name(f"{task.output.name}.stderr")
    between = subprocess.Popen(
        [sys.executable, "-c", _BETWEEN, str(said), *task.command],
        stdout=subprocess.PIPE, text=True, start_new_session=True, env=_KEPT,
    )  # fmt: skip
    try:
        told, _ = between.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(between.pid, signal.SIGKILL)  # the session that we started, nothing else
        between.communicate()
        return Run(wall=timeout, cpu=math.nan, memory=math.nan, failure=f"over {timeout:.0f} s")
    wall, cpu, memory, code = json.loads(told)
    failure = "" if code in task.accepted else last_words(said, code)
    said.unlink()
    return Run(wall=wall, cpu=cpu, memory=memory / 1e6, size=size(task.output), failure=failure)


def last_words(path: Path, code: int) -> str:
    """Return the line that tells most of why a process failed."""
    lines = [line.strip() for line in path.read_text("utf-8", "replace").splitlines()]
    telling = [line for line in lines if "rror" in line or "memory" in line] or lines or [""]
    return f"exit {code}: {telling[-1][:120]}"


def files(folder: Path) -> list[Path]:
    """Return the files that an output consists of."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def size(folder: Path) -> float:
    """Return the megabytes of an output."""
    return sum(path.stat().st_size for path in files(folder)) / 1e6


def fingerprint(folder: Path) -> str:
    """Return a hash of all bytes of an output: what was judged once need not be again."""
    whole = hashlib.sha256()
    for path in files(folder):
        with path.open("rb") as stream:
            whole.update(hashlib.file_digest(stream, "sha256").digest())
    return whole.hexdigest()


def measure(tasks: Sequence[Task], rounds: int, say: Callable[[str], None]) -> list[Measured]:
    """Run tasks in turn: one round of each before the next, so that all see the same machine."""
    runs: list[list[Run]] = [[] for _ in tasks]
    verdicts: list[dict[str, str]] = [{} for _ in tasks]
    for number in range(rounds):
        for task, done, judged in zip(tasks, runs, verdicts, strict=True):
            if done and done[-1].failure:
                continue  # it would fail again
            run = run_once(task)
            done.append(run)
            if not run.failure:
                mark = fingerprint(task.output)
                judged[mark] = judged.get(mark) or judge(task)
            words = run.failure or ", ".join(judged.values())
            say(f"round {number + 1}: {task.program}: {run.wall:.2f} s wall, {run.cpu:.2f} s CPU, "
                f"{run.memory:.0f} MB, {words}")  # fmt: skip
            shutil.rmtree(task.output)
    return [
        summary(task.program, done, judged)
        for task, done, judged in zip(tasks, runs, verdicts, strict=True)
    ]


def judge(task: Task) -> str:
    """Return the verdict on what a task wrote; a file that is not there is one as well."""
    try:
        return task.check(task.output)
    except FileNotFoundError as error:
        return f"no: {Path(error.filename).name} was not written"


def summary(program: str, runs: Sequence[Run], verdicts: dict[str, str]) -> Measured:
    """Return the medians of runs; one wrong result among them makes the whole wrong."""
    failure = runs[-1].failure
    wrong = [v for v in verdicts.values() if v.startswith("no")]
    right = f"failed: {failure}" if failure else (wrong or list(verdicts.values()))[0]
    middle = {k: median(getattr(r, k) for r in runs) for k in ("wall", "cpu", "memory", "size")}
    return Measured(program=program, right=right, failure=failure, **middle)


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """Return p of seconds ~ size^p: the slope of the least-squares line through the logarithms."""
    x, y = [math.log(v) for v in sizes], [math.log(v) for v in seconds]
    if len(set(x)) < 2:
        return math.nan
    middle_x, middle_y = sum(x) / len(x), sum(y) / len(y)
    slope = sum((a - middle_x) * (b - middle_y) for a, b in zip(x, y, strict=True))
    return slope / sum((a - middle_x) ** 2 for a in x)
