"""Plans of each former district and of the whole layer: what is proven, and max-p beside it.

``python tests/benchmarks/plans.py LAYER... --people FIELD [--crosswalk CSV] [--floor 16000]`` writes
two tables into docs/measured.md. The first: ``geo-merge plan propose`` asks for the least travel
under the thresholds of REQUIRE with as many new units as the crosswalk has; each certificate is
checked by the checker that lies beside it. The second: as many units as possible with so many
people each, by geo_merge and by the heuristic of spopt (which knows one threshold, and is installed
in an environment of its own), both held against the layer with shapely alone. Seconds are those of
the processor.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from peers import in_venv
from report import PAGE, table, write

from geo_merge import read_units
from geo_merge.planning.conditions import Conditions, parse_requirement
from geo_merge.planning.distances import StraightLine
from geo_merge.planning.layer import measure
from geo_merge.planning.plan import unassigned
from geo_merge.planning.propose import Objective, Status, propose
from geo_merge.planning.tasks import Wishes, task_of

_MAXP = """
import json, sys, warnings, geopandas as gpd, libpysal, numpy, random
from spopt.region import MaxPHeuristic
warnings.simplefilter("ignore")
g = gpd.read_file(sys.argv[1]); numpy.random.seed(0); random.seed(0)
w = libpysal.weights.Rook.from_dataframe(g, use_index=False)
m = MaxPHeuristic(g, w, ["x", "y"], "people", float(sys.argv[2]), top_n=2)
m.solve(); print(json.dumps([int(k) for k in m.labels_]))
"""
BORDER = 10.0  # metres that make neighbours
SECONDS = 40  # of the processor that a peer may take
WHOLE = "all in one problem"
REQUIRE = (
    "population >= 16000 and area_km2 >= 30 or population >= 5000 and area_km2 >= 100 "
    "or population >= 21000 and area_km2 >= 5.5"
)


@dataclass(frozen=True)
class Judged:
    """What a plan is, by the layer alone."""

    units: int
    short: int
    apart: int
    mean_km: float
    seconds: float

    @property
    def is_right(self) -> bool:
        """Whether each unit has the people and hangs together."""
        return not self.short and not self.apart

    def __str__(self) -> str:
        wrong = "" if self.is_right else f" ({self.short} short, {self.apart} apart)"
        return f"{self.units}{wrong} | {self.mean_km:.2f} | {self.seconds:.1f}"


def judge(units: gpd.GeoDataFrame, labels: list[int], floor: float, seconds: float) -> Judged:
    """Count a plan again.

    Parameters
    ----------
    units
        ``people`` and polygons in metres.
    labels
        The new unit of each; a negative one is none.
    """
    short = apart = 0
    travel = 0.0
    for label in sorted(set(labels)):
        members = np.flatnonzero(np.array(labels) == label)
        people = units["people"].to_numpy(float)[members]
        short += label < 0 or people.sum() < floor
        apart += not _hangs_together(list(units.geometry.iloc[members]))
        middles = units.geometry.iloc[members].representative_point()
        x, y = middles.x.to_numpy(), middles.y.to_numpy()
        travel += min(people @ np.hypot(x - a, y - b) for a, b in zip(x, y, strict=True))
    mean = travel / 1000 / max(units["people"].sum(), 1.0)
    return Judged(len({k for k in labels if k >= 0}), short, apart, mean, seconds)


def _hangs_together(polygons: list[shapely.Geometry]) -> bool:
    reached, todo = {0}, [0]
    while todo:
        near = polygons[todo.pop()].buffer(1.0)
        for k in set(range(len(polygons))) - reached:
            if near.intersection(polygons[k].boundary).length >= BORDER:
                reached.add(k)
                todo.append(k)
    return len(reached) == len(polygons)


def by_us(
    layer: gpd.GeoDataFrame, district: str, floor: float, seconds: float
) -> tuple[dict[str, int], float, str]:
    """Return the new unit of each code as geo_merge proposes it, seconds, and what is proven."""
    started = time.process_time()
    wishes = Wishes(
        requirements=(parse_requirement(f"population >= {floor:.0f}"),), district=district
    )
    task = task_of(
        unassigned(layer), measure(layer, shortest_border=BORDER), StraightLine(), wishes
    )
    found = propose(task.problem, Conditions(requirements=wishes.requirements), Objective.MOST,
                    seconds=seconds)  # fmt: skip
    codes = task.problem.codes
    labels = {codes[k]: row for row, group in enumerate(found.partition) for k in group}
    proven = found.status.value
    if found.status is Status.BOUNDED:
        proven = f"at most {found.bound:,.0f}"
    return labels, time.process_time() - started, proven


def _limit(seconds: int) -> None:
    # On some layers the heuristic never ends.
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def by_maxp(
    python: Path, units: gpd.GeoDataFrame, floor: float, most: int
) -> tuple[list[int] | None, float]:
    """Return the region of each unit as spopt finds it, None if it fails or does not end; seconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "units.gpkg"
        units.to_file(path)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run((python, "-c", _MAXP, path, str(floor)), capture_output=True, text=True,
                              check=False, preexec_fn=partial(_limit, most))  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return (json.loads(done.stdout) if done.returncode == 0 else None), seconds


def most_units(said: argparse.Namespace, layer: gpd.GeoDataFrame) -> Iterator[tuple[str, bool]]:
    """Yield the table of as many units as possible row by row, and whether the row is wrong."""
    python, version = in_venv(said.cache, "spopt", "geopandas")
    heads = ["district", "old units", "geo_merge: units", "km", "s", "proven",
             f"spopt {version}: units", "km", "s"]  # fmt: skip
    rows = []
    parts = [(WHOLE, layer), *layer.groupby("district", sort=True)]
    for district, units in parts:
        plain = (
            units[["population", "geometry"]].rename(columns={"population": "people"}).reset_index()
        )
        middles = plain.geometry.representative_point()
        plain = plain.assign(x=middles.x, y=middles.y)
        is_whole = district == WHOLE
        labels, seconds, proven = by_us(
            layer, "" if is_whole else str(district), said.floor, said.seconds
        )
        ours = judge(plain, [labels.get(code, -1) for code in plain["code"]], said.floor, seconds)
        found, seconds = by_maxp(python, plain, said.floor, SECONDS)
        theirs = None if found is None else judge(plain, found, said.floor, seconds)
        is_fewer = theirs is not None and theirs.is_right and theirs.units > ours.units
        none = "failed | – | –"
        rows.append(f"| {district} | {len(plain)} | {ours} | {proven} | {theirs or none} |")
        print(rows[-1], flush=True)  # noqa: T201 - a script
        yield "\n".join([table(heads, []), *rows]), not ours.is_right or is_fewer


def least_travel(said: argparse.Namespace, layer: gpd.GeoDataFrame) -> Iterator[tuple[str, bool]]:
    """Yield the table of what is proven of least travel row by row, and if a row is wrong."""
    numbers = _enacted(layer, said.crosswalk)
    heads = ["district", "old units", "new units", "proven", "km", "better at most", "blamed",
             "groups", "s", "certificate"]  # fmt: skip
    lacking, rows, there = 0, [], PAGE.read_text("utf-8").splitlines()
    with tempfile.TemporaryDirectory() as folder:
        plan = Path(folder) / "plan"
        _command("new", *said.layers, "--population-field", said.people, "--out", plan)
        for district, number in numbers.items():
            if said.districts and district not in said.districts:
                rows += [row for row in there
                         if row.startswith(f"| {district} | ") and row.endswith(("right |", "wrong |"))]  # fmt: skip
                continue
            out = Path(folder) / "proposed"
            where = () if district == WHOLE else ("--district", district)
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            _command("propose", plan, "--out", out, "--require", REQUIRE, "--number", number,
                     "--seconds", said.seconds, *where)  # fmt: skip
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
            content = json.loads((out / "certificate.json").read_text("utf-8"))
            wrong = subprocess.run((sys.executable, out / "check_certificate.py", out, *said.layers),
                                   capture_output=True, check=False).returncode  # fmt: skip
            rows.append(_row(district, number, content, seconds, is_right=wrong == 0))
            print(rows[-1], flush=True)  # noqa: T201 - a script
            is_wrong = wrong != 0 or content["status"] == "open"
            lacking += is_wrong
            if not said.districts:
                yield "\n".join([table(heads, []), *rows]), is_wrong
        if said.districts:
            yield "\n".join([table(heads, []), *rows]), lacking > 0


def _command(*words: object) -> None:
    start = (sys.executable, "-m", "geo_merge", "plan")
    done = subprocess.run([*start, *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode > 1:
        raise SystemExit(done.stderr)


def _enacted(layer: gpd.GeoDataFrame, crosswalk: Path | None) -> dict[str, str]:
    """Return how many new units each district has; a unit counts where most of its members are."""
    names = [*sorted(set(layer["district"])), WHOLE]
    if crosswalk is None:
        return dict.fromkeys(names, f"1-{len(layer)}")
    rows = pd.read_csv(crosswalk, dtype=str)
    rows = rows[rows["old_code"].isin(layer.index)]
    homes = layer["district"].reindex(rows["old_code"]).to_numpy()
    counts = pd.crosstab(rows["new_code"], homes).idxmax(axis=1).value_counts()
    return {name: str(counts.get(name, len(set(rows["new_code"])))) for name in names}


def _row(
    district: str, number: str, content: dict[str, Any], seconds: float, *, is_right: bool
) -> str:
    people = sum(unit["people"] for unit in content["units"])
    km = f"{content['value'] / people:.3f}" if content["value"] else ""
    better = "" if content["better_at_most_percent"] is None else (
        f"{content['better_at_most_percent']:.2f} %")  # fmt: skip
    blamed = ""
    if content["blamed"]:
        parts = content["blamed"]["conditions"]
        confirmed = sum(part["plan_without_it"] is not None for part in parts)
        blamed = "; ".join(part["text"] for part in parts) + f" ({confirmed} of {len(parts)} needed"
        blamed += ", none fewer)" if content["blamed"]["is_smallest"] else ")"
    cells = [district, str(len(content["units"])), number, content["status"], km, better, blamed,
             f"{content['groups_looked_at']:,}", f"{seconds:.1f}", "right" if is_right else "wrong"]  # fmt: skip
    return f"| {' | '.join(cells)} |"


TABLES = {"plans_travel": least_travel, "plans_most": most_units}


def main() -> int:
    """Write the tables; exit status 1 if a plan of ours is wrong, or has fewer units than theirs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("layers", nargs="+", type=Path)
    parser.add_argument("--people", required=True)
    parser.add_argument("--crosswalk", type=Path)
    parser.add_argument("--floor", type=float, default=16_000)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--districts", nargs="+", default=[],
                        help="Measure these again; the other rows of the first table stay.")  # fmt: skip
    parser.add_argument("--tables", nargs="+", choices=list(TABLES), default=list(TABLES))
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "geo_merge_peers")
    said = parser.parse_args()
    layer = read_units(*said.layers, population_field=said.people)
    layer = layer[~layer["is_piece"]]
    failed = 0
    for name, measure_all in TABLES.items():
        if name in said.tables:
            for text, wrong in measure_all(said, layer):
                write(name, text)  # what was measured stays if the rest is interrupted
                failed += wrong
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
