"""Vietnam as a country: what its units, files and coordinates are known by.

The modules behind it load frames and the places of the country: they wait until they are needed.
"""

# ruff: noqa: PLC0415
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from geo_merge.vietnam.names import CODE_WIDTH, name_key, split_type
from geo_merge.vietnam.provinces import IN_FORCE, province_after
from geo_merge.vocabulary.country import Country

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from pyproj import CRS

    from geo_merge.geometry.rings import Floats
    from geo_merge.reading.encodings import Texts
    from geo_merge.vocabulary.finding import Finding
    from geo_merge.vocabulary.places import Places, Side, Unit


def _texts(asked: str | None) -> Texts:
    from geo_merge.vietnam.files.encodings import texts

    return texts(asked)


def _holds(frame: gpd.GeoDataFrame) -> bool:
    from geo_merge.vietnam.files.coordinates import is_here

    return is_here(frame)


def _repair_crs(frame: gpd.GeoDataFrame, source: str) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    from geo_merge.vietnam.files.coordinates import repair

    return repair(frame, source)


def _place(frame: gpd.GeoDataFrame, names: Sequence[str], hint: str) -> tuple[CRS, Finding]:
    from geo_merge.vietnam.files.coordinates import place

    return place(frame, names, hint)


def _check_places(frame: gpd.GeoDataFrame, names: Sequence[str], source: str) -> bool:
    from geo_merge.vietnam.files.coordinates import check_places

    return check_places(frame, names, source)


def _lies_elsewhere(boxes: Floats, crs: CRS, names: Sequence[str]) -> bool:
    from geo_merge.vietnam.files.coordinates import lies_elsewhere

    return lies_elsewhere(boxes, crs, names)


def _has_other_datum(crs: CRS, text: str) -> bool:
    from geo_merge.vietnam.files.datum import has_other_datum

    return has_other_datum(crs, text)


def _ends_districts(old: gpd.GeoDataFrame, new_types: Iterable[str]) -> bool:
    from geo_merge.vietnam.reform import ends_districts

    return ends_districts(old, new_types)


def _places(
    units: Mapping[Side, Mapping[str, Unit]], members: Mapping[str, Sequence[str]]
) -> Places | None:
    from geo_merge.vietnam.lookup.places import places_of

    return places_of(units, members)


def _published(province: str | None) -> pd.DataFrame:
    from geo_merge.vietnam.gazetteer import published

    return published(province)


VIETNAM = Country(
    code="VN",
    name="Vietnam",
    language="vi",
    code_width=CODE_WIDTH,
    name_key=name_key,
    split_type=split_type,
    texts=_texts,
    holds=_holds,
    repair_crs=_repair_crs,
    place=_place,
    check_places=_check_places,
    lies_elsewhere=_lies_elsewhere,
    has_other_datum=_has_other_datum,
    province_after=province_after,
    ends_districts=_ends_districts,
    places=_places,
    published=_published,
    since=IN_FORCE,
    # Decree 30/2020/NĐ-CP, Annex I.
    letterhead=("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"),
)
