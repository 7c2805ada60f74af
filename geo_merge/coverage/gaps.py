"""Land inside the layer that belongs to nobody: slivers, gaps and holes (C01, C02)."""

from __future__ import annotations

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.areas import areas
from geo_merge.coverage.labels import label, labels
from geo_merge.coverage.surveyed import Surveyed
from geo_merge.coverage.widths import is_narrow, mean_width, width_of
from geo_merge.limits import Limits
from geo_merge.models import Finding, Severity
from geo_merge.rings import Floats, Geometries

_CORNERS = 3


def check_gaps(layer: Surveyed, limits: Limits) -> list[Finding]:
    """Find gaps, told apart by the largest circle in them.

    Up to ``limits.narrow`` a gap is a sliver (C01, a warning), beyond it land is missing (C02, an
    error); beyond ``limits.hole`` it is a hole, which no drawing error explains. A triangle where
    one neighbour lacks a vertex that the other has is a warning whatever its width.
    """
    frame, faces = layer.frame, layer.faces
    gaps = faces.geometry[faces.claims == 0]
    gaps = gaps[mean_width(gaps) > limits.hairline]
    if not len(gaps):
        return []
    findings = []
    true_areas, narrows = areas(gaps, frame.crs), is_narrow(gaps, limits.narrow)
    near = layer.around(gaps)
    for gap, area, narrow, (units, polygons) in zip(gaps, true_areas, narrows, near, strict=True):
        around = tuple(str(code) for code in frame.index[units])
        width = width_of(gap)
        lacking = None if narrow else lacks_vertex(gap, polygons, limits.vertex)
        kind = "Sliver gap" if narrow else "Hole" if width > limits.hole else "Gap"
        between = "inside" if len(around) == 1 else "between"
        findings.append(
            Finding(
                check="C01" if narrow or lacking is not None else "C02",
                severity=Severity.WARNING if narrow or lacking is not None else Severity.ERROR,
                units=tuple(sorted(around)),
                value=float(area),
                unit_of_value="m²",
                geometry=gap,
                message=f"{kind} of {area:,.2f} m², up to {width:.3g} m wide, {between} "
                f"{labels(frame, sorted(around))}{lack(frame, around, lacking)}.",
                hint=_hint(kind, lacking),
            )
        )
    return findings


def _hint(kind: str, lacking: int | None) -> str:
    if lacking is not None:
        return "Give both sides of the border the same vertices."
    if kind == "Hole":
        return "Find out whose land this is: a lost unit, a lake, or a part left out."
    if kind == "Gap":
        return "Find out to whom the strip belongs, and close it in the source layer."
    return "Close it in the source layer."


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


def lack(frame: gpd.GeoDataFrame, codes: tuple[str, ...], lacking: int | None) -> str:
    """Return the end of a sentence that says which unit lacks a vertex."""
    if lacking is None:
        return ""
    return f": a vertex of the border is missing in {label(frame, codes[lacking])}"
