"""Ways along roads, from a layer of lines; needs networkx (the extra ``plans``)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Geod

from geo_merge.errors import LayerError, UsageError
from geo_merge.geometry.areas import transformer
from geo_merge.geometry.rings import Floats, Ints
from geo_merge.planning.distances import straight_km
from geo_merge.vocabulary.sentence import sentence

_GEOD = Geod(ellps="WGS84")
_WGS84 = CRS.from_epsg(4326)
_SEAT = -1  # its vertex; those of roads are numbered from 0


@dataclass(frozen=True)
class _Entry:
    """Where one comes to a road: the segment, kilometres along it, off it, and to its ends."""

    segment: int
    along: float
    off: float
    ways: dict[int, float]


class Roads:
    """The shortest way along roads, with a straight line to the nearest point of a road.

    Lines are joined where they share a vertex, as OpenStreetMap and road registers draw them; a
    bridge over a road that has no vertex there is no junction.

    Parameters
    ----------
    lines
        LineStrings or MultiLineStrings in any CRS.
    """

    method = "roads"

    def __init__(self, lines: gpd.GeoDataFrame) -> None:
        if lines.crs is None:
            raise LayerError(sentence("planning.roads_crs"))
        parts = shapely.get_parts(np.asarray(lines.to_crs(_WGS84).geometry.values))
        parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]
        if not len(parts):
            raise LayerError(sentence("planning.roads_lines"))
        xy, line = shapely.get_coordinates(parts, return_index=True)
        same = line[1:] == line[:-1]
        self._a, self._b = xy[:-1][same], xy[1:][same]
        self._known: dict[tuple[float, float], tuple[_Entry, dict[int, float]]] = {}

    @cached_property
    def _plane(self) -> CRS:
        """A plane with its centre among the roads, for what is near to what."""
        lon, lat = self._a.mean(axis=0).tolist()
        return CRS.from_proj4(f"+proj=aeqd +lon_0={lon} +lat_0={lat} +ellps=WGS84 +units=m")

    @cached_property
    def _segments(self) -> tuple[Floats, Floats, shapely.STRtree]:
        way = transformer(_WGS84, self._plane)
        a, b = (np.column_stack(way.transform(*end.T)) for end in (self._a, self._b))
        return a, b, shapely.STRtree(shapely.linestrings(np.stack([a, b], axis=1)))

    @cached_property
    def _graph(self) -> Any:  # noqa: ANN401 - networkx has no types
        """The network: vertices by number, edges with kilometres."""
        try:
            import networkx as nx  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise UsageError(sentence("planning.networkx")) from error
        graph = nx.Graph()
        for (a, b), km in zip(self._ends.tolist(), self._lengths.tolist(), strict=True):
            if not graph.has_edge(a, b) or graph[a][b]["km"] > km:
                graph.add_edge(a, b, km=km)
        return graph

    @cached_property
    def _ends(self) -> Ints:
        """The vertices of each segment; shape (segments, 2)."""
        both = np.concatenate([self._a, self._b])
        _, number = np.unique(both, axis=0, return_inverse=True)
        return np.asarray(number.reshape(2, -1).T)

    @cached_property
    def _lengths(self) -> Floats:
        """Kilometres of each segment."""
        return np.asarray(_GEOD.inv(*self._a.T, *self._b.T)[2], dtype=float) / 1000

    def _entry(self, position: Floats) -> _Entry:
        """Return where one comes to the nearest road."""
        point = np.array(transformer(_WGS84, self._plane).transform(*position.tolist()))
        a, b, tree = self._segments
        k = int(tree.nearest(shapely.Point(point)))
        along = b[k] - a[k]
        length = float(along @ along)
        share = float(np.clip((point - a[k]) @ along / length, 0.0, 1.0)) if length else 0.0
        foot = self._a[k] + share * (self._b[k] - self._a[k])
        off = float(straight_km((foot[0], foot[1]), position[None])[0])
        first, last = self._ends[k].tolist()
        km = float(self._lengths[k])
        ways = {first: off + share * km, last: off + (1 - share) * km}
        return _Entry(k, share * km, off, ways)

    def _from(self, seat: tuple[float, float]) -> tuple[_Entry, dict[int, float]]:
        """Return where the roads begin at a seat, and the way to every vertex that they lead to."""
        if seat not in self._known:
            graph = self._graph.copy()
            entry = self._entry(np.array(seat))
            graph.add_weighted_edges_from(
                [(_SEAT, vertex, km) for vertex, km in entry.ways.items()], weight="km"
            )
            import networkx as nx  # noqa: PLC0415 - an extra

            there = nx.single_source_dijkstra_path_length(graph, _SEAT, weight="km")
            self._known[seat] = entry, there
        return self._known[seat]

    def to_seat(self, seat: tuple[float, float], positions: Floats) -> Floats:
        """Return kilometres from positions to a seat, NaN where no road leads; see `Distances`."""
        result = np.full(len(positions), np.nan)
        begins, there = self._from(seat)
        for k in np.flatnonzero(~np.isnan(positions).any(axis=1)).tolist():
            entry = self._entry(positions[k])
            ways = [there[vertex] + km for vertex, km in entry.ways.items() if vertex in there]
            if entry.segment == begins.segment:
                ways.append(entry.off + abs(entry.along - begins.along) + begins.off)
            result[k] = min(ways, default=np.nan)
        return result
