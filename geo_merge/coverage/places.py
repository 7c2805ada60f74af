"""Units in places where they should not be: outside the rest, far from their parent, in parts."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo_merge.coverage.labels import label, labels
from geo_merge.edges import Geometries, Ints, Rings, Unmatched, hash_vertices
from geo_merge.limits import Limits
from geo_merge.models import Finding, Severity

# Cells across the distance at which a part is astray: what is within two cells is near enough.
_CELLS = 3.0
_AND = chr(31)  # the ASCII unit separator: in no code and no name


def touching(rings: Rings) -> Ints:
    """Return which polygons share a vertex, as pairs of their positions; shape (pairs, 2)."""
    n = len(rings.polygon_start) - 1
    part = np.repeat(np.arange(n), np.diff(rings.start[rings.polygon_start]))
    hashes = hash_vertices(rings.xy)
    order = np.argsort(hashes)
    hashes, part = hashes[order], part[order]
    shared = np.flatnonzero((hashes[1:] == hashes[:-1]) & (part[1:] != part[:-1]))
    one, two = part[shared], part[shared + 1]
    pairs = np.unique(np.minimum(one, two) * n + np.maximum(one, two))
    return np.column_stack(np.divmod(pairs, n))


def owner_of_parts(rings: Rings) -> Ints:
    """Return the geometry that each polygon is a part of."""
    return np.asarray(rings.owner[rings.polygon_start[:-1]])


def _joined(n: int, links: Ints) -> Ints:
    """Give each of n things the lowest number that it can reach by links."""
    number = np.arange(n)
    while True:
        lowest = number.copy()
        ends = number[links]
        np.minimum.at(lowest, ends[:, 0], ends[:, 1])
        np.minimum.at(lowest, ends[:, 1], ends[:, 0])
        lowest = lowest[number]
        lowest = lowest[lowest]
        if (lowest == number).all():
            return number
        number = lowest


def check_strays(
    frame: gpd.GeoDataFrame, unmatched: Unmatched, links: Ints, limits: Limits
) -> list[Finding]:
    """Find units that touch no other unit, and parts far from everything else (G06)."""
    rings = unmatched.rings
    owner = owner_of_parts(rings)
    island = _joined(len(owner), links)
    pairs = np.column_stack(np.divmod(np.unique(island * len(frame) + owner), len(frame)))
    units_on = np.bincount(pairs[:, 0], minlength=len(island))
    lands_of = np.bincount(pairs[:, 1], minlength=len(frame))
    alone = pairs[(units_on[pairs[:, 0]] == 1) & (lands_of[pairs[:, 1]] == 1), 0]
    numbers = np.unique(island)
    if len(numbers) == 1:
        return []
    main = int(np.argmax(units_on))
    edges = _Edges(unmatched, island)
    suspects = np.union1d(alone, edges.remote(limits.far))
    geometries = np.asarray(frame.geometry.values)
    findings = []
    for k in suspects[suspects != main]:
        units = np.unique(owner[island == k])
        here = np.flatnonzero(np.isin(owner, units))
        land = shapely.multipolygons(shapely.get_parts(geometries[units])[island[here] == k])
        away = edges.distance(int(k), land)
        far = away > limits.far
        if not far and k not in alone:
            continue
        codes = tuple(sorted(str(frame.index[u]) for u in pairs[pairs[:, 0] == k, 1]))
        findings.append(
            Finding(
                check="G06",
                severity=Severity.ERROR if far else Severity.WARNING,
                units=codes,
                value=away,
                unit_of_value="m",
                geometry=land,
                message=f"{labels(frame, codes)} {'lies' if len(codes) == 1 else 'lie'} outside "
                f"the rest of the layer, {away:,.6g} m away.",
                hint="An island, or coordinates gone astray?",
            )
        )
    return findings


class _Edges:
    """The unmatched edges with the island of each, for distances between islands."""

    def __init__(self, unmatched: Unmatched, island: Ints) -> None:
        rings = unmatched.rings
        ring = rings.ring_of(unmatched.edges)
        self.island = island[np.searchsorted(rings.polygon_start, ring, side="right") - 1]
        self.a, self.b = rings.xy[unmatched.edges], rings.xy[unmatched.edges + 1]

    def remote(self, far: float) -> Ints:
        """Return the islands that may be further than `far` metres from all others."""
        x, y = (np.floor(self.a / (far / _CELLS)).astype(np.int64)).T
        _, first = np.unique(_key(_key(x, y), self.island), return_index=True)
        held = np.column_stack([x, y, self.island])[first]
        by_cell: dict[tuple[int, int], set[int]] = {}
        for x, y, k in held.tolist():
            by_cell.setdefault((x, y), set()).add(k)
        near = set()
        for x, y, k in held.tolist():
            around = (by_cell.get((x + i, y + j), set()) for i in (-1, 0, 1) for j in (-1, 0, 1))
            if any(others - {k} for others in around):
                near.add(k)
        return np.setdiff1d(held[:, 2], np.array(sorted(near), dtype=np.int64))

    def distance(self, k: int, land: shapely.MultiPolygon) -> float:
        """Return how far an island is from the nearest edge of any other, in metres."""
        others = self.island != k
        a, b = self.a[others], self.b[others]
        west, south, east, north = land.bounds
        low, high = np.minimum(a, b), np.maximum(a, b)
        away = np.hypot(
            np.maximum(0.0, np.maximum(west - high[:, 0], low[:, 0] - east)),
            np.maximum(0.0, np.maximum(south - high[:, 1], low[:, 1] - north)),
        )
        own = self.a[self.island == k][0]
        within = away <= np.hypot(*(a - own).T).min()  # the nearest edge is no further than this
        edges = shapely.linestrings(np.stack([a[within], b[within]], axis=1))
        return float(shapely.distance(land, shapely.multilinestrings(edges)))


def _key(a: Ints, b: Ints) -> Ints:
    """Return one number for each two, the same for the same."""
    low, span = b.min(), np.ptp(b) + 1
    return np.asarray((a - a.min()) * span + b - low)


def check_parents(
    frame: gpd.GeoDataFrame, rings: Rings, links: Ints, limits: Limits
) -> list[Finding]:
    """Find units far from the rest of their district, or of their province (G12)."""
    parent = parent_of(frame)
    if parent is None:
        return []
    names, group = np.unique(parent, return_inverse=True)
    owner = owner_of_parts(rings)
    siblings = links[group[owner[links[:, 0]]] == group[owner[links[:, 1]]]]
    part = _joined(len(owner), siblings)
    geometries = np.asarray(frame.geometry.values)
    first = np.full(len(frame), len(part))  # a unit is where its first part is
    np.minimum.at(first, owner, part)
    findings = []
    for k in np.flatnonzero(names != ""):
        units = np.flatnonzero(group == k)
        if len(np.unique(first[units])) == 1:
            continue
        for unit, away in _apart(geometries, units, first[units], limits.parent):
            code = str(frame.index[unit])
            findings.append(
                Finding(
                    check="G12",
                    severity=Severity.WARNING,
                    units=(code,),
                    value=away,
                    unit_of_value="m",
                    geometry=geometries[unit],
                    message=f"{label(frame, code)} lies {away:,.0f} m from the rest of "
                    f"{names[k].strip(_AND).split(_AND)[-1]}, to which it is said to belong.",
                    hint="Check its code, its parent and its place.",
                )
            )
    return findings


def parent_of(frame: gpd.GeoDataFrame) -> npt.NDArray[np.str_] | None:
    """Return what tells the parents of units apart: the district, else the province; or None."""
    for columns in (("district_code", "district"), ("province_code", "province")):
        texts = [frame[c].astype(str) for c in columns if c in frame]
        if texts and any((t != "").any() for t in texts):
            parent = texts[0] if len(texts) == 1 else texts[0] + _AND + texts[1]
            return np.asarray(parent.where(parent != _AND, "").to_numpy(str))
    return None


def _apart(
    geometries: Geometries, units: Ints, part: Ints, limit: float
) -> list[tuple[int, float]]:
    """Return the units further than `limit` from the largest connected part, with the distance."""
    numbers, at = np.unique(part, return_inverse=True)
    main = numbers[np.argmax(np.bincount(at, shapely.area(geometries[units])))]
    rest = geometries[units[part == main]]
    others = units[part != main]
    tree = shapely.STRtree(rest)
    near, _ = tree.query(geometries[others], "dwithin", limit)
    far = np.delete(others, np.unique(near))
    (at, _), away = tree.query_nearest(geometries[far], return_distance=True, all_matches=False)
    return [(int(far[k]), float(d)) for k, d in zip(at, away, strict=True)]
