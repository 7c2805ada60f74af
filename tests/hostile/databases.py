"""GeoPackages, GeoParquet, FlatGeobuf and file geodatabases that mean harm."""

from __future__ import annotations

import io
import json
import sqlite3
import struct
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from hostile.files import READ, SIZES, frame, hostile, many, packed, parts
from shapely.affinity import translate

_ENDLESS = "with recursive r(n) as (select 1 union all select n + 1 from r) select "
Change = Callable[[sqlite3.Connection], None]


def geopackage(name: str, ends: str) -> Callable[[Change], Change]:
    """Register a GeoPackage in which something was changed."""

    def add(change: Change) -> Change:
        def make(path: Path) -> None:
            path.write_bytes(parts("gpkg")["gpkg"])
            with closing(sqlite3.connect(path)) as db:
                triggers = db.execute("select name from sqlite_master where type = 'trigger'")
                for (trigger,) in triggers.fetchall():
                    db.execute(f'drop trigger "{trigger}"')
                change(db)
                db.commit()

        hostile(name, ends)(make)
        return change

    return add


def _sql(*statements: str) -> Change:
    return lambda db: [db.execute(statement) for statement in statements] and None  # type: ignore[func-returns-value]


def _as_view(table: str) -> Change:
    def change(db: sqlite3.Connection) -> None:
        columns = [row[1] for row in db.execute(f"pragma table_info({table})")]
        db.execute(f"alter table {table} rename to kept")
        kept = ", ".join(f"kept.{column}" for column in columns)
        db.execute(f"create view {table} as {_ENDLESS} {kept} from kept, r")

    return change


def _blob(wkb: bytes) -> Change:
    data = b"GP\0\x01" + struct.pack("<i", 9214) + wkb
    return lambda db: db.execute("update a set geom = ? where rowid = 1", (data,)) and None  # type: ignore[func-returns-value]


for _table in ("gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys", "gpkg_extensions",
               "gpkg_ogr_contents"):  # fmt: skip
    geopackage(f"gpkg_endless_{_table[5:]}.gpkg", "S04")(_as_view(_table))
_TEXT = "alter table a add column evil text"
_SRS = "update gpkg_spatial_ref_sys set definition = '{}' where srs_id = 9214"
GPKG = {
    "gpkg_endless_layer.gpkg": ("S04", _as_view("a")),
    "gpkg_endless_beside.gpkg": (READ, _sql(f"create view other as {_ENDLESS} * from a, r")),
    "gpkg_view_beside.gpkg": (READ, _sql("create view other as select * from a")),
    "gpkg_trigger.gpkg": (READ, _sql("create trigger t after insert on a begin select load_extension('x'); end")),
    "gpkg_computed_2gb.gpkg": ("S04", _sql(f"{_TEXT} generated always as (hex(zeroblob(900000000)))")),
    "gpkg_computed_60mb.gpkg": ("S04", _sql(f"{_TEXT} generated always as (printf('%.*c', 60000000, 'x'))")),
    "gpkg_default.gpkg": ("S02", _sql(f"{_TEXT} default '{'x' * many(3_000_000, 60_000_000)}'")),
    "gpkg_fields.gpkg": ("S05", lambda db: [db.execute(f"alter table a add column c{k} text") for k in range(min(int(SIZES.fields), 1_900) + 50)] and None) if SIZES.fields < 2_000 else ("S05", _sql("alter table a add column c text")),
    "gpkg_layers.gpkg": ("S05", lambda db: db.executemany("insert into gpkg_contents (table_name, data_type, identifier, srs_id) values (?, 'features', ?, 9214)", [(f"t{k}", f"t{k}") for k in range(int(SIZES.layers) + 1)]) and None),
    "gpkg_sql_in_name.gpkg": (READ, _sql("""alter table a rename to "a""; drop table x; --" """, """update gpkg_contents set table_name = 'a"; drop table x; --'""", """update gpkg_geometry_columns set table_name = 'a"; drop table x; --'""")),
    "gpkg_count_lies.gpkg": (READ, _sql("update gpkg_ogr_contents set feature_count = 3")),
    "gpkg_short_blob.gpkg": ("F03 G01", _sql("update a set geom = x'47500003' where rowid = 1")),
    "gpkg_rings_4g.gpkg": ("F03 G01", _blob(struct.pack("<BII", 1, 3, 0xFFFFFFFF))),
    "gpkg_points_4g.gpkg": ("F03 G01", _blob(struct.pack("<BIII", 1, 3, 1, 0xFFFFFFFF))),
    "gpkg_deep_collection.gpkg": ("F03 G01", _blob(struct.pack("<BII", 1, 7, 1) * many(20_000, 2_000_000) + struct.pack("<BII", 1, 7, 0))),
    "gpkg_crs_file.gpkg": ("R01", _sql(_SRS.format("/etc/passwd"))),
    "gpkg_crs_grids.gpkg": ("R01", _sql(_SRS.format("+proj=longlat +nadgrids=/etc/passwd"))),
    "gpkg_crs_noise.gpkg": ("R01 F03", _sql(_SRS.format("PROJCS[" * many(10_000, 1_000_000)), "update gpkg_spatial_ref_sys set organization = 'NONE', organization_coordsys_id = -7 where srs_id = 9214")),
    "gpkg_infinite.gpkg": ("G02 R02 G04 F03 G01", _blob(struct.pack("<BIII8d", 1, 3, 1, 4, 0, 0, float("inf"), 0, 1, 1, 0, 0))),
}  # fmt: skip
if SIZES.fields >= 2_000:  # SQLite has no room for so many
    del GPKG["gpkg_fields.gpkg"]
for _name, (_ends, _change) in GPKG.items():
    geopackage(_name, _ends)(_change)


def _copies(path: Path, count: int) -> None:
    """Add copies of the first unit."""
    path.write_bytes(parts("gpkg")["gpkg"])
    with closing(sqlite3.connect(path)) as db:
        triggers = db.execute("select name from sqlite_master where type = 'trigger'").fetchall()
        for (trigger,) in triggers:
            db.execute(f'drop trigger "{trigger}"')
        db.executemany("insert into a (geom, code, name) select geom, ?, ? from a where rowid = 1",
                       [(f"{k:05d}", "x" * 900) for k in range(10_000, 10_000 + count)])  # fmt: skip
        db.commit()


hostile("gpkg_one_place.gpkg", "C04")(lambda path: _copies(path, many(1_900, 20_000)))


def _nearly_copies(path: Path, count: int) -> None:
    """Write squares of one code, each a metre beside the last: they have more crossings than edges."""
    units = frame().iloc[np.zeros(count, dtype=int)].reset_index(drop=True)
    shapes = [translate(g, k, k) for k, g in enumerate(units.geometry)]
    units = units.set_geometry(gpd.GeoSeries(shapes, crs=units.crs))
    units.to_file(path, layer="a")


hostile("gpkg_nearly_one_place.gpkg", "C04")(lambda path: _nearly_copies(path, many(300, 4_000)))
hostile("gpkg_one_value_300.gpkg", "C04")(lambda path: _nearly_copies(path, 300))
hostile("gpkg_one_value_190.gpkg", "K03")(lambda path: _nearly_copies(path, 190))


@hostile("gpkg_rows_without_end.gpkg", "S02 S05 F03")
def _endless_pages(path: Path) -> None:
    """Pages of the layer's tree that name one page again and again: millions of rows."""
    _copies(path, 4_000)
    with closing(sqlite3.connect(path)) as db:
        root = db.execute("select rootpage from sqlite_master where name = 'a'").fetchone()[0]
        size = db.execute("pragma page_size").fetchone()[0]
    data = bytearray(path.read_bytes())

    def children(page: int) -> list[int]:
        """Return where the numbers of the pages below one stand."""
        at = (page - 1) * size
        count = struct.unpack(">H", data[at + 3 : at + 5])[0]
        cells = struct.unpack(f">{count}H", data[at + 12 : at + 12 + 2 * count])
        return [at + cell for cell in cells]

    first, second = (struct.unpack(">I", data[k : k + 4])[0] for k in children(root)[:2])
    for place in children(first):
        data[place : place + 4] = struct.pack(">I", second)
    path.write_bytes(data)


@geopackage("gpkg_cycle.gpkg", "F03 F04")
def _cycle(db: sqlite3.Connection) -> None:
    db.execute("pragma writable_schema = on")
    db.execute("update sqlite_master set rootpage = 1 where name = 'a'")


def parquet(name: str, ends: str, about: Callable[[dict[str, Any]], Any], **more: bytes) -> None:
    """Register a GeoParquet file with other metadata."""

    def make(path: Path) -> None:
        table = pq.read_table(io.BytesIO(parts("parquet")["parquet"]))
        geo = json.loads(table.schema.metadata[b"geo"])
        geo = about(geo) or geo
        said = {**table.schema.metadata, b"geo": json.dumps(geo).encode(),
                **{k.encode(): v for k, v in more.items()}}  # fmt: skip
        pq.write_table(table.replace_schema_metadata(said), path)

    hostile(name, ends)(make)


def _column(**values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda geo: geo["columns"]["geometry"].update(values)


PARQUET = {
    "parquet_ok": (READ, _column()),
    "parquet_crs_init": ("R01", _column(crs="+init=/etc/passwd:root")),
    "parquet_crs_grids": ("R01", _column(crs="+proj=longlat +nadgrids=/etc/passwd +no_defs")),
    "parquet_crs_file": ("R01", _column(crs="/etc/passwd")),
    "parquet_crs_nonsense": ("R01", _column(crs="nonsense")),
    "parquet_crs_list": ("R01", _column(crs=[1, 2])),
    "parquet_crs_number": ("R01", _column(crs=1e308)),
    "parquet_crs_deep": ("R01", _column(crs={"type": "GeographicCRS", "name": "x" * 99_999})),
    "parquet_bbox_text": ("F03", _column(bbox="x")),
    "parquet_bbox_short": ("F03", _column(bbox=[1])),
    "parquet_bbox_texts": ("F03", _column(bbox=["a", "b", "c", "d"])),
    "parquet_bbox_inf": (READ, _column(bbox=[float("inf")] * 4)),
    "parquet_encoding": ("F03 F01", _column(encoding="geoarrow.polygon")),
    "parquet_columns_list": ("F01", lambda geo: geo.update(columns=[])),
    "parquet_column_text": ("F01", lambda geo: geo.update(columns={"geometry": "x"})),
    "parquet_no_primary": ("F01", lambda geo: geo.update(primary_column="nope")),
    "parquet_primary_number": ("F01", lambda geo: geo.update(primary_column=7)),
    "parquet_primary_text": ("F01 F03", lambda geo: geo.update(primary_column="code", columns={"code": geo["columns"]["geometry"]})),
    "parquet_version": (READ, lambda geo: geo.update(version=["x"])),
    "parquet_list": ("F01", lambda _: [1]),
}  # fmt: skip
for _name, (_ends, _about) in PARQUET.items():
    parquet(f"{_name}.parquet", _ends, _about)
parquet("parquet_pandas_code.parquet", "F03", _column(),
        pandas=b'{"index_columns":["__import__(\'os\')"],"columns":[],"column_indexes":[]}')  # fmt: skip
parquet("parquet_pandas_deep.parquet", "F03", _column(), pandas=b"[" * 100_000)


def _dictionary(path: Path, rows: int, characters: int, **options: Any) -> None:
    """Write one long text and its number, once for each row."""
    geo = pq.read_schema(io.BytesIO(parts("parquet")["parquet"])).metadata[b"geo"]
    first = pa.array([0] * rows, pa.int32())
    text = pa.DictionaryArray.from_arrays(first, pa.array(["x" * characters]))
    shape = pa.DictionaryArray.from_arrays(first, pa.array([frame().geometry.iloc[0].wkb]))
    table = pa.table({"code": [f"{k:05d}" for k in range(rows)], "name": text, "geometry": shape})
    with pq.ParquetWriter(path, table.schema, store_schema=False, **options) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({"geo": geo.decode()})


_ROWS = int(SIZES.features) - 1
hostile("parquet_dictionary_1gb.parquet", "S02 S05")(
    lambda path: _dictionary(path, _ROWS, many(10_000, 20_000), use_dictionary=["name", "geometry"])
)
hostile("parquet_dictionary_20gb.parquet", "S02 S05 S06")(
    lambda path: _dictionary(
        path, _ROWS, many(50_000, 400_000), use_dictionary=["name", "geometry"]
    )
)
hostile("parquet_prefixes.parquet", "S02 S05 S06")(
    lambda path: _dictionary(
        path, many(1_000, 10_000), many(20_000, 100_000), use_dictionary=False, compression="zstd",
        column_encoding={"name": "DELTA_BYTE_ARRAY", "code": "PLAIN", "geometry": "PLAIN"},
    )
)  # fmt: skip


def _days(path: Path, days: pa.Array) -> None:
    """Write the units with days that no calendar has."""
    made = pq.read_table(io.BytesIO(parts("parquet")["parquet"]))
    pq.write_table(made.append_column("day", days), path)


hostile("parquet_days.parquet", "F03")(
    lambda path: _days(path, pa.array([2**31 - 1] * 12, pa.date32()))
)
hostile("parquet_times.parquet", READ)(
    lambda path: _days(path, pa.array([2**62] * 12, pa.timestamp("us")))
)
hostile("parquet_times_with_zone.parquet", "F03")(
    lambda path: _days(path, pa.array([-(2**62)] * 12, pa.timestamp("ms", "Asia/Ho_Chi_Minh")))
)
hostile("parquet_durations.parquet", READ)(
    lambda path: _days(path, pa.array([2**62] * 12, pa.duration("s")))
)


@hostile("parquet_page.parquet", "S02 S05 S06")
def _page(path: Path) -> None:
    """One text as long as a page may be, packed to some kilobytes."""
    table = pa.table({"code": ["1"], "name": ["x" * many(30_000_000, 400_000_000)],
                      "geometry": [frame().geometry.iloc[0].wkb]})  # fmt: skip
    geo = pq.read_schema(io.BytesIO(parts("parquet")["parquet"])).metadata[b"geo"]
    pq.write_table(table.replace_schema_metadata({b"geo": geo}), path, compression="zstd")


def _changed(kind: str, at: int, data: bytes) -> Callable[[Path], None]:
    whole = parts(kind)[kind]
    at = at if at >= 0 else len(whole) + at
    return lambda path: path.write_bytes(whole[:at] + data + whole[at + len(data) :]) and None  # type: ignore[func-returns-value]


hostile("fgb_header_4g.fgb", "F03")(_changed("fgb", 8, b"\xff" * 4))
hostile("fgb_cut.fgb", "F03 F04")(
    lambda path: path.write_bytes(parts("fgb")["fgb"][:-100]) and None
)  # type: ignore[func-returns-value]
hostile("parquet_footer_4g.parquet", "F03 F01")(_changed("parquet", -8, b"\xff" * 4))


@hostile("gdb_tables_cut.gdb", "F03 F07 F01 G03 F04 K01")
def _geodatabase(path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "a.gdb"
        gpd.GeoDataFrame(frame()).to_file(whole, driver="OpenFileGDB")
        path.mkdir()
        for file in whole.iterdir():
            data = file.read_bytes()
            cut = file.suffix == ".gdbtable" and file.stem >= "a00000009"
            (path / file.name).write_bytes(data[:-40] + b"\xff" * 40 if cut else data)


@hostile("ods_named_xlsx.xlsx", "F01")
def _ods(path: Path) -> None:
    path.write_bytes(packed(mimetype=b"application/vnd.oasis.opendocument.spreadsheet", **{
        "content.xml": b'<t:table-row t:number-rows-repeated="1048576"/>'}))  # fmt: skip


@hostile("table.ods", "workbooks of this kind \\(\\.ods\\) are not read")
def _plain_ods(path: Path) -> None:
    _ods(path)
