"""Dissolve: one polygon for many, fast on clean coverages, right on unclean ones.

Edge cancelling does the work; where it does not pay, or its result cannot be proven, GEOS' full
union does. Every result is valid, and its area is what its members cover.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from geo_merge.errors import GeometryError
from geo_merge.geometry.edges import Unmatched, match, runs_of, unmatched
from geo_merge.geometry.faces import AREA_TOLERANCE, Faces, build_faces, claims_of, faces_of
from geo_merge.geometry.rings import Geometries, Ints, flatten
from geo_merge.wording.sentence import sentence

# Vertices below which GEOS' union takes about as long (official units of Vietnam in threes and
# tens, districts of Bắc Ninh: equal at 2,000 to 5,000).
SMALL = 3_000
# Lines a vertex: beyond it the unmatched edges are in short pieces, and their faces cost more than
# GEOS' union (twice as much on the census of 2009, 0.1 to 0.3; a half or less on official units,
# up to 0.05, however many of their edges do not match).
MOST_LINES = 0.07


@dataclass(frozen=True)
class Dissolved:
    """A polygon made of several, and how.

    Attributes
    ----------
    geometry
        Valid; shares its outer edges with the members, vertex by vertex.
    method
        ``single`` (one member, taken as it is), ``edges`` (shared edges cancelled) or ``union``
        (GEOS' full union, for members that do not fit together or are small).
    faces
        The land of the members with its gaps and overlaps, where it was looked for on the way: to
        cancel edges, or to prove a union of members that overlap; else None.
    """

    geometry: Polygon | MultiPolygon
    method: str
    faces: Faces | None = None


def dissolve(geometries: Geometries) -> Dissolved:
    """Dissolve polygons to one.

    Parameters
    ----------
    geometries
        Valid, non-empty polygons or multipolygons in any order; shape (n,), n > 0.

    Raises
    ------
    GeometryError
        If a member is null, empty or invalid, or no valid union can be made.
    """
    _check_members(geometries)
    return dissolve_valid(geometries)


def _check_members(geometries: Geometries) -> None:
    if not len(geometries):
        raise GeometryError(sentence("geometry.nothing"))
    bad = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    bad |= ~shapely.is_valid(geometries)
    if bad.any():
        raise GeometryError(sentence("geometry.members", n=bad.sum(), all=len(bad)))


def dissolve_valid(geometries: Geometries, left: Unmatched | None = None) -> Dissolved:
    """Dissolve polygons that are known to be valid and not empty.

    Parameters
    ----------
    geometries
        Shape (n,), n > 0.
    left
        Their unmatched edges, if these are known already (of geometries in order of place, so that
        the result does not depend on that of the rows).
    """
    if len(geometries) == 1:
        return Dissolved(geometries[0], "single")
    if left is None:
        geometries = geometries[in_place_order(geometries)]
    n_vertices = int(shapely.get_num_coordinates(geometries).sum())
    if n_vertices >= SMALL:
        outlines = unmatched(geometries) if left is None else left
        lines = outlines.lines()
        woven = int(np.count_nonzero(~shapely.is_closed(lines)))  # a ring by itself costs nothing
        if woven <= MOST_LINES * n_vertices:
            by_edges = dissolve_edges(geometries, outlines, lines)
            if by_edges is not None:
                return by_edges
    merged = shapely.union_all(geometries)
    if not shapely.is_valid(merged):  # GEOS may leave a shell inside another one
        merged = shapely.union_all(shapely.get_parts(merged))
    if not shapely.is_valid(merged) or shapely.is_empty(merged):
        raise GeometryError(sentence("geometry.union"))
    return _proven_union(merged, geometries, left)


def _proven_union(
    merged: Polygon | MultiPolygon, geometries: Geometries, left: Unmatched | None
) -> Dissolved:
    """Return GEOS' union, or the land of the faces where that is right and the union is not.

    Its noder may take a hairline between edges that nearly coincide for land, or leave it out.
    """
    claimed = float(np.sum(shapely.area(geometries)))
    if abs(claimed - shapely.area(merged)) <= AREA_TOLERANCE * claimed:
        return Dissolved(merged, "union")
    faces = faces_of(unmatched(geometries) if left is None else left, claimed)
    if not _proven(merged, faces, geometries):
        joined = join_faces(faces.geometry[faces.claims > 0])
        if _proven(joined, faces, geometries):
            return Dissolved(joined, "edges", faces)
    return Dissolved(merged, "union", faces)


def dissolve_edges(
    geometries: Geometries, left: Unmatched, lines: Geometries | None = None
) -> Dissolved | None:
    """Dissolve polygons by their unmatched edges; None where the result cannot be proven.

    Parameters
    ----------
    geometries
        Valid polygons; shape (n,).
    left
        Their unmatched edges.
    lines
        The same as lines, if they were made already.
    """
    faces = faces_of(left, float(np.sum(shapely.area(geometries))), lines)
    merged = join_faces(faces.geometry[faces.claims > 0])
    return Dissolved(merged, "edges", faces) if _proven(merged, faces, geometries) else None


def in_place_order(geometries: Geometries, groups: Ints | None = None) -> Ints:
    """Return the order of geometries from west to east, whatever order their rows are in.

    If each has a group, groups come one after the other, each in that order.

    What is computed in this order is the same to the last bit if rows are exchanged: where three
    edges coincide, or GEOS rounds a crossing, the order decides.
    """
    west, south, east, north = shapely.bounds(geometries).T
    place = (shapely.get_num_coordinates(geometries), north, east, south, west)
    return np.lexsort(place if groups is None else (*place, groups))


def _proven(merged: Polygon | MultiPolygon, faces: Faces, geometries: Geometries) -> bool:
    """Tell whether a result is valid and has exactly the area that its members cover."""
    covered = float(np.sum(shapely.area(geometries))) - faces.area_claimed_again
    same = abs(shapely.area(merged) - covered) <= AREA_TOLERANCE * covered
    return bool(same and shapely.is_valid(merged))


def join_faces(faces: Geometries) -> Polygon | MultiPolygon:
    """Join faces that do not overlap to one geometry, without the edges that two of them share."""
    rings = flatten(faces)
    pairs = match(rings)
    shared = np.zeros(len(faces), dtype=bool)
    shared[rings.owner[rings.run_of(np.concatenate([pairs.one, pairs.two]))]] = True
    if shared.any():
        left = runs_of(rings, pairs.left[shared[rings.owner[rings.run_of(pairs.left)]]])
        joined = build_faces(left.lines())
        faces = np.concatenate([faces[~shared], joined[claims_of(joined, left) > 0]])
    return faces[0] if len(faces) == 1 else shapely.multipolygons(faces)


def dissolve_groups(
    geometries: Geometries, groups: Ints, *, threads: int | None = None
) -> Sequence[Dissolved]:
    """Dissolve the polygons of each group.

    Parameters
    ----------
    geometries
        Polygons, known to be valid and not empty; shape (n,).
    groups
        The group of each polygon as a number from 0, without a number left out; shape (n,).
    threads
        Groups worked on at the same time; as many as there are processors by default.

    Returns
    -------
    Sequence of Dissolved
        One a group, in the order of the numbers.
    """
    order = np.argsort(groups, kind="stable")
    members = np.split(geometries[order], np.flatnonzero(np.diff(groups[order])) + 1)
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        return list(pool.map(dissolve_valid, members))
