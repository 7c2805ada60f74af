"""Build the embedded sample: ``python -m geo_merge.vietnam.sample shapes``.

Boundaries are schematic: the positions of the 313 communes of old Bắc Giang and Bắc Ninh, each
with the land nearest to it, inside an outline drawn around their bounds. Positions that coincide,
lie astray or tear a new unit apart are moved.
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import Polygon

from geo_merge.geometry.dissolve import dissolve_groups
from geo_merge.geometry.rings import Floats, Geometries, Ints
from geo_merge.geometry.tessellate import mend_positions, tessellate
from geo_merge.vietnam.gazetteer import crosswalk, old_communes

PROVINCES = {"24": ("bac_giang", 9214), "27": ("bac_ninh", 9209)}
NEW_PROVINCE = "24"
FIELDS = {
    "code": "MaXa", "name": "TenXa", "unit_type": "LoaiXa", "district_code": "MaHuyen",
    "district": "TenHuyen", "province_code": "MaTinh", "province": "TenTinh",
}  # fmt: skip
# Bounds larger than this many times the median are wrong: they are of a namesake elsewhere.
MAX_BOX = 12.0
# Metres: how far an outline reaches beyond the bounds, and how far its corners are rounded.
REACH, ROUND = 800.0, 2_500.0
# Metres: a position this far from the middle of its district's positions lies astray.
ASTRAY = 30_000.0
# Share of the way that a cut-off position moves towards its new unit at a time.
STEP, MAX_STEPS = 0.1, 60


def build(folder: Path) -> None:
    """Write the layers of both provinces and their crosswalk to a folder."""
    communes = old_communes()
    communes = communes[communes["province_code"].isin(PROVINCES)].reset_index(drop=True)
    layer, moved = schematic_layer(communes)
    for province, (name, epsg) in PROVINCES.items():
        part = layer[layer["province_code"] == province]
        fields = part[[*FIELDS, "geometry"]].rename(columns=FIELDS).to_crs(epsg)
        fields.insert(len(FIELDS), "schematic", 1)  # every map made of it says so
        fields.to_file(folder / f"{name}_communes.shp", encoding="UTF-8",
                       DBF_DATE_LAST_UPDATE="1980-01-01")  # fmt: skip
    crosswalk(NEW_PROVINCE).to_csv(folder / "crosswalk.csv", index=False, lineterminator="\n")
    print(f"{len(layer)} communes, {moved} positions mended")  # noqa: T201 - a script


def schematic_layer(communes: pd.DataFrame, crs: int = 9214) -> tuple[gpd.GeoDataFrame, int]:
    """Return communes with schematic polygons, and how many positions had to be mended."""
    positions = gpd.GeoSeries(gpd.points_from_xy(communes["lon"], communes["lat"]), crs=4326)
    xy = shapely.get_coordinates(np.asarray(positions.to_crs(crs).values))
    boxes = gpd.GeoSeries(
        shapely.box(communes["west"], communes["south"], communes["east"], communes["north"]),
        crs=4326,
    ).to_crs(crs)
    astray = _astray(xy, communes["district_code"].to_numpy(str))
    trusted = _trusted_boxes(np.asarray(boxes.values), xy) & ~astray
    outline = _outline(np.asarray(boxes.values)[trusted])
    xy = _recentre(xy, np.asarray(boxes.values), astray, communes["district_code"].to_numpy(str))
    groups = np.unique(_new_codes(communes), return_inverse=True)[1]
    mended, polygons = _reunited(mend_positions(xy, outline)[0], groups, outline)
    moved = int((mended != xy).any(axis=1).sum() + astray.sum())
    return gpd.GeoDataFrame(communes, geometry=polygons, crs=crs), moved


def _new_codes(communes: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    table = crosswalk(NEW_PROVINCE).set_index("old_code")["new_code"]
    return communes["code"].map(table).to_numpy(str)


def _reunited(xy: Floats, groups: Ints, outline: Polygon) -> tuple[Floats, Geometries]:
    """Move positions towards those of their new unit until every new unit is in one part."""
    for _ in range(MAX_STEPS):
        xy, _ = mend_positions(xy, outline)
        polygons = tessellate(xy, outline)
        merged = dissolve_groups(polygons, groups)
        torn = [k for k, d in enumerate(merged) if shapely.get_num_geometries(d.geometry) > 1]
        if not torn:
            break
        xy = xy.copy()
        for k in torn:
            members = np.flatnonzero(groups == k)
            parts = shapely.get_parts(merged[k].geometry)
            main = max(parts, key=shapely.area)
            inside = shapely.intersects_xy(main, xy[members, 0], xy[members, 1])
            home = xy[members[inside]].mean(axis=0)
            xy[members[~inside]] += STEP * (home - xy[members[~inside]])
    return xy, polygons


def _district_middle(xy: Floats, districts: np.ndarray[tuple[int], np.dtype[np.str_]]) -> Floats:
    frame = pd.DataFrame({"x": xy[:, 0], "y": xy[:, 1], "district": districts})
    return frame.groupby("district")[["x", "y"]].transform("median").to_numpy()


def _astray(
    xy: Floats, districts: np.ndarray[tuple[int], np.dtype[np.str_]]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell which positions are far from the others of their district."""
    return np.asarray(np.hypot(*(xy - _district_middle(xy, districts)).T) > ASTRAY)


def _trusted_boxes(
    boxes: np.ndarray[tuple[int], np.dtype[np.object_]], xy: Floats
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell which bounds hold their position and are of a plausible size."""
    area = shapely.area(boxes)
    holds = shapely.intersects_xy(boxes, xy[:, 0], xy[:, 1])
    return np.asarray(holds & (area < MAX_BOX * np.median(area)))


def _recentre(
    xy: Floats,
    boxes: np.ndarray[tuple[int], np.dtype[np.object_]],
    astray: np.ndarray[tuple[int], np.dtype[np.bool_]],
    districts: np.ndarray[tuple[int], np.dtype[np.str_]],
) -> Floats:
    """Take the middle of the bounds where positions coincide, of the district where astray."""
    result = xy.copy()
    _, inverse, count = np.unique(xy, axis=0, return_inverse=True, return_counts=True)
    doubled = count[inverse.ravel()] > 1
    result[doubled] = shapely.get_coordinates(shapely.centroid(boxes[doubled]))
    result[astray] = _district_middle(xy, districts)[astray]
    return result


def _outline(boxes: np.ndarray[tuple[int], np.dtype[np.object_]]) -> Polygon:
    """Return one rounded polygon without holes around most of the boxes."""
    joined = shapely.union_all(boxes).buffer(ROUND + REACH).buffer(-2 * ROUND).buffer(ROUND)
    largest = max(shapely.get_parts(joined), key=shapely.area)
    return Polygon(largest.exterior).simplify(200.0)


if __name__ == "__main__":
    build(Path(sys.argv[1]))
