"""VN-2000 by name: known without the places of the country, which take long to load."""

from __future__ import annotations

import re

from pyproj import CRS

NAMED = re.compile(r"VN[\s_-]*2000|VIETNAM[\s_]*2000", re.IGNORECASE)


def has_other_datum(crs: CRS, text: str) -> bool:
    """Tell whether a text that describes a CRS names VN-2000, but not with its own datum."""
    own = crs.datum is not None and "vietnam" in crs.datum.name.lower()
    return bool(NAMED.search(text)) and not own
