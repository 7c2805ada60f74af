"""Land that several units claim: slivers, overlaps and doubled polygons (C03, C04)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.checks.gaps import lacks_vertex
from geo_merge.checks.labels import label
from geo_merge.checks.stacked import refuse_piled
from geo_merge.checks.surveyed import Surveyed
from geo_merge.geometry.areas import areas
from geo_merge.geometry.rings import Geometries
from geo_merge.geometry.widths import is_narrow, mean_width, width_of
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Limits
from geo_merge.vocabulary.sentence import sentence

# Metres. Below this width the overlay of a face with a polygon loses up to half of its area.
OVERLAY_WIDTH = 1e-3
# Metres around a face within which the polygons that claim it are cut out before an overlay.
_MARGIN = 1.0
# Share of its area by which a polygon may differ from another and still be its double.
_SAME = 1e-9


def check_overlaps(layer: Surveyed, pairs: Sequence[Overlap], limits: Limits) -> list[Finding]:
    """Find overlaps by pair of units: narrow (C03, a warning) or wide (C04, an error)."""
    if not pairs:
        return []
    frame, findings = layer.frame, []
    regions = lands(pairs)
    true_areas = areas(regions, frame.crs)
    narrows = is_narrow(regions, limits.narrow)
    for pair, area, narrow in zip(pairs, true_areas, narrows, strict=True):
        region, two = pair.land, pair.polygons
        units = (str(frame.index[pair.one]), str(frame.index[pair.two]))
        lacking = None if narrow else lacks_vertex(region, two, limits.vertex)
        a, b = (label(frame, code) for code in units)
        values = {"a": a, "b": b, "m2": area}
        if (np.abs(shapely.area(two) - region.area) <= _SAME * region.area).all():
            told = sentence("C03.same" if narrow else "C04.same", **values)
        elif lacking is None:
            kind = "C03.overlap" if narrow else "C04.overlap"
            told = sentence(kind, width=width_of(region), **values)
        else:
            unit = label(frame, units[lacking])
            told = sentence("C03.lacks", width=width_of(region), unit=unit, **values)
        findings.append(
            Finding.of(told, units=tuple(sorted(units)), value=float(area), unit_of_value="m²",
                       geometry=region)
        )  # fmt: skip
    return findings


@dataclass(frozen=True)
class Overlap:
    """Land that two units claim.

    Attributes
    ----------
    one, two
        Positions of the units, the lower first.
    polygons
        Their polygons; shape (2,).
    land
        What both claim.
    """

    one: int
    two: int
    polygons: Geometries
    land: BaseGeometry


def lands(pairs: Sequence[Overlap]) -> Geometries:
    """Return what the units of each pair both claim."""
    return np.array([pair.land for pair in pairs], dtype=object)


def overlapping_pairs(layer: Surveyed, width: float) -> tuple[list[Overlap], list[Overlap]]:
    """Return the overlaps by pair of units of faces somewhere wider than `width` metres.

    First those that are so wide themselves, then those that are not: of a face that more than two
    claim, two may share a hairline.

    A face claimed twice can span several pairs (the border between two of the claimants was
    cancelled), so it is cut by each of its claimants, unless there are no more around it than claim
    it; one under a millimetre wide, where an overlay is mostly rounding, belongs to those who claim
    its middle.
    """
    several = layer.faces.claims > 1
    doubled, claims = layer.faces.geometry[several], layer.faces.claims[several]
    wide = ~is_narrow(doubled, width)
    doubled, claims = doubled[wide], claims[wide]
    if not len(doubled):
        return [], []
    refuse_piled(
        claims, claims * (claims - 1) // 2, len(layer.frame),
        lambda k: label(layer.frame, str(layer.frame.index[layer.around(doubled[[k]])[0][0][0]])),
    )  # fmt: skip
    thin = mean_width(doubled) < OVERLAY_WIDTH
    where = np.where(thin, shapely.point_on_surface(doubled), doubled)
    regions: dict[tuple[int, int], list[BaseGeometry]] = {}
    polygon_of: dict[int, BaseGeometry] = {}
    near = layer.around(where)
    whole = thin | (claims == [len(units) for units, _ in near])  # all of them claim all of it
    for face, is_whole, (units, polygons) in zip(doubled, whole, near, strict=True):
        pieces = [face] * len(units) if is_whole else _cut(face, polygons)
        polygon_of |= dict(zip(map(int, units), polygons, strict=True))
        for (a, one), (b, two) in combinations(zip(units, pieces, strict=True), 2):
            both = face if is_whole else shapely.intersection(one, two)
            if both.area > 0:
                regions.setdefault((int(a), int(b)), []).append(both)
    pairs = [
        Overlap(a, b, np.array([polygon_of[a], polygon_of[b]], dtype=object), _polygons_of(land))
        for (a, b), land in sorted(regions.items(), key=lambda item: item[0])
    ]
    narrow = is_narrow(lands(pairs), width)
    return [p for p, n in zip(pairs, narrow, strict=True) if not n], [
        p for p, n in zip(pairs, narrow, strict=True) if n
    ]


def _cut(face: BaseGeometry, claimants: Geometries) -> Geometries:
    """Cut a face by each of its claimants, of which only what is near is looked at."""
    west, south, east, north = face.bounds
    box = (west - _MARGIN, south - _MARGIN, east + _MARGIN, north + _MARGIN)
    try:
        clipped = shapely.clip_by_rect(claimants, *box)
    except shapely.GEOSException:  # of a spike that leaves the box and comes back at one place
        return _overlay(face, claimants)
    broken = ~shapely.is_valid(clipped)
    clipped[broken] = claimants[broken]
    return _overlay(face, clipped)


def _overlay(face: BaseGeometry, others: Geometries) -> Geometries:
    """Return the polygons that a face has in common with each of others."""
    return np.array([_polygons_of([each]) for each in shapely.intersection(face, others)])


def _polygons_of(geometries: list[BaseGeometry]) -> BaseGeometry:
    """Join the polygons of faces, which do not overlap, without the overlay's points and lines."""
    parts = shapely.get_parts(shapely.get_parts(geometries))
    polygons = parts[shapely.area(parts) > 0]
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)
