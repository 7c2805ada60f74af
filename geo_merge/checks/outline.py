"""A layer against the outline that it should fill: what is missing, what is too much (C06)."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.checks.known import Known
from geo_merge.checks.labels import labels
from geo_merge.checks.surveyed import Surveyed
from geo_merge.geometry.areas import areas
from geo_merge.geometry.rings import Geometries
from geo_merge.geometry.widths import is_narrow, width_of
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Limits
from geo_merge.vocabulary.sentence import sentence


def check_outline(layer: Surveyed, known: Known, limits: Limits) -> list[Finding]:
    """Compare the land of all units with an outline without water and land of others.

    Only an outline shows land that is missing at the edge of a layer, or a layer that lies beside
    its place. Differences that are nowhere wider than ``limits.narrow`` are summed up.
    """
    if known.outline is None:
        return []
    wanted = shapely.union_all(np.asarray(known.outline.geometry.values))
    wanted = shapely.difference(wanted, known.nobodys)
    faces = layer.faces
    gaps = faces.geometry[faces.claims == 0]
    covered = shapely.union_all(faces.geometry[faces.claims > 0])
    missing = shapely.difference(wanted, shapely.union_all([covered, *gaps]))
    extra = shapely.difference(covered, wanted)
    findings: list[Finding] = []
    for land, what in ((missing, "C06.missing"), (extra, "C06.extra")):
        polygons = shapely.get_parts(shapely.get_parts(land))
        polygons = polygons[shapely.area(polygons) > 0]
        if not len(polygons):
            continue
        narrow = is_narrow(polygons, limits.narrow)
        findings += _wide(layer, polygons[~narrow], what)
        findings += _narrow(layer.frame, polygons[narrow], f"{what}_slivers", limits)
    return findings


def _wide(layer: Surveyed, polygons: Geometries, what: str) -> Iterator[Finding]:
    frame = layer.frame
    near = layer.around(polygons, distance=1.0)
    for polygon, m2, (units, _) in zip(polygons, areas(polygons, frame.crs), near, strict=True):
        codes = tuple(sorted(str(frame.index[k]) for k in units))
        where = labels(frame, codes) or sentence("C06.layer")
        told = sentence(what, m2=m2, width=width_of(polygon), units=where)
        yield Finding.of(told, units=codes, value=float(m2), unit_of_value="m²", geometry=polygon)


def _narrow(
    frame: gpd.GeoDataFrame, polygons: Geometries, what: str, limits: Limits
) -> Iterator[Finding]:
    if not len(polygons):
        return
    m2 = float(areas(polygons, frame.crs).sum())
    slivers: BaseGeometry = shapely.multipolygons(polygons)
    told = sentence(what, m2=m2, n=len(polygons), limit=limits.narrow)
    yield Finding.of(told, value=m2, unit_of_value="m²", geometry=slivers)
