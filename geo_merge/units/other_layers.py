"""Reading layers that are no units: an outline, and what divided units are cut by."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_merge.errors import LayerError
from geo_merge.geometry.crossings import refuse_tangled_lines
from geo_merge.geometry.rings import Geometries, is_polygonal, without_z
from geo_merge.geometry.validity import usable
from geo_merge.reading.encodings import texts_of
from geo_merge.reading.raw import RawLayer
from geo_merge.reading.sources import open_layer
from geo_merge.units.code_column import read_codes
from geo_merge.units.columns import no_polygons
from geo_merge.units.crs import check_coordinates, lonlat_bounds
from geo_merge.units.cutters import Cutters, as_cutters
from geo_merge.units.field_roles import NamedFields, find_roles
from geo_merge.units.placing import with_crs
from geo_merge.units.planes import along_edges
from geo_merge.vocabulary import fields
from geo_merge.vocabulary.codes import as_text, fold_name
from geo_merge.vocabulary.country import PLAIN, Country
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import sentence

StrPath = str | os.PathLike[str]
# Columns by which findings of a result are known, and the check that finds holes.
_OF_FINDINGS = {"check", "severity", "message"}
_HOLES = "C02"
# Metres from the units at which a layer still is of their land: a lake that is drawn smaller than
# the gap that it fills, a sea with a rough coast.
_BESIDE = 1000.0


def read_polygons(
    path: StrPath,
    target_crs: CRS,
    *,
    option: str,
    layer: str | None = None,
    crs: str | int | None = None,
    sizes: Sizes | None = None,
    country: Country = PLAIN,
    accept: Collection[str] = (),
) -> gpd.GeoDataFrame:
    """Read polygons that need no codes: an outline to fill, water, land of others.

    ``option`` is what they were given for, for messages; ``layer`` is the one to read of several,
    ``crs`` is for a file that names none. Of findings that a result has (see `results.files`),
    water and land of others are the holes (C02): whoever looked at each of them gives the layer
    back.

    Raises
    ------
    LayerError
        If the file cannot be read, or holds what is no valid polygon.
    """
    raw = open_layer(Path(path), layer=layer, texts=texts_of(country), sizes=sizes)
    (raw,) = with_crs([raw], crs, None, country, accept, overrule=False)
    frame = raw.frame.assign(code="")
    if option != "outline" and set(frame.columns) >= _OF_FINDINGS:
        frame = frame[frame["check"] == _HOLES]
    check_coordinates(frame, raw.source, accept=accept)
    shapes = without_z(np.asarray(frame.geometry.values))
    if not is_polygonal(shapes).any() and len(shapes):
        raise LayerError(no_polygons(raw))
    if not len(shapes) or not usable(shapes).all():
        raise LayerError(sentence("G04.outline", source=raw.source, option=f"--{option}"))
    placed, _ = along_edges(shapes, frame.crs, target_crs)
    return gpd.GeoDataFrame(geometry=placed, crs=target_crs)


def refuse_apart(
    shapes: Geometries, units: gpd.GeoDataFrame, files: Sequence[str], *, option: str,
    holds_units: bool,
) -> None:  # fmt: skip
    """Refuse a layer that has nothing in common with the land of the units.

    Parameters
    ----------
    shapes
        The layer, in the CRS of the units.
    units
        The units, or a box in the place of each.
    files, option
        Its files, and what they were given for, for messages.
    holds_units
        Whether units lie in its polygons, as in those of an outline; else it is enough that it
        lies in or beside them, as water does.

    Raises
    ------
    LayerError
        R02, with where the units are and where the layer is, or how far it is from them.
    """
    xy, of = shapely.get_coordinates(shapes, return_index=True)
    shapes = np.delete(shapes, of[~np.isfinite(xy).all(axis=1)])  # which lie nowhere
    land = np.asarray(units.geometry.values)
    if holds_units:
        inner = shapely.STRtree(shapely.point_on_surface(land))
        if inner.query(shapes, predicate="contains").size:
            return
    else:
        around = shapely.buffer(shapely.box(*units.total_bounds), _BESIDE)
        near = shapes[shapely.intersects(around, shapes)]
        there = shapely.STRtree(land)
        if any(there.query(one, predicate="dwithin", distance=_BESIDE).size for one in near):
            return
        if len(near):
            _, metres = there.query_nearest(near, return_distance=True, all_matches=False)
            raise LayerError(sentence("R02.beside", sources=files, option=f"--{option}",
                                      km=float(metres.min()) / 1000))  # fmt: skip
    west, south, east, north = lonlat_bounds(units.crs, tuple(units.total_bounds))
    there = ""
    if not shapely.is_empty(shapes).all():
        its = lonlat_bounds(units.crs, tuple(shapely.total_bounds(shapes)))
        if np.isfinite(its).all():
            there = sentence("R02.there", lon=(its[0] + its[2]) / 2, lat=(its[1] + its[3]) / 2)
    raise LayerError(
        sentence("R02.apart", sources=files, option=f"--{option}", west=west, east=east,
                 south=south, north=north, there=there)
    )  # fmt: skip


def read_cutters(
    path: StrPath,
    target_crs: CRS,
    *,
    code_field: str | None = None,
    crosswalk: pd.DataFrame | None = None,
    layer: str | None = None,
    crs: str | int | None = None,
    encoding: str | None = None,
    sizes: Sizes | None = None,
    country: Country = PLAIN,
    accept: Collection[str] = (),
) -> Cutters:
    """Read what divided units are cut by: pieces, new boundaries or lines; see `as_cutters`.

    Parameters
    ----------
    path
        A layer of polygons or lines.
    target_crs
        The CRS of the units.
    code_field
        The field with the codes of new units; found by its name and by those that the crosswalk
        names by default. New units without codes are known by the names that it gives them.
    crosswalk
        See `crosswalk.as_crosswalk`.
    layer, crs, encoding, sizes, country, accept
        See `read_units`.

    Raises
    ------
    LayerError
        K01, if polygons do not say which new units they are of; W05, if lines cross without end;
        G03, if there are neither.
    """
    raw = open_layer(Path(path), layer=layer, texts=texts_of(country, encoding), sizes=sizes)
    (raw,) = with_crs([raw], crs, None, country, accept, overrule=False)
    check_coordinates(raw.frame, raw.source, accept=accept)
    shapes = np.asarray(raw.frame.geometry.values)
    refuse_no_cutters(raw)
    refuse_tangled_lines(shapes, raw.source)
    shapes, only_plane = along_edges(shapes, raw.frame.crs, target_crs)
    frame = raw.frame.set_geometry(gpd.GeoSeries(shapes, index=raw.frame.index, crs=target_crs))
    if (shapely.get_dimensions(shapes) == 1).all():
        return replace(as_cutters(frame), only_plane=only_plane)
    if not {"oldcode", "newcode"} & set(map(fields.fold_field, map(str, frame.columns))):
        frame = frame.set_index(pd.Index(_new_codes(raw, code_field, crosswalk)))
    return replace(as_cutters(frame), only_plane=only_plane)


def refuse_no_cutters(raw: RawLayer) -> None:
    """Refuse a layer without polygons or lines (G03): nothing is cut by points."""
    shapes = np.asarray(raw.frame.geometry.values)
    if not (shapely.get_dimensions(shapes) > 0).any():
        raise LayerError(no_polygons(raw, "G03.no_cutters"))


def _new_codes(
    raw: RawLayer, code_field: str | None, crosswalk: pd.DataFrame | None
) -> Sequence[str]:
    """Return the code of the new unit that each row is of."""
    new = {} if crosswalk is None else dict(zip(crosswalk["new_code"], crosswalk["new_name"],
                                                strict=True))  # fmt: skip
    named = NamedFields(code=code_field, code_option="--divide-code-field", evidence=new)
    roles = find_roles(raw, named, new, [])
    if "code" in roles:
        return read_codes(raw.frame[roles["code"]], raw.source, None, {})[0]
    called: dict[str, set[str]] = defaultdict(set)
    for code, name in new.items():
        called[fold_name(name)].add(code)
    names = list(as_text(raw.frame[roles["name"]]))
    unclear = sorted({name for name in names if len(called[fold_name(name)]) > 1})
    if unclear:
        told = sentence("K01.ambiguous_new", source=raw.source, names=unclear[:10])
        raise LayerError(told)
    return [next(iter(called[fold_name(name)]), name) for name in names]
