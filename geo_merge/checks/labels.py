"""How messages call a unit, and where its row is."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping

import geopandas as gpd

from geo_merge.vocabulary.sentence import and_more, sentence

_SHOWN = 5
# What the units of the frame looked at last are called: a cell of an Arrow column by itself costs a
# thousand times what it does in a list, and a layer may have thousands of findings.
_last: tuple[weakref.ref[gpd.GeoDataFrame], Mapping[str, str]] | None = None


def label(frame: gpd.GeoDataFrame, code: str) -> str:
    """Return ``07210 (Thọ Xương)``; of a piece its name."""
    return _called(frame)[code]


def _called(frame: gpd.GeoDataFrame) -> Mapping[str, str]:
    global _last  # noqa: PLW0603 - remembered as long as the frame lives, and never changed
    known = _last  # another thread may look at another frame
    if known is None or known[0]() is not frame:
        known = _last = weakref.ref(frame), _labels_of(frame)
    return known[1]


def _labels_of(frame: gpd.GeoDataFrame) -> dict[str, str]:
    n = len(frame)
    names = frame["name"].tolist() if "name" in frame else [""] * n
    pieces = frame["is_piece"].tolist() if "is_piece" in frame else [False] * n
    return {
        code: str(name) if piece else f"{code} ({name})" if name else code
        for code, name, piece in zip(frame.index.tolist(), names, pieces, strict=True)
    }


def labels(frame: gpd.GeoDataFrame, codes: Iterable[str]) -> str:
    """Return the labels of some units, the first ones if they are many."""
    every = list(codes)
    told = ", ".join(label(frame, code) for code in every[:_SHOWN])
    return and_more(told, len(every) - _SHOWN)


def where(frame: gpd.GeoDataFrame, code: str) -> str:
    """Return file and row of a unit, as a message begins."""
    if "source_file" not in frame:
        return ""
    file, row = frame.at[code, "source_file"], frame.at[code, "source_row"]
    return sentence("words.row", file=str(file), row=str(row))
