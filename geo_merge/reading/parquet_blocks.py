"""Rows of a Parquet table block by block, in no more memory than their file is worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from geo_merge.reading.apart import TABLE_ROWS, table_bytes
from geo_merge.reading.parquet_pieces import Piece

_LOOKED_AT = 1_000_000  # rows that are worth a process of their own
_BYTES = 64 * 2**20  # of rows that are in memory at once
_SMALL = 16 * 2**20  # bytes below which a ratio means nothing


def blocks_of(
    pieces: Sequence[Piece], headings: tuple[str, ...], size: int, ratio: float
) -> Iterator[tuple[list[int], list[list[str]]]]:
    """Yield rows as texts, at most `size` at once, of wide ones fewer; see `Piece.blocks`.

    Parameters
    ----------
    pieces, headings
        Which rows, and which columns of them.
    size
        Rows at once.
    ratio
        How many times as large as their files the rows may be.

    Raises
    ------
    TableError
        Also if they are larger (S02), or take more memory or time than others of files of such a
        size (S06).
    """
    held = sum(path.stat().st_size for path in {piece.path for piece in pieces})
    left = max(_SMALL, ratio * held)
    for run in _runs_of(pieces):
        stamps = tuple((piece.path.stat().st_mtime_ns, piece.path.stat().st_size) for piece in run)
        widest, total = _looked_at(run, headings, stamps, left)
        left -= total
        rows = _BYTES * TABLE_ROWS // max(widest, 1)
        for piece in run:
            yield from piece.blocks(headings, max(1, min(size, rows)))


def _runs_of(pieces: Sequence[Piece]) -> Iterator[tuple[Piece, ...]]:
    """Yield pieces that are worth a process that looks at them first."""
    run, rows = [], 0
    for piece in pieces:
        run.append(piece)
        rows += piece.rows
        if rows >= _LOOKED_AT:
            yield tuple(run)
            run, rows = [], 0
    if run:
        yield tuple(run)


@lru_cache(1024)
def _looked_at(
    run: tuple[Piece, ...], headings: tuple[str, ...], stamps: object, most: float
) -> tuple[int, int]:
    """Look at rows before they are read; a table is read several times, and looked at once."""
    del stamps  # another file under the same name is another one
    named = [(piece.path, piece.groups, piece.own(headings)) for piece in run]
    return table_bytes(run[0].path.name, named, most)
