"""What hostile files take on the command line: time, memory, and the sentence each ends in.

``python tests/benchmarks/harm.py [--page docs/hostile.md] [--commands ...] [NAME ...]`` makes the files of
``tests/hostile`` as large as the default limits let them be, gives each to the commands that read
its kind, and writes the table; files that are named alone have their rows made anew, beside those
that the page has of others. A file on which a command takes more than 20 s of the processor or
1 GB, ends in a traceback, or ends in no sentence, is a failure (exit status 1).
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
given = import_module("hostile.given")  # which loads nothing, see `measure`
SECONDS, MB = 20.0, 1024.0
_WALL = 300.0  # seconds after which a command is ended, on however loaded a machine
COMMANDS = sorted({words[0] for every in given.COMMANDS.values() for words in every})
_MARKS = ("<!-- hostile -->", "<!-- /hostile -->")


@dataclass(frozen=True)
class Ran:
    """What a command did with a file; seconds of the processor, and MB at the peak."""

    file: str
    command: str
    status: int
    seconds: float
    mb: float
    told: tuple[str, ...]

    @property
    def failures(self) -> tuple[str, ...]:
        """Return what should not be."""
        text = "\n".join(self.told)
        found = {
            "time": self.seconds > SECONDS,
            "memory": self.mb > MB,
            "unexpected": "unexpectedly" in text or "Traceback" in text or "Warning" in text,
            "ended": self.status not in {0, 1, 2},
            "no sentence": self.status == 2 and not any(map(_is_sentence, self.told)),
        }
        return tuple(what for what, so in found.items() if so)


def _is_sentence(line: str) -> bool:
    return line.startswith("Error: ") and line.endswith(".")


def measure(file: str, command: str, arguments: Sequence[str]) -> Ran:
    """Run a command; its processes are children of none but this small one.

    The kernel counts the peak of a process from that of the one that started it, so this module
    loads nothing.
    """
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "geo_merge", *arguments], stdout=said, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        end = time.monotonic() + _WALL
        done, status, used = 0, 0, None
        while not done:
            done, status, used = os.wait4(process.pid, os.WNOHANG)
            if not done and time.monotonic() > end:
                os.killpg(process.pid, signal.SIGKILL)
                done, status, used = os.wait4(process.pid, 0)
            time.sleep(0.02)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        lines = tuple(said.read().decode("utf-8", "replace").splitlines())
    assert used is not None
    seconds, mb = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    return Ran(file, command, process.returncode, seconds, mb, lines)


def make(folder: Path, names: Sequence[str]) -> list[list[str]]:
    """Make the files, in a process of its own; return the name and part of each."""
    code = (
        "import sys; from pathlib import Path\n"
        "from hostile.all import FILES, prepare\n"
        "folder = Path(sys.argv[1]); wanted = sys.argv[2:] or list(FILES)\n"
        "for name in wanted: FILES[name].write(folder); print(name, FILES[name].role)\n"
        "prepare(folder / 'sound')"
    )
    found = os.pathsep.join([str(ROOT / "tests"), str(ROOT / "tests" / "helpers")])
    environment = {**os.environ, "GEO_MERGE_HOSTILE": "big", "PYTHONPATH": found}
    done = subprocess.run([sys.executable, "-c", code, str(folder), *names], env=environment,
                          check=True, capture_output=True, text=True)  # fmt: skip
    for arguments in given.preparing(folder / "sound"):
        subprocess.run([sys.executable, "-m", "geo_merge", *arguments], check=True,
                       capture_output=True)  # fmt: skip
    return [line.split() for line in done.stdout.splitlines()]


def rows(runs: Sequence[Ran]) -> Iterator[tuple[str, str]]:
    """Yield each file and its row of the table: of its commands the one that took most."""
    for file in dict.fromkeys(run.file for run in runs):
        own = [run for run in runs if run.file == file]
        first = own[0]
        error = next((line for line in first.told if line.startswith("Error: ")), "")
        found = next((line for line in first.told if line.startswith("error ")), "")
        told = error.removeprefix("Error: ") or found or "read: it does no harm"
        told = re.sub(r"[|<>]", " ", told)
        told = told if len(told) <= 160 else f"{told[:160]}…"
        seconds, mb = max(run.seconds for run in own), max(run.mb for run in own)
        yield file, f"| {file} | {seconds:.1f} | {mb:.0f} | {told} |"


def table(rows: Mapping[str, str]) -> str:
    """Return the table under a line that says what is the most in it."""
    seconds, mb = (max(float(row.split("|")[at]) for row in rows.values()) for at in (2, 3))
    return "\n".join([
        f"{len(rows)} files: at most {seconds:.1f} s of the processor and {mb:.0f} MB.", "",
        "| file | s | MB | ends in |", "|---|---|---|---|", *rows.values(),
    ])  # fmt: skip


def write(page: Path, new: Mapping[str, str], *, keep: bool) -> None:
    """Write the table into its page, with the rows of other files that it has if these are kept."""
    text = page.read_text("utf-8")
    before, after = text.index(_MARKS[0]) + len(_MARKS[0]), text.index(_MARKS[1])
    lines = [line for line in text[before:after].splitlines() if line.startswith("| ")][1:]
    old = {line.split("|")[1].strip(): line for line in lines} if keep else {}
    page.write_text(f"{text[:before]}\n{table({**old, **new})}\n{text[after:]}", "utf-8")


def runs_of(folder: Path, name: str, role: str, chosen: Sequence[str]) -> list[Ran]:
    """Give a file to the commands that read its kind, or those of them that were chosen."""
    runs = []
    with tempfile.TemporaryDirectory() as out:
        every = given.commands(folder / name, role, folder / "sound", Path(out))
        for command, arguments in every:
            if command in chosen:
                run = measure(name, command, arguments)
                runs.append(run)
                bad = ", ".join(run.failures) or "ok"
                took = f"{run.status} {run.seconds:.1f} s {run.mb:.0f} MB"
                first = run.told[0] if run.told else ""
                print(f"{bad:12} {name} {command} {took} | {first[:160]}", flush=True)  # noqa: T201
    return runs


def main() -> int:
    """Measure, and write the page if one is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--page", type=Path)
    parser.add_argument("--commands", nargs="+", choices=COMMANDS, default=COMMANDS)
    parser.add_argument("--at-once", type=int, default=1, help="commands that run side by side")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(chosen.at_once) as pool:
        named = make(Path(folder), chosen.names)
        every = [pool.submit(runs_of, Path(folder), *each, chosen.commands) for each in named]
        runs = [run for each in every for run in each.result()]
    failed = [run for run in runs if run.failures]
    slowest, largest = max(r.seconds for r in runs), max(r.mb for r in runs)
    summary = (
        f"{len({r.file for r in runs})} files, {len(runs)} runs of "
        f"{', '.join(dict.fromkeys(r.command for r in runs))}: at most {slowest:.1f} s of the "
        f"processor and {largest:.0f} MB; {len(failed)} failures."
    )
    print(summary)  # noqa: T201
    if chosen.page is not None:
        write(chosen.page, dict(rows(runs)), keep=bool(chosen.names))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
