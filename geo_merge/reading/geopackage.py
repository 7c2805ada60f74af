"""GeoPackages: tables alone, all their rows, also from a medium that cannot be written."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

from geo_merge.reading.encodings import Texts
from geo_merge.reading.gdal import choose_layer, list_layers, read_ogr, refuse_other_count
from geo_merge.reading.geopackage_schema import check_schema, count_rows, opened
from geo_merge.reading.raw import RawLayer, refuse_larger
from geo_merge.system.scratch import scratch
from geo_merge.vocabulary.finding import Finding
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import sentence

# Bytes of a GeoPackage envelope by its indicator (OGC 12-128r18, 2.1.3); WKB types with arcs.
_ENVELOPE = {1: 32, 2: 48, 3: 48, 4: 64}
_CURVED = {10, 12}
# Asks GDAL to look at the rows: without a condition it believes the count that the file stores.
_EVERY_ROW = "1 = 1"


def read_geopackage(path: Path, layer: str | None, texts: Texts, sizes: Sizes) -> RawLayer:
    """Read the layer of polygons, or the layer that was named."""
    del texts
    with _readable(path) as file:
        check_schema(file, path.name, sizes)
        layers = list_layers(file)
        chosen, findings = choose_layer(path.name, layers, layer)
        there = count_rows(file, chosen, path.name)
        stored = _stored_count(file, chosen)
        refuse_larger(path, "features", there, sizes.features, "features")
        read = read_ogr(file, path.name, layer=chosen, where=_EVERY_ROW)
        refuse_other_count(path.name, len(read.frame), there)
        curved = _curves(file, chosen)
    whole = path.name if len(layers) == 1 else f"{path.name}/{chosen}"
    raw = RawLayer(
        read.frame, whole, (*findings, *read.findings), sentence("R01.none", file=whole),
        read.closed, curved, exact=read.exact,
    )  # fmt: skip
    if stored in {None, there}:
        return raw
    told = sentence("F04.count", source=whole, stored=str(stored), there=str(there))
    finding = Finding.of(told, value=float(there), unit_of_value="features")
    return replace(raw, findings=(*raw.findings, finding))


@contextlib.contextmanager
def _readable(path: Path) -> Iterator[Path]:
    """Give the file, or a copy of it and its log where its folder cannot be written.

    A database with a write-ahead log can only be opened where its shared memory can be made.
    """
    try:
        with opened(path) as db:
            db.execute("select count(*) from sqlite_master")
    except sqlite3.OperationalError:
        with scratch() as folder:
            copy = folder / "layer.gpkg"
            shutil.copyfile(path, copy)
            log = path.with_name(f"{path.name}-wal")
            if log.is_file():
                shutil.copyfile(log, f"{copy}-wal")
            yield copy
        return
    except sqlite3.DatabaseError:
        pass  # what is wrong is told by what reads it
    yield path


def _stored_count(path: Path, table: str) -> int | None:
    """Return how many rows the file says that there are; None if it does not."""
    with opened(path) as db:
        try:
            stored = db.execute(
                "select feature_count from gpkg_ogr_contents where lower(table_name) = lower(?)",
                (table,),
            ).fetchone()
        except sqlite3.DatabaseError:  # only GDAL keeps such a table
            return None
    return None if stored is None else stored[0]


def _curves(path: Path, table: str) -> tuple[int, ...]:
    """Return the rows of a layer whose polygons have arcs."""
    with opened(path) as db:
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
