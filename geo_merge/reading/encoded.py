"""Frames whose texts are bytes, taken one by one for letters, and the encoding they are in."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from geo_merge.errors import LayerError
from geo_merge.reading.encodings import (
    ADVICE,
    Columns,
    Texts,
    contradiction,
    decide,
    holds_utf8,
    is_surely_utf8,
    kept_utf8,
    known_codec,
)
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.sentence import sentence

UNSAID = ""  # nothing is declared, as is usual: UTF-8 beyond doubt needs no word
BYTEWISE = "ISO-8859-1"  # as GDAL spells it


def decide_texts(
    frame: gpd.GeoDataFrame, name: str, declared: str | None, said: str, texts: Texts
) -> tuple[str, tuple[Finding, ...]]:
    """Return the encoding that is asked for, or else found by what is declared and what is read."""
    columns = [[str(c).encode(BYTEWISE) for c in frame.columns]]
    columns += [
        [v.encode(BYTEWISE) for v in frame[c] if isinstance(v, str)]
        for c in frame.columns.drop(frame.geometry.name)
    ]
    return decide_encoding(columns, name, declared, said, texts)


def decide_encoding(
    columns: Columns, name: str, declared: str | None, said: str, texts: Texts
) -> tuple[str, tuple[Finding, ...]]:
    """Return the encoding that is asked for, or else found by what is declared and what is read.

    Raises
    ------
    LayerError
        F05 if none can be told.
    """
    if texts.asked is not None:
        if holds_utf8(columns, _codec(texts.asked, name), texts):
            return "utf-8", (kept_utf8(name, texts.asked),)
        asked = _asked(columns, texts.asked, name)
        return asked, contradiction(columns, name, asked, texts)
    if declared == UNSAID and is_surely_utf8(columns):
        return "utf-8", ()
    codec = known_codec(declared) if declared else None
    decision = decide(columns, name, codec, said, texts)
    if decision.encoding is None:
        raise LayerError(sentence("F05.unclear", name=name, said=said, declared=declared or "UTF-8",
                                  tried=decision.scores.told(), advice=ADVICE))  # fmt: skip
    return decision.encoding, decision.findings


def _codec(encoding: str, name: str) -> str:
    codec = known_codec(encoding)
    if codec is None:
        raise LayerError(sentence("F05.unknown_codec", name=name, encoding=encoding))
    return codec


def _asked(columns: Columns, encoding: str, name: str) -> str:
    codec = _codec(encoding, name)
    try:
        for values in columns:
            for value in values:
                value.decode(codec)
    except UnicodeDecodeError as error:
        raise LayerError(sentence("F05.invalid_asked", name=name, encoding=encoding,
                                  byte=error.object[error.start])) from None  # fmt: skip
    return codec


def recode(frame: gpd.GeoDataFrame, codec: str, texts: Texts) -> gpd.GeoDataFrame:
    """Return the frame with its texts, and the names of its columns, in letters."""

    def text(value: object) -> object:
        if not isinstance(value, str):
            return value
        return texts.decode(value.encode(BYTEWISE), codec)

    result = frame.rename(columns={c: text(c) for c in frame.columns})
    doubled = sorted(map(repr, set(result.columns[result.columns.duplicated()])))
    if doubled:
        raise LayerError(sentence("F04.doubled_fields", fields=", ".join(doubled)))
    for column in result.columns.drop(result.geometry.name):
        if not pd.api.types.is_numeric_dtype(result[column].dtype):
            result[column] = result[column].map(text)
    return result
