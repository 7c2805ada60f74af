"""Units in places where they should not be: outside the rest, far from their parent, in parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.checks.labels import label, labels
from geo_merge.checks.surveyed import Surveyed
from geo_merge.geometry.apart import unusual
from geo_merge.geometry.connected import connected
from geo_merge.geometry.rings import Ints
from geo_merge.geometry.stretches import Stretches
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.findings import worst_first
from geo_merge.vocabulary.limits import Limits
from geo_merge.vocabulary.sentence import Sentence, and_more, sentence

# Cells across the distance at which a part is astray: what is within two cells is near enough.
_CELLS = 3.0
_NAMED = 10  # units of a note
_WIDER = 4.0  # times as far, where nobody is as near
_AND = chr(31)  # the ASCII unit separator: in no code and no name


def check_strays(layer: Surveyed, links: Ints, limits: Limits) -> list[Finding]:
    """Find units that touch no other unit, and parts far from everything else (G06)."""
    frame, owner = layer.frame, layer.survey.part_owner
    island = connected(len(owner), links)
    pairs = np.column_stack(np.divmod(np.unique(island * len(frame) + owner), len(frame)))
    units_on = np.bincount(pairs[:, 0], minlength=len(island))
    lands_of = np.bincount(pairs[:, 1], minlength=len(frame))
    alone = pairs[(units_on[pairs[:, 0]] == 1) & (lands_of[pairs[:, 1]] == 1), 0]
    numbers = np.unique(island)
    if len(numbers) == 1:
        return []
    main = int(np.argmax(units_on))
    left = layer.survey.unmatched
    edges = Stretches(left, island[layer.survey.number(left.owner, left.part)])
    suspects = np.union1d(alone, _remote(edges, limits.far))
    suspects = suspects[suspects != main]
    suspected = np.unique(owner[np.isin(island, suspects)])
    parts = shapely.get_parts(layer.fetch(suspected))
    part_island = island[np.isin(owner, suspected)]  # in the same order
    found: dict[tuple[str, ...], list[tuple[float, BaseGeometry]]] = defaultdict(list)
    for k in suspects:
        land = shapely.multipolygons(parts[part_island == k])
        away = edges.distance(land, int(k))
        if away <= limits.rounding_width or (away <= limits.far and k not in alone):
            continue
        codes = tuple(sorted(str(frame.index[u]) for u in pairs[pairs[:, 0] == k, 1]))
        found[codes].append((away, land))
    far = _unusual(found, limits)
    strays = [_stray(frame, codes, found[codes], limits) for codes in far]
    return [*strays, *_islands(frame, {c: v for c, v in found.items() if c not in far})]


_Lands = dict[tuple[str, ...], list[tuple[float, BaseGeometry]]]


def _unusual(found: _Lands, limits: Limits) -> list[tuple[str, ...]]:
    """Return the strays that are further out than is usual among them; all, where they are few."""
    away = np.array([max(metres for metres, _ in lands) for lands in found.values()])
    return [codes for codes, far in zip(found, unusual(away, limits.far), strict=True) if far]


def _islands(frame: gpd.GeoDataFrame, lands: _Lands) -> list[Finding]:
    """Return one note of islands in a layer that has many."""
    if not lands:
        return []
    away = max(metres for several in lands.values() for metres, _ in several)
    codes = tuple(sorted({code for several in lands for code in several}))
    named = and_more(labels(frame, codes[:_NAMED]), len(codes) - _NAMED)
    shapes = shapely.get_parts([land for several in lands.values() for _, land in several])
    told = sentence("G06.islands", n=len(codes), away=away, units=named)
    return [Finding.of(told, units=codes, value=away, unit_of_value="m",
                       geometry=shapely.multipolygons(shapes))]  # fmt: skip


def _stray(
    frame: gpd.GeoDataFrame, codes: tuple[str, ...], lands: list[tuple[float, BaseGeometry]],
    limits: Limits,
) -> Finding:  # fmt: skip
    """Return what is said of lands of the same units: once, however many there are."""
    away = max(metres for metres, _ in lands)
    far = away > limits.far
    if len(lands) == 1:
        kind = "G06.far" if far else "G06.alone"
    else:
        kind = "G06.far_parts" if far else "G06.parts"
    told = sentence(
        kind, units=labels(frame, codes), n=len(codes), parts=len(lands), away=away,
        limit=limits.far, enough=_rounded_up(away),
    )  # fmt: skip
    shapes = shapely.get_parts([land for _, land in lands])
    return Finding.of(
        told, units=codes, value=away, unit_of_value="m", geometry=shapely.multipolygons(shapes)
    )


def _rounded_up(metres: float) -> int:
    """Return a number of two digits, and zeros, that is not less."""
    step = int(10 ** max(len(str(int(metres))) - 2, 0))
    return int(-(-metres // step)) * step


def _remote(edges: Stretches, far: float) -> Ints:
    """Return the islands that may be further than `far` metres from all others."""
    x, y = (np.floor(edges.a / (far / _CELLS)).astype(np.int64)).T
    _, first = np.unique(_key(_key(x, y), edges.owner), return_index=True)
    held = np.column_stack([x, y, edges.owner])[first]
    by_cell: dict[tuple[int, int], int | None] = {}  # the island of a cell, None if several
    for x, y, k in held.tolist():
        by_cell[x, y] = k if by_cell.get((x, y), k) == k else None
    near = set()
    for x, y, k in held.tolist():
        around = (by_cell.get((x + i, y + j), k) for i in (-1, 0, 1) for j in (-1, 0, 1))
        if any(island != k for island in around):
            near.add(k)
    return np.setdiff1d(held[:, 2], np.array(sorted(near), dtype=np.int64))


def _key(a: Ints, b: Ints) -> Ints:
    """Return one number for each two, the same for the same."""
    low, span = b.min(), np.ptp(b) + 1
    return np.asarray((a - a.min()) * span + b - low)


def check_parents(layer: Surveyed, links: Ints, limits: Limits) -> list[Finding]:
    """Find units far from the rest of their district, or of their province (G12).

    An island is as far from its parent as the sea is wide: only what lies nearer to units of
    another parent is told.
    """
    frame = layer.frame
    parent = parent_of(frame)
    if parent is None:
        return []
    names, group = np.unique(parent, return_inverse=True)
    owner = layer.survey.part_owner
    is_sibling = group[owner[links[:, 0]]] == group[owner[links[:, 1]]]
    part = connected(len(owner), links[is_sibling])
    beside_others = np.zeros(len(frame), dtype=bool)  # nothing is nearer than what touches it
    beside_others[owner[links[~is_sibling]]] = True
    first = np.full(len(frame), len(part))  # a unit is where its first part is
    np.minimum.at(first, owner, part)
    findings = []
    good = np.flatnonzero(layer.measures.usable)
    tree = shapely.STRtree(shapely.box(*layer.measures.bounds[good].T))
    for k in np.flatnonzero(names != ""):
        units = np.flatnonzero((group == k) & layer.measures.usable)
        if len(np.unique(first[units])) <= 1:
            continue
        others = _Others(layer, tree, good, group != k)
        for unit, polygon, away in _apart(layer, units, first[units], limits.parent):
            if not (beside_others[unit] or others.is_nearer(polygon, away, limits.parent)):
                continue
            code = str(frame.index[unit])
            findings.append(
                Finding.of(
                    sentence("G12.far", unit=label(frame, code), away=away,
                             parent=names[k].strip(_AND).split(_AND)[-1]),
                    units=(code,),
                    value=away,
                    unit_of_value="m",
                    geometry=polygon,
                )
            )  # fmt: skip
    return worst_first(findings, lambda rest: _more(frame, rest, limits))


def _more(frame: gpd.GeoDataFrame, rest: Sequence[Finding], limits: Limits) -> Sentence:
    named = labels(frame, [finding.units[0] for finding in rest])
    return sentence("G12.more", n=len(rest), away=rest[0].value, limit=limits.parent, units=named)


@dataclass(frozen=True)
class _Others:
    """The units of other parents, for the nearest of them; `good` numbers the boxes of `tree`."""

    layer: Surveyed
    tree: shapely.STRtree
    good: Ints
    is_other: npt.NDArray[np.bool_]

    def is_nearer(self, polygon: BaseGeometry, away: float, reach: float) -> bool:
        """Tell whether one is nearer to a polygon than `away` metres.

        What is within `reach` is measured first, then what is within so many times as much.
        """
        measured = np.zeros(len(self.is_other), dtype=bool)
        nearer = np.nextafter(away, 0.0)
        shapely.prepare(polygon)
        while True:
            reach = min(reach, away)
            near = self.good[self.tree.query(polygon, "dwithin", reach)]
            near = near[self.is_other[near] & ~measured[near]]
            if shapely.dwithin(polygon, self.layer.fetch(near), nearer).any():
                return True
            if reach >= away:
                return False
            measured[near] = True
            reach *= _WIDER


def parent_of(frame: gpd.GeoDataFrame) -> npt.NDArray[np.str_] | None:
    """Return what tells the parents of units apart: the district, else the province; or None.

    A district without a code is known by its name within its province.
    """
    rows = frame.reset_index(drop=True)
    blank = pd.Series("", index=rows.index, dtype=object)
    district, province = (
        tuple(rows.get(column, blank).astype(str) for column in (f"{level}_code", level))
        for level in ("district", "province")
    )
    for (code, name), above in ((district, province), (province, (blank, blank))):
        known = (code != "") | (name != "")
        if known.any():
            within = above[0].where(above[0] != "", above[1]).where(code == "", "")
            parent = within + _AND + code + _AND + name
            return np.asarray(parent.where(known, "").to_numpy(str))
    return None


def _apart(
    layer: Surveyed, units: Ints, part: Ints, limit: float
) -> list[tuple[int, BaseGeometry, float]]:
    """Return the units further than `limit` from the largest connected part, and how far.

    Two units are no further apart than a point in the one from a point in the other: that is
    enough for most, and only what is left is fetched.
    """
    numbers, at = np.unique(part, return_inverse=True)
    main = numbers[np.argmax(np.bincount(at, layer.measures.drawn[units]))]
    rest, others = units[part == main], units[part != main]
    within, without = (shapely.points(layer.measures.inside[which]) for which in (rest, others))
    near, _ = shapely.STRtree(within).query(without, "dwithin", limit)
    unclear = np.delete(others, np.unique(near))
    if not len(unclear):
        return []
    polygons = layer.fetch(unclear)
    tree = shapely.STRtree(layer.fetch(rest))
    near, _ = tree.query(polygons, "dwithin", limit)
    far, polygons = (np.delete(v, np.unique(near)) for v in (unclear, polygons))
    points = shapely.multipoints(within)
    return [
        (int(unit), polygon, _away(polygon, tree, float(shapely.distance(polygon, points))))
        for unit, polygon in zip(far, polygons, strict=True)
    ]


def _away(polygon: BaseGeometry, tree: shapely.STRtree, most: float) -> float:
    """Return how far a polygon is from the nearest one of a tree, which is `most` metres at most.

    The tree would compare each edge with each edge of its own; a polygon that is prepared does not.
    """
    shapely.prepare(polygon)
    near = tree.geometries[tree.query(polygon, "dwithin", most + 1.0)]  # whatever rounding makes
    return float(shapely.length(shapely.shortest_line(polygon, near)).min())
