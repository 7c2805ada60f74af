"""What a GeoPackage is made of, looked at before GDAL runs it: plain tables, none without end.

A GeoPackage is a database, and a database can hold programs: views and columns that are computed
when they are read, some for ever. Its pages can also be shared, so that a small file gives rows
without end.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from geo_merge.errors import LayerError
from geo_merge.reading.crs_text import refuse_files
from geo_merge.reading.raw import refuse_larger
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import sentence

# Steps of SQLite's machine: ample for a look at every row of any honest file of a size.
_STEPS, _STEPS_PER_BYTE, _EVERY = 10**8, 10, 10**5
# Bytes that values may have beyond those of the file: what a text repeats that stands once.
_SLACK = 2**24
_COMPUTED = {2, 3}  # "hidden" in what SQLite says of a column (PRAGMA table_xinfo)
_AT_ONCE = 500  # columns of a query


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database to be read, for no longer than a file of its size can take."""
    uri = f"{path.resolve().as_uri()}?mode=ro"
    with contextlib.closing(sqlite3.connect(uri, uri=True)) as db:
        db.text_factory = lambda text: text.decode(errors="replace")
        db.execute("pragma trusted_schema = off")
        left = (_STEPS + _STEPS_PER_BYTE * path.stat().st_size) // _EVERY

        def stop() -> bool:
            nonlocal left
            left -= 1
            return left < 0

        db.set_progress_handler(stop, _EVERY)
        yield db


def check_schema(path: Path, name: str, sizes: Sizes) -> None:
    """Refuse what is no plain table, and CRSs of files.

    Raises
    ------
    LayerError
        S04 for views, virtual tables and computed columns, F03 if the database is damaged.
    """
    with opened(path) as db:
        try:
            kinds = db.execute("select lower(name), type, sql from sqlite_master").fetchall()
            _refuse_programs(name, kinds)
            most = min(path.stat().st_size, sizes.layers)
            tables = [
                str(table)
                for (table,) in db.execute(
                    "select table_name from gpkg_contents limit ?", (int(most) + 1,)
                )
            ]
            refuse_larger(name, "layers", len(tables), sizes.layers, "layers")
            plain = {table for table, kind, _ in kinds if kind == "table"}
            for table in tables:
                if table.lower() in plain:
                    _refuse_computed(db, name, table, sizes)
            systems = db.execute(
                "select definition from gpkg_spatial_ref_sys where srs_id in "
                "(select srs_id from gpkg_geometry_columns)"
            ).fetchall()
        except sqlite3.DatabaseError as error:
            raise damaged(name, error) from error
    _refuse_views(name, tables, kinds)
    for (definition,) in systems:
        refuse_files(str(definition), name)


def damaged(name: str, error: sqlite3.Error) -> LayerError:
    """Return the error for a database that SQLite cannot read, or not to its end."""
    if "interrupted" in str(error):
        return LayerError(sentence("F03.endless", name=name))
    return LayerError(sentence("F03.geopackage", name=name, reason=error))


def count_rows(path: Path, table: str, name: str) -> int:
    """Return the rows of a table.

    Raises
    ------
    LayerError
        S02 if its values are more than the file can hold, F03 if it has no end.
    """
    quoted = _quoted(table)
    held = path.stat().st_size
    log = path.with_name(f"{path.name}-wal")
    held += log.stat().st_size if log.is_file() else 0
    rows, total = 0, 0.0
    try:
        with opened(path) as db:
            columns = [str(c[1]) for c in db.execute(f"pragma table_xinfo({quoted})")]
            for k in range(0, len(columns), _AT_ONCE):
                lengths = ", ".join(
                    f"total(length({_quoted(c)}))" for c in columns[k : k + _AT_ONCE]
                )
                found = db.execute(f"select sum(1), {lengths} from {quoted}").fetchone()  # noqa: S608
                rows, total = int(found[0] or 0), total + sum(found[1:])
    except sqlite3.DatabaseError as error:
        raise damaged(name, error) from error
    if total > 2 * held + _SLACK:
        raise LayerError(sentence("S02.geopackage", name=name, held=held, total=total))
    return rows


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _refuse_programs(name: str, kinds: list[tuple[str, str, str]]) -> None:
    """Refuse views and virtual tables in the place of what a GeoPackage says of itself."""
    for table, kind, sql in kinds:
        if table.startswith("gpkg_") and _is_program(kind, sql):
            raise LayerError(sentence("S04.own_list", name=name, table=table))


def _is_program(kind: str, sql: str) -> bool:
    virtual = "virtual" in str(sql).split("(", maxsplit=1)[0].lower().split()
    return kind == "view" or (kind == "table" and virtual)


def _refuse_views(name: str, tables: list[str], kinds: list[tuple[str, str, str]]) -> None:
    programs = {table for table, kind, sql in kinds if _is_program(kind, sql)}
    for table in tables:
        if table.lower() in programs:
            raise LayerError(sentence("S04.view", name=name, table=table))


def _refuse_computed(db: sqlite3.Connection, name: str, table: str, sizes: Sizes) -> None:
    columns = db.execute(f"pragma table_xinfo({_quoted(table)})").fetchall()
    refuse_larger(name, "fields", len(columns), sizes.fields, "fields")
    computed = [str(column[1]) for column in columns if column[6] in _COMPUTED]
    if computed:
        raise LayerError(sentence("S04.computed", name=name, field=computed[0], table=table))
