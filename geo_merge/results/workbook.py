"""``statistics.xlsx``: the tables of a result for people, headings in their language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from geo_merge.merging.result import MergeResult
from geo_merge.merging.statistics import UNKNOWN_TYPE
from geo_merge.results.formats import findings_table, old_units, write_workbook
from geo_merge.texts import TEXTS, Language, say
from geo_merge.vocabulary.fields import DRAWN
from geo_merge.vocabulary.findings_frame import TOLD, read_in, told_in
from geo_merge.vocabulary.unit_words import called_of
from geo_merge.wording.calling import Called

# Columns of old units that the sheet has in front; their own attributes follow.
_FRONT = ("code", "name", "unit_type", "district", "province", "area_km2", "population",
          "new_code", "new_name")  # fmt: skip
_INNER = ("geometry", *DRAWN, "is_piece")


def write_statistics(result: MergeResult, path: Path, language: Language) -> None:
    """Write the workbook: summary, new units, old units, findings, ledger, sources.

    Parameters
    ----------
    result
        With figures as they are to be read; see `digits.with_digits`.
    path
        The file.
    language
        Of names of sheets and headings; attributes of the layer keep their own names.
    """
    tables = {
        "summary": pd.DataFrame(_summary(result.summary, language)),
        "new_units": result.statistics.reset_index(),
        "old_units": _old(result),
        "findings": _findings(result, language),
        "ledger": _ledger(result, language),
        "sources": _sources(result),
    }
    called = called_of(result.summary.get("called"))
    sheets = {
        say(f"sheet.{name}", language, called): _with_headings(table, language, called)
        for name, table in tables.items()
    }
    write_workbook(sheets, path)


def _with_headings(table: pd.DataFrame, language: Language, words: Called) -> pd.DataFrame:
    """Return a table with headings in a language; two that would be called the same keep theirs."""
    result = table.copy()
    names = [str(c) for c in table.columns]
    called = [say(f"ui.{c}", language, words) if f"ui.{c}" in TEXTS else c for c in names]
    result.columns = pd.Index(
        [n if called.count(c) > 1 else c for n, c in zip(names, called, strict=True)]
    )
    return result


def _summary(summary: Mapping[str, Any], language: Language) -> Iterator[dict[str, Any]]:
    """Yield a row a figure, before and after."""
    called = called_of(summary.get("called"))
    before = {**summary["before"]}
    after = {**summary["after"], **{k: summary[k] for k in ("kept",) if k in summary}}
    keys = [k for k in before if k not in {"by_type", "unit_area_km2", "unit_population"}]
    for key in dict.fromkeys([*keys, *(k for k in after if k in _FIGURES)]):
        if key in _FIGURES:
            label = say(f"figure.{key}", language, called)
            yield {"quantity": label, "before": before.get(key), "after": after.get(key)}
    for kind in dict.fromkeys([*before["by_type"], *after["by_type"]]):
        label = say("dossier.no_type", language) if kind == UNKNOWN_TYPE else kind
        yield {"quantity": label, "before": before["by_type"].get(kind, 0),
               "after": after["by_type"].get(kind, 0)}  # fmt: skip
    for group in summary["groups"]:
        yield {"quantity": group["name"], "before": group["before"], "after": group["after"]}


_FIGURES = ("count", "kept", "pieces", "area_km2", "population", "population_unknown", "districts",
            "provinces")  # fmt: skip


def _old(result: MergeResult) -> pd.DataFrame:
    """Return the old units without their polygons, with areas where they are known."""
    table = pd.DataFrame(old_units(result.old).drop(columns=result.old.geometry.name))
    if len(result.old_areas) and "area_km2" not in table:
        table["area_km2"] = result.old_areas.to_numpy().round(6)
    front = [c for c in _FRONT if c in table]
    rest = [c for c in table if c not in front and c not in _INNER]
    return pd.DataFrame(table[[*front, *rest]])


def _findings(result: MergeResult, language: Language) -> pd.DataFrame:
    table = findings_table(told_in(result.findings, ""))
    table[[*TOLD]] = read_in(result.findings, language)
    table["severity"] = [say(f"severity.{s}", language) for s in table["severity"]]
    return table


def _ledger(result: MergeResult, language: Language) -> pd.DataFrame:
    table, called = result.ledger.copy(), called_of(result.summary.get("called"))
    keys = [f"ledger.{q}" for q in table["quantity"]]
    table["quantity"] = [
        say(key, language, called) if key in TEXTS else quantity
        for key, quantity in zip(keys, table["quantity"], strict=True)
    ]
    return table


def _sources(result: MergeResult) -> pd.DataFrame:
    """Return a row a file: what it is called, its units, CRS, encoding and fields."""
    rows = [
        {
            "file": source["source"],
            "features": source["features"],
            "crs": source["crs"],
            "encoding": str(source["encoding"]).upper(),
            **{f"field_{role}": field for role, field in source.get("fields", {}).items()},
        }
        for source in result.provenance.get("sources", [])
    ]
    return pd.DataFrame(rows)
