"""New units in several parts, and which members make which (G11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import shapely
from shapely import Point

from geo_merge.checks.labels import label, labels
from geo_merge.geometry.rings import Bools, Geometries, flatten
from geo_merge.geometry.stretches import Stretches
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.findings import worst_first
from geo_merge.vocabulary.sentence import Sentence, and_more, sentence

_NAMED = 10  # units that a sentence names, of those that make a part


def check_parts(frame: gpd.GeoDataFrame, inside: gpd.GeoSeries | None = None) -> list[Finding]:
    """Find new units in several parts, and say which members make which part (G11).

    Parts that a member had before, and members apart of which no other new unit is nearer, are
    islands and exclaves: all of them are one note. A member that lies nearer to another unit than
    to its own may be wrong in the crosswalk.

    Parameters
    ----------
    frame
        New units; the codes of their members in ``members``.
    inside
        A point of each member, by its new unit and its code, to say which of them lies where.
    """
    geometries = np.asarray(frame.geometry.values)
    tree = shapely.STRtree(geometries)
    points = {} if inside is None else _points_of(inside)
    findings, usual = [], []
    for k in np.flatnonzero(shapely.get_num_geometries(geometries) > 1).tolist():
        code = str(frame.index[k])
        parts = shapely.get_parts(geometries[k])
        parts = parts[np.argsort(-shapely.area(parts), kind="stable")]
        at = _members_at(frame, code, parts, points.get(code, {}))
        if at is not None and not _is_astray(parts, at, tree, k):
            usual.append(k)
        else:
            findings.append(_in_parts(frame, code, parts, at))
    told = worst_first(findings, lambda rest: _more(frame, rest), weight=_land)
    return [*told, *_islands(frame, usual)]


def _land(finding: Finding) -> float:
    return float(shapely.area(finding.geometry))


def _more(frame: gpd.GeoDataFrame, rest: Sequence[Finding]) -> Sentence:
    named = labels(frame, [finding.units[0] for finding in rest])
    return sentence("G11.more", n=len(rest), units=named)


def _points_of(inside: gpd.GeoSeries) -> dict[str, dict[str, Point]]:
    """Return the point of each member by its code, by the code of its new unit."""
    points: dict[str, dict[str, Point]] = {}
    for (new, member), point in zip(inside.index, inside.values, strict=True):
        points.setdefault(new, {})[member] = point
    return points


def _members_at(
    frame: gpd.GeoDataFrame, code: str, parts: Geometries, points: Mapping[str, Point]
) -> Bools | None:
    """Tell which members have their point in which part; shape (parts, members).

    None if points or members are not known.
    """
    codes = _members(frame, code)
    if not (codes and points):
        return None
    return np.asarray(shapely.intersects(parts[:, None], [points[member] for member in codes]))


def _members(frame: gpd.GeoDataFrame, code: str) -> list[str]:
    return [str(member) for member in frame.at[code, "members"]] if "members" in frame else []


def _is_astray(parts: Geometries, at: Bools, tree: shapely.STRtree, unit: int) -> bool:
    """Tell whether a part that holds a member is nearer to another unit than to its own."""
    _, *others = np.flatnonzero(at.any(axis=1)).tolist() or [0]
    if not others:
        return False
    rings = flatten(parts)
    edges = Stretches(rings, rings.owner)
    for k in others:
        away = edges.distance(parts[k], k)
        west, south, east, north = parts[k].bounds
        near = tree.query(shapely.box(west - away, south - away, east + away, north + away))
        shapely.prepare(parts[k])
        if shapely.dwithin(parts[k], tree.geometries[near[near != unit]], away).any():
            return True
    return False


def _in_parts(frame: gpd.GeoDataFrame, code: str, parts: Geometries, at: Bools | None) -> Finding:
    small = parts[1:]
    return Finding.of(
        sentence("G11.parts", unit=label(frame, code), n=len(parts), who=_who(frame, code, at)),
        units=(code,), value=float(len(parts)), unit_of_value="parts",
        geometry=shapely.multipolygons(small) if len(small) > 1 else small[0],
    )  # fmt: skip


def _islands(frame: gpd.GeoDataFrame, units: Sequence[int]) -> list[Finding]:
    """Return one note of all units in parts that are islands and exclaves."""
    if not units:
        return []
    codes = [str(frame.index[k]) for k in units]
    named = _first_of([label(frame, code) for code in codes])
    told = sentence("G11.islands", n=len(codes), units=named)
    return [Finding.of(told, units=tuple(codes), value=float(len(codes)), unit_of_value="units")]


def _who(frame: gpd.GeoDataFrame, code: str, at: Bools | None) -> Sentence:
    """Say which members do not touch the others; of one in parts itself just the members."""
    codes = _members(frame, code)
    if not codes:
        return sentence("G11.unlisted")
    if at is None:
        return sentence("G11.members", codes=_first_of(codes))
    groups = [[c for c, here in zip(codes, row, strict=True) if here] for row in at]
    if sum(bool(g) for g in groups) < 2:  # noqa: PLR2004 - all members are in one part
        return sentence("G11.members", codes=_first_of(codes))
    return sentence("G11.apart", groups=[_first_of(g) for g in groups if g])


def _first_of(units: Sequence[str]) -> Sentence | str:
    """Return the first of many units, and how many more there are."""
    return and_more(", ".join(units[:_NAMED]), len(units) - _NAMED)
