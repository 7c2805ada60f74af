"""What is known of a country, handed to those who read, match and name its units."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from geo_merge.vocabulary.codes import fold_name

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from pyproj import CRS

    from geo_merge.geometry.rings import Floats
    from geo_merge.vocabulary.finding import Finding
    from geo_merge.vocabulary.places import Places, Side, Unit

NameKey = Callable[[str], str]
# Whether the districts of a layer end, by the layer and the types of its new units.
EndsDistricts = Callable[["gpd.GeoDataFrame", Iterable[str]], bool]
NewProvince = Callable[[str, str], tuple[str, str] | None]
# How names of units are understood, by the units of both sides and the members of each new one.
PlacesOf = Callable[
    ["Mapping[Side, Mapping[str, Unit]]", Mapping[str, Sequence[str]]], "Places | None"
]


def _untyped(name: str) -> tuple[str, str]:
    return "", name


def _nowhere(_frame: gpd.GeoDataFrame) -> bool:
    return False


def _everywhere(_frame: gpd.GeoDataFrame) -> bool:
    return True


def _as_it_is(frame: gpd.GeoDataFrame, _source: str) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    return frame, []


def _unproven(_frame: gpd.GeoDataFrame, _names: Sequence[str], _source: str) -> bool:
    return False


def _as_said(_boxes: Floats, _crs: CRS, _names: Sequence[str]) -> bool:
    return False


def _own_datum(_crs: CRS, _text: str) -> bool:
    return False


def _last(_old: gpd.GeoDataFrame, _new_types: Iterable[str]) -> bool:
    return False


def _stays(_code: str, _name: str) -> tuple[str, str] | None:
    return None


def _no_places(_units: object, _members: object) -> Places | None:
    return None


@dataclass(frozen=True, kw_only=True)
class Country:
    """What is known of a country; by default, nothing.

    Attributes
    ----------
    code, name
        ISO 3166-1, and the name in English; empty if no country is meant.
    language
        ISO 639-1, of its administration: findings are told in it beside English. Empty if none.
    code_width
        Digits of its units' codes: those that a file stores as numbers get their leading zeros
        again. None if only the crosswalk tells which zeros were lost.
    name_key
        Returns names in the form in which they are compared.
    split_type
        Splits a name into type and the rest; the type is empty where none is written.
    texts
        Returns how to read texts that may be older than Unicode, given the encoding that a person
        named (`reading.encodings.Texts`); None if nothing is known of them.
    holds
        Tells whether a layer lies in the country: only then its types, widths of codes, names and
        provinces apply.
    repair_crs
        Gives a layer the datum that its CRS lost.
    place
        Finds the CRS of a layer that names none, from the places that it names; None if the
        country knows no places.
    check_places
        Checks that a layer lies where the places that it names are; True if that is proven.
    lies_elsewhere
        Tells of the boxes of rows, their CRS and their names, without a frame, whether
        `check_places` may refuse them.
    has_other_datum
        Tells whether a text that describes a CRS names the country's, but over another datum.
    province_after
        Returns code and name of the province that an old one became part of; None if it stays.
    ends_districts
        Tells whether the districts of a layer end with what is done to its units.
    letterhead
        Lines that official papers begin with, in the country's language.
    places
        Returns how names and addresses of units are understood; None if they are not of the
        country.
    published
        Returns the published crosswalk of a province, or of the whole country for None, with what
        is to be said of it (`vocabulary.memory`); None if there is none.
    since
        The first day of the new units of `published`.
    """

    code: str = ""
    name: str = ""
    language: str = ""
    code_width: int | None = None
    name_key: NameKey = fold_name
    split_type: Callable[[str], tuple[str, str]] = _untyped
    texts: Callable[[str | None], Any] | None = None
    holds: Callable[[gpd.GeoDataFrame], bool] = _nowhere
    repair_crs: Callable[[gpd.GeoDataFrame, str], tuple[gpd.GeoDataFrame, list[Finding]]] = (
        _as_it_is
    )
    place: Callable[[gpd.GeoDataFrame, Sequence[str], str], tuple[CRS, Finding]] | None = None
    check_places: Callable[[gpd.GeoDataFrame, Sequence[str], str], bool] = _unproven
    lies_elsewhere: Callable[[Floats, CRS, Sequence[str]], bool] = _as_said
    has_other_datum: Callable[[CRS, str], bool] = _own_datum
    province_after: NewProvince = _stays
    ends_districts: EndsDistricts = _last
    letterhead: tuple[str, ...] = ()
    places: PlacesOf = _no_places
    published: Callable[[str | None], pd.DataFrame] | None = None
    since: date | None = None

    def of(self, layer: gpd.GeoDataFrame) -> Country:
        """Return the country if a layer lies in it, else `PLAIN`."""
        return self if self.holds(layer) else PLAIN

    def everywhere(self) -> Country:
        """Return the country as one that every layer is taken to lie in, since a person says so."""
        return replace(self, holds=_everywhere)


PLAIN = Country()
