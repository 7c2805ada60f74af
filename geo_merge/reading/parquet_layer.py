"""GeoParquet files and folders of their parts as layers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import MAXYEAR, MINYEAR
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from geo_merge.errors import LayerError
from geo_merge.reading.apart import check_parquet
from geo_merge.reading.encodings import Texts
from geo_merge.reading.gdal import refuse_other_count
from geo_merge.reading.library_words import said_by_library
from geo_merge.reading.parquet import Part, read_part
from geo_merge.reading.raw import RawLayer, refuse_larger
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import sentence

# What pyarrow and geopandas raise where metadata name columns that are not there.
_FALSE = (KeyError, IndexError, TypeError, AttributeError, RecursionError)


def read_parquet(path: Path, layer: str | None, texts: Texts, sizes: Sizes) -> RawLayer:
    """Read a GeoParquet file."""
    del layer, texts
    return read_parquet_parts((read_part(path),), path, sizes)


def read_parquet_parts(parts: Sequence[Part], path: Path, sizes: Sizes) -> RawLayer:
    """Read one GeoParquet file, or the parts of a folder as one layer.

    Raises
    ------
    LayerError
        S05 if they are too large, F03 if one is damaged, F04 if it has other rows than it says.
    """
    megabytes = sum(part.path.stat().st_size for part in parts) / 2**20
    refuse_larger(path, "mb", megabytes, sizes.file_mb, "file_mb")
    refuse_larger(path, "features", sum(p.rows for p in parts), sizes.features, "features")
    inflated = sum(part.inflated for part in parts) / 2**20
    refuse_larger(path, "mb_inflated", inflated, sizes.archive_mb, "archive_mb")
    check_parquet(path.name, [part.path for part in parts], sizes)
    try:
        with np.errstate(invalid="ignore"):  # vertices that are no numbers are told by the checks
            frames = [_read(part.path) for part in parts]
    except (pa.ArrowException, shapely.GEOSException, OSError, ValueError, *_FALSE) as error:
        reason = said_by_library(error, path.name)
        raise LayerError(sentence("F03.unreadable", name=path.name, reason=reason)) from error
    for part, frame in zip(parts, frames, strict=True):
        refuse_other_count(part.path.name, part.rows, len(frame))
    frame = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    return RawLayer(frame, path.name, (), sentence("R01.none", file=path.name))


def _read(path: Path) -> gpd.GeoDataFrame:
    """Read a file; raise ValueError if it has a time with a zone in a year that Python has not."""
    frame = gpd.read_parquet(path, page_checksum_verification=True)
    for name in frame.columns[[isinstance(t, pd.DatetimeTZDtype) for t in frame.dtypes]]:
        years = frame[name].dt.year.dropna()
        wrong = years[(years < MINYEAR) | (years > MAXYEAR)]
        if len(wrong):
            raise ValueError(f"{name}: year {int(wrong.iloc[0])} is out of range")
    return frame
