"""How many units can be made of each district, each with so many people: geo_merge and max-p.

``python tests/benchmarks/plans.py LAYER... --people FIELD [--floor 16000] [--cache DIR]`` asks
``geo-merge plan propose --objective most`` and the heuristic of spopt (which knows one threshold,
and is installed in an environment of its own) for each former district, and holds both against the
layer with shapely alone. Seconds are those of the processor.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from peers import in_venv

from geo_merge import read_units
from geo_merge.planning.conditions import Conditions, parse_requirement
from geo_merge.planning.distances import StraightLine
from geo_merge.planning.layer import measure
from geo_merge.planning.plan import unassigned
from geo_merge.planning.propose import Objective, propose
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
SECONDS = 40  # of the processor that a peer may take for a district


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
    layer: gpd.GeoDataFrame, district: str, floor: float
) -> tuple[dict[str, int], float, str]:
    """Return the new unit of each code as geo_merge proposes it, seconds, and what is proven."""
    started = time.process_time()
    wishes = Wishes(
        requirements=(parse_requirement(f"population >= {floor:.0f}"),), district=district
    )
    task = task_of(
        unassigned(layer), measure(layer, shortest_border=BORDER), StraightLine(), wishes
    )
    found = propose(task.problem, Conditions(requirements=wishes.requirements), Objective.MOST)
    codes = task.problem.codes
    labels = {codes[k]: row for row, group in enumerate(found.partition) for k in group}
    return labels, time.process_time() - started, found.status.value


def _limit() -> None:
    # On some layers the heuristic never ends.
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def by_maxp(python: Path, units: gpd.GeoDataFrame, floor: float) -> tuple[list[int] | None, float]:
    """Return the region of each unit as spopt finds it, None if it fails or does not end; seconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "units.gpkg"
        units.to_file(path)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run((python, "-c", _MAXP, path, str(floor)), capture_output=True, text=True,
                              check=False, preexec_fn=_limit)  # fmt: skip
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return (json.loads(done.stdout) if done.returncode == 0 else None), seconds


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201


def main() -> int:
    """Print the table; exit status 1 if a plan of ours is wrong, or has fewer units than theirs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("layers", nargs="+", type=Path)
    parser.add_argument("--people", required=True)
    parser.add_argument("--floor", type=float, default=16_000)
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "geo_merge_peers")
    said = parser.parse_args()
    python, version = in_venv(said.cache, "spopt", "geopandas")
    layer = read_units(*said.layers, population_field=said.people)
    layer = layer[~layer["is_piece"]]
    failed = 0
    _print(
        f"| district | old units | geo_merge: units | km | s | proven | spopt {version}: units | km | s |"
    )
    _print("|---|---|---|---|---|---|---|---|---|")
    for district, units in layer.groupby("district", sort=True):
        plain = (
            units[["population", "geometry"]].rename(columns={"population": "people"}).reset_index()
        )
        middles = plain.geometry.representative_point()
        plain = plain.assign(x=middles.x, y=middles.y)
        labels, seconds, proven = by_us(layer, str(district), said.floor)
        ours = judge(plain, [labels.get(code, -1) for code in plain["code"]], said.floor, seconds)
        found, seconds = by_maxp(python, plain, said.floor)
        theirs = None if found is None else judge(plain, found, said.floor, seconds)
        failed += not ours.is_right or (
            theirs is not None and theirs.is_right and theirs.units > ours.units
        )
        _print(f"| {district} | {len(plain)} | {ours} | {proven} | {theirs or 'failed | |'} |")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
