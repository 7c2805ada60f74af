"""Random layers of units, clean and broken, for laws that every layer must keep.

A seed always gives the same layer. ``python tests/helpers/coverages.py SEED FILE.gpkg`` writes one to look
at; what fails on a layer is made small by `reduced`.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count as numbers

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from conftest import CRS, ORIGIN

Polygons = np.ndarray
Polygon = shapely.Polygon | shapely.MultiPolygon
# Metres a side of the whole layer, and how often.
SIDES = {0.5: 0.08, 50.0: 0.12, 5e3: 0.4, 5e4: 0.3, 3e5: 0.1}
# Decimals of metres to which coordinates are rounded; 99 are all that a float has.
DECIMALS = {0: 0.05, 3: 0.35, 6: 0.3, 99: 0.3}
# CRS and the layer's corner: in one province, on an axis or a round number, or far away; in planes
# of other continents, on which a straight line is another one on the ellipsoid.
PLACES = (
    (CRS, ORIGIN), (CRS, ORIGIN), (CRS, ORIGIN), (CRS, ORIGIN), (CRS, ORIGIN), (CRS, ORIGIN),
    (CRS, (5e5, 0.5)), (CRS, (499_999.999, 1e6 / 3)), (CRS, (2e5, 1e6)), (3405, (8e5, 2.5e6)),
    ("ESRI:102022", (-1.5e6, -2e6)), (3857, (1.3e7, -3.5e6)),
)  # fmt: skip


@dataclass(frozen=True)
class Layer:
    """A random layer, and what becomes of its units.

    Attributes
    ----------
    units
        Polygons in a CRS in metres, with ``name``, ``unit_type``, ``population``, by code.
    crosswalk
        ``old_code, new_code, new_name, new_type``, one row a unit.
    side
        Metres a side of the square that the layer was drawn in.
    planted
        What was done to single units, in this order; a layer without any is clean but for cells
        that rounding made invalid and that were left out.
    told
        All that in words.
    """

    seed: int
    units: gpd.GeoDataFrame
    crosswalk: pd.DataFrame
    side: float
    planted: tuple[str, ...]
    told: str


def draw(seed: int) -> Layer:
    """Return the layer of a seed."""
    rng = np.random.default_rng(seed)
    while True:  # a few come to nothing: too small for their decimals
        kind = str(rng.choice(list(KINDS)))
        side = float(rng.choice(list(SIDES), p=list(SIDES.values())))
        decimals = int(rng.choice(list(DECIMALS), p=list(DECIMALS.values()))) if side > 1 else 99
        crs, origin = PLACES[int(rng.integers(len(PLACES)))]
        cells = _sound(KINDS[kind](rng, int(rng.integers(8, 120)), side))
        if rng.random() < 0.3:
            cells = shapely.segmentize(cells, side / float(rng.integers(3, 40)))
        if decimals < 99:
            cells = _sound(shapely.transform(cells, lambda xy, to=decimals: np.round(xy, to)))
        cells = _sound(shapely.transform(cells, lambda xy, at=origin: xy + at))
        units = _join(rng, cells) if len(cells) > 2 else []
        planted = _plant(rng, units) if len(units) > 2 and rng.random() < 0.6 else ()
        if len(units) > 2:
            break
    frame = _frame(rng, units, crs)
    told = f"{kind} of {side:g} m, {decimals} decimals, {len(units)} units, {crs}, {planted}"
    return Layer(seed, frame, _crosswalk(rng, frame), side, planted, told)


def _sound(polygons: Polygons) -> Polygons:
    """Return those that are polygons, valid and not empty."""
    kept = shapely.is_valid(polygons) & (shapely.area(polygons) > 0)
    return polygons[kept & np.isin(shapely.get_type_id(polygons), (3, 6))]


# --- how the plane is cut


def voronoi(rng: np.random.Generator, n: int, side: float) -> Polygons:
    return shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(rng.random((n, 2)) * side))
    )


def triangles(rng: np.random.Generator, n: int, side: float) -> Polygons:
    return shapely.get_parts(
        shapely.delaunay_triangles(shapely.multipoints(rng.random((n, 2)) * side))
    )


def boxes(rng: np.random.Generator, n: int, side: float) -> Polygons:
    """Columns and rows of random widths."""
    x, y = (np.sort(rng.random(max(2, int(np.sqrt(n))) + 1)) * side for _ in range(2))
    west, south = np.meshgrid(x[:-1], y[:-1])
    east, north = np.meshgrid(x[1:], y[1:])
    return shapely.box(west, south, east, north).ravel()


def halves(rng: np.random.Generator, n: int, side: float) -> Polygons:
    """Shaken squares halved along a diagonal: few vertices, long straight borders."""
    k = max(2, int(np.sqrt(n / 2)))
    at = np.stack(np.meshgrid(np.arange(k + 1.0), np.arange(k + 1.0)), axis=-1)
    at = (at + rng.uniform(-0.3, 0.3, at.shape)) * side / k
    a, b, c, d = at[:-1, :-1], at[:-1, 1:], at[1:, 1:], at[1:, :-1]
    corners = np.concatenate(
        [np.stack(t, axis=2).reshape(-1, 3, 2) for t in ((a, b, c), (a, c, d))]
    )
    return shapely.polygons(corners)


def quarters(rng: np.random.Generator, n: int, side: float) -> Polygons:
    """A quadtree: small squares beside large ones that lack their vertices."""
    cells, waiting = [], [(0.0, 0.0, side, 0)]
    while waiting:
        x, y, size, depth = waiting.pop()
        if depth < 2 or (depth < 5 and len(cells) < 3 * n and rng.random() < 0.45):
            half = size / 2
            waiting += [(x + dx, y + dy, half, depth + 1) for dx in (0, half) for dy in (0, half)]
        else:
            cells.append(shapely.box(x, y, x + size, y + size))
    return np.array(cells, dtype=object)


def rings(rng: np.random.Generator, n: int, side: float) -> Polygons:
    """Polygons around each other: holes in holes, borders that touch in points."""
    cells, inner = [], None
    for radius in np.sort(rng.random(max(3, n // 6))) * side / 2 + side / 1000:
        k = int(rng.integers(3, 30))
        regular = k <= 6 or rng.random() < 0.5
        angle = (np.arange(k) / k if regular else np.sort(rng.random(k))) * 2 * np.pi
        outer = shapely.Polygon(side / 2 + radius * np.column_stack([np.cos(angle), np.sin(angle)]))
        if outer.is_valid and outer.area > 0:
            cells.append(outer if inner is None else shapely.difference(outer, inner))
            inner = outer if inner is None else shapely.union(inner, outer)
    return np.array(cells, dtype=object)


KINDS: dict[str, Callable[[np.random.Generator, int, float], Polygons]] = {
    "voronoi": voronoi, "triangles": triangles, "boxes": boxes, "halves": halves,
    "quarters": quarters, "rings": rings,
}  # fmt: skip


def _join(rng: np.random.Generator, cells: Polygons) -> list[Polygon]:
    """Return units of one or several cells, near each other or scattered."""
    k = max(3, int(len(cells) * rng.uniform(0.3, 1)))
    of = _nearest(rng, cells, k) if rng.random() < 0.8 else rng.integers(0, k, len(cells))
    members = [cells[of == unit] for unit in np.unique(of)]
    exact = rng.random() < 0.5
    joined = [
        shapely.coverage_union_all(m)
        if exact and shapely.coverage_is_valid(m)
        else shapely.union_all(m)
        for m in members
    ]
    return list(_sound(np.array(joined, dtype=object)))


def _nearest(rng: np.random.Generator, cells: Polygons, k: int) -> np.ndarray:
    """Return for each polygon which of k of them is the nearest."""
    xy = shapely.get_coordinates(shapely.centroid(cells))
    middles = xy[rng.choice(len(xy), k, replace=False)]
    return np.argmin(((xy[:, None] - middles) ** 2).sum(axis=2), axis=1)


# --- what can be wrong with a unit


def _plant(rng: np.random.Generator, units: list[Polygon]) -> tuple[str, ...]:
    """Do up to five things to units of the list; return which."""
    planted = []
    for _ in range(int(rng.integers(1, 6))):
        what, at = str(rng.choice([*DEFECTS, "dropped", "doubled"])), int(rng.integers(len(units)))
        unit = units[at]
        width = np.sqrt(unit.area) * 10 ** rng.uniform(-9, -0.7)
        if what == "dropped":
            if len(units) <= 5:
                continue
            del units[at]
        elif what == "doubled":
            units.append(unit)
        else:
            other = units[(at + 1) % len(units)]
            made = _sound(np.array([DEFECTS[what](rng, unit, width, other)], dtype=object))
            if not len(made):
                continue
            units[at] = made[0]
        planted.append(what)
    return tuple(planted)


def _bitten(rng: np.random.Generator, unit: Polygon, _width: float, _other: Polygon) -> Polygon:
    radius = np.sqrt(unit.area) * rng.uniform(0.01, 0.4)
    round_ = unit.representative_point().buffer(radius, quad_segs=int(rng.integers(1, 8)))
    return unit.difference(round_)


def _jittered(rng: np.random.Generator, unit: Polygon, width: float, _other: Polygon) -> Polygon:
    """Each vertex moved, the same wherever it occurs."""

    def move(xy: np.ndarray) -> np.ndarray:
        places, of = np.unique(xy, axis=0, return_inverse=True)
        return (places + rng.normal(size=places.shape) * width)[of.ravel()]

    return shapely.transform(unit, move)


def _shifted(rng: np.random.Generator, unit: Polygon, width: float, _other: Polygon) -> Polygon:
    move = rng.normal(size=2) * width
    return shapely.transform(unit, lambda xy: xy + move)


def _by_ring(unit: Polygon, change: Callable[[np.ndarray], np.ndarray]) -> Polygon:
    parts = [
        shapely.Polygon(change(shapely.get_coordinates(p.exterior)),
                        [change(shapely.get_coordinates(r)) for r in p.interiors])
        for p in shapely.get_parts(unit)
    ]  # fmt: skip
    return shapely.MultiPolygon(parts) if len(parts) > 1 else parts[0]


DEFECTS: dict[str, Callable[[np.random.Generator, Polygon, float, Polygon], Polygon]] = {
    "shrunk": lambda _r, unit, width, _o: unit.buffer(-width, join_style="mitre"),
    "grown": lambda _r, unit, width, _o: unit.buffer(width, join_style="mitre"),
    "shifted": _shifted,
    "containing": lambda _r, unit, _w, other: shapely.union(unit, other),
    "bitten": _bitten,
    "jittered": _jittered,
    "more vertices": lambda _r, unit, _w, _o: shapely.segmentize(unit, unit.length / 7),
    "vertices twice": lambda _r, unit, _w, _o: _by_ring(
        unit, lambda xy: np.insert(xy, 1, xy[1], axis=0)
    ),
    "reversed": lambda _r, unit, _w, _o: shapely.reverse(unit),
    "turned": lambda _r, unit, _w, _o: _by_ring(unit, lambda xy: np.vstack([xy[1:], xy[1]])),
}


# --- rows


def _frame(rng: np.random.Generator, units: list[Polygon], crs: int | str) -> gpd.GeoDataFrame:
    shapes = np.array(units, dtype=object)[rng.permutation(len(units))]
    codes = pd.Index([f"{k:05d}" for k in range(1, len(units) + 1)], name="code")
    people = rng.integers(1, 9999, len(units))
    columns = {"name": [f"Xã {code}" for code in codes], "unit_type": "Xã", "population": people}
    return gpd.GeoDataFrame(columns, geometry=shapes, index=codes, crs=crs)


def _crosswalk(rng: np.random.Generator, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Assign each unit to a new one: neighbours together, or at random."""
    n = int(rng.integers(1, max(2, len(units) // 2)))
    shapes = np.asarray(units.geometry.values)
    near = rng.random() < 0.75
    of = _nearest(rng, shapes, n) if near else rng.integers(0, n, len(units))
    return pd.DataFrame({"old_code": units.index, "new_code": [f"N{k:03d}" for k in of],
                         "new_name": [f"Mới {k}" for k in of], "new_type": "Xã"})  # fmt: skip


# Metres in a degree of latitude.
DEGREE = 111_320.0


def in_degrees(layer: Layer) -> Polygons:
    """Return the same polygons in degrees about 10° E 60° N, whose edges are straight there."""
    shapes = np.asarray(layer.units.geometry.values)
    corner = shapely.total_bounds(shapes)[:2]
    return shapely.transform(shapes, lambda xy: (xy - corner) / DEGREE + (10, 60))


# --- trying laws on them

# Layers of few units in which all occurs that is drawn: each kind of cut with defects and without,
# each defect, side, place and number of decimals.
TRIED = (35, 185, 55, 46, 158, 215, 95, 152, 237, 42, 140, 21)


def layers(count: int) -> Iterator[Layer]:
    """Yield layers: the same ones each time, `count` of `TRIED`.

    With ``LAWS_SECONDS`` in the environment as many as come in that time, from the seed
    ``LAWS_SEED`` on (10,000 unless given).
    """
    seconds = float(os.environ.get("LAWS_SECONDS", "0"))
    if not seconds:
        yield from map(draw, TRIED[:count])
        return
    until = time.monotonic() + seconds
    for seed in numbers(int(os.environ.get("LAWS_SEED", "10000"))):
        if time.monotonic() > until:
            print(f"up to seed {seed}")  # noqa: T201 - so that the next run goes on from there
            return
        yield draw(seed)


def breaches(law: Callable[[Layer], Iterable[str]], count: int) -> list[str]:
    """Return what a law complains about of layers, each with its seed; a crash is one too."""
    told = []
    for layer in layers(count):
        try:
            found = list(law(layer))
        except Exception as error:  # noqa: BLE001 - all are told
            at = traceback.extract_tb(error.__traceback__)[-1]
            found = [f"{type(error).__name__}: {error} ({at.filename}:{at.lineno})"]
        told += [f"seed {layer.seed}, {layer.told}: {each}" for each in found]
        if found and "LAWS_SECONDS" in os.environ:
            print(*told[-len(found) :], sep="\n", flush=True)  # noqa: T201 - not an hour later
    return told


def reduced(layer: Layer, fails: Callable[[Layer], bool]) -> Layer:
    """Return the layer with as few units as still make something fail."""
    kept, step = list(layer.units.index), len(layer.units) // 2
    while step:
        at = 0
        while at < len(kept):
            fewer = kept[:at] + kept[at + step :]
            if len(fewer) > 1 and fails(with_units(layer, fewer)):
                kept = fewer
            else:
                at += step
        step //= 2
    return with_units(layer, kept)


def with_units(layer: Layer, codes: list[str]) -> Layer:
    """Return the layer with some of its units."""
    table = layer.crosswalk[layer.crosswalk["old_code"].isin(codes)]
    return replace(layer, units=layer.units.loc[codes], crosswalk=table.reset_index(drop=True))


if __name__ == "__main__":
    drawn = draw(int(sys.argv[1]))
    print(drawn.told)  # noqa: T201
    drawn.units.reset_index().to_file(sys.argv[2])
    drawn.crosswalk.to_csv(f"{sys.argv[2]}.csv", index=False)
