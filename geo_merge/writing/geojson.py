"""GeoJSON by RFC 7946, written from frames: over 20 times as fast as GDAL's writer."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import shapely

from geo_merge.errors import ExportError
from geo_merge.geometry.plane_vertices import NO_VERTICES, PlaneVertices
from geo_merge.geometry.polygons import Polygons
from geo_merge.geometry.projection import Projection
from geo_merge.geometry.rings import Geometries, is_polygonal
from geo_merge.vocabulary.attributes import Attributes, rows_of
from geo_merge.vocabulary.plain_values import plain_columns
from geo_merge.vocabulary.sentence import sentence
from geo_merge.writing.files import whole_file
from geo_merge.writing.geojson_stream import (
    Block,
    ahead,
    collection,
    cuts,
    polygon_block,
    with_others,
)
from geo_merge.writing.rounding import Vanishing

Frames: TypeAlias = gpd.GeoDataFrame | Iterable[gpd.GeoDataFrame]
_Piece = tuple[Geometries, Attributes, Projection]


def write_geojson(
    frame: Frames,
    path: str | os.PathLike[str],
    *,
    precision: int = 7,
    vanishing: Vanishing = "error",
    attributes: Attributes | None = None,
    only_plane: PlaneVertices = NO_VERTICES,
) -> None:
    """Write a layer as GeoJSON: WGS 84, right-hand rule, bounding boxes, no ``crs`` member.

    Parameters
    ----------
    frame
        Any geometries in any CRS; the index is written as a property if it has a name. Or an
        iterable of such frames, with the same columns and types, which become one layer: only a
        few features at a time are in memory besides the frame at hand, and a feature has the same
        bytes whichever frame it comes in.
    path
        The file; replaced in one step when the new one is whole.
    precision
        Decimals of a degree; 7 is about a centimetre. Polygons that rounding makes invalid are
        mended and rounded again.
    vanishing
        What becomes of a polygon too small for so many decimals: an ``error``, or a ``point``.
    attributes
        Properties and ids of the features of a frame, where they are not its columns.
    only_plane
        Vertices that edges straight in degrees have for the plane of the frame: they are left out.

    Raises
    ------
    ExportError
        If the layer names no CRS, or a polygon cannot be rounded to a valid one.
    """
    path = Path(path)
    with whole_file(path) as temporary, temporary.open("wb") as file:
        features = encode(
            frame, precision=precision, vanishing=vanishing,
            attributes=attributes, only_plane=only_plane,
        )  # fmt: skip
        file.writelines(features)


def encode(
    frame: Frames,
    *,
    precision: int = 7,
    vanishing: Vanishing = "error",
    attributes: Attributes | None = None,
    only_plane: PlaneVertices = NO_VERTICES,
) -> Iterator[bytes]:
    """Yield the bytes of a FeatureCollection, bit by bit; see `write_geojson`."""
    frames = (frame,) if isinstance(frame, gpd.GeoDataFrame) else frame
    make = partial(_block, precision=precision, vanishing=vanishing)
    return collection(ahead(make, _pieces(frames, attributes, only_plane)))


def _pieces(
    frames: Iterable[gpd.GeoDataFrame],
    attributes: Attributes | None,
    only_plane: PlaneVertices,
) -> Iterator[_Piece]:
    """Yield geometries, properties and projection of as many features as are encoded at once."""
    for frame in frames:
        if frame.crs is None:
            raise ExportError(sentence("write.no_crs"))
        project = Projection(frame.crs, only_plane)
        columns = {} if attributes else plain_columns(frame)
        geometries = np.asarray(frame.geometry.values)
        for begin, end in cuts(shapely.get_num_coordinates(geometries)):
            own = attributes and attributes.take(begin, end)
            yield geometries[begin:end], own or Attributes(rows_of(columns, begin, end)), project


def _block(piece: _Piece, *, precision: int, vanishing: Vanishing) -> Block:
    """Make features ready to be written; threads do this at the same time."""
    geometries, attributes, project = piece
    polygonal = is_polygonal(geometries)
    polygons = Polygons.of(geometries[polygonal])
    straight = None if project.same else project
    block = polygon_block(
        polygons, polygonal, attributes, straight, precision=precision, vanishing=vanishing
    )
    others = np.flatnonzero(
        ~polygonal & ~shapely.is_missing(geometries) & ~shapely.is_empty(geometries)
    )
    if not len(others):
        return block
    placed = _project_others(geometries[others], project, precision)
    return with_others(block, others, placed)


def _project_others(geometries: Geometries, project: Projection, precision: int) -> Geometries:
    rounded = shapely.transform(
        shapely.force_2d(geometries), lambda xy: np.round(project(xy), precision)
    )
    return np.asarray(shapely.orient_polygons(rounded))  # those inside collections
