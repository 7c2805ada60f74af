"""Killed at any moment, and many at once: a folder holds one whole result, and nothing else.

``python tests/benchmarks/kills.py [--kills 100] [--at-once 8] [--seed 1]`` builds the embedded
sample over an earlier result and kills the run at a random moment of its processor time, half of
them while it writes. Whoever looks next must find the old result or the new one, byte for byte,
and after the next run no folder of ours is left, there or in the temporary folder. Then runs begin
at once, half of them into one folder. Any breach is told, and makes the exit status 1. Tests kill at
each single step of publishing (``tests/writing/test_files.py``).
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from pathlib import Path

from geo_merge.cli.main import main as command
from geo_merge.jobs.sample import sample_files
from geo_merge.results.files import load_result

_TICKS = os.sysconf("SC_CLK_TCK")
_LATE = 0.6  # of its time, after which a run writes


def crosswalks(folder: Path) -> tuple[Path, Path]:
    """Write two crosswalks for the sample, by which all results can be told apart."""
    _, own = sample_files()
    with own.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    other = folder / "other.csv"
    with other.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(row | {"new_name": f"{row['new_name']} II"} for row in rows)
    return own, other


def start(crosswalk: Path, out: Path) -> ForkProcess:
    """Begin a run in a process that has all of the program in memory: what it does is its own."""
    layers, _ = sample_files()
    arguments = ["build", *map(str, layers), "--crosswalk", str(crosswalk), "--out", str(out)]
    process = get_context("fork").Process(target=_build, args=(arguments, out.with_suffix(".said")))
    process.start()
    return process


def _build(arguments: list[str], said: Path) -> None:
    with said.open("w", encoding="utf-8") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        sys.argv = ["geo-merge", *arguments]
        command()


def finish(process: ForkProcess) -> Iterator[str]:
    """Wait for a run; yield its exit status if it failed."""
    process.join()
    if process.exitcode:
        yield f"a run ended with {process.exitcode}"


def content(folder: Path) -> dict[str, bytes]:
    """Return all that stands in a folder, hidden or not, but the time in its manifest."""
    return {
        path.name: b"" if path.name == "manifest.json" else path.read_bytes()
        for path in folder.iterdir() if path.is_file()
    }  # fmt: skip


def used(process: ForkProcess) -> float:
    """Return the seconds of the processor that a process has had; all, once it has ended."""
    try:
        text = Path(f"/proc/{process.pid}/stat").read_text("ascii")
    except (FileNotFoundError, ProcessLookupError):
        return float("inf")
    fields = text.rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def life(crosswalk: Path, out: Path) -> float:
    """Return the seconds of the processor that a whole run takes."""
    process, last = start(crosswalk, out), 0.0
    while process.is_alive():
        now = used(process)
        last = now if last < now < float("inf") else last
        time.sleep(0.01)
    process.join()
    return last


def kill_at(moment: float, process: ForkProcess) -> bool:
    """Kill a run once it has had so many seconds of the processor; tell whether it lived still."""
    while process.is_alive() and used(process) < moment:
        time.sleep(0.005)
    process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL


def ours(*folders: Path) -> list[str]:
    """Return our own folders that were left in any of these."""
    return [p.name for folder in folders for p in folder.iterdir() if "geo_merge_" in p.name]


def killed(folder: Path, kills: int, seed: int) -> Iterator[str]:
    """Kill runs, and yield each breach."""
    temporary, out, first, second = (folder / n for n in ("temporary", "out", "first", "second"))
    temporary.mkdir()
    own, other = crosswalks(folder)
    tempfile.tempdir = str(temporary)
    yield from finish(start(own, first))
    lasts = life(other, second)
    states = {"old": content(first), "new": content(second)}
    rng, tally = random.Random(seed), Counter[str]()  # noqa: S311 - moments, no secrets
    for k in range(kills):
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(first, out)
        moment = rng.uniform(_LATE if k % 2 else 0.0, 1.0) * lasts
        alive = kill_at(moment, start(other, out))
        load_result(out)  # whoever looks next
        found = [name for name, files in states.items() if content(out) == files]
        tally[f"{'killed' if alive else 'ended'}, {found[0] if found else 'MIXED'}"] += 1
        if not found:
            yield f"kill {k} at {moment:.2f} s: neither the old result nor the new one"
        if left := ours(out):
            yield f"kill {k} at {moment:.2f} s left {left}"
        if k % 10 == 9:
            yield from finish(start(other, out))
            if content(out) != states["new"] or ours(out, temporary):
                yield f"after kill {k} the next run left {ours(out, temporary)}"
            print(k + 1, dict(tally), flush=True)  # noqa: T201 - as it goes
    print(f"{kills} kills: {dict(tally)}")  # noqa: T201


def at_once(folder: Path, runs: int) -> Iterator[str]:
    """Start runs at once, half of them into one folder; yield each breach."""
    temporary, shared = folder / "temporary", folder / "shared"
    own, other = crosswalks(folder)
    states = [content(folder / "first"), content(folder / "second")]
    outs = [shared if k % 2 else folder / f"alone{k}" for k in range(runs)]
    every = [start((own, other)[k // 2 % 2], out) for k, out in enumerate(outs)]
    for k, process in enumerate(every):
        yield from finish(process)
        if outs[k] != shared and content(outs[k]) != states[k // 2 % 2]:
            yield f"run {k} of those at once wrote something else"
    if content(shared) not in states:
        yield "the folder of several runs is a mixture"
    if left := ours(*set(outs), temporary):
        yield f"runs at once left {left}"
    print(f"{runs} runs at once")  # noqa: T201


def main() -> int:
    """Run both, and tell what was breached."""
    parser = argparse.ArgumentParser(description=__doc__)
    os.environ["GEO_MERGE_CACHE"] = "off"
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    breaches = 0
    with tempfile.TemporaryDirectory() as name:
        both = killed(Path(name), chosen.kills, chosen.seed), at_once(Path(name), chosen.at_once)
        for breach in chain.from_iterable(both):
            print(f"BREACH {breach}", flush=True)  # noqa: T201
            breaches += 1
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
