"""Checks of a layer as a coverage: geometries, gaps, overlaps, mismatched edges, strays."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo_merge.areas import areas
from geo_merge.edges import Bools, Floats, Geometries, Ints, is_polygonal
from geo_merge.faces import Faces, find_faces
from geo_merge.models import Finding, Severity

# Metres. Below this width the overlay of a face with a polygon loses up to half of its area.
OVERLAY_WIDTH = 1e-3
COVERAGE_CHECKS = frozenset({"C01", "C02", "C03", "C04", "C05"})


@dataclass(frozen=True)
class Limits:
    """Thresholds of the checks.

    Attributes
    ----------
    narrow
        Gaps and overlaps at most this wide are slivers, in metres.
    hairline
        Gaps and overlaps thinner than this are rounding of coordinates, in metres; they are
        reported as edges that do not match (C05).
    tiny
        Units smaller than this are crumbs, in square metres.
    far
        A part further than this from the rest is astray, in metres.
    declared
        Share by which an area may differ from the declared one.
    reference
        Share of its area by which a unit may differ from its reference polygon.
    drawing
        Differences from a reference that are nowhere wider are drawing noise, in metres: half a
        millimetre, the plotting accuracy of a map, on one of 1:100,000.
    """

    narrow: float = 0.10
    hairline: float = 1e-6
    tiny: float = 1.0
    far: float = 50_000.0
    declared: float = 0.01
    reference: float = 0.001
    drawing: float = 50.0


def _label(frame: gpd.GeoDataFrame, code: str) -> str:
    name = frame.at[code, "name"] if "name" in frame else ""
    if "is_piece" in frame and frame.at[code, "is_piece"]:
        return str(name)
    return f"{code} ({name})" if name else code


def _where(frame: gpd.GeoDataFrame, code: str) -> str:
    if "source_file" not in frame:
        return ""
    return f"{frame.at[code, 'source_file']} row {frame.at[code, 'source_row']}: "


def usable(geometries: Geometries) -> Bools:
    """Tell which geometries are valid polygons with an area."""
    good = is_polygonal(geometries)
    good[good] = shapely.is_valid(geometries[good]) & (shapely.area(geometries[good]) > 0)
    return good


def check_layer(
    frame: gpd.GeoDataFrame,
    limits: Limits | None = None,
    *,
    good: Bools | None = None,
    faces: Faces | None = None,
) -> list[Finding]:
    """Run all checks of a layer by itself: its geometries, and the coverage they make.

    Parameters
    ----------
    frame
        Unit layer in a CRS in metres.
    limits
        Thresholds.
    good, faces
        What `usable` says of the geometries, and the faces of those, if known already.
    """
    limits = limits or Limits()
    good = usable(np.asarray(frame.geometry.values)) if good is None else good
    return [
        *check_geometries(frame, limits, good=good),
        *(check_coverage(frame[good], limits, faces=faces) if good.any() else ()),
    ]


def check_geometries(
    frame: gpd.GeoDataFrame, limits: Limits | None = None, *, good: Bools | None = None
) -> list[Finding]:
    """Find null, empty, non-polygonal, invalid, zero-area and tiny geometries (G01 to G05)."""
    limits = limits or Limits()
    geometries = np.asarray(frame.geometry.values)
    suspect = ~(usable(geometries) if good is None else good)
    suspect[~suspect] = shapely.area(geometries[~suspect]) < limits.tiny
    findings = []
    for k in np.flatnonzero(suspect):
        code, geometry = str(frame.index[k]), geometries[k]
        check, severity, text, place = _geometry_problem(geometry)
        findings.append(
            Finding(
                check=check,
                severity=severity,
                units=(code,),
                geometry=place,
                value=None if check != "G05" else float(shapely.area(geometry)),
                unit_of_value="m²" if check == "G05" else "",
                message=f"{_where(frame, code)}{_label(frame, code)} {text}.",
                hint="Mend the geometry in the source layer.",
            )
        )
    return findings


def _geometry_problem(  # noqa: PLR0911 - one return a problem
    geometry: BaseGeometry | None,
) -> tuple[str, Severity, str, BaseGeometry | None]:
    """Say what is wrong with a geometry that is not usable, or tiny."""
    if geometry is None:
        return "G01", Severity.ERROR, "has no geometry", None
    if geometry.is_empty:
        return "G01", Severity.ERROR, "has an empty geometry", None
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        return "G02", Severity.ERROR, "has a vertex that is no finite number", None
    if not is_polygonal(geometry):
        return "G03", Severity.ERROR, f"is no polygon but a {geometry.geom_type}", geometry
    if shapely.area(shapely.convex_hull(geometry)) == 0:
        return "G05", Severity.ERROR, "has no area", geometry
    if not shapely.is_valid(geometry):
        what, _, place = shapely.is_valid_reason(geometry).partition("[")
        point = shapely.Point(*map(float, place.rstrip("]").split()[:2])) if place else geometry
        return "G04", Severity.ERROR, f"is invalid: {what.lower()} at {place.rstrip(']')}", point
    return "G05", Severity.WARNING, f"has only {shapely.area(geometry):.2g} m²", geometry


def check_coverage(
    frame: gpd.GeoDataFrame, limits: Limits | None = None, *, faces: Faces | None = None
) -> list[Finding]:
    """Find gaps, overlaps, mismatched edges and stray units among valid polygons.

    Parameters
    ----------
    frame
        Units with usable geometries (see `usable`) in a CRS in metres.
    limits
        Thresholds.
    faces
        Their faces, if they were built before.
    """
    limits = limits or Limits()
    geometries = np.asarray(frame.geometry.values)
    faces = faces or find_faces(geometries)
    return [
        *_gaps(frame, geometries, faces, limits),
        *_overlaps(frame, geometries, faces, limits),
        *([] if faces.is_coverage else _mismatches(frame, geometries)),
        *_strays(frame, geometries, faces, limits),
    ]


def is_narrow(faces: Geometries, width: float) -> Bools:
    """Tell which polygons are nowhere wider than `width`, in the unit of the CRS.

    No circle of this diameter fits in: exactly, the polygon eroded by half of it is empty.
    """
    narrow = _mean_width(faces) <= width  # the largest circle is at least as wide as the mean
    narrow[narrow] = shapely.is_empty(shapely.buffer(faces[narrow], -width / 2))
    return np.asarray(narrow)


def _mean_width(faces: Geometries | BaseGeometry) -> Floats:
    return np.asarray(2 * shapely.area(faces) / np.maximum(shapely.length(faces), 1e-300))


def width_of(face: BaseGeometry) -> float:
    """Return how wide a polygon is: the largest circle in it; of a hairline the mean width."""
    mean = float(_mean_width(face))
    if mean < 0.02 * np.sqrt(face.area):
        return mean
    circle = shapely.maximum_inscribed_circle(face, tolerance=mean / 10)
    return float(2 * shapely.length(circle))


def _gaps(
    frame: gpd.GeoDataFrame, geometries: Geometries, faces: Faces, limits: Limits
) -> list[Finding]:
    gaps = faces.geometry[faces.claims == 0]
    gaps = gaps[_mean_width(gaps) > limits.hairline]
    if not len(gaps):
        return []
    tree = shapely.STRtree(geometries)
    findings = []
    true_areas = areas(gaps, frame.crs)
    for gap, area, narrow in zip(gaps, true_areas, is_narrow(gaps, limits.narrow), strict=True):
        around = sorted(str(frame.index[k]) for k in tree.query(gap, predicate="intersects"))
        width = width_of(gap)
        labels = ", ".join(_label(frame, code) for code in around[:5])
        findings.append(
            Finding(
                check="C01" if narrow else "C02",
                severity=Severity.WARNING if narrow else Severity.ERROR,
                units=tuple(around),
                value=float(area),
                unit_of_value="m²",
                geometry=gap,
                message=f"{'Narrow gap' if narrow else 'Gap'} of {area:,.2f} m², up to "
                f"{width:.3g} m wide, between {labels}.",
                hint="Close it in the source layer."
                if narrow
                else "Find out whose land this is: a lake, a lost unit, or a drawing error.",
            )
        )
    return findings


def _overlaps(
    frame: gpd.GeoDataFrame, geometries: Geometries, faces: Faces, limits: Limits
) -> list[Finding]:
    pairs = [
        (pair, region)
        for pair, region in overlapping_pairs(geometries, faces)
        if _mean_width(region) > limits.hairline
    ]
    if not pairs:
        return []
    regions = np.array([region for _, region in pairs], dtype=object)
    findings = []
    true_areas = areas(regions, frame.crs)
    narrows = is_narrow(regions, limits.narrow)
    for ((i, j), region), area, narrow in zip(pairs, true_areas, narrows, strict=True):
        units = (str(frame.index[i]), str(frame.index[j]))
        a, b = (_label(frame, code) for code in units)
        findings.append(
            Finding(
                check="C03" if narrow else "C04",
                severity=Severity.WARNING if narrow else Severity.ERROR,
                units=units,
                value=float(area),
                unit_of_value="m²",
                geometry=region,
                message=f"{a} and {b} overlap on {area:,.2f} m², up to {width_of(region):.3g} m "
                "wide.",
                hint="Decide in the source layer to whom the land belongs.",
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
    for face, thin in zip(doubled, _mean_width(doubled) < OVERLAY_WIDTH, strict=True):
        where = shapely.point_on_surface(face) if thin else face
        near = np.sort(tree.query(where, predicate="intersects"))
        pieces = [face] * len(near) if thin else shapely.intersection(face, geometries[near])
        for (a, one), (b, two) in combinations(zip(near, pieces, strict=True), 2):
            both = face if thin else shapely.intersection(one, two)
            if both.area > 0:
                regions.setdefault((int(a), int(b)), []).append(both)
    return [(pair, _polygons_of(regions[pair])) for pair in sorted(regions)]


def _polygons_of(geometries: list[BaseGeometry]) -> BaseGeometry:
    """Join the polygons of faces, which do not overlap, without the overlay's points and lines."""
    parts = shapely.get_parts(shapely.get_parts(geometries))
    polygons = parts[shapely.area(parts) > 0]
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)


def _mismatches(frame: gpd.GeoDataFrame, geometries: Geometries) -> list[Finding]:
    """Find edges that neighbours draw with different vertices (C05)."""
    edges = shapely.coverage_invalid_edges(geometries)
    bad = np.flatnonzero(~shapely.is_empty(edges))
    if not len(bad):
        return []
    units = tuple(sorted(str(frame.index[k]) for k in bad))
    length = float(shapely.length(edges[bad]).sum())
    return [
        Finding(
            check="C05",
            severity=Severity.WARNING,
            units=units,
            value=length,
            unit_of_value="m",
            geometry=shapely.union_all(edges[bad]),
            message=f"{len(bad)} units draw {length:,.0f} m of their borders with other vertices "
            "than their neighbours do.",
            hint="Give both sides of a border the same vertices.",
        )
    ]


def _strays(
    frame: gpd.GeoDataFrame, geometries: Geometries, faces: Faces, limits: Limits
) -> list[Finding]:
    """Find units that touch no other unit, and parts far from everything else (G06)."""
    land = faces.geometry[faces.claims > 0]
    islands = np.asarray(shapely.get_parts(shapely.union_all(land) if len(land) > 1 else land[0]))
    if len(islands) == 1:
        return []
    parts, owner = shapely.get_parts(geometries, return_index=True)
    part, island = shapely.STRtree(islands).query(
        shapely.point_on_surface(parts), predicate="intersects"
    )
    owners: list[set[int]] = [set() for _ in islands]
    for p, k in zip(part, island, strict=True):
        owners[k].add(int(owner[p]))
    size = shapely.area(islands)
    main = max(range(len(islands)), key=lambda k: (len(owners[k]), size[k]))
    tree = shapely.STRtree(islands)
    findings = []
    for k, geometry in enumerate(islands):
        if k == main:
            continue
        _, distance = tree.query_nearest(geometry, exclusive=True, return_distance=True)
        gap = float(distance.min(initial=np.inf))
        alone = [u for u in owners[k] if not any(u in o for j, o in enumerate(owners) if j != k)]
        far = gap > limits.far
        if not far and not (len(owners[k]) == len(alone) == 1):
            continue
        units = tuple(sorted(str(frame.index[u]) for u in owners[k]))
        labels = ", ".join(_label(frame, code) for code in units[:5])
        findings.append(
            Finding(
                check="G06",
                severity=Severity.ERROR if far else Severity.WARNING,
                units=units,
                value=gap,
                unit_of_value="m",
                geometry=geometry,
                message=f"{labels} {'lies' if len(units) == 1 else 'lie'} outside the rest of the "
                f"layer, {gap:,.0f} m away.",
                hint="An island, or coordinates gone astray?",
            )
        )
    return findings


def check_parts(frame: gpd.GeoDataFrame) -> list[Finding]:
    """Find new units in several parts (G11)."""
    geometries = np.asarray(frame.geometry.values)
    counts = shapely.get_num_geometries(geometries)
    findings = []
    for k in np.flatnonzero(counts > 1):
        code = str(frame.index[k])
        parts = shapely.get_parts(geometries[k])
        small = parts[np.argsort(shapely.area(parts))][:-1]
        findings.append(
            Finding(
                check="G11",
                severity=Severity.WARNING,
                units=(code,),
                value=float(counts[k]),
                unit_of_value="parts",
                geometry=shapely.multipolygons(small) if len(small) > 1 else small[0],
                message=f"New unit {_label(frame, code)} is in {counts[k]} parts "
                f"({_part_members(frame, code)}).",
                hint="Islands and exclaves are; else a member is wrong in the crosswalk.",
            )
        )
    return findings


def _part_members(frame: gpd.GeoDataFrame, code: str) -> str:
    members = frame.at[code, "members"] if "members" in frame else []
    return f"members {', '.join(members)}" if len(members) else "no members listed"


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
