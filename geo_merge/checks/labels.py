"""How messages call a unit, and where its row is."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd

from geo_merge.vocabulary.sentence import sentence

_SHOWN = 5


def label(frame: gpd.GeoDataFrame, code: str) -> str:
    """Return ``07210 (Thọ Xương)``; of a piece its name."""
    name = frame.at[code, "name"] if "name" in frame else ""
    if "is_piece" in frame and frame.at[code, "is_piece"]:
        return str(name)
    return f"{code} ({name})" if name else code


def labels(frame: gpd.GeoDataFrame, codes: Iterable[str]) -> str:
    """Return the labels of some units, the first ones if they are many."""
    every = list(codes)
    told = ", ".join(label(frame, code) for code in every[:_SHOWN])
    more = len(every) - _SHOWN
    return sentence("words.more", told=told, more=more) if more > 0 else told


def where(frame: gpd.GeoDataFrame, code: str) -> str:
    """Return file and row of a unit, as a message begins."""
    if "source_file" not in frame:
        return ""
    file, row = frame.at[code, "source_file"], frame.at[code, "source_row"]
    return sentence("words.row", file=str(file), row=str(row))
