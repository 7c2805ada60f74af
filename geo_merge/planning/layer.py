"""The old units of a plan with what never changes, whatever the plan: measured once."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_merge.errors import LayerError
from geo_merge.geometry.areas import areas, transformer
from geo_merge.geometry.rings import Bools, Floats, Geometries, Ints
from geo_merge.merging.conclude import fields_of
from geo_merge.merging.statistics import UNKNOWN_TYPE
from geo_merge.planning.borders import Borders, Overlaps, borders_and_overlaps
from geo_merge.units import attributes
from geo_merge.units.attributes import Rule
from geo_merge.vocabulary.fields import with_unit_columns
from geo_merge.vocabulary.memory import sources_of, without_memory
from geo_merge.vocabulary.part_of import PART_OF
from geo_merge.vocabulary.sentence import sentence

# Metres: a shorter common border does not make neighbours. A point has none; ten metres carry a
# road across.
SHORTEST_BORDER = 10.0
_WGS84 = CRS.from_epsg(4326)
_NUMBERS = (Rule.SUM, Rule.AREA, Rule.POPULATION)


@dataclass(frozen=True)
class PlanLayer:
    """Old units, measured; position k is the k-th unit of the layer.

    Attributes
    ----------
    frame
        Their attributes, indexed by code.
    rules
        How each numeric field of members becomes one of the new unit.
    m2
        Square metres on the ellipsoid, 0 for polygons that cannot be used; shape (n,).
    plane_m2, outline_m
        Area and length of the outline in the plane of the layer; shape (n,).
    usable
        Which polygons can be used; shape (n,).
    borders, overlaps
        Their common borders, and the land that several claim.
    shortest_border
        Metres from which on a common border makes neighbours.
    positions
        Longitude and latitude (WGS 84) that people travel from; NaN where unknown; shape (n, 2).
    population_field
        The field that the people are read from; blank if the layer has none.
    shapes, crs
        Their polygons, and the CRS of the layer; shape (n,).
    """

    frame: pd.DataFrame
    rules: Mapping[str, Rule]
    m2: Floats
    plane_m2: Floats
    outline_m: Floats
    usable: Bools
    borders: Borders
    overlaps: Overlaps
    shortest_border: float
    positions: Floats
    population_field: str
    shapes: Geometries
    crs: CRS

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes of the units."""
        return tuple(map(str, self.frame.index))

    @cached_property
    def at(self) -> dict[str, int]:
        """The position of each code."""
        return {code: k for k, code in enumerate(self.codes)}

    @cached_property
    def neighbours(self) -> tuple[frozenset[int], ...]:
        """The positions of the neighbours of each unit."""
        beside: list[set[int]] = [set() for _ in self.codes]
        for a, b in self.borders.of_length(self.shortest_border).tolist():
            beside[a].add(b)
            beside[b].add(a)
        return tuple(map(frozenset, beside))

    @cached_property
    def landmass(self) -> Ints:
        """What hangs together in the whole layer, named by its lowest position; shape (n,)."""
        return self.borders.groups(len(self.codes), self.shortest_border)

    @cached_property
    def mainland(self) -> int:
        """The landmass with the most units; of equal ones the first."""
        return int(np.bincount(self.landmass).argmax()) if len(self.codes) else 0

    @cached_property
    def _border_lengths(self) -> tuple[dict[int, float], ...]:
        lengths: list[dict[int, float]] = [{} for _ in self.codes]
        for (a, b), metres in zip(self.borders.pairs.tolist(), self.borders.metres.tolist(),
                                  strict=True):  # fmt: skip
            lengths[a][b] = metres
        return tuple(lengths)

    def inner_borders(self, members: set[int]) -> float:
        """Return the length of all borders between some units, in metres."""
        lengths = self._border_lengths
        return math.fsum(
            metres for a in members for b, metres in lengths[a].items() if b in members
        )

    def lies_outside(self, place: tuple[float, float], rows: Ints) -> bool:
        """Tell whether a place lies in none of some units.

        Parameters
        ----------
        place
            Longitude and latitude.
        rows
            Positions of the units. Where a polygon of theirs cannot be used, nothing is known.
        """
        if not self.usable[rows].all():
            return False
        x, y = transformer(_WGS84, self.crs).transform(*place)
        return not shapely.intersects_xy(self.shapes[rows], x, y).any()

    @cached_property
    def types_before(self) -> Counter[str]:
        """How many units there are of each type, pieces of land aside."""
        return Counter(self.frame["unit_type"][~self.is_piece].replace("", UNKNOWN_TYPE).tolist())

    @cached_property
    def provinces_before(self) -> Counter[tuple[str, str]]:
        """How many units there are in each province, by code and name."""
        units = self.frame[["province_code", "province"]][~self.is_piece]
        return Counter(units.itertuples(index=False, name=None))

    @cached_property
    def is_piece(self) -> Bools:
        """Which rows are pieces of land, no units; shape (n,)."""
        return self.frame["is_piece"].to_numpy(bool)

    @cached_property
    def people(self) -> Floats:
        """People of each unit, NaN where unknown, 0 for pieces of land; shape (n,)."""
        if "population" not in self.frame:
            return np.full(len(self.frame), np.nan)
        counted = self.frame["population"].to_numpy(float, na_value=np.nan)
        return np.where(self.is_piece & np.isnan(counted), 0.0, counted)


def measure(
    layer: gpd.GeoDataFrame,
    *,
    rules: Mapping[str, str] | None = None,
    positions: Mapping[str, tuple[float, float]] | None = None,
    shortest_border: float = SHORTEST_BORDER,
) -> PlanLayer:
    """Measure the old units of a plan.

    Parameters
    ----------
    layer
        As `units.layers.read_units` reads it.
    rules
        How a field of members becomes one of the new unit, as for `merging.merge.merge`.
    positions
        Longitude and latitude that the people of a unit travel from; by default the middle of its
        polygon. With positions, those that are missing are unknown.
    shortest_border
        Metres from which on a common border makes neighbours.

    Raises
    ------
    LayerError
        If the layer has parts of divided units: a plan assigns whole ones.
    UsageError
        If a rule is for no field of the layer.
    """
    sources = sources_of(layer)
    frame = with_unit_columns(without_memory(layer))
    if PART_OF in frame:
        raise LayerError(sentence("planning.parts_in_layer"))
    fields = fields_of(frame)
    chosen = attributes.rules_for(frame, fields, rules or {}, attributes.roles_of(sources))
    geometries = np.asarray(frame.geometry.values)
    usable = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    usable &= shapely.is_valid(geometries)
    borders, overlaps = borders_and_overlaps(geometries, frame.crs)
    named = dict.fromkeys(s["fields"]["population"] for s in sources
                          if "population" in s.get("fields", {}))  # fmt: skip
    return PlanLayer(
        frame=attributes.known_fields(
            pd.DataFrame(frame.drop(columns=frame.geometry.name)), chosen
        ),
        rules={name: rule for name, rule in chosen.items() if rule in _NUMBERS},
        m2=_areas(geometries, usable, frame.crs),
        plane_m2=np.where(usable, shapely.area(geometries), 0.0),
        outline_m=np.where(usable, shapely.length(geometries), 0.0),
        usable=usable,
        borders=borders,
        overlaps=overlaps,
        shortest_border=shortest_border,
        positions=_positions(geometries, frame, positions),
        population_field=", ".join(named) or ("population" if "population" in frame else ""),
        shapes=geometries,
        crs=frame.crs,
    )


def _areas(geometries: Geometries, usable: Bools, crs: CRS) -> Floats:
    m2 = np.zeros(len(geometries))
    m2[usable] = areas(geometries[usable], crs)
    return m2


def _positions(
    geometries: Geometries,
    frame: gpd.GeoDataFrame,
    given: Mapping[str, tuple[float, float]] | None,
) -> Floats:
    """Return where the people of each unit travel from, in degrees."""
    if given is not None:
        nowhere = (np.nan, np.nan)
        return np.array([given.get(str(code), nowhere) for code in frame.index], dtype=float)
    middle = shapely.centroid(geometries)
    outside = ~shapely.covers(geometries, middle)
    middle[outside] = shapely.point_on_surface(geometries[outside])
    x, y = shapely.get_x(middle), shapely.get_y(middle)
    return np.column_stack(transformer(frame.crs, _WGS84).transform(x, y))
