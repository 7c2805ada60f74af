"""Run the benchmarks and write their table into the README: ``python tests/benchmarks/run.py``."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"


def main() -> None:
    """Run everything once and replace the table."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        subprocess.run(
            [sys.executable, "-m", "pytest", "-o", "addopts=", "-q", "tests/benchmarks",
             f"--benchmark-json={report}"],
            cwd=ROOT, check=True,
        )  # fmt: skip
        runs = {
            (b["group"], b["params"]["who"]): b
            for b in json.loads(report.read_text())["benchmarks"]
        }
    text = README.read_text("utf-8")
    table = "\n".join(rows(runs))
    marked = re.compile(r"(<!-- benchmarks -->\n).*?(<!-- /benchmarks -->)", re.DOTALL)
    README.write_text(marked.sub(lambda m: f"{m[1]}{table}\n{m[2]}", text), "utf-8")
    print(table)  # noqa: T201 - a script


def rows(runs: dict[tuple[str, str], dict[str, Any]]) -> list[str]:
    """Return the lines of the table."""
    lines = ["| job | geo_merge | peer | ratio | right |", "|---|---|---|---|---|"]
    for group, peer in (
        ("GeoJSON of the 3,321 units", "GeoDataFrame.to_file"),
        ("Dissolve to the 34 provinces", "geopandas.dissolve"),
        ("All checks of the 3,321 units", "geopandas.dissolve"),
    ):
        ours, theirs = runs[group, "geo_merge"], runs[group, peer]
        a, b = ours["stats"]["median"], theirs["stats"]["median"]
        right = "yes" if ours["extra_info"]["right"] else "no"
        lines.append(f"| {group} | {a:.2f} s | `{peer}` {b:.1f} s | {b / a:.1f} × | {right} |")
    alone = runs["All checks of Bắc Ninh", "geo_merge"]
    right = "yes" if alone["extra_info"]["right"] else "no"
    lines.append(f"| All checks of Bắc Ninh | {alone['stats']['median']:.2f} s | | | {right} |")
    build = runs["Whole processes", "geo-merge build"]["extra_info"]
    bare = runs["Whole processes", "import geopandas"]["extra_info"]
    lines.append(
        f"| `geo-merge build` on Bắc Ninh, with declared and reference | {build['cpu']:.2f} s CPU, "
        f"{build['memory']:.0f} MB | `import geopandas` {bare['cpu']:.2f} s CPU | "
        f"{build['cpu'] - bare['cpu']:.2f} s beyond it | yes |"
    )
    shown = runs["Whole processes", "geo-merge --help"]["extra_info"]
    lines.append(f"| `geo-merge --help` | {shown['wall']:.2f} s | | | yes |")
    return lines


if __name__ == "__main__":
    main()
