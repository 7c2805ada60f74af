"""Random layers and tables, sound or odd or damaged, and what is done with them: all by a seed.

``python tests/fuzzing.py SEED COUNT`` goes through so many seeds and tells of each failure.
"""

from __future__ import annotations

import csv
import json
import random
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import shapely

from geo_merge import merge, read_crosswalk, read_units, validate, write
from geo_merge.api import read_table
from geo_merge.errors import GeoMergeError
from geo_merge.jobs.convert import Reading, convert
from geo_merge.jobs.dissolve import dissolve
from geo_merge.jobs.findings import write_findings
from geo_merge.results.files import FORMATS, load_result, write_formats

NAMES = [
    "code", "CODE", "Code", "name", "NAME", "fid", "FID", "Fid", "geom", "geometry", "GEOMETRY",
    "ogc_fid", "id", "ID", "rowid", "member_count", "members", "area_km2", "area_km2_source",
    "population", "Population", "density", "method", "pieces", "is_piece", "source_file", "new_code",
    "NEW_CODE", "code_source", "source_row", "unit_type", "index", "level_0", "a,b", 'a"b', "a;b",
    "Tên xã", "x" * 64, "=1+1", "select", "bbox", "type", "properties", "schematic", "district_code",
    "Ma\u0303", "a b", "1", "_", "ngày",
]  # fmt: skip
TEXTS = [
    "", " ", "\u00a0", "NULL", "nan", "-", "Xã A", "Xa\u0303 A", "=1+1", "a\nb", "2025-07-01",
    "2025/07/01", "2025-07-01T08:30:00Z", "08:30:00", "1", "01", "1.0", "1e5", "true", "{}", "[1]",
    '{"a": 1}', "x" * 400, "\u202egnp", "😀", "a\tb", "\u200b", "<b>", "a;b", "3.137", "7.2E+03",
]  # fmt: skip
NUMBERS = [0, 1, -1, 7204, 2**31, 2**53 + 1, 2**63 - 1, -9999, 0.1, 1.0, -0.0, 1e300, 1e-300, 12.75]
NOT_NUMBERS = [float("nan"), float("inf"), float("-inf")]
BIG = [2**63, 2**64, 10**30]
NESTED: list[Any] = [[], [1, 2], ["a", None], [[1], []], {}, {"a": 1}, {"a": [1, {"b": None}]}]


def column(rng: random.Random, n: int, *, nested: bool) -> list[Any]:
    """Values of one kind, or of several, some of them blank."""
    pools: list[list[Any]] = [TEXTS, NUMBERS, [1, 2, 3], [True, False], [None], ["a", "b"], [7204]]
    if nested:
        pools += [NESTED, BIG, [date(2025, 7, 1)], [datetime(2025, 7, 1, 8, tzinfo=UTC)],
                  [Decimal("1.10")], [b"\x00\xff"], NOT_NUMBERS]  # fmt: skip
    pool = [v for chosen in rng.sample(pools, rng.choice([1, 1, 1, 2, 3])) for v in chosen]
    blank = rng.choice([0.0, 0.0, 0.3])
    return [None if rng.random() < blank else rng.choice(pool) for _ in range(n)]


def layer(rng: random.Random, *, nested: bool) -> tuple[dict[str, list[Any]], list[Any]]:
    """Attributes and squares of 1 km², some in the place of another, empty or missing."""
    n = rng.randint(1, 6)
    columns = {"MaXa": [f"{k:05d}" for k in range(1, n + 1)], "TenXa": [f"Xã {k}" for k in range(n)],
               "LoaiXa": ["Xã"] * n}  # fmt: skip
    if rng.random() < 0.3:
        columns["MaXa"] = [rng.choice(["1", 1, "00001", 2, "2", None, 3.0]) for _ in range(n)]  # type: ignore[misc]
    if rng.random() < 0.5:
        columns["DanSo"] = column(rng, n, nested=nested)
    for name in rng.sample(NAMES, rng.randint(0, 6)):
        columns[name] = column(rng, n, nested=nested)
    shapes: list[Any] = [
        shapely.box(106 + k / 100, 21, 106 + (k + 1) / 100, 21.01) for k in range(n)
    ]
    odd = [None, shapely.Point(106, 21), shapely.Polygon(), shapes[0],
           shapely.Polygon([(106, 21), (107, 22), (107, 21), (106, 22)]),
           shapely.MultiPolygon([shapes[0]]), shapely.LineString([(106, 21), (107, 21)]),
           shapely.GeometryCollection([shapes[0]]), shapely.force_3d(shapes[0], 5.0)]  # fmt: skip
    for k in range(n):
        if rng.random() < 0.1:
            shapes[k] = rng.choice(odd)
    return columns, shapes


def json_text(rng: random.Random, columns: dict[str, list[Any]], shapes: list[Any]) -> str:
    """GeoJSON with ids, missing properties and members of all kinds."""
    features = []
    for k, shape in enumerate(shapes):
        own = {n: v[k] for n, v in columns.items() if n in {"MaXa", "TenXa"} or rng.random() < 0.9}
        geometry = None if shape is None else json.loads(shapely.to_geojson(shape))
        feature: dict[str, Any] = {"type": "Feature", "properties": own, "geometry": geometry}
        if rng.random() < 0.2:
            feature["id"] = rng.choice(["a", 1, 1, 2.5, None, True, {"$oid": "x"}])
        if rng.random() < 0.02:
            feature["properties"] = rng.choice([None, [], 5])
        features.append(feature)
    content: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    if rng.random() < 0.1:
        content["crs"] = rng.choice(
            [None, 5, {}, {"type": "name"}, {"type": "name", "properties": {"name": "EPSG:4326"}},
             {"type": "name", "properties": {"name": "EPSG:99999"}},
             {"type": "name", "properties": None}, {"type": "EPSG", "properties": {"code": 4326}}]
        )  # fmt: skip
    return json.dumps(content, ensure_ascii=rng.random() < 0.5, default=str)


def write_layer(rng: random.Random, folder: Path) -> Path:
    """Write a layer in any format; what a writer refuses is written as GeoJSON."""
    kind = rng.choice(["geojson", "geojson", "gpkg", "shp", "fgb", "parquet"])
    columns, shapes = layer(rng, nested=kind in {"geojson", "parquet"})
    path = folder / f"layer.{kind}"
    if kind != "geojson":
        with warnings.catch_warnings(), suppress(Exception):
            warnings.simplefilter("ignore")
            frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)
            if kind == "parquet":
                frame.to_parquet(path)
            else:
                frame.to_file(path, **({"encoding": "UTF-8"} if kind == "shp" else {}))
            return path
    path = folder / "as_text.geojson"
    path.write_text(json_text(rng, columns, shapes), "utf-8", "surrogatepass")
    return path


def damage(rng: random.Random, path: Path) -> None:
    """Cut a file off, or change, repeat or take out some of its bytes."""
    data = bytearray(path.read_bytes())
    for _ in range(rng.randint(1, 4)):
        if not data:
            break
        at = rng.randrange(len(data))
        match rng.randrange(5):
            case 0:
                del data[at:]
            case 1:
                data[at] = rng.randrange(256)
            case 2:
                del data[at : at + rng.randint(1, 20)]
            case 3:
                data[at:at] = data[at : at + rng.randint(1, 200)]
            case _:
                data[at:at] = rng.choice([b"\0", b"{}", b'"', b"\xff\xfe", b"null", b"-1", b"[[["])
    path.write_bytes(data)


def write_table(rng: random.Random, folder: Path) -> Path:
    """Write a crosswalk of up to six units, some cells of it odd."""
    heads = ["old_code", "old_name", "new_code", "new_name", "new_type"]
    rows: list[list[Any]] = [
        [f"{k:05d}", f"Xã {k - 1}", f"N{k % 2}", f"Mới {k % 2}", "Xã"] for k in range(1, 7)
    ]
    for row in rows:
        for k in range(len(row)):
            if rng.random() < 0.05:
                row[k] = rng.choice([*TEXTS, *NUMBERS, None, True, datetime(2025, 9, 2)])  # noqa: DTZ001 - as Excel has it
    if rng.random() < 0.2:
        heads[rng.randrange(5)] = rng.choice(NAMES)
    rows = rows[: rng.randint(0, 6)] if rng.random() < 0.3 else rows
    if rng.random() < 0.5:
        path = folder / "table.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([heads, *rows])
        return path
    path = folder / "table.xlsx"
    book = openpyxl.Workbook()
    with suppress(Exception):  # what a workbook cannot hold
        for row in [heads, *rows]:
            book.worksheets[0].append(row)
    book.save(path)
    return path


def trial(seed: int, folder: Path) -> str:
    """Do something with something; return what, and with which end.

    Raises
    ------
    Exception
        Anything but a `GeoMergeError`, among it all warnings of libraries.
    """
    rng = random.Random(seed)  # noqa: S311 - the same again for each seed
    path, table = write_layer(rng, folder), write_table(rng, folder)
    whole = rng.random() < 0.6
    if not whole:
        damage(rng, rng.choice([path, path, table]))
    jobs: list[Callable[[], object]] = [
        partial(_convert, path, folder, whole=whole),
        partial(_dissolve, rng, path, folder),
        partial(_build, rng, path, table, folder),
        partial(_build, rng, path, table, folder),
        partial(_check, path),
        partial(read_table, table),
    ]
    job = rng.choice(jobs)
    told = f"{path.suffix} {getattr(job, 'func', job).__name__}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            job()
    except GeoMergeError as error:
        if not all(error.problems):
            raise
        return f"{told}: refused"
    return f"{told}: done"


def _convert(path: Path, folder: Path, *, whole: bool) -> None:
    written = convert(path, folder / "o.geojson", reading=Reading())
    content = json.loads((folder / "o.geojson").read_bytes())
    assert len(content["features"]) == written.read == written.written
    if whole and path.name == "as_text.geojson":
        read = json.loads(path.read_bytes())["features"]
        assert len(read) == written.read
        for one, other in zip(read, content["features"], strict=True):
            assert _finite(one["properties"] or {}) == other["properties"]
            assert one.get("id") == other.get("id")


def _finite(value: Any) -> Any:
    """What JSON can hold of a value: Python writes numbers that are none."""
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_finite(v) for v in value]
    return None if isinstance(value, float) and value - value != 0 else value


def _dissolve(rng: random.Random, path: Path, folder: Path) -> None:
    field = rng.choice(["MaXa", "LoaiXa", "DanSo", "id", *rng.sample(NAMES, 2)])
    written = dissolve(
        path, folder / "o.geojson", field, reading=Reading(), keep_agreeing=rng.random() < 0.5
    )
    write_findings(written.findings, written.crs, folder / f"f.{rng.choice(['csv', 'geojson'])}")


def _check(path: Path) -> None:
    validate(read_units(path))


def _build(rng: random.Random, path: Path, table: Path, folder: Path) -> None:
    units = read_units(path)
    if rng.random() < 0.7:  # a table that fits, so that more is reached
        codes = units.index[~units["is_piece"]]
        fits = {"old_code": codes, "new_code": "N1", "new_name": "Mới"}
        pd.DataFrame(fits).to_csv(folder / "fits.csv", index=False)
        table = folder / "fits.csv"
    result = merge(units, read_crosswalk(table))
    formats = rng.sample(FORMATS, 3)
    write(result, folder / "out", formats=formats, allow_errors=True, inputs=[path])
    write_formats(load_result(folder / "out"), folder / "again", rng.sample(FORMATS[1:], 2))


def main(first: int, count: int) -> None:
    """Go through seeds, and print those that fail."""
    ends: dict[str, int] = {}
    for seed in range(first, first + count):
        with tempfile.TemporaryDirectory() as folder:
            try:
                told = trial(seed, Path(folder))
            except Exception as error:  # noqa: BLE001 - all are told
                told = f"FAILED {type(error).__name__}"
                print(f"seed {seed}:")  # noqa: T201
                traceback.print_exc(limit=-9, file=sys.stdout)
            ends[told] = ends.get(told, 0) + 1
    print(*(f"{n:5} {told}" for told, n in sorted(ends.items())), sep="\n")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
