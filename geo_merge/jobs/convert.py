"""Writing a layer as GeoJSON as it is: no codes, no crosswalk, and for plain files no frames."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo_merge.jobs.seen import Seen, far_away
from geo_merge.reading.plain.plain import WGS84, read_plain
from geo_merge.reading.plain.ragged import NotPlainError, RaggedLayer, require
from geo_merge.vocabulary.country import PLAIN, Country
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Limits, Sizes, any_size
from geo_merge.writing.files import whole_file
from geo_merge.writing.geojson_stream import Block, ahead, collection, cuts, polygon_block
from geo_merge.writing.rounding import Project

if TYPE_CHECKING:
    from geo_merge.reading.raw import RawLayer


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How to read a layer: see `layers.read_units` for each; `far` as in `limits.Limits`."""

    crs: str | None = None
    encoding: str | None = None
    layer: str | None = None
    sizes: Sizes = field(default_factory=any_size)
    country: Country = PLAIN
    accept: Collection[str] = ()
    far: float = field(default_factory=lambda: Limits().far)


@dataclass(frozen=True)
class Written:
    """What became of a layer: features in and out, how it was read, what was found in which CRS."""

    read: int
    written: int
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    crs: str = WGS84


def convert(path: Path, out: Path, *, reading: Reading, precision: int = 7) -> Written:
    """Write a layer as GeoJSON, its attributes with it.

    Raises
    ------
    GeoMergeError
        If the layer cannot be read or written; nothing is changed then.
    """
    try:
        layer = read_plain(path, encoding=reading.encoding, country=reading.country)
        crs = crs_of(layer.crs, reading)
        project, seen = way_to_wgs84(crs), Seen(crs, len(layer))
        blocks = partial(_block, layer, seen=seen, project=project, precision=precision)
        with whole_file(out) as temporary:
            write_blocks(temporary, ahead(blocks, cuts(layer.vertices)))
            seen.require_places(layer, reading.country)
        return Written(len(layer), len(layer), seen.strays(reading.far))
    except NotPlainError:
        from geo_merge.units.placing import refuse_nowhere  # noqa: PLC0415
        from geo_merge.writing.geojson import write_geojson  # noqa: PLC0415 - loads geopandas

        raw, notes = read_frame(path, reading)
        refuse_nowhere(raw)
        write_geojson(raw.frame, out, precision=precision, attributes=raw.attributes())
        return Written(len(raw.frame), len(raw.frame), notes)


def write_blocks(path: Path, blocks: Iterable[Block]) -> None:
    """Write a collection of blocks to a file that nobody looks at yet."""
    with path.open("wb") as file:
        file.writelines(collection(blocks))


def _block(
    layer: RaggedLayer,
    rows: tuple[int, int],
    *,
    seen: Seen,
    project: Project | None,
    precision: int,
) -> Block:
    begin, end = rows
    numbers = np.arange(begin, end)
    polygons, there = layer.read(numbers)
    seen.add(numbers[there], polygons.rings)
    own = layer.attributes(begin, end)
    return polygon_block(polygons, there, own, project, precision=precision)


def crs_of(own: str, reading: Reading) -> str:
    """Return the CRS of a file, or that of the option if it names none.

    Raises
    ------
    NotPlainError
        If there is neither, or both: `read_frame` looks at the places that the file names, and
        knows whether its CRS is only that of its format.
    """
    require(bool(own) != (reading.crs is not None), "one CRS")
    return own or str(reading.crs)


def way_to_wgs84(crs: str) -> Project | None:
    """Return the way to WGS 84; None for what is in it."""
    if crs == WGS84:
        return None
    from geo_merge.geometry.projection import Projection, parse_crs  # noqa: PLC0415 - pyproj is slow to load

    projection = Projection(parse_crs(crs))
    return None if projection.same else projection


def read_frame(path: Path, reading: Reading) -> tuple[RawLayer, tuple[str, ...]]:
    """Read a layer by GDAL, placed as `layers.read_units` places it; return also what was decided.

    Raises
    ------
    CRSError
        R01 to R03, as for units.
    """
    from geo_merge.reading.encodings import Texts  # noqa: PLC0415 - loads geopandas
    from geo_merge.reading.sources import open_layer  # noqa: PLC0415
    from geo_merge.units.placing import check_raw, with_crs  # noqa: PLC0415

    raw = open_layer(path, layer=reading.layer, texts=Texts(reading.encoding), sizes=reading.sizes)
    (raw,) = with_crs([raw], reading.crs, None, reading.country, reading.accept)
    doubts = check_raw(raw, reading.country, reading.accept)
    notes = [finding.message for finding in (*raw.findings, *doubts)]
    boxes = shapely.bounds(np.asarray(raw.frame.geometry.values))
    return raw, (*notes, *far_away(boxes, raw.frame.crs.to_wkt(), reading.far))
