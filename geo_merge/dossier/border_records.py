"""Boundary records: the borders of new units, their nodes and characteristic points, as tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_merge.dossier.sheets.window import plane_of
from geo_merge.errors import CRSError, GeometryError, LayerError
from geo_merge.geometry.areas import transformer
from geo_merge.geometry.border_lines import EULER, OUTSIDE, BorderLines, border_lines, unshared
from geo_merge.geometry.characteristic_points import (
    DECIMALS,
    Polylines,
    characteristic_points,
    rebuilt,
)
from geo_merge.geometry.projection import WGS84, describe
from geo_merge.geometry.rings import Bools, Floats, Geometries, Ints, is_polygonal
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import and_more, sentence

_DEGREES = 8  # decimals: a millimetre
_METRES = 2  # decimals of lengths
_SHOWN = 10


@dataclass(frozen=True)
class BorderRecords:
    """The borders of units as tables, and the proof that nothing is lost in them.

    Attributes
    ----------
    units
        The units in the order of their codes, in the plane of the points.
    distance
        Metres by which a polyline through the points may differ from its border.
    lines
        One row a line from node to node, by ``line``: ``left_code, left_name, right_code,
        right_name`` (blank where there is no unit), ``begin_node, end_node, length_m`` (on the
        ellipsoid, of the border itself), ``points, deviation_m``, the polyline as geometry.
    nodes
        One row a node, by ``node``: ``kind`` (``meeting``, or ``start`` of a line that closes),
        ``units`` (codes), ``outside`` (whether the layer ends there), coordinates.
    points
        One row a characteristic point of a line: ``line, point, node, along_m``, coordinates
        (``easting_m, northing_m`` in the plane; ``longitude, latitude`` in WGS 84).
    findings
        Gaps in the layer: land beside which a border has no unit on its other side.
    proof
        Counts and measures: lines, nodes, faces (the outside is one), borders between two units,
        points, the largest deviation.
    """

    units: gpd.GeoDataFrame
    distance: float
    lines: gpd.GeoDataFrame
    nodes: gpd.GeoDataFrame
    points: gpd.GeoDataFrame
    findings: list[Finding]
    proof: dict[str, Any]

    @property
    def crs(self) -> CRS:
        """The plane of the points."""
        return CRS.from_user_input(self.units.crs)

    @cached_property
    def plane(self) -> CRS:
        """The plane of sketches."""
        return plane_of(self.units)

    def name(self, code: str) -> str:
        """Return type and name of a unit, as it is named within a sentence."""
        unit = self.units.loc[code]
        kind = str(unit["unit_type"] or "")
        return f"{kind[:1].lower()}{kind[1:]} {unit['name']}".strip() or code


def border_records(units: gpd.GeoDataFrame, distance: float) -> BorderRecords:
    """Make the records of all borders of a layer of new units.

    Parameters
    ----------
    units
        Indexed by code, with ``name`` and ``unit_type``; polygons in the plane of the points, in
        metres.
    distance
        Metres by which the polyline through the points of a line may differ from it.

    Raises
    ------
    LayerError
        If the units do not share their borders, or one has no polygon.
    CRSError
        If the axes of the plane do not run east and north in metres.
    GeometryError
        If polygons rebuilt from the points are not those of the layer within the distance.
    """
    check_plane(units.crs)
    units = units.sort_index()
    shapes = np.asarray(units.geometry.values)
    _check_coverage(units, shapes)
    borders = border_lines(shapes)
    drawn = characteristic_points(borders, shapes, distance)
    along = _along(borders, units.crs)
    codes = [str(code) for code in units.index]
    lines = _lines(borders, drawn, along, units, codes)
    return BorderRecords(
        units=units,
        distance=distance,
        lines=lines,
        nodes=_nodes(borders, codes, units.crs),
        points=_points(drawn, along, lines, units.crs),
        findings=_gaps(borders, shapes),
        proof=_proof(borders, drawn, shapes, distance),
    )


def check_plane(crs: CRS) -> None:
    """Refuse a CRS whose coordinates are not metres to the east and north.

    Raises
    ------
    CRSError
        If it is such a one.
    """
    directions = sorted(axis.direction for axis in crs.axis_info[:2])
    metres = all(axis.unit_conversion_factor == 1.0 for axis in crs.axis_info[:2])
    if not crs.is_projected or directions != ["east", "north"] or not metres:
        raise CRSError(sentence("R01.border_plane", crs=describe(crs)))


def _check_coverage(units: gpd.GeoDataFrame, shapes: Geometries) -> None:
    without = units.index[~is_polygonal(shapes)]
    if len(without):
        raise LayerError(sentence("G01.no_border", units=_listed(without)))
    invalid = units.index[~shapely.is_valid(shapes)]
    if len(invalid):
        raise LayerError(sentence("G04.listed", units=_listed(invalid)))
    apart = units.index[unshared(shapes)]
    if len(apart):
        raise LayerError(sentence("C05.apart", n=len(apart), units=_listed(apart)))


def _listed(codes: pd.Index) -> str:
    return and_more(", ".join(map(str, codes[:_SHOWN])), len(codes) - _SHOWN)


def _along(borders: BorderLines, crs: CRS) -> Floats:
    """Return how far along its line each vertex is, in metres on the ellipsoid."""
    degrees: Any = crs.geodetic_crs
    lon, lat = transformer(crs, degrees).transform(*borders.xy.T)
    lengths = np.zeros(len(lon))
    lengths[1:] = degrees.get_geod().inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2]
    lengths[borders.start[:-1]] = 0.0
    total = np.cumsum(lengths)
    return total - np.repeat(total[borders.start[:-1]], np.diff(borders.start))


def _lines(
    borders: BorderLines, drawn: Polylines, along: Floats, units: gpd.GeoDataFrame, codes: list[str]
) -> gpd.GeoDataFrame:
    names = [*units["name"].astype(str), ""]  # the last is -1, the outside
    codes = [*codes, ""]
    digits = len(str(len(borders.lines)))
    return gpd.GeoDataFrame(
        {
            "left_code": [codes[k] for k in borders.left],
            "left_name": [names[k] for k in borders.left],
            "right_code": [codes[k] for k in borders.right],
            "right_name": [names[k] for k in borders.right],
            "begin_node": node_ids(borders.begin, len(borders.nodes)),
            "end_node": node_ids(borders.end, len(borders.nodes)),
            "length_m": np.round(along[borders.start[1:] - 1], _METRES),
            "points": np.diff(drawn.start),
            "deviation_m": np.round(drawn.deviation, DECIMALS),
        },
        geometry=drawn.lines,
        crs=units.crs,
        index=pd.Index([f"L{k:0{digits}}" for k in range(1, len(borders.lines) + 1)], name="line"),
    )


def node_ids(numbers: Ints, n_nodes: int) -> list[str]:
    """Return what nodes are called: N001 is the westernmost."""
    digits = len(str(n_nodes))
    return [f"N{k + 1:0{digits}}" for k in numbers.tolist()]


def _places(xy: Floats, crs: CRS) -> dict[str, Floats]:
    lon, lat = transformer(crs, WGS84).transform(*xy.T)
    return {"easting_m": xy[:, 0], "northing_m": xy[:, 1],
            "longitude": np.round(lon, _DEGREES), "latitude": np.round(lat, _DEGREES)}  # fmt: skip


def _nodes(borders: BorderLines, codes: list[str], crs: CRS) -> gpd.GeoDataFrame:
    n = len(borders.nodes)
    xy = np.round(borders.nodes, DECIMALS) + 0.0
    there = [borders.units_at(k) for k in range(n)]
    ends = np.bincount(np.concatenate([borders.begin, borders.end]), minlength=n)
    closed = np.bincount(borders.begin[borders.begin == borders.end], minlength=n)
    return gpd.GeoDataFrame(
        {
            "kind": np.where((ends == 2) & (closed == 1), "start", "meeting"),  # noqa: PLR2004
            "units": ["; ".join(codes[k] for k in units if k >= 0) for units in there],
            "outside": [bool((units < 0).any()) for units in there],
            **_places(xy, crs),
        },
        geometry=shapely.points(xy),
        crs=crs,
        index=pd.Index(node_ids(np.arange(n), n), name="node"),
    )


def _points(drawn: Polylines, along: Floats, lines: gpd.GeoDataFrame, crs: CRS) -> gpd.GeoDataFrame:
    counts = np.diff(drawn.start)
    node = np.full(len(drawn.xy), "", dtype=object)
    node[drawn.start[:-1]] = lines["begin_node"]
    node[drawn.start[1:] - 1] = lines["end_node"]
    within = np.arange(len(drawn.xy)) - np.repeat(drawn.start[:-1], counts) + 1
    return gpd.GeoDataFrame(
        {
            "line": np.repeat(np.asarray(lines.index), counts),
            "point": within,
            "node": node,
            "along_m": np.round(along[drawn.vertex], _METRES),
            **_places(drawn.xy, crs),
        },
        geometry=shapely.points(drawn.xy),
        crs=crs,
    )


def _gaps(borders: BorderLines, shapes: Geometries) -> list[Finding]:
    """Find the faces of the net that are no unit's."""
    faces = borders.faces
    inside = shapely.point_on_surface(faces)
    taken, _ = shapely.STRtree(shapes).query(inside, predicate="intersects")
    free = np.setdiff1d(np.arange(len(faces)), taken)
    return [
        Finding.of(
            sentence("C02.no_sheet"),
            value=round(float(shapely.area(gap)), 1),
            unit_of_value="m²",
            geometry=gap,
        )
        for gap in faces[free]
    ]


def same_within(shapes: Geometries, again: Geometries, distance: float) -> Bools:
    """Tell which polygons are valid and the same as others within a distance in metres.

    No vertex of one outline is further from the other, and the land between them is no more than
    a strip of that width along the outline.
    """
    differing = shapely.area(shapely.symmetric_difference(shapes, again))
    apart = shapely.hausdorff_distance(shapely.boundary(shapes), shapely.boundary(again))
    near = (apart <= distance) & (differing <= distance * shapely.length(shapes))
    return np.asarray(shapely.is_valid(again) & near)


def _proof(
    borders: BorderLines, drawn: Polylines, shapes: Geometries, distance: float
) -> dict[str, Any]:
    """Count and measure the records, and rebuild the polygons from the points.

    Raises
    ------
    GeometryError
        If one is further from the layer than the distance, or the net is none.
    """
    again = rebuilt(drawn.lines, borders.left, borders.right, len(shapes))
    wrong = ~same_within(shapes, again, distance)
    off = float(drawn.deviation.max())
    if wrong.any() or borders.euler != EULER or off > distance:
        raise GeometryError(sentence("P03.rebuilt", n=int(wrong.sum()), distance=distance, off=off,
                                     euler=borders.euler))  # fmt: skip
    both = np.column_stack([borders.left, borders.right])[borders.right != OUTSIDE]
    return {
        "lines": len(borders.lines),
        "nodes": len(borders.nodes),
        "faces": len(borders.faces) + 1,
        "components": borders.n_components,
        "euler": borders.euler,
        "borders": len(np.unique(both, axis=0)),
        "points": len(drawn.xy),
        "deviation_m": round(off, DECIMALS),
        "rebuilt_is_coverage": bool(shapely.coverage_is_valid(again)),
    }
