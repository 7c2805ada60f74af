"""Converting and dissolving a layer as it is: no unit codes, no crosswalk, and no frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo_merge.dissolve import dissolve_groups
from geo_merge.edges import Bools, Geometries, is_polygonal
from geo_merge.errors import CRSError, LayerError, UsageError
from geo_merge.files import whole_file
from geo_merge.finding import Finding, Severity
from geo_merge.geojson_rings import Polygons, Project
from geo_merge.geojson_stream import Block, ahead, collection, cuts, polygon_block
from geo_merge.plain import WGS84, read_plain
from geo_merge.ragged import NotPlainError, RaggedLayer

if TYPE_CHECKING:
    import geopandas as gpd

_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How to read a layer: see `layers.read_units` for each."""

    crs: str | None = None
    encoding: str | None = None
    layer: str | None = None


@dataclass(frozen=True)
class Written:
    """What became of a layer: how many features went in and out, and what to say about it."""

    read: int
    written: int
    notes: tuple[str, ...] = ()
    errors: tuple[Finding, ...] = ()


def convert(path: Path, out: Path, *, reading: Reading, precision: int = 7) -> Written:
    """Write a layer as GeoJSON, its attributes with it.

    Raises
    ------
    GeoMergeError
        If the layer cannot be read or written; nothing is changed then.
    """
    try:
        layer = read_plain(path, encoding=reading.encoding)
        project = _project(_crs(layer.crs, reading, path.name))
        blocks = partial(_block, layer, project=project, precision=precision)
        _write(out, ahead(blocks, cuts(layer.vertices)))
        return Written(len(layer), len(layer))
    except NotPlainError:
        from geo_merge.geojson import write_geojson  # noqa: PLC0415 - loads geopandas

        frame, notes = _frame(path, reading)
        write_geojson(frame, out, precision=precision)
        return Written(len(frame), len(frame), notes)


def _write(out: Path, blocks: Iterable[Block]) -> None:
    with whole_file(out) as temporary, temporary.open("wb") as file:
        file.writelines(collection(blocks))


def _block(
    layer: RaggedLayer, rows: tuple[int, int], *, project: Project | None, precision: int
) -> Block:
    begin, end = rows
    polygons, there = layer.read(begin, end)
    columns = (values[begin:end] for values in layer.columns.values())
    properties = [dict(zip(layer.columns, row, strict=True)) for row in zip(*columns, strict=True)]
    return polygon_block(polygons, there, properties, project, precision=precision)


def dissolve(path: Path, out: Path, field: str, *, reading: Reading, precision: int = 7) -> Written:
    """Write one polygon for all that have the same value in a field, with that and their number.

    Raises
    ------
    LayerError
        If the layer cannot be read, has no such field, or has rows without a value in it.
    """
    members = _members(path, field, reading)
    missing = [str(k + 1) for k, key in enumerate(members.keys) if key is None]
    if missing:
        raise LayerError(
            f"{path.name}: {len(missing)} rows have nothing in the field {field!r} (rows "
            f"{', '.join(missing[:_SHOWN])}) [K01]; say there what they belong to."
        )
    errors = tuple(_defects(members, path.name))
    if errors:
        return Written(len(members.keys), 0, members.notes, errors)
    number: dict[Any, int] = {}
    groups = np.array([number.setdefault(key, len(number)) for key in members.keys])
    whole = [one.geometry for one in dissolve_groups(members.shapes, groups)]
    count = np.bincount(groups).tolist()
    properties = [{field: key, "member_count": n} for key, n in zip(number, count, strict=True)]
    make = partial(_dissolved_block, np.array(whole, dtype=object), properties,
                   project=_project(members.crs), precision=precision)  # fmt: skip
    _write(out, ahead(make, cuts(shapely.get_num_coordinates(whole))))
    return Written(len(members.keys), len(whole), members.notes)


def _dissolved_block(
    whole: Geometries,
    properties: Sequence[dict[str, Any]],
    rows: tuple[int, int],
    *,
    project: Project | None,
    precision: int,
) -> Block:
    chosen = slice(*rows)
    polygons = Polygons.of(whole[chosen])
    there = np.ones(len(polygons.single), dtype=bool)
    return polygon_block(polygons, there, properties[chosen], project, precision=precision)


@dataclass(frozen=True)
class _Members:
    """What is dissolved: polygons, whether they are valid, the values of the field, the CRS."""

    shapes: Geometries
    valid: Bools
    keys: list[Any]
    crs: str
    notes: tuple[str, ...] = ()


def _members(path: Path, field: str, reading: Reading) -> _Members:
    try:
        layer = read_plain(path, columns=[field], encoding=reading.encoding)
        _check_field(path, field, layer.names)
        crs = _crs(layer.crs, reading, path.name)
        blocks = list(ahead(partial(_shapes, layer), cuts(layer.vertices)))
        shapes, valid = (np.concatenate(each) for each in zip(*blocks, strict=True))
        return _Members(shapes, valid, layer.columns[field], crs)
    except NotPlainError:
        from geo_merge.geojson import plain_columns  # noqa: PLC0415 - loads geopandas

        frame, notes = _frame(path, reading)
        _check_field(path, field, frame.columns.drop(frame.geometry.name))
        shapes = np.asarray(frame.geometry.values)
        keys = plain_columns(frame[[field, frame.geometry.name]])[field]
        return _Members(shapes, shapely.is_valid(shapes), keys, frame.crs.to_wkt(), notes)


def _shapes(layer: RaggedLayer, rows: tuple[int, int]) -> tuple[Geometries, Bools]:
    polygons, there = layer.read(*rows)
    shapes = np.full(len(there), None, dtype=object)
    shapes[there] = polygons.geometries()
    return shapes, shapely.is_valid(shapes)


def _check_field(path: Path, field: str, names: Iterable[str]) -> None:
    if field not in names:
        raise LayerError(
            f"{path.name} has no field {field!r} [K01]; it has {', '.join(names) or 'none'}."
        )


def _defects(members: _Members, source: str) -> Iterator[Finding]:
    """Yield what cannot be dissolved: rows without a polygon, with another thing, or invalid."""
    shapes = members.shapes
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    other = ~empty & ~is_polygonal(shapes)
    for check, rows, what in (
        ("G01", empty, "no geometry"),
        ("G03", other, "no polygon"),
        ("G04", ~empty & ~other & ~members.valid, "an invalid polygon"),
    ):
        for k in np.flatnonzero(rows):
            reason = f" ({shapely.is_valid_reason(shapes[k])})" if check == "G04" else ""
            yield Finding(
                check=check,
                severity=Severity.ERROR,
                units=(f"row {k + 1}",),
                message=f"{source} row {k + 1} ({members.keys[k]}) has {what}{reason} [{check}].",
                hint="Mend it in the source layer.",
                geometry=shapes[k],
            )


def _crs(own: str, reading: Reading, source: str) -> str:
    """Return the CRS of a file, or that of the option if it names none."""
    if own and reading.crs is not None:
        raise UsageError(
            f"--crs {reading.crs}: {source} names its own CRS, and --crs is only for files that "
            "name none; leave it out."
        )
    if not own and reading.crs is None:
        raise CRSError(f"{source} names no CRS [R01]; name it with --crs.")
    return own or str(reading.crs)


def _project(crs: str) -> Project | None:
    """Return the way to WGS 84; None for what is in it."""
    if crs == WGS84:
        return None
    from geo_merge.projection import Projection, parse_crs  # noqa: PLC0415 - pyproj is slow to load

    projection = Projection(parse_crs(crs))
    return None if projection.same else projection


def _frame(path: Path, reading: Reading) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Read a layer by GDAL; return also what had to be decided."""
    from geo_merge.encodings import Texts  # noqa: PLC0415 - loads geopandas
    from geo_merge.projection import parse_crs  # noqa: PLC0415
    from geo_merge.sources import open_layer  # noqa: PLC0415

    raw = open_layer(path, layer=reading.layer, texts=Texts(reading.encoding))
    own = raw.frame.crs
    crs = _crs("" if own is None else own.to_wkt(), reading, path.name)
    frame = raw.frame if own is not None else raw.frame.set_crs(parse_crs(crs))
    return frame, tuple(finding.message for finding in raw.findings)
