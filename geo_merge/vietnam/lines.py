"""Lines of communes of about 2010, carried to June 2025 where names and lineage close.

Each province of then is a KMZ file of the repository puleeno/diagioihanhchinh, with the name of
each commune and of its district. A commune of June 2025 has the line of the one that had its name
there; what merged before 2025 needs a lineage. A province closes if every commune has a line and
every line a commune; else what is missing is said, and nothing is written of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_merge.errors import LayerError
from geo_merge.geometry.rings import without_z
from geo_merge.geometry.validity import made_valid
from geo_merge.reading.sources import open_layer
from geo_merge.system.progress import Progress
from geo_merge.vietnam import gazetteer
from geo_merge.vietnam.fetching import Repository, fetch_files
from geo_merge.vietnam.names import bare_key, name_key, plain
from geo_merge.vietnam.provinces import PROVINCES
from geo_merge.vocabulary.codes import clean_code, clean_text
from geo_merge.vocabulary.sentence import Sentence, and_more, sentence
from geo_merge.writing.files import whole_files

REPOSITORY = Repository(
    "puleeno/diagioihanhchinh", "d5a354fe48f1810b77c08b0e7aba16b2ae0add14", "data/kml"
)
ATTRIBUTION = f"github.com/{REPOSITORY.name} (MIT), commit {REPOSITORY.commit[:7]}, of about 2010"
# KML says WGS 84, and the files have the degrees of VN-2000: a shift of 193 m is left without.
CRS = 4756
_METRES = 3405  # VN-2000 / UTM 48N
_SNAP = 0.001  # metres, by which neighbours may miss each other
# Degrees by which the position of a commune may lie outside the box of its line.
_NEAR = 0.02
_NAMED = 10
_NAME, _DISTRICT = "Name", "Quan"
LINEAGE = ("district", "name", "code")


@dataclass(frozen=True)
class Source:
    """The file of a province of before June 2025."""

    code: str
    name: str
    path: str
    digest: str


@dataclass(frozen=True)
class Carried:
    """Lines brought to communes of June 2025.

    Attributes
    ----------
    lines
        As in the file: ``name, district``, and the ``code`` of the commune, blank for none.
    missing
        Communes of June 2025 without a line.
    """

    lines: gpd.GeoDataFrame
    missing: pd.DataFrame

    @property
    def left(self) -> pd.DataFrame:
        """Lines without a commune of June 2025."""
        return pd.DataFrame(self.lines[self.lines["code"] == ""])

    @property
    def closes(self) -> bool:
        """Whether every commune has a line and every line a commune."""
        return self.missing.empty and self.left.empty

    def told(self, province: str) -> Sentence:
        """Return what is there, or what is missing."""
        n = self.lines["code"].nunique() - (not self.left.empty) + len(self.missing)
        if self.closes:
            return sentence("fetch.lines", province=province, n=n, source=ATTRIBUTION)
        return sentence(
            "fetch.lines_open", province=province, n=n, missing=len(self.missing),
            communes=_listed(self.missing), left=len(self.left), lines=_listed(self.left),
            table=f"TABLE ({', '.join(LINEAGE)})",
        )  # fmt: skip


@cache
def sources() -> dict[str, Source]:
    """Return the file of each of the 63 provinces by its code."""
    names = {code: name for code, name, _, _ in PROVINCES}
    text = files("geo_merge.vietnam").joinpath("lines_2010.txt").read_text("utf-8")
    rows = [line.split(" ", 2) for line in text.splitlines() if line and not line.startswith("#")]
    return {code: Source(code, names[code], path, digest) for code, digest, path in rows}


def sources_of(province: str) -> list[Source]:
    """Return the files of the old provinces that became part of a new one, by its code."""
    return [sources()[old] for old, _, new, _ in PROVINCES if new == province]


def fetch_source(source: Source, *, mirror: str | None = None, cache: Path | None = None) -> Path:
    """Fetch the lines of an old province; see `fetch_files`.

    Raises
    ------
    FetchError
        If the file cannot be had, or is not the published one.
    """
    (path,) = fetch_files(REPOSITORY, {source.path: source.digest}, mirror=mirror, cache=cache)
    return path


def read_lines(path: Path) -> gpd.GeoDataFrame:
    """Read the file of a province: ``name, district`` and polygons in VN-2000.

    Raises
    ------
    LayerError
        If it is no such file.
    """
    frame = open_layer(path).frame
    if not {_NAME, _DISTRICT} <= set(frame):
        raise LayerError(sentence("F07.none", source=path.name))
    shapes = without_z(np.asarray(frame.geometry.values))
    columns = {"name": frame[_NAME], "district": frame[_DISTRICT]}
    texts = {k: [clean_text(str(v)) for v in column] for k, column in columns.items()}
    return gpd.GeoDataFrame(texts, geometry=shapes, crs=CRS)


def carry(
    lines: gpd.GeoDataFrame, communes: pd.DataFrame, lineage: pd.DataFrame | None = None
) -> Carried:
    """Bring lines to communes: by the lineage, then by district and name, then by name alone.

    Parameters
    ----------
    lines
        See `read_lines`.
    communes
        Those of June 2025; see `gazetteer.old_communes`.
    lineage
        What became of communes of then: ``district, name, code`` of June 2025.
    """
    codes, taken = [""] * len(lines), set[str]()
    if lineage is not None:
        known = {_place(r): clean_code(str(r.code)) for r in lineage.itertuples()}
        there = set(communes["code"])
        codes = [code if (code := known.get(_place(row), "")) in there else ""
                 for row in lines.itertuples()]  # fmt: skip
    inside = _inside(lines, communes)
    for keys in (_full, _bare, _plain, _alone):
        for k, code in _matches(keys(lines), keys(communes), communes["code"].tolist()):
            if not codes[k] and code not in taken and inside(k, code):
                codes[k] = code
                taken.add(code)
    missing = communes[~communes["code"].isin(codes)]
    return Carried(lines.assign(code=codes), missing)


def _matches(
    ours: list[Hashable], theirs: list[Hashable], codes: list[str]
) -> Iterator[tuple[int, str]]:
    """Yield the lines and communes of one key, where it is that of no other on its side."""
    times, once = Counter(ours), Counter(theirs)
    by_key = {key: code for key, code in zip(theirs, codes, strict=True) if once[key] == 1}
    for k, key in enumerate(ours):
        if times[key] == 1 and key in by_key:
            yield k, by_key[key]


def _inside(lines: gpd.GeoDataFrame, communes: pd.DataFrame) -> Callable[[int, str], bool]:
    """Return what tells whether the position of a commune lies in the box of a line."""
    boxes = lines.geometry.bounds.to_numpy()
    at = dict(zip(communes["code"], communes[["lon", "lat"]].to_numpy(float), strict=True))

    def inside(k: int, code: str) -> bool:
        (west, south, east, north), (lon, lat) = boxes[k], at[code]
        return bool(west - _NEAR <= lon <= east + _NEAR and south - _NEAR <= lat <= north + _NEAR)

    return inside


def _full(frame: pd.DataFrame) -> list[Hashable]:
    types = frame["unit_type"] if "unit_type" in frame else [""] * len(frame)
    rows = zip(frame["district"], types, frame["name"], strict=True)
    return [(bare_key(place), name_key(f"{kind} {name}".strip())) for place, kind, name in rows]


def _bare(frame: pd.DataFrame) -> list[Hashable]:
    rows = zip(frame["district"], frame["name"], strict=True)
    return [(bare_key(place), bare_key(name)) for place, name in rows]


def _plain(frame: pd.DataFrame) -> list[Hashable]:
    """Names of minorities are spelt in many ways: ``Buôn Choáh``, ``Buôn Choah``."""
    rows = zip(frame["district"], frame["name"], strict=True)
    return [(plain(bare_key(place)), plain(bare_key(name))) for place, name in rows]


def _alone(frame: pd.DataFrame) -> list[Hashable]:
    return [bare_key(name) for name in frame["name"]]


def _place(row: object) -> tuple[str, str]:
    return bare_key(str(row.district)), name_key(str(row.name))  # type: ignore[attr-defined]


def write_closing(
    province: str, target: Path, *, mirror: str | None = None, cache: Path | None = None,
    lineage: pd.DataFrame | None = None, say: Progress = lambda _: None,
) -> list[Path]:  # fmt: skip
    """Write lines and crosswalk of each old province of a new one that closes, beside a file.

    What does not close, or cannot be had, is said.

    Parameters
    ----------
    province
        Code of the new province.
    target
        The file that others stand beside: ``NAME.gpkg`` gets ``NAME_67_lines.gpkg`` and
        ``NAME_67_crosswalk.csv`` for the old province 67.
    mirror, cache
        See `fetch_files`.
    lineage
        See `carry`.
    say
        Called with what is said of each old province.

    Raises
    ------
    FetchError
        If a file cannot be had, or is not the published one.
    """
    communes, rows = gazetteer.old_communes(), gazetteer.crosswalk(province)
    written: list[Path] = []
    for source in sources_of(province):
        lines = read_lines(fetch_source(source, mirror=mirror, cache=cache))
        ours = communes[communes["province_code"] == source.code].reset_index(drop=True)
        carried = carry(lines, ours, lineage)
        say(carried.told(source.name))
        if carried.closes:
            written += _write(carried, ours, rows, target, source.code)
    return written


def _write(
    carried: Carried, communes: pd.DataFrame, rows: pd.DataFrame, target: Path, province: str
) -> list[Path]:
    layer = target.with_name(f"{target.stem}_{province}_lines.gpkg")
    table = target.with_name(f"{target.stem}_{province}_crosswalk.csv")
    with whole_files(layer, table) as (units, crosswalk):
        communes_of(carried, communes).to_file(units, layer="communes", driver="GPKG")
        rows[rows["old_province_code"] == province].to_csv(
            crosswalk, index=False, lineterminator="\n"
        )
    return [layer, table]


def communes_of(carried: Carried, communes: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return communes of June 2025 made of the lines, which share their edges; in metres."""
    lines = carried.lines.to_crs(_METRES)
    shapes = made_valid(np.asarray(lines.geometry.values))
    lines = lines.set_geometry(gpd.GeoSeries(
        shapely.coverage_clean(shapes, snapping_distance=_SNAP), index=lines.index, crs=_METRES
    ))  # fmt: skip
    merged = lines.dissolve("code", method="coverage")[["geometry"]]
    fields = ["code", "name", "unit_type", "district_code", "district", "province_code", "province"]
    attributes = communes.set_index("code", drop=False)[fields]
    frame = gpd.GeoDataFrame(attributes.join(merged, how="inner"), crs=_METRES)
    return frame.reset_index(drop=True).assign(approx=1, source=ATTRIBUTION)


def _listed(units: pd.DataFrame) -> Sentence | str:
    told = [f"{name} ({district})"
            for name, district in zip(units["name"], units["district"], strict=True)]  # fmt: skip
    if not told:
        return ""
    listed = and_more("; ".join(told[:_NAMED]), len(told) - _NAMED)
    return sentence("fetch.named", told=listed)
