"""How seconds and memory grow from a tenth of the national layer to ten times of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from jobs import tasks
from layers import Layer
from measure import Measured, exponent, measure
from peers import Program
from report import table

GROWING = {"geo_merge": ("dissolve", "convert", "validate", "build"),
           "geo_merge --engine dask": ("build",),
           "mapshaper": ("dissolve", "convert")}  # fmt: skip
COUNTRY = 7_000_000  # vertices; the national layer has a few more
Point = tuple[int, Measured]  # vertices, and what they took


def grow(
    jobs: Sequence[str], programs: Sequence[Program], layers: Sequence[Layer], work: Path,
    *, rounds: int, say: Callable[[str], None],
) -> dict[tuple[str, str], list[Point]]:  # fmt: skip
    """Measure jobs, each of the programs that are watched at it, on layers from small to large."""
    found: dict[tuple[str, str], list[Point]] = {}
    for layer in layers:
        for job in jobs:
            watched = [p for p in programs if job in GROWING.get(p.name, ())]
            say(f"{job}, {layer.facts['vertices']:,} vertices")
            for m in measure(tasks(job, watched, layer, work), rounds, say):
                found.setdefault((job, m.program), []).append((layer.facts["vertices"], m))
    return found


def growth_table(found: dict[tuple[str, str], list[Point]]) -> str:
    """Return a row for each job of a program: seconds at each size, exponents, memory."""
    longest = max(found.values(), key=len)
    heads = ["job", "program", *(f"{n / 1e6:.2f} M" for n, _ in longest), "exponent",
             "from the whole layer on", "peak memory", "right"]  # fmt: skip
    return table(heads, [growth_row(job, program, points) for (job, program), points in found.items()])  # fmt: skip


def growth_row(job: str, program: str, points: Sequence[Point]) -> list[str]:
    """Return the row of one job of a program."""
    whole = [(n, m) for n, m in points if not m.failure]
    country = [(n, m) for n, m in whole if n > COUNTRY]
    wrong = [
        f"{n / 1e6:.2f} M: {m.right}" for n, m in points if not m.right.startswith(("yes", "–"))
    ]
    return [
        job,
        program,
        *("–" if m.failure else f"{m.wall:.2f} s" for _, m in points),
        slope(whole),
        slope(country),
        " → ".join(f"{m.memory:,.0f} MB" for _, m in whole[:: max(len(whole) - 1, 1)]) or "–",
        "; ".join(wrong) or "yes",
    ]


def slope(points: Sequence[Point]) -> str:
    """Return the exponent of the growth, if two sizes or more came through."""
    if len(points) < 2:
        return "–"
    return f"{exponent([n for n, _ in points], [m.wall for _, m in points]):.2f}"
