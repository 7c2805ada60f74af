"""Layers and tables that were written here, read back; a large layer piece by piece."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from geo_merge.errors import ExportError
from geo_merge.reading.geojson_layer import read_collection, series
from geo_merge.reading.library_words import said_by_library
from geo_merge.reading.plain.ragged import NotPlainError, require
from geo_merge.units import planes
from geo_merge.vocabulary.limits import any_size
from geo_merge.vocabulary.memory import attach, only_plane_of
from geo_merge.vocabulary.sentence import sentence

_HEAD, _END = b'{"type":"FeatureCollection","features":[\n', b"]}"
PIECE = 16_000_000  # bytes; a parsed piece takes ten times as much


def read_back(
    path: Path, crs: CRS | str, piece: int = PIECE, *, along_edges: bool = False
) -> gpd.GeoDataFrame:
    """Return a layer that was written here: its values as they stand; one of no features as well.

    Parameters
    ----------
    path
        GeoJSON as `writing.geojson` writes it, a feature a line; other GeoJSON is read as a whole.
    crs
        Of the layer that is returned.
    piece
        Bytes that are parsed at a time.
    along_edges
        Whether edges are straight in the file, and get vertices again for a plane in which they are
        not; `memory.only_plane_of` tells these.
    """
    for size in (piece, path.stat().st_size):  # what its pieces do not tell, the whole may
        with suppress(NotPlainError):
            return _joined([
                _placed(read_collection(data, path.name, any_size()).frame, crs, along_edges)
                for data in _pieces(path, size)
            ])  # fmt: skip
    return _placed(gpd.read_file(path), crs, along_edges)


def read_table_back(
    path: Path, dtype: Mapping[str, type] | type | None = str, *, blank_is_none: bool = False
) -> pd.DataFrame:
    """Return a table that was written here.

    Parameters
    ----------
    path
        CSV in a folder of results.
    dtype
        As pandas takes it.
    blank_is_none
        Whether a blank cell is no value, and no blank text.

    Raises
    ------
    ExportError
        If it was changed since to what is no table.
    """
    try:
        return pd.read_csv(path, dtype=dtype, keep_default_na=blank_is_none)
    except ValueError as error:  # of several kinds: of parsing, of letters, of numbers
        reason = f"{path.name}: {said_by_library(error, path.name)}"
        told = sentence("write.no_result", directory=path.parent, reason=reason)
        raise ExportError(told) from error


def _placed(frame: gpd.GeoDataFrame, crs: CRS | str, along: bool) -> gpd.GeoDataFrame:  # noqa: FBT001
    if not along:
        return frame.to_crs(crs)
    shapes, only_plane = planes.along_edges(np.asarray(frame.geometry.values), frame.crs,
                                     CRS.from_user_input(crs))  # fmt: skip
    placed = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=crs))
    return attach(placed, only_plane=only_plane.rows)


def _pieces(path: Path, piece: int) -> Iterator[bytes]:
    """Yield a collection in collections of some features each."""
    with path.open("rb") as file:
        if path.stat().st_size <= piece or file.readline() != _HEAD:
            file.seek(0)
            yield file.read()
            return
        end = b""
        while lines := file.readlines(piece):
            features = b"".join(lines).rstrip()
            end = features[-len(_END) :]
            features = features.removesuffix(_END).rstrip().removesuffix(b",")
            if features:
                yield _HEAD + features + _END
        require(end == _END, "a whole file")


def _joined(frames: list[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Join pieces; a column that is blank in one of them has the type that it has in the others."""
    if len(frames) == 1:
        return frames[0]
    place = frames[0].geometry.name
    columns = dict.fromkeys(column for frame in frames for column in frame if column != place)
    values = {}
    for column in columns:
        parts = [frame[column] for frame in frames]
        same = len({part.dtype for part in parts}) == 1
        values[column] = (
            pd.concat(parts, ignore_index=True)
            if same
            else series([None if pd.api.types.is_scalar(v) and pd.isna(v) else v
                         for part in parts for v in part])
        )  # fmt: skip
    shapes = np.concatenate([np.asarray(frame.geometry.values) for frame in frames])
    joined = gpd.GeoDataFrame(values, geometry=gpd.GeoSeries(shapes, crs=frames[0].crs))
    return attach(joined, only_plane=np.concatenate([only_plane_of(frame) for frame in frames]))
