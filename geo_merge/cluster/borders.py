"""Borders between the parts of a layer: what `planes` does for one that is in one place."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pyarrow as pa
from distributed import Client, Future
from pyproj import CRS

from geo_merge.cluster.parts import Part
from geo_merge.cluster.remote import as_wkb
from geo_merge.junctions import MOST, Around, loose_edges, unpaired, vertices_near
from geo_merge.models import Finding, LedgerRow
from geo_merge.planes import Notes, bulge, by_crs, metres_per_unit, project, tell
from geo_merge.rings import Floats, Ints

_Loaded = tuple[pa.Array, Notes]


def load(
    client: Client, parts: Sequence[Part], start: Ints, units: gpd.GeoDataFrame
) -> tuple[list[Future[pa.Array]], list[Finding], list[LedgerRow]]:
    """Let workers read the polygons of parts and bring them to one plane.

    Workers tell each other the long edges that no polygon of their own part shares, and the
    vertices near those that no part shares: so they do the same as one machine does.

    Parameters
    ----------
    client
        The cluster.
    parts
        The files, with their CRS and the one to bring them to.
    start
        The position of the first unit of each part, and the end.
    units
        The units with their codes and names.
    """
    names = units["name"].where(units["is_piece"], units.index.to_series())
    loaded: dict[int, Future[_Loaded]] = {}
    findings: list[Finding] = []
    ledger: list[LedgerRow] = []
    for crs, members in by_crs([_known(part.crs) for part in parts]):
        some = [parts[k] for k in members]
        around = _around(client, some, crs, units.crs)
        # Scattered: what is large would otherwise be written into each task, or be one of its own.
        shared = client.scatter(around, broadcast=True, hash=False)
        futures = client.map(_load, some, around=shared, pure=False)
        loaded |= dict(zip(members, futures, strict=True))
        all_notes = Notes()
        labels: list[str] = []
        for k, notes in zip(members, client.gather(client.map(_notes, futures)), strict=True):
            begin, end = list(pairwise(start))[k]
            all_notes.take_in(notes, len(labels))
            labels += names.iloc[begin:end].tolist()
        told, rows = tell(all_notes, labels, crs, units.crs)
        findings += told
        ledger += rows
    return [client.submit(_polygons, loaded[k]) for k in range(len(parts))], findings, ledger


def _known(crs: CRS | None) -> CRS:
    if crs is None:
        raise AssertionError("the CRS of a part is known before its polygons are read")
    return crs


def _around(client: Client, parts: Sequence[Part], crs: CRS, target: CRS) -> Around | None:
    if len(parts) == 1:
        return None
    edges = unpaired(np.concatenate(client.gather(client.map(_loose_edges, parts, pure=False))))
    reach = MOST / metres_per_unit(crs)
    bulges = bulge(crs, target)
    if bulges is not None and len(edges):
        reach = max(reach, float(bulges(edges[:, :2], edges[:, 2:]).max()))
    shared = client.scatter(edges, broadcast=True, hash=False)
    near = client.map(_vertices_near, parts, edges=shared, reach=reach, pure=False)
    return Around(edges, np.unique(np.concatenate(client.gather(near)), axis=0))


def _loose_edges(part: Part) -> Floats:
    return loose_edges(part.geometries(), metres_per_unit(_known(part.crs)))


def _vertices_near(part: Part, *, edges: Floats, reach: float) -> Floats:
    return vertices_near(part.geometries(), edges, reach)


def _load(part: Part, *, around: Around | None) -> _Loaded:
    plane, notes = project(part.geometries(), _known(part.crs), _known(part.target), around)
    return as_wkb(plane), notes


def _notes(loaded: _Loaded) -> Notes:
    return loaded[1]


def _polygons(loaded: _Loaded) -> pa.Array:
    return loaded[0]
