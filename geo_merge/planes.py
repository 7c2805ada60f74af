"""Bringing layers to one plane: what they are in their own CRS they are in the plane.

Topology is decided on the vertices of the file. What projecting would change, since a straight edge
is a curve in another CRS, gets vertices first; what it would make invalid all the same is mended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geo_merge.areas import transformer
from geo_merge.junctions import MOST, Bulge, share_vertices
from geo_merge.models import Finding, LedgerRow, Severity
from geo_merge.projection import describe
from geo_merge.rings import Bools, Floats, Geometries, is_polygonal
from geo_merge.touching import split_at_touches

_METRES_PER_RADIAN = 6_378_137.0  # of the equator
# Share of its area that mending may change of a polygon: the rounding of coordinates.
_ROUNDING = 1e-9
_SHOWN = 10


@dataclass(frozen=True)
class Plane:
    """Layers in one CRS, what was found on the way, and how far edges were bent."""

    frames: list[gpd.GeoDataFrame]
    findings: list[Finding]
    ledger: list[LedgerRow]


def into_plane(frames: Sequence[gpd.GeoDataFrame], target: CRS, *, whole: bool = True) -> Plane:
    """Bring layers to one CRS.

    Parameters
    ----------
    frames
        Layers with ``code``, each in its CRS.
    target
        The CRS to bring them to.
    whole
        Whether these are the polygons themselves; boxes in their place are only projected.
    """
    if not whole:
        return Plane([f if f.crs == target else f.to_crs(target) for f in frames], [], [])
    result: list[gpd.GeoDataFrame] = list(frames)
    plane = Plane(result, [], [])
    for crs, members in _by_crs(frames):
        arrays = [np.asarray(frames[k].geometry.values) for k in members]
        codes = np.concatenate([frames[k]["code"].to_numpy(object) for k in members])
        shapes = _Shapes(np.concatenate(arrays), codes, crs, target)
        for k, part in zip(members, np.split(shapes.prepare(), _ends(arrays)), strict=True):
            geometry = gpd.GeoSeries(part, index=frames[k].index, crs=target)
            result[k] = frames[k].set_geometry(geometry)
        plane.findings.extend(shapes.findings)
        if shapes.bent:
            row = LedgerRow("vertices_shared_largest_bend_m", 0.0, shapes.bent, MOST)
            plane.ledger.append(row)
    return plane


def _by_crs(frames: Sequence[gpd.GeoDataFrame]) -> Iterator[tuple[CRS, list[int]]]:
    crss: list[CRS] = []
    for frame in frames:
        if frame.crs not in crss:
            crss.append(frame.crs)
    for crs in crss:
        yield crs, [k for k, frame in enumerate(frames) if frame.crs == crs]


def _ends(arrays: Sequence[Geometries]) -> Floats:
    return np.cumsum([len(a) for a in arrays])[:-1]


def metres_per_unit(crs: CRS) -> float:
    """Return how many metres a unit of a CRS is, at the equator if it is an angle."""
    factor = float(crs.axis_info[0].unit_conversion_factor or 1.0)
    return factor * _METRES_PER_RADIAN if crs.is_geographic else factor


class _Shapes:
    """The polygons of the layers in one CRS, on their way to another."""

    def __init__(self, shapes: Geometries, codes: Geometries, crs: CRS, target: CRS) -> None:
        self.shapes, self.codes = shapes, codes
        self.crs, self.target = crs, target
        self.metres = metres_per_unit(crs)
        self.added, self.bent = 0, 0.0
        self.findings: list[Finding] = []

    def prepare(self) -> Geometries:
        """Return the polygons in the plane, after all that has to be done before and behind."""
        self._share()
        plane = self._project(self.shapes)
        wrong = np.flatnonzero(is_polygonal(plane) & ~shapely.is_valid(plane))
        if len(wrong):
            sound = shapely.is_valid(self.shapes[wrong])
            plane = self._split(plane, wrong[~sound])
            doubtful = np.zeros(len(plane), dtype=bool)
            doubtful[wrong[sound]] = True
            if doubtful.any():
                before = self.shapes
                self._share(doubtful)
                other = np.flatnonzero(before != self.shapes)
                plane[other] = self._project(self.shapes[other])
                plane = self._mend(plane, doubtful)
        self._tell_added()
        return plane

    def _share(self, suspects: Bools | None = None) -> None:
        shared = share_vertices(self.shapes, self.metres, bulge=self._bulge(), suspects=suspects)
        self.shapes = shared.geometries
        self.added += shared.added
        self.bent = max(self.bent, shared.largest * self.metres)

    def _project(self, shapes: Geometries) -> Geometries:
        if self.crs == self.target or not len(shapes):
            return shapes.copy()
        return np.asarray(gpd.GeoSeries(shapes, crs=self.crs).to_crs(self.target).values).copy()

    def _bulge(self) -> Bulge | None:
        if self.crs == self.target:
            return None
        project = transformer(self.crs, self.target).transform
        metres = metres_per_unit(self.target) / self.metres

        def bulge(a: Floats, b: Floats) -> Floats:
            ends, others, middle = (
                np.column_stack(project(xy[:, 0], xy[:, 1])) for xy in (a, b, (a + b) / 2)
            )
            return np.asarray(np.hypot(*(middle - (ends + others) / 2).T) * metres)

        return bulge

    def _split(self, plane: Geometries, wrong: Geometries) -> Geometries:
        """Split rings that touch themselves; what else is wrong stays for the checks to tell."""
        split = split_at_touches(self.shapes[wrong])
        done = np.array([s is not None for s in split], dtype=bool)
        if done.any():
            self.shapes = self.shapes.copy()
            self.shapes[wrong[done]] = split[done]
            plane[wrong[done]] = self._project(split[done])
            self._tell(
                wrong[done], "G04", Severity.WARNING,
                "had rings that touch themselves; they were split there, and no vertex moved",
                "Draw holes as rings of their own.",
            )  # fmt: skip
        return plane

    def _mend(self, plane: Geometries, doubtful: Bools) -> Geometries:
        """Mend what is valid in the file, and is not in the plane by the rounding of vertices."""
        wrong = np.flatnonzero(doubtful)
        wrong = wrong[~shapely.is_valid(plane[wrong])]
        mended = shapely.make_valid(plane[wrong], method="structure", keep_collapsed=False)
        before, after = (np.abs(shapely.area(g)) for g in (plane[wrong], mended))
        done = is_polygonal(mended) & (np.abs(after - before) <= _ROUNDING * before)
        plane[wrong[done]] = mended[done]
        if done.any():
            self._tell(
                wrong[done], "G04", Severity.INFO,
                f"touch themselves within the rounding of coordinates in {describe(self.target)}, "
                "to which they were projected; they are valid in the file, and were mended there",
                "",
            )  # fmt: skip
        return plane

    def _tell(self, rows: Geometries, check: str, severity: Severity, text: str, hint: str) -> None:
        codes = tuple(map(str, self.codes[rows]))
        shown = ", ".join(codes[:_SHOWN])
        more = f" and {len(codes) - _SHOWN} more" if len(codes) > _SHOWN else ""
        self.findings.append(
            Finding(check=check, severity=severity, units=codes, value=float(len(codes)),
                    unit_of_value="units", message=f"{shown}{more} {text}.", hint=hint)
        )  # fmt: skip

    def _tell_added(self) -> None:
        if not self.added:
            return
        bent = f", and an edge was bent by at most {self.bent * 1000:.2g} mm" if self.bent else ""
        self.findings.append(
            Finding(
                check="C05",
                severity=Severity.INFO,
                value=float(self.added),
                unit_of_value="vertices",
                message=f"{self.added:,} vertices were added to straight edges on which a neighbour"
                f" has one, in {describe(self.crs)} before projecting, so that both sides of a "
                f"border stay together; no vertex moved{bent}.",
            )
        )
