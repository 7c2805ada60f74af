"""Reading layers that are no units: an outline, and what divided units are cut by."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_merge.errors import LayerError
from geo_merge.geometry.validity import usable
from geo_merge.reading.encodings import texts_of
from geo_merge.reading.sources import open_layer
from geo_merge.units.code_column import read_codes
from geo_merge.units.crs import check_coordinates
from geo_merge.units.cutters import Cutters, as_cutters
from geo_merge.units.placing import with_crs
from geo_merge.vocabulary import fields
from geo_merge.vocabulary.country import PLAIN, Country
from geo_merge.vocabulary.limits import Sizes

StrPath = str | os.PathLike[str]


def read_outline(
    path: StrPath,
    target_crs: CRS,
    *,
    crs: str | int | None = None,
    sizes: Sizes | None = None,
    country: Country = PLAIN,
    accept: Collection[str] = (),
) -> gpd.GeoDataFrame:
    """Read polygons that a layer should fill; they need no codes.

    Raises
    ------
    LayerError
        If the file cannot be read, or holds what is no valid polygon.
    """
    raw = open_layer(Path(path), texts=texts_of(country), sizes=sizes)
    (raw,) = with_crs([raw], crs, None, country, accept)
    frame = raw.frame.assign(code="")
    check_coordinates(frame, raw.source, accept=accept)
    shapes = shapely.force_2d(np.asarray(frame.geometry.values))
    if not usable(shapes).all():
        raise LayerError(
            f"{raw.source}: the outline has rows that are no valid polygons [G04]; mend them."
        )
    return gpd.GeoDataFrame(geometry=shapes, crs=frame.crs).to_crs(target_crs)


def read_cutters(
    path: StrPath,
    target_crs: CRS,
    *,
    crs: str | int | None = None,
    encoding: str | None = None,
    sizes: Sizes | None = None,
    country: Country = PLAIN,
) -> Cutters:
    """Read what divided units are cut by: pieces, new boundaries or lines; see `as_cutters`.

    Parameters
    ----------
    path
        A layer of polygons or lines.
    target_crs
        The CRS of the units.
    crs, encoding, sizes, country
        See `read_units`.
    """
    raw = open_layer(Path(path), texts=texts_of(country, encoding), sizes=sizes)
    frame = with_crs([raw], crs, None, country)[0].frame.to_crs(target_crs)
    columns = [str(c) for c in frame.columns]
    code = fields.find_field(columns, "code")
    named = {"oldcode", "newcode"} & set(map(fields.fold_field, columns))
    if code is None and (shapely.get_dimensions(np.asarray(frame.geometry.values)) != 1).all():
        raise LayerError(
            f"{raw.source} has no field known to hold the codes of new units [K01]; it has "
            f"{', '.join(c for c in columns if c != 'geometry') or 'none'}; call that new_code."
        )
    if code is not None and not named:
        codes, _ = read_codes(frame[code], raw.source, None, {})
        frame = frame.set_index(pd.Index(codes))
    return as_cutters(frame)
