"""Villages by which divided units are settled, where a crosswalk names them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from geo_merge.vocabulary.codes import fold_name
from geo_merge.vocabulary.fields import fold_field

# Columns of a crosswalk with the villages that go from an old unit to a new one.
_HEADINGS = frozenset(
    ("villages", "village", "thon", "cacthon", "thontodanpho", "hamlets", "khupho")
)
_COLUMN = re.compile(r"thon|village|lang$|todanpho|tdp|ban$|lieudit|ort$|hamlet|ap$|khupho")
_KIND = re.compile(
    r"^(?:thôn|làng|xóm|ấp|bản|buôn|khu phố|khu dân cư|tổ dân phố|tdp|village|hamlet)[ .]+"
)


def village_key(written: str) -> str:
    """Return a village's name for comparing, without the word for village."""
    return _KIND.sub("", fold_name(written))


def villages_in(cell: str) -> frozenset[str]:
    """Return the villages that a cell of a crosswalk lists, separated by semicolons or commas."""
    return frozenset(key for part in re.split(r"[;,]", cell) if (key := village_key(part)))


def column_of(headings: Iterable[str]) -> str | None:
    """Return the column of a crosswalk that names villages."""
    return next((h for h in headings if fold_field(str(h)) in _HEADINGS), None)


def is_of_villages(heading: str) -> bool:
    """Tell whether a heading of a person's table is that of villages."""
    return bool(_COLUMN.search(fold_field(heading)))
