"""Reading a layer whose polygons stay in their files: the client gets all but these."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import geopandas as gpd
import numpy as np
from distributed import Client

from geo_merge.checks.stacked import refuse_stacked
from geo_merge.cluster.borders import load, with_corners
from geo_merge.cluster.parts import Part, grid_of, join_told, list_parts, tell
from geo_merge.cluster.remote import Remote
from geo_merge.cluster.seams import close_seams
from geo_merge.errors import UsageError
from geo_merge.reading.encodings import texts_of
from geo_merge.units.field_roles import NamedFields
from geo_merge.units.layers import as_units
from geo_merge.units.placing import with_crs
from geo_merge.vocabulary.country import PLAIN, Country
from geo_merge.vocabulary.limits import Sizes, no_sizes
from geo_merge.vocabulary.memory import remember
from geo_merge.vocabulary.sentence import sentence


def read_remote(
    client: Client,
    *files: Path,
    code_field: str | None = None,
    name_field: str | None = None,
    population_field: str | None = None,
    type_field: str | None = None,
    parent_fields: Sequence[str] = (),
    fields: Mapping[str, str] | None = None,
    layer: str | Mapping[Path, str] | None = None,
    crs: str | int | None = None,
    encoding: str | None = None,
    sizes: Sizes | None = None,
    expected: Mapping[str, str] | None = None,
    country: Country = PLAIN,
    accept: Collection[str] = (),
) -> tuple[gpd.GeoDataFrame, Remote]:
    """Read the units of files and folders of GeoParquet parts as one layer.

    All that `layers.read_units` looks at are attributes and bounds, so it sees the same and says
    the same, but that the sizes hold for each file. Workers bring the polygons to one plane and
    close the seams between files, so that they are those of one machine.

    Parameters
    ----------
    client
        The cluster.
    *files
        As the workers and this machine see them.
    code_field, name_field, population_field, type_field, parent_fields, fields, layer, crs, \
    encoding, sizes, expected, country, accept
        See `layers.read_units`.

    Returns
    -------
    geopandas.GeoDataFrame, Remote
        The units with a box in the place of each polygon, in the CRS to work in, and the polygons.

    Raises
    ------
    LayerError
        If a file cannot be read as a layer of units, or parts of a folder differ.
    """
    if not files:
        raise UsageError(sentence("usage.no_layer"))
    names = tuple((expected or {}).values())
    like = Part(Path(), encoding=encoding, sizes=sizes or Sizes(), country=country, names=names)
    chosen = layer if isinstance(layer, Mapping) else dict.fromkeys(files, layer)
    listed = list(list_parts(files, like, chosen))
    futures = [client.map(tell, parts, pure=False) for parts in listed]
    told = [client.gather(each) for each in futures]
    texts = texts_of(country, encoding, names)
    raws = [join_told(path, each, texts) for path, each in zip(files, told, strict=True)]
    for raw in raws:
        refuse_stacked(np.asarray(raw.frame.geometry.values), raw.source)
    raws = with_crs(raws, crs, name_field, country, accept)
    units = as_units(
        files, raws,
        named=NamedFields(code=code_field, name=name_field, population=population_field,
                          unit_type=type_field, parents=tuple(parent_fields),
                          others=fields or {}),
        expected=expected, grid=grid_of(raws, told), close_seams=False, country=country,
        accept=accept,
    )  # fmt: skip
    parts = [  # which were held to their sizes when they were told of
        replace(part, crs=raw.frame.crs, target=units.crs, sizes=no_sizes())
        for raw, each in zip(raws, listed, strict=True)
        for part in each
    ]
    n_vertices = [each.n_vertices for each in chain.from_iterable(told)]
    start = np.cumsum([0, *map(len, n_vertices)])
    polygons, findings, ledger, only_plane = load(client, parts, start, units)
    file_of = [k for k, each in enumerate(listed) for _ in each]
    polygons, seams, rows = close_seams(client, polygons, file_of)
    only_plane = with_corners(client, polygons, only_plane)
    units = remember(units, [*findings, *seams], [*ledger, *rows], only_plane.rows)
    return units, Remote(client, tuple(polygons), start, np.concatenate(n_vertices), units.crs)
