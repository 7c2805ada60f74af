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

from geo_merge.edges import Geometries, Ints, cancel, chain, flatten
from geo_merge.errors import GeometryError
from geo_merge.faces import AREA_TOLERANCE, faces_between

# Below so many vertices GEOS' union takes about as long (measured on 34 provinces).
SMALL = 2_000
# Where more edges than this stay, the faces cost more than GEOS' union (measured on the census).
UNMATCHED_SHARE = 0.6


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
    """

    geometry: Polygon | MultiPolygon
    method: str


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
    return _dissolve(geometries)


def _dissolve(geometries: Geometries) -> Dissolved:
    if len(geometries) == 1:
        return Dissolved(geometries[0], "single")
    if shapely.get_num_coordinates(geometries).sum() >= SMALL:
        merged = _dissolve_edges(geometries)
        if merged is not None:
            return Dissolved(merged, "edges")
    merged = shapely.union_all(geometries)
    if not shapely.is_valid(merged):  # GEOS may leave a shell inside another one
        merged = shapely.union_all(shapely.get_parts(merged))
    if not shapely.is_valid(merged) or shapely.is_empty(merged):
        raise GeometryError("The union of the members is not a valid polygon; validate the layer.")
    return Dissolved(merged, "union")


def _check_members(geometries: Geometries) -> None:
    if not len(geometries):
        raise GeometryError("There is nothing to dissolve.")
    bad = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    bad |= ~shapely.is_valid(geometries)
    if bad.any():
        raise GeometryError(
            f"{bad.sum()} of {len(bad)} members are null, empty or invalid; mend them first."
        )


def _dissolve_edges(geometries: Geometries) -> Polygon | MultiPolygon | None:
    """Dissolve by cancelling shared edges; None where that does not pay or cannot be proven."""
    rings = flatten(geometries)
    edges = cancel(rings)
    if len(edges) > UNMATCHED_SHARE * len(rings.xy):
        return None
    faces = faces_between(chain(rings, edges), geometries)
    kept = faces.geometry[faces.claims > 0]
    merged = kept[0] if len(kept) == 1 else shapely.multipolygons(kept)
    if not shapely.is_valid(merged):  # faces with an edge in common: an overlap was among them
        merged = shapely.coverage_union_all(kept)
        if not shapely.is_valid(merged):
            return None
    covered = float(np.sum(shapely.area(geometries))) - faces.area_claimed_again
    proven = abs(shapely.area(merged) - covered) <= AREA_TOLERANCE * covered
    return merged if proven else None


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
        return list(pool.map(_dissolve, members))
