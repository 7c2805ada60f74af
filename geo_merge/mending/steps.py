"""The two steps of a repair: matching edges, and settling gaps and overlaps within a tolerance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_merge.geometry.areas import areas
from geo_merge.geometry.faces import find_faces
from geo_merge.geometry.rings import Bools, Geometries, Ints
from geo_merge.mending.arrangement import Arrangement, arrange, shared_edges
from geo_merge.mending.cutting import cut
from geo_merge.mending.decisions import Choice, Decision, defect_ids
from geo_merge.mending.defects import Bounds, Defect, find_defects, obstacle_of
from geo_merge.mending.land import Land, rebuild
from geo_merge.mending.moving import cut_lines, moves, within_reach
from geo_merge.mending.record import Repair
from geo_merge.mending.settle import Claims, settle
from geo_merge.mending.snap import Snapped, mismatched, snap_edges
from geo_merge.vocabulary.sentence import sentence


def match_edges(
    units: gpd.GeoDataFrame,
    shapes: Geometries,
    tolerance: float,
    decisions: Mapping[str, Decision],
    left: Bools,
) -> tuple[Snapped, list[Repair]]:
    """Give neighbours the same vertices, but for the units that it was decided to leave.

    Those of earlier rounds are `left`; the ones of this round are added to it.

    Returns
    -------
    Snapped
        The polygons, those that fit as they were.
    list of Repair
        One of kind ``edges`` for each unit with edges that did not match and that changed, or was
        left.
    """
    wrong = mismatched(shapes, tolerance)
    at = np.flatnonzero(~shapely.is_empty(wrong) & ~left)
    codes = [(str(units.index[k]),) for k in at]
    names = defect_ids(["edges"] * len(at), codes, wrong[at])
    known = [decisions.get(name) for name in names]
    left[at] = [d is not None and d.choice != Choice.ACCEPT for d in known]
    snapped = snap_edges(shapes, wrong, tolerance, left)
    change = areas(snapped.geometries, units.crs) - areas(shapes, units.crs)
    repairs = []
    for k, code, name, decision in zip(at, codes, names, known, strict=True):
        obstacle = "" if decision is None else obstacle_of(decision)
        if snapped.left[k] and not obstacle:
            obstacle = sentence("repair.invalid")
        if not (snapped.changed[k] or obstacle):
            continue
        m2 = float(change[k])
        defect = Defect(name, "edges", code, tolerance, abs(m2), wrong[k], decision, obstacle)
        changes = {code[0]: m2} if snapped.changed[k] else {}
        repairs.append(Repair(defect, code, code, changes, snapped.largest if changes else 0.0))
    return snapped, repairs


def settle_defects(
    units: gpd.GeoDataFrame,
    shapes: Geometries,
    claims: Claims,
    decisions: Mapping[str, Decision],
    bounds: Bounds,
) -> tuple[Geometries, list[Repair]]:
    """Settle the gaps and overlaps among polygons, each within the tolerance or by decision.

    Returns
    -------
    numpy.ndarray
        The polygons; those that nothing happened to are the same objects.
    list of Repair
        One for each gap and overlap.
    """
    involved = _involved(shapes)
    if not len(involved):
        return shapes, []
    few, codes = shapes[involved], units.index[involved]
    part = replace(claims, area=shapely.area(few), named=claims.named[involved],
                   rank=claims.rank[involved])  # fmt: skip
    arrangement = arrange(few)
    defects = find_defects(
        arrangement, shapes, codes, crs=units.crs, decisions=decisions, bounds=bounds
    )
    land, of_face, found = _settle_within(arrangement, defects, part, bounds.tolerance)
    result = shapes.copy()
    result[involved] = rebuild(land, few)
    return result, _record(land, of_face, found, codes, units.crs)


def _involved(shapes: Geometries) -> Ints:
    """Return the polygons with a gap, an overlap or an edge that does not match.

    An edge between two faces is one too: GEOS does not compare parts of one unit.
    """
    faces = find_faces(shapes)
    if faces.is_coverage:
        return np.empty(0, dtype=np.int64)
    wrong = ~shapely.is_empty(shapely.coverage_invalid_edges(shapes))
    _, _, edges = shared_edges(faces.geometry)
    places = np.concatenate([faces.geometry[faces.claims != 1], edges])
    wrong[shapely.STRtree(shapes).query(places, predicate="intersects")[1]] = True
    return np.flatnonzero(wrong)


def _settle_within(
    arrangement: Arrangement, defects: Mapping[int, Defect], claims: Claims, tolerance: float
) -> tuple[Land, Ints, list[Defect]]:
    """Settle defects so that no border moves too far: divide those where one would, or leave them.

    Returns
    -------
    Land
        The faces with their owners.
    numpy.ndarray
        For each face the defect that it belongs to, or −1.
    list of Defect
        The defects, with the obstacle where they could not be settled.
    """
    found = list(defects.values())
    of_face = np.full(len(arrangement.faces), -1)
    of_face[np.array(list(defects), dtype=np.int64)] = np.arange(len(found))
    land = _settle_open(arrangement, of_face, found, claims, {})
    near: dict[int, frozenset[int]] = {}
    lines = {}
    for face in _too_far(land, of_face, found, tolerance):
        k = int(of_face[face])
        near[k] = within_reach(land, face, tolerance)
        if not near[k]:
            lines[face] = cut_lines(land, face, found[k].width)
    if near:
        arrangement, parent = cut(arrangement, lines)
        of_face = of_face[parent]
        land = _settle_open(arrangement, of_face, found, claims, near)
    # What stays open changes the borders of what is settled, so each is measured again.
    while obstacles := _obstacles(land, of_face, found, tolerance):
        for k, obstacle in obstacles.items():
            found[k] = replace(found[k], obstacle=obstacle)
        land = _settle_open(arrangement, of_face, found, claims, near)
    return land, of_face, found


def _obstacles(land: Land, of_face: Ints, found: list[Defect], tolerance: float) -> dict[int, str]:
    """Return the defects that cannot be settled, with the reason."""
    result: dict[int, str] = {
        int(of_face[face]): sentence("repair.move", move=move)
        for face, move in _too_far(land, of_face, found, tolerance).items()
    }
    for face in np.flatnonzero(_unsettled(land, of_face, found)):
        result[int(of_face[face])] = sentence("repair.lost")
    return result


def _open(of_face: Ints, found: list[Defect]) -> Bools:
    """Tell which faces belong to a defect without an obstacle."""
    is_open: Bools = np.array([not d.obstacle for d in found] + [False], dtype=bool)
    return np.asarray(is_open[of_face])


def _settle_open(
    arrangement: Arrangement,
    of_face: Ints,
    found: list[Defect],
    claims: Claims,
    near: Mapping[int, frozenset[int]],
) -> Land:
    """Settle the defects without an obstacle; `near` has the units that some may go to."""
    faces = np.flatnonzero(np.isin(of_face, list(near)))
    only = {int(face): near[int(of_face[face])] for face in faces}
    return settle(arrangement, claims, _open(of_face, found), only)


def _unsettled(land: Land, of_face: Ints, found: list[Defect]) -> Bools:
    """Tell which faces of defects without an obstacle have not got one owner."""
    unsettled: Bools = np.array([len(o) != 1 for o in land.owners], dtype=bool)
    unsettled &= _open(of_face, found)
    return unsettled


def _too_far(land: Land, of_face: Ints, found: list[Defect], tolerance: float) -> dict[int, float]:
    """Return settled faces over which a border moved further than the tolerance, and how far."""
    settled = np.flatnonzero(_open(of_face, found) & ~_unsettled(land, of_face, found)).tolist()
    faces = [face for face in settled if not found[of_face[face]].accepted]
    far = moves(land, faces, [land.owners[face] for face in faces])
    return {face: move for face, move in zip(faces, far.tolist(), strict=True) if move > tolerance}


def _record(
    land: Land, of_face: Ints, found: list[Defect], codes: pd.Index, crs: CRS
) -> list[Repair]:
    """Return what became of each defect."""
    members: list[list[int]] = [[] for _ in found]
    for face in np.flatnonzero(of_face >= 0):
        members[of_face[face]].append(int(face))
    settled = np.flatnonzero(_open(of_face, found))
    far = np.zeros(len(found))
    owners = [land.owners[face] for face in settled.tolist()]
    np.maximum.at(far, of_face[settled], moves(land, settled.tolist(), owners))
    m2 = areas(land.arrangement.faces, crs)
    repairs = []
    for defect, faces, move in zip(found, members, far.tolist(), strict=True):
        changes: dict[str, float] = {}
        before = {u for f in faces for u in land.arrangement.claimants[f]}
        after = {u for f in faces for u in land.owners[f]}
        for f in faces:
            had, has = set(land.arrangement.claimants[f]), set(land.owners[f])
            for unit in had ^ has:
                sign = 1.0 if unit in has else -1.0
                code = str(codes[unit])
                changes[code] = changes.get(code, 0.0) + sign * float(m2[f])
        names = [tuple(sorted(str(codes[u]) for u in side)) for side in (before, after)]
        repairs.append(Repair(defect, names[0], names[1], changes, move))
    return repairs
