"""Measure geo_merge beside its peers and write the tables of docs/measured.md.

``python tests/benchmarks/run.py`` measures everything; ``--only dissolve,growth`` a part of it. Ten
countries and what becomes of them need 5 GB of disk, in the cache and the temporary folder.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import growth
import jobs
import platformdirs
from layers import Layer, national
from measure import measure
from peers import FINDERS, Program, find
from report import job_table, write

DATA = Path(__file__).parents[3] / "shared" / "data"
PARTS = (*jobs.TITLES, "growth")


def say(line: str) -> None:
    """Tell how far it is."""
    print(f"{datetime.now(UTC):%H:%M:%S} {line}", file=sys.stderr, flush=True)  # noqa: T201


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="of each program")
    parser.add_argument("--only", default=",".join(PARTS), help=f"of {', '.join(PARTS)}")
    parser.add_argument("--size", type=Fraction, default=Fraction(1),
                        help="of the national layer; other than 1, nothing is written")  # fmt: skip
    parser.add_argument("--sizes", default="1/10,1/3,1,3,10", help="of the layers of growth")
    parser.add_argument("--growing", default=",".join(jobs.CHECKS), help="jobs of growth")
    parser.add_argument("--growth-rounds", type=int, default=1)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--cache", type=Path, default=Path(platformdirs.user_cache_dir("geo_merge-benchmarks")),
                        help="for layers and installed peers")  # fmt: skip
    names = ",".join(finder.__name__ for finder in FINDERS)
    parser.add_argument("--peers", default=names, help=f"of {names}")
    parser.add_argument("--dry", action="store_true", help="print the tables only")
    chosen = parser.parse_args()
    for option, known in (("only", PARTS), ("growing", jobs.CHECKS), ("peers", names.split(","))):
        unknown = set(getattr(chosen, option).split(",")) - set(known)
        if unknown:
            parser.error(f"--{option} {','.join(sorted(unknown))}: choose among {', '.join(known)}")
    return chosen


def circumstances(programs: list[Program], notes: list[str], rounds: int) -> str:
    """Return a sentence on what was measured where, and what was left out."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    versions = ", ".join(f"{p.name} {p.version}" for p in programs[1:])
    return (f"{datetime.now(UTC):%d %B %Y}, {os.cpu_count()} cores, {memory:.0f} GB, Python "
            f"{platform.python_version()}; {versions}. Medians of {rounds}. "
            + " ".join(f"{note}." for note in notes))  # fmt: skip


def main() -> None:
    """Measure what was asked for; write each table as soon as it is there."""
    chosen = arguments()
    programs, notes = find(
        chosen.cache, [f for f in FINDERS if f.__name__ in chosen.peers.split(",")]
    )
    for note in notes:
        say(note)
    only, written = chosen.only.split(","), not chosen.dry and chosen.size == 1
    with tempfile.TemporaryDirectory(prefix="geo_merge-benchmarks-") as folder:
        work = Path(folder)
        layer = national(chosen.data, float(chosen.size), chosen.cache)
        for job in (job for job in jobs.TITLES if job in only):
            made = one_table(job, programs, layer, work, chosen)
            publish(job, made, written=written)
        if "growth" in only:
            sizes = [float(Fraction(text)) for text in chosen.sizes.split(",")]
            layers = [national(chosen.data, size, chosen.cache) for size in sizes]
            watched = chosen.growing.split(",")
            found = growth.grow(
                watched, programs, layers, work, rounds=chosen.growth_rounds, say=say
            )
            publish("growth", growth.growth_table(found), written=written)
    publish("benchmarks", circumstances(programs, notes, chosen.rounds), written=written)


def one_table(job: str, programs: list[Program], layer: Layer, work: Path, chosen: argparse.Namespace) -> str:  # fmt: skip
    """Measure a job and return its table."""
    say(jobs.TITLES[job])
    if job == "bac_ninh":
        todo = jobs.bac_ninh(chosen.data, work)
    elif job == "floor":
        todo = jobs.floor(layer, work)
    else:
        todo = jobs.tasks(job, programs, layer, work)
    done = measure(todo, chosen.rounds, say)
    return job_table(jobs.TITLES[job], done, compared=job in jobs.CHECKS)


def publish(name: str, text: str, *, written: bool) -> None:
    """Print a table and put it into docs/measured.md."""
    print(text, end="\n\n")  # noqa: T201
    if written:
        write(name, text)


if __name__ == "__main__":
    main()
