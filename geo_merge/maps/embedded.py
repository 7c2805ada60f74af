"""What a map shows as it stands in ``map.html``, and back."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from geo_merge.maps.assets import behaviour
from geo_merge.maps.display import Display, literal
from geo_merge.texts import Language

_DATA, _END = '<script type="application/json" id="gm-%s">', "</script>"


def embedded(shown: Display, language: Language) -> Iterator[str]:
    """Yield what a page holds of a map that opens in a language."""
    settings = literal({**shown.settings, "language": language})
    for name, content in (("geometry", shown.geometry.replace("<", "\\u003c")),
                          ("detail", shown.detail), ("settings", settings)):  # fmt: skip
        yield f"{_DATA % name}{content}{_END}"


def display_in(page: str) -> Display | None:
    """Return what a page of ours shows; None if its scripts are not those of today.

    The scripts know their data: what an earlier version wrote is not shown by those of another.
    """
    if behaviour() not in page:
        return None
    found = [page.partition(_DATA % name)[2].partition(_END)[0]
             for name in ("geometry", "detail", "settings")]  # fmt: skip
    geometry, detail, settings = found
    return Display(geometry, detail, orjson.loads(settings)) if all(found) else None
