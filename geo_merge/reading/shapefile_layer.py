"""Shapefiles as layers: the encoding of their texts, and their polygons."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo_merge.reading.crs_text import refuse_files
from geo_merge.reading.encoded import BYTEWISE, decide_encoding, recode
from geo_merge.reading.encodings import Texts
from geo_merge.reading.gdal import read_ogr, refuse_other_count
from geo_merge.reading.parts import spelled_alike
from geo_merge.reading.plain import dbf, shapefile
from geo_merge.reading.raw import RawLayer, refuse_larger
from geo_merge.system.scratch import scratch
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import sentence

_SHOWN = 10  # rows
_HEADER, _BOX = 100, 36  # bytes (ESRI Shapefile Technical Description, 1998)
_LONGEST_NAME = 40  # characters of the name of an encoding


def read_shapefile(path: Path, layer: str | None, texts: Texts, sizes: Sizes) -> RawLayer:
    """Read a Shapefile that is whole."""
    del layer
    parts = shapefile.find_parts(path)
    refuse_larger(parts.dbf, "mb", parts.dbf.stat().st_size / 2**20, sizes.file_mb, "file_mb")
    shapes = shapefile.check(parts)
    refuse_larger(path, "features", len(shapes), sizes.features, "features")
    if parts.prj is not None:
        refuse_files(parts.prj.read_text("utf-8", "replace"), parts.prj.name)
    texts = texts.at(_whereabouts(path, parts.prj))
    codec, findings, cut = _encoding(parts, texts)
    utf8 = codec == "utf-8" and not cut
    with _spelled_alike(parts) as file:
        encoding = "UTF-8" if utf8 else BYTEWISE
        frame, closed, noted, exact = read_ogr(file, path.name, encoding=encoding)
    refuse_other_count(path.name, len(frame), len(shapes))
    if not utf8:  # GDAL cuts the last character of cp1258, so decode here
        whole = replace(texts, decode=lambda data, name: texts.decode(dbf.without_half(data), name))
        frame = recode(frame, codec, whole if cut else texts)
    frame, numbers = _numbers_as_written(frame, parts)
    noted = [f for f in noted if "parsed incompletely" not in f.message or not numbers] + numbers
    if not shapes.numbered:
        noted.append(_unnumbered(path))
    hint = (
        sentence("R01.missing_prj", file=f"{path.stem}.prj")
        if parts.prj is None
        else sentence("R01.none", file=parts.prj.name)
    )
    return RawLayer(
        frame, path.name, (*findings, *noted), hint, closed, encoding=codec, exact=exact
    )


def _whereabouts(path: Path, prj: Path | None) -> gpd.GeoDataFrame:
    """Return the box about all shapes, in the CRS of the .prj: what of a layer lies where."""
    with path.open("rb") as file:
        box = np.frombuffer(file.read(_HEADER)[_BOX:], "<f8", count=4)
    crs = None
    if prj is not None:
        with suppress(CRSError):  # told when the layer is read
            crs = CRS.from_user_input(prj.read_text("utf-8", "replace"))
    return gpd.GeoDataFrame(geometry=shapely.box(*box.reshape(1, 4).T), crs=crs)


def _numbers_as_written(
    frame: gpd.GeoDataFrame, parts: shapefile.Shapefile
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Replace numbers that GDAL read in part; see `dbf.numbers_as_written`."""
    table = dbf.read_table(parts.dbf)
    columns = [c for c in frame.columns if c != frame.geometry.name]
    if len(columns) != len(table.fields):
        return frame, []
    found = []
    for k, (values, cell) in dbf.numbers_as_written(table).items():
        first = next(v for v, c in zip(values, table.cells(table.fields[k]), strict=True)
                     if c.strip() == cell.encode("latin-1"))  # fmt: skip
        frame = frame.assign(**{columns[k]: pd.Series(values, index=frame.index)})
        found.append(Finding.of(sentence("F03.numbers", file=parts.dbf.name, field=columns[k],
                                         cell=cell, value=repr(first))))  # fmt: skip
    return frame, found


@contextmanager
def _spelled_alike(parts: shapefile.Shapefile) -> Iterator[Path]:
    """Give the file, or a copy under one name: GDAL finds parts by the letter."""
    if spelled_alike(parts.by_ending):
        yield parts.shp
        return
    with scratch() as folder:
        for ending, part in parts.by_ending.items():
            shutil.copyfile(part, folder / f"layer{ending}")
        yield folder / "layer.shp"


def _unnumbered(path: Path) -> Finding:
    return Finding.of(sentence("F04.unnumbered", file=path.name))


def _encoding(
    parts: shapefile.Shapefile, texts: Texts
) -> tuple[str, tuple[Finding, ...], list[int]]:
    """Return the encoding, what was decided, and the rows with texts cut within a letter."""
    name = parts.dbf.name
    table = dbf.read_table(parts.dbf)
    declared = None
    if parts.cpg is not None:
        said = parts.cpg.read_text("ascii", "replace").strip()[:_LONGEST_NAME]
        declared = "".join(filter(str.isprintable, said))
    said = sentence("F05.cpg", encoding=declared) if declared else sentence("F05.no_cpg")
    whole, cut = dbf.whole_letters(table)
    columns = whole if cut else dbf.text_columns(table)
    codec, findings = decide_encoding(columns, name, declared, said, texts)
    if codec != "utf-8" and cut:  # the letters are those of another encoding, and whole
        cut = []
        codec, findings = decide_encoding(dbf.text_columns(table), name, declared, said, texts)
    if not cut:
        return codec, findings, cut
    rows = ", ".join(str(row + 1) for row in cut[:_SHOWN])
    told = sentence("F05.cut", file=name, n=len(cut), rows=rows)
    finding = Finding.of(told, value=float(len(cut)), unit_of_value="rows")
    return codec, (*findings, finding), cut
