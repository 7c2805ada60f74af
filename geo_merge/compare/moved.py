"""Compact land that lies in another unit here than in a reference."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_merge.compare.apart import Drawings
from geo_merge.geometry.areas import areas
from geo_merge.geometry.rings import Geometries, Ints
from geo_merge.geometry.widths import is_narrow


@dataclass(frozen=True)
class Move:
    """Land that lies in one unit here and in another in the reference.

    Attributes
    ----------
    here, there
        Codes of the two units; blank for land outside all units of that side.
    pieces
        The land, a MultiPolygon.
    m2
        Its area on the ellipsoid.
    """

    here: str
    there: str
    pieces: BaseGeometry
    m2: float

    @property
    def between(self) -> bool:
        """Whether it lies between two units, and not at the outer edge, a coast or a lake."""
        return bool(self.here and self.there)


def compact_parts(
    geometries: Geometries, width: float, reach: float = 0.0
) -> tuple[Geometries, Ints]:
    """Return what of each geometry is wider than `width`, and whose it is.

    This is the morphological opening: what a square brush of this width can paint without leaving
    the land. Strips along it, which are drawing noise, are brushed off, but for what lies within
    `reach` of the painted: of land whose edge is drawn by so much to and fro the brush reaches the
    inner edge alone.
    """
    parts, owner = shapely.get_parts(geometries, return_index=True)
    if not len(parts):
        return parts, owner
    core = shapely.buffer(parts, -width / 2, join_style="mitre")
    owner, parts, core = (a[~shapely.is_empty(core)] for a in (owner, parts, core))
    painted = shapely.buffer(core, width / 2 + reach, join_style="mitre")
    opened = shapely.intersection(painted, parts)
    pieces, part = shapely.get_parts(opened, return_index=True)
    wide = shapely.get_dimensions(pieces) == 2  # noqa: PLR2004 - polygons
    return pieces[wide], owner[part[wide]]


def find_moves(new: gpd.GeoDataFrame, drawings: Drawings) -> list[Move]:
    """Find compact land that lies in another unit here than in the reference.

    What a unit gained is looked up among the reference polygons, what it lost without any unit
    having gained it among ours.
    """
    compared, width = drawings.judged, drawings.drawing
    codes = compared.reference.index
    theirs = shapely.STRtree(np.asarray(compared.reference.values))
    ours = shapely.STRtree(np.asarray(new.geometry.values))
    pieces: dict[tuple[str, str], list[BaseGeometry]] = defaultdict(list)
    gained, owner = compact_parts(compared.gained, width, drawings.reach)
    for piece, here in zip(gained, codes[owner], strict=True):
        for part, k in _shared_out(piece, theirs, width):
            pieces[str(here), "" if k is None else str(codes[k])].append(part)
    lost, owner = compact_parts(compared.lost, width, drawings.reach)
    for piece, there in zip(lost, codes[owner], strict=True):
        for part, k in _shared_out(piece, ours, width):
            if k is None or new.index[k] not in codes:  # else that unit gained it, above
                pieces["" if k is None else str(new.index[k]), str(there)].append(part)
    moves = []
    for (here, there), parts in sorted(pieces.items()):
        land = shapely.multipolygons(parts)
        moves.append(Move(here, there, land, float(areas(np.array([land]), new.crs)[0])))
    return sorted(moves, key=lambda m: -m.m2)


def _shared_out(
    piece: BaseGeometry, units: shapely.STRtree, width: float
) -> list[tuple[BaseGeometry, int | None]]:
    """Return the parts of a piece in each unit, and in none (None), that are wider than `width`."""
    near = np.sort(units.query(piece, predicate="intersects"))
    inside = [*shapely.intersection(piece, units.geometries[near])]
    outside = shapely.difference(piece, shapely.union_all(inside)) if inside else piece
    result = []
    for land, k in zip([*inside, outside], [*map(int, near), None], strict=True):
        parts = shapely.get_parts(land)
        parts = parts[shapely.area(parts) > 0]
        result += [(part, k) for part in parts[~is_narrow(parts, width)]]
    return result
