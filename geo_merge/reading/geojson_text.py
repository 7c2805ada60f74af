"""What GDAL does not say of a GeoJSON file: that it is another thing, and where it is broken."""

from __future__ import annotations

import codecs
import json
import math
from collections.abc import Iterator
from pathlib import Path

from geo_merge.errors import LayerError

# Bytes in which GDAL looks for what a text is, with ample room.
_HEAD = 2**20


def is_geojson(path: Path) -> bool:
    """Tell GeoJSON from other text, among it VRT and GDALG that make GDAL open other files."""
    with path.open("rb") as file:
        head = file.read(_HEAD).removeprefix(codecs.BOM_UTF8).lstrip()
    return head.startswith(b"{") and b"gdal_streamed_alg" not in head


def find_odd_numbers(path: Path) -> None:
    """Name the features of a GeoJSON file with coordinates that are no finite numbers.

    Raises
    ------
    LayerError
        If there are such: GDAL gives up on the file and says only at which character.
    """
    try:
        content = json.loads(path.read_bytes())  # Python reads 1e999 and NaN
        features = [(k, f["properties"], f["geometry"]) for k, f in enumerate(content["features"])]
    except (ValueError, KeyError, TypeError, RecursionError):
        return
    problems = []
    for k, properties, geometry in features:
        numbers = _numbers(geometry.get("coordinates") if isinstance(geometry, dict) else None)
        if not all(map(math.isfinite, numbers)):
            known = ", ".join(f"{n} {v}" for n, v in list((properties or {}).items())[:2])
            problems.append(
                f"{path.name} row {k + 1} ({known}) has a coordinate that is no finite number "
                "[G02]; mend it in the source layer."
            )
    if problems:
        raise LayerError(problems)


def _numbers(coordinates: object) -> Iterator[float]:
    """Yield all numbers of nested lists."""
    left = [coordinates]
    while left:
        one = left.pop()
        if isinstance(one, list):
            left.extend(one)
        elif isinstance(one, float):
            yield one
