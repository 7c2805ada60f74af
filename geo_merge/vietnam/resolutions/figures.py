"""Land, people and neighbours of old and new units, for resolutions that state them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge.errors import LayerError
from geo_merge.geometry.areas import SQUARE_METRES_PER_KM2, areas
from geo_merge.geometry.border_lines import OUTSIDE, border_lines, unshared
from geo_merge.geometry.rings import Geometries, is_polygonal
from geo_merge.vocabulary.sentence import sentence

_DIGITS = 2  # of square kilometres, as resolutions have them
_SHOWN = 10


@dataclass(frozen=True)
class Stated:
    """Figures of a unit.

    Attributes
    ----------
    area_km2
        Its land, to the digits that are stated.
    people
        None if they are not known.
    neighbours, neighbour_codes
        Type and name, and code, of each unit that it shares a border with (not a corner alone).
    reaches_outside
        Whether part of its border is that of the layer.
    """

    area_km2: float
    people: int | None = None
    neighbours: tuple[tuple[str, str], ...] = ()
    neighbour_codes: tuple[str, ...] = ()
    reaches_outside: bool = False

    def summed(self, members: Sequence[Stated]) -> Stated:
        """Return it with the sums of its members."""
        people = [m.people for m in members if m.people is not None]
        total = sum(people) if len(people) == len(members) else self.people
        return replace(
            self, area_km2=round(sum(m.area_km2 for m in members), _DIGITS), people=total
        )


@dataclass(frozen=True)
class Figures:
    """Figures by code: of old units (land without a code by its name), and of new ones."""

    members: Mapping[str, Stated]
    new: Mapping[str, Stated]

    def of(self, member: str) -> Stated | None:
        """Return the figures of an old unit; None if they are not known."""
        return self.members.get(member)


def figures_of(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> Figures:
    """Measure old and new units.

    Parameters
    ----------
    old, new
        Indexed by code, with ``name, unit_type`` and ``population`` where known.

    Raises
    ------
    LayerError
        If the new units do not share their borders, so that neighbours would be missed.
    """
    members = measured(old)
    if "is_piece" in old:
        members |= {
            str(name): members[str(code)] for code, name in old["name"][old["is_piece"]].items()
        }
    return Figures(members, measured_with_neighbours(new))


def measured_with_neighbours(units: gpd.GeoDataFrame) -> dict[str, Stated]:
    """Return figures of the units of a layer, with their neighbours.

    Raises
    ------
    LayerError
        See `figures_of`.
    """
    shapes = np.asarray(units.geometry.values)
    pairs = shared_borders(shapes, units.index)
    codes = list(map(str, units.index))
    names = [(str(u["unit_type"] or ""), str(u["name"])) for u in units.to_dict("records")]
    around: dict[str, set[int]] = {code: set() for code in codes}
    for left, right in pairs.tolist():
        around[codes[left]].add(right)
        if right != OUTSIDE:
            around[codes[right]].add(left)
    return {
        code: replace(
            stated,
            neighbours=tuple(sorted(names[k] for k in around[code] if k != OUTSIDE)),
            neighbour_codes=tuple(sorted(codes[k] for k in around[code] if k != OUTSIDE)),
            reaches_outside=OUTSIDE in around[code],
        )
        for code, stated in measured(units).items()
    }


def shared_borders(
    shapes: Geometries, names: pd.Index
) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Return the pairs of polygons that share a border, and of each with the outside.

    Raises
    ------
    LayerError
        If they do not share their borders vertex by vertex.
    """
    bad = names[~is_polygonal(shapes) | ~shapely.is_valid(shapes)]
    apart = bad if len(bad) else names[unshared(shapes)]
    if len(apart):
        listed = ", ".join(map(str, apart[:_SHOWN])) + (", ..." if len(apart) > _SHOWN else "")
        raise LayerError(sentence("C05.no_neighbours", n=len(apart), units=listed))
    lines = border_lines(shapes)
    return np.unique(np.column_stack([lines.left, lines.right]), axis=0)


def measured(units: gpd.GeoDataFrame) -> dict[str, Stated]:
    """Return land and people of the units of a layer, by code."""
    km2 = areas(np.asarray(units.geometry.values), units.crs) / SQUARE_METRES_PER_KM2
    people = units.get("population", pd.Series(None, index=units.index, dtype=object))
    return {
        str(code): Stated(round(float(area), _DIGITS), None if pd.isna(n) else round(float(n)))
        for code, area, n in zip(units.index, km2, people, strict=True)
    }
