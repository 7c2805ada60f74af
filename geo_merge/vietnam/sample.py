"""Make the embedded sample: ``python -m geo_merge.vietnam.sample LINES OFFICIAL shapes``.

LINES are the communes of June 2025 from lines of about 2010 (``shapes/README.md`` says which and by
which steps), OFFICIAL the official units of July 2025, as ``geo-merge fetch bac_ninh`` writes them.
The firing range TB1 is in no source: it is the large part of the official Biên Sơn that no commune
covers, and the one polygon that takes anything from the official layer.
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge.geometry.rings import Geometries
from geo_merge.vietnam.gazetteer import crosswalk

PROVINCES = {"24": ("bac_giang", 9214), "27": ("bac_ninh", 9209)}
NEW_PROVINCE = "24"
CRS = 9214
FIELDS = ["MaXa", "TenXa", "LoaiXa", "MaHuyen", "TenHuyen", "MaTinh", "TenTinh"]
PIECE = {
    "TenXa": "Trường bắn TB1", "MaHuyen": "219", "TenHuyen": "Huyện Lục Ngạn",
    "MaTinh": "24", "TenTinh": "Tỉnh Bắc Giang",
}  # fmt: skip
PART_OF = "07537"  # Biên Sơn, the new unit
# Metres: by how much vertices may move for neighbours to share their edges, and to be left out.
SNAP, SIMPLIFY = 0.001, 15.0
BAY = 200.0  # metres


def build(lines: Path, official: Path, folder: Path) -> None:
    """Write the layers of both provinces and their crosswalk to a folder."""
    communes = (
        gpd.read_file(lines)
        .to_crs(CRS)
        .sort_values("MaXa", ignore_index=True)[[*FIELDS, "geometry"]]
    )
    whole = gpd.read_file(official).set_index("code").to_crs(CRS).geometry[PART_OF]
    polygons = shapely.coverage_simplify(
        with_piece(np.asarray(communes.geometry.values), whole), SIMPLIFY
    )
    layer = gpd.GeoDataFrame(
        pd.concat([communes.drop(columns="geometry"), pd.DataFrame([PIECE])], ignore_index=True),
        geometry=polygons,
        crs=CRS,
    )
    for province, (name, epsg) in PROVINCES.items():
        part = layer[layer["MaTinh"] == province][[*FIELDS, "geometry"]].to_crs(epsg)
        part.insert(len(FIELDS), "approx", 1)  # every map made of it says so
        part.to_file(folder / f"{name}_communes.shp", encoding="UTF-8",
                     DBF_DATE_LAST_UPDATE="1980-01-01")  # fmt: skip
    _rows().to_csv(folder / "crosswalk.csv", index=False, lineterminator="\n")


def with_piece(communes: Geometries, whole: shapely.Geometry) -> Geometries:
    """Return polygons that share their edges, and behind them the land that none of them covers.

    Parameters
    ----------
    communes
        Polygons in metres, which may miss each other by `SNAP`.
    whole
        A new unit: of it the largest part that no commune covers is the piece, and with it what
        lies shut in between it and the communes, or in bays narrower than `BAY`.

    Returns
    -------
    numpy.ndarray
        One polygon for each commune, then the piece; a valid coverage.
    """
    covered = shapely.union_all(shapely.coverage_clean(communes, snapping_distance=SNAP))
    bare = shapely.get_parts(shapely.difference(whole, covered))
    piece = bare[np.argmax(shapely.area(bare))]
    around = shapely.union_all([covered, piece])
    closed = shapely.buffer(shapely.buffer(around, BAY / 2), -BAY / 2)
    filled = [shapely.Polygon(part.exterior) for part in shapely.get_parts(closed)]
    between = shapely.get_parts(shapely.difference(shapely.union_all(filled), around))
    piece = shapely.union_all([piece, *between[shapely.distance(between, piece) <= SNAP]])
    piece = max(shapely.get_parts(piece), key=shapely.area)
    result: Geometries = shapely.coverage_clean([*communes, piece], snapping_distance=SNAP)
    return result


def _rows() -> pd.DataFrame:
    rows = crosswalk(NEW_PROVINCE)
    names = {"TenXa": "old_name", "MaHuyen": "old_district_code", "TenHuyen": "old_district",
             "MaTinh": "old_province_code", "TenTinh": "old_province"}  # fmt: skip
    of_whole = rows.loc[rows["new_code"] == PART_OF, ["new_code", "new_name", "new_type"]].iloc[0]
    piece = {names[field]: value for field, value in PIECE.items()} | of_whole.to_dict()
    return pd.concat([rows, pd.DataFrame([piece])], ignore_index=True)


if __name__ == "__main__":
    build(*(Path(argument) for argument in sys.argv[1:4]))
