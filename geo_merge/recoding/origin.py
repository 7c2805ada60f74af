"""Where units and what became of them are from: a person's crosswalks, a result, or a country's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge.errors import UsageError
from geo_merge.geometry.areas import SQUARE_METRES_PER_KM2, areas
from geo_merge.geometry.projection import WGS84
from geo_merge.reading.tables import read_table
from geo_merge.recoding.chain import chained
from geo_merge.recoding.matching import AtPoint
from geo_merge.recoding.plain import PlainPlaces
from geo_merge.recoding.reform import Reform, reform_of
from geo_merge.results.files import load_result
from geo_merge.units.layers import read_units
from geo_merge.vocabulary.country import PLAIN, Country
from geo_merge.vocabulary.memory import attach, findings_of, sources_of
from geo_merge.vocabulary.part_of import unit_codes
from geo_merge.vocabulary.places import Places, Side
from geo_merge.vocabulary.sentence import sentence

# What divides the divided units of a result, and the field of its old units that says it.
MEASURES = {"area": "area_km2", "population": "population"}


@dataclass(frozen=True)
class Known:
    """What is known of the units before a table is looked at.

    Attributes
    ----------
    reform, places
        The units, what became of them, and how their names are understood.
    layers
        Polygons of each side, in degrees, where there are any.
    notes
        What is to be said of the crosswalk.
    """

    reform: Reform
    places: Places
    layers: Mapping[Side, gpd.GeoDataFrame] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def at_point(self, side: Side) -> AtPoint | None:
        """Return what finds the unit of a side at longitude and latitude."""
        return _finder(self.layers[side]) if side in self.layers else None


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where units are from: one of crosswalks, province and result; by default the whole country.

    Attributes
    ----------
    crosswalks
        Tables that follow one another.
    province
        One that the country publishes the crosswalk of, by code or name.
    result
        A folder that ``geo-merge build`` wrote.
    layer
        Polygons of the units to go to.
    weights
        What divides the divided units: a column of the crosswalk, or of a result ``area`` or
        ``population``.
    polygons
        Of each side, if they are at hand; those of `result` and `layer` are read.
    """

    country: Country = PLAIN
    crosswalks: tuple[Path, ...] = ()
    province: str | None = None
    result: Path | None = None
    layer: Path | None = None
    weights: str | None = None
    polygons: Mapping[Side, gpd.GeoDataFrame] = field(default_factory=dict)

    def read(self, target: Side) -> Known:
        """Read the units; those to go to are on side `target`.

        Raises
        ------
        GeoMergeError
            If the crosswalk, result or layer cannot be used.
        """
        if sum(map(bool, (self.crosswalks, self.province, self.result))) > 1:
            raise UsageError(sentence("recoding.one_source"))
        layers = {side: frame.to_crs(WGS84) for side, frame in self.polygons.items()}
        if self.result is not None:
            layers = self._result_layers(self.result)
            tables = [_weighed(self._table(self.result / "crosswalk.csv"), layers, self.weights)]
        elif self.crosswalks:
            tables = [_weighed(self._table(path), layers, self.weights) for path in self.crosswalks]
        else:
            tables = [self._published()]
        if self.layer is not None:
            layers[target] = self._layer(self.layer)
        after = self.country.province_after
        reforms = [reform_of(t, weights=self.weights, province_after=after) for t in tables]
        reform = chained(reforms)
        notes = [str(s["note"]) for t in tables for s in sources_of(t) if s.get("note")]
        notes += [finding.message for finding in reform.findings]
        return Known(reform, places_of(reform, self.country), layers, tuple(notes))

    def _table(self, path: Path) -> pd.DataFrame:
        return read_table(path, country=self.country)

    def _layer(self, path: Path) -> gpd.GeoDataFrame:
        return read_units(path, country=self.country).to_crs(WGS84)

    def _result_layers(self, folder: Path) -> dict[Side, gpd.GeoDataFrame]:
        result = load_result(folder)
        sides = {Side.OLD: result.old, Side.NEW: result.new}
        return {side: frame.to_crs(WGS84) for side, frame in sides.items()}

    def _published(self) -> pd.DataFrame:
        if self.country.published is None:
            raise UsageError(sentence("recoding.no_crosswalk"))
        return self.country.published(self.province)


def places_of(reform: Reform, country: Country) -> Places:
    """Return how names are understood: those of the country if the units are its."""
    members = {
        key: [part.key for part in reform.parts(Side.NEW, key)] for key in reform.units[Side.NEW]
    }
    return country.places(reform.units, members) or PlainPlaces(reform)


def _weighed(
    table: pd.DataFrame, layers: Mapping[Side, gpd.GeoDataFrame], weights: str | None
) -> pd.DataFrame:
    """Add to the crosswalk of a result what goes from each old unit to each new one."""
    if weights not in MEASURES or weights in table or Side.OLD not in layers:
        return table
    old, name = layers[Side.OLD], MEASURES[weights]
    if weights == "area":
        figures = pd.Series(areas(old.geometry.to_numpy(), WGS84) / SQUARE_METRES_PER_KM2)
    elif name in old:
        figures = old[name].reset_index(drop=True)
    else:
        raise UsageError(sentence("recoding.no_people", weights=weights))
    # A piece of land has no code; the crosswalk has it by its name.
    names = old["name"].astype(str).to_numpy()
    known = np.where(old["is_piece"], names, np.asarray(unit_codes(old), dtype=object))
    amounts = figures.groupby([known, old["new_code"].astype(str).to_numpy()]).sum()
    named = table["old_code"].where(table["old_code"] != "", table["old_name"])
    pairs = zip(named, table["new_code"], strict=True)
    made = table.assign(**{weights: [str(amounts.get(pair, "")) for pair in pairs]})
    return attach(made, findings=findings_of(table), sources=sources_of(table))


def _finder(layer: gpd.GeoDataFrame) -> AtPoint:
    tree = shapely.STRtree(layer.geometry.to_numpy())

    def at(lon: float, lat: float) -> str | None:
        found = tree.query(shapely.Point(lon, lat), predicate="covered_by")
        return str(layer.index[found[0]]) if len(found) == 1 else None

    return at
