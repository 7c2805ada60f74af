"""Findings of a layer that was dissolved as it is: as CSV or GeoJSON, without frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import shapely

from geo_merge.geometry.areas import areas
from geo_merge.geometry.polygons import Polygons
from geo_merge.geometry.projection import parse_crs
from geo_merge.geometry.rings import Geometries, is_polygonal
from geo_merge.jobs.convert import way_to_wgs84, write_blocks
from geo_merge.vocabulary.attributes import Attributes, rows_of
from geo_merge.vocabulary.cells import csv_bytes
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.findings import FINDING_DECIMALS, columns_of, points_of
from geo_merge.writing.geojson_stream import Block, polygon_block, with_others
from geo_merge.writing.rounding import Project


def write_findings(findings: Sequence[Finding], crs: str, path: Path) -> None:
    """Write findings whose places are polygons, with the area of each on the ellipsoid.

    Parameters
    ----------
    findings
        What `lean_dissolve.dissolve` found.
    crs
        The CRS of their places.
    path
        A ``.csv``, or a GeoJSON file, at which nobody looks yet.
    """
    known = parse_crs(crs)
    shapes = np.array([f.geometry for f in findings], dtype=object)
    shapes[~shapely.is_valid(shapes)] = None  # an invalid one has no area to speak of
    measured = [
        replace(f, value=m2, unit_of_value="m²") if m2 else f
        for f, m2 in zip(findings, areas(shapes, known).tolist(), strict=True)
    ]
    columns = columns_of(measured, known)
    places = np.array(columns.pop("geometry"), dtype=object)
    if path.suffix.lower() == ".csv":
        points = points_of(places, known)
        found = [[None if np.isnan(v) else v for v in side] for side in points.T.tolist()]
        about = {"about": columns.pop("about")}
        placed = dict(zip(("lon", "lat"), found, strict=True))
        path.write_bytes(csv_bytes(columns | placed | about))
        return
    there, project = is_polygonal(places), way_to_wgs84(crs)
    rows = Attributes(rows_of(columns, 0, len(measured)))
    block = polygon_block(
        Polygons.of(places[there]), there, rows, project,
        precision=FINDING_DECIMALS, vanishing="point",
    )  # fmt: skip
    write_blocks(path, [_with_points(block, places, project)])


def _with_points(block: Block, places: Geometries, project: Project | None) -> Block:
    """Return features of which those whose place is a point have it too."""
    points = np.flatnonzero(shapely.get_type_id(places) == shapely.GeometryType.POINT)
    if not len(points):
        return block
    xy = shapely.get_coordinates(places[points])
    xy = np.round(xy if project is None else project(xy), FINDING_DECIMALS)
    return with_others(block, points, shapely.points(xy))
