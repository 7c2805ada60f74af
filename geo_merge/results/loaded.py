"""What of a result is read back from its files beside its units: comparison, repairs, lists."""

from __future__ import annotations

import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely
from pyproj import CRS

from geo_merge.compare.verdict import COLUMNS as RECONCILED
from geo_merge.errors import ExportError
from geo_merge.mending.record import COLUMNS as REPAIRED
from geo_merge.results.contract import DECISIONS
from geo_merge.vocabulary.cells import LIST_SEPARATOR
from geo_merge.vocabulary.sentence import sentence
from geo_merge.writing.ownership import MANIFEST

_LISTS = ("members", "member_names", "pieces")
_NEEDED = ("summary.json", "new_units.geojson", "old_units.geojson", "parents.geojson",
           "findings.geojson", "crosswalk.csv", "ledger.csv", "statistics.csv")  # fmt: skip
_LAND = ("gained", "lost")


def require_result(directory: str | os.PathLike[str]) -> None:
    """Refuse a folder that cannot hold a result, without reading it: that may take a while.

    Raises
    ------
    ExportError
        If a file of a result is missing, or the manifest is none.
    """
    folder = Path(directory)
    try:
        orjson.loads((folder / MANIFEST).read_bytes())
        missing = [name for name in _NEEDED if not (folder / name).is_file()]
        why = sentence("write.without", files=", ".join(missing)) if missing else ""
    except (OSError, orjson.JSONDecodeError) as error:
        why = str(error)
    if why:
        raise ExportError(sentence("write.no_result", directory=folder, reason=why))


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
    table = pd.read_csv(path, dtype={"code": str, "counterparts": str}).set_index("code")
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
    decisions = (
        pd.read_csv(decided, dtype=str, keep_default_na=False)
        if decided.is_file()
        else pd.DataFrame()
    )
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
