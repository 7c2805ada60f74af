"""Killed at any moment, and many at once: a folder holds one whole result, and nothing else.

``python tests/benchmarks/kills.py [--kills 100] [--at-once 8] [--seed 1] [WORK ...]`` lets commands
write the embedded sample, over an earlier result of theirs and into a new folder in turn, and kills
them at a random moment of their processor time, half of them while they write. Whoever looks next
must find what stood there or all that is new, byte for byte; no process may live on; and after the
next run no folder of ours is left, there or in the temporary folder. Then builds begin at once,
half of them into one folder. Any breach is told, and makes the exit status 1. Tests kill at each
single step of publishing (``tests/writing/test_files.py``).
"""

from __future__ import annotations

import argparse
import csv
import ctypes
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from pathlib import Path

import geopandas as gpd
import psutil

from geo_merge.cli.main import main as command
from geo_merge.errors import GeoMergeError
from geo_merge.jobs.sample import sample_files
from geo_merge.results.files import load_result

_TICKS = os.sysconf("SC_CLK_TCK")
_LATE = 0.6  # of its time, after which a run writes
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER: orphans of killed runs become our children
_PATIENCE = 30.0  # seconds within which what a killed run began has to end, on a busy machine
Command = Callable[[Path], list[str]]


@dataclass(frozen=True)
class Work:
    """A command that writes into a folder, and what wrote there before it; each takes the folder."""

    earlier: Command
    later: Command
    into_new: bool = True
    """Whether it makes a folder of its own."""


def works(folder: Path) -> dict[str, Work]:
    """Return the commands that write, and make what they read, by which results can be told apart."""
    layers, own = sample_files()
    other = _other_crosswalk(folder, own)
    one, two = map(str, layers[:2])
    # What GDAL alone reads is read by a process of its own.
    gpd.read_file(two).to_file(folder / "two.fgb")

    def build(crosswalk: Path) -> Command:
        given = [*map(str, layers), "--crosswalk", str(crosswalk)]
        return lambda out: ["build", *given, "--out", str(out)]

    def convert(layer: str) -> Command:
        return lambda out: ["convert", layer, str(out / "units.geojson")]

    def dissolve(layer: str, by: str) -> Command:
        return lambda out: ["dissolve", layer, str(out / "units.geojson"), "--by", by,
                            "--findings", str(out / "findings.csv")]  # fmt: skip

    formats = [word for name in ("gpkg", "shp", "xlsx", "csv") for word in ("--format", name)]
    return {
        "build": Work(build(own), build(other)),
        "convert": Work(convert(one), convert(str(folder / "two.fgb"))),
        "dissolve": Work(dissolve(one, "MaHuyen"), dissolve(two, "MaHuyen")),
        "export": Work(build(own), lambda out: ["export", str(out), *formats], into_new=False),
    }


def _other_crosswalk(folder: Path, own: Path) -> Path:
    other = folder / "other.csv"
    with own.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with other.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(row | {"new_name": f"{row['new_name']} II"} for row in rows)
    return other


def start(arguments: list[str], said: Path) -> ForkProcess:
    """Begin a run in a process that has all of the program in memory: what it does is its own."""
    process = get_context("fork").Process(target=_run, args=(arguments, said))
    process.start()
    return process


def _run(arguments: list[str], said: Path) -> None:
    with said.open("w", encoding="utf-8") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        sys.argv = ["geo-merge", *arguments]
        command()


def finish(process: ForkProcess, said: Path) -> Iterator[str]:
    """Wait for a run; yield what it said if it failed."""
    process.join()
    if process.exitcode:
        yield f"a run ended with {process.exitcode}: {said.read_text('utf-8')}"


def content(folder: Path) -> dict[str, bytes]:
    """Return all files that stand in a folder, hidden or not, but the time in its manifest."""
    if not folder.exists():
        return {}
    return {
        path.name: b"" if path.name == "manifest.json" else path.read_bytes()
        for path in folder.iterdir() if path.is_file()
    }  # fmt: skip


def used(pid: int) -> float:
    """Return the seconds of the processor that a process and its children have had; all, at its end."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("ascii")
        fields = text.rsplit(")", 1)[1].split()
        total = (int(fields[13]) + int(fields[14])) / _TICKS  # of children that have ended
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += int((task / "schedstat").read_text("ascii").split()[0]) / 1e9
            total += sum(map(used, map(int, (task / "children").read_text("ascii").split())))
    except (FileNotFoundError, ProcessLookupError):
        return float("inf")
    return total


def life(process: ForkProcess) -> float:
    """Return the seconds of the processor that a whole run takes."""
    last = 0.0
    while process.is_alive():
        now = used(_pid(process))
        last = now if last < now < float("inf") else last
        time.sleep(0.002)
    process.join()
    return last


def kill_at(moment: float, process: ForkProcess) -> bool:
    """Kill a run once it has had so many seconds of the processor; tell whether it lived still."""
    while process.is_alive() and used(_pid(process)) < moment:
        time.sleep(0.001)
    process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL


def _pid(process: ForkProcess) -> int:
    assert process.pid is not None
    return process.pid


def orphans() -> list[str]:
    """Return what killed runs began and what lives on, after a while."""
    end = time.monotonic() + _PATIENCE
    while living := [p for p in psutil.Process().children() if not _reaped(p)]:
        if time.monotonic() > end:
            return [str(p) for p in living]
        time.sleep(0.05)
    return []


def _reaped(process: psutil.Process) -> bool:
    with suppress(ChildProcessError, psutil.NoSuchProcess):
        return os.waitpid(process.pid, os.WNOHANG)[0] == process.pid
    return True


def ours(*folders: Path) -> list[str]:
    """Return our own folders that were left in any of these."""
    return [p.name for f in folders if f.exists() for p in f.iterdir() if "geo_merge_" in p.name]


def killed(folder: Path, name: str, work: Work, kills: int, rng: random.Random) -> Iterator[str]:
    """Kill runs of a command, half of them into a new folder if it makes one; yield each breach."""
    temporary, out, first, said = (folder / n for n in ("temporary", "out", "first", "said"))
    tempfile.tempdir = str(temporary)
    for path in (out, first):
        shutil.rmtree(path, ignore_errors=True)
    yield from finish(start(work.earlier(first), said), said)
    shutil.copytree(first, out)
    lasts = life(start(work.later(out), said))
    old, new = content(first), content(out)
    tally = Counter[str]()
    for k in range(kills):
        into_new = work.into_new and k % 2 == 1
        before = {} if into_new else old
        shutil.rmtree(out, ignore_errors=True)
        if not into_new:
            shutil.copytree(first, out)
        moment = rng.uniform(_LATE if k // 2 % 2 else 0.0, 1.0) * lasts
        alive = kill_at(moment, start(work.later(out), said))
        with suppress(GeoMergeError):  # whoever looks next, should there be a result
            load_result(out)
        found = content(out)
        state = "new" if found == new else "as before" if found == before else "MIXED"
        tally[f"{'killed' if alive else 'ended'}, {state}"] += 1
        at = f"{name}: kill {k} at {moment:.2f} s{' into a new folder' if into_new else ''}"
        if state == "MIXED":
            yield f"{at}: neither what stood there nor all that is new, but {sorted(found)}"
        if left := orphans():
            yield f"{at}: {left} lived on"
        if not into_new and k % 5:
            continue
        yield from finish(start(work.later(out), said), said)
        if content(out) != new or ours(out, temporary):
            yield f"{at}: the next run left {ours(out, temporary)}"
    print(f"{name}: {kills} kills within {lasts:.2f} s: {dict(tally)}", flush=True)  # noqa: T201


def at_once(folder: Path, build: Work, runs: int) -> Iterator[str]:
    """Start builds at once, half of them into one folder; yield each breach."""
    temporary, shared = folder / "temporary", folder / "shared"
    states = []
    for k, given in enumerate((build.earlier, build.later)):
        said = folder / "said"
        yield from finish(start(given(folder / f"state{k}"), said), said)
        states.append(content(folder / f"state{k}"))
    outs = [shared if k % 2 else folder / f"alone{k}" for k in range(runs)]
    every = [
        start((build.earlier, build.later)[k // 2 % 2](out), folder / f"said{k}")
        for k, out in enumerate(outs)
    ]
    for k, process in enumerate(every):
        yield from finish(process, folder / f"said{k}")
        if outs[k] != shared and content(outs[k]) != states[k // 2 % 2]:
            yield f"run {k} of those at once wrote something else"
    if content(shared) not in states:
        yield "the folder of several runs is a mixture"
    if left := ours(*set(outs), temporary):
        yield f"runs at once left {left}"
    print(f"{runs} runs at once")  # noqa: T201


def main(given: Sequence[str] | None = None) -> int:
    """Run both, and tell what was breached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("works", nargs="*", help="commands to kill; all, unless named")
    parser.add_argument("--kills", type=int, default=100, help="of all commands together")
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(given)
    os.environ["GEO_MERGE_CACHE"] = "off"
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    rng, breaches = random.Random(chosen.seed), 0  # noqa: S311 - moments, no secrets
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "temporary").mkdir()
        every = works(folder)
        names = chosen.works or list(every)
        each = [
            chosen.kills // len(names) + (k < chosen.kills % len(names)) for k in range(len(names))
        ]
        both = (
            *(
                killed(folder, n, every[n], count, rng)
                for n, count in zip(names, each, strict=True)
            ),
            at_once(folder, every["build"], chosen.at_once) if chosen.at_once else (),
        )
        for breach in chain.from_iterable(both):
            print(f"BREACH {breach}", flush=True)  # noqa: T201
            breaches += 1
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
