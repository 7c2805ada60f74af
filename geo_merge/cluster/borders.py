"""Borders between the parts of a layer: what `planes` does for one that is in one place."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pyarrow as pa
from distributed import Client, Future
from pyproj import CRS

from geo_merge.cluster.parts import Part
from geo_merge.cluster.remote import as_wkb, from_wkb
from geo_merge.geometry.edge_ends import unpaired
from geo_merge.geometry.junctions import (
    MOST,
    Around,
    loose_edges,
    suspected_edges,
    vertices_near,
)
from geo_merge.geometry.plane_vertices import PlaneVertices
from geo_merge.geometry.projection import metres_per_unit
from geo_merge.geometry.rings import Floats, Ints
from geo_merge.system.memory import give_back
from geo_merge.units.planes import Notes, Projected, bulge, by_crs, tell
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.ledger import LedgerRow

# Polygons in the plane, what was done to them, and whether any was valid in its own CRS alone.
_Loaded = tuple[pa.Array, Notes, bool]


def load(
    client: Client, parts: Sequence[Part], start: Ints, units: gpd.GeoDataFrame
) -> tuple[list[Future[pa.Array]], list[Finding], list[LedgerRow], PlaneVertices]:
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

    Returns
    -------
    polygons, findings, ledger, only_plane
        As futures; what was done; and the vertices that edges have for the plane alone.
    """
    names = units["name"].where(units["is_piece"], units.index.to_series())
    loaded: dict[int, Future[_Loaded]] = {}
    findings: list[Finding] = []
    ledger: list[LedgerRow] = []
    only_plane = [np.empty((0, 2))]
    for crs, members in by_crs([_known(part.crs) for part in parts]):
        some = [parts[k] for k in members]
        around = _around(client, some, crs, units.crs)
        futures = client.map(_load, some, around=around, pure=False)
        if len(some) > 1 and any(client.gather(client.map(_is_doubtful, futures))):
            doubts = _around_doubts(client, some, around, crs, units.crs)
            futures = client.map(_load_again, some, around=around, doubts=doubts, pure=False)
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
        only_plane.append(all_notes.only_plane)
    polygons = [client.submit(_polygons, loaded[k]) for k in range(len(parts))]
    return polygons, findings, ledger, PlaneVertices.of(np.concatenate(only_plane))


def with_corners(
    client: Client, polygons: Sequence[Future[pa.Array]], only_plane: PlaneVertices
) -> PlaneVertices:
    """Return vertices of a plane with the corners that units of any part have there."""
    if not len(only_plane):
        return only_plane
    ways = client.map(_ways, polygons, only_plane=only_plane, pure=False)
    return only_plane.with_corners(np.concatenate(client.gather(ways)))


def _ways(polygons: pa.Array, *, only_plane: PlaneVertices) -> Floats:
    return only_plane.beside(from_wkb(polygons))


def _known(crs: CRS | None) -> CRS:
    if crs is None:
        raise AssertionError("the CRS of a part is known before its polygons are read")
    return crs


def _around(client: Client, parts: Sequence[Part], crs: CRS, target: CRS) -> Future[Around] | None:
    """Return what other parts have beside each, as a task: one that dies is done again."""
    if len(parts) == 1:
        return None
    edges = client.submit(_unpaired, client.map(_loose_edges, parts, pure=False), pure=False)
    reach = client.submit(_reach, edges, crs, target, pure=False)
    near = client.map(_vertices_near, parts, edges=edges, reach=reach, pure=False)
    return client.submit(_beside, edges, near, pure=False)


def _around_doubts(
    client: Client, parts: Sequence[Part], around: Future[Around] | None, crs: CRS, target: CRS
) -> Future[Around]:
    """Return what other parts have beside each, and beside what is doubtful in any of them.

    That is rare, so the polygons in their own CRS are made again rather than kept.
    """
    told = client.map(_edges_of_doubts, parts, around=around, pure=False)
    edges = client.submit(_unpaired_or_doubtful, told, pure=False)
    reach = client.submit(_reach, edges, crs, target, pure=False)
    near = client.map(_shared_near, parts, around=around, edges=edges, reach=reach, pure=False)
    return client.submit(_beside, edges, near, pure=False)


def _edges_of_doubts(part: Part, *, around: Around | None) -> tuple[Floats, Floats]:
    projected, metres = _projected(part, around), metres_per_unit(_known(part.crs))
    shapes = projected.shapes
    return loose_edges(shapes, metres), suspected_edges(shapes, projected.doubtful, metres)


def _unpaired_or_doubtful(told: Sequence[tuple[Floats, Floats]]) -> Floats:
    loose, doubtful = (np.concatenate(each) for each in zip(*told, strict=True))
    return np.concatenate([unpaired(loose), doubtful])


def _shared_near(part: Part, *, around: Around | None, edges: Floats, reach: float) -> Floats:
    return vertices_near(_projected(part, around).shapes, edges, reach)


def _unpaired(edges: Sequence[Floats]) -> Floats:
    return unpaired(np.concatenate(edges))


def _reach(edges: Floats, crs: CRS, target: CRS) -> float:
    bulges, most = bulge(crs, target), MOST / metres_per_unit(crs)
    if bulges is None or not len(edges):
        return most
    return max(most, float(bulges(edges[:, :2], edges[:, 2:]).max()))


def _beside(edges: Floats, near: Sequence[Floats]) -> Around:
    return Around(edges, np.unique(np.concatenate(near), axis=0))


def _loose_edges(part: Part) -> Floats:
    edges = loose_edges(part.geometries(), metres_per_unit(_known(part.crs)))
    _give_back()
    return edges


def _vertices_near(part: Part, *, edges: Floats, reach: float) -> Floats:
    vertices = vertices_near(part.geometries(), edges, reach)
    _give_back()
    return vertices


def _load(part: Part, *, around: Around | None) -> _Loaded:
    return _packed(_projected(part, around).settled())


def _load_again(part: Part, *, around: Around | None, doubts: Around) -> _Loaded:
    return _packed(_projected(part, around).mended(doubts))


def _projected(part: Part, around: Around | None) -> Projected:
    return Projected.of(part.geometries(), _known(part.crs), _known(part.target), around)


def _packed(projected: Projected) -> _Loaded:
    polygons, doubtful = as_wkb(projected.plane), bool(projected.doubtful.any())
    notes = projected.notes
    del projected
    _give_back()
    return polygons, notes, doubtful


def _give_back() -> None:
    """Give memory back that is free but held: a worker that looks full is given no work."""
    _leave_imports()
    gc.collect()
    pa.default_memory_pool().release_unused()
    give_back()


@cache
def _leave_imports() -> None:
    """Leave what a worker has imported out of each search for garbage, once."""
    gc.collect()
    gc.freeze()


def _notes(loaded: _Loaded) -> Notes:
    return loaded[1]


def _is_doubtful(loaded: _Loaded) -> bool:
    return loaded[2]


def _polygons(loaded: _Loaded) -> pa.Array:
    return loaded[0]
