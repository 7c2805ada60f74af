"""The files of a layer as workers read them, and what they tell the client of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_merge.geometry.rings import Geometries, Ints, is_polygonal, without_z
from geo_merge.reading.encodings import Texts, texts_of
from geo_merge.reading.parquet import is_partitioned, read_parts
from geo_merge.reading.raw import RawLayer
from geo_merge.reading.sources import mended, open_layer
from geo_merge.units.crs import grid_of_crs, on_grid
from geo_merge.vocabulary.country import PLAIN, Country
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import sentence

# The decimals that coordinates may be rounded to, in degrees and in metres.
_DECIMALS = (5, 0)


@dataclass(frozen=True)
class Part:
    """A file of a layer, which every worker must be able to read under its path.

    Attributes
    ----------
    path
        The file, from the root.
    layer, encoding, sizes, country
        See `layers.read_units`; the sizes hold for each file.
    names
        Names that the layer should have, which tell its encoding.
    in_folder
        Whether the file is one of a folder of GeoParquet parts, and its texts are looked at
        together with those of the others.
    crs, target
        The CRS of the file and the one to work in, once they are known.
    """

    path: Path
    layer: str | None = None
    encoding: str | None = None
    sizes: Sizes = field(default_factory=Sizes)
    country: Country = PLAIN
    names: tuple[str, ...] = ()
    in_folder: bool = False
    crs: CRS | None = None
    target: CRS | None = None

    def open(self) -> RawLayer:
        """Read the file."""
        known = texts_of(self.country, self.encoding, self.names)
        texts = Texts(asked="utf-8") if self.in_folder else known
        return open_layer(self.path, layer=self.layer, texts=texts, sizes=self.sizes)

    def geometries(self) -> Geometries:
        """Return the geometries in their own CRS, without z."""
        return without_z(np.asarray(self.open().frame.geometry.values))


@dataclass(frozen=True)
class Told:
    """What a worker tells of a file.

    Attributes
    ----------
    raw
        The layer with a box in the place of each polygon.
    n_vertices
        Vertices of each unit; shape (units,).
    on_grid
        What `crs.on_grid` says of its coordinates, by decimals.
    """

    raw: RawLayer
    n_vertices: Ints
    on_grid: dict[int, tuple[bool, bool]]


def tell(part: Part) -> Told:
    """Read a file, and return all of it but its polygons."""
    raw = part.open()
    geometries = np.asarray(raw.frame.geometry.values)
    boxed = raw.frame.set_geometry(
        gpd.GeoSeries(boxes(geometries), index=raw.frame.index, crs=raw.frame.crs)
    )
    n_vertices = shapely.get_num_coordinates(geometries)
    grids = {n: on_grid(geometries, n) for n in _DECIMALS}
    return Told(replace(raw, frame=boxed), n_vertices, grids)


def boxes(geometries: Geometries) -> Geometries:
    """Return the bounding box of each polygon; what is no polygon, or nowhere, stays as it is."""
    bounds = shapely.bounds(geometries)
    known = is_polygonal(geometries) & np.isfinite(bounds).all(axis=1)
    result = geometries.copy()
    result[known] = shapely.box(*bounds[known].T)
    return result


def list_parts(
    files: Sequence[Path], like: Part, layers: Mapping[Path, str | None]
) -> Iterator[list[Part]]:
    """Yield the parts of each file or folder; of a file with several layers, the one named.

    Raises
    ------
    LayerError
        If the parts of a folder differ in CRS or columns.
    """
    for path in files:
        if is_partitioned(path):
            filled = [part for part in read_parts(path) if part.rows]
            yield [
                replace(like, path=part.path.resolve(), in_folder=True, names=()) for part in filled
            ]
        else:
            yield [replace(like, path=path.resolve(), layer=layers.get(path))]


def join_told(path: Path, told: Sequence[Told], texts: Texts) -> RawLayer:
    """Return the layer that the parts of a file or folder make."""
    if not is_partitioned(path):
        return told[0].raw
    frame = pd.concat([each.raw.frame for each in told], ignore_index=True)
    raw = RawLayer(frame, path.name, (), sentence("R01.none", file=path.name))
    return raw if texts.asked else mended(raw, texts)


def grid_of(raws: Sequence[RawLayer], told: Sequence[Sequence[Told]]) -> float:
    """Return the coarsest grid of some units of a file and not of others; see `coarsest_grid`."""
    coarsest = 0.0
    for raw, parts in zip(raws, told, strict=True):
        decimals, cell = grid_of_crs(raw.frame.crs)
        some, every = zip(*(each.on_grid[decimals] for each in parts), strict=True)
        coarsest = max(coarsest, cell if any(some) and not all(every) else 0.0)
    return coarsest
