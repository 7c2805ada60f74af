"""What GDAL does not say of a GeoJSON file: that it is another thing, and where it is broken."""

from __future__ import annotations

import codecs
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from geo_merge.errors import LayerError
from geo_merge.vocabulary.sentence import sentence

# Bytes in which GDAL looks for what a text is, with ample room.
_HEAD = 2**20


def is_geojson(path: Path) -> bool:
    """Tell GeoJSON from other text, among it VRT and GDALG that make GDAL open other files."""
    with path.open("rb") as file:
        head = file.read(_HEAD).removeprefix(codecs.BOM_UTF8).lstrip()
    return head.startswith((b"{", b"\x1e")) and b"gdal_streamed_alg" not in head


def find_odd_numbers(source: str, document: Any) -> None:  # noqa: ANN401 - whatever JSON knows
    """Name the features of a document with coordinates that are no finite numbers.

    Raises
    ------
    LayerError
        G02 if there are such: of some GDAL says only at which character, others it drops.
    """
    features = document.get("features") if isinstance(document, dict) else None
    problems = []
    for k, feature in enumerate(features if isinstance(features, list) else ()):
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        if not isinstance(geometry, dict):
            continue
        places = geometry.get("coordinates", geometry.get("rings"))
        odd = [one for one in _leaves(places) if not _is_finite(one)]
        if odd:
            properties = feature.get("properties", feature.get("attributes"))
            known = properties.items() if isinstance(properties, dict) else ()
            told = ", ".join(f"{n} {v}" for n, v in list(known)[:2])
            problems.append(
                sentence("G02.not_finite", source=source, row=k + 1, told=told, odd=odd[0])
            )
    if problems:
        raise LayerError(problems)


def _leaves(coordinates: object) -> Iterator[object]:
    """Yield what nested lists are made of."""
    left = [coordinates]
    while left:
        one = left.pop()
        if isinstance(one, list):
            left.extend(one)
        else:
            yield one


def _is_finite(one: object) -> bool:
    """Tell a finite number from others; nulls stand for no z, or for no geometry at all."""
    if one is None:
        return True
    if isinstance(one, int) and not isinstance(one, bool):
        return abs(one) < sys.float_info.max
    return isinstance(one, float) and math.isfinite(one)
