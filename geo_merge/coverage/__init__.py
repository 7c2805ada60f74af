"""Checks of a layer: its geometries, the coverage that they make, and where its units lie.

Every check is a function from frames to findings; `check_layer` runs them all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np

from geo_merge.codes import fold_name
from geo_merge.coverage.borders import (
    check_borders,
    check_hairlines,
    check_inlets,
    facing_edges,
)
from geo_merge.coverage.gaps import check_gaps
from geo_merge.coverage.identity import check_codes, check_names
from geo_merge.coverage.outline import check_outline
from geo_merge.coverage.overlaps import check_overlaps, claimed_again, overlapping_pairs
from geo_merge.coverage.parts import check_parts
from geo_merge.coverage.places import check_parents, check_strays, touching
from geo_merge.coverage.shapes import check_crumbs, check_geometries, check_spikes, usable
from geo_merge.coverage.widths import is_narrow, width_of
from geo_merge.edges import Bools, unmatched
from geo_merge.faces import Faces, find_faces
from geo_merge.limits import Limits
from geo_merge.models import Finding
from geo_merge.provenance import grid_of

__all__ = [
    "Limits",
    "check_coverage",
    "check_geometries",
    "check_layer",
    "check_parts",
    "claimed_again",
    "for_layer",
    "is_narrow",
    "overlapping_pairs",
    "usable",
    "width_of",
]


def check_layer(
    frame: gpd.GeoDataFrame,
    limits: Limits | None = None,
    *,
    outline: gpd.GeoDataFrame | None = None,
    good: Bools | None = None,
    faces: Faces | None = None,
    name_key: Callable[[str], str] = fold_name,
) -> list[Finding]:
    """Run all checks of a layer by itself.

    Parameters
    ----------
    frame
        Unit layer in a CRS in metres.
    limits
        Thresholds.
    outline
        Polygons that the layer should fill.
    good, faces
        What `usable` says of the geometries, and the faces of those, if known already.
    name_key
        Returns names in the form in which they are compared.
    """
    limits = limits or Limits()
    good = usable(np.asarray(frame.geometry.values)) if good is None else good
    return [
        *check_geometries(frame, limits, good=good),
        *check_codes(frame),
        *check_names(frame, name_key),
        *(check_coverage(frame[good], limits, outline=outline, faces=faces) if good.any() else ()),
    ]


def check_coverage(
    frame: gpd.GeoDataFrame,
    limits: Limits | None = None,
    *,
    outline: gpd.GeoDataFrame | None = None,
    faces: Faces | None = None,
) -> list[Finding]:
    """Find gaps, overlaps, mismatched borders, inlets, spikes, crumbs and stray units.

    Parameters
    ----------
    frame
        Units with usable geometries (see `usable`) in a CRS in metres.
    limits
        Thresholds.
    outline
        Polygons that the units should fill, in the same CRS.
    faces
        Their faces as `find_faces` returns them, if they were built before.
    """
    limits = limits or Limits()
    geometries = np.asarray(frame.geometry.values)
    faces = faces or find_faces(geometries)
    left = faces.unmatched or unmatched(geometries)
    links = touching(left.rings)
    facing = facing_edges(left, max(limits.edge, limits.inlet))
    borders = [
        *check_gaps(frame, geometries, faces, limits),
        *check_overlaps(frame, geometries, faces, limits),
        *check_borders(frame, faces, facing, limits),
    ]
    return [
        *(borders or check_hairlines(faces, limits)),
        *check_inlets(frame, faces, facing, limits),
        *check_spikes(frame, left.rings, limits),
        *check_crumbs(frame, limits),
        *check_strays(frame, left, links, limits),
        *check_parents(frame, left.rings, links, limits),
        *([] if outline is None else check_outline(frame, geometries, faces, outline, limits)),
    ]


def for_layer(limits: Limits, frame: gpd.GeoDataFrame) -> Limits:
    """Return the limits with `narrow` as wide as the rounding of the layer's coordinates.

    A vertex on a grid is off by up to half of a cell's diagonal, and so are the borders of units
    that were rounded and units that were not.
    """
    grid = grid_of(frame)
    if not 0 < grid <= limits.rounding:
        return limits
    return replace(limits, narrow=max(limits.narrow, grid / np.sqrt(2)))
