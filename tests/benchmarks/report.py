"""Tables, and their places in docs/measured.md."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path

from measure import Measured

PAGE = Path(__file__).parents[2] / "docs" / "measured.md"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def replaced(text: str, name: str, content: str) -> str:
    """Return a text with what stands between the markers of a name replaced, and nothing else."""
    marked = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    text, found = marked.subn(lambda m: f"{m[1]}{content}\n{m[2]}", text)
    if found != 1:
        raise ValueError(f"{found} places are marked <!-- {name} --> ... <!-- /{name} -->, not one")
    return text


def write(name: str, content: str, path: Path = PAGE) -> None:
    """Put a table into docs/measured.md."""
    path.write_text(replaced(path.read_text("utf-8"), name, content), "utf-8")


def job_table(title: str, done: Sequence[Measured], *, compared: bool) -> str:
    """Return a row for each program; if they are compared, the first one's time in each other's."""
    heads = [title, "seconds", "CPU", "memory", "output", "right"]
    rows = [[m.program, *cells(m), m.right] for m in done]
    if compared:
        heads.insert(5, f"time of {done[0].program} in its")
        for row, m in zip(rows, done, strict=True):
            alone = m is done[0] or m.failure or done[0].failure
            row.insert(5, "" if alone else f"{done[0].wall / m.wall:.2f}")
    return table(heads, rows)


def cells(m: Measured) -> list[str]:
    """Return seconds, CPU seconds, memory and output as they are shown."""
    if m.failure:
        return ["–"] * 4
    return [number(m.wall, "s"), number(m.cpu, "s"), f"{m.memory:,.0f} MB",
            f"{m.size:.1f} MB" if m.size else "–"]  # fmt: skip


def number(value: float, unit: str) -> str:
    """Return a figure with a unit, or a dash."""
    return "–" if math.isnan(value) else f"{value:.2f} {unit}"
