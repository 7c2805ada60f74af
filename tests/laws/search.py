"""All laws on layers that nobody has seen, in turn, for so many hours of the processor.

``python tests/laws/search.py [--hours 1] [--seed 1] [--engines]`` draws a layer a seed and holds
each law to it, prints what breaks one, with its seed, and now and then how far it came. Exit status
1 if a law was broken.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

TESTS = Path(__file__).parents[1]
for _room in ("cluster", "laws", "helpers", ""):
    sys.path.insert(0, str(TESTS / _room))

import fuzzing  # noqa: E402 - as pytest finds them
import test_degrees_laws  # noqa: E402
import test_divide_laws  # noqa: E402
import test_engine_laws  # noqa: E402
import test_laws_kernel  # noqa: E402
import test_reading_laws  # noqa: E402
import test_repair_laws  # noqa: E402
from coverages import draw  # noqa: E402

from geo_merge.cluster.connect import connect  # noqa: E402

_EVERY = 60.0  # seconds of the processor between two lines that say how far it came
_DASK = 10  # layers of which one is given to Dask too, which takes as long as all the rest
Law = Callable[[int, Path], Iterable[str]]


@dataclass
class Tally:
    """How far a search came."""

    broken: int = 0
    layers: int = 0
    units: int = 0
    laws: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        each = ", ".join(f"{n} {law} in {self.seconds[law]:.0f} s" for law, n in self.laws.items())
        return (f"{used():.0f} s of the processor, {self.layers} layers of {self.units} units: "
                f"{each}; {self.broken} broken")  # fmt: skip


def used() -> float:
    """Return the seconds of the processor of this process and of those that it waited for."""
    own = os.times()
    return own.user + own.system + own.children_user + own.children_system


def laws(scheduler: str | None) -> dict[str, Law]:
    """Return the laws by name, each a function of a seed and a folder that it may fill."""
    every: dict[str, Law] = {
        "repair": lambda seed, _: test_repair_laws.broken(draw(seed)),
        "kernel": lambda seed, folder: test_laws_kernel.broken(draw(seed), folder),
        "reading": lambda seed, folder: test_reading_laws.broken(draw(seed), folder),
        "degrees": lambda seed, _: test_degrees_laws.broken(draw(seed)),
        "cutting": lambda seed, _: test_divide_laws.broken(draw(seed)),
        "files": _files,
    }
    if scheduler is not None:
        every["engines"] = lambda seed, folder: test_engine_laws.broken(
            draw(seed), folder, scheduler
        )
    return every


def _files(seed: int, folder: Path) -> Iterator[str]:
    fuzzing.trial(seed, folder)
    yield from ()


def tried(law: Law, seed: int) -> list[str]:
    """Return what a law complains about; a crash is one too."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return list(law(seed, Path(folder)))
        except Exception as error:  # noqa: BLE001 - all are told
            at = "".join(traceback.format_tb(error.__traceback__)[-4:])
            return [f"{type(error).__name__}: {error}\n{at}"]


def search(every: dict[str, Law], first: int, seconds: float) -> Tally:
    """Hold all laws to layer after layer, and say what breaks one."""
    tally, told = Tally(), 0.0
    for seed in count(first):
        tally.layers, tally.units = tally.layers + 1, tally.units + len(draw(seed).units)
        for name, law in every.items():
            if name == "engines" and seed % _DASK:
                continue
            began = used()
            found = tried(law, seed)
            tally.laws[name] += 1
            tally.seconds[name] += int(1000 * (used() - began)) / 1000
            tally.broken += len(found)
            for each in found:
                told_of = f"{name}, seed {seed}, {draw(seed).told}: {each}"
                print(f"BROKEN {told_of}", flush=True)  # noqa: T201
        if used() > told + _EVERY or used() > seconds:
            told = used()
            print(f"up to seed {seed}: {tally}", flush=True)  # noqa: T201
        if used() > seconds:
            return tally
    raise AssertionError


@contextmanager
def scheduler(wanted: bool) -> Iterator[str | None]:
    """Hold a scheduler with one worker, if engines are compared."""
    with connect(workers=1, memory="800 MiB") if wanted else nullcontext() as client:
        yield client.scheduler.address if client is not None else None


def main() -> int:
    """Search as long as was said."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=1.0, help="of the processor")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engines", action="store_true", help="Dask against one machine, too")
    chosen = parser.parse_args()
    with scheduler(chosen.engines) as address:
        tally = search(laws(address), chosen.seed, 3600 * chosen.hours)
    return 1 if tally.broken else 0


if __name__ == "__main__":
    sys.exit(main())
