"""Land that several units claim: slivers, overlaps and doubled polygons (C03, C04)."""

from __future__ import annotations

from itertools import combinations

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo_merge.areas import areas
from geo_merge.coverage.gaps import lack, lacks_vertex
from geo_merge.coverage.labels import label
from geo_merge.coverage.widths import is_narrow, mean_width, width_of
from geo_merge.edges import Floats, Geometries, Ints
from geo_merge.faces import Faces, find_faces
from geo_merge.limits import Limits
from geo_merge.models import Finding, Severity

# Metres. Below this width the overlay of a face with a polygon loses up to half of its area.
OVERLAY_WIDTH = 1e-3
# Metres around a face within which the polygons that claim it are cut out before an overlay.
_MARGIN = 1.0
# Share of its area by which a polygon may differ from another and still be its double.
_SAME = 1e-9


def check_overlaps(
    frame: gpd.GeoDataFrame, geometries: Geometries, faces: Faces, limits: Limits
) -> list[Finding]:
    """Find overlaps by pair of units: narrow (C03, a warning) or wide (C04, an error)."""
    pairs = [
        (pair, region)
        for pair, region in overlapping_pairs(geometries, faces)
        if mean_width(region) > limits.hairline
    ]
    if not pairs:
        return []
    regions = np.array([region for _, region in pairs], dtype=object)
    findings = []
    true_areas = areas(regions, frame.crs)
    narrows = is_narrow(regions, limits.narrow)
    for ((i, j), region), area, narrow in zip(pairs, true_areas, narrows, strict=True):
        units = (str(frame.index[i]), str(frame.index[j]))
        two = geometries[[i, j]]
        lacking = None if narrow else lacks_vertex(region, two, limits.vertex)
        a, b = (label(frame, code) for code in units)
        double = bool((np.abs(shapely.area(two) - region.area) <= _SAME * region.area).all())
        what = (
            f"{a} and {b} have the same polygon of {area:,.2f} m²"
            if double
            else f"{a} and {b} overlap on {area:,.2f} m², up to {width_of(region):.3g} m wide"
        )
        findings.append(
            Finding(
                check="C03" if narrow or lacking is not None else "C04",
                severity=Severity.WARNING if narrow or lacking is not None else Severity.ERROR,
                units=tuple(sorted(units)),
                value=float(area),
                unit_of_value="m²",
                geometry=region,
                message=f"{what}{lack(frame, units, lacking)}.",
                hint="Give one of them its own polygon."
                if double
                else "Decide in the source layer to whom the land belongs.",
            )
        )
    return findings


def overlapping_pairs(
    geometries: Geometries, faces: Faces
) -> list[tuple[tuple[int, int], BaseGeometry]]:
    """Return pairs of polygons that claim the same land, with the land; by position.

    A face claimed twice can span several pairs (the border between two of the claimants was
    cancelled), so it is cut by each of its claimants; one under a millimetre wide, where an
    overlay is mostly rounding, belongs to those who claim its middle.
    """
    doubled = faces.geometry[faces.claims > 1]
    if not len(doubled):
        return []
    tree = shapely.STRtree(geometries)
    regions: dict[tuple[int, int], list[BaseGeometry]] = {}
    for face, thin in zip(doubled, mean_width(doubled) < OVERLAY_WIDTH, strict=True):
        where = shapely.point_on_surface(face) if thin else face
        near = np.sort(tree.query(where, predicate="intersects"))
        pieces = [face] * len(near) if thin else _cut(face, geometries[near])
        for (a, one), (b, two) in combinations(zip(near, pieces, strict=True), 2):
            both = face if thin else shapely.intersection(one, two)
            if both.area > 0:
                regions.setdefault((int(a), int(b)), []).append(both)
    return [(pair, _polygons_of(regions[pair])) for pair in sorted(regions)]


def _cut(face: BaseGeometry, claimants: Geometries) -> Geometries:
    """Cut a face by each of its claimants, of which only what is near is looked at."""
    west, south, east, north = face.bounds
    box = (west - _MARGIN, south - _MARGIN, east + _MARGIN, north + _MARGIN)
    clipped = shapely.clip_by_rect(claimants, *box)
    broken = ~shapely.is_valid(clipped)
    clipped[broken] = claimants[broken]
    return np.asarray(shapely.intersection(face, clipped))


def _polygons_of(geometries: list[BaseGeometry]) -> BaseGeometry:
    """Join the polygons of faces, which do not overlap, without the overlay's points and lines."""
    parts = shapely.get_parts(shapely.get_parts(geometries))
    polygons = parts[shapely.area(parts) > 0]
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)


def claimed_again(
    geometries: Geometries, groups: Ints, faces: Faces, crs: CRS, n_groups: int
) -> Floats:
    """Return the area that the members of each group claim more than once, in square metres.

    This is what the areas of the members are more than the area that they cover.
    """
    result = np.zeros(n_groups)
    doubled = faces.geometry[faces.claims > 1]
    if not len(doubled):
        return result
    _, owner = shapely.STRtree(geometries).query(doubled, predicate="intersects")
    for group in np.unique(groups[owner]):
        inner = find_faces(geometries[groups == group])
        again = inner.claims > 1
        m2 = areas(inner.geometry[again], crs)
        result[group] = float(np.sum(m2 * (inner.claims[again] - 1)))
    return result
