"""A folder of GeoParquet parts, as Dask, Spark and geopandas write it: one layer, told unread."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import CRS
from pyproj.exceptions import ProjError

from geo_merge.errors import CRSError, LayerError
from geo_merge.geometry.projection import describe
from geo_merge.reading.crs_text import refuse_files
from geo_merge.reading.library_words import said_by_library
from geo_merge.vocabulary.sentence import sentence

Bounds = tuple[float, float, float, float]
_SUFFIXES = (".parquet", ".geoparquet")
# What a GeoParquet column without a CRS is in (GeoParquet 1.1, "crs"): longitude and latitude.
_DEFAULT_CRS = "OGC:CRS84"


@dataclass(frozen=True)
class Part:
    """A GeoParquet file as its metadata tells it.

    Attributes
    ----------
    path
        The file.
    rows
        Features in it.
    inflated
        Bytes of its columns when they are read.
    columns
        Kind of each column but the geometry, by name: ``text``, ``int64``, ``double``, ...
    geometry
        Name of the geometry column.
    crs
        None if the file says that it is unknown.
    bounds
        West, south, east, north in its CRS; None if the file does not say.
    """

    path: Path
    rows: int
    inflated: int
    columns: dict[str, str]
    geometry: str
    crs: CRS | None
    bounds: Bounds | None


def read_parts(directory: Path) -> tuple[Part, ...]:
    """Return the parts of a layer in the order of their names, part.2 before part.10.

    Names that start with a dot or an underscore are marks of the program that wrote the folder.

    Raises
    ------
    LayerError
        If the folder holds no parts or something else beside them, a file is no GeoParquet, or
        parts differ in CRS or columns; all that differ are named.
    """
    files = part_files(directory)
    parts = tuple(map(read_part, files))
    problems = [p for part in parts[1:] for p in _differences(parts[0], part, directory)]
    if problems:
        raise LayerError(problems)
    return parts


def is_partitioned(path: Path) -> bool:
    """Tell a folder of GeoParquet parts from a file and from other folders."""
    return path.is_dir() and any(p.suffix.lower() in _SUFFIXES for p in path.iterdir())


def part_files(directory: Path) -> list[Path]:
    """Return the files of a folder of parts; see `read_parts`."""
    beside = [p for p in directory.iterdir() if not p.name.startswith((".", "_"))]
    files = [p for p in beside if p.suffix.lower() in _SUFFIXES and p.is_file()]
    other = sorted(p.name for p in beside if p not in files)
    if not files:
        raise LayerError(sentence("F01.no_parts", name=directory.name))
    if other:
        raise LayerError(sentence("F01.beside", name=directory.name, others=", ".join(other[:5])))
    return sorted(files, key=_natural)


def _natural(path: Path) -> list[tuple[int, str]]:
    """Return a key that sorts numbers in names by value."""
    return [(int(t), "") if t.isdigit() else (-1, t) for t in re.split(r"([0-9]+)", path.name)]


def read_part(path: Path) -> Part:
    """Return what the metadata of a GeoParquet file say.

    Raises
    ------
    LayerError
        F03 if the file is damaged, F01 if it is Parquet, but not GeoParquet.
    """
    try:
        with pq.ParquetFile(path) as file:
            header, schema = file.metadata, file.schema_arrow
    except (pa.ArrowException, OSError) as error:
        reason = said_by_library(error, path.name)
        raise LayerError(sentence("F03.unreadable", name=path.name, reason=reason)) from error
    name, about = _about(path, schema)
    groups = [header.row_group(k) for k in range(header.num_row_groups)]
    there = sum(group.num_rows for group in groups)
    if there != header.num_rows:
        raise LayerError(sentence("F04.parquet", name=path.name, n=header.num_rows, there=there))
    return Part(
        path=path,
        rows=header.num_rows,
        inflated=sum(group.total_byte_size for group in groups),
        columns={f.name: _kind(f.type) for f in schema if f.name != name},
        geometry=name,
        crs=_crs(path, about.get("crs", _DEFAULT_CRS)),
        bounds=_bounds(path, about.get("bbox")),
    )


def _about(path: Path, schema: pa.Schema) -> tuple[str, dict[str, Any]]:
    """Return the name of the geometry column, and what the file says of it."""
    try:
        geo = json.loads((schema.metadata or {})[b"geo"])
        name = geo["primary_column"]
        about = geo["columns"][name]
    except (KeyError, ValueError, TypeError, RecursionError):
        name, about = "", None
    if not isinstance(about, dict) or name not in schema.names:
        raise LayerError(sentence("F01.no_geoparquet", name=path.name))
    return name, about


def _crs(path: Path, crs: Any) -> CRS | None:  # noqa: ANN401 - whatever JSON knows
    """Return the CRS that a file names.

    Raises
    ------
    CRSError
        R01 if it names a file, or nothing that is known.
    """
    if crs is None:
        return None
    told = crs if isinstance(crs, str) else json.dumps(crs)
    refuse_files(told, path.name)
    try:
        return CRS.from_user_input(crs)
    except ProjError as error:
        raise CRSError(sentence("R01.unknown_crs", name=path.name, named=told[:80])) from error


def _bounds(path: Path, box: Any) -> Bounds | None:  # noqa: ANN401 - whatever JSON knows
    """Return west, south, east, north of a box with or without heights.

    Raises
    ------
    LayerError
        F03 if it is no box.
    """
    if box is None:
        return None
    numbers = isinstance(box, list) and all(isinstance(value, int | float) for value in box)
    if not numbers or len(box) not in {4, 6}:
        raise LayerError(sentence("F03.box", name=path.name, box=str(box)[:80]))
    half = len(box) // 2
    return box[0], box[1], box[half], box[half + 1]


def _kind(kind: pa.DataType) -> str:
    """Return one name for the types that become the same column of a frame."""
    if pa.types.is_dictionary(kind):
        return _kind(kind.value_type)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "text"
    return str(kind)


def _differences(first: Part, part: Part, directory: Path) -> Iterator[str]:
    where = f"{directory.name}/{part.path.name}"
    if part.crs != first.crs and not (part.crs and first.crs and part.crs.equals(first.crs)):
        own, other = (describe(p.crs) if p.crs else sentence("R01.no_known") for p in (part, first))
        yield (sentence("R02.parts", where=where, own=own, file=first.path.name, other=other))
    if part.geometry != first.geometry:
        yield (sentence("F04.geometry", where=where, own=part.geometry, file=first.path.name,
                        other=first.geometry))  # fmt: skip
        return
    missing = [c for c in first.columns if c not in part.columns]
    extra = [c for c in part.columns if c not in first.columns]
    # A column that is null throughout has no type, whatever it has in other parts.
    other_kind = [
        sentence("F04.kind", column=c, kind=kind, other=first.columns[c])
        for c, kind in part.columns.items()
        if c in first.columns and len({kind, first.columns[c]} - {"null"}) > 1
    ]
    told = [
        *(sentence("F04.no_column", column=c) for c in missing),
        *(sentence("F04.besides", column=c) for c in extra),
        *other_kind,
    ]
    if told:
        yield sentence("F04.columns", where=where, file=first.path.name, told=told)
