"""Check a plan against its certificate, without geo_merge and without the solver.

python check_certificate.py FOLDER LAYER... : FOLDER has certificate.json and crosswalk.csv, LAYER
are the files of the old units. Status 1 if a line is WRONG; optimality alone it cannot see.
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import Geod

Units = dict[str, dict[str, Any]]
Plan = dict[str, list[str]]
Result = tuple[str, bool]
_GEOD = Geod(ellps="WGS84")


def check(folder: Path, layers: list[Path]) -> Iterator[Result]:
    """Yield what was looked at, and whether it is as the certificate says."""
    said = json.loads((folder / "certificate.json").read_text(encoding="utf-8"))
    digests = {n: d for file in said["data"]["files"] for n, d in file["sha256"].items()}
    for path in layers:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        yield f"{path.name} is the file of the certificate", digests.get(path.name) == digest
    frames = {path.name: gpd.read_file(path).to_crs(4326) for path in layers}
    units = {unit["code"]: unit for unit in said["units"]}
    for unit in units.values():
        unit["record"] = frames[unit["file"]].iloc[unit["row"] - 1]
    yield from check_units(said, units)
    for blamed in (said["blamed"] or {}).get("conditions", []):
        plan = blamed["plan_without_it"]
        told = "it was not decided in time" if plan is None else "there is a plan of all units"
        yield f"without '{blamed['text']}' {told}", plan is None or covers(plan, units)
    if said["plan"]:
        plan = {unit["code"]: sorted(unit["members"]) for unit in said["plan"]}
        yield "every old unit is in one new unit", covers(plan.values(), units)
        yield "crosswalk.csv says the same", crosswalk(folder, units) == plan
        yield from check_conditions(said, plan, units)
        yield from check_value(said, units)


def covers(groups: Iterable[list[str]], units: Units) -> bool:
    """Tell whether groups have each unit once."""
    return sorted(code for group in groups for code in group) == sorted(units)


def close(one: float, other: float, share: float = 1e-6) -> bool:
    """Tell whether two figures are the same but for rounding."""
    return bool(abs(one - other) <= share * max(1.0, abs(one), abs(other)))


def check_units(said: dict[str, Any], units: Units) -> Iterator[Result]:
    """Compare figures, areas and positions with the layer."""
    data, other, outside = said["data"], [], []
    for code, unit in units.items():
        record, polygon = unit["record"], unit["record"].geometry
        figures = {**unit["figures"], data["people"]: unit["people"]}
        fields = {name: data["population"] if name == "population" else name for name in figures}
        read = {name: record[f] for name, f in fields.items() if pd.notna(record.get(f))}
        km2 = abs(_GEOD.geometry_area_perimeter(polygon)[0]) / 1e6
        drawn = close(figures.get("area_km2", km2), km2, 1e-3)  # measured in another way
        if not drawn or not all(close(figures[name], float(v)) for name, v in read.items()):
            other.append(code)
        if not polygon.buffer(1e-6).covers(gpd.points_from_xy([unit["lon"]], [unit["lat"]])[0]):
            outside.append(code)
    yield f"people, figures and areas are those of the layer ({other or 'all'})", not other
    yield f"positions lie in their units ({outside or 'all'})", not outside


def check_conditions(said: dict[str, Any], plan: Plan, units: Units) -> Iterator[Result]:
    """Hold the plan against the conditions, one by one."""
    asked, home = said["conditions"], {m: code for code, some in plan.items() for m in some}

    def met(threshold: list[Any], members: list[str]) -> bool:
        field, sign, number = threshold
        total = sum(units[m]["figures"].get(field, float(field == "members")) for m in members)
        return bool((total - number) * (1 if sign == ">=" else -1) >= -1e-9 * abs(number))

    for some in asked["requirements"]:
        short = [code for code, members in plan.items()
                 if not any(all(met(t, members) for t in terms) for terms in some)]  # fmt: skip
        text = " or ".join(" and ".join("{} {} {:g}".format(*t) for t in terms) for terms in some)
        yield f"{text} ({short or 'all'})", not short
    if asked["units"]:
        least, most = asked["units"]
        yield f"there are {least} to {most} units ({len(plan)})", least <= len(plan) <= most
    if asked["within_districts"]:
        one = all(len({units[m]["district"] for m in some}) == 1 for some in plan.values())
        yield "no unit has members of two former districts", one
    for some in asked["together"]:
        yield f"{', '.join(some)} are in one unit", len({home[m] for m in some}) == 1
    for a, b in asked["apart"]:
        yield f"{a} and {b} are not in one unit", home[a] != home[b]
    if asked["contiguous"]:
        metres = said["data"]["shortest_border_m"]
        apart = [code for code, some in plan.items() if not hangs_together(some, units, metres)]
        yield f"each unit hangs together ({apart or 'all'})", not apart


def crosswalk(folder: Path, units: Units) -> Plan:
    """Return the members of each new unit by crosswalk.csv; pieces of land are counted there."""
    rows = pd.read_csv(folder / "crosswalk.csv", dtype=str, keep_default_na=False)
    is_piece = rows["old_code"] == ""
    rows.loc[is_piece, "old_code"] = [f"piece {k + 1}" for k in range(is_piece.sum())]
    rows = rows[rows["old_code"].isin(units)]
    return {str(code): sorted(some) for code, some in rows.groupby("new_code")["old_code"]}


def hangs_together(members: list[str], units: Units, metres: float) -> bool:
    """Tell whether all members can be reached by common borders of that length."""
    land = gpd.GeoSeries([units[m]["record"].geometry for m in members], crs=4326)
    polygons = list(land.to_crs(land.estimate_utm_crs()))
    reached, todo = {0}, [0]
    while todo:
        near = polygons[todo.pop()].buffer(1.0)  # so far apart may two drawings of a border be
        for k in set(range(len(polygons))) - reached:
            if near.intersection(polygons[k].boundary).length >= metres:
                reached.add(k)
                todo.append(k)
    return len(reached) == len(polygons)


def check_value(said: dict[str, Any], units: Units) -> Iterator[Result]:
    """Count the value again, and hold it against the bound."""
    travel, totals = 0.0, []
    for new in said["plan"]:
        seat, some = units[new["seat"]], [units[m] for m in new["members"]]
        totals.append(sum(u["people"] for u in some))
        ways = [_GEOD.inv(u["lon"], u["lat"], seat["lon"], seat["lat"])[2] / 1000 for u in some]
        travel += sum(u["people"] * km for u, km in zip(some, ways, strict=True))
    people, n = sum(totals), len(totals)
    uneven = sum(abs(total - people / n) for total in totals) / max(people, 1.0)
    value = {"travel": travel, "even": uneven}.get(said["objective"], float(n))
    if said["objective"] != "travel" or said["data"]["distances"] == "straight line":
        yield f"the value is {said['value']:,.6g} ({value:,.6g})", close(said["value"], value)
    if said["status"] == "optimal":
        yield "the bound is the value", close(said["bound"], said["value"], 1e-5)


if __name__ == "__main__":
    results = list(check(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]))
    print(*(f"{'ok   ' if is_so else 'WRONG'} {text}" for text, is_so in results), sep="\n")  # noqa: T201
    sys.exit(0 if all(is_so for _, is_so in results) else 1)
