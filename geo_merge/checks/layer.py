"""Checks of a layer: its geometries, the coverage that they make, and where its units lie.

Every check is a function from frames to findings; `check_layer` runs them all.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import geopandas as gpd
import numpy as np

from geo_merge.checks.borders import check_inlets, check_rounding, facing_edges
from geo_merge.checks.gaps import check_gaps
from geo_merge.checks.identity import check_codes, check_names
from geo_merge.checks.known import Known
from geo_merge.checks.outline import check_outline
from geo_merge.checks.overlaps import check_overlaps, lands, overlapping_pairs
from geo_merge.checks.places import check_parents, check_strays
from geo_merge.checks.surveyed import Surveyed, survey_layer
from geo_merge.vocabulary.codes import fold_name
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Limits
from geo_merge.vocabulary.memory import grid_of

__all__ = ["check_layer", "check_surveyed", "for_layer"]


def check_layer(
    frame: gpd.GeoDataFrame,
    limits: Limits | None = None,
    *,
    outline: gpd.GeoDataFrame | None = None,
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
        Polygons that the layer should fill, in the same CRS.
    name_key
        Returns names in the form in which they are compared.
    """
    limits = limits or Limits()
    known = Known(outline=outline)
    return check_surveyed(survey_layer(frame, limits), limits, known=known, name_key=name_key)


def check_surveyed(
    layer: Surveyed,
    limits: Limits,
    *,
    known: Known | None = None,
    name_key: Callable[[str], str] = fold_name,
) -> list[Finding]:
    """Run all checks of a layer that was surveyed; see `check_layer`.

    ``known`` is land that belongs to no unit, in the CRS of the layer.
    """
    return [
        *layer.findings,
        *check_codes(layer),
        *check_names(layer, name_key),
        *(_check_coverage(layer, limits, known or Known()) if layer.measures.usable.any() else ()),
    ]


def _check_coverage(layer: Surveyed, limits: Limits, known: Known) -> list[Finding]:
    """Find gaps, overlaps, mismatched borders, inlets and stray units."""
    # GEOS looks for faces while numpy looks at edges.
    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(lambda: layer.faces)
        links = layer.survey.touching()
        facing = facing_edges(layer.survey.unmatched, max(limits.rounding_width, limits.inlet))
        alone = [*check_strays(layer, links, limits), *check_parents(layer, links, limits)]
        faces = looking.result()
    overlaps, hairlines = overlapping_pairs(layer, limits.rounding_width)
    return [
        *check_gaps(layer, limits, known),
        *check_overlaps(layer, overlaps, limits),
        *check_rounding(layer, lands(hairlines), facing, limits),
        *check_inlets(layer.frame, faces, facing, limits, known),
        *alone,
        *([] if known.outline is None else check_outline(layer, known, limits)),
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
