"""What the reform of 2025 ended: on 1 July 2025 districts, and towns below them, were no more.

Source: Law 72/2025/QH15 on the organisation of local government, articles 1 and 54.
"""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd

from geo_merge.vietnam.files.coordinates import is_here
from geo_merge.vietnam.provinces import is_province
from geo_merge.vocabulary.fields import fold_field

_ENDED = frozenset(("thitran", "tt"))


def ends_districts(old: gpd.GeoDataFrame, new_types: Iterable[str]) -> bool:
    """Tell whether the districts of a layer end with what is done to its units.

    That is so for communes of Vietnam, unless a new unit is a thị trấn, of a reform before.

    Parameters
    ----------
    old
        Units with ``province_code`` and ``province``, blank if unknown.
    new_types
        Types of the new units.
    """
    if not is_here(old) or not _ENDED.isdisjoint(map(fold_field, new_types)):
        return False
    named = set(zip(old["province_code"], old["province"], strict=True)) - {("", "")}
    return not named or any(is_province(code, name) for code, name in named)
