"""The files of the contract: what each is called and what writes it, wherever it is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import orjson
import pandas as pd

from geo_merge.merging.below import level_below
from geo_merge.merging.result import MergeResult
from geo_merge.planning.scales import scales_of
from geo_merge.results.formats import findings_table, old_units, write_csv
from geo_merge.results.workbook import write_statistics
from geo_merge.texts import Language
from geo_merge.units.crosswalk_new import BELOW
from geo_merge.vocabulary.findings import FINDING_DECIMALS
from geo_merge.writing.geojson import write_geojson

Write = Callable[[MergeResult, Path, Language], None]
MadeBy = Literal["merging", "comparing", "repairing", "a level below"]
# What people decided on defects: read again by the next run, and never removed.
DECISIONS = "decisions.csv"


@dataclass(frozen=True)
class ContractFile:
    """A file of a result.

    Attributes
    ----------
    name
        What it is called in every folder of results.
    write
        Writes it to a path; the language is that of what people read.
    of_new_units
        Whether it rests on the boundaries of the new units, and is kept back while errors stand.
    made_by
        What of a run makes it.
    """

    name: str
    write: Write
    of_new_units: bool = False
    made_by: MadeBy = "merging"

    def is_in(self, result: MergeResult) -> bool:
        """Tell whether a result has it."""
        if self.made_by == "comparing":
            return len(result.reconciliation) > 0
        if self.made_by == "a level below":
            return BELOW in result.old and bool((result.old[BELOW].fillna("") != "").any())
        return self.made_by == "merging" or len(result.repairs.columns) > 0


def write_findings(findings: gpd.GeoDataFrame, folder: Path) -> None:
    """Write ``findings.geojson`` and ``findings.csv``."""
    _places(findings, folder / "findings.geojson")
    write_csv(findings_table(findings), folder / "findings.csv")


def write_repairs(repairs: gpd.GeoDataFrame, decisions: pd.DataFrame, folder: Path) -> None:
    """Write ``repairs.geojson``, ``repairs.csv`` and ``decisions.csv``."""
    _places(repairs, folder / "repairs.geojson")
    write_csv(findings_table(repairs), folder / "repairs.csv")
    write_csv(decisions, folder / DECISIONS)


def summary_of(result: MergeResult) -> dict[str, Any]:
    """Return the content of ``summary.json``."""
    return {
        **result.summary,
        "schematic": result.schematic,
        "approximate": result.approximate,
    }


def as_json(content: Any) -> bytes:  # noqa: ANN401 - whatever JSON knows
    """Return content as JSON that people can read."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE
    try:
        return orjson.dumps(content, option=options)
    except orjson.JSONEncodeError:  # whole numbers of more than 64 bits
        text = json.dumps(content, indent=2, ensure_ascii=False, default=lambda v: v.tolist())
        return f"{text}\n".encode()


def _places(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write what may be narrower than the decimals of units can show."""
    write_geojson(frame, path, precision=FINDING_DECIMALS, vanishing="point")


def _summary(result: MergeResult, path: Path, _language: Language) -> None:
    path.write_bytes(as_json(summary_of(result)))


def _map(result: MergeResult, path: Path, _language: Language) -> None:
    from geo_merge.maps.page import map_html  # noqa: PLC0415 - folium is slow to import

    standards = scales_of(result.summary.get("country"))
    path.write_text(map_html(result, standards=standards), encoding="utf-8", newline="\n")


def _reconciliation_table(result: MergeResult) -> pd.DataFrame:
    frame = result.reconciliation
    return pd.DataFrame(frame.drop(columns=["gained", "lost"])).reset_index()


def _reconciliation_land(result: MergeResult, path: Path, _language: Language) -> None:
    """Write the land that each unit gained and lost."""
    frame, table = result.reconciliation, _reconciliation_table(result)
    sides = [
        gpd.GeoDataFrame(table.assign(side=side), geometry=frame[side].values)
        for side in ("gained", "lost")
    ]
    land = gpd.GeoDataFrame(pd.concat(sides, ignore_index=True), crs=frame.crs)
    _places(land[~land.geometry.is_empty].reset_index(drop=True), path)


def _below(result: MergeResult) -> Iterator[gpd.GeoDataFrame]:
    """Yield the units that live on inside new ones, with their areas where they are known."""
    for part in result.old_parts():
        km2 = result.old_areas
        known = km2.reindex(part.index).to_numpy(float).round(6) if len(km2) else None
        yield level_below(part, known).reset_index()


def _table(of: Callable[[MergeResult], pd.DataFrame]) -> Write:
    """Return what writes a table of a result as CSV."""
    return lambda result, path, _: write_csv(of(result), path)


def _layer(of: Callable[[MergeResult], Any]) -> Write:
    """Return what writes units of a result as GeoJSON."""
    return lambda result, path, _: write_geojson(of(result), path, only_plane=result.only_plane)


NEW_UNITS = ContractFile("new_units.geojson", _layer(lambda r: r.new), of_new_units=True)
OLD_UNITS = ContractFile("old_units.geojson", _layer(lambda r: map(old_units, r.old_parts())))
CONTRACT = (
    NEW_UNITS,
    ContractFile("map.html", _map, of_new_units=True),
    OLD_UNITS,
    ContractFile("parents.geojson", _layer(lambda r: r.parents)),
    ContractFile("statistics.xlsx", write_statistics),
    ContractFile("statistics.csv", _table(lambda r: r.statistics.reset_index())),
    ContractFile("summary.json", _summary),
    ContractFile("crosswalk.csv", _table(lambda r: r.crosswalk)),
    ContractFile("ledger.csv", _table(lambda r: r.ledger)),
    ContractFile("findings.geojson", lambda r, path, _: _places(r.findings, path)),
    ContractFile("findings.csv", _table(lambda r: findings_table(r.findings))),
    ContractFile("below.geojson", _layer(_below), made_by="a level below"),
    ContractFile("reconciliation.csv", _table(_reconciliation_table), made_by="comparing"),
    ContractFile("reconciliation.geojson", _reconciliation_land, made_by="comparing"),
    ContractFile(
        "repairs.geojson", lambda r, path, _: _places(r.repairs, path), made_by="repairing"
    ),
    ContractFile("repairs.csv", _table(lambda r: findings_table(r.repairs)), made_by="repairing"),
    ContractFile(DECISIONS, _table(lambda r: r.decisions), made_by="repairing"),
)
