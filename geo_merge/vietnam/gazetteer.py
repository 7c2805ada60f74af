"""Old and new units of Vietnam with their positions, from the package vietnamadminunits (MIT)."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson
import pandas as pd

from geo_merge.errors import FetchError
from geo_merge.vietnam.names import split_type
from geo_merge.vietnam.provinces import PROVINCES, find_province
from geo_merge.vocabulary.memory import attach
from geo_merge.vocabulary.sentence import sentence

_BOUNDS = re.compile(r"([\d.-]+),([\d.-]+) – ([\d.-]+),([\d.-]+)")


def _data_folder() -> Path:
    spec = find_spec("vietnamadminunits")
    if spec is None or spec.origin is None:
        raise FetchError(sentence("usage.vietnam"))
    return Path(spec.origin).parent / "data"


@cache
def _table(sql: str) -> pd.DataFrame:
    path = _data_folder() / "dataset.db"
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return pd.read_sql_query(sql, connection)


def _query(sql: str) -> pd.DataFrame:
    return _table(sql).copy()


@cache
def _converter() -> dict[str, Any]:
    content: dict[str, Any] = orjson.loads((_data_folder() / "converter_2025.json").read_bytes())
    return content


def old_communes() -> pd.DataFrame:
    """Return the communes before July 2025.

    Returns
    -------
    pandas.DataFrame
        ``code, name, unit_type, district_code, district, province_code, province``, position
        ``lon, lat`` and bounds ``west, south, east, north`` in degrees, and ``key``.
    """
    frame = _query(
        "select wardCode code, wardShort name, wardType unit_type, districtCode district_code, "
        "district, provinceCode province_code, province, wardLon lon, wardLat lat, "
        "wardBounds bounds, provinceKey || '_' || districtKey || '_' || coalesce(wardKey, '') key "
        "from admin_units_legacy where wardCode is not null order by wardCode"
    )
    # Towns and communes of one name in one district are written ``Hiệp Hòa (Xã)`` there.
    behind = frame["name"].str.extract(r"^(.*) \((?:Xã|Phường|Thị trấn)\)$")[0]
    frame["name"] = behind.fillna(frame["name"])
    # Phường 5 and Phường 15 of Phú Nhuận are called communes there.
    written = frame["name"].map(lambda name: split_type(name)[0])
    frame["unit_type"] = written.where(written != "", frame["unit_type"])
    corners = frame.pop("bounds").str.extract(_BOUNDS).astype(float)
    frame[["south", "west", "north", "east"]] = corners.to_numpy()
    return frame


def new_units() -> pd.DataFrame:
    """Return the units since July 2025.

    Returns
    -------
    pandas.DataFrame
        ``code, name, unit_type, province_code, province``, position ``lon, lat`` in degrees, and
        the keys of the package.
    """
    return _query(
        "select wardCode code, wardShort name, wardType unit_type, provinceCode province_code, "
        "province, wardLon lon, wardLat lat, provinceKey province_key, wardKey key "
        "from admin_units order by wardCode"
    )


def districts() -> pd.DataFrame:
    """Return the districts before July 2025: ``code, name, lon, lat``; some had no communes."""
    return _query(
        "select districtCode code, district name, districtLon lon, districtLat lat, "
        "provinceCode province_code, province, provinceKey || '_' || districtKey || '_' key "
        "from admin_units_legacy where district is not null group by province, district "
        "order by code"
    )


def crosswalk(province_code: str) -> pd.DataFrame:
    """Return which new units of a province the old communes became part of.

    Parameters
    ----------
    province_code
        Code of one of the 34 provinces.

    Returns
    -------
    pandas.DataFrame
        The columns of crosswalks; a divided commune has a row for each of its new units, and an
        island district without communes one without a code.
    """
    converter = _converter()
    new = new_units()
    new = new[new["province_code"] == province_code].set_index("key")
    province_key = str(new["province_key"].iloc[0])
    pairs = [
        (old, key)
        for key, members in converter["DICT_PROVINCE_WARD_NO_DIVIDED"][province_key].items()
        for old in members
    ]
    pairs += [
        (old, part["newWardKey"])
        for old, parts in converter["DICT_PROVINCE_WARD_DIVIDED"].get(province_key, {}).items()
        for part in parts
    ]
    old = _before()
    columns = {"code": "old_code", "name": "old_name", "unit_type": "old_type",
               "district_code": "old_district_code", "district": "old_district",
               "province_code": "old_province_code", "province": "old_province"}  # fmt: skip
    before = old.loc[[o for o, _ in pairs], [*columns]].rename(columns=columns)
    after = new.loc[[n for _, n in pairs], ["code", "name", "unit_type"]].add_prefix("new_")
    after = after.rename(columns={"new_unit_type": "new_type"})
    table = pd.concat([before.reset_index(drop=True), after.reset_index(drop=True)], axis=1)
    return table.sort_values(["old_code", "new_code"], ignore_index=True)


def published(province: str | None) -> pd.DataFrame:
    """Return the crosswalk of a province, by code or name, or of the country for None.

    Raises
    ------
    UsageError
        If there is no such province; the message lists all.
    """
    if province is None:
        codes = dict.fromkeys(new for _, _, new, _ in PROVINCES)
        name, note = "Vietnam", ""
        frame = pd.concat(map(crosswalk, codes), ignore_index=True)
    else:
        found = find_province(province)
        name, note, frame = found.name, found.note, crosswalk(found.code)
    return attach(frame, sources=[{"source": f"the crosswalk of {name}", "note": note}])


@cache
def _before() -> pd.DataFrame:
    return pd.concat([old_communes(), _empty_districts()]).set_index("key")


def _empty_districts() -> pd.DataFrame:
    """Return the island districts that had no communes, as units without a code."""
    frame = districts()
    inhabited = set(old_communes()["district_code"])
    frame = frame[~frame["code"].isin(inhabited)].rename(columns={"code": "district_code"})
    kinds = frame["name"].map(split_type)
    return frame.assign(
        code="",
        district=frame["name"],
        unit_type=[kind for kind, _ in kinds],
        name=[name for _, name in kinds],
    )
