"""The old units as a map draws them: simplified to its pixels, their borders shared."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version

import geopandas as gpd
import numpy as np
import orjson
import shapely
from pyproj import CRS

from geo_merge.geometry.difference import polygonal
from geo_merge.geometry.edges import hash_vertices
from geo_merge.geometry.neighbourhoods import members_of, neighbourhoods
from geo_merge.geometry.projection import WGS84
from geo_merge.geometry.rings import Bools, Geometries, Ints, is_polygonal
from geo_merge.geometry.validity import made_valid
from geo_merge.maps.cache import kept
from geo_merge.maps.drawing_proof import Claim, Proof, unproven
from geo_merge.maps.longitudes import about, middle_of, near
from geo_merge.maps.thinning import thin
from geo_merge.maps.topology import topojson
from geo_merge.system.memory import give_back

# A map of this many pixels shows no vertex that moved by less than one of them.
PIXELS = 6_000
# Zoomed in further, it takes details: borders for pixels so much smaller.
DETAIL = 8
# Parts of a pixel by which borders may move: neighbourhood by neighbourhood, and all together. One
# pixel of the map bears both, those of its details, and the steps of the grid.
_THINNED = 0.2
_MOVED = 0.8
_DECIMALS = 5  # degrees; about a metre
_STEPS = 100_000  # of the grid of coordinates over a side of the map
_VERSION = 6  # another one for other bytes of the same units
Places = list[list[float | None]]  # longitude and latitude, null where there is none


@dataclass(frozen=True)
class Drawing:
    """Units as a map draws them.

    Attributes
    ----------
    topology
        TopoJSON of the units that have a polygon, numbered by their rows.
    detail
        The same arcs with more vertices; see `topology.topojson`.
    places
        Longitude and latitude of the middle of each unit, or of a point on it; null without one.
    bounds
        West, south, east, north of all units; longitudes may pass 180°.
    whole
        Rows of units that keep all their vertices, since simplified they would not have been drawn
        as they are.
    unproven
        By claim, beginning with the old units themselves: the units that are not drawn as they are
        for all that.
    """

    topology: str
    detail: str
    places: Places
    bounds: list[float]
    whole: list[int]
    unproven: list[list[int]]

    @property
    def middle(self) -> float:
        """The longitude in the middle of the map."""
        west, _, east, _ = self.bounds
        return (west + east) / 2


def draw(frame: gpd.GeoDataFrame, claims: Sequence[Claim] = ()) -> Drawing:
    """Return units as a map draws them; computed once for the same units, see `cache`.

    Parameters
    ----------
    frame
        The old units.
    claims
        The units that are joined from them: what they are drawn as is proven too.
    """

    def make() -> bytes:
        thinned = _thinned(frame)
        give_back()
        sketch = _sketch(frame, thinned)
        del thinned  # a country's polygons are in memory often enough
        give_back()
        drawing = _draw(frame, sketch, _polygons(frame), claims)
        del sketch
        give_back()
        return drawing

    return _drawing(kept("drawings", lambda: _key(frame, claims), make))


def draw_thinned(
    frame: gpd.GeoDataFrame, thinned: Geometries, claims: Sequence[Claim] = ()
) -> Drawing:
    """Return units as a map draws them, whose polygons are elsewhere.

    Parameters
    ----------
    frame
        The units with boxes in the place of polygons.
    thinned
        What `thin_apart` makes for the `finest` pixel of those units that have a polygon,
        neighbourhood by neighbourhood; shape (polygons,).
    claims
        As in `draw`.
    """
    return _drawing(_draw(frame, _sketch(frame, thinned), thinned, claims))


def _drawing(content: bytes) -> Drawing:
    return Drawing(**orjson.loads(content))


def _polygons(frame: gpd.GeoDataFrame) -> Geometries:
    shapes = np.asarray(frame.geometry.values)
    return np.asarray(shapes[is_polygonal(shapes)])


def thin_apart(shapes: Geometries, size: float) -> Geometries:
    """Thin a neighbourhood of units apart from all others; `size` is that of the finest pixel."""
    return thin(shapes, _THINNED * size, outline=False)


def _thinned(frame: gpd.GeoDataFrame) -> Geometries:
    """Thin all polygons of a layer, as many neighbourhoods at a time as there are processors."""
    shapes, size = _polygons(frame), finest(frame)
    members = members_of(
        neighbourhoods(shapely.bounds(shapes), shapely.get_num_coordinates(shapes))
    )
    result = np.empty(len(shapes), dtype=object)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        done = pool.map(lambda units: thin_apart(shapes[units], size), members)
        for units, thinned in zip(members, done, strict=True):
            result[units] = thinned
    return result


def pixel(frame: gpd.GeoDataFrame) -> float:
    """Return what one pixel of a map of a layer measures, in the unit of its CRS."""
    west, south, east, north = frame.total_bounds
    return float(max(east - west, north - south)) / PIXELS


def finest(frame: gpd.GeoDataFrame) -> float:
    """Return what one pixel of the details measures, in the unit of its CRS."""
    return pixel(frame) / DETAIL


def _key(frame: gpd.GeoDataFrame, claims: Sequence[Claim] = ()) -> str:
    versions = (_VERSION, version("shapely"), shapely.geos_version_string, version("numpy"))
    digest = hashlib.sha256(repr((versions, PIXELS, DETAIL, frame.crs.to_wkt())).encode())
    for shapes in (np.asarray(frame.geometry.values), *(claim.shapes for claim in claims)):
        # WKB says where it ends, and never begins with this mark.
        for blob in shapely.to_wkb(shapes, include_srid=False):
            digest.update(b"-" if blob is None else blob)
    for claim in claims:
        digest.update(np.ascontiguousarray(claim.group, dtype=np.int64).tobytes())
    return digest.hexdigest()


def _sketch(frame: gpd.GeoDataFrame, thinned: Geometries) -> _Sketch:
    """Draw units simplified."""
    details = simplified(mended(thinned), finest(frame))
    return _Sketch.of(details, pixel(frame), frame.crs, _rows(frame))


def _rows(frame: gpd.GeoDataFrame) -> Ints:
    """Return the rows of the units that have a polygon."""
    return np.flatnonzero(is_polygonal(np.asarray(frame.geometry.values)))


def _draw(
    frame: gpd.GeoDataFrame, sketch: _Sketch, polygons: Geometries, claims: Sequence[Claim]
) -> bytes:
    """Draw units as they are sketched; those of which that is not proven with all their vertices.

    `polygons` are those of the units that have one.
    """
    there = _rows(frame)
    sizes = pixel(frame), finest(frame)
    true = mended(polygons)
    proofs = _proofs(true, there, len(frame), claims)
    failed = unproven(proofs, sketch.topology, sketch.detail, crs=frame.crs, pixels=sizes)
    whole = np.flatnonzero(_members(proofs, failed)[there])
    if len(whole):
        fine = thin(true, _MOVED * sizes[1], whole=whole)
        sketch = _Sketch.of(fine, sizes[0], frame.crs, there, whole)
        failed = unproven(proofs, sketch.topology, sketch.detail, crs=frame.crs, pixels=sizes)
    shapes = np.asarray(frame.geometry.values).copy()
    shapes[there] = sketch.coarse
    return orjson.dumps(
        {
            "topology": sketch.topology.decode(),
            "detail": sketch.detail.decode(),
            "places": label_places(gpd.GeoSeries(shapes, crs=frame.crs), sketch.middle),
            "bounds": sketch.bounds,
            "whole": there[whole].tolist(),
            "unproven": [np.flatnonzero(wrong).tolist() for wrong in failed],
        }
    )


def _proofs(polygons: Geometries, there: Ints, rows: int, claims: Sequence[Claim]) -> list[Proof]:
    old = np.full(rows, None, dtype=object)
    old[there] = polygons
    return [Proof(claim, old) for claim in (Claim(np.arange(rows), old), *claims)]


def _members(proofs: Sequence[Proof], failed: Sequence[Bools]) -> Bools:
    """Tell which old units are members of units that are not drawn as they are."""
    result = np.zeros(len(proofs[0].group), dtype=bool)
    for proof, wrong in zip(proofs, failed, strict=True):
        member = np.flatnonzero(proof.group >= 0)
        result[member] |= wrong[proof.group[member]]
    return result


@dataclass(frozen=True)
class _Sketch:
    """A drawing that is to be proven."""

    topology: bytes
    detail: bytes
    coarse: Geometries
    middle: float
    bounds: list[float]

    @classmethod
    def of(
        cls, fine: Geometries, size: float, crs: CRS, rows: Ints, whole: Ints | None = None
    ) -> _Sketch:
        """Draw polygons with the vertices of their details, on the map with fewer."""
        coarse = thin(fine, _MOVED * size, whole=whole)
        degrees = np.asarray(gpd.GeoSeries(fine, crs=crs).to_crs(WGS84).values)
        middle = middle_of(degrees)
        lonlat = about(middle, degrees)
        del degrees  # in the same place once more
        topology, detail = topojson(lonlat, rows, _STEPS, shown=_shared(fine, coarse), finer=DETAIL)
        return cls(topology, detail, coarse, middle, shapely.total_bounds(lonlat).tolist())


def _shared(fine: Geometries, coarse: Geometries) -> Bools:
    """Tell which vertices of shapes are those of others as well."""
    one, other = (hash_vertices(shapely.get_coordinates(shapes)) for shapes in (fine, coarse))
    return np.isin(one, other)


def simplified(shapes: Geometries, size: float) -> Geometries:
    """Simplify units for a map: borders move by less than a pixel, and stay shared.

    Parameters
    ----------
    shapes
        Polygons and MultiPolygons, not empty.
    size
        What a pixel of the map measures, in the unit of their CRS.

    Returns
    -------
    numpy.ndarray
        As many; what is valid stays so.
    """
    return thin(shapes, _MOVED * size)


def mended(shapes: Geometries) -> Geometries:
    """Return polygons as GEOS makes them valid; what has no area is left as it is."""
    result = shapes.copy()
    invalid = np.flatnonzero(~shapely.is_valid(shapes))
    valid = polygonal(made_valid(shapes[invalid]))
    good = is_polygonal(valid)
    result[invalid[good]] = valid[good]
    return result


def label_places(shapes: gpd.GeoSeries, middle: float) -> Places:
    """Return longitude and latitude of the middle of each shape, or of a point on it.

    Longitudes are at most half of the world from a middle.
    """
    geometries = np.asarray(shapes.values)
    points = np.asarray(shapely.centroid(geometries))
    outside = ~shapely.contains(geometries, points)
    points[outside] = shapely.point_on_surface(geometries[outside])
    degrees = gpd.GeoSeries(points, crs=shapes.crs).to_crs(WGS84)
    rounded = near(middle, np.column_stack([degrees.x, degrees.y])).round(_DECIMALS)
    return [[x if np.isfinite(x) else None for x in xy] for xy in rounded.tolist()]
