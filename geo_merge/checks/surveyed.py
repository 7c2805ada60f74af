"""A layer as its checks see it: measured and surveyed, its geometry fetched where it is needed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely

from geo_merge.checks.blocks import TOLD, Block, Fetch, Measures, join_measures, take_block
from geo_merge.checks.labels import label
from geo_merge.geometry.crossings import refuse_tangled
from geo_merge.geometry.dissolve import in_place_order
from geo_merge.geometry.faces import Faces, faces_of
from geo_merge.geometry.neighbourhoods import members_of, neighbourhoods
from geo_merge.geometry.rings import Geometries, Ints
from geo_merge.geometry.survey import Survey, combine
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Limits


@dataclass(frozen=True)
class Surveyed:
    """A layer of units after all of its blocks were surveyed.

    Attributes
    ----------
    frame
        The units with their attributes, in a CRS in metres.
    measures
        What is measured of each unit.
    survey
        The outlines of the layer.
    findings
        What each unit by itself gives.
    fetch
        Returns the polygons of some units, given by position.
    """

    frame: gpd.GeoDataFrame
    measures: Measures
    survey: Survey
    findings: tuple[Finding, ...]
    fetch: Fetch

    @cached_property
    def faces(self) -> Faces:
        """The faces between its unmatched edges."""
        drawn = self.measures.drawn[self.measures.usable]
        return faces_of(self.survey.unmatched, float(drawn.sum()))

    def around(self, shapes: Geometries, distance: float = 0.0) -> list[tuple[Ints, Geometries]]:
        """Return for each shape the units that are at most `distance` metres from it.

        Their positions, ascending, and their polygons. Only those whose box is near are fetched.
        """
        good = np.flatnonzero(self.measures.usable)
        low, high = self.measures.bounds[good, :2], self.measures.bounds[good, 2:]
        tree = shapely.STRtree(shapely.box(*(low - distance).T, *(high + distance).T))
        shape, unit = tree.query(shapes)
        unit = good[unit]
        needed, at = np.unique(unit, return_inverse=True)
        polygons = self.fetch(needed)
        shapely.prepare(shapes)
        if distance:
            near = shapely.dwithin(shapes[shape], polygons[at], distance)
        else:
            near = shapely.intersects(shapes[shape], polygons[at])
        shape, unit, at = shape[near], unit[near], at[near]
        order = np.lexsort((unit, shape))
        ends = np.searchsorted(shape[order], np.arange(1, len(shapes)))
        pairs = zip(np.split(unit[order], ends), np.split(at[order], ends), strict=True)
        return [(units, polygons[k]) for units, k in pairs][: len(shapes)]


def take_blocks(
    frame: gpd.GeoDataFrame,
    blocks: Sequence[Ints],
    limits: Limits,
    *,
    groups: Ints | None = None,
) -> list[Block]:
    """Take several blocks of a layer, as many at a time as there are processors.

    With the new unit of each unit (shape (units,)), the units of each are dissolved; a block has
    all or none of them.
    """
    told = frame[[name for name in (*TOLD, frame.geometry.name) if name in frame]]

    geometries = np.asarray(frame.geometry.values)

    def take(units: Ints) -> Block:
        own = None if groups is None else np.unique(groups[units], return_inverse=True)[1]
        order = in_place_order(geometries[units], own)
        units, own = units[order], None if own is None else own[order]
        return take_block(told.iloc[units], units, limits, groups=own)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(take, blocks))


def survey_layer(frame: gpd.GeoDataFrame, limits: Limits) -> Surveyed:
    """Survey a layer whose units are all in memory."""
    return join_blocks(frame, take_blocks(frame, _neighbourhoods(frame), limits),
                       np.asarray(frame.geometry.values).__getitem__)  # fmt: skip


def join_blocks(frame: gpd.GeoDataFrame, blocks: Sequence[Block], fetch: Fetch) -> Surveyed:
    """Put a layer together from all of its blocks."""
    measures = join_measures(blocks, len(frame))
    survey = combine([b.survey for b in blocks if b.survey is not None], len(frame))
    if len(blocks) > 1:
        refuse_tangled(survey.unmatched, lambda unit: label(frame, frame.index[unit]))
    findings = tuple(finding for b in blocks for finding in b.findings)
    return Surveyed(frame, measures, survey, findings, fetch)


def _neighbourhoods(frame: gpd.GeoDataFrame) -> list[Ints]:
    """Divide a layer into blocks of units that lie beside each other."""
    geometries = np.asarray(frame.geometry.values)
    bounds, n_vertices = shapely.bounds(geometries), shapely.get_num_coordinates(geometries)
    return members_of(neighbourhoods(bounds, n_vertices))
