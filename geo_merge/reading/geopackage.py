"""What GDAL does not say of a GeoPackage: views that read elsewhere, and polygons with arcs."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Literal

from geo_merge.errors import LayerError

# Bytes of a GeoPackage envelope by its indicator (OGC 12-128r18, 2.1.3); WKB types with arcs.
_ENVELOPE = {1: 32, 2: 48, 3: 48, 4: 64}
_CURVED = {10, 12}


def refuse_views(path: Path) -> None:
    """Refuse layers that are no plain tables: a view can run for ever, or read other files."""
    with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
        db.text_factory = lambda text: text.decode(errors="replace")
        try:
            tables = db.execute(
                "select table_name, type, sql from gpkg_contents "
                "join sqlite_master on lower(name) = lower(table_name)"
            ).fetchall()
        except sqlite3.DatabaseError as error:
            raise LayerError(
                f"{path.name} is a damaged GeoPackage ({error}) [F03]; copy or export it again."
            ) from error
    for name, kind, sql in tables:
        if kind != "table" or "virtual" in str(sql).split("(", maxsplit=1)[0].lower().split():
            raise LayerError(
                f"{path.name}: the layer {name} is a view, not a table [S04]; export it to a "
                "GeoPackage of its own."
            )


def curves(path: Path, table: str) -> tuple[int, ...]:
    """Return the rows of a GeoPackage layer whose polygons have arcs."""
    with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
        found = db.execute(
            "select column_name from gpkg_geometry_columns where table_name = ? "
            "and geometry_type_name not in ('POLYGON', 'MULTIPOLYGON')",
            (table,),
        ).fetchone()
        if found is None:
            return ()
        column, name = (str(n).replace('"', '""') for n in (found[0], table))
        heads = db.execute(f'select substr("{column}", 1, 80) from "{name}" order by rowid')  # noqa: S608
        return tuple(k for k, (head,) in enumerate(heads) if _is_curve(head))


def _is_curve(head: bytes | None) -> bool:
    """Tell whether a GeoPackage geometry is a curve polygon or a collection of surfaces."""
    if not head or head[:2] != b"GP":
        return False
    at = 8 + _ENVELOPE.get(head[3] >> 1 & 7, 0)  # after the header and its envelope
    order: Literal["little", "big"] = "little" if head[at : at + 1] == b"\x01" else "big"
    return int.from_bytes(head[at + 1 : at + 5], order) % 1000 in _CURVED
