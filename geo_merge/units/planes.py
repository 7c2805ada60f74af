"""Bringing layers to one plane: what they are in their own CRS they are in the plane.

Topology is decided on the vertices of the file. What projecting would change, since a straight edge
is a curve in another CRS, gets vertices first; what it would make invalid all the same is mended.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_merge.geometry.areas import carried, transformer
from geo_merge.geometry.curves import bends, follow, follow_lines
from geo_merge.geometry.junctions import MOST, Around, Bulge, Shared, share_vertices
from geo_merge.geometry.outside import with_islands
from geo_merge.geometry.plane_vertices import NO_VERTICES, PlaneVertices
from geo_merge.geometry.projection import describe, metres_along, metres_per_unit
from geo_merge.geometry.rings import (
    Bools,
    Floats,
    Geometries,
    Ints,
    is_linear,
    is_polygonal,
    somewhere,
)
from geo_merge.geometry.touching import split_at_touches, without_lines
from geo_merge.geometry.validity import is_valid, made_valid
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.ledger import LedgerRow
from geo_merge.vocabulary.sentence import and_more, sentence
from geo_merge.writing.geojson_stream import cuts

# Share of its area that mending may change of a polygon: the rounding of coordinates.
_ROUNDING = 1e-9
_SHOWN = 10
# What is invalid in the file, and whose land there is no doubt of, by the rows of `Notes`.
_SAME_LAND: dict[str, Callable[[Geometries], Geometries]] = {
    "split": split_at_touches, "lines": without_lines, "islands": with_islands,
}  # fmt: skip


@dataclass(frozen=True)
class Plane:
    """Layers in one CRS, what was found on the way, and how far edges were bent.

    `only_plane` are the vertices that edges straight in degrees have for this plane alone.
    """

    frames: list[gpd.GeoDataFrame]
    findings: list[Finding]
    ledger: list[LedgerRow]
    only_plane: PlaneVertices = NO_VERTICES


@dataclass
class Notes:
    """What was done to polygons on their way to a plane.

    Attributes
    ----------
    added, bent, swept
        How many vertices edges got, how far an edge was bent to one, in metres, and at most how
        much land lies between edges and their new course, in square metres.
    followed
        How many vertices edges got that the plane would bend.
    only_plane
        Vertices, in the plane, that no polygon of a layer in degrees has; shape (vertices, 2).
    split, lines, islands, mended
        Rows whose rings were split where they touch, that had lines without width, whose rings
        outside their outlines became parts, and that were mended in the plane.
    """

    added: int = 0
    bent: float = 0.0
    swept: float = 0.0
    followed: int = 0
    only_plane: Floats = field(default_factory=lambda: np.empty((0, 2)))
    split: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    lines: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    islands: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    mended: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def take_in(self, other: Notes, offset: int = 0) -> None:
        """Add the notes of rows that begin at an offset."""
        self.added += other.added
        self.followed += other.followed
        self.bent = max(self.bent, other.bent)
        self.swept += other.swept
        self.only_plane = np.concatenate([self.only_plane, other.only_plane])
        for rows in ("split", "lines", "islands", "mended"):
            both = [getattr(self, rows), getattr(other, rows) + offset]
            setattr(self, rows, np.concatenate(both))


def into_plane(frames: Sequence[gpd.GeoDataFrame], target: CRS) -> Plane:
    """Bring layers, with ``code`` and ``name``, to one CRS."""
    findings: list[Finding] = []
    ledger: list[LedgerRow] = []
    projected, only_plane = list(frames), [np.empty((0, 2))]
    for crs, members in by_crs([frame.crs for frame in frames]):
        arrays = [np.asarray(frames[k].geometry.values) for k in members]
        shapes, notes = project(np.concatenate(arrays), crs, target)
        ends = np.cumsum([len(a) for a in arrays])[:-1]
        for k, part in zip(members, np.split(shapes, ends), strict=True):
            geometry = gpd.GeoSeries(part, index=frames[k].index, crs=target)
            projected[k] = frames[k].set_geometry(geometry)
        told = pd.concat([frames[k][["code", "name"]] for k in members])
        labels = told["code"].where(told["code"] != "", told["name"])
        told_of, rows = tell(notes, labels.tolist(), crs, target)
        findings += told_of
        ledger += rows
        only_plane.append(notes.only_plane)
    return Plane(projected, findings, ledger, PlaneVertices.of(np.concatenate(only_plane)))


def by_crs(crss: Sequence[CRS]) -> list[tuple[CRS, list[int]]]:
    """Return the different CRSs of layers, with the positions of those that have each."""
    different: list[CRS] = []
    for crs in crss:
        if crs not in different:
            different.append(crs)
    return [(crs, [k for k, other in enumerate(crss) if other == crs]) for crs in different]


def project(shapes: Geometries, crs: CRS, target: CRS) -> tuple[Geometries, Notes]:
    """Bring polygons of one CRS to another, and say what was done to them.

    Parameters
    ----------
    shapes
        Anything; what is no polygon is projected as it is. Shape (n,).
    crs, target
        Their CRS, and that to bring them to.
    """
    projected = Projected.of(shapes, crs, target).settled()
    return projected.plane, projected.notes


@dataclass(frozen=True)
class Projected:
    """Polygons on their way to a plane.

    Attributes
    ----------
    shapes, plane
        The polygons in their own CRS, with the vertices of their neighbours, and in the plane;
        shape (n,).
    doubtful
        Which are valid in their CRS and not in the plane; shape (n,).
    notes
        What was done to them.
    """

    shapes: Geometries
    plane: Geometries
    doubtful: Bools
    notes: Notes
    way: _Way

    @classmethod
    def of(
        cls, shapes: Geometries, crs: CRS, target: CRS, around: Around | None = None
    ) -> Projected:
        """Project polygons of a layer, or of a part of it beside what other parts have."""
        way, notes = _Way(crs, target), Notes()
        before = shapes
        # Few polygons get vertices: all are projected meanwhile, and those few again.
        with ThreadPoolExecutor(1) as pool:
            sharing = pool.submit(way.share, shapes, notes, around=around)
            plane = way.project(shapes)
            shapes = way.follow(sharing.result(), notes)
        more = np.flatnonzero(shapes != before)
        plane[more] = way.project(shapes[more])
        doubtful = np.zeros(len(plane), dtype=bool)
        wrong = np.flatnonzero(is_polygonal(plane) & ~is_valid(plane) & somewhere(shapes))
        sound = shapely.is_valid(shapes[wrong])
        invalid = wrong[~sound]
        for rows, mend in _SAME_LAND.items():
            done, mended = _mended_by(mend, shapes, invalid)
            plane[done] = way.project(mended)
            setattr(notes, rows, done)
            invalid = np.setdiff1d(invalid, done)
        doubtful[wrong[sound]] = True
        return cls(shapes, plane, doubtful, notes, way)

    def settled(self) -> Projected:
        """Mend what is doubtful, if anything is, by what is here."""
        return self.mended() if self.doubtful.any() else self

    def mended(self, around: Around | None = None) -> Projected:
        """Mend what is doubtful; with `around`, in this or another part of the layer."""
        shared = self.way.share(
            self.shapes, self.notes, suspects=self.doubtful, around=around
        ).geometries
        other, plane = np.flatnonzero(self.shapes != shared), self.plane.copy()
        plane[other] = self.way.project(shared[other])
        self.notes.mended, mended = _mend(plane, np.flatnonzero(self.doubtful))
        plane[self.notes.mended] = mended
        return replace(self, shapes=shared, plane=plane)


@dataclass(frozen=True)
class _Way:
    """The way of polygons from their CRS to another."""

    crs: CRS
    target: CRS

    def share(
        self,
        shapes: Geometries,
        notes: Notes,
        *,
        suspects: Bools | None = None,
        around: Around | None = None,
    ) -> Shared:
        metres = metres_per_unit(self.crs)
        bent = None if self.crs == self.target else self._bends
        shared = share_vertices(
            shapes, metres, bulge=bulge(self.crs, self.target), bends=bent, suspects=suspects,
            around=around,
        )  # fmt: skip
        notes.take_in(Notes(shared.added, shared.largest * metres, shared.swept * metres**2,
                            only_plane=self._for_the_plane(shared.beside)))  # fmt: skip
        return shared

    def follow(self, shared: Shared, notes: Notes) -> Geometries:
        if self.crs == self.target:
            return shared.geometries
        geometries, added = follow(
            shared.geometries, shared.stretched, self._of, metres_per_unit(self.crs),
            metres_along(self.target),
        )  # fmt: skip
        notes.take_in(Notes(followed=len(added), only_plane=self._for_the_plane(added)))
        return geometries

    def follow_lines(self, lines: Geometries, notes: Notes) -> Geometries:
        geometries, added = follow_lines(
            lines, self._of, metres_per_unit(self.crs), metres_along(self.target)
        )
        notes.take_in(Notes(followed=len(added), only_plane=self._for_the_plane(added)))
        return geometries

    def _for_the_plane(self, added: Floats) -> Floats:
        """Return the places of added vertices in the plane, if edges are straight in degrees."""
        return self._of(added) if self.crs.is_geographic and len(added) else np.empty((0, 2))

    def _one_block(self, shapes: Geometries) -> Geometries:
        if shapely.has_z(shapes).any():
            return np.asarray(gpd.GeoSeries(shapes, crs=self.crs).to_crs(self.target).array)
        return np.asarray(shapely.transform(shapes, self._of))

    def _of(self, xy: Floats) -> Floats:
        return carried(transformer(self.crs, self.target), xy)

    def _bends(self, a: Floats, b: Floats) -> Bools:
        return bends(a, b, self._of, metres_along(self.target))

    def project(self, shapes: Geometries) -> Geometries:
        if self.crs == self.target or not len(shapes):
            return shapes.copy()
        result = np.empty(len(shapes), dtype=object)
        # While one thread projects, which only one can, another finds out what is valid.
        with ThreadPoolExecutor(1) as pool:
            for begin, end in cuts(shapely.get_num_coordinates(shapes)):  # not all vertices twice
                result[begin:end] = self._one_block(shapes[begin:end])
                pool.submit(is_valid, result[begin:end])
        return result


def along_edges(shapes: Geometries, crs: CRS, target: CRS) -> tuple[Geometries, PlaneVertices]:
    """Bring polygons that share their borders, or lines, to another CRS along lines of their own.

    Returns
    -------
    geometries, only_plane
        What was given, and the vertices that their edges got for it.
    """
    way, notes = _Way(crs, target), Notes()
    stretched = np.flatnonzero(is_polygonal(shapes))
    followed = way.follow(Shared(shapes, stretched[:0], stretched), notes)
    lines = np.flatnonzero(is_linear(shapes))
    if len(lines) and crs != target:
        followed = followed.copy()
        followed[lines] = way.follow_lines(shapes[lines], notes)
    return way.project(followed), PlaneVertices.of(notes.only_plane)


def bulge(crs: CRS, target: CRS) -> Bulge | None:
    """Return how far straight edges bulge in another CRS; None if it is the same."""
    if crs == target:
        return None
    transform = transformer(crs, target).transform
    scale = metres_per_unit(target) / metres_per_unit(crs)

    def bulges(a: Floats, b: Floats) -> Floats:
        one, two, middle = (
            np.column_stack(transform(xy[:, 0], xy[:, 1])) for xy in (a, b, (a + b) / 2)
        )
        far = np.asarray(np.hypot(*(middle - (one + two) / 2).T) * scale)
        return np.asarray(np.nan_to_num(far, posinf=0.0))

    return bulges


def _mended_by(
    mend: Callable[[Geometries], Geometries], shapes: Geometries, invalid: Ints
) -> tuple[Ints, Geometries]:
    """Mend what moves no vertex; what else is wrong stays for the checks to tell."""
    mended = mend(shapes[invalid])
    done = np.array([shape is not None for shape in mended], dtype=bool)
    return invalid[done], mended[done]


def _mend(plane: Geometries, doubtful: Ints) -> tuple[Ints, Geometries]:
    """Mend what is valid in the file, and is not in the plane by the rounding of vertices."""
    wrong = doubtful[~shapely.is_valid(plane[doubtful])]
    mended = made_valid(plane[wrong])
    before, after = (np.abs(shapely.area(g)) for g in (plane[wrong], mended))
    done = is_polygonal(mended) & (np.abs(after - before) <= _ROUNDING * before)
    return wrong[done], mended[done]


def tell(
    notes: Notes, labels: Sequence[str], crs: CRS, target: CRS
) -> tuple[list[Finding], list[LedgerRow]]:
    """Return notes as findings, given how the rows are called, and as rows of the ledger."""
    findings = []
    told_of = {"G04.split": notes.split, "G04.lines": notes.lines, "G04.islands": notes.islands,
               "G04.projected": notes.mended}  # fmt: skip
    for kind, rows in told_of.items():
        units = tuple(labels[k] for k in np.sort(rows))
        if units:
            named = and_more(units[:_SHOWN], len(units) - _SHOWN)
            told = sentence(kind, units=named, crs=describe(target))
            findings.append(
                Finding.of(told, units=units, value=float(len(units)), unit_of_value="units")
            )
    if notes.followed:
        kind = "R07.degrees" if crs.is_geographic else "R07.followed"
        told = sentence(kind, n=notes.followed, crs=describe(crs), plane=describe(target))
        findings.append(Finding.of(told, value=float(notes.followed), unit_of_value="vertices"))
    if notes.added:
        bent = ""
        if notes.bent:
            bent = sentence("C05.bent", mm=notes.bent * 1000, m2=notes.swept)
        told = sentence("C05.shared", n=notes.added, crs=describe(crs), bent=bent)
        findings.append(Finding.of(told, value=float(notes.added), unit_of_value="vertices"))
    name = "vertices_shared_largest_bend_m"
    return findings, [LedgerRow(name, 0.0, notes.bent, MOST)] if notes.bent else []
