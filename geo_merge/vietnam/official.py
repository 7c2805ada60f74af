"""The official boundaries of the 34 provinces, fetched file by file and checked by hash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely

from geo_merge.geometry.rings import Geometries
from geo_merge.geometry.tessellate import mend_positions, noded, tessellate
from geo_merge.system.progress import Progress
from geo_merge.vietnam import gazetteer
from geo_merge.vietnam.fetching import Repository, fetch_files
from geo_merge.vietnam.names import split_type
from geo_merge.vietnam.provinces import PROVINCES, find_province
from geo_merge.vocabulary.sentence import sentence
from geo_merge.writing.files import whole_file, whole_files

PUBLISHED = Repository(
    "thanglequoc/vietnamese-provinces-database",
    "cd58063299585146ded3981f2272946ef19ced54",
    "json/geojson",
)
ATTRIBUTION = (
    f"github.com/{PUBLISHED.name} (MIT), commit {PUBLISHED.commit[:8]}, after the official map"
)
_METRES = 3405  # VN-2000 / UTM 48N, for tessellating


@dataclass(frozen=True)
class Province:
    """One of the 34 provinces, and the files with its units."""

    code: str
    slug: str
    name: str
    registry: dict[str, str]


def provinces() -> list[Province]:
    """Return the 34 provinces in the order of their codes."""
    names = {code: name for _, _, code, name in PROVINCES}
    text = files("geo_merge.vietnam").joinpath("official_boundaries.txt").read_text("utf-8")
    registry: dict[str, dict[str, str]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            path, digest = line.split()
            registry.setdefault(path.split("/")[0], {})[path] = digest
    return [
        Province(folder[:2], folder[3:], names[folder[:2]], paths)
        for folder, paths in sorted(registry.items())
    ]


def find_boundaries(text: str) -> Province:
    """Return the boundaries of the province that a code or name means; see `find_province`."""
    code = find_province(text).code
    return next(province for province in provinces() if province.code == code)


def fetch_province(
    province: Province,
    target: Path,
    *,
    mirror: str | None = None,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Path:
    """Fetch the units of a province and write them as a GeoPackage in WGS 84.

    Parameters
    ----------
    province
        See `find_boundaries`.
    target
        The GeoPackage.
    mirror
        A folder or address with a copy of the repository, or of its folder ``json/geojson``.
    cache
        Where fetched files are kept; a folder of the user's cache by default.
    progress
        Called with how far the work is.

    Raises
    ------
    FetchError
        If a file cannot be had, or is not the published one.
    """
    say = progress or (lambda _: None)

    def count(n: int, of: int) -> None:
        say(sentence("progress.fetching", province=province.name, n=n, all=of))

    paths = fetch_files(PUBLISHED, province.registry, mirror=mirror, cache=cache, count=count)
    frame = read_boundaries(paths)
    with whole_file(target) as temporary:
        frame.to_file(temporary, layer="units", driver="GPKG")
    return target


def read_boundaries(paths: Sequence[Path]) -> gpd.GeoDataFrame:
    """Read GeoJSON files of one unit each: ``code, name, unit_type, area_km2``, WGS 84."""
    rows, shapes = [], []
    for path in paths:
        feature = orjson.loads(path.read_bytes())["features"][0]
        properties = feature["properties"]
        rows.append(
            {
                "code": properties["code"],
                "name": properties["name"],
                "unit_type": split_type(properties["fullName"])[0],
                "area_km2": float(properties["areaKm2"]),
                "source": ATTRIBUTION,
            }
        )
        shapes.append(shapely.from_geojson(orjson.dumps(feature["geometry"])))
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=4326)


def write_before(province: Province, boundaries: Path) -> list[Path]:
    """Write an approximate layer of the communes before the merger, and its crosswalk.

    Each new unit is divided among the positions of the communes that it was made of, so that the
    outlines of the new units are the official ones and the lines inside them are not. A commune
    that was divided is there once for each of its parts.

    Returns
    -------
    list of pathlib.Path
        A GeoPackage and a CSV beside `boundaries`.
    """
    official = gpd.read_file(boundaries).set_index("code")
    frame, table = approximate_before(official, gazetteer.crosswalk(province.code))
    layer = boundaries.with_name(f"{boundaries.stem}_before.gpkg")
    rows = boundaries.with_name(f"{boundaries.stem}_crosswalk.csv")
    with whole_files(layer, rows) as (units, crosswalk):
        frame.to_file(units, layer="communes", driver="GPKG")
        table.to_csv(crosswalk, index=False, lineterminator="\n")
    return [layer, rows]


def approximate_before(
    official: gpd.GeoDataFrame, table: pd.DataFrame
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Divide new units among the positions of their members; see `write_before`."""
    places = gazetteer.old_communes().set_index("code")
    xy = gpd.GeoSeries(
        gpd.points_from_xy(places["lon"], places["lat"]), index=places.index, crs=4326
    ).to_crs(_METRES)
    shapes = official.geometry.to_crs(_METRES)
    has_place = table["old_code"] != ""
    known = table[table["new_code"].isin(official.index) & has_place].reset_index(drop=True)
    polygons: Geometries = np.empty(len(known), dtype=object)
    for code, group in known.groupby("new_code"):
        within = shapes[code]
        points = shapely.get_coordinates(np.asarray(xy[group["old_code"]].values))
        polygons[group.index] = tessellate(mend_positions(points, within)[0], within)
    polygons = noded(polygons)
    divided = known["old_code"].duplicated(keep=False)
    known["old_code"] = known["old_code"].where(
        ~divided, known["old_code"] + "/" + known["new_code"]
    )
    fields = {"old_code": "code", "old_name": "name", "old_type": "unit_type",
              "old_district_code": "district_code", "old_district": "district",
              "old_province_code": "province_code", "old_province": "province"}  # fmt: skip
    frame = gpd.GeoDataFrame(
        known[list(fields)].rename(columns=fields), geometry=polygons, crs=_METRES
    )
    frame["schematic"] = 1
    return frame, known
