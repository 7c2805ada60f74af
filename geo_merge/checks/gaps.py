"""Land inside the layer that belongs to nobody: slivers, gaps and holes (C01, C02)."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.checks.known import Known, notes, reasons
from geo_merge.checks.labels import label, labels
from geo_merge.checks.surveyed import Surveyed
from geo_merge.geometry.areas import areas, transformer
from geo_merge.geometry.projection import WGS84
from geo_merge.geometry.rings import Floats, Geometries
from geo_merge.geometry.widths import is_narrow, width_of
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Limits
from geo_merge.vocabulary.sentence import sentence

_CORNERS = 3
# Holes inside one unit that are still told one by one.
_MANY = 10


def check_gaps(layer: Surveyed, limits: Limits, known: Known | None = None) -> list[Finding]:
    """Find gaps wider than ``limits.rounding_width``, told apart by the largest circle in them.

    Up to ``limits.narrow`` a gap is a sliver (C01, a warning), beyond it land is missing (C02, an
    error); beyond ``limits.hole`` it is a hole, which no drawing error explains. A triangle where
    one neighbour lacks a vertex that the other has is a warning whatever its width. A hole that
    is known to be right is a note; see `known.reasons`. Many inside one unit are one finding.
    """
    frame, faces = layer.frame, layer.faces
    gaps = faces.geometry[faces.claims == 0]
    gaps = gaps[~is_narrow(gaps, limits.rounding_width)]
    if not len(gaps):
        return []
    true_areas, narrows = areas(gaps, frame.crs), is_narrow(gaps, limits.narrow)
    near = layer.around(gaps)
    every = np.array([str(code) for code in frame.index], dtype=object)
    codes = [tuple(sorted(every[units])) for units, _ in near]
    right = reasons(gaps, codes, known or Known(), limits)
    lakes: dict[str, list[int]] = {}
    findings = list(notes(frame, gaps, true_areas, codes, right))
    for k, (units, polygons) in enumerate(near):
        around = codes[k]
        if k in right:
            continue
        if len(around) == 1 and not narrows[k]:
            lakes.setdefault(around[0], []).append(k)
        else:
            order = np.argsort(every[units], kind="stable")
            lacking = None if narrows[k] else lacks_vertex(gaps[k], polygons[order], limits.vertex)
            findings.append(
                _gap(frame, gaps[k], true_areas[k], around, limits, lacking=lacking,
                     narrow=bool(narrows[k]))
            )  # fmt: skip
    for code, inside in lakes.items():
        if len(inside) > _MANY:
            findings.append(_many(frame, gaps[inside], true_areas[inside], code))
        else:
            findings += [_gap(frame, gaps[k], true_areas[k], (code,), limits) for k in inside]
    return findings


def _gap(
    frame: gpd.GeoDataFrame,
    gap: BaseGeometry,
    area: float,
    around: tuple[str, ...],
    limits: Limits,
    *,
    lacking: int | None = None,
    narrow: bool = False,
) -> Finding:
    width = width_of(gap)
    kind = "hole" if width > limits.hole else "gap"
    where = "C01.inside" if len(around) == 1 else "C01.between"
    values = {"m2": area, "width": width, "where": sentence(where, units=labels(frame, around))}
    if lacking is not None:
        unit = label(frame, around[lacking])
        told = sentence("C01.lacks", what=sentence(f"C01.{kind}"), unit=unit, **values)
    else:
        told = sentence("C01.sliver" if narrow else f"C02.{kind}", **values)
    return Finding.of(told, units=around, value=float(area), unit_of_value="m²", geometry=gap)


def _many(frame: gpd.GeoDataFrame, gaps: Geometries, m2: Floats, code: str) -> Finding:
    """Return one finding of many holes inside a unit."""
    largest = int(np.argmax(m2))
    place = shapely.get_coordinates(shapely.point_on_surface(gaps[largest]))
    (lon, lat), *_ = np.column_stack(transformer(frame.crs, WGS84).transform(*place.T))
    told = sentence(
        "C02.many", n=len(gaps), m2=m2.sum(), unit=label(frame, code), largest=m2[largest],
        width=width_of(gaps[largest]), lon=lon, lat=lat,
    )  # fmt: skip
    return Finding.of(
        told,
        units=(code,),
        value=float(m2.sum()),
        unit_of_value="m²",
        geometry=shapely.multipolygons(gaps),
    )


def lacks_vertex(region: BaseGeometry, around: Geometries, largest: float) -> int | None:
    """Return which of the polygons around a triangle has two of its corners and not the third.

    Such a gap or overlap is nothing but one vertex that one side of a border has and the other
    has not. None if the region is no such triangle, or larger than `largest` square metres.
    """
    if region.geom_type != "Polygon" or region.interiors or region.area > largest:
        return None
    corners = shapely.get_coordinates(shapely.simplify(region, 0.0))[:-1]
    if len(corners) != _CORNERS:
        return None
    has = [_count_shared(corners, polygon) for polygon in around]
    if _CORNERS not in has:
        return None
    return next((k for k, n in enumerate(has) if n == _CORNERS - 1), None)


def _count_shared(corners: Floats, polygon: BaseGeometry) -> int:
    xy = shapely.get_coordinates(polygon)
    return sum(bool((xy == corner).all(axis=1).any()) for corner in corners)
