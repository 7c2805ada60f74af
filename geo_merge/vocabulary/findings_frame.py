"""Findings as a frame, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from geo_merge.vocabulary.finding import Finding, Severity
from geo_merge.vocabulary.findings import columns_of, in_order
from geo_merge.vocabulary.sentence import OTHER_LANGUAGES, Sentence, said

# Columns that hold sentences in English; those of other languages stand beside them.
TOLD = ("message", "hint")


def in_language(column: str, language: str) -> str:
    """Return the column that has a column of sentences in a language besides English."""
    return f"{column}_{language}"


# Columns that stand last in tables, where programs look for the others by their number.
LATER_COLUMNS = (
    "about",
    *(in_language(name, language) for language in OTHER_LANGUAGES for name in TOLD),
)


def findings_frame(findings: Iterable[Finding], crs: Any) -> gpd.GeoDataFrame:  # noqa: ANN401
    """Return findings as a frame.

    The columns are those of `findings.columns_of`, and message and hint in the languages besides
    English, as ``message_vi`` and ``hint_vi``.
    """
    rows = in_order(findings)
    columns = columns_of(rows, CRS.from_user_input(crs))
    for language in OTHER_LANGUAGES:
        for name in TOLD:
            columns[in_language(name, language)] = [said(getattr(f, name), language) for f in rows]
    places = gpd.GeoSeries(columns.pop("geometry"), crs=crs)
    # None becomes NaN.
    typed = typed_columns(columns, {"value": float, "units": object})
    return gpd.GeoDataFrame(typed, geometry=places)


def read_in(findings: gpd.GeoDataFrame, language: str) -> pd.DataFrame:
    """Return the sentences of findings in a language, in English where they are not told in it.

    Returns
    -------
    pandas.DataFrame
        The columns of `TOLD`, indexed as the findings.
    """
    columns = {}
    for name in TOLD:
        english = findings[name].fillna("")
        other = in_language(name, language)
        there = findings[other].fillna("") if other in findings else english
        columns[name] = there.where(there != "", english)
    return pd.DataFrame(columns)


def told_in(frame: gpd.GeoDataFrame, language: str, told: Sequence[str] = TOLD) -> gpd.GeoDataFrame:
    """Return findings told in English and in this language alone, if it is another.

    Parameters
    ----------
    frame
        Findings, or another frame of sentences.
    language
        ``vi``, or blank for English alone.
    told
        The columns that hold sentences.
    """
    others = [
        in_language(name, other) for other in OTHER_LANGUAGES if other != language for name in told
    ]
    return frame.drop(columns=[column for column in others if column in frame])


def typed_columns(
    columns: Mapping[str, Sequence[Any]], kinds: Mapping[str, type]
) -> dict[str, pd.Series]:
    """Return columns each of its kind, text where none is said: without rows, pandas guesses."""
    return {
        name: pd.Series(list(values), dtype=kinds.get(name, str))
        for name, values in columns.items()
    }


def findings_of_frame(frame: gpd.GeoDataFrame) -> list[Finding]:
    """Return the findings that a frame of them holds."""
    names = ("check", "unit_of_value", "geometry", "about")
    return [
        Finding(
            **{name: row[name] for name in names},
            **{name: _sentence_of(row, name) for name in TOLD},
            severity=Severity(row["severity"]),
            units=tuple(row["units"]),
            value=None if pd.isna(row["value"]) else float(row["value"]),
        )
        for row in frame.to_dict("records")
    ]


def _sentence_of(row: Mapping[str, Any], name: str) -> Sentence:
    """Return a sentence as a frame has it, in all languages."""
    others = {
        language: row[column]
        for language in OTHER_LANGUAGES
        if (column := in_language(name, language)) in row
    }
    return Sentence(row[name], values=others)
