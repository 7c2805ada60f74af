"""A result read back from the files that a run wrote."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely
from pyproj import CRS

from geo_merge.compare.verdict import COLUMNS as RECONCILED
from geo_merge.errors import ExportError, LayerError
from geo_merge.geometry.plane_vertices import PlaneVertices
from geo_merge.mending.record import COLUMNS as REPAIRED
from geo_merge.merging.parents import COLUMNS as PARENT_COLUMNS
from geo_merge.merging.result import MergeResult
from geo_merge.results.agreement import disagreements
from geo_merge.results.contract import DECISIONS
from geo_merge.results.reading_back import read_back, read_table_back
from geo_merge.vocabulary.cells import LIST_SEPARATOR
from geo_merge.vocabulary.fields import DRAWN
from geo_merge.vocabulary.findings_frame import findings_frame
from geo_merge.vocabulary.ledger import LEDGER_COLUMNS
from geo_merge.vocabulary.memory import only_plane_of, without_memory
from geo_merge.vocabulary.sentence import OTHER_LANGUAGES, row_of, sentence
from geo_merge.writing.files import recover
from geo_merge.writing.ownership import MANIFEST

_LAYERS = ("old_units", "parents", "new_units", "findings")  # the largest first
_LISTS = ("members", "member_names", "pieces")
# Columns that are texts, of digits alone too.
_TEXTS = dict.fromkeys(("code", "name", "unit_type", "counterparts"), str)
_LAND = ("gained", "lost")
# In a manifest: how many vertices of the plane are not in the files, whose edges are straight.
LEFT_OUT = "vertices_left_out"


def load_result(directory: str | os.PathLike[str]) -> MergeResult:
    """Return the result that an earlier run wrote to a directory.

    Boundaries come from the GeoJSON files, so they are rounded as these are.

    Raises
    ------
    ExportError
        If the directory holds no complete result, or files of several.
    """
    try:
        result = _read(Path(directory))
        apart = next(disagreements(result), None)
    except (OSError, LookupError, ValueError, TypeError, AttributeError, RuntimeError,
            LayerError) as error:  # fmt: skip
        raise ExportError(sentence("write.no_result", directory=directory, reason=error)) from error
    if apart is not None:
        raise ExportError(sentence("write.no_one_result", directory=directory, apart=apart))
    return result


def _read(directory: Path) -> MergeResult:
    """Read what `load_result` returns; a file that was changed since may fail in any way."""
    recover(directory)
    manifest = _manifest(directory)
    summary = orjson.loads((directory / "summary.json").read_bytes())
    with ThreadPoolExecutor(len(_LAYERS)) as pool:
        paths = [directory / f"{name}.geojson" for name in _LAYERS]
        read = pool.map(
            lambda path: read_back(path, manifest["crs"], along_edges=LEFT_OUT in manifest), paths
        )
        layers = dict(zip(_LAYERS, read, strict=True))
    only_plane = np.concatenate([only_plane_of(layer) for layer in layers.values()])
    layers = {name: without_memory(layer) for name, layer in layers.items()}
    tables = {
        name: read_table_back(directory / f"{name}.csv", dtype)
        for name, dtype in (("crosswalk", str), ("ledger", None))
    }
    statistics = read_table_back(directory / "statistics.csv", _TEXTS, blank_is_none=True)
    crs = CRS.from_user_input(manifest["crs"])
    reconciliation = reconciliation_in(directory, crs)
    repairs, decisions = repairs_in(directory, crs)
    provenance = _provenance(manifest, summary, layers["findings"])
    old, found = layers["old_units"], layers["findings"]
    if len(found) and "about" not in found:  # written by an earlier version
        found["about"] = [row_of(check)["about"] for check in found["check"]]
    new = _with_lists(layers["new_units"]).set_index("code")
    return MergeResult(
        old=old.drop(columns="code").set_index(pd.Index(_labels(old), name="code")),
        new=new,
        parents=layers["parents"].reindex(columns=[*PARENT_COLUMNS, "geometry"]),
        crosswalk=tables["crosswalk"],
        statistics=with_lists_of(new, statistics.set_index("code")),
        summary=summary,
        findings=_with_lists(found) if len(found) else findings_frame((), manifest["crs"]),
        ledger=tables["ledger"][list(LEDGER_COLUMNS)],
        provenance=provenance,
        reconciliation=reconciliation,
        repairs=repairs,
        decisions=decisions,
        only_plane=PlaneVertices.of_rows(only_plane),
    )


def _manifest(directory: Path) -> dict[str, Any]:
    """Read a manifest, all of which later steps take for what we wrote."""
    manifest: dict[str, Any] = orjson.loads((directory / MANIFEST).read_bytes())
    date.fromisoformat(manifest["time"][:10])
    for source in manifest["sources"]:
        source.get("source")
    return {**manifest, "rules": {**manifest["rules"]}}


def _provenance(
    manifest: dict[str, Any], summary: dict[str, Any], found: gpd.GeoDataFrame
) -> dict[str, Any]:
    """Return where a result came from, as its run had it; see `merging.conclude`."""
    return {
        **{name: manifest[name] for name in ("sources", "crs", "rules")},
        **{name: manifest[name] for name in ("country", "accepted") if name in manifest},
        **{how: summary.get(how, False) for how in DRAWN.values()},
        "language": next((one for one in OTHER_LANGUAGES if f"message_{one}" in found), ""),
    }


def made_from(directory: Path) -> tuple[dict[str, str], dict[str, Any]]:
    """Return what a result was made from, as its manifest has it: SHA-256 by file, and options.

    Files go by their names, wherever they were.

    Raises
    ------
    ExportError
        If the manifest is none of ours.
    """
    try:
        manifest = _manifest(directory)
        inputs = {Path(each["file"]).name: each["sha256"] for each in manifest["inputs"]}
        return inputs, {**manifest["options"]}
    except (OSError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise ExportError(sentence("write.no_result", directory=directory, reason=error)) from error


def with_lists_of(new: gpd.GeoDataFrame, statistics: pd.DataFrame) -> pd.DataFrame:
    """Return statistics whose lists, which a CSV has as texts, are those of the new units."""
    lists = [c for c in _LISTS if c in statistics and c in new]
    return statistics.assign(**{c: new[c].reindex(statistics.index) for c in lists})


def reconciliation_in(folder: Path, crs: CRS) -> gpd.GeoDataFrame:
    """Return new units against what others published, as a run had it; empty if it had nothing.

    ``gained`` and ``lost`` are rounded as the file is.
    """
    path = folder / "reconciliation.csv"
    if not path.is_file():
        return gpd.GeoDataFrame()
    table = read_table_back(path, _TEXTS, blank_is_none=True).set_index("code")
    texts = ["name", "verdict", "counterparts", "explanation"]
    table[texts] = table[texts].fillna("")
    table["counterparts"] = [
        text.split(LIST_SEPARATOR) if text else [] for text in table["counterparts"]
    ]
    land = _features(folder / "reconciliation.geojson", crs)
    for side in _LAND:
        shapes = np.full(len(table), shapely.Polygon(), dtype=object)
        own = land[land["side"] == side] if len(land) else land
        if len(own):
            shapes[table.index.get_indexer(own["code"])] = own.geometry.to_numpy()
        table[side] = gpd.GeoSeries(shapes, index=table.index, crs=crs)
    return gpd.GeoDataFrame(table[list(RECONCILED)], geometry="gained", crs=crs)


def repairs_in(folder: Path, crs: CRS) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return what was repaired, and the decisions on it; without columns if nothing was."""
    path = folder / "repairs.geojson"
    if not path.is_file():
        return gpd.GeoDataFrame(), pd.DataFrame()
    repairs = _features(path, crs)
    if not len(repairs):
        repairs = gpd.GeoDataFrame(columns=[*REPAIRED, "geometry"], geometry="geometry", crs=crs)
    decided = folder / DECISIONS
    decisions = read_table_back(decided) if decided.is_file() else pd.DataFrame()
    return repairs, decisions


def _features(path: Path, crs: CRS) -> gpd.GeoDataFrame:
    """Return the features of a file in a CRS, their lists as lists; empty without any."""
    features = orjson.loads(path.read_bytes())["features"]
    if not features:
        return gpd.GeoDataFrame()
    rows = [feature["properties"] for feature in features]
    shapes = [
        feature["geometry"] and shapely.from_geojson(orjson.dumps(feature["geometry"]))
        for feature in features
    ]
    return gpd.GeoDataFrame(rows, geometry=gpd.GeoSeries(shapes, crs=4326), crs=4326).to_crs(crs)


def _labels(old: gpd.GeoDataFrame) -> pd.Series:
    """Return what old units are known by: their code; pieces of land and parts of units by more."""
    land = old["code"].fillna("") == ""
    labels: pd.Series = old["code"].mask(land, "piece " + land.cumsum().astype(str))
    return labels.mask(old["is_piece"] & ~land, labels + "/" + old["new_code"])


def _with_lists(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer whose columns of lists have an empty one where there is none."""
    result = frame.copy()
    for column in ("members", "member_names", "pieces", "units"):
        if column in result and result[column].map(lambda v: isinstance(v, list)).any():
            result[column] = [v if isinstance(v, list) else [] for v in result[column]]
    return result
