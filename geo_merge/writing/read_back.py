"""Reading what was written by another way than it was written, before it is published."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo_merge.errors import ExportError
from geo_merge.geometry.areas import transformer
from geo_merge.geometry.longitudes import HALF, square_degrees
from geo_merge.geometry.plane_vertices import NO_VERTICES, PlaneVertices
from geo_merge.geometry.projection import WGS84, Projection
from geo_merge.geometry.rings import Bools, Floats, Geometries, flatten, is_polygonal
from geo_merge.reading.json_values import parse, positions
from geo_merge.vocabulary.sentence import sentence

# Metres by which 7 decimals of a degree move a vertex at most.
_ROUNDED = 0.01
_ROUNDED_DEGREES = 1e-7


def check_read_back(
    path: Path, frame: gpd.GeoDataFrame, only_plane: PlaneVertices = NO_VERTICES
) -> None:
    """Read new units as another program would, and compare them with what was to be written.

    The parser is simdjson or Python's own, which share nothing with the writer.

    Raises
    ------
    ExportError
        P03 if the file is no GeoJSON, a unit is missing or its area is not the same but for the
        rounding of vertices.
    """
    try:
        codes, read = _read(path)
    except (ValueError, KeyError) as error:
        raise ExportError(sentence("P03.unread", file=path.name, reason=error)) from error
    problems = []
    if codes != list(map(str, frame.index)):
        problems.append(sentence("P03.codes", file=path.name))
    else:
        project = transformer(WGS84, frame.crs).transform
        theirs = shapely.transform(read, lambda xy: np.column_stack(project(*xy.T)))
        ours = np.asarray(frame.geometry.values)
        moved = np.abs(shapely.area(theirs) - shapely.area(ours))
        allowed = _ROUNDED * shapely.length(ours) + _ROUNDED
        there = is_polygonal(read) & is_polygonal(ours)
        straight = there & (_across(read) | _has_any(ours, only_plane))
        moved[straight], allowed[straight] = _in_degrees(
            read[straight], ours[straight], Projection(frame.crs, only_plane)
        )
        wrong = np.flatnonzero(moved > allowed)
        problems += [
            sentence("P03.area_degrees", file=path.name, unit=frame.index[k], degrees=moved[k])
            if straight[k]
            else sentence("P03.area", file=path.name, unit=frame.index[k], m2=moved[k])
            for k in wrong
        ]
    if problems:
        raise ExportError(problems)


def _across(read: Geometries) -> Bools:
    """Tell which polygons lie on both sides of 180°, where they were cut."""
    west, _, east, _ = shapely.bounds(read).T
    return np.asarray(east - west > HALF)


def _has_any(polygons: Geometries, vertices: PlaneVertices) -> Bools:
    """Tell which polygons have a vertex that was left out."""
    has = np.zeros(len(polygons), dtype=bool)
    if len(vertices):
        xy, owner = shapely.get_coordinates(polygons, return_index=True)
        has[owner[vertices.among(xy)]] = True
    return has


def _in_degrees(
    read: Geometries, ours: Geometries, to_degrees: Projection
) -> tuple[Floats, Floats]:
    """Compare areas in square degrees; return differences and limits.

    The line between two vertices is straight in degrees, both where a polygon was cut at 180° and
    where vertices were left out that only the plane needs: here it has them still. Long edges of
    the plane have got vertices that follow it.
    """
    if not len(read):
        return np.empty(0), np.empty(0)
    rings = to_degrees.follow(flatten(ours))
    expected = square_degrees(replace(rings, xy=to_degrees(rings.xy)))
    return np.abs(shapely.area(read) - expected), _ROUNDED_DEGREES * (shapely.length(read) + 0.001)


def _read(path: Path) -> tuple[list[str], Geometries]:
    """Return the codes and polygons of a layer; what has none is an empty one."""
    document: Any = parse(path.read_bytes())
    codes: list[str] = []
    polygons, owner = [], []
    for k, feature in enumerate(document["features"]):
        codes.append(feature["properties"]["code"])
        geometry = feature["geometry"]
        if geometry is None:
            continue
        parts = geometry["coordinates"]
        for rings in [parts] if geometry["type"] == "Polygon" else parts:
            shell, *holes = map(positions, rings)
            polygons.append(shapely.Polygon(shell, holes))
            owner.append(k)
    result = np.full(len(codes), shapely.MultiPolygon(), dtype=object)
    shapely.multipolygons(polygons, indices=np.array(owner, dtype=int), out=result)
    return codes, result
