"""A table in Parquet as a sheet: what is asked of all tables holds before a row of it is read."""

from __future__ import annotations

from pathlib import Path

from geo_merge.errors import TableError
from geo_merge.reading.encodings import Texts
from geo_merge.reading.parquet_blocks import blocks_of
from geo_merge.reading.parquet_pieces import parts_of
from geo_merge.reading.table_rows import Row, Sheet, refuse_wide
from geo_merge.vocabulary.limits import Sizes
from geo_merge.vocabulary.sentence import sentence

_BLOCK = 10_000  # rows


def read_parquet_table(path: Path, data: bytes, texts: Texts, sizes: Sizes) -> Sheet:
    """Read a Parquet table; see `tables.read_table`. Its columns are the headings, row 1."""
    del data, texts  # it is read piece by piece, and its texts are UTF-8
    parts = parts_of(path)
    refuse_wide(path.name, len(parts.headings), sizes)
    count = sum(piece.rows for piece in parts.pieces)
    if count > sizes.table_rows:
        raise TableError(sentence("S05.table_rows", name=path.name, n=count, most=sizes.table_rows))
    rows: list[Row] = [(1, list(parts.headings))]
    for numbers, cells in blocks_of(parts.pieces, parts.headings, _BLOCK, sizes.archive_ratio):
        rows += [(number + 1, row) for number, row in zip(numbers, cells, strict=True)]
    return Sheet(path.name, rows, list(parts.findings))
